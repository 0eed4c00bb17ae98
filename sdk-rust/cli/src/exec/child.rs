//! The command that is watched, as a process.

use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};

use super::tail::Tail;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Code(i32),
    Signal(i32),
}

impl Ended {
    /// What a shell would say.
    pub(crate) fn exit_code(self) -> u8 {
        let code = match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
        };
        u8::try_from(code & 0xff).unwrap_or(u8::MAX)
    }
}

pub(crate) struct Child {
    pid: Pid,
    /// Whether it leads a group of its own. On a terminal it shares ours, so that
    /// it may read from it.
    has_group: bool,
    /// As the first process of a container we also bury what others left behind.
    buries_all: bool,
}

impl Child {
    /// Starts it with the same input and output, but for what the tail takes.
    pub(crate) fn start(
        mut command: Command,
        tail: &mut Tail,
        takes_stdout: bool,
    ) -> io::Result<Self> {
        let has_group = !io::stdin().is_terminal();
        if has_group {
            command.process_group(0);
        }
        // A terminal stays a terminal to the command.
        let takes_stderr = !io::stderr().is_terminal();
        let takes_stdout = takes_stdout && !io::stdout().is_terminal();
        if takes_stderr {
            command.stderr(Stdio::piped());
        }
        if takes_stdout {
            command.stdout(Stdio::piped());
        }
        let mut child = command.spawn()?;
        if let Some(stderr) = child.stderr.take() {
            tail.pass(stderr, io::stderr());
        }
        if let Some(stdout) = child.stdout.take() {
            tail.pass(stdout, io::stdout());
        }
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("a process without an id"))?;
        Ok(Self { pid, has_group, buries_all: std::process::id() == 1 })
    }

    pub(crate) fn has_group(&self) -> bool {
        self.has_group
    }

    /// Sends it a signal, with its group.
    pub(crate) fn signal(&self, signal: Signal) {
        // It may be gone, which is as well.
        let _ = if self.has_group {
            kill_process_group(self.pid, signal)
        } else {
            kill_process(self.pid, signal)
        };
    }

    /// How it ended. None: it lives. Call it after every SIGCHLD.
    pub(crate) fn ended(&self) -> Option<Ended> {
        let whom = if self.buries_all { None } else { Some(self.pid) };
        while let Ok(Some((pid, status))) = waitpid(whom, WaitOptions::NOHANG) {
            if pid != self.pid {
                continue;
            }
            if let Some(code) = status.exit_status() {
                return Some(Ended::Code(code));
            }
            if let Some(signal) = status.terminating_signal() {
                return Some(Ended::Signal(signal));
            }
        }
        None
    }
}
