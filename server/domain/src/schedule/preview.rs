//! What schedules will do, told to a person.

use jiff::tz::{Offset, TimeZone};

use super::Timetable;
use super::cron::{Cron, Gap, Occurrence};
use crate::time::Timestamp;

/// The most changes of clocks that a preview tells of.
pub const CLOCK_CHANGES_MAX: usize = 100;

/// How many changes of clocks a preview looks at.
const CHANGES_SEEN_MAX: usize = 400;

/// How many times of one night a note names.
const TIMES_NAMED_MAX: usize = 3;

/// A later expected run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    /// When.
    pub at: Timestamp,
    /// The same on the clocks of the time zone, with their offset from UTC.
    pub local: String,
    /// What is peculiar about it; empty if nothing is.
    pub note: String,
}

/// A change of clocks that the schedules notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockChange {
    /// When.
    pub at: Timestamp,
    /// What it means for the schedules.
    pub note: String,
}

/// What schedules will do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// The occurrences, in order.
    pub occurrences: Vec<Upcoming>,
    /// The changes of clocks up to the last of them that make a difference.
    pub clock_changes: Vec<ClockChange>,
}

impl Timetable {
    /// The next `count` slots after `after`.
    pub fn preview(&self, after: Timestamp, count: usize) -> Preview {
        let mut preview = Preview::default();
        let mut last = after;
        while preview.occurrences.len() < count {
            let Some(at) = self.next_after(last) else { break };
            preview.occurrences.push(self.upcoming(at));
            last = at;
        }
        preview.clock_changes = self.clock_changes(after, last);
        preview
    }

    fn upcoming(&self, at: Timestamp) -> Upcoming {
        let second = at.as_millis().div_euclid(1_000);
        let mut notes: Vec<String> = Vec::new();
        for cron in &self.crons {
            let found = cron.occurrence_after(second - 1).filter(|found| found.at == second);
            if let Some(note) = found.and_then(|found| peculiarity(cron.zone(), found))
                && !notes.contains(&note)
            {
                notes.push(note);
            }
        }
        let zone = self.crons.first().map_or(TimeZone::UTC, |cron| cron.zone().clone());
        Upcoming { at, local: local_text(&zone, at), note: notes.join("; ") }
    }

    fn clock_changes(&self, after: Timestamp, until: Timestamp) -> Vec<ClockChange> {
        let Some(zone) = self.crons.first().map(Cron::zone) else { return Vec::new() };
        let Ok(from) = jiff::Timestamp::from_millisecond(after.as_millis()) else {
            return Vec::new();
        };
        let changes = zone.following(from).take(CHANGES_SEEN_MAX);
        let instants = changes.map(|change| change.timestamp().as_second());
        let within = instants.take_while(|at| at.saturating_mul(1_000) <= until.as_millis());
        let noticed = within.filter_map(|at| {
            let mut notes: Vec<String> = Vec::new();
            for note in self.crons.iter().filter_map(|cron| effect(cron, at)) {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
            let at = Timestamp::from_millis(at.checked_mul(1_000)?);
            (!notes.is_empty()).then(|| ClockChange { at, note: notes.join("; ") })
        });
        noticed.take(CLOCK_CHANGES_MAX).collect()
    }
}

fn peculiarity(zone: &TimeZone, found: Occurrence) -> Option<String> {
    let [at, planned] = [found.at, found.planned];
    let offset = offset_at(zone, at)?;
    if at + offset != planned {
        let [planned, at] = [planned, at + offset].map(clock);
        return Some(format!("{planned} does not exist on this night; runs at {at}"));
    }
    let ambiguous = zone.to_ambiguous_timestamp(datetime(planned)?);
    let jiff::tz::AmbiguousOffset::Fold { before, .. } = ambiguous.offset() else { return None };
    let which = if i64::from(before.seconds()) == offset { "first" } else { "second" };
    Some(format!("{which} {} of this night", clock(planned)))
}

/// What a change of clocks at `at` does to `cron`.
fn effect(cron: &Cron, at: i64) -> Option<String> {
    let before = offset_at(cron.zone(), at - 1)?;
    let after = offset_at(cron.zone(), at)?;
    let (from, to) = (at + before.min(after), at + before.max(after));
    let times = named(cron, from, to)?;
    let resumes = clock(at + after);
    if before < after {
        return Some(match cron.occurrence_after(at - 1) {
            Some(found) if cron.gap() == Gap::RunAfter && found.at == at => {
                format!("{times} does not exist on this night; runs at {resumes}")
            }
            _ => format!("skipped: {times} does not exist on this night"),
        });
    }
    let runs = |at: i64| cron.occurrence_after(at - 1).map(|found| found.at);
    let is_first = runs(at + before.min(after) - before).is_some_and(|found| found < at);
    let is_second = runs(at).is_some_and(|found| found < to - after);
    Some(match (is_first, is_second) {
        (true, true) => format!("{times} comes twice on this night; runs both times"),
        (false, _) => format!("{times} comes twice on this night; runs the second time only"),
        (true, false) => format!("{times} comes twice on this night; runs the first time only"),
    })
}

/// The times named from `from` until `to`, all in local seconds.
fn named(cron: &Cron, from: i64, to: i64) -> Option<String> {
    let mut times = Vec::new();
    let mut next = cron.planned_at_or_after(from).filter(|time| *time < to);
    while let Some(time) = next {
        if times.len() == TIMES_NAMED_MAX {
            times.push("...".to_owned());
            break;
        }
        times.push(clock(time));
        next = cron.planned_at_or_after(time + 1).filter(|time| *time < to);
    }
    (!times.is_empty()).then(|| times.join(", "))
}

fn offset_at(zone: &TimeZone, at: i64) -> Option<i64> {
    let instant = jiff::Timestamp::from_second(at).ok()?;
    Some(i64::from(zone.to_offset(instant).seconds()))
}

fn datetime(local: i64) -> Option<jiff::civil::DateTime> {
    Some(Offset::UTC.to_datetime(jiff::Timestamp::from_second(local).ok()?))
}

/// A reading of the clock, to the second only if it has any.
fn clock(local: i64) -> String {
    let [hour, minute] = [local.rem_euclid(86_400) / 3600, local.rem_euclid(3600) / 60];
    match local.rem_euclid(60) {
        0 => format!("{hour:02}:{minute:02}"),
        second => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

fn local_text(zone: &TimeZone, at: Timestamp) -> String {
    let Ok(instant) = jiff::Timestamp::from_millisecond(at.as_millis()) else {
        return String::new();
    };
    instant.display_with_offset(zone.to_offset(instant)).to_string()
}
