//! Incidents and what became of their notifications.

use nightbell_domain::id::IncidentId;
use nightbell_domain::incident::{Acknowledgement, HistoryEntry, Incident, Reason, Resolution};
use nightbell_domain::notify::ChannelId;
use nightbell_domain::settings::Severity;
use nightbell_proto::v1;
use uuid::Uuid;

use super::text::{checked, unless_empty};
use super::{invalid, run, time, unless_violated};
use crate::error::ServiceError;
use crate::service::incidents::{
    Delivery, DeliveryState, IncidentFilter, IncidentState, IncidentView, Receipt,
};

const BY_CHARACTERS_MAX: usize = 200;
const NOTE_CHARACTERS_MAX: usize = 1_000;

/// An incident as the caller reads it.
pub fn shown(view: IncidentView) -> v1::Incident {
    let IncidentView { incident, scheduler_id, service_name, job_name } = view;
    let recurrence = incident.recurrence.as_ref();
    v1::Incident {
        incident_id: incident.id.to_string(),
        scheduler_id: scheduler_id.to_string(),
        duration: incident.lasted().map(time::duration),
        reopened_at: recurrence.map(|it| time::timestamp(it.found_at)),
        reopenings: recurrence.map_or(0, |it| it.count),
        reason: reason(incident.reason).into(),
        state: state(&incident).into(),
        onset_at: Some(time::timestamp(incident.onset_at)),
        opened_at: Some(time::timestamp(incident.opened_at)),
        resolved_at: incident.resolved.map(|(at, _)| time::timestamp(at)),
        resolution: incident
            .resolved
            .map_or(v1::Resolution::Unspecified, |(_, how)| resolution(how))
            .into(),
        summary: incident.summary,
        error_message: incident.error_message,
        run_ids: incident.run_ids.iter().map(ToString::to_string).collect(),
        missed_slots: incident.missed_slots,
        acknowledgement: incident.acknowledgement.map(acknowledgement),
        service_name,
        job_name,
        severity: severity(incident.severity).into(),
    }
}

/// What happened to an incident, as the caller reads it.
pub fn history(incident: &Incident) -> Vec<v1::IncidentEvent> {
    incident.history.iter().map(happened).collect()
}

fn happened(entry: &HistoryEntry) -> v1::IncidentEvent {
    let signature = entry.signature.clone().unwrap_or_default();
    v1::IncidentEvent {
        number: entry.number,
        event: entry.kind.word().to_owned(),
        at: Some(time::timestamp(entry.at)),
        by: signature.by,
        note: signature.note,
        resolution: entry.resolution.map_or(v1::Resolution::Unspecified, resolution).into(),
    }
}

/// How much it matters, as it was asked for; `None`: not said, or no such word.
pub(super) fn read_severity(number: i32) -> Option<Severity> {
    match v1::Severity::try_from(number).ok()? {
        v1::Severity::Unspecified => None,
        v1::Severity::Critical => Some(Severity::Critical),
        v1::Severity::Normal => Some(Severity::Normal),
        v1::Severity::Low => Some(Severity::Low),
    }
}

/// What was found, as it was asked for; `None`: not said, or no such word.
pub(super) fn read_reason(number: i32) -> Option<Reason> {
    Reason::ALL.into_iter().find(|it| i32::from(reason(*it)) == number)
}

/// How much it matters.
pub fn severity(severity: Severity) -> v1::Severity {
    match severity {
        Severity::Critical => v1::Severity::Critical,
        Severity::Normal => v1::Severity::Normal,
        Severity::Low => v1::Severity::Low,
    }
}

/// A notification as the caller reads it.
pub fn delivery(delivery: Delivery) -> v1::Delivery {
    v1::Delivery {
        key: delivery.key,
        channel_id: match ChannelId(delivery.channel_id) {
            ChannelId::OWNER => "owner".to_owned(),
            ChannelId(id) => id.to_string(),
        },
        event: delivery.event.word().to_owned(),
        state: match delivery.state {
            DeliveryState::Pending => v1::DeliveryState::Pending,
            DeliveryState::Delivered => v1::DeliveryState::Delivered,
            DeliveryState::Abandoned => v1::DeliveryState::Abandoned,
            DeliveryState::Withheld => v1::DeliveryState::Withheld,
        }
        .into(),
        attempts: delivery.attempts,
        last_result: delivery.last_result,
        next_attempt_at: delivery.next_attempt_at.map(time::timestamp),
        delivered_at: delivery.delivered_at.map(time::timestamp),
        repeat: delivery.repeat,
        receipts: Vec::new(),
    }
}

/// A notification with its last attempts, as the caller reads it.
pub fn delivery_with_receipts((told, receipts): (Delivery, Vec<Receipt>)) -> v1::Delivery {
    v1::Delivery { receipts: receipts.into_iter().map(receipt).collect(), ..delivery(told) }
}

fn receipt(receipt: Receipt) -> v1::DeliveryAttempt {
    v1::DeliveryAttempt {
        attempted_at: Some(time::timestamp(receipt.attempted_at)),
        took_ms: i64::try_from(receipt.took.as_millis()).unwrap_or(i64::MAX),
        delivered: receipt.is_delivered,
        result: receipt.result,
    }
}

/// The incident that a request names. What is no id names nothing.
///
/// # Errors
///
/// Such an id cannot be.
pub fn id(text: &str) -> Result<IncidentId, ServiceError> {
    match Uuid::try_parse(text) {
        Ok(uuid) => Ok(IncidentId(uuid)),
        Err(_) => Err(ServiceError::NotFound { kind: "incident" }),
    }
}

/// Which incidents a list is to show.
///
/// # Errors
///
/// A scheduler's id that breaks its rule, or a state that is none.
pub fn filter(message: &v1::ListIncidentsRequest) -> Result<IncidentFilter, ServiceError> {
    let scheduler_id = match message.scheduler_id.as_str() {
        "" => None,
        id => Some(run::scheduler_id(id)?),
    };
    let Ok(state) = v1::IncidentState::try_from(message.state) else {
        let rule = "must be one of open, acknowledged, resolved";
        return Err(invalid("state", "BAD_VALUE", rule));
    };
    let state = match state {
        v1::IncidentState::Unspecified => None,
        v1::IncidentState::Open => Some(IncidentState::Open),
        v1::IncidentState::Acknowledged => Some(IncidentState::Acknowledged),
        v1::IncidentState::Resolved => Some(IncidentState::Resolved),
    };
    Ok(IncidentFilter { scheduler_id, state })
}

/// Who does something to an incident, and what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The incident.
    pub id: IncidentId,
    /// Their name; `None`: that of their key.
    pub by: Option<String>,
    /// What they said.
    pub note: String,
}

/// Reads who has an incident.
///
/// # Errors
///
/// Text that is too long, and an id that cannot be.
pub fn acknowledging(message: v1::AcknowledgeIncidentRequest) -> Result<Signed, ServiceError> {
    signed(&message.incident_id, message.by, message.note)
}

/// Reads who ends an incident.
///
/// # Errors
///
/// Text that is too long, and an id that cannot be.
pub fn resolving(message: v1::ResolveIncidentRequest) -> Result<Signed, ServiceError> {
    signed(&message.incident_id, message.by, message.note)
}

fn signed(incident_id: &str, by: String, note: String) -> Result<Signed, ServiceError> {
    let id = id(incident_id)?;
    let mut violations = Vec::new();
    let by = unless_empty(checked("by", by, BY_CHARACTERS_MAX, &mut violations));
    let note = checked("note", note, NOTE_CHARACTERS_MAX, &mut violations);
    unless_violated(Signed { id, by, note }, violations)
}

fn state(incident: &Incident) -> v1::IncidentState {
    if incident.resolved.is_some() {
        v1::IncidentState::Resolved
    } else if incident.acknowledgement.is_some() {
        v1::IncidentState::Acknowledged
    } else {
        v1::IncidentState::Open
    }
}

pub(super) fn reason(reason: Reason) -> v1::IncidentReason {
    match reason {
        Reason::Failed => v1::IncidentReason::Failed,
        Reason::Missed => v1::IncidentReason::Missed,
        Reason::NeverStarted => v1::IncidentReason::NeverStarted,
        Reason::Stalled => v1::IncidentReason::Stalled,
        Reason::Lost => v1::IncidentReason::Lost,
        Reason::Overran => v1::IncidentReason::Overran,
        Reason::FinishedLate => v1::IncidentReason::FinishedLate,
        Reason::TooQuick => v1::IncidentReason::TooQuick,
    }
}

fn resolution(resolution: Resolution) -> v1::Resolution {
    match resolution {
        Resolution::Recovered => v1::Resolution::Recovered,
        Resolution::ReportedLate => v1::Resolution::ReportedLate,
        Resolution::Manual => v1::Resolution::Manual,
        Resolution::Withdrawn => v1::Resolution::Withdrawn,
    }
}

fn acknowledgement(said: Acknowledgement) -> v1::Acknowledgement {
    v1::Acknowledgement { by: said.by, note: said.note, at: Some(time::timestamp(said.at)) }
}

#[cfg(test)]
mod tests {
    use nightbell_domain::id::SchedulerId;
    use nightbell_domain::incident::EventKind;
    use nightbell_domain::time::Timestamp;

    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_000);

    fn view(reason: Reason) -> IncidentView {
        IncidentView {
            incident: Incident {
                id: IncidentId(Uuid::from_u128(7)),
                reason,
                severity: Severity::Low,
                onset_at: AT,
                opened_at: AT,
                resolved: None,
                summary: "No run started".to_owned(),
                error_message: None,
                run_ids: Vec::new(),
                missed_slots: 2,
                acknowledgement: None,
                events: 1,
                recurrence: None,
                history: Vec::new(),
            },
            scheduler_id: SchedulerId::parse("nightly").unwrap(),
            service_name: "billing".to_owned(),
            job_name: "Nightly".to_owned(),
        }
    }

    #[test]
    fn an_incident_shows_its_state() {
        let mut view = view(Reason::Missed);
        assert_eq!(shown(view.clone()).state(), v1::IncidentState::Open);
        assert_eq!(shown(view.clone()).severity(), v1::Severity::Low);
        let said = Acknowledgement { by: "Ann".to_owned(), note: String::new(), at: AT };
        view.incident.acknowledgement = Some(said);
        assert_eq!(shown(view.clone()).state(), v1::IncidentState::Acknowledged);
        assert_eq!(shown(view.clone()).resolution(), v1::Resolution::Unspecified);
        view.incident.resolved = Some((AT, Resolution::ReportedLate));
        assert_eq!(shown(view.clone()).state(), v1::IncidentState::Resolved);
        assert_eq!(shown(view).resolution(), v1::Resolution::ReportedLate);
    }

    #[test]
    fn every_reason_is_shown_by_its_own_word() {
        for reason in Reason::ALL {
            let name = shown(view(reason)).reason().as_str_name().to_lowercase();
            assert_eq!(name, format!("incident_reason_{}", reason.word()));
        }
    }

    #[test]
    fn a_delivery_shows_how_far_it_has_come() {
        let shown = delivery(Delivery {
            key: "k".to_owned(),
            channel_id: 12,
            event: EventKind::Resolved,
            state: DeliveryState::Abandoned,
            attempts: 3,
            last_result: "410".to_owned(),
            next_attempt_at: None,
            delivered_at: None,
            repeat: 0,
        });
        assert_eq!((shown.channel_id.as_str(), shown.event.as_str()), ("12", "resolved"));
        assert_eq!(shown.state(), v1::DeliveryState::Abandoned);
    }

    #[test]
    fn what_is_no_id_names_nothing() {
        for text in ["", "7", "../x", "\0"] {
            assert!(matches!(id(text), Err(ServiceError::NotFound { kind: "incident" })));
        }
        let known = IncidentId(Uuid::from_u128(7));
        assert_eq!(id(&known.to_string()).unwrap(), known);
    }

    #[test]
    fn what_is_said_of_an_incident_has_bounds() {
        let message = v1::AcknowledgeIncidentRequest {
            incident_id: Uuid::from_u128(7).to_string(),
            by: "b".repeat(201),
            note: "n".repeat(1_001),
        };
        let Err(ServiceError::Invalid(found)) = acknowledging(message) else { panic!("taken") };
        let fields: Vec<_> = found.iter().map(|v| (v.field.as_str(), v.reason)).collect();
        assert_eq!(fields, [("by", "TOO_LONG"), ("note", "TOO_LONG")]);
    }

    #[test]
    fn lists_are_narrowed_by_scheduler_and_state() {
        let asked = |scheduler_id: &str, state| {
            let scheduler_id = scheduler_id.to_owned();
            filter(&v1::ListIncidentsRequest { scheduler_id, state, ..Default::default() })
        };
        assert_eq!(asked("", 0).unwrap().state, None);
        assert_eq!(asked("nightly", 3).unwrap().state, Some(IncidentState::Resolved));
        assert!(
            matches!(asked("a b", 0), Err(ServiceError::Invalid(v)) if v[0].field == "scheduler_id")
        );
        assert!(matches!(asked("", 9), Err(ServiceError::Invalid(v)) if v[0].field == "state"));
    }
}
