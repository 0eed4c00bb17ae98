//! SQLite as a store like the others, and what it alone promises.

mod connections;
mod migrations;
mod plans;

use std::path::PathBuf;

use async_trait::async_trait;
use diesel::prelude::*;
use nightbell_domain::notify::Notification;
use nightbell_domain::settings::Settings;
use tempfile::TempDir;

use super::*;
use crate::store::conformance::Bench;
use crate::store::schema::{incidents, schedulers};

mod conformance {
    use super::fresh;

    crate::store::conformance::conformance_suite!(fresh);
}

/// A store in a folder that goes with it.
struct SqliteBench {
    store: Sqlite,
    folder: TempDir,
}

fn fresh() -> SqliteBench {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open_as_server(&folder.path().join("nightbell.db")).unwrap();
    SqliteBench { store, folder }
}

/// Every column, with a question mark where it may be empty, by name.
pub(in crate::store) fn columns_of_a_new_database() -> Vec<String> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let bench = fresh();
    let mut connection = SqliteConnection::establish(&bench.path().to_string_lossy()).unwrap();
    let all = "SELECT t.name || '.' || c.name || iif(c.\"notnull\", '', '?') AS name \
         FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' \
         AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY 1";
    let columns: Vec<Column> = diesel::sql_query(all).load(&mut connection).unwrap();
    columns.into_iter().map(|column| column.name).collect()
}

impl SqliteBench {
    fn path(&self) -> PathBuf {
        self.folder.path().join("nightbell.db")
    }
}

#[async_trait]
impl Bench for SqliteBench {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn notify(
        &self,
        project: ProjectId,
        scheduler: &str,
        notifications: Vec<Notification>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let scheduler = scheduler.to_owned();
        let work = move |c: &mut SqliteConnection| {
            let key = scheduler_ensure(c, project, &scheduler)?;
            for notification in &notifications {
                incident_put(c, project, key, notification)?;
            }
            outbox::insert(c, project, key, &notifications, now)
        };
        self.store.connections.write(work).await
    }
}

fn scheduler_ensure(
    c: &mut SqliteConnection,
    project: ProjectId,
    scheduler_id: &str,
) -> Result<SchedulerKey, StoreError> {
    let settings = Settings {
        service_name: "payments".to_owned(),
        job_name: "Nightly close".to_owned(),
        ..Settings::default()
    };
    diesel::insert_or_ignore_into(schedulers::table)
        .values((
            schedulers::project_id.eq(project.0),
            schedulers::scheduler_id.eq(scheduler_id),
            schedulers::folded_id.eq(scheduler_id),
            schedulers::service_name.eq(&settings.service_name),
            schedulers::settings.eq(serde_json::to_string(&settings).unwrap()),
            schedulers::created_at_ms.eq(0),
            schedulers::updated_at_ms.eq(0),
        ))
        .execute(c)?;
    let key = schedulers::table
        .filter(schedulers::project_id.eq(project.0))
        .filter(schedulers::scheduler_id.eq(scheduler_id))
        .select(schedulers::id)
        .first(c)?;
    // As if it had been registered: a scheduler without a state is none.
    diesel::sql_query("INSERT OR IGNORE INTO scheduler_states SELECT ?, 1, NULL, '{}'")
        .bind::<diesel::sql_types::BigInt, _>(key)
        .execute(c)?;
    Ok(SchedulerKey(key))
}

fn incident_put(
    c: &mut SqliteConnection,
    project: ProjectId,
    scheduler: SchedulerKey,
    notification: &Notification,
) -> Result<(), StoreError> {
    diesel::insert_or_ignore_into(incidents::table)
        .values((
            incidents::id.eq(notification.key.incident.to_string()),
            incidents::project_id.eq(project.0),
            incidents::scheduler_key.eq(scheduler.0),
            incidents::state.eq(0),
            incidents::opened_at_ms.eq(0),
            incidents::incident.eq("{}"),
        ))
        .execute(c)?;
    Ok(())
}
