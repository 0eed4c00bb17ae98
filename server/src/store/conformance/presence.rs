//! Which servers live, which of them judges, and when nothing could be seen.

use std::time::Duration;

use futures_util::future::join_all;
use nightbell_domain::blind::BlindWindow;
use nightbell_domain::presence::{Lease, ServerId};
use nightbell_domain::time::Timestamp;
use uuid::Uuid;

use super::{Bench, NOW, later};
use crate::store::{Attendance, Presence};

const ONE: ServerId = ServerId(Uuid::from_u128(1));
const TWO: ServerId = ServerId(Uuid::from_u128(2));

pub(in crate::store) async fn a_new_store_knows_of_no_server(bench: &dyn Bench) {
    let first = attend(bench, ONE, NOW).await;

    assert_eq!((first.lease, first.seen_until), (None, None));
    assert_eq!(first.signs.len(), 1);
    assert_eq!(bench.store().blind_windows(NOW).await.unwrap(), []);
}

pub(in crate::store) async fn every_sign_of_life_is_another(bench: &dyn Bench) {
    let first = attend(bench, ONE, NOW).await;
    let second = attend(bench, ONE, NOW).await;
    let other = attend(bench, TWO, later(1)).await;

    assert!(second.signs[0].count > first.signs[0].count);
    assert_eq!(other.signs.len(), 2);
    let theirs = other.signs.iter().find(|sign| sign.server == TWO).unwrap();
    assert_eq!(theirs.stored_until, later(1));

    let told = Presence { dead: vec![TWO], ..presence(ONE, later(2)) };
    let without = bench.store().attend(told).await.unwrap();
    assert_eq!(without.signs.iter().map(|sign| sign.server).collect::<Vec<_>>(), [ONE]);
}

pub(in crate::store) async fn a_lease_is_taken_only_as_it_was_seen(bench: &dyn Bench) {
    let store = bench.store();
    assert!(store.lease_take(ONE, None).await.unwrap());
    assert!(!store.lease_take(TWO, None).await.unwrap(), "it is no longer free");
    let seen = attend(bench, TWO, NOW).await.lease.unwrap();
    assert_eq!(seen.holder, ONE);

    let renewal = Presence { epoch: Some(seen.epoch), ..presence(ONE, NOW) };
    let renewed = store.attend(renewal).await.unwrap().lease.unwrap();
    assert_eq!(renewed, Lease { count: seen.count + 1, ..seen });
    assert!(!store.lease_take(TWO, Some(seen)).await.unwrap(), "it was renewed");

    assert!(store.lease_take(TWO, Some(renewed)).await.unwrap());
    let now = attend(bench, ONE, NOW).await.lease.unwrap();
    assert_eq!(now.holder, TWO);
    assert!(now.epoch > renewed.epoch);
}

pub(in crate::store) async fn a_lease_of_the_past_is_not_renewed(bench: &dyn Bench) {
    let store = bench.store();
    store.lease_take(ONE, None).await.unwrap();
    let old = attend(bench, ONE, NOW).await.lease.unwrap();
    store.lease_take(TWO, Some(old)).await.unwrap();
    let current = attend(bench, TWO, NOW).await.lease.unwrap();

    let late = Presence { epoch: Some(old.epoch), ..presence(ONE, NOW) };

    assert_eq!(store.attend(late).await.unwrap().lease, Some(current));
}

pub(in crate::store) async fn of_many_servers_one_takes_the_lease(bench: &dyn Bench) {
    let servers = (1..=8).map(|number| ServerId(Uuid::from_u128(number)));
    let taking = servers.map(|server| bench.store().lease_take(server, None));

    let taken = join_all(taking).await.into_iter().filter(|it| *it.as_ref().unwrap()).count();

    assert_eq!(taken, 1);
}

pub(in crate::store) async fn a_server_that_leaves_makes_way(bench: &dyn Bench) {
    let store = bench.store();
    attend(bench, ONE, NOW).await;
    store.lease_take(ONE, None).await.unwrap();
    let held = attend(bench, TWO, NOW).await.lease.unwrap();

    store.leave(ONE).await.unwrap();

    let after = attend(bench, TWO, NOW).await;
    assert_eq!(after.lease, None);
    assert_eq!(after.signs.iter().map(|sign| sign.server).collect::<Vec<_>>(), [TWO]);
    store.leave(ONE).await.unwrap();
    assert!(store.lease_take(TWO, None).await.unwrap());
    assert!(attend(bench, TWO, NOW).await.lease.unwrap().epoch > held.epoch);
}

pub(in crate::store) async fn a_gap_between_all_signs_of_life_is_a_window(bench: &dyn Bench) {
    attend(bench, ONE, NOW).await;
    attend(bench, TWO, later(4)).await;
    let on_time = attend(bench, ONE, later(9)).await;
    assert_eq!(on_time.seen_until, Some(later(4)));
    assert_eq!(bench.store().blind_windows(NOW).await.unwrap(), [], "somebody saw all the while");

    let after_gap = attend(bench, TWO, later(20)).await;
    assert_eq!(after_gap.seen_until, Some(later(9)));
    attend(bench, ONE, later(20)).await;
    attend(bench, ONE, later(15)).await;
    let back = attend(bench, ONE, later(21)).await;
    assert_eq!(back.seen_until, Some(later(20)), "never moves back");
    let strict = Presence { gap_max: Duration::ZERO, ..presence(TWO, later(22)) };
    bench.store().attend(strict).await.unwrap();

    let windows = [(9, 20), (21, 22)].map(window);
    assert_eq!(bench.store().blind_windows(NOW).await.unwrap(), windows);
    assert_eq!(bench.store().blind_windows(later(20)).await.unwrap(), windows[1..]);
    assert_eq!(bench.store().blind_windows(later(22)).await.unwrap(), []);
}

/// Of those who come back from a gap together one records it.
pub(in crate::store) async fn a_gap_is_recorded_once(bench: &dyn Bench) {
    attend(bench, ONE, NOW).await;
    let servers = (1..=8).map(|number| ServerId(Uuid::from_u128(number)));

    join_all(servers.map(|server| attend(bench, server, later(60)))).await;

    assert_eq!(bench.store().blind_windows(NOW).await.unwrap(), [window((0, 60))]);
}

fn presence(server: ServerId, now: Timestamp) -> Presence {
    Presence {
        server,
        stored_until: now,
        now,
        gap_max: Duration::from_secs(5),
        epoch: None,
        dead: Vec::new(),
    }
}

async fn attend(bench: &dyn Bench, server: ServerId, now: Timestamp) -> Attendance {
    bench.store().attend(presence(server, now)).await.unwrap()
}

fn window((from, to): (u64, u64)) -> BlindWindow {
    BlindWindow { from: later(from), to: later(to) }
}
