//! What becomes of an incident after its end: each rule as a sentence.

use std::time::Duration;

use crate::incident::{EventKind, HISTORY_MAX, Reason, Resolution};
use crate::key::Role;
use crate::settings::{Change, Patch};
use crate::transition::Input;
use crate::world::{
    HOUR, MINUTE, SECOND, World, beating, completed, failed, heartbeat, limited, plain, running,
    scheduled,
};

/// Something fails and is well again after so long.
fn failed_for(world: &mut World, duration: Duration) {
    world.say(failed()).unwrap();
    world.wait(duration);
    world.say(completed()).unwrap();
}

#[test]
fn a_cause_that_returns_within_five_minutes_reopens_its_incident() {
    let mut world = World::new(plain());
    failed_for(&mut world, MINUTE);
    let first = world.events[0].incident.clone();
    world.wait(5 * MINUTE);
    world.say(failed().of("later")).unwrap();

    let failed = |kind| (Reason::Failed, kind);
    let told = [EventKind::Opened, EventKind::Resolved, EventKind::Reopened].map(failed);
    assert_eq!(world.told(), told);
    let again = &world.state().incidents[0];
    assert_eq!((again.id, again.onset_at), (first.id, first.onset_at));
    assert_eq!(again.last_onset_at(), world.now);
    assert_eq!(again.resolved, None);
    assert_eq!((again.run_ids.len(), again.runs().len()), (2, 1), "it names the runs before too");
    assert_eq!(world.incidents.len(), 1);
}

#[test]
fn a_cause_that_returns_later_opens_a_new_incident() {
    let mut world = World::new(plain());
    failed_for(&mut world, MINUTE);
    world.wait(5 * MINUTE + SECOND);
    world.say(failed()).unwrap();

    assert_eq!(world.told().last(), Some(&(Reason::Failed, EventKind::Opened)));
    assert_eq!(world.incidents.len(), 2);
}

#[test]
fn another_cause_opens_an_incident_of_its_own() {
    let mut world = World::new(limited(MINUTE));
    failed_for(&mut world, SECOND);
    world.say(running().of("long")).unwrap();
    world.wait(MINUTE);

    assert_eq!(world.told().last(), Some(&(Reason::Overran, EventKind::Opened)));
}

#[test]
fn nobody_has_an_incident_that_was_reopened() {
    let mut world = World::new(plain());
    world.say(failed()).unwrap();
    let incident = world.state().incidents[0].id;
    let (by, note) = ("Ada".to_owned(), "on it".to_owned());
    world.decide(Input::Acknowledge { incident, by, note }).unwrap();
    world.wait(MINUTE);
    world.say(completed()).unwrap();
    world.wait(MINUTE);
    world.say(failed()).unwrap();

    assert_eq!(world.state().incidents[0].acknowledgement, None);
}

#[test]
fn what_somebody_ended_is_reopened_when_it_comes_back() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.wait(3 * MINUTE);
    world.resolve(world.state().incidents[0].id).unwrap();
    world.say(heartbeat()).unwrap();
    world.wait(3 * MINUTE);

    let kinds: Vec<_> = world.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Opened, EventKind::Resolved, EventKind::Reopened]);
}

#[test]
fn what_never_was_so_does_not_return() {
    let mut world = World::new(scheduled(MINUTE));
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    world.wait(6 * MINUTE);
    world.say(completed().ago(2 * MINUTE).replayed()).unwrap();
    let ended = world.events.last().unwrap().incident.resolved.unwrap().1;
    assert_eq!(ended, Resolution::ReportedLate);
    world.wait(4 * MINUTE);

    assert_eq!(world.told().last(), Some(&(Reason::Missed, EventKind::Opened)));
}

#[test]
fn what_was_withdrawn_with_its_limit_does_not_return() {
    let mut world = World::new(limited(MINUTE));
    world.say(running()).unwrap();
    world.wait(MINUTE);
    let patch = Patch { max_runtime: Change::Clear, ..Patch::default() };
    world.decide(Input::Settings { patch, by: Role::Admin }).unwrap();
    world.decide(Input::Settings { patch: limited(MINUTE), by: Role::Admin }).unwrap();
    world.say(running().of("another")).unwrap();
    world.wait(MINUTE);

    assert_eq!(world.told().last(), Some(&(Reason::Overran, EventKind::Opened)));
    assert_eq!(world.incidents.len(), 2);
}

#[test]
fn an_end_needs_evidence_newer_than_the_last_onset() {
    let mut world = World::new(beating(MINUTE));
    world.say(running().of("a")).unwrap();
    world.wait(3 * MINUTE);
    world.say(heartbeat().of("a")).unwrap();
    world.say(running().of("b")).unwrap();
    world.say(heartbeat().of("b")).unwrap();
    world.wait(3 * MINUTE);
    assert_eq!(world.wrong(), [Reason::Stalled], "both are silent again");
    world.say(completed().of("c").ago(4 * MINUTE).replayed()).unwrap();

    assert_eq!(world.wrong(), [Reason::Stalled], "that success came between the two");
}

#[test]
fn a_recovery_states_how_long_it_lasted_and_how_many_slots_were_missed() {
    let mut world = World::new(scheduled(HOUR));
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    world.wait(3 * HOUR + 6 * MINUTE);
    world.say(running()).unwrap();

    let event = world.events.last().unwrap();
    assert_eq!(event.incident.lasted(), Some(2 * HOUR + MINUTE));
    let notice = event.incident.notice(event.kind);
    let said = "Recovered after 2 h 1 min, 3 slots missed: No run started within 300 s of its slot";
    assert_eq!(notice, said);
}

#[test]
fn the_history_tells_who_did_what_and_when() {
    let mut world = World::new(plain());
    world.say(failed()).unwrap();
    let incident = world.state().incidents[0].id;
    let input = |by: &str, note: &str| (by.to_owned(), note.to_owned());
    let (by, note) = input("Ada", "on it");
    world.decide(Input::Acknowledge { incident, by, note }).unwrap();
    world.wait(MINUTE);
    let (by, note) = input("Grace", "disk replaced");
    world.decide(Input::Resolve { incident, by, note }).unwrap();
    world.wait(MINUTE);
    world.say(failed()).unwrap();
    world.say(completed()).unwrap();

    let history = &world.incidents[&incident].history;
    let told: Vec<_> = history.iter().map(|it| (it.number, it.kind, it.resolution)).collect();
    let expected = [
        (1, EventKind::Opened, None),
        (2, EventKind::Acknowledged, None),
        (3, EventKind::Resolved, Some(Resolution::Manual)),
        (4, EventKind::Reopened, None),
    ];
    assert_eq!(told[..4], expected);
    let signed: Vec<_> = history.iter().filter_map(|it| it.signature.as_ref()).collect();
    let signed: Vec<_> = signed.iter().map(|it| (it.by.as_str(), it.note.as_str())).collect();
    assert_eq!(signed, [("Ada", "on it"), ("Grace", "disk replaced")]);
}

#[test]
fn a_cause_that_comes_and_goes_fills_no_database() {
    let mut world = World::new(plain());
    for _ in 0..HISTORY_MAX {
        world.wait(MINUTE);
        failed_for(&mut world, SECOND);
    }

    let incident = world.incidents.values().next().unwrap();
    assert_eq!(world.incidents.len(), 1);
    assert_eq!(incident.history.len(), HISTORY_MAX);
    assert_eq!(incident.history[0].kind, EventKind::Opened, "how it began stays known");
    assert_eq!(incident.history.last().unwrap().number, incident.events);
    world.wait(HOUR);
    world.say(completed()).unwrap();
    assert!(world.state().ended.is_empty(), "what cannot return any more is forgotten");
}
