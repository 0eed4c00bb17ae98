//! `nightbell schedulers`.

mod show;

use std::time::Duration;

use clap::{Args, Subcommand};
use nightbell::api::{
    Api, Health, ListSchedulersRequest, PauseSchedulerRequest, ResumeSchedulerRequest, Run,
    Scheduler,
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
    /// Only jobs that fare so: down, new, up or paused
    #[arg(long, value_parser = read_health)]
    health: Option<Health>,
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
    #[command(flatten)]
    form: Form,
}

fn read_health(text: &str) -> Result<Health, String> {
    match text {
        "down" => Ok(Health::Down),
        "new" => Ok(Health::New),
        "up" => Ok(Health::Up),
        "paused" => Ok(Health::Paused),
        _ => Err("it is down, new, up or paused".to_owned()),
    }
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
                Self::Pause(pause) => pause.run(&api).await,
                Self::Resume(named) => named.resume(&api).await,
            }
        })?;
        Ok(0)
    }
}

impl List {
    async fn run(&self, api: &Api) -> Result<(), Failure> {
        let service_name = self.service.clone().unwrap_or_default();
        let request =
            ListSchedulersRequest { service_name, health: self.health, ..Default::default() };
        let schedulers = all(api, request).await?;
        self.form.show(|| table(&schedulers), &schedulers)
    }
}

/// All that are asked for, page by page.
pub(crate) async fn all(
    api: &Api,
    mut request: ListSchedulersRequest,
) -> Result<Vec<Scheduler>, Failure> {
    request.page_size = PAGE;
    let mut schedulers = vec![];
    loop {
        let page = api.list_schedulers(request.clone()).await?;
        schedulers.extend(page.schedulers);
        if page.next_page_token.is_empty() {
            return Ok(schedulers);
        }
        request.page_token = page.next_page_token;
    }
}

impl Pause {
    async fn run(self, api: &Api) -> Result<(), Failure> {
        let until = self.time.map(|time| text::now().checked_add(time)).transpose()?;
        let until = until.map(Into::into);
        let request = PauseSchedulerRequest { scheduler_id: self.name.clone(), until };
        let scheduler = api.pause_scheduler(request).await?.scheduler;
        let words = || format!("{} is paused {}.", self.name, until_told(until));
        self.form.show(words, &scheduler)
    }
}

/// Until when a job is paused.
fn until_told(until: Option<std::time::SystemTime>) -> String {
    match until {
        Some(_) => format!("and judged again {}", text::when(until, text::now())),
        None => "until somebody resumes it".to_owned(),
    }
}

impl Named {
    async fn resume(self, api: &Api) -> Result<(), Failure> {
        let request = ResumeSchedulerRequest { scheduler_id: self.name.clone() };
        let scheduler = api.resume_scheduler(request).await?.scheduler;
        self.form.show(|| format!("{} is judged again.", self.name), &scheduler)
    }
}

/// Schedulers as a table.
fn table<'a>(schedulers: impl IntoIterator<Item = &'a Scheduler>) -> String {
    let rows: Vec<_> = schedulers.into_iter().map(row).collect();
    text::table(&HEAD, &rows)
}

/// What stands above the columns of [`row`].
pub(crate) const HEAD: [&str; 6] =
    ["SCHEDULER", "SERVICE", "HEALTH", "RUNNING", "LAST REPORT", "NEXT"];

/// A scheduler in a table.
pub(crate) fn row(it: &Scheduler) -> Vec<String> {
    let now = text::now();
    let settings = it.settings.clone().unwrap_or_default();
    vec![
        it.scheduler_id.clone(),
        settings.service_name.unwrap_or_default(),
        text::word(it.health),
        it.open_runs.first().map_or_else(String::new, running),
        text::when(it.last_report_at, now),
        text::when(it.next_slot_at, now),
    ]
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
