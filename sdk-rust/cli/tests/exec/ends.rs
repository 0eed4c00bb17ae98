//! How a command ends, and how that is told.

use std::process::Command;
use std::time::Duration;

use nightbell::api::{CancelRunRequest, ListIncidentsRequest, RunStatus};

use crate::{Seen, behind, note, now, of, real, shell};

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
    // Away from the terminal of whoever runs the tests: there it would share its group.
    let mut command = behind(&server, "setsid");
    command.arg(env!("CARGO_BIN_EXE_nightbell")).args(options).args(["sh", "-c", script]);
    let output = command.output().unwrap();
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
    note(&format!("SIGKILL of exec was found after {took:?}\n"));
}
