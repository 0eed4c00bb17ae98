//! A press of a button in Slack, and the proof that it was Slack who told.

use aws_lc_rs::hmac;
use nightbell_domain::time::Timestamp;
use serde_json::Value;

use super::blocks::{ACKNOWLEDGE, SNOOZE};
use crate::channel::hidden::Hidden;
use crate::limits::SLACK_REQUEST_AGE_MAX;

/// A button that does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// Says that they have it.
    Acknowledge,
    /// Asks to be told again in an hour, and not before.
    Snooze,
}

/// What somebody asked for by pressing a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The button.
    pub button: Button,
    /// The incident, as the button names it.
    pub incident_id: String,
    /// Who pressed it, by the name that Slack gives.
    pub by: String,
}

/// Whether Slack signed this body with the app's secret, and lately. The comparison
/// takes as long for any wrong signature; an old one may be a recording.
pub fn is_signed(
    secret: &Hidden,
    timestamp: &str,
    body: &[u8],
    signature: &str,
    now: Timestamp,
) -> bool {
    let Ok(seconds) = timestamp.parse::<i64>() else { return false };
    let age = now.as_millis().div_euclid(1_000).saturating_sub(seconds).unsigned_abs();
    if age > SLACK_REQUEST_AGE_MAX.as_secs() {
        return false;
    }
    let Some(sent) = signature.strip_prefix("v0=").and_then(bytes_of_hex) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let mut signed = format!("v0:{timestamp}:").into_bytes();
    signed.extend_from_slice(body);
    hmac::verify(&key, &signed, &sent).is_ok()
}

/// The action in the body of a request; none if it is a button of no consequence, such
/// as a link.
pub fn action(body: &[u8]) -> Option<Action> {
    let (_, payload) = url::form_urlencoded::parse(body).find(|(name, _)| name == "payload")?;
    let payload: Value = serde_json::from_str(&payload).ok()?;
    let actions = payload["actions"].as_array()?;
    let (pressed, button) = actions.iter().find_map(|it| match it["action_id"].as_str()? {
        ACKNOWLEDGE => Some((it, Button::Acknowledge)),
        SNOOZE => Some((it, Button::Snooze)),
        _ => None,
    })?;
    let user = &payload["user"];
    let names = [&user["name"], &user["username"], &user["id"]];
    let by = names.into_iter().find_map(Value::as_str).unwrap_or("somebody");
    Some(Action {
        button,
        incident_id: pressed["value"].as_str()?.to_owned(),
        by: format!("{by} (Slack)").chars().take(200).collect(),
    })
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|it| it.len() == 64)?;
    let pairs = digits.chunks_exact(2);
    pairs.map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of Slack's own documentation.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const AT: &str = "1531420618";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
        &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
        &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
        %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.\
        803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn signed(at: &str, body: &str, signature: &str, now_seconds: i64) -> bool {
        let now = Timestamp::from_millis(now_seconds * 1_000);
        is_signed(&Hidden::new(SECRET), at, body.as_bytes(), signature, now)
    }

    #[test]
    fn the_published_example_is_signed_by_slack() {
        assert!(signed(AT, BODY, SIGNATURE, 1_531_420_618));
        assert!(signed(AT, BODY, SIGNATURE, 1_531_420_618 + 300));
    }

    #[test]
    fn what_was_changed_or_recorded_is_not() {
        let now = 1_531_420_618;
        assert!(!signed(AT, BODY, SIGNATURE, now + 301), "a recording");
        assert!(!signed(AT, BODY, SIGNATURE, now - 301), "from the future");
        assert!(!signed(AT, &BODY.replace("text=", "text=x"), SIGNATURE, now));
        assert!(!signed("1531420619", BODY, SIGNATURE, now));
        let other = SIGNATURE.replace("v0=a2", "v0=a3");
        for bad in ["", "v0=", "v1=00", &SIGNATURE[..SIGNATURE.len() - 2], &other] {
            assert!(!signed(AT, BODY, bad, now), "{bad}");
        }
        for bad in ["", "soon", "-1", "99999999999999999999"] {
            assert!(!signed(bad, BODY, SIGNATURE, now), "{bad}");
        }
    }

    #[test]
    fn a_press_names_the_incident_and_who_pressed() {
        for (name, button) in
            [("nightbell_acknowledge", Button::Acknowledge), ("nightbell_snooze", Button::Snooze)]
        {
            let payload = r#"{"user":{"id":"U1","name":"ada"},"actions":[{"action_id":"other"},
                {"action_id":"NAME","value":"i1"}]}"#;
            let body = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("payload", &payload.replace("NAME", name))
                .finish();
            let (incident_id, by) = ("i1".to_owned(), "ada (Slack)".to_owned());
            assert_eq!(action(body.as_bytes()), Some(Action { button, incident_id, by }));
        }
        assert_eq!(action(b"payload=%7B%7D"), None);
        assert_eq!(action(b"\xff\xfe"), None);
    }
}
