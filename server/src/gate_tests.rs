use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::num::NonZeroU32;

use nightbell_domain::key::{Binding, Key, ProjectId, Role};
use nightbell_domain::time::Timestamp;
use tower::ServiceExt as _;

use super::*;
use crate::auth::{DirectoryError, KeyDirectory, ServerSecret};
use crate::clock::ManualClock;

const UPDATE_STATUS: &str = "/nightbell.v1.ReportService/UpdateStatus";
const LIST_KEYS: &str = "/nightbell.v1.KeyService/ListKeys";
const CHECK: &str = "/grpc.health.v1.Health/Check";
const REFLECT: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

/// A directory of one key.
struct OneKey(Key);

#[async_trait::async_trait]
impl KeyDirectory for OneKey {
    async fn key(&self, key_id: &str) -> Result<Option<Key>, DirectoryError> {
        Ok((self.0.key_id == key_id).then(|| self.0.clone()))
    }

    async fn key_epoch(&self) -> Result<i64, DirectoryError> {
        Ok(1)
    }

    async fn key_used(&self, _key_id: &str, _at: Timestamp) -> Result<(), DirectoryError> {
        Ok(())
    }
}

/// A gate and the text of the one key, a reporter's, that opens it.
async fn gate(is_reflection_open: bool) -> (Gate, String) {
    let secret = Arc::new(ServerSecret::from_bytes(&[3; 32]).unwrap());
    let made = secret.make_key(Role::Reporter);
    let key = Key {
        key_id: made.text.key_id().to_owned(),
        project: ProjectId(7),
        name: "ci".to_owned(),
        role: Role::Reporter,
        binding: Binding::default(),
        requests_per_second: None,
        secret_hash: made.secret_hash,
        created_at: Timestamp::from_millis(0),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    let rate = NonZeroU32::new(1_000).unwrap();
    let auth = Authenticator::new(secret, Arc::new(OneKey(key)), rate).unwrap();
    auth.keys().refresh().await;
    let clock = ManualClock::new(Timestamp::from_millis(1_800_000_000_000));
    let gate = Gate::new(Arc::new(auth), Arc::new(clock), Metrics::new(), is_reflection_open);
    (gate, made.text.text().to_owned())
}

/// Asks through the gate for a service that tells who it takes the caller for and
/// whether it can see a credential.
async fn ask(gate: &Gate, path: &str, key: Option<&str>) -> Response<String> {
    let inner = tower::service_fn(|request: Request<()>| async move {
        let caller = request.extensions().get::<Admitted>();
        let project = caller.map(|caller| caller.principal.project);
        let sees_key = request.headers().contains_key("x-api-key");
        Ok::<_, Infallible>(Response::new(format!("{project:?} {sees_key}")))
    });
    let mut request = Request::builder().uri(path).extension(Peer(Ipv4Addr::LOCALHOST.into()));
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    gate.layer(inner).oneshot(request.body(()).unwrap()).await.unwrap()
}

fn code(response: &Response<String>) -> Option<Code> {
    let status = response.headers().get("grpc-status")?;
    Some(Code::from_bytes(status.as_bytes()))
}

#[tokio::test]
async fn a_good_key_gets_in_and_is_forgotten() {
    let (gate, key) = gate(false).await;
    let response = ask(&gate, UPDATE_STATUS, Some(&key)).await;
    assert_eq!(response.body(), "Some(ProjectId(7)) false");
}

#[tokio::test]
async fn a_refusal_is_a_grpc_answer_of_a_head_only() {
    let (gate, key) = gate(false).await;
    for (path, key, expected) in [
        (UPDATE_STATUS, None, Code::Unauthenticated),
        (UPDATE_STATUS, Some("nbi_nonsense"), Code::Unauthenticated),
        (LIST_KEYS, Some(key.as_str()), Code::PermissionDenied),
        (REFLECT, None, Code::Unauthenticated),
        (REFLECT, Some(key.as_str()), Code::PermissionDenied),
        ("/nightbell.v1.ReportService/Nothing", None, Code::Unimplemented),
        ("/other.Service/Call", Some(key.as_str()), Code::Unimplemented),
    ] {
        let response = ask(&gate, path, key).await;
        assert_eq!(code(&response), Some(expected), "{path}");
        assert_eq!(response.headers()["content-type"], "application/grpc");
        assert_eq!(response.body(), "", "{path}");
    }
}

#[tokio::test]
async fn health_needs_no_key_and_reflection_none_where_it_is_open() {
    let (closed, _) = gate(false).await;
    let (open, _) = gate(true).await;
    assert_eq!(ask(&closed, CHECK, None).await.body(), "None false");
    assert_eq!(ask(&open, REFLECT, None).await.body(), "None false");
}

#[tokio::test]
async fn a_request_from_nowhere_is_not_let_in() {
    let (gate, key) = gate(false).await;
    let inner = tower::service_fn(|_: Request<()>| async {
        Ok::<_, Infallible>(Response::new("in".to_owned()))
    });
    let request = Request::builder().uri(UPDATE_STATUS).header("x-api-key", key);
    let response = gate.layer(inner).oneshot(request.body(()).unwrap()).await.unwrap();
    assert_eq!(code(&response), Some(Code::Internal));
}

#[tokio::test]
async fn every_call_of_the_contract_asks_for_a_key() {
    let (gate, _) = gate(true).await;
    for method in nightbell_proto::method::METHODS {
        assert!(matches!(gate.asks(method.path), Ok(Asks::Key(_))), "{}", method.path);
    }
}
