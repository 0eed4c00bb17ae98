use std::collections::BTreeMap;
use std::time::Duration;

use nightbell_domain::key::Role;
use nightbell_domain::schedule::{CronProfile, Schedule};
use nightbell_domain::settings::{Change, Patch, Settings};
use nightbell_proto::v1;
use proptest::prelude::*;

use super::preview::trial;
use super::settings::*;
use crate::error::ServiceError;

fn seconds(seconds: i64) -> prost_types::Duration {
    prost_types::Duration { seconds, nanos: 0 }
}

fn every(interval: i64) -> v1::Schedule {
    v1::Schedule { rule: Some(v1::schedule::Rule::Every(seconds(interval))) }
}

fn cron(expression: &str) -> v1::Schedule {
    v1::Schedule { rule: Some(v1::schedule::Rule::Cron(expression.to_owned())) }
}

fn registering() -> v1::RegisterSchedulerRequest {
    v1::RegisterSchedulerRequest {
        scheduler_id: "nightly".to_owned(),
        ..v1::RegisterSchedulerRequest::default()
    }
}

fn mask(paths: &[&str]) -> prost_types::FieldMask {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    prost_types::FieldMask { paths }
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, ServiceError>) -> Vec<(String, &'static str)> {
    let Err(ServiceError::Invalid(violations)) = outcome else { panic!("taken: {outcome:?}") };
    violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}

fn full() -> v1::SchedulerSettings {
    v1::SchedulerSettings {
        service_name: Some("billing".to_owned()),
        job_name: Some("Nightly".to_owned()),
        owner_email: Some("team@example.com".to_owned()),
        alert_user_id: Some("U1234567890".to_owned()),
        schedules: vec![every(3_600)],
        start_grace: Some(seconds(60)),
        heartbeat_interval: Some(seconds(5)),
        heartbeat_timeout: Some(seconds(15)),
        max_runtime: Some(seconds(600)),
        labels: BTreeMap::from([("team".to_owned(), "core".to_owned())]),
        timezone: Some("Europe/Berlin".to_owned()),
        cron_profile: v1::CronProfile::Systemd.into(),
        finish_by: Some(seconds(3_600)),
        early_tolerance: Some(seconds(0)),
        min_runtime: Some(seconds(30)),
        progress_timeout: Some(seconds(120)),
        failure_threshold: Some(2),
        failure_window: Some(5),
        recovery_threshold: Some(3),
        recovery_window: Some(3),
        severity: v1::Severity::Critical.into(),
        depends_on: Some("database".to_owned()),
    }
}

const ALL: [&str; 22] = [
    "service_name",
    "job_name",
    "owner_email",
    "alert_user_id",
    "schedules",
    "start_grace",
    "heartbeat_interval",
    "heartbeat_timeout",
    "max_runtime",
    "labels",
    "timezone",
    "cron_profile",
    "finish_by",
    "early_tolerance",
    "min_runtime",
    "progress_timeout",
    "failure_threshold",
    "failure_window",
    "recovery_threshold",
    "recovery_window",
    "severity",
    "depends_on",
];

#[test]
fn what_a_registration_leaves_out_is_kept() {
    let read = registration(v1::RegisterSchedulerRequest {
        owner_email: Some(String::new()),
        alert_user_id: Some(String::new()),
        ..registering()
    })
    .unwrap();
    assert_eq!(read.patch, Patch::default());
    assert!(read.warnings.is_empty());
}

#[test]
fn what_a_registration_gives_is_set() {
    let settings = full();
    let read = registration(v1::RegisterSchedulerRequest {
        scheduler_id: "nightly".to_owned(),
        service_name: settings.service_name,
        job_name: settings.job_name,
        owner_email: settings.owner_email,
        alert_user_id: settings.alert_user_id,
        schedules: settings.schedules,
        start_grace: settings.start_grace,
        heartbeat_interval: settings.heartbeat_interval,
        heartbeat_timeout: settings.heartbeat_timeout,
        max_runtime: settings.max_runtime,
        labels: settings.labels,
        timezone: settings.timezone,
        cron_profile: settings.cron_profile,
        finish_by: settings.finish_by,
        early_tolerance: settings.early_tolerance,
        min_runtime: settings.min_runtime,
        progress_timeout: settings.progress_timeout,
        failure_threshold: settings.failure_threshold,
        failure_window: settings.failure_window,
        recovery_threshold: settings.recovery_threshold,
        recovery_window: settings.recovery_window,
        severity: settings.severity,
        depends_on: settings.depends_on,
    })
    .unwrap();
    let by_update = update(Some(full()), Some(mask(&ALL))).unwrap();
    assert_eq!(read.patch, by_update);
    let hourly = Schedule::Every { interval_ms: 3_600_000 };
    assert_eq!(read.patch.schedules, Change::Set(vec![hourly]));
    assert_eq!(read.patch.cron_profile, Change::Set(CronProfile::Systemd));
    assert_eq!(read.patch.start_grace, Change::Set(Duration::from_mins(1)));
}

#[test]
fn a_member_that_is_none_is_dropped_at_registration_and_refused_in_an_update() {
    for bad in ["U1|x>", "@here", "u1234567"] {
        let read = registration(v1::RegisterSchedulerRequest {
            alert_user_id: Some(bad.to_owned()),
            ..registering()
        })
        .unwrap();
        assert_eq!(read.patch.alert_user_id, Change::Keep);
        assert_eq!(read.warnings[0].reason, "FIELD_DROPPED");
        assert_eq!(read.warnings[0].field, "alert_user_id");

        let settings =
            v1::SchedulerSettings { alert_user_id: Some(bad.to_owned()), ..Default::default() };
        assert_eq!(
            refused(update(Some(settings), Some(mask(&["alert_user_id"])))),
            [("settings.alert_user_id".to_owned(), "BAD_VALUE")]
        );
    }
}

#[test]
fn every_rule_a_registration_breaks_is_told() {
    let found = refused(registration(v1::RegisterSchedulerRequest {
        scheduler_id: "a b".to_owned(),
        service_name: Some("a\0".to_owned()),
        job_name: Some("b\0".to_owned()),
        owner_email: Some("\0@x".to_owned()),
        schedules: vec![every(60); 17],
        start_grace: Some(seconds(-1)),
        heartbeat_interval: Some(prost_types::Duration { seconds: 1, nanos: -1 }),
        heartbeat_timeout: Some(seconds(i64::MIN)),
        max_runtime: Some(prost_types::Duration { seconds: 0, nanos: i32::MAX }),
        finish_by: Some(seconds(-1)),
        early_tolerance: Some(seconds(-1)),
        min_runtime: Some(seconds(-1)),
        progress_timeout: Some(seconds(-1)),
        severity: 9,
        labels: BTreeMap::from([("team".to_owned(), "\0".to_owned())]),
        ..registering()
    }));
    let fields: Vec<(&str, &str)> = found.iter().map(|(f, reason)| (f.as_str(), *reason)).collect();
    assert_eq!(
        fields,
        [
            ("scheduler_id", "BAD_ID"),
            ("service_name", "BAD_VALUE"),
            ("job_name", "BAD_VALUE"),
            ("owner_email", "BAD_VALUE"),
            ("schedules", "TOO_MANY"),
            ("start_grace", "OUT_OF_RANGE"),
            ("heartbeat_interval", "OUT_OF_RANGE"),
            ("heartbeat_timeout", "OUT_OF_RANGE"),
            ("max_runtime", "OUT_OF_RANGE"),
            ("finish_by", "OUT_OF_RANGE"),
            ("early_tolerance", "OUT_OF_RANGE"),
            ("min_runtime", "OUT_OF_RANGE"),
            ("progress_timeout", "OUT_OF_RANGE"),
            ("severity", "BAD_VALUE"),
            ("labels.team", "BAD_VALUE"),
        ]
    );
}

#[test]
fn a_schedule_must_have_a_rule_that_can_be() {
    for (schedule, field, reason) in [
        (v1::Schedule { rule: None }, "schedules[0]", "REQUIRED"),
        (every(-5), "schedules[0].every", "OUT_OF_RANGE"),
        (cron("0 1 * * \0"), "schedules[0].cron", "BAD_VALUE"),
    ] {
        let message = v1::RegisterSchedulerRequest { schedules: vec![schedule], ..registering() };
        assert_eq!(refused(registration(message)), [(field.to_owned(), reason)]);
    }
}

#[test]
fn a_preview_has_its_bounds() {
    let asked = |change: fn(&mut v1::PreviewScheduleRequest)| {
        let mut message = v1::PreviewScheduleRequest {
            schedules: vec![cron("0 1 * * *")],
            ..v1::PreviewScheduleRequest::default()
        };
        change(&mut message);
        trial(message)
    };
    assert_eq!(asked(|_| ()).unwrap().count, 10);
    assert_eq!(asked(|message| message.count = 100).unwrap().count, 100);
    for (refusal, field) in [
        (asked(|message| message.count = 101), "count"),
        (asked(|message| message.count = -1), "count"),
        (asked(|message| message.cron_profile = 9), "cron_profile"),
        (asked(|message| message.schedules.clear()), "schedules"),
    ] {
        assert_eq!(refused(refusal)[0].0, field);
    }
}

#[test]
fn an_update_clears_what_it_names_and_does_not_give() {
    let patch = update(None, Some(mask(&ALL))).unwrap();
    assert_eq!(patch.service_name, Change::Clear);
    assert_eq!(patch.schedules, Change::Clear);
    assert_eq!(patch.timezone, Change::Clear);
    assert_eq!(patch.cron_profile, Change::Clear);
    assert_eq!(patch.max_runtime, Change::Clear);
    assert_eq!(patch.failure_threshold, Change::Clear);
    assert_eq!(patch.severity, Change::Clear);
    assert_eq!(patch.labels, Change::Clear);

    let emptied = v1::SchedulerSettings { owner_email: Some(String::new()), ..Default::default() };
    let patch = update(Some(emptied), Some(mask(&["owner_email"]))).unwrap();
    assert_eq!(patch, Patch { owner_email: Change::Clear, ..Patch::default() });
}

#[test]
fn an_update_keeps_what_it_does_not_name() {
    let patch = update(Some(full()), Some(mask(&["job_name"]))).unwrap();
    let expected = Patch { job_name: Change::Set("Nightly".to_owned()), ..Patch::default() };
    assert_eq!(patch, expected);
}

#[test]
fn an_update_must_name_settings() {
    for absent in [None, Some(mask(&[]))] {
        assert_eq!(refused(update(Some(full()), absent)), [("update_mask".to_owned(), "REQUIRED")]);
    }
    for unknown in ["*", "", "labels.team", "settings.job_name", "schedulerId"] {
        assert_eq!(
            refused(update(Some(full()), Some(mask(&[unknown])))),
            [("update_mask".to_owned(), "UNKNOWN_FIELD")]
        );
    }
}

#[test]
fn fields_of_an_update_stand_below_settings() {
    let broken = Settings::default().patched(Patch::default(), Role::Admin);
    let Err(nightbell_domain::settings::PatchRefusal::Invalid(violations)) = broken else {
        panic!("names are required");
    };
    let fields = refused::<()>(Err(below_settings(ServiceError::Invalid(violations))));
    assert_eq!(fields[0].0, "settings.service_name");
}

proptest! {
    /// What is shown can be sent back and changes nothing.
    #[test]
    fn settings_come_back(
        every_s in 5_i64..31_622_400, grace in prop::option::of(0_i64..604_800),
        with_owner: bool, label in prop::option::of("[a-z]{1,8}"),
    ) {
        let sent = v1::SchedulerSettings {
            schedules: vec![cron("30 2 * * MON-FRI"), every(every_s)],
            start_grace: grace.map(seconds),
            finish_by: Some(seconds(604_800)),
            owner_email: with_owner.then(|| "team@example.com".to_owned()),
            labels: label.into_iter().map(|label| (label, "x".to_owned())).collect(),
            ..full()
        };
        let patch = update(Some(sent.clone()), Some(mask(&ALL))).unwrap();
        let settings = Settings::default().patched(patch, Role::Admin).unwrap();
        prop_assert_eq!(shown(&settings), sent);
    }
}
