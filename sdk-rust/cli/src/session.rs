//! The client that a command uses.

use std::time::Duration;

use nightbell::{Client, Config, Error};
use tokio::runtime::{Builder, Runtime};

use crate::Failure;
use crate::text;

/// How often `exec` is heard of. The server knows of its death after three times this
/// and a look at its deadlines: within 15 seconds.
const BEAT: Duration = Duration::from_millis(4500);

/// For what watches the job of this name: whatever is wrong with them, the job runs.
pub(crate) fn settings(name: &str) -> Config {
    checked(name, || {
        let mut config = Config::from_env()?;
        config.heartbeat = config.heartbeat.or(Some(BEAT));
        Ok(config)
    })
}

/// Settings without an address watch nothing.
fn checked(name: &str, config: impl FnOnce() -> Result<Config, Error>) -> Config {
    if let Err(wrong) = check_name(name) {
        text::complain(&format!("nothing is watched: {wrong}"));
        return Config::default();
    }
    match config() {
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

/// Whether the server would take it as a scheduler's id: nothing would ever be heard of
/// another.
fn check_name(name: &str) -> Result<(), String> {
    let is_taken = ["register", "watch"].contains(&name);
    let begins_well = name.starts_with(|it: char| it.is_ascii_alphanumeric());
    let is_allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
    if begins_well && name.len() <= 128 && name.chars().all(is_allowed) && !is_taken {
        return Ok(());
    }
    Err(format!(
        "{name:?} is no scheduler's id, which is 1 to 128 of A-Z, a-z, 0-9, \".\", \"_\" and \"-\", \
         begins with a letter or digit, and is neither \"register\" nor \"watch\""
    ))
}

/// A client by such settings.
pub(crate) fn started(config: Config) -> Client {
    if config.url.is_none() {
        return Client::disabled();
    }
    Client::new(config).unwrap_or_else(|error| {
        text::complain(&format!("nothing is watched: {error}"));
        Client::disabled()
    })
}

/// For people: with time to wait for an answer, and nothing of its own to report.
pub(crate) fn for_people() -> Result<Client, Failure> {
    let mut config = Config::from_env()?;
    if config.url.is_none() {
        return Err(no_address().into());
    }
    config.timeout = config.timeout.max(Duration::from_secs(10));
    config.spool = None;
    Ok(Client::new(config)?)
}

/// Why there is no address.
pub(crate) fn no_address() -> &'static str {
    let is_disabled =
        std::env::var("NIGHTBELL_DISABLED").is_ok_and(|it| !["", "0"].contains(&it.trim()));
    if is_disabled && std::env::var_os("NIGHTBELL_URL").is_some() {
        "NIGHTBELL_DISABLED is set, so that NIGHTBELL_URL is not looked at"
    } else {
        "NIGHTBELL_URL is not set"
    }
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
pub(crate) fn for_scripts(name: &str) -> Client {
    let of_environment = |name: &str| match name {
        "NIGHTBELL_RUN_ID" => None,
        _ => std::env::var(name).ok().filter(|value| !value.trim().is_empty()),
    };
    started(checked(name, || Config::read(of_environment)))
}

/// The service of what is registered from here.
pub(crate) fn service() -> Option<String> {
    std::env::var("NIGHTBELL_SERVICE").ok().filter(|it| !it.is_empty()).or_else(machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_to_the_rule_of_the_server() {
        let long = "a".repeat(129);
        for wrong in ["", "-a", ".a", "end of day", "a/b", "tägl", "register", "watch", &long] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
        for good in ["eod", "9", "A.b_c-d", &long[1..]] {
            assert_eq!(check_name(good), Ok(()));
        }
    }
}
