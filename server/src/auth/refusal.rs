//! Why a caller is not let in.

use std::time::Duration;

/// Why a request was not admitted.
///
/// The texts are constant. In particular a bad credential has one text,
/// whatever was wrong with it: an unknown key, a wrong secret, a revoked key
/// and a forged token must look alike from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request carries no credential.
    #[error("send an API key as `x-api-key`, or a key or token as `authorization: Bearer`")]
    NoCredential,

    /// The credential is not one of ours, or no longer.
    #[error("the API key or token is not valid")]
    BadCredential,

    /// More than one credential, so that it is unclear who is calling.
    #[error("send one credential, once")]
    Ambiguous,

    /// A credential in the address, where logs and proxies keep it.
    #[error("send the credential in a header; never in the address")]
    InQuery,

    /// A good credential whose role does not allow this call.
    #[error("the role of this key does not allow this call")]
    Forbidden,

    /// More requests than this key, or more failures than this address, may make.
    #[error("too many requests")]
    RateLimited {
        /// When the next one may succeed, from now.
        retry_after: Duration,
    },

    /// Ours to mend: it cannot be said now whether the credential is good.
    #[error("keys cannot be checked at the moment; try again")]
    Unavailable,
}

impl Refusal {
    /// The stable reason, in upper case, for programs.
    pub const fn reason(self) -> &'static str {
        match self {
            Refusal::NoCredential => "NO_CREDENTIAL",
            Refusal::BadCredential => "BAD_CREDENTIAL",
            Refusal::Ambiguous => "AMBIGUOUS_CREDENTIALS",
            Refusal::InQuery => "CREDENTIAL_IN_QUERY",
            Refusal::Forbidden => "ROLE_NOT_ALLOWED",
            Refusal::RateLimited { .. } => "RATE_LIMITED",
            Refusal::Unavailable => "KEYS_UNAVAILABLE",
        }
    }

    /// Whether a caller that keeps causing it is guessing, or leaking keys.
    pub(super) const fn is_suspicious(self) -> bool {
        match self {
            Refusal::BadCredential | Refusal::Ambiguous | Refusal::InQuery => true,
            Refusal::NoCredential
            | Refusal::Forbidden
            | Refusal::RateLimited { .. }
            | Refusal::Unavailable => false,
        }
    }
}
