//! What the server says about itself: logs and metrics.
//!
//! Labels are words of the code, never names of projects, jobs or keys: what a
//! customer can choose must not be able to multiply the series. [`schedulers`] are the
//! exception, within a bound that an operator sets.

pub mod schedulers;

use std::error::Error;
use std::io::{self, IsTerminal};
use std::ops::Deref;
use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Sends logs to the standard error stream from here on. Once per process.
///
/// # Errors
///
/// When the filter is none, or logs were started before.
pub fn start_logs(
    filter: &str,
    format: LogFormat,
) -> Result<(), Box<dyn Error + Send + Sync + 'static>> {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match format {
        LogFormat::Text => logs.finish().try_init()?,
        LogFormat::Json => logs.json().flatten_event(true).finish().try_init()?,
    }
    Ok(())
}

/// What something was and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Kind {
    /// What it was.
    pub kind: &'static str,
    /// What became of it.
    pub outcome: &'static str,
}

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Cause {
    /// A stable word.
    pub cause: &'static str,
}

/// What happened to an incident, and what the incident is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct IncidentLabels {
    /// What was found, such as `missed`.
    pub reason: &'static str,
    /// `opened`, `acknowledged` or `resolved`.
    pub event: &'static str,
}

/// One call and what it answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The call's name in the contract, never a path that a client wrote.
    pub method: Arc<str>,
    /// The canonical code, such as `OK`.
    pub code: &'static str,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct MethodLabel {
    /// The call's name in the contract, never a path that a client wrote.
    pub method: Arc<str>,
}

/// All metrics. Cheap to clone: each request takes one along, and clones count together.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Meters>);

impl Deref for Metrics {
    type Target = Meters;

    fn deref(&self) -> &Meters {
        &self.0
    }
}

/// What [`Metrics`] share.
#[derive(Debug)]
pub struct Meters {
    registry: Registry,
    /// Reports taken or refused, by kind and outcome.
    pub reports: Family<Kind, Counter>,
    /// Items written in one transaction.
    pub ingest_batch_size: Histogram,
    /// Items waiting to be written.
    pub ingest_queue_depth: Gauge,
    /// Time of one transaction, in seconds.
    pub commit_seconds: Histogram,
    /// Deadlines looked at.
    pub evaluations: Counter,
    /// How far the evaluation is behind the oldest due deadline, in seconds.
    pub evaluation_lag_seconds: Gauge<f64, std::sync::atomic::AtomicU64>,
    /// What happened to incidents.
    pub incidents: Family<IncidentLabels, Counter>,
    /// Attempts to deliver, by kind of channel and outcome.
    pub deliveries: Family<Kind, Counter>,
    /// Notifications not yet delivered or given up; no number while that is not known.
    pub outbox_pending: Gauge<f64, std::sync::atomic::AtomicU64>,
    /// How long the first of them could have been sent by now, in seconds.
    pub outbox_lag_seconds: Gauge<f64, std::sync::atomic::AtomicU64>,
    /// Connections open.
    pub connections: Gauge,
    /// Connections refused or ended for breaking a limit.
    pub connections_refused: Family<Cause, Counter>,
    /// Calls answered.
    pub requests: Family<RequestLabels, Counter>,
    /// Time to the head of the answer, in seconds.
    pub request_seconds: Family<MethodLabel, Histogram>,
    /// Credentials refused.
    pub auth_failures: Family<Cause, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Metrics that all stand at zero.
    pub fn new() -> Self {
        let mut meters = Meters {
            registry: Registry::default(),
            reports: Family::default(),
            ingest_batch_size: Histogram::new(exponential_buckets(1.0, 2.0, 12)),
            ingest_queue_depth: Gauge::default(),
            commit_seconds: seconds(),
            evaluations: Counter::default(),
            evaluation_lag_seconds: Gauge::default(),
            incidents: Family::default(),
            deliveries: Family::default(),
            outbox_pending: Gauge::default(),
            outbox_lag_seconds: Gauge::default(),
            connections: Gauge::default(),
            connections_refused: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            auth_failures: Family::default(),
        };
        let mut registry = Registry::with_prefix("nightbell");
        meters.register_work(&mut registry);
        meters.register_traffic(&mut registry);
        meters.registry = registry;
        Self(Arc::new(meters))
    }
}

impl Meters {
    fn register_work(&self, registry: &mut Registry) {
        registry.register("reports", "Reports taken or refused", self.reports.clone());
        registry.register(
            "ingest_batch_size",
            "Items written in one transaction",
            self.ingest_batch_size.clone(),
        );
        registry.register(
            "ingest_queue_depth",
            "Items waiting to be written",
            self.ingest_queue_depth.clone(),
        );
        registry.register_with_unit(
            "commit",
            "Time of one transaction",
            Unit::Seconds,
            self.commit_seconds.clone(),
        );
        registry.register("evaluations", "Deadlines looked at", self.evaluations.clone());
        registry.register_with_unit(
            "evaluation_lag",
            "Age of the oldest deadline that is due and not evaluated",
            Unit::Seconds,
            self.evaluation_lag_seconds.clone(),
        );
        registry.register("incidents", "What happened to incidents", self.incidents.clone());
        registry.register("deliveries", "Attempts to deliver", self.deliveries.clone());
        registry.register(
            "outbox_pending",
            "Notifications not yet delivered or given up",
            self.outbox_pending.clone(),
        );
        registry.register_with_unit(
            "outbox_lag",
            "How long the first pending notification could have been sent by now",
            Unit::Seconds,
            self.outbox_lag_seconds.clone(),
        );
    }

    fn register_traffic(&self, registry: &mut Registry) {
        registry.register("connections", "Connections open", self.connections.clone());
        registry.register(
            "connections_refused",
            "Connections refused or ended for breaking a limit",
            self.connections_refused.clone(),
        );
        registry.register("requests", "Calls answered", self.requests.clone());
        registry.register_with_unit(
            "request",
            "Time to the head of the answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register("auth_failures", "Credentials refused", self.auth_failures.clone());
    }

    /// Counts a connection that was refused or ended for breaking a limit.
    pub fn refuse_connection(&self, cause: &'static str) {
        self.connections_refused.get_or_create(&Cause { cause }).inc();
    }

    /// All metrics in the text format that Prometheus reads, without its end mark.
    ///
    /// # Panics
    ///
    /// Never: a string takes whatever is written to it.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode_registry(&mut text, &self.registry)
            .expect("a string takes whatever is written to it");
        text
    }
}

/// From a quarter of a millisecond to eight seconds.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_25, 2.0, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_appears_under_its_name() {
        let metrics = Metrics::new();
        let method: Arc<str> = "ReportStatus".into();
        metrics.reports.get_or_create(&Kind { kind: "status", outcome: "taken" }).inc();
        metrics.ingest_batch_size.observe(3.0);
        metrics.ingest_queue_depth.set(4);
        metrics.commit_seconds.observe(0.001);
        metrics.evaluations.inc();
        metrics.evaluation_lag_seconds.set(0.5);
        metrics
            .incidents
            .get_or_create(&IncidentLabels { reason: "missed", event: "opened" })
            .inc();
        metrics.deliveries.get_or_create(&Kind { kind: "webhook", outcome: "retry" }).inc();
        metrics.outbox_pending.set(1.0);
        metrics.outbox_lag_seconds.set(0.25);
        metrics.connections.clone().inc();
        metrics.clone().refuse_connection("total");
        metrics.requests.get_or_create(&RequestLabels { method: method.clone(), code: "OK" }).inc();
        metrics.request_seconds.get_or_create(&MethodLabel { method }).observe(0.002);
        metrics.auth_failures.get_or_create(&Cause { cause: "unknown_key" }).inc();

        let text = metrics.encode();

        for line in [
            r#"nightbell_reports_total{kind="status",outcome="taken"} 1"#,
            "nightbell_ingest_batch_size_sum 3.0",
            "nightbell_ingest_queue_depth 4",
            "nightbell_commit_seconds_count 1",
            "nightbell_evaluations_total 1",
            "nightbell_evaluation_lag_seconds 0.5",
            r#"nightbell_incidents_total{reason="missed",event="opened"} 1"#,
            r#"nightbell_deliveries_total{kind="webhook",outcome="retry"} 1"#,
            "nightbell_outbox_pending 1.0",
            "nightbell_outbox_lag_seconds 0.25",
            "nightbell_connections 1",
            r#"nightbell_connections_refused_total{cause="total"} 1"#,
            r#"nightbell_requests_total{method="ReportStatus",code="OK"} 1"#,
            r#"nightbell_request_seconds_count{method="ReportStatus"} 1"#,
            r#"nightbell_auth_failures_total{cause="unknown_key"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
