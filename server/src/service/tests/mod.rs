//! The services on a real database, with a clock that stands still until it is moved.

mod audit;
mod badges;
mod deliveries;
mod dependence;
mod measure;
mod retention;
mod routes;
mod server;
mod silences;
mod slots;
mod together;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use nightbell_domain::id::RunId;
use nightbell_domain::incident::Reason;
use nightbell_domain::key::{Binding, Principal, Role};
use nightbell_domain::report::Status;
use nightbell_domain::run::RunStatus;
use nightbell_domain::schedule::{CronProfile, Schedule};
use nightbell_domain::settings::Patch;
use nightbell_domain::time::Timestamp;
use tokio::sync::mpsc;

use super::PageRequest;
use super::incidents::{DeliveryState, IncidentState};
use super::schedulers::{SchedulerChange, SchedulerFilter, Trial};
use crate::clock::{Clock as _, ManualClock};
use crate::error::ServiceError;

use server::{Server, id, named, told};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_failure_opens_an_incident_and_the_next_success_resolves_it() {
    let server = Server::start().await;
    let mut receiver = server.with_webhook().await;
    server.register("eod", Patch::default()).await;

    server.report("eod", None, Status::Running).await.unwrap();
    server.clock.advance(MINUTE);
    server.report("eod", None, Status::Failed).await.unwrap();
    server.deliver_due().await;

    let (key, body) = receiver.recv().await.unwrap();
    assert!(key.starts_with("nb1:") && body.contains("incident.opened"), "{key} {body}");
    assert_eq!(server.incidents(IncidentState::Open).await, [Reason::Failed]);

    server.clock.advance(MINUTE);
    server.report("eod", None, Status::Running).await.unwrap();
    server.clock.advance(MINUTE);
    server.report("eod", None, Status::Completed).await.unwrap();
    server.deliver_due().await;

    let (other_key, body) = receiver.recv().await.unwrap();
    assert!(key != other_key && body.contains("incident.resolved"), "{other_key} {body}");
    assert_eq!(server.incidents(IncidentState::Resolved).await, [Reason::Failed]);
    assert!(receiver.try_recv().is_err(), "each event is told once");
    server.assert_all_delivered().await;
}

#[tokio::test]
async fn a_run_that_sent_heartbeats_and_stops_is_stalled_at_its_timeout_and_never_before() {
    let server = Server::start().await;
    let patch =
        Patch { heartbeat_interval: Some(Duration::from_secs(20)).into(), ..Patch::default() };
    server.register("import", patch).await;
    let mut judge = server.services.judge().await.unwrap();
    server.report("import", None, Status::Running).await.unwrap();
    for _ in 0..10 {
        server.wait(&mut judge, Duration::from_secs(20)).await;
        server.heartbeat("import", None).await;
        assert_eq!(server.incidents(IncidentState::Open).await, []);
    }

    server.wait(&mut judge, Duration::from_millis(59_999)).await;
    assert_eq!(server.incidents(IncidentState::Open).await, []);
    server.wait(&mut judge, Duration::from_millis(1)).await;
    assert_eq!(server.incidents(IncidentState::Open).await, [Reason::Stalled]);

    server.heartbeat("import", None).await;
    assert_eq!(server.incidents(IncidentState::Resolved).await, [Reason::Stalled]);
}

#[tokio::test]
async fn an_outage_of_the_server_is_no_silence_of_a_job() {
    let server = Server::start().await;
    let patch = Patch {
        heartbeat_timeout: Some(MINUTE).into(),
        heartbeat_interval: Some(Duration::from_secs(20)).into(),
        ..Patch::default()
    };
    server.register("alive", patch.clone()).await;
    server.register("dead", patch).await;
    let mut judge = server.services.judge().await.unwrap();
    for id in ["alive", "dead"] {
        server.report(id, None, Status::Running).await.unwrap();
    }
    server.wait(&mut judge, Duration::from_secs(2)).await;
    drop(judge);

    let server = server.restart().await;
    server.clock.advance(60 * MINUTE);
    let mut judge = server.services.judge().await.unwrap();
    judge.look().await.unwrap();
    assert_eq!(server.incidents(IncidentState::Open).await, [], "the outage was ours");

    for _ in 0..4 {
        server.heartbeat("alive", None).await;
        server.wait(&mut judge, Duration::from_secs(20)).await;
    }
    let open = server.open_incidents().await;
    assert_eq!(open, [("dead".to_owned(), Reason::Stalled)], "what is dead is found");
}

#[tokio::test]
async fn a_job_that_never_ran_is_found_and_a_start_resolves_it() {
    let server = Server::start().await;
    let every = Schedule::Every { interval_ms: 3_600_000 };
    server
        .register("hourly", Patch { schedules: Some(vec![every]).into(), ..Patch::default() })
        .await;
    let mut judge = server.services.judge().await.unwrap();

    server.wait(&mut judge, 64 * MINUTE).await;
    assert_eq!(server.incidents(IncidentState::Open).await, []);
    server.wait(&mut judge, MINUTE).await;
    assert_eq!(server.incidents(IncidentState::Open).await, [Reason::NeverStarted]);

    server.report("hourly", None, Status::Running).await.unwrap();
    assert_eq!(server.incidents(IncidentState::Resolved).await, [Reason::NeverStarted]);
}

#[tokio::test]
async fn a_preview_tells_what_becomes_of_a_schedule_when_clocks_change() {
    let server = Server::start().await;
    let trial = Trial {
        schedules: vec![Schedule::Cron { expression: "30 2 * * *".to_owned() }],
        timezone: Some("Europe/Berlin".to_owned()),
        cron_profile: CronProfile::Vixie,
        count: 2,
        // Noon of 28 March 2026.
        after: Some(Timestamp::from_millis(1_774_695_600_000)),
    };
    let preview = server.services.preview(trial.clone()).unwrap();
    let told: Vec<_> = preview.occurrences.iter().map(|it| (&*it.local, &*it.note)).collect();
    let moved = "02:30 does not exist on this night; runs at 03:00";
    assert_eq!(told, [("2026-03-29T03:00:00+02:00", moved), ("2026-03-30T02:30:00+02:00", "")]);
    assert_eq!(preview.clock_changes.len(), 1);

    let refused = Trial { timezone: Some("Mars/Olympus".to_owned()), ..trial };
    let Err(ServiceError::Invalid(violations)) = server.services.preview(refused) else { panic!() };
    assert_eq!((&*violations[0].field, violations[0].reason), ("timezone", "BAD_TIMEZONE"));
}

#[tokio::test]
async fn a_cron_slot_without_a_run_is_missed_and_survives_a_restart() {
    let server = Server::start().await;
    let hourly = Schedule::Cron { expression: "0 * * * *".to_owned() };
    let patch = Patch { schedules: Some(vec![hourly]).into(), ..Patch::default() };
    server.register("hourly", patch).await;

    let server = server.restart().await;
    let mut judge = server.services.judge().await.unwrap();
    server.wait(&mut judge, 66 * MINUTE).await;
    assert_eq!(server.incidents(IncidentState::Open).await, [Reason::NeverStarted]);
}

#[tokio::test]
async fn an_open_run_survives_a_restart_with_its_deadlines() {
    let server = Server::start().await;
    server
        .register("long", Patch { max_runtime: Some(10 * MINUTE).into(), ..Patch::default() })
        .await;
    let run = RunId::parse("night-1").unwrap();
    server.report("long", Some(&run), Status::Running).await.unwrap();

    let server = server.restart().await;
    let mut judge = server.services.judge().await.unwrap();
    server.wait(&mut judge, 11 * MINUTE).await;
    assert_eq!(server.incidents(IncidentState::Open).await, [Reason::Overran]);
    server.report("long", Some(&run), Status::Completed).await.unwrap();
    let found = server.services.run(&server.admin, &id("long"), &run).await.unwrap();
    assert_eq!((found.status(), found.overran), (RunStatus::Completed, true));
    assert_eq!(server.incidents(IncidentState::Resolved).await, [Reason::Overran]);
}

#[tokio::test]
async fn reports_of_one_moment_are_all_stored_once() {
    let server = Server::start().await;
    for number in 0..50 {
        server.register(&format!("job-{number}"), Patch::default()).await;
    }
    let sent = (0..1_000).map(|number| {
        let run = RunId::parse(&format!("run-{number}")).unwrap();
        let job = format!("job-{}", number % 50);
        let server = &server;
        async move { server.report(&job, Some(&run), Status::Completed).await.unwrap() }
    });
    futures_util::future::join_all(sent).await;

    let mut count = 0;
    for number in 0..50 {
        let page = PageRequest { size: 500, ..PageRequest::default() };
        let scheduler = id(&format!("job-{number}"));
        let runs = server.services.runs(&server.admin, &scheduler, None, page).await.unwrap();
        count += runs.items.len();
    }
    assert_eq!(count, 1_000);
}

#[tokio::test]
async fn pages_cover_a_list_once_and_a_forged_token_is_refused() {
    let server = Server::start().await;
    server.register("job", Patch::default()).await;
    for number in 0..25 {
        let run = RunId::parse(&format!("run-{number:02}")).unwrap();
        server.report("job", Some(&run), Status::Completed).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = PageRequest { size: 10, token };
        let page = server.services.runs(&server.admin, &id("job"), None, page).await.unwrap();
        seen.extend(page.items.iter().map(|run| run.id.to_string()));
        match page.next {
            Some(next) => token = next,
            None => break,
        }
    }
    let wanted: Vec<String> = (0..25).rev().map(|number| format!("run-{number:02}")).collect();
    assert_eq!(seen, wanted);
    for forged in ["x", "!!!", "cnVucyB4IHk"] {
        let page = PageRequest { size: 10, token: forged.to_owned() };
        let refused = server.services.runs(&server.admin, &id("job"), None, page).await;
        assert!(matches!(refused, Err(ServiceError::Invalid(_))), "{forged}");
    }
}

#[tokio::test]
async fn a_key_speaks_only_for_what_it_is_bound_to() {
    let server = Server::start().await;
    server.register("svc-b-x", Patch::default()).await;
    let bound = Principal {
        role: Role::Reporter,
        binding: Binding { scheduler_id_prefix: Some("svc-a-".to_owned()), ..Binding::default() },
        ..(*server.admin).clone()
    };
    let bound = Arc::new(bound);
    let registered = server.services.register(&bound, id("svc-b-y"), named()).await;
    assert!(matches!(registered, Err(ServiceError::NotYours(_))));
    let reported = server.report_as(&bound, "svc-b-x", None, Status::Running).await;
    assert!(matches!(reported, Err(ServiceError::NotYours(_))));
    assert!(server.services.register(&bound, id("svc-a-y"), named()).await.is_ok());

    let all = server.services.schedulers(
        &server.admin,
        SchedulerFilter::default(),
        PageRequest::default(),
    );
    let ids: Vec<String> = all.await.unwrap().items.iter().map(|it| it.id.to_string()).collect();
    assert_eq!(ids, ["svc-a-y", "svc-b-x"], "nothing was created for the refused");
}

#[tokio::test]
async fn each_project_sees_only_itself() {
    let server = Server::start().await;
    server.register("job", Patch::default()).await;
    let project = server.store.project_ensure("other", server.clock.now()).await.unwrap();
    let stranger = Arc::new(Principal { project, ..(*server.admin).clone() });

    let missing = server.services.scheduler(&stranger, &id("no-such")).await.unwrap_err();
    let foreign = server.services.scheduler(&stranger, &id("job")).await.unwrap_err();
    assert_eq!(
        foreign.to_string().replace("job", "ID"),
        missing.to_string().replace("no-such", "ID")
    );
    assert!(server.report_as(&stranger, "job", None, Status::Failed).await.is_err());
    assert!(server.services.delete_scheduler(&stranger, id("job")).await.is_err());
    assert_eq!(server.incidents(IncidentState::Open).await, []);
}

#[tokio::test]
async fn limits_of_a_project_are_kept_also_within_one_batch() {
    let server = Server::with_schedulers_max(3).await;
    let asked = ["one", "ONE", "two", "three", "four"]
        .map(|name| server.services.register(&server.admin, id(name), named()));
    let outcomes = futures_util::future::join_all(asked).await;
    let refused: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .map(ToString::to_string)
        .collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(matches!(outcomes[1], Err(ServiceError::IdTakenByCase(_))));
    assert!(matches!(outcomes[4], Err(ServiceError::Quota { max: 3, .. })));
    assert!(server.services.register(&server.admin, id("two"), named()).await.is_ok());
}

#[tokio::test]
async fn a_watcher_sees_every_scheduler_once_and_then_what_changes() {
    let server = Server::start().await;
    server.register("before", Patch::default()).await;
    let mut watch = server.services.watch(Arc::clone(&server.admin), None);
    let SchedulerChange::Now(first) = watch.recv().await.unwrap().unwrap() else { panic!() };
    assert_eq!(first.id, id("before"));
    assert!(matches!(watch.recv().await, Some(Ok(SchedulerChange::Idle))));

    server.register("after", Patch::default()).await;
    let SchedulerChange::Now(next) = watch.recv().await.unwrap().unwrap() else { panic!() };
    assert_eq!(next.id, id("after"));
    server.services.delete_scheduler(&server.admin, id("after")).await.unwrap();
    let SchedulerChange::Deleted(gone) = watch.recv().await.unwrap().unwrap() else { panic!() };
    assert_eq!(gone, id("after"));
}
