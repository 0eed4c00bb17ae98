//! Who is calling, and may they.
//!
//! Every request passes [`Authenticator::admit`] before anything of it is
//! decoded, on either transport: this module knows headers, not gRPC or REST.
//! Refusals say as little as they can; the log says more, but never a secret.

pub mod credentials;
pub mod directory;
pub mod key_text;
pub mod oidc;
pub mod rate;
pub mod refusal;
pub mod secret;
pub mod token;

#[cfg(test)]
mod fake_directory;
#[cfg(test)]
mod tests;

pub use directory::{DirectoryError, KeyCache, KeyDirectory};
pub use refusal::Refusal;
pub use secret::{MadeKey, SecretError, ServerSecret};
pub use token::Token;

use credentials::Credential;
use directory::CachedKey;
use http::HeaderMap;
use key_text::KeyText;
use nightbell_domain::key::{Access, Principal, Standing};
use nightbell_domain::time::Timestamp;
use rate::{FailureRates, KeyRates};
use std::error::Error;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;
use token::Tokens;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// How often what was counted is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// What a caller proved itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// An API key.
    Key,
    /// A token of ours.
    Token,
}

/// A caller that was let in.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Who it is.
    pub principal: Arc<Principal>,
    /// How it proved that.
    pub proof: Proof,
}

/// The gate of the server.
pub struct Authenticator {
    secret: Arc<ServerSecret>,
    tokens: Tokens,
    keys: KeyCache,
    rates: KeyRates,
    failures: FailureRates,
}

impl Authenticator {
    /// A gate for the keys of this directory. Keys without a rate of their own
    /// may make `default_rate` requests a second.
    ///
    /// Nobody is let in before [`KeyCache::refresh`] of [`Authenticator::keys`]
    /// or [`Authenticator::run`] has reached the directory.
    pub fn new(
        secret: Arc<ServerSecret>,
        directory: Arc<dyn KeyDirectory>,
        default_rate: NonZeroU32,
    ) -> Result<Self, SecretError> {
        Ok(Self {
            tokens: Tokens::new(&secret)?,
            secret,
            keys: KeyCache::new(directory),
            rates: KeyRates::new(default_rate),
            failures: FailureRates::default(),
        })
    }

    /// Lets a request in, or says why not.
    ///
    /// `query` is the raw query string; `peer` the address the request came
    /// from, as far as it is believed.
    pub async fn admit(
        &self,
        headers: &HeaderMap,
        query: Option<&str>,
        peer: IpAddr,
        access: Access,
        now: Timestamp,
    ) -> Result<Admitted, Refusal> {
        let (cached, proof) = match self.identify(headers, query, now).await {
            Ok(identified) => identified,
            Err(failure) => return Err(self.count_failure(&failure, peer, now)),
        };
        let principal = &cached.principal;
        self.charge(principal, now)?;
        self.keys.used(&cached, now);
        if !principal.role.allows(access) {
            tracing::info!(key_id = principal.key_id, role = ?principal.role, ?access, "forbidden");
            return Err(Refusal::Forbidden);
        }
        Ok(Admitted { principal: Arc::clone(principal), proof })
    }

    /// Whether a caller that was let in earlier would be let in still. Asked
    /// every second or so for streams, which outlive many a key.
    ///
    /// [`Refusal::BadCredential`]: its key was revoked or expired.
    /// [`Refusal::Unavailable`]: that could not be found out.
    pub async fn still_good(&self, principal: &Principal, now: Timestamp) -> Result<(), Refusal> {
        let key_id = principal.key_id.as_str();
        let cached = self.keys.key(key_id).await.map_err(|_| Refusal::Unavailable)?;
        match cached {
            Some(cached)
                if cached.key.project == principal.project
                    && cached.key.standing(now) == Standing::Good =>
            {
                Ok(())
            }
            _ => Err(Refusal::BadCredential),
        }
    }

    /// Counts one request of a caller that was let in already, such as a
    /// message on its stream.
    pub fn charge(&self, principal: &Principal, now: Timestamp) -> Result<(), Refusal> {
        let charged = self.rates.charge(principal, now);
        charged.map_err(|retry_after| Refusal::RateLimited { retry_after })
    }

    /// Gives a token that stands for the caller's key. A token is no way to
    /// another token: a leaked one would never end.
    pub fn exchange(&self, caller: &Admitted, now: Timestamp) -> Result<Token, Refusal> {
        if caller.proof != Proof::Key {
            return Err(Refusal::Forbidden);
        }
        let principal = &caller.principal;
        self.tokens.issue(&principal.key_id, principal.project, now).map_err(|error| {
            tracing::error!(error = &error as &dyn Error, "cannot make a token");
            Refusal::Unavailable
        })
    }

    /// Gives a token to somebody who is signed in, for the key that their session is.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadCredential`]: the session has ended. [`Refusal::Unavailable`]: that
    /// could not be found out.
    pub async fn renew(&self, session_id: &str, now: Timestamp) -> Result<Token, Refusal> {
        let cached = self.keys.key(session_id).await.map_err(|_| Refusal::Unavailable)?;
        let key = &cached.ok_or(Refusal::BadCredential)?.key;
        if !key.is_session() || key.standing(now) != Standing::Good {
            return Err(Refusal::BadCredential);
        }
        self.tokens.issue(&key.key_id, key.project, now).map_err(|error| {
            tracing::error!(error = &error as &dyn Error, "cannot make a token");
            Refusal::Unavailable
        })
    }

    /// The server's secret: makes keys, seals settings.
    pub fn secret(&self) -> &ServerSecret {
        &self.secret
    }

    /// The keys that are remembered.
    pub fn keys(&self) -> &KeyCache {
        &self.keys
    }

    /// Keeps what is remembered true, and small, until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let sweep_forever = async {
            let mut turn = interval(SWEEP_EVERY);
            loop {
                turn.tick().await;
                self.rates.sweep();
                self.failures.sweep();
            }
        };
        tokio::join!(self.keys.run(stop.clone()), stop.run_until_cancelled(sweep_forever));
    }

    async fn identify(
        &self,
        headers: &HeaderMap,
        query: Option<&str>,
        now: Timestamp,
    ) -> Result<(Arc<CachedKey>, Proof), Failure> {
        match credentials::find(headers, query)? {
            Credential::Key(text) => Ok((self.key_of(&text, now).await?, Proof::Key)),
            Credential::Token(text) => Ok((self.key_of_token(text, now).await?, Proof::Token)),
        }
    }

    async fn key_of(&self, text: &KeyText<'_>, now: Timestamp) -> Result<Arc<CachedKey>, Failure> {
        let cached = self.keys.key(text.key_id).await.map_err(|_| Refusal::Unavailable)?;

        // An unknown key is hashed and compared like a known one.
        let hash = self.secret.hash_key(text.secret);
        let kept = cached.as_ref().map_or([0; 32], |cached| cached.key.secret_hash);
        let is_its_secret = bool::from(hash.ct_eq(&kept));

        let Some(cached) = cached else {
            return Err(Failure::of_key(text.key_id, "unknown key"));
        };
        if !is_its_secret || cached.key.role != text.role {
            return Err(Failure::of_key(text.key_id, "wrong secret"));
        }
        good(cached, now)
    }

    async fn key_of_token(&self, text: &str, now: Timestamp) -> Result<Arc<CachedKey>, Failure> {
        let claims = self.tokens.read(text, now).map_err(|error| {
            tracing::debug!(error = &error as &dyn Error, "token refused");
            Failure { refusal: Refusal::BadCredential, key_id: None, cause: "bad token" }
        })?;
        let cached = self.keys.key(&claims.sub).await.map_err(|_| Refusal::Unavailable)?;
        match cached {
            Some(cached) if cached.key.project == claims.project => good(cached, now),
            _ => Err(Failure::of_key(&claims.sub, "token of an unknown key")),
        }
    }

    /// Counts a failure against its address, and logs it unless there are too
    /// many: an attacker does not decide how much is written to disk.
    fn count_failure(&self, failure: &Failure, peer: IpAddr, now: Timestamp) -> Refusal {
        if !failure.refusal.is_suspicious() {
            return failure.refusal;
        }
        if let Err(retry_after) = self.failures.charge(peer, now) {
            return Refusal::RateLimited { retry_after };
        }
        let key_id = failure.key_id.as_deref();
        tracing::info!(key_id, %peer, cause = failure.cause, "caller refused");
        failure.refusal
    }
}

fn good(cached: Arc<CachedKey>, now: Timestamp) -> Result<Arc<CachedKey>, Failure> {
    match cached.key.standing(now) {
        Standing::Good => Ok(cached),
        Standing::Revoked => Err(Failure::of_key(&cached.key.key_id, "revoked key")),
        Standing::Expired => Err(Failure::of_key(&cached.key.key_id, "expired key")),
    }
}

/// A refusal, and what only the log may know of it.
struct Failure {
    refusal: Refusal,
    key_id: Option<String>,
    cause: &'static str,
}

impl Failure {
    fn of_key(key_id: &str, cause: &'static str) -> Self {
        Self { refusal: Refusal::BadCredential, key_id: Some(key_id.to_owned()), cause }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, key_id: None, cause: refusal.reason() }
    }
}
