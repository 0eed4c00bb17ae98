//! The handlers of the routes, one for each kind of call.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use axum::{
    extract::Request,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{FutureExt as _, Stream, StreamExt as _, future::BoxFuture, future::ready};
use http::{HeaderValue, header::CONTENT_TYPE};
use serde::Serialize;
use tonic::Status;

use super::{
    Gate,
    error::{error_response, error_text},
    receive::receive,
    request_id,
};
use crate::{
    json::{self, FromJson},
    method::Method,
};

/// At most this long passes without a byte on a stream of events.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A call with one request and one answer.
pub(crate) fn unary<S, G, T, U, C, F>(
    method: &'static Method,
    service: &Arc<S>,
    gate: &G,
    call: C,
) -> impl Fn(Request) -> BoxFuture<'static, Response> + Clone + Send + Sync + 'static
where
    S: Send + Sync + 'static,
    G: Gate,
    T: FromJson + Send,
    U: Serialize + Send,
    C: Fn(Arc<S>, tonic::Request<T>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<tonic::Response<U>, Status>> + Send,
{
    let (service, gate) = (Arc::clone(service), gate.clone());
    move |request| {
        let (service, gate, call) = (Arc::clone(&service), gate.clone(), call.clone());
        async move {
            let id = request_id(request.headers()).map(std::borrow::Cow::into_owned);
            let answer = match receive(method, &gate, request).await {
                Ok(request) => call(service, request).await,
                Err(status) => Err(status),
            };
            match answer {
                Ok(answer) => json_response(answer.get_ref()),
                Err(status) => error_response(&status, id.as_deref()),
            }
        }
        .boxed()
    }
}

/// A call with one request and a stream of answers, sent as server-sent events.
pub(crate) fn events<S, G, T, U, C, F, A>(
    method: &'static Method,
    service: &Arc<S>,
    gate: &G,
    call: C,
) -> impl Fn(Request) -> BoxFuture<'static, Response> + Clone + Send + Sync + 'static
where
    S: Send + Sync + 'static,
    G: Gate,
    T: FromJson + Send,
    U: Serialize,
    C: Fn(Arc<S>, tonic::Request<T>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<tonic::Response<A>, Status>> + Send,
    A: Stream<Item = Result<U, Status>> + Send + 'static,
{
    let (service, gate) = (Arc::clone(service), gate.clone());
    move |request| {
        let (service, gate, call) = (Arc::clone(&service), gate.clone(), call.clone());
        async move {
            let id = request_id(request.headers()).map(std::borrow::Cow::into_owned);
            let answer = match receive(method, &gate, request).await {
                Ok(request) => call(service, request).await,
                Err(status) => Err(status),
            };
            match answer {
                Ok(answers) => event_response(answers.into_inner(), id),
                Err(status) => error_response(&status, id.as_deref()),
            }
        }
        .boxed()
    }
}

fn json_response<U: Serialize>(message: &U) -> Response {
    let mut response = json::to_vec(message).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// One event for each answer. An error is the last event.
fn event_response<U, A>(answers: A, request_id: Option<String>) -> Response
where
    U: Serialize,
    A: Stream<Item = Result<U, Status>> + Send + 'static,
{
    let events = answers.scan(false, move |is_over, answer| {
        if *is_over {
            return ready(None);
        }
        *is_over = answer.is_err();
        ready(Some(Ok::<_, Infallible>(match answer {
            Ok(message) => Event::default().data(json::to_string(&message)),
            Err(status) => {
                Event::default().event("error").data(error_text(&status, request_id.as_deref()))
            }
        })))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}
