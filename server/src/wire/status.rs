//! Refusals as both transports send them.

use std::error::Error;
use std::time::Duration;

use nightbell_domain::settings::Violation;
use nightbell_proto::status::{Refusal, refusal};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::auth;
use crate::error::ServiceError;

/// The most violations told at once.
const VIOLATIONS_TOLD_MAX: usize = 20;

/// When to come back after a failure of ours that names no time.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl From<ServiceError> for Status {
    fn from(error: ServiceError) -> Self {
        if let ServiceError::Internal(_) = error {
            tracing::error!(error = &error as &dyn Error, "a call failed");
        }
        service_refusal(&error).into_status()
    }
}

impl From<auth::Refusal> for Status {
    fn from(refusal: auth::Refusal) -> Self {
        auth_refusal(refusal).into_status()
    }
}

/// The one table from our errors to what both transports speak.
///
/// No wildcard arm: a new variant must choose its code and its reason.
fn service_refusal(error: &ServiceError) -> Refusal {
    let message = error.to_string();
    match error {
        ServiceError::Invalid(violations) => invalid(violations),
        ServiceError::NotFound { .. } => refusal(Code::NotFound, "NOT_FOUND", message),
        ServiceError::UnknownScheduler(_) => refusal(Code::NotFound, "UNKNOWN_SCHEDULER", message),
        ServiceError::NotYours(_) => refusal(Code::PermissionDenied, "NOT_YOUR_SCHEDULER", message),
        ServiceError::OwnerHeld(_) => refusal(Code::PermissionDenied, "OWNER_HELD", message),
        ServiceError::IdTakenByCase(_) => {
            refusal(Code::AlreadyExists, "ID_DIFFERS_BY_CASE", message)
        }
        ServiceError::SequenceReused => refusal(Code::AlreadyExists, "SEQUENCE_REUSED", message),
        ServiceError::TerminalConflict { .. } => {
            refusal(Code::Aborted, "TERMINAL_CONFLICT", message)
        }
        ServiceError::Precondition(_) => {
            refusal(Code::FailedPrecondition, "FAILED_PRECONDITION", message)
        }
        ServiceError::Quota { .. } => refusal(Code::ResourceExhausted, "QUOTA", message),
        ServiceError::ReplayTooOld => refusal(Code::OutOfRange, "REPLAY_TOO_OLD", message),
        ServiceError::Forbidden(_) => refusal(Code::PermissionDenied, "FORBIDDEN", message),
        ServiceError::Unavailable { retry_after } => {
            refusal(Code::Unavailable, "UNAVAILABLE", message).retry_after(*retry_after)
        }
        ServiceError::Internal(_) => refusal(Code::Internal, "INTERNAL", message),
    }
}

/// One refusal of all violations. The first gives it its reason.
fn invalid(violations: &[Violation]) -> Refusal {
    let (reason, message) = match violations {
        [] => ("BAD_VALUE", "the request breaks a rule".to_owned()),
        [only] => (only.reason, format!("{}: {}", only.field, only.rule)),
        [first, others @ ..] => {
            let text = format!("{}: {} (and {} more)", first.field, first.rule, others.len());
            (first.reason, text)
        }
    };
    violations.iter().take(VIOLATIONS_TOLD_MAX).fold(
        refusal(Code::InvalidArgument, reason, message),
        |refusal, violation| {
            refusal.violation(violation.field.clone(), violation.reason, violation.rule.clone())
        },
    )
}

fn auth_refusal(error: auth::Refusal) -> Refusal {
    let code = match error {
        auth::Refusal::NoCredential
        | auth::Refusal::BadCredential
        | auth::Refusal::Ambiguous
        | auth::Refusal::InQuery => Code::Unauthenticated,
        auth::Refusal::Forbidden => Code::PermissionDenied,
        auth::Refusal::RateLimited { .. } => Code::ResourceExhausted,
        auth::Refusal::Unavailable => Code::Unavailable,
    };
    let told = refusal(code, error.reason(), error.to_string());
    match error {
        auth::Refusal::RateLimited { retry_after } => told.retry_after(retry_after),
        auth::Refusal::Unavailable => told.retry_after(RETRY_AFTER),
        _ => told,
    }
}

/// The stable reason in a refusal; empty if it has none.
pub fn reason_of(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use nightbell_domain::id::SchedulerId;
    use nightbell_domain::key::Role;
    use nightbell_domain::report::Status as Reported;

    use super::*;

    fn id() -> SchedulerId {
        SchedulerId::parse("nightly").unwrap()
    }

    #[test]
    fn every_error_has_its_code_and_reason() {
        let secret = || -> ServiceError { ServiceError::Internal("disk /dev/sda1".into()) };
        let table = [
            (invalid_of(&["BAD_ID"]), Code::InvalidArgument, "BAD_ID"),
            (ServiceError::NotFound { kind: "incident" }, Code::NotFound, "NOT_FOUND"),
            (ServiceError::UnknownScheduler(id()), Code::NotFound, "UNKNOWN_SCHEDULER"),
            (ServiceError::NotYours(id()), Code::PermissionDenied, "NOT_YOUR_SCHEDULER"),
            (ServiceError::OwnerHeld(Role::Admin), Code::PermissionDenied, "OWNER_HELD"),
            (ServiceError::IdTakenByCase(id()), Code::AlreadyExists, "ID_DIFFERS_BY_CASE"),
            (ServiceError::SequenceReused, Code::AlreadyExists, "SEQUENCE_REUSED"),
            (
                ServiceError::TerminalConflict { status: Reported::Failed },
                Code::Aborted,
                "TERMINAL_CONFLICT",
            ),
            (
                ServiceError::Precondition("the run has ended"),
                Code::FailedPrecondition,
                "FAILED_PRECONDITION",
            ),
            (ServiceError::Quota { what: "keys", max: 7 }, Code::ResourceExhausted, "QUOTA"),
            (ServiceError::ReplayTooOld, Code::OutOfRange, "REPLAY_TOO_OLD"),
            (ServiceError::Forbidden("no"), Code::PermissionDenied, "FORBIDDEN"),
            (
                ServiceError::Unavailable { retry_after: Duration::from_secs(3) },
                Code::Unavailable,
                "UNAVAILABLE",
            ),
            (secret(), Code::Internal, "INTERNAL"),
        ];
        for (error, code, reason) in table {
            let status = Status::from(error);
            assert_eq!((status.code(), reason_of(&status).as_str()), (code, reason));
            assert!(!status.message().is_empty());
        }
        assert_eq!(Status::from(secret()).message(), "internal error");
    }

    #[test]
    fn every_violation_is_named_with_its_field() {
        let status = Status::from(invalid_of(&["BAD_ID", "BAD_STATUS"]));
        assert_eq!(status.message(), "field0: is wrong (and 1 more)");
        let named = status.get_details_bad_request().unwrap().field_violations;
        let fields: Vec<_> = named.iter().map(|v| (v.field.as_str(), v.reason.as_str())).collect();
        assert_eq!(fields, [("field0", "BAD_ID"), ("field1", "BAD_STATUS")]);
    }

    #[test]
    fn who_may_come_back_is_told_when() {
        let later = Duration::from_millis(1_500);
        for status in [
            Status::from(ServiceError::Unavailable { retry_after: later }),
            Status::from(auth::Refusal::RateLimited { retry_after: later }),
        ] {
            let told = status.get_details_retry_info().unwrap().retry_delay;
            assert_eq!(told, Some(later));
        }
    }

    #[test]
    fn callers_that_are_not_let_in_learn_as_little_as_they_may() {
        for (refusal, code) in [
            (auth::Refusal::NoCredential, Code::Unauthenticated),
            (auth::Refusal::BadCredential, Code::Unauthenticated),
            (auth::Refusal::Ambiguous, Code::Unauthenticated),
            (auth::Refusal::InQuery, Code::Unauthenticated),
            (auth::Refusal::Forbidden, Code::PermissionDenied),
            (
                auth::Refusal::RateLimited { retry_after: Duration::from_secs(1) },
                Code::ResourceExhausted,
            ),
            (auth::Refusal::Unavailable, Code::Unavailable),
        ] {
            let status = Status::from(refusal);
            assert_eq!(status.code(), code);
            assert_eq!(reason_of(&status), refusal.reason());
        }
    }

    fn invalid_of(reasons: &[&'static str]) -> ServiceError {
        let violation = |(n, reason): (usize, &&'static str)| {
            Violation::new(format!("field{n}"), reason, "is wrong")
        };
        ServiceError::Invalid(reasons.iter().enumerate().map(violation).collect())
    }
}
