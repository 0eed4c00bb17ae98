//! What people write and read: times, sizes, tables.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use jiff::{SpanRound, Timestamp, Unit};
use serde::Serialize;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// No time is longer, so that any may be added to now: a hundred years.
const SPAN_MAX: Duration = Duration::from_secs(36525 * 24 * 3600);

/// `90`, `90s`, `5m`, `2h`, `1d`, or a sum such as `1h30m`.
pub(crate) fn read_span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time such as 90s, 5m or 2h");
    let seconds = match text.parse() {
        Ok(seconds) => seconds,
        Err(_) => sum_of_seconds(text).ok_or_else(wrong)?,
    };
    if seconds > SPAN_MAX.as_secs_f64() {
        return Err(format!("{text:?} is more than a hundred years"));
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

fn sum_of_seconds(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit_end =
            rest[end..].find(|it: char| it.is_ascii_digit()).map_or(rest.len(), |it| end + it);
        let unit = match &rest[end..unit_end] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return None,
        };
        total += number * unit;
        rest = &rest[unit_end..];
    }
    Some(total)
}

/// `512`, `8k`, `1m`.
pub(crate) fn read_size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1024),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1024 * 1024),
        _ => (text, 1),
    };
    let number: usize = digits.parse().map_err(|_| format!("{text:?} is no size such as 8k"))?;
    number.checked_mul(unit).ok_or_else(|| format!("{text:?} is too large"))
}

/// `NAME=VALUE`.
pub(crate) fn read_label(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is no NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A time span for people.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{minutes:02}m"),
        _ => format!("{days}d{hours:02}h"),
    }
}

/// How long ago, or in how long.
pub(crate) fn when(time: Option<SystemTime>, now: Timestamp) -> String {
    let Some(time) = time.and_then(|time| Timestamp::try_from(time).ok()) else {
        return "-".to_owned();
    };
    let round = SpanRound::new().smallest(Unit::Second);
    let seconds =
        time.since(now).and_then(|span| span.round(round)).map_or(0, |it| it.get_seconds());
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds > 0 { format!("in {}", span(distance)) } else { format!("{} ago", span(distance)) }
}

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The name of a signal, as far as it is known by one.
pub(crate) fn signal_name(signal: i32) -> &'static str {
    match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL, perhaps for want of memory",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        _ => "unnamed",
    }
}

/// A word of the contract, as it is written there.
pub(crate) fn word(value: Option<impl Serialize>) -> String {
    let word = serde_json::to_value(value).unwrap_or_default();
    word.as_str().unwrap_or("-").to_owned()
}

/// What somebody else wrote, line by line, set in.
pub(crate) fn quoted(text: &str) -> String {
    let line = |line: &str| format!("    {}\n", clean(&line.replace('\t', "    ")));
    text.trim_end().lines().map(line).collect()
}

/// Names with their values, without those that have none.
pub(crate) fn facts<const N: usize>(title: &str, facts: [(&str, String); N]) -> String {
    let known = facts.into_iter().filter(|(_, value)| !value.is_empty());
    let rows: Vec<_> = known.map(|(name, value)| vec![name.to_owned(), value]).collect();
    format!("{}\n{}", clean(title), aligned(room(), rows.iter().map(|row| cleaned(row))))
}

/// Columns, aligned, as wide as who reads them has room.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    table_within(room(), head, rows)
}

/// A line that is too wide ends in `…`.
pub(crate) fn table_within(room: Option<usize>, head: &[&str], rows: &[Vec<String>]) -> String {
    let head = head.iter().map(|it| Cow::Borrowed(*it)).collect();
    aligned(room, std::iter::once(head).chain(rows.iter().map(|row| cleaned(row))))
}

fn cleaned(row: &[String]) -> Vec<Cow<'_, str>> {
    row.iter().map(|cell| clean(cell)).collect()
}

fn aligned<'a>(room: Option<usize>, rows: impl Iterator<Item = Vec<Cow<'a, str>>>) -> String {
    let rows: Vec<_> = rows.collect();
    let mut widths = vec![];
    for row in &rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        out.push_str(&within(room, line.trim_end()));
        out.push('\n');
    }
    out
}

/// A line, cut where there is no more room for it.
pub(crate) fn within(room: Option<usize>, line: &str) -> Cow<'_, str> {
    let Some(room) = room.filter(|room| line.width() > *room) else { return Cow::Borrowed(line) };
    let mut used = 1;
    let fits = |it: &char| {
        used += it.width().unwrap_or(0);
        used <= room
    };
    let cut: String = line.chars().take_while(fits).collect();
    Cow::Owned(cut + "…")
}

/// How many columns a line may have. None: any number, as nobody looks at them.
fn room() -> Option<usize> {
    let set = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|it| *it > 0);
    terminal().map(|(_, columns)| columns).or_else(set)
}

/// The lines and columns of the terminal that standard output is. None: it is none.
pub(crate) fn terminal() -> Option<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok()?;
    (size.ws_row > 0 && size.ws_col > 0).then(|| (size.ws_row.into(), size.ws_col.into()))
}

/// Prints to standard output, with a line's end.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Prints to standard output as it stands.
pub(crate) fn put(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints a line to standard error.
pub(crate) fn complain(text: &str) {
    // In one write, so that it stays a line among those of others.
    let _ = io::stderr().write_all(format!("nightbell: {}\n", clean(text)).as_bytes());
}

/// Replaces the line of the terminal that standard error is.
pub(crate) fn draw_line(text: &str) {
    // To the line's beginning, and what stood there is cleared.
    let _ = io::stderr().write_all(format!("\r\x1b[K{text}").as_bytes());
}

/// Without what would move the cursor, or worse, on somebody's terminal.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    for it in text.chars() {
        if it.is_control() { cleaned.extend(it.escape_default()) } else { cleaned.push(it) }
    }
    Cow::Owned(cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_read_as_written() {
        assert_eq!(read_span("90"), Ok(Duration::from_secs(90)));
        assert_eq!(read_span("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(read_span("250ms"), Ok(Duration::from_millis(250)));
        for wrong in ["soon", "5x", "-1", "nan"] {
            assert!(read_span(wrong).is_err(), "{wrong}");
        }
        assert_eq!(read_span("0"), Ok(Duration::ZERO));
        assert!(read_span("36525d").is_ok());
        for far in ["99999999d", "1e300", "inf", &"9".repeat(400)] {
            assert!(read_span(far).is_err(), "{far}");
        }
        assert_eq!(read_size("8k"), Ok(8192));
        assert!(read_size("k").is_err());
    }

    #[test]
    fn columns_are_aligned() {
        let rows = vec![vec!["eod".to_owned(), "up".to_owned()]];
        let table = table_within(None, &["SCHEDULER", "HEALTH"], &rows);
        assert_eq!(table, "SCHEDULER  HEALTH\neod        up\n");
    }

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let rows =
            [["日本", "up"], ["eod\n\x1b[2J", "up"]].map(|row| row.map(str::to_owned).to_vec());
        let table = table_within(None, &["JOB", ""], &rows);
        assert_eq!(table, "JOB\n日本            up\neod\\n\\u{1b}[2J  up\n");
    }

    #[test]
    fn what_is_too_wide_is_cut() {
        let rows = [["a", "words"], ["b", "日本日本"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table_within(Some(7), &["", "C"], &rows), "   C\na  wor…\nb  日…\n");
        assert_eq!(table_within(Some(8), &["", "C"], &rows), "   C\na  words\nb  日本…\n");
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(span(Duration::from_secs(5)), "5s");
        assert_eq!(span(Duration::from_secs(65)), "1m05s");
        assert_eq!(span(Duration::from_secs(7260)), "2h01m");
        assert_eq!(span(Duration::from_secs(90_000)), "1d01h");
    }
}
