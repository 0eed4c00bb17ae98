//! The entry: settings, the SDK's thread, and the end of both.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::api::{Api, RegisterSchedulerRequest};
use crate::call::Wire;
use crate::config::{Config, ParentRun};
use crate::error::Error;
use crate::job::Job;
use crate::run::RunState;
use crate::spool::{Record, Spool};
use crate::spooled::Spooled;
use crate::worker::{self, BUDGET_MAX, DISK_MAX, Item, Shared};

/// What a wait for the thread may take beyond the budget that the thread keeps.
const MARGIN: Duration = Duration::from_millis(100);

/// Watches jobs. Cheap to clone; one for a process is enough.
///
/// Nothing that a job calls on it fails or waits for the network. When the last
/// clone is dropped, it waits for what is not yet with the server or on disk, at
/// most for the exit budget.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    config: Config,
    /// The process that the thread belongs to. A fork has none.
    process: u32,
    /// Whether a job has attached to the wrapper's run.
    has_attached: AtomicBool,
    shared: Arc<Shared>,
    wire: Option<(Arc<Wire>, Handle)>,
    spool: Option<Arc<Spool>>,
    /// Cut off when the SDK's thread is over.
    thread_over: Option<Mutex<mpsc::Receiver<()>>>,
}

impl Client {
    /// A client by the settings of the environment; see the crate's documentation.
    /// Without an address nothing is watched, and one warning says so.
    ///
    /// # Errors
    ///
    /// A setting cannot be read.
    pub fn from_env() -> Result<Self, Error> {
        Self::new(Config::from_env()?)
    }

    /// As [`Client::from_env`], for a program that would rather run unwatched than not at
    /// all: a setting that cannot be read is logged, and nothing is watched.
    #[must_use]
    pub fn from_env_or_disabled() -> Self {
        Self::from_env().unwrap_or_else(|error| {
            tracing::error!(target: "nightbell", "nothing is watched: {error}");
            Self::disabled()
        })
    }

    /// A client by these settings.
    ///
    /// # Errors
    ///
    /// As [`Client::from_env`].
    pub fn new(config: Config) -> Result<Self, Error> {
        let Some(url) = config.url.as_deref().and_then(crate::config::address) else {
            tracing::warn!(target: "nightbell", "NIGHTBELL_URL is not set: nothing is watched");
            return Ok(Self::disabled_with(config));
        };
        let wire = Wire::new(&url, &config)?;
        let spool = config.spool.as_deref().map(|folder| Spool::new(folder, &url));
        Self::start(config, wire, spool)
    }

    pub(crate) fn start(
        mut config: Config,
        wire: Wire,
        spool: Option<Spool>,
    ) -> Result<Self, Error> {
        config.exit_timeout = config.exit_timeout.min(BUDGET_MAX);
        config.timeout = config.timeout.min(BUDGET_MAX);
        let (wire, spool) = (Arc::new(wire), spool.map(Arc::new));
        let shared = Arc::new(Shared::new());
        let thread = worker::start(shared.clone(), wire.clone(), spool.clone(), config.clone())?;
        Ok(Self::of(Inner {
            config,
            process: std::process::id(),
            has_attached: AtomicBool::new(false),
            shared,
            wire: Some((wire, thread.handle)),
            spool,
            thread_over: Some(Mutex::new(thread.over)),
        }))
    }

    /// A client that watches nothing: no thread, no connection.
    #[must_use]
    pub fn disabled() -> Self {
        Self::disabled_with(Config::default())
    }

    fn disabled_with(config: Config) -> Self {
        Self::of(Inner {
            config,
            process: std::process::id(),
            has_attached: AtomicBool::new(false),
            shared: Arc::new(Shared::new()),
            wire: None,
            spool: None,
            thread_over: None,
        })
    }

    fn of(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// Whether anything is watched. Not in a process that was forked from that which made
    /// the client, as the SDK's thread is not in it: make a client after the fork.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.inner.is_enabled()
    }

    /// A job by its scheduler's id: 1 to 128 of A-Z, a-z, 0-9, `.`, `_` and `-`.
    pub fn job(&self, scheduler_id: impl Into<String>) -> Job {
        Job::new(self.clone(), scheduler_id.into())
    }

    /// The low-level client: every call, with errors.
    #[must_use]
    pub fn api(&self) -> Api {
        Api { inner: self.inner.clone() }
    }

    /// The reports that wait on disk for this server.
    #[must_use]
    pub fn spooled(&self) -> Spooled {
        Spooled { spool: self.inner.spool.clone() }
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Waits until every report so far is with the server or on disk, at most so
    /// long, on any async runtime. The client can be used on.
    pub async fn flush(&self, budget: Duration) {
        if self.is_enabled() && self.inner.shared.pending() > 0 {
            let ticket = self.inner.shared.flush(budget);
            self.inner.shared.settled(ticket).await;
        }
    }

    /// Flushes, and ends the SDK's thread. What is reported afterwards waits on disk for
    /// the next program that uses Nightbell; without a disk it is lost.
    pub async fn shutdown(self, budget: Duration) {
        self.flush(budget).await;
        if self.is_enabled() {
            self.inner.shared.stop();
        }
    }

    pub(crate) fn put(&self, item: Item) {
        if self.is_enabled()
            && let Err(late) = self.inner.shared.put(item)
        {
            self.inner.put_down(late);
        }
    }

    pub(crate) fn register(&self, request: RegisterSchedulerRequest) {
        if self.is_enabled() && self.inner.shared.is_news(&request) {
            self.put(Item::Report(Box::new(Record::Register(request)), None));
        }
    }

    pub(crate) fn add_run(&self, run: Arc<RunState>) {
        if self.is_enabled() {
            self.inner.shared.add_run(run);
        } else if self.inner.wire.is_some() {
            tracing::warn!(
                target: "nightbell",
                "{} is not watched: the process was forked after its client was made",
                run.scheduler_id
            );
        }
    }

    pub(crate) fn remove_run(&self, run: &Arc<RunState>) {
        if self.is_enabled() {
            self.inner.shared.remove_run(run);
        }
    }

    /// The wrapper's run, for its job or, if the wrapper did not say which that is, for the
    /// first to ask.
    pub(crate) fn parent_of(&self, scheduler_id: &str) -> Option<ParentRun> {
        let parent = self.inner.config.parent_run.clone()?;
        let is_meant = match &parent.scheduler_id {
            Some(meant) => meant == scheduler_id,
            None => !self.inner.has_attached.swap(true, Ordering::Relaxed),
        };
        is_meant.then_some(parent)
    }

    /// Waits on this thread for the end of a run to be safe.
    pub(crate) fn wait_settled(&self) {
        self.inner.wait_settled();
    }

    #[cfg(feature = "raw")]
    pub(crate) fn wire(&self) -> Option<Arc<Wire>> {
        self.inner.way().map(|(wire, _)| wire)
    }
}

impl Inner {
    fn is_enabled(&self) -> bool {
        // In a fork even the locks may be held for ever, by threads that are not there.
        self.wire.is_some() && self.process == std::process::id()
    }

    /// The way to the server, and the thread that goes it.
    pub(crate) fn way(&self) -> Option<(Arc<Wire>, Handle)> {
        self.wire.clone().filter(|_| self.is_enabled())
    }

    /// Writes to disk what came too late for the thread. The disk may hang.
    fn put_down(&self, late: Item) {
        let (Some(spool), Item::Report(record, _)) = (self.spool.clone(), late) else {
            tracing::warn!(target: "nightbell", "reported after the client's end: it is lost");
            return;
        };
        let (done, is_done) = mpsc::channel();
        let write = move || {
            // Nobody waits for a disk that took too long.
            let _ = done.send(spool.write(&record).is_ok());
        };
        let thread = std::thread::Builder::new().spawn(write);
        if thread.is_err() || is_done.recv_timeout(self.config.exit_timeout) != Ok(true) {
            tracing::warn!(target: "nightbell", "reported after the client's end, and no disk takes it");
        }
    }

    fn wait_settled(&self) {
        if self.is_enabled() && self.shared.pending() > 0 {
            let budget = self.config.exit_timeout;
            let ticket = self.shared.flush(budget);
            self.shared.wait_settled(ticket, budget + MARGIN);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !self.is_enabled() {
            return;
        }
        self.wait_settled();
        self.shared.stop();
        if let Some(over) = &self.thread_over {
            // The thread sends what lies on disk while there is time, and gives back what
            // it had claimed and not sent: the next process need not wait for that.
            let over = over.lock().unwrap_or_else(PoisonError::into_inner);
            let left = self.config.exit_timeout.saturating_sub(self.shared.since_flush());
            let _ = over.recv_timeout(left + DISK_MAX);
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("config", &self.inner.config).finish_non_exhaustive()
    }
}
