//! Where crontabs lie.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

use super::users;
use crate::Failure;

/// The text of a crontab.
pub(crate) fn read(file: Option<&Path>) -> Result<String, Failure> {
    let Some(path) = file else { return own() };
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Whether a file is one of those with a column of users.
pub(crate) fn is_of_the_system(path: &Path) -> bool {
    let Ok(path) = fs::canonicalize(path) else { return false };
    path == Path::new("/etc/crontab") || path.parent() == Some(Path::new("/etc/cron.d"))
}

/// The new text of a crontab, not yet in its place.
pub(crate) enum Draft {
    File(NamedTempFile, PathBuf),
    Own(String),
}

impl Draft {
    /// What can go wrong with a file goes wrong here.
    pub(crate) fn new(file: Option<&Path>, text: String) -> Result<Self, Failure> {
        let Some(path) = file else { return Ok(Self::Own(text)) };
        let failed = |error| format!("{}: {error}", path.display());
        // What a link leads to is changed, and the link stays.
        let path = fs::canonicalize(path).map_err(failed)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let mut draft = NamedTempFile::new_in(folder).map_err(failed)?;
        draft.write_all(text.as_bytes()).map_err(failed)?;
        let facts = fs::metadata(&path).map_err(failed)?;
        // cron reads no crontab that is somebody else's.
        chown(draft.path(), Some(facts.uid()), Some(facts.gid())).map_err(failed)?;
        draft.as_file().set_permissions(facts.permissions()).map_err(failed)?;
        draft.as_file().sync_all().map_err(failed)?;
        Ok(Self::File(draft, path))
    }

    /// Whole or not at all.
    pub(crate) fn put(self) -> Result<(), Failure> {
        match self {
            Self::File(draft, path) => {
                draft.persist(path)?;
            }
            Self::Own(text) => {
                let mut child = Command::new("crontab").arg("-").stdin(Stdio::piped()).spawn()?;
                if let Some(mut input) = child.stdin.take() {
                    input.write_all(text.as_bytes())?;
                }
                if !child.wait()?.success() {
                    return Err("crontab did not take it".into());
                }
            }
        }
        Ok(())
    }
}

fn own() -> Result<String, Failure> {
    let output = Command::new("crontab").arg("-l").stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("crontab: {error}"))?;
    if !output.status.success() {
        return Err("there is no crontab to watch".into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether this machine's cron is one that knows `CRON_TZ`. None: it has none.
pub(crate) fn knows_cron_tz() -> Option<bool> {
    let output = Command::new("crontab").arg("-V").stdin(Stdio::null()).output().ok()?;
    let said = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&said).contains("cronie"))
}

/// What says whose crontab it is, among all machines'.
pub(crate) fn mark(file: Option<&Path>) -> String {
    let machine = crate::session::machine().unwrap_or_default();
    let own = || {
        let id = rustix::process::getuid().as_raw();
        let name = users::all().into_iter().find(|(_, it)| *it == id).map(|(name, _)| name);
        name.unwrap_or_else(|| id.to_string())
    };
    let path = file.map(|it| fs::canonicalize(it).unwrap_or_else(|_| it.to_owned()));
    let place = path.map_or_else(own, |it| it.display().to_string());
    format!("{machine}:{place}").chars().take(200).collect()
}

/// The time zone of this machine, in which cron reads its lines.
pub(crate) fn machine_zone() -> Option<String> {
    jiff::tz::TimeZone::system().iana_name().map(str::to_owned)
}
