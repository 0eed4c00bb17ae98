//! What monitoring reads.

use super::*;

#[tokio::test]
async fn what_waits_is_measured_and_the_schedulers_of_the_reader_up_to_the_bound() {
    let server = Server::start().await;
    // Nothing listens there: what is told stays in the outbox.
    let receiver = server.with_webhook().await;
    drop(receiver);
    for name in ["a", "b", "c"] {
        server.register(name, Patch::default()).await;
    }
    server.report("a", None, Status::Running).await.unwrap();
    server.clock.advance(MINUTE);
    server.report("a", None, Status::Completed).await.unwrap();
    server.report("b", None, Status::Failed).await.unwrap();
    server.clock.advance(MINUTE);

    let text = server.services.measured(Some(&server.admin)).await;
    for line in [
        "nightbell_outbox_pending 1.0",
        "nightbell_outbox_lag_seconds 60.0",
        "nightbell_ingest_queue_depth 0",
        r#"nightbell_scheduler_last_success_timestamp_seconds{scheduler_id="a",service_name="Service"} 1800000060.0"#,
        r#"nightbell_scheduler_last_success_duration_seconds{scheduler_id="a",service_name="Service"} 60.0"#,
        r#"nightbell_scheduler_health{scheduler_id="b",service_name="Service",health="down"} 1"#,
        r#"nightbell_scheduler_open_incidents{scheduler_id="b",service_name="Service"} 1"#,
        "nightbell_schedulers_left_out 1",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains(r#"scheduler_id="c""#), "no more than two:\n{text}");
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
}

#[tokio::test]
async fn nobody_reads_the_schedulers_of_another_project_and_anyone_reads_none() {
    let server = Server::start().await;
    server.register("job", Patch::default()).await;
    let project = server.store.project_ensure("other", server.clock.now()).await.unwrap();
    let stranger = Principal { project, ..(*server.admin).clone() };

    let read = server.services.measured(Some(&stranger)).await;
    assert!(!read.contains("job") && read.contains("nightbell_schedulers_left_out 0"), "{read}");
    let read = server.services.measured(None).await;
    assert!(!read.contains("nightbell_scheduler"), "{read}");
}
