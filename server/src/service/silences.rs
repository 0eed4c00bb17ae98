//! Times in which nobody is told of incidents.

use std::time::Duration;

use nightbell_domain::audit::Action;
use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::{Principal, ProjectId};
use nightbell_domain::selector::Selector;
use nightbell_domain::settings::{Settings, Violation};
use nightbell_domain::silence::{KEPT, Period, Silence};
use nightbell_domain::time::Timestamp;

use super::Services;
use super::policies::{Kept, Policy};
use crate::error::ServiceError;
use crate::store::PolicyKind;

impl Policy for Silence {
    const KIND: PolicyKind = PolicyKind::Silence;
    const MOST: i64 = 200;
    const MANY: &'static str = "silences";
    const ONE: &'static str = "silence";
}

/// A silence as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SilenceDraft {
    /// Why.
    pub note: String,
    /// The schedulers that it is about.
    pub covers: Selector,
    /// That it is about all of them.
    pub is_everything: bool,
    /// When it begins; `None`: at once.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// When it opens again and again.
    pub window: Option<Window>,
}

/// A time that comes again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// When it opens: a cron expression.
    pub cron: String,
    /// The time zone of the expression; `None`: UTC.
    pub timezone: Option<String>,
    /// How long it stays open.
    pub open_for: Duration,
}

/// A silence and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceView {
    /// The silence.
    pub kept: Kept<Silence>,
    /// Until when at least it holds notifications; `None`: it does not.
    pub active_until: Option<Timestamp>,
    /// When it begins the next time; `None`: it holds now, or never will.
    pub next_start_at: Option<Timestamp>,
}

impl Services {
    /// Adds a silence.
    pub async fn create_silence(
        &self,
        principal: &Principal,
        draft: SilenceDraft,
    ) -> Result<SilenceView, ServiceError> {
        let silence = settle(draft, self.now())?;
        self.forget_old_silences(principal.project).await?;
        let kept = self.keep(principal, silence).await?;
        self.note(principal, Action::SilenceCreated, kept.id, &kept.policy.note).await;
        Ok(self.silence_view(kept))
    }

    /// One silence.
    pub async fn silence(
        &self,
        principal: &Principal,
        id: i64,
    ) -> Result<SilenceView, ServiceError> {
        let kept = self.kept_one(principal.project, id).await?;
        Ok(self.silence_view(kept))
    }

    /// The project's silences, the oldest first.
    pub async fn silences(&self, principal: &Principal) -> Result<Vec<SilenceView>, ServiceError> {
        let kept = self.kept(principal.project).await?;
        Ok(kept.into_iter().map(|kept| self.silence_view(kept)).collect())
    }

    /// Replaces what was set of a silence.
    pub async fn update_silence(
        &self,
        principal: &Principal,
        id: i64,
        draft: SilenceDraft,
    ) -> Result<SilenceView, ServiceError> {
        let kept: Kept<Silence> = self.kept_one(principal.project, id).await?;
        let policy = settle(draft, self.now())?;
        let kept = self.keep_changed(principal.project, Kept { policy, ..kept }).await?;
        self.inner.outbox_bell.notify_one();
        self.note(principal, Action::SilenceUpdated, id, &kept.policy.note).await;
        Ok(self.silence_view(kept))
    }

    /// Ends and forgets a silence.
    pub async fn delete_silence(&self, principal: &Principal, id: i64) -> Result<(), ServiceError> {
        self.forget::<Silence>(principal.project, id).await?;
        self.note(principal, Action::SilenceDeleted, id, "").await;
        Ok(())
    }

    /// The silences that cover a scheduler and are not over.
    pub(super) async fn silences_of(
        &self,
        project: ProjectId,
        id: &SchedulerId,
        settings: &Settings,
    ) -> Result<Vec<SilenceView>, ServiceError> {
        let kept: Vec<Kept<Silence>> = self.kept(project).await?;
        let covering = kept.into_iter().filter(|it| it.policy.covers.selects(id, settings));
        let views = covering.map(|kept| self.silence_view(kept));
        Ok(views.filter(|it| it.active_until.is_some() || it.next_start_at.is_some()).collect())
    }

    /// The silence that holds what is told of a scheduler now, in a few words.
    pub(super) async fn silence_of(
        &self,
        project: ProjectId,
        id: &SchedulerId,
        settings: &Settings,
    ) -> Result<Option<String>, ServiceError> {
        let silences = self.silences_of(project, id, settings).await?;
        let holding = silences.iter().find(|it| it.active_until.is_some());
        Ok(holding
            .map(|it| format!("silence {} \u{201c}{}\u{201d}", it.kept.id, it.kept.policy.note)))
    }

    fn silence_view(&self, kept: Kept<Silence>) -> SilenceView {
        let now = self.now();
        let active_until = kept.policy.active_until(now);
        let next_start_at = kept.policy.next_start(now).filter(|_| active_until.is_none());
        SilenceView { kept, active_until, next_start_at }
    }

    async fn forget_old_silences(&self, project: ProjectId) -> Result<(), ServiceError> {
        let forgotten = self.now().minus(KEPT);
        for Kept { id, policy, .. } in self.kept::<Silence>(project).await? {
            if policy.ended_before(forgotten) {
                self.forget::<Silence>(project, id).await?;
            }
        }
        Ok(())
    }
}

/// The silence that is asked for.
fn settle(draft: SilenceDraft, now: Timestamp) -> Result<Silence, ServiceError> {
    let mut violations = Vec::new();
    let mut violate = |field: &str, reason, rule: &str| {
        violations.push(Violation::new(field, reason, rule));
    };
    match (draft.covers.is_empty(), draft.is_everything) {
        (true, false) => {
            let rule = "must name a scheduler, a service or labels; or say everything";
            violate("covers", "REQUIRED", rule);
        }
        (false, true) => {
            let rule = "must not be true for a silence that covers some schedulers only";
            violate("everything", "CONTRADICTION", rule);
        }
        (true, true) | (false, false) => {}
    }
    let has_times = draft.starts_at.is_some() || draft.ends_at.is_some();
    let from = draft.starts_at.unwrap_or(now);
    let period = match (draft.window, draft.ends_at) {
        (Some(window), ends_at) => {
            if has_times {
                let field = if ends_at.is_some() { "ends_at" } else { "starts_at" };
                violate(field, "CONTRADICTION", "must not be set beside a window");
            }
            let open_for_ms = u64::try_from(window.open_for.as_millis()).unwrap_or(u64::MAX);
            Period::Window { cron: window.cron, timezone: window.timezone, open_for_ms }
        }
        (None, Some(to)) => Period::Once { from, to },
        (None, None) => {
            violate("ends_at", "REQUIRED", "must say when it ends, unless there is a window");
            Period::Once { from, to: from.plus(Duration::from_secs(1)) }
        }
    };
    let silence = Silence { note: draft.note, covers: draft.covers, period };
    violations.extend(silence.violations(now));
    if violations.is_empty() { Ok(silence) } else { Err(ServiceError::Invalid(violations)) }
}
