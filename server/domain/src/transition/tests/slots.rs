//! Slots that cron names: each rule as a sentence. The world begins on
//! 2027-01-15 at 08:00 UTC.

use std::time::Duration;

use crate::incident::{Reason, Resolution};
use crate::schedule::Schedule;
use crate::settings::{Change, Patch};
use crate::time::Timestamp;
use crate::transition::Input;
use crate::world::{
    HOUR, MINUTE, SECOND, World, completed, cron, heartbeat, just_before, running, scheduled,
};

/// The slot expected next, as the time since the world began.
fn awaited(world: &World, begun: Timestamp) -> Option<u64> {
    world.state().slot.map(|slot| slot.since(begun).as_secs() / 60)
}

#[test]
fn a_run_meets_its_slot_and_the_next_is_awaited() {
    let mut world = World::new(cron("0 * * * *"));
    let begun = world.now;
    assert_eq!(awaited(&world, begun), Some(60));
    world.wait(HOUR + MINUTE);
    world.say(running()).unwrap();
    assert_eq!(awaited(&world, begun), Some(120));
    world.say(completed()).unwrap();
    assert_eq!(awaited(&world, begun), Some(120));
    assert_eq!(world.unnamed()[0].slot, Some(begun.plus(HOUR)));
    assert_eq!(world.told(), []);
}

#[test]
fn an_ad_hoc_run_neither_meets_a_slot_nor_breaks_one() {
    let mut world = World::new(cron("0 * * * *"));
    let begun = world.now;
    world.wait(30 * MINUTE);
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    assert_eq!(awaited(&world, begun), Some(60));
    assert_eq!(world.unnamed()[0].slot, None);

    world.wait(35 * MINUTE);
    assert_eq!(world.wrong(), [Reason::Missed], "the slot was not met");
    assert_eq!(awaited(&world, begun), Some(120), "after a miss the next slot is awaited");
}

#[test]
fn a_run_may_begin_a_little_early() {
    let mut world = World::new(cron("0 * * * *"));
    let begun = world.now;
    world.wait(55 * MINUTE);
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    assert_eq!(awaited(&world, begun), Some(120));

    world.wait(just_before(HOUR));
    world.say(running()).unwrap();
    assert_eq!(awaited(&world, begun), Some(120), "one second more is too early");
}

#[test]
fn how_early_a_run_may_begin_can_be_set() {
    let early = |tolerated| Patch { early_tolerance: Change::Set(tolerated), ..Patch::default() };
    let mut world = World::new(Patch { ..cron("0 * * * *") });
    let begun = world.now;
    let patch = early(20 * MINUTE);
    world.decide(Input::Settings { patch, by: crate::key::Role::Admin }).unwrap();
    assert_eq!(world.state().slot_opens_at, Some(begun.plus(40 * MINUTE)));
    world.wait(40 * MINUTE);
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    assert_eq!(awaited(&world, begun), Some(120));

    let patch = early(Duration::ZERO);
    world.decide(Input::Settings { patch, by: crate::key::Role::Admin }).unwrap();
    world.wait(79 * MINUTE + 59 * SECOND);
    world.say(running()).unwrap();
    assert_eq!(awaited(&world, begun), Some(120), "a second is too early");
    assert_eq!(world.unnamed()[1].slot, None);
}

#[test]
fn of_two_slots_within_reach_a_run_takes_the_nearer() {
    let patch = Patch {
        early_tolerance: Change::Set(50 * MINUTE),
        start_grace: Change::Set(HOUR),
        ..cron("0 * * * *")
    };
    let mut world = World::new(patch);
    let begun = world.now;
    world.wait(80 * MINUTE);
    world.say(running().of("near-the-first")).unwrap();
    world.say(running().of("second")).unwrap();
    assert_eq!(world.run("near-the-first").slot, Some(begun.plus(HOUR)));
    assert_eq!(world.run("second").slot, Some(begun.plus(2 * HOUR)), "the first has its run");
}

#[test]
fn a_run_takes_the_slot_that_it_names() {
    let patch = Patch { start_grace: Change::Set(3 * HOUR), ..cron("0 * * * *") };
    let mut world = World::new(patch);
    let begun = world.now;
    world.wait(2 * HOUR + 30 * MINUTE);
    world.say(running().of("first").scheduled_for(begun.plus(HOUR))).unwrap();
    assert_eq!(world.run("first").slot, Some(begun.plus(HOUR)));
    assert_eq!(awaited(&world, begun), Some(120));

    for (run, named, why) in [
        ("no-slot", begun.plus(90 * MINUTE), "not named by the schedule"),
        ("taken", begun.plus(HOUR), "it has its run"),
        ("too-early", begun.plus(9 * HOUR), "its time has not come"),
    ] {
        let answer = world.say(running().of(run).scheduled_for(named)).unwrap();
        let reasons: Vec<_> = answer.warnings.iter().map(|warning| warning.reason).collect();
        assert_eq!(reasons, ["NO_SUCH_SLOT"], "{why}");
    }
    assert_eq!(world.run("no-slot").slot, Some(begun.plus(2 * HOUR)), "the nearest instead");
}

#[test]
fn a_run_that_has_not_ended_when_it_must_is_found_until_it_ends() {
    let limit = Patch { finish_by: Change::Set(30 * MINUTE), ..Patch::default() };
    for patch in [cron("0 * * * *"), scheduled(HOUR)] {
        let mut world = World::new(Patch { finish_by: limit.finish_by.clone(), ..patch });
        world.wait(HOUR + 2 * MINUTE);
        world.say(running()).unwrap();
        world.wait(just_before(28 * MINUTE));
        assert_eq!(world.wrong(), []);
        world.wait(SECOND);
        assert_eq!(world.wrong(), [Reason::FinishedLate], "counted from the slot");
        world.say(heartbeat()).unwrap();
        assert_eq!(world.wrong(), [Reason::FinishedLate]);
        world.say(completed()).unwrap();
        assert_eq!(world.wrong(), []);
        assert!(world.unnamed()[0].finished_late);
        let how = world.incidents.values().next().and_then(|it| it.resolved).map(|it| it.1);
        assert_eq!(how, Some(Resolution::Recovered));
    }
}

#[test]
fn an_end_in_time_that_is_told_late_takes_back_that_a_run_finished_late() {
    let mut world = World::new(Patch { finish_by: Change::Set(30 * MINUTE), ..cron("0 * * * *") });
    world.wait(HOUR);
    world.say(running().of("a")).unwrap();
    world.wait(40 * MINUTE);
    assert_eq!(world.wrong(), [Reason::FinishedLate]);
    world.say(completed().of("a").ago(20 * MINUTE).replayed()).unwrap();
    assert!(!world.run("a").finished_late);
    let how = world.incidents.values().next().and_then(|it| it.resolved).map(|it| it.1);
    assert_eq!(how, Some(Resolution::ReportedLate));
}

#[test]
fn a_run_without_a_slot_has_nothing_to_finish_by() {
    let mut world = World::new(Patch { finish_by: Change::Set(5 * MINUTE), ..cron("0 12 * * *") });
    world.say(running()).unwrap();
    world.wait(HOUR);
    assert_eq!(world.told(), []);
}

#[test]
fn a_late_run_is_of_the_slot_whose_time_it_is() {
    let patch = Patch { start_grace: Change::Set(10 * MINUTE), ..cron("* * * * *") };
    let mut world = World::new(patch);
    let begun = world.now;
    world.wait(3 * MINUTE + SECOND);
    world.say(running().of("third")).unwrap();
    world.say(completed().of("third")).unwrap();
    assert_eq!(world.run("third").slot, Some(begun.plus(3 * MINUTE)));
    assert_eq!(awaited(&world, begun), Some(1), "those before it are awaited still");

    world.say(running().of("first").ago(2 * MINUTE).replayed()).unwrap();
    assert_eq!(world.run("first").slot, Some(begun.plus(MINUTE)));
    world.wait(10 * MINUTE);
    assert_eq!(awaited(&world, begun), Some(4), "the third has its run");
    assert_eq!(world.wrong(), [Reason::Missed], "the second was missed");
    assert_eq!(world.state().incidents[0].missed_slots, 1);
}

#[test]
fn every_slot_without_a_run_is_missed_once() {
    let mut world = World::new(cron("0 * * * *"));
    world.wait(4 * HOUR + just_before(5 * MINUTE));
    assert_eq!(world.wrong(), [Reason::NeverStarted]);
    assert_eq!(world.state().incidents[0].missed_slots, 3);
    world.wait(SECOND);
    assert_eq!(world.state().incidents[0].missed_slots, 4);
}

#[test]
fn slots_that_nobody_could_see_are_unknown_and_the_next_stays_where_it_is() {
    let mut world = World::new(cron("0 * * * *"));
    let begun = world.now;
    world.wait(59 * MINUTE);
    world.go_blind(30 * MINUTE);
    world.wait(20 * MINUTE);
    assert_eq!(world.unknown_slots, [begun.plus(HOUR)]);
    assert_eq!(awaited(&world, begun), Some(120));
    assert_eq!(world.told(), []);
}

/// A start may come before its slot, and so be lost in an outage that is over by then.
#[test]
fn a_slot_whose_early_start_nobody_could_see_is_unknown() {
    let mut world = World::new(cron("0 * * * *"));
    let begun = world.now;
    world.wait(56 * MINUTE);
    world.go_blind(2 * MINUTE);
    world.wait(10 * MINUTE);
    assert_eq!(world.unknown_slots, [begun.plus(HOUR)]);
    assert_eq!(world.told(), []);

    world.wait(44 * MINUTE);
    world.go_blind(2 * MINUTE);
    world.wait(20 * MINUTE);
    assert_eq!(world.wrong(), [Reason::NeverStarted], "5 minutes before it was too early");
    assert_eq!(world.unknown_slots.len(), 1);
}

#[test]
fn intervals_beside_cron_are_restarted_by_any_run() {
    let mut patch = cron("0 12 * * *");
    if let Change::Set(schedules) = &mut patch.schedules {
        schedules.push(Schedule::Every { interval_ms: 90 * 60_000 });
    }
    let mut world = World::new(patch);
    let begun = world.now;
    assert_eq!(awaited(&world, begun), Some(90));
    world.wait(HOUR);
    world.say(running()).unwrap();
    assert_eq!(awaited(&world, begun), Some(150));
    world.wait(90 * MINUTE);
    world.say(running()).unwrap();
    assert_eq!(awaited(&world, begun), Some(240), "noon comes first");
    world.wait(89 * MINUTE);
    world.say(running()).unwrap();
    assert_eq!(awaited(&world, begun), Some(330), "the run was of noon, a minute early");
}

#[test]
fn a_change_of_the_zone_moves_the_slot() {
    let mut world = World::new(cron("0 10 * * *"));
    let begun = world.now;
    assert_eq!(awaited(&world, begun), Some(120));
    let patch = Patch { timezone: Change::Set("Europe/Berlin".to_owned()), ..Patch::default() };
    world.decide(Input::Settings { patch, by: crate::key::Role::Admin }).unwrap();
    assert_eq!(awaited(&world, begun), Some(60));
}

/// What was taken once may be unreadable to a later version.
#[test]
fn a_schedule_that_cannot_be_read_any_more_parks_its_scheduler() {
    let mut world = World::new(cron("0 * * * *"));
    let unreadable = Schedule::Cron { expression: "at noon".to_owned() };
    world.scheduler.settings.schedules = vec![unreadable];
    world.wait(2 * HOUR);
    assert_eq!(world.state().slot, None);
    assert_eq!(world.told(), []);
    world.say(running()).unwrap();
    world.say(completed()).unwrap();

    let patch = Patch { job_name: Change::Set("Noon".to_owned()), ..Patch::default() };
    world.decide(Input::Settings { patch, by: crate::key::Role::Admin }).unwrap();
    world
        .decide(Input::Settings { patch: cron("0 * * * *"), by: crate::key::Role::Admin })
        .unwrap();
    assert!(world.state().slot.is_some());
}
