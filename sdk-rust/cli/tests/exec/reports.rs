//! Reports that wait on disk, and those that scripts make by themselves.

use std::process::Command;

use nightbell::api::RunStatus;

use crate::{Seen, nightbell, of, real, shell};

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
