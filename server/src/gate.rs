//! Who gets in.
//!
//! Every request passes here before anything of it is decoded. What a call asks of
//! the caller's key stands in the contract, so a call cannot be forgotten: one that
//! the contract does not have is answered as unknown.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use nightbell_domain::key::Access;
use nightbell_proto::method::method;
use nightbell_proto::status::refusal;
use nightbell_proto::v1;
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::auth::{Admitted, Authenticator};
use crate::clock::Clock;
use crate::listen::Peer;
use crate::telemetry::{Cause, Metrics};
use crate::wire;

/// Health says nothing but ready or not, and load balancers have no key.
const HEALTH: &str = "/grpc.health.v1.Health/";

const REFLECTION: [&str; 2] =
    ["/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.ServerReflection/"];

/// The gate of both transports, and as a [`Layer`] that of gRPC. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    auth: Arc<Authenticator>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    is_reflection_open: bool,
}

/// What a path asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Nothing,
    Key(Access),
}

impl Gate {
    /// A gate that asks `auth`. With `is_reflection_open` the contract may be read
    /// from the server without a key.
    pub fn new(
        auth: Arc<Authenticator>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
        is_reflection_open: bool,
    ) -> Self {
        Self { auth, clock, metrics, is_reflection_open }
    }

    /// Lets a request in whose key allows `access`, or says why not.
    ///
    /// # Errors
    ///
    /// What [`Authenticator::admit`] refuses with; INTERNAL without a [`Peer`].
    pub async fn admit(&self, parts: &Parts, access: Access) -> Result<Admitted, Status> {
        let Some(Peer(peer)) = parts.extensions.get::<Peer>().copied() else {
            tracing::error!("a request without the address it came from");
            return Err(internal());
        };
        let (headers, query) = (&parts.headers, parts.uri.query());
        let admitted = self.auth.admit(headers, query, peer, access, self.clock.now()).await;
        admitted.map_err(|refusal| {
            let told = Status::from(refusal);
            if told.code() == Code::Unauthenticated {
                let cause = Cause { cause: refusal.reason() };
                self.metrics.auth_failures.get_or_create(&cause).inc();
            }
            told
        })
    }

    fn asks(&self, path: &str) -> Result<Asks, Status> {
        if let Some(method) = method(path) {
            return access(method.access).map(Asks::Key);
        }
        if path.starts_with(HEALTH) {
            return Ok(Asks::Nothing);
        }
        if REFLECTION.iter().any(|service| path.starts_with(service)) {
            let is_open = self.is_reflection_open;
            return Ok(if is_open { Asks::Nothing } else { Asks::Key(Access::Read) });
        }
        Err(refusal(Code::Unimplemented, "UNKNOWN_CALL", "there is no such call").into_status())
    }

    async fn pass(&self, parts: &mut Parts) -> Result<(), Status> {
        if let Asks::Key(access) = self.asks(parts.uri.path())? {
            let admitted = self.admit(parts, access).await?;
            parts.extensions.insert(admitted);
        }
        forget_credentials(&mut parts.headers);
        Ok(())
    }
}

/// What a call of the contract asks of the caller's key.
///
/// # Errors
///
/// INTERNAL for a call without a rule. The contract allows none, and a test of the
/// table holds it; should there be one all the same, nobody gets in.
pub fn access(access: v1::Access) -> Result<Access, Status> {
    wire::key::access(access).ok_or_else(|| {
        tracing::error!("a call without an access rule");
        internal()
    })
}

/// Who calls is known from here on, and what is not there cannot be logged.
fn forget_credentials(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    headers.remove(COOKIE);
    headers.remove("x-api-key");
}

fn internal() -> Status {
    refusal(Code::Internal, "INTERNAL", "internal error").into_status()
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { gate: self.clone(), inner }
    }
}

/// A service behind the gate. Refusals are gRPC answers of a head only.
#[derive(Clone)]
pub struct Gated<S> {
    gate: Gate,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Gated<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that was ready serves this request; its copy has to become so.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        let gate = self.gate.clone();
        async move {
            let (mut parts, body) = request.into_parts();
            match gate.pass(&mut parts).await {
                Ok(()) => inner.call(Request::from_parts(parts, body)).await,
                Err(status) => Ok(status.into_http()),
            }
        }
        .boxed()
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
