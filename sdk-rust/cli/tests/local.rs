//! What stands on this machine: the doctor that looks at it, and a server for local work.

#[path = "../../tests/real/mod.rs"]
mod real;
mod typed;

use std::process::{Command, Stdio};

use nightbell::Transport;
use nightbell::api::{CreateKeyRequest, Role};
use serde_json::Value;

use typed::{command, nightbell, runtime};

fn new_key(server: &real::Server, role: Role) -> String {
    let request =
        CreateKeyRequest { name: "doctor".to_owned(), role: Some(role), ..Default::default() };
    let api = server.client(Transport::Http).api();
    runtime().block_on(api.create_key(request)).expect("a key").api_key
}

/// What the doctor finds, by its names; and its exit code.
fn examined(mut command: Command) -> (Option<i32>, Value) {
    let output = command.args(["-o", "json"]).output().expect("it runs");
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut by_name = serde_json::Map::new();
    for mut finding in findings {
        let name = finding["what"].as_str().expect("a name").to_owned();
        assert!(by_name.insert(name.clone(), finding["found"].take()).is_none(), "{name} twice");
    }
    (output.status.code(), by_name.into())
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let server = real::Server::start();
    let (code, out, _) = nightbell(&server, &["doctor"]);
    assert_eq!(code, Some(0), "{out}");
    for words in ["gRPC", "REST", "clock", "may report, and read", "no reports wait"] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let with = |name: &str, value: &str| {
        let mut command = command(&server, &["doctor"]);
        command.env(name, value);
        examined(command)
    };
    let is_wrong = |(code, found): (Option<i32>, Value), what: &str, words: &str| {
        assert_eq!(code, Some(1), "{found}");
        let told = found[what].as_str().unwrap_or_default();
        assert!(told.contains(words), "{what}: {found}");
    };
    is_wrong(with("NIGHTBELL_API_KEY", "wrong"), "gRPC", "key");
    is_wrong(with("NIGHTBELL_API_KEY", &new_key(&server, Role::Viewer)), "key", "not report");
    let bare = server.url.strip_prefix("http://").expect("no TLS");
    is_wrong(with("NIGHTBELL_URL", bare), "settings", "http://");
    let tls = format!("https://{bare}");
    is_wrong(with("NIGHTBELL_URL", &tls), "TLS", "none is spoken there");
    is_wrong(with("NIGHTBELL_URL", "http://127.0.0.1:9"), "connection", "refused");
    is_wrong(with("NIGHTBELL_DISABLED", "1"), "settings", "NIGHTBELL_DISABLED");
    let (code, found) = with("NIGHTBELL_API_KEY", &new_key(&server, Role::Reporter));
    assert_eq!((code, &found["key"]), (Some(0), &"may report, and not read: a job's".into()));
}

#[test]
fn the_doctor_counts_what_waits_on_disk() {
    let server = real::Server::start();
    let mut job = command(&server, &["exec", "eod", "--", "true"]);
    assert!(job.env("NIGHTBELL_API_KEY", "wrong").status().expect("it runs").success());
    let (_, out, _) = nightbell(&server, &["doctor"]);
    assert!(out.contains("3 wait, the oldest written "), "{out}");
}

/// `nightbell dev`, at a port that may be free.
fn dev(port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
    command.args(["dev", "--listen", &format!("127.0.0.1:{port}")]).stdin(Stdio::null());
    // What is set for jobs is none of the server's business.
    command.env("NIGHTBELL_SERVER_BIN", real::binary()).env("NIGHTBELL_SERVICE", "Tests");
    command
}

#[test]
fn a_server_for_local_work_says_how_to_reach_it_and_ends_when_asked() {
    use std::io::BufRead as _;
    for signal in ["TERM", "HUP", "INT", "KILL"] {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = dev(port);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
        let mut lines = std::io::BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut said = || {
            let line = lines.next().expect("a line").expect("text");
            line.split_once('=').expect("a variable").1.to_owned()
        };
        let (url, key) = (said(), said());
        // It listens when it says so.
        let mut list = Command::new(env!("CARGO_BIN_EXE_nightbell"));
        list.args(["schedulers", "list", "-o", "json"]).env("NIGHTBELL_URL", &url);
        let output = list.env("NIGHTBELL_API_KEY", &key).output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "[]\n", "{output:?}");
        let mut kill = Command::new("kill");
        kill.arg(format!("-{signal}")).arg(child.id().to_string());
        assert!(kill.status().expect("it runs").success());
        assert_eq!(child.wait().expect("it ends").success(), signal != "KILL", "{signal}");
        // Nobody is left behind who listens.
        let is_there = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        let mut looks = 0;
        while is_there() {
            looks += 1;
            assert!(looks < 1000, "{signal}: it lives");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

#[test]
fn a_server_for_local_work_that_cannot_listen_says_so_and_no_address() {
    let server = real::Server::start();
    let port = server.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let output = dev(port).output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
    let (code, _, err) = nightbell(&server, &["dev", "--listen", "nonsense"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--listen") && !err.contains("NIGHTBELL_LISTEN"), "{err}");
}
