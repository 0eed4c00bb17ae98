//! The table on a terminal.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use nightbell::api::{Health, Scheduler, WatchSchedulersResponseChange};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use crate::{schedulers, text};

/// How often the table is drawn at the most.
const DRAW_EVERY: Duration = Duration::from_millis(200);
/// Times in it grow old without a change.
const REDRAW_AFTER: Duration = Duration::from_secs(1);
/// The lines and columns of a terminal that does not say.
const USUAL_SIZE: (usize, usize) = (24, 80);

/// A screen of its own, so that what stood on the terminal is there again afterwards; the
/// cursor is hidden.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

pub(super) struct Screen {
    table: Table,
    resized: Signal,
    drawn_at: Instant,
    draw_at: Instant,
}

impl Screen {
    pub(super) fn new() -> io::Result<Self> {
        let resized = signal(SignalKind::window_change())?;
        let now = Instant::now();
        text::put(ENTER)?;
        Ok(Self { table: Table::default(), resized, drawn_at: now, draw_at: now })
    }

    /// Every job is about to be told of anew.
    pub(super) fn begin_round(&mut self) {
        self.table.away = None;
        self.table.told = Some(BTreeSet::new());
        self.change();
    }

    pub(super) fn take(&mut self, change: Option<WatchSchedulersResponseChange>) {
        self.table.take(change);
        self.change();
    }

    pub(super) fn lose(&mut self, why: String) {
        self.table.lose(why, text::now());
        self.change();
    }

    fn change(&mut self) {
        self.draw_at = self.draw_at.min(self.drawn_at + DRAW_EVERY);
    }

    /// Waits until it is to be drawn.
    pub(super) async fn is_due(&mut self) {
        tokio::select! {
            () = sleep_until(self.draw_at) => {}
            _ = self.resized.recv() => {}
        }
    }

    pub(super) fn draw(&mut self) -> io::Result<()> {
        let lines = self.table.lines(text::terminal().unwrap_or(USUAL_SIZE), text::now());
        // From the top, over what stands there; what is left of it is cleared.
        text::put(&format!("\x1b[H{}\x1b[K\x1b[J", lines.join("\x1b[K\r\n")))?;
        self.drawn_at = Instant::now();
        self.draw_at = self.drawn_at + REDRAW_AFTER;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = text::put(LEAVE);
    }
}

/// What is known.
#[derive(Default)]
struct Table {
    schedulers: BTreeMap<String, Scheduler>,
    /// Those told of in the round that tells of all. None: it is over.
    told: Option<BTreeSet<String>>,
    /// Since when the server is not there, and why.
    away: Option<(Timestamp, String)>,
}

impl Table {
    fn take(&mut self, change: Option<WatchSchedulersResponseChange>) {
        match change {
            Some(WatchSchedulersResponseChange::Scheduler(it)) => {
                if let Some(told) = &mut self.told {
                    told.insert(it.scheduler_id.clone());
                }
                self.schedulers.insert(it.scheduler_id.clone(), it);
            }
            Some(WatchSchedulersResponseChange::DeletedSchedulerId(id)) => {
                self.schedulers.remove(&id);
            }
            // The round is over: what it did not tell of is gone.
            None => {
                if let Some(told) = self.told.take() {
                    self.schedulers.retain(|id, _| told.contains(id));
                }
            }
            Some(_) => {}
        }
    }

    fn lose(&mut self, why: String, now: Timestamp) {
        let since = self.away.take().map_or(now, |(since, _)| since);
        self.away = Some((since, why));
    }

    /// As many lines as there is room for.
    fn lines(&self, (lines, columns): (usize, usize), now: Timestamp) -> Vec<String> {
        let room = lines.saturating_sub(3);
        let all = self.schedulers.len();
        let shown = if all > room { room.saturating_sub(1) } else { all };
        let mut worst_first: Vec<_> = self.schedulers.values().collect();
        worst_first.sort_by_key(|it| Reverse(badness(it.health)));
        let rows: Vec<_> = worst_first.into_iter().take(shown).map(schedulers::row).collect();
        let table = text::table_within(Some(columns), &schedulers::HEAD, &rows);
        let status = text::within(Some(columns), &self.status(now)).into_owned();
        let mut drawn = vec![status, String::new()];
        drawn.extend(table.lines().map(str::to_owned));
        if shown < all {
            drawn.push(format!("and {} more", all - shown));
        }
        drawn.truncate(lines);
        drawn
    }

    fn status(&self, now: Timestamp) -> String {
        let healths = [Health::Down, Health::New, Health::Paused, Health::Up].map(|health| {
            let count = self.schedulers.values().filter(|it| it.health == Some(health)).count();
            format!("{count} {}", text::word(Some(health)))
        });
        let counts = healths.join(", ");
        match &self.away {
            None => format!("connected; {counts}"),
            Some((since, why)) => {
                let away = text::span(now.duration_since(*since).unsigned_abs());
                format!("away for {away}; {counts}; {}", text::clean(why))
            }
        }
    }
}

fn badness(health: Option<Health>) -> u8 {
    match health {
        Some(Health::Down) => 3,
        Some(Health::New) => 2,
        Some(Health::Paused) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(healths: &[(&str, Health)]) -> Table {
        let mut table = Table { told: Some(BTreeSet::new()), ..Table::default() };
        for (id, health) in healths {
            let scheduler_id = (*id).to_owned();
            let health = Some(*health);
            let known = Scheduler { scheduler_id, health, ..Scheduler::default() };
            table.take(Some(WatchSchedulersResponseChange::Scheduler(known)));
        }
        table
    }

    fn ids(table: &Table, lines: usize) -> Vec<String> {
        let lines = table.lines((lines, 80), text::now());
        let first = |line: &String| line.split("  ").next().unwrap_or_default().to_owned();
        lines.iter().skip(3).map(first).collect()
    }

    #[test]
    fn the_worst_stand_first_and_all_fit_the_terminal() {
        let table = table(&[
            ("a", Health::Up),
            ("b", Health::Paused),
            ("c", Health::Down),
            ("d", Health::New),
            ("e", Health::Down),
        ]);
        assert_eq!(ids(&table, 8), ["c", "e", "d", "b", "a"]);
        assert_eq!(ids(&table, 7), ["c", "e", "d", "and 2 more"]);
        for (lines, columns) in [(8, 30), (5, 10), (2, 80), (1, 1)] {
            let drawn = table.lines((lines, columns), text::now());
            assert!(drawn.len() <= lines, "{drawn:?}");
            assert!(drawn[..2.min(lines)].iter().all(|it| it.chars().count() <= columns));
        }
    }

    #[test]
    fn what_is_known_stays_until_it_is_told_of_anew() {
        let mut table = table(&[("a", Health::Up), ("b", Health::Up)]);
        table.take(None);
        let now = text::now();
        table.lose("refused".to_owned(), now);
        table.lose("no such\nname".to_owned(), now);
        let later = now + Duration::from_secs(12);
        let status = "away for 12s; 0 down, 0 new, 0 paused, 2 up; no such\\nname";
        assert_eq!(table.status(later), status);

        table.away = None;
        table.told = Some(BTreeSet::new());
        let back = Scheduler { scheduler_id: "b".to_owned(), ..Scheduler::default() };
        table.take(Some(WatchSchedulersResponseChange::Scheduler(back)));
        assert_eq!(ids(&table, 24), ["a", "b"]);
        table.take(None);
        assert_eq!(ids(&table, 24), ["b"]);
        assert!(table.status(later).starts_with("connected; 0 down, "));
    }
}
