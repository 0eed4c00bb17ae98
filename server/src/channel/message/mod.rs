//! What every kind of channel says, before it is put into the kind's own form.
//!
//! Written for somebody who was asleep a minute ago: first what broke, then since when,
//! the last good run, what was expected, the first lines of the error, where to look and
//! how to say "I have it".
//!
//! Texts of jobs and people come out of here with their controls made visible, and as
//! literal as they were sent: what a sink would interpret is the sink's to encode, by
//! [`encode`].

mod digest;
pub mod encode;
pub mod words;

use nightbell_domain::time::{Span, Timestamp};

use self::encode::visible;
use self::words::{cut, instant};
use super::notification::{Event, Incident, Notification};

/// Lines of an error that are told; who needs more follows the link.
const ERROR_LINES_MAX: usize = 10;

/// Characters of an error that are told.
const ERROR_CHARACTERS_MAX: usize = 1_000;

/// Characters of any other text of a job or a person.
const TEXT_CHARACTERS_MAX: usize = 300;

/// How it should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Somebody must act at once.
    Critical,
    /// Somebody must act.
    Alarm,
    /// Somebody should look when there is time.
    Low,
    /// Somebody has it.
    Taken,
    /// It is over.
    Over,
    /// Nothing is wrong: a test.
    Trial,
}

impl Tone {
    /// Its colour, as red, green and blue.
    pub fn colour(self) -> u32 {
        match self {
            Self::Critical => 0x00b0_1030,
            Self::Alarm => 0x00d9_4f1e,
            Self::Low => 0x00b0_8800,
            Self::Taken => 0x0023_62c0,
            Self::Over => 0x001f_883d,
            Self::Trial => 0x0066_6e78,
        }
    }
}

/// A name and what it is at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its name, ours.
    pub label: &'static str,
    /// What it is; may hold text of a job.
    pub value: String,
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What is there, ours.
    pub label: &'static str,
    /// The address.
    pub url: String,
}

/// One message, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How it should look.
    pub tone: Tone,
    /// All of it in one line.
    pub title: String,
    /// What happened, in one sentence.
    pub lead: String,
    /// What is known.
    pub facts: Vec<Fact>,
    /// The first lines of the job's error. Empty: none.
    pub error: String,
    /// Where to look.
    pub links: Vec<Link>,
    /// How to say "I have it". Empty: there is nothing to have.
    pub how_to_acknowledge: String,
}

impl Message {
    /// The message for a notification.
    pub fn of(notification: &Notification) -> Self {
        match &notification.incident {
            Some(incident) => of_incident(notification, incident),
            None if notification.event == Event::Digest => digest::of(notification),
            None => of_test(notification),
        }
    }

    /// The message as plain text, without its title.
    pub fn plain_body(&self) -> String {
        let mut parts = vec![self.lead.clone()];
        let width = self.facts.iter().map(|fact| fact.label.len()).max().unwrap_or(0) + 1;
        let facts = self.facts.iter().map(|Fact { label, value }| {
            let label = format!("{label}:");
            format!("{label:width$}  {value}")
        });
        parts.push(facts.collect::<Vec<_>>().join("\n"));
        if !self.error.is_empty() {
            let lines: Vec<_> = self.error.lines().map(|line| format!("  {line}")).collect();
            parts.push(format!("Error:\n{}", lines.join("\n")));
        }
        let links: Vec<_> =
            self.links.iter().map(|Link { label, url }| format!("{label}: {url}")).collect();
        parts.push(links.join("\n"));
        parts.push(self.how_to_acknowledge.clone());
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n")
    }
}

fn of_test(notification: &Notification) -> Message {
    Message {
        tone: Tone::Trial,
        title: "Nightbell: a test".to_owned(),
        lead: "This channel works: incidents will be told here. Nothing is wrong.".to_owned(),
        facts: vec![
            fact("Project", text(&notification.project)),
            fact("Sent", instant(notification.occurred_at, None)),
        ],
        error: String::new(),
        links: Vec::new(),
        how_to_acknowledge: String::new(),
    }
}

fn of_incident(notification: &Notification, incident: &Incident) -> Message {
    let job = text(&incident.job_name);
    let is_over = notification.event == Event::Resolved;
    Message {
        tone: tone(notification.event, incident),
        title: title(notification.event, incident, &job),
        lead: lead(notification, incident),
        facts: facts(notification, incident),
        error: if is_over { String::new() } else { error(incident) },
        links: links(notification, incident),
        how_to_acknowledge: match notification.event {
            Event::Opened | Event::Reopened | Event::Reminded => {
                how_to_acknowledge(notification, incident)
            }
            Event::Acknowledged | Event::Resolved | Event::Digest | Event::Test => String::new(),
        },
    }
}

fn tone(event: Event, incident: &Incident) -> Tone {
    match (event, incident.severity.as_str()) {
        (Event::Acknowledged, _) => Tone::Taken,
        (Event::Resolved, _) => Tone::Over,
        (Event::Digest | Event::Test, _) => Tone::Trial,
        (Event::Opened | Event::Reopened | Event::Reminded, "critical") => Tone::Critical,
        (Event::Opened | Event::Reopened | Event::Reminded, "low") => Tone::Low,
        (Event::Opened | Event::Reopened | Event::Reminded, _) => Tone::Alarm,
    }
}

/// What broke, as one reads it on a locked telephone.
fn title(event: Event, incident: &Incident, job: &str) -> String {
    match event {
        Event::Opened | Event::Reopened | Event::Reminded => {
            let urgent = if incident.severity == "critical" { "CRITICAL: " } else { "" };
            let again = match event {
                Event::Reopened => "Again: ",
                Event::Reminded => "Still: ",
                _ => "",
            };
            format!("{urgent}{again}{job} {}", words::verb(&incident.reason))
        }
        Event::Acknowledged => {
            let by = incident.acknowledgement.as_ref().map(|it| text(&it.by));
            let by = by.filter(|by| !by.is_empty()).unwrap_or_else(|| "Somebody".to_owned());
            format!("{by} has it: {job} {}", words::verb(&incident.reason))
        }
        Event::Resolved => match incident.resolution.as_deref() {
            Some("reported_late") => format!("No harm done: {job} only reported late"),
            Some("manual") => format!("Closed by hand: {job} {}", words::verb(&incident.reason)),
            Some("withdrawn") => format!("Withdrawn: {job} is no longer judged by this"),
            _ => format!("Recovered: {job}"),
        },
        Event::Digest | Event::Test => "Nightbell: a test".to_owned(),
    }
}

fn lead(notification: &Notification, incident: &Incident) -> String {
    let summary = text(&incident.summary);
    match notification.event {
        Event::Acknowledged => match &incident.acknowledgement {
            Some(it) if !it.note.is_empty() => format!("They say: {}", text(&it.note)),
            _ => summary,
        },
        Event::Reminded => {
            let lasts = Span(notification.occurred_at.since(incident.onset_at));
            format!("For {lasts} now, and nobody has it. {summary}")
        }
        Event::Opened | Event::Resolved | Event::Reopened | Event::Digest | Event::Test => summary,
    }
}

fn facts(notification: &Notification, incident: &Incident) -> Vec<Fact> {
    let background = &notification.background;
    let zone = background.timezone.as_deref();
    let mut facts = vec![fact("Since", instant(incident.onset_at, zone))];
    if let Some(at) = incident.resolved_at {
        facts.push(fact("Until", instant(at, zone)));
    }
    let last_good = match background.last_success_at {
        Some(at) if at < incident.onset_at => {
            let before = Span(incident.onset_at.since(at));
            format!("{}, {before} before", instant(at, zone))
        }
        Some(at) => instant(at, zone),
        None => "none that we know of".to_owned(),
    };
    facts.push(fact("Last good run", last_good));
    if !background.expected.is_empty() {
        facts.push(fact("Expected", text(&background.expected)));
    }
    let service = text(&incident.service_name);
    facts.push(fact("Job", format!("{service} / {}", text(&incident.scheduler_id))));
    if incident.missed_slots > 0 && incident.resolved_at.is_none() {
        facts.push(fact("Runs missed", incident.missed_slots.to_string()));
    }
    if let Some(run) = incident.run_ids.last() {
        let more = match incident.run_ids.len() {
            1 => String::new(),
            many => format!(" and {} more", many - 1),
        };
        facts.push(fact("Run", format!("{}{more}", text(run))));
    }
    if let Some(it) = &incident.acknowledgement {
        facts.push(fact("Taken by", format!("{}, {}", text(&it.by), instant(it.at, zone))));
    }
    facts.push(fact("Severity", incident.severity.clone()));
    facts.push(fact("Project", text(&notification.project)));
    facts
}

fn error(incident: &Incident) -> String {
    let Some(error) = &incident.error_message else { return String::new() };
    let lines: Vec<_> = error.lines().take(ERROR_LINES_MAX).map(str::trim_end).collect();
    let shown = cut(&lines.join("\n"), ERROR_CHARACTERS_MAX);
    let is_cut = error.lines().count() > ERROR_LINES_MAX;
    let shown = if is_cut { format!("{shown}\n…") } else { shown };
    visible(&shown)
}

/// Pages of the dashboard: who follows a link has to sign in there.
fn links(notification: &Notification, incident: &Incident) -> Vec<Link> {
    let Some(base) = &notification.link_base else { return Vec::new() };
    let scheduler = format!("{base}/schedulers/{}", path_part(&incident.scheduler_id));
    let mut links = Vec::new();
    if let Some(run) = incident.run_ids.last() {
        links.push(Link { label: "Run", url: format!("{scheduler}?run={}", path_part(run)) });
    }
    links.push(Link { label: "Explain", url: format!("{scheduler}#explain") });
    links.push(Link { label: "Incident", url: incident_page(base, incident) });
    links
}

fn incident_page(base: &str, incident: &Incident) -> String {
    format!("{base}/incidents/{}", path_part(&incident.incident_id))
}

fn how_to_acknowledge(notification: &Notification, incident: &Incident) -> String {
    let Some(base) = &notification.link_base else { return String::new() };
    let page = incident_page(base, incident);
    format!("To say that you have it, open {page} and press Acknowledge.")
}

/// An id as a part of an address.
fn path_part(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

fn fact(label: &'static str, value: String) -> Fact {
    Fact { label, value }
}

/// A text of a job or a person, on one line and within bounds.
fn text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    visible(&cut(&line, TEXT_CHARACTERS_MAX))
}

/// When the notification's event was, in the words of a message.
pub fn occurred(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_string()
}

#[cfg(test)]
pub(in crate::channel) mod tests;
