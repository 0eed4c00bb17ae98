//! Calls by which jobs speak of themselves.

use std::sync::Arc;

use nightbell_domain::id::SchedulerId;
use nightbell_domain::report::Timing;
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Answer;
use nightbell_proto::v1;
use nightbell_proto::v1::report_service_server::ReportService;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::report_stream::ReportStream;
use super::streams::Streams;
use super::ties::LiveTies;
use super::{caller, decode_warnings};
use crate::auth::Admitted;
use crate::service::Services;
use crate::service::reports::{RejectedReport, Sender};
use crate::wire::report::{self, Arrival, Rejected, Taken, Untaken};
use crate::wire::{answer, status, warning};

/// Answers the calls of `ReportService`.
#[derive(Clone)]
pub struct Reports {
    services: Services,
    streams: Streams,
    ties: LiveTies,
}

impl Reports {
    /// Answers by what `services` do; streams end as `streams` say.
    pub fn new(services: Services, streams: Streams) -> Self {
        Self { services, streams, ties: LiveTies::default() }
    }
}

#[tonic::async_trait]
impl ReportService for Reports {
    async fn update_status(
        &self,
        mut request: Request<v1::UpdateStatusRequest>,
    ) -> Result<Response<v1::UpdateStatusResponse>, Status> {
        let received_at = self.services.now();
        let caller = caller(&request)?;
        let mut warnings = decode_warnings(&mut request).0;
        let read = report::status(request.into_inner(), Arrival::Live, received_at);
        let stored = store(&self.services, &caller, received_at, read).await?;
        warnings.extend(stored.warnings);
        let response =
            answer::of_status(&stored.scheduler_id, stored.timing, stored.answer, warnings);
        Ok(Response::new(response))
    }

    async fn send_heartbeat(
        &self,
        mut request: Request<v1::SendHeartbeatRequest>,
    ) -> Result<Response<v1::SendHeartbeatResponse>, Status> {
        let received_at = self.services.now();
        let caller = caller(&request)?;
        let mut warnings = decode_warnings(&mut request).0;
        let read = report::heartbeat(request.into_inner(), Arrival::Live, received_at);
        let stored = store(&self.services, &caller, received_at, read).await?;
        warnings.extend(stored.warnings);
        let response =
            answer::of_heartbeat(&stored.scheduler_id, received_at, stored.answer, warnings);
        Ok(Response::new(response))
    }

    type StreamHeartbeatsStream = ReceiverStream<Result<v1::StreamHeartbeatsResponse, Status>>;

    async fn stream_heartbeats(
        &self,
        request: Request<Streaming<v1::StreamHeartbeatsRequest>>,
    ) -> Result<Response<Self::StreamHeartbeatsStream>, Status> {
        let caller = caller(&request)?;
        let place = self.streams.place(&caller.principal)?;
        // One response at a time: what settles while it waits goes with the next.
        let (outbound, responses) = mpsc::channel(1);
        let stream =
            ReportStream::new(self.services.clone(), self.streams.clone(), &self.ties, caller);
        let inbound = request.into_inner();
        tokio::spawn(async move {
            stream.run(inbound, outbound).await;
            drop(place);
        });
        Ok(Response::new(ReceiverStream::new(responses)))
    }
}

/// A report that is stored, and what is to be answered.
pub(super) struct Stored {
    pub(super) scheduler_id: SchedulerId,
    pub(super) timing: Timing,
    pub(super) answer: Answer,
    pub(super) warnings: Vec<v1::Warning>,
}

/// Stores a report, or keeps what was refused of it.
pub(super) async fn store(
    services: &Services,
    caller: &Admitted,
    received_at: Timestamp,
    read: Result<Taken, Untaken>,
) -> Result<Stored, Status> {
    let taken = match read {
        Ok(taken) => taken,
        Err(untaken) => return Err(keep(services, caller, received_at, untaken).await),
    };
    let warnings = taken.warnings.into_iter().map(warning).collect();
    let timing = taken.report.timing;
    let scheduler_id = taken.scheduler_id;
    let sender = Sender {
        principal: Arc::clone(&caller.principal),
        scheduler_id: scheduler_id.clone(),
        service_name: taken.service_name,
        job_name: taken.job_name,
    };
    let answer = services.record(sender, taken.report).await?;
    Ok(Stored { scheduler_id, timing, answer, warnings })
}

/// Keeps a refused report for the owner of its scheduler, and says what to answer.
pub(super) async fn keep(
    services: &Services,
    caller: &Admitted,
    received_at: Timestamp,
    untaken: Untaken,
) -> Status {
    let refusal = Status::from(untaken.error);
    keep_rejected(services, caller, received_at, &refusal, untaken.rejected).await;
    refusal
}

/// Keeps what a caller was refused, if it names its scheduler.
pub(super) async fn keep_rejected(
    services: &Services,
    caller: &Admitted,
    received_at: Timestamp,
    refusal: &Status,
    rejected: Option<Rejected>,
) {
    if let Some(rejected) = rejected {
        let report = RejectedReport {
            received_at,
            reason: status::reason_of(refusal),
            message: refusal.message().to_owned(),
            raw: rejected.raw,
        };
        services.keep_rejected(&caller.principal, &rejected.scheduler_id, report).await;
    }
}
