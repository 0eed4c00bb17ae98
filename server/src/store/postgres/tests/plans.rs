//! What runs many times a second finds its rows by an index.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};

use super::*;
use crate::store::conformance::{NOW, later, notifications};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    text: String,
}

#[tokio::test]
async fn the_claim_finds_what_is_due_by_its_index() {
    let bench = crowded().await;
    let mut transaction = bench.store.connections.write().await.unwrap();
    let statements = watch(&mut transaction);
    let claims = outbox::claim(&mut transaction, NOW, later(60), 10, Whose::AllBut(Vec::new()))
        .await
        .unwrap();
    assert_eq!(claims.len(), 1);

    let plan = plan(&mut transaction, &statements).await;

    assert!(plan.contains("Index Scan using outbox_due"), "{plan}");
    assert!(plan.contains("outbox_by_incident"), "{plan}");
    assert_nothing_is_searched_whole(&plan);
}

#[tokio::test]
async fn settling_finds_its_rows_by_index() {
    let bench = crowded().await;
    let claim = bench
        .store
        .outbox_claim(NOW, later(60), 1, Whose::AllBut(Vec::new()))
        .await
        .unwrap()
        .remove(0);
    let mut transaction = bench.store.connections.write().await.unwrap();
    let statements = watch(&mut transaction);
    let delivered = Settlement::new(crate::store::Fate::Delivered, "");
    let settled =
        outbox::settle(&mut transaction, claim.id, claim.lease_token, delivered, NOW).await;
    assert!(settled.unwrap());

    assert_nothing_is_searched_whole(&plan(&mut transaction, &statements).await);
}

#[tokio::test]
async fn what_is_pending_is_counted_in_its_index() {
    let bench = crowded().await;
    let mut transaction = bench.store.connections.read().await.unwrap();
    let statements = watch(&mut transaction);
    outbox::pending(&mut transaction).await.unwrap();

    let plan = plan(&mut transaction, &statements).await;
    assert!(plan.contains("outbox_due"), "{plan}");
}

#[tokio::test]
async fn the_deadline_scan_finds_what_is_due_by_its_index() {
    let bench = crowded().await;
    let mut transaction = bench.store.connections.read().await.unwrap();
    let statements = watch(&mut transaction);
    scheduler::due(&mut transaction, NOW, 1_000).await.unwrap();

    let plan = plan(&mut transaction, &statements).await;
    assert!(plan.contains("Index Scan using scheduler_states_due"), "{plan}");
    assert_nothing_is_searched_whole(&plan);
}

/// A database with enough in it that searching it whole would be the worse plan.
async fn crowded() -> PostgresBench {
    let bench = fresh();
    let project = bench.store.project_ensure("one", NOW).await.unwrap();
    bench.notify(project, "nightly", notifications(1), NOW).await.unwrap();
    let fill = "INSERT INTO schedulers (project_id, scheduler_id, folded_id, service_name, \
         settings, created_at_ms, updated_at_ms) \
         SELECT 1, 's' || n, 's' || n, 'payments', '{}', 0, 0 FROM generate_series(1, 20000) n; \
         INSERT INTO scheduler_states SELECT id, 1, 9000000000000 + id, '{}' FROM schedulers \
         WHERE scheduler_id <> 'nightly'; \
         INSERT INTO incidents SELECT 'i' || n, 1, 1, 1, n, '{}' \
         FROM generate_series(1, 20000) n; \
         INSERT INTO outbox (notification_key, project_id, scheduler_key, channel_id, incident_id, \
         event_number, event, incident, state, attempts, not_before_ms, lease_token, \
         last_result, created_at_ms) \
         SELECT 'k' || n, 1, 1, 1, 'i' || n, 1, 1, '{}', (n > 5000)::int, 1, 9000000000000, 2, '', 0 \
         FROM generate_series(1, 20000) n; ANALYZE";
    let mut connection = bench.store.connections.connect_alone().await.unwrap();
    for statement in fill.split(';') {
        connection.batch_execute(statement).await.unwrap();
    }
    bench
}

/// The statements that a connection runs from here on.
fn watch(connection: &mut AsyncPgConnection) -> Arc<Mutex<Vec<String>>> {
    let statements = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&statements);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            seen.lock().unwrap().push(query.to_string());
        }
    });
    statements
}

/// The plans of these statements, as they are when the values are not known: those that
/// a statement which stays prepared ends up with.
async fn plan(connection: &mut AsyncPgConnection, statements: &Arc<Mutex<Vec<String>>>) -> String {
    let seen = std::mem::take(&mut *statements.lock().unwrap());
    assert!(!seen.is_empty());
    // What is written by hand stays prepared; diesel's own is prepared here again.
    for (number, statement) in seen.iter().filter(|it| !it.contains("unnest(")).enumerate() {
        // What stands behind the text are the values, for whoever debugs.
        let (text, _) = statement.split_once(" -- binds:").unwrap_or((statement, ""));
        connection.batch_execute(&format!("PREPARE p{number} AS {text}")).await.unwrap();
    }
    connection.batch_execute("SET LOCAL plan_cache_mode = force_generic_plan").await.unwrap();
    let all = "SELECT name, statement, cardinality(parameter_types) AS parameters \
         FROM pg_prepared_statements WHERE statement !~ '^(SET|BEGIN)'";
    let prepared: Vec<Prepared> = diesel::sql_query(all).load(connection).await.unwrap();
    let mut plan = String::new();
    for Prepared { name, statement, parameters } in prepared {
        if statement.contains("pg_prepared_statements") {
            continue;
        }
        let values = vec!["NULL"; usize::try_from(parameters).unwrap()].join(", ");
        let values = if values.is_empty() { values } else { format!("({values})") };
        let explain = format!("EXPLAIN EXECUTE \"{name}\"{values}");
        let lines: Vec<Line> = diesel::sql_query(explain).load(connection).await.unwrap();
        for line in lines {
            plan.push_str(&line.text);
            plan.push('\n');
        }
    }
    plan
}

#[derive(QueryableByName)]
struct Prepared {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    statement: String,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    parameters: i32,
}

fn assert_nothing_is_searched_whole(plan: &str) {
    for table in ["outbox", "incidents", "schedulers", "scheduler_states", "runs"] {
        assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
    }
}
