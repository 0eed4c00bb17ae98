//! The documents say what the contract says.

use std::collections::HashSet;

use nightbell_proto::{DOCS_HTML, OPENAPI, method::METHODS, method::method};
use serde_json::Value;

#[test]
fn every_call_is_found_by_its_name() {
    for call in METHODS {
        let found = method(call.path).unwrap();
        assert!(std::ptr::eq(found, call), "{}", call.path);
    }
    assert!(method("/nightbell.v1.ReportService/Nothing").is_none());
}

#[test]
fn every_annotated_call_is_documented() {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let mut ids = HashSet::new();
    for call in METHODS {
        let name = call.path.rsplit('/').next().unwrap();
        assert!(DOCS_HTML.contains(&format!("id=\"{name}\"")), "{name} is not on the page");
        let Some(http) = &call.http else { continue };
        let operation = &document["paths"][http.path][http.verb.to_lowercase()];
        assert_eq!(operation["operationId"], name);
        assert!(operation["description"].as_str().unwrap().contains("Access: "), "{name}");
        let in_path = operation["parameters"].as_array().unwrap().iter();
        assert_eq!(in_path.filter(|p| p["in"] == "path").count(), http.params.len(), "{name}");
        assert!(ids.insert(name), "{name} stands twice");
    }
    let documented = document["paths"].as_object().unwrap().values();
    let documented: usize = documented.map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(documented, ids.len());
}

#[test]
fn every_reference_resolves() {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let mut open = vec![&document];
    let mut count = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                    count += 1;
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    assert!(count > 100, "only {count} references");
}

#[test]
fn the_page_runs_and_loads_nothing() {
    for forbidden in ["<script", "<link", "<img", "src=", "@import", "url(", "javascript:"] {
        assert!(!DOCS_HTML.contains(forbidden), "{forbidden}");
    }
    let ids: HashSet<&str> =
        DOCS_HTML.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in DOCS_HTML.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(link), "#{link} leads nowhere");
    }
}
