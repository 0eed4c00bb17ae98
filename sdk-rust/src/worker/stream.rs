//! The stream of heartbeats: while it stands, the server knows within seconds when
//! this process dies.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tonic::Streaming;

use crate::api;
use crate::clock;
use crate::error::Error;
use crate::grpc::{Grpc, refusal};
use crate::heartbeat;
use crate::run::{ProgressCount, RunState};
use crate::wire::stream_heartbeats_request::Frame;
use crate::wire::{StreamGoodbye, StreamHeartbeatsRequest, StreamHeartbeatsResponse, StreamHello};

/// How many frames wait for the connection.
const FRAMES_MAX: usize = 64;
/// How long a connection may take no frame before it counts as dead.
const STUCK_MAX: Duration = Duration::from_secs(3);
/// How long the server may say nothing; it speaks every 15 seconds.
const SILENCE_MAX: Duration = Duration::from_secs(45);

/// What a stream has answered for that is no failure when it ends.
const STANDS_AFTER: Duration = Duration::from_secs(5);

pub(super) struct Stream {
    frames: mpsc::Sender<StreamHeartbeatsRequest>,
    answers: Streaming<StreamHeartbeatsResponse>,
    sequence: u64,
    tied: HashSet<String>,
    opened_at: Instant,
    heard_at: Instant,
    /// Which run each frame was about that is not yet stored, and the progress in it.
    sent: Vec<(u64, String, ProgressCount)>,
}

/// What the server said on the stream.
pub(super) struct Heard {
    pub(super) directives: Vec<api::Directives>,
    /// Runs of which the server has the progress for good.
    pub(super) stored: Vec<(String, ProgressCount)>,
    /// Runs whose frames were refused, with the code.
    pub(super) refused: Vec<(String, i32, String)>,
}

impl Stream {
    pub(super) async fn open(grpc: &Grpc) -> Result<Self, Error> {
        let (frames, receiver) = mpsc::channel(FRAMES_MAX);
        let answers = grpc.stream(receiver).await?;
        let opened_at = clock::instant();
        let tied = HashSet::new();
        Ok(Self {
            frames,
            answers,
            sequence: 0,
            tied,
            opened_at,
            heard_at: opened_at,
            sent: vec![],
        })
    }

    /// Whether it was good for a while.
    pub(super) fn has_stood(&self) -> bool {
        self.heard_at.duration_since(self.opened_at) >= STANDS_AFTER
    }

    pub(super) fn is_tied(&self, run: &RunState) -> bool {
        self.tied.contains(&run.run_id)
    }

    /// Sends a sign of life. False: the stream is dead.
    #[must_use]
    pub(super) async fn beat(
        &mut self,
        run: &RunState,
        heartbeat: api::SendHeartbeatRequest,
        progress: ProgressCount,
        spooled: Option<usize>,
    ) -> bool {
        if clock::instant().duration_since(self.heard_at) > SILENCE_MAX {
            return false;
        }
        if self.tied.insert(run.run_id.clone()) {
            let interval = heartbeat::declared(run.interval(true));
            let hello = StreamHello {
                scheduler_id: run.scheduler_id.clone(),
                run_id: Some(run.run_id.clone()),
                interval: Some(crate::convert::span_out(interval)),
                spool_pending: spooled.and_then(|count| u32::try_from(count).ok()),
            };
            if !self.send(&run.run_id, 0, Frame::Hello(hello)).await {
                return false;
            }
        }
        self.send(&run.run_id, progress, Frame::Heartbeat(heartbeat.into())).await
    }

    /// Unties the runs that are over. False: the stream is dead.
    #[must_use]
    pub(super) async fn keep_only(
        &mut self,
        runs: &[std::sync::Arc<RunState>],
        ended: &mut Vec<(String, String)>,
    ) -> bool {
        for run in runs {
            ended.retain(|(_, run_id)| *run_id != run.run_id);
        }
        let mut is_alive = true;
        for (scheduler_id, run_id) in ended.drain(..) {
            if self.tied.remove(&run_id) {
                let goodbye = StreamGoodbye { scheduler_id, run_id: Some(run_id.clone()) };
                is_alive = is_alive && self.send(&run_id, 0, Frame::Goodbye(goodbye)).await;
            }
        }
        is_alive
    }

    pub(super) fn is_idle(&self) -> bool {
        self.tied.is_empty()
    }

    async fn send(&mut self, run_id: &str, progress: ProgressCount, frame: Frame) -> bool {
        self.sequence += 1;
        self.sent.push((self.sequence, run_id.to_owned(), progress));
        let request = StreamHeartbeatsRequest { frame_sequence: self.sequence, frame: Some(frame) };
        self.frames.send_timeout(request, STUCK_MAX).await.is_ok()
    }

    /// What the server says next. An error: the stream is over.
    pub(super) async fn hear(&mut self) -> Result<Heard, Error> {
        let answer = self.answers.message().await.map_err(|status| refusal(&status))?;
        let answer = answer.ok_or_else(|| Error::unavailable("the server has ended the stream"))?;
        self.heard_at = clock::instant();
        let mut refused = vec![];
        for it in answer.refusals {
            if let Some((_, run, _)) =
                self.sent.iter().find(|(frame, ..)| *frame == it.frame_sequence)
            {
                // It was not tied; the next heartbeat says hello again.
                self.tied.remove(run);
                refused.push((run.clone(), it.code, it.message));
            }
        }
        let (stored, sent) =
            self.sent.drain(..).partition(|(frame, ..)| *frame <= answer.stored_sequence);
        self.sent = sent;
        let stored: Vec<_> = stored;
        let stored = stored.into_iter().map(|(_, run_id, progress)| (run_id, progress));
        let stored = stored.filter(|(run_id, _)| refused.iter().all(|(other, ..)| other != run_id));
        let directives = answer.directives.into_iter().map(Into::into).collect();
        Ok(Heard { directives, stored: stored.collect(), refused })
    }
}
