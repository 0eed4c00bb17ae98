//! Signatures and bodies. What receivers do is tested with the client.

use super::*;
use crate::channel::notification::{Acknowledgement, Background, Event};

fn secret(text: &str) -> Result<Secret, BadSecret> {
    Secret::try_from(text.to_owned())
}

/// The example of the Standard Webhooks specification, computed once more with
/// Python's `hmac`.
#[test]
fn the_published_example_has_this_signature() {
    let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");

    let signature =
        secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);

    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn made_secrets_differ_and_read_back() {
    let (one, two) = (generate_secret(), generate_secret());

    assert_ne!(one, two);
    assert_eq!(secret(&one.reveal()), Ok(one));
}

#[test]
fn secrets_have_bounds_and_padding_is_optional() {
    let encoded = |len| STANDARD.encode(vec![7_u8; len]);
    for len in [24, 25, 64] {
        let text = format!("whsec_{}", encoded(len));
        assert!(secret(&text).is_ok(), "{len} bytes");
        assert_eq!(secret(text.trim_end_matches('=')), secret(&text));
    }
    for bad in [
        String::new(),
        "whsec_".to_owned(),
        encoded(32),
        format!("whsec_{}", encoded(23)),
        format!("whsec_{}", encoded(65)),
        format!("whsec_{}!", encoded(32)),
    ] {
        assert_eq!(secret(&bad), Err(BadSecret), "{bad}");
    }
}

#[test]
fn neither_secret_nor_address_can_be_logged() {
    let settings = WebhookSettings {
        url: "https://example.org/token".to_owned(),
        secret: secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret"),
    };

    let shown = format!("{settings:?} {:?}", settings.secret);

    assert!(!shown.contains("token") && !shown.contains("MfKQ"), "{shown}");
}

#[test]
fn a_resolved_incident_is_told_with_all_that_is_known() {
    let notification = Notification {
        key: "n1".to_owned(),
        event: Event::Resolved,
        occurred_at: Timestamp::from_millis(1_700_000_000_500),
        project: "default".to_owned(),
        link_base: Some("https://bell.example.org".to_owned()),
        incident: Some(Incident {
            incident_id: "i1".to_owned(),
            scheduler_id: "nightly".to_owned(),
            service_name: "backup".to_owned(),
            job_name: "<b>Nightly</b>".to_owned(),
            reason: "missed".to_owned(),
            severity: "critical".to_owned(),
            onset_at: Timestamp::from_millis(1_699_999_990_000),
            opened_at: Timestamp::from_millis(1_699_999_991_000),
            resolved_at: Some(Timestamp::from_millis(1_700_000_000_500)),
            resolution: Some("recovered".to_owned()),
            duration: Some(Duration::from_millis(10_500)),
            summary: "did not start".to_owned(),
            error_message: None,
            run_ids: vec!["r1".to_owned()],
            missed_slots: 2,
            acknowledgement: Some(Acknowledgement {
                by: "Ada".to_owned(),
                note: String::new(),
                at: Timestamp::from_millis(1_699_999_992_000),
            }),
        }),
        background: Background::default(),
        mention: None,
        thread: None,
        digest: Vec::new(),
    };

    assert_eq!(
        body(&notification),
        json!({
            "type": "incident.resolved",
            "timestamp": "2023-11-14T22:13:20.5Z",
            "data": {
                "incident_id": "i1",
                "scheduler_id": "nightly",
                "service_name": "backup",
                "job_name": "<b>Nightly</b>",
                "reason": "missed",
                "severity": "critical",
                "onset_at": "2023-11-14T22:13:10Z",
                "opened_at": "2023-11-14T22:13:11Z",
                "resolved_at": "2023-11-14T22:13:20.5Z",
                "resolution": "recovered",
                "duration": "10.5s",
                "summary": "did not start",
                "run_ids": ["r1"],
                "missed_slots": 2,
                "acknowledgement": {"by": "Ada", "note": "", "at": "2023-11-14T22:13:12Z"},
                "project": "default",
                "url": "https://bell.example.org/incidents/i1",
            },
        })
    );
}

#[test]
fn a_duration_reads_as_it_does_in_the_answers_of_the_api() {
    for (millis, text) in [(0, "0s"), (31, "0.031s"), (70, "0.07s"), (90_000, "90s")] {
        let duration = Duration::from_millis(millis);
        let contract = prost_types::Duration::try_from(duration).expect("a short one");
        assert_eq!(nightbell_proto::json::duration_to_text(&contract), text);
        assert_eq!(seconds(duration), text);
    }
}
