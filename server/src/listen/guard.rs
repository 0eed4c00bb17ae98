//! Watches the bytes of a connection for what the HTTP library does not limit.
//!
//! The library answers every PING for as long as they come, so they are
//! counted here. gRPC's clients measure the network with a PING for data that
//! they receive; as in gRPC's own servers, one PING for each answer is
//! therefore free.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::frames::{DATA, Frames, HEADERS, PING};

/// What is known of a connection from its bytes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// It speaks HTTP/2, or sent a whole request of HTTP/1.
    pub(super) is_open: AtomicBool,
    /// It sent too many PINGs and was ended for it.
    pub(super) is_flooded: AtomicBool,
}

/// A connection under watch.
pub(super) struct Guarded<I> {
    io: I,
    seen: Arc<Seen>,
    inbound: Frames,
    outbound: Frames,
    pings: Pings,
}

/// How many PINGs are too many.
#[derive(Debug, Clone, Copy)]
pub(super) struct PingLimit {
    pub(super) max: u32,
    pub(super) window: Duration,
}

struct Pings {
    limit: PingLimit,
    has_free: bool,
    count: u32,
    since: Option<Instant>,
}

impl Pings {
    /// Counts one PING. False: it was one too many.
    fn count(&mut self, now: Instant) -> bool {
        if std::mem::take(&mut self.has_free) {
            return true;
        }
        let is_same_window = self.since.is_some_and(|since| now - since < self.limit.window);
        if !is_same_window {
            self.since = Some(now);
            self.count = 0;
        }
        self.count += 1;
        self.count <= self.limit.max
    }
}

impl<I> Guarded<I> {
    pub(super) fn new(io: I, limit: PingLimit, seen: Arc<Seen>) -> Self {
        let pings = Pings { limit, has_free: false, count: 0, since: None };
        let (inbound, outbound) = (Frames::from_client(), Frames::from_server());
        Self { io, seen, inbound, outbound, pings }
    }

    fn on_read(&mut self, bytes: &[u8]) -> io::Result<()> {
        let was_http2 = self.inbound.is_http2();
        let pings = &mut self.pings;
        let mut is_within = true;
        self.inbound.read(bytes, |kind| {
            if kind == PING && is_within {
                is_within = pings.count(Instant::now());
            }
        });
        if !was_http2 && self.inbound.is_http2() {
            self.seen.is_open.store(true, Ordering::Relaxed);
        }
        if is_within {
            return Ok(());
        }
        self.seen.is_flooded.store(true, Ordering::Relaxed);
        Err(io::Error::other("too many PING frames"))
    }

    fn on_written(&mut self, bytes: &[u8]) {
        if self.inbound.is_http2() {
            let pings = &mut self.pings;
            self.outbound.read(bytes, |kind| pings.has_free |= matches!(kind, DATA | HEADERS));
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Guarded<I> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
        Poll::Ready(this.on_read(&buf.filled()[before..]))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Guarded<I> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.io).poll_write(cx, buf))?;
        this.on_written(&buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.io).poll_write_vectored(cx, bufs))?;
        let mut left = written;
        for buf in bufs {
            let count = left.min(buf.len());
            this.on_written(&buf[..count]);
            left -= count;
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded() -> Guarded<tokio::io::Empty> {
        let limit = PingLimit { max: 3, window: Duration::from_secs(10) };
        let mut guarded = Guarded::new(tokio::io::empty(), limit, Arc::default());
        guarded.on_read(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("the preface");
        guarded
    }

    fn frame(kind: u8) -> [u8; 9] {
        [0, 0, 0, kind, 0, 0, 0, 0, 0]
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_pings_in_a_window_end_it_and_a_new_window_forgives() {
        let mut it = guarded();
        assert!(it.seen.is_open.load(Ordering::Relaxed));
        for _ in 0..3 {
            it.on_read(&frame(PING)).expect("within the limit");
        }
        tokio::time::advance(Duration::from_secs(10)).await;
        for _ in 0..3 {
            it.on_read(&frame(PING)).expect("a new window");
        }
        it.on_read(&frame(PING)).expect_err("one too many");
        assert!(it.seen.is_flooded.load(Ordering::Relaxed));
    }

    #[tokio::test(start_paused = true)]
    async fn a_ping_for_each_answer_is_free() {
        let mut it = guarded();
        for _ in 0..1_000 {
            it.on_written(&frame(DATA));
            it.on_read(&frame(PING)).expect("measures the network");
        }
        // The server's own PINGs and their answers earn nothing.
        for _ in 0..3 {
            it.on_written(&frame(PING));
            it.on_read(&frame(PING)).expect("within the limit");
        }
        it.on_read(&frame(PING)).expect_err("one too many");
    }
}
