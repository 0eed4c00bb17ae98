//! What a message says that tells of several incidents.

use super::{Fact, Link, Message, Tone, fact, text, title};
use crate::channel::notification::{Event, Notification, Told};

/// So many are named; whoever needs all follows the link. Discord takes 25 fields.
const NAMED_MAX: usize = 20;

/// The message that tells of all in a digest: what asks somebody to act comes first.
pub(super) fn of(notification: &Notification) -> Message {
    let (alarms, others): (Vec<&Told>, Vec<&Told>) =
        notification.digest.iter().partition(|told| told.event.is_alarm());
    let is_critical = alarms.iter().any(|told| told.incident.severity == "critical");
    let tone = match (alarms.is_empty(), is_critical) {
        (true, _) => Tone::Over,
        (false, true) => Tone::Critical,
        (false, false) => Tone::Alarm,
    };
    let all: Vec<&Told> = alarms.iter().chain(&others).copied().collect();
    let mut facts: Vec<Fact> = all.iter().take(NAMED_MAX).map(|told| line(told)).collect();
    if let Some(more @ 1..) = all.len().checked_sub(NAMED_MAX) {
        facts.push(fact("And", format!("{more} more")));
    }
    facts.push(fact("Project", text(&notification.project)));
    let links = notification.link_base.iter();
    Message {
        tone,
        title: summary(alarms.len(), &others),
        lead: "Told together, since there were many in a minute.".to_owned(),
        facts,
        error: String::new(),
        links: links.map(|base| Link { label: "All", url: format!("{base}/") }).collect(),
        how_to_acknowledge: String::new(),
    }
}

fn line(told: &Told) -> Fact {
    let Told { event, incident } = told;
    let label = match event {
        Event::Acknowledged => "Taken",
        Event::Resolved => "Over",
        _ => "Wrong",
    };
    let what = title(*event, incident, &text(&incident.job_name));
    fact(label, format!("{what} ({})", text(&incident.scheduler_id)))
}

fn summary(alarms: usize, others: &[&Told]) -> String {
    let over = others.iter().filter(|told| told.event == Event::Resolved).count();
    let counted = [(alarms, "wrong"), (over, "over"), (others.len() - over, "taken")];
    let parts = counted.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    format!("{} incidents: {}", alarms + others.len(), parts.join(", "))
}
