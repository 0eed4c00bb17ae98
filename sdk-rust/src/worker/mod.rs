//! The SDK's own thread: everything that touches the network or the disk.
//!
//! Jobs put reports into a queue and are never held up by it. The thread sends
//! them in order, writes to disk what cannot be sent, replays what lies there, and
//! sends heartbeats for every open run, whatever the job's own threads do.

mod beat;
mod deliver;
mod line;
mod register;
mod replay;
mod shared;
mod stream;

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout};

use self::line::Line;
use self::shared::Flush;
pub(crate) use self::shared::{BUDGET_MAX, Item, Shared};
use crate::api::Directives;
use crate::call::{Call, Wire};
use crate::clock;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::retry::{self, Verdict};
use crate::spool::Spool;

/// How long the disk may hold up the end of a job, at the most.
pub(crate) const DISK_MAX: Duration = Duration::from_millis(80);

/// What the tasks of the thread share.
struct Core {
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    spool: Option<Arc<Spool>>,
    config: Config,
    line: RefCell<Line>,
    /// When the server last answered anything.
    answered_at: Cell<Option<Instant>>,
    /// Wishes for more time that could not be sent and have no place on disk.
    parked: RefCell<Vec<Item>>,
    has_warned_of_disk: Cell<bool>,
    /// Whether the disk has, or may have, what is about to be sent.
    is_replaying: watch::Sender<bool>,
}

/// A started thread.
pub(crate) struct Thread {
    pub(crate) handle: Handle,
    /// Says nothing, and is cut off when the thread is over.
    pub(crate) over: mpsc::Receiver<()>,
}

/// Starts the thread. It ends when [`Shared::stop`] is called.
pub(crate) fn start(
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    spool: Option<Arc<Spool>>,
    config: Config,
) -> Result<Thread, Error> {
    let trouble = |error: std::io::Error| Error::of(ErrorKind::Config, error.to_string());
    let runtime = Builder::new_current_thread().enable_all().build().map_err(trouble)?;
    let handle = runtime.handle().clone();
    let (alive, over) = mpsc::channel();
    // What is moved into a thread that cannot be had is dropped here, and a runtime may
    // not be dropped where async code runs.
    let (give, take) = mpsc::channel();
    let work = move || {
        let _alive = alive;
        if let Ok(runtime) = take.recv() {
            work(shared, wire, spool, config, runtime);
        }
    };
    match std::thread::Builder::new().name("nightbell".to_owned()).spawn(work) {
        Ok(_) => drop(give.send(runtime)),
        Err(error) => {
            runtime.shutdown_background();
            return Err(trouble(error));
        }
    }
    Ok(Thread { handle, over })
}

fn work(
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    spool: Option<Arc<Spool>>,
    config: Config,
    runtime: Runtime,
) {
    let _end = End { shared: shared.clone(), spool: spool.clone() };
    let core = Core {
        is_replaying: watch::Sender::new(spool.is_some()),
        shared,
        wire,
        spool,
        config,
        line: RefCell::default(),
        answered_at: Cell::default(),
        parked: RefCell::default(),
        has_warned_of_disk: Cell::default(),
    };
    runtime.block_on(async {
        tokio::select! {
            biased;
            () = core.ended() => {}
            () = core.excuse() => {}
            () = core.deliver() => {}
            () = core.beat() => {}
            () = core.replay() => {}
        }
    });
    // A disk that hangs is left alone: the process waits no longer than its budget.
    runtime.shutdown_timeout(core.config.exit_timeout.max(DISK_MAX));
}

/// The end of the thread, even by a panic: nobody waits for it any more, and what it had
/// yet to send goes to disk.
struct End {
    shared: Arc<Shared>,
    spool: Option<Arc<Spool>>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.shared.stop();
        for (_, item) in self.shared.close() {
            if let (Some(spool), Item::Report(record, _)) = (&self.spool, item) {
                let _ = spool.write(&record);
            }
        }
        self.shared.excuse_all();
    }
}

impl Core {
    /// Until the thread is to end, and what lies on disk is sent, as far as the exit
    /// budget goes. Else short jobs would never get it there.
    async fn ended(&self) {
        self.shared.stopped().await;
        let left = self.config.exit_timeout.saturating_sub(self.shared.since_flush());
        let mut is_replaying = self.is_replaying.subscribe();
        let _ = timeout(left, is_replaying.wait_for(|is_replaying| !is_replaying)).await;
    }

    /// Lets nobody wait beyond their budget, whatever becomes of the reports.
    async fn excuse(&self) {
        loop {
            let flush = self.due(|flush| flush.at).await;
            self.shared.excuse(flush.upto);
        }
    }

    /// Until such a time of what somebody waits for.
    async fn due(&self, time: impl Fn(&Flush) -> Instant) -> Flush {
        loop {
            let asked = self.shared.flush_asked.notified();
            match self.shared.flush_due() {
                None => asked.await,
                Some(flush) => tokio::select! {
                    () = sleep_until(time(&flush).into()) => return flush,
                    () = asked => {}
                },
            }
        }
    }

    /// Makes a call, and notes whether the server is there.
    async fn call<C: Call>(&self, request: C) -> Result<C::Response, Error> {
        let answer = self.wire.call(request).await;
        if answer.as_ref().map_or_else(|error| error.code().is_some(), |_| true) {
            self.answered_at.set(Some(clock::instant()));
        }
        answer
    }

    /// What the server wants of jobs.
    fn direct(&self, directives: Option<&Directives>) {
        let Some(directives) = directives else { return };
        for run in self.shared.runs() {
            let is_meant = run.scheduler_id == directives.scheduler_id
                && (run.run_id == directives.run_id || directives.run_id.is_empty());
            if !is_meant {
                continue;
            }
            if directives.cancel_requested && run.run_id == directives.run_id {
                run.ask_to_stop();
            }
            if directives.heartbeat_interval.is_some() {
                run.set_server_interval(directives.heartbeat_interval);
            }
        }
    }

    /// What follows from a refusal, for the line and for the report.
    fn judge(&self, error: &Error) -> Verdict {
        let verdict = retry::verdict(error);
        if verdict == Verdict::Hold {
            self.line.borrow_mut().hold(error);
            self.shared.replay_wanted.notify_one();
        }
        verdict
    }

    fn is_up(&self) -> bool {
        self.line.borrow().is_up()
    }

    /// Nothing is sent for a while but now and then a probe.
    fn lose(&self, error: &str) {
        self.line.borrow_mut().lose(error);
        self.shared.replay_wanted.notify_one();
    }

    /// Heartbeats get through again: so may reports.
    fn try_now(&self) {
        self.line.borrow_mut().probe_now();
        self.shared.reached.notify_one();
        self.shared.replay_wanted.notify_one();
    }

    /// The server is there.
    fn restore(&self) {
        if self.line.borrow_mut().restore() {
            for item in self.parked.take() {
                let _ = self.shared.put(item);
            }
            self.shared.wake.notify_one();
            self.shared.runs_changed.notify_one();
            self.shared.replay_wanted.notify_one();
        }
    }

    /// Does something with the disk, which may hang, beside everything else. None: the
    /// system gives no thread for it.
    async fn on_disk<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Spool) -> T + Send + 'static,
    ) -> Option<T> {
        let spool = self.spool.clone()?;
        let task = AssertUnwindSafe(|| tokio::task::spawn_blocking(move || act(&spool)));
        catch_unwind(task).ok()?.await.ok()
    }
}
