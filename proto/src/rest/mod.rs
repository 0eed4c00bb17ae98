//! The REST side of the contract.
//!
//! [`router`] has one route for each call with a `google.api.http` annotation.
//! A route admits the caller, reads the request from path, query and body, and
//! calls the same service that gRPC calls, in the same process: what a call
//! means stands in one place. Adding a call writes no code here.

mod body;
mod call;
mod error;
mod receive;
#[expect(clippy::pedantic, reason = "generated, and some names are long")]
mod routes;

use std::{borrow::Cow, future::Future};

use http::{Extensions, request::Parts};
use tonic::Status;

use crate::{json::RefusedItem, method::Method, v1};

pub use error::{code_name, error_response, unknown_route, wrong_verb};
pub use routes::{Services, router};

/// Who may call what, decided by the server.
pub trait Gate: Clone + Send + Sync + 'static {
    /// Lets a request in, or refuses it. Called before the body is read. What
    /// is returned stands in the extensions of the `tonic::Request` that the
    /// service gets.
    fn admit(
        &self,
        method: &'static Method,
        parts: &Parts,
    ) -> impl Future<Output = Result<Extensions, Status>> + Send;

    /// The most bytes that a body of this call may have.
    fn body_bytes_max(&self, method: &'static Method) -> usize;

    /// Told of a request that was admitted and whose fields could not be read,
    /// so that a report with a bad status can be shown to its owner. Must
    /// return at once. A body that is too large, or no JSON by its media type,
    /// is not told.
    fn refused(&self, refused: Refused<'_>) {
        let _ = refused;
    }
}

/// A request that was admitted and whose fields could not be read.
#[derive(Debug)]
pub struct Refused<'a> {
    /// The call.
    pub method: &'static Method,
    /// The fields in the path, decoded and not checked otherwise.
    pub params: &'a [(&'static str, String)],
    /// What [`Gate::admit`] returned.
    pub extensions: &'a Extensions,
    /// The body as it came.
    pub body: &'a [u8],
    /// What the caller is told.
    pub status: &'a Status,
}

/// What was changed or left out while a body was read. Stands in the extensions
/// of every `tonic::Request` that came over REST; the service adds it to the
/// warnings of its answer.
#[derive(Debug, Clone, Default)]
pub struct DecodeWarnings(pub Vec<v1::Warning>);

impl DecodeWarnings {
    /// Takes out the warnings of one item of a list, such as
    /// `("items", 3)`, with their paths as seen from the item.
    pub fn take_item(&mut self, list: &str, index: usize) -> Vec<v1::Warning> {
        let item = format!("{list}[{index}]");
        let of_item = |warning: &mut v1::Warning| match warning.field.strip_prefix(&item) {
            Some("") => Some(String::new()),
            Some(rest) => rest.strip_prefix('.').map(str::to_owned),
            None => None,
        };
        let mut taken = vec![];
        self.0.retain_mut(|warning| match of_item(warning) {
            Some(field) => {
                taken.push(v1::Warning { field, ..std::mem::take(warning) });
                false
            }
            None => true,
        });
        taken
    }
}

/// The items of a batch that were refused while the body was read; what could be
/// read of each stands in its place. In the extensions as [`DecodeWarnings`].
#[derive(Debug, Clone, Default)]
pub struct RefusedItems(pub Vec<RefusedItem>);

/// The id of a request, as the server's own layer has put it in the headers.
pub fn request_id(headers: &http::HeaderMap) -> Option<Cow<'_, str>> {
    headers.get("x-request-id").map(|id| String::from_utf8_lossy(id.as_bytes()))
}
