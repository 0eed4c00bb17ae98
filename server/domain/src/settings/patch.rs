//! What a request does to settings.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Settings, Severity, Violation};
use crate::key::Role;
use crate::schedule::{CronProfile, Schedule, Timetable};

/// What a request does to one setting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// Leaves it as it is.
    #[default]
    Keep,
    /// Gives it this value.
    Set(T),
    /// Takes its value away.
    Clear,
}

impl<T> From<Option<T>> for Change<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

impl<T> Change<T> {
    fn on(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }
}

/// What a request does to the settings of a scheduler.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// See [`Settings::service_name`].
    pub service_name: Change<String>,
    /// See [`Settings::job_name`].
    pub job_name: Change<String>,
    /// See [`Settings::owner_email`].
    pub owner_email: Change<String>,
    /// See [`Settings::alert_user_id`].
    pub alert_user_id: Change<String>,
    /// See [`Settings::schedules`].
    pub schedules: Change<Vec<Schedule>>,
    /// See [`Settings::timezone`].
    pub timezone: Change<String>,
    /// See [`Settings::cron_profile`].
    pub cron_profile: Change<CronProfile>,
    /// See [`Settings::start_grace`].
    pub start_grace: Change<Duration>,
    /// See [`Settings::heartbeat_interval`].
    pub heartbeat_interval: Change<Duration>,
    /// See [`Settings::heartbeat_timeout`].
    pub heartbeat_timeout: Change<Duration>,
    /// See [`Settings::max_runtime`].
    pub max_runtime: Change<Duration>,
    /// See [`Settings::finish_by`].
    pub finish_by: Change<Duration>,
    /// See [`Settings::early_tolerance`].
    pub early_tolerance: Change<Duration>,
    /// See [`Settings::min_runtime`].
    pub min_runtime: Change<Duration>,
    /// See [`Settings::progress_timeout`].
    pub progress_timeout: Change<Duration>,
    /// See [`Settings::failure_threshold`].
    pub failure_threshold: Change<u32>,
    /// See [`Settings::failure_window`].
    pub failure_window: Change<u32>,
    /// See [`Settings::recovery_threshold`].
    pub recovery_threshold: Change<u32>,
    /// See [`Settings::recovery_window`].
    pub recovery_window: Change<u32>,
    /// See [`Settings::severity`].
    pub severity: Change<Severity>,
    /// See [`Settings::depends_on`].
    pub depends_on: Change<String>,
    /// See [`Settings::labels`].
    pub labels: Change<BTreeMap<String, String>>,
}

/// Why settings stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchRefusal {
    /// Fields broke rules; at least one.
    Invalid(Vec<Violation>),
    /// The owner was set by a key of this, higher role.
    OwnerHeld(Role),
}

impl Settings {
    /// These settings with `patch` applied by a key of role `by`.
    ///
    /// # Errors
    ///
    /// Every rule that the result would break, or that `by` may not change the owner.
    pub fn patched(&self, patch: Patch, by: Role) -> Result<Self, PatchRefusal> {
        let next = self.with(patch, by);
        if let Some(holder) = self.owner_set_by.filter(|_| next.owner_email != self.owner_email)
            && by.rank() < holder.rank()
        {
            return Err(PatchRefusal::OwnerHeld(holder));
        }
        let mut violations = next.violations();
        // What is set already is not refused again, or a zone that was abolished would
        // refuse every other change.
        if next.is_rescheduled_from(self) {
            let profile = next.cron_profile.unwrap_or_default();
            let timezone = next.timezone.as_deref();
            let checked = Timetable::checked(&next.schedules, timezone, profile);
            violations.extend(checked.err().into_iter().flatten());
        }
        if violations.is_empty() { Ok(next) } else { Err(PatchRefusal::Invalid(violations)) }
    }

    /// These settings with `patch` applied, whatever rules that breaks.
    pub(super) fn with(&self, patch: Patch, by: Role) -> Self {
        let owner_email = patch.owner_email.on(self.owner_email.clone());
        let changes_owner = owner_email != self.owner_email;
        let required = |change: Change<String>, current: &str| {
            change.on(Some(current.to_owned())).unwrap_or_default()
        };
        Self {
            service_name: required(patch.service_name, &self.service_name),
            job_name: required(patch.job_name, &self.job_name),
            owner_set_by: if changes_owner {
                owner_email.is_some().then_some(by)
            } else {
                self.owner_set_by
            },
            owner_email,
            alert_user_id: patch.alert_user_id.on(self.alert_user_id.clone()),
            schedules: patch.schedules.on(Some(self.schedules.clone())).unwrap_or_default(),
            timezone: patch.timezone.on(self.timezone.clone()),
            cron_profile: patch.cron_profile.on(self.cron_profile),
            start_grace: patch.start_grace.on(self.start_grace),
            heartbeat_interval: patch.heartbeat_interval.on(self.heartbeat_interval),
            heartbeat_timeout: patch.heartbeat_timeout.on(self.heartbeat_timeout),
            max_runtime: patch.max_runtime.on(self.max_runtime),
            finish_by: patch.finish_by.on(self.finish_by),
            early_tolerance: patch.early_tolerance.on(self.early_tolerance),
            min_runtime: patch.min_runtime.on(self.min_runtime),
            progress_timeout: patch.progress_timeout.on(self.progress_timeout),
            failure_threshold: patch.failure_threshold.on(self.failure_threshold),
            failure_window: patch.failure_window.on(self.failure_window),
            recovery_threshold: patch.recovery_threshold.on(self.recovery_threshold),
            recovery_window: patch.recovery_window.on(self.recovery_window),
            severity: patch.severity.on(self.severity),
            depends_on: patch.depends_on.on(self.depends_on.clone()),
            labels: patch.labels.on(Some(self.labels.clone())).unwrap_or_default(),
            held: self.held.clone(),
        }
    }
}
