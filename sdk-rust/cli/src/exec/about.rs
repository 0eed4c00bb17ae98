//! What the command line says of a job.

use std::time::Duration;

use clap::Args;
use nightbell::Client;
use nightbell::api::{Schedule, ScheduleRule, Severity};

use crate::text;

/// What can be said of a job.
#[derive(Debug, Args, Default)]
pub(crate) struct About {
    /// The service it belongs to; else NIGHTBELL_SERVICE
    #[arg(long)]
    pub(crate) service: Option<String>,

    /// Its name for people
    #[arg(long)]
    pub(crate) job_name: Option<String>,

    /// When it is expected, as a cron expression; may be given again
    #[arg(long)]
    pub(crate) cron: Vec<String>,

    /// The time from one start to the next
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    pub(crate) every: Option<Duration>,

    /// The time zone of cron expressions
    #[arg(long)]
    pub(crate) timezone: Option<String>,

    /// How late it may start
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    pub(crate) start_grace: Option<Duration>,

    /// How late, counted from when it is expected, it may end
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    pub(crate) finish_by: Option<Duration>,

    /// How long it takes at the least: a quicker success is told of
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    pub(crate) min_runtime: Option<Duration>,

    /// How long it may take before somebody is told
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    pub(crate) max_runtime: Option<Duration>,

    /// How long nothing need be heard of it
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    pub(crate) heartbeat_timeout: Option<Duration>,

    /// How long its progress may stand still
    #[arg(long, value_parser = text::read_span, value_name = "TIME")]
    pub(crate) progress_timeout: Option<Duration>,

    /// How much it matters: critical, normal or low
    #[arg(long, value_parser = read_severity, value_name = "SEVERITY")]
    pub(crate) severity: Option<Severity>,

    /// Who is told by mail
    #[arg(long)]
    pub(crate) owner_email: Option<String>,

    /// A label, NAME=VALUE; may be given again
    #[arg(long, value_parser = text::read_label)]
    pub(crate) label: Vec<(String, String)>,
}

fn read_severity(text: &str) -> Result<Severity, String> {
    match text {
        "critical" => Ok(Severity::Critical),
        "normal" => Ok(Severity::Normal),
        "low" => Ok(Severity::Low),
        _ => Err("it is critical, normal or low".to_owned()),
    }
}

impl About {
    /// The job with all that.
    pub(crate) fn job(&self, client: &Client, name: &str) -> nightbell::Job {
        client.job(name).registration(|it| {
            let own = |value: &Option<String>, slot: &mut Option<String>| {
                if value.is_some() {
                    slot.clone_from(value);
                }
            };
            own(&self.service, &mut it.service_name);
            own(&self.job_name, &mut it.job_name);
            own(&self.owner_email, &mut it.owner_email);
            own(&self.timezone, &mut it.timezone);
            it.start_grace = self.start_grace;
            it.finish_by = self.finish_by;
            it.min_runtime = self.min_runtime;
            it.max_runtime = self.max_runtime;
            it.heartbeat_timeout = self.heartbeat_timeout;
            it.progress_timeout = self.progress_timeout;
            it.severity = self.severity;
            it.labels.extend(self.label.iter().cloned());
            let crons = self.cron.iter().cloned().map(ScheduleRule::Cron);
            let rules = crons.chain(self.every.map(ScheduleRule::Every));
            it.schedules.extend(rules.map(|rule| Schedule { rule: Some(rule) }));
        })
    }
}
