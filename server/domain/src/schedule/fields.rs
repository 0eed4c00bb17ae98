//! The fields of a cron expression.
//!
//! The library reads them and decides on days. It is lenient where leniency would
//! expect a job at other times than its author means, so every item is checked here
//! before.

use croner::parser::CronParser;
use croner::{CronPattern, Weekday};
use jiff::civil::Date;
use jiff::tz::Offset;

use super::CronProfile;

/// The most characters of an expression.
pub const EXPRESSION_CHARACTERS_MAX: usize = 256;

/// Occurrences must be so many seconds apart, as intervals must.
const SECONDS_APART_MIN: u32 = 5;

/// No two occurrences are further apart: a 29 February that is a Sunday comes after
/// 40 years when a century in between is no leap year.
const MONTHS_MAX: usize = 41 * 12;

const DAY: i64 = 86_400;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// An expression, read.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    seconds: u64,
    minutes: u64,
    hours: u64,
    months: u64,
    pattern: CronPattern,
    is_fixed_time: bool,
}

/// What an item of a field may be.
#[derive(Clone, Copy)]
struct Field {
    name: &'static str,
    least: u32,
    greatest: u32,
    names: &'static [&'static str],
    /// The number of the first name.
    first: u32,
    is_quartz: bool,
}

impl Fields {
    /// Reads `expression` as `profile` writes it.
    pub(super) fn parse(expression: &str, profile: CronProfile) -> Result<Self, String> {
        if expression.chars().count() > EXPRESSION_CHARACTERS_MAX {
            return Err(format!("must be at most {EXPRESSION_CHARACTERS_MAX} characters"));
        }
        let text = expanded(&expression.trim().to_ascii_uppercase(), profile)?;
        let mut parts: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        match parts.len() {
            5 => parts.insert(0, "0".to_owned()),
            6 => {}
            7 if profile == CronProfile::Quartz => return Err("must not name years".to_owned()),
            count => return Err(format!("must have 5 fields, or 6 with seconds; it has {count}")),
        }
        let is_quartz = profile == CronProfile::Quartz;
        for (part, field) in parts.iter_mut().zip(known_fields(is_quartz)) {
            *part = field.checked(part)?;
        }
        let [_, minutes, hours, days, _, weekdays] = parts.as_slice() else {
            return Err("must have 5 fields, or 6 with seconds".to_owned());
        };
        let is_any = |field: &str| matches!(field, "*" | "?");
        if is_quartz && !is_any(days) && !is_any(weekdays) {
            return Err("must leave either the day of the month or the weekday `?`".to_owned());
        }
        let is_fixed_time = !minutes.starts_with('*') && !hours.starts_with('*');
        // As Vixie cron has it: a star, even one with a step, makes both days count.
        let follows_vixie = matches!(profile, CronProfile::Vixie | CronProfile::Utc);
        let are_both_needed = follows_vixie && (days.starts_with('*') || weekdays.starts_with('*'));
        let parser = CronParser::builder()
            .dom_and_dow(are_both_needed)
            .alternative_weekdays(is_quartz)
            .build();
        let cron =
            parser.parse(&parts.join(" ")).map_err(|error| format!("is unreadable: {error}"))?;
        let pattern = cron.pattern;
        let fields = Self {
            seconds: set_of(&pattern.seconds.values()),
            minutes: set_of(&pattern.minutes.values()),
            hours: set_of(&pattern.hours.values()),
            months: set_of(&pattern.months.values()),
            pattern,
            is_fixed_time,
        };
        fields.checked_apart()
    }

    /// Whether neither hour nor minute is a `*`, with or without a step.
    pub(super) fn is_fixed_time(&self) -> bool {
        self.is_fixed_time
    }

    /// The first time named at or after `local`, both as the seconds of that reading
    /// of the clock in UTC.
    pub(super) fn at_or_after(&self, local: i64) -> Option<i64> {
        let today = local.div_euclid(DAY) * DAY;
        let date = Offset::UTC.to_datetime(jiff::Timestamp::from_second(today).ok()?).date();
        if self.is_on(date)
            && let Some(second) = self.second_at_or_after(local - today)
        {
            return Some(today + second);
        }
        let next = self.date_after(date)?;
        let midnight = Offset::UTC.to_timestamp(next.at(0, 0, 0, 0)).ok()?.as_second();
        Some(midnight + self.second_at_or_after(0)?)
    }

    fn is_on(&self, date: Date) -> bool {
        let weekday = u32::from(date.weekday().to_sunday_zero_offset().unsigned_abs());
        let [month, day] = [date.month(), date.day()].map(|part| u32::from(part.unsigned_abs()));
        self.months & (1 << month) != 0 && self.is_on_day(date, day, weekday)
    }

    /// Whether the `day`th of the month of `month` counts, which is such a weekday.
    fn is_on_day(&self, month: Date, day: u32, weekday: u32) -> bool {
        let weekday = Weekday::from_days_from_sunday(weekday);
        let number = u32::from(month.month().unsigned_abs());
        let is_on = self.pattern.day_match(i32::from(month.year()), number, day, weekday);
        is_on.unwrap_or(false)
    }

    /// The first date after `date` that counts.
    fn date_after(&self, date: Date) -> Option<Date> {
        let mut month = date.first_of_month();
        let mut first = u32::from(date.day().unsigned_abs()) + 1;
        for _ in 0..=MONTHS_MAX {
            if self.months & (1 << month.month()) != 0 {
                let last = u32::from(month.days_in_month().unsigned_abs());
                let weekday = u32::from(month.weekday().to_sunday_zero_offset().unsigned_abs());
                let mut days = first..=last;
                if let Some(day) = days.find(|day| self.is_on_day(month, *day, weekday + day - 1)) {
                    return Date::new(month.year(), month.month(), i8::try_from(day).ok()?).ok();
                }
            }
            first = 1;
            month = month.last_of_month().tomorrow().ok()?;
        }
        None
    }

    /// The first second of a day at or after `second` that counts.
    fn second_at_or_after(&self, second: i64) -> Option<i64> {
        let [hour, minute, second] = [second / 3600, second / 60 % 60, second % 60];
        let of = |hour: i64, minute: i64, second: i64| hour * 3600 + minute * 60 + second;
        let first_minute = first_from(self.minutes, 0)?;
        let first_second = first_from(self.seconds, 0)?;
        if first_from(self.hours, hour) == Some(hour) {
            if first_from(self.minutes, minute) == Some(minute)
                && let Some(second) = first_from(self.seconds, second)
            {
                return Some(of(hour, minute, second));
            }
            if let Some(minute) = first_from(self.minutes, minute + 1) {
                return Some(of(hour, minute, first_second));
            }
        }
        first_from(self.hours, hour + 1).map(|hour| of(hour, first_minute, first_second))
    }

    fn checked_apart(self) -> Result<Self, String> {
        let mut seconds = (0..60).filter(|second| self.seconds & (1 << second) != 0);
        let Some(first) = seconds.next() else { return Err("names no second".to_owned()) };
        let mut last = first;
        let mut apart = 60;
        for second in seconds.chain([first + 60]) {
            apart = apart.min(second - last);
            last = second;
        }
        if apart >= SECONDS_APART_MIN {
            return Ok(self);
        }
        Err(format!("must name times at least {SECONDS_APART_MIN} seconds apart"))
    }
}

fn set_of(values: &[u16]) -> u64 {
    values.iter().fold(0, |set, value| set | 1_u64.checked_shl((*value).into()).unwrap_or(0))
}

/// The first member of `set` from `least` on.
fn first_from(set: u64, least: i64) -> Option<i64> {
    let rest = set & u64::MAX.checked_shl(u32::try_from(least).ok()?)?;
    (rest != 0).then(|| i64::from(rest.trailing_zeros()))
}

/// The expression that a macro stands for.
fn expanded(text: &str, profile: CronProfile) -> Result<String, String> {
    let plain = match text {
        "@YEARLY" | "@ANNUALLY" => "0 0 1 1 *",
        "@MONTHLY" => "0 0 1 * *",
        "@WEEKLY" => "0 0 * * SUN",
        "@DAILY" | "@MIDNIGHT" => "0 0 * * *",
        "@HOURLY" => "0 * * * *",
        "@REBOOT" => return Err("names no time: nobody can say when a reboot is due".to_owned()),
        _ if text.starts_with("@EVERY") => return Err("must be given as `every`".to_owned()),
        _ if text.starts_with('@') => return Err("is no macro that is known".to_owned()),
        _ if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") => {
            return Err("must not name a time zone; set `timezone`".to_owned());
        }
        _ if profile == CronProfile::Systemd && (text.contains(':') || text.contains("..")) => {
            return Err("is systemd's OnCalendar; it must be written as cron fields".to_owned());
        }
        _ => text,
    };
    Ok(plain.to_owned())
}

fn known_fields(is_quartz: bool) -> [Field; 6] {
    let plain =
        |name, least, greatest| Field { name, least, greatest, names: &[], first: 0, is_quartz };
    let weekdays = if is_quartz { (1, 7) } else { (0, 7) };
    [
        plain("second", 0, 59),
        plain("minute", 0, 59),
        plain("hour", 0, 23),
        plain("day of the month", 1, 31),
        Field { names: &MONTHS, first: 1, ..plain("month", 1, 12) },
        Field { names: &WEEKDAYS, first: weekdays.0, ..plain("weekday", weekdays.0, weekdays.1) },
    ]
}

impl Field {
    /// `text` as the library reads it in the way it is meant.
    fn checked(&self, text: &str) -> Result<String, String> {
        if text == "?" && self.may_be_any() {
            return Ok(text.to_owned());
        }
        let items: Result<Vec<String>, String> =
            text.split(',').map(|item| self.item(item)).collect();
        let items = items?;
        let has = |sought: &str| items.iter().any(|item| item == sought);
        if has("L") && has("LW") {
            return Err(self.wrong("names both L and LW"));
        }
        if items.len() > 1 && items.iter().any(|item| item == "*") {
            return Err(self.wrong("names `*` and more"));
        }
        Ok(items.join(","))
    }

    fn may_be_any(&self) -> bool {
        matches!(self.name, "day of the month" | "weekday")
    }

    fn item(&self, item: &str) -> Result<String, String> {
        if self.is_special(item) {
            return Ok(item.to_owned());
        }
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.greatest),
            Some((from, to)) => (self.value(from)?, self.last(to)?),
            None if step.is_some() && self.is_quartz => (self.value(range)?, self.greatest),
            None if step.is_some() => {
                let rule = format!("must step over `*` or a range, not {range:?}");
                return Err(self.wrong(&rule));
            }
            None => self.value(range).map(|value| (value, value))?,
        };
        if from > to {
            return Err(
                self.wrong(&format!("names the range {range:?}, which ends before it begins"))
            );
        }
        let Some(step) = step else { return Ok(item.to_owned()) };
        let is_plain = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = step.parse().unwrap_or(0);
        // Beyond its range a step means nothing: `*/90` would be each hour's first minute.
        if !is_plain || number == 0 || number > to - from + 1 {
            return Err(self.wrong(&format!("steps by {step:?}, which {range:?} cannot")));
        }
        if range == "*" { Ok(item.to_owned()) } else { Ok(format!("{from}-{to}/{number}")) }
    }

    /// Whether it is one of L, LW, 15W, MON#1, FRIL, where that has a meaning.
    fn is_special(&self, item: &str) -> bool {
        match self.name {
            "day of the month" => {
                let day = item.strip_suffix('W').and_then(|day| self.value(day).ok());
                matches!(item, "L" | "LW") || day.is_some()
            }
            "weekday" => match item.split_once('#') {
                Some((day, nth)) => {
                    self.value(day).is_ok() && matches!(nth, "1" | "2" | "3" | "4" | "5")
                }
                None => item.strip_suffix('L').is_some_and(|day| self.value(day).is_ok()),
            },
            _ => false,
        }
    }

    /// The end of a range; a week may end with its Sunday.
    fn last(&self, text: &str) -> Result<u32, String> {
        let is_sunday = text == "SUN" && !self.is_quartz && self.name == "weekday";
        if is_sunday { Ok(7) } else { self.value(text) }
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let named = self.names.iter().position(|name| *name == text);
        let named = named.and_then(|place| u32::try_from(place).ok()).map(|at| at + self.first);
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number);
        let within = |value: &u32| (self.least..=self.greatest).contains(value);
        named.or(number).filter(within).ok_or_else(|| {
            let shown: String = text.chars().take(16).collect();
            let Self { least, greatest, .. } = self;
            self.wrong(&format!("must be {least} to {greatest}, not {shown:?}"))
        })
    }

    fn wrong(&self, rule: &str) -> String {
        format!("is wrong in its {}: it {rule}", self.name)
    }
}
