//! Servers and the judge's lease.

use nightbell_domain::presence::{Lease, ServerId, Sign};
use nightbell_domain::time::Timestamp;
use uuid::Uuid;

use super::super::StoreError;

/// The name of the judge's lease.
pub(in crate::store) const JUDGE: &str = "judge";

/// A row of `servers`.
pub(in crate::store) type SignRow = (String, i64, i64);

/// Holder, epoch and count of a lease. Nobody: the holder is empty.
pub(in crate::store) type LeaseRow = (String, i64, i64);

/// The sign of life of a row.
pub(in crate::store) fn sign_of(
    (server, count, stored_until_ms): SignRow,
) -> Result<Sign, StoreError> {
    let stored_until = Timestamp::from_millis(stored_until_ms);
    Ok(Sign { server: server_of(&server)?, count, stored_until })
}

/// The lease of a row; none if nobody holds it.
pub(in crate::store) fn lease_of(
    (holder, epoch, count): LeaseRow,
) -> Result<Option<Lease>, StoreError> {
    if holder.is_empty() {
        return Ok(None);
    }
    Ok(Some(Lease { holder: server_of(&holder)?, epoch, count }))
}

fn server_of(text: &str) -> Result<ServerId, StoreError> {
    let id = Uuid::parse_str(text);
    id.map(ServerId).map_err(|error| StoreError::unreadable("server id", &error))
}
