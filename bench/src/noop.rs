//! Servers that do nothing: what the transports alone cost.
//!
//! They run as a process of their own, so that their CPU time can be told from
//! that of the load.

use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{post, put};
use axum::serve::ListenerExt;
use bytes::Bytes;
use nightbell_proto::v1::report_service_server::{ReportService, ReportServiceServer};
use nightbell_proto::v1::{
    SendHeartbeatRequest, SendHeartbeatResponse, StreamHeartbeatsRequest, StreamHeartbeatsResponse,
    UpdateStatusRequest, UpdateStatusResponse,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_stream::StreamExt;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};

use crate::Error;
use crate::load::Target;
use crate::process::Process;

/// Starts this program anew as the servers that do nothing.
pub(crate) fn start() -> Result<(Process, Target), Error> {
    let mut command = Command::new(std::env::current_exe()?);
    // The child ends when its input does, so it cannot outlive this process.
    command.arg("noop").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = Process::start(&mut command)?;
    let line = process.first_line()?;
    let (grpc, rest) = line.trim().split_once(' ').ok_or("the no-op server gave no addresses")?;
    let key = MetadataValue::<Ascii>::from_static("none");
    let target = Target { grpc: grpc.to_owned(), rest: rest.to_owned(), pid: process.id(), key };
    Ok((process, target))
}

/// Serves until the input ends. Prints both addresses first, gRPC before REST.
pub(crate) async fn serve() -> Result<(), Error> {
    let grpc = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let rest = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(io::stdout(), "{} {}", grpc.local_addr()?, rest.local_addr()?)?;
    let grpc = Server::builder()
        .add_service(ReportServiceServer::new(Nothing))
        .serve_with_incoming(TcpIncoming::from(grpc).with_nodelay(Some(true)));
    let rest = rest.tap_io(|stream| {
        // Without it the figures are worse, and that is all.
        let _ = stream.set_nodelay(true);
    });
    let rest = axum::serve(rest, routes());
    let input_ended = tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        ended = grpc => ended.map_err(Error::from),
        ended = rest => ended.map_err(Error::from),
        _ = input_ended => Ok(()),
    }
}

/// Answers every report with nothing, and every frame with its sequence.
struct Nothing;

#[tonic::async_trait]
impl ReportService for Nothing {
    type StreamHeartbeatsStream = Box<
        dyn tokio_stream::Stream<Item = Result<StreamHeartbeatsResponse, Status>> + Send + Unpin,
    >;

    async fn update_status(
        &self,
        _: Request<UpdateStatusRequest>,
    ) -> Result<Response<UpdateStatusResponse>, Status> {
        Ok(Response::new(UpdateStatusResponse::default()))
    }

    async fn send_heartbeat(
        &self,
        _: Request<SendHeartbeatRequest>,
    ) -> Result<Response<SendHeartbeatResponse>, Status> {
        Ok(Response::new(SendHeartbeatResponse::default()))
    }

    async fn stream_heartbeats(
        &self,
        request: Request<Streaming<StreamHeartbeatsRequest>>,
    ) -> Result<Response<Self::StreamHeartbeatsStream>, Status> {
        let answers = request.into_inner().map(|frame| {
            frame.map(|frame| StreamHeartbeatsResponse {
                stored_sequence: frame.frame_sequence,
                ..Default::default()
            })
        });
        Ok(Response::new(Box::new(answers)))
    }
}

fn routes() -> Router {
    Router::new()
        .route("/api/v1/schedulers/{scheduler_id}/heartbeat", post(answer))
        .route("/api/v1/schedulers/{scheduler_id}/status", put(answer))
}

async fn answer(body: Bytes) -> impl IntoResponse {
    match serde_json::from_slice::<Value>(&body) {
        Ok(report) => {
            let answer = json!({ "scheduler_id": report["scheduler_id"], "warnings": [] });
            (StatusCode::OK, [(CONTENT_TYPE, "application/json")], answer.to_string())
        }
        Err(error) => (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "text/plain")], error.to_string()),
    }
}
