//! What an operator sees: starting, stopping, keys, settings, TLS and health.

mod harness;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use harness::receiver::{Receiver, Reply};
use harness::rest::Rest;
use harness::server::{Grpc, Server};
use harness::{wait_until, wait_until_within};
use hyper_util::rt::TokioIo;
use nightbell_proto::v1;
use reqwest::Method;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tonic::Code;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;

/// How soon a key that was revoked beside the server must be refused.
const REVOKED_WITHIN: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_backup_of_a_server_at_work_is_a_database_of_its_own() {
    let server = Server::start().await;
    if std::env::var_os("NIGHTBELL_TEST_STORE").is_some_and(|it| it == "postgres") {
        let refused = server.run(&["backup", "copy.db"]);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains("pg_dump"));
        return;
    }
    let rest = server.rest();
    let (channel_id, _) = rest.add_webhook("http://127.0.0.1:4999/").await;
    rest.register("eod", &json!({})).await;
    rest.report("eod", "completed", &json!({"run_id": "r1"})).await;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let copy = folder.path().join("nightbell.db").display().to_string();

    let made = server.run(&["backup", &copy]);
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success() && said.contains("nightbell.db.secret"), "{made:?}");
    let permissions = std::fs::metadata(&copy).expect("a file").permissions().mode();
    assert_eq!(permissions & 0o777, 0o600, "for its owner only");
    let names = std::fs::read_dir(folder.path()).expect("its folder").count();
    assert_eq!(names, 1, "nothing else is left there");
    let again = server.run(&["backup", &copy]);
    assert!(!again.status.success(), "it overwrites nothing");
    rest.report("eod", "completed", &json!({"run_id": "r2"})).await;

    let database = format!("sqlite://{copy}");
    let mut restored =
        Server::prepared(&[("NIGHTBELL_DATABASE_URL", &database)]).with_key(server.key());
    let secret = server.folder().join("nightbell.db.secret");
    std::fs::copy(secret, restored.folder().join("nightbell.db.secret")).expect("the secret");
    restored.restart().await;
    let rest = restored.rest();
    assert_eq!(rest.run("eod", "r1").await["status"], "completed");
    let runs = rest.get("/api/v1/schedulers/eod/runs").await;
    assert_eq!(runs["runs"].as_array().expect("runs").len(), 1, "as it was then");
    let channel = rest.get(&format!("/api/v1/channels/{channel_id}")).await;
    assert_eq!(channel["channel"]["settings"]["webhook"]["url"], "http://127.0.0.1:4999/");
}

#[tokio::test]
async fn a_server_told_to_stop_finishes_what_is_under_way_and_ends_well() {
    let mut server = Server::start().await;
    let slow = Reply { after: Duration::from_secs(2), ..Reply::OK };
    let receiver = Receiver::answering(vec![slow]).await;
    let rest = server.rest();
    let (channel_id, _) = rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    rest.report("eod", "completed", &json!({"run_id": "r1"})).await;

    // A call that lasts as long as the receiver takes to answer.
    let path = format!("/api/v1/channels/{channel_id}/test");
    let caller = rest.clone();
    let under_way = tokio::spawn(async move { caller.post(&path, &json!({})).await });
    receiver.until(1).await;
    server.ask_to_stop();
    let status = server.ended().await;

    assert_eq!(status.code(), Some(0), "{}", server.stderr());
    let answer = under_way.await.expect("an answer");
    assert_eq!(answer["delivered"], true, "{answer}");
    let left = std::fs::read_dir(server.folder()).expect("its folder");
    let names = left.map(|file| file.expect("a file").file_name().into_string().expect("text"));
    let unwritten: Vec<String> = names.filter(|name| name.contains("-wal")).collect();
    assert!(unwritten.is_empty(), "everything is in the database itself: {unwritten:?}");

    server.restart().await;
    assert_eq!(server.rest().run("eod", "r1").await["status"], "completed");
}

/// Handlers made only after a server is ready would leave a moment in which a signal
/// ends it in the middle of whatever it does.
#[tokio::test]
async fn a_server_may_be_told_to_stop_as_soon_as_it_is_ready() {
    let mut server = Server::start().await;
    for _ in 0..10 {
        server.ask_to_stop();
        assert_eq!(server.ended().await.code(), Some(0), "{}", server.stderr());
        server.restart().await;
    }
}

#[tokio::test]
async fn a_slow_receiver_does_not_keep_a_server_from_stopping() {
    let mut server = Server::start().await;
    let slow = Reply { after: Duration::from_mins(1), ..Reply::OK };
    let receiver = Receiver::scripted(move |_| slow.clone()).await;
    let rest = server.rest();
    rest.add_webhook(&receiver.url).await;
    rest.register("eod", &json!({})).await;
    rest.report("eod", "failed", &json!({})).await;
    receiver.until(1).await;

    server.ask_to_stop();
    let asked_at = Instant::now();
    assert_eq!(server.ended().await.code(), Some(0), "{}", server.stderr());
    // An attempt that is under way may end, and lasts 15 seconds at most.
    assert!(asked_at.elapsed() < Duration::from_secs(25), "{:?}", asked_at.elapsed());
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_and_told_why() {
    let server = Server::start().await;
    let second = server.command().env("NIGHTBELL_LISTEN", "127.0.0.1:0").output();
    let second = second.expect("it ran");

    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).expect("text");
    assert!(said.contains("another server has"), "{said}");
    assert!(said.contains("NIGHTBELL_DATABASE_URL"), "what to do about it: {said}");
    assert_eq!(server.rest().status_of("/readyz").await, Some(200), "the first goes on");
}

#[tokio::test]
async fn keys_made_and_revoked_beside_a_running_server_take_effect_at_once() {
    let server = Server::start().await;
    let key = server.new_key("reporter");
    let reporter = server.rest().with_key(&key);
    reporter.register("eod", &json!({})).await;
    reporter.report("eod", "completed", &json!({})).await;
    let (status, _) = reporter.answered(Method::GET, "/api/v1/incidents", None).await;
    assert_eq!(status, 403, "a reporter may not read");

    let listed = String::from_utf8(server.run(&["keys", "list"]).stdout).expect("text");
    let line = listed.lines().find(|line| line.contains("reporter")).expect("it is listed");
    let key_id = line.split_whitespace().next().expect("its id");
    assert!(line.contains("good"), "{line}");
    assert!(!listed.contains(&key), "no texts of keys");

    let revoked = server.run(&["keys", "revoke", key_id]);
    assert!(revoked.status.success(), "{revoked:?}");
    let beat = json!({"scheduler_id": "eod"});
    let path = "/api/v1/schedulers/eod/heartbeat";
    wait_until_within(REVOKED_WITHIN, "the key is refused", async || {
        let (status, _) = reporter.answered(Method::POST, path, Some(&beat)).await;
        (status == 401).then_some(())
    })
    .await;
    let mut reports = Grpc::new(server.address(), &key).reports();
    let beat = v1::SendHeartbeatRequest { scheduler_id: "eod".to_owned(), ..Default::default() };
    let refused = reports.send_heartbeat(beat).await.expect_err("a revoked key");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let listed = String::from_utf8(server.run(&["keys", "list"]).stdout).expect("text");
    let line = listed.lines().find(|line| line.contains(key_id)).expect("it is still listed");
    assert!(line.contains("revoked"), "{line}");

    let unknown = server.run(&["keys", "revoke", "nosuchkey"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("keys list"));
}

#[test]
fn settings_that_nobody_knows_are_named_and_nothing_starts() {
    let server = Server::prepared(&[("NIGHTBELL_LISTN", "0.0.0.0:80"), ("NIGHTBELL_LOG", "info")]);
    let ended = server.run(&[]);

    assert_eq!(ended.status.code(), Some(2));
    let said = String::from_utf8(ended.stderr).expect("text");
    assert!(said.contains("NIGHTBELL_LISTN") && said.contains("NIGHTBELL_LISTEN"), "{said}");
    assert!(ended.stdout.is_empty());
    let made = std::fs::read_dir(server.folder()).expect("its folder").count();
    assert_eq!(made, 0, "it made no file");
    assert_eq!(server.run(&["--no-such-flag"]).status.code(), Some(2));
}

#[tokio::test]
async fn the_first_start_prints_a_key_that_works_and_the_second_prints_nothing() {
    let mut server = Server::prepared(&[]);
    server.restart().await;
    let printed = server.stdout();
    let lines: Vec<&str> = printed.lines().collect();
    let [address, key] = lines[..] else { panic!("two lines: {printed}") };
    assert_eq!(address, "Nightbell is at http://life-1.example");
    let (text, key) = key.rsplit_once(' ').expect("a text and a key");
    assert_eq!(text, "Your admin key, shown only now:");
    let admin = server.rest().with_key(key);
    assert_eq!(admin.get("/api/v1/keys").await["keys"].as_array().map(Vec::len), Some(1));
    assert!(!server.stderr().contains(key), "the log does not know it");

    server.ask_to_stop();
    assert!(server.ended().await.success());
    server.restart().await;
    assert_eq!(server.stdout(), printed, "the second start adds nothing");
    assert_eq!(
        server.rest().with_key(key).answered(Method::GET, "/api/v1/keys", None).await.0,
        200
    );
}

#[tokio::test]
async fn rest_and_grpc_share_a_port_under_tls() {
    let mut server = Server::prepared(&[
        ("NIGHTBELL_TLS_CERT", &testdata("cert.pem")),
        ("NIGHTBELL_TLS_KEY", &testdata("key.pem")),
    ]);
    let key = server.new_key("admin");
    server.spawn();
    let port = server.address().port();
    let pem = std::fs::read(testdata("cert.pem")).expect("a certificate");
    let trusted = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build();
    let rest = Rest::over(client.expect("a client"), format!("https://localhost:{port}"), &key);
    wait_until("it is ready", async || (rest.status_of("/readyz").await? == 200).then_some(()))
        .await;
    rest.register("eod", &json!({})).await;

    let grpc = Grpc::over(tls_endpoint(port), &key);
    let sent = v1::UpdateStatusRequest {
        scheduler_id: "eod".to_owned(),
        status: v1::RunStatus::Completed.into(),
        run_id: Some("r1".to_owned()),
        ..Default::default()
    };
    let stored = grpc.reports().update_status(sent).await.expect("it is stored").into_inner();
    assert_eq!(stored.run_id, "r1");
    assert_eq!(rest.run("eod", "r1").await["status"], "completed");

    let plain = Rest::new(format!("http://127.0.0.1:{port}"), &key);
    assert!(plain.call(Method::GET, "/healthz", None).await.is_err(), "not without TLS");
}

#[tokio::test]
async fn health_metrics_and_reflection_answer_those_who_may_ask() {
    let server = Server::start().await;
    let rest = server.rest();
    let anyone = rest.with_key("");
    for page in ["/healthz", "/readyz", "/api/docs", "/api/openapi.json"] {
        assert_eq!(anyone.answered(Method::GET, page, None).await.0, 200, "{page}");
    }
    assert_eq!(anyone.answered(Method::GET, "/metrics", None).await.0, 401);
    rest.register("eod", &json!({})).await;
    rest.report("eod", "failed", &json!({})).await;
    let (status, metrics) = rest.answered(Method::GET, "/metrics", None).await;
    assert_eq!(status, 200);
    let metrics = metrics.as_str().expect("text");
    assert!(metrics.trim_end().ends_with("# EOF"), "OpenMetrics");
    assert!(metrics.contains("reports"), "{metrics}");

    let grpc = server.grpc();
    let mut health = HealthClient::new(grpc.channel());
    let asked = HealthCheckRequest { service: String::new() };
    let answer = health.check(asked).await.expect("health needs no key").into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);

    let services = reflected_v1(&grpc).await;
    assert_eq!(services, reflected_v1alpha(&grpc).await);
    for service in ["nightbell.v1.ReportService", "nightbell.v1.IncidentService"] {
        assert!(services.iter().any(|name| name == service), "{services:?}");
    }
    let refused = ServerReflectionClient::new(grpc.channel())
        .server_reflection_info(tokio_stream::iter(Vec::new()))
        .await
        .err();
    assert_eq!(refused.map(|status| status.code()), Some(Code::Unauthenticated));
}

macro_rules! reflected {
    ($name:ident, $version:ident) => {
        /// The services that reflection lists beside itself, in order.
        async fn $name(grpc: &Grpc) -> Vec<String> {
            use reflection::server_reflection_client::ServerReflectionClient;
            use reflection::server_reflection_request::MessageRequest;
            use reflection::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version as reflection;

            let asked = reflection::ServerReflectionRequest {
                host: String::new(),
                message_request: Some(MessageRequest::ListServices(String::new())),
            };
            let mut client = ServerReflectionClient::new(grpc.keyed());
            let answers = client.server_reflection_info(tokio_stream::iter([asked])).await;
            let mut answers = answers.expect("reflection answers").into_inner();
            let answer = answers.message().await.expect("an answer").expect("one at least");
            let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
                panic!("no list of services");
            };
            let mut names: Vec<String> = list.service.into_iter().map(|it| it.name).collect();
            names.retain(|name| !name.starts_with("grpc.reflection."));
            names.sort();
            names
        }
    };
}

reflected!(reflected_v1, v1);
reflected!(reflected_v1alpha, v1alpha);

/// The certificate for `localhost` and its key that the listener's tests use, too.
fn testdata(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/listen/testdata");
    folder.join(name).display().to_string()
}

/// A channel over TLS that trusts the certificate of the tests alone.
fn tls_endpoint(port: u16) -> tonic::transport::Channel {
    let mut roots = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(testdata("cert.pem")).expect("a certificate");
    roots.add(certificate).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let endpoint = Endpoint::from_shared(format!("http://localhost:{port}")).expect("an address");
    endpoint.connect_with_connector_lazy(tower::service_fn(move |_| {
        let connector = connector.clone();
        async move {
            let stream = TcpStream::connect(("127.0.0.1", port)).await?;
            let name = ServerName::try_from("localhost").expect("a name");
            connector.connect(name, stream).await.map(TokioIo::new)
        }
    }))
}
