//! Badges: how a job fares, for anyone to see, if its project says so.

use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::ProjectId;
use nightbell_domain::scheduler::{Health, Scheduler};
use tokio::sync::Semaphore;

use super::{Services, unstored};
use crate::error::ServiceError;
use crate::limits::{BADGE_SCHEDULERS_MAX, BADGES_AT_ONCE_MAX};
use crate::store::SchedulerQuery;

/// The label, and its value, by which a scheduler shows itself to anyone.
const PUBLIC: (&str, &str) = ("badge", "public");

/// Holds those that ask for badges, who show no key, to a few at once.
pub(super) fn turnstile() -> Semaphore {
    Semaphore::new(BADGES_AT_ONCE_MAX)
}

/// Whom a badge is of.
#[derive(Debug, Clone)]
pub enum BadgeOf {
    /// One scheduler.
    Scheduler(SchedulerId),
    /// All with this label: name and value.
    Label(String, String),
}

/// What a badge says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// Of what: the job's name, or the label.
    pub subject: String,
    /// How the worst of them fares.
    pub health: Health,
    /// How many there are, and how many of them fare so.
    pub count: usize,
    /// See `count`.
    pub of_them: usize,
}

impl Services {
    /// The badge of schedulers of the project `name` that carry the label
    /// `badge=public`. `None` if there is none that does: whether there is one that does
    /// not, nobody learns.
    ///
    /// # Errors
    ///
    /// UNAVAILABLE while too many ask, and what the database answers.
    pub async fn badge(&self, name: &str, of: BadgeOf) -> Result<Option<Badge>, ServiceError> {
        let Ok(_turn) = self.inner.badges.try_acquire() else {
            return Err(ServiceError::Unavailable { retry_after: super::record::RETRY_AFTER });
        };
        let project = self.store().project_named(name).await.map_err(unstored)?;
        let Some(project) = project else { return Ok(None) };
        let (subject, schedulers) = match of {
            BadgeOf::Scheduler(id) => {
                let found = self.store().scheduler(project, &id).await.map_err(unstored)?;
                let subject = found.as_ref().map(|it| it.settings.job_name.clone());
                (subject.unwrap_or_default(), found.into_iter().collect())
            }
            BadgeOf::Label(name, value) => {
                let subject = format!("{name}: {value}");
                (subject, self.labelled(project, (name, value)).await?)
            }
        };
        Ok(badge(subject, &schedulers))
    }

    async fn labelled(
        &self,
        project: ProjectId,
        label: (String, String),
    ) -> Result<Vec<Scheduler>, ServiceError> {
        let query = SchedulerQuery {
            label: Some(label),
            limit: BADGE_SCHEDULERS_MAX,
            ..SchedulerQuery::default()
        };
        self.store().schedulers(project, query).await.map_err(unstored)
    }
}

fn badge(subject: String, schedulers: &[Scheduler]) -> Option<Badge> {
    let is_public =
        |it: &&Scheduler| it.settings.labels.get(PUBLIC.0).is_some_and(|value| value == PUBLIC.1);
    let healths: Vec<Health> = schedulers.iter().filter(is_public).map(Scheduler::health).collect();
    let health = *healths.iter().max_by_key(|health| gravity(**health))?;
    let of_them = healths.iter().filter(|it| **it == health).count();
    Some(Badge { subject, health, count: healths.len(), of_them })
}

/// What is down must show, and what is up counts for more than what is not judged.
fn gravity(health: Health) -> u8 {
    match health {
        Health::Paused => 0,
        Health::New => 1,
        Health::Up => 2,
        Health::Down => 3,
    }
}
