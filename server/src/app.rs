//! Putting the parts together.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nightbell_domain::key::{Binding, Role};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;

use crate::auth::{Authenticator, ServerSecret};
use crate::channel::WaysOut;
use crate::channel::http::{Bounds as HttpBounds, HttpClient, SystemLookup};
use crate::clock::{Clock, SystemClock};
use crate::config::settings::{Database, Settings};
use crate::error::ServiceError;
use crate::limits::{CONNECTIONS_MAX, PROVIDER_CONNECT_MAX, PROVIDER_MAX, SHUTDOWN_GRACE};
use crate::listen::{self, Listen, tls};
use crate::service::keys::{NewKey, StoredKeys, make_key_up_to};
use crate::service::provider::{Client, reachable};
use crate::service::{Parts, Rules, Services};
use crate::store::Store;
use crate::store::postgres::Postgres;
use crate::store::sqlite::Sqlite;
use crate::telemetry::{Metrics, start_logs};
use crate::{router, worker};

/// The project of a server that nobody told otherwise.
pub const PROJECT_DEFAULT: &str = "default";

/// Anything that keeps the server from starting or going on.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Where the data lies, with the secret that belongs to it.
pub struct Storage {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The server's secret.
    pub secret: Arc<ServerSecret>,
    /// Holds a database in memory for as long as it is used.
    _scratch: Option<tempfile::TempDir>,
}

impl Storage {
    /// Opens the database and reads the secret, both made at the first start.
    ///
    /// # Errors
    ///
    /// What keeps either from being used, in words for an operator.
    pub async fn open(settings: &Settings, as_server: bool) -> Result<Self, Failure> {
        let scratch = match settings.database {
            Database::Memory => Some(tempfile::tempdir()?),
            Database::Sqlite(_) | Database::Postgres(_) => None,
        };
        let in_memory = scratch.as_ref().map(|it| it.path().join("nightbell.db"));
        let file = match (&settings.database, &in_memory) {
            (Database::Sqlite(file), _) | (_, Some(file)) => Some(file),
            _ => None,
        };
        let store: Arc<dyn Store> = match (&settings.database, file) {
            (Database::Postgres(address), _) => {
                Arc::new(Postgres::open((**address).clone()).await?)
            }
            (_, Some(file)) if as_server => Arc::new(Sqlite::open_as_server(file)?),
            (_, file) => Arc::new(Sqlite::open_beside_server(&file.cloned().unwrap_or_default())?),
        };
        let secret_path = settings.secret_file.clone().or_else(|| file.map(|it| secret_beside(it)));
        let secret_path = secret_path.unwrap_or_default();
        let secret = Arc::new(ServerSecret::load_or_create(&secret_path)?);
        if store.secret_mark(secret.mark()).await? != secret.mark() {
            return Err(format!(
                "{} is not the secret that the database was made with; every server on one \
                 database needs the same NIGHTBELL_SECRET_FILE",
                secret_path.display()
            )
            .into());
        }
        Ok(Self { store, secret, _scratch: scratch })
    }
}

fn secret_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".secret");
    PathBuf::from(name)
}

/// Runs the server until it is told to stop by SIGTERM or SIGINT.
///
/// # Errors
///
/// What kept it from starting, or from going on safely.
pub async fn serve(settings: Settings) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    start_logs(&settings.log, settings.log_format)?;
    let tls = match &settings.tls {
        Some(files) => Some(tls::load(&files.cert, &files.key)?),
        None => None,
    };
    allow_connections();
    let storage = Storage::open(&settings, true).await?;
    let listener = TcpListener::bind(settings.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}; choose another NIGHTBELL_LISTEN", settings.listen)
    })?;
    let parts = parts(&settings, &storage).await?;
    first_key(&storage, parts.clock.as_ref(), &settings.address()).await?;

    let (auth, clock, metrics) =
        (Arc::clone(&parts.auth), Arc::clone(&parts.clock), parts.metrics.clone());
    let (stopping, broken) = (parts.stopping.clone(), parts.broken.clone());
    let (services, writing) = Services::new(parts);
    let writing = tokio::spawn(writing);
    let (app, health) = router::router(&services, &auth, &clock, &settings, &stopping)?;
    let mut workers = JoinSet::new();
    let admitting = Arc::clone(&auth);
    let until = stopping.clone();
    workers.spawn(async move { admitting.run(until).await });
    workers.spawn(worker::judge(services.clone(), stopping.clone()));
    workers.spawn(worker::deliver(services.clone(), stopping.clone()));
    let listen = Listen { app, tls, metrics, bounds: listen::Bounds::default() };
    let listening = tokio::spawn(listen::serve(listen, listener, stopping.clone()));
    health.set_service_status("", ServingStatus::Serving).await;
    tracing::info!(address = settings.address(), "serving");

    signals.until_told_to_stop(&broken).await;
    tracing::info!("stopping");
    health.set_service_status("", ServingStatus::NotServing).await;
    stopping.cancel();
    let cut_off = listening.await?;
    let ended = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(SHUTDOWN_GRACE, ended).await.is_err() {
        tracing::warn!("some work did not end in time and is left for the next start");
    }
    // The last handles go, the queue is written out, and the writer ends.
    workers.shutdown().await;
    drop((services, auth));
    if tokio::time::timeout(SHUTDOWN_GRACE, writing).await.is_err() {
        tracing::warn!("a stream did not end in time; what it had not been answered is lost");
    }
    drop(storage);
    tracing::info!(connections.cut_off = cut_off, "stopped");
    if broken.is_cancelled() {
        return Err("the database cannot be relied on; see the log before starting again".into());
    }
    Ok(())
}

/// What the services stand on, as `settings` say.
async fn parts(settings: &Settings, storage: &Storage) -> Result<Parts, Failure> {
    let default_rate = settings.requests_per_second.try_into()?;
    let keys = Arc::new(StoredKeys(Arc::clone(&storage.store)));
    let auth = Arc::new(Authenticator::new(Arc::clone(&storage.secret), keys, default_rate)?);
    auth.keys().refresh().await;
    let sign_in = provider(settings, storage).await?;
    let allow = Arc::new(settings.allow_targets.clone());
    Ok(Parts {
        sign_in,
        store: Arc::clone(&storage.store),
        clock: Arc::new(SystemClock::default()),
        auth,
        ways_out: WaysOut {
            http: HttpClient::new(allow, Arc::new(SystemLookup), HttpBounds::default())?,
            mail: settings.mail.clone(),
        },
        metrics: Metrics::new(),
        stopping: CancellationToken::new(),
        broken: CancellationToken::new(),
        server: Services::new_server(),
        rules: Rules {
            schedulers_max: settings.schedulers_max.into(),
            registers_on_first_report: settings.register_on_first_report,
            metrics_schedulers_max: settings.metrics_schedulers_max as usize,
            address: settings.address(),
        },
    })
}

/// The way to the provider that people sign in with, if there is one. It is not asked
/// yet: a server starts whether or not its provider answers.
async fn provider(settings: &Settings, storage: &Storage) -> Result<Option<Client>, Failure> {
    let Some(provider) = settings.sign_in.clone() else { return Ok(None) };
    let file = provider.client_secret_file.display();
    let secret = std::fs::read_to_string(&provider.client_secret_file).map_err(|error| {
        format!("NIGHTBELL_OIDC_CLIENT_SECRET_FILE: cannot read {file}: {error}")
    })?;
    let secret = secret.trim().to_owned();
    if secret.is_empty() {
        return Err(format!("NIGHTBELL_OIDC_CLIENT_SECRET_FILE: {file} is empty").into());
    }
    let now = SystemClock::default().now();
    let project = storage.store.project_ensure(PROJECT_DEFAULT, now).await?;
    let allow = Arc::new(reachable(&provider, &settings.allow_targets)?);
    let bounds = HttpBounds { total: PROVIDER_MAX, connect: PROVIDER_CONNECT_MAX };
    let http = HttpClient::new(allow, Arc::new(SystemLookup), bounds)?;
    Ok(Some(Client::new(provider, secret, project, &settings.address(), http)))
}

/// Lets the process open as many files as the system allows, and says so when that is
/// less than it has connections: a server that cannot accept looks like one that hangs.
fn allow_connections() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, ..limit };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if allowed < CONNECTIONS_MAX as u64 {
        tracing::warn!(
            allowed,
            wanted = CONNECTIONS_MAX,
            "few files may be open, and so few connections; raise the limit (ulimit -n)"
        );
    }
}

/// The signals that ask the server to stop. Made first of all: until then they end the
/// process at once, and a server may be told to stop as soon as it is ready.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn until_told_to_stop(&mut self, broken: &CancellationToken) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = broken.cancelled() => {}
        }
    }
}

/// Makes an admin key in a database that has no key yet, and prints it: the only
/// time that it can be seen.
async fn first_key(storage: &Storage, clock: &dyn Clock, address: &str) -> Result<(), Failure> {
    let now = clock.now();
    let store = storage.store.as_ref();
    let project = store.project_ensure(PROJECT_DEFAULT, now).await?;
    if !store.keys(None).await?.is_empty() {
        return Ok(());
    }
    let new = NewKey {
        name: "first admin".to_owned(),
        role: Role::Admin,
        binding: Binding::default(),
        expires_at: None,
        requests_per_second: None,
    };
    // At most one, whichever server is the first.
    let made = make_key_up_to(1, store, &storage.secret, project, new, now).await;
    let text = match made {
        Ok((_, text)) => text,
        Err(ServiceError::Quota { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "Nightbell is at {address}")?;
    writeln!(out, "Your admin key, shown only now: {text}")?;
    out.flush()?;
    Ok(())
}
