//! The command `nightbell`.
#![expect(clippy::doc_markdown, reason = "what is said of arguments is printed as it stands")]

mod crontab;
mod dev;
mod doctor;
mod exec;
mod found;
mod incidents;
mod log;
mod report;
mod schedulers;
mod session;
mod spool;
mod systemd;
mod text;
mod watch;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Whatever ends a command early.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Watches any job, in any language, and shows how jobs fare.
///
/// NIGHTBELL_URL and NIGHTBELL_API_KEY say where. Exit codes: 0 done, 1 not done, 2 wrong
/// command line; `exec` exits as its command does; `doctor` and `incidents list --check`
/// exit with 1 when something is wrong, and the latter with 3 when it cannot find out.
#[derive(Debug, Parser)]
#[command(name = "nightbell", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    #[default]
    Table,
    Json,
}

/// The option that says so.
#[derive(Debug, clap::Args)]
struct Form {
    /// How to print the answer
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

impl Form {
    /// Prints a table, or everything as JSON.
    fn show(
        &self,
        table: impl FnOnce() -> String,
        whole: &impl serde::Serialize,
    ) -> Result<(), Failure> {
        let text = match self.output {
            Output::Table => table(),
            Output::Json => serde_json::to_string_pretty(whole)?,
        };
        Ok(text::print(&text)?)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Exec(Box<exec::Exec>),
    /// Reports a run of a shell script, step by step
    #[command(subcommand)]
    Run(report::Report),
    /// Reports that wait on disk for the server
    #[command(subcommand)]
    Spool(spool::Spool),
    Doctor(doctor::Doctor),
    /// Shows jobs, and pauses and resumes them
    #[command(subcommand)]
    Schedulers(schedulers::Schedulers),
    /// Shows incidents and takes them on
    #[command(subcommand)]
    Incidents(incidents::Incidents),
    Watch(watch::Watch),
    /// Watches the lines of a crontab
    #[command(subcommand)]
    Crontab(crontab::Crontab),
    /// Finds the timers of systemd
    #[command(subcommand)]
    Systemd(systemd::Systemd),
    Dev(dev::Dev),
    /// Prints the completions of a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

fn main() -> ExitCode {
    // None of anybody's commands, so that it stands in no help and no completions.
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == exec::RELAY => {
            exec::relay();
            return ExitCode::SUCCESS;
        }
        Some(first) if first == dev::SERVER => return dev::become_server(arguments),
        _ => {}
    }
    let cli = Cli::parse();
    log::begin();
    match run(cli.command) {
        Ok(code) => ExitCode::from(code),
        // As whoever reads us wants it: `nightbell watch | head`.
        Err(failure) if is_unread(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            text::complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn is_unread(failure: &Failure) -> bool {
    failure
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Exec(it) => it.run(),
        Command::Run(it) => it.run(),
        Command::Spool(it) => it.run(),
        Command::Doctor(it) => it.run(),
        Command::Schedulers(it) => it.run(),
        Command::Incidents(it) => it.run(),
        Command::Watch(it) => it.run(),
        Command::Crontab(it) => it.run(),
        Command::Systemd(it) => it.run(),
        Command::Dev(it) => it.run(),
        Command::Completions { shell } => {
            let mut script = vec![];
            clap_complete::generate(shell, &mut Cli::command(), "nightbell", &mut script);
            text::print(&String::from_utf8_lossy(&script))?;
            Ok(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
