//! `nightbell systemd`.

mod calendar;
mod suggest;
mod timer;
mod unit;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use nightbell::api::CronProfile;

use self::timer::Timer;
use crate::found::{self, Job, Server};
use crate::{Failure, Form, crontab, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Systemd {
    /// Lists the timers with their schedules as Nightbell has them, and how to watch each
    Discover(Discover),
}

/// Timers are read with all that is dropped in; masked ones and templates are left out.
#[derive(Debug, Args)]
pub(crate) struct Discover {
    /// Folders of units instead of the system's
    #[arg(long)]
    folder: Vec<PathBuf>,
    /// What new names begin with; else this machine's name and a dash
    #[arg(long)]
    prefix: Option<String>,
    /// Register the schedules of those that are watched
    #[arg(long)]
    register: bool,
    /// And of those that are not: somebody is told unless they report
    #[arg(long, requires = "register")]
    all: bool,
    #[command(flatten)]
    form: Form,
}

impl Systemd {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let Self::Discover(discover) = self;
        let folders = if discover.folder.is_empty() {
            unit::FOLDERS.iter().map(PathBuf::from).collect()
        } else {
            discover.folder.clone()
        };
        let timers = timer::find(&folders, &found::prefix(discover.prefix.as_deref()));
        let program = std::env::current_exe()?.to_string_lossy().into_owned();
        discover.form.show(|| describe(&timers, &suggest::path(&program)), &timers)?;
        if discover.register { register(&timers, discover.all) } else { Ok(0) }
    }
}

fn describe(timers: &[Timer], program: &str) -> String {
    let row = |it: &Timer| {
        let watched = match (&it.scheduler_id, it.is_watched) {
            (Some(id), true) => format!("watched as {id}"),
            (None, true) => "watched, its name cannot be read".to_owned(),
            (_, false) => "not watched".to_owned(),
        };
        let schedule = if it.schedule.is_some() { "understood" } else { "register it by hand" };
        let enabled = if it.is_enabled == Some(false) { "disabled" } else { "" };
        let written = it.written.join("; ");
        vec![it.name.clone(), written, schedule.to_owned(), watched, enabled.to_owned()]
    };
    let rows: Vec<_> = timers.iter().map(row).collect();
    let mut out = text::table(&["TIMER", "SCHEDULE", "", "", ""], &rows);
    let suggested: Vec<_> = timers.iter().filter_map(|it| suggest::suggest(it, program)).collect();
    if suggested.iter().any(|it| it.contains(suggest::ENVIRONMENT)) {
        out.push('\n');
        out.push_str(suggest::ENVIRONMENT);
        out.push_str(" must hold NIGHTBELL_URL and NIGHTBELL_API_KEY, readable to root alone.\n");
    }
    out + &suggested.concat()
}

/// Registers what can be, and says of the rest why not.
fn register(timers: &[Timer], all: bool) -> Result<u8, Failure> {
    let server = Server::connect()?;
    let known = server.known()?;
    let mut code = 0;
    for timer in timers {
        let mut job = match job(timer, all) {
            Ok(job) => [job],
            Err(why) => {
                text::complain(&format!("{} is not registered: {why}", timer.name));
                continue;
            }
        };
        let failures = match found::settle(&mut job, &known) {
            Ok(()) => server.arm(&job),
            Err(failure) => Err(vec![failure.to_string()]),
        };
        let said = failures.unwrap_or_else(|failures| {
            code = 1;
            failures
        });
        if said.is_empty() {
            text::complain(&format!("registered {}", job[0].id()));
        }
        for line in said {
            text::complain(&line);
        }
    }
    Ok(code)
}

/// The job of a timer, or why it is none.
fn job(timer: &Timer, all: bool) -> Result<Job, &'static str> {
    if timer.is_enabled == Some(false) {
        return Err("it is disabled");
    }
    if !timer.is_watched && !all {
        return Err("it is not watched, and would be missed (--all)");
    }
    let id = timer.scheduler_id.as_deref().ok_or("what it tells nightbell exec cannot be read")?;
    let schedules = timer.schedule.clone().ok_or("its schedule is not understood")?;
    let mut job = Job::new(timer.name.clone(), id);
    let mut grace = timer.start_grace;
    if let Some(wrapper) = &timer.wrapper {
        let about = &wrapper.about;
        if !about.cron.is_empty() || about.every.is_some() {
            return Err("it says its schedule itself");
        }
        grace = about.start_grace.or(grace);
        job = job.told(wrapper);
    }
    let timezone = timer.timezone.clone().or_else(crontab::machine_zone);
    job = job.expected(schedules, timezone, CronProfile::Systemd);
    job.request.start_grace = grace;
    Ok(job)
}
