//! Holds what the domain found against what the oracle knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::AddAssign;

use nightbell_domain::incident::{EventKind, Incident, Reason};
use nightbell_domain::time::Timestamp;

use crate::calendar::{Ms, SECOND};
use crate::job::{Declares, EARLY, Job, Plan};
use crate::life::{Fate, Life};
use crate::oracle::{Due, Kind, Oracle, Subject, expected};
use crate::server::Server;
use crate::sky::Sky;
use crate::wire::Delivered;

/// What became of the fates of one kind.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Fates {
    pub(crate) all: u64,
    /// Found at its deadline.
    pub(crate) found: u64,
    /// No limit was set that could find it.
    pub(crate) unbounded: u64,
    /// What would have shown it was lost, or came with its remedy.
    pub(crate) unseen: u64,
    pub(crate) missed: u64,
}

/// What was found in a world, or in many.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) fates: BTreeMap<Fate, Fates>,
    pub(crate) slots: u64,
    pub(crate) unknown: u64,
    pub(crate) alarms: u64,
    /// Alarms for what truly happened.
    pub(crate) true_alarms: u64,
    /// Alarms for what the job's network swallowed or held back.
    pub(crate) by_network: u64,
    /// Alarms for runs whose end the job said once, while the server was down.
    pub(crate) by_outage: u64,
    pub(crate) false_alarms: u64,
    pub(crate) missed: u64,
    pub(crate) inputs: u64,
    /// What is wrong, in words.
    pub(crate) troubles: Vec<String>,
}

pub(crate) struct Trial<'a> {
    pub(crate) job: &'a Job,
    pub(crate) life: &'a Life,
    pub(crate) sky: &'a Sky,
    pub(crate) delivered: &'a Delivered,
    pub(crate) oracle: &'a Oracle<'a>,
    pub(crate) server: &'a Server<'a>,
    pub(crate) until: Ms,
}

struct Told {
    reason: Reason,
    opened_at: Ms,
    resolved_at: Ms,
}

impl Trial<'_> {
    pub(crate) fn judge(&self, tally: &mut Tally) {
        let told = self.incidents(tally);
        for alarm in &told {
            self.judge_alarm(alarm, tally);
        }
        self.judge_dues(&told, tally);
        self.judge_fates(&told, tally);
        self.judge_slots(tally);
    }

    /// The incidents; of each reason they must alternate with times in which all is well.
    fn incidents(&self, tally: &mut Tally) -> Vec<Told> {
        let mut open: BTreeMap<Reason, usize> = BTreeMap::new();
        let mut told: Vec<Told> = Vec::new();
        for event in &self.server.events {
            let Incident { reason, resolved, .. } = &event.incident;
            let found = [event.incident.last_found_at(), event.incident.last_onset_at()];
            let [opened_at, onset_at] = found.map(Timestamp::as_millis);
            match (event.kind, open.remove(reason)) {
                (EventKind::Opened | EventKind::Reopened, None) if onset_at <= opened_at => {
                    open.insert(*reason, told.len());
                    told.push(Told { reason: *reason, opened_at, resolved_at: Ms::MAX });
                }
                (EventKind::Resolved, Some(place)) => {
                    let at = resolved.map_or(Ms::MIN, |(at, _)| at.as_millis());
                    told[place].resolved_at = at;
                    if at < told[place].opened_at {
                        tally.troubles.push(format!("{reason:?} ended before it began"));
                    }
                }
                (kind, _) => tally.troubles.push(format!("{reason:?} {kind:?} out of turn")),
            }
        }
        told
    }

    fn judge_alarm(&self, alarm: &Told, tally: &mut Tally) {
        tally.alarms += 1;
        let is_due = |due: &&Due| {
            due.kind.includes(alarm.reason) && (due.at - alarm.opened_at).abs() < SECOND
        };
        let dues: Vec<&Due> = self.oracle.dues.iter().filter(is_due).collect();
        if dues.iter().any(|due| self.oracle.is_true(due)) {
            tally.true_alarms += 1;
        } else if dues.iter().any(|due| self.is_disturbed(due)) {
            tally.by_network += 1;
        } else if dues.iter().any(|due| self.was_swallowed(due)) {
            tally.by_outage += 1;
        } else {
            tally.false_alarms += 1;
            let Told { reason, opened_at, .. } = alarm;
            tally.troubles.push(format!("false: {reason:?} at {opened_at}, due: {dues:?}"));
        }
    }

    fn is_disturbed(&self, due: &Due) -> bool {
        let is_run_disturbed = |run: &usize| self.delivered.is_disturbed[*run];
        match &due.of {
            Subject::Runs(runs) => runs.iter().any(is_run_disturbed),
            Subject::Slot(place) => {
                self.life.slots[*place].1.is_some_and(|run| is_run_disturbed(&run))
            }
            Subject::Beats(from) => {
                let is_cut = |(cut, back): &(Ms, Ms)| *cut < due.at && *back > *from;
                self.delivered.partitions.iter().any(is_cut)
            }
        }
    }

    /// Whether the end of a run fell into an outage and was not kept by its job.
    fn was_swallowed(&self, due: &Due) -> bool {
        let Subject::Runs(runs) = &due.of else { return false };
        !self.job.client.spools
            && runs.iter().any(|run| {
                let over_at = self.life.runs[*run].over_at;
                !self.sky.hears(over_at) || !self.sky.hears(over_at + 2 * SECOND)
            })
    }

    fn is_covered(told: &[Told], due: &Due) -> bool {
        told.iter().any(|it| {
            due.kind.includes(it.reason)
                && it.opened_at < due.at + SECOND
                && it.resolved_at >= due.at
        })
    }

    fn judge_dues(&self, told: &[Told], tally: &mut Tally) {
        for due in self.oracle.dues.iter().filter(|due| due.at < self.until - SECOND) {
            let is_unknown = match due.of {
                Subject::Slot(place) if !due.must => {
                    let slot = self.life.slots[place].0;
                    self.server.unknown.iter().any(|(_, unknown)| *unknown == slot)
                }
                _ => !due.must,
            };
            if !is_unknown && !Self::is_covered(told, due) {
                tally.missed += 1;
                tally.troubles.push(format!("missed: {due:?}"));
            }
        }
    }

    fn judge_fates(&self, told: &[Told], tally: &mut Tally) {
        let is_found = |kinds: &[Kind], of: &dyn Fn(&Subject) -> bool| {
            let mut dues = self
                .oracle
                .dues
                .iter()
                .filter(|due| kinds.contains(&due.kind) && due.at < self.until && of(&due.of));
            dues.any(|due| Self::is_covered(told, due))
        };
        for (place, (slot, run)) in self.life.slots.iter().enumerate() {
            let fate = run.map_or(Fate::NeverStarts, |run| self.life.runs[run].fate);
            if !matches!(fate, Fate::NeverStarts | Fate::StartsLate) {
                continue;
            }
            let found = is_found(expected(fate), &|of| *of == Subject::Slot(place));
            let is_clean = !self.sky.was_dark(slot - EARLY, slot + self.job.grace());
            self.count(fate, found, true, is_clean, self.oracle.slot_at(*slot), tally);
        }
        for (number, run) in self.life.runs.iter().enumerate() {
            if run.fate == Fate::StartsLate {
                continue;
            }
            let kinds = expected(run.fate);
            let found =
                is_found(kinds, &|of| matches!(of, Subject::Runs(runs) if runs.contains(&number)));
            let is_dark = self.sky.was_dark(run.began_at - SECOND, run.over_at + 2 * SECOND);
            // A job goes on waiting for a while when an outage is over.
            let is_muted = run.fate == Fate::Dies && self.delivered.is_muted[number];
            let is_hidden = is_dark || is_muted || self.oracle.hidden.contains(&number);
            let is_clean = !is_hidden && !self.delivered.is_disturbed[number];
            let limits = [self.job.silence_limit(), self.job.max_runtime].into_iter().flatten();
            let bound = run.over_at + limits.max().unwrap_or(0) + 2 * SECOND;
            let bound = self.sky.moved(bound, run.began_at, bound - run.began_at);
            self.count(run.fate, found, self.is_bounded(number), is_clean, bound, tally);
        }
        for death in &self.life.deaths {
            let heard = self.delivered.arrivals.iter().map(|it| it.at);
            let last_heard = heard.take_while(|at| *at < death + 100).last();
            // It may have been found silent before, for its network was cut, and dies then.
            let found = self.oracle.dues.iter().any(|due| {
                let Subject::Beats(from) = due.of else { return false };
                Some(from) == last_heard && Self::is_covered(told, due)
            });
            let limit = 2 * self.job.silence_limit().expect("it beats");
            // One of which nothing ever arrived is not known to beat.
            let is_clean = last_heard.is_some() && !self.sky.was_dark(*death, death + limit);
            let bound = self.sky.moved(death + limit, *death, limit);
            self.count(Fate::StopsBeating, found, true, is_clean, bound, tally);
        }
    }

    /// Whether some limit can find what becomes of a run.
    fn is_bounded(&self, run: usize) -> bool {
        let run = &self.life.runs[run];
        let declared_after = match (self.job.beat, self.job.declares) {
            (Some(_), Declares::BySetting) => 0,
            (Some(_), _) if self.job.client.streams => 0,
            (Some(beat), _) => beat,
            (None, _) => Ms::MAX,
        };
        let says_enough = run.over_at - run.began_at > declared_after;
        run.fate != Fate::Dies || self.job.max_runtime.is_some() || says_enough
    }

    fn count(
        &self,
        fate: Fate,
        found: bool,
        is_bounded: bool,
        is_clean: bool,
        bound: Ms,
        tally: &mut Tally,
    ) {
        if bound >= self.until - SECOND {
            return;
        }
        let fates = tally.fates.entry(fate).or_default();
        fates.all += 1;
        if expected(fate).is_empty() {
            return;
        }
        match (found, is_bounded, is_clean) {
            (true, ..) => fates.found += 1,
            (_, false, _) => fates.unbounded += 1,
            (.., false) => fates.unseen += 1,
            _ => {
                fates.missed += 1;
                tally.missed += 1;
                tally.troubles.push(format!("missed: {fate:?}, to be found until {bound}"));
            }
        }
    }

    /// Every slot has one end: a run in time, missed, or unknown.
    fn judge_slots(&self, tally: &mut Tally) {
        if !matches!(self.job.plan, Plan::Clock(_)) {
            return;
        }
        let is_over = |slot: &Ms| self.oracle.slot_at(*slot) < self.until;
        let passed: BTreeSet<Ms> =
            self.life.slots.iter().map(|(slot, _)| *slot).filter(is_over).collect();
        let taken = self.server.runs.values().filter_map(|run| run.slot).map(Timestamp::as_millis);
        let taken: Vec<Ms> = taken.filter(is_over).collect();
        let once: BTreeSet<Ms> = taken.iter().copied().collect();
        let met: BTreeSet<Ms> = self.oracle.met.iter().copied().filter(is_over).collect();
        let unknown: BTreeSet<Ms> = self.server.unknown.iter().map(|(_, slot)| *slot).collect();
        let mut last: BTreeMap<_, u32> = BTreeMap::new();
        for event in &self.server.events {
            last.insert(event.incident.id, event.incident.missed_slots);
        }
        for incident in &self.server.scheduler().state.incidents {
            last.insert(incident.id, incident.missed_slots);
        }
        let missed: u32 = last.values().sum();
        let missed = usize::try_from(missed).expect("a few");
        tally.slots += passed.len() as u64;
        tally.unknown += unknown.len() as u64;
        let is_conserved = taken.len() == once.len()
            && met.is_subset(&once)
            && once.is_subset(&passed)
            && met.is_disjoint(&unknown)
            && met.len() + missed + unknown.len() == passed.len();
        if !is_conserved {
            let [passed, met, unknown] = [passed.len(), met.len(), unknown.len()];
            let taken = taken.len();
            tally.troubles.push(format!(
                "slots: {passed} passed, {taken} taken, {met} met, {missed} missed, {unknown} unknown"
            ));
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        for (fate, more) in other.fates {
            let fates = self.fates.entry(fate).or_default();
            fates.all += more.all;
            fates.found += more.found;
            fates.unbounded += more.unbounded;
            fates.unseen += more.unseen;
            fates.missed += more.missed;
        }
        self.slots += other.slots;
        self.unknown += other.unknown;
        self.alarms += other.alarms;
        self.true_alarms += other.true_alarms;
        self.by_network += other.by_network;
        self.by_outage += other.by_outage;
        self.false_alarms += other.false_alarms;
        self.missed += other.missed;
        self.inputs += other.inputs;
        self.troubles.extend(other.troubles);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = ["true fate", "all", "found", "no limit", "unseen", "missed"];
        let [name, rest @ ..] = columns;
        writeln!(
            f,
            "{name:<14}{:>12}{:>12}{:>12}{:>12}{:>12}",
            rest[0], rest[1], rest[2], rest[3], rest[4]
        )?;
        for (fate, it) in &self.fates {
            let name = format!("{fate:?}");
            let Fates { all, found, unbounded, unseen, missed } = it;
            writeln!(f, "{name:<14}{all:>12}{found:>12}{unbounded:>12}{unseen:>12}{missed:>12}")?;
        }
        let Self { slots, unknown, alarms, true_alarms, by_network, by_outage, .. } = self;
        writeln!(f, "{} reports decided; {slots} slots, {unknown} unknown", self.inputs)?;
        writeln!(
            f,
            "{alarms} alarms: {true_alarms} true, {by_network} for reports lost or late on the \
             job's side, {by_outage} for ends said once while the server was down"
        )?;
        write!(f, "false: {}, missed: {}", self.false_alarms, self.missed)
    }
}
