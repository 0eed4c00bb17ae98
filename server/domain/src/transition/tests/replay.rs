//! The same reports give the same history, however they come.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::id::RunId;
use crate::report::{
    ClaimedTime, Content, HeartbeatContent, Report, Status, StatusContent, Timing,
};
use crate::run::{Mark, Run, RunStatus};
use crate::time::Timestamp;
use crate::transition::{Input, Refusal};
use crate::world::{HOUR, MINUTE, SECOND, World, scheduled};

/// How many histories are delivered: `make simulate` asks for more.
fn cases() -> u32 {
    std::env::var("REPLAYS").map_or(10_000, |text| text.parse().expect("a number"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    /// Runs, results and durations are the same whether every report came in time
    /// or in any order, any number of times, days later, live or replayed, alone or
    /// in batches, with restarts and whatever was inferred from silence meanwhile.
    #[test]
    fn late_delivery_gives_the_history_of_prompt_delivery(
        told in prop::collection::vec(told(), 1..10),
        deliveries in prop::collection::vec((any::<Index>(), delivery()), 0..24),
        clock in clock(),
    ) {
        let mut prompt = world();
        let from = prompt.now;
        let mut ordered = told.clone();
        ordered.sort_by_key(|told| told.at_s);
        for told in ordered {
            prompt.now = prompt.now.max(told.occurred_at(from));
            let report = told.report(clock, from, prompt.now, true);
            let _ = prompt.decide(Input::Report(report));
        }

        let mut late = world();
        late.now = from.plus(HOUR);
        let rest = told.iter().map(|told| (told, Delivery::default()));
        let deliveries = deliveries.iter().map(|(which, it)| (which.get(&told), it.clone()));
        let mut batch = Vec::new();
        for (told, delivery) in deliveries.chain(rest) {
            let report = told.report(clock, from, late.now, delivery.is_live);
            batch.push(Input::Report(report));
            if delivery.joins_next {
                continue;
            }
            for answer in late.decide_all(std::mem::take(&mut batch)) {
                let is_taken = matches!(answer, Ok(_) | Err(Refusal::TerminalConflict(_)));
                prop_assert!(is_taken, "{answer:?}");
            }
            late.wait(delivery.wait_min * MINUTE);
            if delivery.then_restarts {
                late.restart();
            }
        }
        late.decide_all(batch);
        prop_assert_eq!(history(&late), history(&prompt));
    }
}

/// A report by the job's own account: seconds after the start of its life.
#[derive(Debug, Clone)]
struct Told {
    run: Option<&'static str>,
    sequence: Option<u32>,
    at_s: u32,
    status: Option<Status>,
}

/// How the client's clock is wrong, and whether the server can know.
#[derive(Debug, Clone, Copy)]
enum Clock {
    Right,
    WrongBy { seconds: i64 },
}

/// How a report reaches the server, and what happens then.
#[derive(Debug, Clone, Default)]
struct Delivery {
    is_live: bool,
    joins_next: bool,
    wait_min: u32,
    then_restarts: bool,
}

fn told() -> impl Strategy<Value = Told> {
    let status = prop_oneof![
        4 => Just(Some(Status::Running)),
        3 => Just(Some(Status::Completed)),
        2 => Just(Some(Status::Failed)),
        1 => Just(Some(Status::Cancelled)),
        1 => Just(Some(Status::Pending)),
        1 => Just(None),
    ];
    let run = prop_oneof![Just(None), Just(Some("a")), Just(Some("b"))];
    // Within one second everything has its own sequence, so none is used twice.
    (run, any::<bool>(), 0u32..30, status).prop_map(|(run, is_numbered, at_s, status)| {
        let kind = status.map_or(5, |status| status as u32);
        let sequence = is_numbered.then_some(at_s * 6 + kind);
        Told { run, sequence, at_s, status }
    })
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![
        Just(Clock::Right),
        (-86_400i64..86_400).prop_map(|seconds| Clock::WrongBy { seconds }),
    ]
}

fn delivery() -> impl Strategy<Value = Delivery> {
    (any::<bool>(), prop::bool::weighted(0.3), 0u32..40, prop::bool::weighted(0.1)).prop_map(
        |(is_live, joins_next, wait_min, then_restarts)| Delivery {
            is_live,
            joins_next,
            wait_min,
            then_restarts,
        },
    )
}

impl Told {
    fn occurred_at(&self, from: Timestamp) -> Timestamp {
        from.plus(self.at_s * SECOND)
    }

    fn report(
        &self,
        clock: Clock,
        from: Timestamp,
        received_at: Timestamp,
        is_live: bool,
    ) -> Report {
        let occurred_at = self.occurred_at(from);
        let claimed = match clock {
            Clock::Right => ClaimedTime { timestamp: Some(occurred_at), sent_at: None },
            Clock::WrongBy { seconds } => {
                let shown =
                    |at: Timestamp| Timestamp::from_millis(at.as_millis() + seconds * 1_000);
                ClaimedTime {
                    timestamp: Some(shown(occurred_at)),
                    sent_at: Some(shown(received_at)),
                }
            }
        };
        let timing = if is_live {
            Timing::of_live(claimed, received_at, &mut Vec::new())
        } else {
            Timing::of_replay(claimed, received_at).unwrap()
        };
        let content =
            self.status.map_or(Content::Heartbeat(HeartbeatContent::default()), |status| {
                Content::Status(StatusContent {
                    status,
                    scheduled_for: None,
                    execution_time_ms: None,
                    error_message: Some(format!("{status:?} at {}", self.at_s)),
                    metadata: None,
                })
            });
        let run_id = self.run.map(|id| RunId::parse(id).unwrap());
        Report { run_id, sequence: self.sequence, timing, is_live, content }
    }
}

fn world() -> World {
    let mut world = World::new(scheduled(HOUR));
    world.scheduler.settings.max_runtime = Some(2 * HOUR);
    world
}

/// A run, but for what the server inferred of it and for its arrival.
#[derive(Debug, PartialEq)]
struct Shown {
    named: Option<RunId>,
    status: Option<RunStatus>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    took_ms: Option<i64>,
    error: Option<String>,
    other_ends: Vec<(Status, Timestamp)>,
}

fn history(world: &World) -> Vec<Shown> {
    let mut runs: Vec<&Run> =
        world.runs.values().filter(|run| run.history().next().is_some()).collect();
    runs.sort_by_key(|run| {
        (run.is_named.then(|| run.id.clone()), run.history().map(Mark::order).min())
    });
    let latest = runs.iter().filter(|run| !run.is_named).map(|run| run.id.clone()).next_back();
    runs.iter()
        .map(|run| {
            // That nothing was heard of it is inferred; that another followed is not.
            let is_known =
                !run.ends.is_empty() || !run.is_named && Some(&run.id) != latest.as_ref();
            Shown {
                named: run.is_named.then(|| run.id.clone()),
                status: is_known.then(|| run.status()),
                started_at: run.started_at(),
                ended_at: run.ended_at().filter(|_| is_known),
                took_ms: run.execution_time_ms(),
                error: run.error_message().map(str::to_owned),
                other_ends: run
                    .ends
                    .iter()
                    .map(|end| (end.status, end.timing.effective_at))
                    .collect(),
            }
        })
        .collect()
}
