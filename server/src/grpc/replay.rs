//! The call by which reports come that could not be sent when they happened.

use std::collections::HashMap;
use std::sync::Arc;

use nightbell_domain::report::Report;
use nightbell_domain::transition::Answer;
use nightbell_proto::rest::RefusedItems;
use nightbell_proto::v1;
use nightbell_proto::v1::replay_service_server::ReplayService;
use tonic::{Request, Response, Status};

use super::reports::{keep, keep_rejected};
use super::{caller, decode_warnings};
use crate::error::ServiceError;
use crate::service::Services;
use crate::service::reports::Sender;
use crate::wire::{answer, invalid, report, warning};

/// The most reports of one batch.
const ITEMS_MAX: usize = 1_000;

/// Answers the call of `ReplayService`.
#[derive(Clone)]
pub struct Replay {
    services: Services,
}

impl Replay {
    /// Answers by what `services` do.
    pub fn new(services: Services) -> Self {
        Self { services }
    }
}

#[tonic::async_trait]
impl ReplayService for Replay {
    async fn batch_report(
        &self,
        mut request: Request<v1::BatchReportRequest>,
    ) -> Result<Response<v1::BatchReportResponse>, Status> {
        let received_at = self.services.now();
        let caller = caller(&request)?;
        let mut warnings = by_item(decode_warnings(&mut request).0);
        let unread = request.extensions_mut().remove::<RefusedItems>().unwrap_or_default().0;
        let mut unread: HashMap<usize, Status> =
            unread.into_iter().map(|item| (item.index, item.status)).collect();
        let items = request.into_inner().items;
        count(items.len())?;

        let mut batch = Batch::default();
        for (index, item) in items.into_iter().enumerate() {
            if let Some(refusal) = unread.remove(&index) {
                let rejected = report::rejected_item(&item);
                keep_rejected(&self.services, &caller, received_at, &refusal, rejected).await;
                batch.refuse(index, &refusal);
                continue;
            }
            match report::batch_item(item, received_at) {
                Ok(taken) => {
                    let mut warnings = warnings.remove(&index).unwrap_or_default();
                    warnings.extend(taken.warnings.into_iter().map(warning));
                    let sender = Sender {
                        principal: Arc::clone(&caller.principal),
                        scheduler_id: taken.scheduler_id,
                        service_name: taken.service_name,
                        job_name: taken.job_name,
                    };
                    batch.take(index, warnings, sender, taken.report);
                }
                Err(untaken) => {
                    let refusal = keep(&self.services, &caller, received_at, untaken).await;
                    batch.refuse(index, &refusal);
                }
            }
        }
        let reports = std::mem::take(&mut batch.reports);
        let outcomes = self.services.record_all(reports).await;
        Ok(Response::new(v1::BatchReportResponse { results: batch.results(outcomes)? }))
    }
}

/// A batch under way: what goes to be stored, and what is answered already.
#[derive(Default)]
struct Batch {
    reports: Vec<(Sender, Report)>,
    /// Of each report its place in the request, and what was left out of it.
    taken: Vec<(usize, Vec<v1::Warning>)>,
    refused: Vec<v1::BatchResult>,
}

impl Batch {
    fn take(&mut self, index: usize, warnings: Vec<v1::Warning>, sender: Sender, report: Report) {
        self.reports.push((sender, report));
        self.taken.push((index, warnings));
    }

    fn refuse(&mut self, index: usize, refusal: &Status) {
        self.refused.push(answer::of_refused_item(place(index), refusal));
    }

    /// The results in the order of the request.
    ///
    /// # Errors
    ///
    /// UNAVAILABLE if nothing that could be stored was: the whole batch is to be
    /// sent again.
    fn results(
        self,
        outcomes: Vec<Result<Answer, ServiceError>>,
    ) -> Result<Vec<v1::BatchResult>, Status> {
        let is_unavailable =
            |outcome: &Result<_, _>| matches!(outcome, Err(ServiceError::Unavailable { .. }));
        let mut outcomes = outcomes;
        if outcomes.iter().all(is_unavailable)
            && let Some(Err(error)) = outcomes.pop()
        {
            return Err(error.into());
        }
        let mut results = self.refused;
        for ((index, warnings), outcome) in self.taken.into_iter().zip(outcomes) {
            results.push(match outcome {
                Ok(answer) => answer::of_item(place(index), answer, warnings),
                Err(error) => answer::of_refused_item(place(index), &error.into()),
            });
        }
        results.sort_by_key(|result| result.index);
        Ok(results)
    }
}

fn count(items: usize) -> Result<(), ServiceError> {
    match items {
        0 => Err(invalid("items", "REQUIRED", "must be at least 1")),
        1..=ITEMS_MAX => Ok(()),
        _ => Err(invalid("items", "TOO_MANY", format!("must be at most {ITEMS_MAX}"))),
    }
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Warnings by the item they are of, with their paths as seen from the item. Those
/// of no item have nowhere to be told.
fn by_item(warnings: Vec<v1::Warning>) -> HashMap<usize, Vec<v1::Warning>> {
    let mut found: HashMap<usize, Vec<v1::Warning>> = HashMap::new();
    for mut warning in warnings {
        let below = warning.field.strip_prefix("items[").and_then(|rest| rest.split_once(']'));
        let Some((index, field)) = below else { continue };
        let Ok(index) = index.parse() else { continue };
        let field = field.strip_prefix('.').unwrap_or(field).to_owned();
        warning.field = field;
        found.entry(index).or_default().push(warning);
    }
    found
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn refusal() -> Status {
        ServiceError::ReplayTooOld.into()
    }

    fn taken(batch: &mut Batch, index: usize) {
        batch.taken.push((index, Vec::new()));
    }

    fn unavailable() -> Result<Answer, ServiceError> {
        Err(ServiceError::Unavailable { retry_after: Duration::from_secs(1) })
    }

    #[test]
    fn results_stand_in_the_order_of_the_request() {
        let mut batch = Batch::default();
        taken(&mut batch, 0);
        batch.refuse(1, &refusal());
        taken(&mut batch, 2);
        batch.refuse(3, &refusal());
        taken(&mut batch, 4);
        let outcomes = vec![Ok(Answer::default()), unavailable(), Ok(Answer::default())];
        let results = batch.results(outcomes).unwrap();
        let told: Vec<_> = results.iter().map(|result| (result.index, result.code)).collect();
        assert_eq!(told, [(0, 0), (1, 11), (2, 14), (3, 11), (4, 0)]);
    }

    #[test]
    fn a_batch_of_which_nothing_could_be_stored_is_to_be_sent_again() {
        let mut batch = Batch::default();
        batch.refuse(0, &refusal());
        taken(&mut batch, 1);
        let status = batch.results(vec![unavailable()]).unwrap_err();
        assert_eq!(status.code(), tonic::Code::Unavailable);

        let mut batch = Batch::default();
        batch.refuse(0, &refusal());
        assert_eq!(batch.results(Vec::new()).unwrap().len(), 1);
    }

    #[test]
    fn a_batch_has_so_many_reports() {
        assert!(count(0).is_err() && count(1).is_ok());
        assert!(count(1_000).is_ok() && count(1_001).is_err());
    }

    #[test]
    fn warnings_go_to_their_item() {
        let warning =
            |field: &str| v1::Warning { field: field.to_owned(), ..v1::Warning::default() };
        let fields = ["items[3].status.metadata", "items[3]", "items[12].x", "other", "items[x]"];
        let found = by_item(fields.into_iter().map(warning).collect());
        assert_eq!(found[&3], [warning("status.metadata"), warning("")]);
        assert_eq!(found[&12], [warning("x")]);
        assert_eq!(found.len(), 2);
    }
}
