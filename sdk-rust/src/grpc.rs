//! Calls over gRPC.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::uri::PathAndQuery;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::client::Grpc as Client;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status, Streaming};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt as _;

use crate::USER_AGENT_TEXT;
use crate::call::Call;
use crate::config::Config;
use crate::connect::{Address, Connector};
use crate::error::{Error, ErrorKind, Facts, kind_of_status, status_of_code};
use crate::wire;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_ANSWER: Duration = Duration::from_secs(10);
const STREAM_PATH: &str = "/nightbell.v1.ReportService/StreamHeartbeats";
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

pub(crate) struct Grpc {
    endpoint: Endpoint,
    connector: Connector,
    prefix: String,
    api_key: MetadataValue<Ascii>,
    timeout: Duration,
    channel: Mutex<Option<Channel>>,
}

impl Grpc {
    pub(crate) fn new(address: &Arc<Address>, config: &Config) -> Result<Self, Error> {
        let connector = Connector::new(address.clone(), &["h2"], config.ca_file.as_deref())?;
        let endpoint = Endpoint::from(address.uri.clone())
            .user_agent(USER_AGENT_TEXT)
            .map_err(|error| Error::config(error.to_string()))?
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE_ANSWER);
        let api_key = MetadataValue::try_from(config.api_key.as_str())
            .map_err(|_| Error::config("NIGHTBELL_API_KEY: cannot be sent in a header"))?;
        let (prefix, timeout) = (address.prefix.clone(), config.timeout);
        Ok(Self { endpoint, connector, prefix, api_key, timeout, channel: Mutex::new(None) })
    }

    pub(crate) async fn call<C: Call>(&self, request: C) -> Result<C::Response, Error> {
        let path = self.path(C::PATH)?;
        let exchange = async {
            let mut client = self.client().await?;
            let codec = ProstCodec::<C::WireRequest, C::WireResponse>::default();
            let answer = client.unary(self.request(request.into()), path, codec).await;
            answer.map(|answer| answer.into_inner().into()).map_err(|status| refusal(&status))
        };
        let answer = self.bounded(exchange).await;
        self.forget_when_broken(&answer);
        answer
    }

    pub(crate) async fn watch<C: Call>(
        &self,
        request: C,
        items: mpsc::Sender<Result<C::Response, Error>>,
    ) -> Result<(), Error> {
        let path = self.path(C::PATH)?;
        let exchange = async {
            let mut client = self.client().await?;
            let codec = ProstCodec::<C::WireRequest, C::WireResponse>::default();
            let answer = client.server_streaming(self.request(request.into()), path, codec).await;
            answer.map_err(|status| refusal(&status))
        };
        let mut stream = self.bounded(exchange).await?.into_inner();
        tokio::spawn(async move {
            loop {
                let item = tokio::select! {
                    () = items.closed() => return,
                    item = stream.next() => item,
                };
                let Some(item) = item else { return };
                let item = item.map(Into::into).map_err(|status| refusal(&status));
                if items.send(item).await.is_err() {
                    return;
                }
            }
        });
        Ok(())
    }

    /// Opens a stream of reports; what is sent into `frames` goes to the server.
    pub(crate) async fn stream(
        &self,
        frames: mpsc::Receiver<wire::StreamHeartbeatsRequest>,
    ) -> Result<Streaming<wire::StreamHeartbeatsResponse>, Error> {
        let path = self.path(STREAM_PATH)?;
        let exchange = async {
            let mut client = self.client().await?;
            let request = self.request(ReceiverStream::new(frames));
            let answer = client.streaming(request, path, ProstCodec::default()).await;
            answer.map(tonic::Response::into_inner).map_err(|status| refusal(&status))
        };
        let answer = self.bounded(exchange).await;
        self.forget_when_broken(&answer);
        answer
    }

    async fn bounded<T>(
        &self,
        exchange: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        timeout(self.timeout, exchange).await.unwrap_or_else(|_| Err(Error::timeout(self.timeout)))
    }

    fn path(&self, path: &str) -> Result<PathAndQuery, Error> {
        format!("{}{path}", self.prefix)
            .parse()
            .map_err(|_| Error::config("NIGHTBELL_URL: its path cannot be sent"))
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("x-api-key", self.api_key.clone());
        request
    }

    async fn client(&self) -> Result<Client<Channel>, Error> {
        let channel = {
            let mut channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
            channel
                .get_or_insert_with(|| {
                    self.endpoint.connect_with_connector_lazy(self.connector.clone())
                })
                .clone()
        };
        let mut client = Client::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX);
        client.ready().await.map_err(Error::unavailable)?;
        Ok(client)
    }

    /// A connection on which nothing is answered may be dead; the next call opens
    /// another.
    fn forget_when_broken<T>(&self, answer: &Result<T, Error>) {
        if let Err(error) = answer
            && matches!(error.kind(), ErrorKind::RequestTimeout | ErrorKind::Unavailable)
        {
            *self.channel.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    #[cfg(feature = "raw")]
    pub(crate) fn channel(&self) -> Channel {
        self.endpoint.connect_with_connector_lazy(self.connector.clone())
    }
}

/// What a refusal says.
pub(crate) fn refusal(status: &Status) -> Error {
    if status.code() == Code::Unavailable && std::error::Error::source(status).is_some() {
        return Error::unavailable(causes(status));
    }
    let code = i32::from(status.code());
    let http = status_of_code(code);
    let details = status.get_error_details();
    let wait = details.retry_info().and_then(|info| info.retry_delay);
    let violations = details.bad_request().map(|it| it.field_violations.clone());
    Error::new(Facts {
        kind: Some(kind_of_status(http)),
        status: Some(http),
        code: Some(code),
        reason: details.error_info().map(|info| info.reason.clone()).unwrap_or_default(),
        message: status.message().to_owned(),
        request_id: details.request_info().map(|info| info.request_id.clone()),
        retry_after: if http == 429 { Some(crate::retry::retry_after(wait)) } else { wait },
        field_violations: violations
            .unwrap_or_default()
            .into_iter()
            .map(|violation| (violation.field, violation.description))
            .collect(),
    })
}

/// The last of the causes says what happened.
fn causes(status: &Status) -> String {
    let mut cause: &dyn std::error::Error = status;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
