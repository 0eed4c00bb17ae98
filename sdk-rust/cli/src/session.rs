//! The client that a command uses.

use std::time::Duration;

use nightbell::{Client, Config, Error};
use tokio::runtime::{Builder, Runtime};

use crate::Failure;
use crate::text;

/// How often `exec` is heard of. The server knows of its death after three times this
/// and a look at its deadlines: within 15 seconds.
const BEAT: Duration = Duration::from_millis(4500);

/// For what watches jobs: whatever is wrong with them, the job runs.
pub(crate) fn settings() -> Config {
    checked(Config::from_env().map(|mut config| {
        config.heartbeat = config.heartbeat.or(Some(BEAT));
        config
    }))
}

/// Settings without an address watch nothing.
fn checked(config: Result<Config, Error>) -> Config {
    match config {
        Ok(mut config) => {
            config.service = config.service.or_else(machine);
            if config.url.is_none() && std::env::var_os("NIGHTBELL_DISABLED").is_none() {
                text::complain("NIGHTBELL_URL is not set: nothing is watched");
            }
            config
        }
        Err(error) => {
            text::complain(&format!("nothing is watched: {error}"));
            Config::default()
        }
    }
}

/// A client by such settings.
pub(crate) fn started(config: Config) -> Client {
    Client::new(config).unwrap_or_else(|error| {
        text::complain(&format!("nothing is watched: {error}"));
        Client::disabled()
    })
}

/// For people: with time to wait for an answer, and nothing of its own to report.
pub(crate) fn for_people() -> Result<Client, Failure> {
    let mut config = Config::from_env()?;
    if config.url.is_none() {
        return Err("NIGHTBELL_URL is not set".into());
    }
    config.timeout = config.timeout.max(Duration::from_secs(10));
    config.spool = None;
    Ok(Client::new(config)?)
}

pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// The name of this machine, the service of jobs that name none.
pub(crate) fn machine() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    (!name.is_empty()).then_some(name)
}

/// As for jobs, where a wrapper's run is the caller's own.
pub(crate) fn for_scripts() -> Client {
    let config = Config::read(|name| match name {
        "NIGHTBELL_RUN_ID" => None,
        _ => std::env::var(name).ok().filter(|value| !value.trim().is_empty()),
    });
    started(checked(config))
}

/// The service of what is registered from here.
pub(crate) fn service() -> Option<String> {
    std::env::var("NIGHTBELL_SERVICE").ok().filter(|it| !it.is_empty()).or_else(machine)
}
