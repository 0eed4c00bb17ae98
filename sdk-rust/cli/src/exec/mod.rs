//! `nightbell exec`: runs a command and watches it.

mod about;
mod child;
mod pipe;
mod signals;
mod tail;

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use clap::Args;
use nightbell::{Capture, Config, ParentRun, Run};
use rustix::process::Signal;
use tokio::time::{Instant, sleep_until};

pub(crate) use self::about::About;
use self::child::{Child, Ended};
pub(crate) use self::pipe::{RELAY, relay};
use self::signals::{Signals, is_of_terminal};
use self::tail::Tail;
use crate::text;
use crate::{Failure, session};

/// The command was not found, as shells say it.
const NOT_FOUND: u8 = 127;
/// The command cannot be run, as shells say it.
const NOT_RUN: u8 = 126;
/// How a command is reported that took too long; as `timeout` exits.
const TIMED_OUT: u8 = 124;

/// Runs a command and reports its run, from start to death.
///
/// Exits as the command does: its code, or 128 and the signal that killed it; 124
/// when --timeout ended it, 126 when it cannot be run, 127 when it was not found.
/// Nothing that befalls Nightbell changes that. Input and output are the command's own; its
/// error output passes through a pipe unless it is a terminal or --tail is 0.
#[derive(Debug, Args)]
pub(crate) struct Exec {
    /// The scheduler's id
    name: String,

    #[command(flatten)]
    about: About,

    /// End the command after so long: SIGTERM, then SIGKILL; 0 for never
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    timeout: Option<Duration>,

    /// How long a command may take to end after SIGTERM
    #[arg(long, value_parser = text::read_span, value_name = "TIME", default_value = "10s")]
    kill_after: Duration,

    /// How much of the end of its error output goes with a failure, 8k at the most
    #[arg(long, value_parser = text::read_size, value_name = "BYTES", default_value = "8k")]
    tail: usize,

    /// Take the end of its standard output, too
    #[arg(long)]
    tail_stdout: bool,

    /// The command and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

impl Exec {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let settings = session::settings(&self.name);
        match session::runtime() {
            Ok(runtime) => runtime.block_on(self.watch(settings)),
            Err(error) => self.unwatched(&*error),
        }
    }

    fn program(&self) -> Cow<'_, str> {
        self.command.first().map(|program| program.to_string_lossy()).unwrap_or_default()
    }

    fn command(&self) -> Result<Command, Failure> {
        let (program, arguments) = self.command.split_first().ok_or("no command")?;
        let mut command = Command::new(program);
        command.args(arguments);
        Ok(command)
    }

    async fn watch(&self, settings: Config) -> Result<u8, Failure> {
        // From here on no signal ends us before the command.
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(error) => return self.unwatched(&error),
        };
        let mut command = self.command()?;
        let run_id = self.run_id(&settings);
        let is_watched = settings.url.is_some();
        if is_watched {
            command.env("NIGHTBELL_RUN_ID", &run_id).env("NIGHTBELL_SCHEDULER_ID", &self.name);
        }
        let is_kept = is_watched && settings.capture != Capture::Nothing;
        let mut tail = Tail::new(if is_kept { self.tail } else { 0 });
        // Before anything else: whatever we do takes time.
        let started = Child::start(&mut command, &mut tail, self.tail_stdout);
        if let Err(error) = &started
            && is_want(error)
        {
            return self.unwatched(error);
        }
        let client = session::started(settings);
        let run = self.about.job(&client, &self.name).start_as(run_id);
        // The command alone holds what it writes to.
        drop(command);
        let code = match started {
            Ok(child) => {
                let (ended, why) = self.wait(&child, &run, &mut signals).await;
                report(run, ended, why, self.timeout, &tail.text())
            }
            Err(error) => {
                let program = self.program();
                text::complain(&format!("{program}: {error}"));
                run.fail(format!("cannot run {program}: {error}"));
                not_run(&error)
            }
        };
        // The last handle waits for what is not yet safe.
        drop(client);
        tail.finish();
        Ok(code)
    }

    /// Runs the command in our place: nothing is left to watch it with.
    fn unwatched(&self, why: &dyn fmt::Display) -> Result<u8, Failure> {
        text::complain(&format!("nothing is watched: {why}"));
        let error = self.command()?.exec();
        text::complain(&format!("{}: {error}", self.program()));
        Ok(not_run(&error))
    }

    /// A wrapper's run of the same job is ours as well.
    fn run_id(&self, settings: &Config) -> String {
        let is_same = |parent: &&ParentRun| {
            parent.scheduler_id.as_ref().is_none_or(|scheduler_id| *scheduler_id == self.name)
        };
        let parent = settings.parent_run.as_ref().filter(is_same);
        parent.map_or_else(|| uuid::Uuid::now_v7().to_string(), |parent| parent.run_id.clone())
    }

    async fn wait(&self, child: &Child, run: &Run, signals: &mut Signals) -> (Ended, Stop) {
        let mut why = Stop::No;
        let timeout = self.timeout.filter(|timeout| !timeout.is_zero());
        let mut next = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            if let Some(ended) = child.ended() {
                return (ended, why);
            }
            tokio::select! {
                signal = signals.next() => forward(child, signal),
                _ = run.cancelled(), if why == Stop::No => {
                    why = Stop::Cancelled;
                    child.signal(Signal::TERM);
                    next = Some(Instant::now() + self.kill_after);
                }
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    let signal = if why == Stop::No { Signal::TERM } else { Signal::KILL };
                    why = if why == Stop::No { Stop::TimedOut } else { why };
                    child.signal(signal);
                    next = Some(Instant::now() + self.kill_after);
                }
            }
        }
    }
}

/// Why we ended the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    No,
    Cancelled,
    TimedOut,
}

/// Reports the end, and says how to exit.
fn report(run: Run, ended: Ended, why: Stop, timeout: Option<Duration>, tail: &str) -> u8 {
    match (why, ended) {
        (Stop::Cancelled | Stop::No, Ended::Code(0)) => run.complete(),
        (Stop::Cancelled, _) => run.cancel(),
        (Stop::TimedOut, _) => {
            let limit = text::span(timeout.unwrap_or_default());
            run.fail_saying(format!("ended after {limit}, its --timeout"), tail);
            return TIMED_OUT;
        }
        (Stop::No, Ended::Code(code)) => {
            run.metadata("exit_code", code);
            run.fail_saying(format!("exit code {code}"), tail);
        }
        (Stop::No, Ended::Signal(signal)) => {
            run.metadata("signal", signal);
            let message = format!("killed by signal {signal} ({})", text::signal_name(signal));
            run.fail_saying(message, tail);
        }
    }
    ended.exit_code()
}

/// Whether the system lacks something, of which we take a part ourselves.
fn is_want(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::OutOfMemory || error.kind() == io::ErrorKind::WouldBlock
}

/// How to exit when a command cannot be run.
fn not_run(error: &io::Error) -> u8 {
    if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUN }
}

/// Passes a signal on, unless the terminal gave it to the command as well.
fn forward(child: &Child, signal: Option<Signal>) {
    let Some(signal) = signal else { return };
    if child.has_group() || !is_of_terminal(signal) {
        child.signal(signal);
    }
}
