//! What people type, against the real server.

#[path = "../../tests/real/mod.rs"]
mod real;
mod typed;

use std::process::Stdio;

use nightbell::Transport;
use nightbell::api::DeleteSchedulerRequest;
use serde_json::Value;

use typed::{command, nightbell, runtime};

fn json(server: &real::Server, arguments: &[&str]) -> Value {
    let (code, out, err) = nightbell(server, &[arguments, &["-o", "json"]].concat());
    assert_eq!(code, Some(0), "{err}");
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn jobs_and_incidents_are_shown_paused_and_taken_on() {
    let server = real::Server::start();
    let client = server.client(Transport::Http);
    client.job("eod").cron("0 1 * * *").start().fail("disk full");

    let (code, table, _) = nightbell(&server, &["schedulers", "list"]);
    assert_eq!(code, Some(0));
    assert!(table.starts_with("SCHEDULER") && table.contains("eod") && table.contains("down"));
    assert_eq!(json(&server, &["schedulers", "list"])[0]["scheduler_id"], "eod");
    let (_, shown, _) = nightbell(&server, &["schedulers", "show", "eod"]);
    assert!(shown.contains("0 1 * * *") && shown.contains("disk full"), "{shown}");
    let health = |word| json(&server, &["schedulers", "list", "--health", word]);
    assert_eq!(
        (health("down").as_array().map(Vec::len), health("up")),
        (Some(1), Value::from(vec![0; 0]))
    );
    let (_, why, _) = nightbell(&server, &["schedulers", "explain", "eod"]);
    assert!(why.contains("eod is down.") && why.contains("Incident"), "{why}");

    assert_eq!(nightbell(&server, &["incidents", "list", "--check"]).0, Some(1));
    let incidents = json(&server, &["incidents", "list"]);
    let id = incidents[0]["incident_id"].as_str().expect("an id");
    let ack = ["incidents", "ack", id, "--by", "ann", "--note", "on it"];
    assert_eq!(nightbell(&server, &ack).1, format!("ann has {id}.\n"));
    let (_, shown, _) = nightbell(&server, &["incidents", "show", id]);
    for words in ["Run failed: disk full", "acknowledged  ", "ann  on it"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(nightbell(&server, &["incidents", "list"]).1.contains("SUMMARY\n"));
    assert_eq!(json(&server, &["incidents", "list"])[0]["acknowledgement"]["by"], "ann");

    let (_, told, _) = nightbell(&server, &["schedulers", "pause", "eod", "--for", "2h"]);
    assert!(told.starts_with("eod is paused and judged again in "), "{told}");
    assert_eq!(json(&server, &["schedulers", "list"])[0]["health"], "paused");
    let (_, shown, _) = nightbell(&server, &["schedulers", "show", "eod"]);
    assert!(shown.contains(" ago, and judged again in "), "{shown}");
    assert_eq!(json(&server, &["schedulers", "pause", "eod"])["health"], "paused");
    let (_, told, _) = nightbell(&server, &["schedulers", "resume", "eod"]);
    assert_eq!(told, "eod is judged again.\n");
    let (code, _, err) = nightbell(&server, &["schedulers", "show", "nothing"]);
    assert_eq!(code, Some(1));
    assert!(err.starts_with("nightbell: "), "{err}");
}

#[test]
fn the_last_words_of_a_job_are_shown_and_move_nobodys_cursor() {
    let server = real::Server::start();
    let client = server.client(Transport::Http);
    client.job("eod").name("End\nof\x1b[2J day").start().fail("exit code 1\nlast\x1b[2J words\n");
    let (_, shown, _) = nightbell(&server, &["schedulers", "show", "eod"]);
    assert!(shown.ends_with("    exit code 1\n    last\\u{1b}[2J words\n"), "{shown}");
    assert!(shown.contains("End\\nof\\u{1b}[2J day\n"), "{shown}");
    let incidents = json(&server, &["incidents", "list", "--scheduler", "eod"]);
    let id = incidents[0]["incident_id"].as_str().expect("an id");
    let (_, shown, _) = nightbell(&server, &["incidents", "show", id]);
    assert!(shown.contains("words") && !shown.contains('\x1b'), "{shown}");
    let mut narrow = command(&server, &["schedulers", "list"]);
    let narrow = narrow.env("COLUMNS", "20").output().expect("it runs").stdout;
    let narrow = String::from_utf8(narrow).expect("text");
    assert!(narrow.lines().all(|line| line.chars().count() <= 20), "{narrow}");
}

#[test]
fn a_check_that_could_not_ask_has_a_code_of_its_own() {
    let server = real::Server::start();
    let check = ["incidents", "list", "--check"];
    assert_eq!(nightbell(&server, &check).0, Some(0));
    let mut away = command(&server, &check);
    let output = away.env("NIGHTBELL_URL", "http://127.0.0.1:9").output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let mut nowhere = command(&server, &check);
    let output = nowhere.env_remove("NIGHTBELL_URL").output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

#[test]
fn a_field_that_breaks_its_rule_is_told_of_once() {
    let server = real::Server::start();
    server.client(Transport::Http).job("eod").start().complete();
    let (code, _, err) = nightbell(&server, &["schedulers", "pause", "eod", "--for", "0"]);
    assert_eq!(code, Some(1));
    assert_eq!(err.matches("until").count(), 1, "{err}");
}

#[test]
fn changes_of_a_service_are_followed_as_lines_of_json_where_there_is_no_terminal() {
    use std::io::BufRead as _;
    let server = real::Server::start();
    let client = server.client(Transport::Grpc);
    client.job("other").service("Others").start().complete();
    client.job("eod").start().complete();
    let mut command = command(&server, &["watch", "--service", "Tests"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = std::io::BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut change = || -> Value {
        serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON")
    };
    assert_eq!(change()["scheduler"]["scheduler_id"], "eod");
    client.job("other").service("Others").start().fail("disk full");
    client.job("eod").start().fail("disk full");
    loop {
        let change = change();
        assert_eq!(change["scheduler"]["scheduler_id"], "eod");
        if change["scheduler"]["health"] == "down" {
            break;
        }
    }
    runtime().block_on(async {
        for id in ["other", "eod"] {
            let request = DeleteSchedulerRequest { scheduler_id: id.to_owned() };
            client.api().delete_scheduler(request).await.expect("it is known");
        }
    });
    let mut gone = change();
    while gone["deleted_scheduler_id"].is_null() {
        gone = change();
    }
    assert_eq!(gone["deleted_scheduler_id"], "eod");
    child.kill().expect("it lives");
    child.wait().expect("it ends");
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure_and_one_that_nobody_reads_is_none() {
    use std::io::BufRead as _;
    let server = real::Server::start();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux");
    let mut list = command(&server, &["schedulers", "list", "-o", "json"]);
    let output = list.stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No space left"), "{output:?}");

    let client = server.client(Transport::Grpc);
    client.job("eod").start().complete();
    let mut watching = command(&server, &["watch"]);
    let mut child = watching.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    lines.read_line(&mut String::new()).expect("a line");
    drop(lines);
    client.job("eod").start().complete();
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_time_that_is_too_long_is_a_wrong_command_line() {
    let server = real::Server::start();
    let (code, _, err) = nightbell(&server, &["schedulers", "pause", "eod", "--for", "99999999d"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("more than a hundred years"), "{err}");
    let exec = ["exec", "eod", "--timeout", "36525d", "--kill-after", "36525d", "--", "true"];
    assert_eq!(nightbell(&server, &exec).0, Some(0));
}

#[test]
fn what_is_not_for_people_stands_in_no_completions() {
    let server = real::Server::start();
    let (code, out, _) = nightbell(&server, &["completions", "bash"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("schedulers") && !out.contains("relay"), "{out}");
}
