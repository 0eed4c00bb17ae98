//! Migrations go up, down and up again, and take turns.

use std::sync::{Arc, Barrier};
use std::thread;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness as _;

use super::*;
use crate::store::conformance::{NOW, notifications};
use crate::store::sqlite::connection::MIGRATIONS;

#[tokio::test]
async fn migrations_go_up_down_and_up_again() {
    let bench = fresh();
    let project = bench.store.project_ensure("one", NOW).await.unwrap();
    bench.notify(project, "nightly", notifications(2), NOW).await.unwrap();
    let mut connection = SqliteConnection::establish(&bench.path().to_string_lossy()).unwrap();
    connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;").unwrap();
    let up = schema(&mut connection);
    assert!(up.len() > 20, "{up:?}");

    connection.revert_all_migrations(MIGRATIONS).unwrap();
    assert_eq!(schema(&mut connection), [] as [String; 0]);

    connection.run_pending_migrations(MIGRATIONS).unwrap();
    assert_eq!(schema(&mut connection), up);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_processes_migrate_together() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = Arc::new(folder.path().join("nightbell.db"));
        let start = Arc::new(Barrier::new(10));
        let processes: Vec<_> = (0..10)
            .map(|_| {
                let (path, start) = (Arc::clone(&path), Arc::clone(&start));
                thread::spawn(move || {
                    start.wait();
                    Sqlite::open_beside_server(&path)
                })
            })
            .collect();

        let stores: Vec<Sqlite> =
            processes.into_iter().map(|process| process.join().unwrap().unwrap()).collect();

        let ensure = stores.iter().map(|store| store.project_ensure("one", NOW));
        let projects = futures_util::future::try_join_all(ensure).await.unwrap();
        assert!(projects.iter().all(|project| *project == projects[0]));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_told_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent").join("nightbell.db");

    let refused = Sqlite::open_as_server(&path).err().expect("no such folder");

    assert!(matches!(refused, StoreError::Unavailable(_)));
    assert!(refused.to_string().contains("absent"), "{refused}");
}

/// The text of every table and index of ours, by name.
fn schema(connection: &mut SqliteConnection) -> Vec<String> {
    let all = "sql FROM sqlite_schema WHERE sql IS NOT NULL \
               AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
               AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY name";
    diesel::select(sql::<Text>(all)).load(connection).unwrap()
}
