//! What people and browsers see: the reference, the watch, and calls of other pages.

#![expect(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

#[expect(dead_code, reason = "each test uses a part of it")]
mod door;

use door::{Answer, Door, fresh_address};
use serde_json::Value;

const OURS: &str = "https://dash.example.org";

#[tokio::test]
async fn the_reference_is_one_page_without_scripts() {
    let door = Door::open().await;
    let page = door.ask("GET", "/api/docs", &[], "").await;
    assert_eq!((page.code, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let text = page.text();
    for forbidden in ["<script", "javascript:", " onload=", " src=", "@import", "url("] {
        assert!(!text.contains(forbidden), "the page has {forbidden}");
    }
    for method in nightbell_proto::method::METHODS {
        let name = method.path.rsplit('/').next().unwrap();
        assert!(text.contains(&format!("id=\"{name}\"")), "{name} is not in the reference");
    }
    let head = door.ask("HEAD", "/api/docs", &[], "").await;
    assert_eq!((head.code, head.body.len()), (200, 0));
}

#[tokio::test]
async fn every_link_of_an_alert_leads_to_the_dashboard() {
    let door = Door::open().await;
    let links = [
        "/",
        "/incidents/019caaaf-7bf4",
        "/schedulers/nightly-backup?run=a%20b",
        "/channels",
        "/keys",
    ];
    for link in links {
        let page = door.ask("GET", link, &[], "").await;
        assert_eq!((page.code, page.header("content-type")), (200, "text/html; charset=utf-8"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let text = page.text();
        assert!(text.contains("src=\"/assets/app.js\"></script>"), "{text}");
        assert!(!text.contains("://"), "the page loads from elsewhere: {text}");
    }
    let unknown = door.ask("GET", "/nowhere", &[], "").await;
    assert_eq!(unknown.code, 404);
}

#[tokio::test]
async fn the_script_of_the_dashboard_is_sent_once_and_is_small() {
    let door = Door::open().await;
    let script = door.ask("GET", "/assets/app.js", &[], "").await;
    assert_eq!(
        (script.code, script.header("content-type")),
        (200, "text/javascript; charset=utf-8")
    );
    assert!(script.body.len() < 600_000, "{} bytes of script", script.body.len());
    let tag = script.header("etag").to_owned();
    let again = door.ask("GET", "/assets/app.js", &[("if-none-match", &tag)], "").await;
    assert_eq!((again.code, again.body.len()), (304, 0));
}

#[tokio::test]
async fn the_openapi_document_has_every_call() {
    let door = Door::open().await;
    let answer = door.ask("GET", "/api/openapi.json", &[], "").await;
    assert_eq!((answer.code, answer.header("content-type")), (200, "application/json"));
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    for method in nightbell_proto::method::METHODS {
        let Some(http) = &method.http else { continue };
        let verb = http.verb.to_lowercase();
        assert!(document["paths"][http.path][verb].is_object(), "{} is missing", method.path);
    }
}

#[tokio::test]
async fn a_watcher_sees_what_stands_then_an_idle_mark_then_every_change() {
    let door = Door::open().await;
    register(&door, "job").await;
    let headers = [("x-api-key", door.admin.as_str())];
    let path = "/api/v1/schedulers/watch";
    let mut events = door.events(fresh_address(), path, &headers).await;
    let head = events.read_head().await.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(head.contains("cache-control: no-cache"), "{head}");

    let snapshot = data(&events.until("\n\n").await);
    assert_eq!(snapshot["scheduler"]["scheduler_id"], "job");
    let idle = data(&events.until("\n\n").await);
    let is_empty = |value: &Value| value.is_null();
    assert!(idle.as_object().unwrap().values().all(is_empty), "{idle}");

    let body = r#"{"status":"running"}"#;
    assert_eq!(door.json("PUT", "/api/v1/schedulers/job/status", body).await.code, 200);
    let change = data(&events.until("\n\n").await);
    assert_eq!(change["scheduler"]["open_runs"][0]["status"], "running");
    assert_eq!(door.json("DELETE", "/api/v1/schedulers/job", "").await.code, 200);
    let change = data(&events.until("\n\n").await);
    assert_eq!(change["deleted_scheduler_id"], "job");
}

#[tokio::test]
async fn a_watcher_that_may_not_read_is_told_so_at_once() {
    let door = Door::open().await;
    let reporter = door.key(&["--role", "reporter"]);
    let answer = door.json_as(&reporter, "GET", "/api/v1/schedulers/watch", "").await;
    assert_eq!((answer.code, answer.refusal().as_str()), (403, "ROLE_NOT_ALLOWED"));
}

#[tokio::test]
async fn pages_of_a_named_origin_may_call_and_no_others() {
    let door = Door::open_with(&[("NIGHTBELL_CORS_ORIGINS", OURS)]).await;
    for (origin, is_allowed) in [
        (OURS, true),
        ("https://evil.example", false),
        ("null", false),
        ("http://dash.example.org", false),
    ] {
        for (path, verb, wanted) in [
            ("/api/v1/schedulers/a/status", "PUT", "x-api-key,content-type"),
            ("/api/v1/schedulers/a", "PATCH", "authorization,content-type"),
            (
                "/nightbell.v1.SchedulerService/ListSchedulers",
                "POST",
                "x-grpc-web,x-api-key,content-type",
            ),
        ] {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", verb),
                ("access-control-request-headers", wanted),
            ];
            let answer = door.ask("OPTIONS", path, &headers, "").await;
            assert_eq!(allowed(&answer), is_allowed.then_some(OURS), "{origin} {path}");
            assert!(!answer.headers.contains_key("access-control-allow-credentials"));
            let methods = answer.header("access-control-allow-methods");
            assert!(methods.contains(verb), "{methods}");
            let names = answer.header("access-control-allow-headers");
            assert!(wanted.split(',').all(|name| names.contains(name)), "{names}");
        }
    }
}

#[tokio::test]
async fn a_page_can_read_refusals_too() {
    let door = Door::open_with(&[("NIGHTBELL_CORS_ORIGINS", OURS)]).await;
    let slow = door.key(&["--role", "viewer", "--requests-per-second", "1"]);
    let unknown = vec![("origin", OURS)];
    let known = vec![("origin", OURS), ("x-api-key", slow.as_str())];
    let path = "/api/v1/schedulers";
    let answer = door.ask("GET", path, &unknown, "").await;
    assert_readable(&answer, 401, &["x-request-id"]);
    let answer = door.ask("DELETE", path, &known, "").await;
    assert_readable(&answer, 405, &["x-request-id"]);
    let mut answer = door.ask("GET", path, &known, "").await;
    for _ in 0..20 {
        if answer.code == 429 {
            break;
        }
        answer = door.ask("GET", path, &known, "").await;
    }
    assert_readable(&answer, 429, &["retry-after", "x-request-id"]);
    let large = vec![("origin", OURS), ("x-api-key", &door.admin), ("content-length", "9999999")];
    let answer = door.ask("POST", "/api/v1/schedulers/register", &large, "").await;
    assert_readable(&answer, 413, &["x-request-id"]);
    let answer = door.ask("GET", "/nowhere", &unknown, "").await;
    assert_readable(&answer, 404, &["x-request-id"]);
}

#[tokio::test]
async fn no_page_may_call_by_default() {
    let door = Door::open().await;
    let headers = [("origin", OURS), ("access-control-request-method", "GET")];
    let answer = door.ask("OPTIONS", "/api/v1/schedulers", &headers, "").await;
    assert_eq!(allowed(&answer), None);
    let headers = [("origin", OURS), ("x-api-key", door.admin.as_str())];
    let answer = door.ask("GET", "/api/v1/schedulers", &headers, "").await;
    assert_eq!((answer.code, allowed(&answer)), (200, None));
}

#[track_caller]
fn assert_readable(answer: &Answer, code: u16, names: &[&str]) {
    assert_eq!(answer.code, code, "{}", answer.text());
    answer.refusal();
    assert_eq!(allowed(answer), Some(OURS), "{code}");
    let exposed = answer.header("access-control-expose-headers");
    for name in names {
        assert!(exposed.contains(name) && !answer.header(name).is_empty(), "{code}: {name}");
    }
    assert!(answer.header("vary").contains("origin"), "{code}: {}", answer.header("vary"));
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.headers.get("access-control-allow-origin").map(|it| it.to_str().unwrap())
}

async fn register(door: &Door, id: &str) {
    let body = format!(r#"{{"scheduler_id":"{id}","service_name":"s","job_name":"j"}}"#);
    assert_eq!(door.json("POST", "/api/v1/schedulers/register", &body).await.code, 200);
}

/// The data of one event. Chunks may begin anywhere before it.
fn data(event: &str) -> Value {
    let line = event.lines().find_map(|line| line.strip_prefix("data: "));
    let line = line.unwrap_or_else(|| panic!("no data: {event:?}"));
    serde_json::from_str(line).unwrap()
}
