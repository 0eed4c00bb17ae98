//! Whatever befalls the server or the disk: the job's result is its own, and its end comes
//! soon. Each job is a process of its own, the driver of the conformance suite.

mod faulty;
mod real;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nightbell::api::{ListRunsRequest, RunStatus};
use nightbell::{Client, Config, Transport};

use faulty::{DISKS, Faulty, SERVERS, certificate, on_disk, with_tls};

/// Far more than the end of a job may be held up, for a busy machine; `make bench-exec`
/// has the figures.
const HELD_UP_MAX: Duration = Duration::from_secs(5);
const BOTH: [&str; 2] = ["grpc", "http"];

#[expect(clippy::disallowed_methods, reason = "how long a process takes")]
fn now() -> Instant {
    Instant::now()
}

fn driver() -> String {
    let test = std::env::current_exe().expect("a path");
    let target = test.ancestors().nth(2).expect("tests lie two folders below the target's profile");
    let driver = target.join("examples/conformance");
    assert!(driver.exists(), "build it first: cargo build -p nightbell --examples");
    driver.to_str().expect("text").to_owned()
}

/// Runs a job that fails by itself; its own error is all that may be seen of it. Gives
/// the time from its last word to its end.
fn run(mut command: Command, url: &str, key: &str, transport: &str) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = folder.path().join("scenario.json");
    let job = r#"{"job": "eod", "do": [{"sleep_ms": 20}], "end": {"raise": "no input"}}"#;
    std::fs::write(&scenario, job).expect("a file");
    command.arg(scenario).env("NIGHTBELL_URL", url).env("NIGHTBELL_API_KEY", key);
    command.env("NIGHTBELL_TRANSPORT", transport).env_remove("NIGHTBELL_RUN_ID");
    let mut process =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut said = BufReader::new(process.stdout.take().expect("a pipe"));
    let mut line = String::new();
    said.read_line(&mut line).expect("a line");
    let over = now();
    assert_eq!(line, "{\"over\":true}\n");
    let output = process.wait_with_output().expect("it ends");
    let took = over.elapsed();
    line.clear();
    said.read_to_string(&mut line).expect("text");
    assert_eq!(line, "{\"error\":\"no input\",\"result\":null}\n");
    assert_eq!((output.status.code(), output.stderr), (Some(1), vec![]));
    took
}

fn spooled(url: &str, folder: PathBuf) -> usize {
    let mut config = Config::default();
    (config.url, config.spool) = (Some(url.to_owned()), Some(folder));
    Client::new(config).expect("a client").spooled().count()
}

#[test]
fn no_server_changes_a_result_or_holds_up_an_end() {
    let check = |fault, transport| {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Faulty::server(fault);
        let mut command = Command::new(driver());
        command.env("NIGHTBELL_SPOOL_DIR", folder.path());
        let took = run(command, &server.url, "key", transport);
        assert!(took < HELD_UP_MAX, "{fault}, {transport}: {took:?}");
        assert_eq!(spooled(&server.url, folder.path().to_owned()), 3, "{fault}, {transport}");
    };
    thread::scope(|scope| {
        for fault in SERVERS {
            scope.spawn(move || BOTH.map(|transport| check(fault, transport)));
        }
    });
}

#[tokio::test]
async fn no_disk_changes_a_result_or_holds_up_an_end() {
    let server = real::Server::start();
    let away = Faulty::server("refused");
    for fault in DISKS {
        for transport in BOTH {
            for url in [&server.url, &away.url] {
                let folder = tempfile::tempdir().expect("a folder");
                let command = on_disk(fault, folder.path(), &driver());
                let took = run(command, url, &server.key, transport);
                assert!(took < HELD_UP_MAX, "{fault}, {transport}, {url}: {took:?}");
            }
        }
    }
    let request = ListRunsRequest { scheduler_id: "eod".to_owned(), ..Default::default() };
    let runs = server.client(Transport::Grpc).api().list_runs(request).await.unwrap().runs;
    assert_eq!(runs.len(), DISKS.len() * BOTH.len(), "{runs:?}");
    assert!(runs.iter().all(|run| run.status == Some(RunStatus::Failed)), "{runs:?}");
}

#[test]
fn a_certificate_is_trusted_when_its_file_is_named() {
    let server = with_tls();
    for transport in BOTH {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(driver());
        command.env("NIGHTBELL_SPOOL_DIR", folder.path());
        command.env("NIGHTBELL_CA_FILE", certificate());
        run(command, &server.url, &server.key, transport);
        assert_eq!(spooled(&server.url, folder.path().to_owned()), 0, "{transport}");
    }
}
