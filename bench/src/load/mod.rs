//! Load, and what came of it.
//!
//! The load is closed: so many reports are in flight, and the next is sent when
//! one is acknowledged. Only what was acknowledged within the window that is
//! measured counts.

pub(crate) mod rest;
pub(crate) mod stream;
pub(crate) mod unary;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::histogram::Histogram;
use crate::process::cpu_time;
use crate::{Error, clock};

/// How long callers may take to finish once they are told to.
const FINISH_MAX: Duration = Duration::from_secs(30);

/// Where reports go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The address for gRPC, as `host:port`.
    pub(crate) grpc: String,
    /// The address for REST, as `host:port`.
    pub(crate) rest: String,
    /// The process that serves both.
    pub(crate) pid: u32,
    /// The API key.
    pub(crate) key: MetadataValue<Ascii>,
}

impl Target {
    /// Opens `count` connections for gRPC.
    pub(crate) async fn channels(&self, count: usize) -> Result<Vec<Channel>, Error> {
        let mut channels = Vec::with_capacity(count);
        for _ in 0..count {
            let endpoint = Endpoint::from_shared(format!("http://{}", self.grpc))?;
            channels.push(endpoint.tcp_nodelay(true).connect().await?);
        }
        Ok(channels)
    }

    /// A request that carries the key.
    pub(crate) fn request<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        request.metadata_mut().insert("x-api-key", self.key.clone());
        request
    }
}

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// What a measurement came to.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) acknowledged: u64,
    pub(crate) took: Duration,
    pub(crate) cpu: Duration,
    pub(crate) latency: Histogram,
}

/// One that reports, over and over.
pub(crate) trait Caller: Send + 'static {
    /// Sends, waits until something is acknowledged, and tells it to `tally`.
    fn turn(&mut self, tally: &mut Tally) -> impl Future<Output = Result<(), Error>> + Send;

    /// Leaves in good order.
    fn finish(self) -> impl Future<Output = Result<(), Error>> + Send
    where
        Self: Sized,
    {
        async { Ok(()) }
    }
}

const WARM_UP: u8 = 0;
const MEASURED: u8 = 1;
const OVER: u8 = 2;

/// What one caller has to show.
#[derive(Debug)]
pub(crate) struct Tally {
    phase: Arc<AtomicU8>,
    latency: Histogram,
}

impl Tally {
    /// Counts a report that was sent at `sent_at` and acknowledged just now.
    pub(crate) fn acknowledged(&mut self, sent_at: Instant) {
        if self.phase.load(Ordering::Relaxed) == MEASURED {
            self.latency.record(sent_at.elapsed());
        }
    }
}

/// Lets all callers report at once, and measures.
pub(crate) async fn measure<C: Caller>(
    callers: Vec<C>,
    pid: u32,
    timing: Timing,
) -> Result<Measured, Error> {
    let phase = Arc::new(AtomicU8::new(WARM_UP));
    let mut tasks = JoinSet::new();
    for caller in callers {
        let tally = Tally { phase: Arc::clone(&phase), latency: Histogram::default() };
        tasks.spawn(work(caller, tally));
    }
    undisturbed(&mut tasks, timing.warm_up).await?;
    let (started_at, cpu_before) = (clock::now(), cpu_time(pid)?);
    phase.store(MEASURED, Ordering::Relaxed);
    undisturbed(&mut tasks, timing.measured).await?;
    phase.store(OVER, Ordering::Relaxed);
    let (took, cpu) = (started_at.elapsed(), cpu_time(pid)?.saturating_sub(cpu_before));
    let latency = timeout(FINISH_MAX, finish(tasks))
        .await
        .map_err(|_| format!("callers did not finish within {} s", FINISH_MAX.as_secs()))??;
    Ok(Measured { acknowledged: latency.total(), took, cpu, latency })
}

/// Waits, and refuses if a caller ends meanwhile.
async fn undisturbed(
    tasks: &mut JoinSet<Result<Histogram, Error>>,
    wait: Duration,
) -> Result<(), Error> {
    tokio::select! {
        () = sleep(wait) => Ok(()),
        ended = tasks.join_next() => match ended {
            Some(ended) => Err(ended?.err().unwrap_or_else(|| "a caller ended early".into())),
            None => Err("there are no callers".into()),
        },
    }
}

async fn finish(mut tasks: JoinSet<Result<Histogram, Error>>) -> Result<Histogram, Error> {
    let mut latency = Histogram::default();
    while let Some(ended) = tasks.join_next().await {
        latency.add(&ended??);
    }
    Ok(latency)
}

async fn work<C: Caller>(mut caller: C, mut tally: Tally) -> Result<Histogram, Error> {
    while tally.phase.load(Ordering::Relaxed) != OVER {
        caller.turn(&mut tally).await?;
    }
    caller.finish().await?;
    Ok(tally.latency)
}
