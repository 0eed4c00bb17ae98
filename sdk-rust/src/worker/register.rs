//! Schedulers that the server does not know.

use serde_json::Value;

use super::Core;
use crate::api::{RegisterSchedulerRequest, Warning};
use crate::error::Error;
use crate::job;

impl Core {
    /// Makes a scheduler known that the server does not know. What it refuses is left out:
    /// a typing error in a schedule must not keep the runs from being reported.
    pub(super) async fn register(&self, scheduler_id: &str) -> Result<(), Error> {
        let known = self.shared.registration(scheduler_id);
        let mut request =
            known.unwrap_or_else(|| job::registration(&self.config, scheduler_id.to_owned()));
        loop {
            let error = match self.call(request.clone()).await {
                Ok(answer) => {
                    log_warnings(scheduler_id, &answer.warnings);
                    return Ok(());
                }
                Err(error) => error,
            };
            let Some(rest) = without_refused(&request, &error) else { return Err(error) };
            tracing::warn!(
                target: "nightbell",
                "{scheduler_id} is registered without what was refused: {error}"
            );
            request = rest;
        }
    }
}

/// None: nothing can be left out.
fn without_refused(
    request: &RegisterSchedulerRequest,
    error: &Error,
) -> Option<RegisterSchedulerRequest> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(request) else { return None };
    let mut has_less = false;
    for (field, _) in error.field_violations() {
        let name = field.split(['.', '[']).next().unwrap_or_default();
        has_less |= name != "scheduler_id" && fields.remove(name).is_some();
    }
    serde_json::from_value(Value::Object(fields)).ok().filter(|_| has_less)
}

pub(super) fn log_warnings(scheduler_id: &str, warnings: &[Warning]) {
    for Warning { reason, field, message } in warnings {
        tracing::warn!(
            target: "nightbell",
            "the server changed a report of {scheduler_id}: {message} ({reason} {field})"
        );
    }
}
