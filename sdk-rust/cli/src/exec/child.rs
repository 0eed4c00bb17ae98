//! The command that is watched, as a process.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, wait};

use super::pipe::Outlet;
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
    /// Whether it leads a group of its own. Where there is a terminal it shares ours, so
    /// that it may read from it.
    has_group: bool,
}

impl Child {
    /// Starts it with the same input and output, but for what the tail takes.
    pub(super) fn start(
        command: &mut Command,
        tail: &mut Tail,
        takes_stdout: bool,
    ) -> io::Result<Self> {
        let has_group = !has_terminal();
        if has_group {
            command.process_group(0);
        }
        // A terminal stays a terminal to the command.
        if tail.is_wanted() && !io::stderr().is_terminal() {
            tail.take(Outlet::Stderr).map(|writer| command.stderr(writer));
        }
        if tail.is_wanted() && takes_stdout && !io::stdout().is_terminal() {
            tail.take(Outlet::Stdout).map(|writer| command.stdout(writer));
        }
        let child = command.spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("a process without an id"))?;
        Ok(Self { pid, has_group })
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
    ///
    /// Buries every other process that falls to us as well: as the first process of a
    /// container, or as a subreaper, we get the orphans.
    pub(crate) fn ended(&self) -> Option<Ended> {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
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

/// Whether this process belongs to a terminal, whatever its input and output are.
fn has_terminal() -> bool {
    File::open("/dev/tty").is_ok()
}
