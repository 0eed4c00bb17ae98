//! What all streams have in common: how many there may be, and what ends them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nightbell_domain::key::Principal;
use nightbell_proto::status::refusal;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use crate::auth::{Authenticator, Refusal};
use crate::clock::Clock;
use crate::limits::STREAMS_PER_KEY_MAX;

/// How often it is asked whether a stream's key is still good. A revoked key must
/// be off its streams within 5 seconds, of which the keys' epoch takes less than 2.
const STANDING_CHECK: Duration = Duration::from_secs(1);

/// When to connect again to a server that drains: to another one, at once.
const RECONNECT_AFTER: Duration = Duration::from_millis(100);

/// The rules of streams. Cheap to clone.
#[derive(Clone)]
pub struct Streams {
    auth: Arc<Authenticator>,
    clock: Arc<dyn Clock>,
    draining: CancellationToken,
    open: OpenStreams,
}

/// Why the server ends a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Its key was revoked or has expired.
    Revoked,
    /// The server is about to stop.
    Draining,
}

impl From<Cut> for Status {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Revoked => Refusal::BadCredential.into(),
            Cut::Draining => {
                let text = "the server is draining; connect again";
                refusal(Code::Unavailable, "DRAINING", text)
                    .retry_after(RECONNECT_AFTER)
                    .into_status()
            }
        }
    }
}

impl Streams {
    /// Streams whose keys `auth` knows, until `draining`.
    pub fn new(
        auth: Arc<Authenticator>,
        clock: Arc<dyn Clock>,
        draining: CancellationToken,
    ) -> Self {
        Self { auth, clock, draining, open: OpenStreams::default() }
    }

    /// A place for one more stream of this key, for as long as it is held.
    pub(super) fn place(&self, principal: &Principal) -> Result<Place, Status> {
        if self.draining.is_cancelled() {
            return Err(Cut::Draining.into());
        }
        self.open.place(&principal.key_id, STREAMS_PER_KEY_MAX)
    }

    /// Counts one frame of a stream against the rate of its key.
    ///
    /// # Errors
    ///
    /// When the next one may come.
    pub(super) fn charge(&self, principal: &Principal) -> Result<(), Duration> {
        match self.auth.charge(principal, self.clock.now()) {
            Err(Refusal::RateLimited { retry_after }) => Err(retry_after),
            _ => Ok(()),
        }
    }

    /// Waits until the server has to end a stream of this caller.
    ///
    /// A directory of keys that cannot be reached ends no stream: nothing can be
    /// stored then, and many jobs would look dead at once.
    pub(super) async fn cut(self, principal: Arc<Principal>) -> Cut {
        let revoked = async {
            let mut turn = interval(STANDING_CHECK);
            turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                turn.tick().await;
                let standing = self.auth.still_good(&principal, self.clock.now()).await;
                if standing == Err(Refusal::BadCredential) {
                    return;
                }
            }
        };
        tokio::select! {
            () = self.draining.cancelled() => Cut::Draining,
            () = revoked => Cut::Revoked,
        }
    }
}

/// How many streams each key has open. Holds only keys that have one.
#[derive(Clone, Default)]
struct OpenStreams {
    by_key: Arc<Mutex<HashMap<String, usize>>>,
}

impl OpenStreams {
    fn place(&self, key_id: &str, max: usize) -> Result<Place, Status> {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let open = by_key.entry(key_id.to_owned()).or_default();
        if *open >= max {
            let text = format!("this key has {max} streams open, as many as it may");
            return Err(refusal(Code::ResourceExhausted, "TOO_MANY_STREAMS", text).into_status());
        }
        *open += 1;
        Ok(Place { open: self.clone(), key_id: key_id.to_owned() })
    }

    fn leave(&self, key_id: String) {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut open) = by_key.entry(key_id) {
            *open.get_mut() = open.get().saturating_sub(1);
            if *open.get() == 0 {
                open.remove();
            }
        }
    }
}

/// A stream's place among those of its key; free again when dropped.
#[derive(Default)]
pub(super) struct Place {
    open: OpenStreams,
    key_id: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.leave(std::mem::take(&mut self.key_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_so_many_streams_and_gets_places_back() {
        let open = OpenStreams::default();
        let first = open.place("a", 2).ok();
        let second = open.place("a", 2).ok();
        assert!(first.is_some() && second.is_some());
        let refused = open.place("a", 2).err().map(|status| status.code());
        assert_eq!(refused, Some(Code::ResourceExhausted));
        let other = open.place("b", 2);
        assert!(other.is_ok(), "another key has its own places");

        drop(first);
        assert!(open.place("a", 2).is_ok());
        drop((second, other));
        assert!(open.by_key.lock().unwrap().is_empty());
    }

    #[test]
    fn a_cut_says_whether_to_come_back() {
        assert_eq!(Status::from(Cut::Revoked).code(), Code::Unauthenticated);
        assert_eq!(Status::from(Cut::Draining).code(), Code::Unavailable);
    }
}
