//! What runs many times a second finds its rows by an index.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Text;

use super::*;
use crate::store::conformance::{NOW, later, notifications};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[tokio::test]
async fn the_claim_finds_what_is_due_by_its_index() {
    let bench = fresh();
    let project = bench.store.project_ensure("one", NOW).await.unwrap();
    bench.notify(project, "nightly", notifications(1), NOW).await.unwrap();

    let steps =
        plan(&bench, |c| outbox::claim(c, NOW, later(60), 10, Whose::AllBut(Vec::new()))).await;

    let scan = "SEARCH outbox USING INDEX outbox_due (not_before_ms<?)";
    assert!(steps.iter().any(|step| step == scan), "{steps:#?}");
    let order = "SEARCH earlier USING INDEX outbox_by_incident \
                 (incident_id=? AND channel_id=? AND event_number<?)";
    assert!(steps.iter().any(|step| step == order), "{steps:#?}");
    assert_nothing_is_searched_whole(&steps);
}

#[tokio::test]
async fn what_is_pending_is_counted_in_its_index() {
    let bench = fresh();

    let steps = plan(&bench, outbox::pending).await;

    assert_eq!(steps, ["SCAN outbox USING COVERING INDEX outbox_due"]);
}

#[tokio::test]
async fn settling_finds_its_rows_by_index() {
    let bench = fresh();
    let project = bench.store.project_ensure("one", NOW).await.unwrap();
    bench.notify(project, "nightly", notifications(1), NOW).await.unwrap();
    let claim = bench
        .store
        .outbox_claim(NOW, later(60), 1, Whose::AllBut(Vec::new()))
        .await
        .unwrap()
        .remove(0);

    let settle = move |c: &mut SqliteConnection| {
        let delivered = Settlement::new(crate::store::Fate::Delivered, "");
        outbox::settle(c, claim.id, claim.lease_token, delivered, NOW)
    };

    assert_nothing_is_searched_whole(&plan(&bench, settle).await);
}

#[tokio::test]
async fn the_deadline_scan_finds_what_is_due_by_its_index() {
    let bench = fresh();

    let steps = plan(&bench, |c| scheduler::due(c, NOW, 1_000)).await;

    let by_index = |step: &String| step.contains("INDEX scheduler_states_due (due_at_ms<?)");
    assert!(steps.iter().any(by_index), "{steps:#?}");
    assert_nothing_is_searched_whole(&steps);
}

fn assert_nothing_is_searched_whole(steps: &[String]) {
    assert!(!steps.is_empty());
    for step in steps {
        assert!(!step.starts_with("SCAN") && !step.contains("TEMP B-TREE"), "{steps:#?}");
    }
}

/// The steps of every statement that `work` runs, by SQLite's own account.
async fn plan<T: Send + 'static>(
    bench: &SqliteBench,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
) -> Vec<String> {
    let explained = move |c: &mut SqliteConnection| {
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&statements);
        c.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                seen.lock().unwrap().push(query.to_string());
            }
        });
        work(c)?;
        c.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        let mut steps = Vec::new();
        for statement in std::mem::take(&mut *statements.lock().unwrap()) {
            let explain = format!("EXPLAIN QUERY PLAN {statement}");
            steps.extend(diesel::sql_query(explain).load::<Step>(c)?);
        }
        Ok(steps.into_iter().map(|step| step.detail).collect())
    };
    bench.store.connections.write(explained).await.unwrap()
}
