//! Reports, in order, to the server or to the disk.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, sleep_until, timeout};

use super::{Core, DISK_MAX, Item, log_warnings};
use crate::api::{SendHeartbeatRequest, UpdateStatusRequest};
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::retry::{self, TRIES_MAX, Verdict};
use crate::run::RunState;
use crate::spool::Record;

impl Core {
    /// Sends what is in the queue, for ever.
    pub(super) async fn deliver(&self) {
        loop {
            if self.shared.front().is_none() {
                self.shared.wake.notified().await;
                continue;
            }
            if !self.is_up() {
                self.put_down().await;
                continue;
            }
            let is_over = tokio::select! {
                biased;
                () = self.overdue() => true,
                () = self.settle_front() => false,
            };
            if is_over {
                self.lose("no answer before the job's end");
                self.put_down().await;
            }
        }
    }

    /// Sends the report in front until the server has it, or is away.
    async fn settle_front(&self) {
        let Some(item) = self.shared.front() else { return };
        let mut has_registered = false;
        for tries in 1..=TRIES_MAX {
            let Err(error) = self.send(&item).await else {
                self.shared.pop();
                return;
            };
            let wait = match self.judge(&error) {
                Verdict::Done => return self.shared.pop(),
                Verdict::Drop => return self.drop_front(&error),
                Verdict::Hold => return,
                Verdict::Register if has_registered => return self.drop_front(&error),
                Verdict::Register => {
                    has_registered = true;
                    if !self.has_registered_anew(&item).await {
                        return;
                    }
                    Duration::ZERO
                }
                Verdict::Retry if error.kind() == ErrorKind::RateLimited => {
                    retry::retry_after(error.retry_after())
                }
                Verdict::Retry => retry::backoff(tries, fastrand::f64()),
            };
            if tries == TRIES_MAX && !has_registered {
                self.lose(&error.to_string());
                return;
            }
            sleep(wait).await;
        }
    }

    fn drop_front(&self, error: &Error) {
        tracing::warn!(target: "nightbell", "a report was refused: {error}");
        self.shared.pop();
    }

    /// Registers the scheduler of a report that the server knows nothing of.
    async fn has_registered_anew(&self, item: &Item) -> bool {
        let scheduler_id = match item {
            Item::Heartbeat(report) => &report.scheduler_id,
            Item::Report(record, _) => match record.as_ref() {
                Record::Status(report) => &report.scheduler_id,
                Record::Register(_) => return true,
            },
        };
        match self.register(scheduler_id).await {
            Ok(()) => true,
            Err(error) => match self.judge(&error) {
                Verdict::Retry => {
                    self.lose(&error.to_string());
                    false
                }
                Verdict::Hold => false,
                _ => true,
            },
        }
    }

    async fn send(&self, item: &Item) -> Result<(), Error> {
        let sent_at = Some(clock::now());
        match item {
            Item::Heartbeat(heartbeat) => {
                let heartbeat = SendHeartbeatRequest { sent_at, ..heartbeat.as_ref().clone() };
                let answer = self.wire.call(heartbeat).await?;
                self.direct(answer.directives.as_ref());
            }
            Item::Report(record, run) => match record.as_ref() {
                Record::Register(request) => {
                    let answer = self.wire.call(request.clone()).await?;
                    log_warnings(&request.scheduler_id, &answer.warnings);
                }
                Record::Status(report) => {
                    let answer =
                        self.wire.call(UpdateStatusRequest { sent_at, ..report.clone() }).await?;
                    log_warnings(&report.scheduler_id, &answer.warnings);
                    self.direct(answer.directives.as_ref());
                    self.is_known(run.as_ref());
                }
            },
        }
        Ok(())
    }

    /// The server knows of the run: its heartbeats may begin.
    fn is_known(&self, run: Option<&Arc<RunState>>) {
        if run.is_some_and(|run| run.be_known()) {
            self.shared.runs_changed.notify_one();
        }
    }

    /// Until what somebody waits for takes too long.
    async fn overdue(&self) {
        loop {
            let asked = self.shared.flush_asked.notified();
            match self.shared.flush_due() {
                None => asked.await,
                Some(flush) => tokio::select! {
                    () = sleep_until(flush.disk_at.into()) => return,
                    () = asked => {}
                },
            }
        }
    }

    /// Writes everything in the queue to disk. What the disk does not take stays in
    /// memory until the server is there again.
    async fn put_down(&self) {
        if self.spool.is_none() {
            return self.keep_in_memory(vec![]).await;
        }
        let items = self.shared.take_all();
        let count = items.len();
        let writing = self.on_disk(move |spool| {
            let mut left = vec![];
            let mut trouble = None;
            for item in items {
                let Item::Report(record, _) = &item else { continue };
                if let Err(error) = spool.write(record) {
                    trouble = Some((spool.folder().to_owned(), error));
                    left.push(item);
                }
            }
            (left, trouble)
        });
        let (left, trouble) = match timeout(self.patience(), writing).await {
            Ok(Some(done)) => done,
            // The disk hangs. What it was given may still arrive there.
            Ok(None) | Err(_) => (vec![], None),
        };
        self.shared.settle(count - left.len());
        if let Some((folder, error)) = trouble {
            if !self.has_warned_of_disk.replace(true) {
                let folder = folder.display();
                tracing::debug!(target: "nightbell", "{folder}: reports stay in memory: {error}");
            }
            self.keep_in_memory(left).await;
        } else {
            self.shared.replay_wanted.notify_one();
        }
    }

    /// How long the disk may take: what is left for whoever waits, and a little if
    /// nothing is.
    fn patience(&self) -> Duration {
        self.shared.flush_due().map_or(self.config.timeout, |flush| {
            flush.at.saturating_duration_since(clock::instant()).max(DISK_MAX)
        })
    }

    /// Waits for the server with reports that no disk takes. Who waits for them is
    /// told that nothing more can be done.
    async fn keep_in_memory(&self, left: Vec<Item>) {
        self.shared.put_back(left);
        self.shared.excuse_all();
        let Some(probe_at) = self.line.borrow().probe_at() else { return };
        loop {
            tokio::select! {
                () = self.shared.flush_asked.notified() => self.shared.excuse_all(),
                () = sleep_until(probe_at.into()) => break,
            }
        }
        let Some(item) = self.shared.front() else { return };
        match self.send(&item).await {
            Ok(()) => {
                self.shared.pop();
                self.restore();
            }
            Err(error) if self.judge(&error) == Verdict::Retry => self.lose(&error.to_string()),
            Err(error) if self.is_up() => self.drop_front(&error),
            Err(_) => {}
        }
    }
}
