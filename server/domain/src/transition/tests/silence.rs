//! Silence: each rule as a sentence.

use crate::incident::{EventKind, Reason, Resolution};
use crate::run::RunStatus;
use crate::settings::{Change, Patch};
use crate::transition::Input;
use crate::world::{
    HOUR, MINUTE, SECOND, World, beating, completed, heartbeat, just_before, limited, plain,
    running, scheduled, stream_broke, stream_opened,
};

#[test]
fn a_run_that_never_beat_and_declared_nothing_may_be_silent() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.wait(240 * HOUR);

    assert_eq!(world.told(), []);
}

#[test]
fn a_run_stalls_after_three_intervals_and_the_next_beat_ends_that() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.wait(just_before(3 * MINUTE));
    assert_eq!(world.told(), []);
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::Stalled]);
    assert_eq!(world.events[0].incident.onset_at, world.now);

    world.say(heartbeat()).unwrap();
    let (_, resolution) = world.events[1].incident.resolved.unwrap();
    assert_eq!(resolution, Resolution::Recovered);
    world.wait(3 * MINUTE);
    assert_eq!(world.wrong(), [Reason::Stalled], "it may stall again");
}

#[test]
fn a_run_that_beat_once_stalls_after_a_quarter_of_an_hour() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.say(heartbeat()).unwrap();
    world.wait(15 * MINUTE);

    assert_eq!(world.wrong(), [Reason::Stalled]);
}

#[test]
fn a_heartbeat_may_declare_another_interval() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.say(heartbeat().every(HOUR)).unwrap();
    world.wait(just_before(3 * HOUR));
    assert_eq!(world.told(), []);
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::Stalled]);
}

/// Each move would cost the store an index entry.
#[test]
fn a_heartbeat_moves_no_instant_of_the_next_look() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    let due_at = world.state().due_at;
    world.wait(MINUTE);
    world.say(heartbeat()).unwrap();

    assert_eq!(world.state().due_at, due_at);
    world.wait(2 * MINUTE);
    assert_eq!(world.state().due_at, Some(world.now.plus(MINUTE)), "the look itself moves it");
}

#[test]
fn every_open_run_is_judged_by_its_own_silence() {
    let mut world = World::new(beating(MINUTE));
    world.say(running().of("old")).unwrap();
    world.wait(MINUTE);
    world.say(running().of("new")).unwrap();
    world.wait(2 * MINUTE);

    assert_eq!(world.wrong(), [Reason::Stalled]);
    assert!(world.run("old").is_stalled && !world.run("new").is_stalled);
    world.wait(MINUTE);
    world.say(heartbeat().of("old")).unwrap();
    assert_eq!(world.wrong(), [Reason::Stalled], "the new one is silent now");
    world.say(heartbeat().of("new")).unwrap();
    assert!(world.wrong().is_empty());
}

#[test]
fn a_stalled_run_that_ends_has_ended_and_its_incident_with_it() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.wait(HOUR);
    world.say(completed().ago(50 * MINUTE).replayed()).unwrap();

    assert!(world.wrong().is_empty());
    assert!(!world.unnamed()[0].is_stalled);
}

#[test]
fn a_stalled_run_that_another_follows_is_not_told_of_twice() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.wait(HOUR);
    let stalled = world.state().incidents[0].id;
    world.resolve(stalled).unwrap();
    world.say(running()).unwrap();

    assert_eq!(world.unnamed()[0].status(), RunStatus::Lost);
    assert!(world.wrong().is_empty());
}

#[test]
fn a_replayed_heartbeat_is_no_life() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.wait(2 * MINUTE);
    world.say(heartbeat().having_done(1).replayed()).unwrap();
    world.wait(MINUTE);

    assert_eq!(world.wrong(), [Reason::Stalled]);
    world.say(heartbeat().ago(2 * MINUTE).replayed()).unwrap();
    assert_eq!(world.wrong(), [Reason::Stalled]);
}

#[test]
fn a_replayed_heartbeat_turns_back_no_progress() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.say(heartbeat().having_done(7)).unwrap();
    world.say(heartbeat().having_done(3).ago(MINUTE).replayed()).unwrap();

    assert_eq!(world.state().runs[0].progress.as_ref().map(|it| it.done), Some(7));
}

#[test]
fn a_daemon_that_only_beats_stalls_and_recovers() {
    let mut world = World::new(beating(MINUTE));
    world.wait(HOUR);
    assert_eq!(world.told(), [], "before its first heartbeat it is not watched");
    world.say(heartbeat()).unwrap();
    world.wait(3 * MINUTE);
    assert_eq!(world.wrong(), [Reason::Stalled]);
    world.say(heartbeat()).unwrap();
    assert!(world.wrong().is_empty());
}

/// A timeout alone says all that is needed: an interval only implies one.
#[test]
fn a_daemon_with_a_timeout_and_no_interval_stalls_too() {
    let limits = Patch { heartbeat_timeout: Change::Set(10 * MINUTE), ..plain() };
    let mut world = World::new(limits);
    world.say(heartbeat()).unwrap();
    world.wait(just_before(10 * MINUTE));
    assert_eq!(world.told(), []);
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::Stalled]);
}

#[test]
fn a_silent_daemon_that_begins_a_run_is_silent_no_more() {
    let mut world = World::new(beating(MINUTE));
    world.say(heartbeat()).unwrap();
    world.wait(HOUR);
    world.say(running()).unwrap();

    assert!(world.wrong().is_empty());
}

#[test]
fn a_heartbeat_after_the_end_of_the_run_makes_no_daemon_of_its_job() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    let answer = world.say(heartbeat()).unwrap();
    world.wait(24 * HOUR);

    assert_eq!(answer.warnings[0].reason, "NO_OPEN_RUN");
    assert_eq!(world.told(), []);
}

#[test]
fn a_stream_that_breaks_and_returns_in_time_is_nothing() {
    let mut world = World::new(plain());
    world.say(running().of("a")).unwrap();
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    world.wait(10 * SECOND);
    world.decide(stream_broke(Some("a"))).unwrap();
    assert!(world.run("a").suspect_since.is_some());
    world.wait(4 * SECOND);
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    world.wait(14 * SECOND);

    assert_eq!(world.told(), []);
    assert!(world.run("a").suspect_since.is_none());
}

#[test]
fn any_report_of_a_suspect_run_clears_it() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.decide(stream_opened(None, world.now)).unwrap();
    world.decide(stream_broke(None)).unwrap();
    world.wait(14 * SECOND);
    world.say(heartbeat()).unwrap();

    assert!(world.unnamed()[0].suspect_since.is_none());
    assert_eq!(world.told(), []);
}

#[test]
fn a_stream_that_breaks_and_does_not_return_is_lost_at_its_timeout() {
    let mut world = World::new(plain());
    world.say(running().of("a")).unwrap();
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    let heard_at = world.now;
    world.wait(SECOND);
    world.decide(stream_broke(Some("a"))).unwrap();
    world.wait(14 * SECOND);

    assert_eq!(world.wrong(), [Reason::Lost]);
    assert_eq!(world.run("a").ended_at(), Some(heard_at.plus(15 * SECOND)));

    world.wait(HOUR);
    world.say(heartbeat().of("a")).unwrap();
    assert_eq!(world.run("a").status(), RunStatus::Running, "real beats synthetic");
    let (_, resolution) = world.events[1].incident.resolved.unwrap();
    assert_eq!(resolution, Resolution::ReportedLate);
}

#[test]
fn a_silent_stream_stalls_though_it_never_broke() {
    let mut world = World::new(plain());
    world.say(running().of("a")).unwrap();
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    world.wait(15 * SECOND);

    assert_eq!(world.wrong(), [Reason::Stalled]);
}

#[test]
fn a_run_that_stalled_before_its_stream_broke_is_lost_without_a_second_page() {
    let mut world = World::new(plain());
    world.say(running().of("a")).unwrap();
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    world.wait(20 * SECOND);
    assert_eq!(world.wrong(), [Reason::Stalled]);

    world.decide(stream_broke(Some("a"))).unwrap();
    world.wait(15 * SECOND);

    assert_eq!(world.run("a").status(), RunStatus::Lost);
    assert_eq!(world.wrong(), [Reason::Stalled]);
}

#[test]
fn a_run_whose_stream_broke_before_it_began_is_lost() {
    let mut world = World::new(plain());
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    world.decide(stream_broke(Some("a"))).unwrap();
    world.wait(15 * SECOND);

    assert_eq!(world.wrong(), [Reason::Lost]);
}

#[test]
fn a_stream_that_says_goodbye_leaves_no_suspicion() {
    let mut world = World::new(plain());
    world.say(running().of("a")).unwrap();
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    let goodbye = Input::StreamEnded { run_id: world.run("a").id.clone().into(), is_clean: true };
    world.decide(goodbye).unwrap();

    assert!(world.run("a").suspect_since.is_none());
}

#[test]
fn a_stream_opened_before_the_unnamed_run_began_is_none_of_a_later_run() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    world.decide(stream_opened(None, world.now)).unwrap();
    world.wait(SECOND);
    world.say(running()).unwrap();
    world.wait(60 * SECOND);

    assert_eq!(world.wrong(), []);
}

#[test]
fn an_unnamed_run_lives_on_the_stream_that_was_opened_while_it_ran() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.decide(stream_opened(None, world.now)).unwrap();
    world.decide(stream_broke(None)).unwrap();
    world.wait(15 * SECOND);

    assert_eq!(world.wrong(), [Reason::Lost]);
}

#[test]
fn a_stream_cannot_bring_back_a_run_that_has_ended() {
    let mut world = World::new(plain());
    world.say(running().of("a")).unwrap();
    world.say(completed().of("a")).unwrap();
    let answer = world.decide(stream_opened(Some("a"), world.now)).unwrap();

    assert_eq!(answer.warnings[0].reason, "NO_OPEN_RUN");
    assert_eq!(world.run("a").status(), RunStatus::Completed);
}

#[test]
fn a_run_given_up_does_not_overrun() {
    let mut world = World::new(limited(20 * SECOND));
    world.say(running().of("a")).unwrap();
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    world.decide(stream_broke(Some("a"))).unwrap();
    world.now = world.now.plus(HOUR);
    world.look();

    assert_eq!(world.told(), [(Reason::Lost, EventKind::Opened)]);
}

#[test]
fn a_job_that_never_ran_is_never_started() {
    let mut world = World::new(scheduled(HOUR));
    world.wait(just_before(HOUR + 5 * MINUTE));
    assert_eq!(world.told(), []);
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::NeverStarted]);

    world.wait(3 * HOUR);
    assert_eq!(world.state().incidents[0].missed_slots, 4, "one incident counts the slots");
    world.say(running()).unwrap();
    let (_, resolution) = world.events[1].incident.resolved.unwrap();
    assert_eq!(resolution, Resolution::Recovered);
}

#[test]
fn a_job_that_stops_to_run_is_missed_from_its_last_start() {
    let mut world = World::new(scheduled(HOUR));
    world.wait(50 * MINUTE);
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    let began_at = world.now;
    world.wait(HOUR + 5 * MINUTE);

    assert_eq!(world.wrong(), [Reason::Missed]);
    assert_eq!(world.events[0].incident.onset_at, began_at.plus(HOUR + 5 * MINUTE));
}

#[test]
fn a_run_that_began_in_time_and_was_reported_late_was_not_missed() {
    let mut world = World::new(scheduled(HOUR));
    world.wait(HOUR + 10 * MINUTE);
    assert_eq!(world.wrong(), [Reason::NeverStarted]);
    world.say(running().ago(8 * MINUTE).replayed()).unwrap();

    let (_, resolution) = world.events[1].incident.resolved.unwrap();
    assert_eq!(resolution, Resolution::ReportedLate);
}

#[test]
fn a_start_older_than_the_missed_slot_does_not_end_its_incident() {
    let mut world = World::new(scheduled(HOUR));
    world.wait(HOUR + 10 * MINUTE);
    world.say(running().ago(30 * MINUTE).replayed()).unwrap();

    assert_eq!(world.wrong(), [Reason::NeverStarted]);
}

#[test]
fn the_start_grace_is_five_minutes_unless_it_is_set() {
    let patch = Patch { start_grace: Change::Set(MINUTE), ..scheduled(HOUR) };
    let mut world = World::new(patch);
    world.wait(HOUR + MINUTE);

    assert_eq!(world.wrong(), [Reason::NeverStarted]);
}
