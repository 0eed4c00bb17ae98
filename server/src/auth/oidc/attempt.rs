//! What a browser carries for us: one attempt at signing in, then the session.
//!
//! Both are sealed with the server's secret, each for its own use, so that a browser can
//! neither read nor make nor confuse them.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nightbell_domain::key::SESSION_ID_PREFIX;
use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::auth::{SecretError, ServerSecret};

/// How long somebody may take at their provider.
pub const ATTEMPT_MAX: Duration = Duration::from_mins(10);

/// How long a session lasts.
pub const SESSION_MAX: Duration = Duration::from_hours(12);

/// The longest way back that is kept; a longer one leads home.
const NEXT_BYTES_MAX: usize = 512;

/// The longest cookie that is looked at.
const SEALED_BYTES_MAX: usize = 4 * 1024;

const ATTEMPT_CONTEXT: &[u8] = b"an attempt to sign in";
const SESSION_CONTEXT: &[u8] = b"the session of a person";

/// One attempt at signing in.
#[derive(Serialize, Deserialize)]
pub struct Attempt {
    /// Comes back through the browser: it is the one that left.
    pub state: String,
    /// Comes back in the ID token: it was made for this attempt.
    pub nonce: String,
    /// Proves to the provider that the code is used by whoever asked for it.
    pub verifier: String,
    /// Where to go afterwards, a path of this server.
    pub next: String,
    at: Timestamp,
}

impl Attempt {
    /// A new attempt. Leads home afterwards if `next` is no path of this server.
    ///
    /// # Errors
    ///
    /// There is no randomness.
    pub fn new(next: &str, now: Timestamp) -> Result<Self, SecretError> {
        Ok(Self {
            state: random()?,
            nonce: random()?,
            verifier: random()?,
            next: path_here(next).to_owned(),
            at: now,
        })
    }

    /// What the provider is told of the verifier, by S256.
    pub fn challenge(&self) -> String {
        hash(&self.verifier)
    }

    /// The id of the session that it leads to: one attempt, one session.
    pub fn session_id(&self) -> String {
        format!("{SESSION_ID_PREFIX}{}", &hash(&self.nonce)[..22])
    }

    /// Seals it for the browser.
    pub fn seal(&self, secret: &ServerSecret) -> Result<String, SecretError> {
        let plain = serde_json::to_vec(self).map_err(|_| SecretError::Crypto)?;
        Ok(URL_SAFE_NO_PAD.encode(secret.seal(&plain, ATTEMPT_CONTEXT)?))
    }

    /// Opens what was sealed. None: it is not ours, too old, or of another attempt than
    /// `state`.
    pub fn open(sealed: &str, state: &str, secret: &ServerSecret, now: Timestamp) -> Option<Self> {
        let attempt: Self = serde_json::from_slice(&open(sealed, secret, ATTEMPT_CONTEXT)?).ok()?;
        let is_this = bool::from(attempt.state.as_bytes().ct_eq(state.as_bytes()));
        (is_this && now.since(attempt.at) <= ATTEMPT_MAX).then_some(attempt)
    }
}

/// Seals the id of a session for the browser. What the session may do, and whether it
/// still may, stands in the database.
pub fn seal_session(session_id: &str, secret: &ServerSecret) -> Result<String, SecretError> {
    Ok(URL_SAFE_NO_PAD.encode(secret.seal(session_id.as_bytes(), SESSION_CONTEXT)?))
}

/// The id of the session that was sealed. None: it is not ours.
pub fn open_session(sealed: &str, secret: &ServerSecret) -> Option<String> {
    String::from_utf8(open(sealed, secret, SESSION_CONTEXT)?).ok()
}

fn open(sealed: &str, secret: &ServerSecret, context: &[u8]) -> Option<Vec<u8>> {
    if sealed.len() > SEALED_BYTES_MAX {
        return None;
    }
    secret.open(&URL_SAFE_NO_PAD.decode(sealed).ok()?, context).ok()
}

/// The text, if it is a path of this server whoever reads it; `/` otherwise.
pub fn path_here(text: &str) -> &str {
    let is_path = text.len() <= NEXT_BYTES_MAX
        && text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    let stays = || {
        let here = Url::parse("http://nightbell.invalid/").ok()?;
        let there = here.join(text).ok()?;
        Some(there.origin() == here.origin() && !there.path().starts_with("//"))
    };
    if is_path && stays() == Some(true) { text } else { "/" }
}

fn random() -> Result<String, SecretError> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}
