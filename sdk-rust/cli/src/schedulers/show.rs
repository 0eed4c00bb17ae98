//! One job, with its last runs and their words.

use nightbell::api::{
    Api, ExplainSchedulerRequest, GetSchedulerRequest, LimitNote, ListRunsRequest, OpenIncident,
    Run, RunStatus, Schedule, ScheduleRule, Scheduler,
};

use super::{Named, until_told};
use crate::{Failure, text};

const RUN_HEAD: [&str; 4] = ["RUN", "STATUS", "STARTED", "ERROR"];

impl Named {
    async fn scheduler(&self, api: &Api) -> Result<Scheduler, Failure> {
        let request = GetSchedulerRequest { scheduler_id: self.name.clone() };
        let answer = api.get_scheduler(request).await?;
        Ok(answer.scheduler.ok_or("an empty answer")?)
    }

    pub(super) async fn show(&self, api: &Api) -> Result<(), Failure> {
        let scheduler = self.scheduler(api).await?;
        let request = ListRunsRequest {
            scheduler_id: self.name.clone(),
            page_size: 10,
            ..Default::default()
        };
        let runs = api.list_runs(request).await?.runs;
        let now = text::now();
        let words = || {
            let rows: Vec<_> = runs.iter().map(|run| run_row(run, now)).collect();
            let facts = facts(&self.name, &scheduler);
            format!("{facts}\n{}{}", text::table(&RUN_HEAD, &rows), last_words(&runs))
        };
        self.form.show(words, &serde_json::json!({"scheduler": scheduler, "runs": runs}))
    }

    pub(super) async fn explain(&self, api: &Api) -> Result<(), Failure> {
        let request = ExplainSchedulerRequest { scheduler_id: self.name.clone() };
        let why = api.explain_scheduler(request).await?;
        let now = text::now();
        let words = || {
            let scheduler = why.scheduler.clone().unwrap_or_default();
            let limits: Vec<_> = why.limits.iter().map(limit_row).collect();
            let runs: Vec<_> = why.last_runs.iter().map(|run| run_row(run, now)).collect();
            let mut told = format!(
                "{} is {}. {}\n",
                self.name,
                text::word(scheduler.health),
                text::clean(&why.summary)
            );
            for it in &why.open_incidents {
                told += &incident_told(it);
            }
            let limits = text::table(&["LIMIT", "STATE", "BECAUSE", "RUN"], &limits);
            let runs = text::table(&RUN_HEAD, &runs);
            format!("{told}\n{limits}\n{runs}")
        };
        self.form.show(words, &why)
    }
}

fn facts(name: &str, scheduler: &Scheduler) -> String {
    let now = text::now();
    let settings = scheduler.settings.clone().unwrap_or_default();
    let times: Vec<_> = settings.schedules.iter().map(schedule).collect();
    let since = |paused| {
        format!("{}, {}", text::when(Some(paused), now), until_told(scheduler.paused_until))
    };
    let rows = [
        ("service", settings.service_name.unwrap_or_default()),
        ("job", settings.job_name.unwrap_or_default()),
        ("health", text::word(scheduler.health)),
        ("paused", scheduler.paused_at.map(since).unwrap_or_default()),
        ("schedule", times.join("; ")),
        ("time zone", settings.timezone.unwrap_or_default()),
        ("next", text::when(scheduler.next_slot_at, now)),
        ("last report", text::when(scheduler.last_report_at, now)),
        ("last success", text::when(scheduler.last_success_at, now)),
        ("owner", settings.owner_email.unwrap_or_default()),
    ];
    text::facts(name, rows)
}

/// What the newest run that failed said in the end, if that is more than the one line that
/// stands in the table.
fn last_words(runs: &[Run]) -> String {
    let has_failed = |run: &&Run| run.status == Some(RunStatus::Failed);
    let failed = runs.iter().find(has_failed);
    let said = failed.and_then(|run| Some((run, run.error_message.as_deref()?)));
    match said.filter(|(_, words)| words.trim_end().contains('\n')) {
        Some((run, words)) => format!("\nRun {}:\n{}", run.run_id, text::quoted(words)),
        None => String::new(),
    }
}

fn limit_row(note: &LimitNote) -> Vec<String> {
    vec![note.setting.clone(), text::word(note.state), note.because.clone(), note.run_id.clone()]
}

/// An incident and what became of its notifications, a line each.
fn incident_told(open: &OpenIncident) -> String {
    let incident = open.incident.clone().unwrap_or_default();
    let told = open.deliveries.iter().map(|it| {
        format!(
            "  {} to channel {}: {} after {} attempts {}\n",
            it.event,
            it.channel_id,
            text::word(it.state),
            it.attempts,
            text::clean(&it.last_result)
        )
    });
    let first = format!("Incident {}: {}\n", incident.incident_id, text::clean(&incident.summary));
    std::iter::once(first).chain(told).collect()
}

fn run_row(run: &Run, now: jiff::Timestamp) -> Vec<String> {
    let error = run.error_message.clone().unwrap_or_default();
    vec![
        run.run_id.clone(),
        text::word(run.status),
        text::when(run.started_at, now),
        error.lines().next().unwrap_or_default().to_owned(),
    ]
}

fn schedule(schedule: &Schedule) -> String {
    match &schedule.rule {
        Some(ScheduleRule::Cron(cron)) => cron.clone(),
        Some(ScheduleRule::Every(every)) => format!("every {}", text::span(*every)),
        _ => "-".to_owned(),
    }
}
