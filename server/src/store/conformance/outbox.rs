//! Notifications: taken by one sender at a time, and in order.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use nightbell_domain::incident::EventKind::{Acknowledged, Opened, Reopened, Resolved};
use nightbell_domain::key::ProjectId;
use nightbell_domain::notify::{ChannelId, Notification, NotificationKey};
use nightbell_domain::time::Timestamp;

use super::bench::{channel_of, incident_id, notification, scheduler_id};
use super::{Bench, NOW, later};
use crate::store::{Attempt, Claim, Copied, DeliveryState, Fate, Settlement, StoredChannel, Whose};

pub(in crate::store) async fn a_claim_carries_what_a_sender_needs(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    let told = notification(incident_id(1), Opened, channel);
    bench.notify(project, "nightly", vec![told.clone()], NOW).await.unwrap();

    let claim = bench.claim(later(1)).await.remove(0);

    assert_eq!(claim.key, format!("nb1:00000000-0000-0000-0000-000000000001:1:{channel}"));
    assert_eq!(claim.attempts, 0);
    assert_eq!(claim.created_at, NOW);
    assert_eq!(claim.event, Opened);
    assert_eq!(claim.about.incident, told.event.incident);
    assert_eq!(claim.about.scheduler_id, scheduler_id("nightly"));
    assert_eq!(claim.about.service_name, "payments");
    assert_eq!(claim.about.job_name, "Nightly close");
    assert_eq!(claim.project_name, "one");
    let stored = claim.channel.expect("the channel is used");
    assert_eq!((stored.id, stored.project), (channel, project));
    assert_eq!(stored.sealed_settings, channel_of(project).sealed_settings);
}

pub(in crate::store) async fn a_claimed_notification_is_not_claimed_again_before_its_lease_ends(
    bench: &dyn Bench,
) {
    let (project, channel) = project_and_channel(bench).await;
    bench.tell(project, incident_id(1), Opened, channel, later(1)).await;
    assert!(bench.claim(NOW).await.is_empty(), "not due yet");

    let first = bench.claim(later(1)).await.remove(0);
    assert!(bench.claim(later(60)).await.is_empty());
    let second = bench.claim(later(61)).await.remove(0);

    assert_eq!(second.id, first.id);
    assert_eq!(second.key, first.key);
    assert_eq!(second.attempts, 1);
    assert!(second.lease_token > first.lease_token);
}

pub(in crate::store) async fn a_settlement_with_an_old_lease_changes_nothing(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    bench.tell(project, incident_id(1), Opened, channel, NOW).await;
    let old = bench.claim(NOW).await.remove(0);
    let current = bench.claim(later(60)).await.remove(0);

    for settlement in [delivered(), retry(later(61)), abandoned()] {
        assert!(!settle(bench, &old, settlement).await);
    }
    assert!(bench.claim(later(119)).await.is_empty(), "the other lease still holds");
    assert!(settle(bench, &current, delivered()).await);
}

/// A lease that has ended and that nobody else took is as good as before.
pub(in crate::store) async fn what_is_settled_stays_settled(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    bench.tell(project, incident_id(1), Opened, channel, NOW).await;
    let claim = bench.claim(NOW).await.remove(0);

    assert!(bench.store().outbox_settle(&claim, delivered(), later(600)).await.unwrap());

    assert!(!settle(bench, &claim, delivered()).await);
    assert!(!settle(bench, &claim, retry(NOW)).await);
    assert!(bench.claim(later(3_600)).await.is_empty());
    assert_eq!(bench.store().outbox_pending().await.unwrap(), (0, None));
}

pub(in crate::store) async fn resolved_is_not_claimed_before_opened_is_settled(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    let incident = incident_id(1);
    bench.tell(project, incident, Opened, channel, NOW).await;
    bench.tell(project, incident, Resolved, channel, NOW).await;

    let opened = bench.claim(NOW).await;
    assert_eq!(events(&opened), [Opened], "one at a time, though both are due");
    assert!(bench.claim(later(1)).await.is_empty(), "nor while the first is leased");
    assert!(settle(bench, &opened[0], retry(later(300))).await);
    assert!(bench.claim(later(299)).await.is_empty(), "nor while the first waits");

    let opened = bench.claim(later(300)).await;
    assert_eq!(events(&opened), [Opened]);
    assert!(bench.store().outbox_settle(&opened[0], delivered(), later(301)).await.unwrap());
    let resolved = bench.claim(later(301)).await;
    assert_eq!(events(&resolved), [Resolved], "at once when the first has been told");
    assert_eq!(resolved[0].attempts, 0);
}

pub(in crate::store) async fn an_abandoned_notification_makes_way_for_the_next(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    for event in [Opened, Acknowledged, Resolved, Reopened] {
        bench.tell(project, incident_id(1), event, channel, NOW).await;
    }

    for event in [Opened, Acknowledged, Resolved, Reopened] {
        let claims = bench.claim(later(1)).await;
        assert_eq!(events(&claims), [event]);
        assert!(bench.store().outbox_settle(&claims[0], abandoned(), later(1)).await.unwrap());
    }
    assert_eq!(bench.store().outbox_pending().await.unwrap(), (0, None));
}

/// A sender sleeps until the first pending notification is due. Were one that waits
/// for another due at once, the sender would wake for nothing, over and over.
pub(in crate::store) async fn an_event_waits_with_the_one_before_it(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    let pending = async || bench.store().outbox_pending().await.unwrap();
    bench.tell(project, incident_id(1), Opened, channel, NOW).await;
    bench.tell(project, incident_id(1), Acknowledged, channel, NOW).await;
    assert_eq!(pending().await, (2, Some(NOW)));

    let opened = bench.claim(NOW).await.remove(0);
    assert_eq!(pending().await, (2, Some(later(60))), "until the lease ends");
    assert!(settle(bench, &opened, retry(later(300))).await);
    bench.tell(project, incident_id(1), Resolved, channel, later(10)).await;
    assert_eq!(pending().await, (3, Some(later(300))), "until the next attempt");

    let opened = bench.claim(later(300)).await.remove(0);
    assert!(bench.store().outbox_settle(&opened, delivered(), later(301)).await.unwrap());
    assert_eq!(pending().await, (2, Some(later(301))), "until its turn has come");
}

pub(in crate::store) async fn a_slow_channel_holds_up_no_other(bench: &dyn Bench) {
    let (project, slow) = project_and_channel(bench).await;
    let quick = bench.channel(project).await;
    for channel in [slow, quick] {
        bench.tell(project, incident_id(1), Opened, channel, NOW).await;
        bench.tell(project, incident_id(1), Resolved, channel, NOW).await;
    }

    let opened = bench.claim(NOW).await;
    assert_eq!(events(&opened), [Opened, Opened]);
    assert!(settle(bench, &opened[1], delivered()).await);
    let next = bench.claim(later(1)).await;

    assert_eq!(events(&next), [Resolved]);
    assert_eq!(next[0].channel.as_ref().map(|channel| channel.id), Some(quick));
    bench.tell(project, incident_id(2), Opened, slow, later(1)).await;
    assert_eq!(events(&bench.claim(later(1)).await), [Opened], "nor another incident");
}

pub(in crate::store) async fn those_of_one_recipient_can_be_asked_for(bench: &dyn Bench) {
    let (project, first) = project_and_channel(bench).await;
    let second = bench.channel(project).await;
    for (number, channel) in [(1, first), (2, second), (3, first), (4, second)] {
        bench.tell(project, incident_id(number), Opened, channel, NOW).await;
    }
    let claim = async |whose| {
        let claims = bench.store().outbox_claim(NOW, later(60), 10, whose).await.unwrap();
        claims.iter().map(|claim| claim.about.incident.id).collect::<Vec<_>>()
    };
    assert_eq!(claim(Whose::Only(second)).await, [incident_id(2), incident_id(4)]);
    assert!(claim(Whose::AllBut(vec![first])).await.is_empty());
    assert_eq!(claim(Whose::AllBut(vec![second])).await, [incident_id(1), incident_id(3)]);
}

pub(in crate::store) async fn the_longest_due_are_claimed_first_up_to_the_limit(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    for (number, due) in [(1, 3), (2, 1), (3, 2), (4, 9)] {
        bench.tell(project, incident_id(number), Opened, channel, later(due)).await;
    }

    let claims = bench
        .store()
        .outbox_claim(later(5), later(65), 2, Whose::AllBut(Vec::new()))
        .await
        .unwrap();
    let ids: Vec<_> = claims.iter().map(|claim| claim.about.incident.id).collect();
    assert_eq!(ids, [incident_id(2), incident_id(3)]);
    assert_eq!(bench.claim_keys(later(5)).await.len(), 1);
    assert_eq!(bench.store().outbox_pending().await.unwrap(), (4, Some(later(9))));
}

pub(in crate::store) async fn a_claim_says_that_its_channel_is_off_or_gone(bench: &dyn Bench) {
    let (project, off) = project_and_channel(bench).await;
    let other = bench.project("two").await;
    let foreign = bench.channel(other).await;
    let turned_off = StoredChannel { id: off, is_enabled: false, ..channel_of(project) };
    bench.store().channel_update(turned_off).await.unwrap();
    for channel in [off, foreign, foreign + 1] {
        bench.tell(project, incident_id(1), Opened, channel, NOW).await;
    }

    let claims = bench.claim(NOW).await;

    assert_eq!(claims.len(), 3, "each is claimed, so that it can be given up");
    let is_on = |claim: &Claim| claim.channel.as_ref().map(|channel| channel.is_enabled);
    let found: HashSet<_> = claims.iter().map(is_on).collect();
    assert_eq!(found, [Some(false), None].into());
}

pub(in crate::store) async fn a_notification_is_written_once(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    let told = vec![notification(incident_id(1), Opened, channel)];
    bench.notify(project, "nightly", told.clone(), NOW).await.unwrap();

    assert!(bench.notify(project, "nightly", told, later(1)).await.is_err());
    assert_eq!(bench.store().outbox_pending().await.unwrap(), (1, Some(NOW)));
}

pub(in crate::store) async fn many_senders_never_hold_the_same_notification(bench: &dyn Bench) {
    const TOLD: usize = 100;
    let (project, channel) = project_and_channel(bench).await;
    let told: Vec<Notification> = (0..TOLD)
        .map(|number| notification(incident_id(number as u128), Opened, channel))
        .collect();
    bench.notify(project, "nightly", told, NOW).await.unwrap();

    let senders = (0..8).map(|_| async {
        let mut keys = Vec::new();
        loop {
            let claims = bench
                .store()
                .outbox_claim(NOW, later(60), 7, Whose::AllBut(Vec::new()))
                .await
                .unwrap();
            if claims.is_empty() {
                return keys;
            }
            keys.extend(claims.into_iter().map(|claim| claim.key));
        }
    });
    let keys: Vec<String> = join_all(senders).await.into_iter().flatten().collect();

    assert_eq!(keys.len(), TOLD);
    assert_eq!(keys.into_iter().collect::<HashSet<_>>().len(), TOLD);
}

pub(in crate::store) async fn deliveries_tell_what_became_of_each(bench: &dyn Bench) {
    let (project, first) = project_and_channel(bench).await;
    let second = bench.channel(project).await;
    let other = bench.project("two").await;
    let incident = incident_id(1);
    for (event, channel) in [(Opened, first), (Opened, second), (Resolved, first)] {
        bench.tell(project, incident, event, channel, NOW).await;
    }
    bench.tell(project, incident_id(2), Opened, first, later(9)).await;
    let claims = bench.claim(NOW).await;
    let store = bench.store();
    assert!(store.outbox_settle(&claims[0], delivered(), later(1)).await.unwrap());
    assert!(store.outbox_settle(&claims[1], retry(later(30)), later(2)).await.unwrap());
    let resolved = store
        .outbox_claim(later(1), later(61), 1, Whose::AllBut(Vec::new()))
        .await
        .unwrap()
        .remove(0);
    assert!(store.outbox_settle(&resolved, abandoned(), later(3)).await.unwrap());

    let deliveries = store.deliveries(project, incident).await.unwrap();

    let told: Vec<_> = deliveries
        .iter()
        .map(|it| (it.event, it.channel_id, it.state, it.attempts, it.last_result.as_str()))
        .collect();
    let expected = [
        (Opened, first, DeliveryState::Delivered, 1, "200 OK"),
        (Opened, second, DeliveryState::Pending, 1, "503"),
        (Resolved, first, DeliveryState::Abandoned, 1, "410 Gone"),
    ];
    assert_eq!(told, expected);
    assert_eq!(deliveries[0].key, claims[0].key);
    let next: Vec<_> = deliveries.iter().map(|delivery| delivery.next_attempt_at).collect();
    assert_eq!(next, [None, Some(later(30)), None]);
    let taken: Vec<_> = deliveries.iter().map(|delivery| delivery.delivered_at).collect();
    assert_eq!(taken, [Some(later(1)), None, None]);
    assert!(store.deliveries(other, incident).await.unwrap().is_empty());
}

/// Nor does its outbox stay due for ever.
pub(in crate::store) async fn a_forgotten_scheduler_is_not_spoken_of(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    bench.tell(project, incident_id(1), Opened, channel, NOW).await;
    let claim = bench.claim(NOW).await.remove(0);

    let id = scheduler_id("nightly");
    assert!(bench.store().scheduler_delete(project, &id).await.unwrap());

    assert_eq!(bench.store().outbox_pending().await.unwrap(), (0, None));
    assert!(!settle(bench, &claim, delivered()).await);
    assert!(bench.claim(later(600)).await.is_empty());
}

pub(in crate::store) async fn what_is_delivered_is_told_again_until_something_newer_is(
    bench: &dyn Bench,
) {
    let (project, channel) = project_and_channel(bench).await;
    let mut told = notification(incident_id(1), Opened, channel);
    told.manner.repeat_every = Some(Duration::from_mins(10));
    bench.notify(project, "nightly", vec![told.clone()], NOW).await.unwrap();
    let first = bench.claim(NOW).await.remove(0);
    assert_eq!((first.repeat, first.repeat_every), (0, told.manner.repeat_every));

    let key = NotificationKey { repeat: 1, ..told.key };
    let again = Some(Copied { key: key.clone(), at: later(600) });
    assert!(settle(bench, &first, Settlement { again, ..delivered() }).await);

    assert!(bench.claim(later(599)).await.is_empty());
    let second = bench.claim(later(600)).await.remove(0);
    assert_eq!((&second.key, second.repeat), (&key.to_string(), 1));
    assert_eq!(second.repeat_every, told.manner.repeat_every);
    assert_eq!(second.about.incident, first.about.incident);
    let key = NotificationKey { repeat: 2, ..key };
    let again = Some(Copied { key, at: later(1_200) });
    assert!(settle(bench, &second, Settlement { again, ..delivered() }).await);

    bench.tell(project, incident_id(1), Resolved, channel, later(700)).await;
    let resolved = bench.claim(later(700)).await.remove(0);
    assert_eq!(resolved.event, Resolved, "at once");
    assert!(settle(bench, &resolved, delivered()).await);
    assert!(bench.claim(later(1_200)).await.is_empty());
    let states: Vec<_> = bench.store().deliveries(project, incident_id(1)).await.unwrap();
    let states: Vec<_> = states.iter().map(|it| (it.repeat, it.state)).collect();
    let (delivered, withheld) = (DeliveryState::Delivered, DeliveryState::Withheld);
    assert_eq!(states, [(0, delivered), (1, delivered), (2, withheld), (0, delivered)]);
}

pub(in crate::store) async fn nothing_is_told_again_while_something_newer_waits(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    let told = notification(incident_id(1), Opened, channel);
    bench.notify(project, "nightly", vec![told.clone()], NOW).await.unwrap();
    let first = bench.claim(NOW).await.remove(0);
    bench.tell(project, incident_id(1), Resolved, channel, later(1)).await;

    let key = NotificationKey { repeat: 1, ..told.key };
    let again = Some(Copied { key, at: later(600) });
    assert!(settle(bench, &first, Settlement { again, ..delivered() }).await);

    assert_eq!(bench.store().deliveries(project, incident_id(1)).await.unwrap().len(), 2);
}

pub(in crate::store) async fn a_channel_is_reminded_once_of_what_it_was_told(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    let other = bench.project("two").await;
    let store = bench.store();
    bench.tell(project, incident_id(1), Opened, channel, NOW).await;
    store.outbox_remind(project, incident_id(1), channel, later(60), NOW).await.unwrap();
    let opened = bench.claim(NOW).await.remove(0);
    assert!(settle(bench, &opened, delivered()).await);
    assert!(bench.claim(later(60)).await.is_empty(), "it was still to be told");

    store.outbox_remind(other, incident_id(1), channel, later(60), NOW).await.unwrap();
    store.outbox_remind(project, incident_id(1), channel + 1, later(60), NOW).await.unwrap();
    for _ in 0..2 {
        store.outbox_remind(project, incident_id(1), channel, later(60), NOW).await.unwrap();
    }
    assert!(bench.claim(later(59)).await.is_empty());
    let claims = bench.claim(later(60)).await;
    let told: Vec<_> = claims.iter().map(|claim| (claim.repeat, claim.recipient.0)).collect();
    assert_eq!(told, [(1, channel)]);
    assert_eq!(claims[0].key, opened.key.replace(":1:", ":1.1:"));
}

pub(in crate::store) async fn what_is_delayed_waits_with_all_that_follows_it(bench: &dyn Bench) {
    let (project, channel) = project_and_channel(bench).await;
    let mut told = notification(incident_id(1), Opened, channel);
    told.manner.delay = Duration::from_mins(5);
    bench.notify(project, "nightly", vec![told], NOW).await.unwrap();
    bench.tell(project, incident_id(1), Resolved, channel, later(1)).await;

    assert!(bench.claim(later(299)).await.is_empty());
    let opened = bench.claim(later(300)).await.remove(0);
    assert!(opened.is_delayed && opened.event == Opened);
    let withheld = Settlement::new(Fate::Withheld, "it was over by then");
    assert!(bench.store().outbox_settle(&opened, withheld, later(300)).await.unwrap());
    let resolved = bench.claim(later(300)).await.remove(0);
    assert!(!resolved.is_delayed && resolved.event == Resolved);
    let deliveries = bench.store().deliveries(project, incident_id(1)).await.unwrap();
    assert_eq!((deliveries[0].state, deliveries[0].attempts), (DeliveryState::Withheld, 0));
}

pub(in crate::store) async fn a_fallback_is_told_once_however_often_it_is_asked_to(
    bench: &dyn Bench,
) {
    let (project, channel) = project_and_channel(bench).await;
    let fallback = bench.channel(project).await;
    let told = notification(incident_id(1), Opened, channel);
    bench.notify(project, "nightly", vec![told.clone()], NOW).await.unwrap();
    let claim = bench.claim(NOW).await.remove(0);
    let key = NotificationKey { channel: ChannelId(fallback), ..told.key };
    for at in [later(1), later(2)] {
        let copy = Copied { key: key.clone(), at };
        bench.store().outbox_copy(&claim, copy, at).await.unwrap();
    }
    assert_eq!(bench.claim_keys(later(2)).await, [key.to_string()]);
    let deliveries = bench.store().deliveries(project, incident_id(1)).await.unwrap();
    assert_eq!(deliveries.len(), 2);
}

pub(in crate::store) async fn attempts_leave_receipts_and_say_whether_a_channel_fails(
    bench: &dyn Bench,
) {
    let (project, channel) = project_and_channel(bench).await;
    let other = bench.project("two").await;
    bench.tell(project, incident_id(1), Opened, channel, NOW).await;
    let attempt = |at| Some(Attempt { began_at: at, took: Duration::from_millis(250) });
    let since = async || {
        let stored = bench.store().channel(project, channel).await.unwrap().unwrap();
        (stored.failing_since, stored.failing_result)
    };
    for seconds in [1, 2] {
        let claim = bench.claim(later(seconds)).await.remove(0);
        let failed = Settlement { attempt: attempt(later(seconds)), ..retry(later(seconds)) };
        bench.store().outbox_settle(&claim, failed, later(seconds)).await.unwrap();
        assert_eq!(since().await, (Some(later(1)), "503".to_owned()));
    }
    let claim = bench.claim(later(3)).await.remove(0);
    let well = Settlement { attempt: attempt(later(3)), ..delivered() };
    bench.store().outbox_settle(&claim, well, later(3)).await.unwrap();
    assert_eq!(since().await, (None, String::new()));

    let receipts = bench.store().receipts(project, incident_id(1), 10).await.unwrap();
    let told: Vec<_> =
        receipts.iter().map(|it| (it.attempted_at, it.is_delivered, &*it.result)).collect();
    let expected = [(later(3), true, "200 OK"), (later(2), false, "503"), (later(1), false, "503")];
    assert_eq!(told, expected);
    assert_eq!(receipts[0].key, claim.key);
    assert_eq!(receipts[0].took, Duration::from_millis(250));
    assert!(bench.store().receipts(other, incident_id(1), 10).await.unwrap().is_empty());
}

async fn project_and_channel(bench: &dyn Bench) -> (ProjectId, i64) {
    let project = bench.project("one").await;
    (project, bench.channel(project).await)
}

async fn settle(bench: &dyn Bench, claim: &Claim, settlement: Settlement) -> bool {
    bench.store().outbox_settle(claim, settlement, NOW).await.unwrap()
}

fn events(claims: &[Claim]) -> Vec<nightbell_domain::incident::EventKind> {
    claims.iter().map(|claim| claim.event).collect()
}

fn delivered() -> Settlement {
    Settlement::new(Fate::Delivered, "200 OK")
}

fn retry(at: Timestamp) -> Settlement {
    Settlement::new(Fate::Retry(at), "503")
}

fn abandoned() -> Settlement {
    Settlement::new(Fate::Abandoned, "410 Gone")
}
