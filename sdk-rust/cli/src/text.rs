//! What people write and read: times, sizes, tables.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use jiff::{SpanRound, Timestamp, Unit};

/// `90`, `90s`, `5m`, `2h`, `1d`, or a sum such as `1h30m`.
pub(crate) fn read_span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time such as 90s, 5m or 2h");
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| wrong());
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit_end =
            rest[end..].find(|it: char| it.is_ascii_digit()).map_or(rest.len(), |it| end + it);
        let unit = match &rest[end..unit_end] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return Err(wrong()),
        };
        total += Duration::try_from_secs_f64(number * unit).map_err(|_| wrong())?;
        rest = &rest[unit_end..];
    }
    Ok(total)
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

/// Columns, aligned.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|it| it.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    let head: Vec<String> = head.iter().map(|it| (*it).to_owned()).collect();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            let _ = write!(line, "{cell:width$}  ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Prints to standard output. A closed one is nobody's concern.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out
        .write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") });
    let _ = out.flush();
}

/// Prints to standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "nightbell: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_read_as_written() {
        assert_eq!(read_span("90"), Ok(Duration::from_secs(90)));
        assert_eq!(read_span("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(read_span("250ms"), Ok(Duration::from_millis(250)));
        assert!(read_span("soon").is_err() && read_span("5x").is_err());
        assert_eq!(read_size("8k"), Ok(8192));
        assert!(read_size("k").is_err());
    }

    #[test]
    fn columns_are_aligned() {
        let rows = vec![vec!["eod".to_owned(), "up".to_owned()]];
        assert_eq!(table(&["SCHEDULER", "HEALTH"], &rows), "SCHEDULER  HEALTH\neod        up\n");
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(span(Duration::from_secs(5)), "5s");
        assert_eq!(span(Duration::from_secs(65)), "1m05s");
        assert_eq!(span(Duration::from_secs(7260)), "2h01m");
        assert_eq!(span(Duration::from_secs(90_000)), "1d01h");
    }
}
