//! Every route of the one port.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, header};
use nightbell_proto::FILE_DESCRIPTOR_SET;
use nightbell_proto::method::method;
use nightbell_proto::rest as contract;
use nightbell_proto::status::refusal;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic_health::server::HealthReporter;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use url::Url;

use crate::app::Failure;
use crate::auth::Authenticator;
use crate::clock::Clock;
use crate::config::settings::Settings;
use crate::gate::Gate;
use crate::grpc::Handlers;
use crate::grpc::streams::Streams;
use crate::listen::App;
use crate::listen::deadline::DeadlineLayer;
use crate::listen::measure::measure;
use crate::rest::badges::badges;
use crate::rest::dashboard::dashboard;
use crate::rest::gate::RestGate;
use crate::rest::metrics::metrics;
use crate::rest::owners::owners;
use crate::rest::pages::pages;
use crate::rest::sign_in::sign_in;
use crate::rest::slack::slack;
use crate::service::Services;

/// The routers of a server, and what says whether it is healthy over gRPC.
///
/// # Errors
///
/// If the compiled contract cannot be read for reflection.
pub fn router(
    services: &Services,
    auth: &Arc<Authenticator>,
    clock: &Arc<dyn Clock>,
    settings: &Settings,
    stopping: &CancellationToken,
) -> Result<(App, HealthReporter), Failure> {
    let counted = services.metrics().clone();
    let gate = Gate::new(Arc::clone(auth), Arc::clone(clock), counted, settings.open_metrics);
    let streams = Streams::new(Arc::clone(auth), Arc::clone(clock), stopping.clone());
    let handlers = Handlers::new(services, &streams);
    let (health, health_service) = tonic_health::server::health_reporter();
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let grpc = handlers
        .routes()
        .add_service(health_service)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .prepare()
        .into_axum_router()
        .reset_fallback();
    let for_web = (middleware::from_fn(only_grpc), tonic_web::GrpcWebLayer::new(), gate.clone());
    let rest = contract::router(&handlers.rest(), &RestGate::new(gate.clone(), services.clone()));
    let request_id =
        (SetRequestIdLayer::x_request_id(MakeRequestUuid), PropagateRequestIdLayer::x_request_id());
    let measured = (
        DeadlineLayer::new(is_stream),
        middleware::from_fn_with_state(services.metrics().clone(), measure),
    );
    let web = rest
        .merge(slack(services.clone()))
        .merge(owners(services.clone()))
        .merge(badges(services.clone()))
        .merge(sign_in(services.clone(), origin(&settings.address())))
        .merge(dashboard())
        .merge(pages(services.clone(), stopping.clone()))
        .merge(metrics(services.clone(), gate.clone(), settings.open_metrics))
        .merge(grpc.clone().layer(for_web))
        .fallback(unknown)
        .layer((request_id.clone(), cors(&settings.cors_origins), measured.clone()));
    let grpc = grpc.fallback(unknown).layer((request_id, measured, gate));
    Ok((App { grpc, web }, health))
}

/// The address as browsers name where a page comes from.
fn origin(address: &str) -> String {
    Url::parse(address).map(|it| it.origin().ascii_serialization()).unwrap_or_default()
}

/// Answers those who come to a call of gRPC with anything else: tonic would answer
/// them with an empty page.
async fn only_grpc(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        let mut response = contract::wrong_verb(request).await;
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    if is_grpc(&request) {
        return next.run(request).await;
    }
    let message = "send application/grpc here; /api/docs has the path of the same call for JSON";
    let status = refusal(Code::InvalidArgument, "UNSUPPORTED_MEDIA_TYPE", message).into_status();
    contract::error_response(&status, contract::request_id(request.headers()).as_deref())
}

fn is_grpc(request: &Request) -> bool {
    let media_type = request.headers().get(header::CONTENT_TYPE);
    media_type.is_some_and(|it| it.as_bytes().starts_with(b"application/grpc"))
}

/// What no route answers. A gRPC client is told in its own way.
async fn unknown(request: Request) -> Response {
    if is_grpc(&request) {
        return tonic::Status::unimplemented("no such service").into_http();
    }
    contract::unknown_route(request).await
}

/// Calls whose answers go on: they end by themselves, not by a deadline.
fn is_stream(path: &str) -> bool {
    let streams = |path: &str| method(path).is_some_and(|it| it.response_streaming);
    streams(path)
        || path == "/api/v1/schedulers/watch"
        || path.starts_with("/grpc.reflection.")
        || path == "/grpc.health.v1.Health/Watch"
}

/// Pages of the named origins may call; none may by default.
fn cors(origins: &[String]) -> CorsLayer {
    let allowed: Vec<HeaderValue> =
        origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let shown =
        ["retry-after", "x-request-id", "grpc-status", "grpc-message", "grpc-status-details-bin"];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(allowed))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            HeaderName::from_static("x-api-key"),
            HeaderName::from_static("x-grpc-web"),
            HeaderName::from_static("x-user-agent"),
            HeaderName::from_static("grpc-timeout"),
        ])
        .expose_headers(shown.map(HeaderName::from_static))
}
