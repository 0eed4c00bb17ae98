//! What monitoring reads.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::request::Parts;
use http::{HeaderName, header};
use nightbell_domain::key::{Access, Principal};
use nightbell_proto::rest;
use tonic::Status;

use crate::gate::Gate;
use crate::service::Services;

#[derive(Clone)]
struct Readings {
    services: Services,
    gate: Gate,
    are_open: bool,
}

/// `/metrics` asks for a key that may read, unless `are_open`. Schedulers one by one are
/// shown to a key only, and only those of its project.
pub fn metrics(services: Services, gate: Gate, are_open: bool) -> Router {
    Router::new()
        .route("/metrics", get(read))
        .method_not_allowed_fallback(rest::wrong_verb)
        .with_state(Readings { services, gate, are_open })
}

async fn read(State(readings): State<Readings>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match readings.reader(&parts).await {
        Ok(reader) => {
            let text = readings.services.measured(reader.as_deref()).await;
            let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, media_type)], text).into_response()
        }
        Err(status) => rest::error_response(&status, rest::request_id(&parts.headers).as_deref()),
    }
}

impl Readings {
    /// Who reads; `None`: anyone, who is shown the server's own figures.
    async fn reader(&self, parts: &Parts) -> Result<Option<Arc<Principal>>, Status> {
        let has_key = [header::AUTHORIZATION, HeaderName::from_static("x-api-key")]
            .iter()
            .any(|name| parts.headers.contains_key(name));
        if self.are_open && !has_key {
            return Ok(None);
        }
        Ok(Some(self.gate.admit(parts, Access::Read).await?.principal))
    }
}
