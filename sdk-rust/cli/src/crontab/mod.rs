//! `nightbell crontab`.

mod lines;

use std::io::{IsTerminal as _, Write as _, stdin};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, Subcommand};
use nightbell::api::{CronProfile, RegisterSchedulerRequest, Schedule, ScheduleRule};
use similar::TextDiff;

use self::lines::Entry;
use crate::{Failure, session, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Crontab {
    /// Registers every line with its schedule and time zone, and puts `nightbell exec` before its command
    Sync(Sync),
}

/// What is changed is shown first, and asked about.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// A file; else the crontab of this user
    file: Option<PathBuf>,
    /// The file has a column of users, as /etc/crontab
    #[arg(long)]
    system: bool,
    /// The time zone, where no line says CRON_TZ; else this machine's
    #[arg(long)]
    timezone: Option<String>,
    /// Show what would be done
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Crontab {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let Self::Sync(sync) = self;
        sync.run()
    }
}

impl Sync {
    fn run(&self) -> Result<u8, Failure> {
        let before = match &self.file {
            Some(path) => read_file(path)?,
            None => own_crontab()?,
        };
        let zone = self.timezone.clone().or_else(machine_zone);
        let entries = lines::read(&before, self.system, zone.as_deref());
        let after = lines::rewrite(&before, &entries);
        show(&entries, &before, &after);
        if entries.is_empty() || self.dry_run {
            return Ok(0);
        }
        if !self.yes && !agrees()? {
            text::complain("nothing was changed");
            return Ok(1);
        }
        // First the server: a line that it does not take must not be half watched.
        Self::register(&entries)?;
        if before != after {
            match &self.file {
                Some(path) => write_file(path, &after)?,
                None => set_own_crontab(&after)?,
            }
        }
        Ok(0)
    }

    fn register(entries: &[Entry]) -> Result<(), Failure> {
        let client = session::for_people()?;
        let api = client.api();
        session::runtime()?.block_on(async {
            for entry in entries {
                let answer = api.register_scheduler(registration(entry)).await;
                answer.map_err(|error| format!("line {}: {error}", entry.line + 1))?;
                text::complain(&format!("registered {}", entry.name));
            }
            Ok(())
        })
    }
}

fn registration(entry: &Entry) -> RegisterSchedulerRequest {
    let rule = Some(ScheduleRule::Cron(entry.cron.clone()));
    RegisterSchedulerRequest {
        scheduler_id: entry.name.clone(),
        job_name: Some(entry.name.clone()),
        service_name: session::service(),
        schedules: vec![Schedule { rule }],
        timezone: entry.timezone.clone(),
        cron_profile: Some(CronProfile::Vixie),
        ..Default::default()
    }
}

fn show(entries: &[Entry], before: &str, after: &str) {
    let row = |it: &Entry| {
        let zone = it.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        vec![it.name.clone(), it.cron.clone(), zone, it.command.clone()]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    text::say(&text::table(&["SCHEDULER", "SCHEDULE", "TIME ZONE", "COMMAND"], &rows));
    if before == after {
        text::say("Every line is watched already.");
        return;
    }
    let diff = TextDiff::from_lines(before, after);
    text::say(&diff.unified_diff().header("crontab", "crontab, watched").to_string());
}

fn agrees() -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        return Err("not a terminal: say --yes to change it, --dry-run to only look".into());
    }
    text::complain("change it? [y/N]");
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

fn read_file(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Whole or not at all.
fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    file.persist(path)?;
    Ok(())
}

fn own_crontab() -> Result<String, Failure> {
    let output =
        Command::new("crontab").arg("-l").output().map_err(|it| format!("crontab: {it}"))?;
    Ok(String::from_utf8(output.stdout)?)
}

fn set_own_crontab(text: &str) -> Result<(), Failure> {
    let mut child = Command::new("crontab").arg("-").stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    if child.wait()?.success() { Ok(()) } else { Err("crontab did not take it".into()) }
}

/// The time zone of this machine, in which cron reads its lines.
pub(crate) fn machine_zone() -> Option<String> {
    jiff::tz::TimeZone::system().iana_name().map(str::to_owned)
}
