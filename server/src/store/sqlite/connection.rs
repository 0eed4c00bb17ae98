//! One connection that writes, on a thread of its own, and a few that read.
//!
//! SQLite has one writer at a time. A thread that owns the writing connection
//! takes closures in order, each a transaction of its own: nothing a caller does,
//! hanging up included, can leave a transaction open.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::sqlite::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::store::StoreError;

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Writes that may wait for the writer. Ingest hands over one batch at a time, so
/// what waits here is the API's own.
const WRITES_WAITING_MAX: usize = 1_024;

/// Connections that read, opened as they are needed.
const READERS_MAX: usize = 4;

/// How long a connection waits for another process, such as `nightbell-server keys`.
const BUSY_WAIT: Duration = Duration::from_secs(5);

type Write = Box<dyn FnOnce(&mut SqliteConnection) + Send>;

/// The connections to one database file.
#[derive(Clone)]
pub(super) struct Connections {
    // Closed first: the writer leaves one file behind only if nobody reads.
    readers: Arc<Readers>,
    writer: Arc<Writer>,
}

/// The writer's thread. Whoever drops it waits until the thread has ended: a process
/// that went on to its own end would cut it off.
struct Writer {
    queue: Option<mpsc::Sender<Write>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.take();
        // A writer that panicked has left nothing to wait for.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<SqliteConnection>>,
    places: Arc<Semaphore>,
}

impl Connections {
    /// Opens `path`, makes or updates its tables, does what is to be done `first`, and
    /// starts the writer's thread, which ends when every handle is gone.
    pub(super) fn open(
        path: &Path,
        first: impl FnOnce(&mut SqliteConnection) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let mut connection = connect_migrated(path)?;
        connection.immediate_transaction(first)?;
        let (queue, mut waiting) = mpsc::channel::<Write>(WRITES_WAITING_MAX);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                while let Some(write) = waiting.blocking_recv() {
                    write(&mut connection);
                }
                // Leaves one file behind instead of three.
                let _ =
                    connection.batch_execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
            })
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let readers = Readers {
            path: path.to_owned(),
            idle: Mutex::default(),
            places: Arc::new(Semaphore::new(READERS_MAX)),
        };
        let writer = Writer { queue: Some(queue), thread: Some(thread) };
        Ok(Self { readers: Arc::new(readers), writer: Arc::new(writer) })
    }

    /// Runs `work` in one writing transaction; returns once it is on disk.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    {
        let (done, outcome) = oneshot::channel();
        let write: Write = Box::new(move |connection| {
            // A caller that hung up has nothing left to learn.
            let _ = done.send(in_transaction(connection, work));
        });
        let closed = || StoreError::Unavailable("the writer has ended".to_owned());
        let queue = self.writer.queue.as_ref().ok_or_else(closed)?;
        queue.send(write).await.map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }

    /// Runs `work` on a connection that reads.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    {
        let ended = |error: &dyn Display| StoreError::Unavailable(error.to_string());
        let readers = Arc::clone(&self.readers);
        let place = Arc::clone(&readers.places);
        let place = place.acquire_owned().await.map_err(|error| ended(&error))?;
        let reading = tokio::task::spawn_blocking(move || {
            // Held until the reading ends, though the caller may be gone by then.
            let _place = place;
            let idle = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => connect(&readers.path, true)?,
            };
            let outcome = connection.transaction(work);
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            outcome
        });
        reading.await.map_err(|error| ended(&error))?
    }
}

/// Runs `work` in a transaction of its own. One that panics writes nothing, and the
/// connection stays good for the next.
fn in_transaction<T>(
    connection: &mut SqliteConnection,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let outcome = catch_unwind(AssertUnwindSafe(|| connection.immediate_transaction(work)));
    outcome.unwrap_or_else(|_| {
        AnsiTransactionManager::rollback_transaction(connection)?;
        Err(StoreError::Fault("a write panicked".to_owned()))
    })
}

fn connect(path: &Path, only_reads: bool) -> Result<SqliteConnection, StoreError> {
    let unusable =
        |error: &dyn Display| StoreError::Unavailable(format!("{}: {error}", path.display()));
    let mut connection =
        SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| unusable(&error))?;
    // The wait comes first: the others already need it when another process writes.
    let wait_ms = BUSY_WAIT.as_millis();
    let pragmas = format!(
        "PRAGMA busy_timeout = {wait_ms}; \
         PRAGMA journal_mode = WAL; \
         PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; \
         PRAGMA trusted_schema = OFF; \
         PRAGMA mmap_size = 0; \
         PRAGMA cache_size = -32768; \
         PRAGMA wal_autocheckpoint = 4000;"
    );
    connection.batch_execute(&pragmas).map_err(|error| unusable(&error))?;
    if only_reads {
        connection.batch_execute("PRAGMA query_only = ON;").map_err(|error| unusable(&error))?;
    }
    Ok(connection)
}

/// Connects and brings the tables up to date. Neither migrations nor the change to
/// WAL take turns by themselves, so processes that start together do by a lock file.
fn connect_migrated(path: &Path) -> Result<SqliteConnection, StoreError> {
    let failed = |error: &dyn Display| {
        StoreError::Unavailable(format!("the tables cannot be brought up to date: {error}"))
    };
    let lock_path = super::beside(path, "migrate");
    let lock = std::fs::File::create(&lock_path).map_err(|error| failed(&error))?;
    lock.lock().map_err(|error| failed(&error))?;
    let mut connection = connect(path, false)?;
    connection.run_pending_migrations(MIGRATIONS).map_err(|error| failed(&error))?;
    // Removed while it is held: whoever waits on it locks a file without a name,
    // and finds nothing left to migrate. Kept after a failure for that reason.
    let _ = std::fs::remove_file(&lock_path);
    Ok(connection)
}
