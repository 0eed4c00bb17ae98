//! The runs that a job did not name.
//!
//! Their reports carry no run id, so they are told apart by order: *running* begins
//! a run, the next end closes it, and a run that another one follows without an
//! end is lost. A report that arrives late is put in its place among its
//! neighbours, which gives the same runs as if it had come in time.

use crate::id::RunId;
use crate::report::Status;
use crate::run::{Folded, Mark, Order, Run};

/// What became of a mark.
#[derive(Debug)]
pub(crate) struct Placed {
    /// The run it belongs to.
    pub(crate) run: RunId,
    /// What it did to that run.
    pub(crate) folded: Folded,
    /// Every run that is not as it was.
    pub(crate) touched: Vec<RunId>,
    /// The run that it took the place of while that one was open.
    pub(crate) superseded: Option<RunId>,
}

/// Where `run` stands among the unnamed runs: at its first mark.
pub(crate) fn place_of(run: &Run) -> Option<Order> {
    run.history().map(Mark::order).min()
}

/// Puts a *running* or an end among the unnamed runs of one scheduler.
///
/// `runs` must hold the run at or before the mark and the one after it, where there
/// are such; others do no harm. `fresh` becomes the run that the mark makes, if it
/// makes one.
pub(crate) fn place(runs: &mut Vec<Run>, mark: Mark, fresh: Run) -> Placed {
    let known = runs.iter().find(|run| run.history().any(|known| known.is_namesake_of(&mark)));
    if let Some(run) = known.map(|run| run.id.clone()) {
        return Placed { run, folded: Folded::Repeated, touched: Vec::new(), superseded: None };
    }
    runs.sort_by_key(place_of);
    let after = runs.partition_point(|run| place_of(run) <= Some(mark.order()));
    if mark.status == Status::Running {
        place_start(runs, after, mark, fresh)
    } else {
        place_end(runs, after, mark, fresh)
    }
}

/// `after` is the place of the first run that begins after the mark.
fn place_start(runs: &mut Vec<Run>, after: usize, mark: Mark, mut fresh: Run) -> Placed {
    let began_at = mark.timing.effective_at;
    let mut touched = Vec::new();
    let mut superseded = None;

    if let Some(before) = after.checked_sub(1).map(|index| &mut runs[index]) {
        if ends_after(before, &mark) {
            // The end belongs to the later start: the earlier run never ended.
            fresh.ends = std::mem::take(&mut before.ends);
        } else if before.is_open() {
            superseded = Some(before.id.clone());
        }
        if before.ends.is_empty() {
            before.lost_at = Some(began_at);
            touched.push(before.id.clone());
        }
    }
    if fresh.ends.is_empty()
        && let Some(next) = runs.get_mut(after)
    {
        if next.start.is_none() {
            next.start = Some(mark);
            touched.push(next.id.clone());
            return Placed { run: next.id.clone(), folded: Folded::Taken, touched, superseded };
        }
        fresh.lost_at = Some(next.first_mark_at());
    }
    fresh.start = Some(mark);
    let run = fresh.id.clone();
    touched.push(run.clone());
    runs.push(fresh);
    Placed { run, folded: Folded::Taken, touched, superseded }
}

/// `after` is the place of the first run that begins after the mark.
fn place_end(runs: &mut Vec<Run>, after: usize, mark: Mark, mut fresh: Run) -> Placed {
    let before = after.checked_sub(1).map(|index| &mut runs[index]);
    let mut touched = Vec::new();
    let run = match before {
        Some(before)
            if before.start.is_some() && (before.ends.is_empty() || ends_after(before, &mark)) =>
        {
            // An end that it had is one that no known start belongs to.
            fresh.ends = std::mem::replace(&mut before.ends, vec![mark]);
            touched.push(before.id.clone());
            before.id.clone()
        }
        _ => {
            fresh.ends = vec![mark];
            fresh.id.clone()
        }
    };
    if !fresh.ends.is_empty() {
        touched.push(fresh.id.clone());
        runs.push(fresh);
    }
    Placed { run, folded: Folded::Taken, touched, superseded: None }
}

fn ends_after(run: &Run, mark: &Mark) -> bool {
    run.end().is_some_and(|end| end.order() > mark.order())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::report::{Content, Report, StatusContent, Timing};
    use crate::run::RunStatus;
    use crate::time::Timestamp;
    use crate::transition::Input;
    use crate::world::{World, plain};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// In whatever order, how often and in what batches they come, and though
        /// only the neighbours are loaded: the runs are those that a scan over all
        /// marks in order finds, and a job is queued if that was its last word.
        #[test]
        fn unnamed_runs_are_those_of_an_ordered_scan(
            told in prop::collection::vec(told(), 1..14),
            order in prop::collection::vec((any::<Index>(), 1usize..4), 0..30),
        ) {
            let mut world = World::new(plain());
            let mut deliveries: Vec<Told> = order.iter().map(|(it, _)| *it.get(&told)).collect();
            deliveries.extend(&told);
            let mut sizes = order.iter().map(|(_, size)| *size);
            while !deliveries.is_empty() {
                let size = sizes.next().unwrap_or(1).min(deliveries.len());
                let batch = deliveries.drain(..size).map(|told| told.report(world.now));
                let answers = world.decide_all(batch.map(Input::Report).collect());
                prop_assert!(answers.iter().all(Result::is_ok));
            }

            let (scanned, is_queued) = scan(&told);
            prop_assert_eq!(found(&world), scanned);
            let queued = world.runs.values().filter(|run| run.status() == RunStatus::Pending);
            prop_assert_eq!(queued.count() == 1, is_queued);
        }
    }

    /// A status and when it was said; clocks and clamps may bring several to one
    /// instant.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    struct Told {
        effective: i64,
        reported: i64,
        status: Status,
        is_live: bool,
    }

    fn told() -> impl Strategy<Value = Told> {
        let status = prop_oneof![
            4 => Just(Status::Running),
            3 => Just(Status::Completed),
            2 => Just(Status::Failed),
            1 => Just(Status::Pending),
        ];
        (0i64..12, 0i64..3, status, any::<bool>()).prop_map(|(at, skew, status, is_live)| Told {
            effective: at * 10,
            status,
            reported: at * 10 + skew,
            is_live,
        })
    }

    impl Told {
        fn report(self, now: Timestamp) -> Report {
            let status = self.status;
            Report {
                run_id: None,
                sequence: None,
                timing: Timing {
                    received_at: now,
                    reported_at: Some(Timestamp::from_millis(self.reported)),
                    effective_at: Timestamp::from_millis(self.effective),
                },
                is_live: self.is_live,
                content: Content::Status(StatusContent {
                    status,
                    scheduled_for: None,
                    execution_time_ms: None,
                    error_message: None,
                    metadata: None,
                }),
            }
        }
    }

    /// A run as it is compared: its start, its end, and when another one followed.
    #[derive(Debug, Default, PartialEq)]
    struct Segment {
        start: Option<i64>,
        end: Option<(Status, i64)>,
        followed_at: Option<i64>,
    }

    fn scan(told: &[Told]) -> (Vec<Segment>, bool) {
        let mut told = told.to_vec();
        told.sort_unstable();
        let mut runs: Vec<Segment> = Vec::new();
        for mark in told.iter().filter(|mark| mark.status != Status::Pending) {
            let is_known = |run: &Segment| {
                run.start == Some(mark.reported) && mark.status == Status::Running
                    || run.end == Some((mark.status, mark.reported))
            };
            if runs.iter().any(is_known) {
                continue;
            }
            let open = runs.last_mut().filter(|run| run.start.is_some() && run.end.is_none());
            let end = Some((mark.status, mark.reported));
            if mark.status == Status::Running {
                if let Some(open) = open {
                    open.followed_at = Some(mark.effective);
                }
                runs.push(Segment { start: Some(mark.reported), ..Segment::default() });
            } else if let Some(open) = open {
                open.end = end;
            } else {
                runs.push(Segment { end, ..Segment::default() });
            }
        }
        (runs, told.last().is_some_and(|last| last.status == Status::Pending))
    }

    fn found(world: &World) -> Vec<Segment> {
        let mut runs: Vec<&Run> =
            world.runs.values().filter(|run| place_of(run).is_some()).collect();
        runs.sort_by_key(|run| place_of(run));
        let reported = |mark: &Mark| mark.timing.reported_at.unwrap().as_millis();
        runs.iter()
            .map(|run| Segment {
                start: run.start.as_ref().map(reported),
                end: run.end().map(|end| (end.status, reported(end))),
                followed_at: run.lost_at.filter(|_| run.ends.is_empty()).map(Timestamp::as_millis),
            })
            .collect()
    }
}
