//! Certificates.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::tls;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of the certificates cannot be used.
    #[error("NIGHTBELL_TLS_CERT must be a readable file of certificates in PEM: {}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; none when it holds no certificate.
        source: Option<pem::Error>,
    },

    /// The file of the key cannot be used.
    #[error("NIGHTBELL_TLS_KEY must be a readable file of a private key in PEM: {}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },

    /// Both can be read, but not used together.
    #[error("NIGHTBELL_TLS_KEY must be the key of the first certificate in NIGHTBELL_TLS_CERT")]
    Mismatch(#[source] rustls::Error),
}

/// Reads a certificate chain and its key, and sets TLS up for HTTP/2 and
/// HTTP/1.1.
pub fn load(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let bad_cert = |source| TlsError::Certificate { path: cert.to_owned(), source };
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| bad_cert(Some(error)))?;
    if chain.is_empty() {
        return Err(bad_cert(None));
    }
    let key = PrivateKeyDer::from_pem_file(key)
        .map_err(|source| TlsError::Key { path: key.to_owned(), source })?;

    let mut config = ServerConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Mismatch)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Mismatch)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/listen/testdata").join(name)
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message = |cert: &str, key: &str| {
            load(&file(cert), &file(key)).err().map(|error| error.to_string()).unwrap_or_default()
        };

        assert_eq!(message("cert.pem", "key.pem"), "");
        for missing in ["none.pem", "key.pem"] {
            assert!(message(missing, "key.pem").starts_with("NIGHTBELL_TLS_CERT"), "{missing}");
        }
        for missing in ["none.pem", "cert.pem"] {
            assert!(message("cert.pem", missing).starts_with("NIGHTBELL_TLS_KEY"), "{missing}");
        }
    }
}
