//! Connections that break, and transactions that are dropped.

use diesel::sql_types::BigInt;
use diesel_async::SimpleAsyncConnection as _;

use super::*;
use crate::store::conformance::{NOW, later, notifications};
use crate::store::schema::{counters, outbox as outbox_table};

#[tokio::test]
async fn a_transaction_that_is_dropped_writes_nothing_and_locks_nothing() {
    let bench = fresh();
    let mut transaction = bench.store.connections.write().await.unwrap();
    put(&mut transaction, "dropped", 1).await.unwrap();
    drop(transaction);

    write(&bench, "dropped", 2).await.unwrap();

    assert_eq!(stored(&bench).await, [("dropped".to_owned(), 2)]);
}

#[tokio::test]
async fn a_write_that_fails_writes_nothing() {
    let bench = fresh();
    let mut transaction = bench.store.connections.write().await.unwrap();
    put(&mut transaction, "half", 1).await.unwrap();

    let outcome = transaction.end(Err::<(), _>(StoreError::Fault("on purpose".to_owned()))).await;

    assert!(matches!(outcome, Err(StoreError::Fault(_))), "{outcome:?}");
    assert_eq!(stored(&bench).await, []);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let bench = fresh();
    let mut transaction = bench.store.connections.read().await.unwrap();

    let outcome = put(&mut transaction, "sly", 1).await;

    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    drop(transaction);
    assert_eq!(stored(&bench).await, []);
}

#[tokio::test]
async fn what_is_idle_when_the_database_cuts_it_off_is_replaced_unseen() {
    let bench = fresh();
    write(&bench, "before", 1).await.unwrap();

    cut_all_off(&bench).await;

    write(&bench, "after", 2).await.unwrap();
    assert_eq!(stored(&bench).await.len(), 2);
}

#[tokio::test]
async fn a_transaction_that_is_cut_off_is_said_to_be_unavailable() {
    let bench = fresh();
    let mut transaction = bench.store.connections.write().await.unwrap();
    put(&mut transaction, "half", 1).await.unwrap();

    cut_all_off(&bench).await;

    let outcome = transaction.end(Ok(())).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    assert_eq!(stored(&bench).await, []);
}

#[tokio::test]
async fn two_that_wait_for_each_other_are_told_to_try_again() {
    let bench = fresh();
    write(&bench, "a", 1).await.unwrap();
    write(&bench, "b", 1).await.unwrap();
    let mut one = bench.store.connections.write().await.unwrap();
    let mut two = bench.store.connections.write().await.unwrap();
    put(&mut one, "a", 2).await.unwrap();
    put(&mut two, "b", 2).await.unwrap();

    let (first, second) = tokio::join!(put(&mut one, "b", 3), put(&mut two, "a", 3));

    let contended =
        [&first, &second].iter().filter(|it| matches!(it, Err(StoreError::Contended(_)))).count();
    assert_eq!(contended, 1, "{first:?} {second:?}");
}

/// The server that was to hear of a commit says only in a remark that it did not wait.
#[tokio::test]
async fn a_commit_that_no_standby_confirmed_is_not_acknowledged() {
    let bench = fresh();
    let mut transaction = bench.store.connections.write().await.unwrap();
    put(&mut transaction, "local", 1).await.unwrap();
    // The same remark, without a standby: raised by a constraint that is checked at commit.
    let remark = "CREATE FUNCTION remark() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE WARNING 'canceling wait'; RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER remark AFTER INSERT OR UPDATE ON counters \
         DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION remark()";
    transaction.end(Ok(())).await.unwrap();
    bench.store.connections.connect_alone().await.unwrap().batch_execute(remark).await.unwrap();

    let outcome = write(&bench, "local", 2).await;

    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_told_by_what_is_in_the_way() {
    let address = Address::parse("postgres://u:pa55w0rd@127.0.0.1:1/d").unwrap();

    let refused = Postgres::open(address).await.err().expect("nobody listens there");

    assert!(matches!(refused, StoreError::Unavailable(_)));
    assert!(refused.to_string().contains("refused"), "{refused}");
    assert!(!refused.to_string().contains("pa55w0rd"));
}

/// It stays for an operator to look at, and comes back when its lease ends.
#[tokio::test]
async fn a_notification_that_cannot_be_read_keeps_no_other_from_being_sent() {
    let bench = fresh();
    let project = bench.store.project_ensure("one", NOW).await.unwrap();
    bench.notify(project, "nightly", notifications(2), NOW).await.unwrap();
    let mut connection = bench.store.connections.connect_alone().await.unwrap();
    let first = outbox_table::table.find(1);
    let spoilt = diesel::update(first).set(outbox_table::incident.eq("{"));
    assert_eq!(spoilt.execute(&mut connection).await.unwrap(), 1);

    let claims =
        bench.store.outbox_claim(NOW, later(60), 10, Whose::AllBut(Vec::new())).await.unwrap();

    assert_eq!(claims.iter().map(|claim| claim.id).collect::<Vec<_>>(), [2]);
    assert_eq!(bench.store.outbox_pending().await.unwrap(), (2, Some(later(60))));
}

async fn cut_all_off(bench: &PostgresBench) {
    let mut connection = bench.store.connections.connect_alone().await.unwrap();
    let others = "SELECT count(pg_terminate_backend(pid)) AS count FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let cut: Count = diesel::sql_query(others).get_result(&mut connection).await.unwrap();
    assert!(cut.count > 0);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn write(bench: &PostgresBench, name: &str, value: i64) -> Result<(), StoreError> {
    let mut transaction = bench.store.connections.write().await?;
    let outcome = put(&mut transaction, name, value).await;
    transaction.end(outcome).await
}

async fn put(c: &mut AsyncPgConnection, name: &str, value: i64) -> Result<(), StoreError> {
    diesel::insert_into(counters::table)
        .values((counters::name.eq(name), counters::value.eq(value)))
        .on_conflict(counters::name)
        .do_update()
        .set(counters::value.eq(value))
        .execute(c)
        .await?;
    Ok(())
}

async fn stored(bench: &PostgresBench) -> Vec<(String, i64)> {
    let mut connection = bench.store.connections.connect_alone().await.unwrap();
    counters::table.order(counters::name).load(&mut connection).await.unwrap()
}
