//! Values of this crate as prost has them, and back.

use std::time::{Duration, SystemTime};

use prost_types::value::Kind;
use prost_types::{FieldMask, ListValue, Struct};
use serde_json::{Map, Number, Value};

/// A word of the contract.
pub(crate) trait Word: Sized {
    fn to_number(self) -> i32;
    /// None: it was not said.
    fn from_number(number: i32) -> Option<Self>;
}

pub(crate) fn number<W: Word>(word: W) -> i32 {
    word.to_number()
}

pub(crate) fn word<W: Word>(number: i32) -> Option<W> {
    W::from_number(number)
}

pub(crate) fn time_out(time: SystemTime) -> prost_types::Timestamp {
    time.into()
}

pub(crate) fn time_in(time: prost_types::Timestamp) -> SystemTime {
    SystemTime::try_from(time).unwrap_or(SystemTime::UNIX_EPOCH)
}

pub(crate) fn span_out(span: Duration) -> prost_types::Duration {
    prost_types::Duration::try_from(span).unwrap_or_default()
}

pub(crate) fn span_in(span: prost_types::Duration) -> Duration {
    Duration::try_from(span).unwrap_or_default()
}

#[expect(clippy::unnecessary_wraps, reason = "the form that generated code calls")]
pub(crate) fn mask_out(paths: Vec<String>) -> Option<FieldMask> {
    Some(FieldMask { paths })
}

pub(crate) fn mask_in(mask: Option<FieldMask>) -> Vec<String> {
    mask.unwrap_or_default().paths
}

pub(crate) fn object_out(object: Map<String, Value>) -> Struct {
    Struct { fields: object.into_iter().map(|(key, value)| (key, value_out(value))).collect() }
}

pub(crate) fn object_in(object: Struct) -> Map<String, Value> {
    object.fields.into_iter().map(|(key, value)| (key, value_in(value))).collect()
}

fn value_out(value: Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        Value::Number(value) => Kind::NumberValue(value.as_f64().unwrap_or_default()),
        Value::String(value) => Kind::StringValue(value),
        Value::Array(values) => {
            Kind::ListValue(ListValue { values: values.into_iter().map(value_out).collect() })
        }
        Value::Object(object) => Kind::StructValue(object_out(object)),
    };
    prost_types::Value { kind: Some(kind) }
}

fn value_in(value: prost_types::Value) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => Value::Bool(value),
        Some(Kind::NumberValue(value)) => number_in(value),
        Some(Kind::StringValue(value)) => Value::String(value),
        Some(Kind::ListValue(list)) => list.values.into_iter().map(value_in).collect(),
        Some(Kind::StructValue(object)) => Value::Object(object_in(object)),
    }
}

/// Whole numbers stay whole: a Struct has floats only.
fn number_in(value: f64) -> Value {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < WHOLE_MAX {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
