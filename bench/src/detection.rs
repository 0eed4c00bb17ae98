//! How soon silence is found.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use nightbell_proto::v1::incident_service_client::IncidentServiceClient;
use nightbell_proto::v1::report_service_client::ReportServiceClient;
use nightbell_proto::v1::{Incident, IncidentState, ListIncidentsRequest, SendHeartbeatRequest};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use tonic::transport::Channel;

use crate::histogram::Histogram;
use crate::load::Target;
use crate::{Error, clock, population};

/// How long each scheduler may be silent. Long enough for the heartbeats of ten thousand
/// to be over before the first is due.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(5);

/// For how many schedulers others report meanwhile: 1,000 reports a second.
const OTHERS: usize = 10_000;
const OTHERS_EVERY: Duration = Duration::from_millis(20);
const OTHERS_EACH_TIME: usize = 20;

/// How long to wait until all were found.
const FOUND_MAX: Duration = Duration::from_mins(1);

/// Lets `count` schedulers send one heartbeat each and no more, while others report on,
/// and returns how long after its deadline each was found. Their names begin with `prefix`.
pub(crate) async fn run(target: &Target, prefix: &str, count: usize) -> Result<Histogram, Error> {
    let others = population::ids("others", OTHERS);
    population::register(target, &others, None).await?;
    tokio::select! {
        found = silence(target, prefix, count) => found,
        failed = report_on(target, &others) => failed.map(|()| Histogram::default()),
    }
}

/// Sends heartbeats at a steady rate until one of them fails.
async fn report_on(target: &Target, ids: &Arc<[String]>) -> Result<(), Error> {
    // A connection each, so that none has too many calls waiting when the server is slow.
    let channels = target.channels(OTHERS_EACH_TIME).await?;
    let mut ids = ids.iter().cycle();
    let mut calls = JoinSet::new();
    let mut turn = interval(OTHERS_EVERY);
    loop {
        turn.tick().await;
        for (channel, scheduler_id) in channels.iter().zip(ids.by_ref().cloned()) {
            calls.spawn(beat(target, channel, scheduler_id));
        }
        while let Some(ended) = calls.try_join_next() {
            ended??;
        }
    }
}

async fn silence(target: &Target, prefix: &str, count: usize) -> Result<Histogram, Error> {
    let ids = population::ids(prefix, count);
    population::register(target, &ids, Some(HEARTBEAT_TIMEOUT)).await?;
    let channel = target.channels(1).await?.remove(0);
    beat_once(target, &channel, &ids).await?;

    let fell_silent_at = clock::now();
    loop {
        sleep(Duration::from_millis(500)).await;
        let found = found(target, &channel, prefix).await?;
        if found.len() >= count {
            return latencies(&found);
        }
        if fell_silent_at.elapsed() > FOUND_MAX {
            let seconds = FOUND_MAX.as_secs();
            let found = found.len();
            return Err(format!("{found} of {count} were found within {seconds} s").into());
        }
    }
}

async fn beat_once(target: &Target, channel: &Channel, ids: &Arc<[String]>) -> Result<(), Error> {
    let mut calls = JoinSet::new();
    for scheduler_id in ids.iter().cloned() {
        if calls.len() == 32 {
            wait_for_one(&mut calls).await?;
        }
        calls.spawn(beat(target, channel, scheduler_id));
    }
    while !calls.is_empty() {
        wait_for_one(&mut calls).await?;
    }
    Ok(())
}

fn beat(
    target: &Target,
    channel: &Channel,
    scheduler_id: String,
) -> impl Future<Output = Result<(), tonic::Status>> + use<> {
    let mut client = ReportServiceClient::new(channel.clone());
    let request = target.request(SendHeartbeatRequest { scheduler_id, ..Default::default() });
    async move { client.send_heartbeat(request).await.map(|_| ()) }
}

async fn wait_for_one(calls: &mut JoinSet<Result<(), tonic::Status>>) -> Result<(), Error> {
    match calls.join_next().await {
        Some(ended) => Ok(ended??),
        None => Ok(()),
    }
}

/// The open incidents of the schedulers that fell silent.
async fn found(target: &Target, channel: &Channel, prefix: &str) -> Result<Vec<Incident>, Error> {
    let mut client = IncidentServiceClient::new(channel.clone());
    let mut page_token = String::new();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    loop {
        let message = ListIncidentsRequest {
            page_size: 500,
            page_token,
            state: IncidentState::Open.into(),
            ..Default::default()
        };
        let page = client.list_incidents(target.request(message)).await?.into_inner();
        for incident in page.incidents {
            if incident.scheduler_id.starts_with(prefix)
                && seen.insert(incident.scheduler_id.clone())
            {
                found.push(incident);
            }
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(found);
        }
    }
}

fn latencies(found: &[Incident]) -> Result<Histogram, Error> {
    let mut latencies = Histogram::default();
    for incident in found {
        let onset_at = incident.onset_at.ok_or("an incident has no onset")?;
        let opened_at = incident.opened_at.ok_or("an incident was never opened")?;
        let seconds = opened_at.seconds - onset_at.seconds;
        let nanos = seconds * 1_000_000_000 + i64::from(opened_at.nanos - onset_at.nanos);
        let nanos = u64::try_from(nanos).map_err(|_| "an incident was found before its onset")?;
        latencies.record(Duration::from_nanos(nanos));
    }
    Ok(latencies)
}
