//! As the first process of a container, as the parent of what others left, and with what
//! was set up by whoever started it.

use std::process::Command;

use nightbell::api::RunStatus;

use crate::{Seen, behind, code, real};

/// Waits until the process that `orphan` names has been buried, and says so by its code.
const UNTIL_BURIED: &str = "orphan=$(cat orphan); i=0
    while test -e /proc/$orphan; do
        i=$((i + 1)); test $i -gt 1000 && exit 9; sleep 0.02
    done; exit 4";

const AS_FIRST: [&str; 6] =
    ["--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child", "--"];

fn as_first(server: &real::Server, script: &str) -> Command {
    let mut command = behind(server, "unshare");
    command
        .args(AS_FIRST)
        .arg(env!("CARGO_BIN_EXE_nightbell"))
        .args(["exec", "eod", "--", "sh", "-c", script]);
    command
}

#[test]
fn as_the_first_process_it_buries_what_others_leave_behind() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let script =
        format!("test $PPID = 1 || exit 8; sh -c 'sleep 0.1 & echo $! > orphan'; {UNTIL_BURIED}");
    let mut child = as_first(&server, &script).spawn().unwrap();
    assert_eq!(code(&mut child), Some(4));
    let message = seen.runs("eod")[0].error_message.clone().unwrap();
    assert_eq!(message, "exit code 4");
}

#[test]
fn as_the_first_process_it_ends_when_asked_and_tells_how_its_command_did() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let script = "trap 'exit 5' TERM; while :; do sleep 0.05; done";
    let mut child = as_first(&server, script).spawn().unwrap();
    seen.wait("eod", |run| run.status == Some(RunStatus::Running));
    // From outside, as a container's engine does: to the child of `unshare`.
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let first = std::fs::read_to_string(children).unwrap();
    assert!(Command::new("kill").arg(first.trim()).status().unwrap().success());
    assert_eq!(code(&mut child), Some(5));
    assert_eq!(seen.runs("eod")[0].status, Some(RunStatus::Failed));
}

#[test]
fn a_child_that_it_was_born_with_is_buried_too() {
    let server = real::Server::start();
    // The same happens to a subreaper: children that it has not started.
    let script =
        format!("sleep 0.1 & echo $! > orphan; exec \"$0\" exec eod -- sh -c '{UNTIL_BURIED}'");
    let exec = env!("CARGO_BIN_EXE_nightbell");
    let mut child = behind(&server, "sh").args(["-c", &script, exec]).spawn().unwrap();
    assert_eq!(code(&mut child), Some(4));
}

#[test]
fn signals_that_were_ignored_stay_so() {
    let server = real::Server::start();
    for signal in ["HUP", "INT", "QUIT", "USR1"] {
        let script =
            format!("trap '' {signal}; exec \"$0\" exec eod -- sh -c 'kill -{signal} $$; exit 6'");
        let exec = env!("CARGO_BIN_EXE_nightbell");
        let mut child = behind(&server, "sh").args(["-c", &script, exec]).spawn().unwrap();
        assert_eq!(code(&mut child), Some(6), "SIG{signal}");
    }
}

#[test]
fn signals_that_were_not_ignored_are_not() {
    let server = real::Server::start();
    for (signal, number) in [("HUP", 1), ("INT", 2), ("USR1", 10), ("PIPE", 13), ("TERM", 15)] {
        let script = format!("kill -{signal} $$; exit 6");
        // Whoever runs the tests may ignore some.
        let mut command = behind(&server, "env");
        command.args(["--default-signal", env!("CARGO_BIN_EXE_nightbell"), "exec", "eod"]);
        let mut child = command.args(["--", "sh", "-c", &script]).spawn().unwrap();
        assert_eq!(code(&mut child), Some(128 + number), "SIG{signal}");
    }
}

#[test]
fn a_command_runs_where_nothing_is_left_to_watch_it_with() {
    let server = real::Server::start();
    // The shell can open one file; the SDK needs more.
    let script = "ulimit -n 4; exec \"$0\" exec eod -- sh -c 'exit 3'";
    let mut command = behind(&server, "sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_nightbell")]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing is watched"), "{output:?}");
}
