//! How long an end is held up by each fault.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::faulty::{DISKS, Faulty, SERVERS, on_disk};
use crate::{HELD_UP_MAX, millis, now, real, say, the_command, watch};

const EXEC_WORDS: &[&str] = &["exec", "bench", "--", "sh", "-c", "sleep 0.02; echo over; exit 3"];
/// How often each is measured; the longest counts.
const ROUNDS: usize = 3;

/// Prints the table. False: a limit was not kept.
pub(crate) fn print(server: &real::Server) -> bool {
    say("\nms from the end of a job to the end of its process, the longest of 3 (limit 1600)");
    let head = ["exec, gRPC", "exec, REST", "library, gRPC", "library, REST"];
    say(&line("", &head.map(str::to_owned)));
    let usual = |folder: &Path, path: &str| {
        let mut command = Command::new(path);
        command.env("NIGHTBELL_SPOOL_DIR", folder);
        command
    };
    let mut longest = row("no fault", &server.url, &server.key, usual);
    for fault in SERVERS {
        let faulty = Faulty::server(fault);
        longest = longest.max(row(fault, &faulty.url, &server.key, usual));
    }
    let away = Faulty::server("refused");
    for fault in DISKS {
        let on = |folder: &Path, path: &str| on_disk(fault, folder, path);
        longest = longest.max(row(&format!("disk {fault}"), &server.url, &server.key, on));
        longest = longest.max(row(&format!("disk {fault}, refused"), &away.url, &server.key, on));
    }
    longest <= HELD_UP_MAX
}

/// The longest of a line, which it prints.
fn row(name: &str, url: &str, key: &str, make: impl Fn(&Path, &str) -> Command) -> Duration {
    let bench = std::env::current_exe().expect("a path");
    let mut cells = vec![];
    for (path, words) in
        [(the_command().as_str(), EXEC_WORDS), (bench.to_str().expect("text"), &["job"])]
    {
        for transport in ["grpc", "http"] {
            let held_up = (0..ROUNDS).map(|_| {
                let folder = tempfile::tempdir().expect("a folder");
                let mut command = make(folder.path(), path);
                watch(&mut command, url, key);
                held_up(command.args(words).env("NIGHTBELL_TRANSPORT", transport))
            });
            cells.push(held_up.max().unwrap_or_default());
        }
    }
    let texts: Vec<_> = cells.iter().copied().map(millis).collect();
    say(&line(name, &texts));
    cells.into_iter().max().unwrap_or_default()
}

fn line(name: &str, cells: &[String]) -> String {
    let mut line = format!("{name:26}");
    for cell in cells {
        let _ = write!(line, "{cell:>15}");
    }
    line
}

/// From the job's last word to the end of its process, which ends as the job does.
fn held_up(command: &mut Command) -> Duration {
    let mut process = command.spawn().expect("it runs");
    let mut said = BufReader::new(process.stdout.take().expect("a pipe"));
    let mut line = String::new();
    said.read_line(&mut line).expect("a line");
    let over = now();
    assert_eq!(line, "over\n");
    let status = process.wait().expect("it ends");
    let took = over.elapsed();
    assert_eq!(status.code(), Some(3));
    took
}
