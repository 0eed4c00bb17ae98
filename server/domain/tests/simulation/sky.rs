//! The times in which the server cannot see, the same for all its schedulers.

use nightbell_domain::blind::BlindWindow;
use nightbell_domain::time::Timestamp;

use crate::calendar::{DAY, HOUR, MINUTE, Ms, SECOND};
use crate::dice::Dice;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outage {
    pub(crate) from: Ms,
    pub(crate) to: Ms,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It was stopped, and closed its streams before.
    Stopped,
    /// It was killed.
    Killed,
    /// It goes on receiving, but judges nothing.
    Paused,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Sky {
    pub(crate) outages: Vec<Outage>,
}

impl Sky {
    pub(crate) fn draw(from: Ms, until: Ms, dice: &mut Dice) -> Self {
        let mut outages = Vec::new();
        let often = dice.magnitude(2 * DAY, 40 * DAY);
        let mut at = from + dice.magnitude(MINUTE, often);
        while at < until {
            let length = if dice.chance(60) {
                dice.magnitude(10 * HOUR, 40 * HOUR)
            } else {
                dice.magnitude(6 * SECOND, 6 * HOUR)
            };
            let kind = dice.weighted(&[(3, Kind::Stopped), (3, Kind::Killed), (2, Kind::Paused)]);
            outages.push(Outage { from: at, to: at + length, kind });
            // Sometimes it stumbles again as soon as it is back.
            let quiet = if dice.chance(200) { 5 * MINUTE } else { 2 * often };
            at += length + dice.magnitude(MINUTE, quiet);
        }
        Self { outages }
    }

    /// Whether reports are received at `at`.
    pub(crate) fn hears(&self, at: Ms) -> bool {
        let deaf = |outage: &Outage| outage.kind != Kind::Paused && outage.covers(at);
        !self.outages.iter().any(deaf)
    }

    /// `deadline`, counted from `from`, moved so far that nothing that happened in the
    /// dark could have prevented it; and whether anything was dark.
    pub(crate) fn moved(&self, deadline: Ms, from: Ms, catch_up: Ms) -> Ms {
        let mut at = deadline;
        for outage in &self.outages {
            if outage.from < at && outage.to > from {
                at = at.max(outage.to + catch_up);
            }
        }
        at
    }

    /// Whether any time from `from` to `until` was dark.
    pub(crate) fn was_dark(&self, from: Ms, until: Ms) -> bool {
        self.outages.iter().any(|outage| outage.from <= until && outage.to > from)
    }
}

impl Outage {
    pub(crate) fn covers(&self, at: Ms) -> bool {
        self.from < at && at < self.to
    }

    pub(crate) fn window(&self) -> BlindWindow {
        let [from, to] = [self.from, self.to].map(Timestamp::from_millis);
        BlindWindow { from, to }
    }
}
