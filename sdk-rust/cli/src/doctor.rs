//! `nightbell doctor`: what stands between this machine and the server.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use clap::Args;
use nightbell::api::{ExchangeKeyRequest, ListSchedulersRequest};
use nightbell::{Client, Config, ErrorKind, Transport};
use serde::Serialize;

use crate::{Failure, Form, session, text};

/// How far a clock may be off before it is said.
const SKEW_MAX: f64 = 5.0;
/// How long the tokens of ExchangeKey are good for.
const TOKEN_LIFE_S: f64 = 900.0;
const TIMEOUT: Duration = Duration::from_secs(5);

/// Looks at the settings, the way to the server, the key, the clock and the disk.
///
/// Exits with 1 when something is wrong.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    is_well: bool,
    found: String,
}

fn finding(what: &'static str, found: Result<String, String>) -> Finding {
    let is_well = found.is_ok();
    Finding { what, is_well, found: found.unwrap_or_else(|wrong| wrong) }
}

impl Doctor {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let findings = examine()?;
        let row = |it: &Finding| {
            let mark = if it.is_well { "ok" } else { "WRONG" };
            vec![it.what.to_owned(), mark.to_owned(), it.found.clone()]
        };
        let rows: Vec<_> = findings.iter().map(row).collect();
        self.form.show(|| text::table(&["WHAT", "", "FOUND"], &rows), &findings)?;
        Ok(u8::from(findings.iter().any(|it| !it.is_well)))
    }
}

fn examine() -> Result<Vec<Finding>, Failure> {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => return Ok(vec![finding("settings", Err(error.to_string()))]),
    };
    let Some(url) = config.url.clone() else {
        return Ok(vec![finding("settings", Err("NIGHTBELL_URL is not set".to_owned()))]);
    };
    let mut findings = vec![finding("settings", Ok(url.clone()))];
    findings.push(finding(
        "key given",
        if config.api_key.is_empty() {
            Err("neither NIGHTBELL_API_KEY nor NIGHTBELL_API_KEY_FILE is set".to_owned())
        } else {
            Ok(format!("{} characters", config.api_key.len()))
        },
    ));
    findings.extend(way(&url));
    findings.push(finding("disk", disk(&config)));
    for transport in [Transport::Grpc, Transport::Http] {
        let mut config = config.clone();
        config.transport = transport;
        config.spool = None;
        findings.extend(session::runtime()?.block_on(server(config, transport)));
    }
    Ok(findings)
}

/// Whether the name is known and somebody listens.
fn way(url: &str) -> Vec<Finding> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.split('/').next().unwrap_or_default();
    let port = if scheme == "https" { 443 } else { 80 };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let host = if has_port { host.to_owned() } else { format!("{host}:{port}") };
    let addresses: Vec<_> = match host.to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(error) => return vec![finding("name", Err(format!("{host}: {error}")))],
    };
    let Some(first) = addresses.first() else {
        return vec![finding("name", Err(format!("{host}: no address")))];
    };
    let connected = TcpStream::connect_timeout(first, TIMEOUT);
    vec![
        finding("name", Ok(format!("{host} is {first}"))),
        finding(
            "connection",
            connected.map(|_| "somebody listens".to_owned()).map_err(|error| error.to_string()),
        ),
    ]
}

fn disk(config: &Config) -> Result<String, String> {
    let Some(folder) = &config.spool else {
        return Ok("NIGHTBELL_SPOOL is off: reports wait in memory only".to_owned());
    };
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let is_new = !folder.exists();
    std::fs::create_dir_all(folder).map_err(wrong)?;
    tempfile::tempfile_in(folder).map_err(wrong)?;
    if is_new {
        // As it was; the SDK makes it when it needs it, for nobody else to read.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(folder.display().to_string())
}

async fn server(config: Config, transport: Transport) -> Vec<Finding> {
    let what = match transport {
        Transport::Http => "REST",
        _ => "gRPC",
    };
    let client = match Client::new(config) {
        Ok(client) => client,
        Err(error) => return vec![finding(what, Err(error.to_string()))],
    };
    let before = text::now();
    let answer = client.api().exchange_key(ExchangeKeyRequest {}).await;
    let mut findings = vec![];
    match answer {
        Ok(token) => {
            findings.push(finding(what, Ok("answers, and takes the key".to_owned())));
            if let Some(ends) = token.expires_at.and_then(|it| jiff::Timestamp::try_from(it).ok()) {
                let skew = ends.duration_since(before).as_secs_f64() - TOKEN_LIFE_S;
                let text = format!(
                    "{:.1} s {} the server's",
                    skew.abs(),
                    if skew < 0.0 { "before" } else { "behind" }
                );
                let clock = if skew.abs() > SKEW_MAX { Err(text) } else { Ok(text) };
                findings.push(finding("clock", clock));
            }
        }
        Err(error) if error.kind() == ErrorKind::Unavailable => {
            findings.push(finding(what, Err(error.to_string())));
        }
        Err(error) => {
            let request = ListSchedulersRequest { page_size: 1, ..Default::default() };
            let is_taken = client.api().list_schedulers(request).await.is_ok();
            let found = if is_taken {
                Ok("answers, and takes the key".to_owned())
            } else {
                Err(error.to_string())
            };
            findings.push(finding(what, found));
        }
    }
    findings
}
