//! A command that talks with a person at a terminal.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Child;

use nightbell::api::RunStatus;
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::tcgetattr;

use crate::{Seen, behind, code, real};

/// Whoever sits at the terminal that `nightbell exec` belongs to.
struct Person {
    terminal: File,
    seen: String,
}

impl Person {
    /// `redirect`, as a shell has it, is done to the input and output of `nightbell exec`.
    fn starts(server: &real::Server, script: &str, redirect: &str) -> (Self, Child) {
        Self::types_in(server, &format!("exec \"$0\" exec eod -- sh -c \"$1\" {redirect}"), script)
    }

    /// Lets a shell do what `line` says: `$0` is the command.
    fn types_in(server: &real::Server, line: &str, script: &str) -> (Self, Child) {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&terminal).expect("a terminal");
        unlockpt(&terminal).expect("a terminal");
        let name = ptsname(&terminal, vec![]).expect("a terminal");
        let no_ctty = OFlags::NOCTTY.bits().cast_signed();
        let end = OpenOptions::new().read(true).write(true).custom_flags(no_ctty).clone();
        let end = || end.open(OsStr::from_bytes(name.as_bytes())).expect("a terminal");
        // Whoever runs the tests may ignore some signals.
        let mut command = behind(server, "env");
        command.args([
            "--default-signal",
            "setsid",
            "--ctty",
            "sh",
            "-c",
            line,
            env!("CARGO_BIN_EXE_nightbell"),
            script,
        ]);
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().expect("it runs");
        (Self { terminal: terminal.into(), seen: String::new() }, child)
    }

    fn waits_for(&mut self, words: &str) {
        while !self.seen.contains(words) {
            let mut bytes = [0; 256];
            // An error: nobody has the terminal any more.
            let length = self.terminal.read(&mut bytes).unwrap_or(0);
            assert!(length > 0, "{words:?} never came: {:?}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    }

    fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).expect("a terminal");
    }
}

#[test]
fn a_terminal_is_the_commands_own() {
    let server = real::Server::start();
    let script = "test -t 0 && test -t 1 && test -t 2 && echo terminal; read word; echo got $word";
    let (mut person, mut child) = Person::starts(&server, script, "");
    let before = tcgetattr(&person.terminal).unwrap();
    person.waits_for("terminal\r\n");
    person.types("hello\n");
    person.waits_for("got hello\r\n");
    assert_eq!(code(&mut child), Some(0));
    let after = tcgetattr(&person.terminal).unwrap();
    assert_eq!(
        (before.local_modes, before.input_modes, before.output_modes),
        (after.local_modes, after.input_modes, after.output_modes)
    );
}

#[test]
fn what_interrupts_at_the_terminal_reaches_the_command_once() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    let script = "count=0; trap 'count=$((count + 1))' INT; echo ready
        read word; read word; echo interrupted $count; exit 5";
    let (mut person, mut child) = Person::starts(&server, script, "");
    person.waits_for("ready");
    person.types("\x03");
    person.types("one\n");
    person.types("two\n");
    person.waits_for("interrupted 1");
    assert_eq!(code(&mut child), Some(5));
    assert_eq!(seen.runs("eod")[0].status, Some(RunStatus::Failed));
}

#[test]
fn a_command_may_ask_at_the_terminal_whatever_its_input_is() {
    let server = real::Server::start();
    // As ssh and sudo ask for a password.
    let script = "echo password >/dev/tty; read word </dev/tty; test $word = secret";
    let (mut person, mut child) = Person::starts(&server, script, "</dev/null 2>/dev/null");
    person.waits_for("password");
    person.types("secret\n");
    assert_eq!(code(&mut child), Some(0));
}

#[test]
fn jobs_are_followed_on_a_screen_of_their_own() {
    let server = real::Server::start();
    let seen = Seen::new(&server);
    for name in ["a", "b", "c", "d"] {
        seen.client.job(name).start().complete();
    }
    seen.client.job("e").start().fail("disk full");
    let (mut person, mut child) =
        Person::types_in(&server, "stty rows 6 cols 40; exec \"$0\" watch", "");
    person.waits_for("\x1b[?1049h");
    person.waits_for("connected; 1 down, 0 new, 0 paused, 4 up");
    person.waits_for("and 3 more");
    // The worst comes first.
    let shown = person.seen.rsplit("\x1b[H").next().unwrap();
    assert!(shown.lines().nth(3).is_some_and(|line| line.starts_with("e ")), "{shown:?}");
    seen.client.job("a").start().fail("disk full");
    person.waits_for("connected; 2 down");
    person.types("\x03");
    person.waits_for("\x1b[?1049l");
    assert_eq!(code(&mut child), Some(0));
}
