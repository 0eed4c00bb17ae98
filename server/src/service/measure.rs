//! The figures that monitoring reads.

use std::time::Duration;

use nightbell_domain::key::Principal;
use tokio::time::timeout;

use super::schedulers::SchedulerFilter;
use super::{PageRequest, Services};
use crate::error::ServiceError;
use crate::telemetry::schedulers;

/// How long the database may take. Monitoring that waits in vain shows nothing at all.
const READING_MAX: Duration = Duration::from_secs(2);

/// Schedulers that are read in one go.
const PAGE: usize = 500;

impl Services {
    /// Every figure in the text format of `OpenMetrics`: the server's own, and for a
    /// `reader` those of the project's schedulers, the first by id, as many as the rules
    /// allow.
    ///
    /// What the database does not tell in time is left out, and the length of the outbox
    /// is no number then: the rest is wanted most when the database is away.
    pub async fn measured(&self, reader: Option<&Principal>) -> String {
        let metrics = self.metrics();
        metrics
            .ingest_queue_depth
            .set(i64::try_from(self.inner.ingest.depth()).unwrap_or(i64::MAX));
        self.measure_outbox().await;
        let mut text = metrics.encode();
        let most = self.inner.parts.rules.metrics_schedulers_max;
        if let Some(reader) = reader
            && most > 0
        {
            match timeout(READING_MAX, self.measured_schedulers(reader, most)).await {
                Ok(Ok(schedulers)) => text.push_str(&schedulers),
                Ok(Err(error)) => tracing::warn!(%error, "schedulers could not be measured"),
                Err(_) => tracing::warn!("schedulers could not be measured in time"),
            }
        }
        text.push_str("# EOF\n");
        text
    }

    async fn measure_outbox(&self) {
        let (pending, lag) = match timeout(READING_MAX, self.store().outbox_pending()).await {
            Ok(Ok((pending, first))) => {
                let lag = first.map_or(Duration::ZERO, |first| self.now().since(first));
                #[expect(clippy::cast_precision_loss, reason = "an outbox is never so long")]
                (pending as f64, lag.as_secs_f64())
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the outbox could not be measured");
                (f64::NAN, f64::NAN)
            }
            Err(_) => {
                tracing::warn!("the outbox could not be measured in time");
                (f64::NAN, f64::NAN)
            }
        };
        self.metrics().outbox_pending.set(pending);
        self.metrics().outbox_lag_seconds.set(lag);
    }

    async fn measured_schedulers(
        &self,
        reader: &Principal,
        most: usize,
    ) -> Result<String, ServiceError> {
        let mut shown = Vec::new();
        let mut token = String::new();
        loop {
            let size = (most - shown.len()).min(PAGE);
            let page = PageRequest { size: i32::try_from(size).unwrap_or(i32::MAX), token };
            let page = self.schedulers(reader, SchedulerFilter::default(), page).await?;
            shown.extend(page.items);
            match page.next {
                Some(next) if shown.len() < most => token = next,
                next => return Ok(schedulers::encode(&shown, next.is_none())),
            }
        }
    }
}
