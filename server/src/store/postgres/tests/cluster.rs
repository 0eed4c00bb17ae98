//! A PostgreSQL for the tests of one process, and databases in it.
//!
//! The variable `NIGHTBELL_TEST_DATABASE_URL` names one that runs already; otherwise
//! `tools/postgres.sh` starts one, which goes with the process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use tokio_postgres::{Config, NoTls};

static CLUSTER: OnceLock<Cluster> = OnceLock::new();

struct Cluster {
    /// The address of a database in which others can be made.
    address: String,
    /// The cluster ends when this is closed, which the end of the process does.
    _alive: Option<ChildStdin>,
}

/// A database that goes when this is dropped.
pub(crate) struct Database {
    name: String,
    address: String,
}

impl Database {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        Self::from_template("template0")
    }

    /// One that begins as a copy of another, to which nobody is connected.
    pub(crate) fn from_template(template: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("nightbell_test_{}_{number}", std::process::id());
        run(format!("CREATE DATABASE {name} TEMPLATE {template}"));
        let server = &cluster().address;
        let (server, query) = server.split_once('?').unwrap_or((server, ""));
        let at = server.rfind('/').expect("an address with a database");
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let address = format!("{}/{name}{query}", &server[..at]);
        Self { name, address }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| match std::env::var("NIGHTBELL_TEST_DATABASE_URL") {
        Ok(address) => Cluster { address, _alive: None },
        Err(_) => start(),
    })
}

#[expect(clippy::zombie_processes, reason = "it ends after this process, never before")]
fn start() -> Cluster {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/postgres.sh");
    let mut child = Command::new(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tools/postgres.sh runs");
    let alive = child.stdin.take();
    let mut address = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut address).expect("a line of text");
    assert!(!address.is_empty(), "no PostgreSQL could be started; see above");
    Cluster { address: address.trim().to_owned(), _alive: alive }
}

/// Runs a statement on a thread of its own: whoever wants it done may be in a runtime or
/// not.
fn run(statement: String) {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let config: Config = cluster().address.parse().expect("an address");
            let (client, connection) = config.connect(NoTls).await.expect("a connection");
            let driving = tokio::spawn(connection);
            client.batch_execute(&statement).await.unwrap_or_else(|error| {
                panic!("{statement}: {:?}", error.as_db_error());
            });
            drop(client);
            let _ = driving.await;
        });
    };
    thread::spawn(work).join().expect("the statement runs");
}
