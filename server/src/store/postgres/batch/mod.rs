//! A batch in one transaction: load, decide, save.
//!
//! The states concerned are locked before anything of them is read, in the order of
//! their numbers: two servers whose batches meet wait for each other and never in a
//! circle. Each step is one statement for the whole batch.

mod load;
mod save;

use std::sync::Arc;

use diesel_async::AsyncPgConnection;

use super::super::StoreError;
use super::super::batch::{Batch, Changed, Committed, Entry};

pub(super) async fn transact(
    c: &mut AsyncPgConnection,
    batch: Batch,
) -> Result<Committed, StoreError> {
    let Batch { commands, setting, decide } = batch;
    let mut loaded = load::load(c, &commands).await?;
    let answered = decide(&mut loaded, &commands, &setting);
    let is_changed = |entry: &Entry| entry.case.as_ref().is_some_and(|case| case.changes.any);
    let changed: Vec<Entry> = loaded.entries.into_iter().filter(is_changed).collect();
    let has_notifications = save::save(c, &changed, &setting).await?;
    let mut committed =
        Committed { answered, changed: Vec::new(), events: Vec::new(), has_notifications };
    for Entry { project, case, .. } in changed {
        let Some(case) = case else { continue };
        let unknown_slots = case.changes.unknown_slots().collect();
        committed.events.extend(case.changes.events);
        committed.changed.push(Changed {
            project,
            scheduler: Arc::new(case.scheduler),
            unknown_slots,
        });
    }
    Ok(committed)
}
