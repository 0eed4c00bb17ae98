//! Owners' addresses.

use std::time::Duration;

use super::super::{Asking, Recipient};

/// The time for which askings are counted.
pub(in crate::store) const DAY: Duration = Duration::from_hours(24);

/// What a stored row says, its times in milliseconds: when the address was asked and when
/// it confirmed. `None`: it is to be asked.
pub(in crate::store) fn known(
    row: Option<(i64, Option<i64>)>,
    asking: Asking,
) -> Option<Recipient> {
    let (asked_at_ms, confirmed_at_ms) = row?;
    if confirmed_at_ms.is_some() {
        return Some(Recipient::Confirmed);
    }
    let is_recent = asked_at_ms > asking.now.minus(asking.every).as_millis();
    is_recent.then_some(Recipient::Asked)
}
