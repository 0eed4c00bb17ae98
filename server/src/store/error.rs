//! What a store can fail with.

/// What a store can fail with, by what may be done about it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Nothing was written, or it is not known; another try may succeed.
    #[error("the store cannot be used at present: {0}")]
    Unavailable(String),
    /// Another transaction was in the way. Nothing was written; another try at once
    /// will most likely succeed.
    #[error("the store was busy with the same things: {0}")]
    Contended(String),
    /// There is no room. Nothing was written; another try may succeed later.
    #[error("the store is full: {0}")]
    Full(String),
    /// What the disk holds cannot be relied on. The process must end: going on after
    /// a failed sync would acknowledge what is not there.
    #[error("the store is broken: {0}")]
    Broken(String),
    /// A fault of ours, such as stored state that cannot be read.
    #[error("the store met a fault of its own: {0}")]
    Fault(String),
}

impl StoreError {
    /// States that stored text cannot be read.
    pub(super) fn unreadable(what: &str, source: &impl std::fmt::Display) -> Self {
        Self::Fault(format!("stored {what} cannot be read: {source}"))
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind as Kind;
        let text = error.to_string();
        if let diesel::result::Error::DatabaseError(kind, _) = &error {
            match kind {
                Kind::SerializationFailure => return Self::Contended(text),
                Kind::ReadOnlyTransaction | Kind::UnableToSendCommand | Kind::ClosedConnection => {
                    return Self::Unavailable(text);
                }
                _ => {}
            }
        }
        // diesel keeps no code of either database, only their texts.
        let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
        if says(BROKEN) {
            Self::Broken(text)
        } else if says(FULL) {
            Self::Full(text)
        } else if says(CONTENDED) {
            Self::Contended(text)
        } else if says(UNAVAILABLE) {
            Self::Unavailable(text)
        } else {
            Self::Fault(text)
        }
    }
}

/// What SQLite says when the disk cannot be relied on (`sqlite3_errstr`).
const BROKEN: &[&str] = &["disk I/O error", "malformed"];

/// What either says when there is no room.
const FULL: &[&str] = &["database or disk is full", "No space left on device"];

/// What PostgreSQL says when two transactions waited for each other.
const CONTENDED: &[&str] =
    &["deadlock detected", "could not serialize access", "due to lock timeout"];

/// What either says when it cannot serve at present. A PostgreSQL that speaks another
/// language makes a fault of it, which costs an answer that invites another try.
const UNAVAILABLE: &[&str] = &[
    "database is locked",
    "busy",
    "canceling statement due to",
    "terminating connection",
    "shutting down",
    "starting up",
    "in recovery mode",
    "too many clients",
    "read-only transaction",
    "read-write mode during recovery",
];
