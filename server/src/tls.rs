//! TLS as client, set up the same way wherever the server calls out itself.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, RootCertStore};

/// The crypto library of all TLS. It is named, not found: two libraries in one build, as a
/// workspace can bring about, would leave rustls without a choice.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The certificates that the system trusts. One of hundreds that cannot be read is no
/// reason to trust none.
pub fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Trusts these certificates and shows none of its own.
///
/// # Errors
///
/// When the crypto library speaks no version of TLS that rustls deems safe.
pub fn client(roots: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
