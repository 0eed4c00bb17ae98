//! Whatever befalls the server or the disk: the command's code and output are its own, and
//! the end comes soon.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use nightbell::Client;
use nightbell::api::RunStatus;

use crate::faulty::{DISKS, Faulty, SERVERS, on_disk};
use crate::{Seen, nightbell, now, real};

/// Far more than the end of a job may be held up, for a busy machine; `make bench-exec`
/// has the figures.
const HELD_UP_MAX: Duration = Duration::from_secs(5);
const BOTH: [&str; 2] = ["grpc", "http"];

/// Runs a command that speaks and fails; nothing else may be seen.
fn run(mut command: Command, transport: &str, what: &str) {
    command.env("NIGHTBELL_TRANSPORT", transport);
    command.args(["exec", "eod", "--", "sh", "-c", "echo out; echo err >&2; exit 3"]);
    let start = now();
    let output = command.output().expect("it runs");
    let took = start.elapsed();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let seen = (output.status.code(), text(&output.stdout), text(&output.stderr));
    assert_eq!(seen, (Some(3), "out\n".to_owned(), "err\n".to_owned()), "{what}, {transport}");
    assert!(took < HELD_UP_MAX, "{what}, {transport}: {took:?}");
}

fn spooled(url: &str, folder: &Path) -> usize {
    let mut config = nightbell::Config::default();
    (config.url, config.spool) = (Some(url.to_owned()), Some(folder.to_owned()));
    Client::new(config).expect("a client").spooled().count()
}

#[test]
fn no_server_changes_a_code_or_holds_up_an_end() {
    let check = |fault, transport| {
        let folder = tempfile::tempdir().unwrap();
        let server = Faulty::server(fault);
        run(nightbell(&server.url, "key", folder.path()), transport, fault);
        assert_eq!(spooled(&server.url, folder.path()), 3, "{fault}, {transport}");
    };
    thread::scope(|scope| {
        for fault in SERVERS {
            scope.spawn(move || BOTH.map(|transport| check(fault, transport)));
        }
    });
}

#[test]
fn no_disk_changes_a_code_or_holds_up_an_end() {
    let server = real::Server::start();
    let away = Faulty::server("refused");
    for fault in DISKS {
        for transport in BOTH {
            for url in [&server.url, &away.url] {
                let folder = tempfile::tempdir().unwrap();
                let mut command = on_disk(fault, folder.path(), env!("CARGO_BIN_EXE_nightbell"));
                command.env("NIGHTBELL_URL", url).env("NIGHTBELL_API_KEY", &server.key);
                run(command, transport, fault);
            }
        }
    }
    let runs = Seen::new(&server).runs("eod");
    assert_eq!(runs.len(), DISKS.len() * BOTH.len(), "{runs:?}");
    assert!(runs.iter().all(|run| run.status == Some(RunStatus::Failed)), "{runs:?}");
}
