//! A copy of the database, made while a server may be at work on it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use super::{Sqlite, beside};
use crate::store::StoreError;

impl Sqlite {
    /// Writes all that is committed in the database at `from` to a new file at `to`, for
    /// its owner's eyes only; its size in bytes. A server at work is held up in nothing.
    /// The file is there whole or not at all.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], in words for an operator.
    pub fn back_up(from: &Path, to: &Path) -> Result<u64, StoreError> {
        let failed = |what: &Path, error: &dyn std::fmt::Display| {
            StoreError::Unavailable(format!("{}: {error}", what.display()))
        };
        if !from.exists() {
            return Err(failed(from, &"there is no such database"));
        }
        if to.exists() {
            return Err(failed(to, &"is there already; a backup overwrites nothing"));
        }
        let part = beside(to, "part");
        // SQLite takes an empty file, and with it what may read it.
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
        made.map_err(|error| failed(&part, &error))?;
        let copied = copy(from, &part).map_err(|error| failed(from, &error));
        let kept = copied.and_then(|()| keep(&part, to).map_err(|error| failed(to, &error)));
        if kept.is_err() {
            // What is there is no backup; that it cannot be removed changes nothing.
            let _ = fs::remove_file(&part);
        }
        kept
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut connection = SqliteConnection::establish(&from.to_string_lossy())?;
    connection.batch_execute("PRAGMA busy_timeout = 30000")?;
    let into = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to.to_string_lossy());
    into.execute(&mut connection)?;
    Ok(())
}

/// Gives the file its name once it would survive a power cut.
fn keep(part: &Path, to: &Path) -> std::io::Result<u64> {
    let file = File::open(part)?;
    file.sync_all()?;
    fs::rename(part, to)?;
    let folder = to.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    Ok(file.metadata()?.len())
}
