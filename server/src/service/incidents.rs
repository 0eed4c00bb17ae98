//! What is or was wrong.

use std::collections::HashMap;

use nightbell_domain::audit::Action;
use nightbell_domain::id::{IncidentId, SchedulerId};
use nightbell_domain::key::Principal;
use nightbell_domain::settings::Violation;
use nightbell_domain::transition::Input;

use super::{Page, PageRequest, Services, unstored};
use crate::error::ServiceError;
use crate::store::IncidentQuery;
use crate::store::batch::Target;

pub use crate::store::{Delivery, DeliveryState, IncidentState, IncidentView, Receipt};

/// The most characters of a name that acknowledges.
const BY_CHARS_MAX: usize = 200;

/// The most characters of a note.
const NOTE_CHARS_MAX: usize = 1_000;

/// How many attempts are read of an incident, and shown of one notification.
const RECEIPTS_READ_MAX: i64 = 1_000;
const RECEIPTS_SHOWN_MAX: usize = 20;

/// Which incidents a list shows.
#[derive(Debug, Clone, Default)]
pub struct IncidentFilter {
    /// Only those of this scheduler.
    pub scheduler_id: Option<SchedulerId>,
    /// Only those in this state.
    pub state: Option<IncidentState>,
}

impl Services {
    /// A page of incidents, the newest first.
    pub async fn incidents(
        &self,
        principal: &Principal,
        filter: IncidentFilter,
        page: PageRequest,
    ) -> Result<Page<IncidentView>, ServiceError> {
        let limit = page.limit();
        let query = IncidentQuery {
            scheduler_id: filter.scheduler_id,
            state: filter.state,
            after: page.after_time("incidents")?,
            limit: limit + 1,
        };
        let found = self.store().incidents(principal.project, query).await.map_err(unstored)?;
        Ok(Page::of(found, limit, "incidents", |last| {
            format!("{} {}", last.incident.opened_at.as_millis(), last.incident.id)
        }))
    }

    /// One incident and what became of its notifications, with their last attempts.
    pub async fn incident(
        &self,
        principal: &Principal,
        id: IncidentId,
    ) -> Result<(IncidentView, Vec<(Delivery, Vec<Receipt>)>), ServiceError> {
        let view = self.incident_view(principal, id).await?;
        let project = principal.project;
        let deliveries = self.store().deliveries(project, id).await.map_err(unstored)?;
        let receipts = self.store().receipts(project, id, RECEIPTS_READ_MAX).await;
        let mut by_key: HashMap<String, Vec<Receipt>> = HashMap::new();
        for receipt in receipts.map_err(unstored)? {
            let of_one = by_key.entry(receipt.key.clone()).or_default();
            if of_one.len() < RECEIPTS_SHOWN_MAX {
                of_one.push(receipt);
            }
        }
        let with_receipts = deliveries.into_iter().map(|delivery| {
            let receipts = by_key.remove(&delivery.key).unwrap_or_default();
            (delivery, receipts)
        });
        Ok((view, with_receipts.collect()))
    }

    /// Says that somebody has an incident. An empty `by` means the name of the key.
    pub async fn acknowledge(
        &self,
        principal: &Principal,
        id: IncidentId,
        by: String,
        note: String,
    ) -> Result<IncidentView, ServiceError> {
        let by = signed(principal, by, &note)?;
        let said = said(&by, &note);
        let view = self.act(principal, id, Input::Acknowledge { incident: id, by, note }).await?;
        self.note(principal, Action::IncidentAcknowledged, id, &said).await;
        Ok(view)
    }

    /// Ends an incident by hand. An empty `by` means the name of the key.
    pub async fn resolve(
        &self,
        principal: &Principal,
        id: IncidentId,
        by: String,
        note: String,
    ) -> Result<IncidentView, ServiceError> {
        let by = signed(principal, by, &note)?;
        let said = said(&by, &note);
        let view = self.act(principal, id, Input::Resolve { incident: id, by, note }).await?;
        self.note(principal, Action::IncidentResolved, id, &said).await;
        Ok(view)
    }

    async fn act(
        &self,
        principal: &Principal,
        id: IncidentId,
        input: Input,
    ) -> Result<IncidentView, ServiceError> {
        self.operate(principal, Target::Incident(principal.project, id), input).await?;
        self.incident_view(principal, id).await
    }

    async fn incident_view(
        &self,
        principal: &Principal,
        id: IncidentId,
    ) -> Result<IncidentView, ServiceError> {
        let found = self.store().incident(principal.project, id).await.map_err(unstored)?;
        found.ok_or(ServiceError::NotFound { kind: "incident" })
    }
}

/// Who said what of an incident, in one line.
fn said(by: &str, note: &str) -> String {
    if note.is_empty() { by.to_owned() } else { format!("{by}: {note}") }
}

/// Whose name to sign with: `by`, or that of the key.
fn signed(principal: &Principal, by: String, note: &str) -> Result<String, ServiceError> {
    let mut violations = Vec::new();
    for (field, text, most) in [("by", &*by, BY_CHARS_MAX), ("note", note, NOTE_CHARS_MAX)] {
        if text.chars().count() > most {
            let rule = format!("must be at most {most} characters");
            violations.push(Violation::new(field, "TOO_LONG", rule));
        }
    }
    if !violations.is_empty() {
        return Err(ServiceError::Invalid(violations));
    }
    Ok(if by.is_empty() { principal.key_name.clone() } else { by })
}
