//! What a provider says of somebody, and whether it was the provider who said it.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use nightbell_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Provider;

/// How far the provider's clock may be from ours.
const LEEWAY_S: i64 = 60;

/// Why an ID token is refused. For the log.
#[derive(Debug, thiserror::Error)]
pub enum IdTokenError {
    /// Signed with what is not accepted, none included.
    #[error("it is not signed with RS256 or ES256")]
    Algorithm,

    /// Signed with a key that the provider did not show. It may show it by now.
    #[error("it is signed with a key that the provider does not show")]
    UnknownKey,

    /// The signature is bad, or the token is for somebody else, or by somebody else.
    #[error("its signature or a claim is bad ({0})")]
    Jwt(#[from] jsonwebtoken::errors::Error),

    /// It is none for this client, although the client is among its readers.
    #[error("it was made for another client")]
    AuthorizedParty,

    /// It was made for another attempt to sign in.
    #[error("it belongs to another attempt to sign in")]
    Nonce,

    /// It has ended, or not begun.
    #[error("it is not for now")]
    Time,
}

/// The keys that a provider signs with.
#[derive(Debug, Clone)]
pub struct KeySet(Vec<Jwk>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a JWKS. Keys of kinds that nobody here knows are left out.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn parse(document: &[u8]) -> Result<Self, serde_json::Error> {
        let document: Document = serde_json::from_slice(document)?;
        let known = document.keys.into_iter().filter_map(|it| serde_json::from_value(it).ok());
        Ok(Self(known.collect()))
    }

    /// The key of this id. A token without one must leave no choice.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&Jwk> {
        let mut fitting = self.0.iter().filter(|key| {
            fits(key, algorithm) && (kid.is_none() || key.common.key_id.as_deref() == kid)
        });
        let key = fitting.next()?;
        fitting.next().is_none().then_some(key)
    }
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let (is_kind, named) = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => (true, KeyAlgorithm::RS256),
        (AlgorithmParameters::EllipticCurve(it), Algorithm::ES256) => {
            (it.curve == EllipticCurve::P256, KeyAlgorithm::ES256)
        }
        _ => return false,
    };
    is_kind
        && key.common.key_algorithm.is_none_or(|it| it == named)
        && key.common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature)
}

/// Somebody, as their provider describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What to call them: their e-mail, or the next best.
    pub name: String,
    /// Their e-mail, if the provider has verified it.
    pub verified_email: Option<String>,
    /// Their values of the claim that makes roles.
    pub values: Vec<String>,
}

/// Reads an ID token that `provider` made for this client and this attempt.
///
/// # Errors
///
/// It is none of those, or not for now.
pub fn read(
    text: &str,
    provider: &Provider,
    keys: &KeySet,
    nonce: &str,
    now: Timestamp,
) -> Result<Person, IdTokenError> {
    // A header with an algorithm that the library does not have, such as none, is no
    // header to it.
    let header = jsonwebtoken::decode_header(text).map_err(|_| IdTokenError::Algorithm)?;
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
        return Err(IdTokenError::Algorithm);
    }
    let key = keys.find(header.kid.as_deref(), header.alg).ok_or(IdTokenError::UnknownKey)?;

    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[&provider.client_id]);
    validation.set_issuer(&[provider.issuer.as_str()]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The library would ask the system clock; `is_for` judges instead.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let key = DecodingKey::from_jwk(key)?;
    let claims: Map<String, Value> = jsonwebtoken::decode(text, &key, &validation)?.claims;

    if claims.get("nonce").and_then(Value::as_str) != Some(nonce) {
        return Err(IdTokenError::Nonce);
    }
    if !is_for_client(&claims, &provider.client_id) {
        return Err(IdTokenError::AuthorizedParty);
    }
    if !is_for(&claims, now) {
        return Err(IdTokenError::Time);
    }
    Ok(person(&claims, &provider.claim))
}

/// A token for several readers names the one that it was made for.
fn is_for_client(claims: &Map<String, Value>, client_id: &str) -> bool {
    let has_several = claims.get("aud").and_then(Value::as_array).is_some_and(|it| it.len() > 1);
    match claims.get("azp") {
        Some(party) => party.as_str() == Some(client_id),
        None => !has_several,
    }
}

fn is_for(claims: &Map<String, Value>, now: Timestamp) -> bool {
    let now = now.as_millis().div_euclid(1_000);
    let soon = now.saturating_add(LEEWAY_S);
    let mut begun = ["iat", "nbf"].into_iter().filter_map(|name| seconds(claims, name));
    seconds(claims, "exp").is_some_and(|exp| exp > now.saturating_sub(LEEWAY_S))
        && begun.all(|it| it <= soon)
}

/// A time of the claims, without the fraction that it may have.
fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    claims.get(name)?.as_number()?.to_string().split('.').next()?.parse().ok()
}

fn person(claims: &Map<String, Value>, claim: &str) -> Person {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let verified = claims.get("email_verified").filter(|it| !it.is_null());
    // Some providers write it as a text.
    let is_verified = verified.is_some_and(|it| it == &Value::Bool(true) || it == "true");
    let is_denied = verified.is_some() && !is_verified;
    let email = text("email").filter(|_| !is_denied);
    let name = email.or_else(|| text("preferred_username")).or_else(|| text("sub"));
    Person {
        name: name.unwrap_or_default().to_owned(),
        verified_email: email.filter(|_| is_verified).map(str::to_owned),
        values: values(claims, claim),
    }
}

/// The values of a claim, which is found by its name or by the way to it.
fn values(claims: &Map<String, Value>, claim: &str) -> Vec<String> {
    let by_way = || {
        let mut steps = claim.split('.');
        let first = claims.get(steps.next()?)?;
        steps.try_fold(first, |at, step| at.get(step))
    };
    match claims.get(claim).or_else(by_way) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => {
            many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
