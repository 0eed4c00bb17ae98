//! Wrappers that give the well-known types their JSON form.

use prost_types::{Duration, FieldMask, Struct, Timestamp, Value, value::Kind};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Words, duration_to_text, time::printable};

/// The word of an enum field. None for the zero value and for numbers that
/// this version does not know.
pub(crate) fn word<T: Words>(number: i32) -> Option<&'static str> {
    T::try_from(number).ok().and_then(Words::word)
}

/// The words of a list; a value without one is left out.
pub(crate) fn words<T: Words>(numbers: &[i32]) -> Vec<&'static str> {
    numbers.iter().filter_map(|number| word::<T>(*number)).collect()
}

/// A time as RFC 3339.
pub(crate) struct Time<'m>(pub(crate) &'m Timestamp);

impl Serialize for Time<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match printable(self.0) {
            Some(time) => serializer.collect_str(&format_args!("{time:.3}")),
            None => serializer.serialize_none(),
        }
    }
}

/// A duration in seconds.
pub(crate) struct Span<'m>(pub(crate) &'m Duration);

impl Serialize for Span<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&duration_to_text(self.0))
    }
}

/// Paths, joined by commas.
pub(crate) struct Mask<'m>(pub(crate) &'m FieldMask);

impl Serialize for Mask<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.paths.join(","))
    }
}

/// Free-form JSON.
pub(crate) struct Object<'m>(pub(crate) &'m Struct);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.fields.len()))?;
        for (key, value) in &self.0.fields {
            map.serialize_entry(key, &Any(value))?;
        }
        map.end()
    }
}

struct Any<'m>(&'m Value);

impl Serialize for Any<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            None | Some(Kind::NullValue(_)) => serializer.serialize_none(),
            Some(Kind::BoolValue(value)) => serializer.serialize_bool(*value),
            Some(Kind::StringValue(text)) => serializer.serialize_str(text),
            Some(Kind::NumberValue(number)) => match whole(*number) {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(*number),
            },
            Some(Kind::StructValue(object)) => Object(object).serialize(serializer),
            Some(Kind::ListValue(list)) => serializer.collect_seq(list.values.iter().map(Any)),
        }
    }
}

/// The number without its `.0`, as far as doubles count exactly.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and exact")]
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}
