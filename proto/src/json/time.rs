//! Times and durations as text.

use jiff::{civil, tz::Offset};
use prost_types::{Duration, Timestamp};

const NANOS: i128 = 1_000_000_000;

/// Reads an RFC 3339 time.
///
/// Any offset and any fraction will do, and so will a space or a small letter
/// where RFC 3339 allows them, and the offsets `+0200` and `+02` of ISO 8601.
/// `None` without an offset, for second 60, and for what is no date: such a
/// text names no instant that all would agree on.
pub fn timestamp_from_text(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| number(bytes.get(from..to)?);
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    let separated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    if !separated {
        return None;
    }
    let year = i16::try_from(digits(0, 4)?).ok().filter(|year| *year > 0)?;
    let date = civil::Date::new(year, small(digits(5, 7)?)?, small(digits(8, 10)?)?).ok()?;
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    let (nanos, zone) = fraction(&bytes[19..])?;
    let time = civil::Time::new(small(hour)?, small(minute)?, small(second)?, nanos).ok()?;
    let instant = offset(zone)?.to_timestamp(date.to_datetime(time)).ok()?;
    let nanos = instant.as_nanosecond();
    Some(Timestamp {
        seconds: i64::try_from(nanos.div_euclid(NANOS)).ok()?,
        nanos: i32::try_from(nanos.rem_euclid(NANOS)).ok()?,
    })
}

/// Writes a time as RFC 3339 in UTC with milliseconds, cutting off what is
/// finer. `None` for a time outside the years 1 to 9999.
pub fn timestamp_to_text(time: &Timestamp) -> Option<String> {
    printable(time).map(|time| format!("{time:.3}"))
}

pub(crate) fn printable(time: &Timestamp) -> Option<jiff::Timestamp> {
    const FIRST: i64 = -62_135_596_800;
    let millis = time.seconds.checked_mul(1_000)?.checked_add(i64::from(time.nanos / 1_000_000))?;
    let time = jiff::Timestamp::from_millisecond(millis).ok()?;
    (time.as_second() >= FIRST).then_some(time)
}

/// Reads a duration: a number with one of the units `s`, `m`, `h` and `d`, or
/// of seconds. `None` for anything else, and beyond the 10,000 years that
/// protobuf allows.
pub fn duration_from_text(text: &str) -> Option<Duration> {
    let unit = match text.as_bytes().last()? {
        b's' | b'0'..=b'9' => 1,
        b'm' => 60,
        b'h' => 3_600,
        b'd' => 86_400,
        _ => return None,
    };
    let amount = text.strip_suffix(['s', 'm', 'h', 'd']).unwrap_or(text);
    let (sign, amount) = amount.strip_prefix('-').map_or((1, amount), |amount| (-1, amount));
    let (whole, part) = amount.split_once('.').unwrap_or((amount, "0"));
    if whole.len() > 12 || part.is_empty() || part.len() > 9 {
        return None;
    }
    let scale = 10_i128.pow(9 - u32::try_from(part.len()).ok()?);
    let nanos = i128::from(number(whole.as_bytes())?) * NANOS
        + i128::from(number(part.as_bytes())?) * scale;
    duration_from_nanos(sign * nanos * unit)
}

pub(crate) fn duration_from_nanos(nanos: i128) -> Option<Duration> {
    const SECONDS_MAX: i64 = 315_576_000_000;
    let seconds = i64::try_from(nanos / NANOS).ok()?;
    let nanos = i32::try_from(nanos % NANOS).ok()?;
    (seconds.abs() <= SECONDS_MAX).then_some(Duration { seconds, nanos })
}

/// Writes a duration in seconds, such as `300s` and `1.5s`, with a fraction
/// only where there is one.
pub fn duration_to_text(duration: &Duration) -> String {
    let nanos = i128::from(duration.seconds) * NANOS + i128::from(duration.nanos);
    let sign = if nanos < 0 { "-" } else { "" };
    let (whole, part) = (nanos.abs() / NANOS, nanos.abs() % NANOS);
    if part == 0 {
        return format!("{sign}{whole}s");
    }
    let part = format!("{part:09}");
    format!("{sign}{whole}.{}s", part.trim_end_matches('0'))
}

/// Digits only, so that neither signs nor blanks slip through.
fn number(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn small(number: u64) -> Option<i8> {
    i8::try_from(number).ok()
}

/// The nanoseconds of `.5` and what follows it.
fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let [b'.' | b',', rest @ ..] = text else { return Some((0, text)) };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let kept = &rest[..count.min(9)];
    let scale = 10_u64.pow(9 - u32::try_from(kept.len()).ok()?);
    let nanos = i32::try_from(number(kept).filter(|_| count > 0)? * scale).ok()?;
    Some((nanos, &rest[count..]))
}

fn offset(text: &[u8]) -> Option<Offset> {
    let (sign, hours, minutes) = match text {
        [b'Z' | b'z'] => return Some(Offset::UTC),
        [sign, hours @ ..] if hours.len() == 2 => (sign, hours, &b"00"[..]),
        [sign, rest @ ..] if rest.len() == 4 => (sign, &rest[..2], &rest[2..]),
        [sign, rest @ ..] if rest.len() == 5 && rest[2] == b':' => (sign, &rest[..2], &rest[3..]),
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    match sign {
        b'+' => Offset::from_seconds(seconds).ok(),
        b'-' => Offset::from_seconds(-seconds).ok(),
        _ => None,
    }
}
