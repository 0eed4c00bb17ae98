//! The gate, row by row of what must be refused.

use super::fake_directory::FakeDirectory;
use super::*;
use nightbell_domain::key::{Binding, Key, ProjectId, Role};
use std::sync::Mutex;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

struct Gate {
    auth: Authenticator,
    directory: Arc<FakeDirectory>,
    secret: Arc<ServerSecret>,
}

impl Gate {
    async fn new() -> Self {
        let secret = Arc::new(ServerSecret::from_bytes(&[3; 32]).unwrap());
        let directory = Arc::new(FakeDirectory::default());
        let auth = Authenticator::new(
            Arc::clone(&secret),
            Arc::clone(&directory) as Arc<dyn KeyDirectory>,
            NonZeroU32::new(1_000).unwrap(),
        )
        .unwrap();
        auth.keys().refresh().await;
        Self { auth, directory, secret }
    }

    /// Makes a key, changed as the test likes, and returns its text.
    async fn key_with(&self, role: Role, change: impl FnOnce(&mut Key)) -> String {
        let made = self.secret.make_key(role);
        let mut key = fake_directory::key(made.text.key_id(), role);
        key.secret_hash = made.secret_hash;
        change(&mut key);
        self.directory.put(key);
        self.auth.keys().refresh().await;
        made.text.text().to_owned()
    }

    async fn key(&self, role: Role) -> String {
        self.key_with(role, |_| ()).await
    }

    async fn admit(&self, headers: &HeaderMap, access: Access) -> Result<Admitted, Refusal> {
        self.auth.admit(headers, None, PEER, access, NOW).await
    }

    async fn refusal(&self, headers: &HeaderMap) -> Refusal {
        self.admit(headers, Access::Key).await.unwrap_err()
    }

    async fn token(&self, key: &str) -> Token {
        let caller = self.admit(&by_key(key), Access::Key).await.unwrap();
        self.auth.exchange(&caller, NOW).unwrap()
    }
}

fn by_key(key: &str) -> HeaderMap {
    HeaderMap::from_iter([("x-api-key".parse().unwrap(), key.parse().unwrap())])
}

fn by_token(token: &str) -> HeaderMap {
    let value = format!("Bearer {token}").parse().unwrap();
    HeaderMap::from_iter([("authorization".parse().unwrap(), value)])
}

fn id_of(key: &str) -> String {
    key.split('_').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_good_key_is_let_in_as_what_it_is() {
    let gate = Gate::new().await;
    let binding = Binding { service_name: None, scheduler_id_prefix: Some("svc-a-".to_owned()) };
    let key = gate
        .key_with(Role::Reporter, |key| {
            key.binding = binding.clone();
            key.project = ProjectId(9);
        })
        .await;
    for headers in [by_key(&key), by_token(&key), by_token(&gate.token(&key).await.text)] {
        let caller = gate.admit(&headers, Access::Report).await.unwrap();
        assert_eq!(caller.principal.project, ProjectId(9));
        assert_eq!(caller.principal.role, Role::Reporter);
        assert_eq!(caller.principal.key_id, id_of(&key));
        assert!(caller.principal.binding.may_speak_for("svc-a-x", None));
        assert!(!caller.principal.binding.may_speak_for("svc-b-x", None));
    }
    assert_eq!(gate.directory.lookups(), 1, "afterwards a key costs no look-up");
}

/// Rows 27 and 28: neither touches the store.
#[tokio::test]
async fn nothing_or_nonsense_is_refused_without_a_look_up() {
    let gate = Gate::new().await;
    let key = gate.key(Role::Admin).await;
    assert_eq!(gate.refusal(&HeaderMap::new()).await, Refusal::NoCredential);
    let other_role = key.replacen("nba", "nbi", 1);
    let other_kind = key.replacen("nba", "ghp", 1);
    let cut = &key[..key.len() - 1];
    for bad in [other_role.as_str(), other_kind.as_str(), cut, "", "x"] {
        assert_eq!(gate.refusal(&by_key(bad)).await, Refusal::BadCredential, "{bad}");
    }
    assert_eq!(gate.directory.lookups(), 0);
}

/// Rows 29 and 30: whatever is wrong with a key, the caller reads the same.
#[tokio::test]
async fn all_bad_keys_look_alike() {
    let gate = Gate::new().await;
    let ended = gate.key_with(Role::Admin, |key| key.revoked_at = Some(NOW)).await;
    let expired = gate.key_with(Role::Admin, |key| key.expires_at = Some(NOW)).await;
    let wrong_secret = gate.key_with(Role::Admin, |key| key.secret_hash[0] ^= 1).await;
    let no_hash = gate.key_with(Role::Admin, |key| key.secret_hash = [0; 32]).await;
    let wrong_role = gate.key_with(Role::Admin, |key| key.role = Role::Viewer).await;
    let unknown = gate.secret.make_key(Role::Admin).text.text().to_owned();

    for bad in [ended, expired, wrong_secret, no_hash, wrong_role, unknown] {
        let refusal = gate.refusal(&by_key(&bad)).await;
        assert_eq!(refusal, Refusal::BadCredential);
        assert_eq!(refusal.to_string(), "the API key or token is not valid");
        assert_eq!(refusal.reason(), "BAD_CREDENTIAL");
    }
}

/// Row 30: a key, its tokens and its streams end when the epoch moves.
#[tokio::test]
async fn revocation_reaches_keys_tokens_and_streams() {
    let gate = Gate::new().await;
    let key = gate.key(Role::Operator).await;
    let token = gate.token(&key).await.text;
    let caller = gate.admit(&by_token(&token), Access::Operate).await.unwrap();
    assert_eq!(gate.auth.still_good(&caller.principal, NOW).await, Ok(()));

    gate.directory.revoke(&id_of(&key), NOW);
    gate.auth.keys().refresh().await;

    assert_eq!(gate.refusal(&by_key(&key)).await, Refusal::BadCredential);
    assert_eq!(gate.refusal(&by_token(&token)).await, Refusal::BadCredential);
    let still_good = gate.auth.still_good(&caller.principal, NOW).await;
    assert_eq!(still_good, Err(Refusal::BadCredential));
}

#[tokio::test]
async fn a_stream_ends_with_its_key() {
    let gate = Gate::new().await;
    let ends = NOW.plus(Duration::from_mins(1));
    let key = gate.key_with(Role::Reporter, |key| key.expires_at = Some(ends)).await;
    let caller = gate.admit(&by_key(&key), Access::Report).await.unwrap().principal;
    assert_eq!(gate.auth.still_good(&caller, NOW).await, Ok(()));
    assert_eq!(gate.auth.still_good(&caller, ends).await, Err(Refusal::BadCredential));
}

/// Rows 31 and 32.
#[tokio::test]
async fn credentials_are_sent_once_and_in_headers() {
    let gate = Gate::new().await;
    let (one, two) = (gate.key(Role::Reporter).await, gate.key(Role::Reporter).await);
    let mut both = by_key(&one);
    both.extend(by_token(&two));
    assert_eq!(gate.refusal(&both).await, Refusal::Ambiguous);
    assert_eq!(Refusal::Ambiguous.reason(), "AMBIGUOUS_CREDENTIALS");

    let query = format!("api_key={one}");
    let admitted = gate.auth.admit(&by_key(&one), Some(&query), PEER, Access::Report, NOW).await;
    assert_eq!(admitted.unwrap_err(), Refusal::InQuery);
}

/// Row 33, the part beyond the token itself.
#[tokio::test]
async fn a_token_needs_its_key() {
    let gate = Gate::new().await;
    let key = gate.key(Role::Viewer).await;
    let unknown = gate.auth.tokens.issue("nobody", ProjectId(1), NOW).unwrap();
    assert_eq!(gate.refusal(&by_token(&unknown.text)).await, Refusal::BadCredential);
    let foreign = gate.auth.tokens.issue(&id_of(&key), ProjectId(2), NOW).unwrap();
    assert_eq!(gate.refusal(&by_token(&foreign.text)).await, Refusal::BadCredential);
    let long = "a.".repeat(32 * 1024);
    assert_eq!(gate.refusal(&by_token(&long)).await, Refusal::BadCredential);

    let token = gate.token(&key).await;
    let late = NOW.plus(Duration::from_mins(16));
    let admitted = gate.auth.admit(&by_token(&token.text), None, PEER, Access::Read, late).await;
    assert_eq!(admitted.unwrap_err(), Refusal::BadCredential);
}

/// Row 36.
#[tokio::test]
async fn a_role_opens_its_own_doors_only() {
    let gate = Gate::new().await;
    let key = gate.key(Role::Reporter).await;
    assert!(gate.admit(&by_key(&key), Access::Report).await.is_ok());
    for access in [Access::Read, Access::Operate, Access::Administer] {
        let refusal = gate.admit(&by_key(&key), access).await.unwrap_err();
        assert_eq!(refusal, Refusal::Forbidden);
    }
}

#[tokio::test]
async fn a_token_is_no_way_to_another() {
    let gate = Gate::new().await;
    let token = gate.token(&gate.key(Role::Admin).await).await;
    let caller = gate.admit(&by_token(&token.text), Access::Key).await.unwrap();
    assert_eq!(caller.proof, Proof::Token);
    assert_eq!(gate.auth.exchange(&caller, NOW).unwrap_err(), Refusal::Forbidden);
}

/// Row 38.
#[tokio::test]
async fn guessing_locks_out_the_guesser_only() {
    let gate = Gate::new().await;
    let good = gate.key(Role::Reporter).await;
    let mut limited = 0;
    for _ in 0..1_000 {
        let guess = gate.secret.make_key(Role::Reporter);
        match gate.refusal(&by_key(guess.text.text())).await {
            Refusal::BadCredential => {}
            Refusal::RateLimited { retry_after } => {
                assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_secs(1));
                limited += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(limited, 940);
    assert!(gate.admit(&by_key(&good), Access::Report).await.is_ok(), "the same address");
    assert_eq!(gate.refusal(&HeaderMap::new()).await, Refusal::NoCredential);
}

/// A key id is public: knowing it must not be enough to use up its requests.
#[tokio::test]
async fn requests_count_against_who_proved_to_be_the_key() {
    let gate = Gate::new().await;
    let slow = |key: &mut Key| key.requests_per_second = NonZeroU32::new(1);
    let key = gate.key_with(Role::Reporter, slow).await;
    let token = gate.token(&key).await;
    assert!(gate.admit(&by_token(&token.text), Access::Report).await.is_ok());
    let Refusal::RateLimited { retry_after } = gate.refusal(&by_key(&key)).await else {
        panic!("not limited");
    };
    let later = NOW.plus(retry_after);
    let again = gate.auth.admit(&by_key(&key), None, PEER, Access::Report, later).await;
    assert!(again.is_ok());
}

#[tokio::test]
async fn without_the_directory_nobody_is_told_a_lie() {
    let gate = Gate::new().await;
    let key = gate.key(Role::Reporter).await;
    gate.directory.break_down(true);
    for _ in 0..100 {
        assert_eq!(gate.refusal(&by_key(&key)).await, Refusal::Unavailable);
    }
    gate.directory.break_down(false);
    assert!(gate.admit(&by_key(&key), Access::Report).await.is_ok());
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_names_keys_and_no_secrets() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // While there is but one subscriber, a place in the code that another test reaches first
    // asks that test's thread, which has none, and is then silent for ever.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let _guard = tracing::subscriber::set_default(subscriber);

    let gate = Gate::new().await;
    let revoked = gate.key_with(Role::Admin, |key| key.revoked_at = Some(NOW)).await;
    let unknown = gate.secret.make_key(Role::Admin).text.text().to_owned();
    let good = gate.key(Role::Reporter).await;
    let token = gate.token(&good).await.text;
    for headers in [by_key(&revoked), by_key(&unknown), by_token(&format!("{token}x"))] {
        gate.refusal(&headers).await;
    }
    gate.admit(&by_key(&good), Access::Administer).await.unwrap_err();
    let query = format!("token={good}");
    let in_query = gate.auth.admit(&HeaderMap::new(), Some(&query), PEER, Access::Key, NOW).await;
    in_query.unwrap_err();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for key in [&revoked, &unknown, &good] {
        assert!(log.contains(&id_of(key)), "{log}");
        let secret = key.split('_').nth(2).unwrap();
        assert!(!log.contains(secret), "{log}");
    }
    let signature = token.rsplit('.').next().unwrap();
    assert!(!log.contains(signature), "{log}");
}
