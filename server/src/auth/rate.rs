//! How often one may ask.
//!
//! A key has so many requests a second, with twice as many at once. An address
//! has a few failures; only failures count against it, so that a broken job
//! behind the same router does not lock out a good one.

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use nightbell_domain::key::Principal;
use nightbell_domain::time::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// How many failures an address may make at once.
const FAILURES_AT_ONCE: NonZeroU32 = NonZeroU32::new(60).expect("not zero");

/// How many more every second.
const FAILURES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN;

/// How many addresses are told apart. Beyond it the rest share one bucket.
const ADDRESSES_MAX: usize = 50_000;

/// The most by which time moves at once. Buckets are full long before.
const STEP_MAX_MS: i64 = 60 * 60 * 1_000;

/// Threads take the time and come here in another order; a wall clock that was
/// set back goes further than that.
const DISORDER_MAX_MS: i64 = 1_000;

/// A clock that is told the time.
///
/// It goes on from where it was when the wall clock is set back: otherwise no
/// bucket would fill until the old time is reached again.
#[derive(Clone, Default)]
struct ToldClock {
    told_ms: Arc<Mutex<Option<i64>>>,
    elapsed_ns: Arc<AtomicU64>,
}

impl ToldClock {
    fn tell(&self, now: Timestamp) {
        let now = now.as_millis();
        let mut told = self.told_ms.lock().unwrap_or_else(PoisonError::into_inner);
        let step = told.map_or(0, |told| now.saturating_sub(told));
        let is_disorder = told.is_some() && (-DISORDER_MAX_MS..=0).contains(&step);
        if is_disorder {
            return;
        }
        let forward_ms = u64::try_from(step.min(STEP_MAX_MS)).unwrap_or(0);
        self.elapsed_ns.fetch_add(forward_ms * 1_000_000, Ordering::Relaxed);
        *told = Some(now);
    }
}

impl Clock for ToldClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.elapsed_ns.load(Ordering::Relaxed))
    }
}

type Buckets<K> = RateLimiter<K, DashMapStateStore<K>, ToldClock, NoOpMiddleware<Nanos>>;

/// Takes from a bucket, or says how long until there is something in it.
fn take<K: Hash + Eq + Clone>(
    buckets: &Buckets<K>,
    clock: &ToldClock,
    key: &K,
) -> Result<(), Duration> {
    buckets.check_key(key).map_err(|not_until| {
        // Nobody should be told to come back in no time at all.
        not_until.wait_time_from(clock.now()).max(Duration::from_millis(1))
    })
}

/// The requests of keys.
pub struct KeyRates {
    default: NonZeroU32,
    clock: ToldClock,
    /// One set of buckets per rate that some key has; there are no more of them
    /// than keys.
    by_rate: RwLock<HashMap<NonZeroU32, Arc<Buckets<String>>>>,
}

impl KeyRates {
    /// Keys without a rate of their own get `default` requests a second.
    pub fn new(default: NonZeroU32) -> Self {
        Self { default, clock: ToldClock::default(), by_rate: RwLock::default() }
    }

    /// Counts one request, or says when the next one may succeed.
    pub fn charge(&self, principal: &Principal, now: Timestamp) -> Result<(), Duration> {
        self.clock.tell(now);
        let rate = principal.requests_per_second.unwrap_or(self.default);
        take(&self.buckets(rate), &self.clock, &principal.key_id)
    }

    fn buckets(&self, rate: NonZeroU32) -> Arc<Buckets<String>> {
        let by_rate = self.by_rate.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(buckets) = by_rate.get(&rate) {
            return Arc::clone(buckets);
        }
        drop(by_rate);

        let two = NonZeroU32::MIN.saturating_add(1);
        let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(two));
        let mut by_rate = self.by_rate.write().unwrap_or_else(PoisonError::into_inner);
        let buckets = by_rate.entry(rate).or_insert_with(|| {
            Arc::new(RateLimiter::dashmap_with_clock(quota, self.clock.clone()))
        });
        Arc::clone(buckets)
    }

    /// Forgets keys whose buckets are full again.
    pub fn sweep(&self) {
        let mut by_rate = self.by_rate.write().unwrap_or_else(PoisonError::into_inner);
        by_rate.retain(|_, buckets| {
            buckets.retain_recent();
            !buckets.is_empty()
        });
    }
}

/// The failures of addresses.
pub struct FailureRates {
    clock: ToldClock,
    buckets: Buckets<IpAddr>,
}

impl Default for FailureRates {
    fn default() -> Self {
        let clock = ToldClock::default();
        let quota = Quota::per_second(FAILURES_PER_SECOND).allow_burst(FAILURES_AT_ONCE);
        Self { buckets: RateLimiter::dashmap_with_clock(quota, clock.clone()), clock }
    }
}

impl FailureRates {
    /// Counts one failure, or says when the next attempt will be looked upon
    /// as a first one.
    pub fn charge(&self, peer: IpAddr, now: Timestamp) -> Result<(), Duration> {
        self.clock.tell(now);
        let network = if self.buckets.len() < ADDRESSES_MAX {
            network_of(peer)
        } else {
            IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        };
        take(&self.buckets, &self.clock, &network)
    }

    /// Forgets addresses whose buckets are full again.
    pub fn sweep(&self) {
        self.buckets.retain_recent();
        self.buckets.shrink_to_fit();
    }
}

/// What one party has: an address of version 4, a /64 of version 6.
fn network_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
#[path = "rate_tests.rs"]
mod tests;
