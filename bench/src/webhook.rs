//! How soon a person is told.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use nightbell_proto::v1::channel_service_client::ChannelServiceClient;
use nightbell_proto::v1::create_channel_request::Kind;
use nightbell_proto::v1::report_service_client::ReportServiceClient;
use nightbell_proto::v1::{CreateChannelRequest, RunStatus, UpdateStatusRequest, WebhookSettings};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::histogram::Histogram;
use crate::load::Target;
use crate::{Error, clock, population};

/// How many failures are reported, one after the other.
const FAILURES: usize = 20;

/// How long to wait for one webhook.
const ARRIVAL_MAX: Duration = Duration::from_secs(30);

/// Reports failures, and returns how long after the acknowledgement of each its
/// webhook arrived.
pub(crate) async fn run(target: &Target) -> Result<Histogram, Error> {
    let (url, mut arrivals) = receiver().await?;
    let channel = target.channels(1).await?.remove(0);
    let webhook = WebhookSettings { url, secret: None };
    let message = CreateChannelRequest {
        name: "bench".to_owned(),
        kind: Some(Kind::Webhook(webhook)),
        ..CreateChannelRequest::default()
    };
    ChannelServiceClient::new(channel.clone()).create_channel(target.request(message)).await?;

    let ids = population::ids("failing", FAILURES);
    population::register(target, &ids, None).await?;
    let mut client = ReportServiceClient::new(channel);
    let mut latencies = Histogram::default();
    for id in ids.iter() {
        let message = UpdateStatusRequest {
            scheduler_id: id.clone(),
            status: RunStatus::Failed.into(),
            error_message: Some("disk full".to_owned()),
            ..Default::default()
        };
        client.update_status(target.request(message)).await?;
        let acknowledged_at = clock::now();
        let arrived_at = timeout(ARRIVAL_MAX, arrival(&mut arrivals, id))
            .await
            .map_err(|_| format!("no webhook within {} s", ARRIVAL_MAX.as_secs()))??;
        latencies.record(arrived_at.saturating_duration_since(acknowledged_at));
    }
    Ok(latencies)
}

/// When the webhook about a scheduler arrived.
async fn arrival(
    arrivals: &mut mpsc::Receiver<(Instant, String)>,
    id: &str,
) -> Result<Instant, Error> {
    loop {
        let (arrived_at, body) = arrivals.recv().await.ok_or("the receiver ended")?;
        if body.contains(id) {
            return Ok(arrived_at);
        }
    }
}

/// Starts a receiver of webhooks; its address, and what arrives there.
async fn receiver() -> Result<(String, mpsc::Receiver<(Instant, String)>), Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let (arrived, arrivals) = mpsc::channel(1_024);
    let receive = move |body: String| async move {
        // Nobody waits any more when the measurement is over.
        let _ = arrived.send((clock::now(), body)).await;
        StatusCode::NO_CONTENT
    };
    let routes = Router::new().route("/", post(receive));
    // Ends with the runtime.
    tokio::spawn(axum::serve(listener, routes).into_future());
    Ok((url, arrivals))
}
