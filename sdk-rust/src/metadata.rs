//! Anything at all, as JSON of bounded size. Held to `proto/vectors/metadata.json`.

use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::json;

const DEPTH_MAX: usize = 8;
const KEYS_MAX: usize = 64;
const BYTES_MAX: usize = 32 * 1024;
const INTEGER_MAX: u64 = 9_007_199_254_740_991;
const MASK: &str = "***";
const TOO_DEEP: &str = "...";
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
    "credential",
    "private_key",
    "privatekey",
];

/// A value as JSON. What cannot be written becomes the text of the trouble.
pub(crate) fn value(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| Value::String(error.to_string()))
}

/// What is sent of the metadata of a run.
pub(crate) fn bounded(metadata: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    let mut bytes = 2;
    for (key, value) in metadata.iter().take(KEYS_MAX) {
        let value = entry(key, value, 1);
        bytes += length(&Value::String(key.clone())) + length(&value) + 2;
        if bytes > BYTES_MAX {
            break;
        }
        kept.insert(key.clone(), value);
    }
    kept
}

fn length(value: &Value) -> usize {
    serde_json::to_string(value).map_or(BYTES_MAX, |text| text.len())
}

fn entry(key: &str, value: &Value, depth: usize) -> Value {
    let key = key.to_ascii_lowercase();
    if SECRETS.iter().any(|secret| key.contains(secret)) {
        return Value::String(MASK.to_owned());
    }
    normal(value, depth)
}

/// A value at this level; the entries of the outermost object are at the first.
fn normal(value: &Value, depth: usize) -> Value {
    match value {
        Value::Number(number) => {
            let magnitude =
                number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64()).unwrap_or(0);
            if magnitude > INTEGER_MAX { number.to_string().into() } else { value.clone() }
        }
        Value::Array(_) | Value::Object(_) if depth >= DEPTH_MAX => TOO_DEEP.into(),
        Value::Array(items) => items.iter().map(|item| normal(item, depth + 1)).collect(),
        Value::Object(object) => match time(object) {
            Some(time) => json::time_text(time).into(),
            None => Value::Object(
                object
                    .iter()
                    .map(|(key, value)| (key.clone(), entry(key, value, depth + 1)))
                    .collect(),
            ),
        },
        _ => value.clone(),
    }
}

const NANOS: u64 = 1_000_000_000;

/// A `SystemTime`, by the form that serde gives it.
fn time(object: &Map<String, Value>) -> Option<SystemTime> {
    if object.len() != 2 {
        return None;
    }
    let seconds = object.get("secs_since_epoch")?.as_u64()?;
    let nanos = object.get("nanos_since_epoch")?.as_u64().filter(|nanos| *nanos < NANOS)?;
    let nanos = u32::try_from(nanos).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{is_ours, read};

    /// The values that the vectors write with a `$`.
    fn alive(written: &Value) -> Value {
        match written {
            Value::Object(object) => {
                if let Some(digits) = object.get("$bigint").and_then(Value::as_str) {
                    return digits.parse::<i64>().map(value).unwrap();
                }
                if let Some(text) = object.get("$date").and_then(Value::as_str) {
                    return value(json::read_time(text).unwrap());
                }
                if let Some(repeat) = object.get("$repeat") {
                    let times = usize::try_from(repeat[1].as_u64().unwrap()).unwrap();
                    return repeat[0].as_str().unwrap().repeat(times).into();
                }
                object.iter().map(|(key, value)| (key.clone(), alive(value))).collect()
            }
            Value::Array(items) => items.iter().map(alive).collect(),
            other => other.clone(),
        }
    }

    #[test]
    fn what_only_looks_like_a_time_is_left_as_it_is() {
        let alike = serde_json::json!({"secs_since_epoch": u64::MAX, "nanos_since_epoch": NANOS});
        assert_eq!(time(alike.as_object().unwrap()), None);
    }

    #[test]
    fn anything_becomes_json_of_bounded_size() {
        let vectors = read("metadata.json");
        assert_eq!(vectors["bytes_max"], BYTES_MAX);
        assert_eq!(vectors["depth_max"], DEPTH_MAX);
        assert_eq!(vectors["keys_max"], KEYS_MAX);
        assert_eq!(vectors["integer_max"], INTEGER_MAX);
        assert_eq!((&vectors["mask"], &vectors["too_deep"]), (&MASK.into(), &TOO_DEEP.into()));
        assert_eq!(vectors["secrets"], value(SECRETS));
        for case in vectors["cases"].as_array().unwrap().iter().filter(|case| is_ours(case)) {
            let Value::Object(metadata) = alive(&case["in"]) else { panic!("an object") };
            assert_eq!(Value::Object(bounded(&metadata)), alive(&case["out"]), "{}", case["name"]);
        }
    }
}
