//! When a job is expected to run.
//!
//! A [`Schedule`] is what was set; a [`Timetable`] is the same, read and ready to be
//! asked. Reading costs some 20 µs and asking a few, so both happen only where a slot
//! is bound or missed, never per report.

pub mod cron;
pub mod fields;
pub mod mismatch;
pub mod preview;
#[cfg(test)]
mod tests;
mod zone;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::settings::{Violation, within};
use crate::time::Timestamp;
use cron::Cron;

/// The most schedules of a scheduler.
pub const SCHEDULES_MAX: usize = 16;

const EVERY_RANGE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_hours(366 * 24));

/// How long before its slot a run may begin at most.
pub const EARLY_MAX: Duration = Duration::from_mins(5);

/// A run may begin early by one part in so many of the time since the slot before.
const EARLY_PARTS: u32 = 10;

/// An instant from which every schedule is asked whether it ever fires: the start of
/// 2026. Expressions name no years, so any would do.
const ANY_TIME: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// One rule by which a job is expected to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// So long after the start of the run before. Any run restarts the interval,
    /// since a job that is started anew counts from there.
    Every {
        /// The interval, in milliseconds.
        interval_ms: u64,
    },
    /// At the wall-clock times that a cron expression names.
    Cron {
        /// The expression, as it was given.
        expression: String,
    },
}

/// Which real scheduler runs the job: they agree on every night but those on which
/// clocks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CronProfile {
    /// Debian's cron. A fixed time that does not exist runs when the clock has moved
    /// on, and one that comes twice runs once; `*` as hour or minute follows the clock.
    #[default]
    Vixie,
    /// Kubernetes' `CronJob`: what does not exist is skipped, what comes twice runs twice.
    Kubernetes,
    /// A systemd timer: what does not exist is skipped, what comes twice runs the
    /// first time.
    Systemd,
    /// Quartz: what does not exist is skipped, what comes twice runs the second time.
    Quartz,
    /// A scheduler on UTC, whatever the time zone says.
    Utc,
}

/// Several schedules, read: the next slot is the earliest of all.
#[derive(Debug, Clone, Default)]
pub struct Timetable {
    every: Option<Duration>,
    crons: Vec<Cron>,
    early_tolerance: Option<Duration>,
}

impl Timetable {
    /// Reads `schedules`.
    ///
    /// # Errors
    ///
    /// What cannot be read, by its field.
    pub fn new(
        schedules: &[Schedule],
        timezone: Option<&str>,
        profile: CronProfile,
    ) -> Result<Self, Vec<Violation>> {
        let mut found = Vec::new();
        let zone = zone::named(timezone).map_err(|violation| found.push(violation)).ok();
        let mut timetable = Self::default();
        for (number, schedule) in schedules.iter().enumerate() {
            match schedule {
                Schedule::Every { interval_ms } => {
                    let every = Duration::from_millis(*interval_ms);
                    timetable.every = Some(timetable.every.map_or(every, |least| least.min(every)));
                }
                Schedule::Cron { expression } => {
                    let Some(zone) = &zone else { continue };
                    match Cron::new(expression, zone, profile) {
                        Ok(cron) => timetable.crons.push(cron),
                        Err(rule) => found.push(bad_cron(number, rule)),
                    }
                }
            }
        }
        if found.is_empty() { Ok(timetable) } else { Err(found) }
    }

    /// Reads schedules that are to be set.
    ///
    /// # Errors
    ///
    /// Every rule that they break, by its field.
    pub fn checked(
        schedules: &[Schedule],
        timezone: Option<&str>,
        profile: CronProfile,
    ) -> Result<Self, Vec<Violation>> {
        let mut found = Vec::new();
        if schedules.len() > SCHEDULES_MAX {
            let rule = format!("must be at most {SCHEDULES_MAX}");
            return Err(vec![Violation::new("schedules", "TOO_MANY", rule)]);
        }
        for (number, schedule) in schedules.iter().enumerate() {
            if let Schedule::Every { interval_ms } = schedule {
                let every = Some(Duration::from_millis(*interval_ms));
                within(&mut found, &format!("schedules[{number}].every"), every, EVERY_RANGE);
            }
        }
        let timetable = Self::new(schedules, timezone, profile).map_err(|violations| {
            found.extend(violations);
            std::mem::take(&mut found)
        })?;
        for (number, schedule) in schedules.iter().enumerate() {
            let alone = Self::new(std::slice::from_ref(schedule), timezone, profile);
            if alone.is_ok_and(|alone| alone.next_after(ANY_TIME).is_none()) {
                let field = format!("schedules[{number}].cron");
                found.push(Violation::new(field, "NEVER_FIRES", "names no time that ever comes"));
            }
        }
        if found.is_empty() { Ok(timetable) } else { Err(found) }
    }

    /// The first slot after `after`; none if there is none in the next decades.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let every = self.every.map(|every| after.plus(every));
        let crons = self.crons.iter().filter_map(|cron| cron.next_after(after));
        crons.chain(every).min()
    }

    /// The last slot in the time from `since`, that itself left out, until `at`.
    pub(crate) fn last_between(&self, since: Timestamp, at: Timestamp) -> Option<Timestamp> {
        let mut last = self.next_after(since).filter(|slot| *slot <= at)?;
        // Halves the time in which a later one may stand.
        let mut end = at;
        while last < end {
            let half = last.plus(end.since(last) / 2);
            match self.next_after(half).filter(|slot| *slot <= at) {
                Some(later) => last = later,
                None if half == last => break,
                None => end = half,
            }
        }
        Some(last)
    }

    /// The same, with runs that may begin so long before their slots; `None`: as long
    /// as is usual.
    #[must_use]
    pub(crate) fn tolerating(self, early_tolerance: Option<Duration>) -> Self {
        Self { early_tolerance, ..self }
    }

    /// Whether `at` is a slot. Intervals name none by themselves.
    pub(crate) fn names(&self, at: Timestamp) -> bool {
        let just_before = at.minus(Duration::from_millis(1));
        self.crons.iter().any(|cron| cron.next_after(just_before) == Some(at))
    }

    /// Whether a run that began at `began_at` is the one of the later `slot`: not more
    /// too early than is tolerated, which is a tenth of the time since the slot before,
    /// and 5 minutes, unless it was set.
    pub(crate) fn is_early_for(&self, slot: Timestamp, began_at: Timestamp) -> bool {
        let early = slot.since(began_at);
        let (longest, from) = match self.early_tolerance {
            Some(tolerated) => (tolerated, began_at),
            None => (EARLY_MAX, slot.minus(early.saturating_mul(EARLY_PARTS))),
        };
        !early.is_zero() && early <= longest && self.next_after(from) == Some(slot)
    }

    /// When a run may begin at the earliest to be the one of `slot`, as far as
    /// [`Timetable::is_early_for`] goes.
    pub(crate) fn opens_at(&self, slot: Timestamp) -> Timestamp {
        let just_before = slot.minus(Duration::from_millis(1));
        if let Some(tolerated) = self.early_tolerance {
            let earliest = slot.minus(tolerated);
            let before = self.crons_between(earliest, just_before);
            return before.map_or(earliest, |before| before.max(earliest));
        }
        let before = self.crons_between(slot.minus(EARLY_MAX * EARLY_PARTS), just_before);
        let named = before.map_or(EARLY_MAX, |before| slot.since(before) / EARLY_PARTS);
        let early = self.every.map_or(named, |every| (every / EARLY_PARTS).min(EARLY_MAX));
        slot.minus(early)
    }

    /// As [`Timetable::last_between`], intervals left out.
    fn crons_between(&self, since: Timestamp, at: Timestamp) -> Option<Timestamp> {
        let crons = Self { every: None, ..self.clone() };
        crons.last_between(since, at)
    }

    /// The same for a slot that cron names, beside intervals.
    pub(crate) fn is_early_for_cron(&self, slot: Timestamp, began_at: Timestamp) -> bool {
        !self.crons.is_empty() && began_at < slot && self.is_early_for(slot, began_at)
    }

    /// Whether it has intervals, which any run restarts.
    pub(crate) fn has_intervals(&self) -> bool {
        self.every.is_some()
    }
}

fn bad_cron(number: usize, rule: String) -> Violation {
    Violation::new(format!("schedules[{number}].cron"), "BAD_CRON", rule)
}
