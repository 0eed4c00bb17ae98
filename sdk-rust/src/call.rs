//! One call, over either transport.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::api::Api;
use crate::config::{Config, Transport};
use crate::connect::Address;
use crate::error::Error;
use crate::grpc::Grpc;
use crate::rest::Rest;

/// What goes into the body of a REST call.
pub(crate) enum Body {
    None,
    All,
    Field(&'static str),
}

/// Where a call lies over REST.
pub(crate) struct Route {
    pub(crate) verb: &'static str,
    pub(crate) path: &'static str,
    pub(crate) body: Body,
}

/// A request of the contract.
pub(crate) trait Call: Serialize + Into<Self::WireRequest> + Send + Sync + 'static {
    type Response: DeserializeOwned + From<Self::WireResponse> + Send + 'static;
    type WireRequest: prost::Message + 'static;
    type WireResponse: prost::Message + Default + 'static;
    const PATH: &'static str;
    const ROUTE: Route;

    /// Which fields an update changes.
    fn mask(&self) -> &[String] {
        &[]
    }
}

/// What the server sends for as long as somebody listens.
#[derive(Debug)]
pub struct Watch<T> {
    pub(crate) items: mpsc::Receiver<Result<T, Error>>,
}

impl<T> Watch<T> {
    /// The next thing that the server says. None: the server has ended it; ask
    /// again.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.items.recv().await
    }
}

/// The way to the server. Its futures need a tokio runtime.
pub(crate) enum Wire {
    Grpc(Box<Grpc>),
    Rest(Rest),
    #[cfg(feature = "testing")]
    Test(crate::testing::Server),
}

impl Wire {
    pub(crate) fn new(url: &str, config: &Config) -> Result<Self, Error> {
        let address = Arc::new(Address::read(url)?);
        Ok(match config.transport {
            Transport::Grpc => Self::Grpc(Box::new(Grpc::new(&address, config)?)),
            Transport::Http => Self::Rest(Rest::new(address, config)?),
        })
    }

    pub(crate) async fn call<C: Call>(&self, request: C) -> Result<C::Response, Error> {
        match self {
            Self::Grpc(grpc) => grpc.call(request).await,
            Self::Rest(rest) => rest.call(request).await,
            #[cfg(feature = "testing")]
            Self::Test(server) => server.answer(&request),
        }
    }

    async fn watch<C: Call>(
        self: Arc<Self>,
        request: C,
        items: mpsc::Sender<Result<C::Response, Error>>,
    ) -> Result<(), Error> {
        match &*self {
            Self::Grpc(grpc) => grpc.watch(request, items).await,
            Self::Rest(rest) => rest.watch(request, items).await,
            #[cfg(feature = "testing")]
            Self::Test(server) => server.answer(&request).map(|_| drop(items)),
        }
    }
}

/// How many things wait for a caller that reads slowly.
const WATCH_BUFFER: usize = 64;

impl Api {
    pub(crate) async fn call<C: Call>(&self, request: C) -> Result<C::Response, Error> {
        let (wire, runtime) = self.parts()?;
        runtime.spawn(async move { wire.call(request).await }).await.map_err(gone)?
    }

    pub(crate) async fn watch<C: Call>(&self, request: C) -> Result<Watch<C::Response>, Error> {
        let (wire, runtime) = self.parts()?;
        let (sender, items) = mpsc::channel(WATCH_BUFFER);
        runtime.spawn(wire.watch(request, sender)).await.map_err(gone)??;
        Ok(Watch { items })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err calls")]
fn gone(error: tokio::task::JoinError) -> Error {
    Error::unavailable(format!("the client is closed: {error}"))
}
