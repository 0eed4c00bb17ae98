//! What must be found, and when, by an account of its own: from what truly happened
//! and from what of it reached the server.

use std::collections::BTreeMap;

use nightbell_domain::incident::Reason;
use nightbell_domain::report::Status;

use crate::calendar::{MINUTE, Ms};
use crate::job::{Declares, EARLY, Job};
use crate::life::{Fate, Life, Word};
use crate::sky::Sky;
use crate::wire::{Arrival, Delivered};

/// Reasons that are one as far as the truth goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Slot,
    Silent,
    Overran,
    Failed,
    /// Another run began before its end.
    Superseded,
}

impl Kind {
    pub(crate) fn includes(self, reason: Reason) -> bool {
        match self {
            Self::Slot => matches!(reason, Reason::Missed | Reason::NeverStarted),
            Self::Silent => matches!(reason, Reason::Stalled | Reason::Lost),
            Self::Overran => reason == Reason::Overran,
            Self::Failed => reason == Reason::Failed,
            Self::Superseded => reason == Reason::Lost,
        }
    }
}

/// Something that is to be found at this very instant, not before and not later.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) at: Ms,
    pub(crate) kind: Kind,
    /// Whether it must be found; otherwise it may.
    pub(crate) must: bool,
    pub(crate) of: Subject,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Runs(Vec<usize>),
    /// Its place in [`Life::slots`].
    Slot(usize),
    /// A job that only beats, after its last beat arrived.
    Beats(Ms),
}

/// One run as the server can know it.
#[derive(Debug, Default)]
struct Seen {
    truth: Vec<usize>,
    /// Arrivals that show life; the first of any kind.
    alive: Vec<Ms>,
    /// When its first status arrived, and when it began by that.
    status: Option<(Ms, Ms)>,
    /// When its start arrived, and when it began.
    start: Option<(Ms, Ms)>,
    end: Option<(Ms, Status, bool)>,
    /// When it first said how often it beats.
    declared_at: Option<Ms>,
    broke_at: Vec<Ms>,
    superseded_at: Option<Ms>,
}

impl Seen {
    fn over_at(&self) -> Ms {
        let end = self.end.map(|(at, ..)| at);
        end.into_iter().chain(self.superseded_at).min().unwrap_or(Ms::MAX)
    }
}

pub(crate) struct Oracle<'a> {
    job: &'a Job,
    life: &'a Life,
    sky: &'a Sky,
    seen: Vec<Seen>,
    pub(crate) dues: Vec<Due>,
    /// The slots that have their run in time.
    pub(crate) met: Vec<Ms>,
    /// The runs that another one followed after a dark time, in which their ends may
    /// have been said in vain.
    pub(crate) hidden: Vec<usize>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(job: &'a Job, life: &'a Life, sky: &'a Sky, delivered: &Delivered) -> Self {
        let (dues, met, hidden) = (Vec::new(), Vec::new(), Vec::new());
        let mut oracle = Self { job, life, sky, seen: Vec::new(), dues, met, hidden };
        oracle.see(&delivered.arrivals);
        for place in 0..oracle.seen.len() {
            oracle.judge_run(place);
        }
        oracle.judge_slots();
        oracle.judge_beats(&delivered.arrivals);
        oracle.dues.sort_by_key(|due| due.at);
        oracle
    }

    fn see(&mut self, arrivals: &[Arrival]) {
        let mut named = BTreeMap::new();
        for it in arrivals {
            let Some(run) = it.run else { continue };
            let is_status = matches!(it.word, Word::Running | Word::End(..));
            let makes = is_status || matches!(it.word, Word::Opened(_));
            let place = if self.job.client.names {
                match named.get(&run) {
                    None if !makes => continue,
                    None => {
                        named.insert(run, self.seen.len());
                        self.begin()
                    }
                    Some(place) => *place,
                }
            } else {
                match self.unnamed(it, run) {
                    Some(place) => place,
                    None => continue,
                }
            };
            self.note(place, run, it);
        }
    }

    fn begin(&mut self) -> usize {
        self.seen.push(Seen::default());
        self.seen.len() - 1
    }

    /// The run that a report without a name belongs to.
    fn unnamed(&mut self, it: &Arrival, run: usize) -> Option<usize> {
        let open = self.seen.len().checked_sub(1).filter(|last| self.seen[*last].end.is_none());
        match it.word {
            _ if it.is_copy => open.filter(|last| self.seen[*last].truth.contains(&run)),
            Word::Running => {
                if let Some(last) = open {
                    self.seen[last].superseded_at = Some(it.at);
                }
                Some(self.begin())
            }
            Word::End(..) => open.or_else(|| Some(self.begin())),
            _ => open,
        }
    }

    fn note(&mut self, place: usize, run: usize, it: &Arrival) {
        let seen = &mut self.seen[place];
        if !seen.truth.contains(&run) {
            seen.truth.push(run);
        }
        match it.word {
            Word::Running => {
                seen.status.get_or_insert((it.at, it.judged_at));
                seen.start.get_or_insert((it.at, it.judged_at));
            }
            Word::End(how, _) => {
                seen.status.get_or_insert((it.at, it.judged_at));
                seen.end.get_or_insert((it.at, how, it.is_live));
            }
            Word::Broke => return seen.broke_at.push(it.at),
            Word::Closed => return,
            Word::Beat(_) | Word::Opened(_) => {
                if seen.end.is_none() {
                    seen.declared_at.get_or_insert(it.at);
                }
            }
        }
        if seen.alive.is_empty() || (it.is_live && seen.end.is_none()) {
            seen.alive.push(it.at);
        }
    }

    fn judge_run(&mut self, place: usize) {
        let seen = &self.seen[place];
        let mut dues = Vec::new();
        let mut lost = Vec::new();
        let mut is_silent = false;
        for (number, from) in seen.alive.iter().enumerate() {
            let next = seen.alive.get(number + 1).copied().unwrap_or(Ms::MAX).min(seen.over_at());
            is_silent = false;
            let Some(at) = self.silent_at(seen, *from).filter(|at| *at < next) else { continue };
            is_silent = true;
            dues.push((at, Kind::Silent, true));
            let limit = self.job.silence_limit().expect("it was silent");
            let broke = seen.broke_at.iter().find(|broke| (*from..next).contains(broke));
            lost.extend(broke.map(|broke| {
                if *broke <= at { (at, next) } else { (self.moved(broke + limit, *broke), next) }
            }));
        }
        dues.extend(self.overran_at(seen, &lost).map(|at| (at, Kind::Overran, true)));
        if let Some((at, Status::Failed, is_live)) = seen.end {
            dues.push((at, Kind::Failed, is_live));
        }
        if let (Some(at), Some(heard_at)) = (seen.superseded_at, seen.alive.last()) {
            let mut outages = self.sky.outages.iter();
            if outages.any(|outage| outage.to > *heard_at && outage.to <= at) {
                self.hidden.extend(&seen.truth);
            } else if !is_silent {
                dues.push((at, Kind::Superseded, true));
            }
        }
        let of = Subject::Runs(seen.truth.clone());
        let dues = dues.into_iter().map(|(at, kind, must)| Due { at, kind, must, of: of.clone() });
        self.dues.extend(dues);
    }

    /// When a silence that began at `from` is too long.
    fn silent_at(&self, seen: &Seen, from: Ms) -> Option<Ms> {
        let is_known = self.job.declares == Declares::BySetting
            || seen.declared_at.is_some_and(|declared| declared <= from);
        Some(self.moved(from + self.job.silence_limit().filter(|_| is_known)?, from))
    }

    fn moved(&self, deadline: Ms, from: Ms) -> Ms {
        let beat = self.job.beat.expect("only what beats can be silent");
        self.sky.moved(deadline, from, (beat + beat / 2).max(MINUTE))
    }

    fn overran_at(&self, seen: &Seen, lost: &[(Ms, Ms)]) -> Option<Ms> {
        let (arrived_at, began_at) = seen.start?;
        let limit = self.job.max_runtime?;
        let mut at = self.sky.moved(began_at + limit, began_at, MINUTE).max(arrived_at);
        if let Some(pause) = self.sky.outages.iter().find(|outage| outage.covers(at)) {
            // It was learned of while nothing was judged.
            at = pause.to;
        }
        for (from, to) in lost {
            if (*from..*to).contains(&at) {
                at = *to;
            }
        }
        (at < seen.over_at()).then_some(at)
    }

    fn judge_slots(&mut self) {
        let slots = &self.life.slots;
        for (place, (slot, _)) in slots.iter().enumerate() {
            let next = slots.get(place + 1).map_or(Ms::MAX, |(next, _)| *next);
            let window = slot - EARLY..next.saturating_sub(EARLY);
            let at = self.slot_at(*slot);
            let is_met = self.seen.iter().filter_map(|seen| seen.status);
            let is_met = { is_met }.any(|(arrived, began)| window.contains(&began) && arrived < at);
            if is_met {
                self.met.push(*slot);
                continue;
            }
            let must = !self.sky.was_dark(slot - EARLY, slot + self.job.grace());
            self.dues.push(Due { at, kind: Kind::Slot, must, of: Subject::Slot(place) });
        }
    }

    /// When a slot without a run is judged.
    pub(crate) fn slot_at(&self, slot: Ms) -> Ms {
        self.sky.moved(slot + self.job.grace(), slot, MINUTE)
    }

    fn judge_beats(&mut self, arrivals: &[Arrival]) {
        let beats: Vec<Ms> =
            arrivals.iter().filter(|it| it.run.is_none()).map(|it| it.at).collect();
        for (number, from) in beats.iter().enumerate() {
            let limit = self.job.silence_limit().expect("it beats");
            let at = self.moved(from + limit, *from);
            if beats.get(number + 1).is_none_or(|next| at < *next) {
                let of = Subject::Beats(*from);
                self.dues.push(Due { at, kind: Kind::Silent, must: true, of });
            }
        }
    }

    /// The deaths of a job that only beats, of which what arrived at `from` was the last
    /// word before `until`.
    fn deaths_within(&self, from: Ms, until: Ms) -> impl Iterator<Item = Ms> {
        let deaths = self.life.deaths.iter().copied();
        deaths.filter(move |death| death + 100 > from && *death < until)
    }

    /// What truth says of a due: whether it is as bad as it looks.
    pub(crate) fn is_true(&self, due: &Due) -> bool {
        match &due.of {
            Subject::Slot(place) => {
                let run = self.life.slots[*place].1;
                run.is_none_or(|run| self.life.runs[run].fate == Fate::StartsLate)
            }
            Subject::Beats(from) => self.deaths_within(*from, due.at).next().is_some(),
            Subject::Runs(runs) => {
                let fate = |run: &usize| expected(self.life.runs[*run].fate).contains(&due.kind);
                runs.iter().any(fate)
            }
        }
    }
}

/// By what a fate may be known.
pub(crate) fn expected(fate: Fate) -> &'static [Kind] {
    match fate {
        Fate::Fails => &[Kind::Failed],
        Fate::NeverStarts | Fate::StartsLate => &[Kind::Slot],
        Fate::Dies => &[Kind::Silent, Kind::Overran, Kind::Superseded],
        Fate::Freezes | Fate::StopsBeating => &[Kind::Silent, Kind::Overran],
        Fate::TakesTooLong => &[Kind::Overran],
        Fate::RunsWell | Fate::StartsEarly | Fate::RunsTwice | Fate::IsCancelled => &[],
    }
}
