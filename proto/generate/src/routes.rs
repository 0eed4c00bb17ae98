//! The REST routes, one for each annotated call.

use std::fmt::Write as _;

use crate::{
    contract::{Contract, Method, Service, camel, snake},
    methods::short,
};

/// The Rust text of the router.
pub(crate) fn generate(contract: &Contract) -> String {
    let mut out = String::from(
        "use std::sync::Arc;
         use axum::{Router, routing};
         use super::{Gate, call::{events, unary}, wrong_verb};
         use crate::{method::METHODS, v1};
         /// One implementation of each service of the contract. The same may serve gRPC.
         #[derive(Debug)]\n",
    );
    let names: Vec<(String, &str)> =
        contract.services.iter().map(|s| (short(&s.name), s.name.as_str())).collect();
    let parameters: Vec<String> = names.iter().map(|(name, _)| camel(name)).collect();
    let parameters = parameters.join(", ");
    let _ = writeln!(out, "pub struct Services<{parameters}> {{");
    for (name, service) in &names {
        let kind = camel(name);
        let _ = writeln!(out, "/// Answers the calls of `{service}`.\npub {name}: Arc<{kind}>,");
    }
    let _ = writeln!(
        out,
        "}}
         /// A route for each annotated call of the contract, every one behind the gate.
         ///
         /// Wrong verbs are answered here. Unknown paths are left to the caller's
         /// fallback; see [`unknown_route`](super::unknown_route).
         pub fn router<{parameters}, G: Gate>(
         services: &Services<{parameters}>, gate: &G) -> Router where"
    );
    for (name, service) in &names {
        let _ = writeln!(out, "{}: {},", camel(name), server_trait(service));
    }
    out.push_str("{ Router::new()");
    for (name, _) in &names {
        let _ = write!(out, ".merge({name}(&services.{name}, gate))");
    }
    out.push_str(".method_not_allowed_fallback(wrong_verb) }\n");
    let mut index = 0;
    for service in &contract.services {
        routes(&mut out, service, index);
        index += service.methods.len();
    }
    out
}

/// The routes of one service; `first` is the place of its first call in the
/// table of calls.
fn routes(out: &mut String, service: &Service, first: usize) {
    let name = short(&service.name);
    let _ = writeln!(
        out,
        "fn {name}<S: {}, G: Gate>(service: &Arc<S>, gate: &G) -> Router {{ Router::new()",
        server_trait(&service.name)
    );
    for (index, method) in service.methods.iter().enumerate() {
        let Some(route) = &method.route else { continue };
        let _ = writeln!(
            out,
            ".route({:?}, routing::{}({}))",
            route.path,
            route.verb,
            handler(method, first + index)
        );
    }
    out.push_str("}\n");
}

fn handler(method: &Method, index: usize) -> String {
    let kind = if method.response_streaming { "events" } else { "unary" };
    let input = &method.input;
    let call = snake(&method.name);
    format!(
        "{kind}(&METHODS[{index}], service, gate,
         |service: Arc<S>, request: tonic::Request<v1::{input}>|
         async move {{ service.{call}(request).await }})"
    )
}

fn server_trait(service: &str) -> String {
    format!("v1::{}_server::{service}", snake(service))
}
