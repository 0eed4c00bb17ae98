//! What becomes of slots: each rule as a sentence.

use crate::incident::Reason;
use crate::ledger::Ending::{self, Failed, Met, MetLate, Missed, Open, Paused, Unknown};
use crate::settings::{Change, Patch};
use crate::transition::Input;
use crate::world::{HOUR, MINUTE, SECOND, World, completed, cron, failed, running};

/// What became of the slots so far, in order.
fn ends(world: &World) -> Vec<Ending> {
    world.slots.values().map(|entry| entry.ending).collect()
}

#[test]
fn every_slot_has_one_end_and_names_its_run() {
    let mut world = World::new(cron("0 * * * *"));
    world.wait(HOUR);
    world.say(running().of("a")).unwrap();
    assert_eq!(ends(&world), [Open]);
    world.say(completed().of("a")).unwrap();
    world.wait(HOUR);
    world.say(running().of("b")).unwrap();
    world.say(failed().of("b")).unwrap();
    world.wait(HOUR + 10 * MINUTE);

    assert_eq!(ends(&world), [Met, Failed, Missed]);
    let runs: Vec<_> = world.slots.values().map(|it| it.run_id.as_ref()).collect();
    assert_eq!(runs[0].unwrap().as_str(), "a");
    assert!(runs[2].is_none());
}

#[test]
fn a_run_that_begins_after_the_grace_meets_its_slot_late() {
    let mut world = World::new(cron("0 * * * *"));
    world.wait(HOUR + 20 * MINUTE);
    assert_eq!(ends(&world), [Missed]);
    world.say(running().of("a")).unwrap();
    world.say(completed().of("a")).unwrap();

    assert_eq!(ends(&world), [MetLate], "in place of what was inferred");
}

#[test]
fn a_run_that_only_tells_its_end_began_as_long_before_as_it_took() {
    let mut world = World::new(cron("0 * * * *"));
    world.wait(HOUR + 20 * MINUTE);
    world.say(completed().taking(20 * MINUTE)).unwrap();

    assert_eq!(ends(&world), [Met]);
}

#[test]
fn a_run_that_is_heard_of_late_mends_what_was_inferred() {
    let mut world = World::new(cron("0 * * * *"));
    let begun = world.now;
    world.wait(4 * HOUR + 10 * MINUTE);
    assert_eq!(ends(&world), [Missed; 4]);
    let age = world.now.since(begun.plus(2 * HOUR));
    world.say(running().of("a").ago(age).replayed()).unwrap();
    world.say(completed().of("a").ago(age.saturating_sub(MINUTE)).replayed()).unwrap();

    assert_eq!(ends(&world), [Missed, Met, Missed, Missed]);
}

#[test]
fn one_slot_is_not_met_twice() {
    let mut world = World::new(cron("0 * * * *"));
    world.wait(HOUR + 10 * MINUTE);
    world.say(running().of("a")).unwrap();
    world.say(completed().of("a")).unwrap();
    world.wait(MINUTE);
    world.say(running().of("b")).unwrap();
    world.say(failed().of("b")).unwrap();

    assert_eq!(ends(&world), [MetLate]);
    assert_eq!(world.run("b").slot, None, "it ran by hand");
}

#[test]
fn slots_of_a_pause_are_skipped() {
    let mut world = World::new(cron("0 * * * *"));
    world.decide(Input::Pause { until: None }).unwrap();
    world.wait(2 * HOUR + MINUTE);
    world.decide(Input::Resume).unwrap();

    assert_eq!(ends(&world), [Paused; 2]);
}

#[test]
fn slots_that_nobody_could_see_are_unknown_until_their_run_is_heard_of() {
    let mut world = World::new(cron("0 * * * *"));
    let begun = world.now;
    world.wait(59 * MINUTE);
    world.go_blind(30 * MINUTE);
    world.wait(20 * MINUTE);
    assert_eq!(ends(&world), [Unknown]);
    let age = world.now.since(begun.plus(HOUR + SECOND));
    world.say(running().of("a").ago(age).replayed()).unwrap();
    world.say(completed().of("a").ago(age.saturating_sub(MINUTE)).replayed()).unwrap();

    assert_eq!(ends(&world), [Met]);
}

#[test]
fn a_late_run_has_to_end_by_its_own_slot() {
    let patch = Patch { finish_by: Change::Set(30 * MINUTE), ..cron("0 * * * *") };
    let mut world = World::new(patch);
    world.wait(HOUR + 20 * MINUTE);
    world.say(running().of("a")).unwrap();
    world.wait(15 * MINUTE);
    world.say(completed().of("a")).unwrap();

    assert!(world.run("a").finished_late);
    assert_eq!(ends(&world), [MetLate]);
}

#[test]
fn a_run_that_begins_when_its_slot_had_to_be_over_has_nothing_to_finish_by() {
    let patch = Patch { finish_by: Change::Set(30 * MINUTE), ..cron("0 * * * *") };
    let mut world = World::new(patch);
    world.wait(HOUR + 40 * MINUTE);
    assert_eq!(world.wrong(), [Reason::NeverStarted]);
    world.say(running().of("a")).unwrap();
    world.wait(10 * MINUTE);
    assert_eq!(world.wrong(), [], "that it comes too late was told when it did not begin");
    world.say(completed().of("a")).unwrap();

    assert_eq!(ends(&world), [MetLate]);
}
