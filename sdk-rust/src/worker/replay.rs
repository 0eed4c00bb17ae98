//! Reports that wait on disk, this process's or another's, once the server is there.

use std::time::Duration;

use tokio::time::sleep_until;

use super::Core;
use crate::api::{
    BatchItem, BatchItemReport, BatchReportRequest, BatchResult, RegisterSchedulerRequest,
    UpdateStatusRequest,
};
use crate::clock;
use crate::error::Error;
use crate::retry::{self, Verdict};
use crate::spool::{BATCH_MAX, Claim, Record};

/// How long reports lie that the server did not take though it is there.
const PAUSE: Duration = Duration::from_secs(30);

/// What came of a look at the disk.
enum Round {
    /// Nothing lies there.
    Empty,
    /// Some of it is with the server.
    Sent,
    /// Nothing could be sent.
    Stuck,
}

impl Core {
    /// Replays whatever lies on disk, for ever. While the server is away this is
    /// what probes it.
    pub(super) async fn replay(&self) {
        if self.spool.is_none() {
            return std::future::pending().await;
        }
        loop {
            let probe_at = self.line.borrow().probe_at();
            if let Some(at) = probe_at {
                self.is_replaying.send_replace(false);
                tokio::select! {
                    () = sleep_until(at.into()) => {}
                    // It may be held for longer now, or be there again.
                    () = self.shared.replay_wanted.notified() => continue,
                }
            }
            self.is_replaying.send_replace(true);
            match self.replay_once().await {
                Round::Empty if probe_at.is_some() => self.restore(),
                Round::Empty => {
                    self.is_replaying.send_replace(false);
                    self.shared.replay_wanted.notified().await;
                }
                Round::Stuck if self.is_up() => {
                    self.is_replaying.send_replace(false);
                    let at = clock::instant() + PAUSE;
                    sleep_until(at.into()).await;
                }
                Round::Sent | Round::Stuck => {}
            }
        }
    }

    async fn replay_once(&self) -> Round {
        let claims = self.on_disk(|spool| spool.claim(BATCH_MAX)).await.unwrap_or_default();
        if claims.is_empty() {
            return Round::Empty;
        }
        let mut sent = 0;
        let mut batch: Vec<(Claim, UpdateStatusRequest)> = vec![];
        for claim in claims {
            match claim.record.clone() {
                Record::Status(report) => batch.push((claim, report)),
                Record::Register(request) => {
                    // What came before it goes before it.
                    let Ok(before) = self.send_batch(std::mem::take(&mut batch)).await else {
                        return Round::Stuck;
                    };
                    sent += before;
                    match self.send_registration(claim, request).await {
                        Ok(one) => sent += one,
                        Err(_) => return Round::Stuck,
                    }
                }
            }
        }
        match self.send_batch(batch).await {
            Ok(last) if sent + last > 0 => Round::Sent,
            _ => Round::Stuck,
        }
    }

    async fn send_registration(
        &self,
        claim: Claim,
        request: RegisterSchedulerRequest,
    ) -> Result<usize, Error> {
        match self.wire.call(request).await {
            Ok(_) => self.restore(),
            Err(error) => match self.judge(&error) {
                Verdict::Retry | Verdict::Hold => return Err(self.stuck(error)),
                _ => {
                    tracing::warn!(target: "nightbell", "a kept registration was refused: {error}");
                }
            },
        }
        claim.remove();
        Ok(1)
    }

    /// How many are dealt with for good.
    async fn send_batch(&self, batch: Vec<(Claim, UpdateStatusRequest)>) -> Result<usize, Error> {
        if batch.is_empty() {
            return Ok(0);
        }
        let mut results = self.call_batch(&batch).await?;
        let unknown: Vec<&str> = batch
            .iter()
            .zip(&results)
            .filter(|(_, result)| retry::of_code(result.code) == Verdict::Register)
            .map(|((_, report), _)| report.scheduler_id.as_str())
            .collect();
        if !unknown.is_empty() {
            let mut unknown: Vec<&str> = unknown;
            unknown.sort_unstable();
            unknown.dedup();
            for id in unknown {
                self.register(id).await.map_err(|error| self.stuck(error))?;
            }
            results = self.call_batch(&batch).await?;
        }
        let mut done = 0;
        for ((claim, report), result) in batch.into_iter().zip(results) {
            match retry::of_code(result.code) {
                Verdict::Retry | Verdict::Hold => continue,
                Verdict::Done => {}
                Verdict::Drop | Verdict::Register => tracing::warn!(
                    target: "nightbell",
                    "a kept report of {} was refused: {}",
                    report.scheduler_id,
                    result.message
                ),
            }
            claim.remove();
            done += 1;
        }
        Ok(done)
    }

    async fn call_batch(
        &self,
        batch: &[(Claim, UpdateStatusRequest)],
    ) -> Result<Vec<BatchResult>, Error> {
        let sent_at = Some(clock::now());
        let items = batch.iter().map(|(_, report)| {
            let report = UpdateStatusRequest { sent_at, ..report.clone() };
            BatchItem { report: Some(BatchItemReport::Status(report)) }
        });
        let request = BatchReportRequest { items: items.collect() };
        let answer = self.wire.call(request).await.map_err(|error| self.stuck(error))?;
        self.restore();
        Ok(answer.results)
    }

    /// A refusal of everything: of the key, or because the server is away.
    fn stuck(&self, error: Error) -> Error {
        if self.judge(&error) == Verdict::Retry {
            self.lose(&error.to_string());
        }
        error
    }
}
