//! PostgreSQL as a store like the others, and what it alone promises.

pub(crate) mod cluster;
mod connections;
mod hanging;
mod migrations;
mod plans;

use std::sync::OnceLock;
use std::thread;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::notify::Notification;
use nightbell_domain::settings::Settings;

use super::*;
use crate::store::conformance::Bench;
use crate::store::schema::{incidents, schedulers};
use cluster::Database;

mod conformance {
    use super::fresh;

    crate::store::conformance::conformance_suite!(fresh);
}

/// A store in a database that goes with it.
struct PostgresBench {
    store: Postgres,
    _database: Database,
}

fn fresh() -> PostgresBench {
    let database = migrated();
    let store = Postgres { connections: connections_to(&database) };
    PostgresBench { store, _database: database }
}

fn connections_to(database: &Database) -> Connections {
    Connections::new(&Address::parse(database.address()).unwrap()).unwrap()
}

/// A database with the tables.
pub(crate) fn migrated() -> Database {
    static TEMPLATE: OnceLock<Database> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let work = || {
            let database = Database::empty();
            let address = Address::parse(database.address()).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async { drop(Postgres::open(address).await.unwrap()) });
            database
        };
        thread::spawn(work).join().unwrap()
    });
    Database::from_template(template.name())
}

#[async_trait]
impl Bench for PostgresBench {
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
        let work = async |c: &mut AsyncPgConnection| {
            let key = scheduler_ensure(c, project, scheduler).await?;
            let mut added = Vec::new();
            for notification in notifications {
                incident_put(c, project, key, &notification).await?;
                added.push(outbox::New { project, scheduler: key, notification });
            }
            outbox::insert(c, &added, now).await
        };
        let mut transaction = self.store.connections.write().await?;
        let outcome = work(&mut transaction).await;
        transaction.end(outcome).await
    }
}

async fn scheduler_ensure(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    scheduler_id: &str,
) -> Result<SchedulerKey, StoreError> {
    let settings = Settings {
        service_name: "payments".to_owned(),
        job_name: "Nightly close".to_owned(),
        ..Settings::default()
    };
    diesel::insert_into(schedulers::table)
        .values((
            schedulers::project_id.eq(project.0),
            schedulers::scheduler_id.eq(scheduler_id),
            schedulers::folded_id.eq(scheduler_id),
            schedulers::service_name.eq(&settings.service_name),
            schedulers::settings.eq(serde_json::to_string(&settings).unwrap()),
            schedulers::created_at_ms.eq(0),
            schedulers::updated_at_ms.eq(0),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await?;
    let key: i64 = schedulers::table
        .filter(schedulers::project_id.eq(project.0))
        .filter(schedulers::scheduler_id.eq(scheduler_id))
        .select(schedulers::id)
        .get_result(c)
        .await?;
    // As if it had been registered: a scheduler without a state is none.
    diesel::sql_query(
        "INSERT INTO scheduler_states SELECT $1, 1, NULL, '{}' ON CONFLICT DO NOTHING",
    )
    .bind::<diesel::sql_types::BigInt, _>(key)
    .execute(c)
    .await?;
    Ok(SchedulerKey(key))
}

async fn incident_put(
    c: &mut AsyncPgConnection,
    project: ProjectId,
    scheduler: SchedulerKey,
    notification: &Notification,
) -> Result<(), StoreError> {
    diesel::insert_into(incidents::table)
        .values((
            incidents::id.eq(notification.key.incident.to_string()),
            incidents::project_id.eq(project.0),
            incidents::scheduler_key.eq(scheduler.0),
            incidents::state.eq(0),
            incidents::opened_at_ms.eq(0),
            incidents::incident.eq("{}"),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await?;
    Ok(())
}
