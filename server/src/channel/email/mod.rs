//! Mail: as text and as HTML, through a server with TLS.
//!
//! The `Message-ID` is made from the notification's key, so that a repeat is the same
//! message, and whatever follows the first message about an incident names it: mail
//! programs show an incident as one thread.

pub mod letter;
pub mod server;

use serde::{Deserialize, Serialize};

use self::server::{MailServer, SmtpError};
use super::Outcome;
use super::hidden::Hidden;
use super::http::HttpClient;
use super::notification::Notification;
use super::rules::Rules;
use crate::limits::{MAIL_ADDRESS_CHARACTERS_MAX, MAIL_ADDRESSES_MAX, TARGET_BYTES_MAX};
use nightbell_domain::settings::is_mail_address;

/// Whom to write to, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailSettings {
    /// The addresses.
    pub to: Vec<String>,
    /// The server to send through; unset: the server's own.
    pub smtp_url: Option<Hidden>,
    /// The sender; unset: the server's own.
    pub sender: Option<String>,
}

impl EmailSettings {
    /// The fields that are never shown.
    pub const SECRETS: &[&str] = &["smtp_url"];

    /// Judges the settings.
    pub fn check(&self, rules: &mut Rules<'_>) {
        if self.to.is_empty() {
            rules.refuse("to", "REQUIRED", "must be at least one address");
        }
        if self.to.len() > MAIL_ADDRESSES_MAX {
            let rule = format!("must be at most {MAIL_ADDRESSES_MAX} addresses");
            rules.refuse("to", "TOO_MANY", rule);
        }
        if self.to.iter().chain(&self.sender).any(|it| !is_mail_address(it)) {
            let rule = format!(
                "must be addresses such as team@example.com, without display names, of at most \
                 {MAIL_ADDRESS_CHARACTERS_MAX} characters"
            );
            rules.refuse("to", "BAD_EMAIL", rule);
        }
        if let Some(url) = &self.smtp_url {
            if url.reveal().len() > TARGET_BYTES_MAX {
                let rule = format!("must be at most {TARGET_BYTES_MAX} characters");
                rules.refuse("smtp_url", "TOO_LONG", rule);
            }
            match MailServer::parse(url.reveal()) {
                Err(rule) => rules.refuse("smtp_url", "BAD_TARGET", rule),
                Ok(server) => rules.host("smtp_url", server.host()),
            }
        }
        if self.smtp_url.is_some() && self.sender.is_none() {
            rules.refuse("sender", "REQUIRED", "must say who writes through a server of yours");
        }
    }
}

/// How the server itself sends mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Through which server.
    pub server: MailServer,
    /// As whom.
    pub sender: String,
    /// To which owners without asking them first.
    pub owner_domains: Domains,
}

/// Domains of addresses that may be written to without asking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domains(Vec<String>);

impl Domains {
    /// Reads domains, separated by commas; `*` means every one.
    ///
    /// # Errors
    ///
    /// The rule that one breaks.
    pub fn parse(text: &str) -> Result<Self, String> {
        let domains = text.split(',').map(|it| it.trim().to_ascii_lowercase());
        let domains: Vec<String> = domains.filter(|it| !it.is_empty()).collect();
        let is_domain = |it: &String| it == "*" || is_mail_address(&format!("a@{it}"));
        match domains.iter().find(|it| !is_domain(it)) {
            Some(bad) => Err(format!("has `{bad}`; must hold domains such as example.com, or *")),
            None => Ok(Self(domains)),
        }
    }

    /// Whether the domain of `address` is among them. Those below one of them are not.
    pub fn hold(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
        self.0.iter().any(|it| it == "*" || Some(it) == domain.as_ref())
    }

    /// The domains, separated by commas.
    pub fn text(&self) -> String {
        self.0.join(",")
    }
}

/// Asks whoever reads `address` whether they may be told of jobs that are theirs.
///
/// # Errors
///
/// In a few words for an operator.
pub async fn ask(
    http: &HttpClient,
    mail: &Mail,
    address: &str,
    question: &letter::Question<'_>,
) -> Result<(), String> {
    let letter = letter::question(question, &mail.sender, address).map_err(|it| it.to_string())?;
    match mail.server.send(http, true, &letter).await {
        Ok(_) => Ok(()),
        Err(SmtpError::Blocked) => Err("the mail server may not be called".to_owned()),
        Err(SmtpError::Failed(result)) => Err(result),
    }
}

/// Makes one attempt to deliver.
pub async fn send(
    http: &HttpClient,
    own: Option<&Mail>,
    settings: &EmailSettings,
    notification: &Notification,
) -> Outcome {
    let mail = match &settings.smtp_url {
        None => own.cloned(),
        Some(url) => MailServer::parse(url.reveal()).ok().map(|server| Mail {
            server,
            sender: settings.sender.clone().unwrap_or_default(),
            owner_domains: Domains::default(),
        }),
    };
    let Some(mut mail) = mail else {
        let result = "no mail server: set NIGHTBELL_SMTP_URL, or smtp_url of the channel";
        return Outcome::Retry { result: result.to_owned(), retry_after: None };
    };
    if let Some(sender) = &settings.sender {
        mail.sender.clone_from(sender);
    }
    let is_own = settings.smtp_url.is_none();
    let letter = match letter::letter(notification, &mail.sender, &settings.to) {
        Ok(letter) => letter,
        Err(error) => return Outcome::Retry { result: error.to_string(), retry_after: None },
    };
    match mail.server.send(http, is_own, &letter).await {
        Ok(receipt) => Outcome::delivered(receipt),
        Err(SmtpError::Blocked) => Outcome::Blocked {
            result: "BLOCKED_TARGET: the mail server is at no address that may be called"
                .to_owned(),
        },
        Err(SmtpError::Failed(result)) => Outcome::Retry { result, retry_after: None },
    }
}

#[cfg(test)]
mod tests;
