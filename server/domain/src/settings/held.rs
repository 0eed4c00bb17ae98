//! Whose a setting is: a person's, once a person has changed it, until it is given back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Change, Patch, PatchRefusal, Settings, Violation, Warning};
use crate::key::Role;

/// The names of settings that people have changed. A registration leaves them as they
/// are: jobs register at every start, with what their code says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Held(BTreeSet<String>);

impl Held {
    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Settings {
    /// Notes that a person has changed what `names` says.
    pub(crate) fn hold(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.held.0.extend(names.into_iter().map(str::to_owned));
    }

    /// Gives settings back to the registrations of the job; without names, all of them.
    /// Each keeps its value until a registration says another.
    ///
    /// # Errors
    ///
    /// Every name that is no setting.
    pub(crate) fn release(&mut self, names: &[String]) -> Result<(), Vec<Violation>> {
        let mut known = Patch::default();
        let known = known.changes().map(|(name, _)| name);
        let unknown = names.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str()));
        let violations: Vec<_> = unknown
            .map(|(place, _)| {
                Violation::new(format!("names[{place}]"), "UNKNOWN_FIELD", "must name a setting")
            })
            .collect();
        if !violations.is_empty() {
            return Err(violations);
        }
        self.held.0.retain(|name| !names.is_empty() && !names.contains(name));
        Ok(())
    }

    /// These settings once a job has registered `patch`, and a warning for each setting
    /// that stays as it is because people have set some. If the rest does not go with
    /// what they have set all stays: a job is not to fail at its start by that.
    ///
    /// # Errors
    ///
    /// As [`Settings::patched`], for what the job itself has wrong.
    pub(crate) fn registered(
        &self,
        patch: Patch,
        by: Role,
    ) -> Result<(Self, Vec<Warning>), PatchRefusal> {
        let mut rest = patch.clone();
        rest.keep(|name| self.held.0.contains(name));
        let held = "was set by a person and stays as it is; release it to set it here";
        let mut warnings = self.unchanged(&patch, by, self.held.names(), held);
        match self.patched(rest.clone(), by) {
            Err(PatchRefusal::Invalid(_)) if self.unheld(by).patched(patch, by).is_ok() => {
                let unfit = "does not go with what a person has set and stays as it is";
                let names = rest.names();
                warnings.extend(self.unchanged(&rest, by, names.into_iter(), unfit));
                Ok((self.clone(), warnings))
            }
            patched => Ok((patched?, warnings)),
        }
    }

    /// These settings as if people had set none; names are always set.
    fn unheld(&self, by: Role) -> Self {
        let mut patch = Patch::default();
        for (name, change) in patch.changes() {
            if self.held.0.contains(name) && !matches!(name, "service_name" | "job_name") {
                change.clear();
            }
        }
        Self { owner_set_by: None, ..self.with(patch, by) }
    }

    /// A warning for each of `names` that `patch` would change.
    fn unchanged<'a>(
        &self,
        patch: &Patch,
        by: Role,
        names: impl Iterator<Item = &'a str>,
        message: &str,
    ) -> Vec<Warning> {
        let changes = |name: &&str| {
            let mut alone = patch.clone();
            alone.keep(|other| other != *name);
            self.with(alone, by) != *self
        };
        { names }.filter(changes).map(|name| Warning::new("SETTING_HELD", name, message)).collect()
    }
}

impl Patch {
    /// The names of the settings that it says something about.
    pub fn names(&mut self) -> Vec<&'static str> {
        self.changes().into_iter().filter(|(_, it)| !it.is_none()).map(|(name, _)| name).collect()
    }

    /// Says nothing any more about the settings that `which` picks.
    fn keep(&mut self, which: impl Fn(&str) -> bool) {
        for (name, change) in self.changes() {
            if which(name) {
                change.drop();
            }
        }
    }

    /// What it says about each setting, by the name that the contract has for it.
    fn changes(&mut self) -> [(&'static str, &mut dyn Droppable); 22] {
        [
            ("service_name", &mut self.service_name),
            ("job_name", &mut self.job_name),
            ("owner_email", &mut self.owner_email),
            ("alert_user_id", &mut self.alert_user_id),
            ("schedules", &mut self.schedules),
            ("timezone", &mut self.timezone),
            ("cron_profile", &mut self.cron_profile),
            ("start_grace", &mut self.start_grace),
            ("heartbeat_interval", &mut self.heartbeat_interval),
            ("heartbeat_timeout", &mut self.heartbeat_timeout),
            ("max_runtime", &mut self.max_runtime),
            ("finish_by", &mut self.finish_by),
            ("early_tolerance", &mut self.early_tolerance),
            ("min_runtime", &mut self.min_runtime),
            ("progress_timeout", &mut self.progress_timeout),
            ("failure_threshold", &mut self.failure_threshold),
            ("failure_window", &mut self.failure_window),
            ("recovery_threshold", &mut self.recovery_threshold),
            ("recovery_window", &mut self.recovery_window),
            ("severity", &mut self.severity),
            ("depends_on", &mut self.depends_on),
            ("labels", &mut self.labels),
        ]
    }
}

/// A change of whatever type.
trait Droppable {
    /// Whether it changes nothing.
    fn is_none(&self) -> bool;
    /// Makes it change nothing.
    fn drop(&mut self);
    /// Makes it take the value away.
    fn clear(&mut self);
}

impl<T> Droppable for Change<T> {
    fn is_none(&self) -> bool {
        matches!(self, Self::Keep)
    }

    fn drop(&mut self) {
        *self = Self::Keep;
    }

    fn clear(&mut self) {
        *self = Self::Clear;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_the_name_that_it_is_stored_by() {
        let stored = serde_json::to_value(Settings::default()).unwrap();
        let mut stored: Vec<_> = stored.as_object().unwrap().keys().cloned().collect();
        stored.retain(|name| name != "held" && name != "owner_set_by");
        let mut patch = Patch::default();
        let mut named: Vec<_> = patch.changes().map(|(name, _)| name.to_owned()).into();
        named.sort();
        stored.sort();
        assert_eq!(named, stored);
    }
}
