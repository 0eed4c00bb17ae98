//! What is to be said about an incident, and to whom.

use std::fmt;

use crate::id::IncidentId;
use crate::incident::{Event, EventKind};
use crate::scheduler::Scheduler;

/// A channel that hears of incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub i64);

/// The stable name of one notification: the same for every attempt, so that a
/// receiver can tell a repeat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NotificationKey {
    /// The incident.
    pub incident: IncidentId,
    /// The number of the event within the incident.
    pub event: u32,
    /// The channel.
    pub channel: ChannelId,
}

impl fmt::Display for NotificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nb1:{}:{}:{}", self.incident, self.event, self.channel.0)
    }
}

/// What is to be said about one event of an incident to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its stable name.
    pub key: NotificationKey,
    /// The event, with the incident as it stood then.
    pub event: Event,
}

/// Whether a notification goes out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// It does.
    Now,
    /// It waits: what its scheduler depends on is not well.
    Held,
    /// It never does: what it tells of was over before anybody had to know.
    Dropped,
}

/// What is known when a notification of a scheduler that depends on another is to go
/// out.
#[derive(Debug, Clone, Copy)]
pub struct Dependence<'a> {
    /// The scheduler.
    pub id: &'a str,
    /// What it depends on, if that is known.
    pub parent: Option<&'a Scheduler>,
    /// What that depends on in its turn, if that is known.
    pub grandparent: Option<&'a Scheduler>,
    /// Whether the incident is over by now.
    pub is_over: bool,
    /// Whether the channel was told anything of this incident.
    pub was_told: bool,
}

/// Whether what happened to an incident is told now.
///
/// An opening is held while the scheduler that this one depends on has an open incident,
/// and dropped if it is over by then; so is the end of what a channel was never told
/// of. One level only: one that is itself held holds nobody, so that of any cycle
/// somebody is told.
pub fn release(kind: EventKind, dependence: Dependence<'_>) -> Release {
    let Dependence { id, parent, grandparent, is_over, was_told } = dependence;
    let is_down = |it: Option<&Scheduler>| it.is_some_and(|it| !it.state.incidents.is_empty());
    let is_itself = parent.is_some_and(|parent| parent.id.as_str() == id);
    let holds = is_down(parent) && !is_itself && !is_down(grandparent);
    match kind {
        EventKind::Opened | EventKind::Reopened if holds && is_over => Release::Dropped,
        EventKind::Opened | EventKind::Reopened if holds => Release::Held,
        EventKind::Opened | EventKind::Reopened => Release::Now,
        EventKind::Acknowledged | EventKind::Resolved if was_told => Release::Now,
        EventKind::Acknowledged | EventKind::Resolved => Release::Dropped,
    }
}

/// The notifications that `events` owe the enabled channels of their project:
/// every channel hears of every event, in order.
pub fn notifications(events: &[Event], channels: &[ChannelId]) -> Vec<Notification> {
    events
        .iter()
        .flat_map(|event| {
            channels.iter().map(|channel| Notification {
                key: NotificationKey {
                    incident: event.incident.id,
                    event: event.incident.events,
                    channel: *channel,
                },
                event: event.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{MINUTE, World, failed, plain, running};

    const WELL: Dependence<'_> =
        Dependence { id: "child", parent: None, grandparent: None, is_over: false, was_told: true };

    fn down() -> Scheduler {
        let mut world = World::new(plain());
        world.say(running()).unwrap();
        world.wait(MINUTE);
        world.say(failed()).unwrap();
        world.scheduler
    }

    #[test]
    fn an_opening_waits_while_what_it_depends_on_is_down() {
        let (down, well) = (down(), World::new(plain()).scheduler);
        let told = |parent| release(EventKind::Opened, Dependence { parent, ..WELL });
        assert_eq!(told(Some(&down)), Release::Held);
        assert_eq!(told(Some(&well)), Release::Now);
        assert_eq!(told(None), Release::Now, "one that nobody knows holds nothing");
    }

    #[test]
    fn what_was_over_before_it_could_be_told_is_told_never() {
        let down = down();
        let over = Dependence { parent: Some(&down), is_over: true, was_told: false, ..WELL };
        assert_eq!(release(EventKind::Opened, over), Release::Dropped);
        let later = Dependence { parent: None, ..over };
        assert_eq!(release(EventKind::Resolved, later), Release::Dropped);
        assert_eq!(release(EventKind::Resolved, WELL), Release::Now);
    }

    #[test]
    fn nobody_holds_itself_and_of_a_cycle_somebody_is_told() {
        let down = down();
        let own = Dependence { id: down.id.as_str(), parent: Some(&down), ..WELL };
        assert_eq!(release(EventKind::Opened, own), Release::Now);
        let cycle = Dependence { parent: Some(&down), grandparent: Some(&down), ..WELL };
        assert_eq!(release(EventKind::Opened, cycle), Release::Now);
    }
}
