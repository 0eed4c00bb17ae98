//! The schedules against what two independent libraries say, away from clock changes.
//!
//! `vectors.txt` is a sample; `setup.sh` says how to compare more.

use std::fs;
use std::path::Path;

use nightbell_domain::schedule::{CronProfile, Schedule, Timetable};
use nightbell_domain::time::Timestamp;

#[test]
fn the_next_slot_is_the_one_that_two_other_libraries_name() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/vectors.txt");
    let path = std::env::var_os("SCHEDULE_VECTORS").map_or(kept, Into::into);
    let vectors = fs::read_to_string(path).expect("vectors to compare with");
    let mut wrong = Vec::new();
    for line in vectors.lines() {
        let [expression, zone, after, next] =
            line.split(" | ").collect::<Vec<_>>().try_into().expect("four columns");
        let [after, next] = [after, next].map(|seconds| seconds.parse::<i64>().expect("seconds"));
        let schedule = Schedule::Cron { expression: expression.to_owned() };
        let found = Timetable::new(&[schedule], Some(zone), CronProfile::Vixie)
            .expect("a timetable")
            .next_after(Timestamp::from_millis(after * 1_000));
        if found != Some(Timestamp::from_millis(next * 1_000)) {
            wrong.push(format!("{line}: {found:?}"));
        }
    }
    eprintln!("{} vectors compared, {} differ", vectors.lines().count(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong[..wrong.len().min(20)].join("\n"));
}
