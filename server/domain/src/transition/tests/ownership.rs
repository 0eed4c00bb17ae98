//! Whose settings are: each rule as a sentence.

use std::time::Duration;

use crate::key::Role;
use crate::settings::{Change, Patch, Severity};
use crate::transition::{Answer, Input, Refusal};
use crate::world::{HOUR, MINUTE, World, limited, plain, scheduled};

fn registered(world: &mut World, patch: Patch) -> Answer {
    world.decide(Input::Registration { patch, by: Role::Reporter }).unwrap()
}

fn changed(world: &mut World, patch: Patch) {
    world.decide(Input::Settings { patch, by: Role::Operator }).unwrap();
}

/// Says so much about the longest runtime and nothing else.
fn longest(time: Duration) -> Patch {
    Patch { max_runtime: Change::Set(time), ..Patch::default() }
}

fn held(world: &World) -> Vec<&str> {
    world.scheduler.settings.held.names().collect()
}

fn warned(answer: &Answer) -> Vec<(&str, &str)> {
    answer.warnings.iter().map(|it| (it.reason, it.field.as_str())).collect()
}

#[test]
fn what_a_person_set_outlives_registrations_which_are_told_so() {
    let mut world = World::new(limited(HOUR));
    changed(&mut world, longest(2 * HOUR));
    let severity = Change::Set(Severity::Critical);
    let answer = registered(&mut world, Patch { severity, ..limited(HOUR) });

    assert_eq!(warned(&answer), [("SETTING_HELD", "max_runtime")]);
    assert_eq!(world.scheduler.settings.max_runtime, Some(2 * HOUR));
    assert_eq!(world.scheduler.settings.severity(), Severity::Critical, "the rest is the job's");
}

#[test]
fn what_a_person_took_away_stays_away() {
    let mut world = World::new(scheduled(HOUR));
    changed(&mut world, Patch { schedules: Change::Clear, ..Patch::default() });
    let answer = registered(&mut world, scheduled(HOUR));

    assert_eq!(warned(&answer), [("SETTING_HELD", "schedules")]);
    assert_eq!(world.state().slot, None);
}

#[test]
fn a_job_that_registers_what_goes_not_with_a_persons_settings_is_warned_and_not_refused() {
    let mut world = World::new(limited(HOUR));
    let timeout = Change::Set(30 * MINUTE);
    changed(&mut world, Patch { heartbeat_timeout: timeout, ..Patch::default() });
    let before = world.scheduler.settings.clone();
    let answer = registered(&mut world, limited(10 * MINUTE));

    assert_eq!(warned(&answer), [("SETTING_HELD", "max_runtime")]);
    assert_eq!(world.scheduler.settings, before, "a timeout is not longer than a run may take");
}

#[test]
fn a_registration_that_is_wrong_by_itself_is_refused_whatever_people_have_set() {
    let mut world = World::new(limited(HOUR));
    changed(&mut world, longest(2 * HOUR));
    let patch = Patch { owner_email: Change::Set("nobody".to_owned()), ..Patch::default() };
    let refused = world.decide(Input::Registration { patch, by: Role::Reporter });

    assert!(matches!(refused, Err(Refusal::Invalid(_))));
}

#[test]
fn a_registration_that_agrees_with_a_person_warns_of_nothing() {
    let mut world = World::new(limited(HOUR));
    changed(&mut world, longest(2 * HOUR));
    let before = world.scheduler.clone();
    let answer = registered(&mut world, limited(2 * HOUR));

    assert_eq!(warned(&answer), []);
    assert_eq!(world.scheduler, before);
}

#[test]
fn an_owner_set_by_a_person_is_kept_without_refusing_the_job() {
    let mut world = World::new(plain());
    let owner =
        |address: &str| Patch { owner_email: Change::Set(address.to_owned()), ..Patch::default() };
    changed(&mut world, owner("boss@example.org"));
    let answer = registered(&mut world, Patch { max_runtime: Change::Set(HOUR), ..owner("a@b.c") });

    assert_eq!(warned(&answer), [("SETTING_HELD", "owner_email")]);
    assert_eq!(world.scheduler.settings.owner_email.as_deref(), Some("boss@example.org"));
    assert_eq!(world.scheduler.settings.max_runtime, Some(HOUR));
}

#[test]
fn what_is_given_back_keeps_its_value_until_the_job_says_another() {
    let mut world = World::new(limited(HOUR));
    let severity = Change::Set(Severity::Low);
    changed(&mut world, Patch { severity, ..longest(2 * HOUR) });
    world.decide(Input::Release { names: vec!["max_runtime".to_owned()] }).unwrap();
    assert_eq!(held(&world), ["severity"]);
    assert_eq!(world.scheduler.settings.max_runtime, Some(2 * HOUR));
    let answer = registered(&mut world, limited(MINUTE));
    assert_eq!(warned(&answer), []);
    assert_eq!(world.scheduler.settings.max_runtime, Some(MINUTE));

    world.decide(Input::Release { names: Vec::new() }).unwrap();
    assert_eq!(held(&world), [""; 0], "without names, all of them");
}

#[test]
fn only_settings_can_be_given_back() {
    let mut world = World::new(plain());
    changed(&mut world, longest(HOUR));
    let names = vec!["max_runtime".to_owned(), "held".to_owned()];
    let refused = world.decide(Input::Release { names }).unwrap_err();

    let Refusal::Invalid(violations) = refused else { panic!("{refused:?}") };
    assert_eq!(violations[0].field, "names[1]");
    assert_eq!(held(&world), ["max_runtime"], "and nothing was");
}
