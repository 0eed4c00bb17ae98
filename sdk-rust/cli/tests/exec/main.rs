//! `nightbell exec` and what goes with it, against the real server.

#[path = "../../../tests/real/mod.rs"]
mod real;

mod ends;
mod faults;
#[path = "../../../tests/faulty/mod.rs"]
mod faulty;
mod init;
mod output;
mod reports;
mod said;
mod terminal;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nightbell::api::{ListRunsRequest, Run};
use nightbell::{Client, Transport};

const SOON: Duration = Duration::from_secs(60);

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

/// What the command would have, for a program that starts it in its own way.
fn behind(server: &real::Server, program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, value) in of(server).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).current_dir(server.folder.path());
    command
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

/// Waits for something that has no way to tell.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "never came: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// How a process exited; it must do so.
fn code(child: &mut Child) -> Option<i32> {
    let mut status = None;
    wait_until("the end of the process", || {
        status = child.try_wait().expect("a child");
        status.is_some()
    });
    status.and_then(|status| status.code())
}

/// Prints what was measured beside the tests.
fn note(text: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
}
