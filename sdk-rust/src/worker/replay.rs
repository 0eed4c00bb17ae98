//! Reports that wait on disk, this process's or another's, once the server is there.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use tokio::time::{sleep, sleep_until, timeout};

use super::{BUDGET_MAX, Core};
use crate::api::{
    BatchItem, BatchItemReport, BatchReportRequest, BatchResult, RegisterSchedulerRequest,
    UpdateStatusRequest,
};
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::retry::{self, Verdict};
use crate::spool::{BATCH_MAX, Claim, Record};

/// How long reports lie that the server did not take though it is there.
const PAUSE: Duration = Duration::from_secs(30);

/// What came of a look at the disk.
enum Round {
    /// Nothing lies there that could be sent.
    Empty,
    /// Some of it is dealt with.
    Done,
    /// Nothing could be sent.
    Stuck,
}

/// Schedulers of which this key may not report, and until when they are left alone. Another
/// process, with another key, may have left their reports here.
#[derive(Default)]
struct Forbidden(HashMap<String, Instant>);

impl Forbidden {
    fn insert(&mut self, scheduler_id: &str, error: &str) {
        let until = clock::instant() + PAUSE;
        if self.0.insert(scheduler_id.to_owned(), until).is_none() {
            tracing::warn!(
                target: "nightbell",
                "the key may not report of {scheduler_id}, what is kept of it stays: {error}"
            );
        }
    }

    /// Those that are left alone now.
    fn now(&self) -> HashSet<String> {
        let now = clock::instant();
        self.0.iter().filter(|(_, until)| **until > now).map(|(id, _)| id.clone()).collect()
    }
}

type Batch = Vec<(Claim, UpdateStatusRequest)>;

impl Core {
    /// Replays whatever lies on disk, for ever. While the server is away this is
    /// what probes it.
    pub(super) async fn replay(&self) {
        if self.spool.is_none() {
            return std::future::pending().await;
        }
        let mut forbidden = Forbidden::default();
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
            match self.replay_once(&mut forbidden).await {
                Round::Empty if probe_at.is_some() => self.restore(),
                Round::Empty => {
                    self.is_replaying.send_replace(false);
                    let wanted = self.shared.replay_wanted.notified();
                    let most = if forbidden.0.is_empty() { BUDGET_MAX } else { PAUSE };
                    let _ = timeout(most, wanted).await;
                }
                Round::Stuck if self.is_up() => {
                    self.is_replaying.send_replace(false);
                    sleep(PAUSE).await;
                }
                Round::Done | Round::Stuck => {}
            }
        }
    }

    async fn replay_once(&self, forbidden: &mut Forbidden) -> Round {
        let others = forbidden.now();
        let claiming = self.on_disk(move |spool| {
            spool.claim(BATCH_MAX, |record| !others.contains(record.scheduler_id()))
        });
        let claims = claiming.await.unwrap_or_default();
        if claims.is_empty() {
            return Round::Empty;
        }
        let mut done = 0;
        let mut batch: Batch = vec![];
        for claim in claims {
            match claim.record.clone() {
                Record::Status(report) => batch.push((claim, report)),
                Record::Register(request) => {
                    // What came before it goes before it.
                    match self.send_all(std::mem::take(&mut batch), forbidden).await {
                        Ok(before) => done += before,
                        Err(_) => return Round::Stuck,
                    }
                    match self.send_registration(claim, request, forbidden).await {
                        Ok(()) => done += 1,
                        Err(_) => return Round::Stuck,
                    }
                }
            }
        }
        match self.send_all(batch, forbidden).await {
            Ok(last) if done + last > 0 => Round::Done,
            _ => Round::Stuck,
        }
    }

    async fn send_registration(
        &self,
        claim: Claim,
        request: RegisterSchedulerRequest,
        forbidden: &mut Forbidden,
    ) -> Result<(), Error> {
        let scheduler_id = request.scheduler_id.clone();
        match self.call(request).await {
            Ok(_) => self.restore(),
            Err(error) if is_forbidden(&error) => {
                forbidden.insert(&scheduler_id, &error.to_string());
                return Ok(());
            }
            Err(error) => match retry::verdict(&error) {
                Verdict::Retry | Verdict::Hold => return Err(self.stuck(error)),
                _ => {
                    tracing::error!(target: "nightbell", "a kept registration was refused: {error}");
                }
            },
        }
        claim.remove();
        Ok(())
    }

    /// Sends reports, in halves if the server takes no part of them at once. How many are
    /// dealt with.
    async fn send_all(&self, batch: Batch, forbidden: &mut Forbidden) -> Result<usize, Error> {
        let mut done = 0;
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            let Some((_, first)) = part.first() else { continue };
            let results = match self.call_known_batch(&part, forbidden).await {
                Ok(results) => results,
                Err(error) if is_forbidden(&error) => {
                    for (_, report) in &part {
                        forbidden.insert(&report.scheduler_id, &error.to_string());
                    }
                    done += part.len();
                    continue;
                }
                Err(error) if matches!(retry::verdict(&error), Verdict::Retry | Verdict::Hold) => {
                    return Err(self.stuck(error));
                }
                Err(error) if part.len() == 1 => {
                    log_refusal(&first.scheduler_id, &error.to_string());
                    for (claim, _) in part {
                        claim.remove();
                    }
                    done += 1;
                    continue;
                }
                Err(_) => {
                    let second = part.split_off(part.len() / 2);
                    parts.extend([second, part]);
                    continue;
                }
            };
            self.restore();
            done += part
                .into_iter()
                .zip(results)
                .filter_map(|(sent, result)| settle(sent, &result, forbidden))
                .count();
        }
        Ok(done)
    }

    /// Sends a batch; again, once the schedulers are registered that the server does not know.
    async fn call_known_batch(
        &self,
        batch: &[(Claim, UpdateStatusRequest)],
        forbidden: &mut Forbidden,
    ) -> Result<Vec<BatchResult>, Error> {
        let results = self.call_batch(batch).await?;
        let unknown: BTreeSet<&str> = batch
            .iter()
            .zip(&results)
            .filter(|(_, result)| retry::of_code(result.code) == Verdict::Register)
            .map(|((_, report), _)| report.scheduler_id.as_str())
            .collect();
        if unknown.is_empty() {
            return Ok(results);
        }
        for id in unknown {
            match self.register(id).await {
                Err(error) if is_forbidden(&error) => forbidden.insert(id, &error.to_string()),
                Err(error) if matches!(retry::verdict(&error), Verdict::Retry | Verdict::Hold) => {
                    return Err(error);
                }
                // Refused for good: so are its reports, in a moment.
                Ok(()) | Err(_) => {}
            }
        }
        self.call_batch(batch).await
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
        Ok(self.call(request).await?.results)
    }

    /// A refusal of everything: of the key, or because the server is away.
    fn stuck(&self, error: Error) -> Error {
        if self.judge(&error) == Verdict::Retry {
            self.lose(&error.to_string());
        }
        error
    }
}

/// What becomes of a report by its part of the answer. None: it stays where it is.
fn settle(
    (claim, report): (Claim, UpdateStatusRequest),
    result: &BatchResult,
    forbidden: &mut Forbidden,
) -> Option<()> {
    match retry::of_code(result.code) {
        Verdict::Retry => return None,
        // It is claimed no more until its time comes.
        Verdict::Hold => {
            forbidden.insert(&report.scheduler_id, &result.message);
            return Some(());
        }
        Verdict::Register if forbidden.0.contains_key(&report.scheduler_id) => return Some(()),
        Verdict::Done => {}
        Verdict::Drop | Verdict::Register => log_refusal(&report.scheduler_id, &result.message),
    }
    claim.remove();
    Some(())
}

fn log_refusal(scheduler_id: &str, error: &str) {
    tracing::error!(target: "nightbell", "a kept report of {scheduler_id} was refused: {error}");
}

fn is_forbidden(error: &Error) -> bool {
    error.kind() == ErrorKind::PermissionDenied
}
