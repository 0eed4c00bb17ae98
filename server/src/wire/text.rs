//! Text that no store keeps, and text that is too long.

use nightbell_domain::settings::{Violation, Warning};

/// Text of a report: NUL, which no store keeps, is replaced with a warning.
pub(crate) fn mended(field: &str, text: String, warnings: &mut Vec<Warning>) -> String {
    if !text.contains('\0') {
        return text;
    }
    warnings.push(Warning::new(
        "REPLACED_CHARACTERS",
        field,
        "characters that are not text were replaced",
    ));
    text.replace('\0', "\u{fffd}")
}

/// Text of anything but a report: NUL breaks a rule, and so does what is longer than
/// `characters_max`.
pub(crate) fn checked(
    field: &str,
    text: String,
    characters_max: usize,
    violations: &mut Vec<Violation>,
) -> String {
    if text.contains('\0') {
        violations.push(Violation::new(field, "BAD_VALUE", "must not contain NUL"));
    }
    if text.chars().count() > characters_max {
        let rule = format!("must be at most {characters_max} characters");
        violations.push(Violation::new(field, "TOO_LONG", rule));
    }
    text
}

/// A name for people: not empty, and as [`checked`].
pub(crate) fn name(
    field: &str,
    text: String,
    characters_max: usize,
    violations: &mut Vec<Violation>,
) -> String {
    if text.is_empty() {
        let rule = format!("must be 1 to {characters_max} characters");
        violations.push(Violation::new(field, "BAD_NAME", rule));
    }
    checked(field, text, characters_max, violations)
}

/// Text, or nothing if it is empty: where nothing can be said in two ways, both mean
/// the same.
pub(crate) fn unless_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
