//! The pure parts alone: deciding, schedules, and reading and writing JSON.

use std::hint::black_box;
use std::time::Duration;

use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::Role;
use nightbell_domain::report::{Content, HeartbeatContent, Report, Status, StatusContent, Timing};
use nightbell_domain::schedule::{CronProfile, Schedule, Timetable};
use nightbell_domain::scheduler::{Case, State};
use nightbell_domain::settings::{Change, Patch};
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::{Context, Input, register, transition};
use nightbell_proto::json::{self, Mode};
use nightbell_proto::v1::{RunStatus, UpdateStatusRequest, UpdateStatusResponse};
use uuid::Uuid;

use crate::load::rest::status_body;
use crate::table::Fact;
use crate::{Error, clock};

/// Rounds of each, of which the median is taken.
const ROUNDS: usize = 31;
const TIMES_PER_ROUND: u32 = 5_000;

const START: Timestamp = Timestamp::from_millis(1_900_000_000_000);

/// Measures every part; nanoseconds each.
pub(crate) fn run() -> Result<Vec<Fact>, Error> {
    let case = beating()?;
    let context = Context { now: START, fresh: Uuid::from_u128(1), blind: &[] };
    let heartbeat = input(Content::Heartbeat(HeartbeatContent::default()));
    let running = input(status(Status::Running));
    let open = transition(case.clone(), running.clone(), &context).case;
    let completed = input(status(Status::Completed));
    let state = serde_json::to_string(&open.remembered())?;
    let body = status_body("my-service-eod-process", true);
    let answer = answer();
    let (nightly, leap) = (timetable("30 2 * * *")?, timetable("30 2 29 2 MON#5")?);
    let decide = |case: &Case, input: &Input| transition(case.clone(), input.clone(), &context);

    Ok(vec![
        median("copy a case", || case.clone()),
        median("decide a heartbeat, copying the case", || decide(&case, &heartbeat)),
        median("decide running, copying the case", || decide(&case, &running)),
        median("decide completed, copying the case", || decide(&open, &completed)),
        median("next slot of 30 2 * * *, Europe/Berlin", || nightly.next_after(START)),
        median("next slot of 30 2 29 2 MON#5, years ahead", || leap.next_after(START)),
        median("state to JSON text", || serde_json::to_string(&open.remembered())),
        median("state from JSON text", || serde_json::from_str::<State>(&state)),
        median("read the guide's status report", || {
            json::from_slice::<UpdateStatusRequest>(&body, Mode::EvidenceFirst)
        }),
        median("read it as a serde_json::Value", || {
            serde_json::from_slice::<serde_json::Value>(&body)
        }),
        median("write the answer", || json::to_vec(&answer)),
    ])
}

fn median<T>(what: &str, mut part: impl FnMut() -> T) -> Fact {
    let mut rounds: Vec<Duration> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started_at = clock::now();
        for _ in 0..TIMES_PER_ROUND {
            black_box(part());
        }
        rounds.push(started_at.elapsed() / TIMES_PER_ROUND);
    }
    rounds.sort_unstable();
    Fact::new(what, rounds[ROUNDS / 2].as_secs_f64() * 1e9, "ns")
}

/// A schedule on the clocks of Berlin.
fn timetable(cron: &str) -> Result<Timetable, Error> {
    let schedules = [Schedule::Cron { expression: cron.to_owned() }];
    Timetable::new(&schedules, Some("Europe/Berlin"), CronProfile::default())
        .map_err(|violations| format!("{cron}: {violations:?}").into())
}

/// A scheduler that has sent a heartbeat.
fn beating() -> Result<Case, Error> {
    let patch = Patch {
        service_name: Change::Set("My Service".to_owned()),
        job_name: Change::Set("EOD Processing".to_owned()),
        ..Patch::default()
    };
    let id = SchedulerId::parse("my-service-eod-process").map_err(|violation| violation.rule)?;
    let context = Context { now: START, fresh: Uuid::from_u128(2), blind: &[] };
    let case = register(id, patch, Role::Reporter, &context)
        .map_err(|refusal| format!("the scheduler was refused: {refusal:?}"))?;
    let heartbeat = input(Content::Heartbeat(HeartbeatContent::default()));
    let decided = transition(case, heartbeat, &context);
    Ok(Case::new(decided.case.scheduler))
}

fn input(content: Content) -> Input {
    let timing = Timing { received_at: START, reported_at: None, effective_at: START };
    Input::Report(Report { run_id: None, sequence: None, timing, is_live: true, content })
}

fn status(status: Status) -> Content {
    let metadata = serde_json::Map::from_iter([
        ("records_processed".to_owned(), 1_000.into()),
        ("environment".to_owned(), "production".into()),
    ]);
    Content::Status(StatusContent {
        status,
        execution_time_ms: Some(15_000),
        error_message: None,
        metadata: Some(metadata),
        scheduled_for: None,
    })
}

fn answer() -> UpdateStatusResponse {
    UpdateStatusResponse {
        scheduler_id: "my-service-eod-process".to_owned(),
        run_id: "0193fe0c-0000-7000-8000-000000000000".to_owned(),
        status: RunStatus::Completed.into(),
        received_at: Some(clock::time_of_day()),
        effective_at: Some(clock::time_of_day()),
        ..Default::default()
    }
}
