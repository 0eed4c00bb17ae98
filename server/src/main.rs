//! The command `nightbell-server`.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use nightbell_server::app::{self, Failure};
use nightbell_server::config::command::Command;
use nightbell_server::config::{self, ConfigError, Invocation};
use nightbell_server::{backup, keys, listen};

/// How the process ends when its settings are wrong, as command lines do.
const WRONG_SETTINGS: u8 = 2;

fn main() -> ExitCode {
    let invocation = match config::read(std::env::args_os(), std::env::vars_os()) {
        Ok(invocation) => invocation,
        Err(ConfigError::CommandLine(error)) => error.exit(),
        Err(error) => return complain(&error, WRONG_SETTINGS),
    };
    if let Some(files) = &invocation.settings.tls
        && let Err(error) = listen::tls::load(&files.cert, &files.key)
    {
        return complain(&error, WRONG_SETTINGS);
    }
    match run(invocation) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(error.as_ref(), 1),
    }
}

fn run(Invocation { command, settings }: Invocation) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        Command::Serve => runtime.block_on(app::serve(settings)),
        Command::BackUp { file } => backup::back_up(&settings, &file),
        Command::CheckConfig => Ok(io::stdout().write_all(settings.describe().as_bytes())?),
        Command::CreateKey(new) => runtime.block_on(keys::create(&settings, new)),
        Command::ListKeys => runtime.block_on(keys::list(&settings)),
        Command::RevokeKey { key_id } => runtime.block_on(keys::revoke(&settings, &key_id)),
    }
}

/// Prints an error with its causes. A closed error stream is nobody's concern.
fn complain(error: &dyn Error, code: u8) -> ExitCode {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "{error}");
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    for cause in causes {
        let _ = writeln!(stderr, "  because: {cause}");
    }
    ExitCode::from(code)
}
