//! The generated gRPC clients, with the types of tonic and prost.
//!
//! Those crates break their interface now and then, and this module with them: it
//! is outside of this crate's promise of compatibility.

use crate::call::Wire;
use crate::client::Client;
use crate::error::Error;
pub use crate::wire::*;

/// A channel to the client's server, for the clients in this module. Requests need
/// the key in the header `x-api-key`. Made and used in a tokio runtime.
///
/// # Errors
///
/// The client watches nothing, or speaks REST.
pub fn channel(client: &Client) -> Result<tonic::transport::Channel, Error> {
    match client.wire().as_deref() {
        Some(Wire::Grpc(grpc)) => Ok(grpc.channel()),
        _ => Err(Error::config("NIGHTBELL_TRANSPORT: raw clients need gRPC")),
    }
}
