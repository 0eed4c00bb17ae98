//! The pages for people: one document, its script and its style, built from
//! `server/web` and part of the binary.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use nightbell_proto::rest;
use tower_http::set_header::SetResponseHeaderLayer;

const DOCUMENT: &str = include_str!("../../web/dist/index.html");
const SCRIPT: &str = include_str!("../../web/dist/assets/app.js");
const STYLE: &str = include_str!("../../web/dist/assets/app.css");

/// Only what this server itself serves: nothing inline, no frame, no form that goes
/// anywhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// The addresses that the script knows how to show.
const PAGES: &[&str] = &[
    "/",
    "/audit",
    "/calendar",
    "/channels",
    "/incidents/{incident_id}",
    "/keys",
    "/routes",
    "/schedulers/{scheduler_id}",
    "/silences",
];

/// Every address that the script knows how to show answers with the same document.
/// None asks for a key: there is nothing in them, and the calls of the script do.
pub fn dashboard() -> Router {
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    let safe = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    let page = || get(|headers: HeaderMap| async move { file(&headers, "text/html", DOCUMENT) });
    let script = get(|headers: HeaderMap| async move { file(&headers, "text/javascript", SCRIPT) });
    let style = get(|headers: HeaderMap| async move { file(&headers, "text/css", STYLE) });
    let router = PAGES
        .iter()
        .fold(Router::new(), |router, path| router.route(path, page()))
        .route("/assets/app.js", script)
        .route("/assets/app.css", style)
        .method_not_allowed_fallback(rest::wrong_verb);
    safe.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    })
}

/// The file, unless the caller has it already.
fn file(headers: &HeaderMap, media_type: &str, text: &'static str) -> Response {
    let tag = format!("\"{:08x}\"", crc32fast::hash(text.as_bytes()));
    let known = headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|it| it.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let media_type = format!("{media_type}; charset=utf-8");
    ([(header::CONTENT_TYPE, media_type), (header::ETAG, tag)], text).into_response()
}
