//! The real server, in a folder of its own.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nightbell::{Client, Config, Transport};

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) folder: tempfile::TempDir,
    process: Child,
}

impl Server {
    /// Starts it, and waits until it listens.
    pub(crate) fn start() -> Self {
        Self::start_as("http://127.0.0.1", &[])
    }

    /// As [`Server::start`], with settings, to be called at this address.
    pub(crate) fn start_as(at: &str, settings: &[(&str, &Path)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
        let database = format!("sqlite://{}", folder.path().join("nightbell.db").display());
        let command = || {
            let mut command = Command::new(binary());
            // Whatever is set for us would stop it, or change it.
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("NIGHTBELL_") {
                    command.env_remove(name);
                }
            }
            command.env("NIGHTBELL_DATABASE_URL", &database).stderr(Stdio::null());
            command.env("NIGHTBELL_LISTEN", address.to_string());
            command.envs(settings.iter().copied());
            command
        };
        let made = command().args(["keys", "create", "--name", "test", "--role", "admin"]).output();
        let made = String::from_utf8(made.expect("the server runs").stdout).expect("text");
        let key =
            made.split_whitespace().find(|word| word.starts_with("nb")).expect("a key").to_owned();
        let process = command().stdout(Stdio::null()).spawn().expect("the server runs");
        let url = format!("{at}:{}", address.port());
        let server = Self { url, key, folder, process };
        for _ in 0..2000 {
            if TcpStream::connect(address).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not listen");
    }

    pub(crate) fn config(&self, transport: Transport) -> Config {
        let mut config = Config::default();
        config.url = Some(self.url.clone());
        config.api_key.clone_from(&self.key);
        config.transport = transport;
        config.service = Some("Tests".to_owned());
        config.spool = Some(self.folder.path().join("spool"));
        config
    }

    pub(crate) fn client(&self, transport: Transport) -> Client {
        Client::new(self.config(transport)).expect("a client")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What `make test` has built, unless another one is named.
pub(crate) fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("NIGHTBELL_SERVER_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a path");
    let target = test.ancestors().nth(2).expect("tests lie two folders below the binaries");
    let server = target.join("nightbell-server");
    assert!(server.exists(), "build it first: cargo build -p nightbell-server");
    server
}
