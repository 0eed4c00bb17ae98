//! Many reports on one stream.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use nightbell_proto::v1::report_service_client::ReportServiceClient;
use nightbell_proto::v1::stream_heartbeats_request::Frame;
use nightbell_proto::v1::{
    SendHeartbeatRequest, StreamGoodbye, StreamHeartbeatsRequest, StreamHeartbeatsResponse,
    StreamHello,
};
use prost_types::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::Channel;

use super::{Caller, Tally, Target};
use crate::{Error, clock};

/// So long that nothing that the benchmark leaves behind is found silent.
const INTERVAL: Duration = Duration { seconds: 3_600, nanos: 0 };

/// The most schedulers that live on one stream.
const SCHEDULERS_MAX: usize = 32;

/// How many streams, over how many connections, with how many heartbeats in flight
/// on each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streams {
    pub(crate) count: usize,
    pub(crate) connections: usize,
    pub(crate) in_flight: usize,
}

/// Sends heartbeats on one stream, for its schedulers in turn.
pub(crate) struct StreamCaller {
    frames: mpsc::Sender<StreamHeartbeatsRequest>,
    answers: Streaming<StreamHeartbeatsResponse>,
    schedulers: Vec<String>,
    turn: usize,
    sequence: u64,
    in_flight: usize,
    waiting: VecDeque<(u64, Instant)>,
}

impl StreamCaller {
    /// Opens the streams, which share the schedulers among them.
    pub(crate) async fn many(
        target: &Target,
        schedulers: &Arc<[String]>,
        shape: Streams,
    ) -> Result<Vec<Self>, Error> {
        let channels = target.channels(shape.connections).await?;
        let mut opening = JoinSet::new();
        for at in 0..shape.count {
            let channel = channels[at % channels.len()].clone();
            let first = at % schedulers.len();
            let own = schedulers.iter().skip(first).step_by(shape.count).take(SCHEDULERS_MAX);
            let own = own.cloned().collect();
            opening.spawn(Self::open(target.clone(), channel, own, shape.in_flight));
        }
        let mut callers = Vec::with_capacity(shape.count);
        while let Some(opened) = opening.join_next().await {
            callers.push(opened??);
        }
        Ok(callers)
    }

    async fn open(
        target: Target,
        channel: Channel,
        schedulers: Vec<String>,
        in_flight: usize,
    ) -> Result<Self, Error> {
        let (frames, queue) = mpsc::channel(in_flight + SCHEDULERS_MAX);
        for (scheduler_id, frame_sequence) in schedulers.iter().cloned().zip(1..) {
            let hello =
                StreamHello { scheduler_id, interval: Some(INTERVAL), ..Default::default() };
            let frame = Some(Frame::Hello(hello));
            frames.send(StreamHeartbeatsRequest { frame_sequence, frame }).await?;
        }
        let request = target.request(ReceiverStream::new(queue));
        let answers =
            ReportServiceClient::new(channel).stream_heartbeats(request).await?.into_inner();
        let sequence = schedulers.len() as u64;
        let waiting = VecDeque::with_capacity(in_flight);
        let mut caller =
            Self { frames, answers, schedulers, turn: 0, sequence, in_flight, waiting };
        while caller.stored().await? < sequence {}
        Ok(caller)
    }

    /// Waits for an answer; up to which frame all are stored.
    async fn stored(&mut self) -> Result<u64, Error> {
        let answer = self.answers.message().await?.ok_or("the stream ended")?;
        match answer.refusals.first() {
            None => Ok(answer.stored_sequence),
            Some(refusal) => Err(format!("{}: {}", refusal.reason, refusal.message).into()),
        }
    }

    async fn send(&mut self, frame: Frame) -> Result<(), Error> {
        self.sequence += 1;
        let frame_sequence = self.sequence;
        self.frames.send(StreamHeartbeatsRequest { frame_sequence, frame: Some(frame) }).await?;
        Ok(())
    }
}

impl Caller for StreamCaller {
    async fn turn(&mut self, tally: &mut Tally) -> Result<(), Error> {
        while self.waiting.len() < self.in_flight {
            let scheduler_id = self.schedulers[self.turn % self.schedulers.len()].clone();
            self.turn += 1;
            let heartbeat = SendHeartbeatRequest { scheduler_id, ..Default::default() };
            self.waiting.push_back((self.sequence + 1, clock::now()));
            self.send(Frame::Heartbeat(heartbeat)).await?;
        }
        let stored = self.stored().await?;
        while let Some((sequence, sent_at)) = self.waiting.front() {
            if *sequence > stored {
                break;
            }
            tally.acknowledged(*sent_at);
            self.waiting.pop_front();
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Error> {
        for scheduler_id in std::mem::take(&mut self.schedulers) {
            self.send(Frame::Goodbye(StreamGoodbye { scheduler_id, run_id: None })).await?;
        }
        while self.stored().await? < self.sequence {}
        let Self { frames, mut answers, .. } = self;
        drop(frames);
        while answers.message().await?.is_some() {}
        Ok(())
    }
}
