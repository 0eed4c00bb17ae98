//! What is answered to a report.

use nightbell_domain::id::SchedulerId;
use nightbell_domain::report::Timing;
use nightbell_domain::settings::Warning;
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Answer;
use nightbell_proto::v1;
use tonic::Status;

use super::{run, status, time, warning};

/// The answer to a status report. `warnings` are those found on the way in.
pub fn of_status(
    scheduler_id: &SchedulerId,
    timing: Timing,
    answer: Answer,
    warnings: Vec<v1::Warning>,
) -> v1::UpdateStatusResponse {
    v1::UpdateStatusResponse {
        scheduler_id: scheduler_id.to_string(),
        run_id: run_id(&answer),
        status: answer.run_status.map_or(v1::RunStatus::Unspecified, run::status).into(),
        received_at: Some(time::timestamp(timing.received_at)),
        effective_at: Some(time::timestamp(timing.effective_at)),
        directives: Some(directives(scheduler_id, &answer)),
        warnings: with(warnings, answer.warnings),
    }
}

/// The answer to a heartbeat. `warnings` are those found on the way in.
pub fn of_heartbeat(
    scheduler_id: &SchedulerId,
    received_at: Timestamp,
    answer: Answer,
    warnings: Vec<v1::Warning>,
) -> v1::SendHeartbeatResponse {
    v1::SendHeartbeatResponse {
        scheduler_id: scheduler_id.to_string(),
        run_id: run_id(&answer),
        received_at: Some(time::timestamp(received_at)),
        directives: Some(directives(scheduler_id, &answer)),
        warnings: with(warnings, answer.warnings),
    }
}

/// The result of one item of a replay that was stored.
pub fn of_item(index: u32, answer: Answer, warnings: Vec<v1::Warning>) -> v1::BatchResult {
    v1::BatchResult {
        index,
        run_id: run_id(&answer),
        warnings: with(warnings, answer.warnings),
        ..v1::BatchResult::default()
    }
}

/// The result of one item of a replay that was refused.
pub fn of_refused_item(index: u32, refusal: &Status) -> v1::BatchResult {
    v1::BatchResult {
        index,
        code: refusal.code().into(),
        reason: status::reason_of(refusal),
        message: refusal.message().to_owned(),
        ..v1::BatchResult::default()
    }
}

/// Why a frame of a stream was not stored.
pub fn of_refused_frame(frame_sequence: u64, refusal: &Status) -> v1::FrameRefusal {
    v1::FrameRefusal {
        frame_sequence,
        code: refusal.code().into(),
        reason: status::reason_of(refusal),
        message: refusal.message().to_owned(),
    }
}

/// What the server wants of a job, whether it wants something or not.
pub fn directives(scheduler_id: &SchedulerId, answer: &Answer) -> v1::Directives {
    v1::Directives {
        scheduler_id: scheduler_id.to_string(),
        run_id: run_id(answer),
        cancel_requested: answer.cancel_requested,
        heartbeat_interval: None,
    }
}

fn run_id(answer: &Answer) -> String {
    answer.run_id.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn with(mut warnings: Vec<v1::Warning>, more: Vec<Warning>) -> Vec<v1::Warning> {
    warnings.extend(more.into_iter().map(warning));
    warnings
}

#[cfg(test)]
mod tests {
    use nightbell_domain::id::RunId;
    use nightbell_domain::run::RunStatus;

    use super::*;
    use crate::error::ServiceError;

    fn answered() -> Answer {
        Answer {
            run_id: Some(RunId::parse("r1").unwrap()),
            run_status: Some(RunStatus::Running),
            cancel_requested: true,
            warnings: vec![Warning::new("NO_START", "", "no start is known")],
        }
    }

    #[test]
    fn an_answer_carries_the_run_its_directives_and_all_warnings() {
        let id = SchedulerId::parse("nightly").unwrap();
        let at = Timestamp::from_millis(1_500);
        let timing = Timing { received_at: at, reported_at: None, effective_at: at };
        let earlier = v1::Warning { reason: "TRUNCATED".to_owned(), ..v1::Warning::default() };

        let told = of_status(&id, timing, answered(), vec![earlier.clone()]);
        assert_eq!((told.run_id.as_str(), told.status()), ("r1", v1::RunStatus::Running));
        assert!(told.directives.is_some_and(|wanted| wanted.cancel_requested));
        let reasons: Vec<_> = told.warnings.iter().map(|w| w.reason.as_str()).collect();
        assert_eq!(reasons, ["TRUNCATED", "NO_START"]);

        let told = of_heartbeat(&id, at, answered(), vec![earlier]);
        assert_eq!(told.received_at, Some(time::timestamp(at)));
        assert_eq!((told.run_id.as_str(), told.warnings.len()), ("r1", 2));
        assert_eq!(of_item(3, answered(), Vec::new()).code, 0);
    }

    #[test]
    fn a_refused_item_says_why() {
        let told = of_refused_item(4, &ServiceError::ReplayTooOld.into());
        assert_eq!((told.index, told.code, told.reason.as_str()), (4, 11, "REPLAY_TOO_OLD"));
        let told = of_refused_frame(9, &ServiceError::ReplayTooOld.into());
        assert_eq!((told.frame_sequence, told.code), (9, 11));
    }
}
