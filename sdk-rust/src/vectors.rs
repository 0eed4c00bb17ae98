//! The data that all SDKs share, for tests.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

pub(crate) fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto/vectors").join(name);
    let text = std::fs::read_to_string(&path).expect("the shared vectors are in the repository");
    serde_json::from_str(&text).expect("the shared vectors are JSON")
}

pub(crate) fn seconds(value: &Value) -> Duration {
    Duration::from_secs_f64(value.as_f64().expect("a number of seconds"))
}

pub(crate) fn maybe_seconds(value: &Value) -> Option<Duration> {
    value.as_f64().map(Duration::from_secs_f64)
}

/// Whether a case is for Rust.
pub(crate) fn is_ours(case: &Value) -> bool {
    case["languages"].as_array().is_none_or(|languages| languages.iter().any(|it| it == "rust"))
}
