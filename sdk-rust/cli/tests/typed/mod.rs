//! What somebody types, and what is said to it.

use std::process::{Command, Stdio};

use crate::real;

pub(crate) fn command(server: &real::Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
    for name in ["LOG", "DISABLED", "SPOOL", "TRANSPORT", "RUN_ID", "API_KEY_FILE"] {
        command.env_remove(format!("NIGHTBELL_{name}"));
    }
    command.env_remove("COLUMNS");
    command.args(arguments).env("NIGHTBELL_URL", &server.url).stdin(Stdio::null());
    command.env("NIGHTBELL_API_KEY", &server.key).env("NIGHTBELL_SERVICE", "Tests");
    command.env("NIGHTBELL_SPOOL_DIR", server.folder.path().join("spool"));
    command
}

pub(crate) fn nightbell(
    server: &real::Server,
    arguments: &[&str],
) -> (Option<i32>, String, String) {
    let output = command(server, arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
