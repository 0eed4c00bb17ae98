//! `nightbell spool`: reports that wait on disk.

use std::fs;
use std::io::{IsTerminal as _, stderr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand};
use nightbell::{Client, Config, Spooled, SpooledReport};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{Failure, Form, log, session, text};

/// How often it is looked how many are left.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often that is said where each time is a line of its own.
const SAY_EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, Subcommand)]
pub(crate) enum Spool {
    /// Lists them, the oldest first; nothing is sent
    List(List),
    /// Sends them now
    Flush(Flush),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How many at the most
    #[arg(long, default_value_t = 100)]
    most: usize,
    /// How many wait for every address that was ever reported to from here, by folder
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct Flush {
    /// How long to try
    #[arg(long, value_parser = text::read_span, value_name = "TIME", default_value = "60s")]
    within: Duration,
    #[command(flatten)]
    form: Form,
}

impl Spool {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let config = Config::from_env()?;
        let Some(folder) = config.spool.clone() else {
            return Err(
                "NIGHTBELL_SPOOL is off, or there is no home: nothing is kept on disk".into()
            );
        };
        match self {
            Self::List(list) if list.all => list.run_for_all(&folder),
            _ if config.url.is_none() => Err(session::no_address().into()),
            Self::List(list) => list.run(&Spooled::of(&config)),
            Self::Flush(flush) => {
                let client = Client::new(config)?;
                session::runtime()?.block_on(flush.run(&client))
            }
        }
    }
}

impl List {
    fn run(&self, spooled: &Spooled) -> Result<u8, Failure> {
        let reports = spooled.list(self.most);
        let now = text::now();
        let table = || {
            let rows: Vec<_> = reports.iter().map(|report| row(report, now)).collect();
            let table = text::table(&["WRITTEN", "SCHEDULER", "REPORT", "RUN"], &rows);
            match spooled.count().saturating_sub(reports.len()) {
                0 => table,
                more => format!("{table}and {more} more; --most shows them\n"),
            }
        };
        let whole: Vec<_> = reports
            .iter()
            .map(|report| json!({"name": report.name, "record": report.record}))
            .collect();
        self.form.show(table, &whole)?;
        Ok(0)
    }

    fn run_for_all(&self, folder: &Path) -> Result<u8, Failure> {
        let folders = match fs::read_dir(folder) {
            Ok(folders) => folders,
            // Nothing has ever waited here.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.form.show(|| text::table(&FOLDER_HEAD, &[]), &Vec::<Folder>::new())?;
                return Ok(0);
            }
            Err(error) => return Err(format!("{}: {error}", folder.display()).into()),
        };
        let mut waiting: Vec<_> = folders.filter_map(|it| Folder::read(&it.ok()?.path())).collect();
        waiting.sort_by(|one, other| one.path.cmp(&other.path));
        let now = text::now();
        let row = |it: &Folder| {
            vec![it.reports.to_string(), text::when(it.oldest_at(), now), it.path.clone()]
        };
        let rows: Vec<_> = waiting.iter().map(row).collect();
        self.form.show(|| text::table(&FOLDER_HEAD, &rows), &waiting)?;
        Ok(0)
    }
}

const FOLDER_HEAD: [&str; 3] = ["REPORTS", "OLDEST", "FOLDER"];

fn row(report: &SpooledReport, now: jiff::Timestamp) -> Vec<String> {
    let body = &report.record["body"];
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let kind = if body["status"].is_null() { &report.record["kind"] } else { &body["status"] };
    vec![
        text::when(Some(report.written_at), now),
        word(&body["scheduler_id"]),
        word(kind),
        word(&body["run_id"]),
    ]
}

/// What waits for one address, of which only a digest is known.
#[derive(Debug, Serialize)]
struct Folder {
    path: String,
    reports: usize,
    oldest_ms: u64,
}

impl Folder {
    /// None: nothing waits there.
    fn read(folder: &Path) -> Option<Self> {
        let names = fs::read_dir(folder).ok()?;
        // Written and claimed ones, but none that is just being written.
        let written = names.filter_map(|it| {
            let name = it.ok()?.file_name().into_string().ok()?;
            let (millis, _) = name.split_once('-').filter(|_| name.contains(".json"))?;
            millis.parse::<u64>().ok()
        });
        let written: Vec<_> = written.collect();
        let oldest_ms = *written.iter().min()?;
        Some(Self { path: folder.display().to_string(), reports: written.len(), oldest_ms })
    }

    fn oldest_at(&self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.oldest_ms))
    }
}

impl Flush {
    /// The client replays by itself; this waits for it and shows how far it is.
    async fn run(&self, client: &Client) -> Result<u8, Failure> {
        let until = Instant::now() + self.within;
        let first = client.spooled().count();
        let mut progress = Progress::new(first);
        let left = loop {
            let left = client.spooled().count();
            if left == 0 || Instant::now() > until {
                break left;
            }
            progress.show(left);
            sleep(LOOK_EVERY).await;
        };
        progress.end();
        let trouble = log::last_trouble().filter(|_| left > 0);
        let sent = first.saturating_sub(left);
        let table = || {
            let why = trouble.as_deref().map(text::clean).unwrap_or_default();
            format!("{sent} sent, {left} left\n{why}").trim_end().to_owned()
        };
        let whole = json!({"sent": sent, "left": left, "trouble": trouble});
        self.form.show(table, &whole)?;
        Ok(u8::from(left > 0))
    }
}

/// How many are left: drawn anew on a terminal, else a line from time to time.
struct Progress {
    first: usize,
    said: usize,
    said_at: Instant,
    is_terminal: bool,
}

impl Progress {
    fn new(first: usize) -> Self {
        Self { first, said: first, said_at: Instant::now(), is_terminal: stderr().is_terminal() }
    }

    fn show(&mut self, left: usize) {
        let is_time = self.is_terminal || self.said_at.elapsed() >= SAY_EVERY;
        if left == self.said || !is_time {
            return;
        }
        (self.said, self.said_at) = (left, Instant::now());
        let line = format!("{left} of {} left", self.first);
        if self.is_terminal {
            text::draw_line(&line);
        } else {
            text::complain(&line);
        }
    }

    fn end(&self) {
        if self.is_terminal {
            text::draw_line("");
        }
    }
}
