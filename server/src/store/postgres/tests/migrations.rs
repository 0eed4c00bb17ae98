//! Migrations go up, down and up again, and take turns.

use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness as _;

use super::*;
use crate::store::conformance::{NOW, notifications};
use crate::store::postgres::migrations::{MIGRATIONS, on_blocking_thread};

#[tokio::test]
async fn migrations_go_up_down_and_up_again() {
    let bench = fresh();
    let project = bench.store.project_ensure("one", NOW).await.unwrap();
    bench.notify(project, "nightly", notifications(2), NOW).await.unwrap();
    let mut connection = bench.store.connections.connect_alone().await.unwrap();
    let up = schema(&mut connection).await;
    assert!(up.len() > 60, "{up:?}");

    let connection = on_blocking_thread(connection, |harness| {
        harness.revert_all_migrations(MIGRATIONS).map(|_| ()).map_err(|error| error.to_string())
    });
    let mut connection = connection.await.unwrap();
    assert_eq!(schema(&mut connection).await, [] as [String; 0]);

    crate::store::postgres::migrations::run(&bench.store.connections).await.unwrap();
    assert_eq!(schema(&mut connection).await, up);
}

#[tokio::test]
async fn ten_servers_migrate_together() {
    let database = Database::empty();
    let open = || Postgres::open(Address::parse(database.address()).unwrap());

    let stores = futures_util::future::try_join_all((0..10).map(|_| open())).await.unwrap();

    let ensure = stores.iter().map(|store| store.project_ensure("one", NOW));
    let projects = futures_util::future::try_join_all(ensure).await.unwrap();
    assert!(projects.iter().all(|project| *project == projects[0]));
}

/// Whoever changes one database changes the other.
#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let bench = fresh();
    let mut connection = bench.store.connections.connect_alone().await.unwrap();
    let ours: Vec<Name> = diesel::sql_query(
        "SELECT format('%s.%s%s', table_name, column_name, \
         CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END) COLLATE \"C\" AS name \
         FROM information_schema.columns WHERE table_schema = 'public' \
         AND table_name NOT LIKE '\\_\\_diesel%' ORDER BY 1",
    )
    .load(&mut connection)
    .await
    .unwrap();
    let ours: Vec<String> = ours.into_iter().map(|it| it.name).collect();

    assert_eq!(ours, crate::store::sqlite::columns_of_a_new_database());
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every column and index of ours, by name.
async fn schema(connection: &mut AsyncPgConnection) -> Vec<String> {
    let all = "SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, \
         column_default) AS name FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%' \
         UNION ALL SELECT indexdef FROM pg_indexes \
         WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%' ORDER BY name";
    let rows: Vec<Name> = diesel::sql_query(all).load(connection).await.unwrap();
    rows.into_iter().map(|it| it.name).collect()
}
