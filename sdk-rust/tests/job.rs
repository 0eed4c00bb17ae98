//! What a job sees of the SDK, and what the SDK reports of a job.

use std::time::Duration;

use nightbell::api::RunStatus::{self, Cancelled, Completed, Failed, Running};
use nightbell::testing::{Server, Trouble};
use nightbell::{Client, Config, ParentRun};

/// What a wait in a test takes at the most.
const SOON: Duration = Duration::from_secs(20);

fn words(server: &Server) -> Vec<RunStatus> {
    server.reports().iter().filter_map(|report| report.status).collect()
}

async fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

fn config() -> Config {
    Config::default()
}

#[tokio::test]
async fn a_job_keeps_its_result_and_its_run_is_reported_in_order() {
    let server = Server::new();
    let client = server.client();
    let result = client
        .job("eod")
        .service("Billing")
        .cron("0 1 * * *")
        .run(|ctx| async move {
            ctx.progress(3, 4);
            ctx.metadata("files", 5);
            ctx.metadata("password", "x");
            Ok::<u32, anyhow::Error>(7)
        })
        .await;
    assert_eq!(result.unwrap(), 7);
    assert_eq!(words(&server), [Running, Completed]);
    let registered = &server.registrations()[0];
    assert_eq!(registered.service_name.as_deref(), Some("Billing"));
    let last = server.reports().pop().unwrap();
    assert_eq!((last.sequence, server.reports()[0].sequence), (Some(2), Some(1)));
    assert_eq!(last.metadata.unwrap()["password"], "***");
    assert_eq!(server.heartbeats().pop().unwrap().progress.unwrap().done, 3);
}

#[tokio::test]
async fn an_error_comes_back_as_it_was_and_is_reported_with_its_causes() {
    let server = Server::new();
    let result = server
        .client()
        .job("eod")
        .run(|_| async { Err::<(), _>(anyhow::anyhow!("disk full").context("no import")) })
        .await;
    assert_eq!(result.unwrap_err().to_string(), "no import");
    let last = server.reports().pop().unwrap();
    assert_eq!(last.status, Some(Failed));
    assert_eq!(last.error_message.as_deref(), Some("no import: disk full"));
}

#[tokio::test]
async fn a_panic_goes_on_and_is_reported() {
    let server = Server::new();
    let client = server.client();
    let job = client.job("eod").run(|_| async {
        assert!(std::hint::black_box(false), "kaboom 1");
        Ok::<(), anyhow::Error>(())
    });
    let panic = tokio::spawn(job).await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"kaboom 1"));
    let last = server.reports().pop().unwrap();
    assert_eq!(last.error_message.as_deref(), Some("kaboom 1"));
    assert_eq!(last.metadata.unwrap()["error_type"], "panic");
}

#[tokio::test]
async fn a_run_that_is_dropped_has_failed() {
    let server = Server::new();
    let client = server.client();
    drop(client.job("eod").start());
    let last = server.reports().pop().unwrap();
    assert_eq!(last.status, Some(Failed));
    assert!(last.error_message.unwrap().starts_with("abandoned"));
    client.job("eod").start().complete();
    assert_eq!(words(&server), [Running, Failed, Running, Completed]);
    assert_eq!(server.registrations().len(), 1);
}

#[test]
fn a_job_without_async_is_watched_too() {
    let server = Server::new();
    let result = server.client().job("eod").run_blocking(|_| Err::<(), _>("no input"));
    assert_eq!(result, Err("no input"));
    assert_eq!(words(&server), [Running, Failed]);
}

#[tokio::test]
async fn a_job_that_stops_when_asked_is_cancelled() {
    let server = Server::new();
    let client = server.client();
    server.cancel_all();
    let result =
        client.job("eod").run(|ctx| async move { Err::<(), _>(ctx.cancelled().await) }).await;
    assert_eq!(result, Err(nightbell::Cancelled));
    assert_eq!(words(&server), [Running, Cancelled]);
}

#[tokio::test]
async fn heartbeats_come_while_the_job_blocks_its_thread() {
    let server = Server::new();
    let mut config = config();
    config.heartbeat = Some(Duration::from_millis(100));
    let client = server.client_with(config);
    let beats = client
        .job("eod")
        .run(|_| async {
            std::thread::sleep(Duration::from_secs(2));
            Ok::<usize, anyhow::Error>(server.heartbeats().len())
        })
        .await
        .unwrap();
    assert!(beats >= 5, "{beats} heartbeats in 2 s, one every 0.1 s");
}

#[tokio::test]
async fn a_job_inside_a_wrapper_attaches_to_its_run() {
    let server = Server::new();
    let mut config = config();
    let parent = ParentRun { run_id: "outer".to_owned(), scheduler_id: Some("eod".to_owned()) };
    config.parent_run = Some(parent);
    let client = server.client_with(config);
    let run = client.job("eod").start();
    assert_eq!(run.run_id(), "outer");
    run.progress(1, 2);
    run.complete();
    client.job("other").start().complete();
    assert_eq!(words(&server), [Running, Completed]);
    assert!(server.heartbeats().iter().any(|beat| beat.run_id.as_deref() == Some("outer")));
}

#[tokio::test]
async fn reports_wait_on_disk_and_come_with_their_own_times() {
    let disk = tempfile::tempdir().unwrap();
    let server = Server::new();
    let config = || {
        let mut config = config();
        config.spool = Some(disk.path().to_owned());
        config
    };
    server.fail_with(Trouble::Refused);
    let client = server.client_with(config());
    let result = client.job("eod").run(|_| async { Ok::<_, anyhow::Error>(7) }).await;
    assert_eq!(result.unwrap(), 7);
    assert_eq!(client.spooled().count(), 3, "{:?}", client.spooled().list(9));
    drop(client);
    assert_eq!(words(&server), []);

    server.fail_with(None);
    let later = server.client_with(config());
    wait_until("the replay", || words(&server).len() == 2).await;
    wait_until("an empty spool", || later.spooled().count() == 0).await;
    assert_eq!(words(&server), [Running, Completed]);
    let first = &server.reports()[0];
    assert!(first.timestamp.unwrap() < first.sent_at.unwrap());
    assert_eq!(server.registrations().len(), 1);
}

#[tokio::test]
async fn a_server_that_comes_back_gets_what_was_kept_meanwhile() {
    let disk = tempfile::tempdir().unwrap();
    let server = Server::new();
    let mut config = config();
    config.spool = Some(disk.path().to_owned());
    let client = server.client_with(config);
    server.fail_with(Trouble::Status(500));
    client.job("eod").start().complete();
    server.fail_with(None);
    wait_until("the replay", || words(&server) == [Running, Completed]).await;
}

#[tokio::test]
async fn a_key_that_is_refused_is_left_alone_and_everything_kept() {
    let disk = tempfile::tempdir().unwrap();
    let server = Server::new();
    let mut config = config();
    config.spool = Some(disk.path().to_owned());
    let client = server.client_with(config);
    server.fail_with(Trouble::Status(401));
    let before = tokio::time::Instant::now();
    client.job("eod").start().complete();
    assert!(before.elapsed() < Duration::from_secs(1));
    assert_eq!(client.spooled().count(), 3);
}

#[tokio::test]
async fn a_report_that_is_refused_for_good_is_forgotten() {
    let server = Server::new();
    let client = server.client();
    server.fail_with(Trouble::Status(400));
    client.job("eod").start().complete();
    server.fail_with(None);
    client.job("eod").start().complete();
    assert_eq!(words(&server), [Running, Completed]);
}

#[test]
fn a_client_without_an_address_does_nothing_and_costs_nothing() {
    let client = Client::new(Config::default()).unwrap();
    assert!(!client.is_enabled());
    let run = client.job("eod").start();
    run.progress(1, None);
    run.complete();
    let result = client.job("eod").run_blocking(|_| Ok::<_, String>(7));
    assert_eq!(result, Ok(7));
}

/// Fails to say what it is.
struct Unspeakable;

impl std::fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("what an error says");
    }
}

#[tokio::test]
async fn an_error_that_fails_to_say_what_it_is_harms_nobody() {
    let server = Server::new();
    let result = server.client().job("eod").run(|_| async { Err::<(), _>(Unspeakable) }).await;
    assert!(result.is_err());
    assert_eq!(words(&server), [Running, Failed]);
}

#[tokio::test]
async fn any_budget_may_be_given_and_any_interval() {
    let server = Server::new();
    let mut config = config();
    config.exit_timeout = Duration::MAX;
    let client = server.client_with(config);
    let job = client
        .job("eod")
        .heartbeat_interval(Duration::MAX)
        .run(|_| async { Ok::<_, anyhow::Error>(7) });
    assert_eq!(job.await.unwrap(), 7);
    client.flush(Duration::MAX).await;
    client.shutdown(Duration::MAX).await;
    assert_eq!(words(&server), [Running, Completed]);
}

#[tokio::test]
async fn what_ends_after_the_client_waits_on_disk_and_holds_nobody_up() {
    let disk = tempfile::tempdir().unwrap();
    let server = Server::new();
    let mut config = config();
    config.spool = Some(disk.path().to_owned());
    let client = server.client_with(config);
    let run = client.job("eod").start();
    let spooled = client.spooled();
    client.clone().shutdown(SOON).await;
    server.fail_with(Trouble::Refused);
    run.complete();
    wait_until("the report on disk", || spooled.count() == 1).await;
    assert_eq!(words(&server), [Running]);
}

#[tokio::test]
async fn a_run_that_began_while_the_server_was_away_is_watched_when_it_is_back() {
    let disk = tempfile::tempdir().unwrap();
    let server = Server::new();
    let mut config = config();
    config.spool = Some(disk.path().to_owned());
    config.heartbeat = Some(Duration::from_millis(100));
    let client = server.client_with(config);
    server.fail_with(Trouble::Refused);
    let run = client.job("eod").start();
    wait_until("the spool", || client.spooled().count() == 2).await;
    server.fail_with(None);
    server.cancel_all();
    run.cancelled().await;
    assert!(!server.heartbeats().is_empty());
}

#[tokio::test]
async fn a_run_whose_heartbeats_alone_fail_is_in_no_others_way() {
    let server = Server::new();
    let mut config = config();
    config.heartbeat = Some(Duration::from_millis(100));
    let client = server.client_with(config);
    let of = |id: &str| server.heartbeats().iter().filter(|it| it.scheduler_id == id).count();
    let runs = ["bad", "good"].map(|id| client.job(id).start());
    wait_until("heartbeats of both", || of("bad") > 0 && of("good") > 0).await;
    server.fail_job("bad", Trouble::Status(500));
    let before = of("good");
    wait_until("heartbeats of the other", || of("good") > before + 5).await;
    server.fail_job("bad", None);
    let before = of("bad");
    wait_until("heartbeats again", || of("bad") > before).await;
    for run in runs {
        run.complete();
    }
}
