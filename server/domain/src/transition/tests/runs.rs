//! Runs and failures: each rule as a sentence.

use crate::id::RunId;
use crate::incident::{EventKind, Reason, Resolution};
use crate::report::Status;
use crate::run::RunStatus;
use crate::scheduler::{Health, OPEN_RUNS_MAX};
use crate::transition::{Input, Refusal};
use crate::world::{
    HOUR, MINUTE, SECOND, World, completed, failed, heartbeat, limited, plain, running, status,
};

/// Register, running, heartbeats, completed: as in the guide for users.
#[test]
fn the_flow_of_the_guide_is_one_run_and_no_incident() {
    let mut world = World::new(plain());
    assert_eq!(world.scheduler.health(), Health::New);

    let began = world.say(running()).unwrap();
    assert_eq!(began.run_status, Some(RunStatus::Running));
    for _ in 0..3 {
        world.wait(5 * MINUTE);
        let beaten = world.say(heartbeat()).unwrap();
        assert_eq!(beaten.run_id, began.run_id);
    }
    world.wait(MINUTE);
    let ended = world.say(completed().taking(16 * MINUTE)).unwrap();

    assert_eq!(ended.run_id, began.run_id);
    assert_eq!(ended.run_status, Some(RunStatus::Completed));
    assert!(began.warnings.is_empty() && ended.warnings.is_empty());
    world.wait(24 * HOUR);
    assert_eq!(world.told(), []);
    assert_eq!(world.scheduler.health(), Health::Up);
    assert_eq!(world.unnamed()[0].execution_time_ms(), Some(960_000));
}

#[test]
fn a_report_sent_again_changes_nothing() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    let first = world.say(failed()).unwrap();
    let (runs, events) = (world.runs.clone(), world.events.clone());
    world.wait(MINUTE);

    let again = world.say(failed().ago(MINUTE)).unwrap();
    world.say(running().ago(MINUTE)).unwrap();

    assert_eq!(again.run_id, first.run_id);
    assert_eq!((world.runs, world.events), (runs, events));
}

#[test]
fn a_second_running_supersedes_and_the_earlier_run_is_lost() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(running()).unwrap();

    let runs = world.unnamed();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].status(), RunStatus::Lost);
    assert_eq!(runs[0].ended_at(), Some(world.now));
    assert_eq!(runs[1].status(), RunStatus::Running);
    assert_eq!(world.wrong(), [Reason::Lost]);
}

#[test]
fn a_start_sent_again_does_not_bring_back_the_run_that_another_followed() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(running()).unwrap();
    world.say(running().ago(MINUTE)).unwrap();

    assert_eq!(world.unnamed()[0].status(), RunStatus::Lost);
}

#[test]
fn a_lost_run_whose_end_comes_late_closes_its_incident_as_reported_late() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(completed().ago(90 * SECOND).replayed()).unwrap();

    assert_eq!(world.unnamed()[0].status(), RunStatus::Completed);
    assert!(world.unnamed()[0].lost_at.is_some(), "what was inferred is kept in history");
    let (_, resolution) = world.events[1].incident.resolved.unwrap();
    assert_eq!(resolution, Resolution::ReportedLate);
}

#[test]
fn completed_with_no_open_run_makes_a_run_that_began_its_execution_time_before() {
    let mut world = World::new(plain());
    let known = world.say(completed().taking(10 * MINUTE)).unwrap();
    assert_eq!(known.warnings[0].reason, "NO_START");
    world.wait(MINUTE);
    world.say(completed()).unwrap();

    let runs = world.unnamed();
    assert_eq!(runs[0].started_at(), Some(world.now.minus(11 * MINUTE)));
    assert_eq!(runs[1].started_at(), None);
}

#[test]
fn pending_announces_a_run_that_running_takes_over() {
    let mut world = World::new(plain());
    let queued = world.say(status(Status::Pending)).unwrap();
    assert_eq!(queued.run_status, Some(RunStatus::Pending));
    world.decide(Input::CancelRun(queued.run_id.clone().unwrap())).unwrap();
    world.wait(MINUTE);
    let began = world.say(running()).unwrap();

    assert_eq!(began.run_id, queued.run_id);
    assert!(began.cancel_requested, "who asked it to stop while it was queued is heard");
    let late = world.say(status(Status::Pending).ago(30 * SECOND)).unwrap();
    assert_eq!(late.warnings[0].reason, "REDUNDANT");
    assert_eq!(world.runs.len(), 1);
}

#[test]
fn named_runs_are_open_side_by_side_and_end_each_by_itself() {
    let mut world = World::new(plain());
    for id in ["a", "b"] {
        world.say(running().of(id)).unwrap();
    }
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(completed().of("a")).unwrap();

    assert_eq!(world.run("a").status(), RunStatus::Completed);
    assert_eq!(world.run("b").status(), RunStatus::Running);
    assert_eq!(world.told(), []);
}

#[test]
fn of_two_different_ends_the_earlier_decides_and_the_other_is_kept() {
    let mut world = World::new(plain());
    world.say(running().of("a").ago(MINUTE)).unwrap();
    world.say(completed().of("a").ago(10 * SECOND)).unwrap();

    let later = || failed().of("a").because("too late");
    let conflict = Err(Refusal::TerminalConflict(Status::Completed));
    assert_eq!(world.say(later()), conflict);
    assert_eq!(world.say(later()), conflict, "also when it is sent again");
    assert_eq!(world.told(), []);

    let earlier = failed().of("a").ago(20 * SECOND).because("disk full");
    let answer = world.say(earlier).unwrap();
    assert_eq!(answer.run_status, Some(RunStatus::Failed));
    assert_eq!(answer.warnings[0].reason, "END_REPLACED");
    assert_eq!(world.run("a").error_message(), Some("disk full"));
    assert_eq!(world.run("a").ends.len(), 2);
    assert_eq!(world.wrong(), [Reason::Failed]);
}

#[test]
fn a_success_that_came_before_the_failure_of_its_run_closes_the_incident() {
    let mut world = World::new(plain());
    world.say(running().of("a").ago(MINUTE)).unwrap();
    world.say(failed().of("a").ago(10 * SECOND)).unwrap();
    let answer = world.say(completed().of("a").ago(20 * SECOND)).unwrap();

    assert_eq!(answer.warnings[0].reason, "END_REPLACED");
    let (_, resolution) = world.events[1].incident.resolved.unwrap();
    assert_eq!(resolution, Resolution::ReportedLate);
}

#[test]
fn running_after_the_end_is_ignored() {
    let mut world = World::new(plain());
    world.say(running().of("a")).unwrap();
    world.wait(MINUTE);
    world.say(completed().of("a")).unwrap();
    world.wait(MINUTE);
    let answer = world.say(running().of("a")).unwrap();

    assert_eq!(answer.run_status, Some(RunStatus::Completed));
    assert_eq!(answer.warnings[0].reason, "REDUNDANT");
    assert_eq!(world.run("a").execution_time_ms(), Some(60_000));
}

#[test]
fn a_start_that_comes_after_its_end_is_part_of_its_run() {
    let mut world = World::new(plain());
    world.say(completed().of("a")).unwrap();
    let answer = world.say(running().of("a").ago(MINUTE)).unwrap();

    assert_eq!(answer.warnings, []);
    assert_eq!(answer.run_status, Some(RunStatus::Completed));
    assert_eq!(world.run("a").execution_time_ms(), Some(60_000));
}

#[test]
fn a_sequence_used_again_for_something_else_is_refused_and_the_first_kept() {
    let mut world = World::new(plain());
    world.say(running().of("a").numbered(1)).unwrap();
    world.wait(MINUTE);
    world.say(running().of("a").numbered(1).ago(MINUTE)).unwrap();

    assert_eq!(world.say(failed().of("a").numbered(1)), Err(Refusal::SequenceReused));
    assert_eq!(world.run("a").status(), RunStatus::Running);
    assert_eq!(world.told(), []);
}

#[test]
fn a_scheduler_has_a_thousand_open_runs_at_the_most_and_still_takes_ends() {
    let mut world = World::new(plain());
    let ids: Vec<&'static str> =
        (0..=OPEN_RUNS_MAX).map(|n| &*Box::leak(format!("r{n}").into_boxed_str())).collect();
    for id in &ids[..OPEN_RUNS_MAX] {
        world.scheduler.state.runs.push(crate::run::Run::new(
            RunId::parse(id).unwrap(),
            true,
            world.now,
        ));
    }
    let last = ids[OPEN_RUNS_MAX];

    assert_eq!(world.say(running().of(last)), Err(Refusal::OpenRunsFull));
    assert!(world.say(completed().of(last)).is_ok());
}

#[test]
fn a_failure_opens_an_incident_that_the_next_success_closes() {
    let mut world = World::new(plain());
    world.say(failed().because("disk full\nat line 3")).unwrap();
    let opened = &world.events[0].incident;
    assert_eq!(opened.summary, "Run failed: disk full");
    assert_eq!(opened.error_message.as_deref(), Some("disk full\nat line 3"));
    assert_eq!(world.scheduler.health(), Health::Down);

    world.wait(MINUTE);
    world.say(failed()).unwrap();
    assert_eq!(world.state().incidents[0].run_ids.len(), 2, "the same incident");
    world.wait(MINUTE);
    world.say(completed()).unwrap();

    let told = [(Reason::Failed, EventKind::Opened), (Reason::Failed, EventKind::Resolved)];
    assert_eq!(world.told(), told);
    assert_eq!(world.scheduler.health(), Health::Up);
}

#[test]
fn a_failure_older_than_a_newer_success_opens_nothing() {
    let mut world = World::new(plain());
    world.say(completed()).unwrap();
    world.say(failed().ago(MINUTE).replayed()).unwrap();

    assert_eq!(world.told(), []);
}

#[test]
fn a_success_older_than_the_last_failure_closes_nothing() {
    let mut world = World::new(plain());
    world.say(failed().ago(3 * MINUTE)).unwrap();
    world.say(failed().ago(MINUTE)).unwrap();
    world.say(completed().ago(2 * MINUTE)).unwrap();

    assert_eq!(world.wrong(), [Reason::Failed]);
}

#[test]
fn a_failure_learned_of_after_a_day_is_history_and_no_page() {
    let mut world = World::new(plain());
    world.say(failed().of("a").ago(25 * HOUR).replayed()).unwrap();
    assert_eq!(world.told(), []);
    assert_eq!(world.run("a").status(), RunStatus::Failed);

    world.say(failed().of("b").ago(23 * HOUR).replayed()).unwrap();
    assert_eq!(world.wrong(), [Reason::Failed]);
}

#[test]
fn a_cancelled_run_is_no_failure() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.say(status(Status::Cancelled)).unwrap();

    assert_eq!(world.told(), []);
    assert_eq!(world.unnamed()[0].status(), RunStatus::Cancelled);
}

#[test]
fn a_run_that_takes_too_long_overruns_until_it_ends() {
    let mut world = World::new(limited(HOUR));
    world.say(running().of("a")).unwrap();
    world.say(running().of("b")).unwrap();
    world.wait(HOUR);
    assert_eq!(world.wrong(), [Reason::Overran]);
    assert_eq!(world.state().incidents[0].run_ids.len(), 2);

    world.say(failed().of("a")).unwrap();
    assert!(world.wrong().contains(&Reason::Overran), "the other one still runs");
    world.wait(SECOND);
    world.say(completed().of("b")).unwrap();
    assert!(world.run("b").overran, "that it overran is kept");
    assert!(world.wrong().is_empty());
}
