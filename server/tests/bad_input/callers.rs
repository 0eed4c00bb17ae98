//! Who asks, how much, and from where.

use crate::door::{Answer, Door, encoded, frame, fresh_address, wait_until};
use crate::{LIST, register};
use nightbell_proto::v1;
use serde_json::json;
use tonic::Code;

const GET: &str = "/nightbell.v1.SchedulerService/GetScheduler";

#[tokio::test]
async fn a_page_is_as_large_as_it_may_be_and_its_token_is_our_own() {
    let door = Door::open().await;
    register(&door, "job").await;
    let large = door.json("GET", "/api/v1/schedulers?page_size=1000000", "").await;
    assert_eq!(large.code, 200);
    let runs_token = "cnVucyAwIGE"; // "runs 0 a": of another list
    for token in ["forged", "%F0%9F%94%94", runs_token] {
        let path = format!("/api/v1/schedulers?page_token={token}");
        let answer = door.json("GET", &path, "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (400, "BAD_PAGE_TOKEN"), "{token}");
        let message = v1::ListSchedulersRequest { page_token: token.into(), ..Default::default() };
        let body = frame(&prost::Message::encode_to_vec(&message));
        let answer = door.grpc(LIST, &[("x-api-key", &door.admin)], body).await;
        assert_eq!(
            (answer.code, answer.reason.as_str()),
            (Code::InvalidArgument, "BAD_PAGE_TOKEN")
        );
    }
    for (query, reason) in [
        ("page_size=many", "BAD_VALUE"),
        ("page_size=1&page_size=2", "DUPLICATE_FIELD"),
        ("colour=red", "UNKNOWN_FIELD"),
        ("label=team", "BAD_LABEL"),
        ("health=99", "BAD_VALUE"),
    ] {
        let answer = door.json("GET", &format!("/api/v1/schedulers?{query}"), "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (400, reason), "{query}");
    }
}

#[tokio::test]
async fn a_caller_that_is_not_known_learns_nothing() {
    let door = Door::open().await;
    let other = door.key(&["--role", "admin"]);
    let revoked = door.key(&["--role", "admin"]);
    door.revoke(&revoked);
    let admin = door.admin.as_str();
    let wrong_secret = forged(admin, &other);
    let bearer = format!("Bearer {other}");
    let in_query = format!("/api/v1/schedulers?api_key={admin}");
    let plain = "/api/v1/schedulers";
    let mut texts = Vec::new();
    for (what, path, headers, reason) in [
        ("nothing", plain, vec![], "NO_CREDENTIAL"),
        ("nonsense", plain, vec![("x-api-key", "nonsense")], "BAD_CREDENTIAL"),
        ("a bad checksum", plain, vec![("x-api-key", &admin[..admin.len() - 1])], "BAD_CREDENTIAL"),
        ("a wrong secret", plain, vec![("x-api-key", &wrong_secret)], "BAD_CREDENTIAL"),
        ("a revoked key", plain, vec![("x-api-key", &revoked)], "BAD_CREDENTIAL"),
        ("basic", plain, vec![("authorization", "Basic Og==")], "BAD_CREDENTIAL"),
        (
            "two keys",
            plain,
            vec![("x-api-key", admin), ("authorization", &bearer)],
            "AMBIGUOUS_CREDENTIALS",
        ),
        (
            "one key twice",
            plain,
            vec![("x-api-key", admin), ("x-api-key", admin)],
            "AMBIGUOUS_CREDENTIALS",
        ),
        ("in the query", &in_query, vec![("x-api-key", admin)], "CREDENTIAL_IN_QUERY"),
    ] {
        wait_until("the key's end is known", async || {
            what != "a revoked key" || door.ask("GET", path, &headers, "").await.code == 401
        })
        .await;
        let answer = door.ask("GET", path, &headers, "").await;
        assert_eq!((answer.code, answer.refusal().as_str()), (401, reason), "{what}");
        let metrics = door.ask("GET", "/metrics", &headers, "").await;
        if path == plain {
            assert_eq!((metrics.code, metrics.refusal().as_str()), (401, reason), "{what}");
            let grpc = door.grpc(LIST, &headers, frame(b"")).await;
            assert_eq!(
                (grpc.code, grpc.reason.as_str()),
                (Code::Unauthenticated, reason),
                "{what}"
            );
        }
        if reason == "BAD_CREDENTIAL" {
            texts.push(answer.json()["error"]["message"].clone());
        }
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "all bad credentials look alike: {texts:?}");
    assert!(!door.log().contains(&admin[17..]));

    let counted = door.json("GET", "/metrics", "").await.text();
    for cause in ["NO_CREDENTIAL", "BAD_CREDENTIAL", "AMBIGUOUS_CREDENTIALS", "CREDENTIAL_IN_QUERY"]
    {
        let line = format!("nightbell_auth_failures_total{{cause=\"{cause}\"}}");
        assert!(counted.contains(&line), "{cause} is not counted");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_good_key_from_the_same_address_is_not() {
    let door = Door::open().await;
    let from = fresh_address();
    let path = "/api/v1/schedulers";
    let mut answers: Vec<Answer> = Vec::new();
    for _ in 0..80 {
        answers.push(door.ask_from(from, "GET", path, &[("x-api-key", "guess")], b"").await);
    }
    let slowed = answers.last().unwrap();
    assert_eq!((slowed.code, slowed.refusal().as_str()), (429, "RATE_LIMITED"));
    assert!(slowed.json()["error"]["retry_after_ms"].as_u64().unwrap() > 0);
    let good = door.ask_from(from, "GET", path, &[("x-api-key", &door.admin)], b"").await;
    assert_eq!(good.code, 200);
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let door = Door::open().await;
    let slow = door.key(&["--role", "viewer", "--requests-per-second", "1"]);
    let mut last = None;
    for _ in 0..20 {
        last = Some(door.json_as(&slow, "GET", "/api/v1/schedulers", "").await);
        if last.as_ref().is_some_and(|it| it.code == 429) {
            break;
        }
    }
    let last = last.unwrap();
    assert_eq!((last.code, last.refusal().as_str()), (429, "RATE_LIMITED"));
    assert_eq!(last.header("retry-after"), "1");
    assert_eq!(last.json()["error"]["retryable"], true);
}

#[tokio::test]
async fn names_that_look_like_markup_come_back_as_they_went_in() {
    let door = Door::open().await;
    for name in [
        "<img src=x onerror=alert(1)>",
        "<!channel> <https://evil.example|Log in>",
        "\u{1b}[31mred",
        "{{7*7}} ${env:X} %n '; DROP TABLE runs; --",
        "\u{202e}elif.exe",
    ] {
        let body = json!({"scheduler_id": "job", "service_name": "s", "job_name": name});
        let answer = door.json("POST", "/api/v1/schedulers/register", &body.to_string()).await;
        assert_eq!(answer.json()["scheduler"]["settings"]["job_name"], name);
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn browsers_may_call_by_grpc_web() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let door = Door::open().await;
    register(&door, "job").await;
    for (id, status) in
        [("job", "grpc-status:0"), ("nobody", "grpc-status:5"), ("-", "grpc-status:3")]
    {
        let message = frame(&encoded::<v1::GetSchedulerRequest>(&json!({"scheduler_id": id})));
        let text = STANDARD.encode(&message);
        for (media, body) in [
            ("application/grpc-web+proto", message.as_slice()),
            ("application/grpc-web-text+proto", text.as_bytes()),
        ] {
            let headers = [("content-type", media), ("x-api-key", &door.admin), ("accept", media)];
            let answer = door.ask_from(fresh_address(), "POST", GET, &headers, body).await;
            assert_eq!(answer.code, 200, "{id} {media}");
            assert_eq!(answer.header("content-type"), media, "{id}");
            let body = if media.contains("text") {
                decode_base64(&answer.body)
            } else {
                answer.body.clone()
            };
            let shown = String::from_utf8_lossy(&body).into_owned();
            let in_head = format!("grpc-status:{}", answer.header("grpc-status"));
            assert!(
                shown.contains(status) || in_head == status,
                "{id} {media}: {shown:?} {answer:?}"
            );
        }
    }
    let headers = [("content-type", "application/grpc-web+proto")];
    let answer = door.ask_from(fresh_address(), "POST", GET, &headers, &frame(b"")).await;
    let shown = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(answer.header("grpc-status") == "16" || shown.contains("grpc-status:16"), "{answer:?}");
}

/// The key with the secret of another: its form and checksum are good.
fn forged(key: &str, other: &str) -> String {
    let id = key.split('_').nth(1).unwrap();
    let secret = other.split('_').nth(2).unwrap();
    let text = format!("nba_{id}_{secret}");
    let mut rest = crc32fast::hash(text.as_bytes());
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut checksum = [b'0'; 6];
    for place in checksum.iter_mut().rev() {
        *place = digits[(rest % 62) as usize];
        rest /= 62;
    }
    format!("{text}_{}", std::str::from_utf8(&checksum).unwrap())
}

/// gRPC-web's text is one or more base64 texts in a row.
fn decode_base64(text: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let mut decoded = Vec::new();
    for four in text.chunks(4) {
        decoded.extend(STANDARD.decode(four).unwrap());
    }
    decoded
}
