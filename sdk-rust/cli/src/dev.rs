//! `nightbell dev`: a server for an afternoon.

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};

use clap::Args;
use rustix::process::{Pid, Signal, getppid, kill_process, set_parent_process_death_signal};
use tokio::signal::unix::{SignalKind, signal};

use crate::{Failure, session, text};

/// What whatever becomes the server is called on the command line.
pub(crate) const SERVER: &str = "dev-server";
/// Receivers of webhooks on the same machine.
const LOCAL: &str = "127.0.0.0/8,::1/128";

/// Starts a server that forgets everything when it ends, and says how to reach it.
///
/// Needs nightbell-server beside this program, on the PATH, or named by
/// NIGHTBELL_SERVER_BIN. It may call webhooks on this machine, unless
/// NIGHTBELL_ALLOW_TARGETS says otherwise. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Where to listen: an address and a port
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

impl Dev {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        // Whatever ends us from here on ends the server first.
        let runtime = session::runtime()?;
        let mut asked = runtime.block_on(async { Asked::listen() })?;
        let mut child = self.start()?;
        let pid = Pid::from_child(&child);
        let key = read_key(&mut child);
        let told = key.map_or(Ok(()), |key| self.tell(&key));
        if told.is_err() {
            // It may have ended by itself, which is as well.
            let _ = kill_process(pid, Signal::TERM);
        }
        let ended = runtime.block_on(async {
            let mut waiting = tokio::task::spawn_blocking(move || child.wait());
            loop {
                tokio::select! {
                    ended = &mut waiting => return ended?,
                    () = asked.next() => {
                        let _ = kill_process(pid, Signal::TERM);
                    }
                }
            }
        })?;
        told?;
        Ok(u8::from(!ended.success()))
    }

    fn start(&self) -> Result<Child, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(SERVER).arg(std::process::id().to_string()).arg(server());
        // Ours, not the server's: it starts with no setting that it does not know.
        for (name, _) in std::env::vars_os() {
            let is_ours = name.to_string_lossy().starts_with("NIGHTBELL_");
            if is_ours && name != "NIGHTBELL_ALLOW_TARGETS" {
                command.env_remove(name);
            }
        }
        if self.listen.ip().is_loopback() && std::env::var_os("NIGHTBELL_ALLOW_TARGETS").is_none() {
            command.env("NIGHTBELL_ALLOW_TARGETS", LOCAL);
        }
        command.env("NIGHTBELL_DATABASE_URL", "sqlite::memory:");
        command.env("NIGHTBELL_LISTEN", self.listen.to_string()).env("NIGHTBELL_LOG", "warn");
        Ok(command.stdout(Stdio::piped()).spawn()?)
    }

    fn tell(&self, key: &str) -> io::Result<()> {
        let url = format!("http://{}", self.listen);
        text::print(&format!("export NIGHTBELL_URL={url}\nexport NIGHTBELL_API_KEY={key}"))?;
        text::complain(&format!("the dashboard is at {url}: sign in with the key"));
        Ok(())
    }
}

/// The key that the server prints once it listens. None: it has ended, and said why.
fn read_key(child: &mut Child) -> Option<String> {
    let lines = BufReader::new(child.stdout.take()?).lines();
    let keys = lines.map_while(Result::ok).filter(|line| line.contains("key"));
    let mut words = keys.filter_map(|line| Some(line.split_whitespace().last()?.to_owned()));
    words.find(|word| word.starts_with("nb"))
}

/// Becomes the server, which is asked to end when whoever asked for it, of the given
/// process id, is no more, even if it was killed.
pub(crate) fn become_server(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let asked_by = arguments.next().and_then(|id| id.to_str()?.parse().ok());
    let server = arguments.next().unwrap_or_default();
    let set = set_parent_process_death_signal(Some(Signal::TERM));
    // It may have been gone before.
    let parent = getppid().map(Pid::as_raw_pid);
    if set.is_err() || parent != asked_by {
        return ExitCode::FAILURE;
    }
    let error = Command::new(&server).exec();
    text::complain(&format!("{}: {error}", server.display()));
    ExitCode::FAILURE
}

/// The signals that ask us to end.
struct Asked([tokio::signal::unix::Signal; 3]);

impl Asked {
    fn listen() -> io::Result<Self> {
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

fn server() -> OsString {
    if let Some(named) = std::env::var_os("NIGHTBELL_SERVER_BIN") {
        return named;
    }
    let beside: Option<PathBuf> =
        std::env::current_exe().ok().map(|path| path.with_file_name("nightbell-server"));
    match beside.filter(|path| path.exists()) {
        Some(path) => path.into(),
        None => "nightbell-server".into(),
    }
}
