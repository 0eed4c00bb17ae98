//! A running server, asked from outside: the real program, over real sockets.
//!
//! Both clients are raw on purpose. What is tested here is what a library would
//! never send, and what it would hide of the answer.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use nightbell_proto::json::{self, FromJson};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tonic::Code;
use tonic_types::StatusExt as _;

/// Longer than anything here takes, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs for as long as this is held.
pub(crate) struct Door {
    child: Child,
    folder: TempDir,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// A key that may do everything in the project `default`.
    pub(crate) admin: String,
}

/// What came back over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What came back over gRPC.
#[derive(Debug, Clone)]
pub(crate) struct GrpcAnswer {
    pub(crate) code: Code,
    /// The reason in the details; empty if there are none.
    pub(crate) reason: String,
    pub(crate) message: String,
    /// Head and trailers together.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Door {
    /// Starts a server with an empty database.
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// As [`Door::open`], with these settings besides.
    pub(crate) async fn open_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let admin = keys_create(&folder, &["--name", "door", "--role", "admin"]);
        let address = free_address();
        let log = File::create(folder.path().join("log")).unwrap();
        let child = program(&folder)
            .arg("serve")
            .env("NIGHTBELL_LISTEN", address.to_string())
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let door = Self { child, folder, address, admin };
        wait_until("the server is ready", async || door.is_ready().await.unwrap_or(false)).await;
        door
    }

    /// Whether the server says that it is ready. Until it does a connection may fail in any
    /// way, since its port is anybody's.
    async fn is_ready(&self) -> std::io::Result<bool> {
        // From another address than the server's: a free port may connect to itself.
        let mut stream = self.try_connect(fresh_address()).await?;
        let request = b"GET /readyz HTTP/1.1\r\nhost: nightbell\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await?;
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
        Ok(answer.starts_with(b"HTTP/1.1 200"))
    }

    /// Makes a key as an operator does. `options` as of `keys create`.
    pub(crate) fn key(&self, options: &[&str]) -> String {
        keys_create(&self.folder, &[&["--name", "a key"], options].concat())
    }

    /// Ends a key as an operator does.
    pub(crate) fn revoke(&self, key: &str) {
        let id = key.split('_').nth(1).unwrap();
        let status = program(&self.folder).args(["keys", "revoke", id]).status().unwrap();
        assert!(status.success());
    }

    /// The file with the server's secret.
    pub(crate) fn secret_file(&self) -> std::path::PathBuf {
        self.folder.path().join("nightbell.db.secret")
    }

    /// Everything the server has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// One request over HTTP/1.1, from an address that no other request has.
    pub(crate) async fn ask(
        &self,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.ask_from(fresh_address(), verb, path, headers, body.as_bytes()).await
    }

    /// As [`Door::ask`], with a body of JSON unless it is empty, and the admin's key.
    pub(crate) async fn json(&self, verb: &str, path: &str, body: &str) -> Answer {
        let admin = self.admin.as_str();
        self.json_as(admin, verb, path, body).await
    }

    /// As [`Door::json`], with another key.
    pub(crate) async fn json_as(&self, key: &str, verb: &str, path: &str, body: &str) -> Answer {
        let mut headers = vec![("x-api-key", key)];
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.ask(verb, path, &headers, body).await
    }

    /// As [`Door::ask`], from this address.
    pub(crate) async fn ask_from(
        &self,
        from: IpAddr,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut head =
            format!("{verb} {path} HTTP/1.1\r\nhost: nightbell\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if !body.is_empty() {
            head.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        head.push_str("\r\n");
        self.raw(from, &[head.as_bytes(), body].concat()).await
    }

    /// Sends these bytes and reads until the server hangs up.
    pub(crate) async fn raw(&self, from: IpAddr, request: &[u8]) -> Answer {
        let mut stream = self.connect(from).await;
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        Answer::parse(&answer)
    }

    /// As [`Door::ask_from`] with GET, but does not wait for the end of the answer if
    /// it is none of refusal.
    pub(crate) async fn ask_head(
        &self,
        from: IpAddr,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut events = self.events(from, path, headers).await;
        if events.read_head().await.starts_with("HTTP/1.1 200") {
            return Answer { code: 200, headers: HeaderMap::new(), body: Vec::new() };
        }
        let rest = events.rest().await;
        Answer::parse(&[events.head.as_bytes(), &rest].concat())
    }

    /// Asks for a stream of events.
    pub(crate) async fn events(
        &self,
        from: IpAddr,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Events {
        let mut head = format!("GET {path} HTTP/1.1\r\nhost: nightbell\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        let mut stream = self.connect(from).await;
        stream.write_all(head.as_bytes()).await.unwrap();
        Events { stream, head: String::new(), received: Vec::new() }
    }

    /// A connection from this address.
    pub(crate) async fn connect(&self, from: IpAddr) -> TcpStream {
        self.try_connect(from).await.unwrap()
    }

    async fn try_connect(&self, from: IpAddr) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from, 0))?;
        socket.connect(self.address).await
    }

    /// One call over gRPC, of one message in JSON, with the admin's key.
    pub(crate) async fn call<T: FromJson + prost::Message>(
        &self,
        path: &str,
        message: &Value,
    ) -> GrpcAnswer {
        let headers = [("x-api-key", self.admin.as_str())];
        self.grpc(path, &headers, frame(&encoded::<T>(message))).await
    }

    /// One call over gRPC, of these bytes. Ends with the first answer of a stream.
    pub(crate) async fn grpc(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> GrpcAnswer {
        let talk = self.talk(path, headers, body);
        tokio::time::timeout(PATIENCE, talk).await.expect("an answer in time")
    }

    async fn talk(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> GrpcAnswer {
        let stream = self.connect(fresh_address()).await;
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = http::Request::builder()
            .method("POST")
            .uri(format!("http://nightbell{path}"))
            .header("te", "trailers");
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/grpc");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut client = client.ready().await.unwrap();
        let (response, mut sending) =
            client.send_request(request.body(()).unwrap(), false).unwrap();
        // A server that has answered already may have closed its ear.
        let _ = sending.send_data(Bytes::from(body), true);
        let (head, mut body) = response.await.unwrap().into_parts();
        let mut headers = head.headers;
        let mut received = Vec::new();
        while !headers.contains_key("grpc-status") {
            match body.data().await {
                Some(Ok(data)) => {
                    let _ = body.flow_control().release_capacity(data.len());
                    received.extend_from_slice(&data);
                    if path.ends_with("/WatchSchedulers") {
                        break;
                    }
                }
                Some(Err(error)) => panic!("{path}: {error}"),
                None => {
                    headers.extend(body.trailers().await.unwrap().unwrap_or_default());
                    break;
                }
            }
        }
        connection.abort();
        GrpcAnswer::new(headers, received)
    }
}

/// An answer that is read while it comes.
pub(crate) struct Events {
    stream: TcpStream,
    pub(crate) head: String,
    received: Vec<u8>,
}

impl Events {
    /// The head of the answer.
    pub(crate) async fn read_head(&mut self) -> &str {
        self.head = self.until("\r\n\r\n").await;
        &self.head
    }

    /// The text up to and with this one.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        loop {
            let at = self.received.windows(end.len()).position(|it| it == end.as_bytes());
            if let Some(at) = at {
                let rest = self.received.split_off(at + end.len());
                let text = std::mem::replace(&mut self.received, rest);
                return String::from_utf8(text).unwrap();
            }
            let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.received));
            let read = read.await.expect("more in time").unwrap();
            assert!(read > 0, "ended before {end:?}: {}", String::from_utf8_lossy(&self.received));
        }
    }

    async fn rest(&mut self) -> Vec<u8> {
        tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut self.received))
            .await
            .expect("an end in time")
            .unwrap();
        std::mem::take(&mut self.received)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {text:?}"));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let code = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let mut body = bytes[end + 4..].to_vec();
        if headers.get("transfer-encoding").is_some_and(|it| it == "chunked") {
            body = unchunked(&body);
        }
        Self { code, headers, body }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The reason of a refusal, which must have the form that all have.
    #[track_caller]
    pub(crate) fn refusal(&self) -> String {
        assert!(self.code >= 400, "no refusal: {} {}", self.code, self.text());
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text());
        let body = self.json();
        let error = &body["error"];
        let mut names: Vec<&str> =
            error.as_object().expect("an error").keys().map(String::as_str).collect();
        names.sort_unstable();
        let all = [
            "code",
            "field_violations",
            "message",
            "reason",
            "request_id",
            "retry_after_ms",
            "retryable",
            "status",
        ];
        assert_eq!(names, all);
        assert_eq!(error["code"], self.code);
        assert_eq!(error["request_id"], self.header("x-request-id"));
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(error["retryable"].is_boolean() && error["field_violations"].is_array());
        assert_eq!(self.code == 401, self.headers.contains_key("www-authenticate"));
        assert_eq!(self.code == 405, self.headers.contains_key("allow"));
        assert!(
            self.code != 429
                || error["reason"] == "QUOTA"
                || !self.header("retry-after").is_empty()
        );
        error["reason"].as_str().unwrap().to_owned()
    }
}

impl GrpcAnswer {
    fn new(headers: HeaderMap, body: Vec<u8>) -> Self {
        let status = tonic::Status::from_header_map(&headers);
        let status = status.unwrap_or_else(|| tonic::Status::new(Code::Ok, ""));
        let reason = status.get_details_error_info().map(|it| it.reason).unwrap_or_default();
        let message = status.message().to_owned();
        Self { code: status.code(), reason, message, headers, body }
    }

    /// The one message of the answer.
    pub(crate) fn message<T: prost::Message + Default>(&self) -> T {
        assert_eq!(self.code, Code::Ok, "{}", self.message);
        T::decode(&self.body[5..]).unwrap()
    }
}

/// A message that is written as JSON, as protobuf.
pub(crate) fn encoded<T: FromJson + prost::Message>(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    let read = json::from_slice::<T>(text.as_bytes(), json::Mode::Strict);
    read.unwrap_or_else(|status| panic!("{text}: {status}")).message.encode_to_vec()
}

/// A message with gRPC's prefix: not compressed, so many bytes.
pub(crate) fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = vec![0];
    framed.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

/// Waits for what will be true in a moment.
pub(crate) async fn wait_until(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_true().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "waited too long until {what}");
}

/// An address of this machine. Failures count against addresses, and those of one
/// test are not to count against another's.
pub(crate) fn fresh_address() -> IpAddr {
    static LAST: AtomicU16 = AtomicU16::new(0);
    let [high, low] = LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Ipv4Addr::new(127, 1, high, low).into()
}

fn keys_create(folder: &TempDir, options: &[&str]) -> String {
    let made = program(folder).args(["keys", "create"]).args(options).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

fn program(folder: &TempDir) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_nightbell-server"));
    let database = format!("sqlite://{}", folder.path().join("nightbell.db").display());
    program.env_clear().env("NIGHTBELL_DATABASE_URL", database);
    program
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[(end + 2 + length + 2).min(rest.len())..];
    }
    body
}
