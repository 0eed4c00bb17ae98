//! Which runs live on which stream.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nightbell_domain::key::ProjectId;

use crate::wire::report::Tie;

/// Runs that live on one stream.
pub(super) const TIES_PER_STREAM_MAX: usize = 1_000;

/// Which stream each run was last tied to, on this server. Cheap to clone.
///
/// A sender whose connection died comes back on a new stream, often before the old
/// one is found to be dead. The old one must then not put the run in doubt.
#[derive(Clone, Default)]
pub(super) struct LiveTies {
    streams: Arc<Mutex<HashMap<(ProjectId, Tie), u64>>>,
    last: Arc<AtomicU64>,
}

/// The runs that live on one stream.
pub(super) struct Ties {
    live: LiveTies,
    project: ProjectId,
    /// The stream's number among those of this server.
    stream: u64,
    /// Its runs, with the time between heartbeats that each declared.
    own: HashMap<Tie, Duration>,
}

impl Ties {
    pub(super) fn new(live: LiveTies, project: ProjectId) -> Self {
        let stream = live.last.fetch_add(1, Ordering::Relaxed);
        Self { live, project, stream, own: HashMap::new() }
    }

    /// Ties a run to this stream, away from any other. `false` if there are too many
    /// on it.
    pub(super) fn tie(&mut self, tie: Tie, interval: Duration) -> bool {
        if self.own.len() >= TIES_PER_STREAM_MAX && !self.own.contains_key(&tie) {
            return false;
        }
        let mut streams = self.live.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.insert((self.project, tie.clone()), self.stream);
        self.own.insert(tie, interval);
        true
    }

    /// The interval that a run declared, if it is on this stream.
    pub(super) fn interval(&self, tie: &Tie) -> Option<Duration> {
        self.own.get(tie).copied()
    }

    /// Lets a run go. `false` if it was not, or no longer, on this stream.
    pub(super) fn untie(&mut self, tie: &Tie) -> bool {
        if self.own.remove(tie).is_none() {
            return false;
        }
        let mut streams = self.live.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let tie = (self.project, tie.clone());
        let is_here = streams.get(&tie) == Some(&self.stream);
        if is_here {
            streams.remove(&tie);
        }
        is_here
    }

    /// Lets all go: those that were on this stream still.
    pub(super) fn leave(&mut self) -> Vec<Tie> {
        let own: Vec<Tie> = self.own.keys().cloned().collect();
        own.into_iter().filter(|tie| self.untie(tie)).collect()
    }
}

impl Drop for Ties {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use nightbell_domain::id::{RunId, SchedulerId};

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(5);

    fn tie(run: &str) -> Tie {
        Tie { scheduler_id: SchedulerId::parse("nightly").unwrap(), run_id: RunId::parse(run).ok() }
    }

    fn ties(live: &LiveTies) -> Ties {
        Ties::new(live.clone(), ProjectId(1))
    }

    #[test]
    fn a_run_without_goodbye_is_left_behind() {
        let live = LiveTies::default();
        let mut stream = ties(&live);
        assert!(
            stream.tie(tie("r1"), INTERVAL)
                && stream.tie(tie("r2"), INTERVAL)
                && stream.tie(tie(""), INTERVAL)
        );
        assert!(stream.untie(&tie("r1")));
        let mut left = stream.leave();
        left.sort_by_key(|tie| tie.run_id.clone());
        assert_eq!(left, [tie(""), tie("r2")]);
        assert!(stream.leave().is_empty());
        assert!(live.streams.lock().unwrap().is_empty());
    }

    #[test]
    fn a_run_that_came_back_on_another_stream_is_not_left_behind() {
        let live = LiveTies::default();
        let (mut old, mut new) = (ties(&live), ties(&live));
        old.tie(tie("r1"), INTERVAL);
        new.tie(tie("r1"), INTERVAL);
        assert!(old.leave().is_empty());
        assert_eq!(new.leave(), [tie("r1")]);
    }

    #[test]
    fn projects_do_not_share_runs() {
        let live = LiveTies::default();
        let (mut one, mut other) = (ties(&live), Ties::new(live.clone(), ProjectId(2)));
        one.tie(tie("r1"), INTERVAL);
        other.tie(tie("r1"), INTERVAL);
        assert_eq!(one.leave(), [tie("r1")]);
        drop(other);
        assert!(live.streams.lock().unwrap().is_empty(), "a stream that ends leaves nothing");
    }

    #[test]
    fn a_stream_carries_so_many_runs() {
        let live = LiveTies::default();
        let mut stream = ties(&live);
        for n in 0..TIES_PER_STREAM_MAX {
            assert!(stream.tie(tie(&format!("r{n}")), INTERVAL));
        }
        assert!(!stream.tie(tie("one-more"), INTERVAL));
        assert!(stream.tie(tie("r0"), INTERVAL), "a run that is on it already may say hello again");
    }
}
