//! The frames of one stream, on their way into the store.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt as _, StreamExt as _};
use nightbell_domain::id::SchedulerId;
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Answer;
use nightbell_proto::status::refusal;
use nightbell_proto::v1;
use nightbell_proto::v1::stream_heartbeats_request::Frame;
use tonic::{Code, Status};

use super::reports::{Stored, store};
use super::ties::{TIES_PER_STREAM_MAX, Ties};
use crate::auth::Admitted;
use crate::error::ServiceError;
use crate::service::Services;
use crate::service::reports::Sender;
use crate::wire::report::{self, Arrival, Tie};
use crate::wire::{answer, invalid};

/// Frames of one stream that are being stored at once. Further ones wait in the
/// transport, which slows the sender down.
const FRAMES_IN_FLIGHT_MAX: usize = 64;

/// What will become of a frame.
type Storing = BoxFuture<'static, Outcome>;

/// What will become of frames that are stored together, by their numbers.
type StoringAll = BoxFuture<'static, Vec<(u64, Outcome)>>;

/// Reports that came one after the other and were there at once.
type Group = Vec<(u64, report::Taken)>;

/// What became of a frame.
pub(super) enum Outcome {
    /// Stored, and what the server wants of its run.
    Stored(Option<v1::Directives>),
    /// Stored: a run has left the stream.
    Left(Tie),
    /// Refused.
    Refused(Status),
    /// Refused: a run that was to be tied to the stream is not.
    NotTied(Tie, Status),
}

/// Frames that were read and of which it is not known yet whether they are stored.
pub(super) struct Frames {
    services: Services,
    caller: Admitted,
    /// The runs that live on the stream.
    pub(super) ties: Ties,
    /// Reports that came one after the other, not yet given away.
    group: Group,
    // They reach the ingest queue in the order they came in, though up to 64 of
    // them are under way: new futures are first polled in the order they were
    // pushed (the ready queue of FuturesUnordered, below this one, is first in first
    // out), the first thing that recording awaits is a place in the queue, and
    // tokio's bounded channel gives places to those who wait in the order of their
    // asking. Outcomes come back in the order of the frames, so that the last one
    // covers all before it.
    in_flight: FuturesOrdered<StoringAll>,
    count: usize,
}

impl Frames {
    pub(super) fn new(services: Services, caller: Admitted, ties: Ties) -> Self {
        let (group, in_flight) = (Group::new(), FuturesOrdered::new());
        Self { services, caller, ties, group, in_flight, count: 0 }
    }

    /// Whether one more may be read.
    pub(super) fn have_room(&self) -> bool {
        self.count < FRAMES_IN_FLIGHT_MAX
    }

    /// What became of the next ones, by their numbers. `None` if none is on its way.
    pub(super) async fn next(&mut self) -> Option<Vec<(u64, Outcome)>> {
        let outcomes = self.in_flight.next().await?;
        self.count -= outcomes.len();
        Some(outcomes)
    }

    /// Takes a frame in. Reports that follow one another are held back, to be stored
    /// together by [`record_all`](Self::record_all).
    pub(super) fn accept(&mut self, message: v1::StreamHeartbeatsRequest) {
        let received_at = self.services.now();
        let sequence = message.frame_sequence;
        self.count += 1;
        let mut begins_unnamed = false;
        let read = match message.frame {
            Some(Frame::Heartbeat(sent)) => report::heartbeat(sent, Arrival::Live, received_at),
            Some(Frame::Status(sent)) => {
                begins_unnamed = sent.run_id.is_none() && sent.status() == v1::RunStatus::Running;
                report::status(sent, Arrival::Live, received_at)
            }
            other => {
                self.record_all();
                let outcome = self.sign(other, received_at);
                return self.push(sequence, outcome);
            }
        };
        match read {
            Ok(taken) if !begins_unnamed => self.group.push((sequence, taken)),
            read => {
                self.record_all();
                let outcome = self.begin(read, received_at);
                self.push(sequence, outcome);
            }
        }
    }

    fn push(&mut self, sequence: u64, outcome: Storing) {
        self.in_flight.push_back(outcome.map(move |outcome| vec![(sequence, outcome)]).boxed());
    }

    /// A frame that says something of the stream rather than of a run.
    fn sign(&mut self, frame: Option<Frame>, received_at: Timestamp) -> Storing {
        match frame {
            Some(Frame::Hello(hello)) => self.hello(&hello, received_at),
            Some(Frame::Goodbye(goodbye)) => self.goodbye(&goodbye),
            _ => {
                let rule = "must be a hello, a heartbeat, a status or a goodbye";
                refused(invalid("frame", "REQUIRED", rule))
            }
        }
    }

    /// Stores the reports that were held back in one write.
    pub(super) fn record_all(&mut self) {
        if self.group.is_empty() {
            return;
        }
        let services = self.services.clone();
        let mut frames = Vec::with_capacity(self.group.len());
        let mut reports = Vec::with_capacity(self.group.len());
        for (sequence, taken) in self.group.drain(..) {
            frames.push((sequence, taken.scheduler_id.clone()));
            let sender = Sender {
                principal: Arc::clone(&self.caller.principal),
                scheduler_id: taken.scheduler_id,
                service_name: taken.service_name,
                job_name: taken.job_name,
            };
            reports.push((sender, taken.report));
        }
        let storing = async move {
            let answers = services.record_all(reports).await;
            let outcomes = frames.into_iter().zip(answers);
            outcomes.map(|((sequence, id), answer)| (sequence, outcome(&id, answer))).collect()
        };
        self.in_flight.push_back(storing.boxed());
    }

    fn record(
        &self,
        read: Result<report::Taken, report::Untaken>,
        received_at: Timestamp,
    ) -> Storing {
        let (services, caller) = (self.services.clone(), self.caller.clone());
        async move {
            match store(&services, &caller, received_at, read).await {
                Ok(Stored { scheduler_id, answer, .. }) => stored(&scheduler_id, &answer),
                Err(why) => Outcome::Refused(why),
            }
        }
        .boxed()
    }

    /// Stores a report by itself, or refuses it. If it begins an unnamed run and the unnamed
    /// run was said to live on this stream, that is true of the one that begins now.
    fn begin(
        &self,
        read: Result<report::Taken, report::Untaken>,
        received_at: Timestamp,
    ) -> Storing {
        let tied = read.as_ref().ok().and_then(|taken| {
            let tie = Tie { scheduler_id: taken.scheduler_id.clone(), run_id: None };
            Some((self.sender(&tie), self.ties.interval(&tie)?))
        });
        let Some((sender, interval)) = tied else { return self.record(read, received_at) };
        let (recording, services) = (self.record(read, received_at), self.services.clone());
        async move {
            let outcome = recording.await;
            let Outcome::Stored(_) = &outcome else { return outcome };
            match services.stream_opened(sender, None, interval, received_at).await {
                Ok(_) => outcome,
                Err(error) => Outcome::Refused(error.into()),
            }
        }
        .boxed()
    }

    fn hello(&mut self, message: &v1::StreamHello, received_at: Timestamp) -> Storing {
        let report::Hello { tie, interval } = match report::hello(message) {
            Ok(hello) => hello,
            Err(error) => return refused(error),
        };
        let is_new = self.ties.interval(&tie).is_none();
        if !self.ties.tie(tie.clone(), interval) {
            let text = format!("a stream carries at most {TIES_PER_STREAM_MAX} runs");
            return refused(refusal(Code::ResourceExhausted, "TOO_MANY_RUNS", text));
        }
        let (services, sender) = (self.services.clone(), self.sender(&tie));
        async move {
            let run_id = tie.run_id.clone();
            match services.stream_opened(sender, run_id, interval, received_at).await {
                Ok(answer) => stored(&tie.scheduler_id, &answer),
                Err(error) if is_new => Outcome::NotTied(tie, error.into()),
                Err(error) => Outcome::Refused(error.into()),
            }
        }
        .boxed()
    }

    fn goodbye(&self, message: &v1::StreamGoodbye) -> Storing {
        let tie = match report::goodbye(message) {
            Ok(tie) => tie,
            Err(error) => return refused(error),
        };
        let (services, sender) = (self.services.clone(), self.sender(&tie));
        async move {
            match services.stream_ended(sender, tie.run_id.clone(), true).await {
                Ok(_) => Outcome::Left(tie),
                Err(error) => Outcome::Refused(error.into()),
            }
        }
        .boxed()
    }

    pub(super) fn sender(&self, tie: &Tie) -> Sender {
        Sender {
            principal: Arc::clone(&self.caller.principal),
            scheduler_id: tie.scheduler_id.clone(),
            service_name: None,
            job_name: None,
        }
    }
}

fn outcome(scheduler_id: &SchedulerId, answer: Result<Answer, ServiceError>) -> Outcome {
    match answer {
        Ok(answer) => stored(scheduler_id, &answer),
        Err(error) => Outcome::Refused(error.into()),
    }
}

fn stored(scheduler_id: &SchedulerId, answer: &Answer) -> Outcome {
    let wanted = answer.cancel_requested.then(|| answer::directives(scheduler_id, answer));
    Outcome::Stored(wanted)
}

fn refused(why: impl Into<Status>) -> Storing {
    std::future::ready(Outcome::Refused(why.into())).boxed()
}
