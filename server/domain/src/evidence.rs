//! Evidence first: text that is too long is cut, never refused.
//!
//! A refusal of *completed* would become a page at night, so whatever is not part
//! of a report's identity is made to fit, and the answer says so.

use serde_json::{Map, Value};

use crate::settings::Warning;

/// The most bytes of an error message that are kept.
pub const ERROR_MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// The most bytes of a progress message that are kept.
pub const PROGRESS_MESSAGE_BYTES_MAX: usize = 512;

/// The most bytes of metadata that are kept, as JSON.
pub const METADATA_BYTES_MAX: usize = 16 * 1024;

/// The most keys at the top of metadata.
pub const METADATA_KEYS_MAX: usize = 64;

/// The most levels of metadata, the top one included.
pub const METADATA_DEPTH_MAX: usize = 8;

/// The longest `execution_time_ms` that is believed: 366 days.
pub const EXECUTION_TIME_MS_MAX: i64 = 366 * 24 * 60 * 60 * 1000;

const CUT: &str = "\n[cut]\n";

/// `text` in at most `bytes_max` bytes, on character boundaries: of a longer text
/// the head and the tail are kept, since the cause of an error stands at either end.
pub fn cut_text(
    field: &str,
    text: String,
    bytes_max: usize,
    warnings: &mut Vec<Warning>,
) -> String {
    if text.len() <= bytes_max {
        return text;
    }
    let room = bytes_max.saturating_sub(CUT.len());
    let head = text.floor_char_boundary(room / 2);
    let tail = text.ceil_char_boundary(text.len() - (room - room / 2));
    warnings.push(Warning::new(
        "TRUNCATED",
        field,
        format!("{} bytes were cut to {bytes_max}, head and tail kept", text.len()),
    ));
    format!("{}{CUT}{}", &text[..head], &text[tail..])
}

/// `metadata` within its bounds.
///
/// Levels beyond the deepest become `"[cut]"`; of the keys at the top the first
/// are kept, and of a text that does not fit its head.
pub fn cut_metadata(
    metadata: Map<String, Value>,
    warnings: &mut Vec<Warning>,
) -> Map<String, Value> {
    let is_small = metadata.len() <= METADATA_KEYS_MAX
        && metadata.values().all(|value| fits(value, METADATA_DEPTH_MAX - 1));
    if is_small && bytes_of(&metadata) <= METADATA_BYTES_MAX {
        return metadata;
    }
    let keys = metadata.len();
    let mut room = METADATA_BYTES_MAX;
    let mut kept = Map::new();
    for (key, value) in metadata.into_iter().take(METADATA_KEYS_MAX) {
        let mut value = shallow(value, METADATA_DEPTH_MAX - 1);
        let frame = key.len() + 6;
        if let Value::String(text) = &mut value
            && frame + bytes_of(text) > room
        {
            // Escaping makes a character at most six bytes long.
            text.truncate(text.floor_char_boundary(room.saturating_sub(frame) / 6));
        }
        let size = frame + bytes_of(&value);
        if size <= room {
            room -= size;
            kept.insert(key, value);
        }
    }
    warnings.push(Warning::new(
        "TRUNCATED",
        "metadata",
        format!(
            "{} of {keys} keys kept; metadata may have {METADATA_KEYS_MAX} keys, \
             {METADATA_DEPTH_MAX} levels and {METADATA_BYTES_MAX} bytes",
            kept.len()
        ),
    ));
    kept
}

/// `execution_time_ms` if it can be believed.
pub fn believable_execution_time(value: i64, warnings: &mut Vec<Warning>) -> Option<i64> {
    if (0..=EXECUTION_TIME_MS_MAX).contains(&value) {
        return Some(value);
    }
    warnings.push(Warning::new(
        "FIELD_DROPPED",
        "execution_time_ms",
        format!("must be 0 to {EXECUTION_TIME_MS_MAX}"),
    ));
    None
}

/// The most lines of an error that a notification carries.
const TELLING_LINES_MAX: usize = 5;

/// The line of an error that says what went wrong: the first, or of a traceback of
/// Python the last.
pub(crate) fn telling_line(error: &str) -> Option<&str> {
    let lines = said(error);
    if is_traceback(&lines) { lines.last().copied() } else { lines.first().copied() }
}

/// The lines of an error that say what went wrong, short enough for a notification: the
/// first ones, or of a traceback of Python the last ones.
pub(crate) fn telling_lines(error: &str) -> String {
    let lines = said(error);
    let beyond = lines.len().saturating_sub(TELLING_LINES_MAX);
    let lines =
        if is_traceback(&lines) { &lines[beyond..] } else { &lines[..lines.len() - beyond] };
    let text = lines.join("\n");
    text[..text.floor_char_boundary(600)].to_owned()
}

fn said(error: &str) -> Vec<&str> {
    error.lines().filter(|line| !line.trim().is_empty()).collect()
}

fn is_traceback(lines: &[&str]) -> bool {
    lines.first().is_some_and(|first| first.starts_with("Traceback (most recent call last)"))
}

fn bytes_of<T: serde::Serialize + ?Sized>(value: &T) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |text| text.len())
}

fn fits(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| fits(item, levels - 1)),
        Value::Object(map) => levels > 0 && map.values().all(|item| fits(item, levels - 1)),
        _ => true,
    }
}

fn shallow(value: Value, levels: usize) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) if levels == 0 => Value::String("[cut]".to_owned()),
        Value::Array(items) => {
            items.into_iter().map(|item| shallow(item, levels - 1)).collect::<Vec<_>>().into()
        }
        Value::Object(map) => map
            .into_iter()
            .map(|(key, item)| (key, shallow(item, levels - 1)))
            .collect::<Map<_, _>>()
            .into(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_traceback_tells_by_its_end_and_anything_else_by_its_beginning() {
        let traceback = "Traceback (most recent call last):\n\n a\n b\n c\n d\nOSError: full\n";
        assert_eq!(telling_line(traceback), Some("OSError: full"));
        assert_eq!(telling_lines(traceback), " a\n b\n c\n d\nOSError: full");
        let other = "\ndisk full\n1\n2\n3\n4\n5";
        assert_eq!(telling_line(other), Some("disk full"));
        assert_eq!(telling_lines(other), "disk full\n1\n2\n3\n4");
        assert_eq!((telling_line("\n"), telling_lines("").as_str()), (None, ""));
    }

    proptest! {
        /// Whatever is sent, what is kept is within its bound and valid text.
        #[test]
        fn cut_text_fits_and_keeps_head_and_tail(text in "\\PC{0,400}", bytes_max in 32usize..256) {
            let mut warnings = Vec::new();
            let cut = cut_text("error_message", text.clone(), bytes_max, &mut warnings);
            prop_assert!(cut.len() <= bytes_max);
            prop_assert_eq!(warnings.is_empty(), text.len() <= bytes_max);
            if let Some(first) = text.chars().next() {
                prop_assert!(cut.starts_with(first));
            }
        }
    }

    #[test]
    fn metadata_within_its_bounds_stays_as_it_is() {
        let metadata = json!({"records_processed": 1000, "environment": "production"});
        let Value::Object(metadata) = metadata else { unreachable!() };
        let mut warnings = Vec::new();
        assert_eq!(cut_metadata(metadata.clone(), &mut warnings), metadata);
        assert!(warnings.is_empty());
    }

    #[test]
    fn metadata_beyond_its_bounds_is_cut_with_a_warning() {
        let mut deep = json!(1);
        for _ in 0..9 {
            deep = json!({ "down": deep });
        }
        let many: Map<_, _> = (0..65).map(|n| (format!("k{n:02}"), json!(n))).collect();
        let long = json!({"stack": "x".repeat(17 * 1024), "records": 7});
        for metadata in [deep, Value::Object(many), long] {
            let Value::Object(metadata) = metadata else { unreachable!() };
            let mut warnings = Vec::new();
            let kept = cut_metadata(metadata, &mut warnings);
            assert_eq!(warnings.len(), 1);
            assert!(kept.len() <= METADATA_KEYS_MAX && bytes_of(&kept) <= METADATA_BYTES_MAX);
            assert!(!kept.is_empty() && kept.values().all(|v| fits(v, METADATA_DEPTH_MAX - 1)));
        }
    }

    #[test]
    fn an_execution_time_that_cannot_be_is_dropped_with_a_warning() {
        for (value, is_believed) in
            [(0, true), (15_000, true), (-1, false), (1_000_000_000_000_000_000, false)]
        {
            let mut warnings = Vec::new();
            assert_eq!(believable_execution_time(value, &mut warnings).is_some(), is_believed);
            assert_eq!(warnings.is_empty(), is_believed);
        }
    }
}
