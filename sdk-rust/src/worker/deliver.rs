//! Reports, in order, to the server or to the disk.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, sleep_until, timeout};

use super::register::log_warnings;
use super::shared::Numbered;
use super::{Core, DISK_MAX, Item};
use crate::api::{SendHeartbeatRequest, UpdateStatusRequest};
use crate::clock;
use crate::error::Error;
use crate::retry::{self, TRIES_MAX, Verdict};
use crate::run::RunState;
use crate::spool::{Record, Spool};

/// How many wishes for more time are kept for a server that is away.
const PARKED_MAX: usize = 1000;

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
            let overdue = tokio::select! {
                biased;
                flush = self.due(|flush| flush.disk_at) => flush,
                () = self.settle_front() => continue,
            };
            // A server that answers is there: there is only more to say than time.
            if self.answered_at.get().is_none_or(|answered_at| answered_at < overdue.asked_at) {
                self.lose("no answer before the job's end");
            }
            self.put_down().await;
        }
    }

    /// Sends the report in front until the server has it, or is away.
    async fn settle_front(&self) {
        let Some((number, item)) = self.shared.front() else { return };
        let mut has_registered = false;
        for tries in 1..=TRIES_MAX {
            let Err(error) = self.send(&item).await else {
                self.shared.pop(number);
                return;
            };
            let wait = match self.judge(&error) {
                Verdict::Done => return self.shared.pop(number),
                Verdict::Drop => return self.drop_front(number, &error),
                Verdict::Hold => return,
                Verdict::Register if has_registered => return self.drop_front(number, &error),
                Verdict::Register => {
                    has_registered = true;
                    if !self.has_registered_anew(&item).await {
                        return;
                    }
                    Duration::ZERO
                }
                Verdict::Retry => match error.retry_after() {
                    Some(wait) => retry::retry_after(Some(wait)),
                    None => retry::backoff(tries, fastrand::f64()),
                },
            };
            if tries == TRIES_MAX && !has_registered {
                self.lose(&error.to_string());
                return;
            }
            sleep(wait).await;
        }
    }

    fn drop_front(&self, number: u64, error: &Error) {
        tracing::error!(target: "nightbell", "a report was refused: {error}");
        self.shared.pop(number);
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
                let answer = self.call(heartbeat).await?;
                self.direct(answer.directives.as_ref());
            }
            Item::Report(record, run) => match record.as_ref() {
                Record::Register(request) => {
                    let answer = self.call(request.clone()).await?;
                    log_warnings(&request.scheduler_id, &answer.warnings);
                }
                Record::Status(report) => {
                    let answer =
                        self.call(UpdateStatusRequest { sent_at, ..report.clone() }).await?;
                    log_warnings(&report.scheduler_id, &answer.warnings);
                    self.direct(answer.directives.as_ref());
                    self.be_known(run.as_ref());
                }
            },
        }
        Ok(())
    }

    /// The server knows of the run, or will in a moment: its heartbeats may begin.
    fn be_known(&self, run: Option<&Arc<RunState>>) {
        if run.is_some_and(|run| run.be_known()) {
            self.shared.runs_changed.notify_one();
        }
    }

    /// Writes everything in the queue to disk. What the disk does not take stays in
    /// memory until the server is there again.
    async fn put_down(&self) {
        if self.spool.is_none() {
            return self.keep_in_memory(vec![]).await;
        }
        let items = Arc::new(self.shared.take_all());
        let writing = self.on_disk({
            let items = items.clone();
            move |spool| write_all(spool, &items)
        });
        let (left, trouble) = match (timeout(self.patience(), writing).await, &self.spool) {
            (Ok(Some(done)), _) => done,
            (Ok(None), Some(spool)) => write_all(spool, &items),
            // The disk hangs. What it was given may still arrive there.
            _ => (vec![], None),
        };
        self.shared.settle(items.len() - left.len());
        for (number, item) in items.iter() {
            match item {
                Item::Heartbeat(_) => self.park(item.clone()),
                Item::Report(_, run) if left.iter().all(|(other, _)| other != number) => {
                    self.be_known(run.as_ref());
                }
                Item::Report(..) => {}
            }
        }
        if let Some(error) = trouble {
            if !self.has_warned_of_disk.replace(true) {
                tracing::debug!(target: "nightbell", "reports stay in memory: {error}");
            }
            self.keep_in_memory(left).await;
        } else {
            self.shared.replay_wanted.notify_one();
        }
    }

    /// Keeps what has no place on disk until the server is there.
    fn park(&self, item: Item) {
        if self.is_up() {
            let _ = self.shared.put(item);
        } else if self.parked.borrow().len() < PARKED_MAX {
            self.parked.borrow_mut().push(item);
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
    async fn keep_in_memory(&self, left: Vec<Numbered>) {
        self.shared.put_back(left);
        tokio::select! {
            () = self.probe() => {}
            () = self.shared.reached.notified() => {}
            () = self.excuse_everybody() => {}
        }
    }

    async fn excuse_everybody(&self) {
        loop {
            let asked = self.shared.flush_asked.notified();
            self.shared.excuse_all();
            asked.await;
        }
    }

    /// Tries the server again when it is time, with the report in front.
    async fn probe(&self) {
        let Some(probe_at) = self.line.borrow().probe_at() else { return };
        sleep_until(probe_at.into()).await;
        let Some((number, item)) = self.shared.front() else { return };
        match self.send(&item).await {
            Ok(()) => {
                self.shared.pop(number);
                self.restore();
            }
            Err(error) if self.judge(&error) == Verdict::Retry => self.lose(&error.to_string()),
            Err(error) if self.is_up() => self.drop_front(number, &error),
            Err(_) => {}
        }
    }
}

/// What the disk did not take, and why.
fn write_all(spool: &Spool, items: &[Numbered]) -> (Vec<Numbered>, Option<String>) {
    let mut left = vec![];
    let mut trouble = None;
    for numbered in items {
        let Item::Report(record, _) = &numbered.1 else { continue };
        if let Err(error) = spool.write(record) {
            trouble = Some(format!("{}: {error}", spool.folder().display()));
            left.push(numbered.clone());
        }
    }
    (left, trouble)
}
