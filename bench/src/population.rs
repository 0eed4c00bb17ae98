//! Schedulers to report for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nightbell_proto::v1::scheduler_service_client::SchedulerServiceClient;
use nightbell_proto::v1::{ListSchedulersRequest, RegisterSchedulerRequest};
use tokio::task::JoinSet;

use crate::load::Target;
use crate::{Error, clock};

/// How many calls are in flight, over how many connections.
const IN_FLIGHT: usize = 64;
const CONNECTIONS: usize = 4;

/// How many schedulers a page of the list holds.
const PAGE_SIZE: i32 = 100;

/// The ids of `count` schedulers.
pub(crate) fn ids(prefix: &str, count: usize) -> Arc<[String]> {
    (0..count).map(|at| format!("{prefix}-{at:06}")).collect()
}

/// Registers schedulers, and returns how long that took. With `heartbeat_timeout`
/// they are jobs that only beat, and may be silent for no longer.
pub(crate) async fn register(
    target: &Target,
    ids: &Arc<[String]>,
    heartbeat_timeout: Option<Duration>,
) -> Result<Duration, Error> {
    let heartbeat_timeout = heartbeat_timeout.map(prost_types::Duration::try_from).transpose()?;
    let next = Arc::new(AtomicUsize::new(0));
    let channels = target.channels(CONNECTIONS).await?;
    let started_at = clock::now();
    let mut tasks: JoinSet<Result<(), Error>> = JoinSet::new();
    for at in 0..IN_FLIGHT {
        let mut client = SchedulerServiceClient::new(channels[at % CONNECTIONS].clone());
        let (target, ids, next) = (target.clone(), Arc::clone(ids), Arc::clone(&next));
        tasks.spawn(async move {
            while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
                let message = RegisterSchedulerRequest {
                    scheduler_id: id.clone(),
                    service_name: Some("Bench".to_owned()),
                    job_name: Some(format!("Job {id}")),
                    heartbeat_interval: heartbeat_timeout,
                    heartbeat_timeout,
                    ..Default::default()
                };
                client.register_scheduler(target.request(message)).await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(started_at.elapsed())
}

/// How long the first page of the list of schedulers takes.
pub(crate) async fn first_page(target: &Target) -> Result<Duration, Error> {
    let channel = target.channels(1).await?.remove(0);
    let mut client = SchedulerServiceClient::new(channel);
    let message = ListSchedulersRequest { page_size: PAGE_SIZE, ..Default::default() };
    let started_at = clock::now();
    let page = client.list_schedulers(target.request(message)).await?.into_inner();
    let took = started_at.elapsed();
    if page.schedulers.len() != PAGE_SIZE as usize {
        return Err(format!("the first page holds {} schedulers", page.schedulers.len()).into());
    }
    Ok(took)
}
