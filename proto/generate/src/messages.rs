//! Messages, clients and servers, by prost and tonic.

use prost_build::Module;

use crate::{Failure, contract::PACKAGE};

/// The Rust text of the package, formatted.
pub(crate) fn generate(files: prost_types::FileDescriptorSet) -> Result<String, Failure> {
    with_services(files, tonic_prost_build::configure())
}

/// The same without servers.
pub(crate) fn generate_client(files: prost_types::FileDescriptorSet) -> Result<String, Failure> {
    with_services(files, tonic_prost_build::configure().build_server(false))
}

fn with_services(
    files: prost_types::FileDescriptorSet,
    services: tonic_prost_build::Builder,
) -> Result<String, Failure> {
    let services = services.build_transport(false).service_generator();
    let mut config = prost_build::Config::new();
    config.service_generator(services).btree_map(["."]);
    let module = Module::from_protobuf_package_name(PACKAGE);
    // All files, since prost wants to see every type that is referred to.
    let requests = files
        .file
        .into_iter()
        .map(|file| (Module::from_protobuf_package_name(file.package()), file))
        .collect();
    let mut modules =
        config.generate(requests).map_err(|error| Failure::new(PACKAGE, error.to_string()))?;
    modules.remove(&module).ok_or_else(|| Failure::new(PACKAGE, "nothing was generated"))
}
