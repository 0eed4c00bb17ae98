//! Notifications that wait, or that nobody needs any more.

use std::time::Duration;

use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::{
    ChannelId, Circumstances, Hold, Release, Standing, release, waits_for,
};
use nightbell_domain::scheduler::Scheduler;

use super::{Services, unstored};
use crate::error::ServiceError;
use crate::store::{Claim, DeliveryState, Fate, IncidentState, IncidentView, Settlement};

/// How long a notification is held before it is looked at again.
const HELD_FOR: Duration = Duration::from_secs(15);

/// The same while an owner has not confirmed.
const ASKED_FOR: Duration = Duration::from_mins(10);

impl Services {
    /// How a claim is settled that does not go out now. If that cannot be known it goes
    /// out: better told twice than never; but not to an owner, who may not have confirmed. What is told again tells of its incident as it
    /// stands now.
    pub(super) async fn unreleased(&self, claim: &mut Claim) -> Option<Settlement> {
        match self.judge_release(claim).await {
            Ok(settlement) => settlement,
            Err(error) if claim.recipient == ChannelId::OWNER => {
                tracing::error!(%error, key = claim.key, "whether an owner may be told is not known");
                let at = self.now().plus(HELD_FOR);
                Some(Settlement::new(Fate::Rest(at), "waits: whether it may be told is not known"))
            }
            Err(error) => {
                tracing::error!(%error, key = claim.key, "what holds a notification is not known");
                None
            }
        }
    }

    async fn judge_release(&self, claim: &mut Claim) -> Result<Option<Settlement>, ServiceError> {
        let is_owner = claim.recipient == ChannelId::OWNER;
        if claim.channel.is_none() && !is_owner {
            return Ok(None);
        }
        let project = claim.project;
        let is_alarm = claim.event.is_alarm();
        let is_repeat = claim.repeat > 0;
        let unconfirmed = if is_owner { self.unconfirmed(claim).await? } else { None };
        let is_unconfirmed = unconfirmed.is_some();
        let holder = match unconfirmed {
            None if is_alarm => self.holder(project, claim).await?,
            unconfirmed => unconfirmed,
        };
        let mut now_view: Option<IncidentView> = None;
        let hold = match (&holder, claim.was_held) {
            (Some(_), _) => Hold::Now,
            (None, true) => Hold::Before,
            (None, false) => Hold::Never,
        };
        if hold != Hold::Never || claim.is_delayed || is_repeat {
            let incident = claim.about.incident.id;
            now_view = self.store().incident(project, incident).await.map_err(unstored)?;
        }
        let standing = now_view.as_ref().map_or(Standing::Open, standing);
        let is_over = standing == Standing::Over;
        let released = release(Circumstances {
            kind: claim.event,
            is_late: claim.is_delayed || is_repeat,
            hold,
            standing,
            was_withheld: !is_alarm
                && (is_unconfirmed || self.was_withheld(project, claim).await?),
        });
        if let Some(view) = now_view.filter(|_| is_repeat) {
            claim.about = view;
        }
        Ok(match (released, holder) {
            (Release::Now, _) => None,
            (Release::Held, holder) => {
                let holder = holder.unwrap_or_default();
                // Whoever confirms has it told at once.
                let at = self.now().plus(if is_unconfirmed { ASKED_FOR } else { HELD_FOR });
                Some(Settlement::new(Fate::Hold(at), format!("held: {holder}")))
            }
            (Release::Withheld, Some(holder)) if is_over => {
                let result = format!("not told: it was over while it was held ({holder})");
                Some(Settlement::new(Fate::Withheld, result))
            }
            (Release::Withheld, _) => {
                let result = if is_over {
                    "not told: it was over by then"
                } else if is_alarm {
                    "not told: somebody had it by then"
                } else {
                    "not told: nothing of this incident was"
                };
                Some(Settlement::new(Fate::Withheld, result))
            }
        })
    }

    /// What holds the opening of an incident back now, in a few words.
    async fn holder(
        &self,
        project: ProjectId,
        claim: &Claim,
    ) -> Result<Option<String>, ServiceError> {
        let id = &claim.about.scheduler_id;
        if let Some(silence) = self.silence_of(project, id, &claim.settings).await? {
            return Ok(Some(silence));
        }
        let Some(name) = claim.settings.depends_on.as_deref() else { return Ok(None) };
        let parent = self.scheduler_if_any(project, Some(name)).await?;
        let next = parent.as_ref().and_then(|it| it.settings.depends_on.as_deref());
        let grandparent = self.scheduler_if_any(project, next).await?;
        let waits = waits_for(id.as_str(), parent.as_ref(), grandparent.as_ref());
        Ok(waits.then(|| format!("{name} is not well")))
    }

    /// Whether all that the channel was to be told of the claim's incident was withheld.
    async fn was_withheld(&self, project: ProjectId, claim: &Claim) -> Result<bool, ServiceError> {
        let incident = claim.about.incident.id;
        let deliveries = self.store().deliveries(project, incident).await.map_err(unstored)?;
        let recipient = claim.recipient.0;
        let states = deliveries.iter().filter(|it| it.channel_id == recipient).map(|it| it.state);
        let is_any = |wanted| states.clone().any(|state| state == wanted);
        Ok(is_any(DeliveryState::Withheld) && !is_any(DeliveryState::Delivered))
    }

    async fn scheduler_if_any(
        &self,
        project: ProjectId,
        id: Option<&str>,
    ) -> Result<Option<Scheduler>, ServiceError> {
        match id.and_then(|id| SchedulerId::parse(id).ok()) {
            Some(id) => self.store().scheduler(project, &id).await.map_err(unstored),
            None => Ok(None),
        }
    }
}

fn standing(view: &IncidentView) -> Standing {
    match IncidentState::of(&view.incident) {
        IncidentState::Open => Standing::Open,
        IncidentState::Acknowledged => Standing::Acknowledged,
        IncidentState::Resolved => Standing::Over,
    }
}
