//! A service that writes a report every night, and does so under the eyes of Nightbell.
//!
//! `NIGHTBELL_URL` and `NIGHTBELL_API_KEY` say where to report; without them the service
//! works on unwatched. `SCHEDULE` has six fields, the first of which is seconds.

use std::time::Duration;

use anyhow::Context as _;
use nightbell::{Client, Ctx};
use tokio::signal::unix::{SignalKind, signal};
use tokio_cron_scheduler::{Job, JobScheduler};

const EVERY_NIGHT: &str = "0 0 1 * * *";
const CUSTOMERS: u64 = 40;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().init();
    let schedule = std::env::var("SCHEDULE").unwrap_or_else(|_| EVERY_NIGHT.to_owned());
    // A wrong setting is no reason to stop the service.
    let nightbell = Client::from_env_or_disabled();

    let mut scheduler = JobScheduler::new().await?;
    scheduler.add(nightly(&schedule, nightbell)?).await?;
    scheduler.start().await?;
    tracing::info!("started, with the report at {schedule}");

    signal(SignalKind::terminate())?.recv().await;
    tracing::info!("asked to stop");
    // A report in the works ends with the runtime, and is reported as abandoned.
    scheduler.shutdown().await?;
    Ok(())
}

/// The job as the scheduler has it.
fn nightly(schedule: &str, nightbell: Client) -> anyhow::Result<Job> {
    // Nightbell counts in minutes: what comes more often than that has no slots to miss.
    let slots = schedule.strip_prefix("0 ").map(str::to_owned);
    let job = Job::new_async(schedule, move |_, _| {
        let mut job = nightbell.job("nightly-report").service("Reports");
        if let Some(slots) = &slots {
            job = job.cron(slots).max_runtime(Duration::from_secs(3600));
        }
        Box::pin(async move {
            // The error is the job's own: Nightbell has told whom it concerns.
            match job.run(report).await {
                Ok(pages) => tracing::info!("wrote {pages} pages"),
                Err(error) => tracing::error!("no report: {error:#}"),
            }
        })
    });
    job.with_context(|| format!("SCHEDULE: {schedule:?}"))
}

/// The work itself.
async fn report(ctx: Ctx) -> anyhow::Result<u64> {
    let mut pages = 0;
    for customer in 1..=CUSTOMERS {
        if ctx.is_cancelled() {
            anyhow::bail!("asked to stop after {} of {CUSTOMERS} customers", customer - 1);
        }
        pages += write_pages(customer).await;
        ctx.progress(customer, CUSTOMERS);
    }
    ctx.metadata("pages", pages);
    Ok(pages)
}

async fn write_pages(customer: u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(5)).await;
    customer % 7
}
