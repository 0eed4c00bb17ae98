//! `nightbell systemd`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use nightbell::api::{CronProfile, RegisterSchedulerRequest, Schedule, ScheduleRule};
use serde::Serialize;

use crate::{Failure, Form, crontab, session, text};

/// Where units lie; the first of a name counts.
const FOLDERS: &[&str] = &[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

#[derive(Debug, Subcommand)]
pub(crate) enum Systemd {
    /// Lists the timers with their schedules as Nightbell has them, and how to watch each
    Discover(Discover),
}

#[derive(Debug, Args)]
pub(crate) struct Discover {
    /// Folders of units instead of the system's
    #[arg(long)]
    folder: Vec<PathBuf>,
    /// Register those whose schedules are understood
    #[arg(long)]
    register: bool,
    #[command(flatten)]
    form: Form,
}

/// A timer and what it starts.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Timer {
    name: String,
    service: String,
    written: Vec<String>,
    /// The zone of its times, where it is written. Else they are this machine's.
    timezone: Option<String>,
    /// As Nightbell has it. None: not understood.
    schedule: Option<Vec<Schedule>>,
    command: Option<String>,
    is_watched: bool,
}

impl Systemd {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let Self::Discover(discover) = self;
        let folders = if discover.folder.is_empty() {
            FOLDERS.iter().map(PathBuf::from).collect()
        } else {
            discover.folder.clone()
        };
        let timers = find(&folders);
        discover.form.show(|| describe(&timers), &timers)?;
        if discover.register {
            register(&timers)?;
        }
        Ok(0)
    }
}

fn describe(timers: &[Timer]) -> String {
    let row = |it: &Timer| {
        let watched = if it.is_watched { "watched" } else { "not watched" };
        let schedule = if it.schedule.is_some() { "understood" } else { "register it by hand" };
        vec![it.name.clone(), it.written.join("; "), schedule.to_owned(), watched.to_owned()]
    };
    let rows: Vec<_> = timers.iter().map(row).collect();
    let mut out = text::table(&["TIMER", "SCHEDULE", "", ""], &rows);
    for it in timers.iter().filter(|it| !it.is_watched) {
        let Some(command) = &it.command else { continue };
        let _ = write!(
            out,
            "\nsystemctl edit {}\n    [Service]\n    ExecStart=\n    ExecStart=/usr/local/bin/nightbell exec {} -- {command}\n",
            it.service, it.name
        );
    }
    out
}

fn find(folders: &[PathBuf]) -> Vec<Timer> {
    let mut timers: Vec<Timer> = vec![];
    for folder in folders {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        let mut paths: Vec<_> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|it| it == "timer")) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if timers.iter().any(|it| it.name == name) {
                continue;
            }
            timers.extend(fs::read_to_string(path).ok().map(|text| read(&name, &text, folders)));
        }
    }
    timers
}

fn read(name: &str, text: &str, folders: &[PathBuf]) -> Timer {
    let values = |wanted: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.trim().split_once('='));
        lines
            .filter(|(key, value)| key.trim() == wanted && !value.trim().is_empty())
            .map(|(_, value)| value.trim().to_owned())
            .collect()
    };
    let calendars = values("OnCalendar");
    let repeats = values("OnUnitActiveSec");
    let (times, zones): (Vec<&str>, Vec<Option<&str>>) =
        calendars.iter().map(|it| split_zone(it)).unzip();
    let timezone = zones.first().copied().flatten().map(str::to_owned);
    // Nightbell has one zone for all schedules of a job.
    let has_one_zone = zones.iter().all(|zone| *zone == timezone.as_deref());
    let rules: Option<Vec<Schedule>> = times
        .iter()
        .map(|it| cron(it).filter(|_| has_one_zone).map(ScheduleRule::Cron))
        .chain(repeats.iter().map(|it| span(it).map(ScheduleRule::Every)))
        .map(|rule| rule.map(|rule| Schedule { rule: Some(rule) }))
        .collect();
    let service = values("Unit").pop().unwrap_or_else(|| format!("{name}.service"));
    let command = folders.iter().find_map(|folder| exec_start(&folder.join(&service)));
    Timer {
        name: name.to_owned(),
        is_watched: command.as_ref().is_some_and(|it| it.contains("nightbell exec")),
        timezone,
        written: calendars.into_iter().chain(repeats).collect(),
        schedule: rules.filter(|rules| !rules.is_empty()),
        service,
        command,
    }
}

fn exec_start(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| Some(line.trim().strip_prefix("ExecStart=")?.to_owned()))
}

/// The times, and the zone behind them: `*-*-* 01:00 Europe/Berlin`.
fn split_zone(calendar: &str) -> (&str, Option<&str>) {
    let is_zone = |word: &str| {
        let is_name = word.starts_with(|it: char| it.is_ascii_alphabetic());
        word == "UTC" || (is_name && word.contains('/'))
    };
    match calendar.rsplit_once(char::is_whitespace) {
        Some((times, zone)) if is_zone(zone) => (times.trim_end(), Some(zone)),
        _ => (calendar, None),
    }
}

/// `OnCalendar` as cron fields, for what cron can say.
fn cron(calendar: &str) -> Option<String> {
    let word = match calendar {
        "hourly" => "0 * * * *",
        "daily" | "midnight" => "0 0 * * *",
        "weekly" => "0 0 * * 1",
        "monthly" => "0 0 1 * *",
        "yearly" | "annually" => "0 0 1 1 *",
        _ => "",
    };
    if !word.is_empty() {
        return Some(word.to_owned());
    }
    let mut words = calendar.split_whitespace().peekable();
    let weekday = match words.peek() {
        Some(word) if word.starts_with(|it: char| it.is_ascii_alphabetic()) => {
            words.next()?.replace("..", "-")
        }
        _ => "*".to_owned(),
    };
    let (month, day) = match words.peek() {
        Some(word) if word.contains('-') => {
            let mut parts = words.next()?.split('-');
            let year = parts.next()?;
            let fields = (field(parts.next()?)?, field(parts.next()?)?);
            (year == "*" && parts.next().is_none()).then_some(fields)?
        }
        _ => ("*".to_owned(), "*".to_owned()),
    };
    let time = words.next().unwrap_or("00:00");
    if words.next().is_some() {
        return None;
    }
    let mut parts = time.split(':');
    let (hour, minute) = (field(parts.next()?)?, field(parts.next()?)?);
    match parts.next() {
        None | Some("0" | "00") => Some(format!("{minute} {hour} {day} {month} {weekday}")),
        Some(_) => None,
    }
}

/// One field; steps as `0/15` are `0-59/15` of cron, which Nightbell reads as written.
fn field(text: &str) -> Option<String> {
    let parts: Option<Vec<String>> = text.split(',').map(part).collect();
    Some(parts?.join(","))
}

fn part(text: &str) -> Option<String> {
    let number = |text: &str| text.parse::<u32>().ok();
    if text == "*" {
        return Some(text.to_owned());
    }
    if let Some((start, step)) = text.split_once('/') {
        let step = number(step)?;
        return match start {
            "*" | "0" | "00" => Some(format!("*/{step}")),
            _ => None,
        };
    }
    if let Some((first, last)) = text.split_once("..") {
        return Some(format!("{}-{}", number(first)?, number(last)?));
    }
    number(text).map(|it| it.to_string())
}

fn span(text: &str) -> Option<Duration> {
    let short = text.replace("min", "m").replace("sec", "s").replace("hour", "h").replace(' ', "");
    text::read_span(&short).ok()
}

fn register(timers: &[Timer]) -> Result<(), Failure> {
    let client = session::for_people()?;
    let api = client.api();
    session::runtime()?.block_on(async {
        for timer in timers {
            let Some(schedules) = timer.schedule.clone() else { continue };
            let request = RegisterSchedulerRequest {
                scheduler_id: timer.name.clone(),
                job_name: Some(timer.name.clone()),
                service_name: session::service(),
                schedules,
                timezone: timer.timezone.clone().or_else(crontab::machine_zone),
                cron_profile: Some(CronProfile::Systemd),
                ..Default::default()
            };
            api.register_scheduler(request).await.map_err(|it| format!("{}: {it}", timer.name))?;
            text::complain(&format!("registered {}", timer.name));
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendars_that_cron_can_say_are_understood() {
        for (calendar, expected) in [
            ("daily", Some("0 0 * * *")),
            ("*-*-* 02:30:00", Some("30 2 * * *")),
            ("Mon..Fri *-*-* 22:00", Some("0 22 * * Mon-Fri")),
            ("Sun 04:15", Some("15 4 * * Sun")),
            ("*-*-01 00:00:00", Some("0 0 1 * *")),
            ("*:0/15", Some("*/15 * * * *")),
            ("*-*-* *:*:30", None),
            ("2030-01-01 00:00:00", None),
        ] {
            assert_eq!(cron(calendar).as_deref(), expected, "{calendar}");
        }
        assert_eq!(span("15min"), Some(Duration::from_secs(900)));
        let berlin = "Mon *-*-* 01:00 Europe/Berlin";
        assert_eq!(split_zone(berlin), ("Mon *-*-* 01:00", Some("Europe/Berlin")));
        assert_eq!(split_zone("daily UTC"), ("daily", Some("UTC")));
        assert_eq!(split_zone("*:0/15"), ("*:0/15", None));
    }

    #[test]
    fn a_timer_is_found_with_what_it_starts() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("eod.timer", "[Timer]\nOnCalendar=*-*-* 01:00:00\nPersistent=true\n");
        write("eod.service", "[Service]\nExecStart=/opt/eod --all\n");
        let timers = find(&[folder.path().to_owned()]);
        assert_eq!(timers.len(), 1);
        assert_eq!(timers[0].command.as_deref(), Some("/opt/eod --all"));
        let text = describe(&timers);
        assert!(text.contains("ExecStart=/usr/local/bin/nightbell exec eod -- /opt/eod --all"));
    }
}
