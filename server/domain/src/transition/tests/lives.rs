//! Whole lives of a scheduler. What holds after every single decision is checked by
//! the world itself: incidents open and end in turn, at most one of each reason is
//! open, their events are numbered without a gap, no deadline lies before the
//! instant of the next look, and nothing that was changed is left unstored.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use crate::deadline::next_due;
use crate::id::RunId;
use crate::incident::{EventKind, Incident, Reason};
use crate::key::Role;
use crate::report::{Content, Progress, Report, Status};
use crate::run::RunStatus;
use crate::schedule::Schedule;
use crate::settings::{Change, HEARTBEATS_PER_TIMEOUT, Patch};
use crate::time::Timestamp;
use crate::transition::{Answer, Input};
use crate::world::{
    MINUTE, SECOND, Said, World, heartbeat, plain, status, stream_broke, stream_opened,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// Whatever the world does: silence is never found before its own deadline, and
    /// always found when time passes beyond it; a look before anything is due
    /// changes nothing, and a second look finds nothing.
    #[test]
    fn silence_is_found_in_time_and_never_early(
        patch in patch(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut world = World::new(patch);
        let mut witness = Witness::of(&world);
        for step in steps {
            step.happen(&mut world, &mut witness);
            prop_assert!(is_quiet(&world), "a look before its time changed something");
            witness.judge_new(&world);

            world.wait(Duration::ZERO);
            witness.judge_new(&world);
            prop_assert!(is_quiet(&world), "a second look changed something");
            let paused = world.state().paused;
            let next = next_due(&world.scheduler, &world.blind);
            prop_assert!(next.is_none_or(|next| next > world.now), "due and not found");
            if paused.is_none() && world.blind.is_empty() {
                witness.find_silent(&world);
            }
        }
    }
}

/// Whether a look changes nothing although nothing is due.
fn is_quiet(world: &World) -> bool {
    let is_due = world.state().due_at.is_some_and(|due| due <= world.now);
    let mut looked = world.clone();
    looked.look();
    is_due || looked.scheduler == world.scheduler && looked.events.len() == world.events.len()
}

#[derive(Debug, Clone)]
enum Step {
    Wait(Duration),
    Say(Said),
    Repeat(usize),
    Open(Option<&'static str>),
    Break(Option<&'static str>, bool),
    Pause(Option<Duration>),
    Resume,
    Set(Box<Patch>),
    Cancel(&'static str),
    Acknowledge,
    Resolve,
    Restart,
    GoBlind(Duration),
}

fn patch() -> impl Strategy<Value = Patch> {
    let every = prop::option::of(prop_oneof![Just(60_000u64), Just(600_000)]);
    let grace = prop::option::of((0u64..400).prop_map(Duration::from_secs));
    let interval = prop::option::of((2u64..60).prop_map(Duration::from_secs));
    let timeout = prop::option::weighted(0.3, (60u64..200).prop_map(Duration::from_secs));
    let longest = prop::option::of((200u64..2_000).prop_map(Duration::from_secs));
    let shortest = prop::option::of((1u64..200).prop_map(Duration::from_secs));
    let stands = prop::option::of((2u64..400).prop_map(Duration::from_secs));
    let by = prop::option::of((400u64..2_000).prop_map(Duration::from_secs));
    let of_runs = (longest, shortest, stands, by);
    (every, grace, interval, timeout, of_runs).prop_map(
        |(every, start_grace, interval, timeout, (max_runtime, min_runtime, stands, by))| Patch {
            schedules: every.map(|interval_ms| vec![Schedule::Every { interval_ms }]).into(),
            start_grace: start_grace.into(),
            heartbeat_interval: interval.into(),
            heartbeat_timeout: timeout.into(),
            max_runtime: max_runtime.into(),
            min_runtime: min_runtime.into(),
            progress_timeout: stands.into(),
            finish_by: by.into(),
            ..plain()
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let wait = prop_oneof![
        3 => 0u64..20_000,
        2 => 20_000u64..400_000,
        1 => 400_000u64..3_000_000,
    ]
    .prop_map(Duration::from_millis);
    prop_oneof![
        12 => wait.clone().prop_map(Step::Wait),
        12 => said().prop_map(Step::Say),
        2 => (0usize..5).prop_map(Step::Repeat),
        2 => run().prop_map(Step::Open),
        2 => (run(), any::<bool>()).prop_map(|(run, is_clean)| Step::Break(run, is_clean)),
        1 => prop::option::of((1u64..500).prop_map(Duration::from_secs)).prop_map(Step::Pause),
        1 => Just(Step::Resume),
        1 => patch().prop_map(|patch| Step::Set(Box::new(patch))),
        1 => (0u64..500).prop_map(|s| Step::Set(Box::new(Patch {
            max_runtime: Change::Set(Duration::from_secs(300 + s)),
            ..Patch::default()
        }))),
        1 => Just(Step::Set(Box::new(Patch {
            schedules: Change::Clear,
            max_runtime: Change::Clear,
            min_runtime: Change::Clear,
            finish_by: Change::Clear,
            progress_timeout: Change::Clear,
            ..Patch::default()
        }))),
        1 => Just(Step::Cancel("a")),
        1 => Just(Step::Acknowledge),
        1 => Just(Step::Resolve),
        2 => Just(Step::Restart),
        1 => wait.prop_map(Step::GoBlind),
    ]
}

fn run() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![2 => Just(None), 1 => Just(Some("a")), 1 => Just(Some("b")), 1 => Just(Some("c"))]
}

fn said() -> impl Strategy<Value = Said> {
    let content = prop_oneof![
        4 => Just(status(Status::Running)),
        3 => Just(status(Status::Completed)),
        2 => Just(status(Status::Failed)),
        1 => Just(status(Status::Cancelled)),
        1 => Just(status(Status::Pending)),
        3 => Just(heartbeat()),
        2 => (2u64..90).prop_map(|s| heartbeat().every(Duration::from_secs(s))),
        2 => (0u64..3).prop_map(|done| heartbeat().having_done(done)),
        1 => (1u64..900).prop_map(|s| heartbeat().extending(Duration::from_secs(s))),
    ];
    let age =
        prop_oneof![2 => Just(Duration::ZERO), 1 => (0u64..900).prop_map(Duration::from_secs)];
    (content, run(), age, prop::bool::weighted(0.75)).prop_map(|(said, run, age, is_live)| {
        let said = run.map_or(said.clone(), |id| said.of(id)).ago(age);
        if is_live { said } else { said.replayed() }
    })
}

impl Step {
    fn happen(self, world: &mut World, witness: &mut Witness) {
        let now = world.now;
        let oldest = world.state().incidents.first().map(|incident| incident.id);
        match self {
            Self::Wait(duration) => world.wait(duration),
            Self::Say(said) => {
                let report = said.at(now);
                witness.sent.push(report.clone());
                witness.report(world, &report);
            }
            Self::Repeat(back) => {
                let at = witness.sent.len().checked_sub(back + 1);
                if let Some(mut report) = at.map(|at| witness.sent[at].clone()) {
                    report.timing.received_at = now;
                    witness.report(world, &report);
                }
            }
            Self::Open(run) => {
                let answer = world.decide(stream_opened(run, now)).unwrap();
                witness.declared.push((answer.run_id.clone(), 5 * SECOND));
                witness.hear(&answer, now);
                if run.is_none() {
                    witness.unnamed_stream = true;
                }
            }
            Self::Break(run, false) => drop(world.decide(stream_broke(run))),
            Self::Break(run, true) => {
                let run_id = run.map(|id| RunId::parse(id).unwrap());
                world.decide(Input::StreamEnded { run_id, is_clean: true }).unwrap();
            }
            Self::Pause(duration) => {
                let until = duration.map(|duration| now.plus(duration));
                world.decide(Input::Pause { until }).unwrap();
            }
            Self::Resume => drop(world.decide(Input::Resume)),
            Self::Set(patch) => {
                let before = world.scheduler.settings.schedules.clone();
                let _ = world.decide(Input::Settings { patch: *patch, by: Role::Admin });
                if world.scheduler.settings.schedules != before {
                    witness.scheduled_at = now;
                }
            }
            Self::Cancel(run) => {
                drop(world.decide(Input::CancelRun(RunId::parse(run).unwrap())));
            }
            Self::Acknowledge => {
                let (by, note) = ("Ada".to_owned(), String::new());
                let input = oldest.map(|incident| Input::Acknowledge { incident, by, note });
                assert!(input.is_none_or(|input| world.decide(input).is_ok()));
            }
            Self::Resolve => {
                assert!(oldest.is_none_or(|it| world.resolve(it).is_ok()));
            }
            Self::Restart => world.restart(),
            Self::GoBlind(duration) => world.go_blind(duration),
        }
    }
}

/// What an onlooker notes of a life, to judge what is found by. It knows no more
/// than what was sent and when it arrived.
struct Witness {
    sent: Vec<Report>,
    registered_at: Timestamp,
    /// When it was registered or its schedule last changed.
    scheduled_at: Timestamp,
    /// By run, or for the scheduler itself: when it was last heard of, live.
    heard: BTreeMap<Option<RunId>, Timestamp>,
    /// By run: the earliest instant at which it can be said to have begun.
    began: BTreeMap<RunId, Timestamp>,
    /// By run: what it last said of its progress, and when that first arrived.
    progress: BTreeMap<RunId, (Progress, Timestamp)>,
    /// Every wish for more time: whose, when it was sent, and how much.
    extensions: Vec<(RunId, Option<Timestamp>, Duration)>,
    /// When any run was last seen to begin.
    last_began_at: Option<Timestamp>,
    /// Intervals that were declared, and by which run.
    declared: Vec<(Option<RunId>, Duration)>,
    /// A stream was open for unnamed runs at some time.
    unnamed_stream: bool,
    judged: usize,
}

impl Witness {
    fn of(world: &World) -> Self {
        Self {
            sent: Vec::new(),
            registered_at: world.now,
            scheduled_at: world.now,
            heard: BTreeMap::new(),
            began: BTreeMap::new(),
            progress: BTreeMap::new(),
            extensions: Vec::new(),
            last_began_at: None,
            declared: Vec::new(),
            unnamed_stream: false,
            judged: 0,
        }
    }

    fn report(&mut self, world: &mut World, report: &Report) {
        let now = world.now;
        let Ok(answer) = world.decide(Input::Report(report.clone())) else { return };
        let occurred_at = if report.is_live { now } else { report.timing.effective_at };
        // Neither a heartbeat of a run that is not open proves anything, nor that an
        // unnamed run is queued: nothing says when it will begin.
        let is_of_scheduler = report.run_id.is_none();
        let is_queued = is_of_scheduler && answer.run_status == Some(RunStatus::Pending);
        let is_for_something = answer.run_id.is_some() || is_of_scheduler;
        if report.is_live && is_for_something && !is_queued {
            self.hear(&answer, now);
        }
        match &report.content {
            Content::Heartbeat(said) => {
                let Some(id) = answer.run_id.clone() else {
                    if let Some(interval) = said.interval.filter(|_| report.is_live) {
                        self.declared.push((None, interval));
                    }
                    return;
                };
                if let Some(interval) = said.interval.filter(|_| report.is_live) {
                    self.declared.push((Some(id.clone()), interval));
                }
                if let Some(progress) = said.progress.clone().filter(|_| report.is_live) {
                    let known = self.progress.get(&id);
                    if known.is_none_or(|(known, _)| *known != progress) {
                        self.progress.insert(id.clone(), (progress, now));
                    }
                }
                if let Some(by) = said.extend {
                    self.extensions.push((id, report.timing.reported_at, by));
                }
            }
            Content::Status(said) if said.status == Status::Running => {
                let id = answer.run_id.expect("the run that began");
                let began = self.began.entry(id).or_insert(occurred_at);
                *began = occurred_at.min(*began);
                self.last_began_at = self.last_began_at.max(Some(*began));
            }
            Content::Status(_) => {}
        }
    }

    fn hear(&mut self, answer: &Answer, now: Timestamp) {
        self.heard.insert(answer.run_id.clone(), now);
    }

    /// Holds what was found since the last time against what was seen.
    fn judge_new(&mut self, world: &World) {
        for event in &world.events[self.judged..] {
            if matches!(event.kind, EventKind::Opened | EventKind::Reopened) {
                self.judge(&event.incident, world);
            }
        }
        self.judged = world.events.len();
    }

    fn judge(&self, found: &Incident, world: &World) {
        let settings = &world.scheduler.settings;
        let from = world.state().judged_from.unwrap_or(self.registered_at);
        let run = found.runs().last().cloned();
        let heard_at = self.heard.get(&run).copied();
        let heard_at = heard_at.or(run.as_ref().map(|id| world.run(id.as_str()).first_received_at));
        let heard_at = heard_at.unwrap_or(self.registered_at);
        let due = match found.reason {
            Reason::Failed | Reason::TooQuick => return,
            // Another run took its place: no matter of time.
            Reason::Lost if !found.summary.contains("stream") => return,
            Reason::Stalled if found.summary.contains("no progress") => {
                let (_, changed_at) = &self.progress[&run.expect("the run that stands still")];
                let from = from.max(*changed_at);
                after_sight(world, from, from.plus(settings.progress_timeout.expect("a limit")))
            }
            Reason::Stalled | Reason::Lost => {
                let shortest = self.shortest(run.as_ref(), settings.heartbeat_interval);
                let declared = shortest.map(|it| it * HEARTBEATS_PER_TIMEOUT);
                let timeout = settings.heartbeat_timeout.or(declared).unwrap_or(15 * MINUTE);
                let from = from.max(heard_at);
                after_sight(world, from, from.plus(timeout))
            }
            Reason::Overran => {
                let run = run.expect("the run that overran");
                let limit = settings.max_runtime.expect("a limit to overrun");
                let due = self.began[&run].plus(limit).plus(self.extended(&run));
                after_sight(world, self.began[&run], due)
            }
            Reason::FinishedLate => {
                let slot = world.run(run.expect("the run").as_str()).slot.expect("its slot");
                after_sight(world, slot, slot.plus(settings.finish_by.expect("a limit")))
            }
            Reason::Missed | Reason::NeverStarted => {
                let [Schedule::Every { interval_ms }] = settings.schedules[..] else {
                    panic!("missed without a schedule");
                };
                let before = self.last_began_at.unwrap_or(from).max(from).max(self.scheduled_at);
                let slot = found.last_onset_at().minus(settings.start_grace());
                let earliest = before.plus(Duration::from_millis(interval_ms));
                assert!(slot >= earliest, "{found:?} is of a slot that nobody expects");
                after_sight(world, slot, found.last_onset_at())
            }
        };
        assert!(found.last_found_at() >= due, "{:?} was found early: {found:?}", found.reason);
    }

    /// How much time a run asked for; sent again, a wish is the same wish.
    fn extended(&self, run: &RunId) -> Duration {
        let mut wishes: Vec<_> = self.extensions.iter().filter(|(id, ..)| id == run).collect();
        wishes.sort_by_key(|(_, sent_at, _)| *sent_at);
        wishes.dedup_by_key(|(_, sent_at, _)| *sent_at);
        wishes.iter().map(|(.., by)| *by).sum()
    }

    fn shortest(&self, run: Option<&RunId>, set: Option<Duration>) -> Option<Duration> {
        let of_run = self.declared.iter().filter(|(id, _)| id.as_ref() == run).map(|(_, it)| *it);
        let of_stream = self.unnamed_stream.then_some(5 * SECOND);
        of_run.chain(of_stream).chain(set).min()
    }

    /// Asserts that every open run, and every daemon, that is silent for too long was
    /// found.
    fn find_silent(&self, world: &World) {
        let state = world.state();
        let settings = &world.scheduler.settings;
        if let (Some(beat), Some(timeout)) = (&state.beat, settings.heartbeat_timeout)
            && settings.schedules.is_empty()
        {
            let from = state.judged_from.map_or(beat.at, |from| from.max(beat.at));
            assert!(beat.is_stalled || from.plus(timeout) > world.now, "{beat:?} was not found");
        }
        for run in state.runs.iter().filter(|run| run.is_open()) {
            let is_queued = run.status() == RunStatus::Pending && !run.is_streaming;
            let Some(timeout) = run.heartbeat_timeout(&world.scheduler.settings) else { continue };
            let heard_at = self.heard.get(&Some(run.id.clone())).copied();
            let heard_at = heard_at.unwrap_or(run.first_received_at).max(run.first_received_at);
            let from = state.judged_from.map_or(heard_at, |from| from.max(heard_at));
            if let (Some(timeout), Some((_, at))) =
                (settings.progress_timeout, self.progress.get(&run.id))
            {
                let from = state.judged_from.map_or(*at, |from| from.max(*at));
                assert!(run.is_stuck || from.plus(timeout) > world.now, "{run:?} stands still");
            }
            assert!(
                is_queued || run.is_stalled || from.plus(timeout) > world.now,
                "{run:?} is silent and was not found"
            );
        }
    }
}

/// `due`, or the shortest catch-up after a blindness that hid what led to it.
fn after_sight(world: &World, from: Timestamp, due: Timestamp) -> Timestamp {
    let met = world.blind.iter().filter(|window| window.from < due && window.to > from);
    met.map(|window| window.to.plus(MINUTE)).max().unwrap_or(due).max(due)
}
