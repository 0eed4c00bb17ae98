//! What `nightbell exec` itself says: nothing of what passes, and a line of what does not.

use std::process::Output;

use nightbell::api::{GetSchedulerRequest, RunStatus, Severity};

use crate::faulty::Faulty;
use crate::{Seen, nightbell, of, real, shell};

/// What it said beside the command.
fn said(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines().filter(|line| line.starts_with("nightbell: ")).map(str::to_owned).collect()
}

#[test]
fn a_key_that_the_server_refuses_is_told_of_in_one_line() {
    let server = real::Server::start();
    for transport in ["grpc", "http"] {
        let mut command = nightbell(&server.url, "wrong", &server.folder.path().join(transport));
        command.env("NIGHTBELL_TRANSPORT", transport);
        let output = shell(command, "eod", "exit 3");
        assert_eq!(output.status.code(), Some(3));
        let said = said(&output);
        assert!(said.len() == 1 && said[0].contains("refuses the key"), "{said:?}");
    }
}

#[test]
fn a_schedule_that_the_server_refuses_is_told_of_and_the_run_is_reported() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let mut command = of(&server);
    let output = command.args(["exec", "eod", "--cron", "61 * * * *", "--", "true"]).output();
    let said = said(&output.unwrap());
    assert!(said.len() == 1 && said[0].contains("cron"), "{said:?}");
    assert_eq!(seen.runs("eod")[0].status, Some(RunStatus::Completed));
}

#[test]
fn a_name_that_no_scheduler_can_have_is_told_of_and_the_command_runs() {
    let server = real::Server::start();
    let output =
        shell(of(&server), "end of day", "test -z \"$NIGHTBELL_RUN_ID\" || exit 9; exit 3");
    assert_eq!(output.status.code(), Some(3));
    let said = said(&output);
    assert!(said.len() == 1 && said[0].contains("\"end of day\""), "{said:?}");
    // It is ended as it would be.
    let mut command = of(&server);
    command.args(["exec", "end of day", "--timeout", "100ms", "--", "sleep", "300"]);
    assert_eq!(command.output().unwrap().status.code(), Some(124));
}

#[test]
fn an_outage_is_told_of_only_when_asked() {
    let away = Faulty::server("refused");
    let folder = tempfile::tempdir().unwrap();
    let said_at = |level: Option<&str>| {
        let mut command = nightbell(&away.url, "key", folder.path());
        level.map(|level| command.env("NIGHTBELL_LOG", level));
        let output = shell(command, "eod", "exit 3");
        assert_eq!(output.status.code(), Some(3));
        said(&output)
    };
    for quiet in [None, Some("off"), Some("error"), Some("nightbell=error")] {
        assert!(said_at(quiet).is_empty(), "{quiet:?}");
    }
    for loud in ["warn", "warning", "nightbell=info", "DEBUG", "trace"] {
        let said = said_at(Some(loud));
        assert!(said.iter().any(|line| line.contains("WARN: the server is away")), "{said:?}");
    }
    let said = said_at(Some("loud"));
    assert!(said.len() == 1 && said[0].contains("NIGHTBELL_LOG is \"loud\""), "{said:?}");
}

#[test]
fn a_job_is_registered_with_all_that_is_said_of_it() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let mut command = of(&server);
    command.args(["exec", "eod", "--every", "1h", "--finish-by", "30m", "--min-runtime", "1s"]);
    command.args(["--heartbeat-timeout", "20s", "--progress-timeout", "5m"]);
    command.args([
        "--severity",
        "critical",
        "--max-runtime",
        "20m",
        "--timeout",
        "0",
        "--",
        "true",
    ]);
    // A limit of nothing is none.
    assert_eq!(command.status().unwrap().code(), Some(0));
    let request = GetSchedulerRequest { scheduler_id: "eod".to_owned() };
    let known = seen.runtime.block_on(seen.client.api().get_scheduler(request)).unwrap();
    let settings = known.scheduler.unwrap().settings.unwrap();
    let seconds = [
        settings.finish_by,
        settings.min_runtime,
        settings.heartbeat_timeout,
        settings.progress_timeout,
    ];
    assert_eq!(seconds.map(|it| it.unwrap().as_secs()), [1800, 1, 20, 300]);
    assert_eq!(settings.severity, Some(Severity::Critical));
}
