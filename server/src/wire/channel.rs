//! Channels, never with their secrets.
//!
//! The settings of a kind have one JSON form, the contract's: what is sent becomes a
//! draft by it, and what is shown becomes a message. So a new kind needs nothing here.

use nightbell_domain::settings::Violation;
use nightbell_proto::json::{self, Mode};
use nightbell_proto::v1;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::text::name;
use super::{invalid, time, unless_violated};
use crate::error::ServiceError;
use crate::service::channels::{
    Channel, ChannelPatch, Draft, KINDS, NewChannel, TestReceipt, says_nothing,
};

const NAME_CHARACTERS_MAX: usize = 100;

/// A channel as the caller reads it.
pub fn shown(channel: Channel) -> v1::Channel {
    let form = json!({
        "name": channel.name,
        "enabled": channel.is_enabled,
        "by_default": channel.is_default,
        "fallback_channel_id": channel.fallback_id.map(|id| id.to_string()),
        channel.kind: channel.settings,
    });
    let settings = json::from_slice(form.to_string().as_bytes(), Mode::Strict);
    debug_assert!(settings.is_ok(), "stored settings are the contract's: {settings:?}");
    v1::Channel {
        channel_id: channel.id.to_string(),
        settings: settings.ok().map(|decoded| decoded.message),
        created_at: Some(time::timestamp(channel.created_at)),
        disabled_reason: channel.disabled_reason,
        failing_since: channel.failing_since.map(time::timestamp),
        failing_result: channel.failing_result,
    }
}

/// The receipt of a test, as the caller reads it.
pub fn receipt(receipt: TestReceipt) -> v1::TestChannelResponse {
    v1::TestChannelResponse {
        delivered: receipt.is_delivered,
        result: receipt.result,
        took_ms: receipt.took_ms,
    }
}

/// The channel that a request names. What is no id names nothing.
///
/// # Errors
///
/// Such an id cannot be.
pub fn id(text: &str) -> Result<i64, ServiceError> {
    let number = text.parse().ok().filter(|number: &i64| number.to_string() == text);
    number.ok_or(ServiceError::NotFound { kind: "channel" })
}

/// The name and kind of a new channel. Whether its target may be called is for the
/// channel to say.
///
/// # Errors
///
/// Every rule that can be seen to be broken.
pub fn new_channel(message: v1::CreateChannelRequest) -> Result<(NewChannel, Draft), ServiceError> {
    let mut violations = Vec::new();
    let said = said(&message).map(|(kind, mut fields)| {
        fields.retain(|_, value| !says_nothing(value));
        Draft { kind, fields }
    });
    let name = name("name", message.name, NAME_CHARACTERS_MAX, &mut violations);
    let fallback_id = fallback(message.fallback_channel_id, "fallback_channel_id", &mut violations);
    let new = NewChannel { name, is_default: message.by_default, fallback_id };
    let Some(draft) = said else {
        let rule = format!("must be given: one of {}", KINDS.join(", "));
        violations.push(Violation::new("kind", "REQUIRED", rule));
        return Err(ServiceError::Invalid(violations));
    };
    unless_violated((new, draft), violations)
}

/// Reads a change of a channel. What the mask does not name is kept.
///
/// Fields that say nothing are kept too: over REST the mask names the settings of the
/// kind as a whole. `enabled` without a value means yes.
///
/// # Errors
///
/// No mask, a path that names no field, and what cannot be taken away.
pub fn update(
    settings: Option<v1::ChannelSettings>,
    mask: Option<prost_types::FieldMask>,
) -> Result<ChannelPatch, ServiceError> {
    let settings = settings.unwrap_or_default();
    let said = said(&settings);
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    if paths.is_empty() {
        return Err(invalid("update_mask", "REQUIRED", "must name the fields to change"));
    }
    let mut patch = ChannelPatch::default();
    let mut violations = Vec::new();
    for path in paths {
        match path.as_str() {
            "name" => {
                let text = settings.name.clone().unwrap_or_default();
                let text = name("settings.name", text, NAME_CHARACTERS_MAX, &mut violations);
                patch.name = Some(text);
            }
            "enabled" => patch.is_enabled = Some(settings.enabled.unwrap_or(true)),
            "by_default" => patch.is_default = Some(settings.by_default.unwrap_or(true)),
            "fallback_channel_id" => {
                let field = "settings.fallback_channel_id";
                let text = settings.fallback_channel_id.clone();
                patch.fallback_id = Some(fallback(text, field, &mut violations));
            }
            other => match chosen(other, said.as_ref()) {
                Ok((kind, fields)) => {
                    let fresh = || Draft { kind, fields: Map::new() };
                    patch.draft.get_or_insert_with(fresh).fields.extend(fields);
                }
                Err(violation) => violations.push(violation),
            },
        }
    }
    unless_violated(patch, violations)
}

/// The fallback that is named; none if nothing is.
fn fallback(text: Option<String>, field: &str, violations: &mut Vec<Violation>) -> Option<i64> {
    let text = text.filter(|text| !text.is_empty())?;
    let fallback = id(&text).ok();
    if fallback.is_none() {
        violations.push(Violation::new(field, "UNKNOWN_CHANNEL", "must be a channel's id"));
    }
    fallback
}

/// What is said of a kind: its name and all its fields, those that say nothing too.
fn said(message: &impl Serialize) -> Option<(String, Map<String, Value>)> {
    let Ok(Value::Object(form)) = serde_json::to_value(message) else { return None };
    form.into_iter().find_map(|(name, value)| match value {
        Value::Object(fields) if KINDS.contains(&name.as_str()) => Some((name, fields)),
        _ => None,
    })
}

/// The fields that a path of a mask chooses, such as `webhook` or `webhook.url`.
fn chosen(
    path: &str,
    said: Option<&(String, Map<String, Value>)>,
) -> Result<(String, Map<String, Value>), Violation> {
    let unknown = || {
        let shown: String = path.chars().take(64).collect();
        let rule = format!("names {shown:?}, which is no setting");
        Violation::new("update_mask", "UNKNOWN_FIELD", rule)
    };
    let (kind, field) = path.split_once('.').map_or((path, None), |(kind, it)| (kind, Some(it)));
    if !KINDS.contains(&kind) {
        return Err(unknown());
    }
    let fields = said.filter(|(name, _)| name == kind).map(|(_, fields)| fields);
    if let (Some(fields), Some(field)) = (fields, field)
        && !fields.contains_key(field)
    {
        return Err(unknown());
    }
    let is_chosen = |name: &str| field.is_none_or(|field| field == name);
    let chosen: Map<_, _> = fields
        .into_iter()
        .flatten()
        .filter(|(name, value)| is_chosen(name) && !says_nothing(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if chosen.is_empty() {
        let rule = "cannot be taken away";
        return Err(Violation::new(format!("settings.{path}"), "REQUIRED", rule));
    }
    Ok((kind.to_owned(), chosen))
}

#[cfg(test)]
mod tests {
    use nightbell_domain::time::Timestamp;

    use super::*;

    fn webhook(url: &str, secret: Option<&str>) -> v1::WebhookSettings {
        v1::WebhookSettings { url: url.to_owned(), secret: secret.map(str::to_owned) }
    }

    fn settings(webhook: v1::WebhookSettings) -> v1::ChannelSettings {
        let kind = Some(v1::channel_settings::Kind::Webhook(webhook));
        v1::ChannelSettings { kind, ..Default::default() }
    }

    fn mask(paths: &[&str]) -> prost_types::FieldMask {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        prost_types::FieldMask { paths }
    }

    fn refused<T>(outcome: Result<T, ServiceError>) -> Vec<(String, &'static str)> {
        let Err(ServiceError::Invalid(found)) = outcome else { panic!("taken") };
        found.into_iter().map(|violation| (violation.field, violation.reason)).collect()
    }

    #[test]
    fn a_channel_is_shown_without_its_secret() {
        let shown = shown(Channel {
            id: 12,
            name: "ops".to_owned(),
            is_enabled: true,
            kind: "webhook",
            settings: Map::from_iter([("url".to_owned(), json!("https://example.com"))]),
            created_at: Timestamp::from_millis(0),
            disabled_reason: String::new(),
            is_default: true,
            fallback_id: None,
            failing_since: None,
            failing_result: String::new(),
        });
        assert_eq!(shown.channel_id, "12");
        let kind = shown.settings.and_then(|settings| settings.kind);
        let expected = webhook("https://example.com", None);
        assert_eq!(kind, Some(v1::channel_settings::Kind::Webhook(expected)));
    }

    #[test]
    fn every_rule_a_new_channel_breaks_is_told() {
        let none = v1::CreateChannelRequest::default();
        assert_eq!(
            refused(new_channel(none)),
            [("name".to_owned(), "BAD_NAME"), ("kind".to_owned(), "REQUIRED")]
        );
        let long = v1::CreateChannelRequest { name: "n".repeat(101), ..Default::default() };
        let long = v1::CreateChannelRequest {
            kind: Some(v1::create_channel_request::Kind::Webhook(webhook("", None))),
            ..long
        };
        assert_eq!(refused(new_channel(long)), [("name".to_owned(), "TOO_LONG")]);
    }

    #[test]
    fn an_update_changes_what_it_names() {
        let changed = |url, secret, path| {
            let patch = update(Some(settings(webhook(url, secret))), Some(mask(&[path]))).unwrap();
            assert_eq!((patch.name, patch.is_enabled), (None, None));
            Value::Object(patch.draft.unwrap().fields)
        };
        assert_eq!(changed("https://a", None, "webhook"), json!({"url": "https://a"}));
        assert_eq!(changed("", Some("s"), "webhook"), json!({"secret": "s"}));
        assert_eq!(changed("https://a", Some("s"), "webhook.secret"), json!({"secret": "s"}));

        let patch = update(None, Some(mask(&["enabled"]))).unwrap();
        assert_eq!(patch.is_enabled, Some(true));
    }

    #[test]
    fn an_update_cannot_take_away_what_a_channel_needs() {
        for (path, reason) in
            [("name", "BAD_NAME"), ("webhook", "REQUIRED"), ("webhook.url", "REQUIRED")]
        {
            assert_eq!(
                refused(update(None, Some(mask(&[path])))),
                [(format!("settings.{path}"), reason)]
            );
        }
        assert_eq!(
            refused(update(
                Some(settings(webhook("https://a", None))),
                Some(mask(&["webhook.secret"]))
            )),
            [("settings.webhook.secret".to_owned(), "REQUIRED")]
        );
        assert_eq!(refused(update(None, None)), [("update_mask".to_owned(), "REQUIRED")]);
        for path in ["kind", "webhook.link", "fax"] {
            let sent = settings(webhook("https://a", None));
            assert_eq!(
                refused(update(Some(sent), Some(mask(&[path])))),
                [("update_mask".to_owned(), "UNKNOWN_FIELD")]
            );
        }
    }

    #[test]
    fn what_is_no_id_names_nothing() {
        for text in ["", "+1", "01", "x", "99999999999999999999"] {
            assert!(matches!(id(text), Err(ServiceError::NotFound { kind: "channel" })));
        }
        assert_eq!(id("12").unwrap(), 12);
    }
}
