//! The SDK's own thread: everything that touches the network or the disk.
//!
//! Jobs put reports into a queue and are never held up by it. The thread sends
//! them in order, writes to disk what cannot be sent, replays what lies there, and
//! sends heartbeats for every open run, whatever the job's own threads do.

mod beat;
mod deliver;
mod line;
mod replay;
mod shared;
mod stream;

use std::cell::{Cell, RefCell};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;
use tokio::time::timeout;

use self::line::Line;
pub(crate) use self::shared::{Item, Shared};
use crate::api::{self, Directives, RegisterSchedulerRequest};
use crate::call::Wire;
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
    let work = move || {
        let _alive = alive;
        work(&runtime_core(shared, wire, spool, config), runtime);
    };
    std::thread::Builder::new().name("nightbell".to_owned()).spawn(work).map_err(trouble)?;
    Ok(Thread { handle, over })
}

fn runtime_core(
    shared: Arc<Shared>,
    wire: Arc<Wire>,
    spool: Option<Arc<Spool>>,
    config: Config,
) -> Core {
    let line = RefCell::new(Line::default());
    let is_replaying = watch::Sender::new(spool.is_some());
    let has_warned_of_disk = Cell::new(false);
    Core { shared, wire, spool, config, line, has_warned_of_disk, is_replaying }
}

fn work(core: &Core, runtime: Runtime) {
    runtime.block_on(async {
        tokio::select! {
            biased;
            () = core.ended() => {}
            () = core.deliver() => {}
            () = core.beat() => {}
            () = core.replay() => {}
        }
    });
    // A disk that hangs is left alone: the process waits no longer than its budget.
    runtime.shutdown_timeout(core.config.exit_timeout.max(DISK_MAX));
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

    /// Makes a scheduler known that the server does not know.
    async fn register(&self, scheduler_id: &str) -> Result<(), Error> {
        let known = self.shared.registration(scheduler_id);
        let request = known.unwrap_or_else(|| RegisterSchedulerRequest {
            scheduler_id: scheduler_id.to_owned(),
            service_name: Some(crate::job::service_name(&self.config)),
            job_name: Some(scheduler_id.to_owned()),
            ..Default::default()
        });
        self.wire.call(request).await.map(|answer| log_warnings(scheduler_id, &answer.warnings))
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

    /// The server is there.
    fn restore(&self) {
        if self.line.borrow_mut().restore() {
            self.shared.wake.notify_one();
            self.shared.runs_changed.notify_one();
            self.shared.replay_wanted.notify_one();
        }
    }

    /// Does something with the disk, which may hang, beside everything else.
    async fn on_disk<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Spool) -> T + Send + 'static,
    ) -> Option<T> {
        let spool = self.spool.clone()?;
        tokio::task::spawn_blocking(move || act(&spool)).await.ok()
    }
}

fn log_warnings(scheduler_id: &str, warnings: &[api::Warning]) {
    for warning in warnings {
        let api::Warning { reason, field, message } = warning;
        tracing::warn!(
            target: "nightbell",
            "the server changed a report of {scheduler_id}: {message} ({reason} {field})"
        );
    }
}
