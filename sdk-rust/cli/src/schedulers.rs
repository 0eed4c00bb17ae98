//! `nightbell schedulers`.

use std::time::Duration;

use clap::{Args, Subcommand};
use nightbell::api::{
    Api, ExplainSchedulerRequest, GetSchedulerRequest, LimitNote, ListRunsRequest,
    ListSchedulersRequest, OpenIncident, PauseSchedulerRequest, ResumeSchedulerRequest, Run,
    Schedule, ScheduleRule, Scheduler,
};

use crate::{Failure, Form, session, text};

/// How many a page holds.
const PAGE: i32 = 500;

#[derive(Debug, Subcommand)]
pub(crate) enum Schedulers {
    /// Lists all jobs
    List(List),
    /// Shows one, with its last runs
    Show(Named),
    /// Says why a job is (not) alerting
    Explain(Named),
    /// Stops judging a job
    Pause(Pause),
    /// Judges it again
    Resume(Named),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only jobs of this service
    #[arg(long)]
    service: Option<String>,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The scheduler's id
    name: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct Pause {
    /// The scheduler's id
    name: String,
    /// For how long; else until it is resumed
    #[arg(long = "for", value_parser = text::read_span, value_name = "TIME")]
    time: Option<Duration>,
}

impl Schedulers {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let client = session::for_people()?;
        let api = client.api();
        session::runtime()?.block_on(async {
            match self {
                Self::List(list) => list.run(&api).await,
                Self::Show(named) => named.show(&api).await,
                Self::Explain(named) => named.explain(&api).await,
                Self::Pause(pause) => {
                    let until = pause.time.map(|time| (text::now() + time).into());
                    let scheduler_id = pause.name.clone();
                    let request = PauseSchedulerRequest { scheduler_id, until };
                    api.pause_scheduler(request).await?;
                    Ok(())
                }
                Self::Resume(named) => {
                    let request = ResumeSchedulerRequest { scheduler_id: named.name.clone() };
                    api.resume_scheduler(request).await?;
                    Ok(())
                }
            }
        })?;
        Ok(0)
    }
}

/// Every scheduler, page by page.
pub(crate) async fn all(api: &Api, service: Option<String>) -> Result<Vec<Scheduler>, Failure> {
    let mut schedulers = vec![];
    let mut page_token = String::new();
    loop {
        let mut request =
            ListSchedulersRequest { page_size: PAGE, page_token, ..Default::default() };
        request.service_name = service.clone().unwrap_or_default();
        let page = api.list_schedulers(request).await?;
        schedulers.extend(page.schedulers);
        if page.next_page_token.is_empty() {
            return Ok(schedulers);
        }
        page_token = page.next_page_token;
    }
}

impl List {
    async fn run(&self, api: &Api) -> Result<(), Failure> {
        let schedulers = all(api, self.service.clone()).await?;
        self.form.show(|| table(&schedulers), &schedulers)
    }
}

/// Schedulers as a table.
pub(crate) fn table(schedulers: &[Scheduler]) -> String {
    let now = text::now();
    let row = |it: &Scheduler| {
        let settings = it.settings.clone().unwrap_or_default();
        vec![
            it.scheduler_id.clone(),
            settings.service_name.unwrap_or_default(),
            health(it),
            it.open_runs.first().map_or_else(String::new, running),
            text::when(it.last_report_at, now),
            text::when(it.next_slot_at, now),
        ]
    };
    let rows: Vec<_> = schedulers.iter().map(row).collect();
    text::table(&["SCHEDULER", "SERVICE", "HEALTH", "RUNNING", "LAST REPORT", "NEXT"], &rows)
}

fn health(scheduler: &Scheduler) -> String {
    scheduler.health.map_or_else(|| "-".to_owned(), |it| format!("{it:?}").to_lowercase())
}

fn running(run: &Run) -> String {
    match &run.progress {
        Some(progress) => match progress.total {
            Some(total) if total > 0 => {
                format!(
                    "{} of {total} ({}%)",
                    progress.done,
                    progress.done.saturating_mul(100) / total
                )
            }
            _ => format!("{} done", progress.done),
        },
        None => "yes".to_owned(),
    }
}

fn schedule(schedule: &Schedule) -> String {
    match &schedule.rule {
        Some(ScheduleRule::Cron(cron)) => cron.clone(),
        Some(ScheduleRule::Every(every)) => format!("every {}", text::span(*every)),
        _ => "-".to_owned(),
    }
}

impl Named {
    async fn scheduler(&self, api: &Api) -> Result<Scheduler, Failure> {
        let request = GetSchedulerRequest { scheduler_id: self.name.clone() };
        let answer = api.get_scheduler(request).await?;
        Ok(answer.scheduler.ok_or("an empty answer")?)
    }

    async fn show(&self, api: &Api) -> Result<(), Failure> {
        let scheduler = self.scheduler(api).await?;
        let request = ListRunsRequest {
            scheduler_id: self.name.clone(),
            page_size: 10,
            ..Default::default()
        };
        let runs = api.list_runs(request).await?.runs;
        let now = text::now();
        let facts = || {
            let settings = scheduler.settings.clone().unwrap_or_default();
            let times: Vec<_> = settings.schedules.iter().map(schedule).collect();
            let rows = [
                ("service", settings.service_name.unwrap_or_default()),
                ("job", settings.job_name.unwrap_or_default()),
                ("health", health(&scheduler)),
                ("schedule", times.join("; ")),
                ("time zone", settings.timezone.unwrap_or_default()),
                ("next", text::when(scheduler.next_slot_at, now)),
                ("last report", text::when(scheduler.last_report_at, now)),
                ("last success", text::when(scheduler.last_success_at, now)),
                ("owner", settings.owner_email.unwrap_or_default()),
            ];
            let rows: Vec<_> = rows
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| vec![name.to_owned(), value])
                .collect();
            let runs: Vec<_> = runs.iter().map(|run| run_row(run, now)).collect();
            let head = ["RUN", "STATUS", "STARTED", "ERROR"];
            format!(
                "{}\n{}",
                text::table(&[self.name.as_str(), ""], &rows),
                text::table(&head, &runs)
            )
        };
        self.form.show(facts, &serde_json::json!({"scheduler": scheduler, "runs": runs}))
    }

    async fn explain(&self, api: &Api) -> Result<(), Failure> {
        let request = ExplainSchedulerRequest { scheduler_id: self.name.clone() };
        let why = api.explain_scheduler(request).await?;
        let now = text::now();
        let words = || {
            let scheduler = why.scheduler.clone().unwrap_or_default();
            let limits: Vec<_> = why.limits.iter().map(limit_row).collect();
            let runs: Vec<_> = why.last_runs.iter().map(|run| run_row(run, now)).collect();
            let mut told = format!("{} is {}. {}\n", self.name, health(&scheduler), why.summary);
            for it in &why.open_incidents {
                told += &incident_told(it);
            }
            let limits = text::table(&["LIMIT", "STATE", "BECAUSE", "RUN"], &limits);
            let runs = text::table(&["RUN", "STATUS", "STARTED", "ERROR"], &runs);
            format!("{told}\n{limits}\n{runs}")
        };
        self.form.show(words, &why)
    }
}

fn limit_row(note: &LimitNote) -> Vec<String> {
    let state = note.state.map_or_else(String::new, |it| format!("{it:?}").to_lowercase());
    vec![note.setting.clone(), state, note.because.clone(), note.run_id.clone()]
}

/// An incident and what became of its notifications, a line each.
fn incident_told(open: &OpenIncident) -> String {
    let incident = open.incident.clone().unwrap_or_default();
    let told = open.deliveries.iter().map(|it| {
        let state = it.state.map_or_else(String::new, |it| format!("{it:?}").to_lowercase());
        format!(
            "  {} to channel {}: {state} after {} attempts {}\n",
            it.event, it.channel_id, it.attempts, it.last_result
        )
    });
    let first = format!("Incident {}: {}\n", incident.incident_id, incident.summary);
    std::iter::once(first).chain(told).collect()
}

fn run_row(run: &Run, now: jiff::Timestamp) -> Vec<String> {
    let error = run.error_message.clone().unwrap_or_default();
    vec![
        run.run_id.clone(),
        run.status.map_or_else(String::new, |it| format!("{it:?}").to_lowercase()),
        text::when(run.started_at, now),
        error.lines().next().unwrap_or_default().to_owned(),
    ]
}
