//! Who is let in by a provider, and who is not.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use nightbell_domain::key::Role;
use nightbell_domain::time::Timestamp;
use serde_json::{Value, json};

use super::attempt::{ATTEMPT_MAX, Attempt, open_session, path_here, seal_session};
use super::id_token::{IdTokenError, KeySet, Person, read};
use super::roles::Roles;
use super::{Issuer, Provider};
use crate::auth::ServerSecret;

const NOW: Timestamp = Timestamp::from_millis(1_780_000_000_500);
const NOW_S: i64 = 1_780_000_000;

fn secret(byte: u8) -> ServerSecret {
    ServerSecret::from_bytes(&[byte; 32]).unwrap()
}

fn provider() -> Provider {
    Provider {
        issuer: Issuer::parse("https://login.example.org/ours").unwrap(),
        client_id: "nightbell".to_owned(),
        client_secret_file: "secret".into(),
        claim: "groups".to_owned(),
        roles: Roles::parse("viewer=*").unwrap(),
    }
}

struct Signer {
    key: EncodingKey,
    public: Value,
}

impl Signer {
    fn new(kid: &str) -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let document = document.unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref());
        let pair = pair.unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let text = |part| URL_SAFE_NO_PAD.encode(part);
        let public = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": text(x), "y": text(y)
        });
        Self { key: EncodingKey::from_ec_der(document.as_ref()), public }
    }

    fn sign(&self, kid: Option<&str>, changed: Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = kid.map(str::to_owned);
        jsonwebtoken::encode(&header, &claims(changed), &self.key).unwrap()
    }
}

fn claims(changed: Value) -> Value {
    let mut claims = json!({
        "iss": "https://login.example.org/ours", "aud": "nightbell", "sub": "42",
        "nonce": "n", "iat": NOW_S, "exp": NOW_S + 300, "email": "ann@example.org",
        "email_verified": true, "groups": ["ops-team"]
    });
    let Value::Object(changed) = changed else { panic!("claims have names") };
    for (name, value) in changed {
        claims[name] = value;
    }
    claims
}

fn keys(public: &[&Value]) -> KeySet {
    KeySet::parse(json!({ "keys": public }).to_string().as_bytes()).unwrap()
}

fn read_changed(changed: Value) -> Result<Person, IdTokenError> {
    let signer = Signer::new("k");
    read(&signer.sign(Some("k"), changed), &provider(), &keys(&[&signer.public]), "n", NOW)
}

#[test]
fn a_good_id_token_says_who_it_is() {
    let person = read_changed(json!({})).unwrap();

    assert_eq!(person.name, "ann@example.org");
    assert_eq!(person.verified_email.as_deref(), Some("ann@example.org"));
    assert_eq!(person.values, ["ops-team"]);
    let late = json!({"exp": NOW_S - 59, "nbf": NOW_S + 59, "iat": 1_780_000_030.25});
    assert!(read_changed(late).is_ok(), "clocks may differ a little");
}

#[test]
fn an_id_token_for_somebody_else_or_another_time_is_refused() {
    for changed in [
        json!({"iss": "https://login.example.org"}),
        json!({"iss": null}),
        json!({"aud": "another"}),
        json!({"aud": ["another"]}),
        json!({"aud": null}),
        json!({"sub": null}),
        json!({"exp": null}),
    ] {
        let refused = read_changed(changed.clone());
        assert!(matches!(refused, Err(IdTokenError::Jwt(_))), "{changed}: {refused:?}");
    }
    for changed in [json!({"nonce": "m"}), json!({"nonce": null}), json!({"nonce": ["n"]})] {
        assert!(matches!(read_changed(changed), Err(IdTokenError::Nonce)));
    }
    for changed in
        [json!({"exp": NOW_S - 61}), json!({"iat": NOW_S + 61}), json!({"nbf": NOW_S + 61})]
    {
        assert!(matches!(read_changed(changed), Err(IdTokenError::Time)));
    }
    for changed in [json!({"aud": ["nightbell", "another"]}), json!({"azp": "another"})] {
        assert!(matches!(read_changed(changed), Err(IdTokenError::AuthorizedParty)));
    }
    assert!(read_changed(json!({"aud": ["nightbell", "b"], "azp": "nightbell"})).is_ok());
}

#[test]
fn an_id_token_that_the_provider_did_not_sign_is_refused() {
    let (ours, forger) = (Signer::new("k"), Signer::new("k"));
    let shown = keys(&[&ours.public]);
    let read = |text: &str| read(text, &provider(), &shown, "n", NOW);

    assert!(matches!(read(&forger.sign(Some("k"), json!({}))), Err(IdTokenError::Jwt(_))));
    assert!(matches!(read(&ours.sign(Some("new"), json!({}))), Err(IdTokenError::UnknownKey)));

    let body = URL_SAFE_NO_PAD.encode(claims(json!({})).to_string());
    for header in [json!({"alg": "none"}), json!({"alg": "NONE", "kid": "k"}), json!({})] {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let refused = read(&format!("{header}.{body}."));
        assert!(matches!(refused, Err(IdTokenError::Algorithm)), "{refused:?}");
    }
    // The public key as the secret of an HMAC.
    let x = URL_SAFE_NO_PAD.decode(ours.public["x"].as_str().unwrap()).unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("k".to_owned());
    let mixed =
        jsonwebtoken::encode(&header, &claims(json!({})), &EncodingKey::from_secret(&x)).unwrap();
    assert!(matches!(read(&mixed), Err(IdTokenError::Algorithm)));
}

#[test]
fn a_token_without_the_name_of_its_key_must_leave_no_choice() {
    let (one, other) = (Signer::new("one"), Signer::new("other"));
    let odd = json!({"kty": "odd", "kid": "odd"});
    let text = one.sign(None, json!({}));
    let read = |shown: &KeySet| read(&text, &provider(), shown, "n", NOW);

    assert!(read(&keys(&[&one.public, &odd])).is_ok());
    let choice = read(&keys(&[&one.public, &other.public]));
    assert!(matches!(choice, Err(IdTokenError::UnknownKey)));
    let mut to_encrypt = one.public.clone();
    to_encrypt["use"] = json!("enc");
    assert!(matches!(read(&keys(&[&to_encrypt])), Err(IdTokenError::UnknownKey)));
}

#[test]
fn an_address_that_is_not_verified_gives_no_role_and_one_that_is_denied_no_name() {
    let unsaid = read_changed(json!({"email_verified": null})).unwrap();
    assert_eq!((unsaid.name.as_str(), unsaid.verified_email), ("ann@example.org", None));
    let denied = json!({"email_verified": false, "preferred_username": "ann"});
    let denied = read_changed(denied).unwrap();
    assert_eq!((denied.name.as_str(), denied.verified_email), ("ann", None));
    let nameless = read_changed(json!({"email": ""})).unwrap();
    assert_eq!((nameless.name.as_str(), nameless.verified_email), ("42", None));
}

#[test]
fn the_claim_is_found_by_its_name_or_by_the_way_to_it() {
    let signer = Signer::new("k");
    let text = signer.sign(
        Some("k"),
        json!({"realm": {"roles": ["a", 1, "b"]}, "https://example.org/role": "c"}),
    );
    let values = |claim: &str| {
        let provider = Provider { claim: claim.to_owned(), ..provider() };
        read(&text, &provider, &keys(&[&signer.public]), "n", NOW).unwrap().values
    };
    assert_eq!(values("realm.roles"), ["a", "b"]);
    assert_eq!(values("https://example.org/role"), ["c"]);
    assert!(values("realm").is_empty() && values("realm.x.y").is_empty() && values("").is_empty());
}

#[test]
fn the_most_powerful_role_wins_and_nothing_gives_none() {
    let roles = "viewer=*@example.org, admin=ops-team,operator=Ann@example.org";
    let roles = Roles::parse(roles).unwrap();
    let values = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let role = |names: &[&str], email| roles.role_of(&values(names), email);

    assert_eq!(role(&["x", "ops-team"], Some("ann@example.org")), Some(Role::Admin));
    assert_eq!(role(&["ops-team"], None), Some(Role::Admin));
    assert_eq!(role(&[], Some("ANN@example.org")), Some(Role::Operator));
    assert_eq!(role(&[], Some("bob@Example.org")), Some(Role::Viewer));
    for (names, email) in [
        (&["OPS-TEAM", "ops", "*"][..], None),
        (&[], Some("bob@evilexample.org")),
        (&[], Some("bob@example.org.evil")),
        (&["@example.org"], None),
    ] {
        assert_eq!(role(names, email), None, "{names:?} {email:?}");
    }
    assert_eq!(Roles::parse("viewer=*").unwrap().role_of(&[], None), Some(Role::Viewer));
    let text = "viewer=*@example.org,admin=ops-team,operator=Ann@example.org";
    assert_eq!(roles.to_string(), text);
}

#[test]
fn an_attempt_opens_once_it_is_back_and_not_too_late() {
    let attempt = Attempt::new("/incidents/1", NOW).unwrap();
    let sealed = attempt.seal(&secret(1)).unwrap();
    let later = |by| NOW.plus(by);

    let back = Attempt::open(&sealed, &attempt.state, &secret(1), later(ATTEMPT_MAX)).unwrap();
    assert_eq!((back.next.as_str(), &back.nonce), ("/incidents/1", &attempt.nonce));
    assert_eq!(back.session_id(), attempt.session_id());
    // Another server of the same secret opens it as well; one of another does not.
    assert!(Attempt::open(&sealed, &attempt.state, &secret(2), NOW).is_none());
    let expired = later(ATTEMPT_MAX + Duration::from_millis(1));
    assert!(Attempt::open(&sealed, &attempt.state, &secret(1), expired).is_none());
}

#[test]
fn an_attempt_that_was_tampered_with_or_is_another_does_not_open() {
    let (one, other) = (Attempt::new("/", NOW).unwrap(), Attempt::new("/", NOW).unwrap());
    let sealed = one.seal(&secret(1)).unwrap();
    assert!(Attempt::open(&sealed, &other.state, &secret(1), NOW).is_none());
    assert!(Attempt::open(&sealed, "", &secret(1), NOW).is_none());
    assert_ne!(one.session_id(), other.session_id());
    for at in [0, sealed.len() / 2, sealed.len() - 2] {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(bytes).unwrap();
        assert!(Attempt::open(&tampered, &one.state, &secret(1), NOW).is_none(), "{at}");
    }
    let session = seal_session("person-1", &secret(1)).unwrap();
    assert_eq!(open_session(&session, &secret(1)).as_deref(), Some("person-1"));
    assert!(open_session(&sealed, &secret(1)).is_none(), "each is sealed for its own use");
    assert!(Attempt::open(&session, &one.state, &secret(1), NOW).is_none());
    assert!(open_session(&"A".repeat(5_000), &secret(1)).is_none());
}

#[test]
fn the_way_back_leads_only_here() {
    for here in ["/", "/incidents/1", "/schedulers/a.b?run=x#explain", "/?next=//evil.example"] {
        assert_eq!(path_here(here), here);
    }
    let long = format!("/{}", "a".repeat(600));
    for elsewhere in [
        "",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/a b",
        "/\u{a0}",
        "/\t/evil.example",
        "/..//evil.example",
        "/.//evil.example",
        "/%0d%0aset-cookie:x\r\n",
        long.as_str(),
    ] {
        assert_eq!(path_here(elsewhere), "/", "{elsewhere}");
    }
}

#[test]
fn an_issuer_is_https_unless_it_is_on_this_machine() {
    for good in [
        "https://accounts.google.com",
        "https://x.auth0.com/",
        "http://localhost:8080/realms/a",
        "http://127.0.0.1:1",
        "http://[::1]:1/",
    ] {
        assert_eq!(Issuer::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        "login.example.org",
        "http://login.example.org",
        "http://10.0.0.1",
        "ftp://a",
        "https://u@a",
        "https://a/?b",
        "https://a/#b",
        "https://",
    ] {
        assert!(Issuer::parse(bad).is_err(), "{bad}");
    }
    let issuer = Issuer::parse("https://x.auth0.com/").unwrap();
    assert_eq!(issuer.discovery(), "https://x.auth0.com/.well-known/openid-configuration");
    assert!(!issuer.may_name(&"http://x.auth0.com/token".parse().unwrap()));
    assert_eq!(Issuer::parse("http://[::1]:1/").unwrap().host(), "::1");
}
