//! Where the fields of a request go: into the path, the query or the body.

use std::fmt::Write as _;

use serde_json::Value;

use crate::call::{Body, Call, Route};
use crate::error::Error;

/// The path with its query, and the body.
pub(super) fn lay_out<C: Call>(
    request: &C,
    route: &Route,
) -> Result<(String, Option<Vec<u8>>), Error> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(request) else {
        return Err(Error::invalid("the request", "must be an object"));
    };
    let mut path = String::new();
    let mut rest = route.path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        path.push_str(before);
        let value = fields.get(name).and_then(Value::as_str).unwrap_or_default();
        if value.is_empty() {
            return Err(Error::invalid(name, "must be given"));
        }
        path.push_str(&escape(value));
        rest = after;
        if matches!(route.body, Body::None) {
            fields.remove(name);
        }
    }
    path.push_str(rest);
    let body = match route.body {
        Body::None => {
            path.push_str(&query(&fields));
            return Ok((path, None));
        }
        Body::All => Value::Object(fields),
        Body::Field(name) => {
            let whole = fields.get(name).cloned().unwrap_or_default();
            request.mask().iter().map(|key| (key.clone(), whole[key].clone())).collect()
        }
    };
    Ok((path, serde_json::to_vec(&body).ok()))
}

fn query(fields: &serde_json::Map<String, Value>) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let text = match value {
                Value::String(text) if !text.is_empty() => text.clone(),
                Value::Number(number) if number.as_f64() != Some(0.0) => number.to_string(),
                Value::Bool(true) => "true".to_owned(),
                _ => continue,
            };
            let mark = if out.is_empty() { '?' } else { '&' };
            let _ = write!(out, "{mark}{name}={}", escape(&text));
        }
    }
    out
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api;

    #[test]
    fn what_is_not_in_the_path_goes_into_the_query() {
        let request = api::ListRunsRequest {
            scheduler_id: "eod".to_owned(),
            page_size: 7,
            page_token: "a b&c".to_owned(),
            ..Default::default()
        };
        let (path, body) = lay_out(&request, &api::ListRunsRequest::ROUTE).unwrap();
        assert_eq!(path, "/api/v1/schedulers/eod/runs?page_size=7&page_token=a%20b%26c");
        assert_eq!(body, None);
    }

    #[test]
    fn an_update_sends_the_fields_that_it_names_and_null_for_those_to_clear() {
        let request = api::UpdateSchedulerRequest {
            scheduler_id: "eod".to_owned(),
            settings: Some(api::SchedulerSettings {
                job_name: Some("End of day".to_owned()),
                ..Default::default()
            }),
            update_mask: vec!["job_name".to_owned(), "max_runtime".to_owned()],
        };
        let (path, body) = lay_out(&request, &api::UpdateSchedulerRequest::ROUTE).unwrap();
        assert_eq!(path, "/api/v1/schedulers/eod");
        let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
        assert_eq!(body, serde_json::json!({"job_name": "End of day", "max_runtime": null}));
    }
}
