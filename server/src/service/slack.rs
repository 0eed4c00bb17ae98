//! Buttons in Slack.

use std::time::Duration;

use nightbell_domain::id::IncidentId;
use nightbell_domain::key::{Binding, Principal, Role};
use nightbell_domain::selector::Selector;
use uuid::Uuid;

use super::silences::SilenceDraft;
use super::{Services, unstored};
use crate::channel::Settings;
use crate::channel::slack::action::{Button, action, is_signed};
use crate::error::ServiceError;

/// How long a snooze lasts.
const SNOOZED_FOR: Duration = Duration::from_hours(1);

/// A request that says it is from Slack.
#[derive(Debug)]
pub struct SlackRequest<'a> {
    /// The channel that its address names.
    pub channel: i64,
    /// The header `x-slack-request-timestamp`.
    pub timestamp: &'a str,
    /// The header `x-slack-signature`.
    pub signature: &'a str,
    /// The body as it came.
    pub body: &'a [u8],
}

impl Services {
    /// Does what somebody asked for by pressing a button. Whether Slack signed the
    /// request with the secret of a bot's channel; nothing is done otherwise, and
    /// nothing is told about which channels there are.
    pub async fn slack_action(&self, request: SlackRequest<'_>) -> Result<bool, ServiceError> {
        let project = self.store().channel_project(request.channel).await.map_err(unstored)?;
        let Some(project) = project else { return Ok(false) };
        let stored = self.store().channel(project, request.channel).await.map_err(unstored)?;
        let Some(stored) = stored else { return Ok(false) };
        let Settings::SlackBot(bot) = self.unseal(&stored)? else { return Ok(false) };
        let Some(secret) = bot.signing_secret else { return Ok(false) };
        let SlackRequest { timestamp, signature, body, .. } = request;
        if !is_signed(&secret, timestamp, body, signature, self.now()) {
            return Ok(false);
        }
        let Some(pressed) = action(body) else { return Ok(true) };
        let Ok(incident) = Uuid::parse_str(&pressed.incident_id) else { return Ok(true) };
        let principal = Principal {
            project,
            key_id: String::new(),
            key_name: format!("Slack, channel {}", stored.name),
            role: Role::Operator,
            binding: Binding::default(),
            requests_per_second: None,
        };
        let (incident, by) = (IncidentId(incident), pressed.by);
        let done = match pressed.button {
            Button::Acknowledge => {
                self.acknowledge(&principal, incident, by, String::new()).await.map(|_| ())
            }
            Button::Snooze => self.snooze(&principal, stored.id, incident, by).await,
        };
        match done {
            // It may be over, or forgotten: the button is older than that.
            Err(ServiceError::NotFound { .. }) | Ok(()) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Tells nobody of the incident's job for a while, and the channel again of the
    /// incident then, if it is still open.
    async fn snooze(
        &self,
        principal: &Principal,
        channel: i64,
        incident: IncidentId,
        by: String,
    ) -> Result<(), ServiceError> {
        let (view, _) = self.incident(principal, incident).await?;
        if view.incident.resolved.is_some() {
            return Ok(());
        }
        let now = self.now();
        let until = now.plus(SNOOZED_FOR);
        let draft = SilenceDraft {
            note: format!("Snoozed by {by}"),
            covers: Selector {
                scheduler_id: Some(view.scheduler_id.to_string()),
                ..Selector::default()
            },
            ends_at: Some(until),
            ..SilenceDraft::default()
        };
        self.create_silence(principal, draft).await?;
        let again = self.store().outbox_remind(principal.project, incident, channel, until, now);
        again.await.map_err(unstored)
    }
}
