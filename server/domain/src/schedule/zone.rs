//! Time zones, from the data that is part of the program: the same everywhere.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::settings::Violation;

/// A stretch of time in which a zone's clock stands in one offset from UTC. All in
/// seconds, instants since the epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) offset: i64,
    /// When it began, and the offset before.
    pub(super) start: Option<(i64, i64)>,
    /// When it ends, and the offset after.
    pub(super) end: Option<(i64, i64)>,
}

/// The zone `name`; UTC without one.
pub(super) fn named(name: Option<&str>) -> Result<TimeZone, Violation> {
    let Some(name) = name else { return Ok(TimeZone::UTC) };
    let known = TimeZoneDatabase::bundled().get(name).ok();
    known.filter(|zone| !zone.is_unknown()).ok_or_else(|| {
        let rule = "must be the name of a time zone, such as Europe/Berlin";
        Violation::new("timezone", "BAD_TIMEZONE", rule)
    })
}

impl Segment {
    /// The stretch in which `at` lies; none for times without a date.
    pub(super) fn of(zone: &TimeZone, at: i64) -> Option<Self> {
        let instant = jiff::Timestamp::from_second(at).ok()?;
        let offset_at = |at: i64| {
            let instant = jiff::Timestamp::from_second(at).ok()?;
            Some(i64::from(zone.to_offset(instant).seconds()))
        };
        let until = jiff::Timestamp::from_second(at + 1).ok()?;
        let start = zone.preceding(until).next().map(|change| change.timestamp().as_second());
        let end = zone.following(instant).next();
        Some(Self {
            offset: offset_at(at)?,
            start: start.and_then(|at| Some((at, offset_at(at - 1)?))),
            end: end.map(|it| (it.timestamp().as_second(), i64::from(it.offset().seconds()))),
        })
    }

    /// The wall clock at `at`, as the seconds of the same reading in UTC.
    pub(super) fn local(&self, at: i64) -> i64 {
        at + self.offset
    }
}
