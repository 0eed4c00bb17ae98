//! From an HTTP request to the request of a call.

use std::collections::HashSet;

use axum::extract::{FromRequestParts as _, Query, RawPathParams, Request};
use http::{
    Extensions, Uri,
    header::{AUTHORIZATION, COOKIE},
    request::Parts,
};
use tonic::{Code, Status, metadata::MetadataMap};

use super::{DecodeWarnings, Gate, Refused, RefusedItems, body};
use crate::{
    json::{Decoded, Decoding, Fields, FromJson, Json, Mode},
    method::{Body, Http, Method},
    status::refusal,
};

/// The fields in the path, decoded.
type Params = Vec<(&'static str, String)>;

/// Admits a request and reads it.
pub(crate) async fn receive<T: FromJson, G: Gate>(
    method: &'static Method,
    gate: &G,
    request: Request,
) -> Result<tonic::Request<T>, Status> {
    let Some(http) = &method.http else {
        return Err(Status::internal("a route of a call without one"));
    };
    let (mut parts, body) = request.into_parts();
    let mut extensions = gate.admit(method, &parts).await?;
    let params = params(http, &mut parts).await?;
    let body = match http.body {
        Body::None => bytes::Bytes::new(),
        _ => body::read(&parts.headers, body, gate.body_bytes_max(method)).await?,
    };
    match decode(method, http, &params, &parts.uri, &body) {
        Ok(decoded) => {
            extensions.insert(DecodeWarnings(decoded.warnings));
            extensions.insert(RefusedItems(decoded.refused_items));
            Ok(tonic_request(parts, extensions, decoded.message))
        }
        Err(status) => {
            let (params, extensions) = (params.as_slice(), &extensions);
            gate.refused(Refused { method, params, extensions, body: &body, status: &status });
            Err(status)
        }
    }
}

/// The headers become the metadata, all but the credentials: who calls is
/// known from the extensions.
fn tonic_request<T>(parts: Parts, extensions: Extensions, message: T) -> tonic::Request<T> {
    let mut headers = parts.headers;
    headers.remove(AUTHORIZATION);
    headers.remove(COOKIE);
    headers.remove("x-api-key");
    tonic::Request::from_parts(MetadataMap::from_headers(headers), extensions, message)
}

async fn params(http: &Http, parts: &mut Parts) -> Result<Params, Status> {
    if http.params.is_empty() {
        return Ok(vec![]);
    }
    let raw = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| {
        refusal(Code::InvalidArgument, "BAD_VALUE", "the path is not UTF-8").into_status()
    })?;
    let named = http.params.iter();
    let value = |name: &str| raw.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    Ok(named.filter_map(|name| Some((*name, value(name)?.to_owned()))).collect())
}

fn decode<T: FromJson>(
    method: &'static Method,
    http: &Http,
    params: &Params,
    uri: &Uri,
    body: &[u8],
) -> Result<Decoded<T>, Status> {
    let mode = if method.evidence_first { Mode::EvidenceFirst } else { Mode::Strict };
    let mut at = Decoding::new(mode);
    let mut message = T::default();
    match http.body {
        Body::All => at.read_body(body, |fields, at| whole(&mut message, params, fields, at))?,
        Body::Field(name) => {
            at.read_body(body, |fields, at| part(&mut message, http, name, fields, at))?;
            query(&mut message, http, uri, &mut at)?;
        }
        Body::None => query(&mut message, http, uri, &mut at)?,
    }
    for (name, value) in params {
        message.set(name, Json::Bare(value.as_str().into()), &mut at);
    }
    at.finish(message)
}

/// Reads the body as the message. An id that the path has may stand in the body
/// too, if it is the same.
fn whole<T: FromJson>(message: &mut T, params: &Params, fields: Fields<'_>, at: &mut Decoding) {
    for (name, value) in fields {
        let in_path = params.iter().find(|(param, _)| *param == name);
        match (in_path, &value) {
            (Some((_, in_path)), Json::String(in_body)) if in_path != in_body => {
                let rule = format!("is {} in the path and differs in the body", shown(in_path));
                at.within(&name, |at| at.violate("ID_MISMATCH", rule));
            }
            _ => {
                if !message.set(&name, value, at) {
                    at.unknown(&name);
                }
            }
        }
    }
}

fn shown(value: &str) -> String {
    Json::Bare(value.into()).describe()
}

/// Reads the body as one field. Of a PATCH the keys that are present, null or
/// not, become the update mask, unless the query has one.
fn part<T: FromJson>(
    message: &mut T,
    http: &Http,
    name: &str,
    fields: Fields<'_>,
    at: &mut Decoding,
) {
    if http.verb == "PATCH" {
        let present: Vec<&str> = fields.iter().map(|(key, _)| key.as_ref()).collect();
        message.set("update_mask", Json::Bare(present.join(",").into()), at);
    }
    message.set(name, Json::Object(fields), at);
}

/// Reads the fields in the query.
fn query<T: FromJson>(
    message: &mut T,
    http: &Http,
    uri: &Uri,
    at: &mut Decoding,
) -> Result<(), Status> {
    if uri.query().is_none() {
        return Ok(());
    }
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| {
        refusal(Code::InvalidArgument, "BAD_VALUE", "the query cannot be read").into_status()
    })?;
    let mut seen = HashSet::new();
    for (name, value) in &pairs {
        let is_elsewhere = http.params.contains(&name.as_str())
            || matches!(http.body, Body::Field(field) if field == name);
        if !seen.insert(name) {
            let rule = "stands twice".to_owned();
            at.within(name, |at| at.violate("DUPLICATE_FIELD", rule));
            continue;
        }
        let value = if value.is_empty() { Json::Null } else { Json::Bare(value.as_str().into()) };
        if is_elsewhere || !message.set(name, value, at) {
            at.unknown(name);
        }
    }
    Ok(())
}
