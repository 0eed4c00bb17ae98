//! Where an owner says that they want to be told by mail. Two small pages of forms: a
//! program that looks through mail follows links, but presses no button.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use nightbell_proto::rest;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::service::Services;

/// Nothing but its own style, and a form that comes back here.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The pages of a question, by the token in its link.
pub fn owners(services: Services) -> Router {
    let safe = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let router = Router::new()
        .route("/confirm/{token}", get(question).post(answer))
        .method_not_allowed_fallback(rest::wrong_verb)
        .with_state(services);
    safe.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    })
}

async fn question(State(services): State<Services>, Path(token): Path<String>) -> Response {
    match services.asked_address(&token) {
        Some(address) => page(
            StatusCode::OK,
            "May Nightbell write to you?",
            &format!("Mail will go to {address} when a job fails or does not run."),
            "<form method=\"post\"><button>Yes, write to me</button></form>",
        ),
        None => unknown(),
    }
}

async fn answer(State(services): State<Services>, Path(token): Path<String>) -> Response {
    match services.confirm_owner(&token).await {
        Ok(Some(address)) => page(
            StatusCode::OK,
            "Thank you",
            &format!("Nightbell writes to {address} from now on."),
            "",
        ),
        Ok(None) => unknown(),
        Err(error) => {
            tracing::warn!(%error, "an answer of an owner could not be stored");
            let text = "Nothing was changed. Please try again in a moment.";
            page(StatusCode::SERVICE_UNAVAILABLE, "Not now", text, "")
        }
    }
}

fn unknown() -> Response {
    let text = "It is not one of ours, or too old. The next alert asks again.";
    page(StatusCode::NOT_FOUND, "This link does not work", text, "")
}

/// `text` may say anything; `form` is ours.
fn page(status: StatusCode, title: &str, text: &str, form: &str) -> Response {
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
