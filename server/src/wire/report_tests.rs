use std::time::Duration;

use nightbell_domain::id::RunId;
use nightbell_domain::report::{Content, HeartbeatContent, StatusContent};
use nightbell_domain::settings::Warning;
use nightbell_domain::time::Timestamp;
use nightbell_proto::v1;
use proptest::prelude::*;

use super::report::*;
use super::time;
use crate::error::ServiceError;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn completed() -> v1::UpdateStatusRequest {
    v1::UpdateStatusRequest {
        scheduler_id: "nightly".to_owned(),
        status: v1::RunStatus::Completed.into(),
        ..v1::UpdateStatusRequest::default()
    }
}

fn beat() -> v1::SendHeartbeatRequest {
    v1::SendHeartbeatRequest {
        scheduler_id: "nightly".to_owned(),
        ..v1::SendHeartbeatRequest::default()
    }
}

fn live(message: v1::UpdateStatusRequest) -> Taken {
    status(message, Arrival::Live, NOW).unwrap()
}

fn said(taken: &Taken) -> &StatusContent {
    let Content::Status(said) = &taken.report.content else { panic!("no status") };
    said
}

fn beaten(taken: &Taken) -> &HeartbeatContent {
    let Content::Heartbeat(said) = &taken.report.content else { panic!("no heartbeat") };
    said
}

fn refused<T, E: Into<ServiceError>>(outcome: Result<T, E>) -> Vec<(String, &'static str)> {
    let Err(ServiceError::Invalid(violations)) = outcome.map_err(Into::into) else {
        panic!("not refused for a field")
    };
    violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}

impl From<Untaken> for ServiceError {
    fn from(untaken: Untaken) -> Self {
        untaken.error
    }
}

fn warned(warnings: &[Warning]) -> Vec<(&str, &str)> {
    warnings.iter().map(|warning| (warning.reason, warning.field.as_str())).collect()
}

fn far() -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: 253_370_764_800, nanos: 0 }
}

proptest! {
    /// Any bytes that are a message are taken or refused; nothing panics.
    #[test]
    fn no_message_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        use prost::Message as _;
        if let Ok(message) = v1::UpdateStatusRequest::decode(bytes.as_slice()) {
            let _ = status(message, Arrival::Live, NOW);
        }
        if let Ok(message) = v1::SendHeartbeatRequest::decode(bytes.as_slice()) {
            let _ = heartbeat(message, Arrival::Live, NOW);
        }
        if let Ok(message) = v1::BatchItem::decode(bytes.as_slice()) {
            let _ = batch_item(message, NOW);
        }
    }

    /// Evidence first: with a good identity nothing else can refuse a live report.
    #[test]
    fn a_good_identity_is_taken(
        seconds: i64, nanos: i32, sent: Option<(i64, i32)>, took: Option<i64>,
        error: Option<String>, run_id in prop::option::of("[a-z0-9]{1,64}"),
        sequence: Option<u32>, name: Option<String>,
    ) {
        let message = v1::UpdateStatusRequest {
            timestamp: Some(prost_types::Timestamp { seconds, nanos }),
            sent_at: sent.map(|(seconds, nanos)| prost_types::Timestamp { seconds, nanos }),
            execution_time_ms: took,
            error_message: error,
            job_name: name,
            run_id,
            sequence,
            ..completed()
        };
        let taken = status(message, Arrival::Live, NOW);
        prop_assert!(taken.is_ok_and(|taken| taken.report.timing.effective_at <= NOW));
    }

    #[test]
    fn no_interval_refuses_a_heartbeat(seconds: i64, nanos: i32, done: u64, text: String) {
        let message = v1::SendHeartbeatRequest {
            interval: Some(prost_types::Duration { seconds, nanos }),
            progress: Some(v1::Progress { done, total: None, message: Some(text) }),
            ..beat()
        };
        prop_assert!(heartbeat(message.clone(), Arrival::Live, NOW).is_ok());
        let hello_message = v1::StreamHello {
            scheduler_id: message.scheduler_id,
            interval: message.interval,
            ..v1::StreamHello::default()
        };
        let interval = hello(&hello_message).map(|hello| hello.interval).ok();
        prop_assert!(interval.is_some_and(|it| it >= Duration::from_secs(2)));
    }
}

#[test]
fn an_identity_that_breaks_a_rule_is_refused_with_every_field() {
    let message = v1::UpdateStatusRequest {
        scheduler_id: "../x".to_owned(),
        run_id: Some(String::new()),
        status: 0,
        ..completed()
    };
    assert_eq!(
        refused(status(message, Arrival::Live, NOW)),
        [
            ("scheduler_id".to_owned(), "BAD_ID"),
            ("run_id".to_owned(), "BAD_ID"),
            ("status".to_owned(), "BAD_STATUS")
        ]
    );
    let message = v1::SendHeartbeatRequest { run_id: Some("a b".to_owned()), ..beat() };
    assert_eq!(refused(heartbeat(message, Arrival::Live, NOW)), [("run_id".to_owned(), "BAD_ID")]);
    let message = v1::StreamGoodbye { scheduler_id: "watch".to_owned(), run_id: None };
    assert_eq!(refused(goodbye(&message)), [("scheduler_id".to_owned(), "BAD_ID")]);
    let message = v1::StreamHello::default();
    assert_eq!(refused(hello(&message)), [("scheduler_id".to_owned(), "BAD_ID")]);
}

#[test]
fn a_status_that_is_none_is_refused_with_the_words_there_are() {
    for number in [0, 6, 99, -1] {
        let message = v1::UpdateStatusRequest { status: number, ..completed() };
        let untaken = status(message, Arrival::Live, NOW).unwrap_err();
        let ServiceError::Invalid(violations) = untaken.error else { panic!("{number}") };
        assert_eq!((violations[0].field.as_str(), violations[0].reason), ("status", "BAD_STATUS"));
        assert!(violations[0].rule.contains("pending, running, completed, failed, cancelled"));
    }
}

#[test]
fn a_timestamp_that_is_none_is_ignored_with_a_warning() {
    let negative = prost_types::Timestamp { seconds: 0, nanos: -1 };
    for bad in [far(), negative] {
        let taken = live(v1::UpdateStatusRequest {
            timestamp: Some(bad),
            sent_at: Some(bad),
            ..completed()
        });
        assert_eq!(taken.report.timing.reported_at, None);
        assert_eq!(taken.report.timing.effective_at, NOW);
        assert_eq!(
            warned(&taken.warnings),
            [("TIMESTAMP_IGNORED", "timestamp"), ("TIMESTAMP_IGNORED", "sent_at")]
        );
    }
}

#[test]
fn a_replay_must_say_when_it_happened() {
    let item = |timestamp| v1::BatchItem {
        report: Some(v1::batch_item::Report::Status(v1::UpdateStatusRequest {
            timestamp,
            ..completed()
        })),
    };
    let named = [("status.timestamp".to_owned(), "BAD_TIMESTAMP")];
    assert_eq!(refused(batch_item(item(Some(far())), NOW)), named);
    assert_eq!(refused(batch_item(item(None), NOW)), named);

    let old = NOW.minus(Duration::from_hours(169));
    let outcome = batch_item(item(Some(time::timestamp(old))), NOW);
    assert!(matches!(outcome, Err(Untaken { error: ServiceError::ReplayTooOld, .. })));

    let recent = NOW.minus(Duration::from_hours(100));
    let taken = batch_item(item(Some(time::timestamp(recent))), NOW).unwrap();
    assert_eq!(taken.report.timing.effective_at, recent);
    assert!(!taken.report.is_live);

    let empty = v1::BatchItem { report: None };
    assert_eq!(refused(batch_item(empty, NOW)), [("report".to_owned(), "REQUIRED")]);
    let heartbeat = v1::BatchItem { report: Some(v1::batch_item::Report::Heartbeat(beat())) };
    assert_eq!(
        refused(batch_item(heartbeat, NOW)),
        [("heartbeat.timestamp".to_owned(), "BAD_TIMESTAMP")]
    );
}

#[test]
fn warnings_of_an_item_are_seen_from_the_item() {
    let report = v1::UpdateStatusRequest {
        timestamp: Some(time::timestamp(NOW)),
        execution_time_ms: Some(-1),
        ..completed()
    };
    let item = v1::BatchItem { report: Some(v1::batch_item::Report::Status(report)) };
    let taken = batch_item(item, NOW).unwrap();
    assert_eq!(warned(&taken.warnings), [("FIELD_DROPPED", "status.execution_time_ms")]);
}

#[test]
fn what_is_not_part_of_the_identity_is_mended_with_a_warning() {
    let taken = live(v1::UpdateStatusRequest {
        execution_time_ms: Some(-1),
        error_message: Some(format!("a\0{}", "x".repeat(20_000))),
        sequence: Some(7),
        ..completed()
    });
    assert_eq!(said(&taken).execution_time_ms, None);
    assert!(said(&taken).error_message.as_ref().is_some_and(|it| it.starts_with("a\u{fffd}x")));
    assert_eq!(taken.report.sequence, None);
    assert_eq!(
        warned(&taken.warnings),
        [
            ("FIELD_DROPPED", "sequence"),
            ("FIELD_DROPPED", "execution_time_ms"),
            ("REPLACED_CHARACTERS", "error_message"),
            ("TRUNCATED", "error_message"),
        ]
    );
}

#[test]
fn a_good_report_is_taken_as_it_is() {
    let taken = live(v1::UpdateStatusRequest {
        run_id: Some("r1".to_owned()),
        sequence: Some(3),
        timestamp: Some(time::timestamp(NOW)),
        execution_time_ms: Some(15_000),
        error_message: Some(String::new()),
        service_name: Some("billing".to_owned()),
        job_name: Some(String::new()),
        ..completed()
    });
    assert!(taken.warnings.is_empty() && taken.report.is_live);
    assert_eq!(taken.report.sequence, Some(3));
    assert_eq!(taken.report.run_id.as_ref().map(RunId::as_str), Some("r1"));
    assert_eq!(said(&taken).execution_time_ms, Some(15_000));
    assert_eq!(said(&taken).error_message, None);
    assert_eq!((taken.service_name.as_deref(), taken.job_name), (Some("billing"), None));
}

#[test]
fn a_heartbeat_keeps_progress_and_a_believable_interval() {
    let sent = |seconds| v1::SendHeartbeatRequest {
        interval: Some(prost_types::Duration { seconds, nanos: 0 }),
        progress: Some(v1::Progress { done: 3, total: Some(9), message: Some("x".repeat(600)) }),
        ..beat()
    };
    let taken = heartbeat(sent(30), Arrival::Live, NOW).unwrap();
    assert_eq!(beaten(&taken).interval, Some(Duration::from_secs(30)));
    let wish = |seconds| v1::SendHeartbeatRequest {
        extend: Some(prost_types::Duration { seconds, nanos: 0 }),
        ..beat()
    };
    let granted = heartbeat(wish(604_800), Arrival::Live, NOW).unwrap();
    assert_eq!(beaten(&granted).extend, Some(Duration::from_hours(168)));
    let dropped = heartbeat(wish(604_801), Arrival::Live, NOW).unwrap();
    assert_eq!(beaten(&dropped).extend, None);
    assert_eq!(warned(&dropped.warnings), [("FIELD_DROPPED", "extend")]);
    assert_eq!(warned(&taken.warnings), [("TRUNCATED", "progress.message")]);

    for bad in [-5, 0, 1, 86_401] {
        let taken = heartbeat(sent(bad), Arrival::Live, NOW).unwrap();
        assert_eq!(beaten(&taken).interval, None);
        assert!(warned(&taken.warnings).contains(&("FIELD_DROPPED", "interval")));
    }
}

#[test]
fn a_stream_without_an_interval_beats_every_five_seconds() {
    for (declared, expected) in
        [(None, 5), (Some(-1), 5), (Some(1), 2), (Some(60), 60), (Some(200_000), 86_400)]
    {
        let message = v1::StreamHello {
            scheduler_id: "nightly".to_owned(),
            interval: declared.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
            ..v1::StreamHello::default()
        };
        assert_eq!(hello(&message).unwrap().interval, Duration::from_secs(expected));
    }
}

#[test]
fn a_refused_report_is_kept_as_it_came_if_it_names_a_scheduler() {
    let message = v1::UpdateStatusRequest {
        status: 99,
        job_name: Some("j\0".to_owned()),
        error_message: Some("\u{1f514}".repeat(1_000)),
        ..completed()
    };
    let rejected = status(message.clone(), Arrival::Live, NOW).unwrap_err().rejected.unwrap();
    assert_eq!(rejected.scheduler_id.as_str(), "nightly");
    assert!(rejected.raw.len() <= 2_048 && rejected.raw.contains("\"nightly\""));

    let nameless = v1::UpdateStatusRequest { scheduler_id: "a b".to_owned(), ..message };
    assert!(status(nameless, Arrival::Live, NOW).unwrap_err().rejected.is_none());
    assert_eq!(raw(&[0xff; 5_000]).len(), 2_046);
}
