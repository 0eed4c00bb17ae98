//! What the connections promise whatever their callers do.

use std::sync::mpsc;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::sql_types::{Integer, Text};

use super::*;
use crate::store::conformance::NOW;
use crate::store::schema::{counters, outbox as outbox_table};

#[tokio::test]
async fn synchronous_is_full_and_the_journal_is_wal() {
    let bench = fresh();
    let settings = |c: &mut SqliteConnection| {
        let number = |c: &mut _, pragma: &str| {
            diesel::select(sql::<Integer>(&format!("(SELECT * FROM pragma_{pragma})"))).first(c)
        };
        let journal = sql::<Text>("(SELECT * FROM pragma_journal_mode)");
        Ok((
            diesel::select(journal).first::<String>(c)?,
            number(c, "synchronous")?,
            number(c, "foreign_keys")?,
            number(c, "trusted_schema")?,
            number(c, "query_only")?,
        ))
    };

    let written = bench.store.connections.write(settings).await.unwrap();
    let read = bench.store.connections.read(settings).await.unwrap();

    assert_eq!(written, ("wal".to_owned(), 2, 1, 0, 0));
    assert_eq!(read, ("wal".to_owned(), 2, 1, 0, 1));
}

/// Older ones can corrupt a database in WAL mode when two connections reset it.
#[tokio::test]
async fn sqlite_is_new_enough() {
    let bench = fresh();
    let version = |c: &mut SqliteConnection| {
        Ok(diesel::select(sql::<Text>("sqlite_version()")).first::<String>(c)?)
    };
    let version = bench.store.connections.read(version).await.unwrap();

    let numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
    assert!(numbers >= vec![3, 51, 3], "{version}");
}

#[tokio::test]
async fn two_processes_may_open_the_file_but_only_one_as_server() {
    let bench = fresh();
    let beside = Sqlite::open_beside_server(&bench.path()).unwrap();
    let project = beside.project_ensure("one", NOW).await.unwrap();
    assert_eq!(bench.store.project_ensure("one", NOW).await.unwrap(), project);

    let refused = Sqlite::open_as_server(&bench.path()).err().expect("a second server");
    assert!(refused.to_string().contains("another server has"), "{refused}");

    let path = bench.path();
    let SqliteBench { store, folder } = bench;
    drop(store);
    let successor = Sqlite::open_as_server(&path).unwrap();
    assert_eq!(successor.project_ensure("one", NOW).await.unwrap(), project);
    drop(folder);
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_no_transaction_open() {
    let bench = fresh();
    let connections = bench.store.connections.clone();
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let caller = tokio::spawn(async move {
        let work = move |c: &mut SqliteConnection| {
            put(c, "abandoned", 1)?;
            began.send(()).unwrap();
            may_go_on.recv().unwrap();
            Ok(())
        };
        connections.write(work).await
    });
    has_begun.await.unwrap();

    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    go_on.send(()).unwrap();

    bench.store.connections.write(|c| put(c, "next", 2)).await.unwrap();
    assert_eq!(stored(&bench).await, [("abandoned".to_owned(), 1), ("next".to_owned(), 2)]);
}

#[tokio::test]
async fn writes_are_done_in_the_order_of_their_callers() {
    let bench = fresh();
    let callers: Vec<_> = (0..200)
        .map(|value| {
            let connections = bench.store.connections.clone();
            let work = move |c: &mut SqliteConnection| {
                let before = counters::table.find("last").select(counters::value).first(c);
                put(c, "last", value)?;
                Ok(before.optional()?)
            };
            tokio::spawn(async move { connections.write(work).await.unwrap() })
        })
        .collect();

    let before = futures_util::future::try_join_all(callers).await.unwrap();

    let expected: Vec<Option<i64>> = (0..200).map(|value| (value > 0).then(|| value - 1)).collect();
    assert_eq!(before, expected);
}

#[tokio::test]
async fn a_write_that_fails_writes_nothing() {
    let bench = fresh();
    let work = |c: &mut SqliteConnection| {
        put(c, "half", 1)?;
        Err::<(), _>(StoreError::Fault("on purpose".to_owned()))
    };

    assert!(bench.store.connections.write(work).await.is_err());
    assert_eq!(stored(&bench).await, []);
}

/// A report that hits a fault of ours must not end all reporting.
#[tokio::test]
async fn a_write_that_panics_writes_nothing_and_the_next_goes_on() {
    let bench = fresh();
    let work = |c: &mut SqliteConnection| -> Result<(), StoreError> {
        put(c, "half", 1)?;
        panic!("on purpose");
    };

    let outcome = bench.store.connections.write(work).await;

    assert!(matches!(outcome, Err(StoreError::Fault(_))), "{outcome:?}");
    bench.store.connections.write(|c| put(c, "next", 2)).await.unwrap();
    assert_eq!(stored(&bench).await, [("next".to_owned(), 2)]);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let bench = fresh();

    assert!(bench.store.connections.read(|c| put(c, "sly", 1)).await.is_err());
    assert_eq!(stored(&bench).await, []);
}

#[tokio::test]
async fn readers_do_not_wait_for_the_writer() {
    let bench = fresh();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let writing = bench.store.connections.write(move |c| {
        put(c, "slow", 1)?;
        may_go_on.recv().unwrap();
        Ok(())
    });

    let reading = async {
        assert_eq!(stored(&bench).await, [], "what is not on disk cannot be read");
        go_on.send(()).unwrap();
    };
    let (written, ()) = tokio::join!(writing, reading);
    written.unwrap();
    assert_eq!(stored(&bench).await, [("slow".to_owned(), 1)]);
}

/// It stays for an operator to look at, and comes back when its lease ends.
#[tokio::test]
async fn a_notification_that_cannot_be_read_keeps_no_other_from_being_sent() {
    use crate::store::conformance::{later, notifications};
    let bench = fresh();
    let project = bench.store.project_ensure("one", NOW).await.unwrap();
    bench.notify(project, "nightly", notifications(2), NOW).await.unwrap();
    let spoil = |c: &mut SqliteConnection| {
        let first = outbox_table::table.find(1);
        Ok(diesel::update(first).set(outbox_table::incident.eq("{")).execute(c)?)
    };
    assert_eq!(bench.store.connections.write(spoil).await.unwrap(), 1);

    let claims =
        bench.store.outbox_claim(NOW, later(60), 10, Whose::AllBut(Vec::new())).await.unwrap();

    assert_eq!(claims.iter().map(|claim| claim.id).collect::<Vec<_>>(), [2]);
    assert_eq!(bench.store.outbox_pending().await.unwrap(), (2, Some(later(60))));
}

#[tokio::test]
async fn one_file_is_left_when_every_handle_is_gone() {
    let SqliteBench { store, folder } = fresh();
    store.project_ensure("one", NOW).await.unwrap();
    drop(store);

    let wal = folder.path().join("nightbell.db-wal");
    for _ in 0..3_000 {
        if !wal.exists() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the write-ahead log is still there");
}

fn put(c: &mut SqliteConnection, name: &str, value: i64) -> Result<(), StoreError> {
    diesel::replace_into(counters::table)
        .values((counters::name.eq(name), counters::value.eq(value)))
        .execute(c)?;
    // A statement of its own, so that a transaction left open would show.
    c.batch_execute("SELECT 1")?;
    Ok(())
}

async fn stored(bench: &SqliteBench) -> Vec<(String, i64)> {
    let all = |c: &mut SqliteConnection| {
        Ok(counters::table.order(counters::name).load::<(String, i64)>(c)?)
    };
    bench.store.connections.read(all).await.unwrap()
}
