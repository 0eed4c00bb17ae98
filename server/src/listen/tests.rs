//! Connections that behave and that do not, on real sockets.

use super::*;

use std::path::Path;

use axum::Extension;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

const MOMENT: Duration = Duration::from_millis(150);
/// Longer than anything takes that ends at all.
const PATIENCE: Duration = Duration::from_secs(20);
const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn http1_and_http2_are_answered_on_one_port() {
    let it = Started::new(Bounds::default(), false).await;

    let http1 = client().build().expect("a client").get(it.url("/")).send().await.expect("h1");
    assert_eq!(http1.version(), http::Version::HTTP_11);
    assert_eq!(http1.text().await.expect("a body"), "peer 127.0.0.1");
    let http2 = client().http2_prior_knowledge().build().expect("a client");
    let http2 = http2.get(it.url("/")).send().await.expect("h2");
    assert_eq!(http2.version(), http::Version::HTTP_2);
}

#[tokio::test]
async fn tls_offers_http2() {
    let it = Started::new(Bounds::default(), true).await;
    let pem = std::fs::read(testdata("cert.pem")).expect("a certificate");
    let root = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    let http =
        client().tls_certs_only([root]).resolve("localhost", it.address).build().expect("a client");

    let url = format!("https://localhost:{}/", it.address.port());
    let answer = http.get(url).send().await.expect("an answer");

    assert_eq!((answer.version(), answer.status().as_u16()), (http::Version::HTTP_2, 200));
}

#[tokio::test]
async fn who_says_nothing_or_says_it_slowly_is_hung_up_on() {
    let bounds = Bounds { connection_opening_max: MOMENT, ..Bounds::default() };
    let it = Started::new(bounds, false).await;

    for said in ["", "G", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ", "PRI * HTTP/2.0\r\n\r\nSM"] {
        let mut stream = it.connect().await;
        stream.write_all(said.as_bytes()).await.expect("written");
        assert_eq!(rest(&mut stream).await, b"", "{said:?} was answered");
    }
    it.expect_refused("silent", 4).await;

    // Who has spoken in time may stay.
    let mut polite = it.connect().await;
    get_once(&mut polite).await;
    tokio::time::sleep(2 * MOMENT).await;
    get_once(&mut polite).await;
}

#[tokio::test]
async fn a_tls_handshake_has_a_time_limit() {
    let bounds = Bounds { tls_handshake_max: MOMENT, ..Bounds::default() };
    let it = Started::new(bounds, true).await;
    let mut stream = it.connect().await;
    stream.write_all(&[0x16, 3, 1]).await.expect("written");

    assert_eq!(rest(&mut stream).await, b"");
    it.expect_refused("tls_timeout", 1).await;
}

#[tokio::test]
async fn idle_http1_connections_end() {
    let bounds = Bounds { http1_idle_max: MOMENT, ..Bounds::default() };
    let it = Started::new(bounds, false).await;
    let mut stream = it.connect().await;
    get_once(&mut stream).await;

    let left = rest(&mut stream).await;
    assert!(left.is_empty() || left.starts_with(b"HTTP/1.1 408"), "{left:?}");
}

#[tokio::test]
async fn connections_are_bounded_and_slots_come_back() {
    for (bounds, cause) in [
        (Bounds { connections_max: 1, ..Bounds::default() }, "total"),
        (Bounds { connections_per_address_max: 1, ..Bounds::default() }, "per_address"),
    ] {
        let it = Started::new(bounds, false).await;
        let mut first = it.connect().await;
        get_once(&mut first).await;

        let mut second = it.connect().await;
        assert_eq!(rest(&mut second).await, b"");
        it.expect_refused(cause, 1).await;
        get_once(&mut first).await;

        drop(first);
        it.wait_until(|text| text.contains("nightbell_connections 0\n")).await;
        get_once(&mut it.connect().await).await;
    }
}

#[tokio::test]
async fn large_heads_are_refused() {
    let it = Started::new(Bounds::default(), false).await;
    let mut stream = it.connect().await;
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "x".repeat(20 * 1024));
    stream.write_all(head.as_bytes()).await.expect("written");

    assert!(rest(&mut stream).await.starts_with(b"HTTP/1.1 431 "));
}

#[tokio::test]
async fn a_few_pings_are_answered_and_a_flood_is_ended() {
    let it = Started::new(Bounds::default(), false).await;
    let mut stream = it.connect().await;
    let mut hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    hello.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
    stream.write_all(&hello).await.expect("written");
    let ping = [&[0, 0, 8, 6, 0, 0, 0, 0, 0][..], b"are you?"].concat();

    for _ in 0..50 {
        stream.write_all(&ping).await.expect("written");
    }
    let mut answered = Vec::new();
    while answered.windows(8).filter(|it| it == b"are you?").count() < 50 {
        assert_ne!(stream.read_buf(&mut answered).await.expect("an answer"), 0);
    }
    for _ in 0..60 {
        // The server may hang up in between.
        let _ = stream.write_all(&ping).await;
    }
    rest(&mut stream).await;
    it.expect_refused("ping_flood", 1).await;
}

#[tokio::test]
async fn a_rapid_reset_is_seen_for_what_it_is() {
    let it = Started::new(Bounds::default(), false).await;
    let mut stream = it.connect().await;
    let mut attack = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    attack.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
    for id in (1_u32..2_000).step_by(2) {
        // Headers of GET / over http, then a reset of the same stream.
        attack.extend_from_slice(&[0, 0, 3, 1, 5]);
        attack.extend_from_slice(&id.to_be_bytes());
        attack.extend_from_slice(&[0x82, 0x84, 0x86]);
        attack.extend_from_slice(&[0, 0, 4, 3, 0]);
        attack.extend_from_slice(&id.to_be_bytes());
        attack.extend_from_slice(&[0, 0, 0, 8]);
    }
    let _ = stream.write_all(&attack).await;

    rest(&mut stream).await;
    it.expect_refused("http2_abuse", 1).await;
}

#[tokio::test]
async fn too_many_waiting_requests_of_one_connection_are_shed() {
    let bounds = Bounds { requests_per_connection_max: 1, ..Bounds::default() };
    let it = Started::new(bounds, false).await;
    let http = client().http2_prior_knowledge().build().expect("a client");
    let waiting = tokio::spawn(http.get(it.url("/wait")).send());
    it.entered.notified().await;

    let shed = http.get(it.url("/")).send().await.expect("an answer");
    assert_eq!((shed.status().as_u16(), &shed.headers()["retry-after"]), (503, &1.into()));
    let shed = http.get(it.url("/")).header("content-type", "application/grpc");
    let shed = shed.send().await.expect("an answer");
    assert_eq!(shed.headers()["grpc-status"], "14");

    it.go_on.notify_one();
    assert_eq!(waiting.await.expect("no panic").expect("an answer").status(), 200);
}

#[tokio::test]
async fn old_connections_are_asked_to_end_and_streams_are_told() {
    let bounds =
        Bounds { connection_age_max: MOMENT, connection_age_grace: MOMENT, ..Bounds::default() };
    let it = Started::new(bounds, false).await;
    let mut idle = it.connect().await;
    get_once(&mut idle).await;
    assert_eq!(rest(&mut idle).await, b"");

    let polite = client().build().expect("a client").get(it.url("/until-closing")).send();
    assert_eq!(polite.await.expect("an answer").status(), 200);

    let stubborn = client().build().expect("a client").get(it.url("/wait")).send();
    assert!(stubborn.await.is_err());
    it.expect_refused("age", 1).await;
}

#[tokio::test]
async fn shutdown_lets_requests_finish() {
    let it = Started::new(Bounds::default(), false).await;
    let http = client().http2_prior_knowledge().build().expect("a client");
    let waiting = tokio::spawn(http.get(it.url("/wait")).send());
    it.entered.notified().await;
    let mut idle = it.connect().await;

    it.shutdown.cancel();
    assert_eq!(rest(&mut idle).await, b"");
    it.go_on.notify_one();

    assert_eq!(waiting.await.expect("no panic").expect("an answer").status(), 200);
    assert_eq!(it.serving.await.expect("no panic"), 0);
    assert!(TcpStream::connect(it.address).await.is_err(), "still listening");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever() {
    let bounds = Bounds { shutdown_grace: MOMENT, ..Bounds::default() };
    let it = Started::new(bounds, false).await;
    let http = client().build().expect("a client");
    let waiting = tokio::spawn(http.get(it.url("/wait")).send());
    it.entered.notified().await;

    it.shutdown.cancel();

    assert_eq!(it.serving.await.expect("no panic"), 1);
    assert!(waiting.await.expect("no panic").is_err());
    assert!(it.metrics.encode().contains("nightbell_connections 0\n"));
}

struct Started {
    address: SocketAddr,
    metrics: Metrics,
    shutdown: CancellationToken,
    serving: JoinHandle<usize>,
    /// Notified when `/wait` was called.
    entered: Arc<Notify>,
    /// Lets `/wait` answer.
    go_on: Arc<Notify>,
}

impl Started {
    async fn new(bounds: Bounds, is_tls: bool) -> Self {
        let (entered, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let wait = {
            let (entered, go_on) = (Arc::clone(&entered), Arc::clone(&go_on));
            async move || {
                entered.notify_one();
                go_on.notified().await;
            }
        };
        let app = Router::new()
            .route("/", get(async |Extension(peer): Extension<Peer>| format!("peer {}", peer.0)))
            .route("/wait", get(wait))
            .route(
                "/until-closing",
                get(async |Extension(closing): Extension<Closing>| closing.0.cancelled().await),
            );
        let metrics = Metrics::new();
        let tls =
            is_tls.then(|| tls::load(&testdata("cert.pem"), &testdata("key.pem")).expect("a pair"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shutdown = CancellationToken::new();
        let app = App { grpc: app.clone(), web: app };
        let listen = Listen { app, tls, metrics: metrics.clone(), bounds };
        let serving = tokio::spawn(serve(listen, listener, shutdown.clone()));
        Self { address, metrics, shutdown, serving, entered, go_on }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    async fn expect_refused(&self, cause: &str, count: usize) {
        let line = format!("nightbell_connections_refused_total{{cause=\"{cause}\"}} {count}\n");
        self.wait_until(|text| text.contains(&line)).await;
    }

    async fn wait_until(&self, is_so: impl Fn(&str) -> bool) {
        let so = async {
            while !is_so(&self.metrics.encode()) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let is_so = tokio::time::timeout(PATIENCE, so).await.is_ok();
        assert!(is_so, "never so:\n{}", self.metrics.encode());
    }
}

fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy()
}

fn testdata(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/listen/testdata").join(name)
}

/// Everything until the connection ends, which it must.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut read = Vec::new();
    // A reset is an end as well.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut read))
        .await
        .expect("the connection ends");
    read
}

/// One request over HTTP/1.1 on a connection that stays.
async fn get_once(stream: &mut TcpStream) {
    stream.write_all(GET).await.expect("written");
    let mut read = Vec::new();
    while !read.ends_with(b"127.0.0.1") {
        assert_ne!(stream.read_buf(&mut read).await.expect("an answer"), 0, "hung up");
    }
    assert!(read.starts_with(b"HTTP/1.1 200 OK"));
}
