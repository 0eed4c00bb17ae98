//! The rules that settings keep.

use std::time::Duration;

use super::{Settings, Violation};
use crate::id::SchedulerId;

/// The most labels of a scheduler.
pub const LABELS_MAX: usize = 32;

/// The most outcomes that a threshold may ask for.
pub const OUTCOMES_MAX: u32 = 100;

const DAY: Duration = Duration::from_hours(24);
const START_GRACE_RANGE: (Duration, Duration) = (Duration::ZERO, DAY.saturating_mul(7));
/// What a heartbeat's interval may be, declared by a scheduler or by a run.
pub const HEARTBEAT_INTERVAL_RANGE: (Duration, Duration) = (Duration::from_secs(2), DAY);
const HEARTBEAT_TIMEOUT_RANGE: (Duration, Duration) =
    (Duration::from_secs(2), DAY.saturating_mul(7));
const RUNTIME_RANGE: (Duration, Duration) = (Duration::from_secs(1), DAY.saturating_mul(366));
const EARLY_TOLERANCE_RANGE: (Duration, Duration) = (Duration::ZERO, DAY);
const PROGRESS_TIMEOUT_RANGE: (Duration, Duration) =
    (Duration::from_secs(2), DAY.saturating_mul(7));
/// By how much one heartbeat may extend the longest time that its run may take.
pub const EXTEND_RANGE: (Duration, Duration) = (Duration::from_secs(1), DAY.saturating_mul(7));

impl Settings {
    pub(super) fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        name(&mut found, "service_name", &self.service_name);
        name(&mut found, "job_name", &self.job_name);
        if let Some(email) = &self.owner_email
            && !is_mail_address(email)
        {
            found.push(Violation::new(
                "owner_email",
                "BAD_EMAIL",
                "must be one address of at most 254 characters, such as team@example.com",
            ));
        }
        if self.depends_on.as_ref().is_some_and(|id| SchedulerId::parse(id).is_err()) {
            found.push(Violation::new("depends_on", "BAD_ID", "must be a scheduler's id"));
        }
        within(&mut found, "start_grace", self.start_grace, START_GRACE_RANGE);
        within(&mut found, "heartbeat_interval", self.heartbeat_interval, HEARTBEAT_INTERVAL_RANGE);
        within(&mut found, "heartbeat_timeout", self.heartbeat_timeout, HEARTBEAT_TIMEOUT_RANGE);
        within(&mut found, "max_runtime", self.max_runtime, RUNTIME_RANGE);
        within(&mut found, "finish_by", self.finish_by, RUNTIME_RANGE);
        within(&mut found, "early_tolerance", self.early_tolerance, EARLY_TOLERANCE_RANGE);
        within(&mut found, "min_runtime", self.min_runtime, RUNTIME_RANGE);
        within(&mut found, "progress_timeout", self.progress_timeout, PROGRESS_TIMEOUT_RANGE);
        self.contradictions(&mut found);
        let failure = ("failure", self.failure_threshold, self.failure_window);
        let recovery = ("recovery", self.recovery_threshold, self.recovery_window);
        for (of, count, window) in [failure, recovery] {
            threshold(&mut found, of, count, window);
        }
        self.label_violations(&mut found);
        found
    }

    fn contradictions(&self, found: &mut Vec<Violation>) {
        if let (Some(timeout), Some(interval)) = (self.heartbeat_timeout, self.heartbeat_interval)
            && timeout < interval
        {
            found.push(Violation::new(
                "heartbeat_timeout",
                "CONTRADICTION",
                "must not be shorter than heartbeat_interval",
            ));
        }
        let silence = self.heartbeat_timeout.or(self.heartbeat_interval);
        if let (Some(silence), Some(max_runtime)) = (silence, self.max_runtime)
            && silence > max_runtime
        {
            found.push(Violation::new(
                if self.heartbeat_timeout.is_some() {
                    "heartbeat_timeout"
                } else {
                    "heartbeat_interval"
                },
                "CONTRADICTION",
                "must not be longer than max_runtime",
            ));
        }
        let pairs = [
            ("min_runtime", self.min_runtime, "max_runtime", self.max_runtime),
            ("start_grace", self.start_grace, "finish_by", self.finish_by),
        ];
        for (shorter, least, longer, most) in pairs {
            if let (Some(least), Some(most)) = (least, most)
                && least > most
            {
                let rule = format!("must not be longer than {longer}");
                found.push(Violation::new(shorter, "CONTRADICTION", rule));
            }
        }
    }

    fn label_violations(&self, found: &mut Vec<Violation>) {
        if self.labels.len() > LABELS_MAX {
            found.push(Violation::new(
                "labels",
                "TOO_MANY",
                format!("must be at most {LABELS_MAX}"),
            ));
        }
        for (label, value) in &self.labels {
            let is_plain = |b: u8| {
                b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
            };
            if label.is_empty() || label.len() > 63 || !label.bytes().all(is_plain) {
                found.push(Violation::new(
                    format!("labels.{label}"),
                    "BAD_LABEL",
                    "must have a name of 1 to 63 characters of a-z, 0-9, \".\", \"_\", \"-\"",
                ));
            }
            if value.chars().count() > 200 {
                found.push(Violation::new(
                    format!("labels.{label}"),
                    "TOO_LONG",
                    "must have a value of at most 200 characters",
                ));
            }
        }
    }
}

/// Whether `id` is a Slack member id.
pub fn is_slack_member(id: &str) -> bool {
    let rest = id.strip_prefix(['U', 'W']).unwrap_or_default();
    (6..=14).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Whether `email` is one mail address, without a display name.
pub fn is_mail_address(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>()[],;:\\\"@".contains(c);
    email.len() <= 254
        && !local.is_empty()
        && local.chars().all(is_plain)
        && domain.chars().all(is_plain)
        && domain.split('.').all(|label| !label.is_empty())
}

fn threshold(found: &mut Vec<Violation>, of: &str, count: Option<u32>, window: Option<u32>) {
    let is_possible = |number: u32| (1..=OUTCOMES_MAX).contains(&number);
    for (part, number) in [("threshold", count), ("window", window)] {
        if !number.is_none_or(is_possible) {
            let rule = format!("must be 1 to {OUTCOMES_MAX}");
            found.push(Violation::new(format!("{of}_{part}"), "OUT_OF_RANGE", rule));
        }
    }
    if window.is_some_and(|window| window < count.unwrap_or(1)) {
        let rule = format!("must not be smaller than {of}_threshold");
        found.push(Violation::new(format!("{of}_window"), "CONTRADICTION", rule));
    }
}

fn name(found: &mut Vec<Violation>, field: &str, value: &str) {
    if value.is_empty() || value.chars().count() > 200 {
        found.push(Violation::new(field, "BAD_NAME", "must be 1 to 200 characters"));
    }
}

pub(crate) fn within(
    found: &mut Vec<Violation>,
    field: &str,
    value: Option<Duration>,
    (shortest, longest): (Duration, Duration),
) {
    if value.is_some_and(|value| value < shortest || value > longest) {
        let rule = format!("must be {} to {} seconds", shortest.as_secs(), longest.as_secs());
        found.push(Violation::new(field, "OUT_OF_RANGE", rule));
    }
}
