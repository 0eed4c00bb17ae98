//! Forged, stale and foreign tokens.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const NOW_S: i64 = 1_800_000_000;

fn tokens() -> Tokens {
    Tokens::new(&ServerSecret::from_bytes(&[1; 32]).unwrap()).unwrap()
}

fn good_claims() -> Value {
    json!({
        "iss": "nightbell", "aud": "nightbell", "sub": "k", "project": 7,
        "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 900,
    })
}

fn with(claim: &str, value: Value) -> Value {
    let mut claims = good_claims();
    claims[claim] = value;
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

/// Signed with our own key, so that nothing but the claims can be at fault.
fn signed(tokens: &Tokens, claims: &Value) -> String {
    jsonwebtoken::encode(&tokens.header, claims, &tokens.signing).unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Our own signature under a header of the attacker's choice.
fn signed_under(tokens: &Tokens, header: &Value) -> String {
    let message = format!("{}.{}", part(header), part(&good_claims()));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &tokens.signing, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn a_token_says_what_it_was_made_for() {
    let tokens = tokens();
    let token = tokens.issue("abc", ProjectId(7), NOW).unwrap();
    let claims = tokens.read(&token.text, NOW).unwrap();
    assert_eq!((claims.sub.as_str(), claims.project), ("abc", ProjectId(7)));
    assert_eq!(token.expires_at, NOW.plus(TOKEN_LIFETIME));
    assert!(!format!("{token:?}").contains(&token.text));
    // The claims that the forgeries below start from are good in themselves.
    assert!(tokens.read(&signed(&tokens, &good_claims()), NOW).is_ok());
    assert!(tokens.read(&signed_under(&tokens, &json!(tokens.header)), NOW).is_ok());
}

#[test]
fn a_token_lives_a_quarter_of_an_hour() {
    let tokens = tokens();
    let token = tokens.issue("abc", ProjectId(7), NOW).unwrap();
    let ends = token.expires_at;
    let second = Duration::from_secs(1);
    assert!(tokens.read(&token.text, ends.plus(4 * second)).is_ok(), "within the leeway");
    assert!(tokens.read(&token.text, ends.plus(5 * second)).is_err());
    assert!(tokens.read(&token.text, NOW.minus(5 * second)).is_ok(), "a clock behind ours");
    assert!(tokens.read(&token.text, NOW.minus(6 * second)).is_err());
}

#[test]
fn unsigned_tokens_are_refused() {
    let tokens = tokens();
    let kid = tokens.header.kid.clone();
    for alg in ["none", "None", "nOnE", ""] {
        let header = json!({"typ": "JWT", "alg": alg, "kid": kid});
        let message = format!("{}.{}", part(&header), part(&good_claims()));
        assert!(tokens.read(&format!("{message}."), NOW).is_err());
        assert!(tokens.read(&message, NOW).is_err());
        assert!(tokens.read(&signed_under(&tokens, &header), NOW).is_err());
    }
    let ours = signed(&tokens, &good_claims());
    let (message, _) = ours.rsplit_once('.').unwrap();
    assert!(tokens.read(&format!("{message}."), NOW).is_err());
    assert!(tokens.read(message, NOW).is_err());
}

/// The oldest trick: the public key is no secret, and HMAC takes any key.
#[test]
fn hmac_keyed_with_the_public_key_is_refused() {
    let tokens = tokens();
    let public = tokens.checking.try_get_as_bytes().unwrap();
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let mut header = Header::new(algorithm);
        header.kid.clone_from(&tokens.header.kid);
        let forged =
            jsonwebtoken::encode(&header, &good_claims(), &EncodingKey::from_secret(public));
        assert!(matches!(tokens.read(&forged.unwrap(), NOW), Err(TokenError::ForeignHeader)));
    }
}

#[test]
fn headers_that_point_elsewhere_are_refused() {
    let tokens = tokens();
    let kid = tokens.header.kid.clone().unwrap();
    let alg = "EdDSA";
    let headers = [
        json!({"typ": "JWT", "alg": alg}),
        json!({"typ": "JWT", "alg": alg, "kid": "../../../../dev/null"}),
        json!({"typ": "JWT", "alg": alg, "kid": "' UNION SELECT 'x"}),
        json!({"typ": "JWT", "alg": alg, "kid": format!("{kid}\0")}),
        json!({"typ": "JWT", "alg": alg, "kid": kid.to_lowercase()}),
        json!({"typ": "JWT", "alg": alg, "kid": kid, "jku": "https://evil.example/jwks.json"}),
        json!({"typ": "JWT", "alg": alg, "kid": kid, "x5u": "https://evil.example/cert.pem"}),
        json!({"typ": "JWT", "alg": alg, "kid": kid, "x5c": ["AAAA"]}),
        json!({"typ": "JWT", "alg": alg, "kid": kid, "crit": ["exp"]}),
        json!({"typ": "JWT", "alg": alg, "kid": kid,
               "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}}),
        json!({"typ": "at+jwt", "alg": alg, "kid": kid}),
    ];
    for header in headers {
        assert!(tokens.read(&signed_under(&tokens, &header), NOW).is_err(), "{header}");
    }
}

#[test]
fn claims_that_are_not_ours_are_refused() {
    let tokens = tokens();
    let year = 365 * 24 * 3_600;
    let bad = [
        without("exp"),
        without("aud"),
        without("iss"),
        without("sub"),
        without("nbf"),
        without("project"),
        with("exp", json!(NOW_S + 10 * year)),
        with("exp", json!(NOW_S + 961)),
        with("exp", json!(NOW_S - 5)),
        with("exp", json!(i64::MAX)),
        with("exp", json!(-1)),
        with("exp", json!("9999999999")),
        with("exp", json!(null)),
        with("exp", json!(1e300)),
        with("aud", json!("somebody")),
        with("aud", json!(["nightbell", "somebody"])),
        with("iss", json!("somebody")),
        with("nbf", json!(NOW_S + 6)),
        with("iat", json!(NOW_S + 6)),
        with("sub", json!(7)),
        json!([]),
    ];
    for claims in bad {
        assert!(tokens.read(&signed(&tokens, &claims), NOW).is_err(), "{claims}");
    }
    // The bounds themselves are good.
    for claims in [
        with("exp", json!(NOW_S + 960)),
        with("exp", json!(NOW_S - 4)),
        with("nbf", json!(NOW_S + 5)),
    ] {
        assert!(tokens.read(&signed(&tokens, &claims), NOW).is_ok(), "{claims}");
    }
}

#[test]
fn a_long_token_is_refused_unread() {
    let tokens = tokens();
    let long = signed(&tokens, &with("pad", json!("x".repeat(64 * 1024))));
    assert!(matches!(tokens.read(&long, NOW), Err(TokenError::TooLong)));
    assert!(matches!(tokens.read(&"a".repeat(65_536), NOW), Err(TokenError::TooLong)));
}

#[test]
fn another_servers_token_is_refused() {
    let other = Tokens::new(&ServerSecret::from_bytes(&[2; 32]).unwrap()).unwrap();
    let token = other.issue("abc", ProjectId(7), NOW).unwrap();
    assert!(tokens().read(&token.text, NOW).is_err());
    // Nor does borrowing our header help.
    let forged = jsonwebtoken::encode(&tokens().header, &good_claims(), &other.signing).unwrap();
    assert!(matches!(tokens().read(&forged, NOW), Err(TokenError::Jwt(_))));
}

proptest! {
    #[test]
    fn a_changed_token_is_refused(at in any::<prop::sample::Index>(), wrong in "[0-9A-Za-z_.-]") {
        let tokens = tokens();
        let good = tokens.issue("abc", ProjectId(7), NOW).unwrap().text;
        let at = at.index(good.len());
        prop_assume!(good[at..=at] != wrong);
        let mut changed = good.clone();
        changed.replace_range(at..=at, &wrong);
        prop_assert!(tokens.read(&changed, NOW).is_err());
    }

    #[test]
    fn reading_takes_anything(text in any::<String>(), dotted in "[a-zA-Z0-9_-]{0,40}(\\.[a-zA-Z0-9_-]{0,40}){0,4}") {
        prop_assert!(tokens().read(&text, NOW).is_err());
        prop_assert!(tokens().read(&dotted, NOW).is_err());
    }
}
