//! `nightbell run`: the steps of a shell script, one command each.

use clap::{Args, Subcommand};
use nightbell::api::{Progress, SendHeartbeatRequest};
use nightbell::{Client, Run};

use crate::exec::About;
use crate::{Failure, session, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// Begins a run and prints its id: `export NIGHTBELL_RUN_ID=$(nightbell run start eod)`
    Start {
        /// The scheduler's id
        name: String,
        #[command(flatten)]
        about: Box<About>,
    },
    /// Says that the run is alive
    Beat {
        /// The scheduler's id; else NIGHTBELL_SCHEDULER_ID
        name: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    Progress(Far),
    /// The run has done its work
    Complete {
        /// The scheduler's id; else NIGHTBELL_SCHEDULER_ID
        name: Option<String>,
        #[command(flatten)]
        which: Which,
    },
    /// The run has failed
    Fail {
        /// The scheduler's id; else NIGHTBELL_SCHEDULER_ID
        name: Option<String>,
        #[command(flatten)]
        which: Which,
        /// What went wrong
        message: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The run; else NIGHTBELL_RUN_ID
    #[arg(long)]
    run_id: Option<String>,
}

/// Says how far the run has come: [NAME] DONE [TOTAL]
///
/// NAME is the scheduler's id; else NIGHTBELL_SCHEDULER_ID. One of digits only asks for
/// the TOTAL, too.
#[derive(Debug, Args)]
pub(crate) struct Far {
    #[command(flatten)]
    which: Which,
    /// [NAME] DONE [TOTAL]
    #[arg(required = true, num_args = 1..=3, value_name = "WORD")]
    words: Vec<String>,
    /// What it is doing
    #[arg(long)]
    message: Option<String>,
}

/// A run, by its scheduler's id and its own.
struct Named {
    name: String,
    run_id: String,
}

impl Which {
    fn named(self, name: Option<String>) -> Result<Named, Failure> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let name = name.or_else(|| set("NIGHTBELL_SCHEDULER_ID"));
        let run_id = self.run_id.or_else(|| set("NIGHTBELL_RUN_ID"));
        Ok(Named {
            name: name.ok_or("which job? give its name or set NIGHTBELL_SCHEDULER_ID")?,
            run_id: run_id.ok_or("which run? give --run-id or set NIGHTBELL_RUN_ID")?,
        })
    }
}

impl Named {
    fn client(&self) -> Client {
        session::for_scripts(&self.name)
    }

    fn resume(&self) -> Run {
        self.client().job(&self.name).resume(&self.run_id)
    }

    fn beat(self, progress: Option<Progress>) -> Result<(), Failure> {
        let client = self.client();
        let request = SendHeartbeatRequest {
            scheduler_id: self.name,
            run_id: Some(self.run_id),
            timestamp: Some(text::now().into()),
            progress,
            ..Default::default()
        };
        if client.is_enabled() {
            session::runtime()?.block_on(client.api().send_heartbeat(request))?;
        }
        Ok(())
    }
}

impl Report {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let told = match self {
            Self::Start { name, about } => return start(&name, &about),
            Self::Progress(far) => {
                let Some((name, progress)) = far.read() else {
                    text::complain("how far? give [NAME] DONE [TOTAL], the last two as numbers");
                    return Ok(2);
                };
                far.which.named(name).and_then(|run| run.beat(Some(progress)))
            }
            Self::Beat { name, which } => which.named(name).and_then(|run| run.beat(None)),
            Self::Complete { name, which } => which.named(name).map(|run| run.resume().complete()),
            Self::Fail { name, which, message } => which
                .named(name)
                .map(|run| run.resume().fail(message.as_deref().unwrap_or("failed"))),
        };
        // Whatever befalls Nightbell, the script goes on.
        if let Err(why) = told {
            text::complain(&format!("not told: {why}"));
        }
        Ok(0)
    }
}

fn start(name: &str, about: &About) -> Result<u8, Failure> {
    let run = about.job(&session::for_scripts(name), name).start();
    let said = text::print(run.run_id());
    run.detach();
    said?;
    Ok(0)
}

impl Far {
    /// The job's name and how far it is. None: the words are no such.
    fn read(&self) -> Option<(Option<String>, Progress)> {
        let number = |word: &str| word.parse::<u64>().ok();
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let (name, done, total) = match words[..] {
            [done] => (None, done, None),
            [done, total] if number(done).is_some() => (None, done, Some(total)),
            [name, done] => (Some(name), done, None),
            [name, done, total] => (Some(name), done, Some(total)),
            _ => return None,
        };
        let total = match total {
            Some(total) => Some(number(total)?),
            None => None,
        };
        let message = self.message.clone();
        Some((name.map(str::to_owned), Progress { done: number(done)?, total, message }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_run_is_may_be_said_without_its_job() {
        let read = |words: &[&str]| {
            let words = words.iter().map(|it| (*it).to_owned()).collect();
            let far = Far { which: Which { run_id: None }, words, message: None };
            far.read().map(|(name, it)| (name.unwrap_or_default(), it.done, it.total))
        };
        assert_eq!(read(&["3"]), Some((String::new(), 3, None)));
        assert_eq!(read(&["3", "4"]), Some((String::new(), 3, Some(4))));
        assert_eq!(read(&["eod", "3"]), Some(("eod".to_owned(), 3, None)));
        assert_eq!(read(&["7", "3", "4"]), Some(("7".to_owned(), 3, Some(4))));
        assert_eq!(read(&["eod"]), None);
        assert_eq!(read(&["eod", "3", "many"]), None);
    }
}
