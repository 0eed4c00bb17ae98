//! A world for tests: one scheduler, stored and loaded as a store does it, a clock
//! that is set by hand, and a short way to say what a job reports.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::blind::BlindWindow;
use crate::deadline::next_due;
use crate::id::{IncidentId, RunId, SchedulerId};
use crate::incident::{Event, EventKind, Incident, Reason};
use crate::key::Role;
use crate::ledger::SlotEntry;
use crate::report::{Content, HeartbeatContent, Progress, Report, Status, StatusContent, Timing};
use crate::run::{Run, RunStatus};
use crate::schedule::Schedule;
use crate::scheduler::{Case, Health, Need, Scheduler, State};
use crate::settings::{Change, Patch};
use crate::time::Timestamp;
use crate::transition::{Answer, Context, Decision, Input, Refusal, register, transition};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const HOUR: Duration = Duration::from_hours(1);

/// A second less.
pub(crate) fn just_before(duration: Duration) -> Duration {
    duration.saturating_sub(SECOND)
}

/// The scheduler and everything stored of it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) scheduler: Scheduler,
    pub(crate) runs: BTreeMap<RunId, Run>,
    pub(crate) incidents: BTreeMap<IncidentId, Incident>,
    pub(crate) events: Vec<Event>,
    pub(crate) unknown_slots: Vec<Timestamp>,
    /// What became of slots.
    pub(crate) slots: BTreeMap<Timestamp, SlotEntry>,
    pub(crate) blind: Vec<BlindWindow>,
    decisions: u128,
}

impl World {
    pub(crate) fn new(patch: Patch) -> Self {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let id = SchedulerId::parse("nightly").unwrap();
        let context = Context { now, fresh: Uuid::nil(), blind: &[] };
        let case = register(id, patch, Role::Admin, &context).unwrap();
        Self {
            now,
            scheduler: case.scheduler,
            runs: BTreeMap::new(),
            incidents: BTreeMap::new(),
            events: Vec::new(),
            unknown_slots: Vec::new(),
            slots: BTreeMap::new(),
            blind: Vec::new(),
            decisions: 0,
        }
    }

    /// Lets time pass, and looks whenever something is due, as the detector does.
    pub(crate) fn wait(&mut self, duration: Duration) {
        let until = self.now.plus(duration);
        while let Some(due) = self.scheduler.state.due_at.filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.look();
            assert!(
                self.scheduler.state.due_at.is_none_or(|due| due > self.now),
                "nothing is due after a look"
            );
        }
        self.now = until;
    }

    /// Nightbell is down for a while.
    pub(crate) fn go_blind(&mut self, duration: Duration) {
        let from = self.now;
        self.now = from.plus(duration);
        self.blind.push(BlindWindow { from, to: self.now });
    }

    pub(crate) fn look(&mut self) {
        self.decide(Input::TimePassed).unwrap();
    }

    pub(crate) fn say(&mut self, said: Said) -> Result<Answer, Refusal> {
        let report = said.at(self.now);
        self.decide(Input::Report(report))
    }

    pub(crate) fn decide(&mut self, input: Input) -> Result<Answer, Refusal> {
        self.decide_all(vec![input]).remove(0)
    }

    /// Decides a batch in one transaction: everything needed is loaded first.
    pub(crate) fn decide_all(&mut self, batch: Vec<Input>) -> Vec<Result<Answer, Refusal>> {
        let mut case = Case::new(self.scheduler.clone());
        for input in &batch {
            self.load(&mut case, input);
        }
        let mut answers = Vec::new();
        for input in batch {
            self.decisions += 1;
            let fresh = Uuid::from_u128(self.decisions << 32);
            let context = Context { now: self.now, fresh, blind: &self.blind };
            let Decision { case: decided, answer } = transition(case, input, &context);
            case = decided;
            answers.push(answer);
        }
        self.save(&case);
        answers
    }

    fn load(&self, case: &mut Case, input: &Input) {
        match input {
            Input::Report(report) => match case.need(report) {
                Need::Nothing => {}
                Need::Run(id) => case.supply(self.runs.get(&id).cloned()),
                Need::Neighbours(at) => case.supply(self.neighbours(at)),
            },
            Input::StreamOpened { run_id: Some(id), .. } | Input::CancelRun(id) => {
                case.supply(self.runs.get(id).cloned());
            }
            _ => {}
        }
    }

    fn neighbours(&self, at: Timestamp) -> Vec<Run> {
        let history =
            || self.runs.values().filter(|it| !it.is_named && it.status() != RunStatus::Pending);
        let places = || history().map(Run::first_mark_at);
        let from = places().filter(|place| *place < at).max().unwrap_or(at);
        let to = places().filter(|place| *place > at).min().unwrap_or(at);
        history().filter(|run| (from..=to).contains(&run.first_mark_at())).cloned().collect()
    }

    fn save(&mut self, case: &Case) {
        let state = case.remembered();
        if !case.changes.any {
            assert_eq!(state, self.scheduler.state, "an unannounced change");
            return;
        }
        for id in &case.changes.runs {
            self.runs.insert(id.clone(), case.run(id).expect("a changed run").clone());
        }
        for id in &case.changes.forgotten_runs {
            self.runs.remove(id);
        }
        self.incidents.extend(case.changes.incidents.clone());
        self.unknown_slots.extend(case.changes.unknown_slots());
        self.slots.extend(case.changes.slots.clone());
        for event in &case.changes.events {
            self.check_event(event);
            self.events.push(event.clone());
        }
        self.scheduler = Scheduler { state, ..case.scheduler.clone() };
        self.check(case);
    }

    /// The process starts anew: nothing is left but what was written.
    pub(crate) fn restart(&mut self) {
        let Scheduler { settings, state, .. } = &mut self.scheduler;
        let text = serde_json::to_string(state).unwrap();
        *state = serde_json::from_str(&text).unwrap();
        let text = serde_json::to_string(settings).unwrap();
        *settings = serde_json::from_str(&text).unwrap();
        for run in self.runs.values_mut() {
            let text = serde_json::to_string(run).unwrap();
            *run = serde_json::from_str(&text).unwrap();
        }
    }

    fn check_event(&self, event: &Event) {
        let Event { kind, incident } = event;
        let mut before = self.events.iter().filter(|told| told.incident.id == incident.id);
        assert_eq!(incident.events as usize, before.clone().count() + 1, "numbered without a gap");
        assert!(incident.opened_at >= incident.onset_at, "found before it went wrong");
        let is_first = incident.events == 1;
        assert_eq!(is_first, *kind == EventKind::Opened, "opened first and once");
        let was_over = before.next_back().is_some_and(|told| told.kind == EventKind::Resolved);
        assert_eq!(was_over, *kind == EventKind::Reopened, "after its end only that it is back");
        assert!(incident.last_found_at() >= incident.last_onset_at(), "back before it was wrong");
        let last = incident.history.last().map(|entry| (entry.number, entry.kind));
        assert_eq!(last, Some((incident.events, *kind)), "its history tells it");
        let ended_at = incident.resolved.map(|(at, _)| at);
        assert_eq!(ended_at.is_some(), *kind == EventKind::Resolved);
        assert!(ended_at.is_none_or(|at| at >= incident.opened_at), "ended before it was found");
    }

    /// What holds after every decision.
    fn check(&self, case: &Case) {
        let state = &self.scheduler.state;
        let next = next_due(&self.scheduler, &self.blind);
        if let Some(next) = next {
            assert!(state.due_at.is_some_and(|due| due <= next), "a deadline would be missed");
        }
        for reason in Reason::ALL {
            let open = state.incidents.iter().filter(|it| it.reason == reason).count();
            let stored = self.incidents.values();
            let stored = stored.filter(|it| it.reason == reason && it.resolved.is_none()).count();
            assert!(open <= 1, "two open incidents of one reason");
            assert_eq!(open, stored, "what is open is stored as open");
        }
        if state.paused.is_none() {
            let is_down = self.scheduler.health() == Health::Down;
            assert_eq!(is_down, !state.incidents.is_empty());
        }
        for run in self.runs.values().filter(|run| run.is_open()) {
            assert!(state.runs.iter().any(|it| it.id == run.id), "an open run is forgotten");
        }
        for run in &case.scheduler.state.runs {
            let is_remembered = state.runs.iter().any(|it| it.id == run.id);
            assert!(is_remembered || self.runs.get(&run.id) == Some(run), "a change is lost");
        }
        let unnamed = state.runs.iter().filter(|run| run.is_open() && !run.is_named);
        let begun = unnamed.filter(|run| run.status() != RunStatus::Pending).count();
        assert!(begun <= 1, "two unnamed runs are open");
    }

    pub(crate) fn state(&self) -> &State {
        &self.scheduler.state
    }

    /// Somebody ends an incident.
    pub(crate) fn resolve(&mut self, incident: IncidentId) -> Result<Answer, Refusal> {
        let (by, note) = ("Ada".to_owned(), String::new());
        self.decide(Input::Resolve { incident, by, note })
    }

    /// The reasons of the open incidents.
    pub(crate) fn wrong(&self) -> Vec<Reason> {
        self.state().incidents.iter().map(|incident| incident.reason).collect()
    }

    /// Every event so far, in short.
    pub(crate) fn told(&self) -> Vec<(Reason, EventKind)> {
        self.events.iter().map(|event| (event.incident.reason, event.kind)).collect()
    }

    /// The stored run `id`, brought up to date by what is remembered.
    pub(crate) fn run(&self, id: &str) -> &Run {
        let id = RunId::parse(id).unwrap();
        self.state().runs.iter().find(|run| run.id == id).unwrap_or_else(|| &self.runs[&id])
    }

    /// The unnamed runs in order.
    pub(crate) fn unnamed(&self) -> Vec<&Run> {
        let mut runs: Vec<_> = self.runs.values().filter(|run| !run.is_named).collect();
        runs.sort_by_key(|run| run.first_mark_at());
        runs
    }
}

/// What a job says, and when by its own account.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    run: Option<&'static str>,
    sequence: Option<u32>,
    age: Duration,
    is_live: bool,
    content: Content,
}

pub(crate) fn status(status: Status) -> Said {
    let content = StatusContent {
        status,
        scheduled_for: None,
        execution_time_ms: None,
        error_message: None,
        metadata: None,
    };
    Said {
        run: None,
        sequence: None,
        age: Duration::ZERO,
        is_live: true,
        content: Content::Status(content),
    }
}

pub(crate) fn running() -> Said {
    status(Status::Running)
}

pub(crate) fn completed() -> Said {
    status(Status::Completed)
}

pub(crate) fn failed() -> Said {
    status(Status::Failed)
}

pub(crate) fn heartbeat() -> Said {
    Said { content: Content::Heartbeat(HeartbeatContent::default()), ..running() }
}

impl Said {
    /// Of the run `id`.
    pub(crate) fn of(self, id: &'static str) -> Self {
        Self { run: Some(id), ..self }
    }

    pub(crate) fn numbered(self, sequence: u32) -> Self {
        Self { sequence: Some(sequence), ..self }
    }

    /// It happened so long ago.
    pub(crate) fn ago(self, age: Duration) -> Self {
        Self { age, ..self }
    }

    /// It was kept and is sent again.
    pub(crate) fn replayed(self) -> Self {
        Self { is_live: false, ..self }
    }

    pub(crate) fn because(mut self, error: &str) -> Self {
        if let Content::Status(said) = &mut self.content {
            said.error_message = Some(error.to_owned());
        }
        self
    }

    pub(crate) fn taking(mut self, time: Duration) -> Self {
        if let Content::Status(said) = &mut self.content {
            said.execution_time_ms = i64::try_from(time.as_millis()).ok();
        }
        self
    }

    pub(crate) fn every(mut self, interval: Duration) -> Self {
        if let Content::Heartbeat(said) = &mut self.content {
            said.interval = Some(interval);
        }
        self
    }

    pub(crate) fn having_done(mut self, done: u64) -> Self {
        if let Content::Heartbeat(said) = &mut self.content {
            said.progress = Some(Progress { done, total: None, message: None });
        }
        self
    }

    /// For the slot at that instant.
    pub(crate) fn scheduled_for(mut self, slot: Timestamp) -> Self {
        if let Content::Status(said) = &mut self.content {
            said.scheduled_for = Some(slot);
        }
        self
    }

    pub(crate) fn extending(mut self, by: Duration) -> Self {
        if let Content::Heartbeat(said) = &mut self.content {
            said.extend = Some(by);
        }
        self
    }

    /// The report, if it arrives at `now`.
    pub(crate) fn at(self, now: Timestamp) -> Report {
        let effective_at = now.minus(self.age);
        Report {
            run_id: self.run.map(|id| RunId::parse(id).unwrap()),
            sequence: self.sequence,
            timing: Timing { received_at: now, reported_at: Some(effective_at), effective_at },
            is_live: self.is_live,
            content: self.content,
        }
    }
}

pub(crate) fn stream_opened(run: Option<&str>, now: Timestamp) -> Input {
    let run_id = run.map(|id| RunId::parse(id).unwrap());
    Input::StreamOpened { run_id, interval: 5 * SECOND, received_at: now }
}

pub(crate) fn stream_broke(run: Option<&str>) -> Input {
    let run_id = run.map(|id| RunId::parse(id).unwrap());
    Input::StreamEnded { run_id, is_clean: false }
}

/// A job with nothing but its names.
pub(crate) fn plain() -> Patch {
    Patch {
        service_name: Change::Set("Nightly".to_owned()),
        job_name: Change::Set("Backup".to_owned()),
        ..Patch::default()
    }
}

pub(crate) fn cron(expression: &str) -> Patch {
    let schedule = Schedule::Cron { expression: expression.to_owned() };
    Patch { schedules: Change::Set(vec![schedule]), ..plain() }
}

/// A job that runs so often.
pub(crate) fn scheduled(every: Duration) -> Patch {
    let interval_ms = u64::try_from(every.as_millis()).unwrap();
    Patch { schedules: Change::Set(vec![Schedule::Every { interval_ms }]), ..plain() }
}

/// A job that beats so often.
pub(crate) fn beating(every: Duration) -> Patch {
    Patch { heartbeat_interval: Change::Set(every), ..plain() }
}

/// A job that takes at most so long.
pub(crate) fn limited(max_runtime: Duration) -> Patch {
    Patch { max_runtime: Change::Set(max_runtime), ..plain() }
}
