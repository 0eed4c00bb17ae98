//! Notifications that wait for what their scheduler depends on.

use std::time::Duration;

use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::{Dependence, Release, release};
use nightbell_domain::scheduler::Scheduler;

use super::Services;
use crate::store::{Claim, DeliveryState, Settlement, StoreError};

/// How long a notification is held before it is looked at again.
const HELD_FOR: Duration = Duration::from_secs(15);

impl Services {
    /// How a claim is settled that does not go out now. If that cannot be known it goes
    /// out: better told twice than never.
    pub(super) async fn unreleased(&self, claim: &Claim) -> Option<Settlement> {
        let parent = claim.settings.depends_on.as_deref()?;
        let released = self.release(claim, parent).await.unwrap_or_else(|error| {
            tracing::error!(%error, parent, "what a scheduler depends on is not known");
            Release::Now
        });
        match released {
            Release::Now => None,
            Release::Held => {
                let at = self.now().plus(HELD_FOR);
                Some(Settlement::Hold { result: format!("held: {parent} is not well"), at })
            }
            Release::Dropped => {
                let result = format!("not told: it began while {parent} was not well");
                Some(Settlement::Abandoned { result })
            }
        }
    }

    async fn release(&self, claim: &Claim, parent: &str) -> Result<Release, StoreError> {
        let Some(channel) = &claim.channel else { return Ok(Release::Now) };
        let project = channel.project;
        let parent = self.scheduler_if_any(project, Some(parent)).await?;
        let next = parent.as_ref().and_then(|it| it.settings.depends_on.as_deref());
        let grandparent = self.scheduler_if_any(project, next).await?;
        let incident = claim.about.incident.id;
        let now = self.store().incident(project, incident).await?;
        let deliveries = self.store().deliveries(project, incident).await?;
        let dependence = Dependence {
            id: claim.about.scheduler_id.as_str(),
            parent: parent.as_ref(),
            grandparent: grandparent.as_ref(),
            is_over: now.is_some_and(|view| view.incident.resolved.is_some()),
            was_told: deliveries
                .iter()
                .any(|it| it.channel_id == channel.id && it.state == DeliveryState::Delivered),
        };
        Ok(release(claim.event, dependence))
    }

    async fn scheduler_if_any(
        &self,
        project: ProjectId,
        id: Option<&str>,
    ) -> Result<Option<Scheduler>, StoreError> {
        match id.and_then(|id| SchedulerId::parse(id).ok()) {
            Some(id) => self.store().scheduler(project, &id).await,
            None => Ok(None),
        }
    }
}
