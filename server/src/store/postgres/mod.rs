//! PostgreSQL: one database for any number of servers.

mod address;
mod audit;
mod batch;
mod channel;
mod connection;
mod counter;
mod history;
mod incident;
mod key;
mod migrations;
mod outbox;
mod policy;
mod presence;
mod recipient;
mod rejected;
mod run;
mod scheduler;
mod server;
mod session;
mod slot;
mod statement;
#[cfg(test)]
pub(crate) mod tests;
mod thread;
mod tls;

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
use connection::{Connections, SINGLE_MAX};

pub use address::Address;

/// How often a batch is tried that others were in the way of.
const TRIES_MAX: usize = 8;

/// A database that servers share.
#[derive(Clone)]
pub struct Postgres {
    connections: Connections,
}

impl Postgres {
    /// Connects, and brings the tables up to date.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the database cannot be reached, or would lose what
    /// it has acknowledged.
    pub async fn open(address: Address) -> Result<Self, StoreError> {
        let connections = Connections::new(&address)?;
        let checking = async { server::check(&mut connections.connect_alone().await?).await };
        connections.bounded(checking).await?;
        migrations::run(&connections).await?;
        Ok(Self { connections })
    }
}

/// Runs one piece of work in a transaction that writes.
macro_rules! writing {
    ($self:ident, |$c:ident| $work:expr) => {{
        let working = async {
            let mut transaction = $self.connections.write().await?;
            let outcome = {
                let $c = &mut *transaction;
                $work.await
            };
            transaction.end(outcome).await
        };
        $self.connections.bounded(working).await
    }};
}

/// Runs one piece of work in a transaction that reads.
macro_rules! reading {
    ($self:ident, |$c:ident| $work:expr) => {{
        let working = async {
            let mut transaction = $self.connections.read().await?;
            let outcome = {
                let $c = &mut *transaction;
                $work.await
            };
            transaction.end(outcome).await
        };
        $self.connections.bounded(working).await
    }};
}

#[async_trait]
impl Store for Postgres {
    async fn transact(&self, batch: Batch) -> Result<Committed, StoreError> {
        for _ in 1..TRIES_MAX {
            let again = batch.clone();
            match writing!(self, |c| batch::transact(c, again)) {
                Err(StoreError::Contended(why)) => tracing::debug!(why, "a batch is tried again"),
                outcome => return outcome,
            }
        }
        writing!(self, |c| batch::transact(c, batch))
    }

    async fn due(&self, now: Timestamp, limit: i64) -> Result<Vec<SchedulerKey>, StoreError> {
        reading!(self, |c| scheduler::due(c, now, limit))
    }

    async fn scheduler(
        &self,
        project: ProjectId,
        id: &SchedulerId,
    ) -> Result<Option<Scheduler>, StoreError> {
        reading!(self, |c| scheduler::one(c, project, id))
    }

    async fn schedulers(
        &self,
        project: ProjectId,
        query: SchedulerQuery,
    ) -> Result<Vec<Scheduler>, StoreError> {
        reading!(self, |c| scheduler::list(c, project, query))
    }

    async fn scheduler_delete(
        &self,
        project: ProjectId,
        id: &SchedulerId,
    ) -> Result<bool, StoreError> {
        writing!(self, |c| scheduler::delete(c, project, id))
    }

    async fn run(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        id: &RunId,
    ) -> Result<Option<Run>, StoreError> {
        reading!(self, |c| run::one(c, project, scheduler, id))
    }

    async fn runs(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        query: RunQuery,
    ) -> Result<Vec<Run>, StoreError> {
        reading!(self, |c| run::list(c, project, scheduler, query))
    }

    async fn slots(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        query: SlotQuery,
    ) -> Result<Vec<SlotEntry>, StoreError> {
        reading!(self, |c| slot::list(c, project, scheduler, query))
    }

    async fn incident(
        &self,
        project: ProjectId,
        id: IncidentId,
    ) -> Result<Option<IncidentView>, StoreError> {
        reading!(self, |c| incident::one(c, project, id))
    }

    async fn incidents(
        &self,
        project: ProjectId,
        query: IncidentQuery,
    ) -> Result<Vec<IncidentView>, StoreError> {
        reading!(self, |c| incident::list(c, project, query))
    }

    async fn deliveries(
        &self,
        project: ProjectId,
        id: IncidentId,
    ) -> Result<Vec<Delivery>, StoreError> {
        reading!(self, |c| outbox::deliveries(c, project, id))
    }

    async fn channel_insert(
        &self,
        channel: StoredChannel,
        most: i64,
    ) -> Result<Option<i64>, StoreError> {
        writing!(self, |c| channel::insert(c, &channel, most))
    }

    async fn channel(
        &self,
        project: ProjectId,
        id: i64,
    ) -> Result<Option<StoredChannel>, StoreError> {
        reading!(self, |c| channel::one(c, project, id))
    }

    async fn channel_project(&self, id: i64) -> Result<Option<ProjectId>, StoreError> {
        reading!(self, |c| channel::project(c, id))
    }

    async fn channels(&self, project: ProjectId) -> Result<Vec<StoredChannel>, StoreError> {
        reading!(self, |c| channel::list(c, project))
    }

    async fn channel_update(&self, channel: StoredChannel) -> Result<bool, StoreError> {
        writing!(self, |c| channel::update(c, &channel))
    }

    async fn channel_delete(
        &self,
        project: ProjectId,
        id: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        writing!(self, |c| channel::delete(c, project, id, now))
    }

    async fn recipient_ask(
        &self,
        project: ProjectId,
        address: &str,
        asking: Asking,
    ) -> Result<Recipient, StoreError> {
        writing!(self, |c| recipient::ask(c, project, address, asking))
    }

    async fn recipient_confirm(
        &self,
        project: ProjectId,
        address: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        writing!(self, |c| recipient::confirm(c, project, address, now))
    }

    async fn policy_insert(
        &self,
        policy: StoredPolicy,
        most: i64,
    ) -> Result<Option<i64>, StoreError> {
        writing!(self, |c| policy::insert(c, &policy, most))
    }

    async fn policies(
        &self,
        project: ProjectId,
        kind: PolicyKind,
    ) -> Result<Vec<StoredPolicy>, StoreError> {
        reading!(self, |c| policy::list(c, project, kind))
    }

    async fn policy_update(&self, policy: StoredPolicy) -> Result<bool, StoreError> {
        writing!(self, |c| policy::update(c, &policy))
    }

    async fn policy_delete(
        &self,
        project: ProjectId,
        kind: PolicyKind,
        id: i64,
    ) -> Result<bool, StoreError> {
        writing!(self, |c| policy::delete(c, project, kind, id))
    }

    async fn thread(
        &self,
        project: ProjectId,
        channel: i64,
        incident: IncidentId,
    ) -> Result<Option<String>, StoreError> {
        reading!(self, |c| thread::one(c, project, channel, incident))
    }

    async fn thread_keep(&self, thread: Thread, forgotten: Timestamp) -> Result<(), StoreError> {
        writing!(self, |c| thread::keep(c, &thread, forgotten))
    }

    async fn outbox_claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
        whose: Whose,
    ) -> Result<Vec<Claim>, StoreError> {
        writing!(self, |c| outbox::claim(c, now, lease_until, limit, whose.clone()))
    }

    async fn outbox_copy(
        &self,
        claim: &Claim,
        copy: Copied,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, |c| outbox::copy(c, claim.id, &copy, now))
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
        writing!(self, |c| outbox::remind(c, line, at, now))
    }

    async fn receipts(
        &self,
        project: ProjectId,
        id: IncidentId,
        limit: i64,
    ) -> Result<Vec<Receipt>, StoreError> {
        reading!(self, |c| outbox::receipts(c, project, id, limit))
    }

    async fn outbox_settle(
        &self,
        claim: &Claim,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, token) = (claim.id, claim.lease_token);
        writing!(self, |c| outbox::settle(c, id, token, settlement, now))
    }

    async fn outbox_pending(&self) -> Result<(i64, Option<Timestamp>), StoreError> {
        reading!(self, |c| outbox::pending(c))
    }

    async fn rejected_insert(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        report: RejectedReport,
    ) -> Result<(), StoreError> {
        writing!(self, |c| rejected::insert(c, project, scheduler, &report))
    }

    async fn rejected(
        &self,
        project: ProjectId,
        scheduler: &SchedulerId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<RejectedReport>, StoreError> {
        reading!(self, |c| rejected::list(c, project, scheduler, since, limit))
    }

    async fn rejected_prune(&self, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
        writing!(self, |c| rejected::prune(c, before, limit))
    }

    async fn audit_insert(&self, project: ProjectId, entry: Entry) -> Result<(), StoreError> {
        writing!(self, |c| audit::insert(c, project, &entry))
    }

    async fn audit(
        &self,
        project: ProjectId,
        query: AuditQuery,
    ) -> Result<Vec<(i64, Entry)>, StoreError> {
        reading!(self, |c| audit::list(c, project, query))
    }

    async fn audit_prune(&self, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
        writing!(self, |c| audit::prune(c, before, limit))
    }

    async fn history_prune(
        &self,
        after: SchedulerKey,
        count: i64,
        kept: Kept,
    ) -> Result<Option<SchedulerKey>, StoreError> {
        writing!(self, |c| history::prune(c, after, count, kept))
    }

    async fn secret_mark(&self, mark: i64) -> Result<i64, StoreError> {
        writing!(self, |c| counter::secret_mark(c, mark))
    }

    async fn project_ensure(&self, name: &str, now: Timestamp) -> Result<ProjectId, StoreError> {
        writing!(self, |c| key::project_ensure(c, name, now))
    }

    async fn project_named(&self, name: &str) -> Result<Option<ProjectId>, StoreError> {
        reading!(self, |c| key::project_named(c, name))
    }

    async fn project_name(&self, project: ProjectId) -> Result<Option<String>, StoreError> {
        reading!(self, |c| key::project_name(c, project))
    }

    async fn key_insert(&self, key: Key, most: i64) -> Result<bool, StoreError> {
        writing!(self, |c| key::insert(c, &key, most))
    }

    async fn key(&self, key_id: &str) -> Result<Option<Key>, StoreError> {
        reading!(self, |c| key::one(c, key_id))
    }

    async fn keys(&self, project: Option<ProjectId>) -> Result<Vec<Key>, StoreError> {
        reading!(self, |c| key::list(c, project))
    }

    async fn key_revoke(
        &self,
        project: Option<ProjectId>,
        key_id: &str,
        now: Timestamp,
    ) -> Result<Option<Key>, StoreError> {
        writing!(self, |c| key::revoke(c, project, key_id, now))
    }

    async fn key_epoch(&self) -> Result<i64, StoreError> {
        reading!(self, |c| counter::key_epoch(c))
    }

    async fn key_used(&self, key_id: &str, at: Timestamp) -> Result<(), StoreError> {
        writing!(self, |c| key::used(c, key_id, at))
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn attend(&self, presence: Presence) -> Result<Attendance, StoreError> {
        // Each a transaction of its own, and the first a single statement: a server that
        // is stopped in its middle holds up no other.
        let attending = async {
            let mut single = self.connections.single().await?;
            let outcome = presence::attend(&mut single, &presence).await;
            single.end(outcome).await
        };
        let seen_until = self.connections.within(SINGLE_MAX, attending).await?;
        let (signs, lease) = reading!(self, |c| presence::read(c))?;
        Ok(Attendance { signs, lease, seen_until })
    }

    async fn lease_take(&self, server: ServerId, seen: Option<Lease>) -> Result<bool, StoreError> {
        writing!(self, |c| presence::lease_take(c, server, seen))
    }

    async fn leave(&self, server: ServerId) -> Result<(), StoreError> {
        writing!(self, |c| presence::leave(c, server))
    }

    async fn blind_windows(&self, since: Timestamp) -> Result<Vec<BlindWindow>, StoreError> {
        reading!(self, |c| counter::blind_windows(c, since))
    }
}
