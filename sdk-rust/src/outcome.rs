//! How a job ended, as it is reported. Held to `proto/vectors/outcome.json`.

use std::any::Any;

use crate::api::RunStatus;

/// How much of a message is sent.
const MESSAGE_BYTES_MAX: usize = 4096;
/// How much of a command's output is sent with it.
const OUTPUT_BYTES_MAX: usize = 8192;

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: RunStatus,
    pub(crate) message: Option<String>,
    /// Stands in the metadata as `error_type`.
    pub(crate) kind: Option<&'static str>,
}

impl Outcome {
    pub(crate) fn completed() -> Self {
        Self { status: RunStatus::Completed, message: None, kind: None }
    }

    pub(crate) fn cancelled() -> Self {
        Self { status: RunStatus::Cancelled, message: None, kind: None }
    }

    pub(crate) fn failed(message: &str) -> Self {
        let message = Some(head(message, MESSAGE_BYTES_MAX).to_owned());
        Self { status: RunStatus::Failed, message, kind: None }
    }

    /// With the last of what a command said.
    pub(crate) fn failed_saying(message: &str, output: &str) -> Self {
        let mut outcome = Self::failed(message);
        let output = tail(output.trim_end(), OUTPUT_BYTES_MAX);
        if let Some(message) = outcome.message.as_mut().filter(|_| !output.is_empty()) {
            message.push('\n');
            message.push_str(output);
        }
        outcome
    }

    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("panicked");
        Self { kind: Some("panic"), ..Self::failed(message) }
    }

    pub(crate) fn abandoned() -> Self {
        let message = if std::thread::panicking() {
            "abandoned: dropped by a panic"
        } else {
            "abandoned: dropped without complete() or fail()"
        };
        Self { kind: Some("Abandoned"), ..Self::failed(message) }
    }
}

fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn tail(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::vectors::{is_ours, read};

    fn outcome(end: &Value) -> Outcome {
        let text = |name: &str| end[name].as_str().map(str::to_owned);
        if let Some(message) = text("raise") {
            Outcome::failed(&message)
        } else if let Some(message) = text("panic") {
            Outcome::panicked(&message)
        } else if end["asked_to_stop"] == true {
            Outcome::cancelled()
        } else if end["abandoned"] == true {
            Outcome::abandoned()
        } else {
            assert!(end.get("return").is_some(), "{end}");
            Outcome::completed()
        }
    }

    #[test]
    fn every_end_is_reported_as_agreed() {
        let vectors = read("outcome.json");
        assert_eq!(vectors["message_bytes_max"], MESSAGE_BYTES_MAX);
        assert_eq!(vectors["stack_bytes_max"], OUTPUT_BYTES_MAX);
        for case in vectors["cases"].as_array().unwrap().iter().filter(|case| is_ours(case)) {
            let outcome = outcome(&case["end"]);
            assert_eq!(serde_json::to_value(outcome.status).unwrap(), case["status"], "{case}");
            let message = outcome.message.unwrap_or_default();
            let starts = case["error_message_starts"].as_str();
            let expected = case["error_message"].as_str().or(starts).unwrap_or_default();
            let is_right =
                if starts.is_some() { message.starts_with(expected) } else { message == expected };
            assert!(is_right, "{case}");
            assert_eq!(outcome.kind, case["error_type"].as_str(), "{case}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let long = "é".repeat(5000);
        let outcome = Outcome::failed_saying(&format!("x{long}"), &format!("{long}x"));
        let message = outcome.message.unwrap();
        let (head, tail) = message.split_once('\n').unwrap();
        assert_eq!((head.len(), tail.len()), (4095, 8191));
    }
}
