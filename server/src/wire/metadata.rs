//! Metadata of reports, as protobuf and as JSON.

use nightbell_domain::evidence::cut_metadata;
use nightbell_domain::settings::Warning;
use prost_types::value::Kind;
use serde_json::{Map, Number, Value};

use super::text::mended;

/// Beyond it not every integer is a number of protobuf's.
const INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// Metadata as it is kept: within its bounds, without NUL, whole numbers as integers
/// and null for what is no number. `None` if it says nothing.
pub fn kept(
    metadata: prost_types::Struct,
    warnings: &mut Vec<Warning>,
) -> Option<Map<String, Value>> {
    let mut faults = Faults::default();
    let map = object(metadata, &mut faults);
    if faults.is_not_text {
        // One warning, however many there are.
        mended("metadata", "\0".to_owned(), warnings);
    }
    if faults.is_not_finite {
        warnings.push(Warning::new(
            "FIELD_DROPPED",
            "metadata",
            "numbers that are not finite became null",
        ));
    }
    if map.is_empty() {
        return None;
    }
    Some(cut_metadata(map, warnings))
}

/// Metadata as the caller reads it.
pub fn shown(metadata: Map<String, Value>) -> prost_types::Struct {
    let fields = metadata.into_iter().map(|(key, value)| (key, proto_value(value))).collect();
    prost_types::Struct { fields }
}

#[derive(Default)]
struct Faults {
    is_not_text: bool,
    is_not_finite: bool,
}

impl Faults {
    fn text(&mut self, text: String) -> String {
        if text.contains('\0') {
            self.is_not_text = true;
            return text.replace('\0', "\u{fffd}");
        }
        text
    }
}

// protobuf's decoder allows 100 levels and the JSON reader 128, so this cannot
// run out of stack.
fn object(metadata: prost_types::Struct, faults: &mut Faults) -> Map<String, Value> {
    metadata
        .fields
        .into_iter()
        .map(|(key, value)| (faults.text(key), json_value(value, faults)))
        .collect()
}

fn json_value(value: prost_types::Value, faults: &mut Faults) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => Value::Bool(value),
        Some(Kind::StringValue(text)) => Value::String(faults.text(text)),
        Some(Kind::NumberValue(number)) => number_value(number, faults),
        Some(Kind::StructValue(fields)) => Value::Object(object(fields, faults)),
        Some(Kind::ListValue(list)) => {
            list.values.into_iter().map(|item| json_value(item, faults)).collect()
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
fn number_value(number: f64, faults: &mut Faults) -> Value {
    if number.fract() == 0.0 && number.abs() <= INTEGER_MAX {
        return Value::from(number as i64);
    }
    let Some(number) = Number::from_f64(number) else {
        faults.is_not_finite = true;
        return Value::Null;
    };
    Value::Number(number)
}

fn proto_value(value: Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(items) => Kind::ListValue(prost_types::ListValue {
            values: items.into_iter().map(proto_value).collect(),
        }),
        Value::Object(map) => Kind::StructValue(shown(map)),
    };
    prost_types::Value { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use nightbell_domain::evidence::{METADATA_BYTES_MAX, METADATA_KEYS_MAX};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_value() -> impl Strategy<Value = prost_types::Value> {
        let leaf = prop_oneof![
            Just(None),
            any::<i32>().prop_map(|null| Some(Kind::NullValue(null))),
            any::<f64>().prop_map(|number| Some(Kind::NumberValue(number))),
            any::<bool>().prop_map(|value| Some(Kind::BoolValue(value))),
            any::<String>().prop_map(|text| Some(Kind::StringValue(text))),
        ]
        .prop_map(|kind| prost_types::Value { kind });
        leaf.prop_recursive(10, 64, 8, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..8)
                .prop_map(|values| Kind::ListValue(prost_types::ListValue { values }));
            let object = prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|fields| Kind::StructValue(prost_types::Struct { fields }));
            prop_oneof![list, object].prop_map(|kind| prost_types::Value { kind: Some(kind) })
        })
    }

    fn of(key: &str, kind: Kind) -> prost_types::Struct {
        let value = prost_types::Value { kind: Some(kind) };
        prost_types::Struct { fields: [(key.to_owned(), value)].into() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever is sent, what is kept is within its bounds and without NUL, and
        /// reading it back from what is shown changes nothing.
        #[test]
        fn anything_can_be_kept(fields in prop::collection::btree_map(any::<String>(), any_value(), 0..70)) {
            let Some(kept) = kept(prost_types::Struct { fields }, &mut Vec::new()) else {
                return Ok(());
            };
            let text = serde_json::to_string(&kept).unwrap();
            prop_assert!(text.len() <= METADATA_BYTES_MAX && kept.len() <= METADATA_KEYS_MAX);
            prop_assert!(!text.contains("\\u0000"));

            let mut warnings = Vec::new();
            let again = super::kept(shown(kept.clone()), &mut warnings).unwrap_or_default();
            prop_assert_eq!(again, kept);
            prop_assert!(warnings.is_empty());
        }
    }

    #[test]
    fn whole_numbers_become_integers() {
        for (number, expected) in [
            (1_000.0, json!(1000)),
            (-3.0, json!(-3)),
            (1.5, json!(1.5)),
            (INTEGER_MAX, json!(9_007_199_254_740_992_i64)),
            (1e300, json!(1e300)),
        ] {
            let mut warnings = Vec::new();
            let kept = kept(of("n", Kind::NumberValue(number)), &mut warnings).unwrap();
            assert_eq!(kept["n"], expected);
            assert!(warnings.is_empty());
        }
    }

    #[test]
    fn what_is_no_number_becomes_null_and_nul_is_replaced() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut warnings = Vec::new();
            let kept = kept(of("n", Kind::NumberValue(number)), &mut warnings).unwrap();
            assert_eq!(kept["n"], Value::Null);
            assert_eq!(warnings[0].reason, "FIELD_DROPPED");
        }
        let mut warnings = Vec::new();
        let kept = kept(of("a\0", Kind::StringValue("b\0".to_owned())), &mut warnings).unwrap();
        assert_eq!(kept["a\u{fffd}"], json!("b\u{fffd}"));
        assert_eq!((warnings.len(), warnings[0].reason), (1, "REPLACED_CHARACTERS"));
    }

    #[test]
    fn empty_metadata_says_nothing() {
        assert_eq!(kept(prost_types::Struct::default(), &mut Vec::new()), None);
    }
}
