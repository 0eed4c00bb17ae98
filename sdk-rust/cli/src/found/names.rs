//! What a command is called when nobody has given it a name.

use super::words::{base, commands};

/// Programs that run another: its name says what is done, theirs does not. With each,
/// its options that take a value, and how many words stand before the command.
const WRAPPERS: &[(&str, &str, usize)] = &[
    ("chronic", "", 0),
    ("chrt", "TPD", 1),
    ("command", "", 0),
    ("cronic", "", 0),
    ("env", "uCS", 0),
    ("exec", "a", 0),
    ("flock", "wE", 1),
    ("ionice", "cn", 0),
    ("nice", "n", 0),
    ("nohup", "", 0),
    ("setsid", "", 0),
    ("stdbuf", "ioe", 0),
    ("sudo", "ugpCThDRrt", 0),
    ("systemd-cat", "tp", 0),
    ("time", "fo", 0),
    ("timeout", "ks", 1),
];

/// Programs whose script says what is done. With each, its options that take a value, and
/// that whose value is the script itself.
const INTERPRETERS: &[(&str, &str, char)] = &[
    ("bash", "", 'c'),
    ("dash", "", 'c'),
    ("java", "", ' '),
    ("node", "r", 'e'),
    ("perl", "I", 'e'),
    ("php", "d", 'r'),
    ("python", "WX", 'c'),
    ("python3", "WX", 'c'),
    ("ruby", "IrC", 'e'),
    ("run-parts", "", ' '),
    ("sh", "", 'c'),
    ("zsh", "", 'c'),
];

/// What prepares or decides is not what is done.
const PREPARING: &[&str] = &[
    ".", ":", "[", "[[", "cd", "echo", "exit", "export", "false", "printf", "set", "sleep",
    "source", "test", "true", "ulimit", "umask",
];

/// Words of the shell in front of a command.
const KEYWORDS: &[&str] = &["!", "{", "do", "elif", "else", "if", "then", "until", "while"];

/// Endings that say what a script is written in.
const ENDINGS: &[&str] =
    &["bash", "jar", "js", "mjs", "php", "pl", "ps1", "py", "rb", "sh", "ts", "zsh"];

/// A name of what is done: the program's, without folder and ending; of an interpreter
/// its script's; of what runs another program, that one's.
pub(crate) fn name_of(line: &str) -> String {
    let programs: Vec<String> = commands(line).iter().filter_map(|it| program(it)).collect();
    let telling = programs.iter().find(|it| !PREPARING.contains(&it.as_str()));
    let name = telling.or(programs.first()).map_or("", String::as_str);
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.contains(&ending) => stem,
        _ => name,
    };
    let clean = clean(stem);
    if clean.is_empty() { "job".to_owned() } else { clean }
}

/// The text as a part of an id.
pub(crate) fn clean(text: &str) -> String {
    let is_good = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    let clean: String =
        text.chars().map(|it| if is_good(it) { it } else { '-' }).take(60).collect();
    clean.trim_matches(['-', '.', '_']).to_owned()
}

/// The name of the program that a simple command runs at last.
fn program(words: &[String]) -> Option<String> {
    let mut words = words;
    loop {
        let (first, rest) = words.split_first()?;
        let name = base(first);
        if is_assignment(first) || KEYWORDS.contains(&name) {
            words = rest;
        } else if let Some((_, valued, operands)) = WRAPPERS.iter().find(|it| it.0 == name) {
            let rest = after_options(rest, valued);
            words = rest.get(*operands..)?;
            // `flock FILE -c 'COMMAND'`
            if let [option, script, ..] = words
                && option == "-c"
            {
                return Some(name_of(script));
            }
        } else if let Some((_, valued, code)) = INTERPRETERS.iter().find(|it| it.0 == name) {
            return Some(script(name, rest, valued, *code).unwrap_or_else(|| name.to_owned()));
        } else {
            return (name != "}").then(|| name.to_owned());
        }
    }
}

/// What an interpreter is given to run. None: something that has no name.
fn script(interpreter: &str, words: &[String], valued: &str, code: char) -> Option<String> {
    let rest = after_options(words, valued);
    let options = &words[..words.len() - rest.len()];
    let is_code = |it: &String| it.starts_with('-') && !it.starts_with("--") && it.ends_with(code);
    let first = rest.first()?;
    if options.iter().any(is_code) {
        return interpreter.ends_with("sh").then(|| name_of(first));
    }
    Some(base(first.trim_end_matches('/')).to_owned())
}

/// What follows the options and assignments.
fn after_options<'a>(words: &'a [String], valued: &str) -> &'a [String] {
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        let takes_next = first.len() == 2 && valued.contains(&first[1..]);
        words = match first.as_str() {
            "--" => return rest,
            it if it.starts_with('-') && takes_next => rest.get(1..).unwrap_or_default(),
            it if it.starts_with('-') || is_assignment(it) => rest,
            _ => return words,
        };
    }
    words
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_named_by_what_it_does() {
        for (line, name) in [
            ("/opt/backup.sh --all", "backup"),
            ("cd /srv && python3 eod.py", "eod"),
            ("cd /srv; ./import", "import"),
            ("A=1 B=2 /opt/x", "x"),
            ("flock -n /var/lock/poll /opt/poll", "poll"),
            ("flock -w 10 /var/lock/poll -c 'cd /srv; /opt/poll'", "poll"),
            ("timeout -k 5 10m nice -n 10 ionice -c2 -n 7 /opt/a", "a"),
            ("sudo -u www-data -- php -d x=1 /srv/cron.php", "cron"),
            ("env -i PATH=/bin sh -c '/opt/b.sh; exit 3'", "b"),
            ("chronic bash -lc 'exec /opt/c'", "c"),
            ("[ -x /usr/bin/d ] && /usr/bin/d", "d"),
            ("if test -x /e; then /e; fi", "e"),
            ("echo hello | mail root", "mail"),
            ("echo hello", "echo"),
            ("python3 -m reports.daily", "reports.daily"),
            ("java -jar /opt/f.jar", "f"),
            ("cd / && run-parts --report /etc/cron.hourly", "cron.hourly"),
            ("test -x /sbin/g || { cd / && run-parts /etc/cron.daily; }", "cron.daily"),
            ("/opt/weird#name", "weird-name"),
            ("python3 -c 'import x; x.run()'", "python3"),
            ("sh -c '/opt/g; exit 3'", "g"),
            ("sh", "sh"),
            ("((", "job"),
        ] {
            assert_eq!(name_of(line), name, "{line}");
        }
    }
}
