//! What routes and silences have in common.

use nightbell_domain::selector::Selector;
use nightbell_domain::settings::Violation;
use nightbell_proto::v1;

use super::invalid;
use super::text::unless_empty;
use crate::error::ServiceError;

/// The number that a request names by `text`. What is no id names nothing.
///
/// # Errors
///
/// Such an id cannot be.
pub(super) fn id(kind: &'static str, text: &str) -> Result<i64, ServiceError> {
    let number = text.parse().ok().filter(|number: &i64| number.to_string() == text);
    number.ok_or(ServiceError::NotFound { kind })
}

/// Which schedulers are chosen; without a selector, all.
pub(super) fn selector(
    field: &str,
    selector: Option<v1::Selector>,
    violations: &mut Vec<Violation>,
) -> Selector {
    let v1::Selector { scheduler_id, service_name, labels } = selector.unwrap_or_default();
    let has_nul = |text: &String| text.contains('\0');
    let of_labels = labels.iter().any(|(name, value)| has_nul(name) || has_nul(value));
    if of_labels || has_nul(&scheduler_id) || has_nul(&service_name) {
        violations.push(Violation::new(field, "BAD_VALUE", "must not contain NUL"));
    }
    Selector {
        scheduler_id: unless_empty(scheduler_id),
        service_name: unless_empty(service_name),
        labels,
    }
}

/// A selector as the caller reads it; none if it chooses all.
pub(super) fn shown_selector(selector: Selector) -> Option<v1::Selector> {
    (!selector.is_empty()).then(|| v1::Selector {
        scheduler_id: selector.scheduler_id.unwrap_or_default(),
        service_name: selector.service_name.unwrap_or_default(),
        labels: selector.labels,
    })
}

/// The fields that a mask names.
///
/// # Errors
///
/// It names none.
pub(super) fn paths(mask: Option<prost_types::FieldMask>) -> Result<Vec<String>, ServiceError> {
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    if paths.is_empty() {
        return Err(invalid("update_mask", "REQUIRED", "must name the fields to change"));
    }
    Ok(paths)
}

/// That a mask names what is no setting.
pub(super) fn unknown_path(path: &str) -> ServiceError {
    let shown: String = path.chars().take(64).collect();
    invalid("update_mask", "UNKNOWN_FIELD", format!("names {shown:?}, which is no setting"))
}
