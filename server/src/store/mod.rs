//! What is kept, and how it is found again.
//!
//! [`Store`] is what the services know of a database. Each database implements it
//! in a folder of its own, in its own best dialect, with the same file names; one
//! conformance suite holds them to the same behaviour.

pub mod batch;
#[cfg(test)]
mod conformance;
mod error;
mod notification;
pub mod postgres;
mod query;
mod rows;
mod schema;
pub mod sqlite;
mod telling;

use std::time::Duration;

use async_trait::async_trait;
use nightbell_domain::audit::Entry;
use nightbell_domain::blind::BlindWindow;
use nightbell_domain::id::{IncidentId, RunId, SchedulerId};
use nightbell_domain::key::{Key, ProjectId};
use nightbell_domain::ledger::SlotEntry;
use nightbell_domain::presence::{Lease, ServerId, Sign};
use nightbell_domain::run::Run;
use nightbell_domain::scheduler::Scheduler;
use nightbell_domain::time::Timestamp;

pub use error::StoreError;
pub use notification::{
    Attempt, Claim, Copied, Delivery, DeliveryState, Fate, Receipt, Settlement, Thread, Whose,
};
pub use query::{
    AuditQuery, IncidentQuery, IncidentState, IncidentView, RunQuery, SchedulerQuery, SlotQuery,
};
pub use telling::{Asking, PolicyKind, Recipient, StoredChannel, StoredPolicy};

/// A scheduler's number in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchedulerKey(pub i64);

/// What of the past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Runs that were heard of since then.
    pub runs_since: Timestamp,
    /// And so many of the last of each scheduler, however old.
    pub runs_least: i64,
    /// Incidents that began since then, and those that are not over.
    pub incidents_since: Timestamp,
    /// What was told since then, and all about incidents that are not over.
    pub notifications_since: Timestamp,
}

/// A report that was refused and is kept for 24 hours.
#[derive(Debug, Clone)]
pub struct RejectedReport {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The stable reason in upper case.
    pub reason: String,
    /// What was wrong, for a person.
    pub message: String,
    /// The report as it came, at most 2 KiB of it.
    pub raw: String,
}

/// One server's sign of life.
#[derive(Debug, Clone)]
pub struct Presence {
    /// The server.
    pub server: ServerId,
    /// Every report that it read until then is stored.
    pub stored_until: Timestamp,
    /// The time it is: until now something could be seen.
    pub now: Timestamp,
    /// The longest time since something was last seen that is no blindness.
    pub gap_max: Duration,
    /// The epoch of the judge's lease, if the server holds it: to be renewed.
    pub epoch: Option<i64>,
    /// Servers to be forgotten.
    pub dead: Vec<ServerId>,
}

/// What stands in the database about the servers on it.
#[derive(Debug, Clone)]
pub struct Attendance {
    /// Their signs of life.
    pub signs: Vec<Sign>,
    /// The judge's lease.
    pub lease: Option<Lease>,
    /// Until when something could be seen before this server said that it lives.
    pub seen_until: Option<Timestamp>,
}

/// Everything that is kept.
///
/// Every read and write of a project's things carries the project. What a write
/// answers would survive a power cut.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Loads what the commands are about, decides, and saves, in one transaction.
    async fn transact(&self, batch: batch::Batch) -> Result<batch::Committed, StoreError>;

    /// The schedulers whose `due_at` is not after `now`, the longest due first.
    async fn due(&self, now: Timestamp, limit: i64) -> Result<Vec<SchedulerKey>, StoreError>;

    /// The scheduler of this id.
    async fn scheduler(
        &self,
        project: ProjectId,
        id: &SchedulerId,
    ) -> Result<Option<Scheduler>, StoreError>;

    /// A list of schedulers, by id.
    async fn schedulers(
        &self,
        project: ProjectId,
        query: SchedulerQuery,
    ) -> Result<Vec<Scheduler>, StoreError>;

    /// Forgets a scheduler with all that belongs to it. Whether there was one.
    async fn scheduler_delete(
        &self,
        project: ProjectId,
        id: &SchedulerId,
    ) -> Result<bool, StoreError>;

    /// The run of this id; `None` also if there is no such scheduler.
    async fn run(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        id: &RunId,
    ) -> Result<Option<Run>, StoreError>;

    /// A list of runs, the newest first.
    async fn runs(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        query: RunQuery,
    ) -> Result<Vec<Run>, StoreError>;

    /// What became of a scheduler's slots, the newest first.
    async fn slots(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        query: SlotQuery,
    ) -> Result<Vec<SlotEntry>, StoreError>;

    /// The incident of this id.
    async fn incident(
        &self,
        project: ProjectId,
        id: IncidentId,
    ) -> Result<Option<IncidentView>, StoreError>;

    /// A list of incidents, the newest first.
    async fn incidents(
        &self,
        project: ProjectId,
        query: IncidentQuery,
    ) -> Result<Vec<IncidentView>, StoreError>;

    /// What became of the notifications of an incident, in order.
    async fn deliveries(
        &self,
        project: ProjectId,
        id: IncidentId,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Adds a channel, unless the project has `most`; its number.
    async fn channel_insert(
        &self,
        channel: StoredChannel,
        most: i64,
    ) -> Result<Option<i64>, StoreError>;

    /// The channel of this number.
    async fn channel(
        &self,
        project: ProjectId,
        id: i64,
    ) -> Result<Option<StoredChannel>, StoreError>;

    /// Whose channel this is. For those who come without a key and prove themselves by
    /// the channel's own secret.
    async fn channel_project(&self, id: i64) -> Result<Option<ProjectId>, StoreError>;

    /// The project's channels, the oldest first.
    async fn channels(&self, project: ProjectId) -> Result<Vec<StoredChannel>, StoreError>;

    /// Replaces the channel of this number and project. Whether there was one.
    async fn channel_update(&self, channel: StoredChannel) -> Result<bool, StoreError>;

    /// Forgets a channel and abandons what it was still to be told. Whether there was one.
    async fn channel_delete(
        &self,
        project: ProjectId,
        id: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// What a channel calls its first message about an incident, if it is known.
    async fn thread(
        &self,
        project: ProjectId,
        channel: i64,
        incident: IncidentId,
    ) -> Result<Option<String>, StoreError>;

    /// Whether an owner's address may be written to. If it is to be asked, that is noted.
    async fn recipient_ask(
        &self,
        project: ProjectId,
        address: &str,
        asking: Asking,
    ) -> Result<Recipient, StoreError>;

    /// Notes that an address may be written to, and lets what waits for it wait no more.
    /// Whether it was ever asked.
    async fn recipient_confirm(
        &self,
        project: ProjectId,
        address: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Adds a policy, unless the project has `most` of its kind; its number.
    async fn policy_insert(
        &self,
        policy: StoredPolicy,
        most: i64,
    ) -> Result<Option<i64>, StoreError>;

    /// The project's policies of a kind, the oldest first.
    async fn policies(
        &self,
        project: ProjectId,
        kind: PolicyKind,
    ) -> Result<Vec<StoredPolicy>, StoreError>;

    /// Replaces the text of the policy of this number, project and kind. Whether there
    /// was one.
    async fn policy_update(&self, policy: StoredPolicy) -> Result<bool, StoreError>;

    /// Forgets a policy. Whether there was one.
    async fn policy_delete(
        &self,
        project: ProjectId,
        kind: PolicyKind,
        id: i64,
    ) -> Result<bool, StoreError>;

    /// Remembers what a channel calls its first message about an incident, and forgets
    /// what is older than `forgotten`. A channel of another project is left alone.
    async fn thread_keep(&self, thread: Thread, forgotten: Timestamp) -> Result<(), StoreError>;

    /// Takes up to `limit` notifications that are due and leases them until `lease_until`.
    /// Of one incident and channel only the first that is pending can be taken.
    async fn outbox_claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
        whose: Whose,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Writes the same notification for another channel, unless that was written before.
    async fn outbox_copy(
        &self,
        claim: &Claim,
        copy: Copied,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Has a channel told again of an incident at `at`, unless that is so already, or it
    /// was never told.
    async fn outbox_remind(
        &self,
        project: ProjectId,
        incident: IncidentId,
        channel: i64,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// The last attempts at telling of an incident, the newest first, at most `limit`.
    async fn receipts(
        &self,
        project: ProjectId,
        id: IncidentId,
        limit: i64,
    ) -> Result<Vec<Receipt>, StoreError>;

    /// Records how a claim ended, if the lease is still the claim's; with an attempt, also
    /// whether its channel is failing. Whether it was.
    async fn outbox_settle(
        &self,
        claim: &Claim,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// How many notifications are pending, and when the first of them is due.
    async fn outbox_pending(&self) -> Result<(i64, Option<Timestamp>), StoreError>;

    /// Keeps a refused report.
    async fn rejected_insert(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        report: RejectedReport,
    ) -> Result<(), StoreError>;

    /// The refused reports of a scheduler since `since`, the newest first.
    async fn rejected(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<RejectedReport>, StoreError>;

    /// Forgets up to `limit` refused reports from before `before`; how many.
    async fn rejected_prune(&self, before: Timestamp, limit: i64) -> Result<usize, StoreError>;

    /// Forgets what is not kept of up to `count` schedulers, those whose numbers come next
    /// after `after`; the last of them. `None`: there is none after it.
    async fn history_prune(
        &self,
        after: SchedulerKey,
        count: i64,
        kept: Kept,
    ) -> Result<Option<SchedulerKey>, StoreError>;

    /// The mark of the secret that the database belongs to; if it belongs to none yet,
    /// `mark` from here on.
    async fn secret_mark(&self, mark: i64) -> Result<i64, StoreError>;

    /// Adds an entry to the project's audit log.
    async fn audit_insert(&self, project: ProjectId, entry: Entry) -> Result<(), StoreError>;

    /// Entries of the project's audit log with their numbers, the newest first.
    async fn audit(
        &self,
        project: ProjectId,
        query: AuditQuery,
    ) -> Result<Vec<(i64, Entry)>, StoreError>;

    /// Forgets up to `limit` entries of any project that are older than `before`, the
    /// oldest first; how many.
    async fn audit_prune(&self, before: Timestamp, limit: i64) -> Result<usize, StoreError>;

    /// The project of this name, made if there is none.
    async fn project_ensure(&self, name: &str, now: Timestamp) -> Result<ProjectId, StoreError>;

    /// The project of this name.
    async fn project_named(&self, name: &str) -> Result<Option<ProjectId>, StoreError>;

    /// The name of a project.
    async fn project_name(&self, project: ProjectId) -> Result<Option<String>, StoreError>;

    /// Adds a key and moves the epoch of the keys, unless the project has `most` of its
    /// kind (keys, or sessions of people) that are not revoked. Whether it was added.
    /// Forgets the project's sessions that ended more than an hour before.
    async fn key_insert(&self, key: Key, most: i64) -> Result<bool, StoreError>;

    /// The key of this id, of any project.
    async fn key(&self, key_id: &str) -> Result<Option<Key>, StoreError>;

    /// The keys of a project, or of all, the oldest first.
    async fn keys(&self, project: Option<ProjectId>) -> Result<Vec<Key>, StoreError>;

    /// Ends a key and moves the epoch of the keys. The key as it stands now; one
    /// revoked before stays as it was.
    async fn key_revoke(
        &self,
        project: Option<ProjectId>,
        key_id: &str,
        now: Timestamp,
    ) -> Result<Option<Key>, StoreError>;

    /// The epoch of the keys: grows with every change of any key but its last use.
    async fn key_epoch(&self) -> Result<i64, StoreError>;

    /// Notes that a key was used. Never moves the note back.
    async fn key_used(&self, key_id: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Whether other servers may be on this database.
    fn is_shared(&self) -> bool;

    /// Says that a server lives. The first after a gap in which none did records the
    /// window in which nothing could be seen; then what stands there is read.
    async fn attend(&self, presence: Presence) -> Result<Attendance, StoreError>;

    /// Gives the judge's lease to a server, under a new epoch, if it still stands as that
    /// server saw it. Returns once nothing is under way under the old one.
    async fn lease_take(&self, server: ServerId, seen: Option<Lease>) -> Result<bool, StoreError>;

    /// Forgets a server, and ends its lease: the next may take it at once.
    async fn leave(&self, server: ServerId) -> Result<(), StoreError>;

    /// The windows in which nothing could be seen that ended after `since`, in order.
    async fn blind_windows(&self, since: Timestamp) -> Result<Vec<BlindWindow>, StoreError>;
}
