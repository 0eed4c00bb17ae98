//! Times of day by an arithmetic of its own: what the domain expects of a cron
//! expression is held against this.

pub(crate) type Ms = i64;

pub(crate) const SECOND: Ms = 1_000;
pub(crate) const MINUTE: Ms = 60 * SECOND;
pub(crate) const HOUR: Ms = 60 * MINUTE;
pub(crate) const DAY: Ms = 24 * HOUR;

/// Where a world begins: Friday, 2027-01-15 08:00:00 UTC.
pub(crate) const BEGIN: Ms = 1_800_000_000_000;

/// Clocks in Berlin went an hour on at 2027-03-28 01:00:00 UTC.
const BERLIN_SUMMER_BEGINS: Ms = 1_806_195_600_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    Kolkata,
    Berlin,
}

impl Zone {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Kolkata => "Asia/Kolkata",
            Self::Berlin => "Europe/Berlin",
        }
    }

    fn ahead_of_utc(self, day: Ms) -> Ms {
        match self {
            Self::Utc => 0,
            Self::Kolkata => 5 * HOUR + 30 * MINUTE,
            // Asked about times of day that lie after the change.
            Self::Berlin if day + DAY > BERLIN_SUMMER_BEGINS => 2 * HOUR,
            Self::Berlin => HOUR,
        }
    }
}

/// When a job is expected, as a cron expression names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Every so many hours, divides the day, at this minute.
    Hours { every: i64, minute: i64 },
    /// Once a day, by the clock of a zone.
    Daily { zone: Zone, hour: i64, minute: i64 },
    /// From Monday to Friday.
    Weekdays { hour: i64, minute: i64 },
    /// On one day of the week; 0 is Sunday.
    Weekly { weekday: i64, hour: i64, minute: i64 },
}

impl Clock {
    pub(crate) fn expression(self) -> String {
        match self {
            Self::Hours { every, minute } => format!("{minute} */{every} * * *"),
            Self::Daily { hour, minute, .. } => format!("{minute} {hour} * * *"),
            Self::Weekdays { hour, minute } => format!("{minute} {hour} * * 1-5"),
            Self::Weekly { weekday, hour, minute } => format!("{minute} {hour} * * {weekday}"),
        }
    }

    pub(crate) fn zone(self) -> Zone {
        if let Self::Daily { zone, .. } = self { zone } else { Zone::Utc }
    }

    /// The least time between two slots.
    pub(crate) fn gap(self) -> Ms {
        match self {
            Self::Hours { every, .. } => every * HOUR,
            Self::Daily { zone: Zone::Berlin, .. } => 23 * HOUR,
            Self::Daily { .. } | Self::Weekdays { .. } => DAY,
            Self::Weekly { .. } => 7 * DAY,
        }
    }

    /// Every slot after `from` and not after `until`, in order.
    pub(crate) fn slots(self, from: Ms, until: Ms) -> Vec<Ms> {
        let mut slots = Vec::new();
        let mut day = (from - DAY).div_euclid(DAY) * DAY;
        while day <= until + DAY {
            let midnight = day - self.zone().ahead_of_utc(day);
            slots.extend(self.times_on(day).into_iter().map(|time| midnight + time));
            day += DAY;
        }
        slots.retain(|slot| (from + 1..=until).contains(slot));
        slots
    }

    fn times_on(self, day: Ms) -> Vec<Ms> {
        // 1970-01-01 was a Thursday.
        let weekday_is = (day / DAY + 4).rem_euclid(7);
        match self {
            Self::Hours { every, minute } => {
                (0..24 / every).map(|n| n * every * HOUR + minute * MINUTE).collect()
            }
            Self::Weekdays { .. } if !(1..=5).contains(&weekday_is) => Vec::new(),
            Self::Weekly { weekday, .. } if weekday != weekday_is => Vec::new(),
            Self::Daily { hour, minute, .. }
            | Self::Weekdays { hour, minute }
            | Self::Weekly { hour, minute, .. } => vec![hour * HOUR + minute * MINUTE],
        }
    }
}
