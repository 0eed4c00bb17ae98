//! `nightbell exec` in a command that somebody else has written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args as _, FromArgMatches as _};

use super::words::{base, commands};
use crate::exec::{About, Exec};

/// How a command is watched.
#[derive(Debug)]
pub(crate) enum Watch {
    /// Not at all.
    No,
    /// By `nightbell exec`, but not in words that can be read here.
    Unclear,
    As(Box<Wrapper>),
}

/// What `nightbell exec` is told.
#[derive(Debug)]
pub(crate) struct Wrapper {
    pub(crate) name: String,
    pub(crate) about: About,
    /// What it runs.
    pub(crate) command: Vec<OsString>,
}

/// Reads the first `nightbell exec` of a line: wherever the program lies, behind whatever it
/// stands, with its options before or after the name.
pub(crate) fn watch(line: &str) -> Watch {
    for words in commands(line) {
        let starts = |two: &[String]| base(&two[0]) == "nightbell" && two[1] == "exec";
        if let Some(start) = words.windows(2).position(starts) {
            return read(&words[start + 2..]).map_or(Watch::Unclear, |it| Watch::As(Box::new(it)));
        }
        // The script of `sh -c`.
        let scripts = words.iter().filter(|it| it.contains(char::is_whitespace) && **it != line);
        for script in scripts {
            let inner = watch(script);
            if !matches!(inner, Watch::No) {
                return inner;
            }
        }
    }
    Watch::No
}

fn read(words: &[String]) -> Option<Wrapper> {
    let parser = Exec::augment_args(clap::Command::new("exec")).no_binary_name(true);
    let given = parser.try_get_matches_from(words).ok()?;
    Some(Wrapper {
        name: given.get_one::<String>("name").filter(|name| is_id(name))?.clone(),
        about: About::from_arg_matches(&given).ok()?,
        command: given.get_many::<OsString>("command")?.cloned().collect(),
    })
}

/// Whether the server takes it as a scheduler's id.
pub(crate) fn is_id(text: &str) -> bool {
    let is_good = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    text.len() <= 128
        && text.starts_with(|it: char| it.is_ascii_alphanumeric())
        && text.chars().all(is_good)
        && !["register", "watch"].contains(&text)
}

/// This program, as it must be written where such a PATH leads to programs.
pub(crate) fn program(path: &str) -> Result<String, std::io::Error> {
    let leads_here = path.split(':').any(|folder| is_program(&Path::new(folder).join("nightbell")));
    if leads_here {
        return Ok("nightbell".to_owned());
    }
    let own: PathBuf = std::env::current_exe()?;
    Ok(own.to_string_lossy().into_owned())
}

/// Whether it is a file that may be run.
pub(crate) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// Whether every user may run it, wherever it lies.
pub(crate) fn is_for_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let may_pass =
        |it: &Path| std::fs::metadata(it).is_ok_and(|it| it.permissions().mode() & 1 != 0);
    path.ancestors().all(may_pass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_watched_is_seen_however_it_is_written() {
        for line in [
            "nightbell exec poll -- /opt/poll",
            "/usr/local/bin/nightbell exec poll -- /opt/poll",
            "nightbell  exec  poll -- /opt/poll",
            "cd /srv && nightbell exec poll -- /opt/poll",
            "nightbell exec --max-runtime 2h --service Billing poll -- /opt/poll",
            "nightbell exec poll --tail 0 -- /opt/poll >/dev/null",
            "sudo -u www sh -c 'cd /srv; nightbell exec poll -- /opt/poll'",
        ] {
            let Watch::As(it) = watch(line) else { panic!("{line}") };
            assert_eq!(
                (it.name.as_str(), &*it.command[0]),
                ("poll", "/opt/poll".as_ref()),
                "{line}"
            );
        }
        for line in ["/opt/poll", "echo nightbell exec-poll", "man nightbell"] {
            assert!(matches!(watch(line), Watch::No), "{line}");
        }
        for line in ["nightbell exec \"$NAME\" -- x", "nightbell exec poll /opt/poll"] {
            assert!(matches!(watch(line), Watch::Unclear), "{line}");
        }
    }

    #[test]
    fn what_lies_in_a_folder_of_one_user_is_not_for_all() {
        use std::fs::{Permissions, set_permissions, write};
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("nightbell");
        write(&program, "").unwrap();
        set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        assert!(is_program(&program) && !is_for_all(&program));
        assert!(is_for_all(Path::new("/bin/sh")));
    }
}
