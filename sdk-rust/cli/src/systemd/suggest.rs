//! How a unit becomes watched.

use std::fmt::Write as _;

use super::timer::{PREFIXES, Timer};

/// What is said once, before all.
pub(crate) const ENVIRONMENT: &str = "/etc/nightbell/environment";

/// What to write by `systemctl edit`. None: there is nothing to watch, or it is watched.
pub(crate) fn suggest(timer: &Timer, program: &str) -> Option<String> {
    if timer.is_watched || timer.commands.is_empty() {
        return None;
    }
    let id = timer.scheduler_id.as_deref()?;
    if ["notify", "notify-reload", "forking", "dbus"].contains(&timer.kind.as_str()) {
        return Some(format!(
            "\n{} is of Type={}: systemd would take nightbell exec for the service itself. \
             Watch what it runs from within.\n",
            timer.service, timer.kind
        ));
    }
    let mut out = format!("\nsystemctl edit {}\n    [Service]\n", timer.service);
    let knows_server =
        ["NIGHTBELL_URL", "nightbell/"].iter().any(|it| timer.environment.contains(it));
    if !knows_server {
        let _ = writeln!(out, "    EnvironmentFile=-{ENVIRONMENT}");
    }
    out.push_str("    ExecStart=\n");
    for (command, number) in timer.commands.iter().zip(1..) {
        let bare = command.trim_start_matches(PREFIXES);
        let prefixes = &command[..command.len() - bare.len()];
        if prefixes.contains(['@', '|']) {
            let _ = writeln!(out, "    # not watched, for its {prefixes}\n    ExecStart={command}");
            continue;
        }
        let id = if number == 1 { id.to_owned() } else { format!("{id}-{number}") };
        let _ =
            writeln!(out, "    ExecStart={prefixes}{program} exec {id} -- {}", bare.trim_start());
    }
    Some(out)
}

/// A path as it is written in a unit.
pub(crate) fn path(text: &str) -> String {
    let text = text.replace('%', "%%");
    if text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::timer::find;
    use super::*;

    /// What is suggested for a service with these settings.
    fn suggested(settings: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("eod.timer", "[Timer]\nOnCalendar=daily\n");
        write("eod.service", &format!("[Service]\n{settings}"));
        let timers = find(&[folder.path().to_owned()], "web-");
        suggest(&timers[0], "/opt/bin/nightbell")
    }

    #[test]
    fn a_unit_does_what_it_did() {
        assert_eq!(
            suggested("ExecStart=-/opt/pre --x\nExecStart=+/opt/eod \\\n  --all %i\n").unwrap(),
            "\nsystemctl edit eod.service\n    [Service]\n    \
             EnvironmentFile=-/etc/nightbell/environment\n    ExecStart=\n    \
             ExecStart=-/opt/bin/nightbell exec web-eod -- /opt/pre --x\n    \
             ExecStart=+/opt/bin/nightbell exec web-eod-2 -- /opt/eod --all %i\n"
        );
        let argv0 = suggested("ExecStart=@/opt/eod eod --all\n").unwrap();
        assert!(argv0.ends_with("ExecStart=@/opt/eod eod --all\n"), "{argv0}");
        let notify = suggested("Type=notify\nExecStart=/opt/eod\n").unwrap();
        assert!(!notify.contains("ExecStart"), "{notify}");
        let told = suggested("Environment=NIGHTBELL_URL=http://x\nExecStart=/opt/eod\n").unwrap();
        assert!(!told.contains("EnvironmentFile"), "{told}");
        assert_eq!(suggested("ExecStart=-/usr/bin/nightbell exec eod -- /opt/eod\n"), None);
    }
}
