//! Receivers on real sockets, for tests: they keep what they are sent and answer as
//! they are told, well or badly.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How a receiver behaves.
#[derive(Debug, Clone)]
pub(in crate::channel) enum Manner {
    /// Answers so, and keeps the connection open.
    Answers(String),
    /// Takes the request and says nothing.
    Silent,
    /// Takes the request and breaks the connection.
    Resets,
    /// Answers so, and then byte by byte without end.
    Drips(&'static str),
}

impl Manner {
    /// Answers with a status, headers and a body.
    pub(in crate::channel) fn answers(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Answers(format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ))
    }
}

/// A receiver of requests.
pub(in crate::channel) struct Receiver {
    /// Where it is.
    pub(in crate::channel) url: String,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Receiver {
    /// Begins to listen on this machine.
    pub(in crate::channel) async fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (seen, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, manner) = (seen.clone(), manner.clone());
                tokio::spawn(async move { serve(stream, &seen, manner).await });
            }
        });
        Self { url, requests }
    }

    /// The next request: its head and its body, as text.
    pub(in crate::channel) async fn request(&mut self) -> String {
        self.requests.recv().await.expect("a request")
    }

    /// Whether nobody has called.
    pub(in crate::channel) fn is_untouched(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

async fn serve(mut stream: TcpStream, seen: &mpsc::UnboundedSender<String>, manner: Manner) {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&read) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
    }
    // The test may be over.
    let _ = seen.send(String::from_utf8_lossy(&read).into_owned());
    match manner {
        Manner::Answers(answer) => {
            // The client hangs up on what it does not want to read.
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.read(&mut buffer).await;
        }
        Manner::Silent => {
            let _ = stream.read(&mut buffer).await;
        }
        Manner::Resets => {
            let _ = stream.set_zero_linger();
        }
        Manner::Drips(head) => {
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// Whether the request has all of the body that its head announces.
fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read).to_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|it| it.trim().parse().ok()).unwrap_or(0);
    let end = read.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(0) + 4;
    read.len() >= end + length
}
