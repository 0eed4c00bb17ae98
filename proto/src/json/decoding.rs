//! What is known while a body is read: where the reader is, and what was wrong.

use std::{borrow::Cow, fmt::Write as _};

use tonic::{Code, Status};

use super::{Decoded, Json, Mode, read::Unreadable, repair::repair, tree};
use crate::{status::refusal, v1};

/// The reading of one body.
#[derive(Debug)]
pub struct Decoding {
    mode: Mode,
    /// Of the field being read, such as `items[3].status.metadata`.
    path: String,
    warnings: Vec<v1::Warning>,
    /// Warnings since the item began; see [`WARNINGS_MAX`].
    warned: usize,
    violations: Vec<Violation>,
    refused_items: Vec<RefusedItem>,
}

/// An item of a list that was refused while the others were read.
#[derive(Debug, Clone)]
pub struct RefusedItem {
    /// The path of the item, such as `items[3]`.
    pub path: String,
    /// The item's place in its list, from 0. What could be read of it stands there.
    pub index: usize,
    /// Why.
    pub status: Status,
}

/// Whether a field may be left out when it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Says which report this is: never left out.
    Identity,
    /// All else.
    Rest,
}

#[derive(Debug)]
struct Violation {
    field: String,
    reason: &'static str,
    rule: String,
}

/// Warnings of one body or item, so that a body of nothing but unknown fields
/// does not come back larger than it went in. Ignored times are always told.
const WARNINGS_MAX: usize = 32;

/// Violations told at once.
const VIOLATIONS_MAX: usize = 20;

/// A time could not be read and the time of arrival stands in for it.
pub(crate) const TIMESTAMP_IGNORED: &str = "TIMESTAMP_IGNORED";

/// The fields of an object as they stood in the body.
pub(crate) type Fields<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl Decoding {
    /// Begins a reading.
    pub fn new(mode: Mode) -> Self {
        let path = String::with_capacity(64);
        Self { mode, path, warnings: vec![], warned: 0, violations: vec![], refused_items: vec![] }
    }

    /// How faults are taken.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Parses a body, which must be an object or empty, and hands its fields to
    /// `read`. With evidence first, what is nearly JSON gets one repair.
    pub(crate) fn read_body<R>(
        &mut self,
        body: &[u8],
        read: impl FnOnce(Fields<'_>, &mut Self) -> R,
    ) -> Result<R, Status> {
        let text = self.text(body)?;
        if text.trim_ascii().is_empty() {
            return Ok(read(vec![], self));
        }
        let parsed = match tree::parse(&text, false) {
            Err(tree::Malformed::Syntax(_)) if self.mode == Mode::EvidenceFirst => None,
            parsed => Some(parsed),
        };
        if let Some(parsed) = parsed {
            return Ok(read(object(parsed)?, self));
        }
        let repaired = repair(&text);
        let fields = object(tree::parse(&repaired, true))?;
        Ok(read(fields, self))
    }

    fn text<'a>(&mut self, body: &'a [u8]) -> Result<Cow<'a, str>, Status> {
        const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        match (std::str::from_utf8(body), self.mode) {
            (Ok(text), _) => Ok(Cow::Borrowed(text)),
            (Err(_), Mode::Strict) => Err(malformed("the body is not UTF-8")),
            (Err(_), Mode::EvidenceFirst) => {
                self.warn("REPLACED_CHARACTERS", "bytes that are not UTF-8 were replaced");
                Ok(String::from_utf8_lossy(body))
            }
        }
    }

    /// Ends the reading: the message, unless something was refused.
    pub(crate) fn finish<T>(self, message: T) -> Result<Decoded<T>, Status> {
        if !self.violations.is_empty() {
            return Err(refuse(self.violations));
        }
        let Self { warnings, refused_items, .. } = self;
        Ok(Decoded { message, warnings, refused_items })
    }

    /// Reads a field into its place. Null leaves the place as it is.
    pub(crate) fn put<T>(
        &mut self,
        slot: &mut T,
        name: &str,
        part: Part,
        value: Json<'_>,
        read: impl FnOnce(Json<'_>, &mut Self) -> Result<T, Unreadable>,
    ) {
        if let Some(value) = self.field(name, part, value, read) {
            *slot = value;
        }
    }

    /// As [`Self::put`], for a field that may be absent.
    pub(crate) fn put_some<T>(
        &mut self,
        slot: &mut Option<T>,
        name: &str,
        part: Part,
        value: Json<'_>,
        read: impl FnOnce(Json<'_>, &mut Self) -> Result<T, Unreadable>,
    ) {
        if let Some(value) = self.field(name, part, value, read) {
            *slot = Some(value);
        }
    }

    /// As [`Self::put_some`], for a field of which only one of several may be
    /// given.
    pub(crate) fn put_one<T>(
        &mut self,
        slot: &mut Option<T>,
        name: &str,
        part: Part,
        value: Json<'_>,
        read: impl FnOnce(Json<'_>, &mut Self) -> Result<T, Unreadable>,
    ) {
        let is_taken = slot.is_some();
        self.put_some(slot, name, part, value, |value, at| {
            if is_taken {
                return Err(Unreadable::value("cannot stand beside another of its kind"));
            }
            read(value, at)
        });
    }

    fn field<T>(
        &mut self,
        name: &str,
        part: Part,
        value: Json<'_>,
        read: impl FnOnce(Json<'_>, &mut Self) -> Result<T, Unreadable>,
    ) -> Option<T> {
        if value == Json::Null {
            return None;
        }
        self.within(name, |at| match read(value, at) {
            Ok(value) => Some(value),
            Err(fault) => {
                at.fault(part, fault);
                None
            }
        })
    }

    /// Runs `read` with the path one name deeper.
    pub(crate) fn within<R>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> R) -> R {
        let end = self.path.len();
        if end > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let outcome = read(self);
        self.path.truncate(end);
        outcome
    }

    /// Runs `read` for an item of a list. With evidence first, what would be
    /// refused refuses this item only, and what could be read of it stays in place.
    pub(crate) fn item<T: Default>(
        &mut self,
        index: usize,
        read: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> T {
        let end = self.path.len();
        let before = self.violations.len();
        let _ = write!(self.path, "[{index}]");
        self.warned = 0;
        let item = read(self).unwrap_or_else(|fault| {
            self.violate(fault.reason, fault.rule);
            T::default()
        });
        if self.mode == Mode::EvidenceFirst && self.violations.len() > before {
            let status = refuse(self.violations.split_off(before));
            self.refused_items.push(RefusedItem { path: self.path.clone(), index, status });
        }
        self.path.truncate(end);
        item
    }

    /// A field that the message does not have.
    pub(crate) fn unknown(&mut self, name: &str) {
        let name = tree::shortened(name);
        self.within(name, |at| match at.mode {
            Mode::Strict => at.violate("UNKNOWN_FIELD", "is not known here".to_owned()),
            Mode::EvidenceFirst => at.warn("UNKNOWN_FIELD", "not known here and left out"),
        });
    }

    /// Text without NUL, which no store keeps.
    pub(crate) fn clean(&mut self, text: Cow<'_, str>) -> Result<String, Unreadable> {
        if !text.contains('\0') {
            return Ok(text.into_owned());
        }
        if self.mode == Mode::Strict {
            return Err(Unreadable::value("must not contain NUL"));
        }
        self.warn("REPLACED_CHARACTERS", "characters that are not text were replaced");
        Ok(text.replace('\0', "\u{fffd}"))
    }

    /// Says what was changed or left out at the field being read.
    pub(crate) fn warn(&mut self, reason: &str, message: impl Into<String>) {
        self.warned += 1;
        if self.warned > WARNINGS_MAX && reason != TIMESTAMP_IGNORED {
            return;
        }
        self.warnings.push(v1::Warning {
            reason: reason.to_owned(),
            field: self.path.clone(),
            message: message.into(),
        });
    }

    /// Refuses the field being read.
    pub(crate) fn violate(&mut self, reason: &'static str, rule: String) {
        self.violations.push(Violation { field: self.path.clone(), reason, rule });
    }

    fn fault(&mut self, part: Part, fault: Unreadable) {
        if self.mode == Mode::Strict || part == Part::Identity {
            self.violate(fault.reason, fault.rule);
        } else {
            self.warn(fault.warning, format!("left out: {}", fault.rule));
        }
    }
}

/// The refusal of a body that cannot be read at all.
fn malformed(message: impl Into<String>) -> Status {
    refusal(Code::InvalidArgument, "MALFORMED_JSON", message).into_status()
}

fn object(parsed: Result<Json<'_>, tree::Malformed>) -> Result<Fields<'_>, Status> {
    match parsed {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(Json::Null) => Ok(vec![]),
        Ok(_) => Err(malformed("the body must be a JSON object")),
        Err(tree::Malformed::Syntax(error)) => {
            Err(malformed(format!("the body is not JSON: {error}")))
        }
        Err(tree::Malformed::Duplicate(path)) => {
            let message = format!("{path}: stands twice");
            Err(refusal(Code::InvalidArgument, "DUPLICATE_FIELD", message)
                .field(path, "stands twice")
                .into_status())
        }
    }
}

/// One refusal of all violations. The first gives it its reason.
fn refuse(violations: Vec<Violation>) -> Status {
    let mut message = String::new();
    let mut reason = "BAD_VALUE";
    if let Some(first) = violations.first() {
        reason = first.reason;
        message = format!("{}: {}", first.field, first.rule);
    }
    if violations.len() > 1 {
        let _ = write!(message, " (and {} more)", violations.len() - 1);
    }
    violations
        .into_iter()
        .take(VIOLATIONS_MAX)
        .fold(refusal(Code::InvalidArgument, reason, message), |refusal, violation| {
            refusal.violation(violation.field, violation.reason, violation.rule)
        })
        .into_status()
}
