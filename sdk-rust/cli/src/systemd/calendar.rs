//! What systemd writes of times, as Nightbell has it.

use std::time::Duration;

/// The times, and the zone behind them: `*-*-* 01:00 Europe/Berlin`.
pub(crate) fn split_zone(calendar: &str) -> (&str, Option<&str>) {
    let is_zone = |word: &str| {
        let is_name = word.starts_with(|it: char| it.is_ascii_alphabetic());
        is_name && (word.contains('/') || jiff::tz::TimeZone::get(word).is_ok())
    };
    match calendar.rsplit_once(char::is_whitespace) {
        Some((times, zone)) if is_zone(zone) => (times.trim_end(), Some(zone)),
        _ => (calendar, None),
    }
}

/// `OnCalendar` as cron fields, for what cron can say.
pub(crate) fn cron(calendar: &str) -> Option<String> {
    if let Some(word) = word(calendar) {
        return Some(word.to_owned());
    }
    let mut words = calendar.split_whitespace().peekable();
    let starts_with_name = |it: &&str| it.starts_with(|it: char| it.is_ascii_alphabetic());
    let weekday = match words.next_if(starts_with_name) {
        Some(names) => weekdays(names)?,
        None => "*".to_owned(),
    };
    let (month, day) = match words.next_if(|it| it.contains('-')) {
        Some(date) => {
            let date = date.strip_prefix("*-").filter(|it| it.contains('-')).unwrap_or(date);
            let (month, day) = date.split_once('-')?;
            (field(month, 1, 12)?, field(day, 1, 31)?)
        }
        None => ("*".to_owned(), "*".to_owned()),
    };
    // systemd wants both, and cron takes either.
    if day != "*" && weekday != "*" {
        return None;
    }
    let mut time = words.next().unwrap_or("00:00").split(':');
    let (hour, minute) = (field(time.next()?, 0, 23)?, field(time.next()?, 0, 59)?);
    let is_at_zero = matches!(time.next(), None | Some("0" | "00"));
    (is_at_zero && time.next().is_none() && words.next().is_none())
        .then(|| format!("{minute} {hour} {day} {month} {weekday}"))
}

fn word(calendar: &str) -> Option<&'static str> {
    Some(match calendar.to_ascii_lowercase().as_str() {
        "minutely" => "* * * * *",
        "hourly" => "0 * * * *",
        "daily" | "midnight" => "0 0 * * *",
        "weekly" => "0 0 * * 1",
        "monthly" => "0 0 1 * *",
        "quarterly" => "0 0 1 1,4,7,10 *",
        "semiannually" | "semi-annually" | "biannually" | "bi-annually" => "0 0 1 1,7 *",
        "yearly" | "annually" | "anually" => "0 0 1 1 *",
        _ => return None,
    })
}

/// `Mon..Fri,Sun`.
fn weekdays(text: &str) -> Option<String> {
    const NAMES: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let day = |text: &str| {
        NAMES.iter().position(|name| {
            name.eq_ignore_ascii_case(text) || name[..3].eq_ignore_ascii_case(text)
        })
    };
    let item = |text: &str| {
        let Some((first, last)) = text.split_once("..").or_else(|| text.split_once('-')) else {
            return Some(NAMES[day(text)?][..3].to_owned());
        };
        let (first, last) = (day(first)?, day(last)?);
        (first <= last).then(|| format!("{}-{}", &NAMES[first][..3], &NAMES[last][..3]))
    };
    // What ends in a comma is taken, too.
    let items: Option<Vec<String>> = text.trim_end_matches(',').split(',').map(item).collect();
    Some(items?.join(","))
}

/// One field of numbers in these bounds.
fn field(text: &str, min: u32, max: u32) -> Option<String> {
    let parts: Option<Vec<String>> = text.split(',').map(|it| part(it, min, max)).collect();
    Some(parts?.join(","))
}

fn part(text: &str, min: u32, max: u32) -> Option<String> {
    let number = |text: &str| text.parse().ok().filter(|it| (min..=max).contains(it));
    let (range, step) = match text.split_once('/') {
        Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|it| *it > 0)?)),
        None => (text, None),
    };
    let (first, last) = match (range.split_once(".."), step) {
        (Some((first, last)), _) => (number(first)?, number(last)?),
        (None, _) if range == "*" => (min, max),
        (None, None) => return number(range).map(|it| it.to_string()),
        // systemd takes no step that leads nowhere.
        (None, Some(step)) => (number(range).filter(|first| step <= max - first)?, max),
    };
    let range =
        if (first, last) == (min, max) { "*".to_owned() } else { format!("{first}-{last}") };
    (first <= last).then(|| match step {
        Some(step) if step > last - first => first.to_string(),
        Some(step) => format!("{range}/{step}"),
        None => range,
    })
}

/// A time span: `2hours`, `5 min 30s`, `90`.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().ok()?;
        rest = rest[end..].trim_start();
        let end = rest.find(|it: char| !it.is_alphabetic()).unwrap_or(rest.len());
        let seconds = unit(&rest[..end])?;
        total = total.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = rest[end..].trim_start();
    }
    Some(total)
}

/// How many seconds a unit has.
fn unit(name: &str) -> Option<f64> {
    const DAY: f64 = 86_400.0;
    Some(match name {
        "us" | "usec" | "µs" => 0.000_001,
        "ms" | "msec" => 0.001,
        "" | "s" | "sec" | "second" | "seconds" => 1.0,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7.0 * DAY,
        "M" | "month" | "months" => 30.44 * DAY,
        "y" | "year" | "years" => 365.25 * DAY,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendars_that_cron_can_say_are_understood() {
        for (calendar, expected) in [
            ("daily", "0 0 * * *"),
            ("minutely", "* * * * *"),
            ("quarterly", "0 0 1 1,4,7,10 *"),
            ("semiannually", "0 0 1 1,7 *"),
            ("*-*-* 02:30:00", "30 2 * * *"),
            ("Mon..Fri *-*-* 22:00", "0 22 * * Mon-Fri"),
            ("Mon-Fri 22:00", "0 22 * * Mon-Fri"),
            ("saturday,Sun 04:15", "15 4 * * Sat,Sun"),
            ("Sun 04:15", "15 4 * * Sun"),
            ("Sun", "0 0 * * Sun"),
            ("*-*-01 00:00:00", "0 0 1 * *"),
            ("12-24 18:00", "0 18 24 12 *"),
            ("*:0/15", "*/15 * * * *"),
            ("*:5/15", "5-59/15 * * * *"),
            ("*:10..20/11", "10 * * * *"),
            ("8..18/2:00", "0 8-18/2 * * *"),
            ("*-*-* 08,20:05", "5 8,20 * * *"),
        ] {
            assert_eq!(cron(calendar).as_deref(), Some(expected), "{calendar}");
        }
    }

    #[test]
    fn what_cron_cannot_say_is_not_understood() {
        for calendar in [
            "*-*-* *:*:30",
            "2030-01-01 00:00:00",
            "*-*-* 25:00",
            "*-*-* 1:60",
            "*-13-01",
            "*-*~01",
            "Mon *-*-1..7 01:00",
            "Fri..Mon 01:00",
            "Someday 01:00",
            "fortnightly",
            "18..8:00",
            "*:0/0",
            "*:00/60",
            "01:00 02:00",
        ] {
            assert_eq!(cron(calendar), None, "{calendar}");
        }
    }

    #[test]
    fn a_zone_stands_behind_the_times() {
        let berlin = "Mon *-*-* 01:00 Europe/Berlin";
        assert_eq!(split_zone(berlin), ("Mon *-*-* 01:00", Some("Europe/Berlin")));
        assert_eq!(split_zone("daily UTC"), ("daily", Some("UTC")));
        assert_eq!(split_zone("*:0/15"), ("*:0/15", None));
        assert_eq!(split_zone("Mon Tue"), ("Mon Tue", None));
    }

    #[test]
    fn spans_are_read_as_systemd_reads_them() {
        let minutes = |count: u64| Some(Duration::from_secs(60 * count));
        for (text, expected) in [
            ("15min", minutes(15)),
            ("5 minutes", minutes(5)),
            ("2hours", minutes(120)),
            ("1week", minutes(7 * 24 * 60)),
            ("1h 30min", minutes(90)),
            ("1h30m", minutes(90)),
            ("300", minutes(5)),
            ("1.5m", Some(Duration::from_secs(90))),
            ("soon", None),
            ("infinity", None),
        ] {
            assert_eq!(span(text), expected, "{text}");
        }
    }
}
