//! `nightbell run`: the steps of a shell script, one command each.

use clap::{Args, Subcommand};
use nightbell::api::{Progress, SendHeartbeatRequest};
use nightbell::{Client, Job};

use crate::exec::About;
use crate::{Failure, session, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// Begins a run and prints its id: `export NIGHTBELL_RUN_ID=$(nightbell run start eod)`
    Start {
        /// The scheduler's id
        name: String,
        #[command(flatten)]
        about: About,
    },
    /// Says that the run is alive
    Beat(Which),
    /// Says how far the run has come
    Progress {
        #[command(flatten)]
        which: Which,
        /// How much is done
        done: u64,
        /// How much there is
        total: Option<u64>,
        /// What it is doing
        #[arg(long)]
        message: Option<String>,
    },
    /// The run has done its work
    Complete(Which),
    /// The run has failed
    Fail {
        #[command(flatten)]
        which: Which,
        /// What went wrong
        message: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The scheduler's id
    name: String,

    /// The run; else NIGHTBELL_RUN_ID
    #[arg(long)]
    run_id: Option<String>,
}

impl Which {
    fn run_id(&self) -> Result<String, Failure> {
        let from_env = || std::env::var("NIGHTBELL_RUN_ID").ok().filter(|id| !id.is_empty());
        let id = self.run_id.clone().or_else(from_env);
        Ok(id.ok_or("which run? give --run-id or set NIGHTBELL_RUN_ID")?)
    }

    fn job(&self, client: &Client) -> Job {
        client.job(&self.name)
    }
}

impl Report {
    /// Whatever befalls Nightbell, the script goes on.
    pub(crate) fn run(self) -> Result<u8, Failure> {
        match self {
            Self::Start { name, about } => {
                let client = session::for_scripts();
                let run = about.job(&client, &name).start();
                text::say(run.run_id());
                run.detach();
            }
            Self::Beat(which) => beat(&which, None)?,
            Self::Progress { which, done, total, message } => {
                beat(&which, Some(Progress { done, total, message }))?;
            }
            Self::Complete(which) => {
                let client = session::for_scripts();
                which.job(&client).resume(which.run_id()?).complete();
            }
            Self::Fail { which, message } => {
                let client = session::for_scripts();
                let run = which.job(&client).resume(which.run_id()?);
                run.fail(message.as_deref().unwrap_or("failed"));
            }
        }
        Ok(0)
    }
}

fn beat(which: &Which, progress: Option<Progress>) -> Result<(), Failure> {
    let client = session::for_scripts();
    let request = SendHeartbeatRequest {
        scheduler_id: which.name.clone(),
        run_id: Some(which.run_id()?),
        timestamp: Some(text::now().into()),
        progress,
        ..Default::default()
    };
    if let Err(error) = session::runtime()?.block_on(client.api().send_heartbeat(request)) {
        text::complain(&format!("not told: {error}"));
    }
    Ok(())
}
