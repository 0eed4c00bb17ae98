//! Whether the server itself makes progress.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use nightbell_domain::time::Timestamp;

/// Work that stands still for longer makes the server not ready.
const STANDSTILL: Duration = Duration::from_mins(1);

/// When each kind of work that must never stand still was last done. Looking at
/// deadlines goes through ingest and the store, so it stands for both.
pub(super) struct Progress {
    judged_ms: AtomicI64,
    delivered_ms: AtomicI64,
}

impl Progress {
    pub(super) fn from(now: Timestamp) -> Self {
        let now_ms = now.as_millis();
        Self { judged_ms: AtomicI64::new(now_ms), delivered_ms: AtomicI64::new(now_ms) }
    }

    pub(super) fn judged(&self, at: Timestamp) {
        self.judged_ms.store(at.as_millis(), Ordering::Relaxed);
    }

    pub(super) fn delivered(&self, at: Timestamp) {
        self.delivered_ms.store(at.as_millis(), Ordering::Relaxed);
    }

    pub(super) fn standstill(&self, now: Timestamp) -> Option<&'static str> {
        let stands = |last_ms: &AtomicI64| {
            now.since(Timestamp::from_millis(last_ms.load(Ordering::Relaxed))) > STANDSTILL
        };
        if stands(&self.judged_ms) {
            Some("deadlines are not looked at")
        } else if stands(&self.delivered_ms) {
            Some("the outbox is not looked at")
        } else {
            None
        }
    }
}
