//! Where Slack tells of buttons. No call of the contract: Slack chose the form, and
//! proves itself by a signature instead of a key.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use nightbell_proto::rest;

use crate::limits::SLACK_BODY_BYTES_MAX;
use crate::service::Services;
use crate::service::slack::SlackRequest;

/// The route of the buttons.
pub fn slack(services: Services) -> Router {
    Router::new()
        .route("/api/v1/slack/actions/{channel_id}", post(pressed))
        .method_not_allowed_fallback(rest::wrong_verb)
        .with_state(services)
}

/// Answers 401 to whatever is not signed, whichever channel it names.
async fn pressed(
    State(services): State<Services>,
    Path(channel): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, SLACK_BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = SlackRequest {
        channel: channel.parse().unwrap_or_default(),
        timestamp: header(&parts.headers, "x-slack-request-timestamp"),
        signature: header(&parts.headers, "x-slack-signature"),
        body: &body,
    };
    match services.slack_action(request).await {
        Ok(true) => StatusCode::OK.into_response(),
        Ok(false) => StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a button of Slack's could not be followed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
