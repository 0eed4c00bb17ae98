//! Schedulers one by one, for a project's own monitoring.
//!
//! The only series whose labels a customer chooses. They are made anew for each reading,
//! for the project that reads, and an operator says how many there may be.

use nightbell_domain::scheduler::{Health, Scheduler};
use nightbell_domain::time::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

type Seconds = Gauge<f64, std::sync::atomic::AtomicU64>;

/// Which scheduler.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Name {
    scheduler_id: String,
    service_name: String,
}

/// Which scheduler, and how it may fare.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    scheduler_id: String,
    service_name: String,
    health: &'static str,
}

#[derive(Default)]
struct Meters {
    last_success: Family<Name, Seconds>,
    last_success_took: Family<Name, Seconds>,
    health: Family<State, Gauge>,
    open_incidents: Family<Name, Gauge>,
}

/// The series of `schedulers`, without an end mark. `is_all` if there are no others.
///
/// # Panics
///
/// Never: a string takes whatever is written to it.
pub fn encode(schedulers: &[Scheduler], is_all: bool) -> String {
    let meters = Meters::default();
    for scheduler in schedulers {
        meters.observe(scheduler);
    }
    let left_out: Gauge = Gauge::default();
    left_out.set((!is_all).into());
    let mut registry = Registry::with_prefix("nightbell");
    registry.register(
        "schedulers_left_out",
        "1 if there are more schedulers than the server may show one by one",
        left_out,
    );
    meters.register(registry.sub_registry_with_prefix("scheduler"));
    let mut text = String::new();
    prometheus_client::encoding::text::encode_registry(&mut text, &registry)
        .expect("a string takes whatever is written to it");
    text
}

impl Meters {
    fn observe(&self, scheduler: &Scheduler) {
        let name = Name {
            scheduler_id: scheduler.id.to_string(),
            service_name: scheduler.settings.service_name.clone(),
        };
        let state = &scheduler.state;
        if let Some(at) = state.last_success_at {
            self.last_success.get_or_create(&name).set(seconds(at));
        }
        if let Some(took) = state.last_success_took {
            self.last_success_took.get_or_create(&name).set(took.as_secs_f64());
        }
        for (health, word) in HEALTHS {
            let is = State {
                scheduler_id: name.scheduler_id.clone(),
                service_name: name.service_name.clone(),
                health: word,
            };
            self.health.get_or_create(&is).set((scheduler.health() == health).into());
        }
        let open = i64::try_from(state.incidents.len()).unwrap_or(i64::MAX);
        self.open_incidents.get_or_create(&name).set(open);
    }

    fn register(self, registry: &mut Registry) {
        registry.register_with_unit(
            "last_success_timestamp",
            "When a run last ended well",
            Unit::Seconds,
            self.last_success,
        );
        registry.register_with_unit(
            "last_success_duration",
            "How long the last run that ended well took",
            Unit::Seconds,
            self.last_success_took,
        );
        registry.register("health", "1 for how the scheduler fares, 0 for the rest", self.health);
        registry.register("open_incidents", "Incidents that are not over", self.open_incidents);
    }
}

/// Each health and its word.
const HEALTHS: [(Health, &str); 4] =
    [(Health::New, "new"), (Health::Up, "up"), (Health::Down, "down"), (Health::Paused, "paused")];

/// Seconds since 1970, as Prometheus counts.
#[expect(clippy::cast_precision_loss, reason = "exact for the years that there will be")]
fn seconds(at: Timestamp) -> f64 {
    at.as_millis() as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nightbell_domain::id::SchedulerId;
    use nightbell_domain::settings::Settings;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_500);

    fn scheduler(id: &str, service_name: &str) -> Scheduler {
        Scheduler {
            id: SchedulerId::parse(id).unwrap(),
            settings: Settings { service_name: service_name.to_owned(), ..Settings::default() },
            created_at: NOW,
            updated_at: NOW,
            state: nightbell_domain::scheduler::State::default(),
        }
    }

    #[test]
    fn each_scheduler_says_how_it_fares() {
        let mut it = scheduler("eod", "Books");
        it.state.last_success_at = Some(NOW);
        it.state.last_success_took = Some(Duration::from_millis(1_500));
        it.state.last_report_at = Some(NOW);
        let text = encode(&[it], true);
        let name = r#"scheduler_id="eod",service_name="Books""#;
        for line in [
            format!("nightbell_scheduler_last_success_timestamp_seconds{{{name}}} 1800000000.5"),
            format!("nightbell_scheduler_last_success_duration_seconds{{{name}}} 1.5"),
            format!("nightbell_scheduler_health{{{name},health=\"up\"}} 1"),
            format!("nightbell_scheduler_health{{{name},health=\"down\"}} 0"),
            format!("nightbell_scheduler_open_incidents{{{name}}} 0"),
            "nightbell_schedulers_left_out 0".to_owned(),
        ] {
            assert!(text.contains(&line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn a_job_that_never_ended_well_has_no_time_of_it_and_hostile_names_end_no_line() {
        let text = encode(&[scheduler("eod", "a\"} 1\nup 1\\")], false);
        assert!(text.contains(r#"service_name="a\"} 1\nup 1\\""#), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("up")), "{text}");
        assert!(!text.contains("last_success_timestamp_seconds{"), "{text}");
        assert!(text.contains("nightbell_schedulers_left_out 1"), "{text}");
    }
}
