//! What `nightbell exec` costs when nothing is wrong.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nightbell::Transport;
use nightbell::api::{ListRunsRequest, Run, RunStatus};
use rustix::process::{Pid, Signal};

use crate::faulty::Faulty;
use crate::{OVERHEAD_MAX, RESIDENT_MAX_KIB, millis, now, real, say, the_command, watch};

const ROUNDS: usize = 300;
/// A server that is away is waited for at the end, so that fewer must do.
const ROUNDS_AWAY: usize = 20;

/// Prints the costs. False: a limit was not kept.
pub(crate) fn print(server: &real::Server) -> bool {
    let spool = tempfile::tempdir().expect("a folder");
    let away = Faulty::server("refused");
    say("ms that `nightbell exec` adds to `true`, by the medians; its 99th percentile beside");
    let bare = Times::of(ROUNDS, || start_to_end(&mut Command::new("true")));
    say(&format!("{:34}{:>8}{:>8}", "bare", millis(bare.median()), millis(bare.late())));
    let mut is_within = true;
    for transport in ["grpc", "http"] {
        let times = Times::of(ROUNDS, || {
            start_to_end(&mut exec(&server.url, &server.key, spool.path(), transport, "true"))
        });
        let added = times.median().saturating_sub(bare.median());
        let name = format!("until all is reported, {transport}");
        say(&format!("{name:34}{:>8}{:>8}", millis(added), millis(times.late())));
    }
    let bare = Times::of(ROUNDS, || start_to_word(Command::new("echo").arg("word")));
    for (name, url, rounds) in
        [("server real", &server.url, ROUNDS), ("server refused", &away.url, ROUNDS_AWAY)]
    {
        let times = Times::of(rounds, || {
            start_to_word(&mut exec(url, &server.key, spool.path(), "grpc", "echo"))
        });
        let added = times.median().saturating_sub(bare.median());
        let name = format!("until the command begins, {name}");
        say(&format!("{name:34}{:>8}{:>8}", millis(added), millis(times.late())));
        is_within &= added <= OVERHEAD_MAX;
    }
    let kib = resident_kib(server, spool.path());
    say(&format!(
        "MB resident, with a stream of heartbeats: {}.{}",
        kib / 1024,
        kib % 1024 * 10 / 1024
    ));
    is_within && kib <= RESIDENT_MAX_KIB
}

fn exec(url: &str, key: &str, spool: &Path, transport: &str, words: &str) -> Command {
    let mut command = Command::new(the_command());
    watch(&mut command, url, key);
    command.env("NIGHTBELL_SPOOL_DIR", spool).env("NIGHTBELL_TRANSPORT", transport);
    command.args(["exec", "bench", "--"]).args(words.split(' '));
    command
}

fn start_to_end(command: &mut Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = now();
    let status = command.status().expect("it runs");
    let took = start.elapsed();
    assert!(status.success());
    took
}

fn start_to_word(command: &mut Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let start = now();
    let mut process = command.spawn().expect("it runs");
    let mut word = [0; 1];
    process.stdout.take().expect("a pipe").read_exact(&mut word).expect("a word");
    let took = start.elapsed();
    process.wait().expect("it ends");
    took
}

/// The memory of `nightbell exec` once its heartbeats arrive.
fn resident_kib(server: &real::Server, spool: &Path) -> u64 {
    let mut command = exec(&server.url, &server.key, spool, "grpc", "sleep 60");
    let mut process = command.spawn().expect("it runs");
    let api = server.client(Transport::Grpc).api();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let request = ListRunsRequest { scheduler_id: "bench".to_owned(), ..Default::default() };
        let is_heard =
            |run: &Run| run.status == Some(RunStatus::Running) && run.last_heartbeat_at.is_some();
        while !api.list_runs(request.clone()).await.is_ok_and(|it| it.runs.iter().any(is_heard)) {
            assert!(process.try_wait().expect("it was started").is_none(), "it was never heard of");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    let kib = line.trim().trim_end_matches(" kB").parse().expect("a number");
    rustix::process::kill_process(Pid::from_child(&process), Signal::TERM).expect("it lives");
    process.wait().expect("it ends");
    kib
}

/// How long something took, again and again.
struct Times(Vec<Duration>);

impl Times {
    fn of(rounds: usize, once: impl Fn() -> Duration) -> Self {
        let mut times: Vec<_> = (0..rounds).map(|_| once()).collect();
        times.sort_unstable();
        Self(times)
    }

    fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    /// The 99th percentile.
    fn late(&self) -> Duration {
        self.0[self.0.len() * 99 / 100]
    }
}
