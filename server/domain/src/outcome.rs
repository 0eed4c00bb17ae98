//! How the last runs and slots of a scheduler went, for thresholds.

use serde::{Deserialize, Serialize};

use crate::id::RunId;
use crate::settings::Settings;
use crate::time::Timestamp;

/// What an outcome is the outcome of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A run.
    Run(RunId),
    /// A slot that no run took.
    Slot(Timestamp),
}

/// How one run or slot went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Outcome {
    /// When that was decided: when the run ended, or had to begin.
    pub at: Timestamp,
    /// What it is the outcome of.
    pub of: Origin,
    /// Whether it went badly.
    pub is_bad: bool,
}

/// So many of the last few outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub window: usize,
}

impl Threshold {
    /// The outcomes that open an incident.
    pub fn of_failure(settings: &Settings) -> Self {
        Self::new(settings.failure_threshold, settings.failure_window)
    }

    /// The outcomes that end one.
    pub fn of_recovery(settings: &Settings) -> Self {
        Self::new(settings.recovery_threshold, settings.recovery_window)
    }

    fn new(count: Option<u32>, window: Option<u32>) -> Self {
        let count = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX));
        let window = window.map_or(count, |window| usize::try_from(window).unwrap_or(usize::MAX));
        Self { count, window: window.max(count) }
    }

    /// Whether a single outcome decides, so that none need be remembered.
    pub fn is_immediate(self) -> bool {
        self.count == 1
    }
}

/// The outcomes that thresholds are held against, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outcomes(Vec<Outcome>);

impl Outcomes {
    /// Notes how something went, in place of what was known of it. Only as many are
    /// kept as the thresholds of `settings` ask for.
    pub(crate) fn note(&mut self, outcome: Outcome, settings: &Settings) {
        let thresholds = [Threshold::of_failure(settings), Threshold::of_recovery(settings)];
        if thresholds.iter().all(|threshold| threshold.is_immediate()) {
            self.0.clear();
            return;
        }
        self.forget(&outcome.of);
        let place = self.0.partition_point(|known| *known < outcome);
        self.0.insert(place, outcome);
        let kept = thresholds.iter().map(|threshold| threshold.window).max().unwrap_or_default();
        self.0.drain(..self.0.len().saturating_sub(kept));
    }

    /// Takes back what was noted of `origin`.
    pub(crate) fn forget(&mut self, origin: &Origin) {
        self.0.retain(|known| known.of != *origin);
    }

    /// The bad ones among the last that count for `threshold`.
    pub(crate) fn bad(&self, threshold: Threshold) -> impl Iterator<Item = &Outcome> {
        self.last(threshold).filter(|outcome| outcome.is_bad)
    }

    /// How many of the last that count for `threshold` went well after `since`.
    pub(crate) fn good_since(&self, threshold: Threshold, since: Timestamp) -> usize {
        let good = |outcome: &&Outcome| !outcome.is_bad && outcome.at > since;
        self.last(threshold).filter(good).count()
    }

    fn last(&self, threshold: Threshold) -> impl Iterator<Item = &Outcome> {
        self.0[self.0.len().saturating_sub(threshold.window)..].iter()
    }
}
