//! Finding the credential in a request.
//!
//! A caller proves itself in a header: `x-api-key`, or `authorization: Bearer`
//! with a key or a token. gRPC metadata are headers, so one reading serves both
//! transports. Nothing is guessed: a request with two answers to "who are you"
//! has none.

use super::key_text::KeyText;
use super::refusal::Refusal;
use super::token::TOKEN_LEN_MAX;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

/// The header of the public guide.
const API_KEY: &str = "x-api-key";

/// Query parameters that people put credentials in. Compared without case, with
/// `_` as `-`.
const FORBIDDEN_PARAMETERS: [&str; 7] =
    ["key", "api-key", "x-api-key", "apikey", "token", "access-token", "authorization"];

/// What a caller proves itself with.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// An API key, its form and checksum good.
    Key(KeyText<'a>),
    /// A token, not looked at yet.
    Token(&'a str),
}

/// Finds the one credential of a request.
///
/// `query` is the raw query string of the address, if it has one.
pub fn find<'a>(headers: &'a HeaderMap, query: Option<&str>) -> Result<Credential<'a>, Refusal> {
    if query.is_some_and(has_credential) {
        return Err(Refusal::InQuery);
    }
    let api_key = only_value(headers, API_KEY)?;
    let authorization = only_value(headers, AUTHORIZATION.as_str())?;

    match (api_key, authorization) {
        (None, None) => Err(Refusal::NoCredential),
        (Some(api_key), None) => key(text(api_key)?),
        (None, Some(authorization)) => {
            let credential = bearer(text(authorization)?)?;
            if credential.contains('.') {
                return Ok(Credential::Token(credential));
            }
            key(credential)
        }
        (Some(api_key), Some(authorization)) => {
            let api_key = text(api_key)?;
            let same = bearer(text(authorization)?).is_ok_and(|bearer| bearer == api_key);
            if same { key(api_key) } else { Err(Refusal::Ambiguous) }
        }
    }
}

fn has_credential(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        FORBIDDEN_PARAMETERS.contains(&name.as_str())
    })
}

fn only_value<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next();
    if values.next().is_some() { Err(Refusal::Ambiguous) } else { Ok(value) }
}

fn text(value: &HeaderValue) -> Result<&str, Refusal> {
    // The longest of ours is a token behind "Bearer ".
    if value.len() > TOKEN_LEN_MAX + "Bearer ".len() {
        return Err(Refusal::BadCredential);
    }
    value.to_str().map(str::trim).map_err(|_| Refusal::BadCredential)
}

fn bearer(value: &str) -> Result<&str, Refusal> {
    let (scheme, credential) = value.split_once(' ').ok_or(Refusal::BadCredential)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(credential.trim_start())
    } else {
        Err(Refusal::BadCredential)
    }
}

fn key(text: &str) -> Result<Credential<'_>, Refusal> {
    KeyText::parse(text).map(Credential::Key).ok_or(Refusal::BadCredential)
}

#[cfg(test)]
mod tests {
    use super::super::key_text::MadeKeyText;
    use super::*;
    use nightbell_domain::key::Role;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn made() -> String {
        MadeKeyText::generate(Role::Reporter).text().to_owned()
    }

    fn refused(pairs: &[(&'static str, &str)]) -> Refusal {
        find(&headers(pairs), None).unwrap_err()
    }

    #[test]
    fn a_key_is_found_in_either_header() {
        let key = made();
        let bearer = format!("Bearer {key}");
        let lower = format!("bearer  {key}");
        for pairs in [
            vec![("x-api-key", key.as_str())],
            vec![("authorization", bearer.as_str())],
            vec![("authorization", lower.as_str())],
            vec![("x-api-key", key.as_str()), ("authorization", bearer.as_str())],
        ] {
            let headers = headers(&pairs);
            let Ok(Credential::Key(found)) = find(&headers, Some("page_token=x&label=a")) else {
                panic!("no key found");
            };
            assert_eq!(found.key_id, &key[4..16]);
        }
    }

    #[test]
    fn a_token_comes_as_bearer_only() {
        let token = headers(&[("authorization", "Bearer a.b.c")]);
        assert!(matches!(find(&token, None), Ok(Credential::Token("a.b.c"))));
        assert_eq!(refused(&[("x-api-key", "a.b.c")]), Refusal::BadCredential);
    }

    #[test]
    fn two_answers_are_none() {
        let (one, two) = (made(), made());
        let bearer = format!("Bearer {two}");
        assert_eq!(refused(&[("x-api-key", &one), ("x-api-key", &one)]), Refusal::Ambiguous);
        assert_eq!(refused(&[("x-api-key", &one), ("authorization", &bearer)]), Refusal::Ambiguous);
        assert_eq!(
            refused(&[("x-api-key", &one), ("authorization", "Basic Og==")]),
            Refusal::Ambiguous
        );
        assert_eq!(
            refused(&[("authorization", &bearer), ("authorization", &bearer)]),
            Refusal::Ambiguous
        );
        let joined = format!("{one}, {two}");
        assert_eq!(refused(&[("x-api-key", &joined)]), Refusal::BadCredential);
    }

    #[test]
    fn nothing_and_nonsense_are_told_apart() {
        assert_eq!(refused(&[]), Refusal::NoCredential);
        for bad in ["", "x", "nbi_", "Bearer", "Bearer ", "Basic Og==", "Bearer x", "Digest a.b.c"]
        {
            assert_eq!(refused(&[("authorization", bad)]), Refusal::BadCredential, "{bad}");
        }
        let long = format!("Bearer {}", "a.".repeat(32 * 1024));
        assert_eq!(refused(&[("authorization", &long)]), Refusal::BadCredential);
        let mut latin = HeaderMap::new();
        latin.insert("x-api-key", HeaderValue::from_bytes(b"nbi_\xfc").unwrap());
        assert_eq!(find(&latin, None).unwrap_err(), Refusal::BadCredential);
    }

    #[test]
    fn a_credential_in_the_address_is_refused() {
        let good = made();
        let headers = headers(&[("x-api-key", &good)]);
        for query in [
            "key=x",
            "api_key=x",
            "a=1&x-api-key=x",
            "apikey",
            "token=",
            "access_token=x",
            "authorization=Bearer+x",
            "API_KEY=x",
            "%6bey=x",
            "Access-Token=x",
            "+key=x",
        ] {
            assert_eq!(find(&headers, Some(query)).unwrap_err(), Refusal::InQuery, "{query}");
        }
        for query in ["", "page_token=x", "keys=1", "service=key", "label=token%3Dx"] {
            assert!(find(&headers, Some(query)).is_ok(), "{query}");
        }
    }
}
