//! A command as cron will run it, with `nightbell exec` before it.

use super::table::input;

/// Words that only a shell knows.
const OF_THE_SHELL: &[&str] = &[
    ".", ":", "alias", "bg", "bind", "break", "builtin", "case", "cd", "command", "continue",
    "declare", "do", "done", "elif", "else", "esac", "eval", "exec", "exit", "export", "fc", "fg",
    "fi", "for", "function", "getopts", "hash", "if", "jobs", "let", "local", "read", "readonly",
    "return", "select", "set", "shift", "shopt", "source", "suspend", "then", "time", "times",
    "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
];

/// The command, watched. What `%` gives it to read stays where cron looks for it.
pub(crate) fn wrapped(program: &str, name: &str, command: &str, shell: &str) -> String {
    let (command, input) = input(command);
    let command = command.trim_end();
    let run = if is_plain(command) && !needs_shell(command) {
        command.to_owned()
    } else {
        format!("{} -c {}", path(shell), quoted(command))
    };
    let program = path(program);
    format!("{program} exec {name} -- {run}{input}")
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_alphanumeric() || " _-./:=,@+".contains(it))
}

fn needs_shell(command: &str) -> bool {
    let first = command.split_whitespace().next().unwrap_or_default();
    first.contains('=') || OF_THE_SHELL.contains(&first)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn path(text: &str) -> String {
    if is_plain(text) && !text.contains(' ') {
        return text.to_owned();
    }
    // cron would cut it in two.
    quoted(&text.replace('%', "\\%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_does_what_it_did() {
        for (command, expected) in [
            ("/opt/a --x=1", "/opt/a --x=1"),
            ("cd /srv && ./a", "/bin/bash -c 'cd /srv && ./a'"),
            ("A=1 /opt/a", "/bin/bash -c 'A=1 /opt/a'"),
            ("[[ -f 'x' ]]", "/bin/bash -c '[[ -f '\\''x'\\'' ]]'"),
            ("exec /opt/d", "/bin/bash -c 'exec /opt/d'"),
            ("ulimit -n 10", "/bin/bash -c 'ulimit -n 10'"),
            (". /etc/profile", "/bin/bash -c '. /etc/profile'"),
            ("cat%hello", "cat%hello"),
            ("cat | wc %a%b's", "/bin/bash -c 'cat | wc'%a%b's"),
            ("date +\\%F", "/bin/bash -c 'date +\\%F'"),
        ] {
            let line = wrapped("nightbell", "n", command, "/bin/bash");
            assert_eq!(line, format!("nightbell exec n -- {expected}"));
        }
        let line = wrapped("/o p/%/nightbell", "n", "a", "/bin/sh");
        assert_eq!(line, "'/o p/\\%/nightbell' exec n -- a");
    }
}
