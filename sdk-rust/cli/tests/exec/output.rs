//! What a command says, and what it reads, is as it would be without us.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use nightbell::api::RunStatus;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::{Seen, code, of, real, wait_until};

/// More than two pipes hold.
const MUCH: usize = 1_000_000;

fn script(server: &real::Server, options: &[&str], text: &str) -> Command {
    let mut command = of(server);
    command.args(["exec", "eod"]).args(options).args(["--", "sh", "-c", text]);
    command
}

#[test]
fn what_was_said_arrives_though_it_is_read_long_after_the_end() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    // One pipe is full, the other holds the rest: the command can end.
    let mut command = script(&server, &[], "head -c 100000 /dev/zero >&2");
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    seen.wait("eod", |run| run.status == Some(RunStatus::Completed));
    let mut said = vec![];
    child.stderr.take().unwrap().read_to_end(&mut said).unwrap();
    assert_eq!(said.len(), 100_000);
    assert_eq!(code(&mut child), Some(0));
}

#[test]
fn nothing_is_lost_in_an_output_that_does_not_block() {
    let server = real::Server::start();
    let (mut reader, writer) = std::io::pipe().unwrap();
    fcntl_setfl(&writer, fcntl_getfl(&writer).unwrap() | OFlags::NONBLOCK).unwrap();
    let mut command = script(&server, &[], &format!("head -c {MUCH} /dev/zero >&2"));
    let mut child = command.stderr(writer).spawn().unwrap();
    drop(command);
    let mut said = vec![];
    reader.read_to_end(&mut said).unwrap();
    assert_eq!((said.len(), code(&mut child)), (MUCH, Some(0)));
}

#[test]
fn both_outputs_are_passed_whole_when_both_are_kept() {
    let server = real::Server::start();
    let text = format!("head -c {MUCH} /dev/zero; head -c {MUCH} /dev/zero >&2; exit 3");
    let output = script(&server, &["--tail-stdout"], &text).output().unwrap();
    assert_eq!((output.stdout.len(), output.stderr.len()), (MUCH, MUCH));
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_process_that_was_left_behind_holds_up_nothing_and_may_speak_on() {
    let server = real::Server::start();
    let folder = server.folder.path();
    let said = folder.join("said");
    let mut command = script(
        &server,
        &[],
        "(until test -e go; do sleep 0.02; done; echo late >&2; echo $? > spoke) & exit 3",
    );
    command.current_dir(folder).stderr(File::create(&said).unwrap());
    let mut child = command.spawn().unwrap();
    assert_eq!(code(&mut child), Some(3));
    File::create(folder.join("go")).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    wait_until("the end of what was left behind", || read("spoke") == "0\n");
    wait_until("its words", || read("said") == "late\n");
}

#[test]
fn an_output_that_takes_nothing_does_no_harm() {
    let server = real::Server::start();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    // More than a pipe holds, so that it cannot be over before the first is refused.
    let text = "i=0; while test $i -lt 2000; do
        echo 'fifty bytes fifty bytes fifty bytes fifty bytes 50' >&2; i=$((i + 1)); done; exit 3";
    let output = script(&server, &[], text).stderr(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_command_that_nobody_reads_learns_of_it() {
    let server = real::Server::start();
    let mut child = script(&server, &[], "yes >&2").stderr(Stdio::piped()).spawn().unwrap();
    let mut said = [0; 2];
    child.stderr.take().unwrap().read_exact(&mut said).unwrap();
    assert_eq!(code(&mut child), Some(141));
}

#[test]
fn input_and_output_are_the_very_same_files() {
    let server = real::Server::start();
    let folder = server.folder.path();
    let at = |name: &str| folder.join(name);
    std::fs::write(at("in"), "words\n").unwrap();
    let open = |name: &str| File::create(at(name)).unwrap();
    let text = "read word; echo $word; readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2";
    let mut command = script(&server, &["--tail", "0"], text);
    command.stdin(File::open(at("in")).unwrap()).stdout(open("out")).stderr(open("err"));
    assert!(command.status().unwrap().success());
    let names = ["in", "out", "err"].map(|name| at(name).display().to_string());
    let said = std::fs::read_to_string(at("out")).unwrap();
    assert_eq!(said, format!("words\n{}\n", names.join("\n")));
}

#[test]
fn input_is_read_by_the_command_alone() {
    let server = real::Server::start();
    let mut command = script(&server, &[], "read first; echo $first; exec cat");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = "line\n".repeat(50_000);
    let written = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    written.join().unwrap();
    assert_eq!(said, "line\n".repeat(50_000));
    assert_eq!(code(&mut child), Some(0));
}

#[test]
fn last_words_begin_with_a_line() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let script = "echo first words >&2; echo last words >&2; exit 3";
    let mut command = of(&server);
    command.args(["exec", "eod", "--tail", "14", "--", "sh", "-c", script]);
    assert_eq!(command.status().unwrap().code(), Some(3));
    let run = &seen.runs("eod")[0];
    assert_eq!(run.error_message.as_deref(), Some("exit code 3\nlast words"));
}
