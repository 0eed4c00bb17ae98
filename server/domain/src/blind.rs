//! Periods in which Nightbell could not see.
//!
//! A deadline whose evidence may have been sent while nobody listened is not
//! judged until the senders have had time to be heard again: our own outage must
//! not look like theirs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The shortest time that senders get to be heard again.
pub const CATCH_UP_MIN: Duration = Duration::from_mins(1);

/// A period in which reports could not be received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindWindow {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant of sight after it.
    pub to: Timestamp,
}

/// The window in which nothing could be seen, if sight was last had at `seen_until`
/// and a gap of up to `gap_max` is none.
pub fn window(seen_until: Timestamp, now: Timestamp, gap_max: Duration) -> Option<BlindWindow> {
    let is_blind = now > seen_until && now.since(seen_until) > gap_max;
    is_blind.then_some(BlindWindow { from: seen_until, to: now })
}

/// A deadline, moved so that no blindness of ours can breach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rearmed {
    /// When it may be judged.
    pub at: Timestamp,
    /// Whether evidence may have been lost.
    pub is_blurred: bool,
}

/// Moves the deadline `at`, whose evidence counts from `evidence_from`, past the
/// windows that meet it. `windows` must be in order.
pub fn rearmed(
    at: Timestamp,
    evidence_from: Timestamp,
    catch_up: Duration,
    windows: &[BlindWindow],
) -> Rearmed {
    let mut rearmed = Rearmed { at, is_blurred: false };
    for window in windows {
        if window.from < rearmed.at && window.to > evidence_from {
            rearmed.at = rearmed.at.max(window.to.plus(catch_up));
            rearmed.is_blurred = true;
        }
    }
    rearmed
}

/// How long a sender that may be silent for `timeout` gets to be heard again: one
/// and a half of its intervals, taken as half its timeout where it declared none.
///
/// There is no upper bound: a sender whose one heartbeat we missed is not heard
/// before its next, and our outage must not look like its silence.
pub fn catch_up(interval: Option<Duration>, timeout: Duration) -> Duration {
    interval.map_or(timeout / 2, |interval| interval + interval / 2).max(CATCH_UP_MIN)
}
