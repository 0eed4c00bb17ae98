// This file is @generated.
use crate::{api, convert, wire};
impl convert::Word for api::IncidentReason {
    fn to_number(self) -> i32 {
        match self {
            Self::Failed => wire::IncidentReason::Failed as i32,
            Self::Missed => wire::IncidentReason::Missed as i32,
            Self::NeverStarted => wire::IncidentReason::NeverStarted as i32,
            Self::Stalled => wire::IncidentReason::Stalled as i32,
            Self::Lost => wire::IncidentReason::Lost as i32,
            Self::Overran => wire::IncidentReason::Overran as i32,
            Self::FinishedLate => wire::IncidentReason::FinishedLate as i32,
            Self::TooQuick => wire::IncidentReason::TooQuick as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::IncidentReason::try_from(number) {
                Ok(wire::IncidentReason::Unspecified) => return None,
                Ok(wire::IncidentReason::Failed) => Self::Failed,
                Ok(wire::IncidentReason::Missed) => Self::Missed,
                Ok(wire::IncidentReason::NeverStarted) => Self::NeverStarted,
                Ok(wire::IncidentReason::Stalled) => Self::Stalled,
                Ok(wire::IncidentReason::Lost) => Self::Lost,
                Ok(wire::IncidentReason::Overran) => Self::Overran,
                Ok(wire::IncidentReason::FinishedLate) => Self::FinishedLate,
                Ok(wire::IncidentReason::TooQuick) => Self::TooQuick,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::Severity {
    fn to_number(self) -> i32 {
        match self {
            Self::Critical => wire::Severity::Critical as i32,
            Self::Normal => wire::Severity::Normal as i32,
            Self::Low => wire::Severity::Low as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::Severity::try_from(number) {
                Ok(wire::Severity::Unspecified) => return None,
                Ok(wire::Severity::Critical) => Self::Critical,
                Ok(wire::Severity::Normal) => Self::Normal,
                Ok(wire::Severity::Low) => Self::Low,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::IncidentState {
    fn to_number(self) -> i32 {
        match self {
            Self::Open => wire::IncidentState::Open as i32,
            Self::Acknowledged => wire::IncidentState::Acknowledged as i32,
            Self::Resolved => wire::IncidentState::Resolved as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::IncidentState::try_from(number) {
                Ok(wire::IncidentState::Unspecified) => return None,
                Ok(wire::IncidentState::Open) => Self::Open,
                Ok(wire::IncidentState::Acknowledged) => Self::Acknowledged,
                Ok(wire::IncidentState::Resolved) => Self::Resolved,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::Resolution {
    fn to_number(self) -> i32 {
        match self {
            Self::Recovered => wire::Resolution::Recovered as i32,
            Self::ReportedLate => wire::Resolution::ReportedLate as i32,
            Self::Manual => wire::Resolution::Manual as i32,
            Self::Withdrawn => wire::Resolution::Withdrawn as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::Resolution::try_from(number) {
                Ok(wire::Resolution::Unspecified) => return None,
                Ok(wire::Resolution::Recovered) => Self::Recovered,
                Ok(wire::Resolution::ReportedLate) => Self::ReportedLate,
                Ok(wire::Resolution::Manual) => Self::Manual,
                Ok(wire::Resolution::Withdrawn) => Self::Withdrawn,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::DeliveryState {
    fn to_number(self) -> i32 {
        match self {
            Self::Pending => wire::DeliveryState::Pending as i32,
            Self::Delivered => wire::DeliveryState::Delivered as i32,
            Self::Abandoned => wire::DeliveryState::Abandoned as i32,
            Self::Withheld => wire::DeliveryState::Withheld as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::DeliveryState::try_from(number) {
                Ok(wire::DeliveryState::Unspecified) => return None,
                Ok(wire::DeliveryState::Pending) => Self::Pending,
                Ok(wire::DeliveryState::Delivered) => Self::Delivered,
                Ok(wire::DeliveryState::Abandoned) => Self::Abandoned,
                Ok(wire::DeliveryState::Withheld) => Self::Withheld,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::Role {
    fn to_number(self) -> i32 {
        match self {
            Self::Reporter => wire::Role::Reporter as i32,
            Self::Viewer => wire::Role::Viewer as i32,
            Self::Operator => wire::Role::Operator as i32,
            Self::Admin => wire::Role::Admin as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::Role::try_from(number) {
                Ok(wire::Role::Unspecified) => return None,
                Ok(wire::Role::Reporter) => Self::Reporter,
                Ok(wire::Role::Viewer) => Self::Viewer,
                Ok(wire::Role::Operator) => Self::Operator,
                Ok(wire::Role::Admin) => Self::Admin,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::RunStatus {
    fn to_number(self) -> i32 {
        match self {
            Self::Pending => wire::RunStatus::Pending as i32,
            Self::Running => wire::RunStatus::Running as i32,
            Self::Completed => wire::RunStatus::Completed as i32,
            Self::Failed => wire::RunStatus::Failed as i32,
            Self::Cancelled => wire::RunStatus::Cancelled as i32,
            Self::Lost => wire::RunStatus::Lost as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::RunStatus::try_from(number) {
                Ok(wire::RunStatus::Unspecified) => return None,
                Ok(wire::RunStatus::Pending) => Self::Pending,
                Ok(wire::RunStatus::Running) => Self::Running,
                Ok(wire::RunStatus::Completed) => Self::Completed,
                Ok(wire::RunStatus::Failed) => Self::Failed,
                Ok(wire::RunStatus::Cancelled) => Self::Cancelled,
                Ok(wire::RunStatus::Lost) => Self::Lost,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::SlotEnding {
    fn to_number(self) -> i32 {
        match self {
            Self::Open => wire::SlotEnding::Open as i32,
            Self::Met => wire::SlotEnding::Met as i32,
            Self::MetLate => wire::SlotEnding::MetLate as i32,
            Self::Failed => wire::SlotEnding::Failed as i32,
            Self::Missed => wire::SlotEnding::Missed as i32,
            Self::Unseen => wire::SlotEnding::Unseen as i32,
            Self::SkippedPaused => wire::SlotEnding::SkippedPaused as i32,
            Self::SkippedCancelled => wire::SlotEnding::SkippedCancelled as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::SlotEnding::try_from(number) {
                Ok(wire::SlotEnding::Unspecified) => return None,
                Ok(wire::SlotEnding::Open) => Self::Open,
                Ok(wire::SlotEnding::Met) => Self::Met,
                Ok(wire::SlotEnding::MetLate) => Self::MetLate,
                Ok(wire::SlotEnding::Failed) => Self::Failed,
                Ok(wire::SlotEnding::Missed) => Self::Missed,
                Ok(wire::SlotEnding::Unseen) => Self::Unseen,
                Ok(wire::SlotEnding::SkippedPaused) => Self::SkippedPaused,
                Ok(wire::SlotEnding::SkippedCancelled) => Self::SkippedCancelled,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::Health {
    fn to_number(self) -> i32 {
        match self {
            Self::New => wire::Health::New as i32,
            Self::Up => wire::Health::Up as i32,
            Self::Down => wire::Health::Down as i32,
            Self::Paused => wire::Health::Paused as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::Health::try_from(number) {
                Ok(wire::Health::Unspecified) => return None,
                Ok(wire::Health::New) => Self::New,
                Ok(wire::Health::Up) => Self::Up,
                Ok(wire::Health::Down) => Self::Down,
                Ok(wire::Health::Paused) => Self::Paused,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::CronProfile {
    fn to_number(self) -> i32 {
        match self {
            Self::Vixie => wire::CronProfile::Vixie as i32,
            Self::Kubernetes => wire::CronProfile::Kubernetes as i32,
            Self::Systemd => wire::CronProfile::Systemd as i32,
            Self::Quartz => wire::CronProfile::Quartz as i32,
            Self::Utc => wire::CronProfile::Utc as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::CronProfile::try_from(number) {
                Ok(wire::CronProfile::Unspecified) => return None,
                Ok(wire::CronProfile::Vixie) => Self::Vixie,
                Ok(wire::CronProfile::Kubernetes) => Self::Kubernetes,
                Ok(wire::CronProfile::Systemd) => Self::Systemd,
                Ok(wire::CronProfile::Quartz) => Self::Quartz,
                Ok(wire::CronProfile::Utc) => Self::Utc,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl convert::Word for api::LimitState {
    fn to_number(self) -> i32 {
        match self {
            Self::Running => wire::LimitState::Running as i32,
            Self::Breached => wire::LimitState::Breached as i32,
            Self::Idle => wire::LimitState::Idle as i32,
            Self::Unknown => 0,
        }
    }
    fn from_number(number: i32) -> Option<Self> {
        Some(
            match wire::LimitState::try_from(number) {
                Ok(wire::LimitState::Unspecified) => return None,
                Ok(wire::LimitState::Running) => Self::Running,
                Ok(wire::LimitState::Breached) => Self::Breached,
                Ok(wire::LimitState::Idle) => Self::Idle,
                Err(_) => Self::Unknown,
            },
        )
    }
}
impl From<api::AuditEntry> for wire::AuditEntry {
    fn from(it: api::AuditEntry) -> Self {
        Self {
            entry_id: it.entry_id,
            at: it.at.map(|value| convert::time_out(value)),
            by: it.by,
            key_id: it.key_id,
            action: it.action,
            target: it.target,
            note: it.note,
        }
    }
}
impl From<wire::AuditEntry> for api::AuditEntry {
    fn from(it: wire::AuditEntry) -> Self {
        Self {
            entry_id: it.entry_id,
            at: it.at.map(|value| convert::time_in(value)),
            by: it.by,
            key_id: it.key_id,
            action: it.action,
            target: it.target,
            note: it.note,
        }
    }
}
impl From<api::ListAuditEntriesRequest> for wire::ListAuditEntriesRequest {
    fn from(it: api::ListAuditEntriesRequest) -> Self {
        Self {
            page_size: it.page_size,
            page_token: it.page_token,
            target: it.target,
        }
    }
}
impl From<wire::ListAuditEntriesRequest> for api::ListAuditEntriesRequest {
    fn from(it: wire::ListAuditEntriesRequest) -> Self {
        Self {
            page_size: it.page_size,
            page_token: it.page_token,
            target: it.target,
        }
    }
}
impl From<api::ListAuditEntriesResponse> for wire::ListAuditEntriesResponse {
    fn from(it: api::ListAuditEntriesResponse) -> Self {
        Self {
            entries: it.entries.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<wire::ListAuditEntriesResponse> for api::ListAuditEntriesResponse {
    fn from(it: wire::ListAuditEntriesResponse) -> Self {
        Self {
            entries: it.entries.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<api::Channel> for wire::Channel {
    fn from(it: api::Channel) -> Self {
        Self {
            channel_id: it.channel_id,
            settings: it.settings.map(|value| value.into()),
            created_at: it.created_at.map(|value| convert::time_out(value)),
            disabled_reason: it.disabled_reason,
            failing_since: it.failing_since.map(|value| convert::time_out(value)),
            failing_result: it.failing_result,
        }
    }
}
impl From<wire::Channel> for api::Channel {
    fn from(it: wire::Channel) -> Self {
        Self {
            channel_id: it.channel_id,
            settings: it.settings.map(|value| value.into()),
            created_at: it.created_at.map(|value| convert::time_in(value)),
            disabled_reason: it.disabled_reason,
            failing_since: it.failing_since.map(|value| convert::time_in(value)),
            failing_result: it.failing_result,
        }
    }
}
impl From<api::ChannelSettings> for wire::ChannelSettings {
    fn from(it: api::ChannelSettings) -> Self {
        Self {
            name: it.name,
            enabled: it.enabled,
            kind: it
                .kind
                .map(|value| match value {
                    api::ChannelSettingsKind::Webhook(value) => {
                        wire::channel_settings::Kind::Webhook(value.into())
                    }
                    api::ChannelSettingsKind::Email(value) => {
                        wire::channel_settings::Kind::Email(value.into())
                    }
                    api::ChannelSettingsKind::SlackWebhook(value) => {
                        wire::channel_settings::Kind::SlackWebhook(value.into())
                    }
                    api::ChannelSettingsKind::SlackBot(value) => {
                        wire::channel_settings::Kind::SlackBot(value.into())
                    }
                    api::ChannelSettingsKind::Pagerduty(value) => {
                        wire::channel_settings::Kind::Pagerduty(value.into())
                    }
                    api::ChannelSettingsKind::Opsgenie(value) => {
                        wire::channel_settings::Kind::Opsgenie(value.into())
                    }
                    api::ChannelSettingsKind::Alertmanager(value) => {
                        wire::channel_settings::Kind::Alertmanager(value.into())
                    }
                    api::ChannelSettingsKind::Teams(value) => {
                        wire::channel_settings::Kind::Teams(value.into())
                    }
                    api::ChannelSettingsKind::Discord(value) => {
                        wire::channel_settings::Kind::Discord(value.into())
                    }
                    api::ChannelSettingsKind::Telegram(value) => {
                        wire::channel_settings::Kind::Telegram(value.into())
                    }
                    api::ChannelSettingsKind::Ntfy(value) => {
                        wire::channel_settings::Kind::Ntfy(value.into())
                    }
                    api::ChannelSettingsKind::Apprise(value) => {
                        wire::channel_settings::Kind::Apprise(value.into())
                    }
                }),
            by_default: it.by_default,
            fallback_channel_id: it.fallback_channel_id,
        }
    }
}
impl From<wire::ChannelSettings> for api::ChannelSettings {
    fn from(it: wire::ChannelSettings) -> Self {
        Self {
            name: it.name,
            enabled: it.enabled,
            kind: it
                .kind
                .map(|value| match value {
                    wire::channel_settings::Kind::Webhook(value) => {
                        api::ChannelSettingsKind::Webhook(value.into())
                    }
                    wire::channel_settings::Kind::Email(value) => {
                        api::ChannelSettingsKind::Email(value.into())
                    }
                    wire::channel_settings::Kind::SlackWebhook(value) => {
                        api::ChannelSettingsKind::SlackWebhook(value.into())
                    }
                    wire::channel_settings::Kind::SlackBot(value) => {
                        api::ChannelSettingsKind::SlackBot(value.into())
                    }
                    wire::channel_settings::Kind::Pagerduty(value) => {
                        api::ChannelSettingsKind::Pagerduty(value.into())
                    }
                    wire::channel_settings::Kind::Opsgenie(value) => {
                        api::ChannelSettingsKind::Opsgenie(value.into())
                    }
                    wire::channel_settings::Kind::Alertmanager(value) => {
                        api::ChannelSettingsKind::Alertmanager(value.into())
                    }
                    wire::channel_settings::Kind::Teams(value) => {
                        api::ChannelSettingsKind::Teams(value.into())
                    }
                    wire::channel_settings::Kind::Discord(value) => {
                        api::ChannelSettingsKind::Discord(value.into())
                    }
                    wire::channel_settings::Kind::Telegram(value) => {
                        api::ChannelSettingsKind::Telegram(value.into())
                    }
                    wire::channel_settings::Kind::Ntfy(value) => {
                        api::ChannelSettingsKind::Ntfy(value.into())
                    }
                    wire::channel_settings::Kind::Apprise(value) => {
                        api::ChannelSettingsKind::Apprise(value.into())
                    }
                }),
            by_default: it.by_default,
            fallback_channel_id: it.fallback_channel_id,
        }
    }
}
impl From<api::WebhookSettings> for wire::WebhookSettings {
    fn from(it: api::WebhookSettings) -> Self {
        Self {
            url: it.url,
            secret: it.secret,
        }
    }
}
impl From<wire::WebhookSettings> for api::WebhookSettings {
    fn from(it: wire::WebhookSettings) -> Self {
        Self {
            url: it.url,
            secret: it.secret,
        }
    }
}
impl From<api::EmailSettings> for wire::EmailSettings {
    fn from(it: api::EmailSettings) -> Self {
        Self {
            to: it.to,
            smtp_url: it.smtp_url,
            sender: it.sender,
        }
    }
}
impl From<wire::EmailSettings> for api::EmailSettings {
    fn from(it: wire::EmailSettings) -> Self {
        Self {
            to: it.to,
            smtp_url: it.smtp_url,
            sender: it.sender,
        }
    }
}
impl From<api::SlackWebhookSettings> for wire::SlackWebhookSettings {
    fn from(it: api::SlackWebhookSettings) -> Self {
        Self { url: it.url }
    }
}
impl From<wire::SlackWebhookSettings> for api::SlackWebhookSettings {
    fn from(it: wire::SlackWebhookSettings) -> Self {
        Self { url: it.url }
    }
}
impl From<api::SlackBotSettings> for wire::SlackBotSettings {
    fn from(it: api::SlackBotSettings) -> Self {
        Self {
            token: it.token,
            channel: it.channel,
            signing_secret: it.signing_secret,
            api_url: it.api_url,
        }
    }
}
impl From<wire::SlackBotSettings> for api::SlackBotSettings {
    fn from(it: wire::SlackBotSettings) -> Self {
        Self {
            token: it.token,
            channel: it.channel,
            signing_secret: it.signing_secret,
            api_url: it.api_url,
        }
    }
}
impl From<api::PagerdutySettings> for wire::PagerdutySettings {
    fn from(it: api::PagerdutySettings) -> Self {
        Self {
            routing_key: it.routing_key,
            api_url: it.api_url,
        }
    }
}
impl From<wire::PagerdutySettings> for api::PagerdutySettings {
    fn from(it: wire::PagerdutySettings) -> Self {
        Self {
            routing_key: it.routing_key,
            api_url: it.api_url,
        }
    }
}
impl From<api::OpsgenieSettings> for wire::OpsgenieSettings {
    fn from(it: api::OpsgenieSettings) -> Self {
        Self {
            api_key: it.api_key,
            api_url: it.api_url,
        }
    }
}
impl From<wire::OpsgenieSettings> for api::OpsgenieSettings {
    fn from(it: wire::OpsgenieSettings) -> Self {
        Self {
            api_key: it.api_key,
            api_url: it.api_url,
        }
    }
}
impl From<api::AlertmanagerSettings> for wire::AlertmanagerSettings {
    fn from(it: api::AlertmanagerSettings) -> Self {
        Self {
            url: it.url,
            bearer_token: it.bearer_token,
        }
    }
}
impl From<wire::AlertmanagerSettings> for api::AlertmanagerSettings {
    fn from(it: wire::AlertmanagerSettings) -> Self {
        Self {
            url: it.url,
            bearer_token: it.bearer_token,
        }
    }
}
impl From<api::TeamsSettings> for wire::TeamsSettings {
    fn from(it: api::TeamsSettings) -> Self {
        Self { url: it.url }
    }
}
impl From<wire::TeamsSettings> for api::TeamsSettings {
    fn from(it: wire::TeamsSettings) -> Self {
        Self { url: it.url }
    }
}
impl From<api::DiscordSettings> for wire::DiscordSettings {
    fn from(it: api::DiscordSettings) -> Self {
        Self { url: it.url }
    }
}
impl From<wire::DiscordSettings> for api::DiscordSettings {
    fn from(it: wire::DiscordSettings) -> Self {
        Self { url: it.url }
    }
}
impl From<api::TelegramSettings> for wire::TelegramSettings {
    fn from(it: api::TelegramSettings) -> Self {
        Self {
            token: it.token,
            chat_id: it.chat_id,
            topic_id: it.topic_id,
            api_url: it.api_url,
        }
    }
}
impl From<wire::TelegramSettings> for api::TelegramSettings {
    fn from(it: wire::TelegramSettings) -> Self {
        Self {
            token: it.token,
            chat_id: it.chat_id,
            topic_id: it.topic_id,
            api_url: it.api_url,
        }
    }
}
impl From<api::NtfySettings> for wire::NtfySettings {
    fn from(it: api::NtfySettings) -> Self {
        Self {
            topic: it.topic,
            server_url: it.server_url,
            token: it.token,
        }
    }
}
impl From<wire::NtfySettings> for api::NtfySettings {
    fn from(it: wire::NtfySettings) -> Self {
        Self {
            topic: it.topic,
            server_url: it.server_url,
            token: it.token,
        }
    }
}
impl From<api::AppriseSettings> for wire::AppriseSettings {
    fn from(it: api::AppriseSettings) -> Self {
        Self { url: it.url, tag: it.tag }
    }
}
impl From<wire::AppriseSettings> for api::AppriseSettings {
    fn from(it: wire::AppriseSettings) -> Self {
        Self { url: it.url, tag: it.tag }
    }
}
impl From<api::CreateChannelRequest> for wire::CreateChannelRequest {
    fn from(it: api::CreateChannelRequest) -> Self {
        Self {
            name: it.name,
            kind: it
                .kind
                .map(|value| match value {
                    api::CreateChannelRequestKind::Webhook(value) => {
                        wire::create_channel_request::Kind::Webhook(value.into())
                    }
                    api::CreateChannelRequestKind::Email(value) => {
                        wire::create_channel_request::Kind::Email(value.into())
                    }
                    api::CreateChannelRequestKind::SlackWebhook(value) => {
                        wire::create_channel_request::Kind::SlackWebhook(value.into())
                    }
                    api::CreateChannelRequestKind::SlackBot(value) => {
                        wire::create_channel_request::Kind::SlackBot(value.into())
                    }
                    api::CreateChannelRequestKind::Pagerduty(value) => {
                        wire::create_channel_request::Kind::Pagerduty(value.into())
                    }
                    api::CreateChannelRequestKind::Opsgenie(value) => {
                        wire::create_channel_request::Kind::Opsgenie(value.into())
                    }
                    api::CreateChannelRequestKind::Alertmanager(value) => {
                        wire::create_channel_request::Kind::Alertmanager(value.into())
                    }
                    api::CreateChannelRequestKind::Teams(value) => {
                        wire::create_channel_request::Kind::Teams(value.into())
                    }
                    api::CreateChannelRequestKind::Discord(value) => {
                        wire::create_channel_request::Kind::Discord(value.into())
                    }
                    api::CreateChannelRequestKind::Telegram(value) => {
                        wire::create_channel_request::Kind::Telegram(value.into())
                    }
                    api::CreateChannelRequestKind::Ntfy(value) => {
                        wire::create_channel_request::Kind::Ntfy(value.into())
                    }
                    api::CreateChannelRequestKind::Apprise(value) => {
                        wire::create_channel_request::Kind::Apprise(value.into())
                    }
                }),
            by_default: it.by_default,
            fallback_channel_id: it.fallback_channel_id,
        }
    }
}
impl From<wire::CreateChannelRequest> for api::CreateChannelRequest {
    fn from(it: wire::CreateChannelRequest) -> Self {
        Self {
            name: it.name,
            kind: it
                .kind
                .map(|value| match value {
                    wire::create_channel_request::Kind::Webhook(value) => {
                        api::CreateChannelRequestKind::Webhook(value.into())
                    }
                    wire::create_channel_request::Kind::Email(value) => {
                        api::CreateChannelRequestKind::Email(value.into())
                    }
                    wire::create_channel_request::Kind::SlackWebhook(value) => {
                        api::CreateChannelRequestKind::SlackWebhook(value.into())
                    }
                    wire::create_channel_request::Kind::SlackBot(value) => {
                        api::CreateChannelRequestKind::SlackBot(value.into())
                    }
                    wire::create_channel_request::Kind::Pagerduty(value) => {
                        api::CreateChannelRequestKind::Pagerduty(value.into())
                    }
                    wire::create_channel_request::Kind::Opsgenie(value) => {
                        api::CreateChannelRequestKind::Opsgenie(value.into())
                    }
                    wire::create_channel_request::Kind::Alertmanager(value) => {
                        api::CreateChannelRequestKind::Alertmanager(value.into())
                    }
                    wire::create_channel_request::Kind::Teams(value) => {
                        api::CreateChannelRequestKind::Teams(value.into())
                    }
                    wire::create_channel_request::Kind::Discord(value) => {
                        api::CreateChannelRequestKind::Discord(value.into())
                    }
                    wire::create_channel_request::Kind::Telegram(value) => {
                        api::CreateChannelRequestKind::Telegram(value.into())
                    }
                    wire::create_channel_request::Kind::Ntfy(value) => {
                        api::CreateChannelRequestKind::Ntfy(value.into())
                    }
                    wire::create_channel_request::Kind::Apprise(value) => {
                        api::CreateChannelRequestKind::Apprise(value.into())
                    }
                }),
            by_default: it.by_default,
            fallback_channel_id: it.fallback_channel_id,
        }
    }
}
impl From<api::CreateChannelResponse> for wire::CreateChannelResponse {
    fn from(it: api::CreateChannelResponse) -> Self {
        Self {
            channel: it.channel.map(|value| value.into()),
            secret: it.secret,
        }
    }
}
impl From<wire::CreateChannelResponse> for api::CreateChannelResponse {
    fn from(it: wire::CreateChannelResponse) -> Self {
        Self {
            channel: it.channel.map(|value| value.into()),
            secret: it.secret,
        }
    }
}
impl From<api::GetChannelRequest> for wire::GetChannelRequest {
    fn from(it: api::GetChannelRequest) -> Self {
        Self { channel_id: it.channel_id }
    }
}
impl From<wire::GetChannelRequest> for api::GetChannelRequest {
    fn from(it: wire::GetChannelRequest) -> Self {
        Self { channel_id: it.channel_id }
    }
}
impl From<api::GetChannelResponse> for wire::GetChannelResponse {
    fn from(it: api::GetChannelResponse) -> Self {
        Self {
            channel: it.channel.map(|value| value.into()),
        }
    }
}
impl From<wire::GetChannelResponse> for api::GetChannelResponse {
    fn from(it: wire::GetChannelResponse) -> Self {
        Self {
            channel: it.channel.map(|value| value.into()),
        }
    }
}
impl From<api::ListChannelsRequest> for wire::ListChannelsRequest {
    fn from(_: api::ListChannelsRequest) -> Self {
        Self {}
    }
}
impl From<wire::ListChannelsRequest> for api::ListChannelsRequest {
    fn from(_: wire::ListChannelsRequest) -> Self {
        Self {}
    }
}
impl From<api::ListChannelsResponse> for wire::ListChannelsResponse {
    fn from(it: api::ListChannelsResponse) -> Self {
        Self {
            channels: it.channels.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::ListChannelsResponse> for api::ListChannelsResponse {
    fn from(it: wire::ListChannelsResponse) -> Self {
        Self {
            channels: it.channels.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::UpdateChannelRequest> for wire::UpdateChannelRequest {
    fn from(it: api::UpdateChannelRequest) -> Self {
        Self {
            channel_id: it.channel_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_out(it.update_mask),
        }
    }
}
impl From<wire::UpdateChannelRequest> for api::UpdateChannelRequest {
    fn from(it: wire::UpdateChannelRequest) -> Self {
        Self {
            channel_id: it.channel_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_in(it.update_mask),
        }
    }
}
impl From<api::UpdateChannelResponse> for wire::UpdateChannelResponse {
    fn from(it: api::UpdateChannelResponse) -> Self {
        Self {
            channel: it.channel.map(|value| value.into()),
        }
    }
}
impl From<wire::UpdateChannelResponse> for api::UpdateChannelResponse {
    fn from(it: wire::UpdateChannelResponse) -> Self {
        Self {
            channel: it.channel.map(|value| value.into()),
        }
    }
}
impl From<api::DeleteChannelRequest> for wire::DeleteChannelRequest {
    fn from(it: api::DeleteChannelRequest) -> Self {
        Self { channel_id: it.channel_id }
    }
}
impl From<wire::DeleteChannelRequest> for api::DeleteChannelRequest {
    fn from(it: wire::DeleteChannelRequest) -> Self {
        Self { channel_id: it.channel_id }
    }
}
impl From<api::DeleteChannelResponse> for wire::DeleteChannelResponse {
    fn from(_: api::DeleteChannelResponse) -> Self {
        Self {}
    }
}
impl From<wire::DeleteChannelResponse> for api::DeleteChannelResponse {
    fn from(_: wire::DeleteChannelResponse) -> Self {
        Self {}
    }
}
impl From<api::TestChannelRequest> for wire::TestChannelRequest {
    fn from(it: api::TestChannelRequest) -> Self {
        Self { channel_id: it.channel_id }
    }
}
impl From<wire::TestChannelRequest> for api::TestChannelRequest {
    fn from(it: wire::TestChannelRequest) -> Self {
        Self { channel_id: it.channel_id }
    }
}
impl From<api::TestChannelResponse> for wire::TestChannelResponse {
    fn from(it: api::TestChannelResponse) -> Self {
        Self {
            delivered: it.delivered,
            result: it.result,
            took_ms: it.took_ms,
        }
    }
}
impl From<wire::TestChannelResponse> for api::TestChannelResponse {
    fn from(it: wire::TestChannelResponse) -> Self {
        Self {
            delivered: it.delivered,
            result: it.result,
            took_ms: it.took_ms,
        }
    }
}
impl From<api::Incident> for wire::Incident {
    fn from(it: api::Incident) -> Self {
        Self {
            incident_id: it.incident_id,
            scheduler_id: it.scheduler_id,
            reason: it.reason.map_or(0, convert::number),
            state: it.state.map_or(0, convert::number),
            onset_at: it.onset_at.map(|value| convert::time_out(value)),
            opened_at: it.opened_at.map(|value| convert::time_out(value)),
            resolved_at: it.resolved_at.map(|value| convert::time_out(value)),
            resolution: it.resolution.map_or(0, convert::number),
            summary: it.summary,
            error_message: it.error_message,
            run_ids: it.run_ids,
            missed_slots: it.missed_slots,
            acknowledgement: it.acknowledgement.map(|value| value.into()),
            service_name: it.service_name,
            job_name: it.job_name,
            severity: it.severity.map_or(0, convert::number),
            duration: it.duration.map(|value| convert::span_out(value)),
            reopened_at: it.reopened_at.map(|value| convert::time_out(value)),
            reopenings: it.reopenings,
        }
    }
}
impl From<wire::Incident> for api::Incident {
    fn from(it: wire::Incident) -> Self {
        Self {
            incident_id: it.incident_id,
            scheduler_id: it.scheduler_id,
            reason: convert::word(it.reason),
            state: convert::word(it.state),
            onset_at: it.onset_at.map(|value| convert::time_in(value)),
            opened_at: it.opened_at.map(|value| convert::time_in(value)),
            resolved_at: it.resolved_at.map(|value| convert::time_in(value)),
            resolution: convert::word(it.resolution),
            summary: it.summary,
            error_message: it.error_message,
            run_ids: it.run_ids,
            missed_slots: it.missed_slots,
            acknowledgement: it.acknowledgement.map(|value| value.into()),
            service_name: it.service_name,
            job_name: it.job_name,
            severity: convert::word(it.severity),
            duration: it.duration.map(|value| convert::span_in(value)),
            reopened_at: it.reopened_at.map(|value| convert::time_in(value)),
            reopenings: it.reopenings,
        }
    }
}
impl From<api::IncidentEvent> for wire::IncidentEvent {
    fn from(it: api::IncidentEvent) -> Self {
        Self {
            number: it.number,
            event: it.event,
            at: it.at.map(|value| convert::time_out(value)),
            by: it.by,
            note: it.note,
            resolution: it.resolution.map_or(0, convert::number),
        }
    }
}
impl From<wire::IncidentEvent> for api::IncidentEvent {
    fn from(it: wire::IncidentEvent) -> Self {
        Self {
            number: it.number,
            event: it.event,
            at: it.at.map(|value| convert::time_in(value)),
            by: it.by,
            note: it.note,
            resolution: convert::word(it.resolution),
        }
    }
}
impl From<api::Acknowledgement> for wire::Acknowledgement {
    fn from(it: api::Acknowledgement) -> Self {
        Self {
            by: it.by,
            note: it.note,
            at: it.at.map(|value| convert::time_out(value)),
        }
    }
}
impl From<wire::Acknowledgement> for api::Acknowledgement {
    fn from(it: wire::Acknowledgement) -> Self {
        Self {
            by: it.by,
            note: it.note,
            at: it.at.map(|value| convert::time_in(value)),
        }
    }
}
impl From<api::Delivery> for wire::Delivery {
    fn from(it: api::Delivery) -> Self {
        Self {
            key: it.key,
            channel_id: it.channel_id,
            event: it.event,
            state: it.state.map_or(0, convert::number),
            attempts: it.attempts,
            last_result: it.last_result,
            next_attempt_at: it.next_attempt_at.map(|value| convert::time_out(value)),
            delivered_at: it.delivered_at.map(|value| convert::time_out(value)),
            repeat: it.repeat,
            receipts: it.receipts.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::Delivery> for api::Delivery {
    fn from(it: wire::Delivery) -> Self {
        Self {
            key: it.key,
            channel_id: it.channel_id,
            event: it.event,
            state: convert::word(it.state),
            attempts: it.attempts,
            last_result: it.last_result,
            next_attempt_at: it.next_attempt_at.map(|value| convert::time_in(value)),
            delivered_at: it.delivered_at.map(|value| convert::time_in(value)),
            repeat: it.repeat,
            receipts: it.receipts.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::DeliveryAttempt> for wire::DeliveryAttempt {
    fn from(it: api::DeliveryAttempt) -> Self {
        Self {
            attempted_at: it.attempted_at.map(|value| convert::time_out(value)),
            took_ms: it.took_ms,
            delivered: it.delivered,
            result: it.result,
        }
    }
}
impl From<wire::DeliveryAttempt> for api::DeliveryAttempt {
    fn from(it: wire::DeliveryAttempt) -> Self {
        Self {
            attempted_at: it.attempted_at.map(|value| convert::time_in(value)),
            took_ms: it.took_ms,
            delivered: it.delivered,
            result: it.result,
        }
    }
}
impl From<api::ListIncidentsRequest> for wire::ListIncidentsRequest {
    fn from(it: api::ListIncidentsRequest) -> Self {
        Self {
            page_size: it.page_size,
            page_token: it.page_token,
            scheduler_id: it.scheduler_id,
            state: it.state.map_or(0, convert::number),
        }
    }
}
impl From<wire::ListIncidentsRequest> for api::ListIncidentsRequest {
    fn from(it: wire::ListIncidentsRequest) -> Self {
        Self {
            page_size: it.page_size,
            page_token: it.page_token,
            scheduler_id: it.scheduler_id,
            state: convert::word(it.state),
        }
    }
}
impl From<api::ListIncidentsResponse> for wire::ListIncidentsResponse {
    fn from(it: api::ListIncidentsResponse) -> Self {
        Self {
            incidents: it.incidents.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<wire::ListIncidentsResponse> for api::ListIncidentsResponse {
    fn from(it: wire::ListIncidentsResponse) -> Self {
        Self {
            incidents: it.incidents.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<api::GetIncidentRequest> for wire::GetIncidentRequest {
    fn from(it: api::GetIncidentRequest) -> Self {
        Self {
            incident_id: it.incident_id,
        }
    }
}
impl From<wire::GetIncidentRequest> for api::GetIncidentRequest {
    fn from(it: wire::GetIncidentRequest) -> Self {
        Self {
            incident_id: it.incident_id,
        }
    }
}
impl From<api::GetIncidentResponse> for wire::GetIncidentResponse {
    fn from(it: api::GetIncidentResponse) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
            deliveries: it.deliveries.into_iter().map(|value| value.into()).collect(),
            history: it.history.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::GetIncidentResponse> for api::GetIncidentResponse {
    fn from(it: wire::GetIncidentResponse) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
            deliveries: it.deliveries.into_iter().map(|value| value.into()).collect(),
            history: it.history.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::AcknowledgeIncidentRequest> for wire::AcknowledgeIncidentRequest {
    fn from(it: api::AcknowledgeIncidentRequest) -> Self {
        Self {
            incident_id: it.incident_id,
            by: it.by,
            note: it.note,
        }
    }
}
impl From<wire::AcknowledgeIncidentRequest> for api::AcknowledgeIncidentRequest {
    fn from(it: wire::AcknowledgeIncidentRequest) -> Self {
        Self {
            incident_id: it.incident_id,
            by: it.by,
            note: it.note,
        }
    }
}
impl From<api::AcknowledgeIncidentResponse> for wire::AcknowledgeIncidentResponse {
    fn from(it: api::AcknowledgeIncidentResponse) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
        }
    }
}
impl From<wire::AcknowledgeIncidentResponse> for api::AcknowledgeIncidentResponse {
    fn from(it: wire::AcknowledgeIncidentResponse) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
        }
    }
}
impl From<api::ResolveIncidentRequest> for wire::ResolveIncidentRequest {
    fn from(it: api::ResolveIncidentRequest) -> Self {
        Self {
            incident_id: it.incident_id,
            by: it.by,
            note: it.note,
        }
    }
}
impl From<wire::ResolveIncidentRequest> for api::ResolveIncidentRequest {
    fn from(it: wire::ResolveIncidentRequest) -> Self {
        Self {
            incident_id: it.incident_id,
            by: it.by,
            note: it.note,
        }
    }
}
impl From<api::ResolveIncidentResponse> for wire::ResolveIncidentResponse {
    fn from(it: api::ResolveIncidentResponse) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
        }
    }
}
impl From<wire::ResolveIncidentResponse> for api::ResolveIncidentResponse {
    fn from(it: wire::ResolveIncidentResponse) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
        }
    }
}
impl From<api::Key> for wire::Key {
    fn from(it: api::Key) -> Self {
        Self {
            key_id: it.key_id,
            name: it.name,
            role: it.role.map_or(0, convert::number),
            service_name: it.service_name,
            scheduler_id_prefix: it.scheduler_id_prefix,
            created_at: it.created_at.map(|value| convert::time_out(value)),
            expires_at: it.expires_at.map(|value| convert::time_out(value)),
            revoked_at: it.revoked_at.map(|value| convert::time_out(value)),
            last_used_at: it.last_used_at.map(|value| convert::time_out(value)),
            requests_per_second: it.requests_per_second,
        }
    }
}
impl From<wire::Key> for api::Key {
    fn from(it: wire::Key) -> Self {
        Self {
            key_id: it.key_id,
            name: it.name,
            role: convert::word(it.role),
            service_name: it.service_name,
            scheduler_id_prefix: it.scheduler_id_prefix,
            created_at: it.created_at.map(|value| convert::time_in(value)),
            expires_at: it.expires_at.map(|value| convert::time_in(value)),
            revoked_at: it.revoked_at.map(|value| convert::time_in(value)),
            last_used_at: it.last_used_at.map(|value| convert::time_in(value)),
            requests_per_second: it.requests_per_second,
        }
    }
}
impl From<api::CreateKeyRequest> for wire::CreateKeyRequest {
    fn from(it: api::CreateKeyRequest) -> Self {
        Self {
            name: it.name,
            role: it.role.map_or(0, convert::number),
            service_name: it.service_name,
            scheduler_id_prefix: it.scheduler_id_prefix,
            expires_at: it.expires_at.map(|value| convert::time_out(value)),
            requests_per_second: it.requests_per_second,
        }
    }
}
impl From<wire::CreateKeyRequest> for api::CreateKeyRequest {
    fn from(it: wire::CreateKeyRequest) -> Self {
        Self {
            name: it.name,
            role: convert::word(it.role),
            service_name: it.service_name,
            scheduler_id_prefix: it.scheduler_id_prefix,
            expires_at: it.expires_at.map(|value| convert::time_in(value)),
            requests_per_second: it.requests_per_second,
        }
    }
}
impl From<api::CreateKeyResponse> for wire::CreateKeyResponse {
    fn from(it: api::CreateKeyResponse) -> Self {
        Self {
            key: it.key.map(|value| value.into()),
            api_key: it.api_key,
        }
    }
}
impl From<wire::CreateKeyResponse> for api::CreateKeyResponse {
    fn from(it: wire::CreateKeyResponse) -> Self {
        Self {
            key: it.key.map(|value| value.into()),
            api_key: it.api_key,
        }
    }
}
impl From<api::ListKeysRequest> for wire::ListKeysRequest {
    fn from(_: api::ListKeysRequest) -> Self {
        Self {}
    }
}
impl From<wire::ListKeysRequest> for api::ListKeysRequest {
    fn from(_: wire::ListKeysRequest) -> Self {
        Self {}
    }
}
impl From<api::ListKeysResponse> for wire::ListKeysResponse {
    fn from(it: api::ListKeysResponse) -> Self {
        Self {
            keys: it.keys.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::ListKeysResponse> for api::ListKeysResponse {
    fn from(it: wire::ListKeysResponse) -> Self {
        Self {
            keys: it.keys.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::RevokeKeyRequest> for wire::RevokeKeyRequest {
    fn from(it: api::RevokeKeyRequest) -> Self {
        Self { key_id: it.key_id }
    }
}
impl From<wire::RevokeKeyRequest> for api::RevokeKeyRequest {
    fn from(it: wire::RevokeKeyRequest) -> Self {
        Self { key_id: it.key_id }
    }
}
impl From<api::RevokeKeyResponse> for wire::RevokeKeyResponse {
    fn from(it: api::RevokeKeyResponse) -> Self {
        Self {
            key: it.key.map(|value| value.into()),
        }
    }
}
impl From<wire::RevokeKeyResponse> for api::RevokeKeyResponse {
    fn from(it: wire::RevokeKeyResponse) -> Self {
        Self {
            key: it.key.map(|value| value.into()),
        }
    }
}
impl From<api::ExchangeKeyRequest> for wire::ExchangeKeyRequest {
    fn from(_: api::ExchangeKeyRequest) -> Self {
        Self {}
    }
}
impl From<wire::ExchangeKeyRequest> for api::ExchangeKeyRequest {
    fn from(_: wire::ExchangeKeyRequest) -> Self {
        Self {}
    }
}
impl From<api::ExchangeKeyResponse> for wire::ExchangeKeyResponse {
    fn from(it: api::ExchangeKeyResponse) -> Self {
        Self {
            token: it.token,
            expires_at: it.expires_at.map(|value| convert::time_out(value)),
        }
    }
}
impl From<wire::ExchangeKeyResponse> for api::ExchangeKeyResponse {
    fn from(it: wire::ExchangeKeyResponse) -> Self {
        Self {
            token: it.token,
            expires_at: it.expires_at.map(|value| convert::time_in(value)),
        }
    }
}
impl From<api::Run> for wire::Run {
    fn from(it: api::Run) -> Self {
        Self {
            run_id: it.run_id,
            scheduler_id: it.scheduler_id,
            named: it.named,
            status: it.status.map_or(0, convert::number),
            started_at: it.started_at.map(|value| convert::time_out(value)),
            ended_at: it.ended_at.map(|value| convert::time_out(value)),
            execution_time_ms: it.execution_time_ms,
            error_message: it.error_message,
            metadata: it.metadata.map(|value| convert::object_out(value)),
            last_heartbeat_at: it
                .last_heartbeat_at
                .map(|value| convert::time_out(value)),
            progress: it.progress.map(|value| value.into()),
            stalled: it.stalled,
            overran: it.overran,
            suspect: it.suspect,
            cancel_requested: it.cancel_requested,
            other_ends: it.other_ends.into_iter().map(|value| value.into()).collect(),
            first_received_at: it
                .first_received_at
                .map(|value| convert::time_out(value)),
            stuck: it.stuck,
            too_quick: it.too_quick,
            extended_by: it.extended_by.map(|value| convert::span_out(value)),
            slot_at: it.slot_at.map(|value| convert::time_out(value)),
            finished_late: it.finished_late,
        }
    }
}
impl From<wire::Run> for api::Run {
    fn from(it: wire::Run) -> Self {
        Self {
            run_id: it.run_id,
            scheduler_id: it.scheduler_id,
            named: it.named,
            status: convert::word(it.status),
            started_at: it.started_at.map(|value| convert::time_in(value)),
            ended_at: it.ended_at.map(|value| convert::time_in(value)),
            execution_time_ms: it.execution_time_ms,
            error_message: it.error_message,
            metadata: it.metadata.map(|value| convert::object_in(value)),
            last_heartbeat_at: it.last_heartbeat_at.map(|value| convert::time_in(value)),
            progress: it.progress.map(|value| value.into()),
            stalled: it.stalled,
            overran: it.overran,
            suspect: it.suspect,
            cancel_requested: it.cancel_requested,
            other_ends: it.other_ends.into_iter().map(|value| value.into()).collect(),
            first_received_at: it.first_received_at.map(|value| convert::time_in(value)),
            stuck: it.stuck,
            too_quick: it.too_quick,
            extended_by: it.extended_by.map(|value| convert::span_in(value)),
            slot_at: it.slot_at.map(|value| convert::time_in(value)),
            finished_late: it.finished_late,
        }
    }
}
impl From<api::RunEnd> for wire::RunEnd {
    fn from(it: api::RunEnd) -> Self {
        Self {
            status: it.status.map_or(0, convert::number),
            effective_at: it.effective_at.map(|value| convert::time_out(value)),
            received_at: it.received_at.map(|value| convert::time_out(value)),
            error_message: it.error_message,
        }
    }
}
impl From<wire::RunEnd> for api::RunEnd {
    fn from(it: wire::RunEnd) -> Self {
        Self {
            status: convert::word(it.status),
            effective_at: it.effective_at.map(|value| convert::time_in(value)),
            received_at: it.received_at.map(|value| convert::time_in(value)),
            error_message: it.error_message,
        }
    }
}
impl From<api::Progress> for wire::Progress {
    fn from(it: api::Progress) -> Self {
        Self {
            done: it.done,
            total: it.total,
            message: it.message,
        }
    }
}
impl From<wire::Progress> for api::Progress {
    fn from(it: wire::Progress) -> Self {
        Self {
            done: it.done,
            total: it.total,
            message: it.message,
        }
    }
}
impl From<api::ListRunsRequest> for wire::ListRunsRequest {
    fn from(it: api::ListRunsRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            page_size: it.page_size,
            page_token: it.page_token,
            status: it.status.map_or(0, convert::number),
        }
    }
}
impl From<wire::ListRunsRequest> for api::ListRunsRequest {
    fn from(it: wire::ListRunsRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            page_size: it.page_size,
            page_token: it.page_token,
            status: convert::word(it.status),
        }
    }
}
impl From<api::ListRunsResponse> for wire::ListRunsResponse {
    fn from(it: api::ListRunsResponse) -> Self {
        Self {
            runs: it.runs.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<wire::ListRunsResponse> for api::ListRunsResponse {
    fn from(it: wire::ListRunsResponse) -> Self {
        Self {
            runs: it.runs.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<api::Slot> for wire::Slot {
    fn from(it: api::Slot) -> Self {
        Self {
            slot_at: it.slot_at.map(|value| convert::time_out(value)),
            ending: it.ending.map_or(0, convert::number),
            run_id: it.run_id,
        }
    }
}
impl From<wire::Slot> for api::Slot {
    fn from(it: wire::Slot) -> Self {
        Self {
            slot_at: it.slot_at.map(|value| convert::time_in(value)),
            ending: convert::word(it.ending),
            run_id: it.run_id,
        }
    }
}
impl From<api::ListSlotsRequest> for wire::ListSlotsRequest {
    fn from(it: api::ListSlotsRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            page_size: it.page_size,
            page_token: it.page_token,
        }
    }
}
impl From<wire::ListSlotsRequest> for api::ListSlotsRequest {
    fn from(it: wire::ListSlotsRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            page_size: it.page_size,
            page_token: it.page_token,
        }
    }
}
impl From<api::ListSlotsResponse> for wire::ListSlotsResponse {
    fn from(it: api::ListSlotsResponse) -> Self {
        Self {
            slots: it.slots.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<wire::ListSlotsResponse> for api::ListSlotsResponse {
    fn from(it: wire::ListSlotsResponse) -> Self {
        Self {
            slots: it.slots.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<api::GetRunRequest> for wire::GetRunRequest {
    fn from(it: api::GetRunRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
        }
    }
}
impl From<wire::GetRunRequest> for api::GetRunRequest {
    fn from(it: wire::GetRunRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
        }
    }
}
impl From<api::GetRunResponse> for wire::GetRunResponse {
    fn from(it: api::GetRunResponse) -> Self {
        Self {
            run: it.run.map(|value| value.into()),
        }
    }
}
impl From<wire::GetRunResponse> for api::GetRunResponse {
    fn from(it: wire::GetRunResponse) -> Self {
        Self {
            run: it.run.map(|value| value.into()),
        }
    }
}
impl From<api::CancelRunRequest> for wire::CancelRunRequest {
    fn from(it: api::CancelRunRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
        }
    }
}
impl From<wire::CancelRunRequest> for api::CancelRunRequest {
    fn from(it: wire::CancelRunRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
        }
    }
}
impl From<api::CancelRunResponse> for wire::CancelRunResponse {
    fn from(it: api::CancelRunResponse) -> Self {
        Self {
            run: it.run.map(|value| value.into()),
        }
    }
}
impl From<wire::CancelRunResponse> for api::CancelRunResponse {
    fn from(it: wire::CancelRunResponse) -> Self {
        Self {
            run: it.run.map(|value| value.into()),
        }
    }
}
impl From<api::UpdateStatusRequest> for wire::UpdateStatusRequest {
    fn from(it: api::UpdateStatusRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            service_name: it.service_name,
            job_name: it.job_name,
            status: it.status.map_or(0, convert::number),
            timestamp: it.timestamp.map(|value| convert::time_out(value)),
            execution_time_ms: it.execution_time_ms,
            error_message: it.error_message,
            metadata: it.metadata.map(|value| convert::object_out(value)),
            run_id: it.run_id,
            sequence: it.sequence,
            sent_at: it.sent_at.map(|value| convert::time_out(value)),
            scheduled_for: it.scheduled_for.map(|value| convert::time_out(value)),
        }
    }
}
impl From<wire::UpdateStatusRequest> for api::UpdateStatusRequest {
    fn from(it: wire::UpdateStatusRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            service_name: it.service_name,
            job_name: it.job_name,
            status: convert::word(it.status),
            timestamp: it.timestamp.map(|value| convert::time_in(value)),
            execution_time_ms: it.execution_time_ms,
            error_message: it.error_message,
            metadata: it.metadata.map(|value| convert::object_in(value)),
            run_id: it.run_id,
            sequence: it.sequence,
            sent_at: it.sent_at.map(|value| convert::time_in(value)),
            scheduled_for: it.scheduled_for.map(|value| convert::time_in(value)),
        }
    }
}
impl From<api::UpdateStatusResponse> for wire::UpdateStatusResponse {
    fn from(it: api::UpdateStatusResponse) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            status: it.status.map_or(0, convert::number),
            received_at: it.received_at.map(|value| convert::time_out(value)),
            effective_at: it.effective_at.map(|value| convert::time_out(value)),
            directives: it.directives.map(|value| value.into()),
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::UpdateStatusResponse> for api::UpdateStatusResponse {
    fn from(it: wire::UpdateStatusResponse) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            status: convert::word(it.status),
            received_at: it.received_at.map(|value| convert::time_in(value)),
            effective_at: it.effective_at.map(|value| convert::time_in(value)),
            directives: it.directives.map(|value| value.into()),
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::SendHeartbeatRequest> for wire::SendHeartbeatRequest {
    fn from(it: api::SendHeartbeatRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            sequence: it.sequence,
            timestamp: it.timestamp.map(|value| convert::time_out(value)),
            sent_at: it.sent_at.map(|value| convert::time_out(value)),
            progress: it.progress.map(|value| value.into()),
            interval: it.interval.map(|value| convert::span_out(value)),
            extend: it.extend.map(|value| convert::span_out(value)),
        }
    }
}
impl From<wire::SendHeartbeatRequest> for api::SendHeartbeatRequest {
    fn from(it: wire::SendHeartbeatRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            sequence: it.sequence,
            timestamp: it.timestamp.map(|value| convert::time_in(value)),
            sent_at: it.sent_at.map(|value| convert::time_in(value)),
            progress: it.progress.map(|value| value.into()),
            interval: it.interval.map(|value| convert::span_in(value)),
            extend: it.extend.map(|value| convert::span_in(value)),
        }
    }
}
impl From<api::SendHeartbeatResponse> for wire::SendHeartbeatResponse {
    fn from(it: api::SendHeartbeatResponse) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            received_at: it.received_at.map(|value| convert::time_out(value)),
            directives: it.directives.map(|value| value.into()),
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::SendHeartbeatResponse> for api::SendHeartbeatResponse {
    fn from(it: wire::SendHeartbeatResponse) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            received_at: it.received_at.map(|value| convert::time_in(value)),
            directives: it.directives.map(|value| value.into()),
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::Directives> for wire::Directives {
    fn from(it: api::Directives) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            cancel_requested: it.cancel_requested,
            heartbeat_interval: it
                .heartbeat_interval
                .map(|value| convert::span_out(value)),
        }
    }
}
impl From<wire::Directives> for api::Directives {
    fn from(it: wire::Directives) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            run_id: it.run_id,
            cancel_requested: it.cancel_requested,
            heartbeat_interval: it
                .heartbeat_interval
                .map(|value| convert::span_in(value)),
        }
    }
}
impl From<api::Warning> for wire::Warning {
    fn from(it: api::Warning) -> Self {
        Self {
            reason: it.reason,
            field: it.field,
            message: it.message,
        }
    }
}
impl From<wire::Warning> for api::Warning {
    fn from(it: wire::Warning) -> Self {
        Self {
            reason: it.reason,
            field: it.field,
            message: it.message,
        }
    }
}
impl From<api::BatchReportRequest> for wire::BatchReportRequest {
    fn from(it: api::BatchReportRequest) -> Self {
        Self {
            items: it.items.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::BatchReportRequest> for api::BatchReportRequest {
    fn from(it: wire::BatchReportRequest) -> Self {
        Self {
            items: it.items.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::BatchItem> for wire::BatchItem {
    fn from(it: api::BatchItem) -> Self {
        Self {
            report: it
                .report
                .map(|value| match value {
                    api::BatchItemReport::Status(value) => {
                        wire::batch_item::Report::Status(value.into())
                    }
                    api::BatchItemReport::Heartbeat(value) => {
                        wire::batch_item::Report::Heartbeat(value.into())
                    }
                }),
        }
    }
}
impl From<wire::BatchItem> for api::BatchItem {
    fn from(it: wire::BatchItem) -> Self {
        Self {
            report: it
                .report
                .map(|value| match value {
                    wire::batch_item::Report::Status(value) => {
                        api::BatchItemReport::Status(value.into())
                    }
                    wire::batch_item::Report::Heartbeat(value) => {
                        api::BatchItemReport::Heartbeat(value.into())
                    }
                }),
        }
    }
}
impl From<api::BatchReportResponse> for wire::BatchReportResponse {
    fn from(it: api::BatchReportResponse) -> Self {
        Self {
            results: it.results.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::BatchReportResponse> for api::BatchReportResponse {
    fn from(it: wire::BatchReportResponse) -> Self {
        Self {
            results: it.results.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::BatchResult> for wire::BatchResult {
    fn from(it: api::BatchResult) -> Self {
        Self {
            index: it.index,
            code: it.code,
            reason: it.reason,
            message: it.message,
            run_id: it.run_id,
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::BatchResult> for api::BatchResult {
    fn from(it: wire::BatchResult) -> Self {
        Self {
            index: it.index,
            code: it.code,
            reason: it.reason,
            message: it.message,
            run_id: it.run_id,
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::Selector> for wire::Selector {
    fn from(it: api::Selector) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            service_name: it.service_name,
            labels: it.labels,
        }
    }
}
impl From<wire::Selector> for api::Selector {
    fn from(it: wire::Selector) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            service_name: it.service_name,
            labels: it.labels,
        }
    }
}
impl From<api::RouteSettings> for wire::RouteSettings {
    fn from(it: api::RouteSettings) -> Self {
        Self {
            name: it.name,
            selects: it.selects.map(|value| value.into()),
            severities: it.severities.into_iter().map(convert::number).collect(),
            reasons: it.reasons.into_iter().map(convert::number).collect(),
            channel_ids: it.channel_ids,
            delay: it.delay.map(|value| convert::span_out(value)),
            repeat_every: it.repeat_every.map(|value| convert::span_out(value)),
            instead_of_default: it.instead_of_default,
        }
    }
}
impl From<wire::RouteSettings> for api::RouteSettings {
    fn from(it: wire::RouteSettings) -> Self {
        Self {
            name: it.name,
            selects: it.selects.map(|value| value.into()),
            severities: it.severities.into_iter().filter_map(convert::word).collect(),
            reasons: it.reasons.into_iter().filter_map(convert::word).collect(),
            channel_ids: it.channel_ids,
            delay: it.delay.map(|value| convert::span_in(value)),
            repeat_every: it.repeat_every.map(|value| convert::span_in(value)),
            instead_of_default: it.instead_of_default,
        }
    }
}
impl From<api::Route> for wire::Route {
    fn from(it: api::Route) -> Self {
        Self {
            route_id: it.route_id,
            settings: it.settings.map(|value| value.into()),
            created_by: it.created_by,
            created_at: it.created_at.map(|value| convert::time_out(value)),
        }
    }
}
impl From<wire::Route> for api::Route {
    fn from(it: wire::Route) -> Self {
        Self {
            route_id: it.route_id,
            settings: it.settings.map(|value| value.into()),
            created_by: it.created_by,
            created_at: it.created_at.map(|value| convert::time_in(value)),
        }
    }
}
impl From<api::CreateRouteRequest> for wire::CreateRouteRequest {
    fn from(it: api::CreateRouteRequest) -> Self {
        Self {
            name: it.name,
            selects: it.selects.map(|value| value.into()),
            severities: it.severities.into_iter().map(convert::number).collect(),
            reasons: it.reasons.into_iter().map(convert::number).collect(),
            channel_ids: it.channel_ids,
            delay: it.delay.map(|value| convert::span_out(value)),
            repeat_every: it.repeat_every.map(|value| convert::span_out(value)),
            instead_of_default: it.instead_of_default,
        }
    }
}
impl From<wire::CreateRouteRequest> for api::CreateRouteRequest {
    fn from(it: wire::CreateRouteRequest) -> Self {
        Self {
            name: it.name,
            selects: it.selects.map(|value| value.into()),
            severities: it.severities.into_iter().filter_map(convert::word).collect(),
            reasons: it.reasons.into_iter().filter_map(convert::word).collect(),
            channel_ids: it.channel_ids,
            delay: it.delay.map(|value| convert::span_in(value)),
            repeat_every: it.repeat_every.map(|value| convert::span_in(value)),
            instead_of_default: it.instead_of_default,
        }
    }
}
impl From<api::CreateRouteResponse> for wire::CreateRouteResponse {
    fn from(it: api::CreateRouteResponse) -> Self {
        Self {
            route: it.route.map(|value| value.into()),
        }
    }
}
impl From<wire::CreateRouteResponse> for api::CreateRouteResponse {
    fn from(it: wire::CreateRouteResponse) -> Self {
        Self {
            route: it.route.map(|value| value.into()),
        }
    }
}
impl From<api::GetRouteRequest> for wire::GetRouteRequest {
    fn from(it: api::GetRouteRequest) -> Self {
        Self { route_id: it.route_id }
    }
}
impl From<wire::GetRouteRequest> for api::GetRouteRequest {
    fn from(it: wire::GetRouteRequest) -> Self {
        Self { route_id: it.route_id }
    }
}
impl From<api::GetRouteResponse> for wire::GetRouteResponse {
    fn from(it: api::GetRouteResponse) -> Self {
        Self {
            route: it.route.map(|value| value.into()),
        }
    }
}
impl From<wire::GetRouteResponse> for api::GetRouteResponse {
    fn from(it: wire::GetRouteResponse) -> Self {
        Self {
            route: it.route.map(|value| value.into()),
        }
    }
}
impl From<api::ListRoutesRequest> for wire::ListRoutesRequest {
    fn from(_: api::ListRoutesRequest) -> Self {
        Self {}
    }
}
impl From<wire::ListRoutesRequest> for api::ListRoutesRequest {
    fn from(_: wire::ListRoutesRequest) -> Self {
        Self {}
    }
}
impl From<api::ListRoutesResponse> for wire::ListRoutesResponse {
    fn from(it: api::ListRoutesResponse) -> Self {
        Self {
            routes: it.routes.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::ListRoutesResponse> for api::ListRoutesResponse {
    fn from(it: wire::ListRoutesResponse) -> Self {
        Self {
            routes: it.routes.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::UpdateRouteRequest> for wire::UpdateRouteRequest {
    fn from(it: api::UpdateRouteRequest) -> Self {
        Self {
            route_id: it.route_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_out(it.update_mask),
        }
    }
}
impl From<wire::UpdateRouteRequest> for api::UpdateRouteRequest {
    fn from(it: wire::UpdateRouteRequest) -> Self {
        Self {
            route_id: it.route_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_in(it.update_mask),
        }
    }
}
impl From<api::UpdateRouteResponse> for wire::UpdateRouteResponse {
    fn from(it: api::UpdateRouteResponse) -> Self {
        Self {
            route: it.route.map(|value| value.into()),
        }
    }
}
impl From<wire::UpdateRouteResponse> for api::UpdateRouteResponse {
    fn from(it: wire::UpdateRouteResponse) -> Self {
        Self {
            route: it.route.map(|value| value.into()),
        }
    }
}
impl From<api::DeleteRouteRequest> for wire::DeleteRouteRequest {
    fn from(it: api::DeleteRouteRequest) -> Self {
        Self { route_id: it.route_id }
    }
}
impl From<wire::DeleteRouteRequest> for api::DeleteRouteRequest {
    fn from(it: wire::DeleteRouteRequest) -> Self {
        Self { route_id: it.route_id }
    }
}
impl From<api::DeleteRouteResponse> for wire::DeleteRouteResponse {
    fn from(_: api::DeleteRouteResponse) -> Self {
        Self {}
    }
}
impl From<wire::DeleteRouteResponse> for api::DeleteRouteResponse {
    fn from(_: wire::DeleteRouteResponse) -> Self {
        Self {}
    }
}
impl From<api::SilenceSettings> for wire::SilenceSettings {
    fn from(it: api::SilenceSettings) -> Self {
        Self {
            note: it.note,
            covers: it.covers.map(|value| value.into()),
            everything: it.everything,
            starts_at: it.starts_at.map(|value| convert::time_out(value)),
            ends_at: it.ends_at.map(|value| convert::time_out(value)),
            window: it.window.map(|value| value.into()),
        }
    }
}
impl From<wire::SilenceSettings> for api::SilenceSettings {
    fn from(it: wire::SilenceSettings) -> Self {
        Self {
            note: it.note,
            covers: it.covers.map(|value| value.into()),
            everything: it.everything,
            starts_at: it.starts_at.map(|value| convert::time_in(value)),
            ends_at: it.ends_at.map(|value| convert::time_in(value)),
            window: it.window.map(|value| value.into()),
        }
    }
}
impl From<api::MaintenanceWindow> for wire::MaintenanceWindow {
    fn from(it: api::MaintenanceWindow) -> Self {
        Self {
            cron: it.cron,
            timezone: it.timezone,
            duration: it.duration.map(|value| convert::span_out(value)),
        }
    }
}
impl From<wire::MaintenanceWindow> for api::MaintenanceWindow {
    fn from(it: wire::MaintenanceWindow) -> Self {
        Self {
            cron: it.cron,
            timezone: it.timezone,
            duration: it.duration.map(|value| convert::span_in(value)),
        }
    }
}
impl From<api::Silence> for wire::Silence {
    fn from(it: api::Silence) -> Self {
        Self {
            silence_id: it.silence_id,
            settings: it.settings.map(|value| value.into()),
            created_by: it.created_by,
            created_at: it.created_at.map(|value| convert::time_out(value)),
            active: it.active,
            active_until: it.active_until.map(|value| convert::time_out(value)),
            next_start_at: it.next_start_at.map(|value| convert::time_out(value)),
        }
    }
}
impl From<wire::Silence> for api::Silence {
    fn from(it: wire::Silence) -> Self {
        Self {
            silence_id: it.silence_id,
            settings: it.settings.map(|value| value.into()),
            created_by: it.created_by,
            created_at: it.created_at.map(|value| convert::time_in(value)),
            active: it.active,
            active_until: it.active_until.map(|value| convert::time_in(value)),
            next_start_at: it.next_start_at.map(|value| convert::time_in(value)),
        }
    }
}
impl From<api::CreateSilenceRequest> for wire::CreateSilenceRequest {
    fn from(it: api::CreateSilenceRequest) -> Self {
        Self {
            note: it.note,
            covers: it.covers.map(|value| value.into()),
            everything: it.everything,
            starts_at: it.starts_at.map(|value| convert::time_out(value)),
            ends_at: it.ends_at.map(|value| convert::time_out(value)),
            window: it.window.map(|value| value.into()),
        }
    }
}
impl From<wire::CreateSilenceRequest> for api::CreateSilenceRequest {
    fn from(it: wire::CreateSilenceRequest) -> Self {
        Self {
            note: it.note,
            covers: it.covers.map(|value| value.into()),
            everything: it.everything,
            starts_at: it.starts_at.map(|value| convert::time_in(value)),
            ends_at: it.ends_at.map(|value| convert::time_in(value)),
            window: it.window.map(|value| value.into()),
        }
    }
}
impl From<api::CreateSilenceResponse> for wire::CreateSilenceResponse {
    fn from(it: api::CreateSilenceResponse) -> Self {
        Self {
            silence: it.silence.map(|value| value.into()),
        }
    }
}
impl From<wire::CreateSilenceResponse> for api::CreateSilenceResponse {
    fn from(it: wire::CreateSilenceResponse) -> Self {
        Self {
            silence: it.silence.map(|value| value.into()),
        }
    }
}
impl From<api::GetSilenceRequest> for wire::GetSilenceRequest {
    fn from(it: api::GetSilenceRequest) -> Self {
        Self { silence_id: it.silence_id }
    }
}
impl From<wire::GetSilenceRequest> for api::GetSilenceRequest {
    fn from(it: wire::GetSilenceRequest) -> Self {
        Self { silence_id: it.silence_id }
    }
}
impl From<api::GetSilenceResponse> for wire::GetSilenceResponse {
    fn from(it: api::GetSilenceResponse) -> Self {
        Self {
            silence: it.silence.map(|value| value.into()),
        }
    }
}
impl From<wire::GetSilenceResponse> for api::GetSilenceResponse {
    fn from(it: wire::GetSilenceResponse) -> Self {
        Self {
            silence: it.silence.map(|value| value.into()),
        }
    }
}
impl From<api::ListSilencesRequest> for wire::ListSilencesRequest {
    fn from(_: api::ListSilencesRequest) -> Self {
        Self {}
    }
}
impl From<wire::ListSilencesRequest> for api::ListSilencesRequest {
    fn from(_: wire::ListSilencesRequest) -> Self {
        Self {}
    }
}
impl From<api::ListSilencesResponse> for wire::ListSilencesResponse {
    fn from(it: api::ListSilencesResponse) -> Self {
        Self {
            silences: it.silences.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::ListSilencesResponse> for api::ListSilencesResponse {
    fn from(it: wire::ListSilencesResponse) -> Self {
        Self {
            silences: it.silences.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::UpdateSilenceRequest> for wire::UpdateSilenceRequest {
    fn from(it: api::UpdateSilenceRequest) -> Self {
        Self {
            silence_id: it.silence_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_out(it.update_mask),
        }
    }
}
impl From<wire::UpdateSilenceRequest> for api::UpdateSilenceRequest {
    fn from(it: wire::UpdateSilenceRequest) -> Self {
        Self {
            silence_id: it.silence_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_in(it.update_mask),
        }
    }
}
impl From<api::UpdateSilenceResponse> for wire::UpdateSilenceResponse {
    fn from(it: api::UpdateSilenceResponse) -> Self {
        Self {
            silence: it.silence.map(|value| value.into()),
        }
    }
}
impl From<wire::UpdateSilenceResponse> for api::UpdateSilenceResponse {
    fn from(it: wire::UpdateSilenceResponse) -> Self {
        Self {
            silence: it.silence.map(|value| value.into()),
        }
    }
}
impl From<api::DeleteSilenceRequest> for wire::DeleteSilenceRequest {
    fn from(it: api::DeleteSilenceRequest) -> Self {
        Self { silence_id: it.silence_id }
    }
}
impl From<wire::DeleteSilenceRequest> for api::DeleteSilenceRequest {
    fn from(it: wire::DeleteSilenceRequest) -> Self {
        Self { silence_id: it.silence_id }
    }
}
impl From<api::DeleteSilenceResponse> for wire::DeleteSilenceResponse {
    fn from(_: api::DeleteSilenceResponse) -> Self {
        Self {}
    }
}
impl From<wire::DeleteSilenceResponse> for api::DeleteSilenceResponse {
    fn from(_: wire::DeleteSilenceResponse) -> Self {
        Self {}
    }
}
impl From<api::Schedule> for wire::Schedule {
    fn from(it: api::Schedule) -> Self {
        Self {
            rule: it
                .rule
                .map(|value| match value {
                    api::ScheduleRule::Every(value) => {
                        wire::schedule::Rule::Every(convert::span_out(value))
                    }
                    api::ScheduleRule::Cron(value) => wire::schedule::Rule::Cron(value),
                }),
        }
    }
}
impl From<wire::Schedule> for api::Schedule {
    fn from(it: wire::Schedule) -> Self {
        Self {
            rule: it
                .rule
                .map(|value| match value {
                    wire::schedule::Rule::Every(value) => {
                        api::ScheduleRule::Every(convert::span_in(value))
                    }
                    wire::schedule::Rule::Cron(value) => api::ScheduleRule::Cron(value),
                }),
        }
    }
}
impl From<api::SchedulerSettings> for wire::SchedulerSettings {
    fn from(it: api::SchedulerSettings) -> Self {
        Self {
            service_name: it.service_name,
            job_name: it.job_name,
            owner_email: it.owner_email,
            alert_user_id: it.alert_user_id,
            schedules: it.schedules.into_iter().map(|value| value.into()).collect(),
            start_grace: it.start_grace.map(|value| convert::span_out(value)),
            heartbeat_interval: it
                .heartbeat_interval
                .map(|value| convert::span_out(value)),
            heartbeat_timeout: it
                .heartbeat_timeout
                .map(|value| convert::span_out(value)),
            max_runtime: it.max_runtime.map(|value| convert::span_out(value)),
            labels: it.labels,
            timezone: it.timezone,
            cron_profile: it.cron_profile.map_or(0, convert::number),
            min_runtime: it.min_runtime.map(|value| convert::span_out(value)),
            progress_timeout: it.progress_timeout.map(|value| convert::span_out(value)),
            failure_threshold: it.failure_threshold,
            failure_window: it.failure_window,
            recovery_threshold: it.recovery_threshold,
            recovery_window: it.recovery_window,
            severity: it.severity.map_or(0, convert::number),
            finish_by: it.finish_by.map(|value| convert::span_out(value)),
            early_tolerance: it.early_tolerance.map(|value| convert::span_out(value)),
            depends_on: it.depends_on,
        }
    }
}
impl From<wire::SchedulerSettings> for api::SchedulerSettings {
    fn from(it: wire::SchedulerSettings) -> Self {
        Self {
            service_name: it.service_name,
            job_name: it.job_name,
            owner_email: it.owner_email,
            alert_user_id: it.alert_user_id,
            schedules: it.schedules.into_iter().map(|value| value.into()).collect(),
            start_grace: it.start_grace.map(|value| convert::span_in(value)),
            heartbeat_interval: it
                .heartbeat_interval
                .map(|value| convert::span_in(value)),
            heartbeat_timeout: it.heartbeat_timeout.map(|value| convert::span_in(value)),
            max_runtime: it.max_runtime.map(|value| convert::span_in(value)),
            labels: it.labels,
            timezone: it.timezone,
            cron_profile: convert::word(it.cron_profile),
            min_runtime: it.min_runtime.map(|value| convert::span_in(value)),
            progress_timeout: it.progress_timeout.map(|value| convert::span_in(value)),
            failure_threshold: it.failure_threshold,
            failure_window: it.failure_window,
            recovery_threshold: it.recovery_threshold,
            recovery_window: it.recovery_window,
            severity: convert::word(it.severity),
            finish_by: it.finish_by.map(|value| convert::span_in(value)),
            early_tolerance: it.early_tolerance.map(|value| convert::span_in(value)),
            depends_on: it.depends_on,
        }
    }
}
impl From<api::Scheduler> for wire::Scheduler {
    fn from(it: api::Scheduler) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            settings: it.settings.map(|value| value.into()),
            health: it.health.map_or(0, convert::number),
            paused_at: it.paused_at.map(|value| convert::time_out(value)),
            paused_until: it.paused_until.map(|value| convert::time_out(value)),
            created_at: it.created_at.map(|value| convert::time_out(value)),
            updated_at: it.updated_at.map(|value| convert::time_out(value)),
            last_report_at: it.last_report_at.map(|value| convert::time_out(value)),
            next_slot_at: it.next_slot_at.map(|value| convert::time_out(value)),
            next_deadline_at: it.next_deadline_at.map(|value| convert::time_out(value)),
            open_incident_ids: it.open_incident_ids,
            open_runs: it.open_runs.into_iter().map(|value| value.into()).collect(),
            last_success_at: it.last_success_at.map(|value| convert::time_out(value)),
            held_settings: it.held_settings,
        }
    }
}
impl From<wire::Scheduler> for api::Scheduler {
    fn from(it: wire::Scheduler) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            settings: it.settings.map(|value| value.into()),
            health: convert::word(it.health),
            paused_at: it.paused_at.map(|value| convert::time_in(value)),
            paused_until: it.paused_until.map(|value| convert::time_in(value)),
            created_at: it.created_at.map(|value| convert::time_in(value)),
            updated_at: it.updated_at.map(|value| convert::time_in(value)),
            last_report_at: it.last_report_at.map(|value| convert::time_in(value)),
            next_slot_at: it.next_slot_at.map(|value| convert::time_in(value)),
            next_deadline_at: it.next_deadline_at.map(|value| convert::time_in(value)),
            open_incident_ids: it.open_incident_ids,
            open_runs: it.open_runs.into_iter().map(|value| value.into()).collect(),
            last_success_at: it.last_success_at.map(|value| convert::time_in(value)),
            held_settings: it.held_settings,
        }
    }
}
impl From<api::RejectedReport> for wire::RejectedReport {
    fn from(it: api::RejectedReport) -> Self {
        Self {
            received_at: it.received_at.map(|value| convert::time_out(value)),
            reason: it.reason,
            message: it.message,
            raw: it.raw,
        }
    }
}
impl From<wire::RejectedReport> for api::RejectedReport {
    fn from(it: wire::RejectedReport) -> Self {
        Self {
            received_at: it.received_at.map(|value| convert::time_in(value)),
            reason: it.reason,
            message: it.message,
            raw: it.raw,
        }
    }
}
impl From<api::RegisterSchedulerRequest> for wire::RegisterSchedulerRequest {
    fn from(it: api::RegisterSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            service_name: it.service_name,
            job_name: it.job_name,
            owner_email: it.owner_email,
            alert_user_id: it.alert_user_id,
            schedules: it.schedules.into_iter().map(|value| value.into()).collect(),
            start_grace: it.start_grace.map(|value| convert::span_out(value)),
            heartbeat_interval: it
                .heartbeat_interval
                .map(|value| convert::span_out(value)),
            heartbeat_timeout: it
                .heartbeat_timeout
                .map(|value| convert::span_out(value)),
            max_runtime: it.max_runtime.map(|value| convert::span_out(value)),
            labels: it.labels,
            timezone: it.timezone,
            cron_profile: it.cron_profile.map_or(0, convert::number),
            min_runtime: it.min_runtime.map(|value| convert::span_out(value)),
            progress_timeout: it.progress_timeout.map(|value| convert::span_out(value)),
            failure_threshold: it.failure_threshold,
            failure_window: it.failure_window,
            recovery_threshold: it.recovery_threshold,
            recovery_window: it.recovery_window,
            severity: it.severity.map_or(0, convert::number),
            finish_by: it.finish_by.map(|value| convert::span_out(value)),
            early_tolerance: it.early_tolerance.map(|value| convert::span_out(value)),
            depends_on: it.depends_on,
        }
    }
}
impl From<wire::RegisterSchedulerRequest> for api::RegisterSchedulerRequest {
    fn from(it: wire::RegisterSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            service_name: it.service_name,
            job_name: it.job_name,
            owner_email: it.owner_email,
            alert_user_id: it.alert_user_id,
            schedules: it.schedules.into_iter().map(|value| value.into()).collect(),
            start_grace: it.start_grace.map(|value| convert::span_in(value)),
            heartbeat_interval: it
                .heartbeat_interval
                .map(|value| convert::span_in(value)),
            heartbeat_timeout: it.heartbeat_timeout.map(|value| convert::span_in(value)),
            max_runtime: it.max_runtime.map(|value| convert::span_in(value)),
            labels: it.labels,
            timezone: it.timezone,
            cron_profile: convert::word(it.cron_profile),
            min_runtime: it.min_runtime.map(|value| convert::span_in(value)),
            progress_timeout: it.progress_timeout.map(|value| convert::span_in(value)),
            failure_threshold: it.failure_threshold,
            failure_window: it.failure_window,
            recovery_threshold: it.recovery_threshold,
            recovery_window: it.recovery_window,
            severity: convert::word(it.severity),
            finish_by: it.finish_by.map(|value| convert::span_in(value)),
            early_tolerance: it.early_tolerance.map(|value| convert::span_in(value)),
            depends_on: it.depends_on,
        }
    }
}
impl From<api::RegisterSchedulerResponse> for wire::RegisterSchedulerResponse {
    fn from(it: api::RegisterSchedulerResponse) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            created: it.created,
            scheduler: it.scheduler.map(|value| value.into()),
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::RegisterSchedulerResponse> for api::RegisterSchedulerResponse {
    fn from(it: wire::RegisterSchedulerResponse) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            created: it.created,
            scheduler: it.scheduler.map(|value| value.into()),
            warnings: it.warnings.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::GetSchedulerRequest> for wire::GetSchedulerRequest {
    fn from(it: api::GetSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<wire::GetSchedulerRequest> for api::GetSchedulerRequest {
    fn from(it: wire::GetSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<api::GetSchedulerResponse> for wire::GetSchedulerResponse {
    fn from(it: api::GetSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
            rejected_reports: it
                .rejected_reports
                .into_iter()
                .map(|value| value.into())
                .collect(),
        }
    }
}
impl From<wire::GetSchedulerResponse> for api::GetSchedulerResponse {
    fn from(it: wire::GetSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
            rejected_reports: it
                .rejected_reports
                .into_iter()
                .map(|value| value.into())
                .collect(),
        }
    }
}
impl From<api::ExplainSchedulerRequest> for wire::ExplainSchedulerRequest {
    fn from(it: api::ExplainSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<wire::ExplainSchedulerRequest> for api::ExplainSchedulerRequest {
    fn from(it: wire::ExplainSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<api::LimitNote> for wire::LimitNote {
    fn from(it: api::LimitNote) -> Self {
        Self {
            setting: it.setting,
            run_id: it.run_id,
            state: it.state.map_or(0, convert::number),
            deadline_at: it.deadline_at.map(|value| convert::time_out(value)),
            judged_at: it.judged_at.map(|value| convert::time_out(value)),
            because: it.because,
        }
    }
}
impl From<wire::LimitNote> for api::LimitNote {
    fn from(it: wire::LimitNote) -> Self {
        Self {
            setting: it.setting,
            run_id: it.run_id,
            state: convert::word(it.state),
            deadline_at: it.deadline_at.map(|value| convert::time_in(value)),
            judged_at: it.judged_at.map(|value| convert::time_in(value)),
            because: it.because,
        }
    }
}
impl From<api::OpenIncident> for wire::OpenIncident {
    fn from(it: api::OpenIncident) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
            history: it.history.into_iter().map(|value| value.into()).collect(),
            deliveries: it.deliveries.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::OpenIncident> for api::OpenIncident {
    fn from(it: wire::OpenIncident) -> Self {
        Self {
            incident: it.incident.map(|value| value.into()),
            history: it.history.into_iter().map(|value| value.into()).collect(),
            deliveries: it.deliveries.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::ExplainSchedulerResponse> for wire::ExplainSchedulerResponse {
    fn from(it: api::ExplainSchedulerResponse) -> Self {
        Self {
            summary: it.summary,
            scheduler: it.scheduler.map(|value| value.into()),
            limits: it.limits.into_iter().map(|value| value.into()).collect(),
            open_incidents: it
                .open_incidents
                .into_iter()
                .map(|value| value.into())
                .collect(),
            last_runs: it.last_runs.into_iter().map(|value| value.into()).collect(),
            silences: it.silences.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<wire::ExplainSchedulerResponse> for api::ExplainSchedulerResponse {
    fn from(it: wire::ExplainSchedulerResponse) -> Self {
        Self {
            summary: it.summary,
            scheduler: it.scheduler.map(|value| value.into()),
            limits: it.limits.into_iter().map(|value| value.into()).collect(),
            open_incidents: it
                .open_incidents
                .into_iter()
                .map(|value| value.into())
                .collect(),
            last_runs: it.last_runs.into_iter().map(|value| value.into()).collect(),
            silences: it.silences.into_iter().map(|value| value.into()).collect(),
        }
    }
}
impl From<api::ListSchedulersRequest> for wire::ListSchedulersRequest {
    fn from(it: api::ListSchedulersRequest) -> Self {
        Self {
            page_size: it.page_size,
            page_token: it.page_token,
            service_name: it.service_name,
            health: it.health.map_or(0, convert::number),
            label: it.label,
        }
    }
}
impl From<wire::ListSchedulersRequest> for api::ListSchedulersRequest {
    fn from(it: wire::ListSchedulersRequest) -> Self {
        Self {
            page_size: it.page_size,
            page_token: it.page_token,
            service_name: it.service_name,
            health: convert::word(it.health),
            label: it.label,
        }
    }
}
impl From<api::ListSchedulersResponse> for wire::ListSchedulersResponse {
    fn from(it: api::ListSchedulersResponse) -> Self {
        Self {
            schedulers: it.schedulers.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<wire::ListSchedulersResponse> for api::ListSchedulersResponse {
    fn from(it: wire::ListSchedulersResponse) -> Self {
        Self {
            schedulers: it.schedulers.into_iter().map(|value| value.into()).collect(),
            next_page_token: it.next_page_token,
        }
    }
}
impl From<api::UpdateSchedulerRequest> for wire::UpdateSchedulerRequest {
    fn from(it: api::UpdateSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_out(it.update_mask),
        }
    }
}
impl From<wire::UpdateSchedulerRequest> for api::UpdateSchedulerRequest {
    fn from(it: wire::UpdateSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            settings: it.settings.map(|value| value.into()),
            update_mask: convert::mask_in(it.update_mask),
        }
    }
}
impl From<api::UpdateSchedulerResponse> for wire::UpdateSchedulerResponse {
    fn from(it: api::UpdateSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<wire::UpdateSchedulerResponse> for api::UpdateSchedulerResponse {
    fn from(it: wire::UpdateSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<api::ReleaseSettingsRequest> for wire::ReleaseSettingsRequest {
    fn from(it: api::ReleaseSettingsRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            names: it.names,
        }
    }
}
impl From<wire::ReleaseSettingsRequest> for api::ReleaseSettingsRequest {
    fn from(it: wire::ReleaseSettingsRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            names: it.names,
        }
    }
}
impl From<api::ReleaseSettingsResponse> for wire::ReleaseSettingsResponse {
    fn from(it: api::ReleaseSettingsResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<wire::ReleaseSettingsResponse> for api::ReleaseSettingsResponse {
    fn from(it: wire::ReleaseSettingsResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<api::DeleteSchedulerRequest> for wire::DeleteSchedulerRequest {
    fn from(it: api::DeleteSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<wire::DeleteSchedulerRequest> for api::DeleteSchedulerRequest {
    fn from(it: wire::DeleteSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<api::DeleteSchedulerResponse> for wire::DeleteSchedulerResponse {
    fn from(_: api::DeleteSchedulerResponse) -> Self {
        Self {}
    }
}
impl From<wire::DeleteSchedulerResponse> for api::DeleteSchedulerResponse {
    fn from(_: wire::DeleteSchedulerResponse) -> Self {
        Self {}
    }
}
impl From<api::PauseSchedulerRequest> for wire::PauseSchedulerRequest {
    fn from(it: api::PauseSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            until: it.until.map(|value| convert::time_out(value)),
        }
    }
}
impl From<wire::PauseSchedulerRequest> for api::PauseSchedulerRequest {
    fn from(it: wire::PauseSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
            until: it.until.map(|value| convert::time_in(value)),
        }
    }
}
impl From<api::PauseSchedulerResponse> for wire::PauseSchedulerResponse {
    fn from(it: api::PauseSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<wire::PauseSchedulerResponse> for api::PauseSchedulerResponse {
    fn from(it: wire::PauseSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<api::ResumeSchedulerRequest> for wire::ResumeSchedulerRequest {
    fn from(it: api::ResumeSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<wire::ResumeSchedulerRequest> for api::ResumeSchedulerRequest {
    fn from(it: wire::ResumeSchedulerRequest) -> Self {
        Self {
            scheduler_id: it.scheduler_id,
        }
    }
}
impl From<api::ResumeSchedulerResponse> for wire::ResumeSchedulerResponse {
    fn from(it: api::ResumeSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<wire::ResumeSchedulerResponse> for api::ResumeSchedulerResponse {
    fn from(it: wire::ResumeSchedulerResponse) -> Self {
        Self {
            scheduler: it.scheduler.map(|value| value.into()),
        }
    }
}
impl From<api::WatchSchedulersRequest> for wire::WatchSchedulersRequest {
    fn from(it: api::WatchSchedulersRequest) -> Self {
        Self {
            service_name: it.service_name,
        }
    }
}
impl From<wire::WatchSchedulersRequest> for api::WatchSchedulersRequest {
    fn from(it: wire::WatchSchedulersRequest) -> Self {
        Self {
            service_name: it.service_name,
        }
    }
}
impl From<api::WatchSchedulersResponse> for wire::WatchSchedulersResponse {
    fn from(it: api::WatchSchedulersResponse) -> Self {
        Self {
            change: it
                .change
                .map(|value| match value {
                    api::WatchSchedulersResponseChange::Scheduler(value) => {
                        wire::watch_schedulers_response::Change::Scheduler(value.into())
                    }
                    api::WatchSchedulersResponseChange::DeletedSchedulerId(value) => {
                        wire::watch_schedulers_response::Change::DeletedSchedulerId(
                            value,
                        )
                    }
                }),
        }
    }
}
impl From<wire::WatchSchedulersResponse> for api::WatchSchedulersResponse {
    fn from(it: wire::WatchSchedulersResponse) -> Self {
        Self {
            change: it
                .change
                .map(|value| match value {
                    wire::watch_schedulers_response::Change::Scheduler(value) => {
                        api::WatchSchedulersResponseChange::Scheduler(value.into())
                    }
                    wire::watch_schedulers_response::Change::DeletedSchedulerId(
                        value,
                    ) => api::WatchSchedulersResponseChange::DeletedSchedulerId(value),
                }),
        }
    }
}
impl From<api::PreviewScheduleRequest> for wire::PreviewScheduleRequest {
    fn from(it: api::PreviewScheduleRequest) -> Self {
        Self {
            schedules: it.schedules.into_iter().map(|value| value.into()).collect(),
            timezone: it.timezone,
            cron_profile: it.cron_profile.map_or(0, convert::number),
            count: it.count,
            after: it.after.map(|value| convert::time_out(value)),
        }
    }
}
impl From<wire::PreviewScheduleRequest> for api::PreviewScheduleRequest {
    fn from(it: wire::PreviewScheduleRequest) -> Self {
        Self {
            schedules: it.schedules.into_iter().map(|value| value.into()).collect(),
            timezone: it.timezone,
            cron_profile: convert::word(it.cron_profile),
            count: it.count,
            after: it.after.map(|value| convert::time_in(value)),
        }
    }
}
impl From<api::ScheduleOccurrence> for wire::ScheduleOccurrence {
    fn from(it: api::ScheduleOccurrence) -> Self {
        Self {
            at: it.at.map(|value| convert::time_out(value)),
            local: it.local,
            note: it.note,
        }
    }
}
impl From<wire::ScheduleOccurrence> for api::ScheduleOccurrence {
    fn from(it: wire::ScheduleOccurrence) -> Self {
        Self {
            at: it.at.map(|value| convert::time_in(value)),
            local: it.local,
            note: it.note,
        }
    }
}
impl From<api::ClockChange> for wire::ClockChange {
    fn from(it: api::ClockChange) -> Self {
        Self {
            at: it.at.map(|value| convert::time_out(value)),
            note: it.note,
        }
    }
}
impl From<wire::ClockChange> for api::ClockChange {
    fn from(it: wire::ClockChange) -> Self {
        Self {
            at: it.at.map(|value| convert::time_in(value)),
            note: it.note,
        }
    }
}
impl From<api::PreviewScheduleResponse> for wire::PreviewScheduleResponse {
    fn from(it: api::PreviewScheduleResponse) -> Self {
        Self {
            occurrences: it.occurrences.into_iter().map(|value| value.into()).collect(),
            clock_changes: it
                .clock_changes
                .into_iter()
                .map(|value| value.into())
                .collect(),
        }
    }
}
impl From<wire::PreviewScheduleResponse> for api::PreviewScheduleResponse {
    fn from(it: wire::PreviewScheduleResponse) -> Self {
        Self {
            occurrences: it.occurrences.into_iter().map(|value| value.into()).collect(),
            clock_changes: it
                .clock_changes
                .into_iter()
                .map(|value| value.into())
                .collect(),
        }
    }
}
