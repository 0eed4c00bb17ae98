//! Which schedulers a rule of a project is about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::SchedulerId;
use crate::settings::{LABELS_MAX, Settings, Violation};

/// Chooses schedulers: all that it says must be so, what it leaves out may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selector {
    /// The only scheduler.
    pub scheduler_id: Option<String>,
    /// The service.
    pub service_name: Option<String>,
    /// Labels that it has, each with this value.
    pub labels: BTreeMap<String, String>,
}

impl Selector {
    /// Whether it says nothing, and so chooses every scheduler.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it chooses the scheduler `id` with these settings.
    pub fn selects(&self, id: &SchedulerId, settings: &Settings) -> bool {
        let Self { scheduler_id, service_name, labels } = self;
        scheduler_id.as_ref().is_none_or(|only| *only == id.as_str())
            && service_name.as_ref().is_none_or(|name| *name == settings.service_name)
            && labels.iter().all(|(name, value)| settings.labels.get(name) == Some(value))
    }

    /// The rules that it breaks, its fields below `field`.
    pub(crate) fn violations(&self, field: &str) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.scheduler_id.as_ref().is_some_and(|id| SchedulerId::parse(id).is_err()) {
            let field = format!("{field}.scheduler_id");
            found.push(Violation::new(field, "BAD_ID", "must be a scheduler's id"));
        }
        if self.service_name.as_ref().is_some_and(|name| name.chars().count() > 200) {
            let field = format!("{field}.service_name");
            found.push(Violation::new(field, "TOO_LONG", "must be at most 200 characters"));
        }
        if self.labels.len() > LABELS_MAX {
            let rule = format!("must be at most {LABELS_MAX}");
            found.push(Violation::new(format!("{field}.labels"), "TOO_MANY", rule));
        }
        let is_short = |text: &str| !text.is_empty() && text.chars().count() <= 200;
        if !self.labels.iter().all(|(name, value)| is_short(name) && is_short(value)) {
            let rule = "must be names and values of 1 to 200 characters";
            found.push(Violation::new(format!("{field}.labels"), "BAD_LABEL", rule));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{World, plain};

    #[test]
    fn all_that_a_selector_says_must_be_so() {
        let mut scheduler = World::new(plain()).scheduler;
        scheduler.settings.service_name = "billing".to_owned();
        scheduler.settings.labels = [("env".to_owned(), "prod".to_owned())].into();
        let labelled = |value: &str| Selector {
            labels: [("env".to_owned(), value.to_owned())].into(),
            ..Selector::default()
        };
        let is_chosen = |by: Selector| by.selects(&scheduler.id, &scheduler.settings);
        assert!(is_chosen(Selector::default()));
        assert!(is_chosen(labelled("prod")));
        assert!(!is_chosen(labelled("test")));
        let service =
            |name: &str| Selector { service_name: Some(name.to_owned()), ..labelled("prod") };
        assert!(is_chosen(service("billing")));
        assert!(!is_chosen(service("shop")));
        let id = |id: &str| Selector { scheduler_id: Some(id.to_owned()), ..Selector::default() };
        assert!(is_chosen(id(scheduler.id.as_str())));
        assert!(!is_chosen(id("another")));
    }
}
