//! Which servers live, and which of them judges.
//!
//! Servers that share a database leave signs of life in it: a count that grows. Whether
//! one lives is told by whether its count still moves, and for how long it has not, by
//! the observer's own clock. No two clocks are ever compared, so none that is wrong makes
//! a server look dead, or two of them judge.
//!
//! One server judges at a time: the one that holds the lease. Its epoch grows with every
//! change of hands, and what is written under an older one is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::time::Timestamp;

/// A server whose count stands still for so long is dead, and its lease free.
pub const SILENCE_MAX: Duration = Duration::from_secs(5);

/// One life of a server: every start has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerId(pub Uuid);

/// What a server says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// The server.
    pub server: ServerId,
    /// How often it said so.
    pub count: i64,
    /// Every report that it read until then is stored.
    pub stored_until: Timestamp,
}

/// Who judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The server.
    pub holder: ServerId,
    /// Grows with every change of hands.
    pub epoch: i64,
    /// How often it was renewed.
    pub count: i64,
}

/// What a server is to do about the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// It holds the lease under this epoch: judge, and renew it.
    Judge(i64),
    /// Nobody holds the lease any more: take it, if it still stands so.
    Take(Option<Lease>),
    /// Another server judges.
    Wait,
}

/// What one server knows of the others.
#[derive(Debug, Clone)]
pub struct Watch {
    me: ServerId,
    others: BTreeMap<ServerId, Seen<Sign>>,
    lease: Option<Seen<Lease>>,
}

/// Something, and when it was first seen as it is.
#[derive(Debug, Clone, Copy)]
struct Seen<T> {
    it: T,
    since: Timestamp,
}

impl<T: Copy + PartialEq> Seen<T> {
    /// The same thing seen again at `now`.
    fn again(before: Option<Self>, it: T, now: Timestamp) -> Self {
        match before {
            Some(before) if before.it == it => before,
            _ => Self { it, since: now },
        }
    }

    fn is_silent(&self, now: Timestamp) -> bool {
        now.since(self.since) >= SILENCE_MAX
    }
}

impl Watch {
    /// What `me` knows before it has looked.
    pub fn new(me: ServerId) -> Self {
        Self { me, others: BTreeMap::new(), lease: None }
    }

    /// Takes in what stands in the database at `now`.
    pub fn look(&mut self, signs: &[Sign], lease: Option<Lease>, now: Timestamp) {
        let mut before = std::mem::take(&mut self.others);
        for sign in signs.iter().filter(|sign| sign.server != self.me) {
            let seen = Seen::again(before.remove(&sign.server), *sign, now);
            self.others.insert(sign.server, seen);
        }
        self.lease = lease.map(|lease| Seen::again(self.lease, lease, now));
    }

    /// What is to be done about the lease.
    pub fn duty(&self, now: Timestamp) -> Duty {
        match &self.lease {
            Some(Seen { it, .. }) if it.holder == self.me => Duty::Judge(it.epoch),
            Some(seen) if !seen.is_silent(now) => Duty::Wait,
            Some(seen) => Duty::Take(Some(seen.it)),
            None => Duty::Take(None),
        }
    }

    /// Until when every report that any server read is stored, as far as the others can
    /// tell. Nothing beyond may be judged: what another has read and not stored yet may
    /// be the very report that is missed.
    pub fn stored_until(&self, now: Timestamp) -> Timestamp {
        let living = self.others.values().filter(|seen| !seen.is_silent(now));
        living.map(|seen| seen.it.stored_until).fold(now, Timestamp::min)
    }

    /// Servers that are dead.
    pub fn dead(&self, now: Timestamp) -> Vec<ServerId> {
        let silent = self.others.iter().filter(|(_, seen)| seen.is_silent(now));
        silent.map(|(server, _)| *server).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: ServerId = ServerId(Uuid::from_u128(1));
    const OTHER: ServerId = ServerId(Uuid::from_u128(2));

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000).plus(Duration::from_secs(seconds))
    }

    fn sign(count: i64, stored_until: Timestamp) -> Sign {
        Sign { server: OTHER, count, stored_until }
    }

    fn lease(holder: ServerId, count: i64) -> Lease {
        Lease { holder, epoch: 7, count }
    }

    #[test]
    fn a_lease_is_taken_only_when_it_was_not_renewed_for_as_long_as_it_lasts() {
        let mut watch = Watch::new(ME);
        assert_eq!(watch.duty(at(0)), Duty::Take(None), "nobody ever had it");

        for second in 0..20 {
            watch.look(&[], Some(lease(OTHER, i64::try_from(second / 4).unwrap())), at(second));
            assert_eq!(watch.duty(at(second)), Duty::Wait, "renewed every 4 seconds");
        }
        for second in 20..60 {
            watch.look(&[], Some(lease(OTHER, 4)), at(second));
            let expected = if second < 21 { Duty::Wait } else { Duty::Take(Some(lease(OTHER, 4))) };
            assert_eq!(watch.duty(at(second)), expected, "not renewed since second 16");
        }
        watch.look(&[], Some(lease(ME, 0)), at(60));
        assert_eq!(watch.duty(at(60)), Duty::Judge(7));
    }

    #[test]
    fn nothing_is_judged_beyond_what_every_living_server_has_stored() {
        let mut watch = Watch::new(ME);
        let mine = Sign { server: ME, count: 1, stored_until: at(0) };
        watch.look(&[mine, sign(1, at(97))], None, at(100));
        assert_eq!(watch.stored_until(at(100)), at(97), "my own word is not needed");

        watch.look(&[sign(1, at(97))], None, at(104));
        assert_eq!(watch.stored_until(at(104)), at(97), "it may come back");
        assert!(watch.dead(at(104)).is_empty());
        assert_eq!(watch.stored_until(at(105)), at(105), "it is dead");
        assert_eq!(watch.dead(at(105)), [OTHER]);

        watch.look(&[sign(2, at(98))], None, at(106));
        assert_eq!(watch.stored_until(at(106)), at(98), "it was only slow");
        watch.look(&[], None, at(107));
        assert_eq!(watch.stored_until(at(107)), at(107), "it left");
    }

    /// A server whose clock is an hour ahead looks as alive as any other, and does not
    /// make time pass faster.
    #[test]
    fn no_clocks_are_compared() {
        let mut watch = Watch::new(ME);
        watch.look(&[sign(1, at(3_600))], Some(lease(OTHER, 1)), at(0));

        assert_eq!(watch.stored_until(at(1)), at(1));
        assert_eq!(watch.duty(at(1)), Duty::Wait);
        assert!(watch.dead(at(1)).is_empty());
    }
}
