//! Reports that wait on disk, and those that scripts make by themselves.

use std::process::Command;

use nightbell::api::RunStatus;

use crate::{Seen, code, nightbell, of, real, shell};

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
    // To look at them sends none.
    assert!(seen.runs("eod").is_empty());
    let few = of(&server).args(["spool", "list", "--most", "1"]).output().unwrap();
    assert!(String::from_utf8_lossy(&few.stdout).contains("and 2 more"), "{few:?}");
    let all = of(&server).args(["spool", "list", "--all", "-o", "json"]).output().unwrap();
    let all: serde_json::Value = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!(all[0]["reports"], 3);
    let flushed = of(&server).args(["spool", "flush", "-o", "json"]).output().unwrap();
    assert_eq!(flushed.status.code(), Some(0), "{flushed:?}");
    assert_eq!(flushed.stderr, b"");
    let flushed: serde_json::Value = serde_json::from_slice(&flushed.stdout).unwrap();
    assert_eq!((&flushed["sent"], &flushed["left"]), (&3.into(), &0.into()));
    assert_eq!(seen.runs("eod")[0].status, Some(RunStatus::Failed));
}

#[test]
fn what_cannot_be_sent_is_told_with_its_reason() {
    let server = real::Server::start();
    let folder = server.folder.path().join("spool");
    assert!(shell(nightbell(&server.url, "wrong", &folder), "eod", "true").status.success());
    let mut flush = nightbell(&server.url, "wrong", &folder);
    let flushed = flush.args(["spool", "flush", "--within", "1s"]).output().unwrap();
    assert_eq!(flushed.status.code(), Some(1), "{flushed:?}");
    let said = String::from_utf8(flushed.stdout).unwrap();
    assert!(said.starts_with("0 sent, 3 left\n") && said.contains("refuses the key"), "{said}");
}

#[test]
fn without_a_spool_there_is_nothing_to_list() {
    let server = real::Server::start();
    for step in ["list", "flush"] {
        let output =
            of(&server).args(["spool", step]).env("NIGHTBELL_SPOOL", "off").output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("NIGHTBELL_SPOOL is off"));
    }
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

#[test]
fn a_script_goes_on_whatever_it_forgets_to_say() {
    let server = real::Server::start();
    for step in ["beat", "progress 3", "complete", "fail"] {
        for name in ["NIGHTBELL_RUN_ID", "NIGHTBELL_SCHEDULER_ID"] {
            let mut command = of(&server);
            command.env_remove("NIGHTBELL_SCHEDULER_ID").env(name, "eod");
            let output = command.arg("run").args(step.split(' ')).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{step}: {output:?}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                said.starts_with("nightbell: not told: which ") && said.lines().count() == 1,
                "{said}"
            );
        }
        let mut command = of(&server);
        command.env("NIGHTBELL_RUN_ID", "1").env("NIGHTBELL_SCHEDULER_ID", "end of day");
        let output = command.arg("run").args(step.split(' ')).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{step}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("\"end of day\"") && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn a_script_inside_exec_need_not_name_its_job() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let script = "set -e; until test -e go; do sleep 0.02; done
        \"$0\" run progress 3 4; \"$0\" run beat";
    let mut command = of(&server);
    command.args(["exec", "eod", "--", "sh", "-c", script, env!("CARGO_BIN_EXE_nightbell")]);
    let mut child = command.current_dir(server.folder.path()).spawn().unwrap();
    seen.wait("eod", |run| run.status == Some(RunStatus::Running));
    std::fs::File::create(server.folder.path().join("go")).unwrap();
    assert_eq!(code(&mut child), Some(0));
    let runs = seen.runs("eod");
    assert_eq!(runs.len(), 1, "{runs:?}");
    let progress = runs[0].progress.as_ref().unwrap();
    assert_eq!((progress.done, progress.total), (3, Some(4)));
}
