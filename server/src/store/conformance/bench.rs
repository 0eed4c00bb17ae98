//! What a case works with.

use std::time::Duration;

use async_trait::async_trait;
use nightbell_domain::id::{IncidentId, SchedulerId};
use nightbell_domain::incident::{Event, EventKind, Incident, Reason};
use nightbell_domain::key::{Binding, Key, ProjectId, Role};
use nightbell_domain::notify::{ChannelId, Notification, NotificationKey};
use nightbell_domain::route::Manner;
use nightbell_domain::settings::Severity;
use nightbell_domain::time::Timestamp;
use uuid::Uuid;

use crate::store::{Claim, Store, StoreError, StoredChannel, Whose};

/// The time at which every case begins.
pub(in crate::store) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// So many seconds after [`NOW`].
pub(in crate::store) fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// An empty store of one kind.
#[async_trait]
pub(in crate::store) trait Bench: Send + Sync {
    /// The store.
    fn store(&self) -> &dyn Store;

    /// Writes notifications, the incidents they are about, and their scheduler if it
    /// is new, in one transaction. Its service is called `payments` and its job
    /// `Nightly close`.
    async fn notify(
        &self,
        project: ProjectId,
        scheduler: &str,
        notifications: Vec<Notification>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

impl dyn Bench + '_ {
    pub(super) async fn project(&self, name: &str) -> ProjectId {
        self.store().project_ensure(name, NOW).await.unwrap()
    }

    /// A new channel of `project` that is used.
    pub(super) async fn channel(&self, project: ProjectId) -> i64 {
        let channel = channel_of(project);
        self.store().channel_insert(channel, 1_000).await.unwrap().expect("room for a channel")
    }

    /// Tells `channel` of one event of an incident of the scheduler `nightly`.
    pub(super) async fn tell(
        &self,
        project: ProjectId,
        incident: IncidentId,
        event: EventKind,
        channel: i64,
        at: Timestamp,
    ) {
        let notifications = vec![notification(incident, event, channel)];
        self.notify(project, "nightly", notifications, at).await.unwrap();
    }

    /// Claims all that is due at `now`, for a minute.
    pub(super) async fn claim(&self, now: Timestamp) -> Vec<Claim> {
        self.store()
            .outbox_claim(now, now.plus(Duration::from_mins(1)), 100, Whose::AllBut(Vec::new()))
            .await
            .unwrap()
    }

    /// The keys of what can be claimed at `now`, for a minute.
    pub(super) async fn claim_keys(&self, now: Timestamp) -> Vec<String> {
        self.claim(now).await.into_iter().map(|claim| claim.key).collect()
    }
}

/// The incident of this number.
pub(super) fn incident_id(number: u128) -> IncidentId {
    IncidentId(Uuid::from_u128(number))
}

/// The id of a scheduler.
pub(super) fn scheduler_id(text: &str) -> SchedulerId {
    SchedulerId::parse(text).unwrap()
}

/// A channel that is used, not stored yet.
pub(super) fn channel_of(project: ProjectId) -> StoredChannel {
    StoredChannel {
        id: 0,
        project,
        name: "on call".to_owned(),
        is_enabled: true,
        disabled_reason: String::new(),
        sealed_settings: vec![0, 1, 254, 255],
        created_at: NOW,
        is_default: true,
        fallback_id: None,
        failing_since: None,
        failing_result: String::new(),
    }
}

/// A good reporter key.
pub(super) fn key_of(project: ProjectId, key_id: &str) -> Key {
    Key {
        key_id: key_id.to_owned(),
        project,
        name: "ci".to_owned(),
        role: Role::Reporter,
        binding: Binding::default(),
        requests_per_second: None,
        secret_hash: [7; 32],
        created_at: NOW,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

/// The openings of so many incidents, for channel 1.
pub(in crate::store) fn notifications(count: u128) -> Vec<Notification> {
    (1..=count).map(|number| notification(incident_id(number), EventKind::Opened, 1)).collect()
}

/// What one channel is told of one event. Opened is the first event of an incident,
/// acknowledged the second, resolved the third and
/// reopened the fourth.
pub(super) fn notification(incident: IncidentId, kind: EventKind, channel: i64) -> Notification {
    let number = match kind {
        EventKind::Opened => 1,
        EventKind::Acknowledged => 2,
        EventKind::Resolved => 3,
        EventKind::Reopened => 4,
    };
    let incident = Incident {
        id: incident,
        reason: Reason::Failed,
        severity: Severity::default(),
        onset_at: NOW,
        opened_at: NOW,
        resolved: None,
        summary: "The run failed: \u{201c}disk full\u{201d}".to_owned(),
        error_message: None,
        run_ids: Vec::new(),
        missed_slots: 0,
        acknowledgement: None,
        events: number,
        recurrence: None,
        history: Vec::new(),
    };
    let channel = ChannelId(channel);
    let key = NotificationKey { incident: incident.id, event: number, repeat: 0, channel };
    Notification { key, event: Event { kind, incident }, manner: Manner::default() }
}
