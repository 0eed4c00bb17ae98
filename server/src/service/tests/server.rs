//! A server without its transports.

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
use nightbell_domain::settings::Patch;
use nightbell_domain::time::Timestamp;
use serde_json::{Map, json};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::super::channels::{Draft, NewChannel};
use super::super::incidents::{DeliveryState, IncidentFilter, IncidentState};
use super::super::keys::StoredKeys;
use super::super::reports::Sender;
use super::super::{Judge, PageRequest, Parts, Rules, Services};
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

/// Where a server's data lies. `NIGHTBELL_TEST_STORE=postgres` runs every test of this
/// file on the other database.
pub(super) enum Home {
    Folder(TempDir),
    Database(Database),
}

impl Home {
    fn new() -> Self {
        if std::env::var_os("NIGHTBELL_TEST_STORE").is_some_and(|it| it == "postgres") {
            Self::database()
        } else {
            Self::folder()
        }
    }

    /// SQLite.
    pub(super) fn folder() -> Self {
        Self::Folder(tempfile::tempdir().unwrap())
    }

    /// PostgreSQL.
    pub(super) fn database() -> Self {
        Self::Database(migrated())
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
pub(super) struct Server {
    pub(super) services: Services,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: ManualClock,
    pub(super) admin: Arc<Principal>,
    home: Arc<Home>,
    writing: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::with_schedulers_max(1_000).await
    }

    pub(super) async fn with_schedulers_max(schedulers_max: u64) -> Self {
        let clock = ManualClock::new(Timestamp::from_millis(1_800_000_000_000));
        Self::open(Arc::new(Home::new()), clock, schedulers_max).await
    }

    /// Sends what is due, and what becomes due by that.
    pub(super) async fn deliver_due(&self) {
        loop {
            let mut deliveries = self.services.deliveries();
            if deliveries.begin().await.unwrap() == 0 {
                return;
            }
            deliveries.finish().await;
        }
    }

    pub(super) async fn open(home: Arc<Home>, clock: ManualClock, schedulers_max: u64) -> Self {
        // The same in every life: whoever comes back need not wait for itself.
        let first = ServerId(uuid::Uuid::from_u128(1));
        Box::pin(Self::open_as(first, home, clock, schedulers_max)).await
    }

    pub(super) async fn open_as(
        server: ServerId,
        home: Arc<Home>,
        clock: ManualClock,
        schedulers_max: u64,
    ) -> Self {
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
            sign_in: None,
            metrics: Metrics::new(),
            stopping: CancellationToken::new(),
            broken: CancellationToken::new(),
            server,
            rules: Rules {
                schedulers_max,
                registers_on_first_report: false,
                metrics_schedulers_max: 2,
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
    pub(super) async fn restart(self) -> Self {
        let Self { services, store, clock, home, writing, .. } = self;
        drop((services, store));
        writing.await.unwrap();
        Self::open(home, clock, 1_000).await
    }

    /// Moves the clock on, looking all the while as the worker does.
    pub(super) async fn wait(&self, judge: &mut Judge, span: Duration) {
        let end = self.clock.now().plus(span);
        while self.clock.now() < end {
            let step = end.since(self.clock.now()).min(Duration::from_secs(5));
            self.clock.advance(step);
            judge.look().await.unwrap();
        }
    }

    pub(super) async fn register(&self, name: &str, patch: Patch) {
        let patch =
            Patch { service_name: named().service_name, job_name: named().job_name, ..patch };
        self.services.register(&self.admin, id(name), patch).await.unwrap();
    }

    pub(super) async fn report(
        &self,
        name: &str,
        run: Option<&RunId>,
        status: Status,
    ) -> Result<nightbell_domain::transition::Answer, ServiceError> {
        self.report_as(&self.admin, name, run, status).await
    }

    pub(super) async fn report_as(
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

    pub(super) async fn heartbeat(&self, name: &str, run: Option<&RunId>) {
        let content = Content::Heartbeat(HeartbeatContent::default());
        let report = self.report_of(run, content);
        self.services.record(Self::sender(&self.admin, name), report).await.unwrap();
    }

    pub(super) fn sender(principal: &Arc<Principal>, name: &str) -> Sender {
        Sender {
            principal: Arc::clone(principal),
            scheduler_id: id(name),
            service_name: None,
            job_name: None,
        }
    }

    pub(super) fn report_of(&self, run: Option<&RunId>, content: Content) -> Report {
        let now = self.clock.now();
        let claimed = ClaimedTime { timestamp: Some(now), sent_at: None };
        let timing = Timing::of_live(claimed, now, &mut Vec::new());
        Report { run_id: run.cloned(), sequence: None, timing, is_live: true, content }
    }

    pub(super) async fn incidents(&self, state: IncidentState) -> Vec<Reason> {
        let filter = IncidentFilter { state: Some(state), ..IncidentFilter::default() };
        let found = self.services.incidents(&self.admin, filter, PageRequest::default()).await;
        found.unwrap().items.iter().map(|it| it.incident.reason).collect()
    }

    pub(super) async fn open_incidents(&self) -> Vec<(String, Reason)> {
        let filter =
            IncidentFilter { state: Some(IncidentState::Open), ..IncidentFilter::default() };
        let found = self.services.incidents(&self.admin, filter, PageRequest::default()).await;
        let named =
            |it: &crate::store::IncidentView| (it.scheduler_id.to_string(), it.incident.reason);
        found.unwrap().items.iter().map(named).collect()
    }

    /// Adds a webhook that takes everything; what it is sent comes out: the key and
    /// the body.
    pub(super) async fn with_webhook(&self) -> mpsc::UnboundedReceiver<(String, String)> {
        let (sent, received) = mpsc::unbounded_channel();
        self.with_receiver(Router::new().route("/", post(take)).with_state(sent)).await;
        received
    }

    /// Adds a webhook that is answered by `app`.
    pub(super) async fn with_receiver(&self, app: Router) -> i64 {
        self.with_channel(NewChannel::default(), app).await
    }

    /// Adds a webhook like `new` that is answered by `app`; its number.
    pub(super) async fn with_channel(&self, new: NewChannel, app: Router) -> i64 {
        self.with_channel_of("webhook", new, app).await
    }

    /// The same of another kind that has an address.
    pub(super) async fn with_channel_of(&self, kind: &str, new: NewChannel, app: Router) -> i64 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let fields = Map::from_iter([("url".to_owned(), json!(url))]);
        let draft = Draft { kind: kind.to_owned(), fields };
        let new = NewChannel { name: "ops".to_owned(), ..new };
        self.services.create_channel(&self.admin, new, draft).await.unwrap().0.id
    }

    pub(super) async fn assert_all_delivered(&self) {
        let all =
            self.services.incidents(&self.admin, IncidentFilter::default(), PageRequest::default());
        for view in all.await.unwrap().items {
            let id = view.incident.id;
            let (_, deliveries) = self.services.incident(&self.admin, id).await.unwrap();
            assert!(!deliveries.is_empty());
            assert!(
                deliveries
                    .iter()
                    .all(|(it, _)| it.state == DeliveryState::Delivered && it.attempts == 1)
            );
        }
    }
}

pub(super) async fn take(
    State(sent): State<mpsc::UnboundedSender<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) {
    let key = headers["webhook-id"].to_str().unwrap().to_owned();
    sent.send((key, String::from_utf8(body.to_vec()).unwrap())).unwrap();
}

pub(super) fn named() -> Patch {
    Patch {
        service_name: Some("Service".to_owned()).into(),
        job_name: Some("Job".to_owned()).into(),
        ..Patch::default()
    }
}

pub(super) fn id(name: &str) -> SchedulerId {
    SchedulerId::parse(name).unwrap()
}

/// Which schedulers the receiver was told of, and what.
pub(super) fn told(receiver: &mut mpsc::UnboundedReceiver<(String, String)>) -> Vec<String> {
    let mut told = Vec::new();
    while let Ok((_, body)) = receiver.try_recv() {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let scheduler = body["data"]["scheduler_id"].as_str().unwrap();
        told.push(format!("{scheduler} {}", body["type"].as_str().unwrap()));
    }
    told
}
