//! `nightbell systemd discover`, against the real server.

#[path = "../../tests/real/mod.rs"]
mod real;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

const NIGHTBELL: &str = env!("CARGO_BIN_EXE_nightbell");

/// A machine with a server and units.
struct Machine {
    server: real::Server,
    units: PathBuf,
}

impl Machine {
    fn with(units: &[(&str, &str)]) -> Self {
        let server = real::Server::start();
        let machine = Self { units: server.folder.path().join("units"), server };
        for (name, text) in units {
            machine.write(name, text);
        }
        machine
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.units.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("ours");
        std::fs::write(path, text).expect("ours");
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(NIGHTBELL);
        command.args(arguments).stdin(Stdio::null());
        command.env("NIGHTBELL_URL", &self.server.url).env("NIGHTBELL_API_KEY", &self.server.key);
        let output = command.env("NIGHTBELL_SERVICE", "Tests").output().expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    fn discover(&self, more: &[&str]) -> (Option<i32>, String, String) {
        let folder = self.units.to_str().expect("text");
        let usual = ["systemd", "discover", "--folder", folder, "--prefix", "web-"];
        self.run(&[&usual, more].concat())
    }

    /// What is registered: id, schedule, grace.
    fn registered(&self) -> Vec<(String, String, Value)> {
        let (_, out, err) = self.run(&["schedulers", "list", "-o", "json"]);
        let all: Vec<Value> = serde_json::from_str(&out).expect(&err);
        let one = |it: &Value| {
            let settings = &it["settings"];
            let schedule = &settings["schedules"][0];
            let rule = schedule["cron"].as_str().or(schedule["every"].as_str()).unwrap_or("-");
            let id = it["scheduler_id"].as_str().expect("an id");
            (id.to_owned(), rule.to_owned(), settings["start_grace"].clone())
        };
        all.iter().map(one).collect()
    }
}

#[test]
fn timers_are_registered_with_what_they_say() {
    let machine = Machine::with(&[
        ("eod.timer", "[Timer]\nOnCalendar=*-*-* 01:00 Europe/Berlin\n"),
        ("eod.service", "[Service]\nExecStart=/opt/eod\n"),
    ]);
    let (code, out, err) = machine.discover(&["--register", "--all", "-o", "json"]);
    assert_eq!(code, Some(0), "{err}");
    let found: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (&found[0]["commands"][0], &found[0]["scheduler_id"]),
        (&Value::from("/opt/eod"), &Value::from("web-eod"))
    );
    let (_, out, _) = machine.run(&["schedulers", "list", "-o", "json"]);
    let all: Value = serde_json::from_str(&out).expect("JSON");
    let settings = &all[0]["settings"];
    assert_eq!(settings["timezone"], "Europe/Berlin");
    assert_eq!(settings["cron_profile"], "systemd");
    assert_eq!(settings["schedules"][0]["cron"], "0 1 * * *");
}

#[test]
fn what_is_suggested_makes_a_timer_watched_and_registered_under_its_name() {
    let machine = Machine::with(&[
        ("eod.timer", "[Timer]\nOnCalendar=daily\nRandomizedDelaySec=1h\n"),
        ("eod.service", "[Service]\nExecStart=-/opt/eod\n"),
        ("other.timer", "[Timer]\nOnUnitActiveSec=2hours\n"),
        ("other.service", "[Service]\nExecStart=/opt/other\n"),
    ]);
    let (_, _, err) = machine.discover(&["--register"]);
    assert!(err.contains("eod is not registered: it is not watched"), "{err}");
    assert_eq!(machine.registered(), []);

    let (_, out, _) = machine.discover(&[]);
    let start = out.find("systemctl edit eod.service\n").expect(&out);
    let lines = out[start..].lines().skip(1).take_while(|it| it.starts_with("    "));
    let suggested: Vec<&str> = lines.map(str::trim_start).collect();
    let start = format!("ExecStart=-{NIGHTBELL} exec web-eod -- /opt/eod");
    assert!(suggested.contains(&"ExecStart=") && suggested.contains(&&*start), "{suggested:?}");
    machine.write("eod.service.d/override.conf", &suggested.join("\n").replace("web-", "the-"));

    let (code, out, err) = machine.discover(&["--register"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("watched as the-eod"), "{out}");
    assert_eq!(
        machine.registered(),
        [("the-eod".to_owned(), "0 0 * * *".to_owned(), Value::from("3900s"))]
    );
}

#[test]
fn one_timer_that_is_refused_keeps_none_of_the_others_from_being_registered() {
    let machine = Machine::with(&[
        ("a.timer", "[Timer]\nOnCalendar=daily\n"),
        ("b.timer", "[Timer]\nOnUnitActiveSec=1s\n"),
        ("c.timer", "[Timer]\nOnCalendar=hourly\nOnCalendar=\nOnCalendar=weekly\n"),
        ("d.timer", "[Timer]\nOnCalendar=hourly\n"),
        ("e.timer", ""),
        ("t@.timer", "[Timer]\nOnCalendar=hourly\n"),
        ("u.timer", "[Timer]\nOnCalendar=*-*-* 25:00\n"),
    ]);
    let wants = machine.units.join("timers.target.wants");
    std::fs::create_dir(&wants).expect("ours");
    for name in ["a", "b", "c", "u"] {
        let link = wants.join(format!("{name}.timer"));
        std::os::unix::fs::symlink(machine.units.join(name), link).expect("ours");
    }
    let client = machine.server.client(nightbell::Transport::Http);
    client.job("web-a").service("Billing").start().complete();
    drop(client);

    let (code, _, err) = machine.discover(&["--register", "--all"]);
    assert_eq!(code, Some(1));
    for said in
        ["web-a already, of the service \"Billing\"", "b: ", "d is not registered: it is disabled"]
    {
        assert!(err.contains(said), "{err}");
    }
    let ids: Vec<_> = machine.registered().into_iter().map(|(id, rule, _)| (id, rule)).collect();
    let expected = [("web-a", "-"), ("web-c", "0 0 * * 1")];
    assert_eq!(ids, expected.map(|(id, rule)| (id.to_owned(), rule.to_owned())));
}
