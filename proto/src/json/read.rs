//! One reader for each kind of field.

use std::{borrow::Cow, collections::BTreeMap, fmt::Display};

use prost_types::{Duration, FieldMask, ListValue, Struct, Timestamp, Value, value::Kind};

use super::{
    Decoding, Json, Mode, Words, decoding::TIMESTAMP_IGNORED, duration_from_text, time,
    timestamp_from_text, words,
};

/// A message that can be read from JSON.
pub trait FromJson: Default {
    /// Reads one field by its name, and returns whether there is such a field.
    /// What is wrong with the value is kept in the decoding.
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool;
}

/// Why a field cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) reason: &'static str,
    /// The reason of the warning, where the field is left out instead.
    pub(crate) warning: &'static str,
    /// What a value must be, such as "must be text".
    pub(crate) rule: String,
}

impl Unreadable {
    pub(crate) fn value(rule: impl Into<String>) -> Self {
        Self { reason: "BAD_VALUE", warning: "FIELD_DROPPED", rule: rule.into() }
    }

    fn kind(expected: &str, value: &Json<'_>) -> Self {
        let rule = format!("must be {expected}, not {}", value.describe());
        let reason = if matches!(value, Json::Broken(_)) { "BAD_VALUE" } else { "BAD_TYPE" };
        Self { reason, ..Self::value(rule) }
    }
}

type Read<T> = Result<T, Unreadable>;

/// Reads all fields of an object into a message.
pub(crate) fn fields<T: FromJson>(
    message: &mut T,
    fields: Vec<(Cow<'_, str>, Json<'_>)>,
    at: &mut Decoding,
) {
    for (name, value) in fields {
        if !message.set(&name, value, at) {
            at.unknown(&name);
        }
    }
}

pub(crate) fn message<T: FromJson>(value: Json<'_>, at: &mut Decoding) -> Read<T> {
    let Json::Object(object) = value else {
        return Err(Unreadable::kind("an object", &value));
    };
    let mut message = T::default();
    fields(&mut message, object, at);
    Ok(message)
}

pub(crate) fn list<T: Default>(
    value: Json<'_>,
    at: &mut Decoding,
    read: impl Fn(Json<'_>, &mut Decoding) -> Read<T>,
) -> Read<Vec<T>> {
    let Json::Array(items) = value else {
        return Err(Unreadable::kind("a list", &value));
    };
    let items = items.into_iter().enumerate();
    Ok(items.map(|(index, item)| at.item(index, |at| read(item, at))).collect())
}

pub(crate) fn string(value: Json<'_>, at: &mut Decoding) -> Read<String> {
    match value {
        Json::String(text) | Json::Bare(text) => at.clean(text),
        other => Err(Unreadable::kind("text", &other)),
    }
}

pub(crate) fn boolean(value: Json<'_>, _: &mut Decoding) -> Read<bool> {
    match &value {
        Json::Bool(value) => Ok(*value),
        Json::Bare(text) if text == "true" => Ok(true),
        Json::Bare(text) if text == "false" => Ok(false),
        other => Err(Unreadable::kind("true or false", other)),
    }
}

/// A whole number that fits. `5.0` is whole.
pub(crate) fn integer<T>(value: Json<'_>, _: &mut Decoding) -> Read<T>
where
    T: TryFrom<i128> + Bounded,
{
    let number = match &value {
        Json::Integer(number) => Some(*number),
        Json::Float(number) => whole(*number),
        Json::Bare(text) => text.parse().ok(),
        other => return Err(Unreadable::kind("a whole number", other)),
    };
    number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
        let (least, most) = (T::LEAST, T::MOST);
        let found = value.describe();
        Unreadable::value(format!("must be a whole number from {least} to {most}, not {found}"))
    })
}

/// The bounds of an integer, for a message.
pub(crate) trait Bounded {
    type Bound: Display;
    const LEAST: Self::Bound;
    const MOST: Self::Bound;
}

macro_rules! bounded {
    ($($integer:ty),*) => {$(
        impl Bounded for $integer {
            type Bound = $integer;
            const LEAST: $integer = <$integer>::MIN;
            const MOST: $integer = <$integer>::MAX;
        }
    )*};
}

bounded!(i32, i64, u32, u64);

fn whole(number: f64) -> Option<i128> {
    const BEYOND: f64 = 18_446_744_073_709_551_616.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
    (number.fract() == 0.0 && number.abs() < BEYOND).then_some(number as i128)
}

pub(crate) fn word<T: Words>(value: Json<'_>, _: &mut Decoding) -> Read<i32> {
    match &value {
        Json::String(text) | Json::Bare(text) => {
            T::from_word(text).map(Into::into).ok_or_else(|| {
                let found = value.describe();
                let words = words::listed::<T>();
                Unreadable::value(format!("must be one of {words}, not {found}"))
            })
        }
        other => Err(Unreadable::kind(&format!("one of {}", words::listed::<T>()), other)),
    }
}

pub(crate) fn timestamp(value: Json<'_>, _: &mut Decoding) -> Read<Timestamp> {
    const EXPECTED: &str = "an RFC 3339 time with its offset, such as \"2026-01-15T01:00:00Z\"";
    let (Json::String(text) | Json::Bare(text)) = &value else {
        let warning = TIMESTAMP_IGNORED;
        return Err(Unreadable { warning, ..Unreadable::kind(EXPECTED, &value) });
    };
    timestamp_from_text(text).ok_or_else(|| {
        let rule = format!("must be {EXPECTED}, not {}", value.describe());
        Unreadable { warning: TIMESTAMP_IGNORED, ..Unreadable::value(rule) }
    })
}

pub(crate) fn duration(value: Json<'_>, _: &mut Decoding) -> Read<Duration> {
    const EXPECTED: &str = "a duration such as \"300s\", \"5m\" or a number of seconds";
    let duration = match &value {
        Json::String(text) | Json::Bare(text) => duration_from_text(text),
        Json::Integer(seconds) => time::duration_from_nanos(seconds.saturating_mul(1_000_000_000)),
        Json::Float(seconds) => duration_from_text(&format!("{seconds}")),
        other => return Err(Unreadable::kind(EXPECTED, other)),
    };
    duration
        .ok_or_else(|| Unreadable::value(format!("must be {EXPECTED}, not {}", value.describe())))
}

pub(crate) fn field_mask(value: Json<'_>, at: &mut Decoding) -> Read<FieldMask> {
    let text = string(value, at)?;
    let paths = text.split(',').map(str::trim).filter(|path| !path.is_empty());
    Ok(FieldMask { paths: paths.map(str::to_owned).collect() })
}

pub(crate) fn text_map(value: Json<'_>, at: &mut Decoding) -> Read<BTreeMap<String, String>> {
    let Json::Object(entries) = value else {
        return Err(Unreadable::kind("an object", &value));
    };
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        let mut slot = None;
        let part = super::decoding::Part::Rest;
        at.put_some(&mut slot, &key, part, value, |value, at| {
            Ok((at.clean(Cow::Borrowed(&key))?, string(value, at)?))
        });
        map.extend(slot);
    }
    Ok(map)
}

/// Any object. A number that is none becomes null, with a warning.
pub(crate) fn structure(value: Json<'_>, at: &mut Decoding) -> Read<Struct> {
    let Json::Object(entries) = value else {
        return Err(Unreadable::kind("an object", &value));
    };
    let mut fields = BTreeMap::new();
    for (key, value) in entries {
        let (key, value) = at.within(super::tree::shortened(&key), |at| {
            Ok((at.clean(Cow::Borrowed(&key))?, any(value, at)?))
        })?;
        fields.insert(key, value);
    }
    Ok(Struct { fields })
}

fn any(value: Json<'_>, at: &mut Decoding) -> Read<Value> {
    let kind = match value {
        Json::Null => Kind::NullValue(0),
        Json::Bool(value) => Kind::BoolValue(value),
        Json::Integer(number) => Kind::NumberValue(double(number)),
        Json::Float(number) => Kind::NumberValue(number),
        Json::String(text) | Json::Bare(text) => Kind::StringValue(at.clean(text)?),
        Json::Array(items) => {
            let values = items.into_iter().map(|item| any(item, at)).collect::<Read<_>>()?;
            Kind::ListValue(ListValue { values })
        }
        object @ Json::Object(_) => Kind::StructValue(structure(object, at)?),
        Json::Broken(text) if at.mode() == Mode::EvidenceFirst => {
            at.warn("FIELD_DROPPED", format!("{text} is no number of JSON and became null"));
            Kind::NullValue(0)
        }
        broken @ Json::Broken(_) => return Err(Unreadable::kind("a number", &broken)),
    };
    Ok(Value { kind: Some(kind) })
}

/// As `google.protobuf.Value` keeps all numbers.
#[expect(clippy::cast_precision_loss, reason = "protobuf's own choice for free-form JSON")]
fn double(number: i128) -> f64 {
    number as f64
}
