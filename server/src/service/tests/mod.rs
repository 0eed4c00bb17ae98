//! The services on a real database, with a clock that stands still until it is moved.

mod deliveries;
mod dependence;
mod slots;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::HeaderMap;
use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::incident::Reason;
use nightbell_domain::key::{Binding, Principal, Role};
use nightbell_domain::presence::ServerId;
use nightbell_domain::report::{
    ClaimedTime, Content, HeartbeatContent, Report, Status, StatusContent, Timing,
};
use nightbell_domain::run::RunStatus;
use nightbell_domain::schedule::{CronProfile, Schedule};
use nightbell_domain::settings::Patch;
use nightbell_domain::time::Timestamp;
use serde_json::{Map, json};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::channels::Draft;
use super::incidents::{DeliveryState, IncidentFilter, IncidentState};
use super::keys::StoredKeys;
use super::reports::Sender;
use super::schedulers::{SchedulerChange, SchedulerFilter, Trial};
use super::{Judge, PageRequest, Parts, Rules, Services};
use crate::auth::{Authenticator, ServerSecret};
use crate::channel::WaysOut;
use crate::channel::http::{Bounds, HttpClient, SystemLookup};
use crate::clock::{Clock as _, ManualClock};
use crate::error::ServiceError;
use crate::store::Store;
use crate::store::postgres::tests::{cluster::Database, migrated};
use crate::store::postgres::{Address, Postgres};
use crate::store::sqlite::Sqlite;
use crate::telemetry::Metrics;

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

/// Where a server's data lies. `NIGHTBELL_TEST_STORE=postgres` runs every test of this
/// file on the other database.
enum Home {
    Folder(TempDir),
    Database(Database),
}

impl Home {
    fn new() -> Self {
        if std::env::var_os("NIGHTBELL_TEST_STORE").is_some_and(|it| it == "postgres") {
            Self::Database(migrated())
        } else {
            Self::Folder(tempfile::tempdir().unwrap())
        }
    }

    async fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Folder(folder) => {
                Arc::new(Sqlite::open_as_server(&folder.path().join("nightbell.db")).unwrap())
            }
            Self::Database(database) => {
                let address = Address::parse(database.address()).unwrap();
                Arc::new(Postgres::open(address).await.unwrap())
            }
        }
    }
}

/// A server without its transports.
struct Server {
    services: Services,
    store: Arc<dyn Store>,
    clock: ManualClock,
    admin: Arc<Principal>,
    home: Arc<Home>,
    writing: JoinHandle<()>,
}

impl Server {
    async fn start() -> Self {
        Self::with_schedulers_max(1_000).await
    }

    async fn with_schedulers_max(schedulers_max: u64) -> Self {
        let clock = ManualClock::new(Timestamp::from_millis(1_800_000_000_000));
        Self::open(Arc::new(Home::new()), clock, schedulers_max).await
    }

    /// Sends what is due, and what becomes due by that.
    async fn deliver_due(&self) {
        loop {
            let mut deliveries = self.services.deliveries();
            if deliveries.begin().await.unwrap() == 0 {
                return;
            }
            deliveries.finish().await;
        }
    }

    async fn open(home: Arc<Home>, clock: ManualClock, schedulers_max: u64) -> Self {
        let store = home.store().await;
        let project = store.project_ensure("default", clock.now()).await.unwrap();
        let secret = Arc::new(ServerSecret::from_bytes(&[7; 32]).unwrap());
        let keys = Arc::new(StoredKeys(store.clone()));
        let rate = NonZeroU32::new(1_000).unwrap();
        let auth = Arc::new(Authenticator::new(secret, keys, rate).unwrap());
        auth.keys().refresh().await;
        let allow = Arc::new("127.0.0.0/8".parse().unwrap());
        let (services, writing) = Services::new(Parts {
            store: store.clone(),
            clock: Arc::new(clock.clone()),
            auth,
            ways_out: WaysOut {
                http: HttpClient::new(allow, Arc::new(SystemLookup), Bounds::default()).unwrap(),
                mail: None,
            },
            metrics: Metrics::new(),
            stopping: CancellationToken::new(),
            broken: CancellationToken::new(),
            // The same in every life: whoever comes back need not wait for itself.
            server: ServerId(uuid::Uuid::from_u128(1)),
            rules: Rules {
                schedulers_max,
                registers_on_first_report: false,
                address: "http://localhost".to_owned(),
            },
        });
        let admin = Arc::new(Principal {
            project,
            key_id: "test".to_owned(),
            key_name: "test".to_owned(),
            role: Role::Admin,
            binding: Binding::default(),
            requests_per_second: None,
        });
        let writing = tokio::spawn(writing);
        Self { services, store, clock, admin, home, writing }
    }

    /// Stops the server and starts another on the same file.
    async fn restart(self) -> Self {
        let Self { services, store, clock, home, writing, .. } = self;
        drop((services, store));
        writing.await.unwrap();
        Self::open(home, clock, 1_000).await
    }

    /// Moves the clock on, looking all the while as the worker does.
    async fn wait(&self, judge: &mut Judge, span: Duration) {
        let end = self.clock.now().plus(span);
        while self.clock.now() < end {
            let step = end.since(self.clock.now()).min(Duration::from_secs(5));
            self.clock.advance(step);
            judge.look().await.unwrap();
        }
    }

    async fn register(&self, name: &str, patch: Patch) {
        let patch =
            Patch { service_name: named().service_name, job_name: named().job_name, ..patch };
        self.services.register(&self.admin, id(name), patch).await.unwrap();
    }

    async fn report(
        &self,
        name: &str,
        run: Option<&RunId>,
        status: Status,
    ) -> Result<nightbell_domain::transition::Answer, ServiceError> {
        self.report_as(&self.admin, name, run, status).await
    }

    async fn report_as(
        &self,
        principal: &Arc<Principal>,
        name: &str,
        run: Option<&RunId>,
        status: Status,
    ) -> Result<nightbell_domain::transition::Answer, ServiceError> {
        let content = Content::Status(StatusContent {
            status,
            scheduled_for: None,
            execution_time_ms: None,
            error_message: (status == Status::Failed).then(|| "disk full".to_owned()),
            metadata: None,
        });
        self.services.record(Self::sender(principal, name), self.report_of(run, content)).await
    }

    async fn heartbeat(&self, name: &str, run: Option<&RunId>) {
        let content = Content::Heartbeat(HeartbeatContent::default());
        let report = self.report_of(run, content);
        self.services.record(Self::sender(&self.admin, name), report).await.unwrap();
    }

    fn sender(principal: &Arc<Principal>, name: &str) -> Sender {
        Sender {
            principal: Arc::clone(principal),
            scheduler_id: id(name),
            service_name: None,
            job_name: None,
        }
    }

    fn report_of(&self, run: Option<&RunId>, content: Content) -> Report {
        let now = self.clock.now();
        let claimed = ClaimedTime { timestamp: Some(now), sent_at: None };
        let timing = Timing::of_live(claimed, now, &mut Vec::new());
        Report { run_id: run.cloned(), sequence: None, timing, is_live: true, content }
    }

    async fn incidents(&self, state: IncidentState) -> Vec<Reason> {
        let filter = IncidentFilter { state: Some(state), ..IncidentFilter::default() };
        let found = self.services.incidents(&self.admin, filter, PageRequest::default()).await;
        found.unwrap().items.iter().map(|it| it.incident.reason).collect()
    }

    async fn open_incidents(&self) -> Vec<(String, Reason)> {
        let filter =
            IncidentFilter { state: Some(IncidentState::Open), ..IncidentFilter::default() };
        let found = self.services.incidents(&self.admin, filter, PageRequest::default()).await;
        let named =
            |it: &crate::store::IncidentView| (it.scheduler_id.to_string(), it.incident.reason);
        found.unwrap().items.iter().map(named).collect()
    }

    /// Adds a webhook that takes everything; what it is sent comes out: the key and
    /// the body.
    async fn with_webhook(&self) -> mpsc::UnboundedReceiver<(String, String)> {
        let (sent, received) = mpsc::unbounded_channel();
        self.with_receiver(Router::new().route("/", post(take)).with_state(sent)).await;
        received
    }

    /// Adds a webhook that is answered by `app`.
    async fn with_receiver(&self, app: Router) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let fields = Map::from_iter([("url".to_owned(), json!(url))]);
        let draft = Draft { kind: "webhook".to_owned(), fields };
        self.services.create_channel(&self.admin, "ops".to_owned(), draft).await.unwrap();
    }

    async fn assert_all_delivered(&self) {
        let all =
            self.services.incidents(&self.admin, IncidentFilter::default(), PageRequest::default());
        for view in all.await.unwrap().items {
            let id = view.incident.id;
            let (_, deliveries) = self.services.incident(&self.admin, id).await.unwrap();
            assert!(!deliveries.is_empty());
            assert!(
                deliveries
                    .iter()
                    .all(|it| it.state == DeliveryState::Delivered && it.attempts == 1)
            );
        }
    }
}

async fn take(
    State(sent): State<mpsc::UnboundedSender<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) {
    let key = headers["webhook-id"].to_str().unwrap().to_owned();
    sent.send((key, String::from_utf8(body.to_vec()).unwrap())).unwrap();
}

fn named() -> Patch {
    Patch {
        service_name: Some("Service".to_owned()).into(),
        job_name: Some("Job".to_owned()).into(),
        ..Patch::default()
    }
}

fn id(name: &str) -> SchedulerId {
    SchedulerId::parse(name).unwrap()
}
