//! Receivers of every kind, on real sockets.

use super::*;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::channel::notification::{Background, Event, Notification};
use crate::channel::webhook::{WebhookSettings, generate_secret};
use crate::channel::{Outcome, Settings, WaysOut, send};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const SHORT: Bounds =
    Bounds { total: Duration::from_millis(300), connect: Duration::from_millis(300) };
const AMPLE: Bounds = Bounds { total: Duration::from_secs(15), connect: Duration::from_secs(15) };

#[tokio::test]
async fn two_hundred_is_delivered_and_carries_a_signature() {
    let (url, request) = receiver("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;

    let outcome = deliver(&url, AMPLE).await;

    assert_eq!(outcome, Outcome::delivered("200"));
    let request = request.await.expect("a request").to_lowercase();
    assert!(request.starts_with("post /hook http/1.1\r\n"), "{request}");
    for header in
        ["webhook-id: n1\r\n", "webhook-timestamp: 1700000000\r\n", "webhook-signature: v1,"]
    {
        assert!(request.contains(header), "{header} in {request}");
    }
    assert!(request.ends_with(
        r#"{"data":{"project":"default"},"timestamp":"2023-11-14t22:13:20z","type":"test"}"#
    ));
}

#[tokio::test]
async fn errors_are_tried_again_with_an_excerpt() {
    let (url, _request) = receiver(
        "HTTP/1.1 500 Oops\r\ncontent-length: 23\r\n\r\nout of\r\n\u{1b}[31m \u{202e}tea\u{7}!!",
    )
    .await;

    let result = "answered 5xx: out of [31m tea!!".to_owned();
    assert_eq!(deliver(&url, AMPLE).await, Outcome::Retry { result, retry_after: None });
}

#[tokio::test]
async fn too_many_requests_says_when_to_come_back() {
    let (url, _request) =
        receiver("HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n").await;

    let retry_after = Some(Duration::from_secs(7));
    let result = "answered 4xx".to_owned();
    assert_eq!(deliver(&url, AMPLE).await, Outcome::Retry { result, retry_after });
}

#[tokio::test]
async fn gone_turns_the_channel_off() {
    let (url, _request) = receiver("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await;

    let result = "answered 4xx".to_owned();
    assert_eq!(deliver(&url, AMPLE).await, Outcome::Disable { result });
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let inside = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = inside.local_addr().expect("an address");
    let answer =
        format!("HTTP/1.1 302 Found\r\nlocation: http://{address}/\r\ncontent-length: 0\r\n\r\n");
    let (url, _request) = receiver(answer).await;

    let result = "answered 3xx".to_owned();
    assert_eq!(deliver(&url, AMPLE).await, Outcome::Retry { result, retry_after: None });
    let called = tokio::time::timeout(Duration::from_millis(50), inside.accept()).await;
    assert!(called.is_err(), "the redirect was followed");
}

#[tokio::test]
async fn a_body_without_end_is_not_read() {
    let mut answer = "HTTP/1.1 500 Oops\r\ncontent-length: 5000000\r\n\r\n".to_owned();
    answer.push_str(&"x".repeat(5_000_000));
    let (url, _request) = receiver(answer).await;

    let outcome = deliver(&url, AMPLE).await;

    let result = format!("answered 5xx: {}", "x".repeat(ANSWER_CHARACTERS_MAX));
    assert_eq!(outcome, Outcome::Retry { result, retry_after: None });
}

#[tokio::test]
async fn silence_ends_with_the_attempt() {
    let (url, _request) = receiver("").await;

    let result = "no answer in time".to_owned();
    assert_eq!(deliver(&url, SHORT).await, Outcome::Retry { result, retry_after: None });
}

#[tokio::test]
async fn dripping_heads_and_bodies_end_with_the_attempt() {
    let (url, _request) = dripping("", "HTTP/1.1 200 OK\r\n").await;
    let result = "no answer in time".to_owned();
    assert_eq!(deliver(&url, SHORT).await, Outcome::Retry { result, retry_after: None });

    // The status is known, so it counts, whatever becomes of the body, which is not waited
    // for until the whole attempt is out of time.
    let (url, _request) = dripping("HTTP/1.1 410 Gone\r\ncontent-length: 900\r\n\r\n", "y").await;
    let outcome = deliver(&url, AMPLE).await;
    assert!(matches!(outcome, Outcome::Disable { .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_cannot_be_reached_or_speaks_no_tls_is_tried_again() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", closed.local_addr().expect("an address"));
    drop(closed);
    let refused = deliver(&url, AMPLE).await;
    assert!(refused.result().starts_with("cannot connect"), "{refused:?}");

    let (url, _request) = receiver("HTTP/1.1 400 Plain\r\n\r\n").await;
    let plain = deliver(&url.replace("http:", "https:"), AMPLE).await;
    assert!(plain.result().starts_with("TLS failed"), "{plain:?}");
}

#[tokio::test]
async fn literal_addresses_are_blocked_without_the_allow_list() {
    let http = client("", Arc::new(SystemLookup), AMPLE);

    for url in ["http://127.0.0.1:9000/", "http://[::1]:9000/", "http://0x7f.1/"] {
        let outcome = send(&by(&http), &webhook(url), &notification(), NOW).await;
        assert!(outcome.result().starts_with("BLOCKED_TARGET"), "{url}: {outcome:?}");
    }
    // The client judges for itself, whoever made the target.
    let lenient: AllowList = "127.0.0.0/8".parse().expect("a list");
    let target = Target::parse("http://127.0.0.1:9000/", &lenient).expect("listed");
    let sent = http.post(&target, HeaderMap::new(), Bytes::new()).await;
    assert_eq!(sent, Err(SendError::Blocked));
}

/// The first answer is public, the second private: a name is looked up anew
/// for every attempt, and only what the look-up let through is called.
#[tokio::test]
async fn a_name_that_turns_private_is_blocked() {
    let lookup = Flipping::new([vec!["8.8.8.8"], vec!["10.0.0.1", "169.254.169.254", "::1"]]);
    let guard = Guard { allow: Arc::default(), lookup: Arc::clone(&lookup) as Arc<dyn Lookup> };
    let first = guard.resolve("rebind.example".parse().expect("a name")).await.expect("public");
    assert_eq!(first.map(|found| found.ip().to_string()).collect::<Vec<_>>(), ["8.8.8.8"]);

    let http = client("", lookup, AMPLE);
    let outcome = send(&by(&http), &webhook("http://rebind.example/"), &notification(), NOW).await;

    assert!(matches!(outcome, Outcome::Blocked { .. }), "{outcome:?}");
}

#[tokio::test]
async fn of_mixed_answers_only_the_permitted_are_called() {
    let (url, request) = receiver("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let url = url.replace("127.0.0.1", "mixed.example");
    // Nothing listens on the other two; calling them would take the attempt
    // elsewhere or end it.
    let lookup = Flipping::new([vec!["10.0.0.1", "127.0.0.1", "::ffff:169.254.169.254"]]);
    let http = client("127.0.0.1/32", lookup, AMPLE);

    let outcome = send(&by(&http), &webhook(&url), &notification(), NOW).await;

    assert_eq!(outcome, Outcome::delivered("200"));
    assert!(request.await.expect("a request").contains("mixed.example"));
}

#[tokio::test]
async fn a_name_may_be_allowed_with_all_its_addresses() {
    let (url, _request) = receiver("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let url = url.replace("127.0.0.1", "inside.example");
    let lookup = Flipping::new([vec!["127.0.0.1"]]);
    let http = client("inside.example", lookup, AMPLE);

    let outcome = send(&by(&http), &webhook(&url), &notification(), NOW).await;

    assert_eq!(outcome, Outcome::delivered("200"));
}

#[tokio::test]
async fn a_resolver_that_hangs_ends_with_the_attempt() {
    let http = client("", Arc::new(Hanging), SHORT);

    let outcome = send(&by(&http), &webhook("http://slow.example/"), &notification(), NOW).await;

    assert_eq!(outcome.result(), "no answer in time");
}

#[test]
fn retry_after_is_read_and_kept_within_limits() {
    let seconds = |text: &str| retry_after(text, NOW).map(|wait| wait.as_secs());

    assert_eq!(seconds("120"), Some(120));
    assert_eq!(seconds(" 5 "), Some(5));
    assert_eq!(seconds("0"), Some(1));
    assert_eq!(seconds("-5"), Some(1));
    assert_eq!(seconds("999999999"), Some(3_600));
    assert_eq!(seconds(&"9".repeat(60)), Some(3_600));
    assert_eq!(seconds("Tue, 14 Nov 2023 22:14:20 GMT"), Some(60));
    assert_eq!(seconds("Tue, 14 Nov 2000 22:14:20 GMT"), Some(1));
    assert_eq!(seconds("Fri, 14 Nov 2098 22:14:20 GMT"), Some(3_600));
    for nonsense in ["", "-", "soon", "1.5", "1e9", "NaN"] {
        assert_eq!(seconds(nonsense), None, "{nonsense}");
    }
}

fn client(allow: &str, lookup: Arc<dyn Lookup>, bounds: Bounds) -> HttpClient {
    let allow = allow.parse().expect("a list");
    HttpClient::new(Arc::new(allow), lookup, bounds).expect("a client")
}

fn webhook(url: &str) -> Settings {
    Settings::Webhook(WebhookSettings { url: url.to_owned(), secret: generate_secret() })
}

fn notification() -> Notification {
    Notification {
        key: "n1".to_owned(),
        event: Event::Test,
        occurred_at: NOW,
        project: "default".to_owned(),
        link_base: None,
        incident: None,
        background: Background::default(),
        mention: None,
        thread: None,
        digest: Vec::new(),
    }
}

fn by(http: &HttpClient) -> WaysOut {
    WaysOut { http: http.clone(), mail: None }
}

async fn deliver(url: &str, bounds: Bounds) -> Outcome {
    let http = client("127.0.0.0/8", Arc::new(SystemLookup), bounds);
    send(&by(&http), &webhook(url), &notification(), NOW).await
}

/// A receiver that reads one request, answers, and keeps the connection open.
async fn receiver(answer: impl Into<String>) -> (String, oneshot::Receiver<String>) {
    let answer = answer.into();
    serve_once(async move |mut stream| {
        // The client hangs up on what it does not want to read.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.read(&mut [0; 64]).await;
    })
    .await
}

/// A receiver that answers with `head` and then, byte by byte and without end,
/// with `drops`.
async fn dripping(head: &'static str, drops: &'static str) -> (String, oneshot::Receiver<String>) {
    serve_once(async move |mut stream| {
        let _ = stream.write_all(head.as_bytes()).await;
        for byte in drops.bytes().cycle() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
        }
    })
    .await
}

async fn serve_once<F, Fut>(answer: F) -> (String, oneshot::Receiver<String>)
where
    F: FnOnce(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (seen, request) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut read = Vec::new();
        let mut buffer = [0; 4096];
        while !is_whole(&read) {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(count) => read.extend_from_slice(&buffer[..count]),
            }
        }
        let _ = seen.send(String::from_utf8_lossy(&read).into_owned());
        answer(stream).await;
    });
    (url, request)
}

/// Whether the request has its body, which ends with its outermost brace, or
/// is TLS and none of ours.
fn is_whole(read: &[u8]) -> bool {
    read.first() == Some(&0x16) || (read.ends_with(b"}") && read.contains(&b'{'))
}

/// Answers each look-up with the next list, and the last one for ever.
struct Flipping {
    answers: Mutex<Vec<Vec<&'static str>>>,
    asked: AtomicUsize,
}

impl Flipping {
    fn new(answers: impl IntoIterator<Item = Vec<&'static str>>) -> Arc<Self> {
        let answers = Mutex::new(answers.into_iter().collect());
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Lookup for Flipping {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let answers = self.answers.lock().expect("not poisoned");
        let answer = &answers[asked.min(answers.len() - 1)];
        Ok(answer.iter().map(|text| text.parse().expect("an address")).collect())
    }
}

struct Hanging;

#[async_trait]
impl Lookup for Hanging {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        std::future::pending().await
    }
}
