//! What is too old to be kept.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use nightbell_domain::run::RunStatus;

use super::statement::statement;
use crate::store::rows::incident::state_number;
use crate::store::rows::run::status_number;
use crate::store::schema::schedulers;
use crate::store::{IncidentState, Kept, SchedulerKey, StoreError};

statement! {
    /// Forgets runs that ended long ago, but for the last ones.
    PruneRuns { schedulers: Vec<i64>, least: i64, since_ms: i64, pending: i32, running: i32 }
    { "DELETE FROM runs r USING unnest(" (schedulers as Array<BigInt>)
      ") AS u(id) WHERE r.scheduler_key = u.id AND r.first_mark_at_ms <= (SELECT \
       n.first_mark_at_ms FROM runs n WHERE n.scheduler_key = u.id \
       ORDER BY n.first_mark_at_ms DESC OFFSET " (least as BigInt)
      " LIMIT 1) AND r.first_mark_at_ms < " (since_ms as BigInt)
      " AND r.status <> " (pending as Integer)
      " AND r.status <> " (running as Integer) }
}

statement! {
    /// Forgets what was told long ago of incidents that are over.
    PruneNotifications { schedulers: Vec<i64>, over: i32, since_ms: i64 }
    { "DELETE FROM outbox o USING incidents i WHERE i.scheduler_key = ANY("
      (schedulers as Array<BigInt>)
      ") AND i.state = " (over as Integer)
      " AND i.opened_at_ms < " (since_ms as BigInt)
      " AND o.incident_id = i.id AND o.state + 0 <> 0 AND o.settled_at_ms < "
      (since_ms as BigInt) }
}

statement! {
    /// Forgets incidents that are over and began long ago.
    PruneIncidents { schedulers: Vec<i64>, over: i32, since_ms: i64 }
    { "DELETE FROM incidents WHERE scheduler_key = ANY(" (schedulers as Array<BigInt>)
      ") AND state = " (over as Integer)
      " AND opened_at_ms < " (since_ms as BigInt) }
}

/// Forgets what is too old of the next schedulers; the last of them.
pub(super) async fn prune(
    c: &mut AsyncPgConnection,
    after: SchedulerKey,
    count: i64,
    kept: Kept,
) -> Result<Option<SchedulerKey>, StoreError> {
    let next: Vec<i64> = schedulers::table
        .filter(schedulers::id.gt(after.0))
        .order(schedulers::id)
        .limit(count)
        .select(schedulers::id)
        .load(c)
        .await?;
    let Some(last) = next.last().copied() else { return Ok(None) };
    let over = state_number(IncidentState::Resolved);
    let runs = PruneRuns {
        schedulers: next.clone(),
        least: kept.runs_least,
        since_ms: kept.runs_since.as_millis(),
        pending: status_number(RunStatus::Pending),
        running: status_number(RunStatus::Running),
    };
    runs.execute(c).await?;
    let since_ms = kept.notifications_since.as_millis();
    PruneNotifications { schedulers: next.clone(), over, since_ms }.execute(c).await?;
    let since_ms = kept.incidents_since.as_millis();
    PruneIncidents { schedulers: next, over, since_ms }.execute(c).await?;
    Ok(Some(SchedulerKey(last)))
}
