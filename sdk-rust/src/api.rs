//! The low-level client: every call of the contract, with errors.
//!
//! Its types are plain structs with the JSON form of the REST side; the
//! transport does not show in them. Make requests with `..Default::default()`:
//! fields may be added in any version.

use std::sync::Arc;

use tokio::runtime::Handle;

pub use crate::call::Watch;
use crate::call::Wire;
use crate::client::Inner;
use crate::error::Error;
pub use crate::generated::types::*;

/// Makes the calls; from [`Client::api`](crate::Client::api).
///
/// Works on any async runtime: the calls are made on the SDK's own thread, which lives
/// as long as this. Nothing is retried, and nothing is kept on disk.
#[derive(Clone)]
pub struct Api {
    pub(crate) inner: Arc<Inner>,
}

impl Api {
    pub(crate) fn parts(&self) -> Result<(Arc<Wire>, Handle), Error> {
        self.inner.way().ok_or_else(|| Error::config("NIGHTBELL_URL: there is no address"))
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Api").finish_non_exhaustive()
    }
}
