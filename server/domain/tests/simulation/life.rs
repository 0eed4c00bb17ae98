//! What truly happens to a job, and what it says of it at the time.

use nightbell_domain::report::Status;

use crate::calendar::{DAY, HOUR, Ms, SECOND};
use crate::dice::Dice;
use crate::job::{Declares, EARLY, Job, Plan};

/// All that happens to one job.
#[derive(Debug, Default)]
pub(crate) struct Life {
    pub(crate) runs: Vec<Run>,
    /// The slots, and of each the run that was meant for it.
    pub(crate) slots: Vec<(Ms, Option<usize>)>,
    /// What it says besides its runs.
    pub(crate) beats: Vec<Said>,
    /// When a job that only beats died: its last beat.
    pub(crate) deaths: Vec<Ms>,
}

/// One run as it truly was.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) fate: Fate,
    pub(crate) began_at: Ms,
    /// When it ended or died.
    pub(crate) over_at: Ms,
    pub(crate) said: Vec<Said>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    RunsWell,
    StartsEarly,
    RunsTwice,
    IsCancelled,
    Fails,
    NeverStarts,
    StartsLate,
    Dies,
    Freezes,
    TakesTooLong,
    StopsBeating,
}

/// Something that was said, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) at: Ms,
    pub(crate) word: Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Running,
    /// With the interval that it declares.
    Beat(Option<Ms>),
    /// How, and after how long.
    End(Status, Ms),
    /// A stream opens, with its interval.
    Opened(Ms),
    /// The server notices that a stream broke.
    Broke,
    /// A stream says goodbye.
    Closed,
}

const FATES: [(i64, Fate); 10] = [
    (795, Fate::RunsWell),
    (40, Fate::StartsEarly),
    (20, Fate::RunsTwice),
    (10, Fate::IsCancelled),
    (30, Fate::Fails),
    (30, Fate::NeverStarts),
    (20, Fate::StartsLate),
    (20, Fate::Dies),
    (15, Fate::Freezes),
    (20, Fate::TakesTooLong),
];

impl Life {
    pub(crate) fn live(job: &Job, from: Ms, until: Ms, dice: &mut Dice) -> Self {
        let mut life = Self::default();
        match job.plan {
            Plan::Clock(clock) => {
                life.follow(job, &clock.slots(from, until + 8 * DAY), until, dice);
            }
            Plan::Unplanned(gap) => {
                let mut at = from + dice.magnitude(HOUR, gap);
                while at < until {
                    let next = at + dice.magnitude(gap, 3 * gap);
                    let fate = match dice.weighted(&FATES) {
                        Fate::NeverStarts | Fate::StartsLate | Fate::StartsEarly => Fate::RunsWell,
                        fate => fate,
                    };
                    life.run(job, at, next, fate, dice);
                    at = next;
                }
            }
            Plan::Beats(every) => life.beat(job, every, from, until, dice),
        }
        life
    }

    fn follow(&mut self, job: &Job, slots: &[Ms], until: Ms, dice: &mut Dice) {
        let mut is_down_for = if dice.chance(30) { dice.between(1, 5) } else { 0 };
        for pair in slots.windows(2).filter(|pair| pair[0] < until) {
            let [slot, next] = [pair[0], pair[1]];
            if dice.chance(3) {
                is_down_for = dice.magnitude(1, 30);
            }
            let fate = if is_down_for > 0 { Fate::NeverStarts } else { dice.weighted(&FATES) };
            is_down_for = (is_down_for - 1).max(0);
            if fate == Fate::NeverStarts {
                self.slots.push((slot, None));
                continue;
            }
            self.slots.push((slot, Some(self.runs.len())));
            let habit = job.habit + dice.between(0, (job.habit / 3).min(job.grace() / 4));
            let began_at = match fate {
                Fate::StartsEarly => slot - dice.between(SECOND, EARLY - 20 * SECOND),
                Fate::StartsLate => slot + job.grace() + dice.magnitude(SECOND, HOUR / 4),
                _ => slot + habit,
            };
            self.run(job, began_at, next, fate, dice);
        }
    }

    /// Beats, with a death now and then.
    fn beat(&mut self, job: &Job, every: Ms, from: Ms, until: Ms, dice: &mut Dice) {
        let declared = (job.declares == Declares::ByHeartbeat).then_some(every);
        let mut at = from + dice.between(SECOND, every);
        while at < until {
            self.beats.push(Said { at, word: Word::Beat(declared) });
            let next = at + every - every / 20 + dice.between(0, every / 10);
            let dies = dice.chance((1_000 * every / (15 * DAY)).max(1));
            if dies {
                self.deaths.push(at);
            }
            at = next + if dies { dice.between(8, 30) * every } else { 0 };
        }
    }

    /// A run that is over well before the one that follows.
    fn run(&mut self, job: &Job, began_at: Ms, next: Ms, fate: Fate, dice: &mut Dice) {
        let last = next - EARLY - 10 * SECOND;
        let mut length = dice.between(job.shortest, job.longest);
        let mut frozen = (0, 0);
        let mut fate = fate;
        match (fate, job.max_runtime, job.silence_limit()) {
            (Fate::TakesTooLong, Some(limit), _) => {
                length = limit + limit * dice.between(1, 10) / 10;
            }
            (Fate::Freezes, _, Some(limit)) => {
                let beat = job.beat.expect("it beats");
                let from = began_at + 2 * beat + dice.between(0, beat);
                frozen = (from, from + limit * dice.between(15, 25) / 10);
                length = frozen.1 - began_at + beat + dice.between(0, beat);
            }
            (Fate::TakesTooLong | Fate::Freezes, ..) => fate = Fate::RunsWell,
            _ => {}
        }
        if began_at + length > last && matches!(fate, Fate::TakesTooLong | Fate::Freezes) {
            (fate, frozen, length) = (Fate::RunsWell, (0, 0), job.shortest);
        }
        length = length.min(last - began_at);
        let lived = if fate == Fate::Dies { dice.between(0, length) } else { length };
        let over_at = began_at + lived;
        let mut said = words(job, began_at, over_at, dice);
        said.retain(|said| !(frozen.0..frozen.1).contains(&said.at));
        let end = match fate {
            Fate::Fails => Some(Status::Failed),
            Fate::IsCancelled => Some(Status::Cancelled),
            Fate::Dies => None,
            _ => Some(Status::Completed),
        };
        said.extend(end.map(|status| Said { at: over_at, word: Word::End(status, length) }));
        if job.client.streams {
            let word = if end.is_some() { Word::Closed } else { Word::Broke };
            said.push(Said { at: over_at + dice.between(1, SECOND), word });
        }
        self.runs.push(Run { fate, began_at, over_at, said });
        if fate == Fate::RunsTwice {
            // One that has a name may begin while the first still runs.
            let earliest = if job.client.names { began_at + SECOND } else { over_at + 5 * SECOND };
            let again = earliest + dice.magnitude(SECOND, HOUR / 4);
            if again + job.longest < last {
                self.run(job, again, next, Fate::RunsWell, dice);
            }
        }
    }
}

/// What a run says until its end.
fn words(job: &Job, began_at: Ms, over_at: Ms, dice: &mut Dice) -> Vec<Said> {
    let mut said = vec![Said { at: began_at, word: Word::Running }];
    let Some(every) = job.beat else { return said };
    if job.client.streams {
        said.push(Said { at: began_at + dice.between(0, 40), word: Word::Opened(every) });
    }
    let declared = (job.declares == Declares::ByHeartbeat).then_some(every);
    let mut at = began_at + every;
    while at < over_at {
        said.push(Said { at, word: Word::Beat(declared) });
        at += every - every / 20 + dice.between(0, every / 10);
    }
    said
}
