//! Between the contract's messages and what the server works with.
//!
//! A message is converted once, at the boundary, into a value that cannot be wrong.
//! What of a report can be mended is mended with a warning; what cannot is a
//! [`Violation`] that names the field by its path in the request. The way out is
//! total: every value has a message.

pub mod answer;
pub mod audit;
pub mod channel;
pub mod explain;
pub mod incident;
pub mod key;
pub mod metadata;
pub mod page;
mod policy;
pub mod preview;
mod reading;
pub mod report;
pub mod route;
pub mod run;
pub mod scheduler;
pub mod settings;
pub mod silence;
pub mod status;
pub mod text;
pub mod time;

#[cfg(test)]
mod report_tests;
#[cfg(test)]
mod settings_tests;

use nightbell_domain::settings::{Violation, Warning};
use nightbell_proto::v1;

use crate::error::ServiceError;

/// A refusal for one field.
pub fn invalid(
    field: impl Into<String>,
    reason: &'static str,
    rule: impl Into<String>,
) -> ServiceError {
    Violation::new(field, reason, rule).into_refusal()
}

/// `value`, unless rules were broken on the way to it.
pub(crate) fn unless_violated<T>(value: T, violations: Vec<Violation>) -> Result<T, ServiceError> {
    if violations.is_empty() { Ok(value) } else { Err(ServiceError::Invalid(violations)) }
}

/// A violation as a refusal of its own.
pub(crate) trait IntoRefusal {
    /// The refusal.
    fn into_refusal(self) -> ServiceError;
}

impl IntoRefusal for Violation {
    fn into_refusal(self) -> ServiceError {
        ServiceError::Invalid(vec![self])
    }
}

/// A warning as the caller reads it.
pub fn warning(warning: Warning) -> v1::Warning {
    v1::Warning {
        reason: warning.reason.to_owned(),
        field: warning.field,
        message: warning.message,
    }
}
