//! A job: what is known of it, and the ways to run it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::api::{CronProfile, RegisterSchedulerRequest, Schedule, ScheduleRule, Severity};
use crate::client::Client;
use crate::config::Config;
use crate::heartbeat::Wishes;
use crate::outcome::Outcome;
use crate::run::{Ctx, Ownership, Run, RunState};

/// A job to run. What is not said of it stays as the server has it.
#[derive(Debug, Clone)]
#[must_use = "a job does nothing until it is run or started"]
pub struct Job {
    client: Client,
    registration: RegisterSchedulerRequest,
}

impl Job {
    pub(crate) fn new(client: Client, scheduler_id: String) -> Self {
        let registration = registration(client.config(), scheduler_id);
        Self { client, registration }
    }

    /// The service it belongs to. Else `NIGHTBELL_SERVICE`, else the program's name.
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.registration.service_name = Some(name.into());
        self
    }

    /// Its name for people. Else its id.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.registration.job_name = Some(name.into());
        self
    }

    /// When it is expected to run, as a cron expression. Call it again for more.
    pub fn cron(mut self, expression: impl Into<String>) -> Self {
        let rule = Some(ScheduleRule::Cron(expression.into()));
        self.registration.schedules.push(Schedule { rule });
        self
    }

    /// The time from one start to the next, 5 seconds at the least.
    pub fn every(mut self, interval: Duration) -> Self {
        let rule = Some(ScheduleRule::Every(interval));
        self.registration.schedules.push(Schedule { rule });
        self
    }

    /// The time zone of its cron expressions, such as `Europe/Berlin`. Else UTC.
    pub fn timezone(mut self, name: impl Into<String>) -> Self {
        self.registration.timezone = Some(name.into());
        self
    }

    /// Which scheduler runs it, because they differ on the nights on which clocks
    /// change.
    pub fn cron_profile(mut self, profile: CronProfile) -> Self {
        self.registration.cron_profile = Some(profile);
        self
    }

    /// How late it may start. Else 5 minutes.
    pub fn start_grace(mut self, grace: Duration) -> Self {
        self.registration.start_grace = Some(grace);
        self
    }

    /// How long after its slot it must have ended. Else as late as it likes.
    pub fn finish_by(mut self, limit: Duration) -> Self {
        self.registration.finish_by = Some(limit);
        self
    }

    /// How long before its slot it may start. Else a tenth of the time since the slot
    /// before, at most 5 minutes.
    pub fn early_tolerance(mut self, tolerance: Duration) -> Self {
        self.registration.early_tolerance = Some(tolerance);
        self
    }

    /// How long it may take. Else as long as it likes.
    pub fn max_runtime(mut self, limit: Duration) -> Self {
        self.registration.max_runtime = Some(limit);
        self
    }

    /// How long it takes at the least: a quicker success is a finding.
    pub fn min_runtime(mut self, limit: Duration) -> Self {
        self.registration.min_runtime = Some(limit);
        self
    }

    /// How often it sends heartbeats. Else every 5 seconds over gRPC, 30 over REST.
    pub fn heartbeat_interval(mut self, interval: Duration) -> Self {
        self.registration.heartbeat_interval = Some(interval);
        self
    }

    /// How long a run may be silent. Else three intervals.
    pub fn heartbeat_timeout(mut self, timeout: Duration) -> Self {
        self.registration.heartbeat_timeout = Some(timeout);
        self
    }

    /// How long its progress may stand still.
    pub fn progress_timeout(mut self, timeout: Duration) -> Self {
        self.registration.progress_timeout = Some(timeout);
        self
    }

    /// Who is told by mail.
    pub fn owner_email(mut self, address: impl Into<String>) -> Self {
        self.registration.owner_email = Some(address.into());
        self
    }

    /// Who is mentioned in Slack: a member id.
    pub fn alert_user_id(mut self, id: impl Into<String>) -> Self {
        self.registration.alert_user_id = Some(id.into());
        self
    }

    /// How much it matters.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.registration.severity = Some(severity);
        self
    }

    /// A name and value to filter by.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.registration.labels.insert(name.into(), value.into());
        self
    }

    /// Anything else that a registration can say.
    pub fn registration(mut self, change: impl FnOnce(&mut RegisterSchedulerRequest)) -> Self {
        change(&mut self.registration);
        self
    }

    /// Runs the job and reports how it begins, lives and ends. Gives back the job's
    /// own result, unchanged; a panic goes on as it came. Dropped before its end the
    /// run has failed: *abandoned*.
    ///
    /// ```
    /// # async fn run(client: nightbell::Client) -> Result<u64, std::io::Error> {
    /// let rows = client
    ///     .job("eod")
    ///     .run(|ctx| async move {
    ///         for batch in 0..40 {
    ///             ctx.progress(batch + 1, 40);
    ///         }
    ///         Ok::<u64, std::io::Error>(1000)
    ///     })
    ///     .await?;
    /// # Ok(rows)
    /// # }
    /// ```
    pub async fn run<F, T, E, Work>(self, job: F) -> Result<T, E>
    where
        F: FnOnce(Ctx) -> Work,
        Work: Future<Output = Result<T, E>>,
        E: Display,
    {
        let run = self.start();
        let client = run.ctx.client.clone();
        let ctx = run.ctx.clone();
        let work = catch_unwind(AssertUnwindSafe(|| job(ctx)));
        let ended = match work {
            Err(panic) => Err(panic),
            Ok(work) => {
                let mut work = pin!(work);
                poll_fn(|context| {
                    match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
                        Ok(Poll::Pending) => Poll::Pending,
                        Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
                        Err(panic) => Poll::Ready(Err(panic)),
                    }
                })
                .await
            }
        };
        run.ctx.end(match &ended {
            Ok(result) => outcome(&run.ctx, result),
            Err(panic) => Outcome::panicked(panic.as_ref()),
        });
        let budget = client.config().exit_timeout;
        client.flush(budget).await;
        drop(run);
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// As [`Job::run`], for programs without async.
    #[cfg(feature = "blocking")]
    pub fn run_blocking<F, T, E>(self, job: F) -> Result<T, E>
    where
        F: FnOnce(Ctx) -> Result<T, E>,
        E: Display,
    {
        let run = self.start();
        let ctx = run.ctx.clone();
        let ended = catch_unwind(AssertUnwindSafe(|| job(ctx)));
        run.ctx.end(match &ended {
            Ok(result) => outcome(&run.ctx, result),
            Err(panic) => Outcome::panicked(panic.as_ref()),
        });
        drop(run);
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Begins a run that [`Run::complete`] or [`Run::fail`] ends.
    pub fn start(self) -> Run {
        let run_id = uuid::Uuid::now_v7().to_string();
        self.open(run_id)
    }

    /// Begins a run of a given id, as wrappers do that tell it to the job.
    pub fn start_as(self, run_id: impl Into<String>) -> Run {
        self.open(run_id.into())
    }

    /// Takes over a run that another process began and left with [`Run::detach`].
    pub fn resume(self, run_id: impl Into<String>) -> Run {
        self.take(run_id.into(), Ownership::Resumed)
    }

    fn open(self, run_id: String) -> Run {
        let parent = self.client.parent_of(&self.registration.scheduler_id);
        match parent {
            Some(parent) => self.take(parent.run_id, Ownership::Attached),
            None => self.take(run_id, Ownership::Own),
        }
    }

    fn take(self, run_id: String, ownership: Ownership) -> Run {
        let config = self.client.config();
        let id = &self.registration.scheduler_id;
        let wishes = Wishes {
            configured: config.heartbeat,
            server: None,
            job: self.registration.heartbeat_interval,
            timeout: self.registration.heartbeat_timeout,
        };
        let state = Arc::new(RunState::new(id.clone(), run_id, wishes, ownership));
        if ownership == Ownership::Own {
            self.client.register(self.registration);
        }
        let ctx = Ctx { client: self.client, state };
        ctx.begin();
        Run { ctx }
    }
}

fn outcome<T, E: Display>(ctx: &Ctx, result: &Result<T, E>) -> Outcome {
    match result {
        Ok(_) => Outcome::completed(),
        Err(_) if ctx.has_stopped_when_asked() => Outcome::cancelled(),
        Err(error) => Outcome::failed(&ctx.text_of(error)),
    }
}

/// What the settings say of a job that says nothing.
pub(crate) fn registration(config: &Config, scheduler_id: String) -> RegisterSchedulerRequest {
    let label = |value: &String| ("environment".to_owned(), value.clone());
    RegisterSchedulerRequest {
        job_name: Some(scheduler_id.clone()),
        service_name: Some(config.service.clone().unwrap_or_else(program_name)),
        owner_email: config.owner_email.clone(),
        labels: config.environment.iter().map(label).collect::<BTreeMap<_, _>>(),
        scheduler_id,
        ..Default::default()
    }
}

fn program_name() -> String {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_stem()?.to_str());
    name.unwrap_or("unnamed").to_owned()
}
