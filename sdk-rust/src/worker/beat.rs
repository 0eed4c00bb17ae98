//! Heartbeats of every open run, on a stream where there is one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{sleep_until, timeout};

use super::stream::{Heard, Stream};
use super::{Core, DISK_MAX};
use crate::api::SendHeartbeatRequest;
use crate::call::Wire;
use crate::clock;
use crate::error::Error;
use crate::heartbeat;
use crate::retry::{self, TRIES_MAX, Verdict};
use crate::run::RunState;
use crate::spool::Spool;

/// A stream carries a frame at least so often, whatever the interval.
const STREAM_SILENCE_MAX: Duration = Duration::from_secs(15);
/// How long the thread sleeps when there is nothing to do.
const IDLE: Duration = Duration::from_secs(3600);

/// Which run is due when, and the ways to the server.
#[derive(Default)]
struct Timetable {
    due: HashMap<String, Instant>,
    stream: Option<Stream>,
    stream_pause: Pause,
    unary_pause: Pause,
    /// Runs that were on the stream and are over.
    ended: Vec<(String, String)>,
}

/// A way to the server that failed is left alone for a while.
#[derive(Default)]
struct Pause {
    failures: u32,
    since: Option<Instant>,
    until: Option<Instant>,
}

impl Pause {
    /// With the shortest of the intervals that the server was told.
    fn fail(&mut self, interval: Duration) {
        let now = clock::instant();
        self.failures += 1;
        let lasted = now.duration_since(*self.since.get_or_insert(now));
        let wait = retry::reconnect(self.failures, lasted, interval, fastrand::f64());
        self.until = Some(now + wait);
    }

    fn is_over(&self) -> bool {
        self.until.is_none_or(|until| until <= clock::instant())
    }
}

/// What came of one heartbeat.
#[derive(PartialEq, Eq)]
enum Sent {
    /// The server, or the stream, has it, or will never have it.
    Taken,
    /// There is no way to the server: nor is there for the others.
    Nowhere,
}

impl Core {
    /// Sends heartbeats, also while reports are kept: a server that takes no reports may
    /// well take these, and what it does not hear of it believes dead.
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
            table.untie(&runs).await;
            let held_until = self.line.borrow().held_until();
            let is_held = held_until.is_some_and(|until| until > clock::instant());
            if !is_held && !runs.is_empty() {
                self.open_stream(&runs, &mut table).await;
                self.beat_all(&runs, &mut table).await;
            }
            let next = match held_until.filter(|_| is_held) {
                Some(until) => until,
                None => table.next(&runs, matches!(*self.wire, Wire::Grpc(_))),
            };
            let heard = tokio::select! {
                () = self.shared.runs_changed.notified() => None,
                () = sleep_until(next.into()) => None,
                heard = hear(&mut table.stream) => Some(heard),
            };
            match heard {
                Some(Ok(heard)) => self.take_in(heard).await,
                Some(Err(error)) => {
                    tracing::debug!(target: "nightbell", "the stream of heartbeats broke: {error}");
                    table.lose_stream(&runs);
                }
                None => {}
            }
        }
    }

    async fn open_stream(&self, runs: &[Arc<RunState>], table: &mut Timetable) {
        let Wire::Grpc(grpc) = &*self.wire else { return };
        if table.stream.is_some() || !table.stream_pause.is_over() {
            return;
        }
        match Stream::open(grpc).await {
            Ok(stream) => {
                table.stream = Some(stream);
                table.all_due();
                if table.stream_pause.failures > 0 {
                    self.try_now();
                }
            }
            Err(error) => {
                tracing::debug!(target: "nightbell", "no stream of heartbeats: {error}");
                table.stream_pause.fail(shortest(runs));
            }
        }
    }

    async fn beat_all(&self, runs: &[Arc<RunState>], table: &mut Timetable) {
        for run in runs {
            let has_way = table.stream.is_some() || table.unary_pause.is_over();
            if !has_way {
                return;
            }
            if table.is_due(run) && self.beat_once(run, table).await == Sent::Nowhere {
                return;
            }
        }
    }

    async fn beat_once(&self, run: &Arc<RunState>, table: &mut Timetable) -> Sent {
        let is_on_stream = table.stream.is_some();
        let interval = run.interval(is_on_stream);
        let most = if is_on_stream { interval.min(STREAM_SILENCE_MAX) } else { interval };
        let (heartbeat, progress) = run.heartbeat(heartbeat::declared(interval));
        if let Some(stream) = &mut table.stream {
            let spooled = if stream.is_tied(run) {
                None
            } else {
                timeout(DISK_MAX, self.on_disk(Spool::waiting)).await.ok().flatten()
            };
            if !stream.beat(run, heartbeat, progress, spooled).await {
                table.lose_stream(std::slice::from_ref(run));
                return Sent::Nowhere;
            }
        } else if let Err(error) = self.beat_alone(heartbeat).await {
            tracing::debug!(target: "nightbell", "a heartbeat was not taken: {error}");
            match self.judge(&error) {
                // The server is there, and fails with this run only.
                Verdict::Retry if error.code().is_some() => {
                    let wait = retry::backoff(TRIES_MAX, fastrand::f64()).min(interval / 2);
                    table.due.insert(run.run_id.clone(), clock::instant() + wait);
                    return Sent::Taken;
                }
                Verdict::Retry => {
                    table.unary_pause.fail(run.interval(true));
                    if table.unary_pause.failures == TRIES_MAX {
                        tracing::warn!(target: "nightbell", "heartbeats are not taken: {error}");
                    }
                    return Sent::Nowhere;
                }
                Verdict::Hold => return Sent::Nowhere,
                Verdict::Register => self.register_once(run).await,
                Verdict::Done | Verdict::Drop => {}
            }
        } else {
            run.has_told(progress);
            if table.unary_pause.failures > 0 {
                table.unary_pause = Pause::default();
                self.try_now();
            }
        }
        let wait = heartbeat::wait(most, fastrand::f64());
        table.due.insert(run.run_id.clone(), clock::instant() + wait);
        Sent::Taken
    }

    async fn beat_alone(&self, heartbeat: SendHeartbeatRequest) -> Result<(), Error> {
        let answer = self.call(heartbeat).await?;
        self.direct(answer.directives.as_ref());
        Ok(())
    }

    async fn take_in(&self, heard: Heard) {
        self.answered_at.set(Some(clock::instant()));
        for directives in &heard.directives {
            self.direct(Some(directives));
        }
        let runs = self.shared.runs();
        let of = |run_id: &str| runs.iter().find(|run| run.run_id == run_id);
        for (run_id, progress) in &heard.stored {
            if let Some(run) = of(run_id) {
                run.has_told(*progress);
            }
        }
        for (run_id, code, message) in heard.refused {
            tracing::debug!(target: "nightbell", "a heartbeat of run {run_id} was refused: {message}");
            if let Some(run) = of(&run_id)
                && retry::of_code(code) == Verdict::Register
            {
                self.register_once(run).await;
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

    fn next(&self, runs: &[Arc<RunState>], has_streams: bool) -> Instant {
        let now = clock::instant();
        let due = runs.iter().map(|run| self.due.get(&run.run_id).copied().unwrap_or(now));
        let Some(due) = due.min() else { return now + IDLE };
        if self.stream.is_some() {
            return due;
        }
        let unary = self.unary_pause.until.map_or(due, |until| until.max(due));
        let reopened = self.stream_pause.until.filter(|_| has_streams);
        reopened.map_or(unary, |at| at.min(unary))
    }

    /// Tells the stream which runs are over, and closes it after the last.
    async fn untie(&mut self, runs: &[Arc<RunState>]) {
        let Some(stream) = &mut self.stream else {
            self.ended.clear();
            return;
        };
        if !stream.keep_only(runs, &mut self.ended).await {
            self.lose_stream(runs);
        } else if stream.is_idle() && runs.is_empty() {
            self.stream = None;
        }
    }

    /// The runs on it are in doubt until they are heard of again: at once.
    fn lose_stream(&mut self, runs: &[Arc<RunState>]) {
        // One that never stands, as behind a proxy that cuts streams, is opened ever more seldom.
        if self.stream.take().is_some_and(|stream| stream.has_stood()) {
            self.stream_pause = Pause::default();
        }
        self.stream_pause.fail(shortest(runs));
        self.all_due();
    }

    fn all_due(&mut self) {
        let now = clock::instant();
        for due in self.due.values_mut() {
            *due = now;
        }
    }
}

/// The shortest of their intervals.
fn shortest(runs: &[Arc<RunState>]) -> Duration {
    runs.iter().map(|run| run.interval(true)).min().unwrap_or(STREAM_SILENCE_MAX)
}

async fn hear(stream: &mut Option<Stream>) -> Result<Heard, Error> {
    match stream {
        Some(stream) => stream.hear().await,
        None => std::future::pending().await,
    }
}
