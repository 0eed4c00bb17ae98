//! Where to report, and the bounds of everything.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;

/// How the SDK talks to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Transport {
    /// gRPC, with heartbeats on a stream: a killed process is known dead in 15 seconds.
    #[default]
    Grpc,
    /// REST over HTTP/1.1, for networks that take nothing else.
    Http,
}

/// How much of a failure is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Capture {
    /// The error's message, with its causes.
    #[default]
    Message,
    /// Nothing: that it failed must do.
    Nothing,
}

/// The settings of a [`Client`](crate::Client).
///
/// `Config::default()` has every bound at its usual value and no address, which
/// means that nothing is watched.
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The server's address; the same for both transports.
    pub url: Option<String>,
    /// The API key.
    pub api_key: String,
    /// The service that jobs belong to when they do not say.
    pub service: Option<String>,
    /// Becomes the label `environment` of every job.
    pub environment: Option<String>,
    /// Who is told by mail when a job does not say.
    pub owner_email: Option<String>,
    /// How to talk to the server.
    pub transport: Transport,
    /// How long one call may take.
    pub timeout: Duration,
    /// How long the end of a job may be held up by Nightbell, at the most.
    pub exit_timeout: Duration,
    /// How often heartbeats are sent; None leaves it to the server and the job.
    pub heartbeat: Option<Duration>,
    /// Where reports wait on disk that could not be sent. None: in memory only.
    pub spool: Option<PathBuf>,
    /// How much of a failure is sent.
    pub capture: Capture,
    /// PEM with the certificate authorities to trust beside the usual ones.
    pub ca_file: Option<PathBuf>,
    /// The run that a wrapper, such as `nightbell exec`, has opened for this
    /// process: the job of that name attaches to it and opens none of its own.
    pub parent_run: Option<ParentRun>,
}

/// A run that belongs to a wrapper around this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentRun {
    /// The run.
    pub run_id: String,
    /// Its scheduler. None: whichever job runs first, and only that.
    pub scheduler_id: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: None,
            api_key: String::new(),
            service: None,
            environment: None,
            owner_email: None,
            transport: Transport::default(),
            timeout: Duration::from_secs(3),
            exit_timeout: Duration::from_millis(1500),
            heartbeat: None,
            spool: None,
            capture: Capture::default(),
            ca_file: None,
            parent_run: None,
        }
    }
}

impl Config {
    /// The settings that the environment holds; see the crate's documentation for
    /// the variables.
    ///
    /// # Errors
    ///
    /// A value cannot be read. Without an address there is no error: nothing is
    /// watched.
    pub fn from_env() -> Result<Self, Error> {
        Self::read(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    /// As [`Config::from_env`], from anywhere.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let default = Self::default();
        let is_disabled = variable("NIGHTBELL_DISABLED").is_some_and(|value| value != "0");
        let url = if is_disabled { None } else { variable("NIGHTBELL_URL") };
        Ok(Self {
            url: url.as_deref().and_then(address),
            api_key: match variable("NIGHTBELL_API_KEY_FILE") {
                Some(path) => read_key(&path)?,
                None => variable("NIGHTBELL_API_KEY").unwrap_or_default().trim().to_owned(),
            },
            service: variable("NIGHTBELL_SERVICE"),
            environment: variable("NIGHTBELL_ENVIRONMENT"),
            owner_email: variable("NIGHTBELL_OWNER_EMAIL"),
            transport: match variable("NIGHTBELL_TRANSPORT").as_deref() {
                None | Some("auto" | "grpc") => Transport::Grpc,
                Some("http") => Transport::Http,
                Some(other) => return Err(unreadable("NIGHTBELL_TRANSPORT", other)),
            },
            timeout: millis(&variable, "NIGHTBELL_TIMEOUT_MS")?.unwrap_or(default.timeout),
            exit_timeout: millis(&variable, "NIGHTBELL_EXIT_TIMEOUT_MS")?
                .unwrap_or(default.exit_timeout),
            heartbeat: millis(&variable, "NIGHTBELL_HEARTBEAT_MS")?
                .filter(|interval| !interval.is_zero()),
            spool: spool(&variable),
            capture: match variable("NIGHTBELL_CAPTURE").as_deref() {
                None | Some("stack" | "message") => Capture::Message,
                Some("none") => Capture::Nothing,
                Some(other) => return Err(unreadable("NIGHTBELL_CAPTURE", other)),
            },
            ca_file: variable("NIGHTBELL_CA_FILE").map(PathBuf::from),
            parent_run: variable("NIGHTBELL_RUN_ID").map(|run_id| ParentRun {
                run_id,
                scheduler_id: variable("NIGHTBELL_SCHEDULER_ID"),
            }),
        })
    }
}

impl std::fmt::Debug for Config {
    /// Without the key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Config")
            .field("url", &self.url)
            .field("service", &self.service)
            .field("transport", &self.transport)
            .field("spool", &self.spool)
            .finish_non_exhaustive()
    }
}

/// The address that calls go to, before `/api/v1`. None: there is none.
pub(crate) fn address(written: &str) -> Option<String> {
    let bare = written.trim().trim_end_matches('/');
    let bare = bare.strip_suffix("/api/v1").unwrap_or(bare).trim_end_matches('/');
    (!bare.is_empty()).then(|| bare.to_owned())
}

fn unreadable(name: &str, value: &str) -> Error {
    Error::config(format!("{name}: cannot make sense of {value:?}"))
}

fn millis(
    variable: &impl Fn(&str) -> Option<String>,
    name: &str,
) -> Result<Option<Duration>, Error> {
    let Some(text) = variable(name) else { return Ok(None) };
    let number = text.trim().parse().map_err(|_| unreadable(name, &text))?;
    Ok(Some(Duration::from_millis(number)))
}

fn read_key(path: &str) -> Result<String, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::config(format!("NIGHTBELL_API_KEY_FILE: {path}: {error}")))?;
    Ok(text.trim().to_owned())
}

fn spool(variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if variable("NIGHTBELL_SPOOL").is_some_and(|value| value == "off") {
        return None;
    }
    if let Some(folder) = variable("NIGHTBELL_SPOOL_DIR") {
        return Some(folder.into());
    }
    let state = match variable("XDG_STATE_HOME") {
        Some(state) => PathBuf::from(state),
        None => PathBuf::from(variable("HOME")?).join(".local/state"),
    };
    Some(state.join("nightbell/spool"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::read;

    #[test]
    fn addresses_are_normal() {
        for case in read("url.json")["cases"].as_array().unwrap() {
            assert_eq!(address(case["written"].as_str().unwrap()).as_deref(), case["url"].as_str());
        }
    }

    #[test]
    fn bounds_are_as_agreed() {
        let vectors = read("retry.json");
        let config = Config::default();
        assert_eq!(config.timeout, crate::vectors::seconds(&vectors["timeout_s"]));
        assert_eq!(config.exit_timeout, crate::vectors::seconds(&vectors["exit_s"]));
    }

    #[test]
    fn a_value_that_cannot_be_read_is_an_error_and_no_address_is_none() {
        let config = Config::read(|_| None).unwrap();
        assert_eq!(config.url, None);
        let read = Config::read(|name| (name == "NIGHTBELL_TIMEOUT_MS").then(|| "soon".to_owned()));
        assert!(read.unwrap_err().message().contains("NIGHTBELL_TIMEOUT_MS"));
    }
}
