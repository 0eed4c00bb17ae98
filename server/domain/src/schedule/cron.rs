//! The occurrences of a cron expression in a time zone.
//!
//! The expression names wall-clock times; the library says which. What this file adds
//! is the rule of each profile for the nights on which the clock changes: a stretch of
//! time in one offset is searched after the other, so a time that does not exist is
//! met in none and one that comes twice in two.

use jiff::tz::TimeZone;

use super::CronProfile;
use super::fields::Fields;
use super::zone::Segment;
use crate::time::Timestamp;

/// How many stretches one search looks through: those of some 50 years.
const SEGMENTS_MAX: usize = 128;

/// Debian's cron takes a change of 3 hours or more for a clock that was set.
const VIXIE_CHANGE_MAX: i64 = 3 * 3600;

const TWO_DAYS: i64 = 2 * 86_400;

/// What becomes of a time that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Skip,
    RunAfter,
}

/// When a time that comes twice runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    Both,
    First,
    Second,
}

/// A cron expression in its time zone.
#[derive(Debug, Clone)]
pub struct Cron {
    fields: Fields,
    zone: TimeZone,
    gap: Gap,
    fold: Fold,
    /// Changes by so many seconds and more are plainly followed.
    change_max: i64,
}

/// One occurrence, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    pub(super) at: i64,
    /// The wall clock that the expression names.
    pub(super) planned: i64,
}

impl Cron {
    /// Reads `expression`.
    ///
    /// # Errors
    ///
    /// The rule that it breaks, to be read after the field's name.
    pub(super) fn new(
        expression: &str,
        zone: &TimeZone,
        profile: CronProfile,
    ) -> Result<Self, String> {
        let fields = Fields::parse(expression, profile)?;
        let (gap, fold) = match profile {
            CronProfile::Vixie if fields.is_fixed_time() => (Gap::RunAfter, Fold::First),
            CronProfile::Vixie | CronProfile::Kubernetes | CronProfile::Utc => {
                (Gap::Skip, Fold::Both)
            }
            CronProfile::Systemd => (Gap::Skip, Fold::First),
            CronProfile::Quartz => (Gap::Skip, Fold::Second),
        };
        let is_utc = profile == CronProfile::Utc;
        Ok(Self {
            fields,
            zone: if is_utc { TimeZone::UTC } else { zone.clone() },
            gap,
            fold,
            change_max: if profile == CronProfile::Vixie { VIXIE_CHANGE_MAX } else { i64::MAX },
        })
    }

    /// The first occurrence after `after`; none in the next decades.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let found = self.occurrence_after(after.as_millis().div_euclid(1_000))?;
        Some(Timestamp::from_millis(found.at.checked_mul(1_000)?))
    }

    pub(super) fn occurrence_after(&self, after: i64) -> Option<Occurrence> {
        let mut segment = Segment::of(&self.zone, after)?;
        let mut low = segment.local(after) + 1;
        for _ in 0..SEGMENTS_MAX {
            low = low.max(self.first_local(&segment));
            let planned = self.fields.at_or_after(low)?;
            let found = Occurrence { at: planned - segment.offset, planned };
            let Some((end, offset_after)) = segment.end else { return Some(found) };
            if planned < self.last_local(&segment, end, offset_after) {
                return Some(found);
            }
            let resumes = end + offset_after;
            if planned < resumes && planned >= segment.local(end) && self.runs_after(&segment) {
                return Some(Occurrence { at: end, planned });
            }
            // Nothing is named between `low` and `planned`: unless the clock goes back
            // behind `low`, the search may go on shortly before.
            let shortly_before = found.at - TWO_DAYS;
            let next = if resumes >= low { end.max(shortly_before) } else { end };
            segment = Segment::of(&self.zone, next)?;
            low = segment.local(next);
        }
        None
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(super) fn gap(&self) -> Gap {
        self.gap
    }

    /// The first wall-clock time named at or after `local`.
    pub(super) fn planned_at_or_after(&self, local: i64) -> Option<i64> {
        self.fields.at_or_after(local)
    }

    /// The first reading of the clock in `segment` that counts.
    fn first_local(&self, segment: &Segment) -> i64 {
        match segment.start {
            // What has been before the clock was put back is not done again.
            Some((start, before))
                if self.fold == Fold::First && before - segment.offset < self.change_max =>
            {
                segment.local(start).max(start + before)
            }
            Some((start, _)) => segment.local(start),
            None => i64::MIN,
        }
    }

    /// The reading of the clock at which `segment` stops to count.
    fn last_local(&self, segment: &Segment, end: i64, offset_after: i64) -> i64 {
        let stops = segment.local(end);
        if self.fold == Fold::Second { stops.min(end + offset_after) } else { stops }
    }

    fn runs_after(&self, segment: &Segment) -> bool {
        let change = segment.end.map_or(0, |(_, after)| after - segment.offset);
        self.gap == Gap::RunAfter && change < self.change_max
    }
}
