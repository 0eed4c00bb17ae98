//! Heartbeats of every open run, on a stream where there is one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use super::Core;
use super::stream::{Heard, Stream};
use crate::call::Wire;
use crate::clock;
use crate::heartbeat;
use crate::retry::{self, Verdict};
use crate::run::RunState;
use crate::spool::Spool;

/// A stream carries a frame at least so often, whatever the interval.
const STREAM_SILENCE_MAX: Duration = Duration::from_secs(15);
/// How long the thread sleeps when there is nothing to do.
const IDLE: Duration = Duration::from_secs(3600);

/// Which run is due when, and the stream.
#[derive(Default)]
struct Timetable {
    due: HashMap<String, Instant>,
    stream: Option<Stream>,
    failures: u32,
    reopen_at: Option<Instant>,
    /// Runs that were on the stream and are over.
    ended: Vec<(String, String)>,
}

impl Core {
    pub(super) async fn beat(&self) {
        let mut table = Timetable::default();
        let mut before: Vec<Arc<RunState>> = vec![];
        loop {
            let runs: Vec<_> =
                self.shared.runs().into_iter().filter(|run| run.is_known()).collect();
            for run in before.iter().filter(|run| !runs.iter().any(|it| Arc::ptr_eq(it, run))) {
                table.due.remove(&run.run_id);
                table.ended.push((run.scheduler_id.clone(), run.run_id.clone()));
            }
            before.clone_from(&runs);
            table.untie(&runs);
            if self.is_up() {
                for run in &runs {
                    if table.is_due(run) {
                        self.beat_once(run, &mut table).await;
                    }
                }
            }
            let next = table.next(self.is_up(), &runs);
            let heard = tokio::select! {
                () = self.shared.runs_changed.notified() => None,
                () = sleep_until(next.into()) => None,
                heard = hear(&mut table.stream) => Some(heard),
            };
            match heard {
                Some(Ok(heard)) => self.take_in(heard, &mut table).await,
                Some(Err(error)) => {
                    tracing::debug!(target: "nightbell", "the stream of heartbeats broke: {error}");
                    table.lose_stream();
                }
                None => {}
            }
        }
    }

    async fn beat_once(&self, run: &Arc<RunState>, table: &mut Timetable) {
        if let Wire::Grpc(grpc) = &*self.wire
            && table.may_open()
        {
            match Stream::open(grpc).await {
                Ok(stream) => table.stream = Some(stream),
                Err(error) => {
                    tracing::debug!(target: "nightbell", "no stream of heartbeats: {error}");
                    table.lose_stream();
                }
            }
        }
        let is_on_stream = table.stream.is_some();
        let interval = run.interval(is_on_stream);
        let most = if is_on_stream { interval.min(STREAM_SILENCE_MAX) } else { interval };
        let wait = heartbeat::wait(most, fastrand::f64());
        table.due.insert(run.run_id.clone(), clock::instant() + wait);
        let heartbeat = run.heartbeat(heartbeat::declared(interval));
        if let Some(stream) = &mut table.stream {
            let spooled = self.spool.as_deref().map_or(0, Spool::waiting);
            if stream.beat(run, heartbeat, spooled) {
                return;
            }
            table.lose_stream();
            return;
        }
        match self.wire.call(heartbeat).await {
            Ok(answer) => self.direct(answer.directives.as_ref()),
            Err(error) => {
                tracing::debug!(target: "nightbell", "a heartbeat was not taken: {error}");
                if self.judge(&error) == Verdict::Register {
                    self.register_once(run).await;
                }
            }
        }
    }

    async fn take_in(&self, heard: Heard, table: &mut Timetable) {
        table.failures = 0;
        for directives in &heard.directives {
            self.direct(Some(directives));
        }
        for (run_id, code, message) in heard.refused {
            tracing::debug!(target: "nightbell", "a heartbeat of run {run_id} was refused: {message}");
            let run = self.shared.runs().into_iter().find(|run| run.run_id == run_id);
            if let Some(run) = run
                && retry::of_code(code) == Verdict::Register
            {
                self.register_once(&run).await;
            }
        }
    }

    async fn register_once(&self, run: &RunState) {
        if run.may_register_anew()
            && let Err(error) = self.register(&run.scheduler_id).await
        {
            tracing::debug!(target: "nightbell", "not registered: {error}");
        }
    }
}

impl Timetable {
    fn is_due(&self, run: &RunState) -> bool {
        self.due.get(&run.run_id).is_none_or(|due| *due <= clock::instant())
    }

    fn next(&self, is_up: bool, runs: &[Arc<RunState>]) -> Instant {
        let idle = clock::instant() + IDLE;
        if !is_up || runs.is_empty() {
            return idle;
        }
        self.due.values().min().copied().unwrap_or(idle)
    }

    fn may_open(&self) -> bool {
        self.stream.is_none() && self.reopen_at.is_none_or(|at| at <= clock::instant())
    }

    /// Tells the stream which runs are over, and closes it after the last.
    fn untie(&mut self, runs: &[Arc<RunState>]) {
        let Some(stream) = &mut self.stream else {
            self.ended.clear();
            return;
        };
        if !stream.keep_only(runs, &mut self.ended) {
            self.lose_stream();
        } else if stream.is_idle() && runs.is_empty() {
            self.stream = None;
        }
    }

    /// The runs on it are in doubt until they are heard of again: soon.
    fn lose_stream(&mut self) {
        self.stream = None;
        self.failures += 1;
        let now = clock::instant();
        self.reopen_at = Some(now + retry::backoff(self.failures, fastrand::f64()));
        for due in self.due.values_mut() {
            *due = now;
        }
    }
}

async fn hear(stream: &mut Option<Stream>) -> Result<Heard, crate::error::Error> {
    match stream {
        Some(stream) => stream.hear().await,
        None => std::future::pending().await,
    }
}
