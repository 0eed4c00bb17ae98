//! The server as far as the domain needs one: it stores, it loads, it looks at what
//! is due, and it is down at times.

use std::collections::BTreeMap;

use nightbell_domain::blind::BlindWindow;
use nightbell_domain::id::{RunId, SchedulerId};
use nightbell_domain::incident::Event;
use nightbell_domain::key::Role;
use nightbell_domain::run::{Run, RunStatus};
use nightbell_domain::scheduler::{Case, Need, Scheduler};
use nightbell_domain::settings::Patch;
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::{Answer, Context, Input, Refusal, register, transition};
use uuid::Uuid;

use crate::calendar::Ms;
use crate::sky::{Kind, Sky};

pub(crate) struct Server<'a> {
    sky: &'a Sky,
    /// The outages that are over.
    survived: usize,
    blind: Vec<BlindWindow>,
    scheduler: Option<Scheduler>,
    pub(crate) runs: BTreeMap<RunId, Run>,
    pub(crate) events: Vec<Event>,
    /// Slots that were said to be unknown, with the time when that was said.
    pub(crate) unknown: Vec<(Ms, Ms)>,
    decisions: u128,
    now: Ms,
}

impl<'a> Server<'a> {
    pub(crate) fn new(patch: Patch, now: Ms, sky: &'a Sky) -> Self {
        let id = SchedulerId::parse("simulated").expect("a good id");
        let at = Timestamp::from_millis(now);
        let context = Context { now: at, fresh: Uuid::nil(), blind: &[] };
        let case = register(id, patch, Role::Admin, &context).expect("good settings");
        let mut server = Self {
            sky,
            survived: 0,
            blind: Vec::new(),
            scheduler: None,
            runs: BTreeMap::new(),
            events: Vec::new(),
            unknown: Vec::new(),
            decisions: 0,
            now,
        };
        server.scheduler = Some(case.scheduler);
        server
    }

    pub(crate) fn scheduler(&self) -> &Scheduler {
        self.scheduler.as_ref().expect("one between decisions")
    }

    /// Lets time pass until just before `until`, and looks at whatever falls due.
    pub(crate) fn wait(&mut self, until: Ms) {
        loop {
            // A start that is learned of late may have been due long ago.
            let due = self.scheduler().state.due_at.map(Timestamp::as_millis);
            let due = due.map(|due| due.max(self.now));
            let wakes = self.sky.outages.get(self.survived).map(|outage| (outage.from, outage.to));
            match (due, wakes) {
                (Some(due), wakes) if due < until && wakes.is_none_or(|(from, _)| due <= from) => {
                    self.look(due);
                }
                (_, Some((_, to))) if to < until => self.wake(),
                _ => return,
            }
        }
    }

    /// An outage is over.
    fn wake(&mut self) {
        let outage = self.sky.outages[self.survived];
        self.survived += 1;
        self.blind.push(outage.window());
        if outage.kind != Kind::Paused {
            self.restart();
        }
        let due = self.scheduler().state.due_at.map(Timestamp::as_millis);
        if due.is_some_and(|due| due <= outage.to) {
            self.look(outage.to);
        }
    }

    fn look(&mut self, due: Ms) {
        let answers = self.decide(due, vec![Input::TimePassed]);
        assert!(answers[0].is_ok(), "time cannot be refused");
        let due_at = self.scheduler().state.due_at;
        assert!(due_at.is_none_or(|due| due.as_millis() > self.now), "still due after a look");
    }

    /// Decides a batch in one transaction: everything needed is loaded first.
    pub(crate) fn decide(&mut self, now: Ms, batch: Vec<Input>) -> Vec<Result<Answer, Refusal>> {
        self.now = self.now.max(now);
        let now = Timestamp::from_millis(self.now);
        let mut case = Case::new(self.scheduler.take().expect("one between decisions"));
        let settings = case.scheduler.settings.clone();
        let before = case.scheduler.state.clone();
        for input in &batch {
            self.load(&mut case, input);
        }
        let mut answers = Vec::with_capacity(batch.len());
        for input in batch {
            self.decisions += 1;
            let fresh = Uuid::from_u128(self.decisions << 32);
            let context = Context { now, fresh, blind: &self.blind };
            let decided = transition(case, input, &context);
            case = decided.case;
            answers.push(decided.answer);
        }
        let state = case.remembered();
        let Case { scheduler, changes } = case;
        for run in scheduler.state.runs.iter().filter(|run| changes.runs.contains(&run.id)) {
            self.runs.insert(run.id.clone(), run.clone());
        }
        for id in &changes.forgotten_runs {
            self.runs.remove(id);
        }
        self.unknown
            .extend(changes.unknown_slots().map(|slot| (now.as_millis(), slot.as_millis())));
        self.events.extend(changes.events);
        // What is not said to have changed is not stored.
        let state = if changes.any { state } else { before };
        let settings = if changes.settings { scheduler.settings } else { settings };
        self.scheduler = Some(Scheduler { settings, state, ..scheduler });
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

    /// Nothing is left but what was written.
    fn restart(&mut self) {
        let scheduler = self.scheduler.as_mut().expect("one between decisions");
        let text = serde_json::to_string(&scheduler.state).expect("state as text");
        scheduler.state = serde_json::from_str(&text).expect("the same state");
        let text = serde_json::to_string(&scheduler.settings).expect("settings as text");
        scheduler.settings = serde_json::from_str(&text).expect("the same settings");
    }
}
