//! Making JSON of what is nearly JSON.
//!
//! Python writes `NaN`, some languages write lone surrogates, and shell scripts
//! paste raw line breaks into strings. A report with one of these is still
//! evidence, so it gets one repair and one more try.

use std::fmt::Write as _;

/// What a repaired number begins with; the parser turns it into
/// [`Json::Broken`](super::Json::Broken), so that the field's reader decides.
/// A noncharacter, so no honest text begins with it.
pub(crate) const BROKEN_NUMBER: char = '\u{fdd0}';

/// The text with its known faults mended, in the same order and nesting:
///
/// - `NaN`, `Infinity` and numbers beyond a double become broken numbers;
/// - escapes of lone surrogates become NUL, which the reader of text replaces
///   with a warning;
/// - raw control characters inside strings become escapes.
///
/// The result need not be JSON: what else is wrong stays wrong.
pub(crate) fn repair(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => string(rest, &mut out),
            '-' | '+' | '.' | '0'..='9' | 'A'..='Z' | 'a'..='z' => word(rest, &mut out),
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// Copies a number or a bare word. Returns the bytes taken.
fn word(text: &str, out: &mut String) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let word = &text[..end];
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let is_none = matches!(unsigned, "NaN" | "nan" | "Infinity" | "inf");
    // Rust reads an overflow as infinite.
    let is_beyond = unsigned.starts_with(|c: char| c.is_ascii_digit())
        && word.parse().is_ok_and(f64::is_infinite);
    if is_none || is_beyond {
        let _ = write!(out, "\"{BROKEN_NUMBER}{word}\"");
    } else {
        out.push_str(word);
    }
    end
}

/// Copies a string with its quotes. Returns the bytes taken.
fn string(text: &str, out: &mut String) -> usize {
    out.push('"');
    let mut at = 1;
    while let Some(next) = text[at..].chars().next() {
        match next {
            '"' => {
                out.push('"');
                return at + 1;
            }
            '\\' => at += escape(&text[at..], out),
            '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(next));
                at += 1;
            }
            other => {
                out.push(other);
                at += other.len_utf8();
            }
        }
    }
    at
}

/// Copies one escape, or a pair of surrogates. Returns the bytes taken.
fn escape(text: &str, out: &mut String) -> usize {
    const LONE: usize = "\\uXXXX".len();
    let Some(unit) = surrogate(text) else {
        let end = text.char_indices().nth(2).map_or(text.len(), |(end, _)| end);
        out.push_str(&text[..end]);
        return end;
    };
    let is_pair = unit < 0xdc00
        && text.get(LONE..).and_then(surrogate).is_some_and(|second| second >= 0xdc00);
    if is_pair {
        out.push_str(&text[..2 * LONE]);
        return 2 * LONE;
    }
    out.push_str("\\u0000");
    LONE
}

/// The code unit, when the text begins with the escape of a surrogate.
fn surrogate(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let unit = u32::from_str_radix(digits, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}
