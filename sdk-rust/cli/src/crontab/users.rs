//! Who runs the lines of a crontab.

use std::fs;
use std::path::Path;

use super::plan::PATH;
use super::table::Line;
use crate::{Failure, found};

/// The users of this machine with their numbers, as far as they stand in its file.
pub(crate) fn all() -> Vec<(String, u32)> {
    let text = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = |line: &str| {
        let mut fields = line.split(':');
        Some((fields.next()?.to_owned(), fields.nth(1)?.parse().ok()?))
    };
    text.lines().filter_map(user).collect()
}

/// Refuses a file whose column of users would be taken for commands, or the other way.
pub(crate) fn check(lines: &[Line<'_>], has_users: bool) -> Result<(), Failure> {
    if let Some(line) = lines.iter().find(|it| it.user.is_some_and(|it| it.contains('/'))) {
        let user = line.user.unwrap_or_default();
        return Err(format!("line {}: {user} is no user: is it --system?", line.number).into());
    }
    let users = if has_users { vec![] } else { all() };
    let is_user = |line: &Line<'_>| {
        let first = line.command.split_whitespace().next().unwrap_or_default();
        let path = line.variables.get("PATH").map_or(PATH, String::as_str);
        let is_command =
            path.split(':').any(|folder| found::is_program(&Path::new(folder).join(first)));
        !is_command && users.iter().any(|(name, _)| name == first)
    };
    if !lines.is_empty() && lines.iter().all(is_user) {
        return Err("every command begins with the name of a user: say --system".into());
    }
    Ok(())
}

/// Refuses to have a user run what only another can reach.
pub(crate) fn check_program(line: &Line<'_>, program: &str) -> Result<(), Failure> {
    let Some(user) = line.user.filter(|user| *user != "root") else { return Ok(()) };
    if !program.contains('/') || found::is_for_all(Path::new(program)) {
        return Ok(());
    }
    let number = line.number;
    Err(format!("line {number}: {user} cannot run {program}: put it into /usr/local/bin").into())
}
