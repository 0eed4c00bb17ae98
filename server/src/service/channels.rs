//! Where notifications go.

use std::time::Duration;

use nightbell_domain::audit::Action;
use nightbell_domain::key::{Principal, ProjectId};
use nightbell_domain::settings::Violation;
use nightbell_domain::time::Timestamp;
use serde_json::{Map, Value};

use super::{Services, fault, unstored};
use crate::channel::address::AllowList;
use crate::channel::notification::{Background, Event, Notification};
use crate::channel::{self, Outcome, Settings, draft};
use crate::error::ServiceError;
use crate::store::StoredChannel;

pub use crate::channel::KINDS;
pub use crate::channel::draft::{Draft, says_nothing};

/// The most channels of a project.
const CHANNELS_MAX: i64 = 100;

/// How long a test waits: less than the call that asks for it may take.
const TEST_MAX: Duration = Duration::from_secs(8);

/// A channel without its secrets.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its number.
    pub id: i64,
    /// Its name for people.
    pub name: String,
    /// Whether it is used.
    pub is_enabled: bool,
    /// The name of its kind.
    pub kind: &'static str,
    /// The settings of its kind as they may be shown, by their names in the contract.
    pub settings: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Why the server turned it off; empty: it did not.
    pub disabled_reason: String,
    /// Whether it hears of every incident that no route keeps from it.
    pub is_default: bool,
    /// The channel that is told in its place when it fails.
    pub fallback_id: Option<i64>,
    /// Since when every attempt at it has failed; `None`: the last one did not.
    pub failing_since: Option<Timestamp>,
    /// What the last attempt met, while it is failing.
    pub failing_result: String,
}

/// What any channel has besides the settings of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewChannel {
    /// Its name.
    pub name: String,
    /// Whether it hears of every incident that no route keeps from it; `None`: yes.
    pub is_default: Option<bool>,
    /// The channel that is told in its place when it fails.
    pub fallback_id: Option<i64>,
}

/// What is to change of a channel.
#[derive(Debug, Clone, Default)]
pub struct ChannelPatch {
    /// Its name.
    pub name: Option<String>,
    /// Whether it is used.
    pub is_enabled: Option<bool>,
    /// Whether it hears of every incident that no route keeps from it.
    pub is_default: Option<bool>,
    /// The channel that is told in its place when it fails; `Some(None)`: none.
    pub fallback_id: Option<Option<i64>>,
    /// What else.
    pub draft: Option<Draft>,
}

/// What a channel answered to a test.
#[derive(Debug, Clone)]
pub struct TestReceipt {
    /// Whether it took it.
    pub is_delivered: bool,
    /// What it answered or what went wrong.
    pub result: String,
    /// How long it took.
    pub took_ms: i64,
}

impl Services {
    /// Adds a channel; also its secret, if the server made it.
    pub async fn create_channel(
        &self,
        principal: &Principal,
        new: NewChannel,
        draft: Draft,
    ) -> Result<(Channel, Option<String>), ServiceError> {
        let mut violations = Vec::new();
        check_name(&new.name, &mut violations);
        let fallback = self.check_fallback(principal, None, new.fallback_id, "").await?;
        violations.extend(fallback);
        let settled = match draft.settle(None, self.allow_list(), "") {
            Ok(settled) if violations.is_empty() => settled,
            Ok(_) => return Err(ServiceError::Invalid(violations)),
            Err(broken) => return Err(ServiceError::Invalid([violations, broken].concat())),
        };
        let settings = settled.settings;
        let mut stored = StoredChannel {
            id: 0,
            project: principal.project,
            name: new.name,
            is_enabled: true,
            disabled_reason: String::new(),
            sealed_settings: self.seal(principal.project, &settings)?,
            created_at: self.now(),
            is_default: new.is_default.unwrap_or(true),
            fallback_id: new.fallback_id,
            failing_since: None,
            failing_result: String::new(),
        };
        let id = self.store().channel_insert(stored.clone(), CHANNELS_MAX).await;
        let most = CHANNELS_MAX.unsigned_abs();
        let full = ServiceError::Quota { what: "channels", max: most };
        stored.id = id.map_err(unstored)?.ok_or(full)?;
        self.note(principal, Action::ChannelCreated, stored.id, &stored.name).await;
        Ok((shown(&stored, &settings), settled.made_secret))
    }

    /// One channel.
    pub async fn channel(&self, principal: &Principal, id: i64) -> Result<Channel, ServiceError> {
        let (stored, settings) = self.stored_channel(principal, id).await?;
        Ok(shown(&stored, &settings))
    }

    /// The project's channels, the oldest first.
    pub async fn channels(&self, principal: &Principal) -> Result<Vec<Channel>, ServiceError> {
        let stored = self.store().channels(principal.project).await.map_err(unstored)?;
        stored.iter().map(|stored| Ok(shown(stored, &self.unseal(stored)?))).collect()
    }

    /// Changes a channel. One that the server had turned off is on again when it is
    /// enabled or given other settings.
    pub async fn update_channel(
        &self,
        principal: &Principal,
        id: i64,
        patch: ChannelPatch,
    ) -> Result<Channel, ServiceError> {
        let (mut stored, settings) = self.stored_channel(principal, id).await?;
        let mut settings = settings;
        let mut violations = Vec::new();
        if let Some(name) = patch.name {
            check_name(&name, &mut violations);
            stored.name = name;
        }
        stored.is_default = patch.is_default.unwrap_or(stored.is_default);
        if let Some(fallback) = patch.fallback_id {
            let found = self.check_fallback(principal, Some(id), fallback, "settings.").await?;
            violations.extend(found);
            stored.fallback_id = fallback;
        }
        let is_changed = patch.draft.is_some();
        if let Some(draft) = patch.draft {
            match draft.settle(Some(&settings), self.allow_list(), "settings.") {
                Ok(settled) => settings = settled.settings,
                Err(broken) => violations.extend(broken),
            }
        }
        if !violations.is_empty() {
            return Err(ServiceError::Invalid(violations));
        }
        let was_turned_off = !stored.disabled_reason.is_empty();
        stored.is_enabled =
            patch.is_enabled.unwrap_or(stored.is_enabled || (was_turned_off && is_changed));
        if stored.is_enabled {
            stored.disabled_reason.clear();
        }
        stored.sealed_settings = self.seal(principal.project, &settings)?;
        let channel = shown(&stored, &settings);
        if !self.store().channel_update(stored).await.map_err(unstored)? {
            return Err(unknown());
        }
        self.note(principal, Action::ChannelUpdated, id, &channel.name).await;
        Ok(channel)
    }

    /// Forgets a channel; what it was still to be told is abandoned.
    pub async fn delete_channel(&self, principal: &Principal, id: i64) -> Result<(), ServiceError> {
        let deleted = self.store().channel_delete(principal.project, id, self.now()).await;
        if !deleted.map_err(unstored)? {
            return Err(unknown());
        }
        self.note(principal, Action::ChannelDeleted, id, "").await;
        Ok(())
    }

    /// Sends one test notification now and tells what the channel answered.
    pub async fn test_channel(
        &self,
        principal: &Principal,
        id: i64,
    ) -> Result<TestReceipt, ServiceError> {
        let (_, settings) = self.stored_channel(principal, id).await?;
        let now = self.now();
        let notification = Notification {
            key: format!("nb1:test:{}:{id}", super::record::fresh_id(now)),
            event: Event::Test,
            occurred_at: now,
            project: self.project_name(principal.project).await?,
            link_base: Some(self.inner.parts.rules.address.clone()),
            incident: None,
            background: Background::default(),
            mention: None,
            thread: None,
            digest: Vec::new(),
        };
        let started = tokio::time::Instant::now();
        let attempt = channel::send(&self.inner.parts.ways_out, &settings, &notification, now);
        let outcome = tokio::time::timeout(TEST_MAX, attempt).await.unwrap_or_else(|_| {
            let result = format!("no answer within {} seconds", TEST_MAX.as_secs());
            Outcome::Retry { result, retry_after: None }
        });
        let result = outcome.result();
        self.note(principal, Action::ChannelTested, id, &result).await;
        Ok(TestReceipt {
            is_delivered: matches!(outcome, Outcome::Delivered { .. }),
            result,
            took_ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
        })
    }

    async fn project_name(&self, project: ProjectId) -> Result<String, ServiceError> {
        let name = self.store().project_name(project).await.map_err(unstored)?;
        name.ok_or(ServiceError::NotFound { kind: "project" })
    }

    /// What is wrong with a fallback of the channel `id`, which is `None` for a new one.
    async fn check_fallback(
        &self,
        principal: &Principal,
        id: Option<i64>,
        fallback: Option<i64>,
        prefix: &str,
    ) -> Result<Option<Violation>, ServiceError> {
        let Some(fallback) = fallback else { return Ok(None) };
        let field = format!("{prefix}fallback_channel_id");
        if id == Some(fallback) {
            let rule = "must be another channel";
            return Ok(Some(Violation::new(field, "CONTRADICTION", rule)));
        }
        let known = self.store().channel(principal.project, fallback).await.map_err(unstored)?;
        let rule = "must be a channel's id";
        Ok(known.is_none().then(|| Violation::new(field, "UNKNOWN_CHANNEL", rule)))
    }

    async fn stored_channel(
        &self,
        principal: &Principal,
        id: i64,
    ) -> Result<(StoredChannel, Settings), ServiceError> {
        let found = self.store().channel(principal.project, id).await.map_err(unstored)?;
        let stored = found.ok_or_else(unknown)?;
        let settings = self.unseal(&stored)?;
        Ok((stored, settings))
    }

    fn allow_list(&self) -> &AllowList {
        self.inner.parts.ways_out.http.allow_list()
    }

    fn seal(&self, project: ProjectId, settings: &Settings) -> Result<Vec<u8>, ServiceError> {
        let plain =
            serde_json::to_vec(settings).map_err(|error| ServiceError::Internal(error.into()))?;
        let secret = self.inner.parts.auth.secret();
        secret
            .seal(&plain, &seal_context(project))
            .map_err(|error| ServiceError::Internal(error.into()))
    }

    /// The settings of a stored channel.
    pub(super) fn unseal(&self, stored: &StoredChannel) -> Result<Settings, ServiceError> {
        let secret = self.inner.parts.auth.secret();
        let plain = secret.open(&stored.sealed_settings, &seal_context(stored.project));
        let plain = plain.map_err(|error| ServiceError::Internal(error.into()))?;
        serde_json::from_slice(&plain).map_err(|_| fault("stored settings cannot be read"))
    }
}

/// What sealed settings are bound to: they cannot be moved to another project.
fn seal_context(project: ProjectId) -> Vec<u8> {
    format!("channel of project {}", project.0).into_bytes()
}

fn shown(stored: &StoredChannel, settings: &Settings) -> Channel {
    Channel {
        id: stored.id,
        name: stored.name.clone(),
        is_enabled: stored.is_enabled,
        kind: settings.kind(),
        settings: draft::shown(settings),
        created_at: stored.created_at,
        disabled_reason: stored.disabled_reason.clone(),
        is_default: stored.is_default,
        fallback_id: stored.fallback_id,
        failing_since: stored.failing_since,
        failing_result: stored.failing_result.clone(),
    }
}

fn check_name(name: &str, violations: &mut Vec<Violation>) {
    if name.is_empty() || name.chars().count() > 100 {
        violations.push(Violation::new("name", "BAD_NAME", "must be 1 to 100 characters"));
    }
}

fn unknown() -> ServiceError {
    ServiceError::NotFound { kind: "channel" }
}
