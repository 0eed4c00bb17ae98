//! How long a run must and may take, and how long its progress may stand still: each
//! rule as a sentence.

use std::time::Duration;

use crate::incident::{EventKind, Reason, Resolution};
use crate::key::Role;
use crate::settings::{Change, Patch, Severity};
use crate::transition::Input;
use crate::world::{
    HOUR, MINUTE, SECOND, World, completed, failed, heartbeat, just_before, limited, plain, running,
};

/// A job that takes at least so long.
fn long(min_runtime: Duration) -> Patch {
    Patch { min_runtime: Change::Set(min_runtime), ..plain() }
}

/// A job whose progress may stand still for so long.
fn moving(progress_timeout: Duration) -> Patch {
    Patch { progress_timeout: Change::Set(progress_timeout), ..plain() }
}

#[test]
fn a_success_that_came_too_soon_is_found_and_proves_nothing() {
    let mut world = World::new(long(MINUTE));
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(failed()).unwrap();
    world.wait(SECOND);
    world.say(running()).unwrap();
    world.wait(just_before(MINUTE));
    world.say(completed()).unwrap();
    assert_eq!(world.wrong(), [Reason::Failed, Reason::TooQuick]);
    assert!(world.unnamed()[1].too_quick);

    world.wait(SECOND);
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(completed()).unwrap();
    assert!(world.wrong().is_empty(), "a success of the right length ends both");
}

#[test]
fn a_clock_that_stepped_makes_no_run_too_short() {
    let mut world = World::new(long(HOUR));
    // By the job's clock no time passed; by ours it did.
    world.say(running().of("stepped")).unwrap();
    world.wait(2 * HOUR);
    world.say(completed().of("stepped").ago(2 * HOUR)).unwrap();
    // By arrival no time passed; by the job's own measure it did.
    world.say(running().of("held-up").ago(2 * HOUR)).unwrap();
    world.say(completed().of("held-up").taking(2 * HOUR)).unwrap();

    assert_eq!(world.told(), []);
}

#[test]
fn a_run_whose_start_is_not_known_cannot_be_too_short() {
    let mut world = World::new(long(HOUR));
    world.say(completed().taking(SECOND)).unwrap();

    assert_eq!(world.told(), []);
}

#[test]
fn a_start_that_is_learned_of_after_its_end_shows_how_short_the_run_was() {
    let mut world = World::new(long(HOUR));
    world.say(completed().of("a").replayed()).unwrap();
    world.say(running().of("a").ago(MINUTE).replayed()).unwrap();
    assert_eq!(world.wrong(), [Reason::TooQuick]);

    world.say(failed().of("a").ago(SECOND).replayed()).unwrap();
    assert_eq!(world.wrong(), [Reason::Failed], "it failed before, so it was no success");
    let ended: Vec<_> = world.incidents.values().filter_map(|it| it.resolved).collect();
    assert_eq!(ended[0].1, Resolution::ReportedLate);
}

#[test]
fn progress_that_stands_still_is_a_stall_though_the_run_beats() {
    let mut world = World::new(moving(10 * MINUTE));
    world.say(running()).unwrap();
    world.say(heartbeat().having_done(1)).unwrap();
    for _ in 0..9 {
        world.wait(MINUTE);
        world.say(heartbeat().having_done(1)).unwrap();
    }
    world.wait(just_before(MINUTE));
    assert_eq!(world.told(), []);
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::Stalled]);
    assert_eq!(world.state().incidents[0].summary, "Run stalled: no progress for 600 s");

    world.say(heartbeat().having_done(1)).unwrap();
    assert_eq!(world.wrong(), [Reason::Stalled], "to beat is not to get on");
    world.say(heartbeat().having_done(2)).unwrap();
    let told = [(Reason::Stalled, EventKind::Opened), (Reason::Stalled, EventKind::Resolved)];
    assert_eq!(world.told(), told);
}

#[test]
fn progress_that_was_never_told_does_not_stand_still() {
    let mut world = World::new(moving(MINUTE));
    world.say(running()).unwrap();
    for _ in 0..10 {
        world.wait(MINUTE);
        world.say(heartbeat()).unwrap();
    }

    assert_eq!(world.told(), []);
}

#[test]
fn a_run_that_is_both_silent_and_stuck_is_one_stall_until_it_does_both() {
    let patch = Patch { heartbeat_interval: Change::Set(MINUTE), ..moving(2 * MINUTE) };
    let mut world = World::new(patch);
    world.say(running()).unwrap();
    world.say(heartbeat().having_done(1)).unwrap();
    world.wait(HOUR);
    assert_eq!(world.wrong(), [Reason::Stalled]);
    world.say(heartbeat()).unwrap();
    assert_eq!(world.wrong(), [Reason::Stalled]);
    world.say(heartbeat().having_done(2)).unwrap();

    assert!(world.wrong().is_empty());
    assert_eq!(world.events.len(), 2);
}

#[test]
fn a_run_may_ask_for_more_time() {
    let mut world = World::new(limited(HOUR));
    world.say(running().of("a")).unwrap();
    world.say(heartbeat().of("a").extending(HOUR)).unwrap();
    for _ in 0..11 {
        world.wait(10 * MINUTE);
        world.say(heartbeat().of("a")).unwrap();
    }
    world.wait(just_before(10 * MINUTE));
    assert_eq!(world.told(), []);
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::Overran]);

    world.say(heartbeat().of("a").extending(MINUTE)).unwrap();
    assert!(world.wrong().is_empty(), "it has its time again");
    world.wait(MINUTE);
    assert_eq!(world.wrong(), [Reason::Overran], "and no more than that");
    world.say(completed().of("a")).unwrap();
    assert!(world.run("a").overran && world.wrong().is_empty());
}

#[test]
fn a_wish_for_time_that_is_sent_again_adds_nothing() {
    for numbered in [true, false] {
        let mut world = World::new(limited(HOUR));
        world.say(running().of("a")).unwrap();
        world.wait(MINUTE);
        let wish = heartbeat().of("a").extending(HOUR);
        let wish = if numbered { wish.numbered(7) } else { wish };
        world.say(wish.clone()).unwrap();
        world.wait(MINUTE);
        world.say(wish.clone().ago(MINUTE)).unwrap();
        world.say(wish.ago(MINUTE).replayed()).unwrap();

        assert_eq!(world.run("a").extended_by(), HOUR);
    }
}

#[test]
fn limits_that_are_taken_away_withdraw_what_they_found() {
    let patch = Patch { progress_timeout: Change::Set(MINUTE), ..long(HOUR) };
    let mut world = World::new(patch);
    world.say(running().of("short")).unwrap();
    world.say(completed().of("short")).unwrap();
    world.say(running().of("stuck")).unwrap();
    world.say(heartbeat().of("stuck").having_done(1)).unwrap();
    world.wait(MINUTE);
    assert_eq!(world.wrong(), [Reason::TooQuick, Reason::Stalled]);
    let patch =
        Patch { min_runtime: Change::Clear, progress_timeout: Change::Clear, ..Patch::default() };
    world.decide(Input::Settings { patch, by: Role::Admin }).unwrap();

    assert!(world.wrong().is_empty() && !world.run("stuck").is_stuck);
    let ended = world.incidents.values().map(|incident| incident.resolved.unwrap().1);
    assert!(ended.eq([Resolution::Withdrawn; 2]));
}

#[test]
fn an_incident_carries_the_severity_that_its_scheduler_had() {
    let patch = Patch { severity: Change::Set(Severity::Critical), ..plain() };
    let mut world = World::new(patch);
    world.say(failed()).unwrap();

    assert_eq!(world.state().incidents[0].severity, Severity::Critical);
}
