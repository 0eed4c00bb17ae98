//! What befalls the line to a server that is well: cuts, and reports that it refuses.

mod real;

use std::time::Duration;

use nightbell::api::{CreateKeyRequest, ListRunsRequest, Role, Run, RunStatus};
use nightbell::{Client, Transport};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const BOTH: [Transport; 2] = [Transport::Grpc, Transport::Http];
const SOON: Duration = Duration::from_secs(30);
/// How long the server lets a run be silent whose stream broke.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// What passes everything on, until it is cut.
struct Line {
    url: String,
    is_whole: watch::Sender<bool>,
}

impl Line {
    async fn to(server: &real::Server) -> Self {
        let target = server.url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let is_whole = watch::Sender::new(true);
        let state = is_whole.clone();
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let (target, mut state) = (target.clone(), state.subscribe());
                tokio::spawn(async move {
                    if *state.borrow()
                        && let Ok(mut there) = TcpStream::connect(target).await
                    {
                        tokio::select! {
                            _ = copy_bidirectional(&mut here, &mut there) => {}
                            _ = state.wait_for(|is_whole| !is_whole) => {}
                        }
                    }
                });
            }
        });
        Self { url, is_whole }
    }
}

async fn wait_until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

async fn runs(client: &Client, scheduler_id: &str) -> Vec<Run> {
    let request = ListRunsRequest { scheduler_id: scheduler_id.to_owned(), ..Default::default() };
    client.api().list_runs(request).await.map(|answer| answer.runs).unwrap_or_default()
}

#[tokio::test]
async fn a_stream_that_breaks_is_open_again_before_the_run_counts_as_dead() {
    let server = real::Server::start();
    let line = Line::to(&server).await;
    let watching = server.client(Transport::Grpc);
    let mut config = server.config(Transport::Grpc);
    config.url = Some(line.url.clone());
    let client = Client::new(config).unwrap();
    let run = client.job("eod").start();
    let heard = async || runs(&watching, "eod").await.pop().and_then(|run| run.last_heartbeat_at);
    wait_until("the first heartbeat", async || heard().await.is_some()).await;
    line.is_whole.send_replace(false);
    let before = heard().await;
    // Longer than the first tries take.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    line.is_whole.send_replace(true);
    let again = wait_until("the next heartbeat", async || heard().await > before);
    tokio::time::timeout(SILENCE_MAX, again).await.expect("the server hears of the run in time");
    run.complete();
    let status = async || runs(&watching, "eod").await.pop().and_then(|run| run.status);
    wait_until("the end", async || status().await == Some(RunStatus::Completed)).await;
}

#[tokio::test]
async fn what_another_key_left_on_disk_holds_nobody_up() {
    let server = real::Server::start();
    for transport in BOTH {
        let spool = tempfile::tempdir().unwrap();
        let prefix = format!("{transport:?}-").to_lowercase();
        let config = |key: &str| {
            let mut config = server.config(transport);
            (config.api_key, config.spool) = (key.to_owned(), Some(spool.path().to_owned()));
            config
        };
        // Another job's reports, which its key may not send today.
        let other = Client::new(config("nbk_unknown")).unwrap();
        other.job(format!("other-{prefix}")).start().complete();
        drop(other);
        let request = CreateKeyRequest {
            name: prefix.clone(),
            role: Some(Role::Reporter),
            scheduler_id_prefix: prefix.clone(),
            ..Default::default()
        };
        let watching = server.client(transport);
        let key = watching.api().create_key(request).await.unwrap().api_key;
        let client = Client::new(config(&key)).unwrap();
        assert_eq!(client.spooled().count(), 3);
        let id = format!("{prefix}job");
        for _ in 0..3 {
            client.job(&id).start().complete();
        }
        wait_until("three runs", async || {
            let runs = runs(&watching, &id).await;
            runs.len() == 3 && runs.iter().all(|run| run.status == Some(RunStatus::Completed))
        })
        .await;
        assert_eq!(client.spooled().count(), 3, "{:?}", client.spooled().list(9));
        drop(client);
        // The right key sends them.
        let right = Client::new(config(&server.key)).unwrap();
        wait_until("an empty spool", async || right.spooled().count() == 0).await;
        assert_eq!(runs(&watching, &format!("other-{prefix}")).await.len(), 1);
    }
}

#[tokio::test]
async fn a_job_without_a_name_harms_no_other() {
    let server = real::Server::start();
    for transport in BOTH {
        let client = server.client(transport);
        client.job("").start().complete();
        let id = format!("{transport:?}").to_lowercase();
        client.job(&id).start().complete();
        assert_eq!(runs(&client, &id).await.len(), 1);
        assert_eq!(client.spooled().count(), 0);
    }
}
