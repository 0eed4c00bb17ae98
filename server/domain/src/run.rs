//! One run, as a fold of its reports.
//!
//! A run keeps what each kind of report said rather than a single status, and its
//! status is derived. So the same reports in any order, any number of times, give
//! the same run.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::RunId;
use crate::report::{Progress, Status, Timing};
use crate::settings::{HEARTBEAT_TIMEOUT_DEFAULT, HEARTBEATS_PER_TIMEOUT, Settings};
use crate::time::{Timestamp, as_millis};

/// How often one run may ask for more time.
pub const EXTENSIONS_MAX: usize = 100;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Announced and queued.
    Pending,
    /// Begun and not ended.
    Running,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Stopped because somebody asked.
    Cancelled,
    /// Heard of no more; inferred, and replaced by a true report.
    Lost,
}

/// One status report, as a run keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// What it said.
    pub status: Status,
    /// Its times.
    pub timing: Timing,
    /// Whether it was sent as it happened.
    pub is_live: bool,
    /// Its number within the run.
    pub sequence: Option<u32>,
    /// The slot that it says the run is for.
    #[serde(default)]
    pub scheduled_for: Option<Timestamp>,
    /// How long the run took, by its own measure.
    pub execution_time_ms: Option<i64>,
    /// What went wrong.
    pub error_message: Option<String>,
    /// What it carried.
    pub metadata: Option<Map<String, Value>>,
}

/// Where a mark stands in history; no two different reports stand in one place.
pub(crate) type Order = (Timestamp, Option<Timestamp>, Status, Option<u32>);

impl Mark {
    /// The order of a run's life: by effective time, within one instant by the clock of
    /// the sender, and else by what must come first.
    pub(crate) fn order(&self) -> Order {
        let Timing { effective_at, reported_at, .. } = self.timing;
        (effective_at, reported_at, self.status, self.sequence)
    }

    /// When the server may take it as having happened: on arrival if it was live,
    /// so that a wrong clock moves no deadline.
    pub(crate) fn judged_at(&self) -> Timestamp {
        if self.is_live { self.timing.received_at } else { self.timing.effective_at }
    }

    /// Whether `other` is this report sent again.
    fn is_repeated_by(&self, other: &Self) -> bool {
        match (self.sequence, other.sequence) {
            (Some(mine), Some(theirs)) => mine == theirs && self.says_the_same_as(other),
            _ => self.is_namesake_of(other),
        }
    }

    /// Whether `other` has the identity of an unnumbered report that this one has:
    /// status and timestamp, which is the time of arrival where none was given.
    pub(crate) fn is_namesake_of(&self, other: &Self) -> bool {
        let told_at = |mark: &Self| mark.timing.reported_at.unwrap_or(mark.timing.effective_at);
        self.status == other.status && told_at(self) == told_at(other)
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        self.status == other.status
            && self.timing.reported_at == other.timing.reported_at
            && self.execution_time_ms == other.execution_time_ms
            && self.error_message == other.error_message
            && self.metadata == other.metadata
    }
}

/// That a run asked for more time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The number of the heartbeat that asked.
    pub sequence: Option<u32>,
    /// When that was, by the sender's clock.
    pub reported_at: Option<Timestamp>,
    /// How much, in milliseconds.
    pub by_ms: u64,
}

impl Extension {
    /// Whether `other` is the same wish, sent again.
    fn is_repeated_by(&self, other: &Self) -> bool {
        let is_told_apart = self.sequence.is_some() || self.reported_at.is_some();
        is_told_apart && self.sequence == other.sequence && self.reported_at == other.reported_at
    }
}

/// One execution of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of one run, each shown by itself"
)]
pub struct Run {
    /// Its id within the scheduler.
    pub id: RunId,
    /// Whether the job named it.
    pub is_named: bool,
    /// The report that announced it.
    pub pending: Option<Mark>,
    /// The report that began it.
    pub start: Option<Mark>,
    /// Of each way to end that was reported the first report, in effective order:
    /// the first of all decides.
    pub ends: Vec<Mark>,
    /// The slot that it took; unset if it took none.
    #[serde(default)]
    pub slot: Option<Timestamp>,
    /// When the server gave it up. Kept when a true report replaces it.
    pub lost_at: Option<Timestamp>,
    /// When its first report arrived.
    pub first_received_at: Timestamp,
    /// When it last proved to be alive, by arrival.
    pub alive_at: Option<Timestamp>,
    /// When its last heartbeat arrived.
    pub last_heartbeat_at: Option<Timestamp>,
    /// The time between heartbeats that the run itself declared.
    #[serde(with = "as_millis", default)]
    pub heartbeat_interval: Option<Duration>,
    /// How far it said it had come.
    pub progress: Option<Progress>,
    /// When its progress last changed, by arrival.
    #[serde(default)]
    pub progress_at: Option<Timestamp>,
    /// The time it asked for beyond the longest that it may take.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    /// When its stream broke, if it has not come back.
    pub suspect_since: Option<Timestamp>,
    /// It lives on a stream at present.
    pub is_streaming: bool,
    /// It is open and silent for longer than it may be.
    pub is_stalled: bool,
    /// It is open and its progress stands still for longer than it may.
    #[serde(default)]
    pub is_stuck: bool,
    /// It takes, or took, longer than it may.
    pub overran: bool,
    /// It had not ended when it had to, counted from its slot.
    #[serde(default)]
    pub finished_late: bool,
    /// It ended well sooner than it can have done its work.
    #[serde(default)]
    pub too_quick: bool,
    /// Somebody asked for it to stop.
    pub cancel_requested: bool,
}

/// What a status report did to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// It is part of the run now.
    Taken,
    /// It was known already.
    Repeated,
    /// The run had begun or ended in that way before; nothing new follows from it.
    Redundant,
    /// It is an end that differs from the one that decides, and is kept beside it.
    KeptAside,
    /// It is an end that decides now; the one that did is kept beside it.
    Displaced,
    /// Its sequence was used for a report that said something else.
    SequenceReused,
}

impl Run {
    /// A run nothing is known of yet.
    pub(crate) fn new(id: RunId, is_named: bool, first_received_at: Timestamp) -> Self {
        Self {
            id,
            is_named,
            pending: None,
            start: None,
            ends: Vec::new(),
            slot: None,
            lost_at: None,
            first_received_at,
            alive_at: None,
            last_heartbeat_at: None,
            heartbeat_interval: None,
            progress: None,
            progress_at: None,
            extensions: Vec::new(),
            suspect_since: None,
            is_streaming: false,
            is_stalled: false,
            is_stuck: false,
            overran: false,
            finished_late: false,
            too_quick: false,
            cancel_requested: false,
        }
    }

    /// The report of its end that decides.
    pub fn end(&self) -> Option<&Mark> {
        self.ends.first()
    }

    /// Where it stands.
    pub fn status(&self) -> RunStatus {
        match self.end() {
            Some(end) => match end.status {
                Status::Failed => RunStatus::Failed,
                Status::Cancelled => RunStatus::Cancelled,
                Status::Completed | Status::Pending | Status::Running => RunStatus::Completed,
            },
            None if self.lost_at.is_some() => RunStatus::Lost,
            None if self.start.is_some() || self.pending.is_none() => RunStatus::Running,
            None => RunStatus::Pending,
        }
    }

    /// Whether it has neither ended nor been given up.
    pub fn is_open(&self) -> bool {
        self.ends.is_empty() && self.lost_at.is_none()
    }

    /// When it began, as far as that is known: as reported, else counted back from
    /// its end by its execution time. Never after its end.
    pub fn started_at(&self) -> Option<Timestamp> {
        let ended_at = self.end().map(|end| end.timing.effective_at);
        if let Some(start) = &self.start {
            let started_at = start.timing.effective_at;
            return Some(ended_at.map_or(started_at, |ended_at| started_at.min(ended_at)));
        }
        let took = u64::try_from(self.end()?.execution_time_ms?).ok()?;
        Some(ended_at?.minus(Duration::from_millis(took)))
    }

    /// When it ended or was given up.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.end().map(|end| end.timing.effective_at).or(self.lost_at)
    }

    /// How long it took: as reported, else from its start to its end.
    pub fn execution_time_ms(&self) -> Option<i64> {
        let end = self.end()?;
        end.execution_time_ms.or_else(|| {
            let start = self.start.as_ref()?;
            let took = end.timing.effective_at.since(start.timing.effective_at);
            i64::try_from(took.as_millis()).ok()
        })
    }

    /// What went wrong, by the report that decides.
    pub fn error_message(&self) -> Option<&str> {
        self.end()?.error_message.as_deref()
    }

    /// What its reports carried, the end's word counting most.
    pub fn metadata(&self) -> Option<Map<String, Value>> {
        let told = [self.pending.as_ref(), self.start.as_ref(), self.end()];
        let mut marks = told.into_iter().flatten().filter_map(|mark| mark.metadata.as_ref());
        let mut merged = marks.next()?.clone();
        for metadata in marks {
            merged.extend(metadata.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        Some(merged)
    }

    /// The place of a run in its scheduler's history: when it began or, where that is
    /// not known, ended. That it was announced counts only while nothing else is known.
    pub fn first_mark_at(&self) -> Timestamp {
        let place = self.history().map(|mark| mark.timing.effective_at).min();
        let announced_at = self.pending.as_ref().map(|mark| mark.timing.effective_at);
        place.or(announced_at).unwrap_or(self.first_received_at)
    }

    /// How long it may be silent; `None` if nothing says that it beats.
    pub fn heartbeat_timeout(&self, settings: &Settings) -> Option<Duration> {
        let declared = self.heartbeat_interval.or(settings.heartbeat_interval);
        settings
            .heartbeat_timeout
            .or_else(|| declared.map(|interval| interval * HEARTBEATS_PER_TIMEOUT))
            .or_else(|| self.last_heartbeat_at.map(|_| HEARTBEAT_TIMEOUT_DEFAULT))
    }

    /// How long it may take; `None` if nothing bounds it.
    pub fn max_runtime(&self, settings: &Settings) -> Option<Duration> {
        Some(settings.max_runtime?.saturating_add(self.extended_by()))
    }

    /// When it must have ended; `None` if nothing says so. One that begins after that does
    /// what its slot missed or was spared, and is late already.
    pub fn finish_by(&self, settings: &Settings) -> Option<Timestamp> {
        let by = self.slot?.plus(settings.finish_by?);
        let began_at = self.start.as_ref().map(Mark::judged_at);
        (began_at < Some(by)).then_some(by)
    }

    /// The slot that its reports say it is for: the earliest, if they disagree.
    pub fn scheduled_for(&self) -> Option<Timestamp> {
        self.marks().filter_map(|mark| mark.scheduled_for).min()
    }

    /// How much time it asked for in all.
    pub fn extended_by(&self) -> Duration {
        let asked = self.extensions.iter().map(|it| Duration::from_millis(it.by_ms));
        asked.fold(Duration::ZERO, Duration::saturating_add)
    }

    /// Whether it ended well in less than `least`, by every clock that can tell: one
    /// that stepped must not accuse it.
    pub(crate) fn ended_within(&self, least: Duration) -> bool {
        let (Some(start), Some(end)) = (&self.start, self.end()) else { return false };
        let by_job = end.timing.effective_at.since(start.timing.effective_at);
        let by_measure = end.execution_time_ms.and_then(|took| u64::try_from(took).ok());
        let is_seen = start.is_live && end.is_live;
        let by_arrival = is_seen.then(|| end.timing.received_at.since(start.timing.received_at));
        end.status == Status::Completed
            && by_job < least
            && by_measure.is_none_or(|took| Duration::from_millis(took) < least)
            && by_arrival.is_none_or(|took| took < least)
    }

    /// Whether nothing shows that it gets on: neither a sign of life nor progress.
    pub(crate) fn is_still(&self) -> bool {
        self.is_stalled || self.is_stuck
    }

    /// Adds to the time that it may take. Whether there was room for it.
    pub(crate) fn extend(&mut self, extension: Extension) -> bool {
        if self.extensions.iter().any(|known| known.is_repeated_by(&extension)) {
            return true;
        }
        if self.extensions.len() == EXTENSIONS_MAX {
            return false;
        }
        self.extensions.push(extension);
        true
    }

    /// Notes that it was heard of just now, unless its end is known. One that was
    /// given up is open again.
    pub(crate) fn show_life(&mut self, received_at: Timestamp) {
        if !self.ends.is_empty() {
            return;
        }
        self.alive_at = self.alive_at.max(Some(received_at));
        self.suspect_since = None;
        self.is_stalled = false;
        self.lost_at = None;
    }

    /// Adds a status report to it.
    pub(crate) fn fold(&mut self, mark: Mark) -> Folded {
        if self.marks().any(|known| known.is_repeated_by(&mark)) {
            return Folded::Repeated;
        }
        let is_reused =
            mark.sequence.is_some() && self.marks().any(|known| known.sequence == mark.sequence);
        if is_reused {
            return Folded::SequenceReused;
        }
        match mark.status {
            Status::Pending => keep_first(&mut self.pending, mark),
            Status::Running => keep_first(&mut self.start, mark),
            Status::Completed | Status::Failed | Status::Cancelled => self.fold_end(mark),
        }
    }

    fn fold_end(&mut self, mark: Mark) -> Folded {
        let status = mark.status;
        let decided = self.end().map(|end| end.status);
        match self.ends.iter_mut().find(|known| known.status == status) {
            Some(known) if known.order() <= mark.order() => return Folded::Redundant,
            Some(known) => *known = mark,
            None => self.ends.push(mark),
        }
        self.ends.sort_by_key(Mark::order);
        match (decided, self.end().map(|end| end.status)) {
            (None, _) => Folded::Taken,
            (Some(before), Some(now)) if before != now => Folded::Displaced,
            (Some(before), _) if before == status => Folded::Redundant,
            _ => Folded::KeptAside,
        }
    }

    /// Its marks but the announcement, in no order.
    pub(crate) fn history(&self) -> impl Iterator<Item = &Mark> {
        self.start.iter().chain(&self.ends)
    }

    fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.pending.iter().chain(self.history())
    }
}

fn keep_first(slot: &mut Option<Mark>, mark: Mark) -> Folded {
    match slot {
        Some(known) if known.order() <= mark.order() => Folded::Redundant,
        _ => {
            *slot = Some(mark);
            Folded::Taken
        }
    }
}
