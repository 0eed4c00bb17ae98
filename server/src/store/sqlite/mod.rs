//! The embedded database: a file, no set-up.

mod audit;
mod backup;
mod batch;
mod channel;
mod connection;
mod counter;
mod history;
mod incident;
mod key;
mod outbox;
mod policy;
mod presence;
mod recipient;
mod rejected;
mod run;
mod scheduler;
mod slot;
#[cfg(test)]
mod tests;
mod thread;
#[cfg(test)]
pub(super) use tests::columns_of_a_new_database;

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use nightbell_domain::audit::Entry;
use nightbell_domain::blind::BlindWindow;
use nightbell_domain::id::{IncidentId, RunId, SchedulerId};
use nightbell_domain::key::{Key, ProjectId};
use nightbell_domain::ledger::SlotEntry;
use nightbell_domain::notify::ChannelId;
use nightbell_domain::presence::{Lease, ServerId};
use nightbell_domain::run::Run;
use nightbell_domain::scheduler::Scheduler;
use nightbell_domain::time::Timestamp;

use super::batch::{Batch, Committed};
use super::{
    Asking, Attendance, AuditQuery, Claim, Copied, Delivery, IncidentQuery, IncidentView, Kept,
    PolicyKind, Presence, Receipt, Recipient, RejectedReport, RunQuery, SchedulerKey,
    SchedulerQuery, Settlement, SlotQuery, Store, StoreError, StoredChannel, StoredPolicy, Thread,
    Whose,
};
use connection::Connections;

/// A database in one file.
#[derive(Clone)]
pub struct Sqlite {
    connections: Connections,
    _owned: Option<Arc<File>>,
}

impl Sqlite {
    /// Opens the file as its one server, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if another server has it open, or the file
    /// cannot be used.
    pub fn open_as_server(path: &Path) -> Result<Self, StoreError> {
        let lock_path = beside(path, "lock");
        let lock = File::create(&lock_path).map_err(|error| {
            StoreError::Unavailable(format!("{}: {error}", lock_path.display()))
        })?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Unavailable(format!(
                    "another server has {} open; stop it, or give this one its own NIGHTBELL_DATABASE_URL",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::Unavailable(format!("{}: {error}", lock_path.display())));
            }
        }
        // The one server of the file has just started, so nobody is at work on these.
        let connections = Connections::open(path, |c| {
            outbox::release(c)?;
            presence::forget_all(c)
        })?;
        Ok(Self { connections, _owned: Some(Arc::new(lock)) })
    }

    /// Opens the file for a command that may run while a server has it open.
    pub fn open_beside_server(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connections: Connections::open(path, |_| Ok(()))?, _owned: None })
    }
}

/// The name of a file that belongs to the database at `path`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

#[async_trait]
impl Store for Sqlite {
    async fn transact(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.connections.write(move |c| batch::transact(c, batch)).await
    }

    async fn due(&self, now: Timestamp, limit: i64) -> Result<Vec<SchedulerKey>, StoreError> {
        self.connections.read(move |c| scheduler::due(c, now, limit)).await
    }

    async fn scheduler(
        &self,
        project: ProjectId,
        id: &SchedulerId,
    ) -> Result<Option<Scheduler>, StoreError> {
        let id = id.clone();
        self.connections.read(move |c| scheduler::one(c, project, &id)).await
    }

    async fn schedulers(
        &self,
        project: ProjectId,
        query: SchedulerQuery,
    ) -> Result<Vec<Scheduler>, StoreError> {
        self.connections.read(move |c| scheduler::list(c, project, query)).await
    }

    async fn scheduler_delete(
        &self,
        project: ProjectId,
        id: &SchedulerId,
    ) -> Result<bool, StoreError> {
        let id = id.clone();
        self.connections.write(move |c| scheduler::delete(c, project, &id)).await
    }

    async fn run(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        id: &RunId,
    ) -> Result<Option<Run>, StoreError> {
        let (scheduler, id) = (scheduler.clone(), id.clone());
        self.connections.read(move |c| run::one(c, project, &scheduler, &id)).await
    }

    async fn runs(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        query: RunQuery,
    ) -> Result<Vec<Run>, StoreError> {
        let scheduler = scheduler.clone();
        self.connections.read(move |c| run::list(c, project, &scheduler, query)).await
    }

    async fn slots(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        query: SlotQuery,
    ) -> Result<Vec<SlotEntry>, StoreError> {
        let scheduler = scheduler.clone();
        self.connections.read(move |c| slot::list(c, project, &scheduler, query)).await
    }

    async fn incident(
        &self,
        project: ProjectId,
        id: IncidentId,
    ) -> Result<Option<IncidentView>, StoreError> {
        self.connections.read(move |c| incident::one(c, project, id)).await
    }

    async fn incidents(
        &self,
        project: ProjectId,
        query: IncidentQuery,
    ) -> Result<Vec<IncidentView>, StoreError> {
        self.connections.read(move |c| incident::list(c, project, query)).await
    }

    async fn deliveries(
        &self,
        project: ProjectId,
        id: IncidentId,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.connections.read(move |c| outbox::deliveries(c, project, id)).await
    }

    async fn channel_insert(
        &self,
        channel: StoredChannel,
        most: i64,
    ) -> Result<Option<i64>, StoreError> {
        self.connections.write(move |c| channel::insert(c, &channel, most)).await
    }

    async fn channel(
        &self,
        project: ProjectId,
        id: i64,
    ) -> Result<Option<StoredChannel>, StoreError> {
        self.connections.read(move |c| channel::one(c, project, id)).await
    }

    async fn channel_project(&self, id: i64) -> Result<Option<ProjectId>, StoreError> {
        self.connections.read(move |c| channel::project(c, id)).await
    }

    async fn channels(&self, project: ProjectId) -> Result<Vec<StoredChannel>, StoreError> {
        self.connections.read(move |c| channel::list(c, project)).await
    }

    async fn channel_update(&self, channel: StoredChannel) -> Result<bool, StoreError> {
        self.connections.write(move |c| channel::update(c, &channel)).await
    }

    async fn channel_delete(
        &self,
        project: ProjectId,
        id: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.connections.write(move |c| channel::delete(c, project, id, now)).await
    }

    async fn recipient_ask(
        &self,
        project: ProjectId,
        address: &str,
        asking: Asking,
    ) -> Result<Recipient, StoreError> {
        let address = address.to_owned();
        self.connections.write(move |c| recipient::ask(c, project, &address, asking)).await
    }

    async fn recipient_confirm(
        &self,
        project: ProjectId,
        address: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let address = address.to_owned();
        self.connections.write(move |c| recipient::confirm(c, project, &address, now)).await
    }

    async fn policy_insert(
        &self,
        policy: StoredPolicy,
        most: i64,
    ) -> Result<Option<i64>, StoreError> {
        self.connections.write(move |c| policy::insert(c, &policy, most)).await
    }

    async fn policies(
        &self,
        project: ProjectId,
        kind: PolicyKind,
    ) -> Result<Vec<StoredPolicy>, StoreError> {
        self.connections.read(move |c| policy::list(c, project, kind)).await
    }

    async fn policy_update(&self, policy: StoredPolicy) -> Result<bool, StoreError> {
        self.connections.write(move |c| policy::update(c, &policy)).await
    }

    async fn policy_delete(
        &self,
        project: ProjectId,
        kind: PolicyKind,
        id: i64,
    ) -> Result<bool, StoreError> {
        self.connections.write(move |c| policy::delete(c, project, kind, id)).await
    }

    async fn thread(
        &self,
        project: ProjectId,
        channel: i64,
        incident: IncidentId,
    ) -> Result<Option<String>, StoreError> {
        self.connections.read(move |c| thread::one(c, project, channel, incident)).await
    }

    async fn thread_keep(&self, thread: Thread, forgotten: Timestamp) -> Result<(), StoreError> {
        self.connections.write(move |c| thread::keep(c, &thread, forgotten)).await
    }

    async fn outbox_claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
        whose: Whose,
    ) -> Result<Vec<Claim>, StoreError> {
        self.connections.write(move |c| outbox::claim(c, now, lease_until, limit, whose)).await
    }

    async fn outbox_copy(
        &self,
        claim: &Claim,
        copy: Copied,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = claim.id;
        self.connections.write(move |c| outbox::copy(c, id, &copy, now)).await
    }

    async fn outbox_remind(
        &self,
        project: ProjectId,
        incident: IncidentId,
        channel: i64,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let line = (project, incident, ChannelId(channel));
        self.connections.write(move |c| outbox::remind(c, line, at, now)).await
    }

    async fn receipts(
        &self,
        project: ProjectId,
        id: IncidentId,
        limit: i64,
    ) -> Result<Vec<Receipt>, StoreError> {
        self.connections.read(move |c| outbox::receipts(c, project, id, limit)).await
    }

    async fn outbox_settle(
        &self,
        claim: &Claim,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, token) = (claim.id, claim.lease_token);
        self.connections.write(move |c| outbox::settle(c, id, token, settlement, now)).await
    }

    async fn outbox_pending(&self) -> Result<(i64, Option<Timestamp>), StoreError> {
        self.connections.read(outbox::pending).await
    }

    async fn rejected_insert(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        report: RejectedReport,
    ) -> Result<(), StoreError> {
        let scheduler = scheduler.clone();
        self.connections.write(move |c| rejected::insert(c, project, &scheduler, &report)).await
    }

    async fn rejected(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<RejectedReport>, StoreError> {
        let scheduler = scheduler.clone();
        self.connections.read(move |c| rejected::list(c, project, &scheduler, since, limit)).await
    }

    async fn rejected_prune(&self, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
        self.connections.write(move |c| rejected::prune(c, before, limit)).await
    }

    async fn audit_insert(&self, project: ProjectId, entry: Entry) -> Result<(), StoreError> {
        self.connections.write(move |c| audit::insert(c, project, &entry)).await
    }

    async fn audit(
        &self,
        project: ProjectId,
        query: AuditQuery,
    ) -> Result<Vec<(i64, Entry)>, StoreError> {
        self.connections.read(move |c| audit::list(c, project, query)).await
    }

    async fn audit_prune(&self, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
        self.connections.write(move |c| audit::prune(c, before, limit)).await
    }

    async fn history_prune(
        &self,
        after: SchedulerKey,
        count: i64,
        kept: Kept,
    ) -> Result<Option<SchedulerKey>, StoreError> {
        self.connections.write(move |c| history::prune(c, after, count, kept)).await
    }

    async fn secret_mark(&self, mark: i64) -> Result<i64, StoreError> {
        self.connections.write(move |c| counter::secret_mark(c, mark)).await
    }

    async fn project_ensure(&self, name: &str, now: Timestamp) -> Result<ProjectId, StoreError> {
        let name = name.to_owned();
        self.connections.write(move |c| key::project_ensure(c, &name, now)).await
    }

    async fn project_named(&self, name: &str) -> Result<Option<ProjectId>, StoreError> {
        let name = name.to_owned();
        self.connections.read(move |c| key::project_named(c, &name)).await
    }

    async fn project_name(&self, project: ProjectId) -> Result<Option<String>, StoreError> {
        self.connections.read(move |c| key::project_name(c, project)).await
    }

    async fn key_insert(&self, key: Key, most: i64) -> Result<bool, StoreError> {
        self.connections.write(move |c| key::insert(c, &key, most)).await
    }

    async fn key(&self, key_id: &str) -> Result<Option<Key>, StoreError> {
        let key_id = key_id.to_owned();
        self.connections.read(move |c| key::one(c, &key_id)).await
    }

    async fn keys(&self, project: Option<ProjectId>) -> Result<Vec<Key>, StoreError> {
        self.connections.read(move |c| key::list(c, project)).await
    }

    async fn key_revoke(
        &self,
        project: Option<ProjectId>,
        key_id: &str,
        now: Timestamp,
    ) -> Result<Option<Key>, StoreError> {
        let key_id = key_id.to_owned();
        self.connections.write(move |c| key::revoke(c, project, &key_id, now)).await
    }

    async fn key_epoch(&self) -> Result<i64, StoreError> {
        self.connections.read(counter::key_epoch).await
    }

    async fn key_used(&self, key_id: &str, at: Timestamp) -> Result<(), StoreError> {
        let key_id = key_id.to_owned();
        self.connections.write(move |c| key::used(c, &key_id, at)).await
    }

    fn is_shared(&self) -> bool {
        false
    }

    async fn attend(&self, presence: Presence) -> Result<Attendance, StoreError> {
        self.connections.write(move |c| presence::attend(c, &presence)).await
    }

    async fn lease_take(&self, server: ServerId, seen: Option<Lease>) -> Result<bool, StoreError> {
        self.connections.write(move |c| presence::lease_take(c, server, seen)).await
    }

    async fn leave(&self, server: ServerId) -> Result<(), StoreError> {
        self.connections.write(move |c| presence::leave(c, server)).await
    }

    async fn blind_windows(&self, since: Timestamp) -> Result<Vec<BlindWindow>, StoreError> {
        self.connections.read(move |c| counter::blind_windows(c, since)).await
    }
}
