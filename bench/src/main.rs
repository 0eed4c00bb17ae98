//! Measures a Nightbell server, beside servers that do nothing with the same
//! transports in the same run: what remains between the two is ours.

mod args;
mod cases;
mod clock;
mod detection;
mod histogram;
mod load;
mod machine;
mod micro;
mod noop;
mod population;
mod process;
mod run;
mod server;
mod table;
mod webhook;

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{Cli, Command, Options};

/// Whatever went wrong; there is nothing to do but to print it.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// The longest that a run may take, whatever hangs.
const RUN_MAX: Duration = Duration::from_hours(1);

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Some(Command::Noop) => noop::serve().await,
        None => bounded(&cli.options).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("nightbell-bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs until it is done, interrupted or out of time. What it started ends with
/// it in each case.
async fn bounded(options: &Options) -> Result<(), Error> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = report(options) => outcome,
        _ = interrupted.recv() => Err("interrupted".into()),
        _ = terminated.recv() => Err("terminated".into()),
        () = tokio::time::sleep(RUN_MAX) => {
            Err(format!("not done within {} minutes", RUN_MAX.as_secs() / 60).into())
        }
    }
}

async fn report(options: &Options) -> Result<(), Error> {
    let results = run::run(options).await?;
    writeln!(io::stdout(), "{}", results.to_text())?;
    if let Some(path) = &options.json {
        let mut file = File::create(path)?;
        serde_json::to_writer_pretty(&mut file, &results)?;
        writeln!(file)?;
    }
    Ok(())
}

/// Tells whoever watches how far things are.
pub(crate) fn note(text: &str) {
    // A closed error stream is nobody's concern.
    let _ = writeln!(io::stderr(), "{text}");
}
