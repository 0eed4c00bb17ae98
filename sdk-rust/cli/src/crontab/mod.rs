//! `nightbell crontab`.

mod files;
mod plan;
mod settings;
mod table;
mod users;
mod wrap;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stdin};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use similar::TextDiff;

use self::files::Draft;
pub(crate) use self::files::machine_zone;
use self::plan::{Options, Plan};
use crate::found::{self, Job, Known, Server};
use crate::{Failure, text};

/// The label that says which crontab a job is a line of.
const LABEL: &str = "crontab";

#[derive(Debug, Subcommand)]
pub(crate) enum Crontab {
    /// Registers every line with its schedule and time zone, and puts `nightbell exec` before its command
    Sync(Sync),
}

/// What is changed is shown first, and asked about.
///
/// A line is named after its program, or by a comment right above it: # nightbell: NAME
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// A file; else the crontab of this user
    file: Option<PathBuf>,
    /// The file has a column of users, as /etc/crontab and the files in /etc/cron.d
    #[arg(long)]
    system: bool,
    /// The time zone in which cron reads the lines; else this machine's
    #[arg(long)]
    timezone: Option<String>,
    /// What new names begin with; else this machine's name and a dash
    #[arg(long)]
    prefix: Option<String>,
    /// The file with the API key of the jobs; else NIGHTBELL_API_KEY_FILE
    #[arg(long)]
    key_file: Option<PathBuf>,
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

/// What is to be done.
struct Change {
    plan: Plan,
    after: String,
    jobs: Vec<Job>,
    /// Jobs whose lines are gone.
    gone: Vec<String>,
}

impl Sync {
    fn run(&self) -> Result<u8, Failure> {
        let before = files::read(self.file.as_deref())?;
        let mut plan = self.plan(&before)?;
        let top = settings::wanting(&plan.entries, self.key_file.as_deref());
        let (top, wants) = match top {
            Ok(top) => (top, None),
            Err(failure) => (String::new(), Some(failure)),
        };
        plan.remarks.extend(settings::remarks(&plan.entries, &top));
        let after = plan::rewrite(&before, &top, &plan.entries);
        let jobs = plan.jobs(&top)?;
        let mut change = Change { plan, after, jobs, gone: vec![] };
        let server = match self.look(&mut change) {
            Ok(server) => Some(server),
            Err(failure) if self.dry_run => {
                change.plan.remarks.push(format!("the server was not asked: {failure}"));
                None
            }
            Err(failure) => return Err(failure),
        };
        change.show(&before)?;
        if let Some(failure) = wants {
            return Err(failure);
        }
        let Some(server) = server.filter(|_| !self.dry_run) else { return Ok(0) };
        if change.jobs.is_empty() && change.gone.is_empty() {
            return Ok(0);
        }
        if !self.yes && !agrees()? {
            text::complain("nothing was changed");
            return Ok(1);
        }
        let draft = || Draft::new(self.file.as_deref(), change.after.clone());
        let draft = (before != change.after).then(draft).transpose()?;
        change.make(&server, draft)
    }

    fn plan(&self, before: &str) -> Result<Plan, Failure> {
        let file = self.file.as_deref();
        let zone = self.timezone.clone().or_else(machine_zone);
        let knows = before.contains("CRON_TZ").then(files::knows_cron_tz).flatten();
        let prefix = found::prefix(self.prefix.as_deref());
        plan::make(
            before,
            &Options {
                has_users: self.system || file.is_some_and(files::is_of_the_system),
                prefix: &prefix,
                zone: zone.as_deref(),
                knows_cron_tz: knows.unwrap_or(true),
            },
        )
    }

    /// Asks the server what it makes of it. Nothing is changed there.
    fn look(&self, change: &mut Change) -> Result<Server, Failure> {
        let server = Server::connect()?;
        let known = server.known()?;
        let mark = files::mark(self.file.as_deref());
        for job in &mut change.jobs {
            job.request.labels.insert(LABEL.to_owned(), mark.clone());
        }
        found::settle(&mut change.jobs, &known)?;
        if known.is_none() {
            change.plan.remarks.push(
                "this API key may not read: neither schedules nor names were checked".to_owned(),
            );
            return Ok(server);
        }
        change.plan.remarks.extend(server.try_schedules(&mut change.jobs)?);
        change.compare(&known, &mark);
        Ok(server)
    }
}

impl Change {
    /// Finds jobs of this crontab whose lines are gone, and lines whose jobs are paused.
    fn compare(&mut self, known: &Known, mark: &str) {
        for (id, there) in known.iter().flatten() {
            let is_line = self.jobs.iter().any(|job| job.id() == id);
            let label = there.settings.as_ref().and_then(|it| it.labels.get(LABEL));
            let is_paused = there.paused_at.is_some();
            if is_line && is_paused {
                self.plan.remarks.push(format!(
                    "{id} is paused: `nightbell schedulers resume {id}` has it watched again"
                ));
            }
            if !is_line && !is_paused && label.is_some_and(|it| it == mark) {
                self.gone.push(id.clone());
            }
        }
        if self.plan.is_unclear {
            self.gone.clear();
        }
    }

    fn show(&self, before: &str) -> std::io::Result<()> {
        let row = |it: &plan::Entry| {
            let zone = it.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
            vec![it.name.clone(), it.cron.clone(), zone, it.command.clone()]
        };
        let rows: Vec<_> = self.plan.entries.iter().map(row).collect();
        let mut out = if rows.is_empty() {
            "No line runs anything at a time.\n".to_owned()
        } else {
            text::table(&["SCHEDULER", "SCHEDULE", "TIME ZONE", "COMMAND"], &rows)
        };
        let mut list = |head: &str, lines: &[String]| {
            if !lines.is_empty() {
                let _ = write!(out, "\n{head}\n    {}\n", lines.join("\n    "));
            }
        };
        list("Not watched:", &self.plan.unwatched);
        list("No longer in this crontab, and paused therefore:", &self.gone);
        list("Mind:", &self.plan.remarks);
        if before != self.after {
            let diff = TextDiff::from_lines(before, &self.after);
            let _ = write!(out, "\n{}", diff.unified_diff().header("crontab", "crontab, watched"));
        } else if !rows.is_empty() && self.plan.unwatched.is_empty() {
            out.push_str("\nEvery line is watched already.\n");
        }
        text::print(&out)
    }

    /// First the names, then the crontab, and then the schedules: wherever it ends, no job is
    /// missed that does not report.
    fn make(&self, server: &Server, draft: Option<Draft>) -> Result<u8, Failure> {
        server.make_known(&self.jobs)?;
        if let Some(draft) = draft {
            draft.put()?;
        }
        let mut code = 0;
        let said = server.arm(&self.jobs).unwrap_or_else(|failures| {
            code = 1;
            failures
        });
        for line in said {
            text::complain(&line);
        }
        for id in &self.gone {
            if let Err(failure) = server.pause(id) {
                code = 1;
                text::complain(&failure.to_string());
            }
        }
        text::complain(&format!("registered {}", self.ids()));
        Ok(code)
    }

    fn ids(&self) -> String {
        self.jobs.iter().map(Job::id).collect::<Vec<_>>().join(", ")
    }
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
