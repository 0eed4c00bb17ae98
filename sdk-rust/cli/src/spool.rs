//! `nightbell spool`: reports that wait on disk.

use std::time::Duration;

use clap::{Args, Subcommand};
use nightbell::{Client, Config};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{Failure, Form, session, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Spool {
    /// Lists them, the oldest first
    List(List),
    /// Sends them now
    Flush(Flush),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How many at the most
    #[arg(long, default_value_t = 100)]
    most: usize,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct Flush {
    /// How long to try
    #[arg(long, value_parser = text::read_span, value_name = "TIME", default_value = "60s")]
    within: Duration,
}

impl Spool {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let client = Client::new(Config::from_env()?)?;
        if !client.is_enabled() {
            return Err("NIGHTBELL_URL is not set".into());
        }
        match self {
            Self::List(list) => list.run(&client),
            Self::Flush(flush) => session::runtime()?.block_on(flush.run(&client)),
        }
    }
}

impl List {
    fn run(&self, client: &Client) -> Result<u8, Failure> {
        let reports = client.spooled().list(self.most);
        let now = text::now();
        let row = |report: &nightbell::SpooledReport| {
            let body = &report.record["body"];
            let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
            let kind =
                if body["status"].is_null() { &report.record["kind"] } else { &body["status"] };
            vec![
                text::when(Some(report.written_at), now),
                word(&body["scheduler_id"]),
                word(kind),
                word(&body["run_id"]),
            ]
        };
        let rows: Vec<_> = reports.iter().map(row).collect();
        let whole: Vec<_> = reports
            .iter()
            .map(|report| json!({"name": report.name, "record": report.record}))
            .collect();
        self.form
            .show(|| text::table(&["WRITTEN", "SCHEDULER", "REPORT", "RUN"], &rows), &whole)?;
        Ok(0)
    }
}

impl Flush {
    /// The client replays by itself; this waits for it and shows how far it is.
    async fn run(&self, client: &Client) -> Result<u8, Failure> {
        let until = Instant::now() + self.within;
        let first = client.spooled().count();
        let mut said = first;
        loop {
            let left = client.spooled().count();
            if left == 0 {
                text::say(&format!("{first} sent, none left"));
                return Ok(0);
            }
            if left != said {
                text::complain(&format!("{left} of {first} left"));
                said = left;
            }
            if Instant::now() > until {
                text::complain(&format!("{left} of {first} left; NIGHTBELL_LOG=debug says why"));
                return Ok(1);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}
