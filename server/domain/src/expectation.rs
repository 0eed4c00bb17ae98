//! What a job is expected to do, in the words of a message.

use std::time::Duration;

use crate::incident::Reason;
use crate::schedule::Schedule;
use crate::settings::Settings;

/// What a scheduler with these settings was expected to do when `reason` was found.
pub fn expected(settings: &Settings, reason: Reason) -> String {
    let or = |limit: Option<Duration>, some: &str, none: &str| match limit {
        Some(limit) => format!("{some} {}", length(limit)),
        None => none.to_owned(),
    };
    match reason {
        Reason::Missed | Reason::NeverStarted => {
            format!("a run {}, begun within {}", times(settings), length(settings.start_grace()))
        }
        Reason::Failed => "a run that ends well".to_owned(),
        Reason::Lost => "that every run reports its end".to_owned(),
        Reason::Stalled => {
            let declared = settings.heartbeat_timeout.or(settings.progress_timeout);
            or(declared, "a sign of life at least every", "a sign of life in time")
        }
        Reason::Overran => or(settings.max_runtime, "an end within", "an end in time"),
        Reason::FinishedLate => match settings.finish_by {
            Some(limit) => format!("an end within {} of its slot", length(limit)),
            None => "an end in time".to_owned(),
        },
        Reason::TooQuick => or(settings.min_runtime, "to take at least", "to take longer"),
    }
}

/// When it runs, as it was set.
fn times(settings: &Settings) -> String {
    let zone = settings.timezone.as_deref().unwrap_or("UTC");
    let each: Vec<_> = settings
        .schedules
        .iter()
        .map(|schedule| match schedule {
            Schedule::Every { interval_ms } => {
                format!("every {}", length(Duration::from_millis(*interval_ms)))
            }
            Schedule::Cron { expression } => format!("by cron {expression} {zone}"),
        })
        .collect();
    if each.is_empty() { "by its schedule".to_owned() } else { each.join(" or ") }
}

fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60)];
    let unit =
        units.into_iter().find(|(_, size)| seconds >= *size && seconds.is_multiple_of(*size));
    match unit {
        Some((name, size)) => format!("{} {name}", seconds / size),
        None => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_expected_is_said_in_the_terms_of_the_settings() {
        let settings = Settings {
            schedules: vec![
                Schedule::Cron { expression: "30 2 * * *".to_owned() },
                Schedule::Every { interval_ms: 90_000 },
            ],
            timezone: Some("Europe/Berlin".to_owned()),
            max_runtime: Some(Duration::from_hours(2)),
            ..Settings::default()
        };
        let told = |reason| expected(&settings, reason);
        assert_eq!(
            told(Reason::Missed),
            "a run by cron 30 2 * * * Europe/Berlin or every 90 s, begun within 5 min"
        );
        assert_eq!(told(Reason::Overran), "an end within 2 h");
        assert_eq!(told(Reason::TooQuick), "to take longer");
        assert_eq!(told(Reason::Failed), "a run that ends well");
    }
}
