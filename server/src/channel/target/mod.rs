//! Where a webhook may go, as far as its text can tell.
//!
//! What a name resolves to is judged when it is called, by
//! [`http`](super::http): today's answer says nothing about tomorrow's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::address::AllowList;
use crate::limits::TARGET_BYTES_MAX;

/// An address that a channel may be told to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
}

/// Why a text is no [`Target`]. The message says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The text is no address of a webhook, whoever asks.
    #[error("{rule}")]
    Bad {
        /// The rule that it breaks.
        rule: String,
    },

    /// The address belongs to what must not be reached from here.
    #[error(
        "`{host}` is not a public address: use one that is, or add it to \
         NIGHTBELL_ALLOW_TARGETS of the server"
    )]
    Blocked {
        /// The host, in its canonical form.
        host: String,
    },
}

impl TargetError {
    /// The stable word that the contract has for it.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Bad { .. } => "BAD_TARGET",
            Self::Blocked { .. } => "BLOCKED_TARGET",
        }
    }

    fn bad(rule: impl Into<String>) -> Self {
        Self::Bad { rule: rule.into() }
    }
}

impl Target {
    /// Reads and judges an address.
    ///
    /// The host is judged in its canonical form, so that `0x7f.1` is seen for
    /// what it is.
    pub fn parse(text: &str, allow: &AllowList) -> Result<Self, TargetError> {
        if text.len() > TARGET_BYTES_MAX {
            let rule = format!("must be at most {TARGET_BYTES_MAX} characters long");
            return Err(TargetError::bad(rule));
        }
        // The parser would quietly drop some of these, so that what is stored
        // were not what was written.
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(TargetError::bad("must not contain spaces or control characters"));
        }
        if let Some(host) = host_with_zone(text) {
            return Err(TargetError::Blocked { host: host.to_owned() });
        }

        let url = Url::parse(text)
            .map_err(|error| TargetError::bad(format!("must be an absolute URL: {error}")))?;
        check_parts(&url)?;
        check_host(&url, allow)?;
        Ok(Self { url })
    }

    /// The address, in its canonical form.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

/// A zone names an interface of this machine, so what it is on is local. The
/// parser knows no zones and would call it a typing error.
fn host_with_zone(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let (_, bracket) = authority.split_once('[')?;
    let (host, _) = bracket.split_once(']')?;
    let (address, _) = host.split_once('%')?;
    address.parse::<Ipv6Addr>().is_ok().then_some(host)
}

fn check_parts(url: &Url) -> Result<(), TargetError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(TargetError::bad("must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let rule = "must not contain a user or password: the signature proves who calls";
        return Err(TargetError::bad(rule));
    }
    if url.fragment().is_some() {
        return Err(TargetError::bad("must not contain a fragment: nothing after # is sent"));
    }
    let port = url.port_or_known_default().unwrap_or(0);
    if PORTS_NOT_HTTP.binary_search(&port).is_ok() {
        let rule = format!("must not use port {port}: it belongs to a protocol other than HTTP");
        return Err(TargetError::bad(rule));
    }
    Ok(())
}

fn check_host(url: &Url, allow: &AllowList) -> Result<(), TargetError> {
    let permitted = match url.host() {
        Some(Host::Ipv4(address)) => allow.permits(address.into()),
        Some(Host::Ipv6(address)) => allow.permits(address.into()),
        Some(Host::Domain(name)) => !is_localhost(name) || permits_localhost(name, allow),
        None => return Err(TargetError::bad("must name a host")),
    };
    if permitted {
        return Ok(());
    }
    Err(TargetError::Blocked { host: url.host_str().unwrap_or_default().to_owned() })
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain"
}

fn permits_localhost(name: &str, allow: &AllowList) -> bool {
    allow.permits_name(name)
        || allow.permits(IpAddr::V4(Ipv4Addr::LOCALHOST))
        || allow.permits(IpAddr::V6(Ipv6Addr::LOCALHOST))
}

/// Ports whose protocols could mistake a request for their own: those that
/// browsers refuse, and common databases and queues. Sorted.
const PORTS_NOT_HTTP: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 162, 179,
    389, 427, 445, 465, 502, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587,
    601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2424, 3306, 3389,
    3659, 4045, 4190, 5060, 5061, 5432, 5433, 5672, 5900, 5984, 6000, 6379, 6380, 6566, 6665, 6666,
    6667, 6668, 6669, 6679, 6697, 8883, 9042, 9092, 10080, 11211, 26257, 26379, 27017, 27018,
];

#[cfg(test)]
mod tests;
