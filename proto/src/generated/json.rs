// This file is @generated.
use serde::{Serialize, Serializer, ser::SerializeStruct};
use super::{Decoding, FromJson, Json, Words, decoding::Part, read, write};
use crate::v1;
impl Words for v1::Access {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("key", Self::Key),
        ("report", Self::Report),
        ("read", Self::Read),
        ("operate", Self::Operate),
        ("administer", Self::Administer),
    ];
}
impl Words for v1::IncidentReason {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("failed", Self::Failed),
        ("missed", Self::Missed),
        ("never_started", Self::NeverStarted),
        ("stalled", Self::Stalled),
        ("lost", Self::Lost),
        ("overran", Self::Overran),
        ("finished_late", Self::FinishedLate),
        ("too_quick", Self::TooQuick),
    ];
}
impl Words for v1::Severity {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("critical", Self::Critical),
        ("normal", Self::Normal),
        ("low", Self::Low),
    ];
}
impl Words for v1::IncidentState {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("open", Self::Open),
        ("acknowledged", Self::Acknowledged),
        ("resolved", Self::Resolved),
    ];
}
impl Words for v1::Resolution {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("recovered", Self::Recovered),
        ("reported_late", Self::ReportedLate),
        ("manual", Self::Manual),
        ("withdrawn", Self::Withdrawn),
    ];
}
impl Words for v1::DeliveryState {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("pending", Self::Pending),
        ("delivered", Self::Delivered),
        ("abandoned", Self::Abandoned),
        ("withheld", Self::Withheld),
    ];
}
impl Words for v1::Role {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("reporter", Self::Reporter),
        ("viewer", Self::Viewer),
        ("operator", Self::Operator),
        ("admin", Self::Admin),
    ];
}
impl Words for v1::RunStatus {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("pending", Self::Pending),
        ("running", Self::Running),
        ("completed", Self::Completed),
        ("failed", Self::Failed),
        ("cancelled", Self::Cancelled),
        ("lost", Self::Lost),
    ];
}
impl Words for v1::SlotEnding {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("open", Self::Open),
        ("met", Self::Met),
        ("met_late", Self::MetLate),
        ("failed", Self::Failed),
        ("missed", Self::Missed),
        ("unseen", Self::Unseen),
        ("skipped_paused", Self::SkippedPaused),
        ("skipped_cancelled", Self::SkippedCancelled),
    ];
}
impl Words for v1::Health {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("new", Self::New),
        ("up", Self::Up),
        ("down", Self::Down),
        ("paused", Self::Paused),
    ];
}
impl Words for v1::CronProfile {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("vixie", Self::Vixie),
        ("kubernetes", Self::Kubernetes),
        ("systemd", Self::Systemd),
        ("quartz", Self::Quartz),
        ("utc", Self::Utc),
    ];
}
impl Words for v1::LimitState {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("running", Self::Running),
        ("breached", Self::Breached),
        ("idle", Self::Idle),
    ];
}
impl Serialize for v1::AuditEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("AuditEntry", 7)?;
        object.serialize_field("entry_id", &self.entry_id)?;
        object.serialize_field("at", &self.at.as_ref().map(write::Time))?;
        object.serialize_field("by", &self.by)?;
        object.serialize_field("key_id", &self.key_id)?;
        object.serialize_field("action", &self.action)?;
        object.serialize_field("target", &self.target)?;
        object.serialize_field("note", &self.note)?;
        object.end()
    }
}
impl FromJson for v1::AuditEntry {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "entry_id" => {
                at.put(&mut self.entry_id, name, Part::Rest, value, read::string)
            }
            "at" => at.put_some(&mut self.at, name, Part::Rest, value, read::timestamp),
            "by" => at.put(&mut self.by, name, Part::Rest, value, read::string),
            "key_id" => at.put(&mut self.key_id, name, Part::Rest, value, read::string),
            "action" => at.put(&mut self.action, name, Part::Rest, value, read::string),
            "target" => at.put(&mut self.target, name, Part::Rest, value, read::string),
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListAuditEntriesRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListAuditEntriesRequest", 3)?;
        object.serialize_field("page_size", &self.page_size)?;
        object.serialize_field("page_token", &self.page_token)?;
        object.serialize_field("target", &self.target)?;
        object.end()
    }
}
impl FromJson for v1::ListAuditEntriesRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "page_size" => {
                at.put(
                    &mut self.page_size,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<i32>,
                )
            }
            "page_token" => {
                at.put(&mut self.page_token, name, Part::Rest, value, read::string)
            }
            "target" => at.put(&mut self.target, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListAuditEntriesResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListAuditEntriesResponse", 2)?;
        object.serialize_field("entries", &self.entries)?;
        object.serialize_field("next_page_token", &self.next_page_token)?;
        object.end()
    }
}
impl FromJson for v1::ListAuditEntriesResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "entries" => {
                at.put(
                    &mut self.entries,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::AuditEntry>),
                )
            }
            "next_page_token" => {
                at.put(&mut self.next_page_token, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Channel", 6)?;
        object.serialize_field("channel_id", &self.channel_id)?;
        object.serialize_field("settings", &self.settings)?;
        object
            .serialize_field("created_at", &self.created_at.as_ref().map(write::Time))?;
        object.serialize_field("disabled_reason", &self.disabled_reason)?;
        object
            .serialize_field(
                "failing_since",
                &self.failing_since.as_ref().map(write::Time),
            )?;
        object.serialize_field("failing_result", &self.failing_result)?;
        object.end()
    }
}
impl FromJson for v1::Channel {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel_id" => {
                at.put(&mut self.channel_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::ChannelSettings>,
                )
            }
            "created_at" => {
                at.put_some(
                    &mut self.created_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "disabled_reason" => {
                at.put(&mut self.disabled_reason, name, Part::Rest, value, read::string)
            }
            "failing_since" => {
                at.put_some(
                    &mut self.failing_since,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "failing_result" => {
                at.put(&mut self.failing_result, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ChannelSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ChannelSettings", 16)?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("enabled", &self.enabled)?;
        match &self.kind {
            None => {}
            Some(v1::channel_settings::Kind::Webhook(value)) => {
                object.serialize_field("webhook", value)?
            }
            Some(v1::channel_settings::Kind::Email(value)) => {
                object.serialize_field("email", value)?
            }
            Some(v1::channel_settings::Kind::SlackWebhook(value)) => {
                object.serialize_field("slack_webhook", value)?
            }
            Some(v1::channel_settings::Kind::SlackBot(value)) => {
                object.serialize_field("slack_bot", value)?
            }
            Some(v1::channel_settings::Kind::Pagerduty(value)) => {
                object.serialize_field("pagerduty", value)?
            }
            Some(v1::channel_settings::Kind::Opsgenie(value)) => {
                object.serialize_field("opsgenie", value)?
            }
            Some(v1::channel_settings::Kind::Alertmanager(value)) => {
                object.serialize_field("alertmanager", value)?
            }
            Some(v1::channel_settings::Kind::Teams(value)) => {
                object.serialize_field("teams", value)?
            }
            Some(v1::channel_settings::Kind::Discord(value)) => {
                object.serialize_field("discord", value)?
            }
            Some(v1::channel_settings::Kind::Telegram(value)) => {
                object.serialize_field("telegram", value)?
            }
            Some(v1::channel_settings::Kind::Ntfy(value)) => {
                object.serialize_field("ntfy", value)?
            }
            Some(v1::channel_settings::Kind::Apprise(value)) => {
                object.serialize_field("apprise", value)?
            }
        }
        object.serialize_field("by_default", &self.by_default)?;
        object.serialize_field("fallback_channel_id", &self.fallback_channel_id)?;
        object.end()
    }
}
impl FromJson for v1::ChannelSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "name" => at.put_some(&mut self.name, name, Part::Rest, value, read::string),
            "enabled" => {
                at.put_some(&mut self.enabled, name, Part::Rest, value, read::boolean)
            }
            "webhook" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::WebhookSettings>(value, at)
                            .map(v1::channel_settings::Kind::Webhook)
                    },
                )
            }
            "by_default" => {
                at.put_some(&mut self.by_default, name, Part::Rest, value, read::boolean)
            }
            "fallback_channel_id" => {
                at.put_some(
                    &mut self.fallback_channel_id,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "email" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::EmailSettings>(value, at)
                            .map(v1::channel_settings::Kind::Email)
                    },
                )
            }
            "slack_webhook" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::SlackWebhookSettings>(value, at)
                            .map(v1::channel_settings::Kind::SlackWebhook)
                    },
                )
            }
            "slack_bot" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::SlackBotSettings>(value, at)
                            .map(v1::channel_settings::Kind::SlackBot)
                    },
                )
            }
            "pagerduty" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::PagerdutySettings>(value, at)
                            .map(v1::channel_settings::Kind::Pagerduty)
                    },
                )
            }
            "opsgenie" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::OpsgenieSettings>(value, at)
                            .map(v1::channel_settings::Kind::Opsgenie)
                    },
                )
            }
            "alertmanager" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::AlertmanagerSettings>(value, at)
                            .map(v1::channel_settings::Kind::Alertmanager)
                    },
                )
            }
            "teams" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::TeamsSettings>(value, at)
                            .map(v1::channel_settings::Kind::Teams)
                    },
                )
            }
            "discord" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::DiscordSettings>(value, at)
                            .map(v1::channel_settings::Kind::Discord)
                    },
                )
            }
            "telegram" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::TelegramSettings>(value, at)
                            .map(v1::channel_settings::Kind::Telegram)
                    },
                )
            }
            "ntfy" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::NtfySettings>(value, at)
                            .map(v1::channel_settings::Kind::Ntfy)
                    },
                )
            }
            "apprise" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::AppriseSettings>(value, at)
                            .map(v1::channel_settings::Kind::Apprise)
                    },
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::WebhookSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("WebhookSettings", 2)?;
        object.serialize_field("url", &self.url)?;
        object.serialize_field("secret", &self.secret)?;
        object.end()
    }
}
impl FromJson for v1::WebhookSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "url" => at.put(&mut self.url, name, Part::Rest, value, read::string),
            "secret" => {
                at.put_some(&mut self.secret, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::EmailSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("EmailSettings", 3)?;
        object.serialize_field("to", &self.to)?;
        object.serialize_field("smtp_url", &self.smtp_url)?;
        object.serialize_field("sender", &self.sender)?;
        object.end()
    }
}
impl FromJson for v1::EmailSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "to" => {
                at.put(
                    &mut self.to,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::string),
                )
            }
            "smtp_url" => {
                at.put_some(&mut self.smtp_url, name, Part::Rest, value, read::string)
            }
            "sender" => {
                at.put_some(&mut self.sender, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::SlackWebhookSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("SlackWebhookSettings", 1)?;
        object.serialize_field("url", &self.url)?;
        object.end()
    }
}
impl FromJson for v1::SlackWebhookSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "url" => at.put_some(&mut self.url, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::SlackBotSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("SlackBotSettings", 4)?;
        object.serialize_field("token", &self.token)?;
        object.serialize_field("channel", &self.channel)?;
        object.serialize_field("signing_secret", &self.signing_secret)?;
        object.serialize_field("api_url", &self.api_url)?;
        object.end()
    }
}
impl FromJson for v1::SlackBotSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "token" => {
                at.put_some(&mut self.token, name, Part::Rest, value, read::string)
            }
            "channel" => at.put(&mut self.channel, name, Part::Rest, value, read::string),
            "signing_secret" => {
                at.put_some(
                    &mut self.signing_secret,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "api_url" => {
                at.put_some(&mut self.api_url, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::PagerdutySettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PagerdutySettings", 2)?;
        object.serialize_field("routing_key", &self.routing_key)?;
        object.serialize_field("api_url", &self.api_url)?;
        object.end()
    }
}
impl FromJson for v1::PagerdutySettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "routing_key" => {
                at.put_some(&mut self.routing_key, name, Part::Rest, value, read::string)
            }
            "api_url" => {
                at.put_some(&mut self.api_url, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::OpsgenieSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("OpsgenieSettings", 2)?;
        object.serialize_field("api_key", &self.api_key)?;
        object.serialize_field("api_url", &self.api_url)?;
        object.end()
    }
}
impl FromJson for v1::OpsgenieSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "api_key" => {
                at.put_some(&mut self.api_key, name, Part::Rest, value, read::string)
            }
            "api_url" => {
                at.put_some(&mut self.api_url, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::AlertmanagerSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("AlertmanagerSettings", 2)?;
        object.serialize_field("url", &self.url)?;
        object.serialize_field("bearer_token", &self.bearer_token)?;
        object.end()
    }
}
impl FromJson for v1::AlertmanagerSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "url" => at.put(&mut self.url, name, Part::Rest, value, read::string),
            "bearer_token" => {
                at.put_some(
                    &mut self.bearer_token,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::TeamsSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TeamsSettings", 1)?;
        object.serialize_field("url", &self.url)?;
        object.end()
    }
}
impl FromJson for v1::TeamsSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "url" => at.put_some(&mut self.url, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DiscordSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("DiscordSettings", 1)?;
        object.serialize_field("url", &self.url)?;
        object.end()
    }
}
impl FromJson for v1::DiscordSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "url" => at.put_some(&mut self.url, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::TelegramSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TelegramSettings", 4)?;
        object.serialize_field("token", &self.token)?;
        object.serialize_field("chat_id", &self.chat_id)?;
        object.serialize_field("topic_id", &self.topic_id)?;
        object.serialize_field("api_url", &self.api_url)?;
        object.end()
    }
}
impl FromJson for v1::TelegramSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "token" => {
                at.put_some(&mut self.token, name, Part::Rest, value, read::string)
            }
            "chat_id" => at.put(&mut self.chat_id, name, Part::Rest, value, read::string),
            "topic_id" => {
                at.put_some(&mut self.topic_id, name, Part::Rest, value, read::string)
            }
            "api_url" => {
                at.put_some(&mut self.api_url, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::NtfySettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("NtfySettings", 3)?;
        object.serialize_field("topic", &self.topic)?;
        object.serialize_field("server_url", &self.server_url)?;
        object.serialize_field("token", &self.token)?;
        object.end()
    }
}
impl FromJson for v1::NtfySettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "topic" => at.put(&mut self.topic, name, Part::Rest, value, read::string),
            "server_url" => {
                at.put_some(&mut self.server_url, name, Part::Rest, value, read::string)
            }
            "token" => {
                at.put_some(&mut self.token, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::AppriseSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("AppriseSettings", 2)?;
        object.serialize_field("url", &self.url)?;
        object.serialize_field("tag", &self.tag)?;
        object.end()
    }
}
impl FromJson for v1::AppriseSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "url" => at.put_some(&mut self.url, name, Part::Rest, value, read::string),
            "tag" => at.put_some(&mut self.tag, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateChannelRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateChannelRequest", 15)?;
        object.serialize_field("name", &self.name)?;
        match &self.kind {
            None => {}
            Some(v1::create_channel_request::Kind::Webhook(value)) => {
                object.serialize_field("webhook", value)?
            }
            Some(v1::create_channel_request::Kind::Email(value)) => {
                object.serialize_field("email", value)?
            }
            Some(v1::create_channel_request::Kind::SlackWebhook(value)) => {
                object.serialize_field("slack_webhook", value)?
            }
            Some(v1::create_channel_request::Kind::SlackBot(value)) => {
                object.serialize_field("slack_bot", value)?
            }
            Some(v1::create_channel_request::Kind::Pagerduty(value)) => {
                object.serialize_field("pagerduty", value)?
            }
            Some(v1::create_channel_request::Kind::Opsgenie(value)) => {
                object.serialize_field("opsgenie", value)?
            }
            Some(v1::create_channel_request::Kind::Alertmanager(value)) => {
                object.serialize_field("alertmanager", value)?
            }
            Some(v1::create_channel_request::Kind::Teams(value)) => {
                object.serialize_field("teams", value)?
            }
            Some(v1::create_channel_request::Kind::Discord(value)) => {
                object.serialize_field("discord", value)?
            }
            Some(v1::create_channel_request::Kind::Telegram(value)) => {
                object.serialize_field("telegram", value)?
            }
            Some(v1::create_channel_request::Kind::Ntfy(value)) => {
                object.serialize_field("ntfy", value)?
            }
            Some(v1::create_channel_request::Kind::Apprise(value)) => {
                object.serialize_field("apprise", value)?
            }
        }
        object.serialize_field("by_default", &self.by_default)?;
        object.serialize_field("fallback_channel_id", &self.fallback_channel_id)?;
        object.end()
    }
}
impl FromJson for v1::CreateChannelRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "name" => at.put(&mut self.name, name, Part::Rest, value, read::string),
            "webhook" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::WebhookSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Webhook)
                    },
                )
            }
            "by_default" => {
                at.put_some(&mut self.by_default, name, Part::Rest, value, read::boolean)
            }
            "fallback_channel_id" => {
                at.put_some(
                    &mut self.fallback_channel_id,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "email" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::EmailSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Email)
                    },
                )
            }
            "slack_webhook" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::SlackWebhookSettings>(value, at)
                            .map(v1::create_channel_request::Kind::SlackWebhook)
                    },
                )
            }
            "slack_bot" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::SlackBotSettings>(value, at)
                            .map(v1::create_channel_request::Kind::SlackBot)
                    },
                )
            }
            "pagerduty" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::PagerdutySettings>(value, at)
                            .map(v1::create_channel_request::Kind::Pagerduty)
                    },
                )
            }
            "opsgenie" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::OpsgenieSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Opsgenie)
                    },
                )
            }
            "alertmanager" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::AlertmanagerSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Alertmanager)
                    },
                )
            }
            "teams" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::TeamsSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Teams)
                    },
                )
            }
            "discord" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::DiscordSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Discord)
                    },
                )
            }
            "telegram" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::TelegramSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Telegram)
                    },
                )
            }
            "ntfy" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::NtfySettings>(value, at)
                            .map(v1::create_channel_request::Kind::Ntfy)
                    },
                )
            }
            "apprise" => {
                at.put_one(
                    &mut self.kind,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::AppriseSettings>(value, at)
                            .map(v1::create_channel_request::Kind::Apprise)
                    },
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateChannelResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateChannelResponse", 2)?;
        object.serialize_field("channel", &self.channel)?;
        object.serialize_field("secret", &self.secret)?;
        object.end()
    }
}
impl FromJson for v1::CreateChannelResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel" => {
                at.put_some(
                    &mut self.channel,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Channel>,
                )
            }
            "secret" => {
                at.put_some(&mut self.secret, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetChannelRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetChannelRequest", 1)?;
        object.serialize_field("channel_id", &self.channel_id)?;
        object.end()
    }
}
impl FromJson for v1::GetChannelRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel_id" => {
                at.put(&mut self.channel_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetChannelResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetChannelResponse", 1)?;
        object.serialize_field("channel", &self.channel)?;
        object.end()
    }
}
impl FromJson for v1::GetChannelResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel" => {
                at.put_some(
                    &mut self.channel,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Channel>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListChannelsRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("ListChannelsRequest", 0)?.end()
    }
}
impl FromJson for v1::ListChannelsRequest {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::ListChannelsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListChannelsResponse", 1)?;
        object.serialize_field("channels", &self.channels)?;
        object.end()
    }
}
impl FromJson for v1::ListChannelsResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channels" => {
                at.put(
                    &mut self.channels,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Channel>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateChannelRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateChannelRequest", 3)?;
        object.serialize_field("channel_id", &self.channel_id)?;
        object.serialize_field("settings", &self.settings)?;
        object
            .serialize_field(
                "update_mask",
                &self.update_mask.as_ref().map(write::Mask),
            )?;
        object.end()
    }
}
impl FromJson for v1::UpdateChannelRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel_id" => {
                at.put(&mut self.channel_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::ChannelSettings>,
                )
            }
            "update_mask" => {
                at.put_some(
                    &mut self.update_mask,
                    name,
                    Part::Rest,
                    value,
                    read::field_mask,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateChannelResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateChannelResponse", 1)?;
        object.serialize_field("channel", &self.channel)?;
        object.end()
    }
}
impl FromJson for v1::UpdateChannelResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel" => {
                at.put_some(
                    &mut self.channel,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Channel>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteChannelRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("DeleteChannelRequest", 1)?;
        object.serialize_field("channel_id", &self.channel_id)?;
        object.end()
    }
}
impl FromJson for v1::DeleteChannelRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel_id" => {
                at.put(&mut self.channel_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteChannelResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("DeleteChannelResponse", 0)?.end()
    }
}
impl FromJson for v1::DeleteChannelResponse {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::TestChannelRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TestChannelRequest", 1)?;
        object.serialize_field("channel_id", &self.channel_id)?;
        object.end()
    }
}
impl FromJson for v1::TestChannelRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "channel_id" => {
                at.put(&mut self.channel_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::TestChannelResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TestChannelResponse", 3)?;
        object.serialize_field("delivered", &self.delivered)?;
        object.serialize_field("result", &self.result)?;
        object.serialize_field("took_ms", &self.took_ms)?;
        object.end()
    }
}
impl FromJson for v1::TestChannelResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "delivered" => {
                at.put(&mut self.delivered, name, Part::Rest, value, read::boolean)
            }
            "result" => at.put(&mut self.result, name, Part::Rest, value, read::string),
            "took_ms" => {
                at.put(&mut self.took_ms, name, Part::Rest, value, read::integer::<i64>)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Incident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Incident", 19)?;
        object.serialize_field("incident_id", &self.incident_id)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object
            .serialize_field("reason", &write::word::<v1::IncidentReason>(self.reason))?;
        object.serialize_field("state", &write::word::<v1::IncidentState>(self.state))?;
        object.serialize_field("onset_at", &self.onset_at.as_ref().map(write::Time))?;
        object.serialize_field("opened_at", &self.opened_at.as_ref().map(write::Time))?;
        object
            .serialize_field(
                "resolved_at",
                &self.resolved_at.as_ref().map(write::Time),
            )?;
        object
            .serialize_field(
                "resolution",
                &write::word::<v1::Resolution>(self.resolution),
            )?;
        object.serialize_field("summary", &self.summary)?;
        object.serialize_field("error_message", &self.error_message)?;
        object.serialize_field("run_ids", &self.run_ids)?;
        object.serialize_field("missed_slots", &self.missed_slots)?;
        object.serialize_field("acknowledgement", &self.acknowledgement)?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("job_name", &self.job_name)?;
        object.serialize_field("severity", &write::word::<v1::Severity>(self.severity))?;
        object.serialize_field("duration", &self.duration.as_ref().map(write::Span))?;
        object
            .serialize_field(
                "reopened_at",
                &self.reopened_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("reopenings", &self.reopenings)?;
        object.end()
    }
}
impl FromJson for v1::Incident {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident_id" => {
                at.put(&mut self.incident_id, name, Part::Rest, value, read::string)
            }
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "reason" => {
                at.put(
                    &mut self.reason,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::IncidentReason>,
                )
            }
            "state" => {
                at.put(
                    &mut self.state,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::IncidentState>,
                )
            }
            "onset_at" => {
                at.put_some(&mut self.onset_at, name, Part::Rest, value, read::timestamp)
            }
            "opened_at" => {
                at.put_some(
                    &mut self.opened_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "resolved_at" => {
                at.put_some(
                    &mut self.resolved_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "resolution" => {
                at.put(
                    &mut self.resolution,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::Resolution>,
                )
            }
            "summary" => at.put(&mut self.summary, name, Part::Rest, value, read::string),
            "error_message" => {
                at.put_some(
                    &mut self.error_message,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "run_ids" => {
                at.put(
                    &mut self.run_ids,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::string),
                )
            }
            "missed_slots" => {
                at.put(
                    &mut self.missed_slots,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "acknowledgement" => {
                at.put_some(
                    &mut self.acknowledgement,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Acknowledgement>,
                )
            }
            "service_name" => {
                at.put(&mut self.service_name, name, Part::Rest, value, read::string)
            }
            "job_name" => {
                at.put(&mut self.job_name, name, Part::Rest, value, read::string)
            }
            "severity" => {
                at.put(
                    &mut self.severity,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::Severity>,
                )
            }
            "duration" => {
                at.put_some(&mut self.duration, name, Part::Rest, value, read::duration)
            }
            "reopened_at" => {
                at.put_some(
                    &mut self.reopened_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "reopenings" => {
                at.put(
                    &mut self.reopenings,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::IncidentEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("IncidentEvent", 6)?;
        object.serialize_field("number", &self.number)?;
        object.serialize_field("event", &self.event)?;
        object.serialize_field("at", &self.at.as_ref().map(write::Time))?;
        object.serialize_field("by", &self.by)?;
        object.serialize_field("note", &self.note)?;
        object
            .serialize_field(
                "resolution",
                &write::word::<v1::Resolution>(self.resolution),
            )?;
        object.end()
    }
}
impl FromJson for v1::IncidentEvent {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "number" => {
                at.put(&mut self.number, name, Part::Rest, value, read::integer::<u32>)
            }
            "event" => at.put(&mut self.event, name, Part::Rest, value, read::string),
            "at" => at.put_some(&mut self.at, name, Part::Rest, value, read::timestamp),
            "by" => at.put(&mut self.by, name, Part::Rest, value, read::string),
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            "resolution" => {
                at.put(
                    &mut self.resolution,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::Resolution>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Acknowledgement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Acknowledgement", 3)?;
        object.serialize_field("by", &self.by)?;
        object.serialize_field("note", &self.note)?;
        object.serialize_field("at", &self.at.as_ref().map(write::Time))?;
        object.end()
    }
}
impl FromJson for v1::Acknowledgement {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "by" => at.put(&mut self.by, name, Part::Rest, value, read::string),
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            "at" => at.put_some(&mut self.at, name, Part::Rest, value, read::timestamp),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Delivery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Delivery", 10)?;
        object.serialize_field("key", &self.key)?;
        object.serialize_field("channel_id", &self.channel_id)?;
        object.serialize_field("event", &self.event)?;
        object.serialize_field("state", &write::word::<v1::DeliveryState>(self.state))?;
        object.serialize_field("attempts", &self.attempts)?;
        object.serialize_field("last_result", &self.last_result)?;
        object
            .serialize_field(
                "next_attempt_at",
                &self.next_attempt_at.as_ref().map(write::Time),
            )?;
        object
            .serialize_field(
                "delivered_at",
                &self.delivered_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("repeat", &self.repeat)?;
        object.serialize_field("receipts", &self.receipts)?;
        object.end()
    }
}
impl FromJson for v1::Delivery {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "key" => at.put(&mut self.key, name, Part::Rest, value, read::string),
            "channel_id" => {
                at.put(&mut self.channel_id, name, Part::Rest, value, read::string)
            }
            "event" => at.put(&mut self.event, name, Part::Rest, value, read::string),
            "state" => {
                at.put(
                    &mut self.state,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::DeliveryState>,
                )
            }
            "attempts" => {
                at.put(&mut self.attempts, name, Part::Rest, value, read::integer::<u32>)
            }
            "last_result" => {
                at.put(&mut self.last_result, name, Part::Rest, value, read::string)
            }
            "next_attempt_at" => {
                at.put_some(
                    &mut self.next_attempt_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "delivered_at" => {
                at.put_some(
                    &mut self.delivered_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "repeat" => {
                at.put(&mut self.repeat, name, Part::Rest, value, read::integer::<u32>)
            }
            "receipts" => {
                at.put(
                    &mut self.receipts,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(
                        value,
                        at,
                        read::message::<v1::DeliveryAttempt>,
                    ),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeliveryAttempt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("DeliveryAttempt", 4)?;
        object
            .serialize_field(
                "attempted_at",
                &self.attempted_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("took_ms", &self.took_ms)?;
        object.serialize_field("delivered", &self.delivered)?;
        object.serialize_field("result", &self.result)?;
        object.end()
    }
}
impl FromJson for v1::DeliveryAttempt {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "attempted_at" => {
                at.put_some(
                    &mut self.attempted_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "took_ms" => {
                at.put(&mut self.took_ms, name, Part::Rest, value, read::integer::<i64>)
            }
            "delivered" => {
                at.put(&mut self.delivered, name, Part::Rest, value, read::boolean)
            }
            "result" => at.put(&mut self.result, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListIncidentsRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListIncidentsRequest", 4)?;
        object.serialize_field("page_size", &self.page_size)?;
        object.serialize_field("page_token", &self.page_token)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("state", &write::word::<v1::IncidentState>(self.state))?;
        object.end()
    }
}
impl FromJson for v1::ListIncidentsRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "page_size" => {
                at.put(
                    &mut self.page_size,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<i32>,
                )
            }
            "page_token" => {
                at.put(&mut self.page_token, name, Part::Rest, value, read::string)
            }
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "state" => {
                at.put(
                    &mut self.state,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::IncidentState>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListIncidentsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListIncidentsResponse", 2)?;
        object.serialize_field("incidents", &self.incidents)?;
        object.serialize_field("next_page_token", &self.next_page_token)?;
        object.end()
    }
}
impl FromJson for v1::ListIncidentsResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incidents" => {
                at.put(
                    &mut self.incidents,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Incident>),
                )
            }
            "next_page_token" => {
                at.put(&mut self.next_page_token, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetIncidentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetIncidentRequest", 1)?;
        object.serialize_field("incident_id", &self.incident_id)?;
        object.end()
    }
}
impl FromJson for v1::GetIncidentRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident_id" => {
                at.put(&mut self.incident_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetIncidentResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetIncidentResponse", 3)?;
        object.serialize_field("incident", &self.incident)?;
        object.serialize_field("deliveries", &self.deliveries)?;
        object.serialize_field("history", &self.history)?;
        object.end()
    }
}
impl FromJson for v1::GetIncidentResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident" => {
                at.put_some(
                    &mut self.incident,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Incident>,
                )
            }
            "deliveries" => {
                at.put(
                    &mut self.deliveries,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Delivery>),
                )
            }
            "history" => {
                at.put(
                    &mut self.history,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::IncidentEvent>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::AcknowledgeIncidentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("AcknowledgeIncidentRequest", 3)?;
        object.serialize_field("incident_id", &self.incident_id)?;
        object.serialize_field("by", &self.by)?;
        object.serialize_field("note", &self.note)?;
        object.end()
    }
}
impl FromJson for v1::AcknowledgeIncidentRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident_id" => {
                at.put(&mut self.incident_id, name, Part::Rest, value, read::string)
            }
            "by" => at.put(&mut self.by, name, Part::Rest, value, read::string),
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::AcknowledgeIncidentResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("AcknowledgeIncidentResponse", 1)?;
        object.serialize_field("incident", &self.incident)?;
        object.end()
    }
}
impl FromJson for v1::AcknowledgeIncidentResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident" => {
                at.put_some(
                    &mut self.incident,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Incident>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ResolveIncidentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ResolveIncidentRequest", 3)?;
        object.serialize_field("incident_id", &self.incident_id)?;
        object.serialize_field("by", &self.by)?;
        object.serialize_field("note", &self.note)?;
        object.end()
    }
}
impl FromJson for v1::ResolveIncidentRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident_id" => {
                at.put(&mut self.incident_id, name, Part::Rest, value, read::string)
            }
            "by" => at.put(&mut self.by, name, Part::Rest, value, read::string),
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ResolveIncidentResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ResolveIncidentResponse", 1)?;
        object.serialize_field("incident", &self.incident)?;
        object.end()
    }
}
impl FromJson for v1::ResolveIncidentResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident" => {
                at.put_some(
                    &mut self.incident,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Incident>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Key", 10)?;
        object.serialize_field("key_id", &self.key_id)?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("role", &write::word::<v1::Role>(self.role))?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("scheduler_id_prefix", &self.scheduler_id_prefix)?;
        object
            .serialize_field("created_at", &self.created_at.as_ref().map(write::Time))?;
        object
            .serialize_field("expires_at", &self.expires_at.as_ref().map(write::Time))?;
        object
            .serialize_field("revoked_at", &self.revoked_at.as_ref().map(write::Time))?;
        object
            .serialize_field(
                "last_used_at",
                &self.last_used_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("requests_per_second", &self.requests_per_second)?;
        object.end()
    }
}
impl FromJson for v1::Key {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "key_id" => at.put(&mut self.key_id, name, Part::Rest, value, read::string),
            "name" => at.put(&mut self.name, name, Part::Rest, value, read::string),
            "role" => {
                at.put(&mut self.role, name, Part::Rest, value, read::word::<v1::Role>)
            }
            "service_name" => {
                at.put(&mut self.service_name, name, Part::Rest, value, read::string)
            }
            "scheduler_id_prefix" => {
                at.put(
                    &mut self.scheduler_id_prefix,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "created_at" => {
                at.put_some(
                    &mut self.created_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "expires_at" => {
                at.put_some(
                    &mut self.expires_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "revoked_at" => {
                at.put_some(
                    &mut self.revoked_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "last_used_at" => {
                at.put_some(
                    &mut self.last_used_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "requests_per_second" => {
                at.put(
                    &mut self.requests_per_second,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateKeyRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateKeyRequest", 6)?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("role", &write::word::<v1::Role>(self.role))?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("scheduler_id_prefix", &self.scheduler_id_prefix)?;
        object
            .serialize_field("expires_at", &self.expires_at.as_ref().map(write::Time))?;
        object.serialize_field("requests_per_second", &self.requests_per_second)?;
        object.end()
    }
}
impl FromJson for v1::CreateKeyRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "name" => at.put(&mut self.name, name, Part::Rest, value, read::string),
            "role" => {
                at.put(&mut self.role, name, Part::Rest, value, read::word::<v1::Role>)
            }
            "service_name" => {
                at.put(&mut self.service_name, name, Part::Rest, value, read::string)
            }
            "scheduler_id_prefix" => {
                at.put(
                    &mut self.scheduler_id_prefix,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "expires_at" => {
                at.put_some(
                    &mut self.expires_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "requests_per_second" => {
                at.put(
                    &mut self.requests_per_second,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateKeyResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateKeyResponse", 2)?;
        object.serialize_field("key", &self.key)?;
        object.serialize_field("api_key", &self.api_key)?;
        object.end()
    }
}
impl FromJson for v1::CreateKeyResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "key" => {
                at.put_some(
                    &mut self.key,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Key>,
                )
            }
            "api_key" => at.put(&mut self.api_key, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListKeysRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("ListKeysRequest", 0)?.end()
    }
}
impl FromJson for v1::ListKeysRequest {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::ListKeysResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListKeysResponse", 1)?;
        object.serialize_field("keys", &self.keys)?;
        object.end()
    }
}
impl FromJson for v1::ListKeysResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "keys" => {
                at.put(
                    &mut self.keys,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Key>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::RevokeKeyRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RevokeKeyRequest", 1)?;
        object.serialize_field("key_id", &self.key_id)?;
        object.end()
    }
}
impl FromJson for v1::RevokeKeyRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "key_id" => at.put(&mut self.key_id, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::RevokeKeyResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RevokeKeyResponse", 1)?;
        object.serialize_field("key", &self.key)?;
        object.end()
    }
}
impl FromJson for v1::RevokeKeyResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "key" => {
                at.put_some(
                    &mut self.key,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Key>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ExchangeKeyRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("ExchangeKeyRequest", 0)?.end()
    }
}
impl FromJson for v1::ExchangeKeyRequest {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::ExchangeKeyResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ExchangeKeyResponse", 2)?;
        object.serialize_field("token", &self.token)?;
        object
            .serialize_field("expires_at", &self.expires_at.as_ref().map(write::Time))?;
        object.end()
    }
}
impl FromJson for v1::ExchangeKeyResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "token" => at.put(&mut self.token, name, Part::Rest, value, read::string),
            "expires_at" => {
                at.put_some(
                    &mut self.expires_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Run", 22)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("named", &self.named)?;
        object.serialize_field("status", &write::word::<v1::RunStatus>(self.status))?;
        object
            .serialize_field("started_at", &self.started_at.as_ref().map(write::Time))?;
        object.serialize_field("ended_at", &self.ended_at.as_ref().map(write::Time))?;
        object.serialize_field("execution_time_ms", &self.execution_time_ms)?;
        object.serialize_field("error_message", &self.error_message)?;
        object.serialize_field("metadata", &self.metadata.as_ref().map(write::Object))?;
        object
            .serialize_field(
                "last_heartbeat_at",
                &self.last_heartbeat_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("progress", &self.progress)?;
        object.serialize_field("stalled", &self.stalled)?;
        object.serialize_field("overran", &self.overran)?;
        object.serialize_field("suspect", &self.suspect)?;
        object.serialize_field("cancel_requested", &self.cancel_requested)?;
        object.serialize_field("other_ends", &self.other_ends)?;
        object
            .serialize_field(
                "first_received_at",
                &self.first_received_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("stuck", &self.stuck)?;
        object.serialize_field("too_quick", &self.too_quick)?;
        object
            .serialize_field(
                "extended_by",
                &self.extended_by.as_ref().map(write::Span),
            )?;
        object.serialize_field("slot_at", &self.slot_at.as_ref().map(write::Time))?;
        object.serialize_field("finished_late", &self.finished_late)?;
        object.end()
    }
}
impl FromJson for v1::Run {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "named" => at.put(&mut self.named, name, Part::Rest, value, read::boolean),
            "status" => {
                at.put(
                    &mut self.status,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::RunStatus>,
                )
            }
            "started_at" => {
                at.put_some(
                    &mut self.started_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "ended_at" => {
                at.put_some(&mut self.ended_at, name, Part::Rest, value, read::timestamp)
            }
            "execution_time_ms" => {
                at.put_some(
                    &mut self.execution_time_ms,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<i64>,
                )
            }
            "error_message" => {
                at.put_some(
                    &mut self.error_message,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "metadata" => {
                at.put_some(&mut self.metadata, name, Part::Rest, value, read::structure)
            }
            "last_heartbeat_at" => {
                at.put_some(
                    &mut self.last_heartbeat_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "progress" => {
                at.put_some(
                    &mut self.progress,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Progress>,
                )
            }
            "stalled" => {
                at.put(&mut self.stalled, name, Part::Rest, value, read::boolean)
            }
            "overran" => {
                at.put(&mut self.overran, name, Part::Rest, value, read::boolean)
            }
            "suspect" => {
                at.put(&mut self.suspect, name, Part::Rest, value, read::boolean)
            }
            "cancel_requested" => {
                at.put(
                    &mut self.cancel_requested,
                    name,
                    Part::Rest,
                    value,
                    read::boolean,
                )
            }
            "other_ends" => {
                at.put(
                    &mut self.other_ends,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::RunEnd>),
                )
            }
            "first_received_at" => {
                at.put_some(
                    &mut self.first_received_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "stuck" => at.put(&mut self.stuck, name, Part::Rest, value, read::boolean),
            "too_quick" => {
                at.put(&mut self.too_quick, name, Part::Rest, value, read::boolean)
            }
            "extended_by" => {
                at.put_some(
                    &mut self.extended_by,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "slot_at" => {
                at.put_some(&mut self.slot_at, name, Part::Rest, value, read::timestamp)
            }
            "finished_late" => {
                at.put(&mut self.finished_late, name, Part::Rest, value, read::boolean)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::RunEnd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RunEnd", 4)?;
        object.serialize_field("status", &write::word::<v1::RunStatus>(self.status))?;
        object
            .serialize_field(
                "effective_at",
                &self.effective_at.as_ref().map(write::Time),
            )?;
        object
            .serialize_field(
                "received_at",
                &self.received_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("error_message", &self.error_message)?;
        object.end()
    }
}
impl FromJson for v1::RunEnd {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "status" => {
                at.put(
                    &mut self.status,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::RunStatus>,
                )
            }
            "effective_at" => {
                at.put_some(
                    &mut self.effective_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "received_at" => {
                at.put_some(
                    &mut self.received_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "error_message" => {
                at.put_some(
                    &mut self.error_message,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Progress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Progress", 3)?;
        object.serialize_field("done", &self.done)?;
        object.serialize_field("total", &self.total)?;
        object.serialize_field("message", &self.message)?;
        object.end()
    }
}
impl FromJson for v1::Progress {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "done" => {
                at.put(&mut self.done, name, Part::Rest, value, read::integer::<u64>)
            }
            "total" => {
                at.put_some(
                    &mut self.total,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u64>,
                )
            }
            "message" => {
                at.put_some(&mut self.message, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListRunsRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListRunsRequest", 4)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("page_size", &self.page_size)?;
        object.serialize_field("page_token", &self.page_token)?;
        object.serialize_field("status", &write::word::<v1::RunStatus>(self.status))?;
        object.end()
    }
}
impl FromJson for v1::ListRunsRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "page_size" => {
                at.put(
                    &mut self.page_size,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<i32>,
                )
            }
            "page_token" => {
                at.put(&mut self.page_token, name, Part::Rest, value, read::string)
            }
            "status" => {
                at.put(
                    &mut self.status,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::RunStatus>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListRunsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListRunsResponse", 2)?;
        object.serialize_field("runs", &self.runs)?;
        object.serialize_field("next_page_token", &self.next_page_token)?;
        object.end()
    }
}
impl FromJson for v1::ListRunsResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "runs" => {
                at.put(
                    &mut self.runs,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Run>),
                )
            }
            "next_page_token" => {
                at.put(&mut self.next_page_token, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Slot", 3)?;
        object.serialize_field("slot_at", &self.slot_at.as_ref().map(write::Time))?;
        object.serialize_field("ending", &write::word::<v1::SlotEnding>(self.ending))?;
        object.serialize_field("run_id", &self.run_id)?;
        object.end()
    }
}
impl FromJson for v1::Slot {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "slot_at" => {
                at.put_some(&mut self.slot_at, name, Part::Rest, value, read::timestamp)
            }
            "ending" => {
                at.put(
                    &mut self.ending,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::SlotEnding>,
                )
            }
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListSlotsRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListSlotsRequest", 3)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("page_size", &self.page_size)?;
        object.serialize_field("page_token", &self.page_token)?;
        object.end()
    }
}
impl FromJson for v1::ListSlotsRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "page_size" => {
                at.put(
                    &mut self.page_size,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<i32>,
                )
            }
            "page_token" => {
                at.put(&mut self.page_token, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListSlotsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListSlotsResponse", 2)?;
        object.serialize_field("slots", &self.slots)?;
        object.serialize_field("next_page_token", &self.next_page_token)?;
        object.end()
    }
}
impl FromJson for v1::ListSlotsResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "slots" => {
                at.put(
                    &mut self.slots,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Slot>),
                )
            }
            "next_page_token" => {
                at.put(&mut self.next_page_token, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetRunRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetRunRequest", 2)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.end()
    }
}
impl FromJson for v1::GetRunRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetRunResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetRunResponse", 1)?;
        object.serialize_field("run", &self.run)?;
        object.end()
    }
}
impl FromJson for v1::GetRunResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "run" => {
                at.put_some(
                    &mut self.run,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Run>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CancelRunRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CancelRunRequest", 2)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.end()
    }
}
impl FromJson for v1::CancelRunRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CancelRunResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CancelRunResponse", 1)?;
        object.serialize_field("run", &self.run)?;
        object.end()
    }
}
impl FromJson for v1::CancelRunResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "run" => {
                at.put_some(
                    &mut self.run,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Run>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateStatusRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateStatusRequest", 12)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("job_name", &self.job_name)?;
        object.serialize_field("status", &write::word::<v1::RunStatus>(self.status))?;
        object.serialize_field("timestamp", &self.timestamp.as_ref().map(write::Time))?;
        object.serialize_field("execution_time_ms", &self.execution_time_ms)?;
        object.serialize_field("error_message", &self.error_message)?;
        object.serialize_field("metadata", &self.metadata.as_ref().map(write::Object))?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("sequence", &self.sequence)?;
        object.serialize_field("sent_at", &self.sent_at.as_ref().map(write::Time))?;
        object
            .serialize_field(
                "scheduled_for",
                &self.scheduled_for.as_ref().map(write::Time),
            )?;
        object.end()
    }
}
impl FromJson for v1::UpdateStatusRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Identity, value, read::string)
            }
            "service_name" => {
                at.put_some(
                    &mut self.service_name,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "job_name" => {
                at.put_some(&mut self.job_name, name, Part::Rest, value, read::string)
            }
            "status" => {
                at.put(
                    &mut self.status,
                    name,
                    Part::Identity,
                    value,
                    read::word::<v1::RunStatus>,
                )
            }
            "timestamp" => {
                at.put_some(
                    &mut self.timestamp,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "execution_time_ms" => {
                at.put_some(
                    &mut self.execution_time_ms,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<i64>,
                )
            }
            "error_message" => {
                at.put_some(
                    &mut self.error_message,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "metadata" => {
                at.put_some(&mut self.metadata, name, Part::Rest, value, read::structure)
            }
            "run_id" => {
                at.put_some(&mut self.run_id, name, Part::Identity, value, read::string)
            }
            "sequence" => {
                at.put_some(
                    &mut self.sequence,
                    name,
                    Part::Identity,
                    value,
                    read::integer::<u32>,
                )
            }
            "sent_at" => {
                at.put_some(&mut self.sent_at, name, Part::Rest, value, read::timestamp)
            }
            "scheduled_for" => {
                at.put_some(
                    &mut self.scheduled_for,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateStatusResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateStatusResponse", 7)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("status", &write::word::<v1::RunStatus>(self.status))?;
        object
            .serialize_field(
                "received_at",
                &self.received_at.as_ref().map(write::Time),
            )?;
        object
            .serialize_field(
                "effective_at",
                &self.effective_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("directives", &self.directives)?;
        object.serialize_field("warnings", &self.warnings)?;
        object.end()
    }
}
impl FromJson for v1::UpdateStatusResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            "status" => {
                at.put(
                    &mut self.status,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::RunStatus>,
                )
            }
            "received_at" => {
                at.put_some(
                    &mut self.received_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "effective_at" => {
                at.put_some(
                    &mut self.effective_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "directives" => {
                at.put_some(
                    &mut self.directives,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Directives>,
                )
            }
            "warnings" => {
                at.put(
                    &mut self.warnings,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Warning>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::SendHeartbeatRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("SendHeartbeatRequest", 8)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("sequence", &self.sequence)?;
        object.serialize_field("timestamp", &self.timestamp.as_ref().map(write::Time))?;
        object.serialize_field("sent_at", &self.sent_at.as_ref().map(write::Time))?;
        object.serialize_field("progress", &self.progress)?;
        object.serialize_field("interval", &self.interval.as_ref().map(write::Span))?;
        object.serialize_field("extend", &self.extend.as_ref().map(write::Span))?;
        object.end()
    }
}
impl FromJson for v1::SendHeartbeatRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Identity, value, read::string)
            }
            "run_id" => {
                at.put_some(&mut self.run_id, name, Part::Identity, value, read::string)
            }
            "sequence" => {
                at.put_some(
                    &mut self.sequence,
                    name,
                    Part::Identity,
                    value,
                    read::integer::<u32>,
                )
            }
            "timestamp" => {
                at.put_some(
                    &mut self.timestamp,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "sent_at" => {
                at.put_some(&mut self.sent_at, name, Part::Rest, value, read::timestamp)
            }
            "progress" => {
                at.put_some(
                    &mut self.progress,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Progress>,
                )
            }
            "interval" => {
                at.put_some(&mut self.interval, name, Part::Rest, value, read::duration)
            }
            "extend" => {
                at.put_some(&mut self.extend, name, Part::Rest, value, read::duration)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::SendHeartbeatResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("SendHeartbeatResponse", 5)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object
            .serialize_field(
                "received_at",
                &self.received_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("directives", &self.directives)?;
        object.serialize_field("warnings", &self.warnings)?;
        object.end()
    }
}
impl FromJson for v1::SendHeartbeatResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            "received_at" => {
                at.put_some(
                    &mut self.received_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "directives" => {
                at.put_some(
                    &mut self.directives,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Directives>,
                )
            }
            "warnings" => {
                at.put(
                    &mut self.warnings,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Warning>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::StreamHeartbeatsRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("StreamHeartbeatsRequest", 5)?;
        object.serialize_field("frame_sequence", &self.frame_sequence)?;
        match &self.frame {
            None => {}
            Some(v1::stream_heartbeats_request::Frame::Hello(value)) => {
                object.serialize_field("hello", value)?
            }
            Some(v1::stream_heartbeats_request::Frame::Heartbeat(value)) => {
                object.serialize_field("heartbeat", value)?
            }
            Some(v1::stream_heartbeats_request::Frame::Status(value)) => {
                object.serialize_field("status", value)?
            }
            Some(v1::stream_heartbeats_request::Frame::Goodbye(value)) => {
                object.serialize_field("goodbye", value)?
            }
        }
        object.end()
    }
}
impl FromJson for v1::StreamHeartbeatsRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "frame_sequence" => {
                at.put(
                    &mut self.frame_sequence,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u64>,
                )
            }
            "hello" => {
                at.put_one(
                    &mut self.frame,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::StreamHello>(value, at)
                            .map(v1::stream_heartbeats_request::Frame::Hello)
                    },
                )
            }
            "heartbeat" => {
                at.put_one(
                    &mut self.frame,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::SendHeartbeatRequest>(value, at)
                            .map(v1::stream_heartbeats_request::Frame::Heartbeat)
                    },
                )
            }
            "status" => {
                at.put_one(
                    &mut self.frame,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::UpdateStatusRequest>(value, at)
                            .map(v1::stream_heartbeats_request::Frame::Status)
                    },
                )
            }
            "goodbye" => {
                at.put_one(
                    &mut self.frame,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::StreamGoodbye>(value, at)
                            .map(v1::stream_heartbeats_request::Frame::Goodbye)
                    },
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::StreamHello {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("StreamHello", 4)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("interval", &self.interval.as_ref().map(write::Span))?;
        object.serialize_field("spool_pending", &self.spool_pending)?;
        object.end()
    }
}
impl FromJson for v1::StreamHello {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Identity, value, read::string)
            }
            "run_id" => {
                at.put_some(&mut self.run_id, name, Part::Identity, value, read::string)
            }
            "interval" => {
                at.put_some(&mut self.interval, name, Part::Rest, value, read::duration)
            }
            "spool_pending" => {
                at.put_some(
                    &mut self.spool_pending,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::StreamGoodbye {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("StreamGoodbye", 2)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.end()
    }
}
impl FromJson for v1::StreamGoodbye {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Identity, value, read::string)
            }
            "run_id" => {
                at.put_some(&mut self.run_id, name, Part::Identity, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::StreamHeartbeatsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("StreamHeartbeatsResponse", 3)?;
        object.serialize_field("stored_sequence", &self.stored_sequence)?;
        object.serialize_field("directives", &self.directives)?;
        object.serialize_field("refusals", &self.refusals)?;
        object.end()
    }
}
impl FromJson for v1::StreamHeartbeatsResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "stored_sequence" => {
                at.put(
                    &mut self.stored_sequence,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u64>,
                )
            }
            "directives" => {
                at.put(
                    &mut self.directives,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Directives>),
                )
            }
            "refusals" => {
                at.put(
                    &mut self.refusals,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::FrameRefusal>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::FrameRefusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("FrameRefusal", 4)?;
        object.serialize_field("frame_sequence", &self.frame_sequence)?;
        object.serialize_field("code", &self.code)?;
        object.serialize_field("reason", &self.reason)?;
        object.serialize_field("message", &self.message)?;
        object.end()
    }
}
impl FromJson for v1::FrameRefusal {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "frame_sequence" => {
                at.put(
                    &mut self.frame_sequence,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u64>,
                )
            }
            "code" => {
                at.put(&mut self.code, name, Part::Rest, value, read::integer::<i32>)
            }
            "reason" => at.put(&mut self.reason, name, Part::Rest, value, read::string),
            "message" => at.put(&mut self.message, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Directives {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Directives", 4)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("cancel_requested", &self.cancel_requested)?;
        object
            .serialize_field(
                "heartbeat_interval",
                &self.heartbeat_interval.as_ref().map(write::Span),
            )?;
        object.end()
    }
}
impl FromJson for v1::Directives {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            "cancel_requested" => {
                at.put(
                    &mut self.cancel_requested,
                    name,
                    Part::Rest,
                    value,
                    read::boolean,
                )
            }
            "heartbeat_interval" => {
                at.put_some(
                    &mut self.heartbeat_interval,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Warning", 3)?;
        object.serialize_field("reason", &self.reason)?;
        object.serialize_field("field", &self.field)?;
        object.serialize_field("message", &self.message)?;
        object.end()
    }
}
impl FromJson for v1::Warning {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "reason" => at.put(&mut self.reason, name, Part::Rest, value, read::string),
            "field" => at.put(&mut self.field, name, Part::Rest, value, read::string),
            "message" => at.put(&mut self.message, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::BatchReportRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("BatchReportRequest", 1)?;
        object.serialize_field("items", &self.items)?;
        object.end()
    }
}
impl FromJson for v1::BatchReportRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "items" => {
                at.put(
                    &mut self.items,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::BatchItem>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::BatchItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("BatchItem", 2)?;
        match &self.report {
            None => {}
            Some(v1::batch_item::Report::Status(value)) => {
                object.serialize_field("status", value)?
            }
            Some(v1::batch_item::Report::Heartbeat(value)) => {
                object.serialize_field("heartbeat", value)?
            }
        }
        object.end()
    }
}
impl FromJson for v1::BatchItem {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "status" => {
                at.put_one(
                    &mut self.report,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::UpdateStatusRequest>(value, at)
                            .map(v1::batch_item::Report::Status)
                    },
                )
            }
            "heartbeat" => {
                at.put_one(
                    &mut self.report,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::SendHeartbeatRequest>(value, at)
                            .map(v1::batch_item::Report::Heartbeat)
                    },
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::BatchReportResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("BatchReportResponse", 1)?;
        object.serialize_field("results", &self.results)?;
        object.end()
    }
}
impl FromJson for v1::BatchReportResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "results" => {
                at.put(
                    &mut self.results,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::BatchResult>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::BatchResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("BatchResult", 6)?;
        object.serialize_field("index", &self.index)?;
        object.serialize_field("code", &self.code)?;
        object.serialize_field("reason", &self.reason)?;
        object.serialize_field("message", &self.message)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("warnings", &self.warnings)?;
        object.end()
    }
}
impl FromJson for v1::BatchResult {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "index" => {
                at.put(&mut self.index, name, Part::Rest, value, read::integer::<u32>)
            }
            "code" => {
                at.put(&mut self.code, name, Part::Rest, value, read::integer::<i32>)
            }
            "reason" => at.put(&mut self.reason, name, Part::Rest, value, read::string),
            "message" => at.put(&mut self.message, name, Part::Rest, value, read::string),
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            "warnings" => {
                at.put(
                    &mut self.warnings,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Warning>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Selector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Selector", 3)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("labels", &self.labels)?;
        object.end()
    }
}
impl FromJson for v1::Selector {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "service_name" => {
                at.put(&mut self.service_name, name, Part::Rest, value, read::string)
            }
            "labels" => at.put(&mut self.labels, name, Part::Rest, value, read::text_map),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::RouteSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RouteSettings", 8)?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("selects", &self.selects)?;
        object
            .serialize_field(
                "severities",
                &write::words::<v1::Severity>(&self.severities),
            )?;
        object
            .serialize_field(
                "reasons",
                &write::words::<v1::IncidentReason>(&self.reasons),
            )?;
        object.serialize_field("channel_ids", &self.channel_ids)?;
        object.serialize_field("delay", &self.delay.as_ref().map(write::Span))?;
        object
            .serialize_field(
                "repeat_every",
                &self.repeat_every.as_ref().map(write::Span),
            )?;
        object.serialize_field("instead_of_default", &self.instead_of_default)?;
        object.end()
    }
}
impl FromJson for v1::RouteSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "name" => at.put(&mut self.name, name, Part::Rest, value, read::string),
            "selects" => {
                at.put_some(
                    &mut self.selects,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Selector>,
                )
            }
            "severities" => {
                at.put(
                    &mut self.severities,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::word::<v1::Severity>),
                )
            }
            "reasons" => {
                at.put(
                    &mut self.reasons,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::word::<v1::IncidentReason>),
                )
            }
            "channel_ids" => {
                at.put(
                    &mut self.channel_ids,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::string),
                )
            }
            "delay" => {
                at.put_some(&mut self.delay, name, Part::Rest, value, read::duration)
            }
            "repeat_every" => {
                at.put_some(
                    &mut self.repeat_every,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "instead_of_default" => {
                at.put(
                    &mut self.instead_of_default,
                    name,
                    Part::Rest,
                    value,
                    read::boolean,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Route {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Route", 4)?;
        object.serialize_field("route_id", &self.route_id)?;
        object.serialize_field("settings", &self.settings)?;
        object.serialize_field("created_by", &self.created_by)?;
        object
            .serialize_field("created_at", &self.created_at.as_ref().map(write::Time))?;
        object.end()
    }
}
impl FromJson for v1::Route {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "route_id" => {
                at.put(&mut self.route_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::RouteSettings>,
                )
            }
            "created_by" => {
                at.put(&mut self.created_by, name, Part::Rest, value, read::string)
            }
            "created_at" => {
                at.put_some(
                    &mut self.created_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateRouteRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateRouteRequest", 8)?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("selects", &self.selects)?;
        object
            .serialize_field(
                "severities",
                &write::words::<v1::Severity>(&self.severities),
            )?;
        object
            .serialize_field(
                "reasons",
                &write::words::<v1::IncidentReason>(&self.reasons),
            )?;
        object.serialize_field("channel_ids", &self.channel_ids)?;
        object.serialize_field("delay", &self.delay.as_ref().map(write::Span))?;
        object
            .serialize_field(
                "repeat_every",
                &self.repeat_every.as_ref().map(write::Span),
            )?;
        object.serialize_field("instead_of_default", &self.instead_of_default)?;
        object.end()
    }
}
impl FromJson for v1::CreateRouteRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "name" => at.put(&mut self.name, name, Part::Rest, value, read::string),
            "selects" => {
                at.put_some(
                    &mut self.selects,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Selector>,
                )
            }
            "severities" => {
                at.put(
                    &mut self.severities,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::word::<v1::Severity>),
                )
            }
            "reasons" => {
                at.put(
                    &mut self.reasons,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::word::<v1::IncidentReason>),
                )
            }
            "channel_ids" => {
                at.put(
                    &mut self.channel_ids,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::string),
                )
            }
            "delay" => {
                at.put_some(&mut self.delay, name, Part::Rest, value, read::duration)
            }
            "repeat_every" => {
                at.put_some(
                    &mut self.repeat_every,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "instead_of_default" => {
                at.put(
                    &mut self.instead_of_default,
                    name,
                    Part::Rest,
                    value,
                    read::boolean,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateRouteResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateRouteResponse", 1)?;
        object.serialize_field("route", &self.route)?;
        object.end()
    }
}
impl FromJson for v1::CreateRouteResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "route" => {
                at.put_some(
                    &mut self.route,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Route>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetRouteRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetRouteRequest", 1)?;
        object.serialize_field("route_id", &self.route_id)?;
        object.end()
    }
}
impl FromJson for v1::GetRouteRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "route_id" => {
                at.put(&mut self.route_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetRouteResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetRouteResponse", 1)?;
        object.serialize_field("route", &self.route)?;
        object.end()
    }
}
impl FromJson for v1::GetRouteResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "route" => {
                at.put_some(
                    &mut self.route,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Route>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListRoutesRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("ListRoutesRequest", 0)?.end()
    }
}
impl FromJson for v1::ListRoutesRequest {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::ListRoutesResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListRoutesResponse", 1)?;
        object.serialize_field("routes", &self.routes)?;
        object.end()
    }
}
impl FromJson for v1::ListRoutesResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "routes" => {
                at.put(
                    &mut self.routes,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Route>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateRouteRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateRouteRequest", 3)?;
        object.serialize_field("route_id", &self.route_id)?;
        object.serialize_field("settings", &self.settings)?;
        object
            .serialize_field(
                "update_mask",
                &self.update_mask.as_ref().map(write::Mask),
            )?;
        object.end()
    }
}
impl FromJson for v1::UpdateRouteRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "route_id" => {
                at.put(&mut self.route_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::RouteSettings>,
                )
            }
            "update_mask" => {
                at.put_some(
                    &mut self.update_mask,
                    name,
                    Part::Rest,
                    value,
                    read::field_mask,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateRouteResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateRouteResponse", 1)?;
        object.serialize_field("route", &self.route)?;
        object.end()
    }
}
impl FromJson for v1::UpdateRouteResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "route" => {
                at.put_some(
                    &mut self.route,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Route>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteRouteRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("DeleteRouteRequest", 1)?;
        object.serialize_field("route_id", &self.route_id)?;
        object.end()
    }
}
impl FromJson for v1::DeleteRouteRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "route_id" => {
                at.put(&mut self.route_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteRouteResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("DeleteRouteResponse", 0)?.end()
    }
}
impl FromJson for v1::DeleteRouteResponse {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::SilenceSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("SilenceSettings", 6)?;
        object.serialize_field("note", &self.note)?;
        object.serialize_field("covers", &self.covers)?;
        object.serialize_field("everything", &self.everything)?;
        object.serialize_field("starts_at", &self.starts_at.as_ref().map(write::Time))?;
        object.serialize_field("ends_at", &self.ends_at.as_ref().map(write::Time))?;
        object.serialize_field("window", &self.window)?;
        object.end()
    }
}
impl FromJson for v1::SilenceSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            "covers" => {
                at.put_some(
                    &mut self.covers,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Selector>,
                )
            }
            "everything" => {
                at.put(&mut self.everything, name, Part::Rest, value, read::boolean)
            }
            "starts_at" => {
                at.put_some(
                    &mut self.starts_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "ends_at" => {
                at.put_some(&mut self.ends_at, name, Part::Rest, value, read::timestamp)
            }
            "window" => {
                at.put_some(
                    &mut self.window,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::MaintenanceWindow>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::MaintenanceWindow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("MaintenanceWindow", 3)?;
        object.serialize_field("cron", &self.cron)?;
        object.serialize_field("timezone", &self.timezone)?;
        object.serialize_field("duration", &self.duration.as_ref().map(write::Span))?;
        object.end()
    }
}
impl FromJson for v1::MaintenanceWindow {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "cron" => at.put(&mut self.cron, name, Part::Rest, value, read::string),
            "timezone" => {
                at.put(&mut self.timezone, name, Part::Rest, value, read::string)
            }
            "duration" => {
                at.put_some(&mut self.duration, name, Part::Rest, value, read::duration)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Silence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Silence", 7)?;
        object.serialize_field("silence_id", &self.silence_id)?;
        object.serialize_field("settings", &self.settings)?;
        object.serialize_field("created_by", &self.created_by)?;
        object
            .serialize_field("created_at", &self.created_at.as_ref().map(write::Time))?;
        object.serialize_field("active", &self.active)?;
        object
            .serialize_field(
                "active_until",
                &self.active_until.as_ref().map(write::Time),
            )?;
        object
            .serialize_field(
                "next_start_at",
                &self.next_start_at.as_ref().map(write::Time),
            )?;
        object.end()
    }
}
impl FromJson for v1::Silence {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silence_id" => {
                at.put(&mut self.silence_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::SilenceSettings>,
                )
            }
            "created_by" => {
                at.put(&mut self.created_by, name, Part::Rest, value, read::string)
            }
            "created_at" => {
                at.put_some(
                    &mut self.created_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "active" => at.put(&mut self.active, name, Part::Rest, value, read::boolean),
            "active_until" => {
                at.put_some(
                    &mut self.active_until,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "next_start_at" => {
                at.put_some(
                    &mut self.next_start_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateSilenceRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateSilenceRequest", 6)?;
        object.serialize_field("note", &self.note)?;
        object.serialize_field("covers", &self.covers)?;
        object.serialize_field("everything", &self.everything)?;
        object.serialize_field("starts_at", &self.starts_at.as_ref().map(write::Time))?;
        object.serialize_field("ends_at", &self.ends_at.as_ref().map(write::Time))?;
        object.serialize_field("window", &self.window)?;
        object.end()
    }
}
impl FromJson for v1::CreateSilenceRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            "covers" => {
                at.put_some(
                    &mut self.covers,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Selector>,
                )
            }
            "everything" => {
                at.put(&mut self.everything, name, Part::Rest, value, read::boolean)
            }
            "starts_at" => {
                at.put_some(
                    &mut self.starts_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "ends_at" => {
                at.put_some(&mut self.ends_at, name, Part::Rest, value, read::timestamp)
            }
            "window" => {
                at.put_some(
                    &mut self.window,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::MaintenanceWindow>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::CreateSilenceResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("CreateSilenceResponse", 1)?;
        object.serialize_field("silence", &self.silence)?;
        object.end()
    }
}
impl FromJson for v1::CreateSilenceResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silence" => {
                at.put_some(
                    &mut self.silence,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Silence>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetSilenceRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetSilenceRequest", 1)?;
        object.serialize_field("silence_id", &self.silence_id)?;
        object.end()
    }
}
impl FromJson for v1::GetSilenceRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silence_id" => {
                at.put(&mut self.silence_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetSilenceResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetSilenceResponse", 1)?;
        object.serialize_field("silence", &self.silence)?;
        object.end()
    }
}
impl FromJson for v1::GetSilenceResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silence" => {
                at.put_some(
                    &mut self.silence,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Silence>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListSilencesRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("ListSilencesRequest", 0)?.end()
    }
}
impl FromJson for v1::ListSilencesRequest {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::ListSilencesResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListSilencesResponse", 1)?;
        object.serialize_field("silences", &self.silences)?;
        object.end()
    }
}
impl FromJson for v1::ListSilencesResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silences" => {
                at.put(
                    &mut self.silences,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Silence>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateSilenceRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateSilenceRequest", 3)?;
        object.serialize_field("silence_id", &self.silence_id)?;
        object.serialize_field("settings", &self.settings)?;
        object
            .serialize_field(
                "update_mask",
                &self.update_mask.as_ref().map(write::Mask),
            )?;
        object.end()
    }
}
impl FromJson for v1::UpdateSilenceRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silence_id" => {
                at.put(&mut self.silence_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::SilenceSettings>,
                )
            }
            "update_mask" => {
                at.put_some(
                    &mut self.update_mask,
                    name,
                    Part::Rest,
                    value,
                    read::field_mask,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateSilenceResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateSilenceResponse", 1)?;
        object.serialize_field("silence", &self.silence)?;
        object.end()
    }
}
impl FromJson for v1::UpdateSilenceResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silence" => {
                at.put_some(
                    &mut self.silence,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Silence>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteSilenceRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("DeleteSilenceRequest", 1)?;
        object.serialize_field("silence_id", &self.silence_id)?;
        object.end()
    }
}
impl FromJson for v1::DeleteSilenceRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "silence_id" => {
                at.put(&mut self.silence_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteSilenceResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("DeleteSilenceResponse", 0)?.end()
    }
}
impl FromJson for v1::DeleteSilenceResponse {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Schedule", 2)?;
        match &self.rule {
            None => {}
            Some(v1::schedule::Rule::Every(value)) => {
                object.serialize_field("every", &write::Span(value))?
            }
            Some(v1::schedule::Rule::Cron(value)) => {
                object.serialize_field("cron", value)?
            }
        }
        object.end()
    }
}
impl FromJson for v1::Schedule {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "every" => {
                at.put_one(
                    &mut self.rule,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::duration(value, at).map(v1::schedule::Rule::Every),
                )
            }
            "cron" => {
                at.put_one(
                    &mut self.rule,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::string(value, at).map(v1::schedule::Rule::Cron),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::SchedulerSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("SchedulerSettings", 22)?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("job_name", &self.job_name)?;
        object.serialize_field("owner_email", &self.owner_email)?;
        object.serialize_field("alert_user_id", &self.alert_user_id)?;
        object.serialize_field("schedules", &self.schedules)?;
        object
            .serialize_field(
                "start_grace",
                &self.start_grace.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "heartbeat_interval",
                &self.heartbeat_interval.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "heartbeat_timeout",
                &self.heartbeat_timeout.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "max_runtime",
                &self.max_runtime.as_ref().map(write::Span),
            )?;
        object.serialize_field("labels", &self.labels)?;
        object.serialize_field("timezone", &self.timezone)?;
        object
            .serialize_field(
                "cron_profile",
                &write::word::<v1::CronProfile>(self.cron_profile),
            )?;
        object
            .serialize_field(
                "min_runtime",
                &self.min_runtime.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "progress_timeout",
                &self.progress_timeout.as_ref().map(write::Span),
            )?;
        object.serialize_field("failure_threshold", &self.failure_threshold)?;
        object.serialize_field("failure_window", &self.failure_window)?;
        object.serialize_field("recovery_threshold", &self.recovery_threshold)?;
        object.serialize_field("recovery_window", &self.recovery_window)?;
        object.serialize_field("severity", &write::word::<v1::Severity>(self.severity))?;
        object.serialize_field("finish_by", &self.finish_by.as_ref().map(write::Span))?;
        object
            .serialize_field(
                "early_tolerance",
                &self.early_tolerance.as_ref().map(write::Span),
            )?;
        object.serialize_field("depends_on", &self.depends_on)?;
        object.end()
    }
}
impl FromJson for v1::SchedulerSettings {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "service_name" => {
                at.put_some(
                    &mut self.service_name,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "job_name" => {
                at.put_some(&mut self.job_name, name, Part::Rest, value, read::string)
            }
            "owner_email" => {
                at.put_some(&mut self.owner_email, name, Part::Rest, value, read::string)
            }
            "alert_user_id" => {
                at.put_some(
                    &mut self.alert_user_id,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "schedules" => {
                at.put(
                    &mut self.schedules,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Schedule>),
                )
            }
            "start_grace" => {
                at.put_some(
                    &mut self.start_grace,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "heartbeat_interval" => {
                at.put_some(
                    &mut self.heartbeat_interval,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "heartbeat_timeout" => {
                at.put_some(
                    &mut self.heartbeat_timeout,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "max_runtime" => {
                at.put_some(
                    &mut self.max_runtime,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "labels" => at.put(&mut self.labels, name, Part::Rest, value, read::text_map),
            "timezone" => {
                at.put_some(&mut self.timezone, name, Part::Rest, value, read::string)
            }
            "cron_profile" => {
                at.put(
                    &mut self.cron_profile,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::CronProfile>,
                )
            }
            "min_runtime" => {
                at.put_some(
                    &mut self.min_runtime,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "progress_timeout" => {
                at.put_some(
                    &mut self.progress_timeout,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "failure_threshold" => {
                at.put_some(
                    &mut self.failure_threshold,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "failure_window" => {
                at.put_some(
                    &mut self.failure_window,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "recovery_threshold" => {
                at.put_some(
                    &mut self.recovery_threshold,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "recovery_window" => {
                at.put_some(
                    &mut self.recovery_window,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "severity" => {
                at.put(
                    &mut self.severity,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::Severity>,
                )
            }
            "finish_by" => {
                at.put_some(&mut self.finish_by, name, Part::Rest, value, read::duration)
            }
            "early_tolerance" => {
                at.put_some(
                    &mut self.early_tolerance,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "depends_on" => {
                at.put_some(&mut self.depends_on, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::Scheduler {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Scheduler", 14)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("settings", &self.settings)?;
        object.serialize_field("health", &write::word::<v1::Health>(self.health))?;
        object.serialize_field("paused_at", &self.paused_at.as_ref().map(write::Time))?;
        object
            .serialize_field(
                "paused_until",
                &self.paused_until.as_ref().map(write::Time),
            )?;
        object
            .serialize_field("created_at", &self.created_at.as_ref().map(write::Time))?;
        object
            .serialize_field("updated_at", &self.updated_at.as_ref().map(write::Time))?;
        object
            .serialize_field(
                "last_report_at",
                &self.last_report_at.as_ref().map(write::Time),
            )?;
        object
            .serialize_field(
                "next_slot_at",
                &self.next_slot_at.as_ref().map(write::Time),
            )?;
        object
            .serialize_field(
                "next_deadline_at",
                &self.next_deadline_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("open_incident_ids", &self.open_incident_ids)?;
        object.serialize_field("open_runs", &self.open_runs)?;
        object
            .serialize_field(
                "last_success_at",
                &self.last_success_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("held_settings", &self.held_settings)?;
        object.end()
    }
}
impl FromJson for v1::Scheduler {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::SchedulerSettings>,
                )
            }
            "health" => {
                at.put(
                    &mut self.health,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::Health>,
                )
            }
            "paused_at" => {
                at.put_some(
                    &mut self.paused_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "paused_until" => {
                at.put_some(
                    &mut self.paused_until,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "created_at" => {
                at.put_some(
                    &mut self.created_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "updated_at" => {
                at.put_some(
                    &mut self.updated_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "last_report_at" => {
                at.put_some(
                    &mut self.last_report_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "next_slot_at" => {
                at.put_some(
                    &mut self.next_slot_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "next_deadline_at" => {
                at.put_some(
                    &mut self.next_deadline_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "open_incident_ids" => {
                at.put(
                    &mut self.open_incident_ids,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::string),
                )
            }
            "open_runs" => {
                at.put(
                    &mut self.open_runs,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Run>),
                )
            }
            "last_success_at" => {
                at.put_some(
                    &mut self.last_success_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "held_settings" => {
                at.put(
                    &mut self.held_settings,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::string),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::RejectedReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RejectedReport", 4)?;
        object
            .serialize_field(
                "received_at",
                &self.received_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("reason", &self.reason)?;
        object.serialize_field("message", &self.message)?;
        object.serialize_field("raw", &self.raw)?;
        object.end()
    }
}
impl FromJson for v1::RejectedReport {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "received_at" => {
                at.put_some(
                    &mut self.received_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "reason" => at.put(&mut self.reason, name, Part::Rest, value, read::string),
            "message" => at.put(&mut self.message, name, Part::Rest, value, read::string),
            "raw" => at.put(&mut self.raw, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::RegisterSchedulerRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RegisterSchedulerRequest", 23)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("job_name", &self.job_name)?;
        object.serialize_field("owner_email", &self.owner_email)?;
        object.serialize_field("alert_user_id", &self.alert_user_id)?;
        object.serialize_field("schedules", &self.schedules)?;
        object
            .serialize_field(
                "start_grace",
                &self.start_grace.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "heartbeat_interval",
                &self.heartbeat_interval.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "heartbeat_timeout",
                &self.heartbeat_timeout.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "max_runtime",
                &self.max_runtime.as_ref().map(write::Span),
            )?;
        object.serialize_field("labels", &self.labels)?;
        object.serialize_field("timezone", &self.timezone)?;
        object
            .serialize_field(
                "cron_profile",
                &write::word::<v1::CronProfile>(self.cron_profile),
            )?;
        object
            .serialize_field(
                "min_runtime",
                &self.min_runtime.as_ref().map(write::Span),
            )?;
        object
            .serialize_field(
                "progress_timeout",
                &self.progress_timeout.as_ref().map(write::Span),
            )?;
        object.serialize_field("failure_threshold", &self.failure_threshold)?;
        object.serialize_field("failure_window", &self.failure_window)?;
        object.serialize_field("recovery_threshold", &self.recovery_threshold)?;
        object.serialize_field("recovery_window", &self.recovery_window)?;
        object.serialize_field("severity", &write::word::<v1::Severity>(self.severity))?;
        object.serialize_field("finish_by", &self.finish_by.as_ref().map(write::Span))?;
        object
            .serialize_field(
                "early_tolerance",
                &self.early_tolerance.as_ref().map(write::Span),
            )?;
        object.serialize_field("depends_on", &self.depends_on)?;
        object.end()
    }
}
impl FromJson for v1::RegisterSchedulerRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "service_name" => {
                at.put_some(
                    &mut self.service_name,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "job_name" => {
                at.put_some(&mut self.job_name, name, Part::Rest, value, read::string)
            }
            "owner_email" => {
                at.put_some(&mut self.owner_email, name, Part::Rest, value, read::string)
            }
            "alert_user_id" => {
                at.put_some(
                    &mut self.alert_user_id,
                    name,
                    Part::Rest,
                    value,
                    read::string,
                )
            }
            "schedules" => {
                at.put(
                    &mut self.schedules,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Schedule>),
                )
            }
            "start_grace" => {
                at.put_some(
                    &mut self.start_grace,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "heartbeat_interval" => {
                at.put_some(
                    &mut self.heartbeat_interval,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "heartbeat_timeout" => {
                at.put_some(
                    &mut self.heartbeat_timeout,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "max_runtime" => {
                at.put_some(
                    &mut self.max_runtime,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "labels" => at.put(&mut self.labels, name, Part::Rest, value, read::text_map),
            "timezone" => {
                at.put_some(&mut self.timezone, name, Part::Rest, value, read::string)
            }
            "cron_profile" => {
                at.put(
                    &mut self.cron_profile,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::CronProfile>,
                )
            }
            "min_runtime" => {
                at.put_some(
                    &mut self.min_runtime,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "progress_timeout" => {
                at.put_some(
                    &mut self.progress_timeout,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "failure_threshold" => {
                at.put_some(
                    &mut self.failure_threshold,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "failure_window" => {
                at.put_some(
                    &mut self.failure_window,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "recovery_threshold" => {
                at.put_some(
                    &mut self.recovery_threshold,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "recovery_window" => {
                at.put_some(
                    &mut self.recovery_window,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<u32>,
                )
            }
            "severity" => {
                at.put(
                    &mut self.severity,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::Severity>,
                )
            }
            "finish_by" => {
                at.put_some(&mut self.finish_by, name, Part::Rest, value, read::duration)
            }
            "early_tolerance" => {
                at.put_some(
                    &mut self.early_tolerance,
                    name,
                    Part::Rest,
                    value,
                    read::duration,
                )
            }
            "depends_on" => {
                at.put_some(&mut self.depends_on, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::RegisterSchedulerResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("RegisterSchedulerResponse", 4)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("created", &self.created)?;
        object.serialize_field("scheduler", &self.scheduler)?;
        object.serialize_field("warnings", &self.warnings)?;
        object.end()
    }
}
impl FromJson for v1::RegisterSchedulerResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "created" => {
                at.put(&mut self.created, name, Part::Rest, value, read::boolean)
            }
            "scheduler" => {
                at.put_some(
                    &mut self.scheduler,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Scheduler>,
                )
            }
            "warnings" => {
                at.put(
                    &mut self.warnings,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Warning>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetSchedulerRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetSchedulerRequest", 1)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.end()
    }
}
impl FromJson for v1::GetSchedulerRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::GetSchedulerResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("GetSchedulerResponse", 2)?;
        object.serialize_field("scheduler", &self.scheduler)?;
        object.serialize_field("rejected_reports", &self.rejected_reports)?;
        object.end()
    }
}
impl FromJson for v1::GetSchedulerResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler" => {
                at.put_some(
                    &mut self.scheduler,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Scheduler>,
                )
            }
            "rejected_reports" => {
                at.put(
                    &mut self.rejected_reports,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(
                        value,
                        at,
                        read::message::<v1::RejectedReport>,
                    ),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ExplainSchedulerRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ExplainSchedulerRequest", 1)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.end()
    }
}
impl FromJson for v1::ExplainSchedulerRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::LimitNote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("LimitNote", 6)?;
        object.serialize_field("setting", &self.setting)?;
        object.serialize_field("run_id", &self.run_id)?;
        object.serialize_field("state", &write::word::<v1::LimitState>(self.state))?;
        object
            .serialize_field(
                "deadline_at",
                &self.deadline_at.as_ref().map(write::Time),
            )?;
        object.serialize_field("judged_at", &self.judged_at.as_ref().map(write::Time))?;
        object.serialize_field("because", &self.because)?;
        object.end()
    }
}
impl FromJson for v1::LimitNote {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "setting" => at.put(&mut self.setting, name, Part::Rest, value, read::string),
            "run_id" => at.put(&mut self.run_id, name, Part::Rest, value, read::string),
            "state" => {
                at.put(
                    &mut self.state,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::LimitState>,
                )
            }
            "deadline_at" => {
                at.put_some(
                    &mut self.deadline_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "judged_at" => {
                at.put_some(
                    &mut self.judged_at,
                    name,
                    Part::Rest,
                    value,
                    read::timestamp,
                )
            }
            "because" => at.put(&mut self.because, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::OpenIncident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("OpenIncident", 3)?;
        object.serialize_field("incident", &self.incident)?;
        object.serialize_field("history", &self.history)?;
        object.serialize_field("deliveries", &self.deliveries)?;
        object.end()
    }
}
impl FromJson for v1::OpenIncident {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "incident" => {
                at.put_some(
                    &mut self.incident,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Incident>,
                )
            }
            "history" => {
                at.put(
                    &mut self.history,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::IncidentEvent>),
                )
            }
            "deliveries" => {
                at.put(
                    &mut self.deliveries,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Delivery>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ExplainSchedulerResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ExplainSchedulerResponse", 6)?;
        object.serialize_field("summary", &self.summary)?;
        object.serialize_field("scheduler", &self.scheduler)?;
        object.serialize_field("limits", &self.limits)?;
        object.serialize_field("open_incidents", &self.open_incidents)?;
        object.serialize_field("last_runs", &self.last_runs)?;
        object.serialize_field("silences", &self.silences)?;
        object.end()
    }
}
impl FromJson for v1::ExplainSchedulerResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "summary" => at.put(&mut self.summary, name, Part::Rest, value, read::string),
            "scheduler" => {
                at.put_some(
                    &mut self.scheduler,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Scheduler>,
                )
            }
            "limits" => {
                at.put(
                    &mut self.limits,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::LimitNote>),
                )
            }
            "open_incidents" => {
                at.put(
                    &mut self.open_incidents,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::OpenIncident>),
                )
            }
            "last_runs" => {
                at.put(
                    &mut self.last_runs,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Run>),
                )
            }
            "silences" => {
                at.put(
                    &mut self.silences,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Silence>),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListSchedulersRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListSchedulersRequest", 5)?;
        object.serialize_field("page_size", &self.page_size)?;
        object.serialize_field("page_token", &self.page_token)?;
        object.serialize_field("service_name", &self.service_name)?;
        object.serialize_field("health", &write::word::<v1::Health>(self.health))?;
        object.serialize_field("label", &self.label)?;
        object.end()
    }
}
impl FromJson for v1::ListSchedulersRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "page_size" => {
                at.put(
                    &mut self.page_size,
                    name,
                    Part::Rest,
                    value,
                    read::integer::<i32>,
                )
            }
            "page_token" => {
                at.put(&mut self.page_token, name, Part::Rest, value, read::string)
            }
            "service_name" => {
                at.put(&mut self.service_name, name, Part::Rest, value, read::string)
            }
            "health" => {
                at.put(
                    &mut self.health,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::Health>,
                )
            }
            "label" => at.put(&mut self.label, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ListSchedulersResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListSchedulersResponse", 2)?;
        object.serialize_field("schedulers", &self.schedulers)?;
        object.serialize_field("next_page_token", &self.next_page_token)?;
        object.end()
    }
}
impl FromJson for v1::ListSchedulersResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "schedulers" => {
                at.put(
                    &mut self.schedulers,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Scheduler>),
                )
            }
            "next_page_token" => {
                at.put(&mut self.next_page_token, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateSchedulerRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateSchedulerRequest", 3)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("settings", &self.settings)?;
        object
            .serialize_field(
                "update_mask",
                &self.update_mask.as_ref().map(write::Mask),
            )?;
        object.end()
    }
}
impl FromJson for v1::UpdateSchedulerRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "settings" => {
                at.put_some(
                    &mut self.settings,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::SchedulerSettings>,
                )
            }
            "update_mask" => {
                at.put_some(
                    &mut self.update_mask,
                    name,
                    Part::Rest,
                    value,
                    read::field_mask,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::UpdateSchedulerResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("UpdateSchedulerResponse", 1)?;
        object.serialize_field("scheduler", &self.scheduler)?;
        object.end()
    }
}
impl FromJson for v1::UpdateSchedulerResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler" => {
                at.put_some(
                    &mut self.scheduler,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Scheduler>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ReleaseSettingsRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ReleaseSettingsRequest", 2)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("names", &self.names)?;
        object.end()
    }
}
impl FromJson for v1::ReleaseSettingsRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "names" => {
                at.put(
                    &mut self.names,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::string),
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ReleaseSettingsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ReleaseSettingsResponse", 1)?;
        object.serialize_field("scheduler", &self.scheduler)?;
        object.end()
    }
}
impl FromJson for v1::ReleaseSettingsResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler" => {
                at.put_some(
                    &mut self.scheduler,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Scheduler>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteSchedulerRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("DeleteSchedulerRequest", 1)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.end()
    }
}
impl FromJson for v1::DeleteSchedulerRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::DeleteSchedulerResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_struct("DeleteSchedulerResponse", 0)?.end()
    }
}
impl FromJson for v1::DeleteSchedulerResponse {
    fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {
        false
    }
}
impl Serialize for v1::PauseSchedulerRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PauseSchedulerRequest", 2)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.serialize_field("until", &self.until.as_ref().map(write::Time))?;
        object.end()
    }
}
impl FromJson for v1::PauseSchedulerRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            "until" => {
                at.put_some(&mut self.until, name, Part::Rest, value, read::timestamp)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::PauseSchedulerResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PauseSchedulerResponse", 1)?;
        object.serialize_field("scheduler", &self.scheduler)?;
        object.end()
    }
}
impl FromJson for v1::PauseSchedulerResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler" => {
                at.put_some(
                    &mut self.scheduler,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Scheduler>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ResumeSchedulerRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ResumeSchedulerRequest", 1)?;
        object.serialize_field("scheduler_id", &self.scheduler_id)?;
        object.end()
    }
}
impl FromJson for v1::ResumeSchedulerRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler_id" => {
                at.put(&mut self.scheduler_id, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ResumeSchedulerResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ResumeSchedulerResponse", 1)?;
        object.serialize_field("scheduler", &self.scheduler)?;
        object.end()
    }
}
impl FromJson for v1::ResumeSchedulerResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler" => {
                at.put_some(
                    &mut self.scheduler,
                    name,
                    Part::Rest,
                    value,
                    read::message::<v1::Scheduler>,
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::WatchSchedulersRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("WatchSchedulersRequest", 1)?;
        object.serialize_field("service_name", &self.service_name)?;
        object.end()
    }
}
impl FromJson for v1::WatchSchedulersRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "service_name" => {
                at.put(&mut self.service_name, name, Part::Rest, value, read::string)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::WatchSchedulersResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("WatchSchedulersResponse", 2)?;
        match &self.change {
            None => {}
            Some(v1::watch_schedulers_response::Change::Scheduler(value)) => {
                object.serialize_field("scheduler", value)?
            }
            Some(v1::watch_schedulers_response::Change::DeletedSchedulerId(value)) => {
                object.serialize_field("deleted_scheduler_id", value)?
            }
        }
        object.end()
    }
}
impl FromJson for v1::WatchSchedulersResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "scheduler" => {
                at.put_one(
                    &mut self.change,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::message::<v1::Scheduler>(value, at)
                            .map(v1::watch_schedulers_response::Change::Scheduler)
                    },
                )
            }
            "deleted_scheduler_id" => {
                at.put_one(
                    &mut self.change,
                    name,
                    Part::Rest,
                    value,
                    |value, at| {
                        read::string(value, at)
                            .map(
                                v1::watch_schedulers_response::Change::DeletedSchedulerId,
                            )
                    },
                )
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::PreviewScheduleRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PreviewScheduleRequest", 5)?;
        object.serialize_field("schedules", &self.schedules)?;
        object.serialize_field("timezone", &self.timezone)?;
        object
            .serialize_field(
                "cron_profile",
                &write::word::<v1::CronProfile>(self.cron_profile),
            )?;
        object.serialize_field("count", &self.count)?;
        object.serialize_field("after", &self.after.as_ref().map(write::Time))?;
        object.end()
    }
}
impl FromJson for v1::PreviewScheduleRequest {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "schedules" => {
                at.put(
                    &mut self.schedules,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::Schedule>),
                )
            }
            "timezone" => {
                at.put_some(&mut self.timezone, name, Part::Rest, value, read::string)
            }
            "cron_profile" => {
                at.put(
                    &mut self.cron_profile,
                    name,
                    Part::Rest,
                    value,
                    read::word::<v1::CronProfile>,
                )
            }
            "count" => {
                at.put(&mut self.count, name, Part::Rest, value, read::integer::<i32>)
            }
            "after" => {
                at.put_some(&mut self.after, name, Part::Rest, value, read::timestamp)
            }
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ScheduleOccurrence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ScheduleOccurrence", 3)?;
        object.serialize_field("at", &self.at.as_ref().map(write::Time))?;
        object.serialize_field("local", &self.local)?;
        object.serialize_field("note", &self.note)?;
        object.end()
    }
}
impl FromJson for v1::ScheduleOccurrence {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "at" => at.put_some(&mut self.at, name, Part::Rest, value, read::timestamp),
            "local" => at.put(&mut self.local, name, Part::Rest, value, read::string),
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::ClockChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ClockChange", 2)?;
        object.serialize_field("at", &self.at.as_ref().map(write::Time))?;
        object.serialize_field("note", &self.note)?;
        object.end()
    }
}
impl FromJson for v1::ClockChange {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "at" => at.put_some(&mut self.at, name, Part::Rest, value, read::timestamp),
            "note" => at.put(&mut self.note, name, Part::Rest, value, read::string),
            _ => return false,
        }
        true
    }
}
impl Serialize for v1::PreviewScheduleResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PreviewScheduleResponse", 2)?;
        object.serialize_field("occurrences", &self.occurrences)?;
        object.serialize_field("clock_changes", &self.clock_changes)?;
        object.end()
    }
}
impl FromJson for v1::PreviewScheduleResponse {
    fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {
        match name {
            "occurrences" => {
                at.put(
                    &mut self.occurrences,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(
                        value,
                        at,
                        read::message::<v1::ScheduleOccurrence>,
                    ),
                )
            }
            "clock_changes" => {
                at.put(
                    &mut self.clock_changes,
                    name,
                    Part::Rest,
                    value,
                    |value, at| read::list(value, at, read::message::<v1::ClockChange>),
                )
            }
            _ => return false,
        }
        true
    }
}
