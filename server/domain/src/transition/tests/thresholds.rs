//! How many outcomes open an incident, and how many end it: each rule as a sentence.

use std::time::Duration;

use crate::id::RunId;
use crate::incident::{EventKind, Reason};
use crate::key::Role;
use crate::settings::{Change, OUTCOMES_MAX, Patch};
use crate::transition::Input;
use crate::world::{
    HOUR, MINUTE, SECOND, Said, World, completed, cron, failed, just_before, plain, running,
    scheduled, stream_broke, stream_opened,
};

/// A job of which so many outcomes must be bad.
fn failing(count: u32) -> Patch {
    Patch { failure_threshold: Change::Set(count), ..plain() }
}

/// A job of which so many outcomes must be good again.
fn recovering(count: u32) -> Patch {
    Patch { recovery_threshold: Change::Set(count), ..plain() }
}

/// A run of a minute that ends so.
fn run(world: &mut World, id: &'static str, end: Said) {
    world.wait(SECOND);
    world.say(running().of(id)).unwrap();
    world.wait(MINUTE);
    world.say(end.of(id)).unwrap();
}

#[test]
fn so_many_failures_in_a_row_are_one_incident_that_names_them_all() {
    let mut world = World::new(failing(3));
    run(&mut world, "a", failed());
    run(&mut world, "b", failed());
    assert_eq!(world.told(), []);
    run(&mut world, "c", failed());
    assert_eq!(world.wrong(), [Reason::Failed]);
    let named: Vec<_> = world.state().incidents[0].run_ids.iter().map(RunId::as_str).collect();
    assert_eq!(named, ["a", "b", "c"]);

    run(&mut world, "d", failed());
    assert_eq!(world.events.len(), 1, "one more adds to it");
    run(&mut world, "e", completed());
    assert!(world.wrong().is_empty());
}

#[test]
fn a_success_in_between_begins_the_count_anew() {
    let mut world = World::new(failing(2));
    for (id, end) in [("a", failed()), ("b", completed()), ("c", failed()), ("d", completed())] {
        run(&mut world, id, end);
    }

    assert_eq!(world.told(), []);
}

#[test]
fn so_many_of_the_last_few_may_lie_between_successes() {
    let patch = Patch { failure_window: Change::Set(4), ..failing(2) };
    let mut world = World::new(patch);
    for (id, end) in [("a", failed()), ("b", completed()), ("c", completed()), ("d", completed())] {
        run(&mut world, id, end);
    }
    run(&mut world, "e", failed());
    assert_eq!(world.told(), [], "the first lies too far back");
    run(&mut world, "f", completed());
    run(&mut world, "g", failed());

    assert_eq!(world.wrong(), [Reason::Failed]);
}

#[test]
fn slots_without_a_run_count_with_failures() {
    let patch = Patch { failure_threshold: Change::Set(3), ..scheduled(HOUR) };
    let mut world = World::new(patch);
    run(&mut world, "a", failed());
    world.wait(just_before(2 * HOUR + 4 * MINUTE));
    assert_eq!(world.told(), [], "one failure and one missed slot");
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::Missed]);
    let incident = &world.state().incidents[0];
    assert_eq!((incident.missed_slots, incident.run_ids.len()), (2, 1));
}

#[test]
fn a_slot_whose_run_comes_late_and_fails_is_one_bad_outcome_and_not_two() {
    let mut world = World::new(Patch { failure_threshold: Change::Set(2), ..cron("0 * * * *") });
    world.wait(HOUR + 10 * MINUTE);
    run(&mut world, "a", failed());
    assert_eq!(world.told(), []);
    world.wait(HOUR);

    assert_eq!(world.wrong(), [Reason::Missed], "the next slot is the second");
}

#[test]
fn what_hangs_now_waits_for_no_threshold() {
    let limits = Patch { max_runtime: Change::Set(HOUR), ..failing(3) };
    let mut world = World::new(Patch { heartbeat_timeout: Change::Set(MINUTE), ..limits });
    world.say(running()).unwrap();
    world.wait(2 * HOUR);

    assert_eq!(world.wrong(), [Reason::Stalled, Reason::Overran]);
}

#[test]
fn a_failure_that_is_learned_of_late_counts_in_its_place() {
    let mut world = World::new(failing(3));
    run(&mut world, "a", failed());
    world.wait(10 * MINUTE);
    run(&mut world, "c", failed());
    world.say(failed().of("b").ago(5 * MINUTE).replayed()).unwrap();
    assert_eq!(world.wrong(), [Reason::Failed]);

    let mut world = World::new(failing(2));
    run(&mut world, "a", failed());
    world.wait(10 * MINUTE);
    run(&mut world, "c", completed());
    world.say(failed().of("b").ago(5 * MINUTE).replayed()).unwrap();
    assert_eq!(world.told(), [], "a success came after it");
}

#[test]
fn a_run_that_was_given_up_and_is_heard_of_again_was_no_failure() {
    let mut world = World::new(failing(2));
    let now = world.now;
    world.say(running().of("a")).unwrap();
    world.decide(stream_opened(Some("a"), now)).unwrap();
    world.decide(stream_broke(Some("a"))).unwrap();
    world.wait(HOUR);
    world.say(running().of("a").ago(HOUR)).unwrap();
    world.say(failed().of("b")).unwrap();

    assert_eq!(world.told(), []);
}

#[test]
fn so_many_successes_in_a_row_end_an_incident() {
    let mut world = World::new(recovering(2));
    for (id, end) in [("a", failed()), ("b", completed()), ("c", failed()), ("d", completed())] {
        run(&mut world, id, end);
    }
    assert_eq!(world.wrong(), [Reason::Failed]);
    run(&mut world, "e", completed());
    let told = [(Reason::Failed, EventKind::Opened), (Reason::Failed, EventKind::Resolved)];
    assert_eq!(world.told(), told);
}

#[test]
fn a_missed_job_that_must_prove_itself_is_not_well_when_it_begins() {
    let patch = Patch { recovery_threshold: Change::Set(2), ..scheduled(HOUR) };
    let mut world = World::new(patch);
    world.wait(HOUR + 5 * MINUTE);
    assert_eq!(world.wrong(), [Reason::NeverStarted]);
    run(&mut world, "a", completed());
    assert_eq!(world.wrong(), [Reason::NeverStarted]);
    run(&mut world, "b", completed());

    assert!(world.wrong().is_empty());
}

#[test]
fn only_as_many_outcomes_are_kept_as_thresholds_ask_for() {
    let outcomes = |world: &World| {
        let text = serde_json::to_value(&world.state().outcomes).unwrap();
        text.as_array().unwrap().len()
    };
    let mut world = World::new(plain());
    run(&mut world, "a", failed());
    assert_eq!(outcomes(&world), 0, "with the defaults none");
    let patch = Patch {
        failure_threshold: Change::Set(2),
        recovery_window: Change::Set(OUTCOMES_MAX),
        recovery_threshold: Change::Set(3),
        ..Patch::default()
    };
    world.decide(Input::Settings { patch, by: Role::Admin }).unwrap();
    for _ in 0..120 {
        world.say(completed()).unwrap();
        world.wait(Duration::from_secs(90));
    }
    assert_eq!(outcomes(&world), 100);
}
