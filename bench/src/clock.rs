//! The only reader of the clock.

use std::time::{Instant, SystemTime};

use prost_types::Timestamp;

/// What to measure durations by.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time of day, as reports carry it.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn time_of_day() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
