//! What was acknowledged is kept, and what was found is told, however often the
//! server dies.

mod harness;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use harness::receiver::{Arrival, Receiver, Reply};
use harness::rest::Rest;
use harness::server::{Grpc, Server};
use harness::{PATIENCE, breathe, show, wait_until, wait_until_within};
use nightbell_proto::v1;
use rand::Rng as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tonic::Code;

/// How often the server is killed. KILLS=n makes it another number.
const KILLS: usize = 50;

/// How long it lives between two kills, in milliseconds, once it is ready.
const LIFE_MS: std::ops::Range<u64> = 10..1_200;

/// Jobs that report at the same time, each with a scheduler of its own.
const JOBS: u64 = 16;

/// Reports each second of all jobs together.
const REPORTS_PER_SECOND: u64 = 500;

/// How many entries the history of an incident shows: the first and the last ones.
const HISTORY_MAX: usize = 50;

/// One run of this many fails.
const RUNS_PER_FAILURE: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_every_kill_and_what_was_found_is_told_in_order() {
    let mut server = Server::start_with(&[("NIGHTBELL_REQUESTS_PER_SECOND", "100000")]).await;
    let steady = Receiver::scripted(|_| slow(200)).await;
    // It fails again and again, but takes what it has heard before.
    let shaky = Receiver::scripted(|call| {
        let is_down = call.number % 20 < 5 && call.is_new;
        slow(if is_down { 500 } else { 200 })
    });
    let receivers = [steady, shaky.await];
    let rest = server.rest();
    let mut channels = Vec::new();
    for receiver in &receivers {
        channels.push(rest.add_webhook(&receiver.url).await.0);
    }
    let under_load = Arc::new(Load::default());
    let mut jobs = JoinSet::new();
    for number in 0..JOBS {
        let id = format!("job-{number}");
        rest.register(&id, &json!({})).await;
        let job = Job::new(&server, id, number, Arc::clone(&under_load));
        jobs.spawn(job.report_until_told_to_stop());
    }

    let started_at = Instant::now();
    let kills = std::env::var("KILLS").map_or(KILLS, |it| it.parse().expect("a number"));
    for _ in 0..kills {
        let life = Duration::from_millis(rand::rng().random_range(LIFE_MS));
        tokio::time::sleep(life).await;
        server.kill();
        server.restart().await;
    }
    let took = started_at.elapsed();
    under_load.is_over.store(true, Ordering::Relaxed);
    let logs = jobs.join_all().await;

    let acks = under_load.acks.load(Ordering::Relaxed);
    let unsure = under_load.unsure.load(Ordering::Relaxed);
    show(&format!(
        "{kills} kills in {took:.1?}; {acks} reports acknowledged, {unsure} without an answer"
    ));
    for log in &logs {
        log.compare(&server.grpc()).await;
    }
    let incidents = told_incidents(&server.rest(), &channels).await;
    for log in &logs {
        let of_job =
            incidents.iter().filter(|it| it["incident"]["scheduler_id"] == log.id.as_str());
        let alarms: usize = of_job.map(alarms_of).sum();
        if let Some(failures) = log.failures {
            assert_eq!(alarms, failures, "one alarm for each failure of {}", log.id);
        }
    }
    let mut doubles = 0;
    for (receiver, channel_id) in receivers.iter().zip(&channels) {
        doubles += compare_deliveries(&receiver.arrivals(), &incidents, channel_id);
    }
    show(&format!("{} incidents, {doubles} notifications told twice", incidents.len()));
    assert!(!incidents.is_empty() && acks > 1_000, "there was something to lose");
}

#[tokio::test]
async fn a_notification_that_was_under_way_at_a_kill_is_told_at_the_next_start() {
    let mut server = Server::start().await;
    let receiver = Receiver::answering(vec![Reply { after: 2 * PATIENCE, ..Reply::OK }]).await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    rest.report("eod", "failed", &json!({})).await;
    receiver.until(1).await;

    server.kill();
    server.restart().await;
    let what = "it is told again";
    let again = wait_until_within(Duration::from_secs(10), what, async || {
        receiver.arrivals().get(1).cloned()
    })
    .await;
    assert_eq!(again.key(), receiver.arrivals()[0].key());
    let incident = server.rest().until_incident("eod", "open").await;
    let incident_id = incident["incident_id"].as_str().expect("an id");
    let delivered = server.rest().until_delivery(incident_id, "opened", "delivered").await;
    assert_eq!(delivered["attempts"], 2);
}

#[tokio::test]
async fn a_pause_that_a_receiver_asked_for_outlasts_a_kill() {
    let mut server = Server::start().await;
    let busy = Reply { retry_after: Some("7"), ..Reply::of(503) };
    let receiver = Receiver::answering(vec![busy]).await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    rest.report("eod", "failed", &json!({})).await;
    let incident = rest.until_incident("eod", "open").await;
    let incident_id = incident["incident_id"].as_str().expect("an id");
    wait_until("the answer is noted", async || {
        let incident = rest.incident(incident_id).await;
        (incident["deliveries"][0]["last_result"] != "").then_some(())
    })
    .await;

    server.kill();
    server.restart().await;
    let arrivals = receiver.until(2).await;
    let waited = arrivals[1].at - arrivals[0].at;
    assert!(waited >= Duration::from_secs(7), "came back after {waited:?}");
}

/// What all jobs share.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    acks: AtomicUsize,
    unsure: AtomicUsize,
}

/// A job that runs again and again, each time reporting its start and its end.
struct Job {
    id: String,
    grpc: Grpc,
    rest: Option<Rest>,
    /// Whether it sends a report again that was not acknowledged, as the SDKs do, or
    /// goes on with another run, as a script with curl does.
    persists: bool,
    load: Arc<Load>,
    last_ms: i64,
}

/// What a job remembers.
struct Log {
    id: String,
    /// What was acknowledged last of each run; `None`: nothing.
    runs: HashMap<String, Option<v1::RunStatus>>,
    /// How often it failed and was well again in between; `None` if it cannot know.
    failures: Option<usize>,
}

/// One report.
struct Sent<'a> {
    run_id: &'a str,
    sequence: u32,
    status: v1::RunStatus,
    at_ms: i64,
}

impl Job {
    fn new(server: &Server, id: String, number: u64, load: Arc<Load>) -> Self {
        let rest = number.is_multiple_of(2).then(|| server.rest());
        let persists = number % 4 < 2;
        Self { id, grpc: server.grpc(), rest, persists, load, last_ms: 0 }
    }

    async fn report_until_told_to_stop(mut self) -> Log {
        let mut turn = interval(Duration::from_millis(1_000 * JOBS / REPORTS_PER_SECOND));
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut runs = HashMap::new();
        let (mut failures, mut is_well) = (0, true);
        for number in 0_u64.. {
            if self.load.is_over.load(Ordering::Relaxed) {
                break;
            }
            let run_id = format!("run-{number}");
            let fails = rand::rng().random_ratio(1, RUNS_PER_FAILURE);
            let end = if fails { v1::RunStatus::Failed } else { v1::RunStatus::Completed };
            let mut acknowledged = None;
            for (sequence, status) in [(1, v1::RunStatus::Running), (2, end)] {
                turn.tick().await;
                let at_ms = self.next_ms();
                let sent = Sent { run_id: &run_id, sequence, status, at_ms };
                if !self.report(&sent).await {
                    break;
                }
                acknowledged = Some(status);
            }
            failures += usize::from(fails && is_well);
            is_well = !fails;
            runs.insert(run_id, acknowledged);
        }
        Log { id: self.id, runs, failures: self.persists.then_some(failures) }
    }

    /// No two reports of a job happen in the same millisecond.
    fn next_ms(&mut self) -> i64 {
        self.last_ms = harness::wall_ms().max(self.last_ms + 1);
        self.last_ms
    }

    /// Reports; whether that was acknowledged.
    async fn report(&self, sent: &Sent<'_>) -> bool {
        loop {
            let is_acknowledged = match &self.rest {
                Some(rest) => self.over_rest(rest, sent).await,
                None => self.over_grpc(sent).await,
            };
            if is_acknowledged {
                self.load.acks.fetch_add(1, Ordering::Relaxed);
                return true;
            }
            self.load.unsure.fetch_add(1, Ordering::Relaxed);
            breathe().await;
            if !self.persists {
                return false;
            }
        }
    }

    async fn over_rest(&self, rest: &Rest, sent: &Sent<'_>) -> bool {
        let body = json!({
            "run_id": sent.run_id,
            "sequence": sent.sequence,
            "status": word(sent.status),
            "timestamp": jiff::Timestamp::from_millisecond(sent.at_ms).expect("a time").to_string(),
        });
        let path = format!("/api/v1/schedulers/{}/status", self.id);
        match rest.call(Method::PUT, &path, Some(&body)).await {
            Ok((200, _)) => true,
            Ok((503, _)) | Err(_) => false,
            Ok(other) => panic!("{other:?}"),
        }
    }

    async fn over_grpc(&self, sent: &Sent<'_>) -> bool {
        let at = Duration::from_millis(sent.at_ms.unsigned_abs());
        let nanos = i32::try_from(at.subsec_nanos()).expect("less than a second");
        let timestamp = prost_types::Timestamp { seconds: at.as_secs().cast_signed(), nanos };
        let request = v1::UpdateStatusRequest {
            scheduler_id: self.id.clone(),
            run_id: Some(sent.run_id.to_owned()),
            sequence: Some(sent.sequence),
            status: sent.status.into(),
            timestamp: Some(timestamp),
            ..Default::default()
        };
        match self.grpc.reports().update_status(request).await {
            Ok(_) => true,
            // What tonic makes of a connection that breaks: any of these.
            Err(status) => {
                let codes = [Code::Unavailable, Code::Unknown, Code::Cancelled, Code::Internal];
                assert!(codes.contains(&status.code()), "{status}");
                false
            }
        }
    }
}

impl Log {
    /// Holds what the job remembers against what the server shows.
    async fn compare(&self, grpc: &Grpc) {
        let shown = runs_of(grpc, &self.id).await;
        let mut seen = HashSet::new();
        for run in &shown {
            assert!(seen.insert(run.run_id.as_str()), "{} has {} twice", self.id, run.run_id);
            let known = self.runs.get(&run.run_id);
            let known = known.unwrap_or_else(|| panic!("{} never had {}", self.id, run.run_id));
            assert!(run.other_ends.is_empty(), "an end was counted twice: {run:?}");
            match known {
                Some(v1::RunStatus::Running) if !self.persists() => {
                    assert!(run.started_at.is_some(), "the start is lost: {run:?}");
                }
                Some(end) => assert_eq!(run.status(), *end, "{run:?}"),
                None => assert!(!self.persists(), "{run:?}"),
            }
        }
        for (run_id, acknowledged) in &self.runs {
            assert!(acknowledged.is_none() || seen.contains(run_id.as_str()), "{run_id} is lost");
        }
    }

    fn persists(&self) -> bool {
        self.failures.is_some()
    }
}

async fn runs_of(grpc: &Grpc, scheduler_id: &str) -> Vec<v1::Run> {
    let mut runs = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListRunsRequest {
            scheduler_id: scheduler_id.to_owned(),
            page_size: 500,
            page_token,
            status: v1::RunStatus::Unspecified.into(),
        };
        let page = grpc.runs().list_runs(request).await.expect("its runs").into_inner();
        runs.extend(page.runs);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return runs;
        }
    }
}

/// Every incident with its deliveries, once all have been delivered.
async fn told_incidents(rest: &Rest, channels: &[String]) -> Vec<Value> {
    let mut ids = Vec::new();
    let mut page = String::new();
    loop {
        let list = rest.get(&format!("/api/v1/incidents?page_size=500&page_token={page}")).await;
        for incident in list["incidents"].as_array().into_iter().flatten() {
            ids.push(incident["incident_id"].as_str().expect("an id").to_owned());
        }
        list["next_page_token"].as_str().unwrap_or_default().clone_into(&mut page);
        if page.is_empty() {
            break;
        }
    }
    let mut incidents = Vec::new();
    for id in ids {
        let told = wait_until_within(2 * PATIENCE, "everything is told", async || {
            let incident = rest.incident(&id).await;
            is_told(&incident).then_some(incident)
        });
        let incident = told.await;
        let history = incident["history"].as_array().expect("a history");
        let mut expected = BTreeMap::new();
        for entry in history {
            let event = entry["event"].as_str().expect("an event").to_owned();
            for channel in channels {
                *expected.entry((event.clone(), channel.clone())).or_insert(0) += 1;
            }
        }
        let mut counted = BTreeMap::new();
        for delivery in incident["deliveries"].as_array().expect("deliveries") {
            let text = |name: &str| delivery[name].as_str().expect(name).to_owned();
            *counted.entry((text("event"), text("channel_id"))).or_insert(0) += 1;
        }
        if history.len() < HISTORY_MAX {
            assert_eq!(counted, expected, "one notification per event and channel: {incident}");
        }
        assert_one_per_event(&incident, channels);
        incidents.push(incident);
    }
    incidents
}

/// Each channel has one notification of each event, from the first to the last: what happened
/// in the middle of a long history is known by that alone.
fn assert_one_per_event(incident: &Value, channels: &[String]) {
    let deliveries = incident["deliveries"].as_array().expect("deliveries");
    let numbers = |channel: &String| {
        let theirs = deliveries.iter().filter(|it| it["channel_id"] == channel.as_str());
        let keys = theirs.map(|it| event_number(it["key"].as_str().expect("a key")));
        let mut numbers: Vec<u32> = keys.collect();
        numbers.sort_unstable();
        numbers
    };
    let first = numbers(&channels[0]);
    let all: Vec<u32> = (1..=u32::try_from(first.len()).expect("a number")).collect();
    for channel in channels {
        assert_eq!(numbers(channel), all, "one notification per event for {channel}: {incident}");
    }
}

fn is_told(incident: &Value) -> bool {
    let deliveries = incident["deliveries"].as_array().expect("deliveries");
    deliveries.iter().all(|delivery| delivery["state"] == "delivered")
}

/// How often an incident was opened: a cause that comes back reopens it. As one channel was
/// told, since a long history does not hold all.
fn alarms_of(incident: &Value) -> usize {
    let deliveries = incident["deliveries"].as_array().expect("deliveries");
    let is_alarm = |it: &&Value| it["event"] == "opened" || it["event"] == "reopened";
    let is_same = |it: &&Value| it["channel_id"] == deliveries[0]["channel_id"];
    deliveries.iter().filter(is_same).filter(is_alarm).count()
}

/// The number of the event that a key names, as in `nb1:{incident}:{number}:{channel}`.
fn event_number(key: &str) -> u32 {
    key.split(':').nth(2).and_then(|number| number.parse().ok()).expect("a number in the key")
}

/// Holds what one receiver heard against what the server says it told; how many
/// notifications it took more than once.
fn compare_deliveries(arrivals: &[Arrival], incidents: &[Value], channel_id: &str) -> usize {
    let mut taken: HashMap<&str, Vec<&Arrival>> = HashMap::new();
    for arrival in arrivals.iter().filter(|arrival| arrival.status == 200) {
        taken.entry(arrival.key()).or_default().push(arrival);
    }
    let mut keys = HashSet::new();
    for incident in incidents {
        let mut told_at = Vec::new();
        for delivery in incident["deliveries"].as_array().expect("deliveries") {
            if delivery["channel_id"] != channel_id {
                continue;
            }
            let key = delivery["key"].as_str().expect("a key");
            assert!(keys.insert(key), "{key} stands for two notifications");
            let heard = taken.get(key).unwrap_or_else(|| panic!("{key} was never heard"));
            told_at.push((event_number(key), heard[0].at));
            // A server that lived on knows what was taken: only a dead one tells twice.
            let lives: HashSet<String> = heard.iter().map(|arrival| life(arrival)).collect();
            assert_eq!(lives.len(), heard.len(), "{key} was told twice without a kill");
        }
        told_at.sort_unstable();
        assert!(told_at.is_sorted_by_key(|(_, at)| *at), "told out of order: {incident}");
    }
    for arrival in arrivals {
        assert!(keys.contains(arrival.key()), "{} was told and is not known", arrival.key());
    }
    taken.values().map(|heard| heard.len() - 1).sum()
}

/// Which life of the server sent it: each has another address for links.
fn life(arrival: &Arrival) -> String {
    let told = arrival.json();
    let link = told["data"]["url"].as_str().expect("a link");
    link.split("/incidents/").next().expect("an address").to_owned()
}

/// A receiver that takes a little time is more often caught by a kill.
fn slow(status: u16) -> Reply {
    Reply { after: Duration::from_millis(20), ..Reply::of(status) }
}

fn word(status: v1::RunStatus) -> &'static str {
    match status {
        v1::RunStatus::Running => "running",
        v1::RunStatus::Completed => "completed",
        _ => "failed",
    }
}
