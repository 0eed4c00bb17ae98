//! What goes wrong with a call of the low-level client.

use std::fmt;
use std::time::Duration;

/// What kind of trouble an [`Error`] is. The same over gRPC and REST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The settings are wrong: nothing was sent.
    Config,
    /// The server was not reached: refused, reset, no such name, TLS.
    Unavailable,
    /// No answer came in time.
    RequestTimeout,
    /// The API key is missing, unknown, expired or revoked.
    Authentication,
    /// The API key may not do this.
    PermissionDenied,
    /// There is no such thing.
    NotFound,
    /// It contradicts what is there.
    Conflict,
    /// A field breaks its rule.
    InvalidArgument,
    /// Too many requests; [`Error::retry_after`] is set.
    RateLimited,
    /// The server failed.
    Server,
    /// Any other refusal.
    Api,
}

/// What went wrong, with the facts that the server gave.
#[derive(Clone)]
pub struct Error {
    facts: Box<Facts>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) kind: Option<ErrorKind>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<i32>,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) field_violations: Vec<(String, String)>,
}

impl Error {
    pub(crate) fn new(facts: Facts) -> Self {
        Self { facts: Box::new(facts) }
    }

    pub(crate) fn of(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(Facts { kind: Some(kind), message: message.into(), ..Facts::default() })
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Config, message)
    }

    /// A field of a request that the server would refuse.
    pub(crate) fn invalid(field: &str, rule: &str) -> Self {
        Self::new(Facts {
            kind: Some(ErrorKind::InvalidArgument),
            status: Some(400),
            code: Some(3),
            message: format!("{field}: {rule}"),
            field_violations: vec![(field.to_owned(), rule.to_owned())],
            ..Facts::default()
        })
    }

    pub(crate) fn unavailable(message: impl fmt::Display) -> Self {
        Self::of(ErrorKind::Unavailable, message.to_string())
    }

    pub(crate) fn timeout(limit: Duration) -> Self {
        Self::of(ErrorKind::RequestTimeout, format!("no answer within {limit:?}"))
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.facts.kind.unwrap_or(ErrorKind::Api)
    }

    /// The HTTP status, or over gRPC the one that REST answers with. None when the
    /// server gave no answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.facts.status
    }

    /// The canonical code as in google.rpc.Code, when the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.facts.code
    }

    /// The stable reason in upper case, such as `UNKNOWN_SCHEDULER`. May be empty.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.facts.reason
    }

    /// What to do about it, for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.facts.message
    }

    /// The id under which the server's log has the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.facts.request_id.as_deref()
    }

    /// When to come back.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.facts.retry_after
    }

    /// The fields that break their rules: path and rule.
    #[must_use]
    pub fn field_violations(&self) -> &[(String, String)] {
        &self.facts.field_violations
    }
}

/// The kind that an HTTP status means.
pub(crate) fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        400 | 422 => ErrorKind::InvalidArgument,
        401 => ErrorKind::Authentication,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Api,
    }
}

/// The canonical code that the server gives with an HTTP status.
#[cfg(feature = "testing")]
pub(crate) fn code_of_status(status: u16) -> i32 {
    match status {
        401 => 16,
        403 => 7,
        404 => 5,
        409 => 6,
        429 => 8,
        503 => 14,
        504 => 4,
        400..=499 => 3,
        _ => 13,
    }
}

/// The HTTP status that a canonical code means.
pub(crate) fn status_of_code(code: i32) -> u16 {
    match code {
        3 | 9 | 11 => 400,
        5 => 404,
        6 | 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        4 => 504,
        16 => 401,
        _ => 500,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.facts.message)?;
        for (field, rule) in &self.facts.field_violations {
            let told = format!("{field}: {rule}");
            // The server's message begins with the first of them.
            if !self.facts.message.starts_with(&told) {
                write!(formatter, "; {told}")?;
            }
        }
        if let Some(id) = &self.facts.request_id {
            write!(formatter, " (request {id})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.facts, formatter)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_told_of_once() {
        let error = |message: &str, fields: &[(&str, &str)]| {
            let field_violations =
                fields.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned()));
            let message = message.to_owned();
            let facts =
                Facts { message, field_violations: field_violations.collect(), ..Facts::default() };
            Error::new(facts).to_string()
        };
        assert_eq!(error("until: is past", &[("until", "is past")]), "until: is past");
        let two = error("a: bad (and 1 more)", &[("a", "bad"), ("b", "worse")]);
        assert_eq!(two, "a: bad (and 1 more); b: worse");
        assert_eq!(error("no", &[("a", "bad")]), "no; a: bad");
    }
}
