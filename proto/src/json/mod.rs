//! The JSON form of the messages.
//!
//! One form, used by REST, the command line and the spools: names as in the
//! `.proto` files, enum values as short words, times as RFC 3339 in UTC with
//! milliseconds, durations as `"300s"`, 64-bit integers as numbers, an absent
//! value as `null`.
//!
//! Reading depends on the [`Mode`]. A report must not be lost because one
//! field of it is odd, so with evidence first a fault is turned into a warning
//! wherever the report's identity is not concerned; everything else is read
//! strictly, and all its faults are told at once.

mod decoding;
#[expect(clippy::pedantic, reason = "generated, and some functions are long")]
mod generated;
#[expect(
    clippy::needless_pass_by_value,
    reason = "readers have one form, since calls to them are generated"
)]
mod read;
mod repair;
mod time;
mod tree;
mod words;
mod write;

use serde::Serialize;
use tonic::Status;

use crate::v1;

pub(crate) use decoding::Fields;
pub use decoding::{Decoding, RefusedItem};
pub use read::FromJson;
pub use time::{duration_from_text, duration_to_text, timestamp_from_text, timestamp_to_text};
pub use tree::Json;
pub use words::Words;

/// How to take a fault in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What cannot be read is left out with a warning, unless it belongs to
    /// the report's identity.
    EvidenceFirst,
    /// What cannot be read, or is not known, is refused.
    Strict,
}

/// A message that was read, and what was left out of it.
#[derive(Debug, Clone)]
pub struct Decoded<T> {
    /// The message.
    pub message: T,
    /// What was changed or left out. Empty in strict mode.
    pub warnings: Vec<v1::Warning>,
    /// Items of lists that were refused on their own; what could be read of them
    /// stands in the message. Empty in strict mode.
    pub refused_items: Vec<RefusedItem>,
}

/// Reads a message from a body. An empty body is an empty object.
///
/// Refuses with `INVALID_ARGUMENT`, and the reason `MALFORMED_JSON`,
/// `DUPLICATE_FIELD`, `UNKNOWN_FIELD`, `BAD_TYPE` or `BAD_VALUE`.
pub fn from_slice<T: FromJson>(body: &[u8], mode: Mode) -> Result<Decoded<T>, Status> {
    let mut decoding = Decoding::new(mode);
    let mut message = T::default();
    decoding.read_body(body, |fields, at| read::fields(&mut message, fields, at))?;
    decoding.finish(message)
}

/// Writes a message. Never fails: every message has a JSON form.
pub fn to_vec<T: Serialize>(message: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let written = serde_json::to_writer(&mut out, message);
    debug_assert!(written.is_ok(), "a message has text keys only and is written to memory");
    out
}

/// Writes a message on one line of text.
pub fn to_string<T: Serialize>(message: &T) -> String {
    String::from_utf8(to_vec(message)).unwrap_or_default()
}
