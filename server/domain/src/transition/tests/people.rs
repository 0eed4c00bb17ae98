//! What people do: each rule as a sentence.

use std::collections::BTreeMap;

use crate::id::IncidentId;
use crate::incident::{EventKind, Reason, Resolution};
use crate::key::Role;
use crate::notify::{ChannelId, notifications};
use crate::route::{Directory, Listener};
use crate::scheduler::Health;
use crate::settings::{Change, Patch};
use crate::transition::{Input, Refusal};
use crate::world::{
    HOUR, MINUTE, SECOND, World, beating, completed, failed, heartbeat, just_before, limited,
    plain, running, scheduled,
};

#[test]
fn paused_schedulers_open_nothing() {
    let patch = Patch { heartbeat_interval: Change::Set(MINUTE), ..scheduled(HOUR) };
    let mut world = World::new(patch);
    world.say(running()).unwrap();
    world.decide(Input::Pause { until: None }).unwrap();
    assert_eq!(world.scheduler.health(), Health::Paused);
    world.wait(10 * HOUR);
    world.say(failed()).unwrap();
    world.wait(10 * HOUR);

    assert_eq!(world.told(), []);
}

#[test]
fn silence_during_a_pause_counts_for_nothing_after_it() {
    let patch = Patch { heartbeat_interval: Change::Set(MINUTE), ..scheduled(HOUR) };
    let mut world = World::new(patch);
    world.say(running()).unwrap();
    world.decide(Input::Pause { until: None }).unwrap();
    world.wait(10 * HOUR);
    world.decide(Input::Resume).unwrap();
    world.wait(just_before(3 * MINUTE));
    assert_eq!(world.told(), []);
    world.wait(SECOND);
    assert_eq!(world.wrong(), [Reason::Stalled]);
}

#[test]
fn a_pause_ends_by_itself_and_before_anything_else_is_decided() {
    let mut world = World::new(plain());
    let until = Some(world.now.plus(HOUR));
    world.decide(Input::Pause { until }).unwrap();
    world.wait(just_before(HOUR));
    assert_eq!(world.scheduler.health(), Health::Paused);
    world.now = world.now.plus(SECOND);
    world.say(failed()).unwrap();

    assert_eq!(world.wrong(), [Reason::Failed], "though nobody looked in between");
}

#[test]
fn a_run_that_overran_during_a_pause_is_found_when_the_pause_ends() {
    let mut world = World::new(limited(HOUR));
    world.say(running()).unwrap();
    let until = Some(world.now.plus(2 * HOUR));
    world.decide(Input::Pause { until }).unwrap();
    world.wait(2 * HOUR);

    assert_eq!(world.wrong(), [Reason::Overran]);
}

#[test]
fn a_pause_outlives_reports_registrations_and_restarts_until_its_deadline() {
    let mut world = World::new(scheduled(HOUR));
    let until = world.now.plus(24 * HOUR);
    world.decide(Input::Pause { until: Some(until) }).unwrap();
    assert_eq!(world.state().due_at, Some(until), "its end is a deadline like any other");
    for _ in 0..23 {
        world.wait(HOUR);
        world.say(running()).unwrap();
        world.say(failed()).unwrap();
        let patch = Patch { max_runtime: Change::Set(MINUTE), ..scheduled(2 * HOUR) };
        world.decide(Input::Registration { patch, by: Role::Reporter }).unwrap();
        world.restart();
        assert_eq!(world.state().paused.unwrap().until, Some(until));
    }
    world.wait(HOUR);
    assert_eq!(world.state().paused, None, "it ended by itself");
    assert_eq!(world.told(), [], "and nothing of what lay in it was judged");
    world.wait(2 * HOUR + 5 * MINUTE);

    assert_eq!(world.wrong(), [Reason::Missed]);
}

#[test]
fn a_pause_may_be_made_longer_or_shorter() {
    let mut world = World::new(plain());
    let since = world.now;
    for hours in [1, 3, 2] {
        let until = Some(since.plus(hours * HOUR));
        world.decide(Input::Pause { until }).unwrap();
        assert_eq!(world.state().due_at, until);
        assert_eq!(world.state().paused.unwrap().since, since);
        world.wait(MINUTE);
    }
    world.wait(2 * HOUR);

    assert_eq!(world.state().paused, None);
}

#[test]
fn a_pause_must_end_in_the_future() {
    let mut world = World::new(plain());
    let refused = world.decide(Input::Pause { until: Some(world.now) });

    assert!(matches!(refused, Err(Refusal::Invalid(_))));
}

#[test]
fn a_manual_resolve_does_not_reopen_for_the_same_stall() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.wait(3 * MINUTE);
    world.resolve(world.state().incidents[0].id).unwrap();
    world.wait(24 * HOUR);
    let told = [(Reason::Stalled, EventKind::Opened), (Reason::Stalled, EventKind::Resolved)];
    assert_eq!(world.told(), told);

    world.say(heartbeat()).unwrap();
    world.wait(3 * MINUTE);
    assert_eq!(world.wrong(), [Reason::Stalled], "once gone it may come back");
}

#[test]
fn a_second_acknowledgement_replaces_the_first() {
    let mut world = World::new(plain());
    world.say(failed()).unwrap();
    let incident = world.state().incidents[0].id;
    for by in ["Ada", "Grace"] {
        let (by, note) = (by.to_owned(), "looking".to_owned());
        world.decide(Input::Acknowledge { incident, by, note }).unwrap();
    }

    assert_eq!(world.state().incidents[0].acknowledgement.as_ref().unwrap().by, "Grace");
    let numbers: Vec<_> = world.events.iter().map(|event| event.incident.events).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn what_is_not_open_can_be_neither_acknowledged_nor_resolved() {
    let mut world = World::new(plain());
    world.say(failed()).unwrap();
    let incident = world.state().incidents[0].id;
    world.resolve(incident).unwrap();

    for incident in [incident, IncidentId(uuid::Uuid::max())] {
        let input = Input::Acknowledge { incident, by: "Ada".to_owned(), note: String::new() };
        assert_eq!(world.decide(input), Err(Refusal::IncidentNotOpen));
        assert_eq!(world.resolve(incident), Err(Refusal::IncidentNotOpen));
    }
}

#[test]
fn who_asked_a_run_to_stop_is_heard_with_its_next_report() {
    let mut world = World::new(plain());
    let id = world.say(running()).unwrap().run_id.unwrap();
    world.decide(Input::CancelRun(id.clone())).unwrap();
    assert!(world.say(heartbeat()).unwrap().cancel_requested);

    assert!(!world.say(completed()).unwrap().cancel_requested, "it has ended");
    assert_eq!(world.decide(Input::CancelRun(id)), Err(Refusal::RunEnded));
}

#[test]
fn a_limit_that_is_taken_away_withdraws_what_it_found() {
    let patch = Patch { max_runtime: Change::Set(HOUR), ..scheduled(HOUR) };
    let mut world = World::new(patch);
    world.say(running()).unwrap();
    world.wait(2 * HOUR);
    assert_eq!(world.wrong(), [Reason::Overran, Reason::Missed]);
    let patch = Patch { schedules: Change::Clear, max_runtime: Change::Clear, ..Patch::default() };
    world.decide(Input::Settings { patch, by: Role::Admin }).unwrap();

    assert!(world.wrong().is_empty());
    let ended = world.incidents.values().map(|incident| incident.resolved.unwrap().1);
    assert!(ended.eq([Resolution::Withdrawn; 2]));
}

#[test]
fn settings_that_say_what_is_so_change_nothing() {
    let mut world = World::new(scheduled(HOUR));
    let before = world.scheduler.clone();
    world.wait(MINUTE);
    world.decide(Input::Registration { patch: scheduled(HOUR), by: Role::Admin }).unwrap();

    assert_eq!(world.scheduler, before);
}

#[test]
fn another_schedule_counts_from_the_change() {
    let mut world = World::new(scheduled(HOUR));
    world.wait(30 * MINUTE);
    let patch = Patch { schedules: scheduled(2 * HOUR).schedules, ..Patch::default() };
    world.decide(Input::Settings { patch, by: Role::Admin }).unwrap();

    assert_eq!(world.state().slot, Some(world.now.plus(2 * HOUR)));
}

#[test]
fn every_channel_hears_of_every_event_under_its_own_stable_name() {
    let mut world = World::new(plain());
    world.say(failed()).unwrap();
    world.wait(MINUTE);
    world.say(completed()).unwrap();
    let listeners = [1, 2].map(|id| Listener { channel: ChannelId(id), is_default: true });
    let directory = Directory { listeners: listeners.to_vec(), ..Directory::default() };
    let owed = notifications(&world.events, &world.scheduler, &directory, &BTreeMap::new());

    let id = world.events[0].incident.id;
    let keys: Vec<_> = owed.iter().map(|it| it.key.to_string()).collect();
    let expected = [(1, 1), (1, 2), (2, 1), (2, 2)];
    assert_eq!(keys, expected.map(|(event, channel)| format!("nb1:{id}:{event}:{channel}")));
}
