//! Whether the server can be reached, as far as is known.

use std::time::{Duration, Instant};

use crate::clock;
use crate::error::Error;
use crate::retry;

#[derive(Debug, Default)]
pub(super) struct Line {
    away: Option<Away>,
}

#[derive(Debug)]
struct Away {
    failures: u32,
    probe_at: Instant,
    is_held: bool,
}

impl Line {
    pub(super) fn is_up(&self) -> bool {
        self.away.is_none()
    }

    /// Until when the key is left alone that the server refuses.
    pub(super) fn held_until(&self) -> Option<Instant> {
        self.away.as_ref().filter(|away| away.is_held).map(|away| away.probe_at)
    }

    /// When the server is tried again. None: it is there.
    pub(super) fn probe_at(&self) -> Option<Instant> {
        self.away.as_ref().map(|away| away.probe_at)
    }

    /// The server did not answer.
    pub(super) fn lose(&mut self, why: &str) {
        let failures = self.away.as_ref().map_or(0, |away| away.failures + 1);
        if failures == 0 {
            tracing::warn!(target: "nightbell", "the server is away, reports are kept: {why}");
        }
        self.be_away(failures, retry::probe(failures, fastrand::f64()), false);
    }

    /// Something else got through: the server is tried again now. A key that it refuses stays
    /// left alone.
    pub(super) fn probe_now(&mut self) {
        if let Some(away) = self.away.as_mut().filter(|away| !away.is_held) {
            away.probe_at = clock::instant();
        }
    }

    /// The server refuses the key.
    pub(super) fn hold(&mut self, error: &Error) {
        if self.away.is_none() {
            tracing::error!(
                target: "nightbell",
                "the server refuses the key, reports are kept: {error}"
            );
        }
        self.be_away(0, retry::HOLD, true);
    }

    fn be_away(&mut self, failures: u32, wait: Duration, is_held: bool) {
        self.away = Some(Away { failures, probe_at: clock::instant() + wait, is_held });
    }

    /// Whether it had been away.
    pub(super) fn restore(&mut self) -> bool {
        let was_away = self.away.take().is_some();
        if was_away {
            tracing::info!(target: "nightbell", "the server is there again");
        }
        was_away
    }
}
