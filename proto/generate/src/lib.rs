//! Makes the generated half of `nightbell-proto` from the `.proto` files.
//!
//! Everything is made in memory, from one walk over the contract: the messages,
//! clients and servers, their JSON form, the table of calls, the REST routes,
//! the OpenAPI document and the reference page. `cargo run -p nightbell-generate`
//! writes it; a test of `nightbell-proto` fails when what is committed differs.
//! The Rust SDK has files of its own, so that its crate builds alone.

mod contract;
mod docs;
mod json;
mod messages;
mod methods;
mod openapi;
mod routes;
mod rust_sdk;
mod text;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::contract::Contract;

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The file's name within the folder of generated files.
    pub name: &'static str,
    /// What belongs in it.
    pub content: Vec<u8>,
}

/// Why nothing was generated: the contract breaks a rule of ours, or does not
/// compile.
#[derive(Debug)]
pub struct Failure {
    subject: String,
    rule: String,
}

impl Failure {
    pub(crate) fn new(subject: &str, rule: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), rule: rule.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.rule)
    }
}

impl std::error::Error for Failure {}

/// The folder of the `.proto` files of this repository.
pub fn proto_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Generates every file from the `.proto` files in a folder.
///
/// Fails when a call has no comment, no access rule or, unless the caller
/// streams, no route, and when a type is used that has no JSON form here.
/// Whatever is returned is complete; nothing is written.
pub fn generate(folder: &Path) -> Result<Vec<Output>, Failure> {
    let mut compiler = protox::Compiler::new([folder]).map_err(|error| failure(&error))?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(sources(folder)?).map_err(|error| failure(&error))?;
    let contract = Contract::read(&compiler.descriptor_pool())?;

    let messages = messages::generate(compiler.file_descriptor_set())?;
    // Not from the line above: those types have lost our options.
    compiler.include_source_info(false);
    let descriptor = compiler.encode_file_descriptor_set();

    Ok(vec![
        Output { name: "v1.rs", content: messages.into_bytes() },
        Output { name: "descriptor.bin", content: descriptor },
        Output { name: "openapi.json", content: openapi::generate(&contract).into_bytes() },
        Output { name: "docs.html", content: docs::generate(&contract).into_bytes() },
        rust("json.rs", &json::generate(&contract))?,
        rust("routes.rs", &routes::generate(&contract))?,
        rust("methods.rs", &methods::generate(&contract))?,
    ])
}

/// Generates the files of the Rust SDK, and copies of what they are made from;
/// names are within the folder of that crate.
pub fn generate_rust_sdk(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let mut compiler = protox::Compiler::new([folder]).map_err(|error| failure(&error))?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(sources(folder)?).map_err(|error| failure(&error))?;
    let contract = Contract::read(&compiler.descriptor_pool())?;

    let wire = messages::generate_client(compiler.file_descriptor_set())?;
    let mut files = vec![(PathBuf::from("src/generated/wire.rs"), wire.into_bytes())];
    for output in [
        rust("types.rs", &rust_sdk::types(&contract))?,
        rust("conversions.rs", &rust_sdk::conversions(&contract))?,
        rust("calls.rs", &rust_sdk::calls(&contract))?,
    ] {
        files.push((Path::new("src/generated").join(output.name), output.content));
    }
    let imports = ["google/api/annotations.proto", "google/api/http.proto"].map(PathBuf::from);
    for name in sources(folder)?.into_iter().chain(imports) {
        let content = std::fs::read(folder.join(&name))
            .map_err(|error| Failure::new(&name.display().to_string(), error.to_string()))?;
        files.push((Path::new("proto").join(name), content));
    }
    Ok(files)
}

/// The folder of the Rust SDK.
pub fn rust_sdk_folder() -> PathBuf {
    proto_folder().join("../sdk-rust")
}

fn failure(error: &protox::Error) -> Failure {
    Failure::new(".proto files", format!("{error:?}"))
}

/// The files of the package, sorted, so that the output has one order.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let package = folder.join(contract::PACKAGE.replace('.', "/"));
    let listed = std::fs::read_dir(&package)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| Failure::new(&package.display().to_string(), error.to_string()))?;
    let mut files: Vec<PathBuf> = listed
        .iter()
        .map(std::fs::DirEntry::path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "proto"))
        .filter_map(|path| path.strip_prefix(folder).map(Path::to_path_buf).ok())
        .collect();
    files.sort();
    Ok(files)
}

/// A Rust file, formatted.
fn rust(name: &'static str, text: &str) -> Result<Output, Failure> {
    let file = syn::parse_file(text)
        .map_err(|error| Failure::new(name, format!("{error} in generated text")))?;
    let content = format!("// This file is @generated.\n{}", prettyplease::unparse(&file));
    Ok(Output { name, content: content.into_bytes() })
}
