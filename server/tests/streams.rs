//! The stream is the evidence: what breaks one, and what that means.

mod harness;

use std::process::{Command, Stdio};
use std::time::Duration;

use harness::receiver::Receiver;
use harness::rest::Rest;
use harness::server::{Grpc, Server};
use harness::{breathe, ms, show, wait_until, wait_until_within, wall_ms};
use nightbell_proto::v1;
use nightbell_proto::v1::stream_heartbeats_request::Frame;
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

/// Where and as whom the job of these tests reports; unset for the tests themselves.
const JOB: &str = "STREAMING_JOB";

/// The shortest interval that a stream may declare. The timeout is three times that.
const INTERVAL: Duration = Duration::from_secs(2);
const TIMEOUT_MS: i64 = 6_000;

/// The job: says hello as a stream does by default, beats, and goes on until it is
/// killed. It is run as a process of its own.
#[tokio::test]
#[ignore = "run by a test, as a process of its own"]
async fn a_job_that_beats_until_it_is_killed() {
    let settings = std::env::var(JOB).expect("it is run by a test");
    let (address, key) = settings.split_once(' ').expect("an address and a key");
    let grpc = Grpc::new(address.parse().expect("an address"), key);
    let mut stream = Stream::open(&grpc, "eod", "r1", None).await.expect("a stream");
    loop {
        stream.beat().await.expect("it is open");
        stream.covered().await.expect("it is open");
        breathe().await;
    }
}

#[tokio::test]
async fn a_job_that_is_killed_is_lost_within_15_seconds_and_somebody_is_told() {
    let server = Server::start().await;
    let receiver = Receiver::start().await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    let mut job = Command::new(std::env::current_exe().expect("this test"))
        .args(["a_job_that_beats_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(JOB, format!("{} {}", server.address(), server.key()))
        .stdout(Stdio::null())
        .spawn()
        .expect("the job starts");
    until_run(&rest, "it beats", |run| run["last_heartbeat_at"].is_string()).await;

    job.kill().expect("a job to kill");
    job.wait().expect("its end");
    let (killed_at, killed_ms) = (Instant::now(), wall_ms());
    let suspect = until_run(&rest, "it is in doubt", |run| run["suspect"] == true).await;
    assert_eq!(suspect["status"], "running", "doubt is no loss");
    show(&format!("in doubt {:?} after the kill", killed_at.elapsed()));
    let lost = until_run(&rest, "it is lost", |run| run["status"] == "lost").await;
    let incident = rest.until_incident("eod", "open").await;
    let opened = receiver.until(1).await.remove(0);

    assert_eq!(incident["reason"], "lost");
    assert_eq!(opened.json()["data"]["reason"], "lost");
    let timeout_at_ms = ms(&lost["last_heartbeat_at"]) + 15_000;
    assert_eq!(ms(&incident["onset_at"]), timeout_at_ms);
    assert!(ms(&incident["opened_at"]) >= timeout_at_ms, "before its timeout");
    let found_ms = ms(&incident["opened_at"]) - killed_ms;
    show(&format!("lost {found_ms} ms after the kill, told after {} ms", opened.at_ms - killed_ms));
    assert!(found_ms < 20_000, "lost only {found_ms} ms after the kill");
}

#[tokio::test]
async fn a_connection_that_drops_and_comes_back_in_time_is_nothing() {
    let server = Server::start().await;
    let receiver = Receiver::start().await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    let proxy = Proxy::before(server.address()).await;
    let grpc = Grpc::new(proxy.address, server.key());
    let mut stream = Stream::open(&grpc, "eod", "r1", Some(INTERVAL)).await.expect("a stream");
    stream.beat().await.expect("it is open");
    stream.covered().await.expect("it is stored");

    proxy.cut();
    let broken = stream.end().await;
    assert_ne!(broken.code(), Code::Ok);
    until_run(&rest, "it is in doubt", |run| run["suspect"] == true).await;
    let mut stream = wait_until("the stream is back", async || {
        Stream::open(&grpc, "eod", "r1", Some(INTERVAL)).await.ok()
    })
    .await;
    stream.covered().await.expect("the hello is stored");
    assert_eq!(rest.run("eod", "r1").await["suspect"], false);

    // Longer than the timeout that the old stream had left.
    beat_for(&mut stream, Duration::from_millis(7_500)).await;
    assert_eq!(rest.run("eod", "r1").await["status"], "running");
    assert!(rest.incidents("eod").await.is_empty());
    assert!(receiver.arrivals().is_empty());
}

#[tokio::test]
async fn a_run_that_says_goodbye_and_falls_silent_is_not_lost() {
    let server = Server::start().await;
    let rest = server.rest();
    rest.register("eod", &json!({})).await;
    let grpc = server.grpc();
    let mut stream = Stream::open(&grpc, "eod", "r1", Some(INTERVAL)).await.expect("a stream");
    stream.beat().await.expect("it is open");
    let goodbye = v1::StreamGoodbye { scheduler_id: "eod".into(), run_id: Some("r1".into()) };
    stream.send(Frame::Goodbye(goodbye)).await.expect("it is open");
    let status = v1::UpdateStatusRequest {
        scheduler_id: "eod".into(),
        run_id: Some("r1".into()),
        status: v1::RunStatus::Completed.into(),
        ..Default::default()
    };
    stream.send(Frame::Status(status)).await.expect("it is open");
    stream.covered().await.expect("it is stored");
    let mut open = Stream::open(&grpc, "eod", "r2", Some(INTERVAL)).await.expect("a stream");
    open.beat().await.expect("it is open");
    let goodbye = v1::StreamGoodbye { scheduler_id: "eod".into(), run_id: Some("r2".into()) };
    open.send(Frame::Goodbye(goodbye)).await.expect("it is open");
    open.covered().await.expect("it is stored");
    drop((stream, open));

    // The run that ended is over. The one that only left its stream may be silent no
    // longer than any run: it stalls, which says less than that it is lost.
    let incident = rest.until_incident("eod", "open").await;
    assert_eq!(incident["reason"], "stalled");
    assert_eq!(incident["run_ids"], json!(["r2"]));
    let (ended, left) = (rest.run("eod", "r1").await, rest.run("eod", "r2").await);
    assert_eq!((&ended["status"], &ended["suspect"]), (&json!("completed"), &json!(false)));
    assert_eq!((&left["status"], &left["suspect"]), (&json!("running"), &json!(false)));
}

#[tokio::test]
async fn a_stream_that_is_open_and_silent_is_stalled_at_its_timeout() {
    let server = Server::start().await;
    let rest = server.rest();
    rest.register("eod", &json!({})).await;
    let mut stream =
        Stream::open(&server.grpc(), "eod", "r1", Some(INTERVAL)).await.expect("a stream");
    stream.beat().await.expect("it is open");
    stream.covered().await.expect("it is stored");

    let incident = rest.until_incident("eod", "open").await;
    assert_eq!(incident["reason"], "stalled");
    let run = rest.run("eod", "r1").await;
    assert_eq!((&run["status"], &run["suspect"]), (&json!("running"), &json!(false)));
    let deadline_ms = ms(&run["last_heartbeat_at"]) + TIMEOUT_MS;
    assert_eq!(ms(&incident["onset_at"]), deadline_ms);
    assert!(ms(&incident["opened_at"]) >= deadline_ms, "before its timeout");

    stream.beat().await.expect("it is open");
    assert_eq!(rest.until_incident("eod", "resolved").await["resolution"], "recovered");
}

#[tokio::test]
async fn a_revoked_key_ends_its_streams_within_5_seconds() {
    let server = Server::start().await;
    let rest = server.rest();
    rest.register("eod", &json!({})).await;
    let made = rest.post("/api/v1/keys", &json!({"name": "eod", "role": "reporter"})).await;
    let grpc = Grpc::new(server.address(), made["api_key"].as_str().expect("a key"));
    let mut stream = Stream::open(&grpc, "eod", "r1", Some(INTERVAL)).await.expect("a stream");
    stream.covered().await.expect("it is stored");

    let key_id = made["key"]["key_id"].as_str().expect("an id");
    rest.post(&format!("/api/v1/keys/{key_id}/revoke"), &json!({})).await;
    let revoked_at = Instant::now();
    let ended = stream.end().await;
    show(&format!("ended {:?} after it was revoked", revoked_at.elapsed()));
    assert_eq!(ended.code(), Code::Unauthenticated, "{ended}");
    assert!(revoked_at.elapsed() < Duration::from_secs(5), "{:?}", revoked_at.elapsed());
    let again = Stream::open(&grpc, "eod", "r1", Some(INTERVAL)).await.err();
    assert_eq!(again.map(|status| status.code()), Some(Code::Unauthenticated));
}

#[tokio::test]
async fn a_server_that_stops_sends_its_streams_away_and_puts_no_run_in_doubt() {
    let mut server = Server::start().await;
    server.rest().register("eod", &json!({})).await;
    let grpc = server.grpc();
    let mut stream = Stream::open(&grpc, "eod", "r1", Some(INTERVAL)).await.expect("a stream");
    stream.beat().await.expect("it is open");
    stream.covered().await.expect("it is stored");

    server.ask_to_stop();
    let ended = stream.end().await;
    assert_eq!(ended.code(), Code::Unavailable, "{ended}");
    assert_eq!(server.ended().await.code(), Some(0), "{}", server.stderr());
    server.restart().await;
    let rest = server.rest();
    let run = rest.run("eod", "r1").await;
    assert_eq!((&run["status"], &run["suspect"]), (&json!("running"), &json!(false)));

    let mut stream = wait_until("the stream is back", async || {
        Stream::open(&grpc, "eod", "r1", Some(INTERVAL)).await.ok()
    })
    .await;
    beat_for(&mut stream, Duration::from_secs(7)).await;
    assert_eq!(rest.run("eod", "r1").await["status"], "running");
    assert!(rest.incidents("eod").await.is_empty());
}

#[tokio::test]
async fn acknowledgements_only_rise_and_cover_every_frame() {
    let server = Server::start().await;
    let rest = server.rest();
    rest.register("eod", &json!({})).await;
    let mut stream =
        Stream::open(&server.grpc(), "eod", "r1", Some(INTERVAL)).await.expect("a stream");
    let mut acks = Vec::new();
    let mut refused = Vec::new();
    for number in 0..300 {
        if number % 100 == 50 {
            let beat =
                v1::SendHeartbeatRequest { scheduler_id: "nobody".into(), ..Default::default() };
            refused.push(stream.send(Frame::Heartbeat(beat)).await.expect("it is open"));
        } else {
            stream.beat().await.expect("it is open");
        }
    }
    let mut told = Vec::new();
    while acks.last().is_none_or(|ack| *ack < stream.sent) {
        let answer = stream.answers.message().await.expect("it is open").expect("an answer");
        acks.push(answer.stored_sequence);
        told.extend(answer.refusals);
    }
    assert!(acks.is_sorted(), "{acks:?}");
    assert_eq!(acks.last(), Some(&stream.sent));
    let told_of: Vec<u64> = told.iter().map(|refusal| refusal.frame_sequence).collect();
    assert_eq!(told_of, refused, "every refused frame is named once");
    assert!(told.iter().all(|it| it.reason == "UNKNOWN_SCHEDULER"), "{told:?}");
    show(&format!("{} frames covered by {} acknowledgements", stream.sent, acks.len()));
}

/// A stream with one run on it, as its sender sees it.
struct Stream {
    frames: mpsc::Sender<v1::StreamHeartbeatsRequest>,
    answers: Streaming<v1::StreamHeartbeatsResponse>,
    sent: u64,
    covered: u64,
    scheduler_id: String,
    run_id: String,
}

impl Stream {
    /// Opens a stream and says hello.
    async fn open(
        grpc: &Grpc,
        scheduler_id: &str,
        run_id: &str,
        interval: Option<Duration>,
    ) -> Result<Self, Status> {
        let (frames, outbound) = mpsc::channel(64);
        let hello = v1::StreamHello {
            scheduler_id: scheduler_id.to_owned(),
            run_id: Some(run_id.to_owned()),
            interval: interval.map(|it| it.try_into().expect("a duration")),
            spool_pending: None,
        };
        let first =
            v1::StreamHeartbeatsRequest { frame_sequence: 1, frame: Some(Frame::Hello(hello)) };
        frames.send(first).await.expect("room for a frame");
        let answers = grpc.reports().stream_heartbeats(ReceiverStream::new(outbound)).await?;
        Ok(Self {
            frames,
            answers: answers.into_inner(),
            sent: 1,
            covered: 0,
            scheduler_id: scheduler_id.to_owned(),
            run_id: run_id.to_owned(),
        })
    }

    /// Sends a frame; its number, or `None` if the stream is over.
    async fn send(&mut self, frame: Frame) -> Option<u64> {
        self.sent += 1;
        let frame = v1::StreamHeartbeatsRequest { frame_sequence: self.sent, frame: Some(frame) };
        self.frames.send(frame).await.ok()?;
        Some(self.sent)
    }

    async fn beat(&mut self) -> Option<u64> {
        let beat = v1::SendHeartbeatRequest {
            scheduler_id: self.scheduler_id.clone(),
            run_id: Some(self.run_id.clone()),
            ..Default::default()
        };
        self.send(Frame::Heartbeat(beat)).await
    }

    /// Waits until everything that was sent is stored.
    async fn covered(&mut self) -> Result<(), Status> {
        while self.covered < self.sent {
            let answer = self.answers.message().await?;
            let answer = answer.ok_or_else(|| Status::aborted("the stream ended"))?;
            assert!(answer.refusals.is_empty(), "{answer:?}");
            self.covered = answer.stored_sequence;
        }
        Ok(())
    }

    /// Waits until the stream is over, and returns its last word.
    async fn end(&mut self) -> Status {
        loop {
            match self.answers.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Status::ok(""),
                Err(status) => return status,
            }
        }
    }
}

/// Beats for so long.
async fn beat_for(stream: &mut Stream, how_long: Duration) {
    let until = Instant::now() + how_long;
    while Instant::now() < until {
        stream.beat().await.expect("it is open");
        stream.covered().await.expect("it is stored");
        breathe().await;
    }
}

/// Waits until the run of these tests is so, and returns it.
async fn until_run(rest: &Rest, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    wait_until_within(Duration::from_secs(30), what, async || {
        let path = "/api/v1/schedulers/eod/runs";
        let runs = rest.get(path).await["runs"].as_array().cloned().unwrap_or_default();
        runs.into_iter().next().filter(&is_so)
    })
    .await
}

/// Something between the job and the server that can break every connection.
struct Proxy {
    address: std::net::SocketAddr,
    cuts: watch::Sender<()>,
}

impl Proxy {
    async fn before(server: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let cuts = watch::Sender::new(());
        let own = cuts.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut cut = own.subscribe();
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { address, cuts }
    }

    fn cut(&self) {
        self.cuts.send_replace(());
    }
}
