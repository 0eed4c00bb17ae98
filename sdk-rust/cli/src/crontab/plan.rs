//! What becomes of a crontab.

use std::ffi::OsString;

use nightbell::api::{CronProfile, Schedule, ScheduleRule};

use super::table::{self, Line, Variables};
use super::{settings, users, wrap};
use crate::Failure;
use crate::found::{self, Ids, Job, Watch, Wrapper};

/// Where cron looks for programs when a crontab does not say.
pub(crate) const PATH: &str = "/usr/bin:/bin";
const SHELL: &str = "/bin/sh";
/// What Debian's cron takes of a command; of a longer one it takes nothing, nor of the rest
/// of the file.
const COMMAND_MAX: usize = 998;

pub(crate) struct Options<'a> {
    /// Whether the file has a column of users.
    pub(crate) has_users: bool,
    /// What the names made here begin with.
    pub(crate) prefix: &'a str,
    /// The time zone in which cron reads the lines.
    pub(crate) zone: Option<&'a str>,
    /// Whether cron reads them in another where `CRON_TZ` says so.
    pub(crate) knows_cron_tz: bool,
}

/// A line that is watched, or will be.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The line's place, from 1.
    pub(crate) number: usize,
    pub(crate) cron: String,
    /// The time zone in force at the line.
    pub(crate) timezone: Option<String>,
    pub(crate) user: Option<String>,
    /// The scheduler's id.
    pub(crate) name: String,
    /// How it is watched already.
    pub(crate) wrapper: Option<Wrapper>,
    pub(crate) command: String,
    /// The line as it will be, where that is new.
    pub(crate) rewritten: Option<String>,
    pub(crate) variables: Variables,
}

#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) entries: Vec<Entry>,
    /// Lines that are not watched, and why.
    pub(crate) unwatched: Vec<String>,
    pub(crate) remarks: Vec<String>,
    /// Whether some line may be watched under an id that cannot be read.
    pub(crate) is_unclear: bool,
}

/// Reads a crontab, and names what has no name.
pub(crate) fn make(text: &str, options: &Options<'_>) -> Result<Plan, Failure> {
    let (lines, strange) = table::read(text, options.has_users);
    users::check(&lines, options.has_users)?;
    let mut plan = Plan::default();
    plan.unwatched
        .extend(strange.iter().map(|number| format!("line {number}: is no line of cron")));
    let watches: Vec<Watch> = lines.iter().map(|line| found::watch(line.command)).collect();
    // First what is taken: a line must not get the name of one that stands below it.
    let mut ids = Ids::default();
    for (line, watch) in lines.iter().zip(&watches) {
        if let Watch::As(wrapper) = watch {
            ids.take(&wrapper.name);
        } else if let Some(name) = line.named {
            if !found::is_id(name) {
                return Err(format!("line {}: {name:?} is no scheduler's id", line.number).into());
            }
            ids.take(name);
        }
    }
    for (line, watch) in lines.into_iter().zip(watches) {
        let wrapper = match watch {
            Watch::As(wrapper) => Some(*wrapper),
            Watch::No => None,
            Watch::Unclear => {
                plan.is_unclear = true;
                plan.unwatched.push(format!(
                    "line {}: what it tells nightbell exec cannot be read: {}",
                    line.number, line.command
                ));
                continue;
            }
        };
        if line.cron.eq_ignore_ascii_case("@reboot") {
            plan.unwatched
                .push(format!("line {}: @reboot is no time: {}", line.number, line.command));
            continue;
        }
        plan.add(&line, wrapper, &mut ids, options)?;
    }
    plan.say_of_zones(options);
    Ok(plan)
}

impl Plan {
    fn add(
        &mut self,
        line: &Line<'_>,
        wrapper: Option<Wrapper>,
        ids: &mut Ids,
        options: &Options<'_>,
    ) -> Result<(), Failure> {
        let variable = |name: &str| line.variables.get(name).map(String::as_str);
        let name = match (&wrapper, line.named) {
            (Some(wrapper), _) => wrapper.name.clone(),
            (None, Some(name)) => name.to_owned(),
            (None, None) => {
                let (command, _) = table::input(line.command);
                ids.unused(&format!("{}{}", options.prefix, found::name_of(command)))
            }
        };
        let mut rewritten = None;
        if wrapper.is_none() {
            let program = found::program(variable("PATH").unwrap_or(PATH))?;
            users::check_program(line, &program)?;
            let shell = variable("SHELL").unwrap_or(SHELL);
            let command = wrap::wrapped(&program, &name, line.command, shell);
            if command.len() > COMMAND_MAX {
                self.unwatched.push(format!("line {}: would be too long for cron", line.number));
                return Ok(());
            }
            rewritten = Some(format!("{}{command}", line.front));
        }
        let cron_tz = variable("CRON_TZ").filter(|_| options.knows_cron_tz);
        self.entries.push(Entry {
            number: line.number,
            cron: line.cron.split_whitespace().collect::<Vec<_>>().join(" "),
            timezone: cron_tz.or(options.zone).map(str::to_owned),
            user: line.user.map(str::to_owned),
            name,
            wrapper,
            command: line.command.to_owned(),
            rewritten,
            variables: line.variables.clone(),
        });
        Ok(())
    }

    fn say_of_zones(&mut self, options: &Options<'_>) {
        let names_another = |entry: &&Entry| {
            entry.variables.get("CRON_TZ").is_some_and(|it| Some(it.as_str()) != options.zone)
        };
        let Some(entry) = self.entries.iter().find(names_another) else { return };
        if !options.knows_cron_tz {
            self.remarks.push(format!(
                "line {}: the cron of this machine does not know CRON_TZ: its lines run at the time of \
                 {}, and are registered so (--timezone says otherwise)",
                entry.number,
                options.zone.unwrap_or("UTC")
            ));
        }
    }

    /// The jobs of all lines, with such lines above them all. Lines of one name and one
    /// command are one job.
    pub(crate) fn jobs(&self, top: &str) -> Result<Vec<Job>, Failure> {
        let mut jobs: Vec<(Job, &Entry)> = vec![];
        for entry in &self.entries {
            let job = entry.job(top);
            let Some((first, other)) = jobs.iter_mut().find(|(it, _)| it.id() == job.id()) else {
                jobs.push((job, entry));
                continue;
            };
            if entry.what() != other.what() || entry.timezone != other.timezone {
                return Err(format!(
                    "lines {} and {} are both called {}, and are not the same job",
                    other.number, entry.number, entry.name
                )
                .into());
            }
            first.request.schedules.extend(job.request.schedules);
        }
        Ok(jobs.into_iter().map(|(job, _)| job).collect())
    }
}

impl Entry {
    fn job(&self, top: &str) -> Job {
        let mut job = Job::new(format!("line {}", self.number), &self.name);
        // What its runs will say of it.
        job.request.service_name = settings::service(self, top);
        if let Some(environment) = self.variables.get("NIGHTBELL_ENVIRONMENT") {
            job.request.labels.insert("environment".to_owned(), environment.clone());
        }
        if let Some(wrapper) = &self.wrapper {
            job = job.told(wrapper);
        }
        let about = self.wrapper.as_ref().map(|it| &it.about);
        // What it says of itself at every run is what counts.
        if about.is_some_and(|it| !it.cron.is_empty() || it.every.is_some()) {
            return job;
        }
        let timezone = about.and_then(|it| it.timezone.clone()).or_else(|| self.timezone.clone());
        let rule = Some(ScheduleRule::Cron(self.cron.clone()));
        job.expected(vec![Schedule { rule }], timezone, CronProfile::Vixie)
    }

    fn what(&self) -> Vec<OsString> {
        let watched = self.wrapper.as_ref().map(|it| it.command.clone());
        watched.unwrap_or_else(|| vec![self.command.clone().into()])
    }
}

/// The crontab as it will be, with such lines at its top.
pub(crate) fn rewrite(text: &str, top: &str, entries: &[Entry]) -> String {
    let mut out = top.to_owned();
    for (number, written) in (1..).zip(text.lines()) {
        let entry = entries.iter().find(|entry| entry.number == number);
        out.push_str(entry.and_then(|it| it.rewritten.as_deref()).unwrap_or(written));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# nightly\nPATH=/usr/bin:/bin\nCRON_TZ=Europe/Berlin\n\
        30 2 * * *  /opt/backup.sh --all\n@reboot /opt/warm-up\n@daily cd /srv && python3 eod.py\n\
        */5 * * * * nightbell exec poll -- /opt/poll\n0 4 * * 1 /opt/backup.sh\n\
        # nightbell: rates\n0 5 * * * /opt/fetch.sh\n5 5 * * * /opt/poll\n";

    fn options(prefix: &str) -> Options<'_> {
        Options { has_users: false, prefix, zone: None, knows_cron_tz: true }
    }

    fn names(text: &str, prefix: &str) -> Vec<String> {
        let plan = make(text, &options(prefix)).unwrap();
        plan.entries.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn every_line_with_a_schedule_becomes_a_job() {
        let plan = make(TEXT, &options("")).unwrap();
        let jobs: Vec<_> = plan.entries.iter().map(|it| (&*it.cron, &*it.name)).collect();
        assert_eq!(
            jobs,
            [
                ("30 2 * * *", "backup"),
                ("@daily", "eod"),
                ("*/5 * * * *", "poll"),
                ("0 4 * * 1", "backup-2"),
                ("0 5 * * *", "rates"),
                ("5 5 * * *", "poll-2"),
            ]
        );
        assert!(plan.entries.iter().all(|it| it.timezone.as_deref() == Some("Europe/Berlin")));
        assert_eq!(plan.unwatched, ["line 5: @reboot is no time: /opt/warm-up"]);
    }

    #[test]
    fn everything_else_stays_as_it_was_and_a_second_time_changes_nothing() {
        let once = rewrite(TEXT, "", &make(TEXT, &options("web-")).unwrap().entries);
        let own = std::env::current_exe().unwrap();
        let own = own.to_str().unwrap();
        assert!(once.contains(&format!("* *  {own} exec web-backup -- /opt/backup.sh --all\n")));
        assert!(
            once.contains(" exec web-eod -- /bin/sh -c 'cd /srv && python3 eod.py'\n"),
            "{once}"
        );
        assert!(once.contains("@reboot /opt/warm-up\n") && once.contains("# nightly\n"));
        let once = once.replace(own, "/opt/x/nightbell");
        assert_eq!(rewrite(&once, "", &make(&once, &options("web-")).unwrap().entries), once);
    }

    #[test]
    fn a_new_line_takes_the_name_of_no_other_wherever_it_stands() {
        let text = "0 1 * * * /opt/backup\n0 2 * * * nightbell exec Backup -- /opt/other\n";
        assert_eq!(names(text, ""), ["backup-2", "Backup"]);
        assert_eq!(names("0 1 * * * watch\n", ""), ["watch-2"]);
    }

    #[test]
    fn two_lines_of_one_job_are_one_job_and_two_jobs_of_one_name_are_refused() {
        let one = "0 1 * * 1 nightbell exec a -- /opt/a\n0 2 * * 2 nightbell exec a -- /opt/a\n";
        let jobs = make(one, &options("")).unwrap().jobs("").unwrap();
        assert_eq!((jobs.len(), jobs[0].request.schedules.len()), (1, 2));
        let two = one.replace("2 nightbell exec a -- /opt/a", "2 nightbell exec a -- /opt/b");
        assert!(make(&two, &options("")).unwrap().jobs("").is_err());
    }

    #[test]
    fn a_column_of_users_is_not_taken_for_commands() {
        let text = "17 * * * * root cd / && /opt/a\n";
        assert!(make(text, &options("")).is_err());
        let system = Options { has_users: true, ..options("") };
        let line = make(text, &system).unwrap().entries.remove(0).rewritten.unwrap();
        assert!(
            line.starts_with("17 * * * * root /") && line.contains(" exec a -- /bin/sh -c 'cd")
        );
        assert!(make("17 * * * * /opt/a --all\n", &system).is_err());
    }

    #[test]
    fn a_cron_that_knows_no_zones_runs_at_the_time_of_its_machine() {
        let debian = Options { zone: Some("UTC"), knows_cron_tz: false, ..options("") };
        let plan = make("CRON_TZ=Europe/Berlin\n0 1 * * * /opt/a\n", &debian).unwrap();
        assert_eq!(plan.entries[0].timezone.as_deref(), Some("UTC"));
        assert!(plan.remarks[0].contains("CRON_TZ"));
    }

    #[test]
    fn a_line_that_cron_would_not_take_is_left_alone() {
        let text = format!("0 1 * * * /opt/a {}\n", "x".repeat(980));
        let plan = make(&text, &options("")).unwrap();
        assert_eq!((plan.entries.len(), plan.unwatched.len()), (0, 1));
    }
}
