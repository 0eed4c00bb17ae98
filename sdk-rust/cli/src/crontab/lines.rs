//! A crontab, line by line, as Debian's cron reads it.

/// What `exec` stands as before a command.
const WRAPPER: &str = "nightbell exec ";

/// One line that runs something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The line's place, from 0.
    pub(crate) line: usize,
    pub(crate) cron: String,
    /// The time zone in force at the line.
    pub(crate) timezone: Option<String>,
    /// The scheduler's id: the one it has, or one made of its command.
    pub(crate) name: String,
    pub(crate) command: String,
    /// The line as it will be.
    pub(crate) rewritten: String,
}

/// Every line that runs something. Lines at `@reboot` have no schedule and are left alone.
pub(crate) fn read(text: &str, has_users: bool, zone: Option<&str>) -> Vec<Entry> {
    let mut timezone = zone.map(str::to_owned);
    let mut entries: Vec<Entry> = vec![];
    for (line, written) in text.lines().enumerate() {
        let bare = written.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = variable(bare) {
            if name == "CRON_TZ" {
                timezone = Some(value);
            }
            continue;
        }
        let Some((cron, command)) = split(bare, has_users) else { continue };
        let name = match command.strip_prefix(WRAPPER) {
            Some(rest) => rest.split_whitespace().next().unwrap_or_default().to_owned(),
            None => unused(&name_of(command), &entries),
        };
        let start = written.len() - written.trim_start().len() + (bare.len() - command.len());
        let rewritten = if command.starts_with(WRAPPER) {
            written.to_owned()
        } else {
            format!("{}{WRAPPER}{name} -- {}", &written[..start], wrapped(command))
        };
        entries.push(Entry {
            line,
            cron: cron.to_owned(),
            timezone: timezone.clone(),
            name,
            command: command.to_owned(),
            rewritten,
        });
    }
    entries
}

/// The crontab with every line rewritten.
pub(crate) fn rewrite(text: &str, entries: &[Entry]) -> String {
    let mut out = String::new();
    for (line, written) in text.lines().enumerate() {
        let entry = entries.iter().find(|entry| entry.line == line);
        out.push_str(entry.map_or(written, |entry| entry.rewritten.as_str()));
        out.push('\n');
    }
    out
}

/// `NAME = value`, with or without quotes.
fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim().trim_matches(['"', '\'']);
    let is_name =
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    is_name.then(|| (name.to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
}

/// The schedule and the command.
fn split(line: &str, has_users: bool) -> Option<(&str, &str)> {
    let fields = if line.starts_with('@') { 1 } else { 5 };
    let (cron, mut command) = cut(line, fields)?;
    if cron == "@reboot" {
        return None;
    }
    if has_users {
        (_, command) = cut(command, 1)?;
    }
    (!command.is_empty()).then_some((cron, command))
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

/// A command that a shell must read goes to a shell.
fn wrapped(command: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || " _-./:=,@+".contains(it);
    let starts_with_variable =
        command.split_whitespace().next().is_some_and(|word| word.contains('='));
    if command.chars().all(is_plain) && !starts_with_variable {
        return command.to_owned();
    }
    // A bare % ends the command in a crontab; it stays as it was written.
    format!("/bin/sh -c '{}'", command.replace('\'', "'\\''"))
}

/// Programs whose name says nothing of what they run.
const INTERPRETERS: &[&str] =
    &["sh", "bash", "python", "python3", "perl", "ruby", "node", "php", "env", "nice", "cd"];

/// The program's name, without folder and ending; of an interpreter, its script's.
fn name_of(command: &str) -> String {
    // What is gone to is not what is done.
    if let Some((_, rest)) = command.split_once("&&").filter(|_| command.starts_with("cd ")) {
        return name_of(rest.trim());
    }
    let words =
        command.split_whitespace().filter(|word| !word.starts_with('-') && !word.contains('='));
    let names = words.map(|word| word.rsplit('/').next().unwrap_or(word));
    let name = names.clone().find(|name| !INTERPRETERS.contains(name)).or(names.clone().next());
    let stem = name.unwrap_or("job").split('.').next().unwrap_or("job");
    let clean: String = stem
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() || "._-".contains(it) { it } else { '-' })
        .take(100)
        .collect();
    let clean = clean.trim_matches(['-', '.', '_']);
    if clean.is_empty() { "job".to_owned() } else { clean.to_owned() }
}

fn unused(name: &str, entries: &[Entry]) -> String {
    let is_taken = |name: &str| entries.iter().any(|entry| entry.name == name);
    if !is_taken(name) {
        return name.to_owned();
    }
    let mut names = (2..=entries.len() + 1).map(|number| format!("{name}-{number}"));
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# nightly\nMAILTO=ops@example.com\nCRON_TZ=Europe/Berlin\n\
        30 2 * * *  /opt/backup.sh --all\n@reboot /opt/warm-up\n@daily cd /srv && python3 eod.py\n\
        */5 * * * * nightbell exec poll -- /opt/poll\n0 4 * * 1 /opt/backup.sh\n";

    #[test]
    fn every_line_with_a_schedule_becomes_a_job() {
        let entries = read(TEXT, false, None);
        let jobs: Vec<_> = entries.iter().map(|it| (it.cron.as_str(), it.name.as_str())).collect();
        assert_eq!(
            jobs,
            [
                ("30 2 * * *", "backup"),
                ("@daily", "eod"),
                ("*/5 * * * *", "poll"),
                ("0 4 * * 1", "backup-2")
            ]
        );
        assert!(entries.iter().all(|it| it.timezone.as_deref() == Some("Europe/Berlin")));
    }

    #[test]
    fn everything_else_stays_as_it_was_and_a_second_time_changes_nothing() {
        let once = rewrite(TEXT, &read(TEXT, false, None));
        assert!(once.contains("30 2 * * *  nightbell exec backup -- /opt/backup.sh --all\n"));
        let shell = "@daily nightbell exec eod -- /bin/sh -c 'cd /srv && python3 eod.py'\n";
        assert!(once.contains(shell), "{once}");
        assert!(once.contains("@reboot /opt/warm-up\n") && once.contains("# nightly\n"));
        assert_eq!(rewrite(&once, &read(&once, false, None)), once);
    }

    #[test]
    fn a_crontab_of_the_system_names_users() {
        let entries = read("17 * * * * root run-parts /etc/cron.hourly\n", true, Some("UTC"));
        assert_eq!(entries[0].command, "run-parts /etc/cron.hourly");
        assert!(entries[0].rewritten.starts_with("17 * * * * root nightbell exec run-parts -- "));
    }
}
