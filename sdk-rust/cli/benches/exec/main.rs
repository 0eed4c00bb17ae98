//! What watching costs a job: the time that `nightbell exec` adds to a command, its memory,
//! and the time that an end is held up by each fault, with `exec` and with the library.
//!
//! `make bench-exec` runs it. Loopback and a busy machine: read it as a bound.

#[path = "../../../tests/faulty/mod.rs"]
mod faulty;
#[path = "../../../tests/real/mod.rs"]
mod real;

mod cost;
mod faults;
mod job;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The most that each figure may be.
const OVERHEAD_MAX: Duration = Duration::from_millis(5);
const RESIDENT_MAX_KIB: u64 = 6 * 1024;
const HELD_UP_MAX: Duration = Duration::from_millis(1600);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("job") => job::run(),
        // What `cargo bench` says by itself.
        None | Some("--bench") => measure(),
        Some(other) => panic!("no such word: {other}"),
    }
}

fn measure() {
    let server = real::Server::start();
    let mut is_within = cost::print(&server);
    is_within &= faults::print(&server);
    if !is_within {
        say("a limit was not kept");
        std::process::exit(1);
    }
}

/// What was built with this, unless `NIGHTBELL_BIN` names another: the one that is shipped.
fn the_command() -> String {
    std::env::var("NIGHTBELL_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_nightbell").to_owned())
}

#[expect(clippy::disallowed_methods, reason = "how long things take")]
fn now() -> Instant {
    Instant::now()
}

fn say(line: &str) {
    // Nobody reads it any more: so be it.
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

/// Says where to report, and nothing else.
fn watch(command: &mut Command, url: &str, key: &str) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NIGHTBELL_") && name != "NIGHTBELL_SPOOL_DIR" {
            command.env_remove(name);
        }
    }
    command.env("NIGHTBELL_URL", url).env("NIGHTBELL_API_KEY", key);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
}
