//! What Nightbell cannot see, and clocks that are wrong.

use std::time::Duration;

use proptest::prelude::*;

use crate::incident::{EventKind, Reason};
use crate::report::{ClaimedTime, Status, Timing};
use crate::run::Run;
use crate::settings::{Change, Patch, START_GRACE_DEFAULT};
use crate::time::Timestamp;
use crate::transition::Input;
use crate::world::{
    HOUR, MINUTE, SECOND, Said, World, beating, completed, failed, heartbeat, limited, plain,
    running, scheduled, status, stream_broke, stream_opened,
};

const LATE_START: Duration = Duration::from_secs(20);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Outages of ours, of any length, look like nobody's fault while the job goes
    /// on; and a job that dies is found once we see again.
    #[test]
    fn an_outage_of_ours_hides_the_dead_and_accuses_nobody(
        kind in kind(),
        interval_s in 5u64..2_000,
        outages in prop::collection::vec((0u64..5_000_000, length()), 1..4),
        dies_in_outage in prop::option::of(length()),
    ) {
        let interval = Duration::from_secs(interval_s);
        let mut job = Job::new(kind, interval);
        for (after_ms, length) in outages {
            let after = Duration::from_millis(after_ms % (interval_s * 7_000));
            job.go_on_for(after);
            job.miss(length);
            job.go_on_for(3 * interval + MINUTE);
            prop_assert_eq!(job.world.told(), vec![]);
        }
        if let Some(length) = dies_in_outage {
            job.die_unseen(length);
        }
        let bound = 5 * interval.max(MINUTE) + START_GRACE_DEFAULT + LATE_START;
        job.world.wait(bound);
        prop_assert_eq!(job.world.told().first().map(|it| it.1), Some(EventKind::Opened));
    }

    /// A clock that is wrong by up to a day changes no alarm, if the client says
    /// when it sent each report.
    #[test]
    fn a_wrong_clock_changes_no_alarm(
        steps in prop::collection::vec((said(), 0u64..2_000), 1..30),
        offset_s in -86_400i64..86_400,
    ) {
        let patch = Patch {
            max_runtime: Change::Set(20 * MINUTE),
            heartbeat_interval: Change::Set(2 * MINUTE),
            ..scheduled(10 * MINUTE)
        };
        let mut right = World::new(patch);
        let mut wrong = right.clone();
        for (said, wait_s) in steps {
            say_by_clock(&mut right, &said, 0);
            say_by_clock(&mut wrong, &said, offset_s * 1_000);
            right.wait(Duration::from_secs(wait_s));
            wrong.wait(Duration::from_secs(wait_s));
            prop_assert_eq!(&right.events, &wrong.events);
            prop_assert_eq!(right.state().slot, wrong.state().slot);
        }
    }
}

#[test]
fn a_slot_that_we_could_not_see_is_unknown_and_not_missed() {
    let mut world = World::new(scheduled(HOUR));
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    let slot = world.now.plus(HOUR);
    world.wait(59 * MINUTE);
    world.go_blind(10 * MINUTE);
    world.wait(2 * MINUTE);

    assert_eq!(world.told(), []);
    assert_eq!(world.unknown_slots, [slot]);
}

#[test]
fn a_blink_long_after_a_start_is_likely_hides_no_missed_slot() {
    let patch = Patch { start_grace: Change::Set(30 * MINUTE), ..scheduled(HOUR) };
    let mut world = World::new(patch);
    for _ in 0..3 {
        world.say(running()).unwrap();
        world.say(completed()).unwrap();
        world.wait(HOUR);
    }
    world.wait(10 * MINUTE);
    world.go_blind(2 * SECOND);
    world.wait(20 * MINUTE);

    assert_eq!(world.told(), [(Reason::Missed, EventKind::Opened)]);
    assert!(world.unknown_slots.is_empty());
}

#[test]
fn every_slot_of_a_long_outage_is_named_unknown() {
    let mut world = World::new(scheduled(HOUR));
    world.say(running()).unwrap();
    world.say(completed()).unwrap();
    let began_at = world.now;
    world.wait(30 * MINUTE);
    world.go_blind(4 * HOUR);
    world.wait(2 * MINUTE);

    let expected: Vec<_> = (1..=4).map(|hours| began_at.plus(hours * HOUR)).collect();
    assert_eq!(world.unknown_slots, expected);
    assert_eq!(world.told(), []);
}

#[test]
fn a_run_whose_end_may_have_come_while_we_were_blind_is_given_up_without_a_word() {
    let mut world = World::new(plain());
    world.say(running()).unwrap();
    world.wait(MINUTE);
    world.go_blind(HOUR);
    world.say(running()).unwrap();

    assert_eq!(world.told(), []);
}

#[test]
fn a_run_that_is_given_up_as_sight_returns_is_not_told_to_overrun_as_well() {
    let mut world = World::new(limited(MINUTE));
    world.say(running().of("a")).unwrap();
    world.wait(50 * SECOND);
    world.decide(stream_opened(Some("a"), world.now)).unwrap();
    world.decide(stream_broke(Some("a"))).unwrap();
    world.go_blind(HOUR);
    world.wait(5 * MINUTE);

    assert_eq!(world.told(), [(Reason::Lost, EventKind::Opened)]);
}

#[test]
fn what_a_clock_that_is_ahead_said_is_told_apart_though_it_arrives_in_one_instant() {
    let mut world = World::new(plain());
    let claimed_at = world.now.plus(2 * HOUR);
    let ahead = |said: Said, seconds: u32, world: &World| {
        let timestamp = Some(claimed_at.plus(seconds * SECOND));
        let claimed = ClaimedTime { timestamp, sent_at: None };
        let mut report = said.at(world.now);
        report.timing = Timing::of_live(claimed, world.now, &mut Vec::new());
        Input::Report(report)
    };
    for (said, seconds) in [(running(), 1), (completed(), 2), (running(), 3), (completed(), 4)] {
        world.decide(ahead(said, seconds, &world)).unwrap();
    }
    world.wait(10 * SECOND);
    world.decide(ahead(running(), 3, &world)).unwrap();

    let ended = |run: &&Run| run.start.is_some() && !run.ends.is_empty();
    assert_eq!(world.unnamed().iter().filter(|run| ended(run)).count(), 2);
    assert_eq!(world.unnamed().len(), 2, "the repeated start is no run of its own");
    assert_eq!(world.told(), []);
}

/// A job that does what it should until it dies.
struct Job {
    world: World,
    kind: Kind,
    interval: Duration,
    next: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Only beats.
    Daemon,
    /// Beats within one long run.
    Run,
    /// Lives on a stream, which breaks with us.
    Stream,
    /// Runs again and again.
    Runs,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Daemon), Just(Kind::Run), Just(Kind::Stream), Just(Kind::Runs)]
}

/// From half a second to 30 days, short and long ones alike.
fn length() -> impl Strategy<Value = Duration> {
    (0u32..22, 500u64..1_200).prop_map(|(log, ms)| Duration::from_millis(ms << log))
}

impl Job {
    fn new(kind: Kind, interval: Duration) -> Self {
        let mut world = World::new(match kind {
            Kind::Runs => scheduled(interval),
            Kind::Daemon | Kind::Run => beating(interval),
            Kind::Stream => plain(),
        });
        match kind {
            Kind::Run => drop(world.say(running()).unwrap()),
            Kind::Stream => drop(world.say(running().of("a")).unwrap()),
            Kind::Daemon | Kind::Runs => {}
        }
        let next = world.now;
        let mut job = Self { world, kind, interval, next };
        job.connect();
        job.go_on_for(Duration::from_millis(1));
        job
    }

    fn connect(&mut self) {
        if self.kind == Kind::Stream {
            let Input::StreamOpened { run_id, received_at, .. } =
                stream_opened(Some("a"), self.world.now)
            else {
                unreachable!()
            };
            let interval = self.interval;
            self.world.decide(Input::StreamOpened { run_id, interval, received_at }).unwrap();
        }
    }

    fn go_on_for(&mut self, duration: Duration) {
        let until = self.world.now.plus(duration);
        while self.next <= until {
            self.world.wait(self.next.since(self.world.now));
            match self.kind {
                Kind::Daemon | Kind::Run => drop(self.world.say(heartbeat()).unwrap()),
                Kind::Stream => drop(self.world.say(heartbeat().of("a")).unwrap()),
                Kind::Runs => {
                    self.world.say(running()).unwrap();
                    self.world.say(completed()).unwrap();
                }
            }
            self.next = self.next.plus(self.period());
        }
        self.world.wait(until.since(self.world.now));
    }

    /// The interval; runs begin a little later each time.
    fn period(&self) -> Duration {
        if self.kind == Kind::Runs { self.interval + LATE_START } else { self.interval }
    }

    /// We are blind while the job goes on.
    fn miss(&mut self, length: Duration) {
        self.die_unseen(length);
        let missed = self.world.now.since(self.next).as_millis() / self.period().as_millis();
        self.next = self.next.plus(self.period() * u32::try_from(missed).unwrap());
        if self.next < self.world.now {
            self.next = self.next.plus(self.period());
        }
        self.world.wait((30 * SECOND).min(self.next.since(self.world.now)));
        self.connect();
    }

    fn die_unseen(&mut self, length: Duration) {
        self.world.go_blind(length);
        if self.kind == Kind::Stream {
            self.world.decide(stream_broke(Some("a"))).unwrap();
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    let content = prop_oneof![
        3 => Just(running()),
        3 => Just(completed()),
        2 => Just(failed()),
        1 => Just(status(Status::Pending)),
        3 => Just(heartbeat()),
    ];
    (content, any::<bool>(), 0u64..600, prop::bool::weighted(0.8)).prop_map(
        |(said, is_named, age_s, is_live)| {
            let said = if is_named { said.of("a") } else { said };
            let said = said.ago(Duration::from_secs(age_s));
            if is_live { said } else { said.replayed() }
        },
    )
}

/// Says it with a clock that is wrong by `offset_ms`.
fn say_by_clock(world: &mut World, said: &Said, offset_ms: i64) {
    let mut report = said.clone().at(world.now);
    let shown = |at: Timestamp| Some(Timestamp::from_millis(at.as_millis() + offset_ms));
    let claimed = ClaimedTime {
        timestamp: shown(report.timing.effective_at),
        sent_at: shown(report.timing.received_at),
    };
    report.timing = if report.is_live {
        Timing::of_live(claimed, world.now, &mut Vec::new())
    } else {
        Timing::of_replay(claimed, world.now).unwrap()
    };
    let _ = world.decide(Input::Report(report));
}
