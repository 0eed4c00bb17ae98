//! What became of slots.

use nightbell_domain::id::RunId;
use nightbell_domain::ledger::{Ending, SlotEntry};
use nightbell_domain::time::Timestamp;

use super::super::StoreError;

/// When a slot was, how it ended, and the run that took it.
pub(in crate::store) type Row = (i64, i32, Option<String>);

/// An ending, as it is stored.
pub(in crate::store) const fn ending_number(ending: Ending) -> i32 {
    match ending {
        Ending::Open => 1,
        Ending::Met => 2,
        Ending::MetLate => 3,
        Ending::Failed => 4,
        Ending::Missed => 5,
        Ending::Unknown => 6,
        Ending::Paused => 7,
        Ending::Cancelled => 8,
    }
}

/// A slot of a stored row.
pub(in crate::store) fn of_row((slot_ms, number, run_id): Row) -> Result<SlotEntry, StoreError> {
    let unreadable = |what: &str| StoreError::unreadable("slot", &what);
    let ending = Ending::ALL.into_iter().find(|ending| ending_number(*ending) == number);
    let run_id = run_id.map(|id| RunId::parse(&id).map_err(|_| unreadable("its run")));
    Ok(SlotEntry {
        slot: Timestamp::from_millis(slot_ms),
        ending: ending.ok_or_else(|| unreadable("its ending"))?,
        run_id: run_id.transpose()?,
    })
}
