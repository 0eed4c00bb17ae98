//! A crontab, line by line, as cron reads it.

use std::collections::BTreeMap;

/// The variables in force at a line.
pub(crate) type Variables = BTreeMap<String, String>;

/// One line that runs something.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    /// The line's place, from 1.
    pub(crate) number: usize,
    /// When, as it is written.
    pub(crate) cron: &'a str,
    /// As whom, where there is such a column.
    pub(crate) user: Option<&'a str>,
    /// What, with what `%` gives it to read.
    pub(crate) command: &'a str,
    /// What stands before the command.
    pub(crate) front: &'a str,
    /// The name that `# nightbell: NAME` in the line above gives it.
    pub(crate) named: Option<&'a str>,
    pub(crate) variables: Variables,
}

/// Every line that runs something, and the numbers of those that are nothing cron knows.
pub(crate) fn read(text: &str, has_users: bool) -> (Vec<Line<'_>>, Vec<usize>) {
    let (mut lines, mut strange) = (vec![], vec![]);
    let mut variables = Variables::new();
    let mut named = None;
    for (number, written) in (1..).zip(text.lines()) {
        let bare = written.trim();
        if let Some(comment) = bare.strip_prefix('#') {
            named = comment.trim().strip_prefix("nightbell:").map(str::trim);
            continue;
        }
        let named = named.take();
        if bare.is_empty() {
            continue;
        }
        if let Some((name, value)) = variable(bare) {
            variables.insert(name, value);
            continue;
        }
        let Some((cron, user, command)) = split(bare, has_users) else {
            strange.push(number);
            continue;
        };
        let front = &written[..written.trim_end().len() - command.len()];
        let variables = variables.clone();
        lines.push(Line { number, cron, user, command, front, named, variables });
    }
    (lines, strange)
}

/// `NAME = value`, with or without quotes.
fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim().trim_matches(['"', '\'']);
    let is_name =
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    is_name.then(|| (name.to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
}

/// The schedule, the user and the command.
fn split(line: &str, has_users: bool) -> Option<(&str, Option<&str>, &str)> {
    let fields = if line.starts_with('@') { 1 } else { 5 };
    let (cron, mut command) = cut(line, fields)?;
    let mut user = None;
    if has_users {
        let (first, rest) = cut(command, 1)?;
        (user, command) = (Some(first), rest);
    }
    (!command.is_empty()).then_some((cron, user, command))
}

/// The first so many words, and what stands behind them.
fn cut(text: &str, words: usize) -> Option<(&str, &str)> {
    let mut end = 0;
    for _ in 0..words {
        end += text[end..].len() - text[end..].trim_start().len();
        end += text[end..].find(char::is_whitespace)?;
    }
    Some((&text[..end], text[end..].trim_start()))
}

/// Parts a command from its input, which begins at the first `%` that no backslash
/// stands before.
pub(crate) fn input(command: &str) -> (&str, &str) {
    let mut is_escaped = false;
    for (place, it) in command.char_indices() {
        if it == '%' && !is_escaped {
            return command.split_at(place);
        }
        is_escaped = it == '\\' && !is_escaped;
    }
    (command, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_cron_reads_them() {
        let text = "# nightly\nSHELL = \"/bin/bash\"\n  30 2 * *  1\t/opt/a  b=c \n\n# nightbell: eod\n\
            @daily X=1 /opt/eod\nSHELL=/bin/sh\n@reboot /opt/r\nnonsense\n";
        let (lines, strange) = read(text, false);
        let read: Vec<_> =
            lines.iter().map(|it| (it.number, it.front, it.cron, it.command, it.named)).collect();
        assert_eq!(
            read,
            [
                (3, "  30 2 * *  1\t", "30 2 * *  1", "/opt/a  b=c", None),
                (6, "@daily ", "@daily", "X=1 /opt/eod", Some("eod")),
                (8, "@reboot ", "@reboot", "/opt/r", None),
            ]
        );
        assert_eq!(strange, [9]);
        assert_eq!(lines[1].variables["SHELL"], "/bin/bash");
        assert_eq!(lines[2].variables["SHELL"], "/bin/sh");
    }

    #[test]
    fn a_crontab_of_the_system_names_users() {
        let (lines, _) = read("17 *\t* * *\troot\tcd / && run-parts x\n", true);
        assert_eq!((lines[0].user, lines[0].command), (Some("root"), "cd / && run-parts x"));
    }

    #[test]
    fn input_begins_at_the_first_bare_percent() {
        assert_eq!(input("cat%hello%x"), ("cat", "%hello%x"));
        assert_eq!(input("date +\\%F"), ("date +\\%F", ""));
        assert_eq!(input("a \\%b %c"), ("a \\%b ", "%c"));
        assert_eq!(input("a \\\\%b"), ("a \\\\", "%b"));
    }
}
