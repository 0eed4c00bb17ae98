//! Small pages without a script: a title, a text, and perhaps a form.

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use tower_http::set_header::SetResponseHeaderLayer;

/// Nothing but its own style, and a form that comes back here.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The routes, with the headers that keep such pages from doing anything else.
pub(super) fn plain(router: Router) -> Router {
    let safe = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    safe.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    })
}

/// `text` may say anything; `form` is ours.
pub(super) fn page(status: StatusCode, title: &str, text: &str, form: &str) -> Response {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>\
         body{{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:15vh auto;padding:0 24px}}\
         p{{overflow-wrap:anywhere}}button{{font:inherit;padding:12px 24px}}</style></head>\
         <body><h1>{title}</h1><p>{text}</p>{form}</body></html>\n"
    );
    (status, Html(page)).into_response()
}
