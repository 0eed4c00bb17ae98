//! Silences.

use std::time::Duration;

use nightbell_domain::settings::Violation;
use nightbell_domain::silence::{Period, Silence};
use nightbell_domain::time::Timestamp;
use nightbell_proto::v1;

use super::text::{checked, unless_empty};
use super::{policy, time, unless_violated};
use crate::error::ServiceError;
use crate::service::silences::{SilenceDraft, SilenceView, Window};

/// A silence as the caller reads it.
pub fn shown(view: SilenceView) -> v1::Silence {
    let SilenceView { kept, active_until, next_start_at } = view;
    v1::Silence {
        silence_id: kept.id.to_string(),
        settings: Some(shown_settings(kept.policy)),
        created_by: kept.created_by,
        created_at: Some(time::timestamp(kept.created_at)),
        active: active_until.is_some(),
        active_until: active_until.map(time::timestamp),
        next_start_at: next_start_at.map(time::timestamp),
    }
}

fn shown_settings(silence: Silence) -> v1::SilenceSettings {
    let everything = silence.covers.is_empty();
    let mut shown = v1::SilenceSettings {
        note: silence.note,
        covers: policy::shown_selector(silence.covers),
        everything,
        ..Default::default()
    };
    match silence.period {
        Period::Once { from, to } => {
            shown.starts_at = Some(time::timestamp(from));
            shown.ends_at = Some(time::timestamp(to));
        }
        Period::Window { cron, timezone, open_for_ms } => {
            shown.window = Some(v1::MaintenanceWindow {
                cron,
                timezone: timezone.unwrap_or_default(),
                duration: Some(time::duration(Duration::from_millis(open_for_ms))),
            });
        }
    }
    shown
}

/// The silence that a request names.
///
/// # Errors
///
/// What is no id names nothing.
pub fn id(text: &str) -> Result<i64, ServiceError> {
    policy::id("silence", text)
}

/// A new silence.
///
/// # Errors
///
/// Every rule that can be seen to be broken without knowing the time.
pub fn new_silence(message: v1::CreateSilenceRequest) -> Result<SilenceDraft, ServiceError> {
    read(v1::SilenceSettings {
        note: message.note,
        covers: message.covers,
        everything: message.everything,
        starts_at: message.starts_at,
        ends_at: message.ends_at,
        window: message.window,
    })
}

/// `current` with what the mask names of `sent`. What excludes something else takes its
/// place: a selector that of everything, a window that of times, and the other way.
///
/// # Errors
///
/// No mask, a path that names no field, and every rule that can be seen to be broken
/// without knowing the time.
pub fn update(
    current: Silence,
    sent: Option<v1::SilenceSettings>,
    mask: Option<prost_types::FieldMask>,
) -> Result<SilenceDraft, ServiceError> {
    let sent = sent.unwrap_or_default();
    let mut merged = shown_settings(current);
    let paths = policy::paths(mask)?;
    let names = |path: &str| paths.iter().any(|it| it == path);
    if names("covers") && sent.covers.is_some() {
        merged.everything = false;
    }
    if names("everything") && sent.everything {
        merged.covers = None;
    }
    if names("window") && sent.window.is_some() {
        (merged.starts_at, merged.ends_at) = (None, None);
    }
    if (names("starts_at") && sent.starts_at.is_some())
        || (names("ends_at") && sent.ends_at.is_some())
    {
        merged.window = None;
    }
    for path in &paths {
        match path.as_str() {
            "note" => merged.note.clone_from(&sent.note),
            "covers" => merged.covers.clone_from(&sent.covers),
            "everything" => merged.everything = sent.everything,
            "starts_at" => merged.starts_at = sent.starts_at,
            "ends_at" => merged.ends_at = sent.ends_at,
            "window" => merged.window.clone_from(&sent.window),
            unknown => return Err(policy::unknown_path(unknown)),
        }
    }
    read(merged)
}

fn read(settings: v1::SilenceSettings) -> Result<SilenceDraft, ServiceError> {
    let mut violations = Vec::new();
    let note = checked("note", settings.note, 500, &mut violations);
    let covers = policy::selector("covers", settings.covers, &mut violations);
    let starts_at = instant("starts_at", settings.starts_at, &mut violations);
    let ends_at = instant("ends_at", settings.ends_at, &mut violations);
    let window = settings.window.map(|window| Window {
        cron: checked("window.cron", window.cron, 1_000, &mut violations),
        timezone: unless_empty(checked("window.timezone", window.timezone, 100, &mut violations)),
        open_for: window.duration.and_then(time::span).unwrap_or_default(),
    });
    let is_everything = settings.everything;
    let draft = SilenceDraft { note, covers, is_everything, starts_at, ends_at, window };
    unless_violated(draft, violations)
}

fn instant(
    field: &str,
    sent: Option<prost_types::Timestamp>,
    violations: &mut Vec<Violation>,
) -> Option<Timestamp> {
    let instant = time::instant(sent?);
    if instant.is_none() {
        violations.push(Violation::new(
            field,
            "OUT_OF_RANGE",
            "must be a time of the years 1 to 9998",
        ));
    }
    instant
}

#[cfg(test)]
mod tests {
    use nightbell_domain::selector::Selector;

    use super::*;

    fn once() -> Silence {
        Silence {
            note: "deploy".to_owned(),
            covers: Selector { service_name: Some("billing".to_owned()), ..Selector::default() },
            period: Period::Once {
                from: Timestamp::from_millis(1_000),
                to: Timestamp::from_millis(2_000),
            },
        }
    }

    fn mask(path: &str) -> prost_types::FieldMask {
        prost_types::FieldMask { paths: vec![path.to_owned()] }
    }

    #[test]
    fn what_is_shown_is_read_as_it_was() {
        let draft = read(shown_settings(once())).unwrap();
        assert_eq!((draft.covers, draft.is_everything), (once().covers, false));
        assert_eq!(draft.starts_at, Some(Timestamp::from_millis(1_000)));
        assert_eq!(draft.ends_at, Some(Timestamp::from_millis(2_000)));
    }

    #[test]
    fn an_update_changes_what_it_names_and_what_that_excludes() {
        let end = v1::SilenceSettings {
            ends_at: Some(time::timestamp(Timestamp::from_millis(5_000))),
            ..Default::default()
        };
        let ended = update(once(), Some(end), Some(mask("ends_at"))).unwrap();
        assert_eq!(ended.ends_at, Some(Timestamp::from_millis(5_000)));
        assert_eq!(ended.note, "deploy");

        let window = v1::MaintenanceWindow { cron: "0 2 * * 7".to_owned(), ..Default::default() };
        let window = v1::SilenceSettings { window: Some(window), ..Default::default() };
        let weekly = update(once(), Some(window), Some(mask("window"))).unwrap();
        assert_eq!((weekly.starts_at, weekly.ends_at), (None, None));
        assert!(weekly.window.is_some());

        let all = v1::SilenceSettings { everything: true, ..Default::default() };
        let all = update(once(), Some(all), Some(mask("everything"))).unwrap();
        assert!(all.is_everything && all.covers.is_empty());

        assert!(update(once(), None, None).is_err());
        assert!(update(once(), None, Some(mask("until"))).is_err());
    }
}
