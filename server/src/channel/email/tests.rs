//! What a mail holds, and which servers may be named. What servers make of it is tested
//! with a real one, in `tests/examples`.

use super::letter::letter;
use super::*;
use crate::channel::address::AllowList;
use crate::channel::message::tests::{HOSTILE, example, hostile};
use crate::channel::notification::Event;

const SENDER: &str = "nightbell@bell.example.org";

fn written(notification: &Notification) -> String {
    let to = ["a@example.org".to_owned(), "b@example.org".to_owned()];
    let letter = letter(notification, SENDER, &to).expect("a letter");
    String::from_utf8(letter.formatted()).expect("text")
}

fn header<'a>(mail: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = mail.split_once("\r\n\r\n")?;
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn an_incident_is_one_thread() {
    let (opened, resolved) = (example(Event::Opened), example(Event::Resolved));
    let (opened, resolved) = (written(&opened), written(&resolved));
    let first = "<nb1.0190f3a2-7c5e-7d3b-9a11-2b6f8e4d5c01.1.7@bell.example.org>";
    assert_eq!(header(&opened, "Message-ID"), Some(first));
    assert_eq!(header(&opened, "In-Reply-To"), None);
    assert_eq!(header(&resolved, "In-Reply-To"), Some(first));
    assert_eq!(header(&resolved, "References"), Some(first));
    assert_eq!(header(&resolved, "Message-ID"), Some(&*first.replace(".1.7@", ".3.7@")));
}

#[test]
fn a_mail_written_again_is_the_same_but_for_its_boundary() {
    let without_boundary = |mail: String| {
        let boundary = mail.split("boundary=\"").nth(1).and_then(|it| it.split('"').next());
        let boundary = boundary.expect("a boundary").to_owned();
        mail.replace(&boundary, "")
    };
    let once = without_boundary(written(&example(Event::Opened)));
    assert_eq!(once, without_boundary(written(&example(Event::Opened))));
}

#[test]
fn domains_hold_addresses_of_exactly_theirs() {
    let domains = Domains::parse(" Example.com, other.example ").unwrap();
    assert_eq!(domains.text(), "example.com,other.example");
    for (address, is_held) in [
        ("a@example.com", true),
        ("A@EXAMPLE.COM", true),
        ("a@sub.example.com", false),
        ("a@badexample.com", false),
        ("a@example.com.evil.example", false),
        ("\"@example.com\"@evil.example", false),
        ("example.com", false),
    ] {
        assert_eq!(domains.hold(address), is_held, "{address}");
    }
    assert!(Domains::parse("*").unwrap().hold("a@any.example"));
    assert!(!Domains::parse("").unwrap().hold("a@any.example"));
    assert!(Domains::parse("example.com, a b").is_err());
}

#[test]
fn a_question_is_plain_text_whatever_the_job_is_called() {
    let hostile = "x\r\nBcc: victim@example.org\r\n\r\nhttps://evil.example";
    let link = "https://bell.example.org/confirm/token";
    let asked = letter::Question { project: hostile, scheduler: hostile, link };
    let letter = letter::question(&asked, SENDER, "team@example.com").expect("a letter");
    let mail = String::from_utf8(letter.formatted()).expect("text");
    let (head, body) = mail.split_once("\r\n\r\n").expect("a head");
    assert!(!head.contains("Bcc") && head.contains("To: team@example.com"), "{head}");
    assert!(body.contains(link), "{body}");
}

#[test]
fn no_text_becomes_a_header() {
    for text in HOSTILE {
        let mail = written(&hostile(text));
        let (head, _) = mail.split_once("\r\n\r\n").expect("a head");
        let names: Vec<_> = head
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap_or_default())
            .collect();
        let known = [
            "From",
            "Subject",
            "Message-ID",
            "Date",
            "Auto-Submitted",
            "X-Nightbell-Key",
            "To",
            "MIME-Version",
            "Content-Type",
        ];
        assert!(names.iter().all(|name| known.contains(name)), "{text:?}: {names:?}");
    }
}

#[test]
fn mail_servers_are_named_by_address() {
    for (text, described) in [
        ("smtp://mail.example.org", "smtp://mail.example.org:587"),
        ("smtps://u:p@Mail.Example.org", "smtps://mail.example.org:465"),
        ("smtp://u%40x:p%2Fq@mail.example.org:2525", "smtp://mail.example.org:2525"),
        ("smtp://localhost?tls=none", "smtp://localhost:25?tls=none"),
    ] {
        let server = MailServer::parse(text).expect(text);
        assert_eq!(server.describe(), described);
        assert!(!format!("{server:?}").contains("p/q"), "{server:?}");
    }
    for bad in [
        "",
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://u@mail.example.org",
        "smtp://mail.example.org/x",
        "smtp://mail.example.org?tls=maybe",
        "smtps://mail.example.org?tls=none",
        "smtp://u:secret@mail.example.org?tls=none",
    ] {
        let rule = MailServer::parse(bad).expect_err(bad);
        assert!(!rule.contains("secret"), "{rule}");
    }
}

#[test]
fn a_mail_server_must_be_one_that_may_be_called() {
    let refused = |url: &str| {
        let settings = EmailSettings {
            to: vec!["a@example.org".to_owned()],
            smtp_url: Some(Hidden::new(url)),
            sender: Some("b@example.org".to_owned()),
        };
        let allow = AllowList::default();
        let mut rules = Rules::new(&allow, "email");
        settings.check(&mut rules);
        rules.broken().into_iter().map(|it| it.reason).collect::<Vec<_>>()
    };
    assert!(refused("smtps://mail.example.org").is_empty());
    assert!(refused("smtp://mail.example.org:25").is_empty());
    for private in [
        "smtp://127.0.0.1",
        "smtp://localhost:2525",
        "smtp://0x7f.1",
        "smtp://[::1]",
        "smtp://10.0.0.1:25",
        "smtps://169.254.169.254",
        "smtp://2130706433",
    ] {
        assert_eq!(refused(private), ["BLOCKED_TARGET"], "{private}");
    }
}

#[test]
fn addresses_are_plain() {
    for bad in ["A <a@example.org>", "a@example.org, b@example.org", "a@b\r\nBcc: c@d", "nobody"] {
        let settings = EmailSettings { to: vec![bad.to_owned()], ..EmailSettings::default() };
        let allow = AllowList::default();
        let mut rules = Rules::new(&allow, "email");
        settings.check(&mut rules);
        assert_eq!(rules.broken()[0].reason, "BAD_EMAIL", "{bad}");
    }
}
