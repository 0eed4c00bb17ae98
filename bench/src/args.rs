//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// Measures a Nightbell server beside servers that do nothing.
///
/// Everything runs on this machine and ends by itself.
#[derive(Debug, Parser)]
#[command(name = "nightbell-bench", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) options: Options,
}

/// What else this program can do.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Command {
    /// Serves and does nothing, until the input ends. The benchmark starts it.
    #[command(hide = true)]
    Noop,
}

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The program to measure. Left out: only the servers that do nothing.
    #[arg(long, value_name = "PATH")]
    pub(crate) server: Option<PathBuf>,

    /// Schedulers to report for.
    #[arg(long, default_value_t = 1_000, value_parser = count(1, 1_000_000))]
    pub(crate) schedulers: usize,

    /// Measure once more with so many schedulers: heartbeats, silence, a list, a restart.
    #[arg(long, value_name = "SCHEDULERS", num_args = 0..=1, default_missing_value = "100000",
          value_parser = count(1, 1_000_000))]
    pub(crate) big: Option<usize>,

    /// Seconds for which each case is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,

    /// Seconds for which each case runs before it is measured.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=60))]
    pub(crate) warm_up_seconds: u64,

    /// Only cases whose name contains this, and neither detection nor webhooks.
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,

    /// Only the pure parts: deciding, and reading and writing JSON.
    #[arg(long)]
    pub(crate) micro: bool,

    /// The folder for the database, which goes again at the end; its disk is
    /// measured too [default: the system's folder for such].
    #[arg(long, value_name = "PATH")]
    pub(crate) folder: Option<PathBuf>,

    /// The PostgreSQL database to serve from, which must be empty [default: an embedded one].
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,

    /// Write the figures to this file too, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    pub(crate) fn measured(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_secs(self.warm_up_seconds)
    }
}

fn count(min: usize, max: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text: &str| {
        let count = text.parse().map_err(|_| "must be a whole number".to_owned())?;
        if (min..=max).contains(&count) {
            return Ok(count);
        }
        Err(format!("must be from {min} to {max}"))
    }
}
