//! Where an owner says that they want to be told by mail. Two small pages of forms: a
//! program that looks through mail follows links, but presses no button.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use nightbell_proto::rest;

use super::plain::{page, plain};
use crate::service::Services;

/// The pages of a question, by the token in its link.
pub fn owners(services: Services) -> Router {
    let router = Router::new()
        .route("/confirm/{token}", get(question).post(answer))
        .method_not_allowed_fallback(rest::wrong_verb)
        .with_state(services);
    plain(router)
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
