//! The server as a child process.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;

use nightbell_proto::v1::incident_service_client::IncidentServiceClient;
use nightbell_proto::v1::report_service_client::ReportServiceClient;
use nightbell_proto::v1::run_service_client::RunServiceClient;
use tempfile::TempDir;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::cluster::Database;
use super::rest::Rest;
use super::wait_until;

/// A server with a folder and a port of its own, which it keeps over restarts.
pub(crate) struct Server {
    folder: TempDir,
    address: SocketAddr,
    settings: Vec<(String, String)>,
    /// The PostgreSQL database that it is on; none: a file in its folder.
    database: Option<Arc<Database>>,
    child: Option<Child>,
    /// How often it was started. Every notification of a life says which it was.
    lives: u32,
    key: String,
}

impl Server {
    /// A server that runs, with an admin key.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// As [`Server::start`], with further settings.
    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Self {
        let mut server = Self::prepared(settings);
        server.key = server.new_key("admin");
        server.restart().await;
        server
    }

    /// A server that was never started. `NIGHTBELL_TEST_STORE=postgres` puts it on
    /// PostgreSQL.
    pub(crate) fn prepared(settings: &[(&str, &str)]) -> Self {
        let is_asked = std::env::var_os("NIGHTBELL_TEST_STORE").is_some_and(|it| it == "postgres");
        Self::prepared_on(is_asked.then(|| Arc::new(Database::empty())), settings)
    }

    /// A server that was never started, on this database.
    pub(crate) fn prepared_on(database: Option<Arc<Database>>, settings: &[(&str, &str)]) -> Self {
        let settings =
            settings.iter().map(|(name, value)| (String::from(*name), String::from(*value)));
        Self {
            folder: tempfile::tempdir().expect("a scratch folder"),
            address: free_address(),
            settings: settings.collect(),
            database,
            child: None,
            lives: 0,
            key: String::new(),
        }
    }

    /// The same, on a database that knows this key.
    pub(crate) fn with_key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    /// Starts it in its folder and on its port; returns once it is ready.
    pub(crate) async fn restart(&mut self) {
        self.spawn();
        self.ready().await;
    }

    /// Starts it, and does not wait.
    pub(crate) fn spawn(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        self.lives += 1;
        let output = |name: &str| {
            let file = File::options().create(true).append(true).open(self.file(name));
            Stdio::from(file.expect("a file for its output"))
        };
        let child = self
            .command()
            .env("NIGHTBELL_PUBLIC_URL", format!("http://life-{}.example", self.lives))
            .stdout(output("stdout"))
            .stderr(output("stderr"))
            .spawn();
        self.child = Some(child.expect("the server starts"));
    }

    /// Waits until it is ready.
    pub(crate) async fn ready(&mut self) {
        let rest = self.rest();
        wait_until("the server is ready", async || {
            let ended = self.child.as_mut().expect("a process").try_wait().expect("its state");
            assert!(ended.is_none(), "it ended with {ended:?}:\n{}", self.stderr());
            (rest.status_of("/readyz").await? == 200).then_some(())
        })
        .await;
    }

    /// Ends it without a chance to do anything about it.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("a process to kill");
        child.wait().expect("the end of the process");
    }

    /// Asks it to stop, and does not wait.
    pub(crate) fn ask_to_stop(&self) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        wait_until("the server ends", async || child.try_wait().expect("its state")).await
    }

    /// The command with the folder, the port and the settings of this server.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell-server"));
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("NIGHTBELL_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("NIGHTBELL_DATABASE_URL", self.database_url())
            .env("NIGHTBELL_SECRET_FILE", self.file("nightbell.db.secret"))
            .env("NIGHTBELL_LISTEN", self.address.to_string())
            .env("NIGHTBELL_ALLOW_TARGETS", "127.0.0.1")
            .env("NIGHTBELL_LOG", "warn")
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command such as `keys list` beside it.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command().args(args).output().expect("the command runs")
    }

    /// A new key of this role, made beside the server.
    pub(crate) fn new_key(&self, role: &str) -> String {
        let made = self.run(&["keys", "create", "--name", role, "--role", role]);
        let errors = String::from_utf8_lossy(&made.stderr).into_owned();
        assert!(made.status.success(), "{errors}");
        String::from_utf8(made.stdout).expect("text").trim().to_owned()
    }

    /// The admin key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// REST with the admin key.
    pub(crate) fn rest(&self) -> Rest {
        Rest::new(format!("http://{}", self.address), &self.key)
    }

    /// gRPC with the admin key.
    pub(crate) fn grpc(&self) -> Grpc {
        Grpc::new(self.address, &self.key)
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.file("stdout")).unwrap_or_default()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.file("stderr")).unwrap_or_default()
    }

    fn database_url(&self) -> String {
        match &self.database {
            Some(database) => database.address().to_owned(),
            None => format!("sqlite://{}", self.file("nightbell.db")),
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill();
        }
        if std::thread::panicking() {
            eprintln!("the server said:\n{}", self.stderr());
        }
    }
}

/// The calls over gRPC, with a key.
#[derive(Clone)]
pub(crate) struct Grpc {
    channel: Channel,
    key: KeyHeader,
}

/// Adds the key to every call.
#[derive(Clone)]
pub(crate) struct KeyHeader(MetadataValue<Ascii>);

type Keyed = InterceptedService<Channel, KeyHeader>;

impl Grpc {
    /// Connects when it is first needed, and again whenever that is.
    pub(crate) fn new(address: SocketAddr, key: &str) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
        Self::over(endpoint.connect_lazy(), key)
    }

    pub(crate) fn over(channel: Channel, key: &str) -> Self {
        Self { channel, key: KeyHeader(key.parse().expect("a key")) }
    }

    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub(crate) fn keyed(&self) -> Keyed {
        InterceptedService::new(self.channel.clone(), self.key.clone())
    }

    pub(crate) fn reports(&self) -> ReportServiceClient<Keyed> {
        ReportServiceClient::new(self.keyed())
    }

    pub(crate) fn runs(&self) -> RunServiceClient<Keyed> {
        RunServiceClient::new(self.keyed())
    }

    pub(crate) fn incidents(&self) -> IncidentServiceClient<Keyed> {
        IncidentServiceClient::new(self.keyed())
    }
}

impl Interceptor for KeyHeader {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("x-api-key", self.0.clone());
        Ok(request)
    }
}

/// A port that is free at this moment.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}
