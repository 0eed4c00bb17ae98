//! The reading of what can be set of a scheduler, field by field.

use std::collections::BTreeMap;
use std::time::Duration;

use nightbell_domain::schedule::{CronProfile, SCHEDULES_MAX, Schedule};
use nightbell_domain::settings::{Severity, Violation, is_slack_member};
use nightbell_proto::v1;

use super::time;

/// The reading of settings, with what was wrong so far.
pub(super) struct Reading {
    /// What the paths of fields begin with.
    prefix: &'static str,
    pub(super) violations: Vec<Violation>,
}

impl Reading {
    pub(super) fn at(prefix: &'static str) -> Self {
        Self { prefix, violations: Vec::new() }
    }

    pub(super) fn violate(&mut self, field: &str, reason: &'static str, rule: impl Into<String>) {
        let field = format!("{}{field}", self.prefix);
        self.violations.push(Violation::new(field, reason, rule));
    }

    pub(super) fn violate_mask(&mut self, reason: &'static str, rule: impl Into<String>) {
        self.violations.push(Violation::new("update_mask", reason, rule));
    }

    pub(super) fn text(&mut self, field: &str, text: Option<String>) -> Option<String> {
        if text.as_ref().is_some_and(|text| text.contains('\0')) {
            self.violate(field, "BAD_VALUE", "must not contain NUL");
        }
        text
    }

    pub(super) fn member(&mut self, member: Option<String>) -> Option<String> {
        if member.as_ref().is_some_and(|member| !is_slack_member(member)) {
            let rule = "must be a Slack member id, such as U1234567890";
            self.violate("alert_user_id", "BAD_VALUE", rule);
        }
        member
    }

    /// None if there are none.
    pub(super) fn schedules(&mut self, schedules: &[v1::Schedule]) -> Option<Vec<Schedule>> {
        if schedules.len() > SCHEDULES_MAX {
            let rule = format!("must be at most {SCHEDULES_MAX}");
            self.violate("schedules", "TOO_MANY", rule);
            return None;
        }
        let numbered = schedules.iter().enumerate();
        let read = numbered.filter_map(|(number, schedule)| self.schedule(number, schedule));
        Some(read.collect()).filter(|read: &Vec<_>| !read.is_empty())
    }

    fn schedule(&mut self, number: usize, schedule: &v1::Schedule) -> Option<Schedule> {
        let field = format!("schedules[{number}]");
        match &schedule.rule {
            Some(v1::schedule::Rule::Every(every)) => {
                let interval = self.span(&format!("{field}.every"), Some(*every))?;
                let interval_ms = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
                Some(Schedule::Every { interval_ms })
            }
            Some(v1::schedule::Rule::Cron(expression)) => {
                let expression = self.text(&format!("{field}.cron"), Some(expression.clone()))?;
                Some(Schedule::Cron { expression })
            }
            None => {
                let rule = "must say when the job is expected, by `cron` or `every`";
                self.violate(&field, "REQUIRED", rule);
                None
            }
        }
    }

    pub(super) fn profile(&mut self, number: i32) -> Option<CronProfile> {
        let Ok(profile) = v1::CronProfile::try_from(number) else {
            let rule = "must be one of vixie, kubernetes, systemd, quartz, utc";
            self.violate("cron_profile", "BAD_VALUE", rule);
            return None;
        };
        match profile {
            v1::CronProfile::Unspecified => None,
            v1::CronProfile::Vixie => Some(CronProfile::Vixie),
            v1::CronProfile::Kubernetes => Some(CronProfile::Kubernetes),
            v1::CronProfile::Systemd => Some(CronProfile::Systemd),
            v1::CronProfile::Quartz => Some(CronProfile::Quartz),
            v1::CronProfile::Utc => Some(CronProfile::Utc),
        }
    }

    pub(super) fn severity(&mut self, number: i32) -> Option<Severity> {
        let Ok(severity) = v1::Severity::try_from(number) else {
            self.violate("severity", "BAD_VALUE", "must be one of critical, normal, low");
            return None;
        };
        match severity {
            v1::Severity::Unspecified => None,
            v1::Severity::Critical => Some(Severity::Critical),
            v1::Severity::Normal => Some(Severity::Normal),
            v1::Severity::Low => Some(Severity::Low),
        }
    }

    pub(super) fn span(
        &mut self,
        field: &str,
        sent: Option<prost_types::Duration>,
    ) -> Option<Duration> {
        let span = time::span(sent?);
        if span.is_none() {
            self.violate(field, "OUT_OF_RANGE", "must be a duration that is not negative");
        }
        span
    }

    pub(super) fn labels(
        &mut self,
        labels: Option<BTreeMap<String, String>>,
    ) -> Option<BTreeMap<String, String>> {
        for (name, value) in labels.iter().flatten() {
            if value.contains('\0') {
                self.violate(&format!("labels.{name}"), "BAD_VALUE", "must not contain NUL");
            }
        }
        labels
    }
}
