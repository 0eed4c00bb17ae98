//! Imports point inward: what each module of the server may know of the others.

#![expect(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules it may import. Those that put the parts together may
/// import everything and are not here.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("limits", &[]),
    ("clock", &[]),
    ("telemetry", &[]),
    ("tls", &[]),
    ("ingest", &[]),
    ("store", &["tls"]),
    ("auth", &[]),
    ("channel", &["limits", "tls"]),
    ("listen", &["limits", "telemetry", "tls"]),
    ("config", &["auth", "channel", "limits", "store", "telemetry"]),
    ("service", &["auth", "channel", "clock", "error", "ingest", "limits", "store", "telemetry"]),
    ("wire", &["auth", "error", "service"]),
    ("gate", &["auth", "clock", "listen", "telemetry", "wire"]),
    ("grpc", &["auth", "clock", "error", "limits", "service", "wire"]),
    ("rest", &["auth", "gate", "limits", "service", "wire"]),
    ("worker", &["error", "service"]),
];

/// Modules that put the parts together.
const PUT_TOGETHER: [&str; 6] = ["app", "backup", "keys", "lib", "main", "router"];

/// What the conversions may know of the layer below: what it is given and gives, and
/// nothing that acts.
const FORBIDDEN_NAMES: &[(&str, &[&str])] = &[("wire", &["Services", "Authenticator", "Store"])];

#[test]
fn modules_import_only_what_lies_below_them() {
    let mut broken = Vec::new();
    for file in sources() {
        let Some(allowed) = allowed(&file.module) else { continue };
        let imported = imports(&file.text);
        let climbing = imported
            .iter()
            .filter(|name| **name != file.module && !allowed.contains(&name.as_str()));
        broken.extend(climbing.map(|name| format!("{}: `crate::{name}`", file.path.display())));
    }
    assert!(broken.is_empty(), "imports that climb:\n{}", broken.join("\n"));
}

#[test]
fn nothing_is_allowed_that_is_not_needed() {
    let files = sources();
    for (module, allowed) in MAY_IMPORT {
        let of_module = files.iter().filter(|file| file.module == *module);
        let used: Vec<String> = of_module.flat_map(|file| imports(&file.text)).collect();
        for name in *allowed {
            assert!(used.iter().any(|it| it == name), "{module} no longer imports {name}");
        }
    }
}

#[test]
fn conversions_know_data_and_nothing_that_acts() {
    for file in sources() {
        let forbidden = FORBIDDEN_NAMES.iter().find(|(module, _)| *module == file.module);
        let Some((_, forbidden)) = forbidden else { continue };
        let lines = file.text.lines().filter(|line| line.starts_with("use crate::"));
        for line in lines {
            let names: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
            let acts = names.iter().find(|name| forbidden.contains(name));
            assert_eq!(acts, None, "{}: {line}", file.path.display());
        }
    }
}

#[test]
fn only_the_store_knows_the_database_and_only_listeners_the_sockets() {
    for (krate, modules) in [
        ("diesel", &["store"][..]),
        ("libsqlite3_sys", &["store"]),
        ("reqwest", &["channel"]),
        ("diesel_async", &["store"]),
        ("tokio_postgres", &["store"]),
        ("tokio_rustls", &["channel", "listen", "store"]),
        ("jsonwebtoken", &["auth"]),
        ("clap", &["config"]),
        ("axum", &["rest", "router"]),
        ("lettre", &["channel"]),
    ] {
        for file in sources().into_iter().filter(|file| !is_test(&file.path)) {
            let is_listener = krate == "axum" && file.module == "listen";
            if modules.contains(&file.module.as_str()) || is_listener {
                continue;
            }
            let uses = file.text.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with(&format!("use {krate}::")) || line.contains(&format!(" {krate}::"))
            });
            assert!(!uses, "{} uses {krate}", file.path.display());
        }
    }
}

struct Source {
    path: PathBuf,
    /// The top module that it belongs to.
    module: String,
    text: String,
}

fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"))
        || path.parent().is_some_and(|folder| folder.ends_with("tests"))
}

fn allowed(module: &str) -> Option<&'static [&'static str]> {
    if PUT_TOGETHER.contains(&module) {
        return None;
    }
    let line = MAY_IMPORT.iter().find(|(name, _)| *name == module);
    Some(line.unwrap_or_else(|| panic!("`{module}` has no line in MAY_IMPORT")).1)
}

/// The modules of this crate that a file names, in code; each as often as it does.
fn imports(text: &str) -> Vec<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let mut found = Vec::new();
    for line in text.lines().filter(is_code) {
        for (at, prefix) in line.match_indices("crate::") {
            if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            let rest = &line[at + prefix.len()..];
            let names = rest.strip_prefix('{').map_or(rest, |group| group);
            let is_group = rest.starts_with('{');
            for name in names.split(',').take(if is_group { usize::MAX } else { 1 }) {
                let name: String =
                    name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.extend((!name.is_empty()).then_some(name));
            }
        }
    }
    found
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|it| it != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(&root).unwrap().to_owned();
            let first = path.with_extension("");
            let first = first.iter().next().unwrap().to_string_lossy().into_owned();
            let module = first.strip_suffix("_tests").unwrap_or(&first).to_owned();
            found.push(Source { path, module, text });
        }
    }
    assert!(found.len() > 100, "the sources are found");
    found
}
