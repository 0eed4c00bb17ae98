//! One connection to the database: how it is made, and how it goes.
//!
//! A database can hang while its machine still answers, so that nothing ever fails: every
//! step that waits for it has an end on our side as well.

use std::error::Error;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::lookup_host;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};

use super::address::{Address, Tls};
use super::tls::MakeRustls;
use crate::store::StoreError;

/// How long a connection that nobody uses any more may take to say goodbye.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

/// How long a database may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Until a host has let us in and answered whether it takes writes; and until it
    /// answers the first words of a transaction.
    pub(super) connect: Duration,
    /// For a whole transaction, from the wish for one to the answer to its commit.
    pub(super) transaction: Duration,
}

/// The hosts of one database, of which one takes writes.
pub(super) struct Hosts {
    each: Vec<Config>,
    encryption: Option<MakeRustls>,
    /// Which one is tried first.
    first: AtomicUsize,
    bounds: Bounds,
}

/// One connection.
pub(super) struct Session {
    pub(super) connection: AsyncPgConnection,
    /// The server warned during the last commit: what was committed may not have
    /// reached the standby that was to confirm it.
    pub(super) is_unconfirmed: Arc<AtomicBool>,
    /// Dropped with the session, whose connection ends soon afterwards.
    used: oneshot::Sender<()>,
}

impl Hosts {
    pub(super) fn new(address: &Address, bounds: Bounds) -> Result<Self, StoreError> {
        let encryption = match &address.tls {
            Tls::Off => None,
            Tls::Verified { roots } => Some(MakeRustls::trusting(roots.as_deref())?),
        };
        Ok(Self { each: address.hosts(), encryption, first: AtomicUsize::new(0), bounds })
    }

    /// Which host the next connection is tried with.
    pub(super) fn first(&self) -> usize {
        self.first.load(Ordering::SeqCst)
    }

    /// Lets the next connection be tried with another host, unless that is so already.
    pub(super) fn doubt(&self, host: usize) {
        let next = (host + 1) % self.each.len();
        // One that failed to exchange it comes second: there is nothing left to do.
        let _ = self.first.compare_exchange(host, next, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Connects to the host that takes writes: each in turn, from the one that did so last.
    pub(super) async fn connect(&self) -> Result<Session, StoreError> {
        let begin = self.first();
        let mut failures = Vec::new();
        for step in 0..self.each.len() {
            let host = (begin + step) % self.each.len();
            // Before it is tried: whoever gives up waiting drops this where it stands.
            self.first.store((host + 1) % self.each.len(), Ordering::SeqCst);
            match self.connect_to(&self.each[host]).await {
                Ok(session) => {
                    self.first.store(host, Ordering::SeqCst);
                    return Ok(session);
                }
                Err(why) => failures.push(why),
            }
        }
        let why = failures.join("; ");
        Err(StoreError::Unavailable(format!("the database cannot be reached: {why}")))
    }

    /// Connects to one of the addresses of a host; else why not.
    async fn connect_to(&self, host: &Config) -> Result<Session, String> {
        let within = self.bounds.connect;
        let name = name_of(host);
        let found = match timeout(within, addresses(host)).await {
            Ok(found) => found.map_err(|error| format!("{name}: {error}"))?,
            Err(_) => return Err(format!("{name}: its address was not found within {within:?}")),
        };
        let mut failure = format!("{name}: it has no address");
        for address in found {
            match timeout(within, self.open(&address)).await {
                Ok(Ok(session)) => return Ok(session),
                Ok(Err(error)) => failure = format!("{name}: {}", chain(&*error)),
                Err(_) => failure = format!("{name}: it did not answer within {within:?}"),
            }
        }
        Err(failure)
    }

    async fn open(&self, address: &Config) -> Result<Session, Box<dyn Error + Send + Sync>> {
        let is_unconfirmed = Arc::new(AtomicBool::new(false));
        let (used, unused) = oneshot::channel();
        let client: Client = match &self.encryption {
            None => {
                let (client, connection) = address.connect(NoTls).await?;
                tokio::spawn(drive(connection, Arc::clone(&is_unconfirmed), unused));
                client
            }
            Some(encryption) => {
                let (client, connection) = address.connect(encryption.clone()).await?;
                tokio::spawn(drive(connection, Arc::clone(&is_unconfirmed), unused));
                client
            }
        };
        let connection = AsyncPgConnection::try_from(client).await?;
        Ok(Session { connection, is_unconfirmed, used })
    }
}

impl Session {
    /// Says the first words of a transaction. An error: it cannot be used.
    pub(super) async fn begin(&mut self, words: &str, bounds: Bounds) -> Result<(), StoreError> {
        match timeout(bounds.connect, self.connection.batch_execute(words)).await {
            Ok(begun) => Ok(begun?),
            Err(_) => Err(StoreError::Unavailable(format!(
                "the database did not answer within {:?}",
                bounds.connect
            ))),
        }
    }

    /// The connection by itself: it lasts until it has answered everything.
    pub(super) fn alone(self) -> AsyncPgConnection {
        // Without a driver the connection has ended, which its next use will show.
        let _ = self.used.send(());
        self.connection
    }
}

/// One configuration for each address of the host, so that each has its own time.
async fn addresses(host: &Config) -> std::io::Result<Vec<Config>> {
    let [Host::Tcp(name)] = host.get_hosts() else { return Ok(vec![host.clone()]) };
    if !host.get_hostaddrs().is_empty() {
        return Ok(vec![host.clone()]);
    }
    let found = lookup_host((name.as_str(), 0)).await?;
    Ok(found
        .map(|address| {
            let mut one = host.clone();
            one.hostaddr(address.ip());
            one
        })
        .collect())
}

/// The host for people.
fn name_of(host: &Config) -> String {
    let port = host.get_ports().first().copied().unwrap_or(5432);
    match host.get_hosts() {
        [Host::Tcp(name)] => format!("{name}:{port}"),
        [Host::Unix(folder)] => format!("{}:{port}", folder.display()),
        _ => format!("{:?}:{port}", host.get_hostaddrs()),
    }
}

/// The whole chain of causes: the outermost says only that it did not work.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

/// Carries the messages of a connection until either side closes it, and listens to
/// what the server remarks: it tells only so that a commit was not confirmed.
async fn drive<S, T>(
    mut connection: Connection<S, T>,
    is_unconfirmed: Arc<AtomicBool>,
    unused: oneshot::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    // By itself it waits for every answer that is owed: for ever, when the database hangs.
    let mut gone = pin!(async {
        match unused.await {
            Ok(()) => pending().await,
            Err(_) => sleep(GOODBYE_MAX).await,
        }
    });
    loop {
        let message = tokio::select! {
            message = poll_fn(|context| connection.poll_message(context)) => message,
            () = &mut gone => return,
        };
        match message {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                if [SqlState::WARNING, SqlState::ADMIN_SHUTDOWN].contains(notice.code()) {
                    is_unconfirmed.store(true, Ordering::SeqCst);
                    tracing::warn!(remark = notice.message(), "the database remarks");
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::info!(%error, "a connection to the database ended");
                return;
            }
            None => return,
        }
    }
}
