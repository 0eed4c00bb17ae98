//! What there is to tell.

use std::time::Duration;

use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing to tell one channel. The same for every attempt, so that it can
/// be stored as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Stable over all attempts: receivers forget doubles by it.
    pub key: String,
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The project's name.
    pub project: String,
    /// Where people see the server, without a slash at the end. None: links are
    /// left out.
    pub link_base: Option<String>,
    /// The incident it is about. None only for a test.
    pub incident: Option<Incident>,
    /// What else helps whoever is woken by it.
    #[serde(default)]
    pub background: Background,
    /// The member of Slack to be mentioned.
    #[serde(default)]
    pub mention: Option<String>,
    /// What the channel called its first message about this incident, if it has such
    /// names: later ones go beside it.
    #[serde(default)]
    pub thread: Option<String>,
    /// What a digest tells of; empty for anything else.
    #[serde(default)]
    pub digest: Vec<Told>,
}

/// One thing of several that are told together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What happened.
    pub event: Event,
    /// To which incident.
    pub incident: Incident,
}

/// What is known of the job apart from the incident.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Background {
    /// When a run of it last ended well.
    pub last_success_at: Option<Timestamp>,
    /// What the job is expected to do, in a few words. Empty: unknown.
    pub expected: String,
    /// The job's time zone, by its IANA name. None: UTC.
    pub timezone: Option<String>,
}

impl Notification {
    /// The key without the number of the event: the same for all that one channel is
    /// told of one incident. Pagers know an alert by it.
    pub fn incident_key(&self) -> String {
        let mut parts = self.key.splitn(4, ':');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(version), Some(incident), Some(_), Some(channel)) => {
                format!("{version}:{incident}:{channel}")
            }
            _ => self.key.clone(),
        }
    }

    /// The key of the first thing that the channel was told of the incident; none if
    /// this is the first.
    pub fn first_key(&self) -> Option<String> {
        let mut parts = self.key.splitn(4, ':');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(version), Some(incident), Some(event), Some(channel))
                if incident != "test" && incident != "digest" && event != "1" =>
            {
                Some(format!("{version}:{incident}:1:{channel}"))
            }
            _ => None,
        }
    }
}

/// What happened to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Something is wrong.
    Opened,
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Resolved,
    /// It was over, and its cause came back.
    Reopened,
    /// It is still so, and nobody has it: it is told again.
    Reminded,
    /// Several things, told together.
    Digest,
    /// Nothing: an operator tries the channel.
    Test,
}

impl Event {
    /// Whether it asks somebody to act.
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::Opened | Self::Reopened | Self::Reminded)
    }

    /// The type that receivers see.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Opened => "incident.opened",
            Self::Acknowledged => "incident.acknowledged",
            Self::Resolved => "incident.resolved",
            Self::Reopened => "incident.reopened",
            Self::Reminded => "incident.reminded",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }
}

/// What is known of an incident. Reason, severity and resolution are the short words of
/// the contract, such as `missed` and `recovered`. The summary says what happened last: of
/// a recovery how long it took and how many slots were missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the contract's Incident")]
pub struct Incident {
    pub incident_id: String,
    pub scheduler_id: String,
    pub service_name: String,
    pub job_name: String,
    pub reason: String,
    pub severity: String,
    pub onset_at: Timestamp,
    pub opened_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub resolution: Option<String>,
    pub duration: Option<Duration>,
    pub summary: String,
    pub error_message: Option<String>,
    pub run_ids: Vec<String>,
    pub missed_slots: u32,
    pub acknowledgement: Option<Acknowledgement>,
}

/// Who has an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the contract's Acknowledgement")]
pub struct Acknowledgement {
    pub by: String,
    pub note: String,
    pub at: Timestamp,
}
