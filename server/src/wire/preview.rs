//! What schedules would do.

use nightbell_domain::schedule::preview::{ClockChange, Preview, Upcoming};
use nightbell_proto::v1;

use super::reading::Reading;
use super::text::unless_empty;
use super::{time, unless_violated};
use crate::error::ServiceError;
use crate::service::schedulers::Trial;

/// How many occurrences a preview tells unless it is asked for more.
const OCCURRENCES_DEFAULT: usize = 10;

/// The most occurrences of a preview.
const OCCURRENCES_MAX: usize = 100;

/// Reads what a preview asks for.
///
/// # Errors
///
/// Every rule that can be seen to be broken without asking the schedules.
pub fn trial(message: v1::PreviewScheduleRequest) -> Result<Trial, ServiceError> {
    let mut read = Reading::at("");
    let schedules = read.schedules(&message.schedules);
    if message.schedules.is_empty() {
        read.violate("schedules", "REQUIRED", "must be at least 1");
    }
    let count = match usize::try_from(message.count) {
        Ok(0) => OCCURRENCES_DEFAULT,
        Ok(count) if count <= OCCURRENCES_MAX => count,
        _ => {
            read.violate("count", "OUT_OF_RANGE", format!("must be 1 to {OCCURRENCES_MAX}"));
            0
        }
    };
    let after = message.after.and_then(|after| {
        let instant = time::instant(after);
        if instant.is_none() {
            read.violate("after", "BAD_TIMESTAMP", "must be a time within the years 1 to 9998");
        }
        instant
    });
    let trial = Trial {
        schedules: schedules.unwrap_or_default(),
        timezone: read.text("timezone", message.timezone.and_then(unless_empty)),
        cron_profile: read.profile(message.cron_profile).unwrap_or_default(),
        count,
        after,
    };
    unless_violated(trial, read.violations)
}

/// A preview as the caller reads it.
pub fn previewed(preview: Preview) -> v1::PreviewScheduleResponse {
    let occurrence = |it: Upcoming| v1::ScheduleOccurrence {
        at: Some(time::timestamp(it.at)),
        local: it.local,
        note: it.note,
    };
    let change =
        |it: ClockChange| v1::ClockChange { at: Some(time::timestamp(it.at)), note: it.note };
    v1::PreviewScheduleResponse {
        occurrences: preview.occurrences.into_iter().map(occurrence).collect(),
        clock_changes: preview.clock_changes.into_iter().map(change).collect(),
    }
}
