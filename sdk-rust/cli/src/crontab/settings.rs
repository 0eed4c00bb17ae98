//! Whether the jobs of a crontab will know the server: cron gives them an environment of its
//! own.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::plan::Entry;
use super::users;
use crate::{Failure, session};

const URL: &str = "NIGHTBELL_URL";
const SERVICE: &str = "NIGHTBELL_SERVICE";
const KEY: &str = "NIGHTBELL_API_KEY";
const KEY_FILE: &str = "NIGHTBELL_API_KEY_FILE";

/// The lines that are wanting at the top of the crontab.
pub(crate) fn wanting(entries: &[Entry], key_file: Option<&Path>) -> Result<String, Failure> {
    let has = |entry: &Entry, name: &str| {
        // `NIGHTBELL_URL=... nightbell exec` does as well.
        let says_itself = entry.wrapper.is_some() && entry.command.contains(name);
        says_itself || entry.variables.contains_key(name)
    };
    let lacks = |names: &[&str]| entries.iter().any(|it| !names.iter().any(|name| has(it, name)));
    let mut lines = String::new();
    if lacks(&[URL]) {
        let url = own(URL).ok_or("NIGHTBELL_URL is not set, neither here nor in the crontab")?;
        let _ = writeln!(lines, "{URL}={url}");
        if let Some(service) = own(SERVICE).filter(|_| lacks(&[SERVICE])) {
            let _ = writeln!(lines, "{SERVICE}={service}");
        }
    }
    if lacks(&[KEY, KEY_FILE]) {
        let named = key_file.map(Path::to_owned).or_else(|| own(KEY_FILE).map(Into::into));
        let file = named.ok_or(
            "the jobs would have no API key: put one of the role reporter into a file that only its \
             user may read, and name it with --key-file",
        )?;
        let file = fs::canonicalize(&file).map_err(|it| format!("{}: {it}", file.display()))?;
        let _ = writeln!(lines, "{KEY_FILE}={}", file.display());
    }
    Ok(lines)
}

/// The service of a job that does not name its own: what its runs will say, not what is set
/// here.
pub(crate) fn service(entry: &Entry, top: &str) -> Option<String> {
    let of_top = || top.lines().find_map(|it| it.strip_prefix("NIGHTBELL_SERVICE="));
    let named = entry.variables.get(SERVICE).map(String::as_str).or_else(of_top);
    named.map(str::to_owned).or_else(session::machine)
}

/// What looks wrong about what the jobs are told.
pub(crate) fn remarks(entries: &[Entry], top: &str) -> Vec<String> {
    let mut remarks = BTreeSet::new();
    let here = own(URL);
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    let of_top = top.lines().find_map(|it| it.strip_prefix("NIGHTBELL_API_KEY_FILE="));
    for entry in entries {
        let told = |name: &str| entry.variables.get(name).map(String::as_str);
        if let (Some(url), Some(here)) = (told(URL), &here)
            && bare(url) != bare(here)
        {
            remarks.insert(format!("the jobs report to {url}; they are registered at {here}"));
        }
        if let Some(file) = told(KEY_FILE).or(of_top) {
            remarks.extend(unreadable(Path::new(file), entry.user.as_deref()));
        }
    }
    remarks.into_iter().collect()
}

/// Says so if the user of a job cannot read its key, as far as that shows.
fn unreadable(file: &Path, user: Option<&str>) -> Option<String> {
    let facts = match fs::metadata(file) {
        Ok(facts) => facts,
        Err(error) => return Some(format!("{}: {error}", file.display())),
    };
    let user = user.filter(|user| *user != "root")?;
    let is_of_others = facts.permissions().mode() & 0o044 != 0;
    let is_own = users::all().iter().any(|(name, id)| name == user && *id == facts.uid());
    (!is_of_others && !is_own).then(|| format!("{user} cannot read {}", file.display()))
}

fn own(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty())
}
