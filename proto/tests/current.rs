//! What is committed is what the contract generates.

use std::fs;

#[test]
fn the_generated_files_are_current() {
    let folder = nightbell_generate::proto_folder();
    for output in nightbell_generate::generate(&folder).unwrap() {
        let committed = fs::read(folder.join("src/generated").join(output.name)).unwrap();
        assert!(committed == output.content, "{} is stale: run `make generate`", output.name);
    }
}

#[test]
fn the_generated_files_of_the_rust_sdk_are_current() {
    let crate_folder = nightbell_generate::rust_sdk_folder();
    for (name, content) in
        nightbell_generate::generate_rust_sdk(&nightbell_generate::proto_folder()).unwrap()
    {
        let committed = fs::read(crate_folder.join(&name)).unwrap();
        assert!(committed == content, "{} is stale: run `make generate`", name.display());
    }
}
