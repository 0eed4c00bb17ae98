//! Settings, as operators get them right and wrong.

use std::time::Duration;

use super::command::{NewKey, Role};
use super::settings::Database;
use super::*;
use crate::telemetry::LogFormat;

fn read_from(args: &[&str], env: &[(&str, &str)]) -> Result<Invocation, ConfigError> {
    let args = std::iter::once("nightbell-server").chain(args.iter().copied());
    let env = env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    read(args, env)
}

fn problems(args: &[&str], env: &[(&str, &str)]) -> Vec<String> {
    match read_from(args, env) {
        Err(ConfigError::Settings(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{args:?} {env:?} gave {other:?}"),
    }
}

#[test]
fn the_command_line_is_well_formed() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

#[test]
fn without_anything_the_defaults_serve() {
    let it = read_from(&[], &[("PATH", "/bin")]).expect("defaults");

    assert_eq!(it.command, Command::Serve);
    assert_eq!(it.settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(it.settings.address(), "http://127.0.0.1:8080");
    assert_eq!(it.settings.database, Database::Sqlite("nightbell.db".into()));
    assert_eq!(it.settings.secret_file, Some("nightbell.db.secret".into()));
    assert!(it.settings.allow_targets.is_empty());
    assert_eq!((it.settings.requests_per_second, it.settings.schedulers_max), (1_000, 100_000));
    assert!(!it.settings.register_on_first_report && !it.settings.open_metrics);
}

#[test]
fn a_flag_wins_over_the_environment_wherever_it_stands() {
    let env = [("NIGHTBELL_LISTEN", "[::]:1"), ("NIGHTBELL_LOG_FORMAT", "json")];
    for args in [&["--listen", "0.0.0.0:2"][..], &["serve", "--listen", "0.0.0.0:2"]] {
        let it = read_from(args, &env).expect("good settings");

        assert_eq!(it.settings.listen.to_string(), "0.0.0.0:2");
        assert_eq!(it.settings.log_format, LogFormat::Json);
    }
    let it = read_from(&["--open-metrics", "serve"], &env).expect("good settings");
    assert!(it.settings.open_metrics);
    assert_eq!(it.settings.listen.to_string(), "[::]:1");
}

#[test]
fn keys_are_made_with_all_that_was_said() {
    let args = "keys create --name ci --role reporter --service s --prefix p- --expires-in 90d \
                --requests-per-second 5 --project main --database-url sqlite:///x/y.db";
    let it = read_from(&args.split_whitespace().collect::<Vec<_>>(), &[]).expect("a command");

    let key = NewKey {
        name: "ci".to_owned(),
        role: Role::Reporter,
        service: Some("s".to_owned()),
        prefix: Some("p-".to_owned()),
        expires_in: Some(Duration::from_hours(90 * 24)),
        requests_per_second: Some(5),
        project: "main".to_owned(),
    };
    assert_eq!(it.command, Command::CreateKey(key));
    assert_eq!(it.settings.database, Database::Sqlite("/x/y.db".into()));
    assert_eq!(it.settings.requests_per_second, 1_000);
}

#[test]
fn the_other_commands_are_known() {
    let command = |args: &[&str]| read_from(args, &[]).expect("a command").command;

    assert_eq!(command(&["keys", "list"]), Command::ListKeys);
    assert_eq!(command(&["keys", "revoke", "k1"]), Command::RevokeKey { key_id: "k1".to_owned() });
    assert_eq!(command(&["config", "check"]), Command::CheckConfig);
    for bad in [
        &["keys", "create", "--name", "n", "--role", "king"][..],
        &["keys", "create", "--name", "n", "--role", "admin", "--expires-in", "90"],
        &["keys", "create", "--name", "n", "--role", "admin", "--expires-in", "0d"],
        &["serve", "--listn", "x"],
        &["keys"],
    ] {
        assert!(matches!(read_from(bad, &[]), Err(ConfigError::CommandLine(_))), "{bad:?}");
    }
}

#[test]
fn an_unknown_variable_is_refused_by_name() {
    let found = problems(&[], &[("NIGHTBELL_LISTN", "x"), ("NIGHTBELL_COLOUR", "red")]);

    assert_eq!(
        found,
        [
            "NIGHTBELL_COLOUR is not a setting of the server; remove it, or see \
             `nightbell-server --help`",
            "NIGHTBELL_LISTN is not a setting of the server; did you mean NIGHTBELL_LISTEN?",
        ]
    );
}

#[test]
fn variables_of_the_sdks_are_let_be() {
    let env: Vec<_> = environment::OTHERS.iter().map(|name| (*name, "x")).collect();

    read_from(&[], &env).expect("none is the server's");
}

/// Kubernetes puts these into every container beside a service called
/// `nightbell`.
#[test]
fn variables_of_kubernetes_are_let_be() {
    let env = [
        ("NIGHTBELL_PORT", "tcp://10.0.0.7:8080"),
        ("NIGHTBELL_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
        ("NIGHTBELL_PORT_8080_TCP_ADDR", "10.0.0.7"),
        ("NIGHTBELL_SERVICE_HOST", "10.0.0.7"),
        ("NIGHTBELL_SERVICE_PORT", "8080"),
        ("NIGHTBELL_SERVICE_PORT_HTTP", "8080"),
        ("NIGHTBELL_SERVER_SERVICE_HOST", "10.0.0.7"),
    ];

    read_from(&[], &env).expect("none is the server's");
    assert_eq!(problems(&[], &[("NIGHTBELL_PORT", "8080")]).len(), 1);
}

#[test]
fn every_variable_of_the_server_has_a_flag_and_is_shown() {
    let shown = read_from(&["config", "check"], &[]).expect("defaults").settings.describe();

    for name in environment::SERVER {
        assert!(shown.contains(&format!("{name}=")), "{name} is not shown");
        let flag = name.trim_start_matches(environment::PREFIX).to_lowercase().replace('_', "-");
        let args = ["serve".to_owned(), format!("--{flag}=x")];
        let refused = read_from(&args.each_ref().map(String::as_str), &[]);
        assert!(!matches!(refused, Err(ConfigError::CommandLine(_))), "--{flag}: {refused:?}");
    }
    assert_eq!(shown.lines().count(), environment::SERVER.len());
}

#[test]
fn every_wrong_setting_is_named_at_once() {
    let wrong = [
        ("NIGHTBELL_LISTEN", "8080"),
        ("NIGHTBELL_DATABASE_URL", "postgres://u:hunter2@h/db?sslmode=prefer"),
        ("NIGHTBELL_ALLOW_TARGETS", "10.0.0.0/40"),
        ("NIGHTBELL_TLS_CERT", "cert.pem"),
        ("NIGHTBELL_LOG", "a=b=c"),
        ("NIGHTBELL_LOG_FORMAT", "xml"),
        ("NIGHTBELL_PUBLIC_URL", "nightbell.example.org"),
        ("NIGHTBELL_REQUESTS_PER_SECOND", "0"),
        ("NIGHTBELL_SCHEDULERS_MAX", "many"),
        ("NIGHTBELL_REGISTER_ON_FIRST_REPORT", "perhaps"),
        ("NIGHTBELL_OPEN_METRICS", "2"),
        ("NIGHTBELL_METRICS_SCHEDULERS_MAX", "10001"),
        ("NIGHTBELL_CORS_ORIGINS", "https://a.example,*"),
    ];

    let found = problems(&[], &wrong);

    for (name, _) in wrong.iter().filter(|(name, _)| *name != "NIGHTBELL_TLS_CERT") {
        assert_eq!(
            found.iter().filter(|it| it.starts_with(&format!("{name} "))).count(),
            1,
            "{name}: {found:?}"
        );
    }
    let tls = "NIGHTBELL_TLS_KEY must be set, since NIGHTBELL_TLS_CERT is".to_owned();
    assert!(found.contains(&tls), "{found:?}");
    assert!(!found.concat().contains("hunter2"), "a password was repeated");
}

#[test]
fn a_database_that_servers_share_needs_a_secret_that_they_share() {
    let address = ("NIGHTBELL_DATABASE_URL", "postgres://u:hunter2@h/db");
    let found = problems(&[], &[address]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("NIGHTBELL_SECRET_FILE must name a file"), "{found:?}");

    let secret = ("NIGHTBELL_SECRET_FILE", "/etc/nightbell/secret");
    let shown = read_from(&[], &[address, secret]).expect("good settings").settings.describe();
    assert!(shown.contains("NIGHTBELL_DATABASE_URL=postgres://u@h:5432/db\n"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn addresses_are_brought_into_one_form() {
    let env = [
        ("NIGHTBELL_PUBLIC_URL", "https://Bell.example.org/sub/"),
        ("NIGHTBELL_CORS_ORIGINS", "https://a.example, http://localhost:3000"),
        ("NIGHTBELL_ALLOW_TARGETS", "10.1.2.3/8,Hooks.internal"),
        ("NIGHTBELL_LISTEN", "localhost:9000"),
        ("NIGHTBELL_LOG", ""),
    ];
    let it = read_from(&[], &env).expect("good settings").settings;

    assert_eq!(it.address(), "https://bell.example.org/sub");
    assert_eq!(it.cors_origins, ["https://a.example", "http://localhost:3000"]);
    assert_eq!(it.allow_targets.entries().collect::<Vec<_>>(), ["10.0.0.0/8", "hooks.internal"]);
    assert_eq!(it.listen.to_string(), "127.0.0.1:9000");
    assert_eq!(it.log, "info");
}

const OIDC: [(&str, &str); 5] = [
    ("NIGHTBELL_OIDC_ISSUER", "https://login.example.org"),
    ("NIGHTBELL_OIDC_CLIENT_ID", "nightbell"),
    ("NIGHTBELL_OIDC_CLIENT_SECRET_FILE", "/etc/nightbell/oidc"),
    ("NIGHTBELL_OIDC_ROLES", "admin=ops-team, viewer=*"),
    ("NIGHTBELL_PUBLIC_URL", "https://nightbell.example.org"),
];

#[test]
fn people_sign_in_with_a_provider_that_is_named_in_full() {
    assert_eq!(read_from(&[], &[]).expect("defaults").settings.sign_in, None);
    let it = read_from(&["--oidc-claim", "realm_access.roles"], &OIDC).expect("good settings");

    let provider = it.settings.sign_in.as_ref().expect("a provider");
    assert_eq!(provider.issuer.host(), "login.example.org");
    assert_eq!(provider.claim, "realm_access.roles");
    let described = it.settings.describe();
    for line in [
        "NIGHTBELL_OIDC_ISSUER=https://login.example.org",
        "NIGHTBELL_OIDC_CLIENT_SECRET_FILE=/etc/nightbell/oidc",
        "NIGHTBELL_OIDC_ROLES=admin=ops-team,viewer=*",
    ] {
        assert!(described.contains(line), "{described}");
    }
    assert_eq!(read_from(&[], &OIDC).unwrap().settings.sign_in.unwrap().claim, "groups");
}

#[test]
fn a_provider_that_is_named_by_halves_is_no_provider() {
    for missing in &OIDC[1..] {
        let env: Vec<_> = OIDC.into_iter().filter(|it| it != missing).collect();
        let expected = format!("{} must be set, since NIGHTBELL_OIDC_ISSUER is", missing.0);
        assert_eq!(problems(&[], &env), [expected]);
    }
    let alone = problems(&[], &OIDC[1..2]);
    assert_eq!(alone, ["NIGHTBELL_OIDC_ISSUER must be set, since NIGHTBELL_OIDC_CLIENT_ID is"]);

    for (name, value, rule) in [
        ("NIGHTBELL_OIDC_ISSUER", "http://login.example.org", "must begin with https://"),
        ("NIGHTBELL_OIDC_ISSUER", "login", "must be an address such as"),
        ("NIGHTBELL_OIDC_ROLES", "admin", "has `admin`; must hold pairs"),
        ("NIGHTBELL_OIDC_ROLES", "root=x", "has `root=x`; must hold pairs"),
        ("NIGHTBELL_OIDC_ROLES", "reporter=x", "has `reporter=x`; must hold pairs"),
        ("NIGHTBELL_OIDC_ROLES", "viewer=*x", "has `viewer=*x`; must hold pairs"),
        ("NIGHTBELL_OIDC_ROLES", ",", "must say who may do what"),
    ] {
        let env = OIDC.map(|it| if it.0 == name { (name, value) } else { it });
        let found = problems(&[], &env);
        assert!(found.len() == 1 && found[0].contains(rule), "{found:?}");
    }
}
