//! Incidents.

use nightbell_domain::incident::Incident;
use nightbell_domain::settings::Settings;

use super::super::{IncidentState, IncidentView, StoreError};
use super::scheduler::stored_id;

/// An incident, and its scheduler's id and settings.
pub(in crate::store) type Row = (String, String, String);

/// The state of an incident, as it is stored.
pub(in crate::store) const fn state_number(state: IncidentState) -> i32 {
    match state {
        IncidentState::Open => 1,
        IncidentState::Acknowledged => 2,
        IncidentState::Resolved => 3,
    }
}

/// An incident of stored text.
pub(in crate::store) fn of_text(text: &str) -> Result<Incident, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::unreadable("incident", &error))
}

/// An incident with the names of its scheduler, from stored texts.
pub(in crate::store) fn view(
    incident: &str,
    scheduler_id: &str,
    settings: &str,
) -> Result<IncidentView, StoreError> {
    let settings: Settings = serde_json::from_str(settings)
        .map_err(|error| StoreError::unreadable("settings", &error))?;
    Ok(IncidentView {
        incident: of_text(incident)?,
        scheduler_id: stored_id(scheduler_id)?,
        service_name: settings.service_name,
        job_name: settings.job_name,
    })
}

/// The stored form of an incident.
pub(in crate::store) fn text_of(incident: &Incident) -> Result<String, StoreError> {
    serde_json::to_string(incident).map_err(|error| StoreError::unreadable("incident", &error))
}
