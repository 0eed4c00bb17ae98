//! A few connections, each lent to one transaction at a time.
//!
//! A connection is given back only by a transaction that has ended. One that is
//! dropped before, because its caller hung up or something broke, closes its
//! connection, and the database rolls back: nothing can stay open.
//!
//! No state is kept in a session: every transaction brings its own timeouts, and there
//! are no session locks. So a pooler that lends connections by the transaction works.

use std::fmt::Display;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls};

use super::address::{Address, Tls};
use super::tls::MakeRustls;
use crate::store::StoreError;

/// Connections that write. Ingest uses one; the API and the senders share the rest.
const WRITERS_MAX: usize = 4;

/// Connections that read. Apart, so that slow lists hold up no report.
const READERS_MAX: usize = 4;

/// Begins every writing transaction. A database that became a standby refuses it. What a
/// server that was stopped has locked is free again before others give up waiting.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
     SET LOCAL statement_timeout = '5s'; \
     SET LOCAL lock_timeout = '3s'; \
     SET LOCAL idle_in_transaction_session_timeout = '2s'";

/// Begins every reading transaction. It sees one state of the database.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL statement_timeout = '5s'; \
     SET LOCAL idle_in_transaction_session_timeout = '10s'";

/// Connections for single statements, each a transaction of its own.
const SINGLES_MAX: usize = 1;

/// How long a single statement may take: it has no timeout of the server's.
pub(super) const SINGLE_MAX: Duration = Duration::from_secs(3);

/// The connections to one database.
#[derive(Clone)]
pub(super) struct Connections {
    address: Arc<Address>,
    encryption: Option<MakeRustls>,
    writers: Arc<Places>,
    readers: Arc<Places>,
    singles: Arc<Places>,
}

/// Connections for one purpose.
struct Places {
    /// What begins a transaction; `None`: every statement is one.
    begin: Option<&'static str>,
    idle: Mutex<Vec<Session>>,
    free: Arc<Semaphore>,
}

impl Places {
    fn new(begin: Option<&'static str>, count: usize) -> Arc<Self> {
        Arc::new(Self { begin, idle: Mutex::default(), free: Arc::new(Semaphore::new(count)) })
    }

    fn take(&self) -> Option<Session> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, session: Session) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
    }

    /// Closes those that nobody uses: what befell one has most likely befallen all.
    fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// One connection.
struct Session {
    connection: AsyncPgConnection,
    /// The server warned during the last commit: what was committed may not have
    /// reached the standby that was to confirm it.
    is_unconfirmed: Arc<AtomicBool>,
}

/// A transaction that has begun. Ended by [`Transaction::end`]; dropped, it is rolled
/// back.
pub(super) struct Transaction {
    session: Session,
    places: Arc<Places>,
    _place: OwnedSemaphorePermit,
}

impl Deref for Transaction {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.session.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.session.connection
    }
}

impl Connections {
    /// Connections to `address`, made as they are needed.
    pub(super) fn new(address: Address) -> Result<Self, StoreError> {
        let encryption = match &address.tls {
            Tls::Off => None,
            Tls::Verified { roots } => Some(MakeRustls::trusting(roots.as_deref())?),
        };
        Ok(Self {
            address: Arc::new(address),
            encryption,
            writers: Places::new(Some(BEGIN_WRITE), WRITERS_MAX),
            readers: Places::new(Some(BEGIN_READ), READERS_MAX),
            singles: Places::new(None, SINGLES_MAX),
        })
    }

    /// Begins a transaction that writes.
    pub(super) async fn write(&self) -> Result<Transaction, StoreError> {
        self.begin(&self.writers).await
    }

    /// Begins a transaction that reads.
    pub(super) async fn read(&self) -> Result<Transaction, StoreError> {
        self.begin(&self.readers).await
    }

    /// A connection whose every statement is a transaction of its own.
    pub(super) async fn single(&self) -> Result<Transaction, StoreError> {
        self.begin(&self.singles).await
    }

    async fn begin(&self, places: &Arc<Places>) -> Result<Transaction, StoreError> {
        let place = Arc::clone(&places.free).acquire_owned().await;
        let place = place.map_err(|error| unavailable(&error))?;
        let mut session = match places.take() {
            Some(session) => session,
            None => self.connect().await?,
        };
        let Some(begin) = places.begin else {
            return Ok(Transaction { session, places: Arc::clone(places), _place: place });
        };
        // An idle connection may have ended unnoticed. Nothing is lost by a second try.
        if session.connection.batch_execute(begin).await.is_err() {
            places.close_idle();
            session = self.connect().await?;
            session.connection.batch_execute(begin).await?;
        }
        Ok(Transaction { session, places: Arc::clone(places), _place: place })
    }

    /// A connection outside of any transaction and of the pool.
    pub(super) async fn connect_alone(&self) -> Result<AsyncPgConnection, StoreError> {
        Ok(self.connect().await?.connection)
    }

    async fn connect(&self) -> Result<Session, StoreError> {
        let is_unconfirmed = Arc::new(AtomicBool::new(false));
        let config = &self.address.config;
        let client = match &self.encryption {
            None => {
                let (client, connection) =
                    config.connect(NoTls).await.map_err(|error| unreachable(&error))?;
                drive(connection, &is_unconfirmed);
                client
            }
            Some(encryption) => {
                let (client, connection) = config
                    .connect(encryption.clone())
                    .await
                    .map_err(|error| unreachable(&error))?;
                drive(connection, &is_unconfirmed);
                client
            }
        };
        Self::session(client, is_unconfirmed).await
    }

    async fn session(
        client: Client,
        is_unconfirmed: Arc<AtomicBool>,
    ) -> Result<Session, StoreError> {
        let connection = AsyncPgConnection::try_from(client).await;
        Ok(Session { connection: connection.map_err(|error| unavailable(&error))?, is_unconfirmed })
    }
}

impl Transaction {
    /// Ends it with what became of it: commits what went well, rolls back what did not.
    pub(super) async fn end<T>(self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        let Self { mut session, places, _place } = self;
        if places.begin.is_none() {
            if outcome.is_ok() {
                places.give_back(session);
            }
            return outcome;
        }
        let ended = match &outcome {
            Ok(_) => {
                session.is_unconfirmed.store(false, Ordering::SeqCst);
                session.connection.batch_execute("COMMIT").await
            }
            Err(StoreError::Unavailable(_)) => {
                places.close_idle();
                return outcome;
            }
            Err(_) => session.connection.batch_execute("ROLLBACK").await,
        };
        if let Err(error) = ended {
            places.close_idle();
            // Whether a commit that failed took place is not known.
            return outcome.and_then(|_| Err(unavailable(&error)));
        }
        if outcome.is_ok() && session.is_unconfirmed.load(Ordering::SeqCst) {
            let what = "the database did not confirm that a standby has what was written";
            return Err(StoreError::Unavailable(what.to_owned()));
        }
        places.give_back(session);
        outcome
    }
}

/// Carries the messages of a connection until either side closes it, and listens to
/// what the server remarks: it tells only so that a commit was not confirmed.
fn drive<S, T>(mut connection: Connection<S, T>, is_unconfirmed: &Arc<AtomicBool>)
where
    Connection<S, T>: Send + 'static,
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let is_unconfirmed = Arc::clone(is_unconfirmed);
    tokio::spawn(async move {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
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
    });
}

fn unavailable(error: &dyn Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// The whole chain of causes: the outermost says only that it did not work.
fn unreachable(error: &tokio_postgres::Error) -> StoreError {
    let mut text = "the database cannot be reached".to_owned();
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |it| it.source());
    for cause in causes {
        text.push_str(": ");
        text.push_str(&cause.to_string());
    }
    StoreError::Unavailable(text)
}
