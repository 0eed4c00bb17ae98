//! Why a scheduler alerts, or why it does not.

use nightbell_domain::explain::{LimitNote, Verdict};
use nightbell_proto::v1;

use super::{incident, run, scheduler, silence, time};
use crate::service::incidents::{Delivery, IncidentView};
use crate::service::schedulers::Explained;

/// An explanation as the caller reads it.
pub fn shown(explained: Explained) -> v1::ExplainSchedulerResponse {
    let Explained { scheduler, explanation, open_incidents, last_runs, silences } = explained;
    v1::ExplainSchedulerResponse {
        summary: explanation.summary,
        scheduler: Some(scheduler::shown(&scheduler)),
        limits: explanation.limits.into_iter().map(limit).collect(),
        open_incidents: open_incidents.into_iter().map(open_incident).collect(),
        last_runs: last_runs.iter().map(|it| run::shown(&scheduler.id, it)).collect(),
        silences: silences.into_iter().map(silence::shown).collect(),
    }
}

fn limit(note: LimitNote) -> v1::LimitNote {
    let (state, deadline) = match note.verdict {
        Verdict::Running(deadline) => (v1::LimitState::Running, Some(deadline)),
        Verdict::Breached => (v1::LimitState::Breached, None),
        Verdict::Idle => (v1::LimitState::Idle, None),
    };
    v1::LimitNote {
        setting: note.setting.to_owned(),
        run_id: note.run_id.map(|id| id.to_string()).unwrap_or_default(),
        state: state.into(),
        deadline_at: deadline.as_ref().map(|it| time::timestamp(it.at)),
        judged_at: deadline.map(|it| time::timestamp(it.judged_at)),
        because: note.because,
    }
}

fn open_incident((view, deliveries): (IncidentView, Vec<Delivery>)) -> v1::OpenIncident {
    v1::OpenIncident {
        history: incident::history(&view.incident),
        incident: Some(incident::shown(view)),
        deliveries: deliveries.into_iter().map(incident::delivery).collect(),
    }
}
