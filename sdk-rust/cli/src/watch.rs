//! `nightbell watch`: a table that follows what happens.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stdout};
use std::time::Duration;

use clap::Args;
use nightbell::api::{Api, Scheduler, WatchSchedulersRequest, WatchSchedulersResponseChange};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{Failure, schedulers, session, text};

/// How often the table is drawn at the most.
const DRAW_EVERY: Duration = Duration::from_millis(200);
/// Times in it grow old without a change.
const REDRAW_AFTER: Duration = Duration::from_secs(10);
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Shows every job, and each change as it happens. Ctrl-C ends it.
///
/// On a terminal it is a table; elsewhere a line of JSON for each change.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// Only jobs of this service
    #[arg(long)]
    service: Option<String>,
}

impl Watch {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let client = session::for_people()?;
        let api = client.api();
        session::runtime()?.block_on(async {
            tokio::select! {
                done = self.follow(&api) => done,
                done = tokio::signal::ctrl_c() => Ok(done?),
            }
        })?;
        Ok(0)
    }

    async fn follow(&self, api: &Api) -> Result<(), Failure> {
        let mut view = View::new(stdout().is_terminal());
        let mut first = true;
        loop {
            let mut watch = match api.watch_schedulers(WatchSchedulersRequest::default()).await {
                Ok(watch) => watch,
                Err(error) if first => return Err(error.into()),
                Err(error) => {
                    text::complain(&format!("trying again: {error}"));
                    sleep(AGAIN_AFTER).await;
                    continue;
                }
            };
            first = false;
            view.schedulers.clear();
            loop {
                let changed = tokio::select! {
                    changed = watch.next() => changed,
                    () = sleep_until(view.draw_at), if view.is_table => {
                        view.draw()?;
                        continue;
                    }
                };
                match changed {
                    Some(Ok(changed)) => {
                        if let Some(change) = changed.change {
                            view.take(change, self.service.as_deref())?;
                        }
                    }
                    Some(Err(error)) => {
                        text::complain(&error.to_string());
                        break;
                    }
                    None => break,
                }
            }
            sleep(AGAIN_AFTER).await;
        }
    }
}

struct View {
    schedulers: BTreeMap<String, Scheduler>,
    is_table: bool,
    draw_at: Instant,
    drawn_at: Instant,
}

impl View {
    fn new(is_table: bool) -> Self {
        let now = Instant::now();
        Self { schedulers: BTreeMap::new(), is_table, draw_at: now, drawn_at: now }
    }

    fn take(
        &mut self,
        change: WatchSchedulersResponseChange,
        service: Option<&str>,
    ) -> Result<(), Failure> {
        if !self.is_table {
            text::print(&serde_json::to_string(&change)?)?;
            return Ok(());
        }
        match change {
            WatchSchedulersResponseChange::Scheduler(it) => {
                let settings = it.settings.as_ref();
                let own = settings.and_then(|settings| settings.service_name.as_deref());
                if service.is_none_or(|service| own == Some(service)) {
                    self.schedulers.insert(it.scheduler_id.clone(), it);
                }
            }
            WatchSchedulersResponseChange::DeletedSchedulerId(id) => {
                self.schedulers.remove(&id);
            }
            _ => {}
        }
        self.draw_at = self.draw_at.min(self.drawn_at + DRAW_EVERY);
        Ok(())
    }

    fn draw(&mut self) -> Result<(), Failure> {
        let schedulers: Vec<_> = self.schedulers.values().cloned().collect();
        // Clears the screen and goes to its top.
        text::print(&format!("\x1b[2J\x1b[H{}", schedulers::table(&schedulers)))?;
        self.drawn_at = Instant::now();
        self.draw_at = self.drawn_at + REDRAW_AFTER;
        Ok(())
    }
}
