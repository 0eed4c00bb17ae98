//! Names of things.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::settings::Violation;

/// The most characters of a scheduler's id.
pub const SCHEDULER_ID_CHARS_MAX: usize = 128;

/// The most characters of a run's id.
pub const RUN_ID_CHARS_MAX: usize = 64;

/// Ids that would hide behind a path of the contract.
const SCHEDULER_IDS_TAKEN: [&str; 2] = ["register", "watch"];

/// A scheduler's id within its project: 1 to 128 characters of `A-Z a-z 0-9 . _ -`,
/// the first a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchedulerId(String);

impl SchedulerId {
    /// Takes `text` if it keeps the rule.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_short = text.len() <= SCHEDULER_ID_CHARS_MAX;
        if !starts_well || !is_short || !text.bytes().all(is_id_byte) {
            return Err(Violation::new(
                "scheduler_id",
                "BAD_ID",
                "must be 1 to 128 characters of A-Z, a-z, 0-9, \".\", \"_\", \"-\", the first a letter or digit",
            ));
        }
        if SCHEDULER_IDS_TAKEN.contains(&text) {
            return Err(Violation::new(
                "scheduler_id",
                "BAD_ID",
                "is taken by the API; choose another",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SchedulerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A run's id within its scheduler: 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Takes `text` if it keeps the rule.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if text.is_empty() || text.len() > RUN_ID_CHARS_MAX || !text.bytes().all(is_id_byte) {
            return Err(Violation::new(
                "run_id",
                "BAD_ID",
                "must be 1 to 64 characters of A-Z, a-z, 0-9, \".\", \"_\", \"-\"",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id of a run that its job did not name.
    pub(crate) fn fresh(uuid: Uuid) -> Self {
        Self(uuid.to_string())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An incident's id, unique in the whole installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub Uuid);

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheduler_id_is_plain_ascii_that_starts_with_a_letter_or_digit() {
        for good in ["a", "my-service-eod-process", "A.b_c-9", &"x".repeat(128)] {
            assert!(SchedulerId::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "../x",
            "a/b",
            "a b",
            "\u{1f514}",
            "\u{202e}x",
            "-a",
            ".",
            &"x".repeat(129),
            "watch",
        ] {
            assert!(SchedulerId::parse(bad).is_err(), "{bad}");
        }
    }
}
