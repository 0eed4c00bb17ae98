//! Owners' addresses: which may be written to.

use std::time::Duration;

use nightbell_domain::incident::EventKind::Opened;
use nightbell_domain::notify::ChannelId;
use nightbell_domain::time::Timestamp;

use super::bench::incident_id;
use super::{Bench, NOW, later};
use crate::store::{Asking, Fate, Recipient, Settlement};

fn asking(now: Timestamp) -> Asking {
    Asking { every: Duration::from_hours(1), daily_max: 2, now }
}

pub(in crate::store) async fn an_address_is_asked_once_in_a_while(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    for (project, at, expected) in [
        (one, 0, Recipient::ToAsk),
        (one, 3_599, Recipient::Asked),
        (two, 3_599, Recipient::ToAsk),
        (one, 3_600, Recipient::ToAsk),
        (one, 3_601, Recipient::Asked),
    ] {
        let known = store.recipient_ask(project, "a@example.com", asking(later(at))).await.unwrap();
        assert_eq!(known, expected, "{project:?} after {at} s");
    }
}

pub(in crate::store) async fn an_address_that_confirmed_is_asked_no_more(bench: &dyn Bench) {
    let (one, two) = (bench.project("one").await, bench.project("two").await);
    let store = bench.store();
    let address = "a@example.com";
    assert!(!store.recipient_confirm(one, address, NOW).await.unwrap(), "never asked");
    store.recipient_ask(one, address, asking(NOW)).await.unwrap();

    assert!(!store.recipient_confirm(two, address, NOW).await.unwrap(), "another project");
    assert!(store.recipient_confirm(one, address, later(1)).await.unwrap());
    assert!(store.recipient_confirm(one, address, later(2)).await.unwrap(), "and once more");

    let known = store.recipient_ask(one, address, asking(later(9_999_999))).await.unwrap();
    assert_eq!(known, Recipient::Confirmed);
}

pub(in crate::store) async fn only_so_many_addresses_are_asked_in_a_day(bench: &dyn Bench) {
    let project = bench.project("one").await;
    let day = 24 * 3_600;
    for (address, at, expected) in [
        ("a@example.com", 0, Recipient::ToAsk),
        ("b@example.com", 1, Recipient::ToAsk),
        ("c@example.com", 2, Recipient::TooMany),
        ("b@example.com", 3, Recipient::Asked),
        ("c@example.com", day - 1, Recipient::TooMany),
        ("c@example.com", day, Recipient::ToAsk),
    ] {
        let known = bench.store().recipient_ask(project, address, asking(later(at))).await;
        assert_eq!(known.unwrap(), expected, "{address} after {at} s");
    }
}

pub(in crate::store) async fn what_waited_for_an_owner_is_due_when_they_confirm(bench: &dyn Bench) {
    let (project, other) = (bench.project("one").await, bench.project("two").await);
    let channel = bench.channel(project).await;
    for recipient in [ChannelId::OWNER.0, channel] {
        bench.tell(project, incident_id(1), Opened, recipient, NOW).await;
        let claim = bench.claim(NOW).await.remove(0);
        let held = Settlement::new(Fate::Hold(later(600)), "asked");
        assert!(bench.store().outbox_settle(&claim, held, NOW).await.unwrap());
    }
    bench.store().recipient_confirm(other, "a@example.com", later(1)).await.unwrap();
    assert!(bench.claim(later(1)).await.is_empty());

    bench.store().recipient_confirm(project, "a@example.com", later(1)).await.unwrap();

    let claims = bench.claim(later(1)).await;
    let due: Vec<ChannelId> = claims.iter().map(|claim| claim.recipient).collect();
    assert_eq!(due, [ChannelId::OWNER]);
    assert_eq!((claims[0].project, claims[0].channel.is_none()), (project, true));
}
