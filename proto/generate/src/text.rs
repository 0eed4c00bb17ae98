//! Comments of the contract, taken apart for readers.

use crate::contract::{Field, FieldKind, Shape};

/// A call's comment in its parts.
pub(crate) struct Comment {
    /// The first sentence.
    pub(crate) summary: String,
    /// The paragraphs before the errors, the summary's among them.
    pub(crate) paragraphs: Vec<String>,
    /// What stands after "Errors:" on its own line, such as `as CreateChannel,
    /// and`. Empty when nothing does.
    pub(crate) errors_note: String,
    pub(crate) errors: Vec<ErrorNote>,
}

/// One line of a call's errors.
pub(crate) struct ErrorNote {
    /// Such as `INVALID_ARGUMENT`.
    pub(crate) code: String,
    /// The reasons in brackets, such as `BAD_TARGET, BLOCKED_TARGET`.
    pub(crate) reasons: String,
    pub(crate) text: String,
}

impl Comment {
    pub(crate) fn parse(comment: &str) -> Self {
        let (prose, errors) = match comment.split_once("Errors:") {
            Some((prose, errors)) => (prose, errors),
            None => (comment, ""),
        };
        let paragraphs: Vec<String> = prose
            .split("\n\n")
            .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|paragraph| !paragraph.is_empty())
            .collect();
        let mut parts =
            errors.split("\n- ").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
        Self {
            summary: paragraphs.first().map(|first| first_sentence(first)).unwrap_or_default(),
            errors_note: parts.next().unwrap_or_default(),
            errors: parts.map(|part| ErrorNote::parse(&part)).collect(),
            paragraphs,
        }
    }
}

impl ErrorNote {
    fn parse(line: &str) -> Self {
        let (head, text) = line.split_once(": ").unwrap_or((line, ""));
        let (code, reasons) = head.split_once(" (").unwrap_or((head, ""));
        Self {
            code: code.to_owned(),
            reasons: reasons.trim_end_matches(')').to_owned(),
            text: text.to_owned(),
        }
    }

    /// The HTTP code of the error.
    pub(crate) fn http_code(&self) -> u16 {
        match self.code.as_str() {
            "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
            "UNAUTHENTICATED" => 401,
            "PERMISSION_DENIED" => 403,
            "NOT_FOUND" => 404,
            "ALREADY_EXISTS" | "ABORTED" => 409,
            "RESOURCE_EXHAUSTED" => 429,
            "UNIMPLEMENTED" => 501,
            "UNAVAILABLE" => 503,
            "DEADLINE_EXCEEDED" => 504,
            _ => 500,
        }
    }
}

/// A comment on one line.
pub(crate) fn one_line(comment: &str) -> String {
    comment.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn first_sentence(text: &str) -> String {
    text.find(". ").map_or(text, |end| &text[..=end]).to_owned()
}

/// The type of a field in JSON, for a person.
pub(crate) fn kind(field: &Field) -> String {
    let kind = match &field.kind {
        FieldKind::String => "text",
        FieldKind::Bool => "true or false",
        FieldKind::Integer(_) => "whole number",
        FieldKind::Enum(name) | FieldKind::Message(name) => name,
        FieldKind::Timestamp => "RFC 3339 time",
        FieldKind::Duration => "duration, such as \"300s\"",
        FieldKind::Struct => "any JSON object",
        FieldKind::FieldMask => "field names joined by commas",
    };
    match field.shape {
        Shape::Repeated => format!("list of {kind}"),
        Shape::Map => "object of texts".to_owned(),
        Shape::OneOf(_) => format!("{kind}; one of its group"),
        Shape::Plain | Shape::Optional => kind.to_owned(),
    }
}
