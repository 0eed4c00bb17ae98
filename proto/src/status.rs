//! Refusals with the details that both transports show.
//!
//! A refusal travels as a `tonic::Status` whose details are google.rpc's
//! `ErrorInfo`, `BadRequest` and `RetryInfo`. REST shows the same facts as
//! [`error_response`](crate::rest::error_response) writes them.

use std::time::Duration;

use tonic::{Code, Status, metadata::MetadataValue};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// The domain of every `ErrorInfo` of ours.
pub const DOMAIN: &str = "nightbell";

/// Begins a refusal.
///
/// `reason` is the stable word in upper case that programs compare; `message`
/// says to a person what to do about it.
///
/// # Examples
///
/// ```
/// use nightbell_proto::status::refusal;
/// use std::time::Duration;
/// use tonic::Code;
///
/// let status = refusal(Code::ResourceExhausted, "RATE_LIMITED", "too many requests")
///     .retry_after(Duration::from_millis(1_500))
///     .into_status();
///
/// assert_eq!(status.code(), Code::ResourceExhausted);
/// assert_eq!(status.metadata().get("retry-after").unwrap(), "2");
/// ```
pub fn refusal(code: Code, reason: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { code, reason, message: message.into(), violations: vec![], retry_after: None }
}

/// A refusal in the making.
#[derive(Debug, Clone)]
#[must_use = "a refusal does nothing until it is returned as a status"]
pub struct Refusal {
    code: Code,
    reason: &'static str,
    message: String,
    violations: Vec<FieldViolation>,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// Names a field that broke a rule, for the refusal's own reason.
    pub fn field(self, path: impl Into<String>, rule: impl Into<String>) -> Self {
        let reason = self.reason;
        self.violation(path, reason, rule)
    }

    /// Names a field that broke a rule, for a reason of its own.
    pub fn violation(
        mut self,
        path: impl Into<String>,
        reason: &'static str,
        rule: impl Into<String>,
    ) -> Self {
        let mut violation = FieldViolation::new(path, rule);
        reason.clone_into(&mut violation.reason);
        self.violations.push(violation);
        self
    }

    /// Says when to try again. Also makes the refusal one that may be repeated.
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// The refusal as both transports send it. Over gRPC a `retry-after` in
    /// whole seconds stands in the metadata too, for clients that read no
    /// details.
    pub fn into_status(self) -> Status {
        let mut details = ErrorDetails::new();
        details.set_error_info(self.reason, DOMAIN, [] as [(String, String); 0]);
        if !self.violations.is_empty() {
            details.set_bad_request(self.violations);
        }
        if let Some(delay) = self.retry_after {
            details.set_retry_info(Some(delay));
        }
        let mut status = Status::with_error_details(self.code, self.message, details);
        if let Some(delay) = self.retry_after {
            let seconds = MetadataValue::from(whole_seconds(delay));
            status.metadata_mut().insert("retry-after", seconds);
        }
        status
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        refusal.into_status()
    }
}

/// Rounded up, so that nobody comes back too early.
pub(crate) fn whole_seconds(delay: Duration) -> u64 {
    delay.as_secs() + u64::from(delay.subsec_nanos() > 0)
}
