//! A run as the job and the SDK's thread share it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::api::{Progress, RunStatus, SendHeartbeatRequest, UpdateStatusRequest};
use crate::clock;
use crate::heartbeat::{self, Wishes};

/// Who opens a run and who closes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// This process does both.
    Own,
    /// Another process has opened it, this one may close it.
    Resumed,
    /// A wrapper around this process does both.
    Attached,
}

/// A run as the job and the SDK's thread share it.
#[derive(Debug)]
pub(crate) struct RunState {
    pub(crate) scheduler_id: String,
    pub(crate) run_id: String,
    pub(super) ownership: Ownership,
    pub(super) started_at: Instant,
    pub(super) sequence: AtomicU32,
    is_known: AtomicBool,
    pub(super) has_ended: AtomicBool,
    has_registered_anew: AtomicBool,
    pub(super) has_seen_cancel: AtomicBool,
    pub(super) cancel: watch::Sender<bool>,
    wishes: Mutex<Wishes>,
    pub(super) said: Mutex<Said>,
}

/// How often a run has said how far it is.
pub(crate) type ProgressCount = u64;

#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) progress: Option<Progress>,
    pub(super) count: ProgressCount,
    /// The last that the server has.
    pub(super) told: ProgressCount,
    pub(super) metadata: Map<String, Value>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RunState {
    pub(crate) fn new(
        scheduler_id: String,
        run_id: String,
        wishes: Wishes,
        ownership: Ownership,
    ) -> Self {
        Self {
            scheduler_id,
            run_id,
            ownership,
            started_at: clock::instant(),
            sequence: AtomicU32::new(first_sequence(ownership)),
            is_known: AtomicBool::new(ownership != Ownership::Own),
            has_ended: AtomicBool::new(false),
            has_registered_anew: AtomicBool::new(false),
            has_seen_cancel: AtomicBool::new(false),
            cancel: watch::Sender::new(false),
            wishes: Mutex::new(wishes),
            said: Mutex::default(),
        }
    }

    /// Whether the server knows of it.
    pub(crate) fn is_known(&self) -> bool {
        self.is_known.load(Ordering::Relaxed)
    }

    /// Whether it was not known before.
    pub(crate) fn be_known(&self) -> bool {
        !self.is_known.swap(true, Ordering::Relaxed)
    }

    /// True once.
    pub(crate) fn may_register_anew(&self) -> bool {
        !self.has_registered_anew.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn ask_to_stop(&self) {
        self.cancel.send_replace(true);
    }

    pub(crate) fn set_server_interval(&self, interval: Option<Duration>) {
        lock(&self.wishes).server = interval;
    }

    /// How often it sends heartbeats.
    pub(crate) fn interval(&self, is_on_stream: bool) -> Duration {
        heartbeat::interval(*lock(&self.wishes), is_on_stream)
    }

    /// The next heartbeat, and which progress it carries.
    pub(crate) fn heartbeat(&self, interval: Duration) -> (SendHeartbeatRequest, ProgressCount) {
        let now = Some(clock::now());
        let said = lock(&self.said);
        let heartbeat = SendHeartbeatRequest {
            scheduler_id: self.scheduler_id.clone(),
            run_id: Some(self.run_id.clone()),
            timestamp: now,
            sent_at: now,
            progress: said.progress.clone(),
            interval: Some(interval),
            ..Default::default()
        };
        (heartbeat, said.count)
    }

    /// The server has that progress.
    pub(crate) fn has_told(&self, progress: ProgressCount) {
        let mut said = lock(&self.said);
        said.told = said.told.max(progress);
    }

    pub(super) fn report(&self, status: RunStatus) -> UpdateStatusRequest {
        UpdateStatusRequest {
            scheduler_id: self.scheduler_id.clone(),
            run_id: Some(self.run_id.clone()),
            sequence: Some(self.sequence.fetch_add(1, Ordering::Relaxed) + 1),
            status: Some(status),
            timestamp: Some(clock::now()),
            ..Default::default()
        }
    }
}

/// The number before the first report of this process. One that takes over counts on
/// from the time, in seconds since 2020, so that its reports come after all others.
fn first_sequence(ownership: Ownership) -> u32 {
    const YEAR_2020: u64 = 1_577_836_800;
    match ownership {
        Ownership::Own => 0,
        _ => u32::try_from((clock::millis(clock::now()) / 1000).saturating_sub(YEAR_2020))
            .unwrap_or(u32::MAX / 2),
    }
}
