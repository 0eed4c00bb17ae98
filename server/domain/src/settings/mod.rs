//! What can be set of a scheduler, and the rules it keeps.

mod held;
mod patch;
mod rules;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::key::Role;
use crate::schedule::{CronProfile, Schedule, Timetable};
use crate::time::as_millis;

pub use held::Held;
pub use patch::{Change, Patch, PatchRefusal};
pub(crate) use rules::within;
pub use rules::{
    EXTEND_RANGE, HEARTBEAT_INTERVAL_RANGE, LABELS_MAX, OUTCOMES_MAX, is_mail_address,
    is_slack_member,
};

/// How long after its slot a run may start, unless the scheduler says otherwise.
pub const START_GRACE_DEFAULT: Duration = Duration::from_mins(5);

/// How many missed heartbeats make a silence.
pub const HEARTBEATS_PER_TIMEOUT: u32 = 3;

/// How long a run that has sent a heartbeat may be silent, when nothing was declared.
pub const HEARTBEAT_TIMEOUT_DEFAULT: Duration = Duration::from_mins(15);

/// How much it matters that a job is not well. Whom to tell follows from it, never
/// whether something is found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody must act at once.
    Critical,
    /// Somebody must act.
    #[default]
    Normal,
    /// It can wait.
    Low,
}

impl Severity {
    /// The word used in every text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

/// One rule that a field of a request broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field in the request.
    pub field: String,
    /// The stable reason, in upper case.
    pub reason: &'static str,
    /// The rule, to be read after the field's name.
    pub rule: String,
}

impl Violation {
    /// States that `field` broke `rule`.
    pub fn new(field: impl Into<String>, reason: &'static str, rule: impl Into<String>) -> Self {
        Self { field: field.into(), reason, rule: rule.into() }
    }
}

/// What was changed or left out of a request that was taken all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The stable reason, in upper case.
    pub reason: &'static str,
    /// The path of the field; empty for the whole request.
    pub field: String,
    /// What was done, for a person.
    pub message: String,
}

impl Warning {
    /// States what was done to `field`.
    pub fn new(reason: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason, field: field.into(), message: message.into() }
    }
}

/// What is set of a scheduler. Made by [`Settings::patched`], so it keeps the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The team's system that the job belongs to.
    pub service_name: String,
    /// The job's name for people.
    pub job_name: String,
    /// Who is told by mail.
    pub owner_email: Option<String>,
    /// The role of the key that set `owner_email`; a lesser one may not change it.
    pub owner_set_by: Option<Role>,
    /// Who is mentioned in Slack.
    pub alert_user_id: Option<String>,
    /// When the job is expected; none means that it is not.
    pub schedules: Vec<Schedule>,
    /// The time zone of cron expressions, by its IANA name; unset means UTC.
    pub timezone: Option<String>,
    /// Which scheduler runs the job; unset means the default profile.
    pub cron_profile: Option<CronProfile>,
    /// How long after its slot a run may start.
    #[serde(with = "as_millis")]
    pub start_grace: Option<Duration>,
    /// How often the job means to send heartbeats.
    #[serde(with = "as_millis")]
    pub heartbeat_interval: Option<Duration>,
    /// How long a run may be silent.
    #[serde(with = "as_millis")]
    pub heartbeat_timeout: Option<Duration>,
    /// How long a run may take.
    #[serde(with = "as_millis")]
    pub max_runtime: Option<Duration>,
    /// How long after its slot a run must have ended.
    #[serde(with = "as_millis")]
    pub finish_by: Option<Duration>,
    /// How long before its slot a run may start; unset means a tenth of the time since
    /// the slot before, at most 5 minutes.
    #[serde(with = "as_millis")]
    pub early_tolerance: Option<Duration>,
    /// How long a run must take at least, to be believed.
    #[serde(with = "as_millis")]
    pub min_runtime: Option<Duration>,
    /// How long the progress of a run may stand still.
    #[serde(with = "as_millis")]
    pub progress_timeout: Option<Duration>,
    /// How many outcomes must be bad before an incident opens; unset means 1.
    pub failure_threshold: Option<u32>,
    /// Of how many; unset means that they must follow each other.
    pub failure_window: Option<u32>,
    /// How many outcomes must be good before an incident ends; unset means 1.
    pub recovery_threshold: Option<u32>,
    /// Of how many; unset means that they must follow each other.
    pub recovery_window: Option<u32>,
    /// How much it matters; unset means normal.
    pub severity: Option<Severity>,
    /// The scheduler that this one cannot be well without: while that has an open incident,
    /// nobody is told of one here.
    pub depends_on: Option<String>,
    /// Names and values to filter by.
    pub labels: BTreeMap<String, String>,
    /// Which of these belong to people: what a job registers does not change them.
    pub held: Held,
}

impl Settings {
    /// How long after its slot a run may start. One that must have ended sooner than
    /// is usual must start sooner, too.
    pub fn start_grace(&self) -> Duration {
        let unless_set = self.finish_by.unwrap_or(START_GRACE_DEFAULT).min(START_GRACE_DEFAULT);
        self.start_grace.unwrap_or(unless_set)
    }

    /// The schedules, read.
    ///
    /// # Errors
    ///
    /// Why they cannot be: what could be read when it was set may not be by now.
    pub fn timetable(&self) -> Result<Timetable, Vec<Violation>> {
        let profile = self.cron_profile.unwrap_or_default();
        let timetable = Timetable::new(&self.schedules, self.timezone.as_deref(), profile)?;
        Ok(timetable.tolerating(self.early_tolerance))
    }

    /// Whether there are intervals among the schedules, which any run restarts.
    pub(crate) fn has_intervals(&self) -> bool {
        self.schedules.iter().any(|it| matches!(it, Schedule::Every { .. }))
    }

    /// Whether other slots follow from these settings than from `before`.
    pub fn is_rescheduled_from(&self, before: &Self) -> bool {
        self.schedules != before.schedules
            || self.timezone != before.timezone
            || self.cron_profile != before.cron_profile
    }

    /// How much it matters that the job is not well.
    pub fn severity(&self) -> Severity {
        self.severity.unwrap_or_default()
    }
}
