//! `nightbell dev`: a server for an afternoon.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;
use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{SignalKind, signal};

use crate::{Failure, text};

/// Starts a server that forgets everything when it ends, and says how to reach it.
///
/// Needs nightbell-server beside this program, on the PATH, or named by
/// NIGHTBELL_SERVER_BIN. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
}

impl Dev {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let folder = tempfile::tempdir()?;
        let command = || {
            let mut command = Command::new(server());
            let database = format!("sqlite://{}", folder.path().join("nightbell.db").display());
            // Ours, not the server's: it starts with no setting that it does not know.
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("NIGHTBELL_") {
                    command.env_remove(name);
                }
            }
            command.env("NIGHTBELL_DATABASE_URL", database);
            command.env("NIGHTBELL_LISTEN", &self.listen);
            command
        };
        let mut making = command();
        making
            .args(["keys", "create", "--name", "dev", "--role", "admin"])
            .stderr(Stdio::inherit());
        let made = making.output().map_err(|error| format!("nightbell-server: {error}"))?;
        let printed = String::from_utf8(made.stdout)?;
        let key = printed.split_whitespace().find(|word| word.starts_with("nb"));
        let key = key.ok_or("the server made no key")?;
        text::say(&format!(
            "export NIGHTBELL_URL=http://{}\nexport NIGHTBELL_API_KEY={key}\n",
            self.listen
        ));
        let mut serving = command();
        serving.env("NIGHTBELL_LOG", "warn").stdout(Stdio::null());
        let mut child = serving.spawn()?;
        // The server ends with us, and only then can the folder go.
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or("no process")?;
        let runtime = crate::session::runtime()?;
        let ended = runtime.block_on(async {
            let mut stop = signal(SignalKind::terminate())?;
            let mut waiting = tokio::task::spawn_blocking(move || child.wait());
            loop {
                tokio::select! {
                    ended = &mut waiting => return ended?,
                    _ = tokio::signal::ctrl_c() => {}
                    _ = stop.recv() => {}
                }
                // It may have ended by itself, which is as well.
                let _ = kill_process(pid, Signal::TERM);
            }
        })?;
        Ok(u8::from(!ended.success()))
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
