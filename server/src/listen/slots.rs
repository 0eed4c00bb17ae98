//! How many connections there are, in all and from one place.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct Slots {
    max: usize,
    per_address_max: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    by_place: HashMap<IpAddr, usize>,
}

/// The right to one connection, given back when dropped.
pub(super) struct Slot {
    place: IpAddr,
    taken: Arc<Mutex<Taken>>,
}

impl Slots {
    pub(super) fn new(max: usize, per_address_max: usize) -> Self {
        Self { max, per_address_max, taken: Arc::default() }
    }

    /// Takes a slot, or says why there is none.
    pub(super) fn take(&self, peer: IpAddr) -> Result<Slot, &'static str> {
        let place = place(peer);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.total >= self.max {
            return Err("total");
        }
        if taken.by_place.get(&place).copied().unwrap_or(0) >= self.per_address_max {
            return Err("per_address");
        }
        taken.total += 1;
        *taken.by_place.entry(place).or_default() += 1;
        Ok(Slot { place, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        if let Some(count) = taken.by_place.get_mut(&self.place) {
            *count -= 1;
            if *count == 0 {
                taken.by_place.remove(&self.place);
            }
        }
    }
}

/// Whoever has one IPv6 address has its /64 network as well.
fn place(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn slots_are_bounded_in_all_and_by_place_and_come_back() {
        let slots = Slots::new(4, 2);
        let _one = slots.take(address("192.0.2.1")).expect("the first");
        let two = slots.take(address("::ffff:192.0.2.1")).expect("the second");
        assert_eq!(slots.take(address("192.0.2.1")).err(), Some("per_address"));

        let _three = slots.take(address("2001:db8::1")).expect("another place");
        let four = slots.take(address("2001:db8::ffff:2")).expect("the same network");
        assert_eq!(slots.take(address("192.0.2.9")).err(), Some("total"));
        drop(two);
        assert_eq!(slots.take(address("2001:db8::3")).err(), Some("per_address"));
        drop(four);
        let _five = slots.take(address("2001:db8::3")).expect("a slot came back");
        assert_eq!(slots.taken.lock().expect("not poisoned").by_place.len(), 2);
    }
}
