//! `nightbell doctor`: what stands between this machine and the server.

mod server;

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use clap::Args;
use nightbell::{Client, Config, Spooled};
use serde::Serialize;

use crate::{Failure, Form, session, text};

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
    let (config, url) = match settings() {
        Ok(settings) => settings,
        Err(wrong) => return Ok(vec![finding("settings", Err(wrong))]),
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
    findings.push(finding("disk", disk(&config)));
    if config.spool.is_some() {
        findings.push(finding("spool", Ok(spool(&Spooled::of(&config)))));
    }
    let way = way(&url);
    let is_open = way.iter().all(|it| it.is_well);
    findings.extend(way);
    if is_open {
        findings.extend(session::runtime()?.block_on(server::examine(&config, &url)));
    }
    Ok(findings)
}

/// What a client would go by, if one can be made.
fn settings() -> Result<(Config, String), String> {
    let config = Config::from_env().map_err(|error| error.to_string())?;
    let url = config.url.clone().ok_or_else(session::no_address)?;
    let mut tried = config.clone();
    // It is to be made, not to send anything.
    tried.spool = None;
    Client::new(tried).map_err(|error| error.to_string())?;
    Ok((config, url))
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
    let connected = match connect(&addresses) {
        Ok(address) => Ok(format!("somebody listens at {address}")),
        Err(error) => Err(error.to_string()),
    };
    let named: Vec<_> = addresses.iter().map(|it| it.ip().to_string()).collect();
    vec![
        finding("name", Ok(format!("{host} is {}", named.join(", ")))),
        finding("connection", connected),
    ]
}

/// The first address where somebody listens; else why the last one did not.
fn connect(addresses: &[SocketAddr]) -> io::Result<SocketAddr> {
    let mut last = Err(io::Error::other("the name has no address"));
    for address in addresses {
        last = TcpStream::connect_timeout(address, TIMEOUT).map(|_| *address);
        if last.is_ok() {
            break;
        }
    }
    last
}

fn disk(config: &Config) -> Result<String, String> {
    let Some(folder) = &config.spool else {
        return Ok("NIGHTBELL_SPOOL is off: reports wait in memory only".to_owned());
    };
    let wrong = |error: io::Error| format!("{}: {error}", folder.display());
    let is_new = !folder.exists();
    std::fs::create_dir_all(folder).map_err(wrong)?;
    tempfile::tempfile_in(folder).map_err(wrong)?;
    if is_new {
        // As it was; the SDK makes it when it needs it, for nobody else to read.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(folder.display().to_string())
}

fn spool(spooled: &Spooled) -> String {
    match spooled.list(1).first() {
        None => "no reports wait".to_owned(),
        Some(oldest) => {
            let written = text::when(Some(oldest.written_at), text::now());
            format!("{} wait, the oldest written {written}", spooled.count())
        }
    }
}
