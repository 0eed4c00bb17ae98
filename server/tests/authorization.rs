//! Who may call what, for every call of the contract and every kind of caller.
//!
//! A call without an example here fails the test, so that none is forgotten.

#![expect(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

#[expect(dead_code, reason = "each test uses a part of it")]
mod door;

use std::collections::BTreeMap;

use door::{Answer, Door, GrpcAnswer, encoded, frame, fresh_address, wait_until};
use nightbell_domain::key::{ProjectId, Role};
use nightbell_domain::time::Timestamp;
use nightbell_proto::method::{Body, METHODS, Method};
use nightbell_proto::v1;
use nightbell_server::auth::ServerSecret;
use nightbell_server::auth::token::Tokens;
use nightbell_server::gate;
use serde_json::{Value, json};
use tonic::Code;

const MISSING_INCIDENT: &str = "01890000-0000-7000-8000-000000000000";

/// A request of one call: for the path of the call, its message in JSON and in
/// protobuf.
struct Example {
    message: Value,
    encode: fn(&Value) -> Vec<u8>,
}

/// What the examples speak of.
#[derive(Clone)]
struct Things {
    scheduler: String,
    run: String,
    incident: String,
    channel: String,
    key: String,
    route: String,
    silence: String,
}

impl Things {
    /// Ids of the right form that name nothing.
    fn missing() -> Self {
        Self {
            scheduler: "svc-nothing".into(),
            run: "nothing".into(),
            incident: MISSING_INCIDENT.into(),
            channel: "999999".into(),
            key: "000000000000".into(),
            route: "999999".into(),
            silence: "999999".into(),
        }
    }
}

/// A request for every call, by its name.
fn examples(things: &Things) -> BTreeMap<&'static str, Example> {
    let Things { scheduler, run, incident, channel, key, .. } = things;
    let one = json!({"scheduler_id": scheduler});
    let one_run = json!({"scheduler_id": scheduler, "run_id": run});
    let report = json!({"scheduler_id": scheduler, "status": "running", "run_id": "r2"});
    let hook = json!({"url": "https://example.org/hook"});
    let set_name = json!({"channel_id": channel, "settings": {"name": "b"}, "update_mask": "name"});
    let set_labels = json!({"scheduler_id": scheduler, "settings": {"labels": {"a": "b"}},
        "update_mask": "labels"});
    let service = json!({"scheduler_id": scheduler, "service_name": "s", "job_name": "j"});
    [
        example::<v1::CreateChannelRequest>("CreateChannel", json!({"name": "a", "webhook": hook})),
        example::<v1::GetChannelRequest>("GetChannel", json!({"channel_id": channel})),
        example::<v1::ListChannelsRequest>("ListChannels", json!({})),
        example::<v1::UpdateChannelRequest>("UpdateChannel", set_name),
        example::<v1::DeleteChannelRequest>("DeleteChannel", json!({"channel_id": channel})),
        example::<v1::TestChannelRequest>("TestChannel", json!({"channel_id": channel})),
        example::<v1::ListIncidentsRequest>("ListIncidents", json!({})),
        example::<v1::GetIncidentRequest>("GetIncident", json!({"incident_id": incident})),
        example::<v1::AcknowledgeIncidentRequest>(
            "AcknowledgeIncident",
            json!({"incident_id": incident}),
        ),
        example::<v1::ResolveIncidentRequest>("ResolveIncident", json!({"incident_id": incident})),
        example::<v1::CreateKeyRequest>("CreateKey", json!({"name": "made", "role": "viewer"})),
        example::<v1::ListKeysRequest>("ListKeys", json!({})),
        example::<v1::RevokeKeyRequest>("RevokeKey", json!({"key_id": key})),
        example::<v1::ExchangeKeyRequest>("ExchangeKey", json!({})),
        example::<v1::ListRunsRequest>("ListRuns", one.clone()),
        example::<v1::ListSlotsRequest>("ListSlots", one.clone()),
        example::<v1::GetRunRequest>("GetRun", one_run.clone()),
        example::<v1::CancelRunRequest>("CancelRun", one_run),
        example::<v1::UpdateStatusRequest>("UpdateStatus", report.clone()),
        example::<v1::SendHeartbeatRequest>("SendHeartbeat", one.clone()),
        example::<v1::StreamHeartbeatsRequest>(
            "StreamHeartbeats",
            json!({"frame_sequence": 1, "status": report}),
        ),
        example::<v1::BatchReportRequest>("BatchReport", json!({"items": [{"heartbeat": one}]})),
        example::<v1::RegisterSchedulerRequest>("RegisterScheduler", service),
        example::<v1::GetSchedulerRequest>("GetScheduler", one.clone()),
        example::<v1::ExplainSchedulerRequest>("ExplainScheduler", one.clone()),
        example::<v1::ListSchedulersRequest>("ListSchedulers", json!({})),
        example::<v1::UpdateSchedulerRequest>("UpdateScheduler", set_labels),
        example::<v1::ReleaseSettingsRequest>("ReleaseSettings", one.clone()),
        example::<v1::DeleteSchedulerRequest>("DeleteScheduler", one.clone()),
        example::<v1::PauseSchedulerRequest>("PauseScheduler", one.clone()),
        example::<v1::ResumeSchedulerRequest>("ResumeScheduler", one.clone()),
        example::<v1::PreviewScheduleRequest>(
            "PreviewSchedule",
            json!({"schedules": [{"cron": "0 1 * * *"}]}),
        ),
        example::<v1::WatchSchedulersRequest>("WatchSchedulers", json!({})),
    ]
    .into_iter()
    .chain(policy_examples(things))
    .collect()
}

/// The same for calls about routes, silences and the audit log.
fn policy_examples(things: &Things) -> [(&'static str, Example); 11] {
    let Things { channel, route, silence, .. } = things;
    let set_route = json!({"name": "a", "channel_ids": [channel]});
    let window = json!({"cron": "0 2 * * 7", "duration": "3600s"});
    [
        example::<v1::CreateRouteRequest>("CreateRoute", set_route),
        example::<v1::GetRouteRequest>("GetRoute", json!({"route_id": route})),
        example::<v1::ListRoutesRequest>("ListRoutes", json!({})),
        example::<v1::UpdateRouteRequest>(
            "UpdateRoute",
            json!({"route_id": route, "settings": {"name": "b"}, "update_mask": "name"}),
        ),
        example::<v1::DeleteRouteRequest>("DeleteRoute", json!({"route_id": route})),
        example::<v1::CreateSilenceRequest>(
            "CreateSilence",
            json!({"note": "n", "everything": true, "window": window}),
        ),
        example::<v1::GetSilenceRequest>("GetSilence", json!({"silence_id": silence})),
        example::<v1::ListSilencesRequest>("ListSilences", json!({})),
        example::<v1::UpdateSilenceRequest>(
            "UpdateSilence",
            json!({"silence_id": silence, "settings": {"note": "b"}, "update_mask": "note"}),
        ),
        example::<v1::DeleteSilenceRequest>("DeleteSilence", json!({"silence_id": silence})),
        example::<v1::ListAuditEntriesRequest>("ListAuditEntries", json!({})),
    ]
}

/// Calls whose example would end what the other calls speak of.
const DESTRUCTIVE: [&str; 6] = [
    "DeleteChannel",
    "DeleteRoute",
    "DeleteSilence",
    "DeleteScheduler",
    "RevokeKey",
    "ResolveIncident",
];

/// Calls that name something which may be another project's.
const NAMING: [&str; 26] = [
    "GetChannel",
    "UpdateChannel",
    "DeleteChannel",
    "TestChannel",
    "GetIncident",
    "AcknowledgeIncident",
    "ResolveIncident",
    "RevokeKey",
    "ListRuns",
    "ListSlots",
    "GetRun",
    "CancelRun",
    "UpdateStatus",
    "SendHeartbeat",
    "GetScheduler",
    "ExplainScheduler",
    "UpdateScheduler",
    "ReleaseSettings",
    "DeleteScheduler",
    "PauseScheduler",
    "GetRoute",
    "UpdateRoute",
    "DeleteRoute",
    "GetSilence",
    "UpdateSilence",
    "DeleteSilence",
];

#[test]
fn every_call_has_an_example() {
    let examples = examples(&Things::missing());
    let called: Vec<&str> = METHODS.iter().map(name).collect();
    for name in &called {
        assert!(examples.contains_key(name), "{name} has no row in `examples`");
    }
    assert_eq!(examples.len(), called.len());
    for method in METHODS {
        let names_something = method.http.as_ref().is_some_and(|http| !http.params.is_empty());
        let is_listed = NAMING.contains(&name(method)) || name(method) == "ResumeScheduler";
        assert_eq!(names_something, is_listed, "{} in NAMING", name(method));
    }
}

#[tokio::test]
async fn every_call_answers_every_caller_by_its_role() {
    let door = Door::open().await;
    let things = make_things(&door).await;
    let missing = examples(&Things::missing());
    let examples = examples(&things);
    let callers = callers(&door).await;
    for method in METHODS {
        let access = gate::access(method.access).unwrap();
        let is_destructive = DESTRUCTIVE.contains(&name(method));
        let example = &if is_destructive { &missing } else { &examples }[name(method)];
        for Caller { who, headers, role, is_token } in &callers {
            let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let expected = match role {
                None => Some((Code::Unauthenticated, 401)),
                // A token is no way to another token.
                Some(_) if *is_token && name(method) == "ExchangeKey" => {
                    Some((Code::PermissionDenied, 403))
                }
                Some(role) if !role.allows(access) => Some((Code::PermissionDenied, 403)),
                Some(_) => None,
            };
            let grpc = call(&door, method, example, &headers).await.code;
            let refused = matches!(grpc, Code::Unauthenticated | Code::PermissionDenied);
            let told = refused.then_some(grpc);
            assert_eq!(told, expected.map(|it| it.0), "{} by {who}: {grpc:?}", method.path);
            let Some(rest) = ask(&door, method, example, &headers).await else { continue };
            let refused = matches!(rest.code, 401 | 403);
            let told = refused.then_some(rest.code);
            assert_eq!(told, expected.map(|it| it.1), "{} by {who}: {}", method.path, rest.text());
            if refused {
                rest.refusal();
            }
        }
    }
}

#[tokio::test]
async fn a_bound_reporter_speaks_for_its_own_only() {
    let door = Door::open().await;
    let things = make_things(&door).await;
    register(&door, "other").await;
    let bound = door.key(&["--role", "reporter", "--prefix", "svc-"]);
    let by_service = door.key(&["--role", "reporter", "--service", "s"]);
    let elsewhere = door.key(&["--role", "reporter", "--service", "another"]);
    let foreign = Things { scheduler: "other".into(), ..things.clone() };
    for (what, key, things, is_allowed) in [
        ("its prefix", &bound, &things, true),
        ("another prefix", &bound, &foreign, false),
        ("its service", &by_service, &foreign, true),
        ("another service", &elsewhere, &foreign, false),
    ] {
        for method in METHODS {
            if !matches!(name(method), "RegisterScheduler" | "UpdateStatus" | "SendHeartbeat") {
                continue;
            }
            let example = &examples(things)[name(method)];
            let headers = [("x-api-key", key.as_str())];
            let grpc = call(&door, method, example, &headers).await;
            let rest = ask(&door, method, example, &headers).await.unwrap();
            if is_allowed {
                assert_eq!((grpc.code, rest.code), (Code::Ok, 200), "{} for {what}", method.path);
            } else {
                let told = (grpc.code, grpc.reason.as_str());
                let expected = (Code::PermissionDenied, "NOT_YOUR_SCHEDULER");
                assert_eq!(told, expected, "{} for {what}", method.path);
                assert_eq!((rest.code, rest.refusal().as_str()), (403, expected.1));
            }
        }
    }
    let register = json!({"scheduler_id": "new", "service_name": "s", "job_name": "j"}).to_string();
    let new = door.json_as(&bound, "POST", "/api/v1/schedulers/register", &register).await;
    assert_eq!((new.code, new.refusal().as_str()), (403, "NOT_YOUR_SCHEDULER"));
    assert_eq!(door.json("GET", "/api/v1/schedulers/new", "").await.code, 404);
}

#[tokio::test]
async fn what_is_another_projects_looks_as_if_it_were_not_there() {
    let door = Door::open().await;
    let things = make_things(&door).await;
    let stranger = door.key(&["--role", "admin", "--project", "elsewhere"]);
    let headers = [("x-api-key", stranger.as_str())];
    let before = everything(&door, &things).await;
    let (foreign, missing) = (examples(&things), examples(&Things::missing()));
    for method in METHODS {
        if !NAMING.contains(&name(method)) {
            continue;
        }
        let here = call(&door, method, &foreign[name(method)], &headers).await;
        let nowhere = call(&door, method, &missing[name(method)], &headers).await;
        assert_eq!(here.code, Code::NotFound, "{}", method.path);
        assert_eq!(plain_grpc(&here, &things), plain_grpc(&nowhere, &Things::missing()));
        let here = ask(&door, method, &foreign[name(method)], &headers).await.unwrap();
        let nowhere = ask(&door, method, &missing[name(method)], &headers).await.unwrap();
        assert_eq!(here.code, 404, "{}", method.path);
        here.refusal();
        assert_eq!(plain(&here, &things), plain(&nowhere, &Things::missing()), "{}", method.path);
    }
    for path in ["schedulers", "incidents", "channels", "routes", "silences"] {
        let listed = door.json_as(&stranger, "GET", &format!("/api/v1/{path}"), "").await;
        assert_eq!(listed.json()[path], json!([]), "{path}");
    }
    let keys = door.json_as(&stranger, "GET", "/api/v1/keys", "").await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert_eq!(everything(&door, &things).await, before, "nothing was changed");

    // The same id may be used in both projects, each for its own.
    let body = json!({"scheduler_id": things.scheduler, "service_name": "x", "job_name": "y"});
    let path = "/api/v1/schedulers/register";
    let made = door.json_as(&stranger, "POST", path, &body.to_string()).await;
    assert_eq!(made.json()["created"], true);
    assert_eq!(everything(&door, &things).await, before, "nothing was changed");
}

#[tokio::test]
async fn a_token_is_good_wherever_its_key_is_and_for_no_longer() {
    let door = Door::open().await;
    let key = door.key(&["--role", "viewer"]);
    let bearer = format!("Bearer {}", token(&door, &key).await);
    let headers = [("authorization", bearer.as_str())];
    let path = "/api/v1/schedulers";
    assert_eq!(door.ask("GET", path, &headers, "").await.code, 200);
    assert_eq!(door.ask("GET", "/metrics", &headers, "").await.code, 200);
    let as_key = [("x-api-key", &bearer["Bearer ".len()..])];
    assert_eq!(door.ask("GET", path, &as_key, "").await.code, 401, "a token is no key");

    door.revoke(&key);
    wait_until("the token has ended with its key", async || {
        door.ask("GET", path, &headers, "").await.code == 401
    })
    .await;
}

#[tokio::test]
async fn tokens_that_we_did_not_make_are_refused() {
    let door = Door::open().await;
    let key = door.key(&["--role", "admin"]);
    let good = token(&door, &key).await;
    let mut parts = good.split('.');
    let [header, claims, signature] = [(); 3].map(|()| parts.next().unwrap());
    let part = |value: Value| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
    };
    let none = part(json!({"alg": "none", "typ": "JWT"}));
    let hmac = part(json!({"alg": "HS256", "typ": "JWT"}));
    let path = part(json!({"alg": "EdDSA", "typ": "JWT", "kid": "../../etc/passwd"}));
    let jku = part(json!({"alg": "EdDSA", "typ": "JWT", "jku": "https://evil.example/keys"}));
    let ten_years = part(json!({"iss": "nightbell", "aud": "nightbell", "sub": key,
        "project": 1, "iat": 0, "nbf": 0, "exp": 4_000_000_000_u64}));
    let long = "a".repeat(8 * 1024);
    for (what, token) in [
        ("alg none", format!("{none}.{claims}.")),
        ("alg none with a signature", format!("{none}.{claims}.{signature}")),
        ("HS256", format!("{hmac}.{claims}.{signature}")),
        ("a path as kid", format!("{path}.{claims}.{signature}")),
        ("a key to fetch", format!("{jku}.{claims}.{signature}")),
        ("other claims", format!("{header}.{ten_years}.{signature}")),
        ("no signature", format!("{header}.{claims}.")),
        ("too long", format!("{header}.{long}.{signature}")),
        ("expired", tokens_of(&door).expired),
        ("of tomorrow", tokens_of(&door).future),
    ] {
        let bearer = format!("Bearer {token}");
        let answer = door.ask("GET", "/api/v1/schedulers", &[("authorization", &bearer)], "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (401, "BAD_CREDENTIAL"), "{what}");
    }
}

#[tokio::test]
async fn secrets_are_in_no_log_no_metric_and_no_refusal() {
    let settings = [("NIGHTBELL_LOG", "debug"), ("NIGHTBELL_ALLOW_TARGETS", "127.0.0.0/8")];
    let door = Door::open_with(&settings).await;
    let things = make_things(&door).await;
    let callers = callers(&door).await;
    let hook_secret = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ";
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/canary-in-the-path?t=canary-in-the-query");
    let body = json!({"name": "canary", "webhook": {"url": url, "secret": hook_secret}});
    let made = door.json("POST", "/api/v1/channels", &body.to_string()).await;
    assert_eq!(made.code, 200, "{}", made.text());
    let channel = made.json()["channel"]["channel_id"].as_str().unwrap().to_owned();
    let test = door.json("POST", &format!("/api/v1/channels/{channel}/test"), "{}").await;
    let listed = door.json("GET", "/api/v1/channels", "").await;
    let failed = r#"{"status":"failed","error_message":"it broke"}"#;
    door.json("PUT", &format!("/api/v1/schedulers/{}/status", things.scheduler), failed).await;

    let mut told = vec![test.text()];
    let examples = examples(&Things::missing());
    for method in METHODS {
        for caller in &callers {
            let headers: Vec<_> = caller.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let answer = ask(&door, method, &examples[name(method)], &headers).await;
            told.extend(answer.filter(|it| it.code >= 400).map(|it| it.text()));
        }
    }
    let in_query = format!("/api/v1/schedulers?token={}", door.admin);
    told.push(door.json("GET", &in_query, "").await.text());
    told.push(door.json("GET", "/metrics", "").await.text());
    told.push(door.log());
    assert!(door.log().contains("DEBUG"), "the log is as chatty as was asked");

    let mut secrets = vec![hook_secret["whsec_".len()..].to_owned(), "canary-in-the".to_owned()];
    for caller in &callers {
        for (_, value) in &caller.headers {
            // Of a token the signature; it may have any letter but a dot.
            let signature = value.rsplit_once('.').map(|(_, signature)| signature);
            let secret = signature.or_else(|| value.split('_').nth(2)).unwrap();
            secrets.push(secret.to_owned());
        }
    }
    secrets.push(door.admin.split('_').nth(2).unwrap().to_owned());
    for secret in secrets {
        assert!(secret.len() >= 12, "{secret}");
        for text in &told {
            let at = text.find(&secret);
            assert_eq!(at, None, "{secret} is told: {}", at.map_or("", |at| around(text, at)));
        }
    }
    assert!(!listed.text().contains(&hook_secret[6..]), "a channel's secret is write-only");
}

/// Somebody who calls.
struct Caller {
    who: &'static str,
    headers: Vec<(&'static str, String)>,
    /// What it may do; none: it is not known.
    role: Option<Role>,
    is_token: bool,
}

async fn callers(door: &Door) -> Vec<Caller> {
    let revoked = door.key(&["--role", "admin"]);
    door.revoke(&revoked);
    let expired = door.key(&["--role", "admin", "--expires-in", "1s"]);
    for ended in [&revoked, &expired] {
        wait_until("the key has ended", async || {
            door.json_as(ended, "GET", "/api/v1/schedulers", "").await.code == 401
        })
        .await;
    }
    let key = |who, text: String, role| Caller {
        who,
        headers: vec![("x-api-key", text)],
        role,
        is_token: false,
    };
    let bearer = |who, text: &str, role| Caller {
        who,
        headers: vec![("authorization", format!("Bearer {text}"))],
        role,
        is_token: true,
    };
    let mut callers = vec![
        Caller { who: "nobody", headers: vec![], role: None, is_token: false },
        key("a revoked key", revoked, None),
        key("an expired key", expired, None),
        bearer("an expired token", &tokens_of(door).expired, None),
    ];
    for (who, who_by_token, role) in [
        ("a reporter", "a reporter's token", Role::Reporter),
        ("a viewer", "a viewer's token", Role::Viewer),
        ("an operator", "an operator's token", Role::Operator),
        ("an admin", "an admin's token", Role::Admin),
    ] {
        let text = door.key(&["--role", role.word()]);
        let token = token(door, &text).await;
        callers.push(bearer(who_by_token, &token, Some(role)));
        callers.push(key(who, text, Some(role)));
    }
    let elsewhere = ["--role", "admin", "--project", "elsewhere"];
    callers.push(key("an admin of another project", door.key(&elsewhere), Some(Role::Admin)));
    callers
}

/// One of everything, in the admin's project.
async fn make_things(door: &Door) -> Things {
    register(door, "svc-job").await;
    let failed = r#"{"status":"failed","run_id":"r1"}"#;
    door.json("PUT", "/api/v1/schedulers/svc-job/status", failed).await;
    let incidents = door.json("GET", "/api/v1/incidents", "").await.json();
    let hook = r#"{"name":"a","webhook":{"url":"https://example.org/hook"}}"#;
    let channel = door.json("POST", "/api/v1/channels", hook).await.json();
    let key = door.json("POST", "/api/v1/keys", r#"{"name":"spare","role":"viewer"}"#).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let channel = text(&channel["channel"]["channel_id"]);
    let route = json!({"name": "a", "channel_ids": [channel]}).to_string();
    let route = door.json("POST", "/api/v1/routes", &route).await.json();
    let window = json!({"cron": "0 2 * * 7", "duration": "3600s"});
    let silence = json!({"note": "n", "covers": {"service_name": "other"}, "window": window});
    let silence = silence.to_string();
    let silence = door.json("POST", "/api/v1/silences", &silence).await.json();
    Things {
        scheduler: "svc-job".into(),
        run: "r1".into(),
        incident: text(&incidents["incidents"][0]["incident_id"]),
        channel,
        route: text(&route["route"]["route_id"]),
        silence: text(&silence["silence"]["silence_id"]),
        key: text(&key.json()["key"]["key_id"]),
    }
}

async fn register(door: &Door, id: &str) {
    let body = json!({"scheduler_id": id, "service_name": "s", "job_name": "j"}).to_string();
    assert_eq!(door.json("POST", "/api/v1/schedulers/register", &body).await.code, 200);
}

/// What the admin's project looks like, but for when its keys were last used.
async fn everything(door: &Door, things: &Things) -> Vec<Value> {
    let mut shown = Vec::new();
    for path in ["schedulers", "incidents", "channels", "routes", "silences"] {
        shown.push(door.json("GET", &format!("/api/v1/{path}"), "").await.json());
    }
    let run = format!("/api/v1/schedulers/{}/runs/{}", things.scheduler, things.run);
    shown.push(door.json("GET", &run, "").await.json());
    let keys = door.json("GET", "/api/v1/keys", "").await.json();
    let spare = keys["keys"].as_array().unwrap().iter().find(|it| it["key_id"] == things.key);
    shown.push(spare.unwrap().clone());
    shown
}

/// Tokens of the server's own making, at other times.
struct ForeignTimes {
    expired: String,
    future: String,
}

fn tokens_of(door: &Door) -> ForeignTimes {
    let secret = ServerSecret::load_or_create(&door.secret_file()).unwrap();
    let tokens = Tokens::new(&secret).unwrap();
    let key_id = door.admin.split('_').nth(1).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    let at =
        |millis| tokens.issue(key_id, ProjectId(1), Timestamp::from_millis(millis)).unwrap().text;
    ForeignTimes { expired: at(now - 3_600_000), future: at(now + 86_400_000) }
}

async fn token(door: &Door, key: &str) -> String {
    let answer = door.json_as(key, "POST", "/api/v1/token", "{}").await;
    assert_eq!(answer.code, 200, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

fn example<T: nightbell_proto::json::FromJson + prost::Message>(
    name: &'static str,
    message: Value,
) -> (&'static str, Example) {
    (name, Example { message, encode: encoded::<T> })
}

fn name(method: &Method) -> &'static str {
    method.path.rsplit('/').next().unwrap()
}

async fn call(
    door: &Door,
    method: &Method,
    example: &Example,
    headers: &[(&str, &str)],
) -> GrpcAnswer {
    door.grpc(method.path, headers, frame(&(example.encode)(&example.message))).await
}

/// Asks over REST, if the call is there. Of a stream only the head is read.
async fn ask(
    door: &Door,
    method: &Method,
    example: &Example,
    headers: &[(&str, &str)],
) -> Option<Answer> {
    let http = method.http.as_ref()?;
    let mut path = http.path.to_owned();
    let mut message = example.message.clone();
    for param in http.params {
        let value = message.as_object_mut().unwrap().remove(*param).unwrap();
        path = path.replace(&format!("{{{param}}}"), value.as_str().unwrap());
    }
    let body = match http.body {
        Body::None => String::new(),
        Body::All => message.to_string(),
        Body::Field(field) => message[field].to_string(),
    };
    let headers = [headers, &[("content-type", "application/json")]].concat();
    if method.response_streaming {
        return Some(door.ask_head(fresh_address(), &path, &headers).await);
    }
    Some(door.ask(http.verb, &path, &headers, &body).await)
}

/// An answer without the id of the request and the ids that it was about.
fn plain(answer: &Answer, things: &Things) -> String {
    let mut headers = answer.headers.clone();
    for varies in ["x-request-id", "date", "content-length"] {
        headers.remove(varies);
    }
    let mut body = answer.json();
    body["error"]["request_id"] = Value::Null;
    without(format!("{} {headers:?} {body}", answer.code), things)
}

fn plain_grpc(answer: &GrpcAnswer, things: &Things) -> String {
    let mut headers = answer.headers.clone();
    for varies in
        ["x-request-id", "date", "content-length", "grpc-message", "grpc-status-details-bin"]
    {
        headers.remove(varies);
    }
    let told = format!("{:?} {} {} {headers:?}", answer.code, answer.reason, answer.message);
    without(told, things)
}

fn without(text: String, things: &Things) -> String {
    let Things { scheduler, run, incident, channel, key, route, silence } = things;
    let ids = [scheduler, incident, channel, key, run, route, silence];
    ids.iter().fold(text, |text, id| text.replace(&format!("`{id}`"), "`id`"))
}

fn around(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
    let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
    &text[start..end]
}
