//! What an operator can set, by flag or environment.
//!
//! A flag wins over the environment, which wins over the default. Everything is
//! checked before anything starts, all mistakes are named at once, and a
//! variable that nobody knows is a mistake: `NIGHTBELL_LISTN` would otherwise
//! quietly do nothing.

pub mod command;
mod environment;
mod oidc;
pub mod settings;

use std::ffi::OsString;
use std::fmt;

use clap::Parser;

use self::command::{Cli, Command};
use self::settings::Settings;

/// What this process was asked to do.
#[derive(Debug)]
pub struct Invocation {
    /// The command.
    pub command: Command,
    /// The settings, checked.
    pub settings: Settings,
}

/// Why the process does not start. Both print what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line is wrong, or asks for help. [`clap::Error::exit`] prints
    /// it and ends the process as is usual.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),

    /// Settings are wrong.
    #[error("{}", list(.0))]
    Settings(Vec<Problem>),
}

/// One mistake in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which setting, by the name of its variable.
    pub setting: String,
    /// The rule that it breaks, and what to do.
    pub rule: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.setting, self.rule)
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads the command line (its first element is the program's name) and the
/// environment, both as given: nothing is read from the process.
pub fn read(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Invocation, ConfigError> {
    let cli = Cli::try_parse_from(args)?;
    let (variables, mut problems) = environment::read(env);
    let (command, flags) = cli.split();
    let settings = settings::check(&flags, &variables, &mut problems);
    match settings {
        Some(settings) if problems.is_empty() => Ok(Invocation { command, settings }),
        _ => Err(ConfigError::Settings(problems)),
    }
}

#[cfg(test)]
mod tests;
