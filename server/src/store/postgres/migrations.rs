//! Bringing the tables up to date.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::connection::Connections;
use crate::store::StoreError;

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Which lock servers that start together take turns by: any number that nobody else
/// uses.
const TURN: i64 = 0x6e69_6768_7462_656c;

/// Runs the migrations that the database has not seen, all in one transaction. The lock
/// ends with it, so a pooler that lends connections by the transaction is no hindrance.
pub(super) async fn run(connections: &Connections) -> Result<(), StoreError> {
    type Failure = Box<dyn std::error::Error + Send + Sync>;
    let connection = connections.connect_alone().await?;
    // Begun by diesel: only what it has begun itself does it not end in between.
    let migrated = on_blocking_thread(connection, |harness| {
        let all = harness.transaction(|harness| -> Result<(), Failure> {
            harness.batch_execute(&format!("SELECT pg_advisory_xact_lock({TURN})"))?;
            harness.run_pending_migrations(MIGRATIONS)?;
            Ok(())
        });
        all.map_err(|error| error.to_string())
    });
    migrated.await.map(drop)
}

/// Migrations are written for connections that block: runs them where that is allowed.
pub(super) async fn on_blocking_thread(
    connection: AsyncPgConnection,
    work: impl FnOnce(&mut AsyncConnectionWrapper<AsyncPgConnection>) -> Result<(), String>
    + Send
    + 'static,
) -> Result<AsyncPgConnection, StoreError> {
    let failed = |error: String| {
        StoreError::Unavailable(format!("the tables cannot be brought up to date: {error}"))
    };
    let working = tokio::task::spawn_blocking(move || {
        let mut harness = AsyncConnectionWrapper::from(connection);
        work(&mut harness)?;
        Ok(harness.into_inner())
    });
    working.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
}
