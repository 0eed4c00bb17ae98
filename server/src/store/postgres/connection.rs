//! A few connections, each lent to one transaction at a time.
//!
//! A connection is given back only by a transaction that has ended. One that is
//! dropped before, because its caller hung up or something broke, closes its
//! connection, and the database rolls back: nothing can stay open.
//!
//! No state is kept in a session: every transaction brings its own timeouts, and there
//! are no session locks. So a pooler that lends connections by the transaction works.

use std::fmt::Display;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::address::Address;
use super::session::{Bounds, Hosts, Session};
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

/// How long a transaction may take, from the wish for one to the answer to its commit:
/// longer than a statement may. The database bounds neither a commit nor a silence of its
/// own.
const TRANSACTION_MAX: Duration = Duration::from_secs(8);

/// The connections to one database.
#[derive(Clone)]
pub(super) struct Connections {
    hosts: Arc<Hosts>,
    bounds: Bounds,
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
    pub(super) fn new(address: &Address) -> Result<Self, StoreError> {
        let bounds = Bounds { connect: address.connect_max(), transaction: TRANSACTION_MAX };
        Self::bounded_by(address, bounds)
    }

    /// The same with other bounds.
    pub(super) fn bounded_by(address: &Address, bounds: Bounds) -> Result<Self, StoreError> {
        Ok(Self {
            hosts: Arc::new(Hosts::new(address, bounds)?),
            bounds,
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
        let host = self.hosts.first();
        let mut session = match places.take() {
            Some(session) => session,
            None => self.connect().await?,
        };
        let Some(begin) = places.begin else {
            return Ok(Transaction { session, places: Arc::clone(places), _place: place });
        };
        // An idle connection may have ended unnoticed. Nothing is lost by a second try.
        if session.begin(begin, self.bounds).await.is_err() {
            self.doubt(host);
            session = self.connect().await?;
            session.begin(begin, self.bounds).await?;
        }
        Ok(Transaction { session, places: Arc::clone(places), _place: place })
    }

    /// A connection outside of any transaction and of the pool.
    pub(super) async fn connect_alone(&self) -> Result<AsyncPgConnection, StoreError> {
        Ok(self.connect().await?.alone())
    }

    async fn connect(&self) -> Result<Session, StoreError> {
        self.hosts.connect().await
    }

    /// Does something that waits for the database, such as a whole transaction. When that
    /// takes too long it is dropped, and its connection closed.
    pub(super) async fn bounded<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.within(self.bounds.transaction, work).await
    }

    /// The same with a bound of its own.
    pub(super) async fn within<T>(
        &self,
        most: Duration,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let host = self.hosts.first();
        let Ok(outcome) = timeout(most, work).await else {
            self.doubt(host);
            // Whether a commit that was not answered took place is not known.
            let what = format!("the database did not answer within {most:?}");
            return Err(StoreError::Unavailable(what));
        };
        outcome
    }

    /// Closes whatever is idle and lets the next connection be tried with another host:
    /// what befell one connection has most likely befallen all.
    fn doubt(&self, host: usize) {
        self.hosts.doubt(host);
        for places in [&self.writers, &self.readers, &self.singles] {
            places.close_idle();
        }
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

fn unavailable(error: &dyn Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
