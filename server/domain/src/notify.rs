//! What is to be said about an incident, and to whom.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::IncidentId;
use crate::incident::{Event, EventKind};
use crate::route::{Directory, Manner};
use crate::scheduler::Scheduler;

/// A channel that hears of incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelId(pub i64);

impl ChannelId {
    /// The owner of a scheduler, by mail. No channel that is set up has this number.
    pub const OWNER: Self = Self(0);
}

/// The stable name of one notification: the same for every attempt, so that a
/// receiver can tell a repeat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NotificationKey {
    /// The incident.
    pub incident: IncidentId,
    /// The number of the event within the incident.
    pub event: u32,
    /// Which time it is that a route has this told again; 0: the first time.
    pub repeat: u32,
    /// The channel.
    pub channel: ChannelId,
}

impl fmt::Display for NotificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { incident, event, repeat, channel: ChannelId(channel) } = self;
        match repeat {
            0 => write!(f, "nb1:{incident}:{event}:{channel}"),
            _ => write!(f, "nb1:{incident}:{event}.{repeat}:{channel}"),
        }
    }
}

/// What is to be said about one event of an incident to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its stable name.
    pub key: NotificationKey,
    /// The event, with the incident as it stood then.
    pub event: Event,
    /// How it is told.
    pub manner: Manner,
}

/// Whether a notification goes out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// It does.
    Now,
    /// It waits: something holds it.
    Held,
    /// It never does: nobody has to know any more.
    Withheld,
}

/// How an incident stands when something about it is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Over,
}

/// Whether something holds a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Nothing does or did.
    Never,
    /// Something did.
    Before,
    /// Something does.
    Now,
}

/// What is known when a notification is to go out.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// What it tells.
    pub kind: EventKind,
    /// Whether a route had it wait, or has it told again.
    pub is_late: bool,
    /// Whether something holds it: a silence, or what its scheduler depends on.
    pub hold: Hold,
    /// How the incident stands now.
    pub standing: Standing,
    /// Whether all that the channel was to be told of the incident so far was withheld.
    pub was_withheld: bool,
}

/// Whether what happened to an incident is told now.
///
/// An opening is held while something holds it, and withheld if it is over by then. One
/// that comes late by a route is withheld as soon as somebody has it. The end of what a
/// channel was never told of is withheld; the end of what it was told of is told whatever
/// holds: a pager must not go on ringing.
pub fn release(circumstances: Circumstances) -> Release {
    let Circumstances { kind, is_late, hold, standing, was_withheld } = circumstances;
    match kind {
        EventKind::Opened | EventKind::Reopened => match standing {
            Standing::Over if hold != Hold::Never || is_late => Release::Withheld,
            Standing::Acknowledged if is_late => Release::Withheld,
            _ if hold == Hold::Now => Release::Held,
            _ => Release::Now,
        },
        EventKind::Acknowledged | EventKind::Resolved if was_withheld => Release::Withheld,
        EventKind::Acknowledged | EventKind::Resolved => Release::Now,
    }
}

/// Whether the opening of an incident of the scheduler `id` waits for `parent`, which it
/// depends on.
///
/// It does while that has an open incident. One level only: one that waits itself for
/// `grandparent` holds nobody, so that of any cycle somebody is told.
pub fn waits_for(id: &str, parent: Option<&Scheduler>, grandparent: Option<&Scheduler>) -> bool {
    let is_down = |it: Option<&Scheduler>| it.is_some_and(|it| !it.state.incidents.is_empty());
    let is_itself = parent.is_some_and(|parent| parent.id.as_str() == id);
    is_down(parent) && !is_itself && !is_down(grandparent)
}

/// The notifications that `events` of `scheduler` owe the channels of its project, in
/// order: to whom the routes lead, and whoever was told of the incident before.
///
/// `told` names the channels that each incident was written to before.
pub fn notifications(
    events: &[Event],
    scheduler: &Scheduler,
    directory: &Directory,
    told: &BTreeMap<IncidentId, Vec<ChannelId>>,
) -> Vec<Notification> {
    let mut owed = Vec::new();
    for event in events {
        let mut recipients = directory.recipients(scheduler, &event.incident);
        let before = told.get(&event.incident.id).into_iter().flatten();
        for channel in before.filter(|channel| directory.listens(**channel)) {
            recipients.entry(*channel).or_default();
        }
        owed.extend(recipients.into_iter().map(|(channel, manner)| {
            let (incident, event_number) = (event.incident.id, event.incident.events);
            Notification {
                key: NotificationKey { incident, event: event_number, repeat: 0, channel },
                event: event.clone(),
                manner: if event.kind.is_alarm() { manner } else { Manner::default() },
            }
        }));
    }
    owed
}

/// How long a channel fails before others are told in its place.
pub const FAILING_AFTER: Duration = Duration::from_mins(2);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{Listener, Route};
    use crate::world::{MINUTE, World, failed, plain, running};

    const OPENED: Circumstances = Circumstances {
        kind: EventKind::Opened,
        is_late: false,
        hold: Hold::Never,
        standing: Standing::Open,
        was_withheld: false,
    };
    const RESOLVED: Circumstances =
        Circumstances { kind: EventKind::Resolved, standing: Standing::Over, ..OPENED };

    fn down() -> Scheduler {
        let mut world = World::new(plain());
        world.say(running()).unwrap();
        world.wait(MINUTE);
        world.say(failed()).unwrap();
        world.scheduler
    }

    #[test]
    fn an_opening_waits_while_something_holds_it() {
        assert_eq!(release(OPENED), Release::Now);
        assert_eq!(release(Circumstances { hold: Hold::Now, ..OPENED }), Release::Held);
        let standing = Standing::Acknowledged;
        let had = Circumstances { hold: Hold::Now, standing, ..OPENED };
        assert_eq!(release(had), Release::Held, "it is not over");
        let over = Circumstances { standing: Standing::Over, ..OPENED };
        assert_eq!(release(over), Release::Now, "nothing was held: it is owed");
    }

    #[test]
    fn what_was_over_before_it_could_be_told_is_told_never() {
        let over = Circumstances { hold: Hold::Now, standing: Standing::Over, ..OPENED };
        assert_eq!(release(over), Release::Withheld);
        let just_over = Circumstances { hold: Hold::Before, ..over };
        assert_eq!(release(just_over), Release::Withheld, "a moment after nothing holds it");
        assert_eq!(release(Circumstances { was_withheld: true, ..RESOLVED }), Release::Withheld);
        assert_eq!(release(RESOLVED), Release::Now);
        assert_eq!(release(Circumstances { hold: Hold::Now, ..RESOLVED }), Release::Now);
    }

    #[test]
    fn nobody_is_woken_late_for_what_somebody_has() {
        let late = Circumstances { is_late: true, ..OPENED };
        assert_eq!(release(late), Release::Now);
        for standing in [Standing::Acknowledged, Standing::Over] {
            assert_eq!(release(Circumstances { standing, ..late }), Release::Withheld);
        }
        assert_eq!(release(Circumstances { hold: Hold::Now, ..late }), Release::Held);
    }

    #[test]
    fn nobody_waits_for_itself_and_of_a_cycle_somebody_is_told() {
        let (down, well) = (down(), World::new(plain()).scheduler);
        assert!(waits_for("child", Some(&down), None));
        assert!(!waits_for("child", Some(&well), None));
        assert!(!waits_for("child", None, None), "one that nobody knows holds nothing");
        assert!(!waits_for(down.id.as_str(), Some(&down), None));
        assert!(!waits_for("child", Some(&down), Some(&down)));
    }

    #[test]
    fn who_was_told_of_an_incident_is_told_of_its_end_whatever_the_routes_say_by_then() {
        let scheduler = down();
        let incident = scheduler.state.incidents[0].clone();
        let (ops, pager, gone) = (ChannelId(1), ChannelId(2), ChannelId(3));
        let listener = |channel, is_default| Listener { channel, is_default };
        let listeners = vec![listener(ops, true), listener(pager, false)];
        let routes = vec![Route { delay: Some(MINUTE), channels: vec![ops], ..Route::default() }];
        let directory = Directory { listeners, routes, mails_owners: false };
        let told = [(incident.id, vec![pager, gone])].into();
        let event = Event { kind: EventKind::Resolved, incident };

        let owed = notifications(&[event], &scheduler, &directory, &told);

        let channels: Vec<ChannelId> = owed.iter().map(|it| it.key.channel).collect();
        assert_eq!(channels, [ops, pager]);
        assert!(owed.iter().all(|it| it.manner == Manner::default()), "an end waits for no route");
    }

    #[test]
    fn a_repeat_has_a_name_of_its_own() {
        let key = NotificationKey {
            incident: down().state.incidents[0].id,
            event: 3,
            repeat: 0,
            channel: ChannelId(7),
        };
        let first = key.to_string();
        assert!(first.ends_with(":3:7"), "{first}");
        assert!(NotificationKey { repeat: 2, ..key }.to_string().ends_with(":3.2:7"));
    }
}
