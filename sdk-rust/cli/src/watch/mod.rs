//! `nightbell watch`: a table that follows what happens.

mod screen;

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, stdout};
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use nightbell::Error;
use nightbell::api::{
    self, Api, WatchSchedulersRequest, WatchSchedulersResponse, WatchSchedulersResponseChange,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use self::screen::Screen;
use crate::{Failure, Form, Output, session, text};

const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Shows every job, the worst first, and each change as it happens. Ctrl-C ends it.
///
/// On a terminal it is a table that fits it; elsewhere, and with `-o json`, a line of JSON
/// for each change.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// Only jobs of this service
    #[arg(long)]
    service: Option<String>,
    #[command(flatten)]
    form: Form,
}

type Stream = api::Watch<WatchSchedulersResponse>;

impl Watch {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let client = session::for_people()?;
        let api = client.api();
        session::runtime()?.block_on(async {
            // A terminal is to be left as it was, however we are asked to go.
            let mut hang_up = signal(SignalKind::hangup())?;
            let mut terminate = signal(SignalKind::terminate())?;
            tokio::select! {
                done = self.follow(&api) => done,
                done = tokio::signal::ctrl_c() => Ok(done?),
                _ = hang_up.recv() => Ok(()),
                _ = terminate.recv() => Ok(()),
            }
        })?;
        Ok(0)
    }

    async fn follow(&self, api: &Api) -> Result<(), Failure> {
        // Who cannot be reached at all is told of without a screen.
        let mut stream = self.open(api).await?;
        let is_table = self.form.output == Output::Table && stdout().is_terminal();
        let mut view =
            if is_table { View::Screen(Screen::new()?) } else { View::Lines(Lines::default()) };
        loop {
            let mut why = view.show(&mut stream).await?;
            stream = loop {
                view.lose(why);
                let again = async {
                    sleep(AGAIN_AFTER).await;
                    self.open(api).await
                };
                match view.meanwhile(again).await? {
                    Ok(stream) => break stream,
                    Err(error) => why = error.to_string(),
                }
            };
        }
    }

    async fn open(&self, api: &Api) -> Result<Stream, Error> {
        let service_name = self.service.clone().unwrap_or_default();
        api.watch_schedulers(WatchSchedulersRequest { service_name }).await
    }
}

/// Where changes are shown.
enum View {
    Screen(Screen),
    Lines(Lines),
}

/// A line of JSON for each.
#[derive(Default)]
struct Lines {
    /// The jobs that were told of: the server tells of the end of others, too.
    known: BTreeSet<String>,
    is_away: bool,
}

impl Lines {
    fn take(&mut self, change: &WatchSchedulersResponseChange) -> Result<(), Failure> {
        let is_of_interest = match change {
            WatchSchedulersResponseChange::Scheduler(it) => {
                self.known.insert(it.scheduler_id.clone());
                true
            }
            WatchSchedulersResponseChange::DeletedSchedulerId(id) => self.known.remove(id),
            _ => true,
        };
        if is_of_interest {
            text::print(&serde_json::to_string(change)?)?;
        }
        Ok(())
    }

    /// Says so once, however often it is tried again.
    fn lose(&mut self, why: &str) {
        if !self.is_away {
            text::complain(&format!("trying again: {why}"));
        }
        self.is_away = true;
    }
}

impl View {
    /// Shows changes until there come no more, and says why.
    async fn show(&mut self, stream: &mut Stream) -> Result<String, Failure> {
        match self {
            Self::Screen(screen) => screen.begin_round(),
            Self::Lines(lines) => lines.is_away = false,
        }
        loop {
            match self.meanwhile(stream.next()).await? {
                Some(Ok(WatchSchedulersResponse { change })) => match self {
                    Self::Screen(screen) => screen.take(change),
                    Self::Lines(lines) => change.iter().try_for_each(|it| lines.take(it))?,
                },
                Some(Err(error)) => return Ok(error.to_string()),
                None => return Ok("the server has ended the stream".to_owned()),
            }
        }
    }

    fn lose(&mut self, why: String) {
        match self {
            Self::Screen(screen) => screen.lose(why),
            Self::Lines(lines) => lines.lose(&why),
        }
    }

    /// Waits for something, and draws while it does.
    async fn meanwhile<T>(&mut self, it: impl Future<Output = T>) -> Result<T, Failure> {
        let mut it = pin!(it);
        loop {
            match self {
                Self::Lines(_) => return Ok(it.await),
                Self::Screen(screen) => tokio::select! {
                    done = &mut it => return Ok(done),
                    () = screen.is_due() => screen.draw()?,
                },
            }
        }
    }
}
