//! The command `backup`.

use std::io::{self, Write as _};
use std::path::Path;

use crate::app::Failure;
use crate::config::settings::{Database, Settings};
use crate::store::sqlite::Sqlite;

/// Writes a copy of the database to a new file, beside a running server as well as without
/// one, and prints what else a restore needs.
///
/// # Errors
///
/// Why there is no copy.
pub fn back_up(settings: &Settings, to: &Path) -> Result<(), Failure> {
    let from = match &settings.database {
        Database::Sqlite(file) => file,
        Database::Postgres(_) => {
            return Err("PostgreSQL has its own: use pg_dump, or what your service offers".into());
        }
        Database::Memory => return Err("a database in memory is gone with its server".into()),
    };
    let bytes = Sqlite::back_up(from, to)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} holds {bytes} bytes", to.display())?;
    if let Some(secret) = &settings.secret_file {
        writeln!(
            out,
            "keep {} as well, elsewhere: without it no key and no channel can be used",
            secret.display()
        )?;
    }
    Ok(())
}
