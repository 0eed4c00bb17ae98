//! The environment: which variables are ours, and which only look so.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};

use super::Problem;

pub(super) const PREFIX: &str = "NIGHTBELL_";

/// The server's own variables.
pub(super) const SERVER: &[&str] = &[
    "NIGHTBELL_ALLOW_TARGETS",
    "NIGHTBELL_CORS_ORIGINS",
    "NIGHTBELL_DATABASE_URL",
    "NIGHTBELL_LISTEN",
    "NIGHTBELL_LOG",
    "NIGHTBELL_LOG_FORMAT",
    "NIGHTBELL_MAIL_FROM",
    "NIGHTBELL_MAIL_DOMAINS",
    "NIGHTBELL_METRICS_SCHEDULERS_MAX",
    "NIGHTBELL_OIDC_CLAIM",
    "NIGHTBELL_OIDC_CLIENT_ID",
    "NIGHTBELL_OIDC_CLIENT_SECRET_FILE",
    "NIGHTBELL_OIDC_ISSUER",
    "NIGHTBELL_OIDC_ROLES",
    "NIGHTBELL_OPEN_METRICS",
    "NIGHTBELL_PUBLIC_URL",
    "NIGHTBELL_REGISTER_ON_FIRST_REPORT",
    "NIGHTBELL_REQUESTS_PER_SECOND",
    "NIGHTBELL_SCHEDULERS_MAX",
    "NIGHTBELL_SECRET_FILE",
    "NIGHTBELL_SMTP_URL",
    "NIGHTBELL_TLS_CERT",
    "NIGHTBELL_TLS_KEY",
];

/// Variables of the SDKs, the command line and the tests. A machine that runs
/// the server may well report its own jobs, so they are no mistake here.
pub(super) const OTHERS: &[&str] = &[
    "NIGHTBELL_API_KEY",
    "NIGHTBELL_API_KEY_FILE",
    "NIGHTBELL_CAPTURE",
    "NIGHTBELL_CA_FILE",
    "NIGHTBELL_DISABLED",
    "NIGHTBELL_ENVIRONMENT",
    "NIGHTBELL_EXIT_TIMEOUT_MS",
    "NIGHTBELL_HEARTBEAT_MS",
    "NIGHTBELL_OWNER_EMAIL",
    "NIGHTBELL_RUN_ID",
    "NIGHTBELL_SERVICE",
    "NIGHTBELL_SIGNALS",
    "NIGHTBELL_SPOOL",
    "NIGHTBELL_SPOOL_DIR",
    "NIGHTBELL_TEST_DATABASE_URL",
    "NIGHTBELL_TEST_STORE",
    "NIGHTBELL_TIMEOUT_MS",
    "NIGHTBELL_TRANSPORT",
    "NIGHTBELL_URL",
];

/// Picks the server's variables and names what is wrong with the rest of ours.
/// An empty variable counts as unset, as container platforms cannot unset one.
pub(super) fn read(
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> (HashMap<String, String>, Vec<Problem>) {
    let mut variables = HashMap::new();
    let mut problems = Vec::new();
    for (name, value) in env {
        // A name that is not text cannot be one of ours.
        let Ok(name) = name.into_string() else { continue };
        if !name.starts_with(PREFIX) || OTHERS.contains(&name.as_str()) {
            continue;
        }
        if is_of_kubernetes(&name, &value) {
            continue;
        }
        if !SERVER.contains(&name.as_str()) {
            problems.push(Problem { rule: unknown(&name), setting: name });
            continue;
        }
        match value.into_string() {
            Ok(value) if value.is_empty() => {}
            Ok(value) => {
                variables.insert(name, value);
            }
            Err(_) => {
                problems.push(Problem { setting: name, rule: "must be UTF-8 text".to_owned() });
            }
        }
    }
    problems.sort_by(|a, b| a.setting.cmp(&b.setting));
    (variables, problems)
}

/// Kubernetes tells every container of the services beside it, and a service
/// called `nightbell` makes these begin as ours do.
fn is_of_kubernetes(name: &str, value: &OsStr) -> bool {
    let is_address = value
        .to_str()
        .is_some_and(|value| value.starts_with("tcp://") || value.starts_with("udp://"));
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.ends_with("_PORT") && is_address)
        || name
            .split_once("_PORT_")
            .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn unknown(name: &str) -> String {
    let nearest = SERVER
        .iter()
        .map(|known| (distance(name, known), known))
        .min()
        .filter(|(distance, known)| *distance <= 3 || known.starts_with(name));
    match nearest {
        Some((_, known)) => {
            format!("is not a setting of the server; did you mean {known}?")
        }
        None => {
            "is not a setting of the server; remove it, or see `nightbell-server --help`".to_owned()
        }
    }
}

/// How many letters to add, drop or change to make one of the other
/// (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}
