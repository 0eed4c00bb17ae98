//! The JSON form: the guide's bodies, what is tolerated and what is refused.

use nightbell_proto::{
    json::{self, Mode},
    v1,
};
use proptest::prelude::*;
use prost_types::{Duration, Timestamp};
use tonic_types::StatusExt as _;

fn report(body: &str) -> json::Decoded<v1::UpdateStatusRequest> {
    json::from_slice(body.as_bytes(), Mode::EvidenceFirst).expect("a report that is accepted")
}

/// The warnings as `REASON field`.
fn warned<T>(decoded: &json::Decoded<T>) -> Vec<String> {
    decoded.warnings.iter().map(|w| format!("{} {}", w.reason, w.field)).collect()
}

/// The refusal as `REASON field: rule`.
fn refused<T: json::FromJson + std::fmt::Debug>(body: &[u8], mode: Mode) -> String {
    let status = json::from_slice::<T>(body, mode).expect_err("a refusal");
    assert_eq!(status.code(), tonic::Code::InvalidArgument);
    let reason = status.get_details_error_info().expect("a reason").reason;
    let violations =
        status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    match violations.first() {
        Some(first) => format!("{reason} {}: {}", first.field, first.description),
        None => reason,
    }
}

#[test]
fn the_guide_reports_a_status() {
    let decoded = report(
        r#"{"scheduler_id": "test-service-eod", "service_name": "Test Service",
            "job_name": "Test Job", "status": "completed",
            "timestamp": "2024-01-15T01:00:00Z", "execution_time_ms": 5000,
            "metadata": {"records_processed": 1000, "environment": "production"}}"#,
    );
    assert_eq!(warned(&decoded), Vec::<String>::new());
    let message = decoded.message;
    assert_eq!(message.scheduler_id, "test-service-eod");
    assert_eq!(message.status(), v1::RunStatus::Completed);
    assert_eq!(message.timestamp, Some(Timestamp { seconds: 1_705_280_400, nanos: 0 }));
    assert_eq!(message.execution_time_ms, Some(5000));
    assert_eq!(
        json::to_string(&message),
        r#"{"scheduler_id":"test-service-eod","service_name":"Test Service","job_name":"Test Job","status":"completed","timestamp":"2024-01-15T01:00:00.000Z","execution_time_ms":5000,"error_message":null,"metadata":{"environment":"production","records_processed":1000},"run_id":null,"sequence":null,"sent_at":null,"scheduled_for":null}"#
    );
}

#[test]
fn the_guide_s_python_sends_nulls_and_microseconds() {
    let decoded = report(
        r#"{"scheduler_id": "python-service-eod", "service_name": "Python Service",
            "job_name": "EOD Processing", "status": "running",
            "timestamp": "2024-01-15T01:00:00.123456Z", "execution_time_ms": null,
            "error_message": null, "metadata": null}"#,
    );
    assert_eq!(warned(&decoded), Vec::<String>::new());
    assert_eq!(decoded.message.timestamp.unwrap().nanos, 123_456_000);
    assert_eq!(decoded.message.execution_time_ms, None);
    assert_eq!(decoded.message.metadata, None);
}

#[test]
fn the_guide_registers_and_beats() {
    let body = br#"{"scheduler_id": "a", "service_name": "S", "job_name": "J",
        "owner_email": null, "alert_user_id": "U1234567890"}"#;
    let decoded = json::from_slice::<v1::RegisterSchedulerRequest>(body, Mode::Strict).unwrap();
    assert_eq!(decoded.message.owner_email, None);
    assert_eq!(decoded.message.alert_user_id.as_deref(), Some("U1234567890"));

    let body = br#"{"scheduler_id": "a"}"#;
    let decoded = json::from_slice::<v1::SendHeartbeatRequest>(body, Mode::EvidenceFirst).unwrap();
    assert_eq!(decoded.message.scheduler_id, "a");
}

/// Each body is a status report with one odd field, and the warning it earns.
#[test]
fn odd_fields_of_a_report_are_left_out_with_a_warning() {
    for (fields, warning) in [
        (r#""colour": "red""#, "UNKNOWN_FIELD colour"),
        (r#""progress": null"#, "UNKNOWN_FIELD progress"),
        (r#""execution_time_ms": "abc""#, "FIELD_DROPPED execution_time_ms"),
        (r#""execution_time_ms": 1.5"#, "FIELD_DROPPED execution_time_ms"),
        (r#""execution_time_ms": 1e999"#, "FIELD_DROPPED execution_time_ms"),
        (r#""execution_time_ms": -1e999"#, "FIELD_DROPPED execution_time_ms"),
        (r#""execution_time_ms": NaN"#, "FIELD_DROPPED execution_time_ms"),
        (r#""execution_time_ms": 1e19"#, "FIELD_DROPPED execution_time_ms"),
        (r#""error_message": {"a": 1}"#, "FIELD_DROPPED error_message"),
        (r#""error_message": "a\u0000b""#, "REPLACED_CHARACTERS error_message"),
        (r#""error_message": "a\ud800b""#, "REPLACED_CHARACTERS error_message"),
        (r#""error_message": "\ud800\u0041""#, "REPLACED_CHARACTERS error_message"),
        (r#""error_message": "\udc00\ud83d\ude00""#, "REPLACED_CHARACTERS error_message"),
        (r#""metadata": []"#, "FIELD_DROPPED metadata"),
        (r#""metadata": {"rate": Infinity}"#, "FIELD_DROPPED metadata.rate"),
        (r#""metadata": {"a": {"b": [-Infinity]}}"#, "FIELD_DROPPED metadata.a.b"),
        (r#""timestamp": "2024-01-15T01:00:00""#, "TIMESTAMP_IGNORED timestamp"),
        (r#""timestamp": "2024-01-15T01:00:00+25:00""#, "TIMESTAMP_IGNORED timestamp"),
        (r#""timestamp": "2024-01-15T01:00:60Z""#, "TIMESTAMP_IGNORED timestamp"),
        (r#""timestamp": "12024-01-15T01:00:00Z""#, "TIMESTAMP_IGNORED timestamp"),
        (r#""timestamp": "2024-02-30T01:00:00Z""#, "TIMESTAMP_IGNORED timestamp"),
        (r#""timestamp": 1705280400"#, "TIMESTAMP_IGNORED timestamp"),
        (r#""sent_at": "yesterday""#, "TIMESTAMP_IGNORED sent_at"),
    ] {
        let body = format!(r#"{{"scheduler_id": "a", "status": "failed", {fields}}}"#);
        let decoded = report(&body);
        assert_eq!(warned(&decoded), [warning], "{fields}");
        assert_eq!(decoded.message.status(), v1::RunStatus::Failed, "{fields}");
    }
}

#[test]
fn an_ignored_time_is_told_as_it_came() {
    let decoded = report(r#"{"timestamp": "2024-01-15 01:00"}"#);
    assert!(decoded.warnings[0].message.contains("\"2024-01-15 01:00\""));
}

#[test]
fn what_is_nearly_json_is_still_evidence() {
    let decoded = report("{\"error_message\": \"line 1\nline 2 NaN \\\"1e999\\\"\", \"x\": NaN}");
    assert_eq!(decoded.message.error_message(), "line 1\nline 2 NaN \"1e999\"");

    let body = b"{\"status\": \"failed\", \"error_message\": \"\xff\"}";
    let decoded: json::Decoded<v1::UpdateStatusRequest> =
        json::from_slice(body, Mode::EvidenceFirst).unwrap();
    assert_eq!(decoded.message.error_message(), "\u{fffd}");
    assert_eq!(warned(&decoded), ["REPLACED_CHARACTERS "]);
}

#[test]
fn of_a_key_that_stands_twice_in_metadata_the_last_counts() {
    let body = r#"{"status": "failed", "metadata": {"a": 1, "b": [{"c": 1, "c": 2}], "a": 3}}"#;
    let message = report(body).message;
    let metadata = json::to_string(&message);
    assert!(metadata.contains(r#""metadata":{"a":3,"b":[{"c":2}]}"#), "{metadata}");
}

#[test]
fn what_makes_a_report_unclear_is_refused() {
    let nested = format!("{}1{}", r#"{"metadata":{"a":"#.repeat(200), "}}".repeat(200));
    for (body, refusal) in [
        (
            r#"{"status": "done"}"#,
            "BAD_VALUE status: must be one of pending, running, completed, failed, cancelled, \
             lost, not \"done\"",
        ),
        (
            r#"{"status": "RUN_STATUS_UNSPECIFIED"}"#,
            "BAD_VALUE status: must be one of pending, running, completed, failed, cancelled, \
             lost, not \"RUN_STATUS_UNSPECIFIED\"",
        ),
        (
            r#"{"status": 3}"#,
            "BAD_TYPE status: must be one of pending, running, completed, failed, cancelled, \
             lost, not 3",
        ),
        (r#"{"run_id": NaN}"#, "BAD_VALUE run_id: must be text, not NaN"),
        (r#"{"run_id": 7}"#, "BAD_TYPE run_id: must be text, not 7"),
        (r#"{"scheduler_id": ["a"]}"#, "BAD_TYPE scheduler_id: must be text, not a list"),
        (
            r#"{"sequence": -1}"#,
            "BAD_VALUE sequence: must be a whole number from 0 to 4294967295, not -1",
        ),
        (r#"{"status": "failed", "status": "completed"}"#, "DUPLICATE_FIELD status: stands twice"),
        ("[]", "MALFORMED_JSON"),
        ("{\"status\": \"failed\"", "MALFORMED_JSON"),
        ("{\"status\": \"failed\"} x", "MALFORMED_JSON"),
        ("{'status': 'failed'}", "MALFORMED_JSON"),
        (&nested, "MALFORMED_JSON"),
    ] {
        let found = refused::<v1::UpdateStatusRequest>(body.as_bytes(), Mode::EvidenceFirst);
        assert_eq!(found, refusal, "{body}");
    }
}

#[test]
fn configuration_is_read_strictly() {
    for (body, refusal) in [
        (&br#"{"colour": "red"}"#[..], "UNKNOWN_FIELD colour: is not known here"),
        (br#"{"labels": {"a": 1}}"#, "BAD_TYPE labels.a: must be text, not 1"),
        (
            br#"{"schedules": [{"colour": "red"}]}"#,
            "UNKNOWN_FIELD schedules[0].colour: is not known here",
        ),
        (br#"{"schedules": [null]}"#, "BAD_TYPE schedules[0]: must be an object, not null"),
        (br#"{"job_name": "a\u0000"}"#, "BAD_VALUE job_name: must not contain NUL"),
        (br#"{"job_name": NaN}"#, "MALFORMED_JSON"),
        (br#"{"job_name": "\ud800"}"#, "MALFORMED_JSON"),
        (b"{\"job_name\": \"\xff\"}", "MALFORMED_JSON"),
    ] {
        let found = refused::<v1::RegisterSchedulerRequest>(body, Mode::Strict);
        assert_eq!(found, refusal);
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let body = br#"{"colour": "red", "job_name": 1, "start_grace": "soon"}"#;
    let status = json::from_slice::<v1::RegisterSchedulerRequest>(body, Mode::Strict).unwrap_err();
    let violations = status.get_details_bad_request().unwrap().field_violations;
    let told: Vec<_> = violations.iter().map(|v| (v.field.as_str(), v.reason.as_str())).collect();
    assert_eq!(
        told,
        [("colour", "UNKNOWN_FIELD"), ("job_name", "BAD_TYPE"), ("start_grace", "BAD_VALUE")]
    );
    assert_eq!(status.message(), "colour: is not known here (and 2 more)");
}

#[test]
fn one_bad_item_of_a_batch_refuses_itself_only() {
    let body = br#"{"items": [
        {"status": {"scheduler_id": "a", "status": "running"}},
        {"status": {"scheduler_id": "a", "status": "done"}},
        7,
        {"heartbeat": {"scheduler_id": "a", "timestamp": "now"}}]}"#;
    let decoded: json::Decoded<v1::BatchReportRequest> =
        json::from_slice(body, Mode::EvidenceFirst).unwrap();
    let items = &decoded.message.items;
    let read: Vec<bool> = items.iter().map(|item| item.report.is_some()).collect();
    assert_eq!(read, [true, true, false, true], "what could be read says whose it is");
    let refused: Vec<_> =
        decoded.refused_items.iter().map(|r| (r.index, r.path.as_str())).collect();
    assert_eq!(refused, [(1, "items[1]"), (2, "items[2]")]);
    assert_eq!(warned(&decoded), ["TIMESTAMP_IGNORED items[3].heartbeat.timestamp"]);
}

#[test]
fn only_one_of_a_group_is_taken() {
    let body = br#"{"items": [{"status": {}, "heartbeat": {}}]}"#;
    let found = refused::<v1::BatchReportRequest>(body, Mode::Strict);
    assert_eq!(found, "BAD_VALUE items[0].heartbeat: cannot stand beside another of its kind");
}

#[test]
fn many_unknown_fields_earn_few_warnings() {
    let fields: Vec<String> = (0..5_000).map(|n| format!("\"x{n}\": 1")).collect();
    let decoded = report(&format!("{{{}, \"timestamp\": 0}}", fields.join(",")));
    assert_eq!(decoded.warnings.len(), 33);
    assert_eq!(decoded.warnings[32].reason, "TIMESTAMP_IGNORED");
}

#[test]
fn an_empty_body_is_an_empty_object() {
    for body in ["", "  \n", "null", "{}"] {
        assert_eq!(report(body).message, v1::UpdateStatusRequest::default());
    }
}

#[test]
fn times_are_read_in_every_honest_form() {
    for (text, seconds, nanos) in [
        ("2024-01-15T01:00:00Z", 1_705_280_400, 0),
        ("2024-01-15t01:00:00z", 1_705_280_400, 0),
        ("2024-01-15 02:00:00+01:00", 1_705_280_400, 0),
        ("2024-01-14T20:00:00-0500", 1_705_280_400, 0),
        ("2024-01-15T03:00:00+02", 1_705_280_400, 0),
        ("2024-01-15T01:00:00.5Z", 1_705_280_400, 500_000_000),
        ("2024-01-15T01:00:00,5Z", 1_705_280_400, 500_000_000),
        ("2024-01-15T01:00:00.123456789123Z", 1_705_280_400, 123_456_789),
        ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
    ] {
        assert_eq!(json::timestamp_from_text(text), Some(Timestamp { seconds, nanos }), "{text}");
    }
    for text in [
        "",
        "Z",
        "2024-01-15",
        "2024-01-15T01:00:00.Z",
        "2024-01-15T24:00:00Z",
        "0000-01-01T00:00:00Z",
        "+024-01-15T01:00:00Z",
        "2024-01-15T01:00:00 Z",
        "é024-01-15T01:00:00Z",
        "2024-01-15T01:00:00+1:00",
        "2024-01-15T01:00:00Zé",
    ] {
        assert_eq!(json::timestamp_from_text(text), None, "{text}");
    }
}

#[test]
fn durations_are_read_in_every_honest_form() {
    for (text, seconds, nanos) in [
        ("300s", 300, 0),
        ("300", 300, 0),
        ("1.5s", 1, 500_000_000),
        ("5m", 300, 0),
        ("2h", 7_200, 0),
        ("1d", 86_400, 0),
        ("0.5d", 43_200, 0),
        ("-1.5s", -1, -500_000_000),
    ] {
        assert_eq!(json::duration_from_text(text), Some(Duration { seconds, nanos }), "{text}");
    }
    for text in [
        "",
        "s",
        "m",
        "5 m",
        "5ms",
        "1h30m",
        "1e3",
        "+5s",
        ".5s",
        "5.s",
        "-",
        "é",
        "9999999999999s",
        "315576000001s",
    ] {
        assert_eq!(json::duration_from_text(text), None, "{text}");
    }
    let body = br#"{"start_grace": 1.5, "max_runtime": 90}"#;
    let decoded = json::from_slice::<v1::RegisterSchedulerRequest>(body, Mode::Strict).unwrap();
    assert_eq!(decoded.message.start_grace, Some(Duration { seconds: 1, nanos: 500_000_000 }));
    assert_eq!(json::duration_to_text(&decoded.message.max_runtime.unwrap()), "90s");
    assert_eq!(json::duration_to_text(&decoded.message.start_grace.unwrap()), "1.5s");
}

#[test]
fn an_integer_may_come_as_5_0() {
    let decoded = report(r#"{"execution_time_ms": 5.0}"#);
    assert_eq!(decoded.message.execution_time_ms, Some(5));
    assert!(decoded.warnings.is_empty());
}

fn text() -> impl Strategy<Value = String> {
    "[^\\x00]{0,40}"
}

fn status_request() -> impl Strategy<Value = v1::UpdateStatusRequest> {
    let words = 0..=6_i32;
    let millis = proptest::option::of(-62_135_596_800_000..=253_402_200_000_000_i64);
    let metadata = proptest::option::of(proptest::collection::btree_map(text(), value(), 0..5));
    let whole =
        (text(), proptest::option::of(text()), words, millis.clone(), millis.clone(), millis);
    let rest = (proptest::option::of(any::<i64>()), metadata, proptest::option::of(any::<u32>()));
    (whole, rest).prop_map(
        |((id, message, status, at, sent_at, slot), (took, metadata, sequence))| {
            v1::UpdateStatusRequest {
                scheduler_id: id,
                status,
                timestamp: at.map(instant),
                execution_time_ms: took,
                error_message: message.clone(),
                metadata: metadata.map(|fields| prost_types::Struct { fields }),
                run_id: message,
                sequence,
                sent_at: sent_at.map(instant),
                scheduled_for: slot.map(instant),
                ..Default::default()
            }
        },
    )
}

fn instant(millis: i64) -> Timestamp {
    let nanos = i32::try_from(millis.rem_euclid(1_000) * 1_000_000).expect("below a second");
    Timestamp { seconds: millis.div_euclid(1_000), nanos }
}

fn value() -> impl Strategy<Value = prost_types::Value> {
    use prost_types::{ListValue, Struct, Value, value::Kind};
    let leaf = prop_oneof![
        Just(Kind::NullValue(0)),
        any::<bool>().prop_map(Kind::BoolValue),
        any::<i32>().prop_map(|number| Kind::NumberValue(number.into())),
        proptest::num::f64::NORMAL.prop_map(Kind::NumberValue),
        text().prop_map(Kind::StringValue),
    ]
    .prop_map(|kind| Value { kind: Some(kind) });
    leaf.prop_recursive(3, 16, 4, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..4)
            .prop_map(|values| Kind::ListValue(ListValue { values }));
        let object = proptest::collection::btree_map(text(), inner, 0..4)
            .prop_map(|fields| Kind::StructValue(Struct { fields }));
        prop_oneof![list, object].prop_map(|kind| Value { kind: Some(kind) })
    })
}

proptest! {
    /// What is written is read back as it was, in both modes and without a word.
    #[test]
    fn what_is_written_is_read_back(message in status_request()) {
        for mode in [Mode::Strict, Mode::EvidenceFirst] {
            let decoded: json::Decoded<v1::UpdateStatusRequest> =
                json::from_slice(&json::to_vec(&message), mode).unwrap();
            prop_assert_eq!(&decoded.message, &message);
            prop_assert!(decoded.warnings.is_empty());
        }
    }

    /// No body brings the reader down.
    #[test]
    fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = json::from_slice::<v1::UpdateStatusRequest>(&body, Mode::EvidenceFirst);
    }

    /// Nor does anything made of the pieces that the repair looks for.
    #[test]
    fn any_near_json_is_read_or_refused(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("\""), Just("\\"), Just("\\ud800"), Just("\\udc00"), Just("\\u"), Just("NaN"),
                Just("1e999"), Just("-"), Just("{"), Just("}"), Just(":"), Just("é"), Just("\n"),
                Just("\"status\""), Just("[")
            ],
            0..30,
        )
    ) {
        let body = pieces.concat();
        let _ = json::from_slice::<v1::UpdateStatusRequest>(body.as_bytes(), Mode::EvidenceFirst);
    }
}
