//! What each profile does on the nights of a clock change, against tables that were
//! reviewed by hand.
//!
//! The rows of kubernetes, systemd and quartz are what the real ones do: robfig/cron
//! 3.0.1, which Kubernetes uses, systemd 252 and Quartz 2.3.2. After a change that is
//! meant, write the tables anew with `GOLDEN=write cargo test -p nightbell-domain
//! --test schedules` and review the difference.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use nightbell_domain::schedule::{CronProfile, Schedule, Timetable};
use nightbell_domain::time::Timestamp;

const PROFILES: [(&str, CronProfile); 5] = [
    ("vixie", CronProfile::Vixie),
    ("kubernetes", CronProfile::Kubernetes),
    ("systemd", CronProfile::Systemd),
    ("quartz", CronProfile::Quartz),
    ("utc", CronProfile::Utc),
];

const PATTERNS: [&str; 4] = ["30 2 * * *", "0 * * * *", "*/15 * * * *", "30 1-3 * * *"];

/// File, zone, and the instants from which 5 hours are shown: half an hour after
/// local midnight of each night.
const NIGHTS: [(&str, &str, &[&str]); 4] = [
    (
        "berlin",
        "Europe/Berlin",
        &[
            "2026-03-28T23:30:00Z",
            "2026-10-24T22:30:00Z",
            "2027-03-27T23:30:00Z",
            "2027-10-30T22:30:00Z",
        ],
    ),
    (
        "new_york",
        "America/New_York",
        &[
            "2026-03-08T05:30:00Z",
            "2026-11-01T04:30:00Z",
            "2027-03-14T05:30:00Z",
            "2027-11-07T04:30:00Z",
        ],
    ),
    (
        "lord_howe",
        "Australia/Lord_Howe",
        &[
            "2026-04-04T13:30:00Z",
            "2026-10-03T14:00:00Z",
            "2027-04-03T13:30:00Z",
            "2027-10-02T14:00:00Z",
        ],
    ),
    ("kolkata", "Asia/Kolkata", &["2026-03-28T19:00:00Z", "2026-10-24T19:00:00Z"]),
];

#[test]
fn the_nights_of_a_clock_change_are_as_in_the_tables() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schedules");
    for (name, zone, nights) in NIGHTS {
        let mut table = format!("# {zone}: the 5 hours from half past midnight\n");
        for night in nights {
            write_night(&mut table, zone, night);
        }
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("GOLDEN").is_some() {
            fs::write(&file, &table).expect("a file to write");
        }
        let known = fs::read_to_string(&file).expect("a table to compare with");
        assert_eq!(table, known, "{name}.txt");
    }
}

fn write_night(table: &mut String, zone: &str, from: &str) {
    let instant: jiff::Timestamp = from.parse().expect("an instant");
    let after = Timestamp::from_millis(instant.as_millisecond());
    let until = Timestamp::from_millis(after.as_millis() + 5 * 3_600_000);
    for pattern in PATTERNS {
        let _ = writeln!(table, "\n{from}  {pattern}");
        for (name, profile) in PROFILES {
            let schedule = Schedule::Cron { expression: pattern.to_owned() };
            let timetable =
                Timetable::checked(&[schedule], Some(zone), profile).expect("a timetable");
            let preview = timetable.preview(after, 30);
            let within = preview.occurrences.iter().filter(|next| next.at <= until);
            let times = within.map(|next| next.local.as_str());
            let _ = writeln!(table, "  {name:<10}  {}", line_of(times));
            let changes = preview.clock_changes.iter().filter(|change| change.at <= until);
            for change in changes {
                let _ = writeln!(table, "              {}", change.note);
            }
        }
    }
}

/// The times of day, each change of their offset from UTC standing before them.
fn line_of<'a>(times: impl Iterator<Item = &'a str>) -> String {
    let mut offset = "";
    let mut words = Vec::new();
    for time in times {
        if time[19..] != *offset {
            offset = &time[19..];
            words.push(offset);
        }
        words.push(&time[11..16]);
    }
    words.join(" ")
}
