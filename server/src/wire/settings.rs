//! What is set of a scheduler.

use std::time::Duration;

use nightbell_domain::id::SchedulerId;
use nightbell_domain::schedule::{CronProfile, Schedule};
use nightbell_domain::settings::{Change, Patch, Settings, Warning, is_slack_member};
use nightbell_proto::v1;

use super::reading::Reading;
use super::text::unless_empty;
use super::{incident, time, unless_violated};
use crate::error::ServiceError;

/// What a registration asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The scheduler.
    pub id: SchedulerId,
    /// What is to change of it.
    pub patch: Patch,
    /// What was left out of the request.
    pub warnings: Vec<Warning>,
}

/// Reads a registration. What it leaves out is kept.
///
/// An empty `owner_email` or `alert_user_id` counts as left out: jobs fill them from
/// variables that are sometimes unset, and a job that starts must not take away who
/// is told of it.
///
/// # Errors
///
/// Every rule that can be seen to be broken without knowing the scheduler.
pub fn registration(message: v1::RegisterSchedulerRequest) -> Result<Registration, ServiceError> {
    let mut read = Reading::at("");
    let id = SchedulerId::parse(&message.scheduler_id);
    let mut warnings = Vec::new();
    let alert_user_id = message.alert_user_id.and_then(unless_empty).filter(|member| {
        let is_member = is_slack_member(member);
        if !is_member {
            warnings.push(Warning::new(
                "FIELD_DROPPED",
                "alert_user_id",
                "is no Slack member id, such as U1234567890, and was ignored",
            ));
        }
        is_member
    });
    let labels = Some(message.labels).filter(|labels| !labels.is_empty());
    let patch = Patch {
        service_name: read.text("service_name", message.service_name).into(),
        job_name: read.text("job_name", message.job_name).into(),
        owner_email: read.text("owner_email", message.owner_email.and_then(unless_empty)).into(),
        alert_user_id: alert_user_id.into(),
        schedules: read.schedules(&message.schedules).into(),
        timezone: read.text("timezone", message.timezone.and_then(unless_empty)).into(),
        cron_profile: read.profile(message.cron_profile).into(),
        start_grace: read.span("start_grace", message.start_grace).into(),
        heartbeat_interval: read.span("heartbeat_interval", message.heartbeat_interval).into(),
        heartbeat_timeout: read.span("heartbeat_timeout", message.heartbeat_timeout).into(),
        max_runtime: read.span("max_runtime", message.max_runtime).into(),
        finish_by: read.span("finish_by", message.finish_by).into(),
        early_tolerance: read.span("early_tolerance", message.early_tolerance).into(),
        min_runtime: read.span("min_runtime", message.min_runtime).into(),
        progress_timeout: read.span("progress_timeout", message.progress_timeout).into(),
        failure_threshold: message.failure_threshold.into(),
        failure_window: message.failure_window.into(),
        recovery_threshold: message.recovery_threshold.into(),
        recovery_window: message.recovery_window.into(),
        severity: read.severity(message.severity).into(),
        depends_on: read.text("depends_on", message.depends_on.and_then(unless_empty)).into(),
        labels: read.labels(labels).into(),
    };
    match id {
        Ok(id) => unless_violated(Registration { id, patch, warnings }, read.violations),
        Err(violation) => {
            read.violations.insert(0, violation);
            Err(ServiceError::Invalid(read.violations))
        }
    }
}

/// Reads a change of settings: a field named in the mask is set, or cleared if it is
/// unset; an empty `owner_email` or `alert_user_id` is unset.
///
/// # Errors
///
/// No mask, a path that names no field, and every rule that can be seen to be
/// broken without knowing the scheduler.
pub fn update(
    settings: Option<v1::SchedulerSettings>,
    mask: Option<prost_types::FieldMask>,
) -> Result<Patch, ServiceError> {
    let settings = settings.unwrap_or_default();
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    let mut read = Reading::at("settings.");
    if paths.is_empty() {
        read.violate_mask("REQUIRED", "must name the fields to change");
    }
    let mut patch = Patch::default();
    for path in &paths {
        masked(&mut read, path, &settings, &mut patch);
    }
    unless_violated(patch, read.violations)
}

/// The same error, its fields as an update names them: below `settings`.
pub fn below_settings(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Invalid(mut violations) => {
            for violation in violations.iter_mut().filter(|it| it.field != "update_mask") {
                violation.field.insert_str(0, "settings.");
            }
            ServiceError::Invalid(violations)
        }
        other => other,
    }
}

/// Settings as the caller reads them.
pub fn shown(settings: &Settings) -> v1::SchedulerSettings {
    v1::SchedulerSettings {
        service_name: Some(settings.service_name.clone()),
        job_name: Some(settings.job_name.clone()),
        owner_email: settings.owner_email.clone(),
        alert_user_id: settings.alert_user_id.clone(),
        schedules: settings.schedules.iter().map(shown_schedule).collect(),
        start_grace: settings.start_grace.map(time::duration),
        heartbeat_interval: settings.heartbeat_interval.map(time::duration),
        heartbeat_timeout: settings.heartbeat_timeout.map(time::duration),
        max_runtime: settings.max_runtime.map(time::duration),
        finish_by: settings.finish_by.map(time::duration),
        early_tolerance: settings.early_tolerance.map(time::duration),
        min_runtime: settings.min_runtime.map(time::duration),
        progress_timeout: settings.progress_timeout.map(time::duration),
        failure_threshold: settings.failure_threshold,
        failure_window: settings.failure_window,
        recovery_threshold: settings.recovery_threshold,
        recovery_window: settings.recovery_window,
        severity: settings.severity.map_or(v1::Severity::Unspecified, incident::severity).into(),
        depends_on: settings.depends_on.clone(),
        labels: settings.labels.clone(),
        timezone: settings.timezone.clone(),
        cron_profile: settings
            .cron_profile
            .map_or(v1::CronProfile::Unspecified, shown_profile)
            .into(),
    }
}

fn shown_schedule(schedule: &Schedule) -> v1::Schedule {
    let rule = match schedule {
        Schedule::Every { interval_ms } => {
            v1::schedule::Rule::Every(time::duration(Duration::from_millis(*interval_ms)))
        }
        Schedule::Cron { expression } => v1::schedule::Rule::Cron(expression.clone()),
    };
    v1::Schedule { rule: Some(rule) }
}

fn shown_profile(profile: CronProfile) -> v1::CronProfile {
    match profile {
        CronProfile::Vixie => v1::CronProfile::Vixie,
        CronProfile::Kubernetes => v1::CronProfile::Kubernetes,
        CronProfile::Systemd => v1::CronProfile::Systemd,
        CronProfile::Quartz => v1::CronProfile::Quartz,
        CronProfile::Utc => v1::CronProfile::Utc,
    }
}

fn masked(read: &mut Reading, name: &str, settings: &v1::SchedulerSettings, patch: &mut Patch) {
    let or_empty = |text: &Option<String>| text.clone().and_then(unless_empty);
    match name {
        "service_name" => {
            patch.service_name = or_clear(read.text(name, settings.service_name.clone()));
        }
        "job_name" => patch.job_name = or_clear(read.text(name, settings.job_name.clone())),
        "owner_email" => {
            patch.owner_email = or_clear(read.text(name, or_empty(&settings.owner_email)));
        }
        "alert_user_id" => {
            patch.alert_user_id = or_clear(read.member(or_empty(&settings.alert_user_id)));
        }
        "schedules" => patch.schedules = or_clear(read.schedules(&settings.schedules)),
        "timezone" => {
            patch.timezone = or_clear(read.text(name, or_empty(&settings.timezone)));
        }
        "cron_profile" => patch.cron_profile = or_clear(read.profile(settings.cron_profile)),
        "start_grace" => patch.start_grace = or_clear(read.span(name, settings.start_grace)),
        "heartbeat_interval" => {
            patch.heartbeat_interval = or_clear(read.span(name, settings.heartbeat_interval));
        }
        "heartbeat_timeout" => {
            patch.heartbeat_timeout = or_clear(read.span(name, settings.heartbeat_timeout));
        }
        "finish_by" => patch.finish_by = or_clear(read.span(name, settings.finish_by)),
        "early_tolerance" => {
            patch.early_tolerance = or_clear(read.span(name, settings.early_tolerance));
        }
        "min_runtime" => patch.min_runtime = or_clear(read.span(name, settings.min_runtime)),
        "progress_timeout" => {
            patch.progress_timeout = or_clear(read.span(name, settings.progress_timeout));
        }
        "failure_threshold" => patch.failure_threshold = or_clear(settings.failure_threshold),
        "failure_window" => patch.failure_window = or_clear(settings.failure_window),
        "recovery_threshold" => {
            patch.recovery_threshold = or_clear(settings.recovery_threshold);
        }
        "recovery_window" => patch.recovery_window = or_clear(settings.recovery_window),
        "depends_on" => {
            patch.depends_on = or_clear(read.text(name, or_empty(&settings.depends_on)));
        }
        "severity" => patch.severity = or_clear(read.severity(settings.severity)),
        "max_runtime" => patch.max_runtime = or_clear(read.span(name, settings.max_runtime)),
        "labels" => {
            let labels = Some(settings.labels.clone()).filter(|labels| !labels.is_empty());
            patch.labels = or_clear(read.labels(labels));
        }
        unknown => {
            let shown: String = unknown.chars().take(64).collect();
            read.violate_mask("UNKNOWN_FIELD", format!("names {shown:?}, which is no setting"));
        }
    }
}

fn or_clear<T>(value: Option<T>) -> Change<T> {
    value.map_or(Change::Clear, Change::Set)
}
