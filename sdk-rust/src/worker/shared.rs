//! What jobs and the SDK's thread share: the queue, the open runs, and how far the
//! thread has come.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use crate::api::{RegisterSchedulerRequest, SendHeartbeatRequest};
use crate::clock;
use crate::run::RunState;
use crate::spool::Record;

/// How many reports wait in memory at the most; the oldest go first.
const QUEUE_MAX: usize = 10_000;

/// One thing to send.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Report(Box<Record>, Option<Arc<RunState>>),
    /// The last progress of a run, or a wish for more time. Never on disk.
    Heartbeat(Box<SendHeartbeatRequest>),
}

/// An item that waits, by its number: how many were ever put.
pub(super) type Numbered = (u64, Item);

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Numbered>,
    /// How many were ever put.
    put: u64,
    flushes: Vec<Flush>,
    /// The thread takes nothing more.
    is_closed: bool,
    registrations: HashMap<String, RegisterSchedulerRequest>,
}

/// What part of an exit budget is the disk's: a busy machine needs more than a moment for
/// it, and what neither the server nor the disk has by the end is lost.
const DISK_SHARE: u32 = 5;

/// The longest that anybody may say to wait: what is beyond has no meaning, and clocks end.
pub(crate) const BUDGET_MAX: Duration = Duration::from_secs(24 * 3600);

/// Up to which report the queue is to be empty, and when at the latest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flush {
    pub(super) upto: u64,
    pub(super) asked_at: Instant,
    /// When no server is waited for any more, and the disk's turn begins.
    pub(super) disk_at: Instant,
    pub(super) at: Instant,
}

/// How far the thread has come.
#[derive(Debug, Default, Clone, Copy)]
struct Settled {
    /// How many reports are with the server, on disk or given up.
    count: u64,
    /// Up to which report nobody needs to wait, as nothing more can be done.
    excused: u64,
}

impl Settled {
    fn upto(self) -> u64 {
        self.count.max(self.excused)
    }
}

#[derive(Debug)]
pub(crate) struct Shared {
    queue: Mutex<Queue>,
    runs: Mutex<Vec<Arc<RunState>>>,
    settled: Mutex<Settled>,
    settled_changed: Condvar,
    settled_watch: watch::Sender<u64>,
    /// When somebody last began to wait.
    flushed_at: Mutex<Option<Instant>>,
    stop: watch::Sender<bool>,
    pub(super) wake: Notify,
    pub(super) flush_asked: Notify,
    pub(super) runs_changed: Notify,
    pub(super) replay_wanted: Notify,
    /// A server that was away has been reached.
    pub(super) reached: Notify,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self {
            queue: Mutex::default(),
            runs: Mutex::default(),
            settled: Mutex::default(),
            settled_changed: Condvar::new(),
            settled_watch: watch::Sender::new(0),
            flushed_at: Mutex::default(),
            stop: watch::Sender::new(false),
            wake: Notify::new(),
            flush_asked: Notify::new(),
            runs_changed: Notify::new(),
            replay_wanted: Notify::new(),
            reached: Notify::new(),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_runs(&self) -> MutexGuard<'_, Vec<Arc<RunState>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a report behind the others. Gives it back when the thread takes no more.
    pub(crate) fn put(&self, item: Item) -> Result<(), Item> {
        let mut queue = self.queue();
        if queue.is_closed {
            return Err(item);
        }
        queue.put += 1;
        let number = queue.put;
        queue.items.push_back((number, item));
        let is_full = queue.items.len() > QUEUE_MAX;
        if is_full {
            queue.items.pop_front();
        }
        drop(queue);
        if is_full {
            tracing::warn!(target: "nightbell", "too many reports wait: the oldest is dropped");
            self.settle(1);
        }
        self.wake.notify_one();
        Ok(())
    }

    /// Whether a job was not yet registered with these settings; from now on it counts
    /// as registered.
    pub(crate) fn is_news(&self, request: &RegisterSchedulerRequest) -> bool {
        let id = request.scheduler_id.clone();
        self.queue().registrations.insert(id, request.clone()).as_ref() != Some(request)
    }

    pub(super) fn registration(&self, scheduler_id: &str) -> Option<RegisterSchedulerRequest> {
        self.queue().registrations.get(scheduler_id).cloned()
    }

    pub(super) fn front(&self) -> Option<Numbered> {
        self.queue().items.front().cloned()
    }

    /// Forgets the report in front, which is dealt with. It may be gone already, when too
    /// many waited.
    pub(super) fn pop(&self, number: u64) {
        let mut queue = self.queue();
        if queue.items.front().is_some_and(|(front, _)| *front == number) {
            queue.items.pop_front();
            drop(queue);
            self.settle(1);
        }
    }

    pub(super) fn take_all(&self) -> Vec<Numbered> {
        self.queue().items.drain(..).collect()
    }

    /// Takes what is left, and nothing more from now on.
    pub(super) fn close(&self) -> Vec<Numbered> {
        self.queue().is_closed = true;
        self.take_all()
    }

    /// Puts back what was taken, in front of what came since.
    pub(super) fn put_back(&self, items: Vec<Numbered>) {
        let mut queue = self.queue();
        for item in items.into_iter().rev() {
            queue.items.push_front(item);
        }
    }

    /// Counts reports as dealt with.
    pub(super) fn settle(&self, count: usize) {
        self.advance(|settled| settled.count += count as u64);
    }

    /// Lets nobody wait for what is in the queue now.
    pub(super) fn excuse_all(&self) {
        let put = self.queue().put;
        self.excuse(put);
    }

    /// Lets nobody wait for the reports up to this one.
    pub(super) fn excuse(&self, upto: u64) {
        self.advance(|settled| settled.excused = settled.excused.max(upto));
    }

    fn advance(&self, change: impl FnOnce(&mut Settled)) {
        let upto = {
            let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut settled);
            settled.upto()
        };
        self.settled_changed.notify_all();
        self.settled_watch.send_replace(upto);
    }

    /// Asks that everything put so far is dealt with in time. Gives the ticket to
    /// wait with.
    pub(crate) fn flush(&self, budget: Duration) -> u64 {
        let budget = budget.min(BUDGET_MAX);
        let mut queue = self.queue();
        let now = clock::instant();
        *self.flushed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        let upto = queue.put;
        let disk_at = now + budget / DISK_SHARE * (DISK_SHARE - 1);
        queue.flushes.push(Flush { upto, asked_at: now, disk_at, at: now + budget });
        drop(queue);
        self.flush_asked.notify_waiters();
        self.wake.notify_one();
        upto
    }

    /// How much of the exit budget went by since somebody began to wait; nothing, if
    /// nobody did.
    pub(crate) fn since_flush(&self) -> Duration {
        let flushed_at = *self.flushed_at.lock().unwrap_or_else(PoisonError::into_inner);
        flushed_at.map_or(Duration::ZERO, |at| clock::instant().duration_since(at))
    }

    /// Of what was asked for and is not yet done, what is to be done first.
    pub(super) fn flush_due(&self) -> Option<Flush> {
        let settled = *self.settled_watch.borrow();
        let mut queue = self.queue();
        queue.flushes.retain(|flush| flush.upto > settled);
        queue.flushes.iter().min_by_key(|flush| flush.at).copied()
    }

    /// Waits on any runtime until the ticket is dealt with.
    pub(crate) async fn settled(&self, ticket: u64) {
        let mut settled = self.settled_watch.subscribe();
        let mut stopped = self.stop.subscribe();
        tokio::select! {
            _ = settled.wait_for(|settled| *settled >= ticket) => {}
            _ = stopped.wait_for(|stop| *stop) => {}
        }
    }

    /// Waits on this thread, at most so long.
    pub(crate) fn wait_settled(&self, ticket: u64, most: Duration) {
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |settled: &mut Settled| settled.upto() < ticket;
        drop(self.settled_changed.wait_timeout_while(settled, most, waiting));
    }

    /// How many reports are not yet dealt with.
    pub(crate) fn pending(&self) -> u64 {
        let put = self.queue().put;
        let settled = *self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        put.saturating_sub(settled.count)
    }

    pub(crate) fn add_run(&self, run: Arc<RunState>) {
        self.open_runs().push(run);
        self.runs_changed.notify_one();
    }

    pub(crate) fn remove_run(&self, run: &Arc<RunState>) {
        self.open_runs().retain(|other| !Arc::ptr_eq(other, run));
        self.runs_changed.notify_one();
    }

    pub(super) fn runs(&self) -> Vec<Arc<RunState>> {
        self.open_runs().clone()
    }

    /// Ends the thread.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(super) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        let _ = stop.wait_for(|stop| *stop).await;
    }
}
