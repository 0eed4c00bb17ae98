//! Tokens that stand for a key for a quarter of an hour.
//!
//! A token is a JWT that this server signed and only this server reads. Nothing
//! in it chooses how it is checked: its header must be the one we write, and its
//! times are judged by the time the caller passes in.

use super::secret::{SecretError, ServerSecret};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// How long a token stands for its key.
pub const TOKEN_LIFETIME: Duration = Duration::from_mins(15);

/// The longest token that is looked at.
pub const TOKEN_LEN_MAX: usize = 4 * 1024;

/// How far the clocks of two servers may be apart.
const LEEWAY_S: i64 = 5;

/// How far ahead a token may end: its lifetime and a minute.
const EXPIRY_MAX_S: i64 = 16 * 60;

const AUDIENCE: &str = "nightbell";
const ISSUER: &str = "nightbell";

/// A token, for its owner. Cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The text to send as `authorization: Bearer`.
    pub text: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Why a token is refused, or cannot be made. For the log; callers are all told
/// the same.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Longer than any token of ours.
    #[error("the token is too long")]
    TooLong,

    /// Not signed as we sign: another algorithm, key or kind of header.
    #[error("the token's header is not ours")]
    ForeignHeader,

    /// Not for now: ended, not begun, or ending absurdly late.
    #[error("the token is not for now")]
    WrongTime,

    /// The signature or a claim is bad.
    #[error("the token cannot be read or made")]
    Jwt(#[from] jsonwebtoken::errors::Error),
}

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The id of the key it stands for.
    pub sub: String,
    /// The project of that key.
    pub project: ProjectId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Makes and reads tokens.
pub struct Tokens {
    header: Header,
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("kid", &self.header.kid).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Makes and reads the tokens of this server secret.
    pub fn new(secret: &ServerSecret) -> Result<Self, SecretError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(secret.token_seed())
            .map_err(|_| SecretError::Crypto)?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
        let public = pair.public_key().as_ref();

        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(URL_SAFE_NO_PAD.encode(&digest(&SHA256, public).as_ref()[..12]));

        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The library would ask the system clock; `is_for` judges instead.
        validation.validate_exp = false;
        validation.validate_nbf = false;

        Ok(Self {
            header,
            signing: EncodingKey::from_ed_der(private.as_ref()),
            checking: DecodingKey::from_ed_der(public),
            validation,
        })
    }

    /// Makes a token that stands for the key from now on.
    pub fn issue(
        &self,
        key_id: &str,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<Token, TokenError> {
        let exp = seconds(now.plus(TOKEN_LIFETIME));
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: key_id.to_owned(),
            project,
            iat: seconds(now),
            nbf: seconds(now),
            exp,
        };
        let text = jsonwebtoken::encode(&self.header, &claims, &self.signing)?;
        Ok(Token { text, expires_at: Timestamp::from_millis(exp.saturating_mul(1_000)) })
    }

    /// Reads a token, if it is one of ours and for now. Whether its key still
    /// counts is for the caller to find out.
    pub fn read(&self, text: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if text.len() > TOKEN_LEN_MAX {
            return Err(TokenError::TooLong);
        }
        // The whole header, so that `alg`, `kid`, `jku` and whatever else the
        // future puts there have no say.
        if jsonwebtoken::decode_header(text)? != self.header {
            return Err(TokenError::ForeignHeader);
        }
        let claims = jsonwebtoken::decode::<Claims>(text, &self.checking, &self.validation)?.claims;
        if claims.is_for(seconds(now)) { Ok(claims) } else { Err(TokenError::WrongTime) }
    }
}

impl Claims {
    fn is_for(&self, now: i64) -> bool {
        let soon = now.saturating_add(LEEWAY_S);
        self.nbf <= soon
            && self.iat <= soon
            && self.exp > now.saturating_sub(LEEWAY_S)
            && self.exp <= now.saturating_add(EXPIRY_MAX_S)
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(1_000)
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
