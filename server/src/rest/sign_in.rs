//! Signing in with a provider: the way there, the way back, and the session that the
//! dashboard gets its tokens from. No calls of the contract: browsers make them, with
//! cookies, and nothing else takes cookies.

use std::fmt::Display;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use nightbell_proto::rest;
use serde::{Deserialize, Serialize};

use super::plain::{page, plain};
use crate::auth::oidc::attempt::{ATTEMPT_MAX, SESSION_MAX};
use crate::service::Services;
use crate::service::sign_in::{Returned, SignInError};

#[derive(Clone)]
struct Signing {
    services: Services,
    /// Where people reach this server, as browsers write it.
    origin: String,
}

/// The routes, for people who reach this server at `origin`.
pub fn sign_in(services: Services, origin: String) -> Router {
    let router = Router::new()
        .route("/signin/start", get(start))
        .route("/signin/callback", get(callback))
        .route("/signin/session", post(session).delete(end))
        .method_not_allowed_fallback(rest::wrong_verb)
        .with_state(Signing { services, origin });
    plain(router)
}

#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    next: String,
}

async fn start(State(it): State<Signing>, Query(asked): Query<Start>) -> Response {
    match it.services.sign_in(&asked.next).await {
        Ok(Some(leaving)) => {
            let cookie = it.attempt().set(&leaving.sealed, ATTEMPT_MAX.as_secs());
            away(&leaving.address, [cookie, None])
        }
        Ok(None) => no_provider(),
        Err(error) => refused(&error),
    }
}

#[derive(Deserialize)]
struct Callback {
    code: Option<String>,
    #[serde(default)]
    state: String,
    error: Option<String>,
    error_description: Option<String>,
    iss: Option<String>,
}

async fn callback(
    State(it): State<Signing>,
    headers: HeaderMap,
    Query(back): Query<Callback>,
) -> Response {
    let error =
        back.error.map(|error| format!("{error} {}", back.error_description.unwrap_or_default()));
    let returned = Returned { code: back.code, state: back.state, error, issuer: back.iss };
    let sealed = it.attempt().of(&headers).unwrap_or_default();
    match it.services.signed_in(sealed, returned).await {
        Ok(Some(arrived)) => {
            let session = it.session().set(&arrived.sealed, SESSION_MAX.as_secs());
            away(&arrived.next, [session, it.attempt().set("", 0)])
        }
        Ok(None) => no_provider(),
        Err(error) => refused(&error),
    }
}

/// What the dashboard is told when it asks for a token.
#[derive(Serialize)]
struct Session<'a> {
    /// The host to sign in with; null: there is none.
    provider: Option<&'a str>,
    /// Null: nobody is signed in.
    token: Option<String>,
    /// When the token ends, in milliseconds since 1970.
    expires_at_ms: Option<i64>,
}

async fn session(State(it): State<Signing>, headers: HeaderMap) -> Response {
    let Some(provider) = it.services.provider() else {
        return Json(Session { provider: None, token: None, expires_at_ms: None }).into_response();
    };
    if !it.is_ours(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let token = match it.session().of(&headers) {
        Some(sealed) => it.services.session_token(sealed).await,
        None => Ok(None),
    };
    match token {
        Ok(token) => {
            let expires_at_ms = token.as_ref().map(|it| it.expires_at.as_millis());
            let token = token.map(|it| it.text);
            Json(Session { provider: Some(provider), token, expires_at_ms }).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn end(State(it): State<Signing>, headers: HeaderMap) -> Response {
    if !it.is_ours(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(sealed) = it.session().of(&headers)
        && let Err(error) = it.services.sign_out(sealed).await
    {
        return unavailable(&error);
    }
    with(StatusCode::NO_CONTENT.into_response(), [it.session().set("", 0), None])
}

impl Signing {
    /// Lax, since it has to come along from the provider's page.
    fn attempt(&self) -> Cookie {
        Cookie { name: "nightbell-attempt", same_site: "Lax", is_secure: self.is_secure() }
    }

    fn session(&self) -> Cookie {
        Cookie { name: "nightbell-session", same_site: "Strict", is_secure: self.is_secure() }
    }

    fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether a page of this server asks. Browsers say so; what is no browser has none
    /// of their cookies.
    fn is_ours(&self, headers: &HeaderMap) -> bool {
        let says = |name: &str, ours: &str| {
            headers.get(name).is_none_or(|it| it.as_bytes() == ours.as_bytes())
        };
        says("origin", &self.origin) && says("sec-fetch-site", "same-origin")
    }
}

/// A cookie that no script sees. Where TLS is spoken its name says that this host set it
/// for itself alone.
struct Cookie {
    name: &'static str,
    same_site: &'static str,
    is_secure: bool,
}

impl Cookie {
    fn name(&self) -> String {
        format!("{}{}", if self.is_secure { "__Host-" } else { "" }, self.name)
    }

    fn set(&self, value: &str, seconds: u64) -> Option<HeaderValue> {
        let text = format!(
            "{}={value}; Path=/; HttpOnly; SameSite={}; Max-Age={seconds}{}",
            self.name(),
            self.same_site,
            if self.is_secure { "; Secure" } else { "" }
        );
        HeaderValue::try_from(text).ok()
    }

    fn of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name();
        let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|it| it.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';'));
        let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
        named.find(|(theirs, _)| *theirs == name).map(|(_, value)| value)
    }
}

fn away(address: &str, cookies: [Option<HeaderValue>; 2]) -> Response {
    let Ok(location) = HeaderValue::try_from(address) else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    with(response, cookies)
}

fn with(mut response: Response, cookies: [Option<HeaderValue>; 2]) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

const AGAIN: &str = "<p><a href=\"/\">Back to the sign-in</a></p>";

fn refused(error: &SignInError) -> Response {
    let status = match error {
        SignInError::Stale => StatusCode::BAD_REQUEST,
        SignInError::Provider(_) => StatusCode::BAD_GATEWAY,
        SignInError::Untrusted(_) | SignInError::NoRole(_) => StatusCode::FORBIDDEN,
        SignInError::Service(error) => {
            tracing::warn!(%error, "somebody could not be signed in");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    let title = match error {
        SignInError::NoRole(_) => "You have no role here",
        _ => "You are not signed in",
    };
    page(status, title, &error.to_string(), AGAIN)
}

fn no_provider() -> Response {
    let text = "This server has no provider to sign in with. Sign in with a key.";
    page(StatusCode::NOT_FOUND, "Not here", text, AGAIN)
}

fn unavailable(error: &dyn Display) -> Response {
    tracing::warn!(%error, "a session could not be looked up");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
