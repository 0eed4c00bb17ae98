//! What the contract must say, or nothing is generated.

use std::{fs, path::Path};

use nightbell_generate::{generate, proto_folder};

/// Each line breaks one rule in one file.
const BROKEN: &[(&str, &str, &str)] = &[
    ("    option (access) = ACCESS_KEY;\n", "", "has no access rule"),
    ("ACCESS_KEY", "ACCESS_UNSPECIFIED", "has no access rule"),
    (
        "  // ListKeys lists the project's keys, revoked ones too, without their texts.\n",
        "",
        "has no comment",
    ),
    ("    option (google.api.http) = {get: \"/api/v1/keys\"};\n", "", "has no route"),
    ("{get: \"/api/v1/keys\"}", "{get: \"/api/v1/channels\"}", "has the route of"),
    ("/keys/{key_id}/revoke", "/keys/{id}/revoke", "has no field id"),
    ("uint32 requests_per_second", "double requests_per_second", "without a JSON form"),
];

#[test]
fn a_contract_that_breaks_a_rule_generates_nothing() {
    for (from, to, rule) in BROKEN {
        let folder = tempfile::tempdir().unwrap();
        copy(&proto_folder(), folder.path(), "nightbell/v1");
        copy(&proto_folder(), folder.path(), "google/api");
        let file = folder.path().join("nightbell/v1/key.proto");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "key.proto has no {from:?}");
        fs::write(&file, text.replace(from, to)).unwrap();

        let failure = generate(folder.path()).unwrap_err().to_string();

        assert!(failure.contains(rule), "{from:?} -> {to:?}: {failure}");
    }
}

fn copy(from: &Path, to: &Path, folder: &str) {
    fs::create_dir_all(to.join(folder)).expect("a writable folder");
    for entry in fs::read_dir(from.join(folder)).expect("a folder of .proto files") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().expect("a file has a name");
        fs::copy(&path, to.join(folder).join(name)).expect("a readable file");
    }
}
