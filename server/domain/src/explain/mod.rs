//! Why a scheduler alerts, or why it does not.

use std::time::Duration;

use crate::blind::BlindWindow;
use crate::deadline::{Deadline, Limit, beat_timeout, deadlines};
use crate::id::RunId;
use crate::outcome::Threshold;
use crate::run::{Run, RunStatus};
use crate::scheduler::Scheduler;
use crate::time::{Span, Timestamp};

/// How a scheduler is judged at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Why it alerts or not, in one sentence.
    pub summary: String,
    /// Every limit that there is, those that are not set included; none while it is
    /// paused.
    pub limits: Vec<LimitNote>,
}

/// How one limit stands.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitNote {
    /// The setting that it comes from.
    pub setting: &'static str,
    /// The run that it bounds; `None`: the scheduler as a whole.
    pub run_id: Option<RunId>,
    /// How it stands.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub because: String,
}

/// How a limit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept so far, and breached at its deadline unless something is heard.
    Running(Deadline),
    /// It is breached.
    Breached,
    /// It judges nothing at present.
    Idle,
}

/// Explains `scheduler` as it stands at `now`. Any limit that can open an incident by
/// the passing of time is told, with the same deadlines by which it is judged.
///
/// `blind` are the windows in which Nightbell could not see, in order.
pub fn explain(scheduler: &Scheduler, blind: &[BlindWindow], now: Timestamp) -> Explanation {
    if let Some(pause) = scheduler.state.paused {
        let since = Span(now.since(pause.since));
        let end = pause.until.map_or_else(
            || "until somebody resumes it".to_owned(),
            |until| format!("for another {}", Span(until.since(now))),
        );
        let summary = format!("Not judged: paused for {since}, {end}");
        return Explanation { summary, limits: Vec::new() };
    }
    let judging = Judging { scheduler, deadlines: deadlines(scheduler, blind), now };
    let mut limits = vec![judging.start_grace()];
    limits.extend(judging.beat());
    let open = scheduler.state.runs.iter().filter(|run| run.is_open());
    limits.extend(open.flat_map(|run| judging.of_run(run)));
    limits.extend(judging.threshold());
    Explanation { summary: judging.summary(&limits), limits }
}

/// A limit to be explained.
struct Asked {
    setting: &'static str,
    limit: Limit,
    /// What keeps it.
    unless: &'static str,
    /// That it is breached.
    breached: Option<String>,
    /// Why it has no deadline, if it has none.
    idle: String,
}

struct Judging<'a> {
    scheduler: &'a Scheduler,
    deadlines: Vec<Deadline>,
    now: Timestamp,
}

impl Judging<'_> {
    fn note(&self, run: Option<&Run>, asked: Asked) -> LimitNote {
        let deadline = self.deadlines.iter().find(|it| it.limit == asked.limit);
        let (verdict, because) = match (asked.breached, deadline) {
            (Some(breached), _) => (Verdict::Breached, breached),
            (None, Some(deadline)) => {
                let why = self.until(deadline, asked.unless);
                (Verdict::Running(deadline.clone()), why)
            }
            (None, None) => (Verdict::Idle, asked.idle),
        };
        let run_id = run.map(|run| run.id.clone());
        LimitNote { setting: asked.setting, run_id, verdict, because }
    }

    fn until(&self, deadline: &Deadline, unless: &str) -> String {
        let left = match deadline.at.since(self.now) {
            Duration::ZERO => "now".to_owned(),
            left => format!("in {}", Span(left)),
        };
        let wait = match deadline.judged_at.since(deadline.at) {
            Duration::ZERO => String::new(),
            wait => format!("; judged {} later, since Nightbell could not see", Span(wait)),
        };
        format!("breached {left} unless {unless}{wait}")
    }

    fn start_grace(&self) -> LimitNote {
        let Scheduler { settings, .. } = self.scheduler;
        let idle = if settings.schedules.is_empty() {
            "no schedule is set, so no run is expected"
        } else {
            "no further run is expected by the schedules"
        };
        self.note(
            None,
            Asked {
                setting: "start_grace",
                limit: Limit::StartGrace,
                unless: "a run starts",
                breached: None,
                idle: idle.to_owned(),
            },
        )
    }

    fn beat(&self) -> Option<LimitNote> {
        let Scheduler { settings, state, .. } = self.scheduler;
        let beat = state.beat.as_ref()?;
        let silence = Span(self.now.since(beat.at));
        let breached = beat.is_stalled.then(|| format!("no heartbeat for {silence}"));
        let idle = match beat_timeout(settings, beat.interval) {
            None if !settings.schedules.is_empty() => "jobs with a schedule are judged by runs",
            _ => "neither heartbeat_timeout nor heartbeat_interval is set",
        };
        Some(self.note(
            None,
            Asked {
                setting: "heartbeat_timeout",
                limit: Limit::Beat,
                unless: "a heartbeat arrives",
                breached,
                idle: idle.to_owned(),
            },
        ))
    }

    fn of_run(&self, run: &Run) -> [LimitNote; 4] {
        let Scheduler { settings, .. } = self.scheduler;
        let id = || run.id.clone();
        let span = |of: Option<Duration>| Span(of.unwrap_or_default());
        let or_unset = |is_set: bool, setting: &str, why: &str| {
            if is_set { why.to_owned() } else { format!("{setting} is not set") }
        };
        let is_pending = run.status() == RunStatus::Pending;
        let silent_for = Span(self.now.since(run.alive_at.unwrap_or(run.first_received_at)));
        let silence = Asked {
            setting: "heartbeat_timeout",
            limit: Limit::Silence(id()),
            unless: "a sign of life arrives",
            breached: (run.is_stalled && run.suspect_since.is_none())
                .then(|| format!("no sign of life for {silent_for}")),
            idle: if is_pending && !run.is_streaming {
                "the run is queued and has not begun".to_owned()
            } else {
                "the run has sent no heartbeat, and nothing declares that it will".to_owned()
            },
        };
        let longest = Asked {
            setting: "max_runtime",
            limit: Limit::MaxRuntime(id()),
            unless: "the run ends",
            breached: run
                .overran
                .then(|| format!("it takes longer than {}", span(run.max_runtime(settings)))),
            idle: or_unset(settings.max_runtime.is_some(), "max_runtime", "it has not begun"),
        };
        let unbound = match run.slot {
            None => "the run has no slot",
            Some(_) => "the run began after its slot had to be over",
        };
        let finish = Asked {
            setting: "finish_by",
            limit: Limit::FinishBy(id()),
            unless: "the run ends",
            breached: run.finished_late.then(|| {
                format!("it has not ended within {} of its slot", span(settings.finish_by))
            }),
            idle: or_unset(settings.finish_by.is_some(), "finish_by", unbound),
        };
        let stood_for = Span(self.now.since(run.progress_at.unwrap_or(run.first_received_at)));
        let progress = Asked {
            setting: "progress_timeout",
            limit: Limit::Progress(id()),
            unless: "its progress changes",
            breached: run.is_stuck.then(|| format!("no progress for {stood_for}")),
            idle: or_unset(
                settings.progress_timeout.is_some(),
                "progress_timeout",
                "the run has told no progress",
            ),
        };
        [silence, longest, finish, progress].map(|asked| self.note(Some(run), asked))
    }

    /// What has gone badly without being enough for an incident.
    fn threshold(&self) -> Option<LimitNote> {
        let Scheduler { settings, state, .. } = self.scheduler;
        let threshold = Threshold::of_failure(settings);
        if threshold.is_immediate() {
            return None;
        }
        let bad = state.outcomes.bad(threshold).count();
        let Threshold { count, window } = threshold;
        Some(LimitNote {
            setting: "failure_threshold",
            run_id: None,
            verdict: if bad >= count { Verdict::Breached } else { Verdict::Idle },
            because: format!("of the last {window} outcomes {bad} were bad; {count} are too many"),
        })
    }

    fn summary(&self, limits: &[LimitNote]) -> String {
        let state = &self.scheduler.state;
        if !state.incidents.is_empty() {
            let each = state.incidents.iter().map(|incident| {
                let lasts = Span(self.now.since(incident.last_onset_at()));
                format!("{} for {lasts} ({})", incident.reason.word(), incident.summary)
            });
            return format!("Alerting: {}", each.collect::<Vec<_>>().join("; "));
        }
        let running = limits.iter().filter_map(|note| match &note.verdict {
            Verdict::Running(deadline) => Some((deadline.judged_at, note)),
            Verdict::Breached | Verdict::Idle => None,
        });
        match running.min_by_key(|(at, _)| *at) {
            Some((_, note)) => {
                format!("Not alerting. Next limit: {}, {}", note.setting, note.because)
            }
            None => "Not alerting: no limit is running, so only a report of failure would alert"
                .to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
