//! What jobs say of themselves.

use std::sync::Arc;
use std::time::Duration;

use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::key::Principal;
use nightbell_domain::report::{Content, Report};
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::{Answer, Input};

use super::record::{fresh_id, refused};
use super::{Services, by_id, closed, unstored};
use crate::error::ServiceError;
use crate::store::StoreError;
use crate::store::batch::{Answered, Command, Intent, Target};
use crate::telemetry::Kind;

pub use crate::store::RejectedReport;

/// Who reports for which scheduler.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Who it is.
    pub principal: Arc<Principal>,
    /// The scheduler.
    pub scheduler_id: SchedulerId,
    /// The service's name, for a server that registers on first report.
    pub service_name: Option<String>,
    /// The job's name, likewise.
    pub job_name: Option<String>,
}

impl Services {
    /// Stores one report; returns once it would survive a power cut.
    pub async fn record(&self, sender: Sender, report: Report) -> Result<Answer, ServiceError> {
        let kind = kind_of(&report);
        let command = self.report_command(sender, Input::Report(report));
        self.submit_report(command, kind).await
    }

    /// Stores several reports in one write, each on its own, in order.
    pub async fn record_all(
        &self,
        reports: Vec<(Sender, Report)>,
    ) -> Vec<Result<Answer, ServiceError>> {
        let count = reports.len();
        let kinds: Vec<&'static str> = reports.iter().map(|(_, report)| kind_of(report)).collect();
        let commands: Vec<Command> = reports
            .into_iter()
            .map(|(sender, report)| self.report_command(sender, Input::Report(report)))
            .collect();
        let targets: Vec<Target> = commands.iter().map(|command| command.target.clone()).collect();
        match self.inner.ingest.submit_all(commands).await {
            Ok(outcomes) => outcomes
                .into_iter()
                .zip(&targets)
                .zip(kinds)
                .map(|((outcome, target), kind)| self.counted(outcome, target, kind))
                .collect(),
            Err(stopped) => std::iter::repeat_with(|| Err(closed(stopped))).take(count).collect(),
        }
    }

    /// Ties a run to the stream it lives on.
    pub async fn stream_opened(
        &self,
        sender: Sender,
        run_id: Option<RunId>,
        interval: Duration,
        received_at: Timestamp,
    ) -> Result<Answer, ServiceError> {
        let input = Input::StreamOpened { run_id, interval, received_at };
        let command = self.report_command(sender, input);
        self.submit_report(command, "hello").await
    }

    /// Unties a run from its stream.
    pub async fn stream_ended(
        &self,
        sender: Sender,
        run_id: Option<RunId>,
        is_clean: bool,
    ) -> Result<Answer, ServiceError> {
        let command = self.report_command(sender, Input::StreamEnded { run_id, is_clean });
        self.submit_report(command, "goodbye").await
    }

    /// Keeps a refused report for 24 hours, so that its scheduler can show it. One
    /// that cannot be kept, or whose sender may not speak for the scheduler, is
    /// dropped: it was answered already.
    pub async fn keep_rejected(
        &self,
        principal: &Principal,
        scheduler_id: &SchedulerId,
        mut report: RejectedReport,
    ) {
        let Ok(scheduler) = self.scheduler(principal, scheduler_id).await else { return };
        let service = Some(scheduler.settings.service_name.as_str());
        if !principal.binding.may_speak_for(scheduler_id.as_str(), service) {
            return;
        }
        report.raw.truncate(report.raw.floor_char_boundary(crate::limits::REJECTED_BYTES_MAX));
        let kept = self.store().rejected_insert(principal.project, scheduler_id, report).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "a refused report could not be kept");
        }
    }

    fn report_command(&self, sender: Sender, input: Input) -> Command {
        let target = by_id(sender.principal.project, &sender.scheduler_id);
        let patch = match input {
            Input::StreamEnded { .. } => None,
            _ => self.first_report_patch(sender.service_name, sender.job_name),
        };
        Command {
            target,
            speaker: Some(sender.principal),
            intent: Box::new(Intent::Apply(input, patch.map(Box::new))),
            fresh: fresh_id(self.now()),
            wants_scheduler: false,
            judgement: None,
        }
    }

    async fn submit_report(
        &self,
        command: Command,
        kind: &'static str,
    ) -> Result<Answer, ServiceError> {
        let target = command.target.clone();
        let outcome = self.inner.ingest.submit(command).await.map_err(closed)?;
        self.counted(outcome, &target, kind)
    }

    fn counted(
        &self,
        outcome: Result<Answered, StoreError>,
        target: &Target,
        kind: &'static str,
    ) -> Result<Answer, ServiceError> {
        let answer = outcome
            .map_err(unstored)
            .and_then(|answered| answered.answer.map_err(|not_done| refused(not_done, target)));
        let outcome = if answer.is_ok() { "stored" } else { "refused" };
        self.metrics().reports.get_or_create(&Kind { kind, outcome }).inc();
        answer
    }
}

fn kind_of(report: &Report) -> &'static str {
    match report.content {
        _ if !report.is_live => "replayed",
        Content::Status(_) => "status",
        Content::Heartbeat(_) => "heartbeat",
    }
}
