//! Times in which nobody is told of incidents.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::schedule::{CronProfile, Schedule, Timetable};
use crate::selector::Selector;
use crate::settings::{Violation, within};
use crate::time::Timestamp;

/// The most characters of a note.
const NOTE_CHARACTERS_MAX: usize = 500;

/// How far away the end of a silence may lie.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// How long a window may stay open.
const OPEN_RANGE: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(7 * 24));

/// A silence that is over is kept so long.
pub const KEPT: Duration = Duration::from_hours(30 * 24);

/// A time in which notifications are held, never evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Why, for people.
    pub note: String,
    /// The schedulers that it is about.
    pub covers: Selector,
    /// When.
    pub period: Period,
}

/// When a silence holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Once.
    Once {
        /// From this instant on.
        from: Timestamp,
        /// Until just before this one.
        to: Timestamp,
    },
    /// Again and again.
    Window {
        /// When it opens: a cron expression.
        cron: String,
        /// The time zone of the expression; `None`: UTC.
        timezone: Option<String>,
        /// How long it stays open, in milliseconds.
        open_for_ms: u64,
    },
}

impl Silence {
    /// The rules that it breaks when it is set at `now`.
    pub fn violations(&self, now: Timestamp) -> Vec<Violation> {
        let mut found = self.covers.violations("covers");
        let length = self.note.chars().count();
        if length == 0 || length > NOTE_CHARACTERS_MAX {
            let rule = format!("must say why, in 1 to {NOTE_CHARACTERS_MAX} characters");
            found.push(Violation::new("note", "BAD_VALUE", rule));
        }
        match &self.period {
            Period::Once { from, to } if to <= from => {
                found.push(Violation::new("ends_at", "CONTRADICTION", "must lie after starts_at"));
            }
            Period::Once { to, .. } if *to > now.plus(LONGEST) => {
                let rule = "must lie at most 366 days ahead";
                found.push(Violation::new("ends_at", "OUT_OF_RANGE", rule));
            }
            Period::Once { .. } => {}
            Period::Window { cron, timezone, open_for_ms } => {
                let open_for = Some(Duration::from_millis(*open_for_ms));
                within(&mut found, "window.duration", open_for, OPEN_RANGE);
                let schedule = Schedule::Cron { expression: cron.clone() };
                let read = Timetable::checked(&[schedule], timezone.as_deref(), CronProfile::Vixie);
                for violation in read.err().unwrap_or_default() {
                    let field = violation.field.trim_start_matches("schedules[0].");
                    found.push(Violation { field: format!("window.{field}"), ..violation });
                }
            }
        }
        found
    }

    /// Until when at least it holds at `now`; `None`: it does not. Windows that overlap
    /// are told one by one.
    pub fn active_until(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.period {
            Period::Once { from, to } => Some(*to).filter(|to| *from <= now && now < *to),
            Period::Window { open_for_ms, .. } => {
                let open_for = Duration::from_millis(*open_for_ms);
                let opened_at = self.timetable()?.next_after(now.minus(open_for))?;
                Some(opened_at.plus(open_for)).filter(|_| opened_at <= now)
            }
        }
    }

    /// When it begins the next time after `now`; `None`: never again.
    pub fn next_start(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.period {
            Period::Once { from, .. } => Some(*from).filter(|from| *from > now),
            Period::Window { .. } => self.timetable()?.next_after(now),
        }
    }

    /// Whether it was over before `instant`, for good.
    pub fn ended_before(&self, instant: Timestamp) -> bool {
        matches!(self.period, Period::Once { to, .. } if to <= instant)
    }

    /// When its window opens. One that cannot be read holds nothing back.
    fn timetable(&self) -> Option<Timetable> {
        let Period::Window { cron, timezone, .. } = &self.period else { return None };
        let schedule = Schedule::Cron { expression: cron.clone() };
        Timetable::new(&[schedule], timezone.as_deref(), CronProfile::Vixie).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MINUTE;

    fn at(text: &str) -> Timestamp {
        let instant: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_millis(instant.as_millisecond())
    }

    fn once(from: Timestamp, to: Timestamp) -> Silence {
        Silence {
            note: "deploy".to_owned(),
            covers: Selector::default(),
            period: Period::Once { from, to },
        }
    }

    fn window(cron: &str, timezone: &str, open_for: Duration) -> Silence {
        let period = Period::Window {
            cron: cron.to_owned(),
            timezone: Some(timezone.to_owned()),
            open_for_ms: u64::try_from(open_for.as_millis()).unwrap(),
        };
        Silence { period, ..once(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")) }
    }

    #[test]
    fn a_silence_holds_from_its_start_until_just_before_its_end() {
        let (from, to) = (at("2026-03-01T10:00:00Z"), at("2026-03-01T12:00:00Z"));
        let silence = once(from, to);
        for (now, holds) in [
            (from.minus(Duration::from_millis(1)), false),
            (from, true),
            (to.minus(Duration::from_millis(1)), true),
            (to, false),
        ] {
            assert_eq!(silence.active_until(now), holds.then_some(to), "{now:?}");
        }
        assert_eq!(silence.next_start(from.minus(MINUTE)), Some(from));
        assert_eq!(silence.next_start(from), None);
        assert!(!silence.ended_before(to.minus(MINUTE)) && silence.ended_before(to));
    }

    #[test]
    fn a_window_opens_by_the_wall_clock_of_its_zone() {
        // Sundays at 02:00 in Berlin: 01:00 UTC in winter, 00:00 UTC in summer.
        let silence = window("0 2 * * 7", "Europe/Berlin", 60 * MINUTE);
        for (now, until) in [
            ("2026-01-11T00:59:59Z", None),
            ("2026-01-11T01:00:00Z", Some("2026-01-11T02:00:00Z")),
            ("2026-01-11T01:59:59Z", Some("2026-01-11T02:00:00Z")),
            ("2026-01-11T02:00:00Z", None),
            ("2026-07-12T00:30:00Z", Some("2026-07-12T01:00:00Z")),
            ("2026-07-12T01:30:00Z", None),
        ] {
            assert_eq!(silence.active_until(at(now)), until.map(at), "{now}");
        }
        let next = silence.next_start(at("2026-01-11T01:00:00Z"));
        assert_eq!(next, Some(at("2026-01-18T01:00:00Z")));
        assert!(!silence.ended_before(at("2030-01-01T00:00:00Z")));
    }

    #[test]
    fn what_cannot_be_a_silence_is_refused_by_field() {
        let now = at("2026-03-01T10:00:00Z");
        let fields = |silence: &Silence| -> Vec<(String, &'static str)> {
            silence.violations(now).into_iter().map(|it| (it.field, it.reason)).collect()
        };
        let good = once(now, now.plus(60 * MINUTE));
        assert_eq!(fields(&good), []);
        assert_eq!(fields(&window("0 2 * * 7", "Europe/Berlin", 60 * MINUTE)), []);
        assert_eq!(
            fields(&Silence { note: String::new(), ..once(now, now) }),
            [("note".to_owned(), "BAD_VALUE"), ("ends_at".to_owned(), "CONTRADICTION")]
        );
        let long = once(now, now.plus(Duration::from_hours(367 * 24)));
        assert_eq!(fields(&long), [("ends_at".to_owned(), "OUT_OF_RANGE")]);
        assert_eq!(
            fields(&window("0 2 30 2 *", "Europe/Berlin", MINUTE / 2)),
            [
                ("window.duration".to_owned(), "OUT_OF_RANGE"),
                ("window.cron".to_owned(), "NEVER_FIRES")
            ]
        );
        let nowhere = window("0 2 * * 7", "Europe/Atlantis", MINUTE);
        assert_eq!(fields(&nowhere)[0].0, "window.timezone");
    }
}
