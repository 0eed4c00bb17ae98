//! What a notification says: the facts of its incident and of its job.

use nightbell_domain::expectation::expected;
use nightbell_domain::incident::EventKind;
use nightbell_domain::time::Timestamp;

use super::Services;
use crate::channel::notification::{Acknowledgement, Background, Event, Incident, Notification};
use crate::store::{Claim, IncidentView, StoredChannel, Thread};

/// How long it is remembered where an incident was told.
const THREADS_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

impl Services {
    /// What a claim says, in the words of channels.
    pub(super) fn notification(&self, claim: &Claim) -> Notification {
        let incident = &claim.about.incident;
        let (event, occurred_at) = match claim.event {
            _ if claim.repeat > 0 => (Event::Reminded, self.now()),
            EventKind::Opened => (Event::Opened, incident.opened_at),
            EventKind::Acknowledged => {
                let at = incident.acknowledgement.as_ref().map(|it| it.at);
                (Event::Acknowledged, at.unwrap_or(incident.opened_at))
            }
            EventKind::Resolved => {
                let at = incident.resolved.map(|(at, _)| at);
                (Event::Resolved, at.unwrap_or(incident.opened_at))
            }
            EventKind::Reopened => (Event::Reopened, incident.last_found_at()),
        };
        Notification {
            key: claim.key.clone(),
            event,
            occurred_at,
            project: claim.project_name.clone(),
            link_base: Some(self.inner.parts.rules.address.clone()),
            incident: Some(facts(&claim.about, claim.event)),
            background: background(claim),
            mention: claim.settings.alert_user_id.clone(),
            thread: None,
            digest: Vec::new(),
        }
    }
}

impl Services {
    /// What the channel calls its first message about the claim's incident. Not to know
    /// keeps nobody from being told.
    pub(super) async fn thread(&self, channel: &StoredChannel, claim: &Claim) -> Option<String> {
        let incident = claim.about.incident.id;
        let known = self.store().thread(channel.project, channel.id, incident).await;
        known.unwrap_or_else(|error| {
            tracing::warn!(%error, channel.id, "a thread could not be looked up");
            None
        })
    }

    /// Remembers what the channel calls its first message about the claim's incident.
    pub(super) async fn keep_thread(
        &self,
        channel: &StoredChannel,
        claim: &Claim,
        reference: &str,
    ) {
        let now = self.now();
        let thread = Thread {
            project: channel.project,
            channel: channel.id,
            incident: claim.about.incident.id,
            reference: reference.to_owned(),
            created_at: now,
        };
        let forgotten = Timestamp::from_millis(now.as_millis() - THREADS_KEPT_MS);
        if let Err(error) = self.store().thread_keep(thread, forgotten).await {
            tracing::warn!(%error, channel.id, "a thread could not be remembered");
        }
    }
}

fn background(claim: &Claim) -> Background {
    Background {
        last_success_at: claim.last_success_at,
        expected: expected(&claim.settings, claim.about.incident.reason),
        timezone: claim.settings.timezone.clone(),
    }
}

fn facts(about: &IncidentView, event: EventKind) -> Incident {
    let incident = &about.incident;
    Incident {
        incident_id: incident.id.to_string(),
        scheduler_id: about.scheduler_id.to_string(),
        service_name: about.service_name.clone(),
        job_name: about.job_name.clone(),
        reason: incident.reason.word().to_owned(),
        severity: incident.severity.word().to_owned(),
        onset_at: incident.onset_at,
        opened_at: incident.opened_at,
        resolved_at: incident.resolved.map(|(at, _)| at),
        resolution: incident.resolved.map(|(_, resolution)| resolution.word().to_owned()),
        duration: incident.lasted(),
        summary: incident.notice(event),
        error_message: incident.error_message.clone(),
        run_ids: incident.run_ids.iter().map(ToString::to_string).collect(),
        missed_slots: incident.missed_slots,
        acknowledgement: incident.acknowledgement.as_ref().map(|it| Acknowledgement {
            by: it.by.clone(),
            note: it.note.clone(),
            at: it.at,
        }),
    }
}
