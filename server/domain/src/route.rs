//! Which incidents go where.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::incident::{Incident, Reason};
use crate::notify::ChannelId;
use crate::scheduler::Scheduler;
use crate::selector::Selector;
use crate::settings::{Severity, Violation, within};
use crate::time::as_millis;

/// The most channels that a route leads to.
const CHANNELS_MAX: usize = 20;

const NAME_CHARACTERS_MAX: usize = 100;
const DELAY_RANGE: (Duration, Duration) = (Duration::ZERO, Duration::from_hours(24));
const REPEAT_RANGE: (Duration, Duration) = (Duration::from_mins(5), Duration::from_hours(7 * 24));

/// Sends the incidents that it selects to channels of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Route {
    /// Its name for people.
    pub name: String,
    /// The schedulers whose incidents it selects.
    pub selects: Selector,
    /// Only incidents that matter so much; empty: any.
    pub severities: Vec<Severity>,
    /// Only incidents of these reasons; empty: any.
    pub reasons: Vec<Reason>,
    /// Where it leads.
    pub channels: Vec<ChannelId>,
    /// How long to wait before anybody is told.
    #[serde(with = "as_millis")]
    pub delay: Option<Duration>,
    /// How often to tell again while nobody has it.
    #[serde(with = "as_millis")]
    pub repeat_every: Option<Duration>,
    /// Whether the default channels are not told.
    pub is_instead_of_default: bool,
}

/// A channel that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// The channel.
    pub channel: ChannelId,
    /// Whether it hears of every incident that no route keeps from it.
    pub is_default: bool,
}

/// Who there is to be told in a project, and by which routes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// The channels that are used.
    pub listeners: Vec<Listener>,
    /// The routes.
    pub routes: Vec<Route>,
    /// Whether owners are told by mail.
    pub mails_owners: bool,
}

/// How one channel is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// After how long.
    pub delay: Duration,
    /// How often again while nobody has it; `None`: not again.
    pub repeat_every: Option<Duration>,
}

impl Route {
    /// The rules that it breaks, in a project with these channels.
    pub fn violations(&self, channels: &BTreeSet<ChannelId>) -> Vec<Violation> {
        let mut found = self.selects.violations("selects");
        let length = self.name.chars().count();
        if length == 0 || length > NAME_CHARACTERS_MAX {
            let rule = format!("must be 1 to {NAME_CHARACTERS_MAX} characters");
            found.push(Violation::new("name", "BAD_NAME", rule));
        }
        if self.channels.is_empty() || self.channels.len() > CHANNELS_MAX {
            let rule = format!("must be 1 to {CHANNELS_MAX}");
            found.push(Violation::new("channel_ids", "OUT_OF_RANGE", rule));
        }
        for (number, channel) in self.channels.iter().enumerate() {
            if !channels.contains(channel) {
                let field = format!("channel_ids[{number}]");
                found.push(Violation::new(field, "UNKNOWN_CHANNEL", "must be a channel's id"));
            }
        }
        within(&mut found, "delay", self.delay, DELAY_RANGE);
        within(&mut found, "repeat_every", self.repeat_every, REPEAT_RANGE);
        found
    }

    fn takes(&self, scheduler: &Scheduler, incident: &Incident) -> bool {
        self.selects.selects(&scheduler.id, &scheduler.settings)
            && (self.severities.is_empty() || self.severities.contains(&incident.severity))
            && (self.reasons.is_empty() || self.reasons.contains(&incident.reason))
    }
}

impl Directory {
    /// The channels that hear of `incident`, and how: each once, as soon and as often
    /// as any way to it says. The owner always does, if owners are told by mail.
    ///
    /// An incident that would reach nobody, because routes keep it from the default
    /// channels and lead to channels that are not used, goes to the default channels.
    pub fn recipients(
        &self,
        scheduler: &Scheduler,
        incident: &Incident,
    ) -> BTreeMap<ChannelId, Manner> {
        let taken: Vec<&Route> =
            self.routes.iter().filter(|route| route.takes(scheduler, incident)).collect();
        let mut told: BTreeMap<ChannelId, Manner> = BTreeMap::new();
        for route in &taken {
            let manner =
                Manner { delay: route.delay.unwrap_or_default(), repeat_every: route.repeat_every };
            for channel in route.channels.iter().filter(|channel| self.listens(**channel)) {
                told.entry(*channel).and_modify(|it| it.join(manner)).or_insert(manner);
            }
        }
        if told.is_empty() || !taken.iter().any(|route| route.is_instead_of_default) {
            for listener in self.listeners.iter().filter(|listener| listener.is_default) {
                let manner = Manner::default();
                told.entry(listener.channel).and_modify(|it| it.join(manner)).or_insert(manner);
            }
        }
        if self.mails_owners && scheduler.settings.owner_email.is_some() {
            told.insert(ChannelId::OWNER, Manner::default());
        }
        told
    }

    /// Whether the channel is used.
    pub fn listens(&self, channel: ChannelId) -> bool {
        (self.mails_owners && channel == ChannelId::OWNER)
            || self.listeners.iter().any(|listener| listener.channel == channel)
    }
}

impl Manner {
    fn join(&mut self, other: Self) {
        self.delay = self.delay.min(other.delay);
        self.repeat_every = match (self.repeat_every, other.repeat_every) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.or(another),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{MINUTE, World, failed, plain, running};

    const OPS: ChannelId = ChannelId(1);
    const PAGER: ChannelId = ChannelId(2);
    const CHAT: ChannelId = ChannelId(3);

    fn broken() -> (Scheduler, Incident) {
        let mut world = World::new(plain());
        world.say(running()).unwrap();
        world.say(failed()).unwrap();
        let incident = world.scheduler.state.incidents[0].clone();
        (world.scheduler, incident)
    }

    /// OPS is a default channel; PAGER and CHAT hear by routes only.
    fn directory(routes: Vec<Route>) -> Directory {
        let listener = |channel, is_default| Listener { channel, is_default };
        let listeners = vec![listener(OPS, true), listener(PAGER, false), listener(CHAT, false)];
        Directory { listeners, routes, mails_owners: false }
    }

    fn to(channels: &[ChannelId]) -> Route {
        Route { channels: channels.to_vec(), ..Route::default() }
    }

    fn told(routes: Vec<Route>) -> Vec<ChannelId> {
        let (scheduler, incident) = broken();
        directory(routes).recipients(&scheduler, &incident).into_keys().collect()
    }

    #[test]
    fn without_routes_the_default_channels_are_told() {
        assert_eq!(told(vec![]), [OPS]);
    }

    #[test]
    fn a_route_adds_its_channels_or_replaces_the_default_ones() {
        assert_eq!(told(vec![to(&[PAGER])]), [OPS, PAGER]);
        let instead = Route { is_instead_of_default: true, ..to(&[PAGER]) };
        assert_eq!(told(vec![instead.clone()]), [PAGER]);
        assert_eq!(told(vec![instead, to(&[OPS])]), [OPS, PAGER]);
    }

    #[test]
    fn a_route_takes_only_what_it_selects() {
        let critical = Route { severities: vec![Severity::Critical], ..to(&[PAGER]) };
        assert_eq!(told(vec![critical]), [OPS]);
        let missed = Route { reasons: vec![Reason::Missed], ..to(&[PAGER]) };
        assert_eq!(told(vec![missed]), [OPS]);
        let failed = Route { reasons: vec![Reason::Missed, Reason::Failed], ..to(&[PAGER]) };
        assert_eq!(told(vec![failed]), [OPS, PAGER]);
    }

    #[test]
    fn no_incident_is_kept_from_everybody() {
        let nowhere = Route { is_instead_of_default: true, ..to(&[ChannelId(99)]) };
        assert_eq!(told(vec![nowhere]), [OPS]);
    }

    #[test]
    fn the_owner_is_told_whatever_the_routes_say() {
        let (mut scheduler, incident) = broken();
        let instead = Route { is_instead_of_default: true, ..to(&[PAGER]) };
        let directory = Directory { mails_owners: true, ..directory(vec![instead]) };
        let told = |scheduler: &Scheduler| -> Vec<ChannelId> {
            directory.recipients(scheduler, &incident).into_keys().collect()
        };
        scheduler.settings.owner_email = None;
        assert_eq!(told(&scheduler), [PAGER]);
        scheduler.settings.owner_email = Some("team@example.com".to_owned());
        assert_eq!(told(&scheduler), [ChannelId::OWNER, PAGER]);
    }

    #[test]
    fn a_channel_is_told_as_soon_and_as_often_as_any_way_says() {
        let (scheduler, incident) = broken();
        let slow = Route {
            delay: Some(30 * MINUTE),
            repeat_every: Some(60 * MINUTE),
            ..to(&[PAGER, CHAT, OPS])
        };
        let quick = Route { delay: Some(MINUTE), ..to(&[CHAT]) };
        let told = directory(vec![slow, quick]).recipients(&scheduler, &incident);
        let manner = |delay| Manner { delay, repeat_every: Some(60 * MINUTE) };
        assert_eq!(told[&PAGER], manner(30 * MINUTE));
        assert_eq!(told[&CHAT], manner(MINUTE));
        assert_eq!(told[&OPS], manner(Duration::ZERO));
    }

    #[test]
    fn what_cannot_be_a_route_is_refused_by_field() {
        let known = [PAGER].into();
        let good = Route { name: "pager".to_owned(), ..to(&[PAGER]) };
        assert_eq!(good.violations(&known), []);
        let bad = Route {
            delay: Some(Duration::from_hours(25)),
            repeat_every: Some(MINUTE),
            ..to(&[ChannelId(9)])
        };
        let fields: Vec<String> = bad.violations(&known).into_iter().map(|it| it.field).collect();
        assert_eq!(fields, ["name", "channel_ids[0]", "delay", "repeat_every"]);
        assert_eq!(Route { channels: vec![], ..good }.violations(&known)[0].field, "channel_ids");
    }
}
