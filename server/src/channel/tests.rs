//! Every kind of channel against every kind of receiver, and what each says.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::address::AllowList;
use super::draft::{Draft, shown};
use super::http::{Bounds, SystemLookup};
use super::message::Message;
use super::message::tests::{HOSTILE, ONSET, example, example_digest, hostile};
use super::notification::Event;
use super::receivers::{Manner, Receiver};
use super::*;

const NOW: Timestamp = ONSET;
const AMPLE: Duration = Duration::from_secs(15);
const SHORT: Duration = Duration::from_millis(300);

/// The kinds that call by HTTP, each with the fields that send it to `url`.
fn kinds(url: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("webhook", json!({"url": url})),
        ("slack_webhook", json!({"url": url})),
        ("slack_bot", json!({"token": "xoxb-canary", "channel": "#ops", "api_url": url})),
        ("pagerduty", json!({"routing_key": "canary", "api_url": url})),
        ("opsgenie", json!({"api_key": "canary", "api_url": url})),
        ("alertmanager", json!({"url": url, "bearer_token": "canary"})),
        ("teams", json!({"url": url})),
        ("discord", json!({"url": url})),
        ("telegram", json!({"token": "1:canary", "chat_id": "-100", "api_url": url})),
        ("ntfy", json!({"topic": "ops", "server_url": url, "token": "tk_canary"})),
        ("apprise", json!({"url": url, "tag": "ops"})),
    ]
}

fn settle(kind: &str, fields: &Value, allow: &str) -> Result<Settings, Vec<String>> {
    let allow: AllowList = allow.parse().expect("a list");
    let fields = fields.as_object().expect("an object").clone();
    let draft = Draft { kind: kind.to_owned(), fields };
    let settled = draft.settle(None, &allow, "").map(|settled| settled.settings);
    settled.map_err(|broken| {
        broken.into_iter().map(|it| format!("{} {}", it.field, it.reason)).collect()
    })
}

fn ways_out(total: Duration) -> WaysOut {
    let allow: AllowList = "127.0.0.0/8".parse().expect("a list");
    let bounds = Bounds { total, connect: total };
    let http = HttpClient::new(Arc::new(allow), Arc::new(SystemLookup), bounds);
    WaysOut { http: http.expect("a client"), mail: None }
}

/// What every kind makes of a receiver of this manner.
async fn outcomes(manner: Manner, total: Duration) -> Vec<(&'static str, Outcome)> {
    let receiver = Receiver::new(manner).await;
    let ways_out = ways_out(total);
    let mut outcomes = Vec::new();
    for (kind, fields) in kinds(&receiver.url) {
        let settings = settle(kind, &fields, "127.0.0.0/8").expect(kind);
        assert_eq!(settings.kind(), kind);
        outcomes.push((kind, send(&ways_out, &settings, &example(Event::Opened), NOW).await));
    }
    outcomes
}

#[tokio::test]
async fn two_hundred_is_delivered() {
    for (kind, outcome) in outcomes(Manner::answers(200, "", r#"{"ok":true}"#), AMPLE).await {
        assert_eq!(outcome, Outcome::delivered("200"), "{kind}");
        assert_eq!(outcome.result(), "delivered: 200", "{kind}");
    }
}

#[tokio::test]
async fn a_server_error_is_tried_again_with_an_excerpt() {
    for (kind, outcome) in outcomes(Manner::answers(500, "", "out of tea"), AMPLE).await {
        let result = "answered 5xx: out of tea".to_owned();
        assert_eq!(outcome, Outcome::Retry { result, retry_after: None }, "{kind}");
    }
}

#[tokio::test]
async fn too_many_requests_are_followed_by_the_wait_that_was_asked_for() {
    for (kind, outcome) in outcomes(Manner::answers(429, "retry-after: 7\r\n", ""), AMPLE).await {
        let retry_after = Some(Duration::from_secs(7));
        let result = "answered 4xx".to_owned();
        assert_eq!(outcome, Outcome::Retry { result, retry_after }, "{kind}");
    }
}

#[tokio::test]
async fn gone_turns_the_channel_off() {
    for (kind, outcome) in outcomes(Manner::answers(410, "", ""), AMPLE).await {
        assert_eq!(outcome.word(), "disable", "{kind}");
    }
}

#[tokio::test]
async fn silence_and_drips_end_with_the_attempt() {
    let drips = Manner::Drips("HTTP/1.1 500 X\r\nx: ");
    for manner in [Manner::Silent, drips] {
        for (kind, outcome) in outcomes(manner, SHORT).await {
            let result = "no answer in time".to_owned();
            assert_eq!(outcome, Outcome::Retry { result, retry_after: None }, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_broken_connection_is_tried_again() {
    for (kind, outcome) in outcomes(Manner::Resets, AMPLE).await {
        assert_eq!(outcome.result(), "the connection broke before an answer", "{kind}");
    }
}

#[tokio::test]
async fn of_five_megabytes_a_little_is_read() {
    for (kind, outcome) in outcomes(Manner::answers(500, "", &"y".repeat(5_000_000)), AMPLE).await {
        let result = format!("answered 5xx: {}", "y".repeat(200));
        assert_eq!(outcome, Outcome::Retry { result, retry_after: None }, "{kind}");
    }
}

#[tokio::test]
async fn no_kind_follows_a_redirect_to_a_private_address() {
    let inside = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let location = format!("location: http://{}/\r\n", inside.local_addr().expect("an address"));
    for (kind, outcome) in outcomes(Manner::answers(302, &location, ""), AMPLE).await {
        let result = "answered 3xx".to_owned();
        assert_eq!(outcome, Outcome::Retry { result, retry_after: None }, "{kind}");
    }
    let called = tokio::time::timeout(Duration::from_millis(50), inside.accept()).await;
    assert!(called.is_err(), "a redirect was followed");
}

#[tokio::test]
async fn no_kind_calls_what_must_not_be_called() {
    let mut receiver = Receiver::new(Manner::answers(200, "", "{}")).await;
    let allow = Arc::new(AllowList::default());
    let bounds = Bounds { total: AMPLE, connect: AMPLE };
    let http = HttpClient::new(allow, Arc::new(SystemLookup), bounds).expect("a client");
    let strict = WaysOut { http, mail: None };
    for (kind, fields) in kinds(&receiver.url) {
        let refused = settle(kind, &fields, "").expect_err(kind);
        assert!(refused.iter().any(|it| it.ends_with("BLOCKED_TARGET")), "{kind}: {refused:?}");
        // As if it had been allowed when it was made.
        let settings = settle(kind, &fields, "127.0.0.0/8").expect(kind);
        let outcome = send(&strict, &settings, &example(Event::Opened), NOW).await;
        assert!(matches!(outcome, Outcome::Blocked { .. }), "{kind}: {outcome:?}");
    }
    assert!(receiver.is_untouched());
}

#[tokio::test]
async fn no_outcome_holds_a_secret() {
    for manner in [Manner::answers(401, "", "who are you"), Manner::Resets] {
        for (kind, outcome) in outcomes(manner, AMPLE).await {
            assert!(!format!("{outcome:?}").contains("canary"), "{kind}: {outcome:?}");
        }
    }
    for (kind, fields) in kinds("https://example.org/canary") {
        let settings = settle(kind, &fields, "").expect(kind);
        let shown = Value::Object(shown(&settings)).to_string();
        assert!(!shown.contains("xoxb") && !shown.contains("tk_"), "{kind}: {shown}");
        let debug = format!("{settings:?}");
        assert!(!debug.contains("tk_canary") && !debug.contains("xoxb"), "{kind}: {debug}");
    }
}

/// Names in the database and in the contract are the same, for ever.
#[test]
fn every_kind_has_a_name_and_is_read_back_as_it_was_written() {
    let mut names: Vec<_> = kinds("https://example.org/x").into_iter().map(|it| it.0).collect();
    names.push("email");
    let mut known = KINDS.to_vec();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known);
    for (kind, fields) in kinds("https://example.org/x") {
        let settings = settle(kind, &fields, "").expect(kind);
        let stored = serde_json::to_value(&settings).expect("JSON");
        assert_eq!(stored["kind"], kind);
        assert_eq!(serde_json::from_value::<Settings>(stored).expect("settings"), settings);
    }
}

#[test]
fn a_draft_without_what_a_kind_needs_names_it() {
    for (kind, missing) in [
        ("webhook", "webhook.url REQUIRED"),
        ("email", "email.to REQUIRED"),
        ("slack_webhook", "slack_webhook.url REQUIRED"),
        ("slack_bot", "slack_bot.token REQUIRED"),
        ("pagerduty", "pagerduty.routing_key REQUIRED"),
        ("opsgenie", "opsgenie.api_key REQUIRED"),
        ("alertmanager", "alertmanager.url REQUIRED"),
        ("teams", "teams.url REQUIRED"),
        ("discord", "discord.url REQUIRED"),
        ("telegram", "telegram.token REQUIRED"),
        ("ntfy", "ntfy.topic REQUIRED"),
        ("apprise", "apprise.url REQUIRED"),
    ] {
        let refused = settle(kind, &json!({}), "").expect_err(kind);
        assert!(refused.iter().any(|it| it == missing), "{kind}: {refused:?}");
    }
}

#[test]
fn a_change_keeps_what_it_does_not_say_and_the_kind() {
    let (allow, url) = (AllowList::default(), "https://example.org/x");
    let before = settle("ntfy", &json!({"topic": "ops", "token": "tk_1"}), "").expect("ntfy");
    let change = |kind: &str, fields: Value| {
        let Value::Object(fields) = fields else { panic!("an object") };
        Draft { kind: kind.to_owned(), fields }.settle(Some(&before), &allow, "settings.")
    };
    let changed = change("ntfy", json!({"server_url": url})).expect("a change").settings;
    let expected = json!({"topic": "ops", "token": "tk_1", "server_url": url});
    assert_eq!(changed, settle("ntfy", &expected, "").expect("ntfy"));
    let refused = change("apprise", json!({"url": url})).expect_err("another kind");
    assert_eq!((refused[0].field.as_str(), refused[0].reason), ("settings.apprise", "BAD_KIND"));
}

/// What each kind sends, as text to be kept: the bodies of requests, and mail.
fn renderings(notification: &Notification) -> Vec<(&'static str, String)> {
    let pretty = |value: Value| serde_json::to_string_pretty(&value).expect("JSON") + "\n";
    let message = Message::of(notification);
    vec![
        ("webhook.json", pretty(webhook::body(notification))),
        ("email.txt", email::letter::text(&message)),
        ("email.html", email::letter::page(&message)),
        ("slack_webhook.json", pretty(slack::blocks::body(notification, false))),
        ("slack_bot.json", pretty(slack::blocks::body(notification, true))),
        ("slack_reply.json", pretty(slack::bot::reply(notification))),
        ("pagerduty.json", pretty(pagerduty::body(notification))),
        ("opsgenie.json", pretty(opsgenie::body(notification))),
        ("alertmanager.json", pretty(alertmanager::body(notification))),
        ("teams.json", pretty(teams::body(notification))),
        ("discord.json", pretty(discord::body(notification))),
        ("telegram.json", pretty(telegram::body(notification))),
        ("ntfy.json", pretty(ntfy::body(notification))),
        ("apprise.json", pretty(apprise::body(notification))),
    ]
}

/// `docs/messages` shows what receivers get. Written anew with `WRITE_MESSAGES=1`.
#[test]
fn the_messages_in_the_documents_are_what_is_sent() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/messages");
    let mut stale = Vec::new();
    for event in [
        Event::Opened,
        Event::Acknowledged,
        Event::Resolved,
        Event::Reopened,
        Event::Reminded,
        Event::Digest,
        Event::Test,
    ] {
        let name = event.type_name().trim_start_matches("incident.");
        let shown = if event == Event::Digest { example_digest(5) } else { example(event) };
        for (file, text) in renderings(&shown) {
            let path = folder.join(name).join(file);
            if std::env::var_os("WRITE_MESSAGES").is_some() {
                fs::create_dir_all(folder.join(name)).expect("a folder");
                fs::write(&path, &text).expect("a file");
            }
            if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
                stale.push(path.display().to_string());
            }
        }
    }
    assert!(stale.is_empty(), "run again with WRITE_MESSAGES=1: {stale:#?}");
}

/// Every string in a JSON value.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|it| strings(it, found)),
        Value::Object(map) => map.values().for_each(|it| strings(it, found)),
        _ => {}
    }
}

#[test]
fn no_sink_is_given_an_order_by_a_text() {
    for text in HOSTILE {
        let notification = hostile(text);
        let slack = slack::blocks::body(&notification, true);
        let orders = slack["text"].as_str().expect("text").replace("<@U0123456789>", "");
        assert!(!orders.contains(['<', '>']), "Slack: {orders}");
        for block in slack["blocks"].as_array().expect("blocks") {
            // Only the mention, which is ours, is markup.
            let is_markup = block["text"]["type"] == "mrkdwn";
            assert!(!is_markup || block["text"]["text"] == "<@U0123456789>", "{block}");
        }
        let telegram = telegram::body(&notification)["text"].as_str().expect("text").to_owned();
        for order in ["<img", "<script", "<!", "<@"] {
            assert!(!telegram.contains(order), "Telegram: {telegram}");
            let page = email::letter::page(&Message::of(&notification));
            assert!(!page.replacen("<!doctype", "", 1).contains(order), "mail: {page}");
        }
        let discord = discord::body(&notification);
        assert_eq!(discord["allowed_mentions"], json!({"parse": []}));
        assert_eq!(discord["embeds"][0]["description"].to_string().matches("```").count(), 2);
        let mut texts = Vec::new();
        strings(&teams::body(&notification), &mut texts);
        assert!(!teams::body(&notification).to_string().contains(r#""type":"TextBlock""#));
        assert!(texts.iter().all(|it| !it.contains('\u{1b}')), "Teams: {texts:?}");
    }
}

#[tokio::test]
async fn a_bot_of_slack_keeps_its_first_message_and_answers_in_its_thread() {
    let answer = r#"{"ok":true,"channel":"C1","ts":"17.5","message":{}}"#;
    let mut slack = Receiver::new(Manner::answers(200, "", answer)).await;
    let fields = json!({"token": "xoxb-1", "channel": "#ops", "api_url": slack.url,
        "signing_secret": "s"});
    let settings = settle("slack_bot", &fields, "127.0.0.0/8").expect("a bot");
    let ways_out = ways_out(AMPLE);

    let outcome = send(&ways_out, &settings, &example(Event::Opened), NOW).await;
    let Outcome::Delivered { thread: Some(thread), .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(thread, "C1:17.5");
    let posted = slack.request().await;
    assert!(posted.starts_with("POST /chat.postMessage "), "{posted}");
    assert!(posted.contains("authorization: Bearer xoxb-1\r\n"), "{posted}");
    assert!(
        posted.contains(r#""channel":"\u0023ops""#) || posted.contains(r##""channel":"#ops""##)
    );
    assert!(posted.contains("nightbell_acknowledge") && posted.contains("<@U0123456789>"));

    let mut over = example(Event::Resolved);
    over.thread = Some(thread);
    let outcome = send(&ways_out, &settings, &over, NOW).await;
    assert!(matches!(outcome, Outcome::Delivered { thread: None, .. }), "{outcome:?}");
    let updated = slack.request().await;
    assert!(updated.starts_with("POST /chat.update "), "{updated}");
    assert!(updated.contains(r#""ts":"17.5""#) && !updated.contains("nightbell_acknowledge"));
    assert!(!updated.contains("<@U"), "the end wakes nobody: {updated}");
    let replied = slack.request().await;
    assert!(replied.starts_with("POST /chat.postMessage "), "{replied}");
    assert!(replied.contains(r#""thread_ts":"17.5""#), "{replied}");
}

#[tokio::test]
async fn what_an_api_refuses_in_its_body_is_not_delivered() {
    let refusal = r#"{"ok":false,"error":"not_in_channel","parameters":{"retry_after":9}}"#;
    let receiver = Receiver::new(Manner::answers(200, "", refusal)).await;
    for (kind, fields) in kinds(&receiver.url) {
        if !matches!(kind, "slack_bot" | "telegram") {
            continue;
        }
        let settings = settle(kind, &fields, "127.0.0.0/8").expect(kind);
        let outcome = send(&ways_out(AMPLE), &settings, &example(Event::Opened), NOW).await;
        assert_eq!(outcome.word(), "retry", "{kind}: {outcome:?}");
        assert!(outcome.result().contains("not_in_channel"), "{kind}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_alert_that_somebody_removed_needs_no_closing() {
    let mut receiver = Receiver::new(Manner::answers(404, "", "")).await;
    let fields = json!({"api_key": "k", "api_url": receiver.url});
    let settings = settle("opsgenie", &fields, "127.0.0.0/8").expect("opsgenie");
    let outcome = send(&ways_out(AMPLE), &settings, &example(Event::Resolved), NOW).await;
    assert_eq!(outcome.word(), "delivered");
    let request = receiver.request().await;
    assert!(request.starts_with("POST /v2/alerts/nb1%3A"), "{request}");
    assert!(request.contains("/close?identifierType=alias HTTP"), "{request}");
    let outcome = send(&ways_out(AMPLE), &settings, &example(Event::Opened), NOW).await;
    assert_eq!(outcome.word(), "retry");
}

#[tokio::test]
async fn an_attempt_carries_the_same_key_every_time() {
    let mut receiver = Receiver::new(Manner::answers(503, "", "")).await;
    let fields = json!({"routing_key": "k", "api_url": receiver.url});
    let settings = settle("pagerduty", &fields, "127.0.0.0/8").expect("pagerduty");
    let mut bodies = Vec::new();
    for event in [Event::Opened, Event::Opened, Event::Resolved] {
        // Refused, so tried again.
        let _ = send(&ways_out(AMPLE), &settings, &example(event), NOW).await;
        let request = receiver.request().await;
        let (_, body) = request.split_once("\r\n\r\n").expect("a body");
        bodies.push(serde_json::from_str::<Map<String, Value>>(body).expect("JSON"));
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0]["dedup_key"], bodies[2]["dedup_key"]);
    let actions: Vec<_> = bodies.iter().map(|body| &body["event_action"]).collect();
    assert_eq!(actions, ["trigger", "trigger", "resolve"]);
}
