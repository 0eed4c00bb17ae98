//! What is to be said about an incident, and to whom.

use std::fmt;

use crate::id::IncidentId;
use crate::incident::Event;

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
