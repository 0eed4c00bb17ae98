//! What a job says of itself, and when it happened.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::RunId;
use crate::settings::Warning;
use crate::time::Timestamp;

/// How far before its arrival a live report without `sent_at` is believed.
pub const BELIEF_BEFORE_ARRIVAL: Duration = Duration::from_hours(24);

/// How far a client's clock is corrected by `sent_at`.
pub const CLOCK_CORRECTION_MAX: Duration = Duration::from_hours(24);

/// How old a replayed report may be.
pub const REPLAY_AGE_MAX: Duration = Duration::from_hours(7 * 24);

/// A clock that runs ahead by less is not worth a warning.
const CLOCK_NOISE: Duration = Duration::from_secs(5);

/// The status of a run that a job can report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Announced and queued.
    Pending,
    /// Begun.
    Running,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Stopped because somebody asked.
    Cancelled,
}

impl Status {
    /// The word used in every text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it ends a run.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// The three times of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// When the server had read it. The only time that silence is judged by.
    pub received_at: Timestamp,
    /// What the sender's clock said; part of the report's identity.
    pub reported_at: Option<Timestamp>,
    /// When it happened, corrected. What history shows and is ordered by.
    pub effective_at: Timestamp,
}

/// What a report says of time, as it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedTime {
    /// When it happened, by the sender's clock.
    pub timestamp: Option<Timestamp>,
    /// When it was sent, by the same clock.
    pub sent_at: Option<Timestamp>,
}

impl Timing {
    /// Corrects what a live report claims.
    ///
    /// With `sent_at` the sender's clock is cancelled out. Without it the timestamp
    /// is believed within 24 hours before arrival; one from the future is the
    /// arrival.
    pub fn of_live(
        claimed: ClaimedTime,
        received_at: Timestamp,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let Some(timestamp) = claimed.timestamp else {
            return Self { received_at, reported_at: None, effective_at: received_at };
        };
        let effective_at = match claimed.sent_at {
            Some(sent_at) => received_at.minus(sent_at.since(timestamp).min(CLOCK_CORRECTION_MAX)),
            None => believed(timestamp, received_at, warnings),
        };
        Self { received_at, reported_at: Some(timestamp), effective_at }
    }

    /// Corrects what a replayed report claims; `None` if it is too old to be taken
    /// (see [`REPLAY_AGE_MAX`]).
    ///
    /// The difference of the two clocks is taken from `sent_at` and `received_at`;
    /// without `sent_at` the sender's clock is believed.
    pub fn of_replay(claimed: ClaimedTime, received_at: Timestamp) -> Option<Self> {
        let timestamp = claimed.timestamp.unwrap_or(received_at);
        let age = claimed.sent_at.unwrap_or(received_at).since(timestamp);
        (age <= REPLAY_AGE_MAX).then(|| Self {
            received_at,
            reported_at: claimed.timestamp,
            effective_at: received_at.minus(age),
        })
    }
}

fn believed(
    timestamp: Timestamp,
    received_at: Timestamp,
    warnings: &mut Vec<Warning>,
) -> Timestamp {
    let oldest = received_at.minus(BELIEF_BEFORE_ARRIVAL);
    if timestamp < oldest {
        warnings.push(Warning::new(
            "TIMESTAMP_CLAMPED",
            "timestamp",
            "is more than 24 hours before its arrival; 24 hours before arrival was used",
        ));
        return oldest;
    }
    if timestamp > received_at.plus(BELIEF_BEFORE_ARRIVAL) {
        warnings.push(Warning::new(
            "TIMESTAMP_IGNORED",
            "timestamp",
            "is more than 24 hours ahead; the time of arrival was used",
        ));
    } else if timestamp > received_at.plus(CLOCK_NOISE) {
        warnings.push(Warning::new(
            "TIMESTAMP_CLAMPED",
            "timestamp",
            "is in the future; the time of arrival was used",
        ));
    }
    timestamp.min(received_at)
}

/// One report of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The run, if the job names its runs.
    pub run_id: Option<RunId>,
    /// The report's number within a named run.
    pub sequence: Option<u32>,
    /// Its times.
    pub timing: Timing,
    /// Whether it was sent as it happened. A replayed one extends history and
    /// proves no life.
    pub is_live: bool,
    /// What it says.
    pub content: Content,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Where the run stands.
    Status(StatusContent),
    /// That it is alive.
    Heartbeat(HeartbeatContent),
}

/// What a status report says. Text is within the bounds of [`crate::evidence`].
#[derive(Debug, Clone, PartialEq)]
pub struct StatusContent {
    /// Where the run stands.
    pub status: Status,
    /// The slot that the run is for, as its scheduler names it.
    pub scheduled_for: Option<Timestamp>,
    /// How long it took, by its own measure.
    pub execution_time_ms: Option<i64>,
    /// What went wrong.
    pub error_message: Option<String>,
    /// Anything worth keeping.
    pub metadata: Option<Map<String, Value>>,
}

/// What a heartbeat says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatContent {
    /// How far the run has come.
    pub progress: Option<Progress>,
    /// The time until the next heartbeat, as the sender means it.
    pub interval: Option<Duration>,
    /// How much longer than it may the run is going to take.
    pub extend: Option<Duration>,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How much is done.
    pub done: u64,
    /// How much there is.
    pub total: Option<u64>,
    /// What it is doing.
    pub message: Option<String>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    proptest! {
        /// With `sent_at`, a clock that is wrong by any amount changes nothing.
        #[test]
        fn a_wrong_clock_is_cancelled_out(
            offset_ms in -48 * HOUR_MS..48 * HOUR_MS,
            age_ms in 0..HOUR_MS,
        ) {
            let received_at = at(1_000 * HOUR_MS);
            let sent_at = at(received_at.as_millis() + offset_ms);
            let claimed = ClaimedTime {
                timestamp: Some(at(sent_at.as_millis() - age_ms)),
                sent_at: Some(sent_at),
            };
            let timing = Timing::of_live(claimed, received_at, &mut Vec::new());
            prop_assert_eq!(timing.effective_at, at(received_at.as_millis() - age_ms));
        }
    }

    #[test]
    fn a_timestamp_is_believed_within_24_hours_before_arrival() {
        let received_at = at(1_000 * HOUR_MS);
        for (claimed_h, effective_h, reason) in [
            (999, 999, None),
            (1_001, 1_000, Some("TIMESTAMP_CLAMPED")),
            (1_036, 1_000, Some("TIMESTAMP_IGNORED")),
            (900, 976, Some("TIMESTAMP_CLAMPED")),
        ] {
            let mut warnings = Vec::new();
            let claimed = ClaimedTime { timestamp: Some(at(claimed_h * HOUR_MS)), sent_at: None };
            let timing = Timing::of_live(claimed, received_at, &mut warnings);
            assert_eq!(timing.effective_at, at(effective_h * HOUR_MS));
            assert_eq!(warnings.first().map(|w| w.reason), reason, "{claimed_h}");
        }
    }

    #[test]
    fn a_replay_older_than_7_days_is_not_taken() {
        let received_at = at(1_000 * HOUR_MS);
        let claimed = |hours| ClaimedTime { timestamp: Some(at(hours * HOUR_MS)), sent_at: None };
        assert!(Timing::of_replay(claimed(1_000 - 168), received_at).is_some());
        assert!(Timing::of_replay(claimed(1_000 - 169), received_at).is_none());
    }
}
