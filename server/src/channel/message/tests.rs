//! Messages, and hostile texts in them.

use std::time::Duration;

use nightbell_domain::time::Timestamp;

use super::*;
use crate::channel::notification::{Acknowledgement, Background, Told};

/// A night in which a backup failed.
pub(in crate::channel) const ONSET: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// A notification as receivers' documents show it.
pub(in crate::channel) fn example(event: Event) -> Notification {
    let minutes = |count: i64| Timestamp::from_millis(ONSET.as_millis() + count * 60_000);
    let is_over = event == Event::Resolved;
    let acknowledgement = Acknowledgement {
        by: "Ada Lovelace".to_owned(),
        note: "The disk is full; making room.".to_owned(),
        at: minutes(9),
    };
    let (number, occurred_at) = match event {
        Event::Opened | Event::Digest | Event::Test => ("1", ONSET),
        Event::Acknowledged => ("2", minutes(9)),
        Event::Resolved => ("3", minutes(95)),
        Event::Reopened => ("4", minutes(98)),
        Event::Reminded => ("1.1", minutes(60)),
    };
    let wrong = "Run failed: cannot write /backup/db.tar.gz";
    let incident = Incident {
        incident_id: "0190f3a2-7c5e-7d3b-9a11-2b6f8e4d5c01".to_owned(),
        scheduler_id: "billing-nightly-backup".to_owned(),
        service_name: "billing".to_owned(),
        job_name: "Nightly backup".to_owned(),
        reason: "failed".to_owned(),
        severity: "critical".to_owned(),
        onset_at: ONSET,
        opened_at: ONSET,
        resolved_at: is_over.then_some(minutes(95)),
        resolution: is_over.then(|| "recovered".to_owned()),
        duration: is_over.then_some(Duration::from_mins(95)),
        summary: match event {
            Event::Resolved => format!("Recovered after 1 h 35 min, 1 slot missed: {wrong}"),
            Event::Reopened => format!("Wrong again: {wrong}"),
            Event::Opened | Event::Acknowledged | Event::Reminded | Event::Digest | Event::Test => {
                wrong.to_owned()
            }
        },
        error_message: Some(
            "cannot write /backup/db.tar.gz\n  caused by: No space left on device (os error 28)"
                .to_owned(),
        ),
        run_ids: vec!["0190f3a2-7000-7000-8000-000000000001".to_owned()],
        missed_slots: u32::from(is_over),
        acknowledgement: (!event.is_alarm()).then_some(acknowledgement),
    };
    Notification {
        key: format!("nb1:{}:{number}:7", incident.incident_id),
        event,
        occurred_at,
        project: "default".to_owned(),
        link_base: Some("https://bell.example.org".to_owned()),
        incident: (!matches!(event, Event::Digest | Event::Test)).then_some(incident),
        background: Background {
            last_success_at: Some(minutes(-24 * 60)),
            expected: "a run that ends well".to_owned(),
            timezone: Some("Europe/Berlin".to_owned()),
        },
        mention: Some("U0123456789".to_owned()),
        thread: None,
        digest: Vec::new(),
    }
}

/// Texts that one sink or another would take for an order.
pub(in crate::channel) const HOSTILE: &[&str] = &[
    "<img src=x onerror=alert(1)>",
    "</pre></td><script>alert(1)</script>",
    "<!channel> <!here> <@U0123456789> <https://evil.example|Log in>",
    "@everyone @here <@&123> [click](https://evil.example)",
    "a\r\nBcc: victim@example.org\r\n\r\nbody",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "gpj.\u{202e}exe\u{200b}\u{feff}",
    "{{7*7}} ${env:PATH} %n%s '; DROP TABLE jobs; --",
    "```\n@everyone\n```",
    "*bold* _italic_ ~gone~ `code` ||spoiler|| # head > quote",
    "&lt;script&gt; &amp;amp;",
    "\0",
];

/// The example with one hostile text in every field that a job or a person fills.
pub(in crate::channel) fn hostile(text: &str) -> Notification {
    let mut notification = example(Event::Opened);
    text.clone_into(&mut notification.project);
    text.clone_into(&mut notification.background.expected);
    if let Some(incident) = &mut notification.incident {
        text.clone_into(&mut incident.job_name);
        text.clone_into(&mut incident.service_name);
        text.clone_into(&mut incident.summary);
        incident.error_message = Some(text.to_owned());
        incident.run_ids = vec![text.to_owned()];
        incident.acknowledgement =
            Some(Acknowledgement { by: text.to_owned(), note: text.to_owned(), at: ONSET });
    }
    notification
}

#[test]
fn titles_say_what_broke_and_how_it_ended() {
    let title = |reason: &str, event, resolution: Option<&str>| {
        let mut notification = example(event);
        if let Some(incident) = &mut notification.incident {
            reason.clone_into(&mut incident.reason);
            "normal".clone_into(&mut incident.severity);
            incident.resolution = resolution.map(str::to_owned);
        }
        Message::of(&notification).title
    };
    let opened = |reason| title(reason, Event::Opened, None);
    assert_eq!(opened("failed"), "Nightly backup failed");
    assert_eq!(opened("missed"), "Nightly backup did not start");
    assert_eq!(opened("never_started"), "Nightly backup has never started");
    assert_eq!(opened("stalled"), "Nightly backup fell silent");
    assert_eq!(opened("lost"), "Nightly backup was lost without an end");
    assert_eq!(opened("overran"), "Nightly backup takes too long");
    assert_eq!(opened("too_quick"), "Nightly backup ended too quickly to be true");
    let acknowledged = title("failed", Event::Acknowledged, None);
    assert_eq!(acknowledged, "Ada Lovelace has it: Nightly backup failed");
    let reopened = title("failed", Event::Reopened, None);
    assert_eq!(reopened, "Again: Nightly backup failed");
    let resolved = |resolution| title("failed", Event::Resolved, Some(resolution));
    assert_eq!(resolved("recovered"), "Recovered: Nightly backup");
    assert_eq!(resolved("reported_late"), "No harm done: Nightly backup only reported late");
    assert_eq!(resolved("manual"), "Closed by hand: Nightly backup failed");
    assert_eq!(resolved("withdrawn"), "Withdrawn: Nightly backup is no longer judged by this");
}

#[test]
fn of_a_long_error_the_first_lines_are_told() {
    let mut notification = example(Event::Opened);
    let lines: Vec<_> = (0..500).map(|number| format!("line {number}")).collect();
    if let Some(incident) = &mut notification.incident {
        incident.error_message = Some(lines.join("\n"));
    }
    let message = Message::of(&notification);
    assert_eq!(message.error, format!("{}\n…", lines[..10].join("\n")));

    if let Some(incident) = &mut notification.incident {
        incident.error_message = Some("x".repeat(5_000_000));
    }
    assert_eq!(Message::of(&notification).error.chars().count(), ERROR_CHARACTERS_MAX);
}

#[test]
fn no_text_leaves_with_what_acts_on_a_terminal_or_fools_the_eye() {
    for text in HOSTILE {
        let message = Message::of(&hostile(text));
        let all = format!("{}\n{}", message.title, message.plain_body());
        let acts = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{200b}'..='\u{202e}');
        assert!(!all.contains(acts), "{text:?} in {all:?}");
        assert!(!message.title.contains('\n'), "{text:?} in {:?}", message.title);
    }
}

#[test]
fn an_incident_without_links_or_past_is_told_too() {
    let mut notification = example(Event::Opened);
    notification.link_base = None;
    notification.background = Background::default();
    let message = Message::of(&notification);
    assert!(message.links.is_empty() && message.how_to_acknowledge.is_empty());
    assert!(message.plain_body().contains("Last good run:  none that we know of"));
}

#[test]
fn keys_name_the_incident_and_its_beginning() {
    let notification = example(Event::Resolved);
    let incident = "0190f3a2-7c5e-7d3b-9a11-2b6f8e4d5c01";
    assert_eq!(notification.incident_key(), format!("nb1:{incident}:7"));
    assert_eq!(notification.first_key(), Some(format!("nb1:{incident}:1:7")));
    assert_eq!(example(Event::Opened).first_key(), None);
}

/// So many incidents together: a third of them over.
pub(in crate::channel) fn example_digest(count: usize) -> Notification {
    let told = (0..count).map(|number| {
        let event = if number % 3 == 2 { Event::Resolved } else { Event::Opened };
        let mut incident = example(event).incident.expect("it is about an incident");
        incident.job_name = format!("Backup {number}");
        incident.scheduler_id = format!("backup-{number}");
        Told { event, incident }
    });
    let digest = told.collect();
    let key = "nb1:digest:0190f3a2-7c5e-7d3b-9a11-2b6f8e4d5c01:7".to_owned();
    Notification { key, digest, ..example(Event::Digest) }
}

#[test]
fn a_digest_names_what_is_wrong_first_and_counts_the_rest() {
    let message = Message::of(&example_digest(30));
    assert_eq!(message.title, "30 incidents: 20 wrong, 10 over");
    assert_eq!(message.tone, Tone::Critical);
    let named = message.facts.iter().filter(|fact| fact.label == "Wrong").count();
    assert_eq!(named, 20);
    assert!(message.facts[0].value.ends_with("Backup 0 failed (backup-0)"), "{message:?}");
    assert!(message.facts.iter().any(|fact| fact.label == "And" && fact.value == "10 more"));
    assert!(message.facts.len() < 25, "Discord takes no more");

    let message = Message::of(&example_digest(3));
    assert_eq!(message.title, "3 incidents: 2 wrong, 1 over");
    assert!(message.facts.iter().any(|it| it.label == "Over" && it.value.contains("Backup 2")));
    assert!(!message.facts.iter().any(|fact| fact.label == "And"));
    let all = &message.links[0];
    assert_eq!((all.label, all.url.as_str()), ("All", "https://bell.example.org/"));
}
