//! The real server, on a folder of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::http::Method;
use bytes::Bytes;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::load::Target;
use crate::load::rest::Connection;
use crate::process::{Process, output};
use crate::{Error, clock};

/// How long the server may take until it is ready.
const START_MAX: Duration = Duration::from_secs(30);

/// As many requests per second as a key may have.
const REQUESTS_PER_SECOND: &str = "100000";

const EMBEDDED: &str = "sqlite://nightbell.db";

/// A folder with a database, and the program that serves it.
pub(crate) struct Installation {
    folder: TempDir,
    program: PathBuf,
    database_url: Option<String>,
    key: String,
    port: u16,
}

/// A server that runs, and how to reach it.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) target: Target,
    pub(crate) ready_after: Duration,
}

impl Installation {
    /// Makes a database with one key in a new folder within `parent`, or at
    /// `database_url` if there is one.
    pub(crate) fn new(
        program: &Path,
        parent: &Path,
        database_url: Option<String>,
    ) -> Result<Self, Error> {
        let program = program
            .canonicalize()
            .map_err(|error| format!("there is no server at {}: {error}", program.display()))?;
        let folder = tempfile::Builder::new().prefix("nightbell-bench-").tempdir_in(parent)?;
        // Free at this moment, which is enough for a port that nobody else wants.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut installation = Self { folder, program, database_url, key: String::new(), port };
        let mut command = installation.command(&["keys", "create"]);
        command.args(["--name", "bench", "--role", "admin"]);
        command.args(["--requests-per-second", REQUESTS_PER_SECOND]);
        let printed = output(&mut command)?;
        let is_key = |word: &&str| word.starts_with("nba_") && word.matches('_').count() == 3;
        let key = printed.split_whitespace().find(is_key).ok_or("no key was printed")?;
        key.clone_into(&mut installation.key);
        Ok(installation)
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(&self) -> Result<Running, Error> {
        let started_at = clock::now();
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = self.command(&["serve"]);
        command
            .args(["--listen", &self.address(), "--allow-targets", "127.0.0.1/32"])
            .args(["--schedulers-max", "10000000", "--log", "warn"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut process = Process::start(&mut command)?;
        loop {
            process.check().map_err(|error| format!("{error}\n{}", self.last_words()))?;
            if self.is_ready().await {
                break;
            }
            if started_at.elapsed() > START_MAX {
                return Err(format!("the server is not ready:\n{}", self.last_words()).into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        let target = Target {
            grpc: self.address(),
            rest: self.address(),
            pid: process.id(),
            key: self.key.parse()?,
        };
        Ok(Running { process, target, ready_after: started_at.elapsed() })
    }

    async fn is_ready(&self) -> bool {
        let Ok(mut connection) = Connection::open(&self.address()).await else { return false };
        let request = (Method::GET, "/readyz".to_owned());
        connection.send(request, &self.key, Bytes::new()).await.is_ok()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .current_dir(self.folder.path())
            .args(words)
            .args(["--database-url", self.database_url.as_deref().unwrap_or(EMBEDDED)])
            .args(["--secret-file", "secret"]);
        command
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// The end of what the server logged.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// The size of the embedded database, in bytes, with its log of changes; nothing
    /// for a database elsewhere.
    pub(crate) fn database_bytes(&self) -> Result<u64, Error> {
        let mut bytes = 0;
        for entry in fs::read_dir(self.folder.path())? {
            let entry = entry?;
            let name = entry.file_name();
            if [".db", ".db-wal"].iter().any(|end| name.to_string_lossy().ends_with(end)) {
                bytes += entry.metadata()?.len();
            }
        }
        Ok(bytes)
    }
}
