//! `nightbell exec` and the other commands, against the real server.

#[path = "../../tests/real/mod.rs"]
mod real;

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nightbell::api::{CancelRunRequest, ListIncidentsRequest, ListRunsRequest, Run, RunStatus};
use nightbell::{Client, Transport};

const SOON: Duration = Duration::from_secs(60);
/// What the end of a job may be held up, and what a busy machine adds.
const HELD_UP_MAX: Duration = Duration::from_millis(1600 + 900);

/// The command, with nothing of this process's own environment that would matter.
fn nightbell(url: &str, key: &str, spool: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
    for name in ["RUN_ID", "TRANSPORT", "API_KEY_FILE", "LOG", "HEARTBEAT_MS", "SERVER_BIN"] {
        command.env_remove(format!("NIGHTBELL_{name}"));
    }
    command.env("NIGHTBELL_URL", url).env("NIGHTBELL_API_KEY", key);
    command.env("NIGHTBELL_SPOOL_DIR", spool).stdin(Stdio::null());
    command
}

fn of(server: &real::Server) -> Command {
    nightbell(&server.url, &server.key, &server.folder.path().join("spool"))
}

fn shell(mut command: Command, name: &str, script: &str) -> Output {
    command.args(["exec", name, "--", "sh", "-c", script]).output().expect("it runs")
}

#[expect(clippy::disallowed_methods, reason = "how long a process takes")]
fn now() -> Instant {
    Instant::now()
}

struct Seen {
    client: Client,
    runtime: tokio::runtime::Runtime,
}

impl Seen {
    fn new(server: &real::Server) -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { client: server.client(Transport::Grpc), runtime }
    }

    fn runs(&self, name: &str) -> Vec<Run> {
        let request = ListRunsRequest { scheduler_id: name.to_owned(), ..Default::default() };
        let runs = self.runtime.block_on(self.client.api().list_runs(request));
        runs.map(|it| it.runs).unwrap_or_default()
    }

    /// The run, once it is so.
    fn wait(&self, name: &str, is_so: impl Fn(&Run) -> bool) -> Run {
        let start = now();
        while start.elapsed() < SOON {
            if let Some(run) = self.runs(name).into_iter().find(|run| is_so(run)) {
                return run;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{name}: never came: {:?}", self.runs(name));
    }
}

#[test]
fn a_command_keeps_its_code_its_output_and_its_input() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let output = shell(of(&server), "eod", "echo out; echo last words >&2; exit 7");
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "out\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "last words\n");
    let run = &seen.runs("eod")[0];
    assert_eq!(run.status, Some(RunStatus::Failed));
    assert_eq!(run.error_message.as_deref(), Some("exit code 7\nlast words"));

    assert!(shell(of(&server), "good", "test -n \"$NIGHTBELL_RUN_ID\"").status.success());
    assert_eq!(seen.runs("good")[0].status, Some(RunStatus::Completed));

    let missing = of(&server).args(["exec", "eod", "--", "/no/such"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(127));
    let refused = of(&server).args(["exec", "eod", "--", "/etc/passwd"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(126));
}

#[test]
fn a_command_that_is_killed_is_reported_with_signal_and_last_words() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    for transport in ["grpc", "http"] {
        let mut command = of(&server);
        command.env("NIGHTBELL_TRANSPORT", transport);
        let output = shell(command, transport, "echo last words >&2; kill -9 $$");
        assert_eq!(output.status.code(), Some(137));
        let run = &seen.runs(transport)[0];
        assert_eq!(run.status, Some(RunStatus::Failed));
        let message = run.error_message.clone().unwrap();
        assert!(message.contains("signal 9") && message.contains("last words"), "{message}");
        assert_eq!(run.metadata.as_ref().unwrap()["signal"], 9);
    }
}

#[test]
fn a_signal_is_passed_on_and_the_command_may_answer_it() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let mut command = of(&server);
    let script = "trap 'exit 5' TERM; while :; do sleep 0.05; done";
    let mut child = command.args(["exec", "eod", "--", "sh", "-c", script]).spawn().unwrap();
    seen.wait("eod", |run| run.status == Some(RunStatus::Running));
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(5));
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let script = "trap '' TERM; sleep 300";
    let options = ["exec", "eod", "--timeout", "300ms", "--kill-after", "300ms", "--"];
    let output = of(&server).args(options).args(["sh", "-c", script]).output().unwrap();
    assert_eq!(output.status.code(), Some(124));
    let message = seen.runs("eod")[0].error_message.clone().unwrap();
    assert!(message.contains("--timeout"), "{message}");
}

#[test]
fn a_command_is_ended_when_somebody_cancels_its_run() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let mut child = of(&server).args(["exec", "eod", "--", "sleep", "300"]).spawn().unwrap();
    let run = seen.wait("eod", |run| run.last_heartbeat_at.is_some());
    let request = CancelRunRequest { scheduler_id: "eod".to_owned(), run_id: run.run_id };
    seen.runtime.block_on(seen.client.api().cancel_run(request)).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(seen.runs("eod")[0].status, Some(RunStatus::Cancelled));
}

#[test]
fn the_server_finds_out_when_exec_itself_is_killed() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let mut child = of(&server).args(["exec", "eod", "--", "sleep", "30"]).spawn().unwrap();
    seen.wait("eod", |run| run.last_heartbeat_at.is_some());
    let killed = now();
    child.kill().unwrap();
    child.wait().unwrap();
    seen.wait("eod", |run| run.status == Some(RunStatus::Lost));
    let took = killed.elapsed();
    assert!(took < Duration::from_secs(15) + Duration::from_secs(10), "{took:?}");
    let request = ListIncidentsRequest { scheduler_id: "eod".to_owned(), ..Default::default() };
    let incidents = seen.runtime.block_on(seen.client.api().list_incidents(request)).unwrap();
    assert_eq!(incidents.incidents.len(), 1);
    std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("SIGKILL of exec was found after {took:?}\n").as_bytes(),
    )
    .unwrap();
}

/// A server that does something else than serve.
fn fault(name: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let answer: Option<(Duration, &[u8])> = match name {
        "refused" => return format!("http://{address}"),
        "500" | "tls" => Some((Duration::ZERO, b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")),
        "slow" => {
            Some((Duration::from_secs(30), b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"))
        }
        _ => None,
    };
    std::thread::spawn(move || {
        let mut open = vec![];
        for stream in listener.incoming().flatten() {
            let Some((wait, answer)) = answer else {
                open.push(stream);
                continue;
            };
            std::thread::spawn(move || {
                use std::io::{Read as _, Write as _};
                let mut stream = stream;
                let mut request = [0; 8192];
                while matches!(stream.read(&mut request), Ok(1..)) {
                    std::thread::sleep(wait);
                    if stream.write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    let scheme = if name == "tls" { "https" } else { "http" };
    format!("{scheme}://{address}")
}

#[test]
fn whatever_befalls_the_server_the_exit_code_stays_and_the_end_comes_soon() {
    let mut rows = String::new();
    for name in ["refused", "black hole", "slow", "500", "tls"] {
        for transport in ["grpc", "http"] {
            let folder = tempfile::tempdir().unwrap();
            let url = fault(name);
            let mut command = nightbell(&url, "key", folder.path());
            command.env("NIGHTBELL_TRANSPORT", transport);
            let start = now();
            let output = shell(command, "eod", "exit 3");
            let took = start.elapsed();
            assert_eq!(output.status.code(), Some(3), "{name} {transport}");
            assert!(took < HELD_UP_MAX, "{name} {transport}: {took:?}");
            let config = {
                let mut config = nightbell::Config::default();
                config.url = Some(url);
                config.spool = Some(folder.path().to_owned());
                config
            };
            let kept = Client::new(config).unwrap().spooled().count();
            assert_eq!(kept, 3, "{name} {transport}");
            let _ = writeln!(rows, "{name:>10} {transport} {:>5} ms", took.as_millis());
        }
    }
    std::io::Write::write_all(&mut std::io::stderr(), rows.as_bytes()).unwrap();
}

#[test]
fn a_full_disk_changes_nothing_either() {
    let server = real::Server::start();
    let full = |url: &str| {
        // No file may grow: what a full disk says to whoever writes.
        let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" exec eod -- sh -c 'exit 3'";
        let mut command = Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_nightbell")]);
        command.env("NIGHTBELL_URL", url).env("NIGHTBELL_API_KEY", &server.key);
        command.env("NIGHTBELL_SPOOL_DIR", server.folder.path().join("full"));
        let start = now();
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(start.elapsed() < HELD_UP_MAX, "{:?}", start.elapsed());
        start.elapsed()
    };
    let with_server = full(&server.url);
    let without = full(&fault("refused"));
    std::io::Write::write_all(
        &mut std::io::stderr(),
        format!(" disk full with server {with_server:?}, without {without:?}\n").as_bytes(),
    )
    .unwrap();
    assert_eq!(Seen::new(&server).runs("eod")[0].status, Some(RunStatus::Failed));
}

#[test]
fn what_happened_while_the_server_was_away_is_replayed() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let folder = server.folder.path().join("spool");
    let away = nightbell("http://127.0.0.1:9", &server.key, &folder);
    assert_eq!(shell(away, "eod", "exit 3").status.code(), Some(3));
    // As if the server had been at its own address all the time.
    let folders: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()).collect();
    std::fs::rename(&folders[0], seen.client.spooled().folder().unwrap()).unwrap();
    let listed = of(&server).args(["spool", "list"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("eod"), "{listed}");
    let flushed = of(&server).args(["spool", "flush"]).output().unwrap();
    assert_eq!(flushed.status.code(), Some(0), "{flushed:?}");
    assert_eq!(seen.runs("eod")[0].status, Some(RunStatus::Failed));
}

#[test]
fn a_script_reports_its_run_step_by_step() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let script = "set -e; export NIGHTBELL_RUN_ID=$(\"$0\" run start eod --max-runtime 2h)
        \"$0\" run beat eod; \"$0\" run progress eod 3 4 --message loading; \"$0\" run complete eod
        unset NIGHTBELL_RUN_ID; run=$(\"$0\" run start eod); \"$0\" run fail eod --run-id $run 'no input'";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_nightbell")]);
    command.env("NIGHTBELL_URL", &server.url).env("NIGHTBELL_API_KEY", &server.key);
    command.env("NIGHTBELL_SPOOL", "off");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let runs = seen.runs("eod");
    assert_eq!(runs.len(), 2, "{runs:?}");
    let of = |status| runs.iter().find(|run| run.status == Some(status)).unwrap();
    assert_eq!(of(RunStatus::Failed).error_message.as_deref(), Some("no input"));
    assert_eq!(of(RunStatus::Completed).progress.as_ref().unwrap().done, 3);
}
