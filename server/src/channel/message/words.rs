//! Times and verbs as people read them.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use nightbell_domain::time::Timestamp;

/// What a job did, by the short word of the reason; follows the job's name.
pub fn verb(reason: &str) -> &'static str {
    match reason {
        "failed" => "failed",
        "missed" => "did not start",
        "never_started" => "has never started",
        "stalled" => "fell silent",
        "lost" => "was lost without an end",
        "overran" => "takes too long",
        "finished_late" => "did not finish in time",
        "too_quick" => "ended too quickly to be true",
        _ => "is not well",
    }
}

/// An instant in UTC, and on the clock of `zone` when that is another.
pub fn instant(at: Timestamp, zone: Option<&str>) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    let utc = at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let zone = zone.and_then(|name| TimeZoneDatabase::bundled().get(name).ok());
    match zone {
        Some(zone) if zone != TimeZone::UTC && zone.to_offset(at) != jiff::tz::Offset::UTC => {
            format!("{} ({utc})", at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %Z"))
        }
        _ => utc,
    }
}

/// At most `most` characters, with a sign that something is missing.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_on_the_jobs_clock_too() {
        let at = Timestamp::from_millis(1_700_000_000_000);
        assert_eq!(instant(at, None), "2023-11-14 22:13:20 UTC");
        assert_eq!(instant(at, Some("Mars/Olympus")), "2023-11-14 22:13:20 UTC");
        assert_eq!(
            instant(at, Some("Europe/Berlin")),
            "2023-11-14 23:13:20 CET (2023-11-14 22:13:20 UTC)"
        );
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }
}
