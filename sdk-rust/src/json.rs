//! The JSON form of times and spans, as the REST side has them.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer};

/// RFC 3339 in UTC.
pub(crate) fn time_text(time: SystemTime) -> String {
    Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// Any RFC 3339 time.
pub(crate) fn read_time(text: &str) -> Option<SystemTime> {
    text.parse::<Timestamp>().ok().map(SystemTime::from)
}

/// Seconds with at most nine digits behind the point, and an `s`.
pub(crate) fn span_text(span: Duration) -> String {
    if span.subsec_nanos() == 0 {
        return format!("{}s", span.as_secs());
    }
    let fraction = format!("{:09}", span.subsec_nanos());
    format!("{}.{}s", span.as_secs(), fraction.trim_end_matches('0'))
}

fn read_span(text: &str) -> Option<Duration> {
    let seconds = text.strip_suffix('s').unwrap_or(text).parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SpanForm {
    Text(String),
    Seconds(f64),
}

impl SpanForm {
    fn read<E: serde::de::Error>(self) -> Result<Duration, E> {
        match self {
            Self::Text(text) => read_span(&text),
            Self::Seconds(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        }
        .ok_or_else(|| E::custom("not a duration such as \"300s\""))
    }
}

/// For `Option<SystemTime>`.
pub(crate) mod time {
    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Serializer, SystemTime, read_time, time_text};

    #[expect(clippy::ref_option, reason = "the form that serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<SystemTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_str(&time_text(*time)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SystemTime>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        read_time(&text).map(Some).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}

/// For `Duration`.
pub(crate) mod span {
    use super::{Deserialize, Deserializer, Duration, Serializer, SpanForm, span_text};

    pub(crate) fn serialize<S: Serializer>(
        span: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&span_text(*span))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        SpanForm::deserialize(deserializer)?.read()
    }
}

/// For `Option<Duration>`.
pub(crate) mod maybe_span {
    use super::{Deserialize, Deserializer, Duration, Serializer, SpanForm, span_text};

    #[expect(clippy::ref_option, reason = "the form that serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => serializer.serialize_str(&span_text(*span)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Option::<SpanForm>::deserialize(deserializer)?.map(SpanForm::read).transpose()
    }
}
