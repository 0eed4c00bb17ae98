//! The life of one connection.

use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rand::Rng;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::guard::{Guarded, PingLimit, Seen};
use super::refusal::{Refusal, grpc_kind, refuse};
use super::{App, Bounds, Closing, Listen, Peer};
use crate::limits;

/// Serves one connection until it ends, breaks a limit or comes of age. After
/// `shutdown` it finishes what is under way; who called cuts it off in the end.
pub(super) async fn run(
    listen: &Listen,
    stream: TcpStream,
    peer: IpAddr,
    shutdown: CancellationToken,
) {
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);

    let Some(tls) = &listen.tls else {
        return serve(listen, stream, peer, shutdown).await;
    };
    let handshake = TlsAcceptor::from(Arc::clone(tls)).accept(stream);
    match timeout(listen.bounds.tls_handshake_max, handshake).await {
        Ok(Ok(stream)) => serve(listen, stream, peer, shutdown).await,
        Ok(Err(_)) => listen.metrics.refuse_connection("tls"),
        Err(_) => listen.metrics.refuse_connection("tls_timeout"),
    }
}

async fn serve<I>(listen: &Listen, io: I, peer: IpAddr, shutdown: CancellationToken)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let bounds = &listen.bounds;
    let seen = Arc::new(Seen::default());
    let limit = PingLimit { max: bounds.http2_pings_max, window: bounds.http2_ping_window };
    let io = TokioIo::new(Guarded::new(io, limit, Arc::clone(&seen)));
    let closing = CancellationToken::new();
    // Dropping the connection ends its streams, however it came to that.
    let _close = closing.clone().drop_guard();
    let service = Service {
        app: listen.app.clone(),
        peer: Peer(peer),
        closing: Closing(closing.clone()),
        permits: Arc::new(Semaphore::new(bounds.requests_per_connection_max)),
        seen: Arc::clone(&seen),
    };

    let builder = builder(bounds);
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut opening = pin!(sleep(bounds.connection_opening_max));
    let mut age = pin!(sleep(jittered(bounds.connection_age_max)));
    let mut is_opening = true;
    let mut is_old = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Some(cause) = cause(ended.err(), &seen) {
                    listen.metrics.refuse_connection(cause);
                }
                return;
            }
            () = &mut opening, if is_opening => {
                is_opening = false;
                if !seen.is_open.load(Ordering::Relaxed) {
                    return listen.metrics.refuse_connection("silent");
                }
            }
            () = &mut age => {
                if is_old {
                    return listen.metrics.refuse_connection("age");
                }
                is_old = true;
                age.as_mut().reset(Instant::now() + bounds.connection_age_grace);
                closing.cancel();
                connection.as_mut().graceful_shutdown();
            }
            () = shutdown.cancelled(), if !closing.is_cancelled() => {
                closing.cancel();
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

fn builder(bounds: &Bounds) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.http1_idle_max)
        .max_buf_size(limits::HEADERS_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(bounds.http2_streams_max)
        .max_local_error_reset_streams(limits::HTTP2_LOCAL_RESETS_MAX)
        .max_header_list_size(limits::HEADERS_BYTES_MAX)
        .keep_alive_interval(bounds.http2_keepalive_interval)
        .keep_alive_timeout(bounds.http2_keepalive_timeout);
    builder
}

fn jittered(age: Duration) -> Duration {
    let percent = limits::CONNECTION_AGE_JITTER_PERCENT;
    age * rand::rng().random_range(100 - percent..=100 + percent) / 100
}

/// Why the connection was ended for the client's fault. None: it just ended.
fn cause(error: Option<Box<dyn Error + Send + Sync>>, seen: &Seen) -> Option<&'static str> {
    if seen.is_flooded.load(Ordering::Relaxed) {
        return Some("ping_flood");
    }
    let error = error?;
    let http: &hyper::Error = error.downcast_ref()?;
    if http.is_parse() || http.is_parse_too_large() {
        return Some("malformed");
    }
    let http2: &h2::Error = http.source()?.downcast_ref()?;
    match http2.reason()? {
        h2::Reason::ENHANCE_YOUR_CALM => Some("http2_abuse"),
        h2::Reason::PROTOCOL_ERROR | h2::Reason::FRAME_SIZE_ERROR => Some("malformed"),
        _ => None,
    }
}

/// What one connection's requests go through before the application.
struct Service {
    app: App,
    peer: Peer,
    closing: Closing,
    permits: Arc<Semaphore>,
    seen: Arc<Seen>,
}

impl hyper::service::Service<Request<Incoming>> for Service {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.seen.is_open.store(true, Ordering::Relaxed);
        // The permit is held until the answer begins: streams that last count
        // only against the number of streams.
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            let refusal = refuse(request.headers(), Refusal::Overloaded);
            return Box::pin(std::future::ready(Ok(refusal)));
        };
        request.extensions_mut().insert(self.peer);
        request.extensions_mut().insert(self.closing.clone());
        let app = &self.app;
        let app = if is_native_grpc(&request) { app.grpc.clone() } else { app.web.clone() };
        Box::pin(async move {
            let response = app.oneshot(request.map(Body::new)).await;
            drop(permit);
            response
        })
    }
}

fn is_native_grpc<B>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_2
        && request.method() == Method::POST
        && !request.headers().contains_key(header::ORIGIN)
        && grpc_kind(request.headers())
            .is_some_and(|kind| !kind.as_bytes().starts_with(b"application/grpc-web"))
}
