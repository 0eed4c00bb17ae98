//! The table of calls.

use std::fmt::Write as _;

use crate::contract::{Body, Contract, Method, Route, camel, snake};

/// The Rust text of the table.
pub(crate) fn generate(contract: &Contract) -> String {
    let methods: Vec<&Method> =
        contract.services.iter().flat_map(|service| &service.methods).collect();
    let mut out = String::from(
        "/// Every call of the contract, in the order of the files.\n\
         pub static METHODS: &[Method] = &[\n",
    );
    for method in &methods {
        entry(&mut out, method);
    }
    out.push_str(
        "];\n/// Finds a call by its full name, such as `/nightbell.v1.ReportService/UpdateStatus`.\n\
         pub fn method(path: &str) -> Option<&'static Method> { Some(match path {\n",
    );
    for (index, method) in methods.iter().enumerate() {
        let _ = writeln!(out, "{:?} => &METHODS[{index}],", method.path);
    }
    out.push_str("_ => return None, }) }\n");
    out
}

fn entry(out: &mut String, method: &Method) {
    let Method { path, evidence_first, request_streaming, response_streaming, .. } = method;
    let access = camel(&method.access.to_lowercase());
    let _ = write!(
        out,
        "Method {{ path: {path:?}, access: v1::Access::{access}, evidence_first: {evidence_first},
         request_streaming: {request_streaming}, response_streaming: {response_streaming}, http: "
    );
    match &method.route {
        None => out.push_str("None"),
        Some(Route { verb, path, params, body }) => {
            let verb = verb.to_uppercase();
            let body = match body {
                Body::None => "Body::None".to_owned(),
                Body::All => "Body::All".to_owned(),
                Body::Field(field) => format!("Body::Field({field:?})"),
            };
            let _ = write!(
                out,
                "Some(Http {{ verb: {verb:?}, path: {path:?}, params: &{params:?}, body: {body} }})"
            );
        }
    }
    out.push_str(" },\n");
}

/// The name of a service's type parameter and field: `report` of `ReportService`.
pub(crate) fn short(service: &str) -> String {
    snake(service.strip_suffix("Service").unwrap_or(service))
}
