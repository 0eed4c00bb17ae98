//! Connections to the server, with or without TLS, for both transports.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::Error;

/// The server's address, in parts.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) uri: http::Uri,
    pub(crate) authority: String,
    /// What stands before every path; without a slash at its end.
    pub(crate) prefix: String,
    host: String,
    port: u16,
    is_tls: bool,
}

impl Address {
    pub(crate) fn read(url: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::config(format!("NIGHTBELL_URL: {url:?}: {why}"));
        let uri: http::Uri = url.parse().map_err(|_| wrong("not an address"))?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("it must begin with http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it must not hold a user or password"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let (authority, prefix) =
            (authority.to_string(), uri.path().trim_end_matches('/').to_owned());
        Ok(Self { uri, authority, prefix, host, port, is_tls })
    }
}

/// Opens connections to one address.
#[derive(Clone)]
pub(crate) struct Connector {
    address: Arc<Address>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Connector {
    /// `protocols` are offered to a TLS server, the best first.
    pub(crate) fn new(
        address: Arc<Address>,
        protocols: &[&str],
        ca_file: Option<&Path>,
    ) -> Result<Self, Error> {
        let tls = if address.is_tls {
            let name = ServerName::try_from(address.host.clone())
                .map_err(|_| Error::config("NIGHTBELL_URL: the host is no name"))?;
            let mut config = tls(ca_file)?;
            config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
            Some((TlsConnector::from(Arc::new(config)), name))
        } else {
            None
        };
        Ok(Self { address, tls })
    }

    pub(crate) async fn connect(&self) -> io::Result<TokioIo<Connection>> {
        let stream = TcpStream::connect((self.address.host.as_str(), self.address.port)).await?;
        stream.set_nodelay(true)?;
        Ok(TokioIo::new(match &self.tls {
            None => Connection::Plain(stream),
            Some((tls, name)) => {
                Connection::Tls(Box::new(tls.connect(name.clone(), stream).await?))
            }
        }))
    }
}

impl tower_service::Service<http::Uri> for Connector {
    type Response = TokioIo<Connection>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<Connection>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect().await })
    }
}

fn tls(ca_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let provider = provider()?;
    let mut roots = RootCertStore::empty();
    #[cfg(feature = "webpki-roots")]
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    #[cfg(feature = "tls-native-roots")]
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let wrong =
            |why: &dyn std::fmt::Display| Error::config(format!("{}: {why}", path.display()));
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
    }
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::config(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(feature = "tls-aws-lc")]
#[expect(clippy::unnecessary_wraps, reason = "without TLS there is none")]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(all(feature = "tls-ring", not(feature = "tls-aws-lc")))]
#[expect(clippy::unnecessary_wraps, reason = "without TLS there is none")]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(any(feature = "tls-ring", feature = "tls-aws-lc")))]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, Error> {
    Err(Error::config("https needs the feature tls-ring or tls-aws-lc"))
}

/// An open connection.
pub(crate) enum Connection {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}
