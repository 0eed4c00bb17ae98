//! What is measured, by name.

use std::sync::Arc;

use crate::Error;
use crate::load::rest::RestCaller;
use crate::load::stream::{StreamCaller, Streams};
use crate::load::unary::{Kind, UnaryCaller};
use crate::load::{Measured, Target, Timing, measure};

/// One way to report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    shape: Shape,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Unary { kind: Kind, in_flight: usize, connections: usize },
    Stream(Streams),
    Rest { kind: Kind, connections: usize },
}

/// Every case, in the order in which they are measured.
pub(crate) const CASES: &[Case] = &[
    Case { name: "unary heartbeat, 64 in flight", shape: unary(Kind::Heartbeat) },
    Case { name: "unary status, 64 in flight", shape: unary(Kind::Status) },
    Case { name: "stream, 64 x 1 in flight", shape: stream(64, 1) },
    Case { name: "stream, 1000 x 1 in flight", shape: stream(1_000, 1) },
    Case { name: "stream, 64 x 16 in flight", shape: stream(64, 16) },
    Case { name: "stream, 1000 x 16 in flight", shape: stream(1_000, 16) },
    Case { name: "REST heartbeat, 64 connections", shape: rest(Kind::Heartbeat) },
    Case { name: "REST status, 64 connections", shape: rest(Kind::Status) },
];

/// The case that is measured once more with many schedulers.
pub(crate) const BIG_CASE: Case =
    Case { name: "unary heartbeat, many schedulers", shape: unary(Kind::Heartbeat) };

const fn unary(kind: Kind) -> Shape {
    Shape::Unary { kind, in_flight: 64, connections: 4 }
}

const fn stream(streams: usize, in_flight: usize) -> Shape {
    Shape::Stream(Streams { count: streams, connections: 16, in_flight })
}

const fn rest(kind: Kind) -> Shape {
    Shape::Rest { kind, connections: 64 }
}

impl Case {
    /// Reports to `target` for `schedulers` in this way, and measures.
    pub(crate) async fn run(
        &self,
        target: &Target,
        schedulers: &Arc<[String]>,
        timing: Timing,
    ) -> Result<Measured, Error> {
        let measured = match self.shape {
            Shape::Unary { kind, in_flight, connections } => {
                let size = (in_flight, connections);
                let callers = UnaryCaller::many(target, schedulers, kind, size, "run").await?;
                measure(callers, target.pid, timing).await
            }
            Shape::Stream(streams) => {
                let callers = StreamCaller::many(target, schedulers, streams).await?;
                measure(callers, target.pid, timing).await
            }
            Shape::Rest { kind, connections } => {
                let callers = RestCaller::many(target, schedulers, kind, connections).await?;
                measure(callers, target.pid, timing).await
            }
        };
        measured.map_err(|error| format!("{}: {error}", self.name).into())
    }
}
