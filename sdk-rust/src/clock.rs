//! The only place that reads the clocks.

use std::time::{Instant, SystemTime};

#[expect(clippy::disallowed_methods, reason = "the only place that reads the clocks")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

#[expect(clippy::disallowed_methods, reason = "the only place that reads the clocks")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// Milliseconds since 1970.
pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
