//! `nightbell crontab sync`, against the real server, and its lines as cron runs them.

#[path = "../../tests/real/mod.rs"]
mod real;

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nightbell::api::{CreateKeyRequest, Role};
use serde_json::Value;

const NIGHTBELL: &str = env!("CARGO_BIN_EXE_nightbell");

/// A machine with a server, a crontab and programs.
struct Machine {
    server: real::Server,
    crontab: PathBuf,
    /// What its PATH leads to first.
    programs: PathBuf,
}

impl Machine {
    fn with(crontab: &str) -> Self {
        let server = real::Server::start();
        let folder = server.folder.path();
        let (path, programs) = (folder.join("crontab"), folder.join("programs"));
        std::fs::create_dir(&programs).expect("a folder");
        std::fs::write(folder.join("key"), &server.key).expect("a file");
        let machine = Self { crontab: path, programs, server };
        machine.write(crontab);
        // What this machine's own would say is none of the tests' business.
        machine.program("crontab", "echo cronie 1.6.1");
        machine
    }

    fn write(&self, crontab: &str) {
        std::fs::write(&self.crontab, crontab).expect("a file");
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.crontab).expect("a file")
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.programs.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("ours");
    }

    fn key_file(&self) -> PathBuf {
        self.server.folder.path().join("key")
    }

    /// A new key of this role.
    fn key(&self, role: Role) -> String {
        let client = self.server.client(nightbell::Transport::Http);
        let request =
            CreateKeyRequest { name: "more".to_owned(), role: Some(role), ..Default::default() };
        let api = client.api();
        let made = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(api.create_key(request));
        made.expect("a key").api_key
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        self.run_with(&self.server.key, arguments)
    }

    fn run_with(&self, key: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(NIGHTBELL);
        command.args(arguments).stdin(Stdio::null());
        command.env("NIGHTBELL_URL", &self.server.url).env("NIGHTBELL_API_KEY", key);
        command.env("NIGHTBELL_SERVICE", "Tests").env_remove("NIGHTBELL_API_KEY_FILE");
        command.env("PATH", format!("{}:/usr/bin:/bin", self.programs.display()));
        said(command.output().expect("it runs"))
    }

    /// Syncs, with nothing in the way.
    fn sync(&self, more: &[&str]) -> (Option<i32>, String, String) {
        let (file, key) = (self.crontab.display().to_string(), self.key_file());
        let key = key.display().to_string();
        let usual = ["crontab", "sync", &file, "--key-file", &key, "--yes", "--prefix", ""];
        let is_given = more.contains(&"--prefix");
        self.run(&[if is_given { &usual[..6] } else { &usual[..] }, more].concat())
    }

    fn schedulers(&self) -> Vec<Value> {
        let (code, out, err) = self.run(&["schedulers", "list", "-o", "json"]);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).expect("JSON")
    }

    fn scheduler(&self, id: &str) -> Value {
        let all = self.schedulers();
        all.iter().find(|it| it["scheduler_id"] == id).unwrap_or_else(|| panic!("{all:?}")).clone()
    }
}

fn said(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Runs the last line of a crontab as cron does: with an environment of its own, by the
/// shell of the crontab, what follows a bare `%` as its input.
fn as_cron(crontab: &str) -> (Option<i32>, String, String) {
    let mut variables = vec![("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh"), ("HOME", "/tmp")];
    for line in crontab.lines().filter(|it| it.starts_with(|it: char| it.is_ascii_uppercase())) {
        variables.push(line.split_once('=').expect("a variable"));
    }
    let line = crontab.lines().last().expect("a line");
    let written = line.splitn(6, ' ').last().expect("a command");
    let (mut command, mut input, mut rest) = (String::new(), None, written.chars());
    while let Some(it) = rest.next() {
        match (it, &mut input) {
            ('\\', None) => match rest.next().expect("something") {
                '%' => command.push('%'),
                other => command.extend(['\\', other]),
            },
            ('%', None) => input = Some(String::new()),
            (_, Some(input)) => input.push(if it == '%' { '\n' } else { it }),
            (_, None) => command.push(it),
        }
    }
    let shell = variables.iter().rfind(|it| it.0 == "SHELL").expect("one").1;
    let mut child = Command::new(shell);
    child.arg("-c").arg(command).env_clear().envs(variables.iter().copied());
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("it runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A job need not read it.
    let _ = pipe.write_all(input.unwrap_or_default().as_bytes());
    drop(pipe);
    said(child.wait_with_output().expect("it ends"))
}

#[test]
fn a_crontab_is_watched_line_by_line_after_its_diff_is_shown() {
    let before = "CRON_TZ=Europe/Berlin\n30 2 * * * /opt/backup.sh\n@reboot /opt/warm-up\n";
    let machine = Machine::with(before);
    let path = machine.crontab.to_str().expect("text");
    let key = machine.key_file();
    let asked = ["crontab", "sync", path, "--key-file", key.to_str().expect("text")];

    let (code, out, err) = machine.run(&[&asked[..], &["--dry-run"]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("-30 2 * * * /opt/backup.sh"), "{out}");
    let name = format!("{}-backup", rustix::system::uname().nodename().to_string_lossy());
    assert!(
        out.contains(&format!("+30 2 * * * {NIGHTBELL} exec {name} -- /opt/backup.sh")),
        "{out}"
    );
    assert!(out.contains("line 3: @reboot is no time"), "{out}");
    assert_eq!(machine.text(), before);
    // Nobody is there to be asked.
    assert_eq!(machine.run(&asked).0, Some(1));
    assert_eq!(machine.text(), before);

    let (code, _, err) = machine.run(&[&asked[..], &["--yes"]].concat());
    assert_eq!(code, Some(0), "{err}");
    let settings = &machine.scheduler(&name)["settings"];
    assert_eq!(settings["timezone"], "Europe/Berlin");
    assert_eq!(settings["schedules"][0]["cron"], "30 2 * * *");
    let after = machine.text();
    assert_eq!(machine.run(&[&asked[..], &["--yes"]].concat()).0, Some(0));
    assert_eq!(machine.text(), after, "what is watched stays as it is");
}

#[test]
fn a_watched_line_does_under_cron_what_it_did() {
    let machine = Machine::with("");
    for line in [
        "* * * * * cat%hello%world",
        "* * * * * cat | wc -l %it's%so",
        "* * * * * echo 50\\% of \"$0\" 'a'",
        "SHELL=/bin/bash\n* * * * * [[ -f /etc/passwd ]] && echo yes",
        "* * * * * exec /bin/echo x",
        "* * * * * ulimit -n 10",
        "* * * * * A=1 env",
        "* * * * * exit 7",
        "* * * * * /bin/ls /nowhere",
    ] {
        machine.write(&format!("{line}\n"));
        let (code, out, before) = as_cron(&machine.text());
        let (synced, _, err) = machine.sync(&[]);
        assert_eq!(synced, Some(0), "{err}");
        let (after_code, after_out, after) = as_cron(&machine.text());
        assert_eq!((after_code, after), (code, before), "{line}");
        if !line.ends_with("env") {
            assert_eq!(after_out, out, "{line}");
        }
    }
    // They knew the server, too.
    assert_eq!(machine.scheduler("ls")["health"], "down");
}

#[test]
fn jobs_that_would_not_know_the_server_are_not_registered() {
    let machine = Machine::with("30 2 * * * /opt/backup.sh\n");
    let path = machine.crontab.to_str().expect("text");
    let (code, _, err) = machine.run(&["crontab", "sync", path, "--yes"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("--key-file"), "{err}");
    assert_eq!(machine.schedulers(), [Value::Null; 0]);

    assert_eq!(machine.sync(&[]).0, Some(0));
    let top = format!(
        "NIGHTBELL_URL={}\nNIGHTBELL_SERVICE=Tests\nNIGHTBELL_API_KEY_FILE={}\n",
        machine.server.url,
        machine.key_file().display()
    );
    assert!(machine.text().starts_with(&top), "{}", machine.text());
}

#[test]
fn nothing_is_changed_when_the_server_refuses() {
    let before = "30 2 * * * /opt/backup.sh\n";
    let machine = Machine::with(before);
    for role in [Role::Viewer, Role::Reporter] {
        let key = machine.key(role);
        let (path, file) = (machine.crontab.to_str().expect("text"), machine.key_file());
        let file = file.to_str().expect("text");
        let asked = ["crontab", "sync", path, "--yes", "--key-file", file];
        let (code, out, err) = machine.run_with(&key, &asked);
        if role == Role::Viewer {
            assert_eq!(code, Some(1), "{err}");
            assert_eq!((machine.text().as_str(), machine.schedulers()), (before, vec![]));
        } else {
            assert_eq!(code, Some(0), "{err}");
            assert!(out.contains("may not read"), "{out}");
        }
    }
}

#[test]
fn a_line_whose_schedule_is_not_understood_is_watched_without_one() {
    let machine = Machine::with("0 1~5 * * * /opt/random\n0 1 * * * /opt/fixed\n");
    let (code, out, err) = machine.sync(&[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("random is registered without a schedule"), "{out}");
    assert!(machine.text().contains("exec random -- /opt/random"));
    assert_eq!(machine.scheduler("random")["settings"]["schedules"], Value::Null);
    assert_eq!(machine.scheduler("fixed")["settings"]["schedules"][0]["cron"], "0 1 * * *");
}

#[test]
fn the_name_of_another_services_job_is_not_taken() {
    let machine = Machine::with("0 1 * * * /opt/eod\n");
    let client = machine.server.client(nightbell::Transport::Http);
    client.job("eod").service("Billing").start().complete();
    drop(client);
    let (code, _, err) = machine.sync(&[]);
    assert_eq!(code, Some(1));
    assert!(err.contains("Billing") && err.contains("--prefix"), "{err}");
    assert_eq!(machine.sync(&["--prefix", "web-"]).0, Some(0));
    assert_eq!(machine.scheduler("eod")["settings"]["service_name"], "Billing");
    // Whoever writes the name means it, and the service stays the other's.
    machine.write("0 1 * * * nightbell exec eod -- /opt/eod\n");
    assert_eq!(machine.sync(&[]).0, Some(0));
    let settings = &machine.scheduler("eod")["settings"];
    assert_eq!(
        (&settings["service_name"], &settings["schedules"][0]["cron"]),
        (&Value::from("Billing"), &Value::from("0 1 * * *"))
    );
}

#[test]
fn a_line_that_is_gone_is_shown_and_its_job_paused() {
    let machine = Machine::with("0 1 * * * /opt/a\n0 2 * * * /opt/b\n");
    assert_eq!(machine.sync(&[]).0, Some(0));
    let after = machine.text();
    let kept: String = after
        .lines()
        .filter(|it| !it.contains("/opt/b"))
        .fold(String::new(), |text, it| text + it + "\n");
    machine.write(&kept);
    let (_, out, _) = machine.sync(&["--dry-run"]);
    assert!(out.contains("No longer in this crontab, and paused therefore:\n    b\n"), "{out}");
    assert_eq!(machine.scheduler("b")["health"], "new");
    assert_eq!(machine.sync(&[]).0, Some(0));
    assert_eq!(machine.scheduler("b")["health"], "paused");
    assert_eq!(machine.scheduler("a")["health"], "new");
    machine.write(&after);
    let (_, out, _) = machine.sync(&[]);
    assert!(out.contains("nightbell schedulers resume b"), "{out}");
}

#[test]
fn a_link_to_a_crontab_stays_one_and_its_file_keeps_owner_and_mode() {
    let machine = Machine::with("0 1 * * * /opt/a\n");
    let real = machine.server.folder.path().join("real");
    std::fs::rename(&machine.crontab, &real).expect("ours");
    symlink(&real, &machine.crontab).expect("ours");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("ours");
    // Where we may not, it stays ours.
    let _ = chown(&real, Some(1), Some(1));
    let before = std::fs::metadata(&real).expect("a file");
    assert_eq!(machine.sync(&[]).0, Some(0));
    assert!(machine.crontab.is_symlink());
    assert!(std::fs::read_to_string(&real).expect("a file").contains("exec a -- /opt/a"));
    let after = std::fs::metadata(&real).expect("a file");
    let facts = |it: &std::fs::Metadata| (it.uid(), it.gid(), it.mode() & 0o777);
    assert_eq!(facts(&after), facts(&before));
    assert_eq!(after.mode() & 0o777, 0o640);
}

#[test]
fn the_crontab_of_the_user_is_read_and_written_by_crontab() {
    let machine = Machine::with("");
    let kept = machine.server.folder.path().join("kept");
    let kept = kept.display();
    machine.program(
        "crontab",
        &format!(
            "case $1 in\n-V) echo bad option >&2; exit 1;;\n-l) cat {kept} 2>/dev/null || \
             {{ echo no crontab for ann >&2; exit 1; }};;\n-) cat >{kept};;\nesac"
        ),
    );
    let key = machine.key_file();
    let asked =
        ["crontab", "sync", "--yes", "--prefix", "", "--timezone", "Europe/Rome", "--key-file"];
    let asked = [&asked[..], &[key.to_str().expect("text")]].concat();
    let (code, _, err) = machine.run(&asked);
    assert_eq!(code, Some(1));
    assert!(err.contains("no crontab for ann"), "{err}");

    let text = "CRON_TZ=Europe/Berlin\n0 1 * * * /opt/a\n";
    std::fs::write(Path::new(&kept.to_string()), text).expect("a file");
    let (code, out, err) = machine.run(&asked);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("does not know CRON_TZ"), "{out}");
    let after = std::fs::read_to_string(Path::new(&kept.to_string())).expect("a file");
    assert!(after.contains(" exec a -- /opt/a"), "{after}");
    assert_eq!(machine.scheduler("a")["settings"]["timezone"], "Europe/Rome");
}
