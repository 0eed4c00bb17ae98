//! What was measured, for people and for programs.

use std::fmt::{self, Write};
use std::time::Duration;

use serde::Serialize;

use crate::histogram::Histogram;
use crate::load::Measured;
use crate::machine::Machine;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) cases: Vec<Row>,
    pub(crate) waits: Vec<Wait>,
    pub(crate) facts: Vec<Fact>,
}

/// One case: the server beside one that does nothing.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) case: String,
    /// `None`: only what does nothing was measured.
    pub(crate) server: Option<Figures>,
    pub(crate) no_op: Figures,
}

/// What was measured of one case.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    acknowledged: u64,
    per_second: f64,
    cpu_us: f64,
    p50_us: f64,
    p99_us: f64,
}

impl From<Measured> for Figures {
    fn from(measured: Measured) -> Self {
        let count = number(measured.acknowledged);
        Self {
            acknowledged: measured.acknowledged,
            per_second: count / measured.took.as_secs_f64(),
            cpu_us: micros(measured.cpu) / count.max(1.0),
            p50_us: micros(measured.latency.percentile(50)),
            p99_us: micros(measured.latency.percentile(99)),
        }
    }
}

/// How long something took to happen.
#[derive(Debug, Serialize)]
pub(crate) struct Wait {
    what: String,
    count: u64,
    p50_us: f64,
    p99_us: f64,
    max_us: f64,
}

impl Wait {
    pub(crate) fn new(what: &str, waits: &Histogram) -> Self {
        Self {
            what: what.to_owned(),
            count: waits.total(),
            p50_us: micros(waits.percentile(50)),
            p99_us: micros(waits.percentile(99)),
            max_us: micros(waits.max()),
        }
    }
}

/// A single number.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    what: String,
    value: f64,
    unit: &'static str,
}

impl Fact {
    pub(crate) fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { what: what.into(), value, unit }
    }
}

/// A count as a number to reckon with. Counts here stay far below the limit.
pub(crate) fn number(count: u64) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

/// Bytes as MiB.
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    number(bytes / 1_024) / 1_024.0
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

impl Results {
    /// The table that is printed.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to memory does not fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        let Machine { cores, processor, kernel, load_before, fdatasync_us } = &self.machine;
        writeln!(text, "{cores} cores ({processor}), Linux {kernel}; load before {load_before};")?;
        writeln!(text, "4 KiB to disk: {fdatasync_us:.0} us; the load runs on the same cores\n")?;
        if !self.cases.is_empty() {
            write_head(text)?;
        }
        for row in &self.cases {
            row.write(text)?;
        }
        if !self.waits.is_empty() {
            writeln!(
                text,
                "\n{:<40} {:>7} {:>10} {:>10} {:>10}",
                "", "count", "p50", "p99", "max"
            )?;
        }
        for wait in &self.waits {
            let [p50, p99, max] = [wait.p50_us, wait.p99_us, wait.max_us].map(milliseconds);
            writeln!(text, "{:<40} {:>7} {p50:>10} {p99:>10} {max:>10}", wait.what, wait.count)?;
        }
        writeln!(text)?;
        for fact in &self.facts {
            writeln!(text, "{:<48} {:>12.2} {}", fact.what, fact.value, fact.unit)?;
        }
        Ok(())
    }
}

fn write_head(text: &mut String) -> fmt::Result {
    writeln!(text, "{:33} {:-^37} {:-^37} ratio", "", " server ", " no-op ")?;
    let columns = format!("{:>9} {:>7} {:>9} {:>9}", "per s", "CPU us", "p50", "p99");
    writeln!(text, "{:<33} {columns} {columns} {:>6} {:>6}", "case", "rate", "CPU")
}

impl Row {
    fn write(&self, text: &mut String) -> fmt::Result {
        write!(text, "{:<33} ", self.case)?;
        match &self.server {
            Some(server) => server.write(text)?,
            None => write!(text, "{:37}", "")?,
        }
        write!(text, " ")?;
        self.no_op.write(text)?;
        if let Some(server) = &self.server {
            let rate = 100.0 * server.per_second / self.no_op.per_second;
            let cpu = server.cpu_us / self.no_op.cpu_us;
            write!(text, " {rate:>5.1}% {cpu:>5.1}x")?;
        }
        writeln!(text)
    }
}

impl Figures {
    fn write(&self, text: &mut String) -> fmt::Result {
        let [p50, p99] = [self.p50_us, self.p99_us].map(milliseconds);
        write!(text, "{:>9.0} {:>7.1} {p50:>9} {p99:>9}", self.per_second, self.cpu_us)
    }
}

fn milliseconds(micros: f64) -> String {
    format!("{:.2} ms", micros / 1_000.0)
}
