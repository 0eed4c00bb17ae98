//! One run of a job, as the job sees it.

mod state;

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;

use self::state::lock;
pub(crate) use self::state::{Ownership, ProgressCount, RunState};
use crate::api::{Progress, RunStatus, SendHeartbeatRequest, UpdateStatusRequest};
use crate::client::Client;
use crate::clock;
use crate::config::Capture;
use crate::heartbeat;
use crate::metadata;
use crate::outcome::Outcome;
use crate::spool::Record;
use crate::worker::Item;

/// Somebody asked for this run to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// What a job is given to speak of its run. Cheap to clone, may be sent to other
/// threads, and never fails nor waits.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub(crate) client: Client,
    pub(crate) state: Arc<RunState>,
}

impl Ctx {
    /// The run's id, made by this process.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.state.run_id
    }

    /// The scheduler's id.
    #[must_use]
    pub fn scheduler_id(&self) -> &str {
        &self.state.scheduler_id
    }

    /// Says how far the job has come. The newest goes with the next heartbeat;
    /// call it as often as you like.
    pub fn progress(&self, done: u64, total: impl Into<Option<u64>>) {
        self.set_progress(Progress { done, total: total.into(), message: None });
    }

    /// As [`Ctx::progress`], with what the job is doing; at most 512 bytes.
    pub fn progress_message(
        &self,
        done: u64,
        total: impl Into<Option<u64>>,
        message: impl Into<String>,
    ) {
        self.set_progress(Progress { done, total: total.into(), message: Some(message.into()) });
    }

    fn set_progress(&self, progress: Progress) {
        let mut said = lock(&self.state.said);
        said.count += 1;
        said.progress = Some(progress);
    }

    /// Keeps a value with the run; it is sent at the end, save of a run that a wrapper such
    /// as `nightbell exec` has opened and ends itself. Anything is taken: times
    /// become text in UTC, integers beyond 2^53 text, values of keys that look like
    /// secrets are masked, and all of it is at most 32 KiB.
    pub fn metadata(&self, key: impl Into<String>, value: impl Serialize) {
        lock(&self.state.said).metadata.insert(key.into(), metadata::value(value));
    }

    /// Asks for more time than `max_runtime` gives.
    pub fn extend(&self, by: Duration) {
        let heartbeat = SendHeartbeatRequest {
            extend: Some(by),
            sequence: Some(self.state.sequence.fetch_add(1, Ordering::Relaxed) + 1),
            ..self.state.heartbeat(heartbeat::declared(self.state.interval(false))).0
        };
        self.client.put(Item::Heartbeat(Box::new(heartbeat)));
    }

    /// Whether somebody asked for this run to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        let is_cancelled = *self.state.cancel.borrow();
        if is_cancelled {
            self.state.has_seen_cancel.store(true, Ordering::Relaxed);
        }
        is_cancelled
    }

    /// Waits until somebody asks for this run to stop. A job that returns an error
    /// after that is reported as *cancelled*, not as *failed*.
    ///
    /// Works on any async runtime, and may be dropped at any time.
    pub async fn cancelled(&self) -> Cancelled {
        let mut cancel = self.state.cancel.subscribe();
        if cancel.wait_for(|cancel| *cancel).await.is_err() {
            // The state, which this holds, has the sender.
            std::future::pending::<()>().await;
        }
        self.state.has_seen_cancel.store(true, Ordering::Relaxed);
        Cancelled
    }

    pub(crate) fn has_stopped_when_asked(&self) -> bool {
        self.state.has_seen_cancel.load(Ordering::Relaxed)
    }

    /// What an error says of itself, with its causes where it tells them in the alternate
    /// form. Nothing, if nobody will read it. An error that fails to say it harms nobody.
    pub(crate) fn text_of(&self, error: &impl fmt::Display) -> String {
        if !self.client.is_enabled() || self.client.config().capture == Capture::Nothing {
            return String::new();
        }
        let mut text = String::new();
        let saying = AssertUnwindSafe(|| {
            let _ = write!(text, "{error:#}");
        });
        let _ = catch_unwind(saying);
        text
    }

    /// Reports the beginning.
    pub(crate) fn begin(&self) {
        if self.state.ownership == Ownership::Own {
            let report = Box::new(Record::Status(self.state.report(RunStatus::Running)));
            self.client.put(Item::Report(report, Some(self.state.clone())));
        }
        self.client.add_run(self.state.clone());
    }

    /// Reports the end, once.
    pub(crate) fn end(&self, outcome: Outcome) {
        if self.state.has_ended.swap(true, Ordering::Relaxed) {
            return;
        }
        let last = {
            let said = lock(&self.state.said);
            said.told < said.count
        };
        if last {
            let interval = heartbeat::declared(self.state.interval(false));
            self.client.put(Item::Heartbeat(Box::new(self.state.heartbeat(interval).0)));
        }
        if self.state.ownership != Ownership::Attached {
            let report = Box::new(Record::Status(self.final_report(outcome)));
            self.client.put(Item::Report(report, None));
        }
        self.client.remove_run(&self.state);
    }

    fn final_report(&self, outcome: Outcome) -> UpdateStatusRequest {
        let mut metadata = lock(&self.state.said).metadata.clone();
        if let Some(kind) = outcome.kind {
            metadata.insert("error_type".to_owned(), kind.into());
        }
        let lasted = clock::instant().duration_since(self.state.started_at);
        let is_ours = self.state.ownership == Ownership::Own;
        let captures = self.client.config().capture != Capture::Nothing;
        UpdateStatusRequest {
            execution_time_ms: is_ours.then(|| i64::try_from(lasted.as_millis()).ok()).flatten(),
            error_message: outcome.message.filter(|_| captures),
            metadata: (!metadata.is_empty()).then(|| metadata::bounded(&metadata)),
            ..self.state.report(outcome.status)
        }
    }
}

/// A run that this process opened. [`Run::complete`] or [`Run::fail`] it; dropped
/// without either it has failed: *abandoned*.
///
/// Ending it waits until the report is with the server or on disk, at most for the
/// exit budget (1.5 seconds, and a tenth for the disk), and only once while the server is
/// away.
#[derive(Debug)]
#[must_use = "a run that is dropped has failed"]
pub struct Run {
    pub(crate) ctx: Ctx,
}

impl Run {
    /// What speaks of the run, to hand to others.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The job has done its work.
    pub fn complete(self) {
        self.end(Outcome::completed());
    }

    /// The job has failed.
    pub fn fail(self, message: impl fmt::Display) {
        let text = self.ctx.text_of(&message);
        self.end(Outcome::failed(&text));
    }

    /// A command has failed; the last 8 KiB of what it said are kept with the message.
    pub fn fail_saying(self, message: impl fmt::Display, output: &str) {
        let text = self.ctx.text_of(&message);
        self.end(Outcome::failed_saying(&text, output));
    }

    /// Leaves the run open, for another process to end it with
    /// [`Job::resume`](crate::Job::resume).
    pub fn detach(self) {
        self.ctx.state.has_ended.store(true, Ordering::Relaxed);
        self.ctx.client.remove_run(&self.ctx.state);
    }

    /// The job stopped because it was asked to.
    pub fn cancel(self) {
        self.end(Outcome::cancelled());
    }

    fn end(self, outcome: Outcome) {
        self.ctx.end(outcome);
    }
}

impl std::ops::Deref for Run {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.ctx.end(Outcome::abandoned());
        self.ctx.client.wait_settled();
    }
}
