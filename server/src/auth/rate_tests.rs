//! Buckets empty, fill, and are forgotten.

use super::super::fake_directory::key;
use super::*;
use nightbell_domain::key::Role;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn rate(per_second: u32) -> NonZeroU32 {
    NonZeroU32::new(per_second).unwrap()
}

fn caller(key_id: &str, own_rate: Option<u32>) -> Principal {
    let mut key = key(key_id, Role::Reporter);
    key.requests_per_second = own_rate.map(rate);
    key.principal()
}

/// How many requests go through before the first that does not.
fn taken(rates: &KeyRates, caller: &Principal, now: Timestamp) -> usize {
    (0..100_000).take_while(|_| rates.charge(caller, now).is_ok()).count()
}

#[test]
fn twice_the_rate_at_once_then_the_rate() {
    let rates = KeyRates::new(rate(10));
    let caller = caller("a", None);
    assert_eq!(taken(&rates, &caller, NOW), 20);
    assert_eq!(taken(&rates, &caller, NOW.plus(Duration::from_secs(1))), 10);
    assert_eq!(taken(&rates, &caller, NOW.plus(Duration::from_secs(100))), 20);
}

#[test]
fn a_key_may_have_its_own_rate() {
    let rates = KeyRates::new(rate(10));
    assert_eq!(taken(&rates, &caller("slow", Some(1)), NOW), 2);
    assert_eq!(taken(&rates, &caller("fast", Some(1_000)), NOW), 2_000);
    assert_eq!(taken(&rates, &caller("other", None), NOW), 20, "keys do not share");
    assert!(rates.charge(&caller("huge", Some(u32::MAX)), NOW).is_ok());
}

#[test]
fn buckets_are_forgotten_when_full() {
    let rates = KeyRates::new(rate(10));
    for n in 0..1_000 {
        rates.charge(&caller(&n.to_string(), Some(1 + n % 3)), NOW).unwrap();
    }
    rates.sweep();
    assert_eq!(rates.by_rate.read().unwrap().len(), 3);
    let later = NOW.plus(Duration::from_secs(10));
    rates.charge(&caller("last", None), later).unwrap();
    rates.sweep();
    let by_rate = rates.by_rate.read().unwrap();
    assert_eq!(by_rate.values().map(|buckets| buckets.len()).sum::<usize>(), 1);
}

#[test]
fn a_clock_set_back_locks_nobody_out() {
    let rates = KeyRates::new(rate(10));
    let caller = caller("a", None);
    assert_eq!(taken(&rates, &caller, NOW), 20);
    let back = NOW.minus(Duration::from_hours(10));
    assert_eq!(taken(&rates, &caller, back), 0);
    assert_eq!(taken(&rates, &caller, back.plus(Duration::from_secs(1))), 10);
    // Nor do threads that come in another order make time fly.
    let then = back.plus(Duration::from_secs(2));
    assert_eq!(taken(&rates, &caller, then), 10);
    for _ in 0..100 {
        rates.clock.tell(then.minus(Duration::from_millis(500)));
        rates.clock.tell(then);
    }
    assert_eq!(taken(&rates, &caller, then), 0);
    rates.clock.tell(Timestamp::from_millis(i64::MAX));
    rates.clock.tell(Timestamp::from_millis(i64::MIN));
}

proptest! {
    /// Who waits as long as he is told gets through, and not a millisecond
    /// sooner.
    #[test]
    fn the_wait_is_exact(per_second in 1_u32..500) {
        let rates = KeyRates::new(rate(per_second));
        let caller = caller("a", None);
        taken(&rates, &caller, NOW);
        let wait = rates.charge(&caller, NOW).unwrap_err();
        prop_assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1));
        let wait = Duration::from_millis(u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap());
        prop_assert!(rates.charge(&caller, NOW.plus(wait).minus(Duration::from_millis(1))).is_err());
        prop_assert!(rates.charge(&caller, NOW.plus(wait)).is_ok());
    }
}

#[test]
fn failures_are_counted_by_network() {
    let rates = FailureRates::default();
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let mut failed = 0;
    while rates.charge(ip("192.0.2.1"), NOW).is_ok() {
        failed += 1;
    }
    assert_eq!(failed, 60);
    assert!(rates.charge(ip("::ffff:192.0.2.1"), NOW).is_err(), "the same in version 6");
    assert!(rates.charge(ip("192.0.2.2"), NOW).is_ok());
    while rates.charge(ip("2001:db8::1"), NOW).is_ok() {}
    assert!(rates.charge(ip("2001:db8::2"), NOW).is_err(), "the same /64");
    assert!(rates.charge(ip("2001:db8:0:1::1"), NOW).is_ok());
    assert!(rates.charge(ip("192.0.2.1"), NOW.plus(Duration::from_secs(1))).is_ok());
}

#[test]
fn addresses_are_bounded() {
    let rates = FailureRates::default();
    for n in 0..60_000_u32 {
        // Beyond the bound they share a bucket, so some are refused.
        let _ = rates.charge(IpAddr::V4(n.into()), NOW);
    }
    assert!(rates.buckets.len() <= ADDRESSES_MAX + 1);
    rates.clock.tell(NOW.plus(Duration::from_mins(5)));
    rates.sweep();
    assert_eq!(rates.buckets.len(), 0);
}
