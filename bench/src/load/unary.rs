//! One call, one report.

use std::sync::Arc;

use nightbell_proto::v1::report_service_client::ReportServiceClient;
use nightbell_proto::v1::{RunStatus, SendHeartbeatRequest, UpdateStatusRequest};
use tonic::transport::Channel;

use super::{Caller, Tally, Target};
use crate::{Error, clock};

/// What to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Heartbeats of schedulers without runs.
    Heartbeat,
    /// Runs: that one is running, then that it has completed.
    Status,
}

/// Reports with one call in flight.
pub(crate) struct UnaryCaller {
    client: ReportServiceClient<Channel>,
    target: Target,
    schedulers: Arc<[String]>,
    kind: Kind,
    first: usize,
    step: usize,
    turn: usize,
    prefix: String,
}

impl UnaryCaller {
    /// `callers` callers over `connections` connections, which share the
    /// schedulers among them. `prefix` makes their runs new ones.
    pub(crate) async fn many(
        target: &Target,
        schedulers: &Arc<[String]>,
        kind: Kind,
        (callers, connections): (usize, usize),
        prefix: &str,
    ) -> Result<Vec<Self>, Error> {
        let channels = target.channels(connections).await?;
        let client = |at: usize| ReportServiceClient::new(channels[at % connections].clone());
        let caller = |at: usize| Self {
            client: client(at),
            target: target.clone(),
            schedulers: Arc::clone(schedulers),
            kind,
            first: at,
            step: callers,
            turn: 0,
            prefix: format!("{prefix}-{at}"),
        };
        Ok((0..callers).map(caller).collect())
    }
}

impl Caller for UnaryCaller {
    async fn turn(&mut self, tally: &mut Tally) -> Result<(), Error> {
        let turn = self.turn;
        self.turn += 1;
        let place = |turn: usize| (self.first + turn * self.step) % self.schedulers.len();
        let sent_at;
        match self.kind {
            Kind::Heartbeat => {
                let scheduler_id = self.schedulers[place(turn)].clone();
                let message = SendHeartbeatRequest { scheduler_id, ..Default::default() };
                let request = self.target.request(message);
                sent_at = clock::now();
                self.client.send_heartbeat(request).await?;
            }
            Kind::Status => {
                let message = UpdateStatusRequest {
                    scheduler_id: self.schedulers[place(turn / 2)].clone(),
                    run_id: Some(format!("{}-{}", self.prefix, turn / 2)),
                    sequence: Some(if turn.is_multiple_of(2) { 1 } else { 2 }),
                    status: status(turn).into(),
                    timestamp: Some(clock::time_of_day()),
                    ..Default::default()
                };
                let request = self.target.request(message);
                sent_at = clock::now();
                self.client.update_status(request).await?;
            }
        }
        tally.acknowledged(sent_at);
        Ok(())
    }
}

/// Running and completed, in turn.
pub(crate) fn status(turn: usize) -> RunStatus {
    if turn.is_multiple_of(2) { RunStatus::Running } else { RunStatus::Completed }
}
