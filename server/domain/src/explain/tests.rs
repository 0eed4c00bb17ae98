use proptest::prelude::*;

use super::*;
use crate::key::Role;
use crate::settings::{Change, Patch};
use crate::transition::{Answer, Input};
use crate::world::{
    HOUR, MINUTE, World, beating, completed, failed, heartbeat, limited, plain, running, scheduled,
};

fn explained(world: &World) -> Explanation {
    explain(&world.scheduler, &[], world.now)
}

fn note<'a>(explanation: &'a Explanation, setting: &str) -> &'a LimitNote {
    explanation.limits.iter().find(|it| it.setting == setting).unwrap()
}

#[test]
fn a_job_that_nothing_bounds_can_only_alert_by_failing() {
    let explanation = explained(&World::new(plain()));
    assert_eq!(
        explanation.summary,
        "Not alerting: no limit is running, so only a report of failure would alert"
    );
    let start = note(&explanation, "start_grace");
    assert_eq!(start.because, "no schedule is set, so no run is expected");
}

#[test]
fn the_limit_that_is_breached_next_is_told_with_what_keeps_it() {
    let mut world = World::new(Patch { max_runtime: Change::Set(HOUR), ..scheduled(2 * HOUR) });
    world.say(running()).unwrap();
    world.wait(10 * MINUTE);
    let explanation = explained(&world);
    assert_eq!(
        explanation.summary,
        "Not alerting. Next limit: max_runtime, breached in 50 min unless the run ends"
    );
    assert_eq!(note(&explanation, "finish_by").because, "finish_by is not set");
    let start = note(&explanation, "start_grace");
    assert_eq!(start.because, "breached in 1 h 55 min unless a run starts");
}

#[test]
fn an_alert_says_what_is_wrong_and_for_how_long() {
    let mut world = World::new(limited(HOUR));
    world.say(running()).unwrap();
    world.wait(3 * HOUR);
    let explanation = explained(&world);
    assert_eq!(explanation.summary, "Alerting: overran for 2 h (Run takes longer than 3600 s)");
    assert_eq!(note(&explanation, "max_runtime").verdict, Verdict::Breached);
}

#[test]
fn a_pause_explains_everything() {
    let mut world = World::new(scheduled(HOUR));
    let until = Some(world.now.plus(2 * HOUR));
    world.decide(Input::Pause { until }).unwrap();
    world.wait(HOUR);
    let explanation = explained(&world);
    assert_eq!(explanation.summary, "Not judged: paused for 1 h, for another 1 h");
    assert_eq!(explanation.limits, []);
}

#[test]
fn failures_below_the_threshold_are_counted() {
    let mut world = World::new(Patch { failure_threshold: Change::Set(3), ..plain() });
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.say(failed()).unwrap();
    let explanation = explained(&world);
    let threshold = note(&explanation, "failure_threshold");
    assert_eq!(threshold.because, "of the last 3 outcomes 1 were bad; 3 are too many");
    assert!(explanation.summary.starts_with("Not alerting"), "{}", explanation.summary);
}

#[test]
fn a_silent_run_is_told_by_its_silence() {
    let mut world = World::new(beating(MINUTE));
    world.say(running()).unwrap();
    world.say(heartbeat()).unwrap();
    world.wait(4 * MINUTE);
    let explanation = explained(&world);
    let silence = note(&explanation, "heartbeat_timeout");
    assert_eq!(
        (&silence.verdict, &*silence.because),
        (&Verdict::Breached, "no sign of life for 4 min")
    );
}

#[test]
fn what_nightbell_could_not_see_is_said() {
    let mut world = World::new(limited(HOUR));
    world.say(running()).unwrap();
    let began = world.now;
    world.wait(50 * MINUTE);
    let blind = [BlindWindow { from: began.plus(40 * MINUTE), to: began.plus(61 * MINUTE) }];
    let explanation = explain(&world.scheduler, &blind, world.now);
    let longest = note(&explanation, "max_runtime");
    assert!(longest.because.contains("since Nightbell could not see"), "{}", longest.because);
}

proptest! {
    /// What is explained is what is judged: every deadline of a scheduler is among the
    /// limits, and an open incident is never called "not alerting".
    #[test]
    fn explanations_leave_out_no_deadline(steps in proptest::collection::vec((0..6_u8, 0..90_u64), 0..30)) {
        let patch = Patch {
            heartbeat_timeout: Change::Set(10 * MINUTE),
            max_runtime: Change::Set(HOUR),
            finish_by: Change::Set(2 * HOUR),
            progress_timeout: Change::Set(30 * MINUTE),
            ..scheduled(HOUR)
        };
        let mut world = World::new(patch);
        for (what, minutes) in steps {
            let _ = match what {
                0 => world.say(running()),
                1 => world.say(completed()),
                2 => world.say(failed()),
                3 => world.say(heartbeat()),
                4 => world.decide(Input::Settings { patch: plain(), by: Role::Admin }),
                _ => match world.state().incidents.first().map(|it| it.id) {
                    Some(id) => world.resolve(id),
                    None => Ok(Answer::default()),
                },
            };
            world.wait(u32::try_from(minutes).unwrap() * MINUTE);
            let explanation = explained(&world);
            for deadline in deadlines(&world.scheduler, &[]) {
                let told = explanation.limits.iter().any(|it| it.verdict == Verdict::Running(deadline.clone()));
                prop_assert!(told, "{deadline:?} in {explanation:?}");
            }
            let is_wrong = !world.state().incidents.is_empty();
            prop_assert_eq!(is_wrong, explanation.summary.starts_with("Alerting"));
        }
    }
}
