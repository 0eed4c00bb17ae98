//! A stream of heartbeats, from its first frame to its end.
//!
//! The stream is evidence: a run that said hello on it and not goodbye is told to be
//! in doubt when it breaks. It is none when the server itself ends it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use nightbell_proto::status::refusal;
use nightbell_proto::v1;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tonic::{Code, Status, Streaming};

use super::frames::{Frames, Outcome};
use super::ledger::Ledger;
use super::streams::{Cut, Streams};
use super::ties::{LiveTies, Ties};
use crate::auth::Admitted;
use crate::service::Services;

/// The longest the sender hears nothing. Proxies end streams that are silent for
/// longer, and the sender takes them for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long the sender may say nothing: three times what the contract asks for.
const IDLE_MAX: Duration = Duration::from_mins(1);

/// How long frames that were read may take to be stored once the stream is over, and
/// how long the sender may take to hear of it.
const WIND_UP_MAX: Duration = Duration::from_secs(5);

/// What the stream says to its sender.
pub(super) type Outbound = mpsc::Sender<Result<v1::StreamHeartbeatsResponse, Status>>;

/// Why a stream is over.
enum End {
    /// The sender is gone, or done.
    Gone,
    /// The sender says nothing.
    Idle,
    /// The server ends it.
    Cut(Cut),
}

/// One stream.
pub(super) struct ReportStream {
    services: Services,
    streams: Streams,
    caller: Admitted,
    frames: Frames,
    ledger: Ledger,
}

impl ReportStream {
    pub(super) fn new(
        services: Services,
        streams: Streams,
        live: &LiveTies,
        caller: Admitted,
    ) -> Self {
        let ties = Ties::new(live.clone(), caller.principal.project);
        let frames = Frames::new(services.clone(), caller.clone(), ties);
        Self { services, streams, caller, frames, ledger: Ledger::default() }
    }

    /// Serves the stream until it is over, and sees to the runs on it.
    pub(super) async fn run(
        mut self,
        inbound: Streaming<v1::StreamHeartbeatsRequest>,
        outbound: Outbound,
    ) {
        let end = self.serve(inbound, &outbound).await;
        self.wind_up(end, outbound).await;
    }

    async fn serve(
        &mut self,
        mut inbound: Streaming<v1::StreamHeartbeatsRequest>,
        outbound: &Outbound,
    ) -> End {
        let mut cut = Box::pin(self.streams.clone().cut(Arc::clone(&self.caller.principal)));
        let mut keep_alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        let mut idle_at = Instant::now() + IDLE_MAX;
        let mut read_from = Instant::now();
        loop {
            let may_read = self.may_read();
            let is_resting = read_from > Instant::now();
            tokio::select! {
                biased;
                cut = &mut cut => return End::Cut(cut),
                Some(outcomes) = self.frames.next() => self.settle_all(outcomes),
                free = outbound.reserve(), if self.ledger.is_due() => {
                    let Ok(free) = free else { return End::Gone };
                    free.send(Ok(self.ledger.take()));
                    keep_alive.reset();
                }
                () = outbound.closed() => return End::Gone,
                _ = keep_alive.tick() => self.ledger.keep_alive(),
                () = sleep_until(read_from), if is_resting => {}
                frame = inbound.message(), if may_read && !is_resting => {
                    let Ok(Some(frame)) = frame else { return End::Gone };
                    idle_at = Instant::now() + IDLE_MAX;
                    match self.accept_all(frame, &mut inbound) {
                        Ok(None) => {}
                        Ok(Some(rest)) => read_from = Instant::now() + rest,
                        Err(end) => return end,
                    }
                }
                () = sleep_until(idle_at), if may_read && !is_resting => return End::Idle,
            }
        }
    }

    fn may_read(&self) -> bool {
        self.frames.have_room() && !self.ledger.is_full()
    }

    /// Accepts a frame and those that came with it. Reports among them that follow one
    /// another are stored together. How long to rest if the key sends more than it may.
    fn accept_all(
        &mut self,
        first: v1::StreamHeartbeatsRequest,
        inbound: &mut Streaming<v1::StreamHeartbeatsRequest>,
    ) -> Result<Option<Duration>, End> {
        let mut next = Some(first);
        let mut ended = Ok(None);
        while let Some(frame) = next.take() {
            self.frames.accept(frame);
            if let Err(rest) = self.streams.charge(&self.caller.principal) {
                ended = Ok(Some(rest));
            } else if self.may_read() {
                match inbound.message().now_or_never() {
                    Some(Ok(Some(frame))) => next = Some(frame),
                    Some(_) => ended = Err(End::Gone),
                    None => {}
                }
            }
        }
        self.frames.record_all();
        ended
    }

    fn settle_all(&mut self, outcomes: Vec<(u64, Outcome)>) {
        for (sequence, outcome) in outcomes {
            self.settle(sequence, outcome);
        }
    }

    fn settle(&mut self, sequence: u64, outcome: Outcome) {
        match outcome {
            Outcome::Stored(wanted) => self.ledger.stored(sequence, wanted),
            Outcome::Left(tie) => {
                self.frames.ties.untie(&tie);
                self.ledger.stored(sequence, None);
            }
            Outcome::Refused(why) => self.ledger.refused(sequence, &why),
            Outcome::NotTied(tie, why) => {
                self.frames.ties.untie(&tie);
                self.ledger.refused(sequence, &why);
            }
        }
    }

    /// Stores what was read, says the last word, and tells the runs that the stream
    /// leaves behind. A run on a stream that the server ends to stop is in no doubt:
    /// its sender comes back.
    async fn wind_up(mut self, end: End, outbound: Outbound) {
        let stored = async {
            while let Some(outcomes) = self.frames.next().await {
                self.settle_all(outcomes);
            }
        };
        if timeout(WIND_UP_MAX, stored).await.is_err() {
            tracing::warn!("frames of a stream that is over could not be stored in time");
        }
        let last_word = match end {
            End::Gone => None,
            End::Idle => Some(idle()),
            End::Cut(cut) => Some(Status::from(cut)),
        };
        let told = self.ledger.take();
        let told = async move {
            // A sender that hung up has nothing left to learn.
            let _ = outbound.send(Ok(told)).await;
            if let Some(last_word) = last_word {
                let _ = outbound.send(Err(last_word)).await;
            }
        };
        let _ = timeout(WIND_UP_MAX, told).await;
        if matches!(end, End::Cut(Cut::Draining)) {
            return;
        }
        for tie in self.frames.ties.leave() {
            let sender = self.frames.sender(&tie);
            if let Err(error) = self.services.stream_ended(sender, tie.run_id, false).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "a run whose stream broke could not be put in doubt");
            }
        }
    }
}

fn idle() -> Status {
    let text = format!("no frame came for {} seconds; connect again", IDLE_MAX.as_secs());
    refusal(Code::Unavailable, "STREAM_IDLE", text).into_status()
}
