//! The OpenAPI document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    contract::{Body, Contract, Enum, Field, FieldKind, Message, Method, Route, Service, Shape},
    text::{Comment, one_line},
};

/// The document as text. Its keys are sorted, so that it has one form.
pub(crate) fn generate(contract: &Contract) -> String {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for service in &contract.services {
        for method in &service.methods {
            let Some(route) = &method.route else { continue };
            let operation = operation(contract, service, method, route);
            paths.entry(&route.path).or_default().insert(route.verb.clone(), operation);
        }
    }
    let tags: Vec<Value> = contract
        .services
        .iter()
        .map(|s| json!({"name": s.name, "description": one_line(&s.comment)}))
        .collect();
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Nightbell",
            "version": "v1",
            "description": "Watches scheduled jobs. Every call is also there over gRPC.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"apiKey": []}, {"bearer": []}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas(contract),
            "responses": {"Error": error_response("Refused; `error.reason` says why.")},
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, or a token of ExchangeKey.",
                },
            },
        },
    });
    format!("{:#}\n", sorted(document))
}

fn operation(contract: &Contract, service: &Service, method: &Method, route: &Route) -> Value {
    let comment = Comment::parse(&method.comment);
    let input = contract.message(&method.input);
    let access = one_line(&method.access_comment);
    let mut description = comment.paragraphs.join("\n\n");
    description.push_str("\n\nAccess: ");
    description.push_str(&access);
    let mut operation = json!({
        "operationId": method.name,
        "tags": [service.name],
        "summary": comment.summary,
        "description": description,
        "x-nightbell-access": method.access.to_lowercase(),
        "x-nightbell-grpc": method.path,
        "parameters": parameters(method, route, input),
        "responses": responses(method, &comment),
    });
    let body = match &route.body {
        Body::None => None,
        Body::All => Some(reference(&method.input)),
        Body::Field(name) => input.fields.iter().find(|f| f.name == *name).map(plain_schema),
    };
    if let Some(schema) = body {
        operation["requestBody"] = json!({"content": {"application/json": {"schema": schema}}});
    }
    operation
}

fn parameters(method: &Method, route: &Route, input: &Message) -> Vec<Value> {
    let in_path = input.fields.iter().filter(|field| route.params.contains(&field.name));
    let in_path = in_path.map(|field| parameter(field, "path"));
    in_path.chain(method.query(input).into_iter().map(|field| parameter(field, "query"))).collect()
}

fn parameter(field: &Field, place: &str) -> Value {
    json!({
        "name": field.name,
        "in": place,
        "required": place == "path",
        "description": one_line(&field.comment),
        "schema": plain_schema(field),
    })
}

fn responses(method: &Method, comment: &Comment) -> Value {
    let media = if method.response_streaming { "text/event-stream" } else { "application/json" };
    let mut responses = Map::new();
    let answer = json!({
        "description": if method.response_streaming {
            "One event for each answer; an event named `error` is the last."
        } else {
            "The answer."
        },
        "content": {media: {"schema": reference(&method.output)}},
    });
    responses.insert("200".to_owned(), answer);
    let mut told: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for error in &comment.errors {
        let reasons = match error.reasons.as_str() {
            "" => String::new(),
            reasons => format!(" ({reasons})"),
        };
        let line = format!("{}{reasons}: {}", error.code, error.text);
        told.entry(error.http_code()).or_default().push(line);
    }
    for (code, lines) in told {
        responses.insert(code.to_string(), error_response(&lines.join("\n\n")));
    }
    responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Error"}));
    Value::Object(responses)
}

fn error_response(description: &str) -> Value {
    json!({
        "description": description,
        "content": {"application/json": {"schema": reference("Error")}},
    })
}

fn schemas(contract: &Contract) -> Value {
    let mut schemas = Map::new();
    for message in &contract.messages {
        schemas.insert(message.name.clone(), message_schema(message));
    }
    for item in &contract.enums {
        schemas.insert(item.name.clone(), enum_schema(item));
    }
    schemas.insert("Error".to_owned(), error_schema());
    Value::Object(schemas)
}

fn message_schema(message: &Message) -> Value {
    let properties: Map<String, Value> = message
        .fields
        .iter()
        .map(|field| {
            let mut schema = match field.shape {
                Shape::Optional => nullable(&field.kind, &plain_schema(field)),
                _ if matches!(field.kind, FieldKind::Enum(_)) => {
                    nullable(&field.kind, &plain_schema(field))
                }
                _ => plain_schema(field),
            };
            schema["description"] = one_line(&field.comment).into();
            (field.name.clone(), schema)
        })
        .collect();
    json!({
        "type": "object",
        "description": one_line(&message.comment),
        "properties": properties,
    })
}

fn enum_schema(item: &Enum) -> Value {
    let words: Vec<&str> = item.words.iter().map(|word| word.text.as_str()).collect();
    let mut description = one_line(&item.comment);
    for word in &item.words {
        description.push_str("\n- `");
        description.push_str(&word.text);
        description.push_str("`: ");
        description.push_str(&one_line(&word.comment));
    }
    json!({"type": "string", "enum": words, "description": description})
}

fn plain_schema(field: &Field) -> Value {
    let schema = match &field.kind {
        FieldKind::String | FieldKind::FieldMask => json!({"type": "string"}),
        FieldKind::Bool => json!({"type": "boolean"}),
        FieldKind::Integer("i32") => json!({"type": "integer", "format": "int32"}),
        FieldKind::Integer("i64") => json!({"type": "integer", "format": "int64"}),
        FieldKind::Integer(_) => json!({"type": "integer", "minimum": 0}),
        FieldKind::Enum(name) | FieldKind::Message(name) => reference(name),
        FieldKind::Timestamp => json!({"type": "string", "format": "date-time"}),
        FieldKind::Duration => json!({"type": "string", "examples": ["300s", "1.5s"]}),
        FieldKind::Struct => json!({"type": "object", "additionalProperties": true}),
    };
    match field.shape {
        Shape::Repeated => json!({"type": "array", "items": schema}),
        Shape::Map => json!({"type": "object", "additionalProperties": schema}),
        Shape::Plain | Shape::Optional | Shape::OneOf(_) => schema,
    }
}

/// The schema, or null for what is absent.
fn nullable(kind: &FieldKind, schema: &Value) -> Value {
    if matches!(kind, FieldKind::Enum(_) | FieldKind::Message(_)) {
        return json!({"anyOf": [schema, {"type": "null"}]});
    }
    let mut schema = schema.clone();
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

fn error_schema() -> Value {
    let violation = json!({
        "type": "object",
        "required": ["field", "reason", "description"],
        "properties": {
            "field": {"type": "string", "description": "The path of the field."},
            "reason": {"type": "string", "description": "The stable reason in upper case."},
            "description": {"type": "string", "description": "What the field must be."},
        },
    });
    let error = json!({
        "type": "object",
        "required": ["code", "status", "reason", "message", "field_violations", "retryable",
            "retry_after_ms", "request_id"],
        "properties": {
            "code": {"type": "integer", "description": "The HTTP code."},
            "status": {"type": "string", "description": "The canonical code, as in google.rpc.Code."},
            "reason": {"type": "string", "description": "The stable reason in upper case."},
            "message": {"type": "string", "description": "What to do about it, for a person."},
            "field_violations": {"type": "array", "items": violation},
            "retryable": {"type": "boolean", "description": "The same request may succeed later."},
            "retry_after_ms": {"type": ["integer", "null"], "description": "When to try again."},
            "request_id": {"type": ["string", "null"], "description": "To be named when asking for help."},
        },
    });
    json!({
        "type": "object",
        "description": "Why a request was refused.",
        "required": ["error"],
        "properties": {"error": error},
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The value with the keys of all objects in order, whatever `serde_json` was
/// told about order by other crates of the build.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> =
                fields.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
