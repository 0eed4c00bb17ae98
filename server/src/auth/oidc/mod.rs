//! Signing in with an OpenID Connect provider: everything about it that needs no network.
//!
//! Who is let in is decided by the provider's ID token ([`id_token`]) and by [`roles`].
//! What must be remembered between leaving for the provider and coming back, and
//! afterwards, is sealed and kept by the browser ([`attempt`]): any server of the same
//! secret can go on with it.

pub mod attempt;
pub mod id_token;
pub mod roles;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use url::{Host, Url};

use roles::Roles;

/// The claim that roles are made from, unless the settings name another.
pub const CLAIM_DEFAULT: &str = "groups";

/// A provider, as the settings describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its name for itself, to be found word for word in all that it says.
    pub issuer: Issuer,
    /// What it calls this server.
    pub client_id: String,
    /// The file with what this server proves itself with.
    pub client_secret_file: PathBuf,
    /// The claim whose values make roles: its name, or the way to it, with dots.
    pub claim: String,
    /// Who may do what.
    pub roles: Roles,
}

/// The address that a provider is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    /// Reads the address. What comes from a provider is trusted because TLS says who
    /// sent it, so http is for a provider on this machine only.
    ///
    /// # Errors
    ///
    /// The rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rule = "must be an address such as https://login.example.org/realms/ours, \
                    without user, query or fragment";
        let url = Url::parse(text).map_err(|_| rule.to_owned())?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !is_plain {
            return Err(rule.to_owned());
        }
        if url.scheme() == "http" && !is_here(&url) {
            return Err("must begin with https://, unless the provider is on this machine: \
                        over http anybody in between could sign in as anybody"
                .to_owned());
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The address, word for word.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, for people, and as an entry of an allow-list.
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether what the provider names belongs to it as far as TLS goes: an address of
    /// http is for a provider that is itself reached so.
    pub fn may_name(&self, url: &Url) -> bool {
        url.scheme() == "https" || (url.scheme() == "http" && self.url.scheme() == "http")
    }

    /// Where the provider says what it can do.
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.text.trim_end_matches('/'))
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
