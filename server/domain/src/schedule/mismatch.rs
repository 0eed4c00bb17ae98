//! Runs that keep their schedule, but on the clocks of another time zone: each begins
//! the same number of half hours off its slot.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CronProfile, Timetable, zone};
use crate::settings::Settings;
use crate::time::Timestamp;

/// How many runs in a row must be off alike before that is told.
const STRAYS: usize = 3;

const HALF_HOUR_MS: i64 = 30 * 60 * 1_000;

/// How much a run may be off by besides.
const NOISE_MS: i64 = 5 * 60 * 1_000;

/// Zones are at most so far from each other that a slot may be missed by it.
const FAR: Duration = Duration::from_hours(14);

/// Well-known zones, one of which is proposed.
const ZONES: [&str; 35] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "America/Halifax",
    "America/St_Johns",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Atlantic/Azores",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Dhaka",
    "Asia/Yangon",
    "Asia/Bangkok",
    "Australia/Adelaide",
    "Australia/Darwin",
    "Australia/Brisbane",
    "Australia/Lord_Howe",
    "Pacific/Guadalcanal",
    "Pacific/Auckland",
    "Pacific/Tongatapu",
    "Pacific/Pago_Pago",
    "Pacific/Marquesas",
];

/// A run that took no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// When it began.
    pub began_at: Timestamp,
    /// How long that was after the nearest slot, in milliseconds; negative: before.
    pub off_ms: i64,
}

impl Stray {
    /// The run that began at `began_at`, unless no slot is anywhere near.
    pub(crate) fn of(timetable: &Timetable, began_at: Timestamp) -> Option<Self> {
        let off_ms = |slot: Timestamp| began_at.as_millis() - slot.as_millis();
        let before = timetable.last_between(began_at.minus(FAR), began_at);
        let next = timetable.next_after(began_at).filter(|next| next.since(began_at) <= FAR);
        let off_ms = before.into_iter().chain(next).map(off_ms).min_by_key(|off| off.abs())?;
        Some(Self { began_at, off_ms })
    }
}

/// Adds `stray` to those before, unless it is known.
pub(crate) fn note(strays: &mut Vec<Stray>, stray: Stray) {
    if strays.iter().all(|known| known.began_at != stray.began_at) {
        strays.push(stray);
        let excess = strays.len().saturating_sub(STRAYS);
        strays.drain(..excess);
    }
}

/// What is to be said of `strays`, the last runs of a scheduler with these settings;
/// none unless all are off by the same number of half hours.
pub(crate) fn told(strays: &[Stray], settings: &Settings) -> Option<String> {
    let last = strays.last().filter(|_| strays.len() == STRAYS)?;
    let half_hours = (last.off_ms + HALF_HOUR_MS / 2).div_euclid(HALF_HOUR_MS);
    let shift_ms = half_hours * HALF_HOUR_MS;
    let is_alike = strays.iter().all(|stray| (stray.off_ms - shift_ms).abs() <= NOISE_MS);
    if half_hours == 0 || !is_alike {
        return None;
    }
    let minutes = (shift_ms / 60_000).unsigned_abs();
    let off = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    let side = if half_hours < 0 { "before" } else { "after" };
    let like = match proposed(settings, shift_ms / 1_000, last.began_at) {
        Some(zone) => format!(", as by the clocks of {zone}"),
        None => String::new(),
    };
    Some(format!("runs keep beginning {off} {side} their slots{like}"))
}

/// The best known zone whose clocks are `late_s` behind those of the settings.
fn proposed(settings: &Settings, late_s: i64, at: Timestamp) -> Option<&'static str> {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
    let offset = |name: Option<&str>| {
        let zone = zone::named(name).ok()?;
        Some(i64::from(zone.to_offset(at).seconds()))
    };
    let is_utc = settings.cron_profile == Some(CronProfile::Utc);
    let set = offset(settings.timezone.as_deref().filter(|_| !is_utc))?;
    ZONES.into_iter().find(|name| offset(Some(name)) == Some(set - late_s))
}
