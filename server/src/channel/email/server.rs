//! A server that takes mail, and one delivery to it.
//!
//! The name is looked up once, by the same guard that HTTP has, and what it let through
//! is connected to. All that a server may say is bounded, in time and in bytes.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::{Address, Message};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::channel::hidden::Hidden;
use crate::channel::http::{HttpClient, SendError, causes, is_tls_error, printable};
use crate::limits::SMTP_ANSWER_BYTES_MAX;
use crate::tls;

/// Ways to log in that servers know, the safest last only because none of them is safe
/// without TLS.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// A server that takes mail, and how to come to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Hidden)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after `STARTTLS`, or nothing is sent.
    StartTls,
    /// None, since somebody said so.
    None,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmtpError {
    /// The server is at no address that may be called.
    Blocked,
    /// In a few words for an operator.
    Failed(String),
}

impl From<SendError> for SmtpError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Blocked => Self::Blocked,
            SendError::Failed(result) => Self::Failed(result),
        }
    }
}

impl MailServer {
    /// Reads an address such as `smtp://user:password@mail.example.org:587`.
    ///
    /// # Errors
    ///
    /// The rule that it breaks. The text is not repeated: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rule = "must be smtp:// (STARTTLS) or smtps:// (TLS), user and password if any, and \
                    the host, such as smtp://user:password@mail.example.org:587; \
                    smtp://host:25?tls=none sends in the clear";
        let url = Url::parse(text).map_err(|_| rule.to_owned())?;
        let (security, port) = match (url.scheme(), url.query()) {
            ("smtps", None) => (Security::Tls, 465),
            ("smtp", None) => (Security::StartTls, 587),
            ("smtp", Some("tls=none")) => (Security::None, 25),
            _ => return Err(rule.to_owned()),
        };
        let host = url.host_str().filter(|it| !it.is_empty()).ok_or(rule)?;
        let has_path = !matches!(url.path(), "" | "/") || url.fragment().is_some();
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => {
                Some((decoded(user), Hidden::new(decoded(password))))
            }
            _ => return Err(rule.to_owned()),
        };
        if has_path || (security == Security::None && login.is_some()) {
            return Err(format!("{rule}; a password is never sent in the clear"));
        }
        let port = url.port().unwrap_or(port);
        Ok(Self { host: host.to_ascii_lowercase(), port, security, login })
    }

    /// Its host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Where it is and how it is come to, without the password.
    pub fn describe(&self) -> String {
        let (scheme, query) = match self.security {
            Security::Tls => ("smtps", ""),
            Security::StartTls => ("smtp", ""),
            Security::None => ("smtp", "?tls=none"),
        };
        format!("{scheme}://{}:{}{query}", self.host, self.port)
    }

    /// Hands over a letter; what the server answered. `is_own` says that an operator of
    /// this server chose it, who may choose a private address.
    ///
    /// # Errors
    ///
    /// Why it was not taken.
    pub async fn send(
        &self,
        http: &HttpClient,
        is_own: bool,
        letter: &Message,
    ) -> Result<String, SmtpError> {
        let attempt = self.attempt(http, is_own, letter);
        timeout(http.bounds().total, attempt)
            .await
            .unwrap_or_else(|_| Err(SmtpError::Failed("no answer in time".to_owned())))
    }

    async fn attempt(
        &self,
        http: &HttpClient,
        is_own: bool,
        letter: &Message,
    ) -> Result<String, SmtpError> {
        let stream = self.connect(http, is_own).await?;
        let hello = ClientId::default();
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &hello)
            .await
            .map_err(|error| failed(&error))?;
        if self.security == Security::StartTls {
            let tls =
                TlsParameters::new_rustls(self.host.clone()).map_err(|error| failed(&error))?;
            connection.starttls(tls, &hello).await.map_err(|error| failed(&error))?;
        }
        if let Some((user, password)) = &self.login {
            let login = Credentials::new(user.clone(), password.reveal().to_owned());
            connection.auth(&MECHANISMS, &login).await.map_err(|error| failed(&error))?;
        }
        let receipt = dialogue(&mut connection, letter).await;
        // It has the letter or has not, whatever becomes of the good-bye.
        let _ = connection.quit().await;
        receipt
    }

    async fn connect(
        &self,
        http: &HttpClient,
        is_own: bool,
    ) -> Result<Box<dyn AsyncTokioStream>, SmtpError> {
        let addresses = http.addresses(&self.host, is_own).await?;
        let mut last = "cannot connect: the name has no address".to_owned();
        for address in addresses {
            let to = SocketAddr::new(address, self.port);
            match timeout(http.bounds().connect, TcpStream::connect(to)).await {
                Ok(Ok(stream)) => return self.secured(Bounded::new(stream, to)).await,
                Ok(Err(_)) => "cannot connect: the connection was refused".clone_into(&mut last),
                Err(_) => "cannot connect in time".clone_into(&mut last),
            }
        }
        Err(SmtpError::Failed(last))
    }

    async fn secured(&self, stream: Bounded) -> Result<Box<dyn AsyncTokioStream>, SmtpError> {
        if self.security != Security::Tls {
            return Ok(Box::new(stream));
        }
        let tls_failed =
            || SmtpError::Failed("TLS failed: the certificate is not trusted".to_owned());
        let config = tls::client(tls::system_roots()).map_err(|_| tls_failed())?;
        let name = ServerName::try_from(self.host.clone()).map_err(|_| tls_failed())?;
        let peer = stream.peer;
        let connector = TlsConnector::from(config);
        let stream = connector.connect(name, stream).await.map_err(|_| tls_failed())?;
        Ok(Box::new(Secured { stream, peer }))
    }
}

/// The dialogue about one letter. An address that is refused does not keep the others
/// from getting theirs.
async fn dialogue(
    connection: &mut AsyncSmtpConnection,
    letter: &Message,
) -> Result<String, SmtpError> {
    let envelope = letter.envelope();
    let mut parameters = Vec::new();
    if envelope.to().iter().chain(envelope.from()).any(|it: &Address| !it.to_string().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let words = "the server takes no addresses beyond ASCII";
            return Err(SmtpError::Failed(words.to_owned()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let from = envelope.from().cloned();
    connection.command(Mail::new(from, parameters)).await.map_err(|error| failed(&error))?;
    let mut refused = Vec::new();
    for address in envelope.to() {
        if let Err(error) = connection.command(Rcpt::new(address.clone(), Vec::new())).await {
            refused.push(refusal(address, &error)?);
        }
    }
    if refused.len() == envelope.to().len() {
        return Err(SmtpError::Failed(refused.join("; ")));
    }
    connection.command(Data).await.map_err(|error| failed(&error))?;
    let answer = connection.message(&letter.formatted()).await.map_err(|error| failed(&error))?;
    let said = answer.message().next().unwrap_or_default();
    let mut receipt = format!("{} {}", answer.code(), printable(said.as_bytes()));
    if !refused.is_empty() {
        receipt = format!("{receipt}; but {}", refused.join("; "));
    }
    Ok(receipt)
}

/// That one address was refused; an error if it was the connection that failed.
fn refusal(address: &Address, error: &lettre::transport::smtp::Error) -> Result<String, SmtpError> {
    if error.status().is_none() {
        return Err(failed(error));
    }
    let SmtpError::Failed(words) = failed(error) else { return Err(SmtpError::Blocked) };
    Ok(format!("{address} was refused: {words}"))
}

/// The server's own words, or ours.
fn failed(error: &lettre::transport::smtp::Error) -> SmtpError {
    let words = if error.status().is_some() {
        printable(error.to_string().as_bytes())
    } else if error.is_tls() || causes(error).any(is_tls_error) {
        "TLS failed: the certificate is not trusted or the handshake broke".to_owned()
    } else if error.is_client() {
        printable(error.to_string().as_bytes())
    } else if error.is_timeout() {
        "no answer in time".to_owned()
    } else {
        "the connection broke, or the server speaks no SMTP".to_owned()
    };
    SmtpError::Failed(words)
}

/// Percent-encoding undone, as in user and password of an address.
fn decoded(text: &str) -> String {
    let form = text.replace('+', "%2B");
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// A connection on which the other side may not say more than it has reason to.
#[derive(Debug)]
struct Bounded {
    stream: TcpStream,
    peer: SocketAddr,
    left: usize,
}

impl Bounded {
    fn new(stream: TcpStream, peer: SocketAddr) -> Self {
        Self { stream, peer, left: SMTP_ANSWER_BYTES_MAX }
    }
}

impl AsyncRead for Bounded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::Error::other("the server says too much")));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.left = self.left.saturating_sub(buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Bounded {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

/// The same, within TLS.
#[derive(Debug)]
struct Secured {
    stream: tokio_rustls::client::TlsStream<Bounded>,
    peer: SocketAddr,
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
