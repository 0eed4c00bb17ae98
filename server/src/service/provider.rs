//! Asking the provider that people sign in with: what it can do, which keys it signs
//! with, and for whom a code stands.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use nightbell_domain::key::ProjectId;
use serde::Deserialize;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::auth::oidc::Provider;
use crate::auth::oidc::attempt::Attempt;
use crate::auth::oidc::id_token::KeySet;
use crate::channel::address::{AllowList, BadEntry};
use crate::channel::http::{Answer, HttpClient, printable};
use crate::channel::target::Target;
use crate::limits::SIGN_INS_AT_ONCE_MAX;

/// How long what a provider said of itself is used before it is asked again.
const KNOWN_FOR: Duration = Duration::from_hours(1);

/// How long it is used if the provider does not answer.
const KNOWN_MAX: Duration = Duration::from_hours(24);

/// How soon a provider is asked again: after it did not answer, or for a key that it did
/// not show. Whoever wants to sign in makes us ask.
const ASKED_EVERY: Duration = Duration::from_secs(5);

/// What keeps somebody from being signed in, on the provider's side. Shown to them, as
/// text: it may repeat what the provider said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProviderError(pub String);

/// What a provider says of itself.
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What is known of a provider.
#[derive(Debug)]
pub(super) struct Known {
    metadata: Metadata,
    pub(super) keys: KeySet,
}

#[derive(Default)]
struct Memory {
    known: Option<(Instant, Arc<Known>)>,
    /// When it was last asked, and what kept it from answering.
    asked: Option<(Instant, Result<(), ProviderError>)>,
}

/// A provider, with the way to it.
pub struct Client {
    pub(super) provider: Provider,
    secret: String,
    /// The project that they come into.
    pub(super) project: ProjectId,
    /// The address of this server that people come back to.
    pub(super) redirect_uri: String,
    http: HttpClient,
    memory: Mutex<Memory>,
    turns: Semaphore,
}

/// What may be called on the way to the provider: its own host even if it is not public,
/// since the operator named it and nobody else can. Other hosts that it names, as some
/// do for their keys, are held to the rule of all targets.
///
/// # Errors
///
/// The issuer's host is no name.
pub fn reachable(provider: &Provider, allow: &AllowList) -> Result<AllowList, BadEntry> {
    allow.and(provider.issuer.host())
}

impl Client {
    /// The way to `provider`, for people of `project`, which this server proves itself to with `secret`, by a
    /// client that may reach it (see [`reachable`]).
    pub fn new(
        provider: Provider,
        secret: String,
        project: ProjectId,
        public_url: &str,
        http: HttpClient,
    ) -> Self {
        Self {
            project,
            provider,
            secret,
            redirect_uri: format!("{public_url}/signin/callback"),
            http,
            memory: Mutex::default(),
            turns: Semaphore::new(SIGN_INS_AT_ONCE_MAX),
        }
    }

    /// Where the browser is sent for this attempt.
    pub(super) async fn address(&self, attempt: &Attempt) -> Result<Url, ProviderError> {
        let known = self.known(false).await?;
        let mut address = self.endpoint(&known.metadata.authorization_endpoint)?;
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.provider.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", "openid email profile")
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(address)
    }

    /// The ID token that a code stands for.
    pub(super) async fn id_token(
        &self,
        code: &str,
        attempt: &Attempt,
    ) -> Result<String, ProviderError> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let _turn = self.turns.try_acquire().map_err(|_| {
            ProviderError("Too many people are signing in just now. Try again.".to_owned())
        })?;
        let known = self.known(false).await?;
        let target = self.target(&known.metadata.token_endpoint)?;
        let (headers, body) = self.question(&known.metadata, code, attempt)?;
        let answer = self.http.post_and_read(&target, headers, body).await;
        let answer = answer.map_err(|error| unreachable(&error.to_string()))?;
        if !answer.status.is_success() {
            return Err(ProviderError(format!("It refused the sign-in: {}", refusal(&answer))));
        }
        let tokens: Tokens = serde_json::from_slice(&answer.body)
            .map_err(|_| unreachable("its answer holds no ID token"))?;
        Ok(tokens.id_token)
    }

    /// What the token endpoint is asked.
    fn question(
        &self,
        metadata: &Metadata,
        code: &str,
        attempt: &Attempt,
    ) -> Result<(HeaderMap, Bytes), ProviderError> {
        let mut headers = HeaderMap::new();
        let form = "application/x-www-form-urlencoded";
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("code_verifier", &attempt.verifier);
        if takes_basic(metadata) {
            headers.insert(header::AUTHORIZATION, self.basic()?);
        } else {
            body.append_pair("client_id", &self.provider.client_id)
                .append_pair("client_secret", &self.secret);
        }
        Ok((headers, Bytes::from(body.finish())))
    }

    /// What is known of the provider, asked for if it is old, or, with `is_stale`, if
    /// something was missing in it.
    pub(super) async fn known(&self, is_stale: bool) -> Result<Arc<Known>, ProviderError> {
        // Whoever waits here waits for one question, not for a question each.
        let mut memory = self.memory.lock().await;
        let just_asked = memory.asked.as_ref().filter(|(at, _)| at.elapsed() < ASKED_EVERY);
        match (&memory.known, just_asked) {
            (Some((at, known)), _) if !is_stale && at.elapsed() < KNOWN_FOR => {
                return Ok(Arc::clone(known));
            }
            (Some((at, known)), Some(_)) if at.elapsed() < KNOWN_MAX => {
                return Ok(Arc::clone(known));
            }
            (None, Some((_, Err(error)))) => return Err(error.clone()),
            _ => {}
        }
        let asked = self.ask().await.map(Arc::new);
        memory.asked = Some((Instant::now(), asked.as_ref().map(|_| ()).map_err(Clone::clone)));
        match asked {
            Ok(known) => {
                memory.known = Some((Instant::now(), Arc::clone(&known)));
                Ok(known)
            }
            Err(error) => {
                tracing::warn!(%error, issuer = self.provider.issuer.as_str(), "the provider for signing in");
                let old = memory.known.as_ref().filter(|(at, _)| at.elapsed() < KNOWN_MAX);
                old.map(|(_, known)| Arc::clone(known)).ok_or(error)
            }
        }
    }

    async fn ask(&self) -> Result<Known, ProviderError> {
        let document = self.document(&self.provider.issuer.discovery()).await?;
        let metadata: Metadata = serde_json::from_slice(&document)
            .map_err(|_| unreachable("its discovery document cannot be read"))?;
        let ours = self.provider.issuer.as_str();
        if metadata.issuer != ours {
            let theirs = printable(metadata.issuer.as_bytes());
            let text = format!("it calls itself {theirs}, and NIGHTBELL_OIDC_ISSUER says {ours}");
            return Err(unreachable(&text));
        }
        let keys = KeySet::parse(&self.document(&metadata.jwks_uri).await?)
            .map_err(|_| unreachable("its keys cannot be read"))?;
        Ok(Known { metadata, keys })
    }

    async fn document(&self, address: &str) -> Result<Vec<u8>, ProviderError> {
        let answer = self.http.get_and_read(&self.target(address)?).await;
        let answer = answer.map_err(|error| unreachable(&error.to_string()))?;
        if answer.status.is_success() {
            Ok(answer.body)
        } else {
            Err(unreachable(&format!("{address} {}", answer.describe())))
        }
    }

    fn target(&self, address: &str) -> Result<Target, ProviderError> {
        let url = self.endpoint(address)?;
        let target = Target::parse(url.as_str(), self.http.allow_list());
        target.map_err(|error| unreachable(&error.to_string()))
    }

    fn endpoint(&self, address: &str) -> Result<Url, ProviderError> {
        let url = Url::parse(address).ok().filter(|url| self.provider.issuer.may_name(url));
        url.ok_or_else(|| unreachable("it names an address that is no https://"))
    }

    fn basic(&self) -> Result<HeaderValue, ProviderError> {
        let encoded =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.provider.client_id), encoded(&self.secret));
        let value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)));
        let mut value = value.map_err(|_| unreachable("the client's secret cannot be sent"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// By the specification it does, unless it says otherwise.
fn takes_basic(metadata: &Metadata) -> bool {
    let methods = &metadata.token_endpoint_auth_methods_supported;
    let takes = |name: &str| methods.iter().any(|it| it == name);
    takes("client_secret_basic") || !takes("client_secret_post")
}

fn unreachable(why: &str) -> ProviderError {
    ProviderError(format!("It cannot be used at present: {why}."))
}

/// What an answer of the token endpoint says went wrong.
fn refusal(answer: &Answer) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        #[serde(default)]
        error_description: String,
    }
    match serde_json::from_slice::<Refusal>(&answer.body) {
        Ok(it) => printable(format!("{} {}", it.error, it.error_description).as_bytes()),
        Err(_) => answer.describe(),
    }
}
