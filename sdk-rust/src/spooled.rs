//! The reports that wait on disk, for people and tools.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::config::{self, Config};
use crate::spool::Spool;

/// The reports that wait on disk for one server.
#[derive(Debug, Clone)]
pub struct Spooled {
    pub(crate) spool: Option<Arc<Spool>>,
}

/// One of them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpooledReport {
    /// The file's name.
    pub name: String,
    /// When it was written.
    pub written_at: SystemTime,
    /// What stands in it; see `proto/vectors/README.md`.
    pub record: Value,
}

impl Spooled {
    /// Those that a client of these settings would send, to look at without one: nothing
    /// is sent.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let url = config.url.as_deref().and_then(config::address);
        let spool = config.spool.as_deref().zip(url).map(|(folder, url)| Spool::new(folder, &url));
        Self { spool: spool.map(Arc::new) }
    }

    /// Where they lie. None: nothing is kept on disk.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.spool.as_deref().map(Spool::folder)
    }

    /// How many there are, those included that another process is sending.
    #[must_use]
    pub fn count(&self) -> usize {
        self.spool.as_deref().map_or(0, Spool::waiting)
    }

    /// The oldest of them.
    #[must_use]
    pub fn list(&self, most: usize) -> Vec<SpooledReport> {
        let Some(spool) = &self.spool else { return vec![] };
        let names = spool.list().into_iter().take(most);
        names
            .filter_map(|(millis, name)| {
                let record = serde_json::from_str(&spool.text(&name)?).unwrap_or_default();
                let written_at = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
                Some(SpooledReport { name, written_at, record })
            })
            .collect()
    }
}
