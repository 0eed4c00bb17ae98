//! Schedulers, and which of them a list shows.

use nightbell_domain::deadline::{Limit, deadlines};
use nightbell_domain::scheduler::{Health, Scheduler};
use nightbell_domain::time::Timestamp;
use nightbell_proto::v1;

use super::text::{checked, unless_empty};
use super::{invalid, run, settings, time, unless_violated};
use crate::error::ServiceError;
use crate::service::reports::RejectedReport;
use crate::service::schedulers::{SchedulerChange, SchedulerFilter};

/// The most characters of what a list is narrowed by: as long as the longest label.
const FILTER_CHARACTERS_MAX: usize = 300;

/// A scheduler as the caller reads it.
pub fn shown(scheduler: &Scheduler) -> v1::Scheduler {
    let state = &scheduler.state;
    let paused = state.paused;
    v1::Scheduler {
        scheduler_id: scheduler.id.to_string(),
        settings: Some(settings::shown(&scheduler.settings)),
        health: health(scheduler.health()).into(),
        paused_at: paused.map(|pause| time::timestamp(pause.since)),
        paused_until: paused.and_then(|pause| pause.until).map(time::timestamp),
        created_at: Some(time::timestamp(scheduler.created_at)),
        updated_at: Some(time::timestamp(scheduler.updated_at)),
        last_report_at: state.last_report_at.map(time::timestamp),
        next_slot_at: state.slot.filter(|_| paused.is_none()).map(time::timestamp),
        next_deadline_at: next_deadline(scheduler).map(time::timestamp),
        open_incident_ids: state.incidents.iter().map(|it| it.id.to_string()).collect(),
        open_runs: state
            .runs
            .iter()
            .filter(|run| run.is_open())
            .map(|run| run::shown(&scheduler.id, run))
            .collect(),
        last_success_at: state.last_success_at.map(time::timestamp),
        held_settings: scheduler.settings.held.names().map(str::to_owned).collect(),
    }
}

/// The end of a pause is no breach of anything, and so no deadline to show.
fn next_deadline(scheduler: &Scheduler) -> Option<Timestamp> {
    deadlines(scheduler, &[])
        .into_iter()
        .filter(|deadline| deadline.limit != Limit::Pause)
        .map(|deadline| deadline.judged_at)
        .min()
}

/// How a scheduler fares.
pub fn health(health: Health) -> v1::Health {
    match health {
        Health::New => v1::Health::New,
        Health::Up => v1::Health::Up,
        Health::Down => v1::Health::Down,
        Health::Paused => v1::Health::Paused,
    }
}

/// A report that was refused, as the caller reads it.
pub fn rejected(report: RejectedReport) -> v1::RejectedReport {
    v1::RejectedReport {
        received_at: Some(time::timestamp(report.received_at)),
        reason: report.reason,
        message: report.message,
        raw: report.raw,
    }
}

/// A change, as a watcher reads it.
pub fn change(change: SchedulerChange) -> v1::WatchSchedulersResponse {
    use v1::watch_schedulers_response::Change;

    let change = match change {
        SchedulerChange::Now(scheduler) => Some(Change::Scheduler(shown(&scheduler))),
        SchedulerChange::Deleted(id) => Some(Change::DeletedSchedulerId(id.to_string())),
        SchedulerChange::Idle => None,
    };
    v1::WatchSchedulersResponse { change }
}

/// Which schedulers a list is to show.
///
/// # Errors
///
/// A health that is none, a label that is not of the form `name=value`, and text
/// that no scheduler can have.
pub fn filter(message: &v1::ListSchedulersRequest) -> Result<SchedulerFilter, ServiceError> {
    let mut violations = Vec::new();
    let mut given = |field: &str, text: &str| {
        checked(field, text.to_owned(), FILTER_CHARACTERS_MAX, &mut violations)
    };
    let service_name = unless_empty(given("service_name", &message.service_name));
    let label = unless_empty(given("label", &message.label));
    let label = label
        .map(|label| match label.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => Err(invalid("label", "BAD_LABEL", "must be of the form name=value")),
        })
        .transpose()?;
    let health = health_filter(message.health)?;
    unless_violated(SchedulerFilter { service_name, health, label }, violations)
}

/// The service that a watcher asks for; `None`: all.
///
/// # Errors
///
/// Text that no service can have as its name.
pub fn watched(service_name: String) -> Result<Option<String>, ServiceError> {
    let mut violations = Vec::new();
    let name = checked("service_name", service_name, FILTER_CHARACTERS_MAX, &mut violations);
    unless_violated(unless_empty(name), violations)
}

/// Until when a scheduler is not to be judged.
///
/// # Errors
///
/// A time that is none.
pub fn pause_until(
    until: Option<prost_types::Timestamp>,
) -> Result<Option<Timestamp>, ServiceError> {
    let Some(until) = until else { return Ok(None) };
    match time::instant(until) {
        Some(instant) => Ok(Some(instant)),
        None => Err(invalid("until", "BAD_TIMESTAMP", "must be a time within the years 1 to 9998")),
    }
}

fn health_filter(number: i32) -> Result<Option<Health>, ServiceError> {
    let Ok(health) = v1::Health::try_from(number) else {
        return Err(invalid("health", "BAD_VALUE", "must be one of new, up, down, paused"));
    };
    Ok(match health {
        v1::Health::Unspecified => None,
        v1::Health::New => Some(Health::New),
        v1::Health::Up => Some(Health::Up),
        v1::Health::Down => Some(Health::Down),
        v1::Health::Paused => Some(Health::Paused),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nightbell_domain::id::SchedulerId;
    use nightbell_domain::schedule::Schedule;
    use nightbell_domain::scheduler::{Beat, Pause, State};
    use nightbell_domain::settings::Settings;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn watched_hourly() -> Scheduler {
        let slot = Some(NOW.plus(Duration::from_hours(1)));
        Scheduler {
            id: SchedulerId::parse("nightly").unwrap(),
            settings: Settings {
                schedules: vec![Schedule::Every { interval_ms: 3_600_000 }],
                ..Settings::default()
            },
            created_at: NOW,
            updated_at: NOW,
            state: State { slot, ..State::default() },
        }
    }

    fn refused<T>(outcome: Result<T, ServiceError>) -> String {
        match outcome {
            Err(ServiceError::Invalid(violations)) => violations[0].field.clone(),
            _ => panic!("not refused for a field"),
        }
    }

    #[test]
    fn a_scheduler_shows_what_is_expected_next() {
        let shown = shown(&watched_hourly());
        let slot = NOW.plus(Duration::from_hours(1));
        assert_eq!(shown.next_slot_at, Some(time::timestamp(slot)));
        let deadline = slot.plus(Duration::from_mins(5));
        assert_eq!(shown.next_deadline_at, Some(time::timestamp(deadline)));
        assert_eq!(shown.health(), v1::Health::New);
    }

    #[test]
    fn nothing_is_expected_of_a_paused_scheduler() {
        let mut scheduler = watched_hourly();
        let until = NOW.plus(Duration::from_mins(10));
        scheduler.state.paused = Some(Pause { since: NOW, until: Some(until) });
        let shown = shown(&scheduler);
        assert_eq!((shown.next_slot_at, shown.next_deadline_at), (None, None));
        assert_eq!(shown.paused_until, Some(time::timestamp(until)));
        assert_eq!(shown.health(), v1::Health::Paused);
    }

    #[test]
    fn a_job_that_only_beats_shows_its_deadline() {
        let mut scheduler = watched_hourly();
        scheduler.settings.schedules.clear();
        scheduler.state.slot = None;
        let interval = Some(Duration::from_secs(10));
        scheduler.state.beat = Some(Beat { at: NOW, interval, is_stalled: false });
        let deadline = NOW.plus(Duration::from_secs(30));
        assert_eq!(shown(&scheduler).next_deadline_at, Some(time::timestamp(deadline)));
    }

    #[test]
    fn lists_are_narrowed_by_service_health_and_label() {
        let all = filter(&v1::ListSchedulersRequest::default()).unwrap();
        assert!(all.service_name.is_none() && all.health.is_none() && all.label.is_none());
        let some = filter(&v1::ListSchedulersRequest {
            service_name: "billing".to_owned(),
            health: v1::Health::Down.into(),
            label: "team=a=b".to_owned(),
            ..v1::ListSchedulersRequest::default()
        })
        .unwrap();
        assert_eq!(some.health, Some(Health::Down));
        assert_eq!(some.label, Some(("team".to_owned(), "a=b".to_owned())));
    }

    #[test]
    fn filters_that_are_none_are_refused_by_their_field() {
        let with = |change: fn(&mut v1::ListSchedulersRequest)| {
            let mut message = v1::ListSchedulersRequest::default();
            change(&mut message);
            refused(filter(&message))
        };
        assert_eq!(with(|message| message.health = 9), "health");
        assert_eq!(with(|message| message.label = "team".to_owned()), "label");
        assert_eq!(with(|message| message.label = "=x".to_owned()), "label");
        assert_eq!(with(|message| message.service_name = "\0".to_owned()), "service_name");
        assert_eq!(refused(watched("\0".to_owned())), "service_name");
        let never = prost_types::Timestamp { seconds: i64::MAX, nanos: 0 };
        assert_eq!(refused(pause_until(Some(never))), "until");
        assert_eq!(pause_until(None).unwrap(), None);
    }

    #[test]
    fn every_health_can_be_shown_and_filtered_by() {
        for known in [Health::New, Health::Up, Health::Down, Health::Paused] {
            assert_eq!(health_filter(health(known).into()).unwrap(), Some(known));
        }
    }
}
