//! The reference and health.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, StatusCode, header};
use nightbell_proto::{DOCS_HTML, OPENAPI, rest};
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::service::Services;

/// Nothing but its own style: the page has no script, and loads nothing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct Pages {
    services: Services,
    stopping: CancellationToken,
}

/// Routes that are no calls of the contract. Health says nothing but ready or not.
pub fn pages(services: Services, stopping: CancellationToken) -> Router {
    let pages = Pages { services, stopping };
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let safe = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let router = Router::new()
        .route("/api/docs", get(|| async { typed("text/html; charset=utf-8", DOCS_HTML) }))
        .route("/api/openapi.json", get(|| async { typed("application/json", OPENAPI) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .method_not_allowed_fallback(rest::wrong_verb)
        .with_state(pages);
    safe.into_iter().fold(router, |router, (name, value): (HeaderName, HeaderValue)| {
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    })
}

fn typed(media_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, media_type)], text).into_response()
}

/// Ready: deadlines are looked at, reports can be stored and the server is not
/// stopping.
async fn ready(State(pages): State<Pages>) -> Response {
    if pages.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    match pages.services.standstill() {
        None => "ready\n".into_response(),
        Some(what) => {
            tracing::warn!(what, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}
