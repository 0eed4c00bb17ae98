//! The one port: accepts connections and keeps each within its bounds.
//!
//! gRPC, gRPC-web and REST share it, over HTTP/1.1 or HTTP/2, with or without
//! TLS. The libraries' defaults leave much unlimited, so every limit is set by
//! hand, and what they cannot limit is limited here: connections in all and
//! from one place, the time until a connection says something, and PING
//! frames.

mod connection;
pub mod deadline;
mod frames;
mod guard;
pub mod measure;
mod refusal;
mod slots;
pub mod tls;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::slots::Slots;
use crate::limits;
use crate::telemetry::Metrics;

/// Who is at the other end, in every request's extensions. Behind a proxy it
/// is the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Cancelled when the connection is to end, in every request's extensions. A
/// stream should finish then: a graceful end waits for it, and cuts it off in
/// the end.
#[derive(Debug, Clone)]
pub struct Closing(pub CancellationToken);

/// The bounds of connections. Each field is explained in [`crate::limits`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the constants of the same names say what they are")]
pub struct Bounds {
    pub connections_max: usize,
    pub connections_per_address_max: usize,
    pub tls_handshake_max: Duration,
    pub connection_opening_max: Duration,
    pub http1_idle_max: Duration,
    pub connection_age_max: Duration,
    pub connection_age_grace: Duration,
    pub shutdown_grace: Duration,
    pub http2_streams_max: u32,
    pub http2_keepalive_interval: Duration,
    pub http2_keepalive_timeout: Duration,
    pub http2_pings_max: u32,
    pub http2_ping_window: Duration,
    pub requests_per_connection_max: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: limits::CONNECTIONS_MAX,
            connections_per_address_max: limits::CONNECTIONS_PER_ADDRESS_MAX,
            tls_handshake_max: limits::TLS_HANDSHAKE_MAX,
            connection_opening_max: limits::CONNECTION_OPENING_MAX,
            http1_idle_max: limits::HTTP1_IDLE_MAX,
            connection_age_max: limits::CONNECTION_AGE_MAX,
            connection_age_grace: limits::CONNECTION_AGE_GRACE,
            shutdown_grace: limits::SHUTDOWN_GRACE,
            http2_streams_max: limits::HTTP2_STREAMS_MAX,
            http2_keepalive_interval: limits::HTTP2_KEEPALIVE_INTERVAL,
            http2_keepalive_timeout: limits::HTTP2_KEEPALIVE_TIMEOUT,
            http2_pings_max: limits::HTTP2_PINGS_MAX,
            http2_ping_window: limits::HTTP2_PING_WINDOW,
            requests_per_connection_max: limits::REQUESTS_PER_CONNECTION_MAX,
        }
    }
}

/// What answers the requests.
#[derive(Clone)]
pub struct App {
    /// Answers calls of gRPC itself, over HTTP/2: the many reports of jobs, which need
    /// nothing of what is there for browsers.
    pub grpc: Router,
    /// Answers everything, gRPC-web and gRPC itself as well.
    pub web: Router,
}

/// What is served, and how.
#[derive(Clone)]
pub struct Listen {
    /// Answers the requests.
    pub app: App,
    /// TLS, if any; see [`tls::load`].
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Where connections are counted.
    pub metrics: Metrics,
    /// The bounds of connections.
    pub bounds: Bounds,
}

/// Serves until `shutdown`, then lets requests under way finish for as long as
/// [`Bounds::shutdown_grace`]. Returns how many connections had to be cut off.
pub async fn serve(listen: Listen, listener: TcpListener, shutdown: CancellationToken) -> usize {
    let slots =
        Slots::new(listen.bounds.connections_max, listen.bounds.connections_per_address_max);
    let grace = listen.bounds.shutdown_grace;
    let listen = Arc::new(listen);
    let mut connections = JoinSet::new();

    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                if let Some((stream, peer)) = settle(accepted).await {
                    let peer = peer.ip().to_canonical();
                    match slots.take(peer) {
                        Ok(slot) => {
                            let listen = Arc::clone(&listen);
                            let shutdown = shutdown.clone();
                            connections.spawn(async move {
                                listen.metrics.connections.inc();
                                let _counted = Counted(&listen.metrics);
                                connection::run(&listen, stream, peer, shutdown).await;
                                drop(slot);
                            });
                        }
                        Err(cause) => listen.metrics.refuse_connection(cause),
                    }
                }
            }
        }
    }

    // From here on, connecting is refused by the system.
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(grace, finished).await;
    let cut = connections.len();
    connections.shutdown().await;
    cut
}

/// Counts a connection as gone, even when its task panics or is cut off.
struct Counted<'a>(&'a Metrics);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.connections.dec();
    }
}

async fn settle(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<(TcpStream, SocketAddr)> {
    match accepted {
        Ok(accepted) => return Some(accepted),
        // The client left before it was its turn.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionRefused
            ) => {}
        Err(error) => {
            tracing::error!(%error, "cannot accept connections");
            tokio::time::sleep(limits::ACCEPT_PAUSE).await;
        }
    }
    None
}

#[cfg(test)]
mod tests;
