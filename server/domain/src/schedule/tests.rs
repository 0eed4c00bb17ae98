//! What is refused, what is named, and what holds of any expression.

use std::time::{Duration, Instant};

use jiff::tz::Offset;
use proptest::prelude::*;

use super::*;

fn cron(expression: &str) -> Schedule {
    Schedule::Cron { expression: expression.to_owned() }
}

fn at(text: &str) -> Timestamp {
    let instant: jiff::Timestamp = text.parse().unwrap();
    Timestamp::from_millis(instant.as_millisecond())
}

fn read(expression: &str, zone: &str, profile: CronProfile) -> Timetable {
    Timetable::checked(&[cron(expression)], Some(zone), profile).unwrap()
}

/// The first slots after `after`, in UTC.
fn slots(timetable: &Timetable, after: &str, count: usize) -> Vec<String> {
    let preview = timetable.preview(at(after), count);
    let instant = |at: Timestamp| jiff::Timestamp::from_millisecond(at.as_millis()).unwrap();
    preview.occurrences.iter().map(|next| instant(next.at).to_string()).collect()
}

fn refusal(expression: &str, zone: Option<&str>, profile: CronProfile) -> (String, &'static str) {
    let found = Timetable::checked(&[cron(expression)], zone, profile);
    let Err(violations) = found else { panic!("{expression:?} was taken") };
    assert_eq!(violations.len(), 1, "{expression:?}: {violations:?}");
    assert!(violations[0].rule.len() < 200, "{}", violations[0].rule);
    (violations[0].field.clone(), violations[0].reason)
}

const NO_EXPRESSIONS: [&str; 55] = [
    "",
    " ",
    "*",
    "* * * *",
    "* * * * * * *",
    "* * * * * * * *",
    "61 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * * 8",
    "-1 * * * *",
    "5- * * * *",
    "1,,2 * * * *",
    ", * * * *",
    "30-10 * * * *",
    "a * * * *",
    "\u{0663} * * * *",
    "*/90 * * * *",
    "*/61 * * * *",
    "*/0 * * * *",
    "*/ * * * *",
    "0 */25 * * *",
    "0-10/12 * * * *",
    "5/15 * * * *",
    "/5 * * * *",
    "*/5/5 * * * *",
    "*,5 * * * *",
    "0 0 1 MON *",
    "0 0 JAN * *",
    "0 0 * MON-FRI *",
    "0 0 ? ? *",
    "? * * * *",
    "0 0 * * L",
    "0 0 * * MON#6",
    "0 0 * * MON#0",
    "0 0 * * 1-5#2",
    "0 0 * * #2",
    "0 0 W * *",
    "0 0 32W * *",
    "0 0 L-3 * *",
    "0 0 L,LW * *",
    "0 0 * * MONDAY",
    "0 0 * * +1",
    "0 0 1 1 * 2026",
    "@reboot",
    "@every 1h",
    "@fortnightly",
    "@daily @daily",
    "TZ=Europe/Berlin 0 1 * * *",
    "CRON_TZ=UTC 0 1 * * *",
    "* * * * * *",
    "*/4 * * * * *",
    "0,58 * * * * *",
];

#[test]
fn what_is_no_expression_is_refused_with_its_field() {
    let commas = ",".repeat(5_000);
    let long = format!("{} * * * *", ["0"; 130].join(","));
    for expression in NO_EXPRESSIONS.into_iter().chain([commas.as_str(), long.as_str()]) {
        let refused = refusal(expression, None, CronProfile::Vixie);
        assert_eq!(refused, ("schedules[0].cron".to_owned(), "BAD_CRON"), "{expression:?}");
    }
}

#[test]
fn what_never_comes_is_refused() {
    for expression in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 31W 4 *", "0 0 30-31 FEB *"] {
        let (field, reason) = refusal(expression, None, CronProfile::Vixie);
        assert_eq!((field.as_str(), reason), ("schedules[0].cron", "NEVER_FIRES"));
    }
    // On this night and no other, and then the clock leaves the time out.
    let night = refusal("30 2 * 3 SUNL", Some("Europe/Berlin"), CronProfile::Kubernetes);
    assert_eq!(night.1, "NEVER_FIRES");
}

#[test]
fn what_is_no_zone_is_refused() {
    for zone in ["Mars/Olympus", "EST5EDT4", "../../x", "", "Etc/Unknown", "+02:00", "Europe/"] {
        let (field, reason) = refusal("0 1 * * *", Some(zone), CronProfile::Vixie);
        assert_eq!((field.as_str(), reason), ("timezone", "BAD_TIMEZONE"), "{zone:?}");
    }
}

#[test]
fn an_unclear_schedule_of_quartz_or_systemd_is_refused() {
    for (expression, profile) in [
        ("0 0 2 1 * 2", CronProfile::Quartz),
        ("0 0 2 ? * 0", CronProfile::Quartz),
        ("0 0 2 ? * 2 2026", CronProfile::Quartz),
        ("0 0/90 * * * ?", CronProfile::Quartz),
        ("*-*-* 02:30:00", CronProfile::Systemd),
        ("Mon..Fri 02:30", CronProfile::Systemd),
    ] {
        assert_eq!(refusal(expression, None, profile).1, "BAD_CRON", "{expression:?}");
    }
}

#[test]
fn more_schedules_than_may_be_are_refused() {
    let many = vec![cron("0 1 * * *"); SCHEDULES_MAX + 1];
    let found = Timetable::checked(&many, None, CronProfile::Vixie).unwrap_err();
    assert_eq!((found[0].field.as_str(), found[0].reason), ("schedules", "TOO_MANY"));
    let within = Timetable::checked(&many[1..], None, CronProfile::Vixie);
    assert!(within.is_ok());
}

#[test]
fn every_schedule_is_refused_by_its_number() {
    let mixed = [cron("0 1 * * *"), cron("0 0 30 2 *"), Schedule::Every { interval_ms: 1 }];
    let found = Timetable::checked(&mixed, None, CronProfile::Vixie).unwrap_err();
    let fields: Vec<_> = found.iter().map(|it| (it.field.as_str(), it.reason)).collect();
    assert_eq!(
        fields,
        [("schedules[2].every", "OUT_OF_RANGE"), ("schedules[1].cron", "NEVER_FIRES")]
    );
}

#[test]
fn expressions_name_the_times_that_they_should() {
    use CronProfile::{Kubernetes, Quartz, Vixie};
    for (expression, profile, first) in [
        ("@hourly", Vixie, "2026-01-01T01:00:00Z"),
        ("@daily", Vixie, "2026-01-02T00:00:00Z"),
        ("@midnight", Vixie, "2026-01-02T00:00:00Z"),
        ("@weekly", Vixie, "2026-01-04T00:00:00Z"),
        ("@monthly", Vixie, "2026-02-01T00:00:00Z"),
        ("@Yearly", Vixie, "2027-01-01T00:00:00Z"),
        ("@annually", Vixie, "2027-01-01T00:00:00Z"),
        ("*/60 * * * *", Vixie, "2026-01-01T01:00:00Z"),
        ("15 10 * * 7", Vixie, "2026-01-04T10:15:00Z"),
        ("15 10 * * FRI-SUN", Vixie, "2026-01-02T10:15:00Z"),
        ("15 10 * feb mon", Vixie, "2026-02-02T10:15:00Z"),
        ("0 12 L * *", Vixie, "2026-01-31T12:00:00Z"),
        ("0 12 LW * *", Vixie, "2026-01-30T12:00:00Z"),
        ("0 12 4W * *", Vixie, "2026-01-05T12:00:00Z"),
        ("0 12 * * MON#2", Vixie, "2026-01-12T12:00:00Z"),
        ("0 12 * * 5L", Vixie, "2026-01-30T12:00:00Z"),
        ("0 12 29 2 *", Vixie, "2028-02-29T12:00:00Z"),
        ("30 0 12 * * *", Vixie, "2026-01-01T12:00:30Z"),
        ("*/20 * * * * *", Vixie, "2026-01-01T00:00:20Z"),
        // Either day counts, unless a star says that both must.
        ("0 12 13 * FRI", Vixie, "2026-01-02T12:00:00Z"),
        ("0 12 */2 * FRI", Vixie, "2026-01-09T12:00:00Z"),
        ("0 12 */2 * FRI", Kubernetes, "2026-01-01T12:00:00Z"),
        ("0 0 12 ? * 2", Quartz, "2026-01-05T12:00:00Z"),
        ("0 0 12 ? * MON", Quartz, "2026-01-05T12:00:00Z"),
        ("0 5/15 * * * ?", Quartz, "2026-01-01T00:05:00Z"),
    ] {
        let next = slots(&read(expression, "UTC", profile), "2026-01-01T00:00:00Z", 1);
        assert_eq!(next, [first], "{expression}");
    }
}

#[test]
fn the_next_slot_is_the_earliest_of_all_schedules() {
    let schedules = [cron("0 3 * * *"), cron("30 2 * * *"), cron("0 3 * * THU")];
    let timetable = Timetable::checked(&schedules, None, CronProfile::Vixie).unwrap();
    assert_eq!(
        slots(&timetable, "2026-01-01T00:00:00Z", 3),
        ["2026-01-01T02:30:00Z", "2026-01-01T03:00:00Z", "2026-01-02T02:30:00Z"]
    );
}

#[test]
fn the_utc_profile_looks_at_no_zone() {
    let timetable = read("30 2 * * *", "Asia/Kolkata", CronProfile::Utc);
    assert_eq!(slots(&timetable, "2026-01-01T00:00:00Z", 1), ["2026-01-01T02:30:00Z"]);
}

#[test]
fn debian_plainly_follows_a_clock_that_changes_by_hours() {
    // Samoa left out 30 December 2011.
    let timetable = read("30 2 * * *", "Pacific/Apia", CronProfile::Vixie);
    assert_eq!(
        slots(&timetable, "2011-12-29T00:00:00Z", 3),
        ["2011-12-29T12:30:00Z", "2011-12-30T12:30:00Z", "2011-12-31T12:30:00Z"]
    );
}

#[test]
fn a_gap_over_midnight_runs_when_it_ends() {
    // In Beirut the clock goes from 00:00 to 01:00.
    let timetable = read("0 0 * * *", "Asia/Beirut", CronProfile::Vixie);
    let preview = timetable.preview(at("2026-03-28T12:00:00Z"), 1);
    assert_eq!(preview.occurrences[0].local, "2026-03-29T01:00:00+03:00");
    assert_eq!(preview.occurrences[0].note, "00:00 does not exist on this night; runs at 01:00");
}

#[test]
fn times_without_a_date_have_no_slot() {
    let timetable = read("0 1 * * *", "Europe/Berlin", CronProfile::Vixie);
    for far in [i64::MIN, i64::MAX, i64::MAX / 1_000, 253_402_300_799_000] {
        assert_eq!(timetable.next_after(Timestamp::from_millis(far)), None);
    }
}

#[test]
fn a_run_may_be_early_by_a_tenth_of_the_gap_before_and_five_minutes() {
    let slot = at("2026-01-01T12:00:00Z");
    for (expression, early_s, is_early) in [
        ("*/10 * * * *", 60, true),
        ("*/10 * * * *", 61, false),
        ("0 12 * * *", 300, true),
        ("0 12 * * *", 301, false),
        // What counts is the gap before, not the day after.
        ("0,59 11,12 * * *", 6, true),
        ("0,59 11,12 * * *", 7, false),
        ("0 12 * * *", 0, false),
    ] {
        let timetable = read(expression, "UTC", CronProfile::Vixie);
        let began_at = slot.minus(Duration::from_secs(early_s));
        assert_eq!(timetable.is_early_for(slot, began_at), is_early, "{expression} {early_s}");
    }
}

/// Times are printed and not judged: machines differ.
#[test]
fn the_worst_expressions_are_timed() {
    let samples = [
        ("daily", "30 2 * * *", CronProfile::Vixie),
        ("every minute", "* * * * *", CronProfile::Vixie),
        ("29 February", "0 0 29 2 *", CronProfile::Vixie),
        ("fifth Sunday of February", "0 0 * 2 SUN#5", CronProfile::Quartz),
        ("never", "0 0 31 2,4,6,9,11 *", CronProfile::Vixie),
        ("only in a gap", "30 2 * 3 SUNL", CronProfile::Kubernetes),
    ];
    for (name, expression, profile) in samples {
        let started = timed();
        let read = Timetable::new(&[cron(expression)], Some("Europe/Berlin"), profile);
        let parse = started.elapsed();
        let timetable = read.unwrap_or_default();
        let search = |day: u64| {
            let after = ANY_TIME.plus(Duration::from_hours(24 * day * 5));
            // The least of three: what else the machine does is not to be measured.
            let once = || {
                let started = timed();
                let _ = timetable.next_after(after);
                started.elapsed()
            };
            [once(), once(), once()].into_iter().min().unwrap_or_default()
        };
        let worst = (0..200).map(search).max().unwrap_or_default();
        eprintln!("{name}: read in {parse:?}, worst of 200 searches {worst:?}");
    }
}

#[expect(clippy::disallowed_methods, reason = "measures the machine, decides nothing")]
fn timed() -> Instant {
    Instant::now()
}

/// A field of an expression with every form of item.
fn field(least: u32, greatest: u32) -> impl Strategy<Value = String> {
    let range = (least..=greatest).prop_flat_map(move |from| (Just(from), from..=greatest));
    let item = prop_oneof![
        (least..=greatest).prop_map(|value| value.to_string()),
        range.clone().prop_map(|(from, to)| format!("{from}-{to}")),
        (range, 1_u32..8)
            .prop_map(|((from, to), step)| { format!("{from}-{to}/{}", step.min(to - from + 1)) }),
        (1..=(greatest - least + 1).min(20)).prop_map(|step| format!("*/{step}")),
    ];
    prop_oneof![
        2 => Just("*".to_owned()),
        3 => prop::collection::vec(item, 1..4).prop_map(|items| items.join(",")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    (field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)).prop_map(
        |(minute, hour, day, month, weekday)| format!("{minute} {hour} {day} {month} {weekday}"),
    )
}

fn profile() -> impl Strategy<Value = CronProfile> {
    use CronProfile::{Kubernetes, Systemd, Utc, Vixie};
    prop::sample::select(vec![Vixie, Kubernetes, Systemd, Utc])
}

/// Whether a field names `value`, read anew and naively.
fn names(field: &str, least: i64, greatest: i64, value: i64) -> bool {
    field.split(',').any(|item| {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
            None if range == "*" => (least, greatest),
            None => (range.parse().unwrap(), range.parse().unwrap()),
        };
        (from..=to).contains(&value) && (value - from) % step.parse::<i64>().unwrap() == 0
    })
}

fn is_named(expression: &str, needs_both: bool, at: Timestamp) -> bool {
    let fields: Vec<&str> = expression.split(' ').collect();
    let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap();
    let time = Offset::UTC.to_datetime(instant);
    let day = names(fields[2], 1, 31, time.day().into());
    let weekday = time.date().weekday().to_sunday_zero_offset();
    let weekday = names(fields[4], 0, 6, weekday.into());
    let is_day = match (fields[2], fields[4]) {
        ("*", _) | (_, "*") => day && weekday,
        _ if needs_both => day && weekday,
        _ => day || weekday,
    };
    is_day
        && names(fields[0], 0, 59, time.minute().into())
        && names(fields[1], 0, 23, time.hour().into())
        && names(fields[3], 1, 12, time.month().into())
}

proptest! {
    /// Whatever the expression, the zone and the night: slots come strictly later,
    /// an earlier question never has a later answer, and asking between two slots
    /// gives the second.
    #[test]
    fn slots_are_strictly_later_and_in_order(
        expression in expression(),
        profile in profile(),
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York",
            "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "Asia/Kolkata"]),
        start_ms in 1_700_000_000_000_i64..2_000_000_000_000,
        ahead_ms in 0_i64..100_000_000,
    ) {
        let timetable = Timetable::new(&[cron(&expression)], Some(zone), profile).unwrap();
        let start = Timestamp::from_millis(start_ms);
        let Some(next) = timetable.next_after(start) else { return Ok(()) };
        prop_assert!(next > start);
        let between = Timestamp::from_millis(start_ms + ahead_ms);
        let later = timetable.next_after(between);
        prop_assert!(later.is_none_or(|later| later >= next));
        if between < next {
            prop_assert_eq!(later, Some(next));
        }
        prop_assert_eq!(timetable.next_after(next.minus(Duration::from_millis(1))), Some(next));
        if let Some(last) = timetable.last_between(start, between) {
            prop_assert!(last <= between);
            prop_assert!(timetable.next_after(last).is_none_or(|after| after > between));
        } else {
            prop_assert!(next > between);
        }
    }

    /// Where clocks do not change, the next slot is the first minute that a naive
    /// reading of the fields names.
    #[test]
    fn the_next_slot_is_found_minute_by_minute(
        expression in expression(),
        profile in profile(),
        start_min in 28_000_000_i64..33_000_000,
    ) {
        const MINUTES: i64 = 2 * 1_440;
        let timetable = Timetable::new(&[cron(&expression)], None, profile).unwrap();
        let fields: Vec<&str> = expression.split(' ').collect();
        let is_star = fields[2].starts_with('*') || fields[4].starts_with('*');
        let follows_vixie = matches!(profile, CronProfile::Vixie | CronProfile::Utc);
        let minute = |number: i64| Timestamp::from_millis((start_min + number) * 60_000);
        let scanned = (1..=MINUTES)
            .map(minute)
            .find(|at| is_named(&expression, is_star && follows_vixie, *at));
        let found = timetable.next_after(minute(0)).filter(|at| *at <= minute(MINUTES));
        prop_assert_eq!(found, scanned, "{}", expression);
    }

    /// Nothing that can be sent makes the reading fail otherwise than by a refusal.
    #[test]
    fn any_text_is_read_or_refused(text in "[-0-9*,/#LW?@ A-Z]{0,40}", quartz: bool) {
        let profile = if quartz { CronProfile::Quartz } else { CronProfile::Vixie };
        if let Ok(timetable) = Timetable::checked(&[cron(&text)], Some("Europe/Berlin"), profile) {
            prop_assert!(timetable.next_after(ANY_TIME).is_some());
        }
    }
}
