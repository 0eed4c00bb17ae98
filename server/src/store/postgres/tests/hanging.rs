//! A database that hangs while its machine still answers: whoever connects is let in and
//! told nothing, and what is sent is taken and goes nowhere.

use std::time::Duration;

use diesel_async::SimpleAsyncConnection as _;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_postgres::config::Host;

use super::*;
use crate::store::postgres::session::Bounds;

/// Far longer than the bounds of these tests, far shorter than for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Room for a slow machine to connect and to write.
const BOUNDS: Bounds =
    Bounds { connect: Duration::from_secs(2), transaction: Duration::from_secs(5) };

#[tokio::test]
async fn a_host_that_says_nothing_is_passed_over() {
    let database = migrated();
    let silent = First::silent().await;
    let store = store_at(&silent.beside(&database));

    let written = timeout(PATIENCE, store.secret_mark(1)).await.expect("an end in time");

    assert_eq!(written.unwrap(), 1);
    let again = timeout(BOUNDS.connect, store.secret_mark(2)).await;
    assert_eq!(again.expect("no second wait for the silent host").unwrap(), 1);
}

#[tokio::test]
async fn a_database_all_of_whose_hosts_say_nothing_is_unavailable() {
    let silent = First::silent().await;
    let store = store_at(&format!("postgres://u@{}/d", silent.address));

    let outcome = timeout(PATIENCE, store.secret_mark(1)).await.expect("an end in time");

    let Err(StoreError::Unavailable(why)) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains(&silent.address), "{why}");
    assert!(why.contains("did not answer"), "{why}");
}

/// Whether a commit took place that nobody has answered is not known.
#[tokio::test]
async fn a_commit_that_hangs_may_be_tried_again_and_the_next_host_takes_it() {
    let database = migrated();
    let hanging = First::before(&database).await;
    let store = store_at(&hanging.beside(&database));
    store.secret_mark(1).await.unwrap();
    let committing = store.connections.bounded(async {
        let mut transaction = store.connections.write().await?;
        transaction.batch_execute("UPDATE counters SET value = 2").await?;
        hanging.hang();
        transaction.end(Ok(())).await
    });

    let outcome = timeout(PATIENCE, Box::pin(committing)).await.expect("an end in time");

    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    let again = timeout(PATIENCE, store.project_ensure("one", Timestamp::from_millis(0)));
    again.await.expect("an end in time").unwrap();
}

#[tokio::test]
async fn connections_that_hang_while_nobody_uses_them_cost_no_transaction() {
    let database = migrated();
    let hanging = First::before(&database).await;
    let store = store_at(&hanging.beside(&database));
    store.secret_mark(1).await.unwrap();
    hanging.hang();

    let outcome = timeout(PATIENCE, store.secret_mark(1)).await.expect("an end in time");

    assert_eq!(outcome.unwrap(), 1);
}

/// A sign of life is bounded more tightly than what it needs to get past a silent host:
/// the next one begins where this one ended.
#[tokio::test]
async fn who_gives_up_on_a_host_that_says_nothing_begins_with_the_next() {
    let database = migrated();
    let silent = First::silent().await;
    let store = store_at(&silent.beside(&database));
    let in_haste = timeout(BOUNDS.connect / 2, store.secret_mark(1)).await;
    assert!(in_haste.is_err(), "the silent host answered");

    let outcome = timeout(BOUNDS.connect, store.secret_mark(1)).await;

    assert_eq!(outcome.expect("no second wait for the silent host").unwrap(), 1);
}

fn store_at(address: &str) -> Postgres {
    let address = Address::parse(address).unwrap();
    Postgres { connections: Connections::bounded_by(&address, BOUNDS).unwrap() }
}

/// The first of two hosts.
struct First {
    address: String,
    hangs: watch::Sender<bool>,
}

impl First {
    /// One that has hung from the beginning.
    async fn silent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (hangs, _) = watch::channel(true);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                kept.push(stream);
            }
        });
        Self { address, hangs }
    }

    /// One that passes everything on to this database until it hangs.
    async fn before(database: &Database) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (hangs, hanging) = watch::channel(false);
        let target: tokio_postgres::Config = database.address().parse().unwrap();
        let (host, port) = (target.get_hosts()[0].clone(), target.get_ports().first().copied());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on(stream, host.clone(), port, hanging.clone()));
            }
        });
        Self { address, hangs }
    }

    fn hang(&self) {
        self.hangs.send_replace(true);
    }

    /// The address of the database with this host before its own.
    fn beside(&self, database: &Database) -> String {
        let (user, rest) = database.address().rsplit_once('@').unwrap();
        let (hosts, name) = rest.split_once('/').unwrap();
        let port = if hosts.contains(':') { "" } else { ":5432" };
        format!("{user}@{},{hosts}{port}/{name}", self.address)
    }
}

async fn pass_on(
    mut from: TcpStream,
    host: Host,
    port: Option<u16>,
    mut hanging: watch::Receiver<bool>,
) {
    let passing = async {
        let port = port.unwrap_or(5432);
        match host {
            Host::Tcp(name) => {
                let mut to = TcpStream::connect((name, port)).await.unwrap();
                copy_bidirectional(&mut from, &mut to).await
            }
            Host::Unix(folder) => {
                let socket = folder.join(format!(".s.PGSQL.{port}"));
                let mut to = UnixStream::connect(socket).await.unwrap();
                copy_bidirectional(&mut from, &mut to).await
            }
        }
    };
    tokio::select! {
        biased;
        _ = hanging.wait_for(|hangs| *hangs) => {}
        _ = passing => return,
    }
    // Open, and answering nothing, until the test is over.
    std::future::pending::<()>().await;
}
