//! Routes.

use nightbell_domain::notify::ChannelId;
use nightbell_domain::route::Route;
use nightbell_domain::settings::{Severity, Violation};
use nightbell_proto::v1;

use super::text::checked;
use super::{channel, incident, policy, time, unless_violated};
use crate::error::ServiceError;
use crate::service::policies::Kept;

/// More than any route may have; what is longer is not even looked through.
const LISTED_MAX: usize = 100;

/// A route as the caller reads it.
pub fn shown(kept: Kept<Route>) -> v1::Route {
    v1::Route {
        route_id: kept.id.to_string(),
        settings: Some(shown_settings(kept.policy)),
        created_by: kept.created_by,
        created_at: Some(time::timestamp(kept.created_at)),
    }
}

fn shown_settings(route: Route) -> v1::RouteSettings {
    v1::RouteSettings {
        name: route.name,
        selects: policy::shown_selector(route.selects),
        severities: route.severities.into_iter().map(|it| incident::severity(it).into()).collect(),
        reasons: route.reasons.into_iter().map(|it| incident::reason(it).into()).collect(),
        channel_ids: route.channels.iter().map(|channel| channel.0.to_string()).collect(),
        delay: route.delay.map(time::duration),
        repeat_every: route.repeat_every.map(time::duration),
        instead_of_default: route.is_instead_of_default,
    }
}

/// The route that a request names.
///
/// # Errors
///
/// What is no id names nothing.
pub fn id(text: &str) -> Result<i64, ServiceError> {
    policy::id("route", text)
}

/// A new route.
///
/// # Errors
///
/// Every rule that can be seen to be broken.
pub fn new_route(message: v1::CreateRouteRequest) -> Result<Route, ServiceError> {
    read(v1::RouteSettings {
        name: message.name,
        selects: message.selects,
        severities: message.severities,
        reasons: message.reasons,
        channel_ids: message.channel_ids,
        delay: message.delay,
        repeat_every: message.repeat_every,
        instead_of_default: message.instead_of_default,
    })
}

/// `current` with what the mask names of `sent`.
///
/// # Errors
///
/// No mask, a path that names no field, and every rule that can be seen to be broken.
pub fn update(
    current: Route,
    sent: Option<v1::RouteSettings>,
    mask: Option<prost_types::FieldMask>,
) -> Result<Route, ServiceError> {
    let sent = sent.unwrap_or_default();
    let mut merged = shown_settings(current);
    for path in policy::paths(mask)? {
        match path.as_str() {
            "name" => merged.name.clone_from(&sent.name),
            "selects" => merged.selects.clone_from(&sent.selects),
            "severities" => merged.severities.clone_from(&sent.severities),
            "reasons" => merged.reasons.clone_from(&sent.reasons),
            "channel_ids" => merged.channel_ids.clone_from(&sent.channel_ids),
            "delay" => merged.delay = sent.delay,
            "repeat_every" => merged.repeat_every = sent.repeat_every,
            "instead_of_default" => merged.instead_of_default = sent.instead_of_default,
            unknown => return Err(policy::unknown_path(unknown)),
        }
    }
    read(merged)
}

fn read(settings: v1::RouteSettings) -> Result<Route, ServiceError> {
    let mut violations = Vec::new();
    let name = checked("name", settings.name, 100, &mut violations);
    let selects = policy::selector("selects", settings.selects, &mut violations);
    let mut severities: Vec<Severity> = Vec::new();
    for (place, number) in settings.severities.into_iter().take(LISTED_MAX).enumerate() {
        match incident::read_severity(number) {
            Some(severity) => severities.push(severity),
            None => violations.push(Violation::new(
                format!("severities[{place}]"),
                "BAD_VALUE",
                "must be one of critical, normal, low",
            )),
        }
    }
    let mut reasons = Vec::new();
    for (place, number) in settings.reasons.into_iter().take(LISTED_MAX).enumerate() {
        match incident::read_reason(number) {
            Some(reason) => reasons.push(reason),
            None => violations.push(Violation::new(
                format!("reasons[{place}]"),
                "BAD_VALUE",
                "must be the reason of an incident, such as failed",
            )),
        }
    }
    // What is no id is an id that no channel has.
    let channel = |text: &String| ChannelId(channel::id(text).unwrap_or(0));
    let mut channels: Vec<ChannelId> = settings.channel_ids.iter().map(channel).collect();
    channels.dedup();
    severities.dedup();
    reasons.dedup();
    let mut span = |field: &str, sent: Option<prost_types::Duration>| {
        let span = time::span(sent?);
        if span.is_none() {
            let rule = "must be a duration that is not negative";
            violations.push(Violation::new(field, "OUT_OF_RANGE", rule));
        }
        span
    };
    let delay = span("delay", settings.delay);
    let repeat_every = span("repeat_every", settings.repeat_every);
    let is_instead_of_default = settings.instead_of_default;
    let route = Route {
        name,
        selects,
        severities,
        reasons,
        channels,
        delay,
        repeat_every,
        is_instead_of_default,
    };
    unless_violated(route, violations)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings() -> v1::RouteSettings {
        v1::RouteSettings {
            name: "pager".to_owned(),
            severities: vec![v1::Severity::Critical.into()],
            reasons: vec![v1::IncidentReason::Missed.into()],
            channel_ids: vec!["7".to_owned()],
            delay: Some(time::duration(Duration::from_secs(90))),
            ..Default::default()
        }
    }

    #[test]
    fn what_is_read_is_shown_as_it_was() {
        assert_eq!(shown_settings(read(settings()).unwrap()), settings());
    }

    #[test]
    fn an_update_changes_what_it_names() {
        let current = read(settings()).unwrap();
        let sent = v1::RouteSettings { name: "chat".to_owned(), ..Default::default() };
        let mask = |path: &str| Some(prost_types::FieldMask { paths: vec![path.to_owned()] });
        let changed = update(current.clone(), Some(sent.clone()), mask("name")).unwrap();
        assert_eq!(changed, Route { name: "chat".to_owned(), ..current.clone() });
        let changed = update(current.clone(), Some(sent.clone()), mask("delay")).unwrap();
        assert_eq!(changed.delay, None);
        for mask in [None, mask("colour")] {
            assert!(update(current.clone(), Some(sent.clone()), mask).is_err());
        }
    }

    #[test]
    fn words_that_are_none_are_refused_where_they_stand() {
        let sent = v1::RouteSettings { severities: vec![1, 9], reasons: vec![0], ..settings() };
        let Err(ServiceError::Invalid(found)) = read(sent) else { panic!("taken") };
        let fields: Vec<&str> = found.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["severities[1]", "reasons[0]"]);
    }
}
