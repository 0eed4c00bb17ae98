//! People who sign in with their provider.
//!
//! A session is a key whose secret nobody knows, named after the person: what ends keys
//! ends it, on every server and within a second, and what shows who did what shows them.

use nightbell_domain::audit::Action;
use nightbell_domain::key::{Binding, Key, Role};

use super::provider::{Client, ProviderError};
use super::{Services, unstored};
use crate::auth::oidc::attempt::{Attempt, SESSION_MAX, open_session, seal_session};
use crate::auth::oidc::id_token::{self, IdTokenError, Person};
use crate::auth::{Refusal, SecretError, Token};
use crate::channel::http::printable;
use crate::error::ServiceError;

/// The most sessions of a project at once.
const SESSIONS_MAX: i64 = 10_000;

/// The most characters of a person's name.
const NAME_CHARACTERS_MAX: usize = 100;

/// Why somebody is not signed in. The texts are for them.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Nothing is known of this attempt in this browser.
    #[error("It took longer than ten minutes, or was begun in another window. Begin again.")]
    Stale,

    /// The provider refuses or cannot be used.
    #[error("{0}")]
    Provider(#[from] ProviderError),

    /// What the provider sent is not to be relied on.
    #[error("What the provider sent cannot be relied on: {0}.")]
    Untrusted(#[from] IdTokenError),

    /// They may do nothing here.
    #[error(
        "You are {0}, and no role here is for you. Whoever runs this server gives roles in its \
         setting NIGHTBELL_OIDC_ROLES: by a group that you are in, or by your e-mail."
    )]
    NoRole(String),

    /// Ours to mend.
    #[error("Nothing was changed. Please try again in a moment.")]
    Service(#[from] ServiceError),
}

impl From<SecretError> for SignInError {
    fn from(error: SecretError) -> Self {
        Self::Service(ServiceError::Internal(error.into()))
    }
}

/// What came back from the provider through the browser.
#[derive(Debug, Default)]
pub struct Returned {
    /// Stands for the ID token.
    pub code: Option<String>,
    /// Which attempt it belongs to.
    pub state: String,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who says so, if it says so.
    pub issuer: Option<String>,
}

/// Somebody who leaves for their provider.
pub struct Leaving {
    /// Where to.
    pub address: String,
    /// The attempt, for the browser to keep.
    pub sealed: String,
}

/// Somebody who has come back and is signed in.
pub struct Arrived {
    /// The session, for the browser to keep.
    pub sealed: String,
    /// Where they wanted to go.
    pub next: String,
}

impl Services {
    /// The host of the provider that people sign in with, if there is one.
    pub fn provider(&self) -> Option<&str> {
        Some(self.inner.parts.sign_in.as_ref()?.provider.issuer.host())
    }

    /// Begins to sign somebody in who wants to go to `next` afterwards. None: there is
    /// no provider.
    ///
    /// # Errors
    ///
    /// Above all that the provider cannot be used.
    pub async fn sign_in(&self, next: &str) -> Result<Option<Leaving>, SignInError> {
        let Some(client) = &self.inner.parts.sign_in else { return Ok(None) };
        let attempt = Attempt::new(next, self.now())?;
        let address = client.address(&attempt).await?.into();
        Ok(Some(Leaving { address, sealed: attempt.seal(self.inner.parts.auth.secret())? }))
    }

    /// Signs somebody in who comes back with what was `sealed`. None: there is no provider.
    ///
    /// # Errors
    ///
    /// Why they are not.
    pub async fn signed_in(
        &self,
        sealed: &str,
        returned: Returned,
    ) -> Result<Option<Arrived>, SignInError> {
        let Some(client) = &self.inner.parts.sign_in else { return Ok(None) };
        let secret = self.inner.parts.auth.secret();
        let attempt = Attempt::open(sealed, &returned.state, secret, self.now());
        let attempt = attempt.ok_or(SignInError::Stale)?;
        let foreign = |issuer: &String| issuer != client.provider.issuer.as_str();
        if returned.issuer.as_ref().is_some_and(foreign) {
            return Err(ProviderError("Another provider answered.".to_owned()).into());
        }
        if let Some(error) = &returned.error {
            let error = printable(error.as_bytes());
            return Err(ProviderError(format!("It refused the sign-in: {error}")).into());
        }
        let code = returned.code.ok_or(SignInError::Stale)?;
        // Before the code is used: it can be only once.
        if self.store().key(&attempt.session_id()).await.map_err(unstored)?.is_some() {
            return Err(SignInError::Stale);
        }
        let text = client.id_token(&code, &attempt).await?;
        let person = self.identify(client, &text, &attempt).await?;
        let role = client.provider.roles.role_of(&person.values, person.verified_email.as_deref());
        let Some(role) = role else {
            tracing::info!(person = person.name, values = ?person.values, "no role for them");
            return Err(SignInError::NoRole(printable(person.name.as_bytes())));
        };
        let session = self.open_session(client, &attempt, &person, role).await?;
        let sealed = seal_session(&session.key_id, secret)?;
        Ok(Some(Arrived { sealed, next: attempt.next }))
    }

    /// A token for somebody who is signed in. None: their session has ended.
    ///
    /// # Errors
    ///
    /// That cannot be found out at present.
    pub async fn session_token(&self, sealed: &str) -> Result<Option<Token>, ServiceError> {
        let auth = &self.inner.parts.auth;
        let Some(id) = open_session(sealed, auth.secret()) else { return Ok(None) };
        match auth.renew(&id, self.now()).await {
            Ok(token) => Ok(Some(token)),
            Err(Refusal::Unavailable) => {
                Err(ServiceError::Unavailable { retry_after: super::record::RETRY_AFTER })
            }
            Err(_) => Ok(None),
        }
    }

    /// Ends a session, if it is one of ours.
    ///
    /// # Errors
    ///
    /// What the database answers.
    pub async fn sign_out(&self, sealed: &str) -> Result<(), ServiceError> {
        let auth = &self.inner.parts.auth;
        let Some(id) = open_session(sealed, auth.secret()) else { return Ok(()) };
        let known = self.store().key(&id).await.map_err(unstored)?;
        if known.is_none_or(|key| key.revoked_at.is_some()) {
            return Ok(());
        }
        let ended = self.store().key_revoke(None, &id, self.now()).await;
        auth.keys().refresh().await;
        if let Some(key) = ended.map_err(unstored)? {
            self.note(&key.principal(), Action::PersonSignedOut, &id, "").await;
        }
        Ok(())
    }

    /// Reads an ID token; with newer keys of the provider, if it is signed with one that
    /// was not known.
    async fn identify(
        &self,
        client: &Client,
        text: &str,
        attempt: &Attempt,
    ) -> Result<Person, SignInError> {
        let (provider, nonce) = (&client.provider, attempt.nonce.as_str());
        let known = client.known(false).await?;
        let read = match id_token::read(text, provider, &known.keys, nonce, self.now()) {
            Err(IdTokenError::UnknownKey) => {
                let newer = client.known(true).await?;
                id_token::read(text, provider, &newer.keys, nonce, self.now())
            }
            read => read,
        };
        read.map_err(|error| {
            tracing::warn!(%error, issuer = provider.issuer.as_str(), "an ID token was refused");
            SignInError::Untrusted(error)
        })
    }

    async fn open_session(
        &self,
        client: &Client,
        attempt: &Attempt,
        person: &Person,
        role: Role,
    ) -> Result<Key, SignInError> {
        let now = self.now();
        let key = Key {
            key_id: attempt.session_id(),
            project: client.project,
            name: person.name.chars().take(NAME_CHARACTERS_MAX).collect(),
            role,
            binding: Binding::default(),
            requests_per_second: None,
            // Of a secret that is forgotten here.
            secret_hash: self.inner.parts.auth.secret().make_key(role).secret_hash,
            created_at: now,
            expires_at: Some(now.plus(SESSION_MAX)),
            revoked_at: None,
            last_used_at: None,
        };
        if !self.store().key_insert(key.clone(), SESSIONS_MAX).await.map_err(unstored)? {
            let max = SESSIONS_MAX.unsigned_abs();
            return Err(ServiceError::Quota { what: "sessions", max }.into());
        }
        self.inner.parts.auth.keys().refresh().await;
        self.note(&key.principal(), Action::PersonSignedIn, &key.key_id, role.word()).await;
        Ok(key)
    }
}
