//! Runs on the clocks of another time zone than the one that was set. The world begins
//! on 2027-01-15 at 08:00 UTC.

use std::time::Duration;

use crate::incident::Reason;
use crate::key::Role;
use crate::schedule::Schedule;
use crate::settings::{Change, Patch};
use crate::transition::Input;
use crate::world::{HOUR, MINUTE, World, completed, plain, running};

/// A job that is expected at 12:00 by the clocks of `zone`.
fn at_noon(zone: &str) -> Patch {
    let schedule = Schedule::Cron { expression: "0 12 * * *".to_owned() };
    let timezone = Change::Set(zone.to_owned());
    Patch { schedules: Change::Set(vec![schedule]), timezone, ..plain() }
}

/// Lets a run begin so long after the world did on each of some days. What was said
/// of time zones in the answers, by day.
fn run_at(world: &mut World, days: &[Duration]) -> Vec<Option<String>> {
    let begun = world.now;
    let each = days.iter().enumerate().map(|(day, after)| {
        let day = u32::try_from(day).unwrap();
        let at = begun.plus(day * 24 * HOUR + *after);
        world.wait(at.since(world.now));
        let answer = world.say(running()).unwrap();
        world.say(completed()).unwrap();
        let warning = answer.warnings.iter().find(|it| it.reason == "TIMEZONE_MISMATCH");
        warning.map(|warning| warning.message.clone())
    });
    each.collect()
}

#[test]
fn three_runs_off_by_the_same_hours_propose_a_zone() {
    for (zone, after, told) in [
        ("UTC", 3 * HOUR, "1 h before their slots, as by the clocks of Europe/Berlin"),
        ("UTC", 9 * HOUR, "5 h after their slots, as by the clocks of America/New_York"),
        ("Asia/Kolkata", 4 * HOUR, "5 h 30 min after their slots, as by the clocks of UTC"),
        ("UTC", 210 * MINUTE, "30 min before their slots"),
    ] {
        let mut world = World::new(at_noon(zone));
        let said = run_at(&mut world, &[after, after + MINUTE, after]);
        assert_eq!(said[..2], [None, None]);
        let last = said[2].clone().unwrap_or_default();
        assert!(last.ends_with(&format!("runs keep beginning {told}")), "{last}");
    }
}

#[test]
fn what_was_missed_says_why_once_that_is_known() {
    let mut world = World::new(at_noon("UTC"));
    run_at(&mut world, &[3 * HOUR; 3]);
    world.wait(2 * HOUR);
    assert_eq!(world.wrong(), [Reason::Missed]);
    let told = "No run started within 300 s of its slot; runs keep beginning 1 h before their \
                slots, as by the clocks of Europe/Berlin";
    assert_eq!(world.state().incidents[0].summary, told);

    let patch = Patch { timezone: Change::Set("Europe/Berlin".to_owned()), ..Patch::default() };
    world.decide(Input::Settings { patch, by: Role::Admin }).unwrap();
    assert!(world.state().strays.is_empty(), "what was set right is not told again");
}

#[test]
fn runs_that_come_when_somebody_wants_them_propose_nothing() {
    let mut world = World::new(at_noon("UTC"));
    let said = run_at(&mut world, &[HOUR, 3 * HOUR, 3 * HOUR, 7 * HOUR, 6 * HOUR]);
    assert_eq!(said, vec![None; 5]);

    let mut world = World::new(at_noon("UTC"));
    let said = run_at(&mut world, &[3 * HOUR, 3 * HOUR, 4 * HOUR, 3 * HOUR]);
    assert_eq!(said, vec![None; 4], "one that met its slot knows the time");
}
