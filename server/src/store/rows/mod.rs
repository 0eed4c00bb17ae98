//! What rows mean, for both databases.

pub(in crate::store) mod audit;
pub(in crate::store) mod channel;
pub(in crate::store) mod incident;
pub(in crate::store) mod key;
pub(in crate::store) mod outbox;
pub(in crate::store) mod policy;
pub(in crate::store) mod presence;
pub(in crate::store) mod recipient;
pub(in crate::store) mod run;
pub(in crate::store) mod scheduler;
pub(in crate::store) mod slot;
