//! How what a job says reaches the server: late, twice, or not at all.

use nightbell_domain::id::RunId;
use nightbell_domain::report::{
    ClaimedTime, Content, HeartbeatContent, Report, Status, StatusContent, Timing,
};
use nightbell_domain::time::Timestamp;
use nightbell_domain::transition::Input;

use crate::calendar::{BEGIN, DAY, HOUR, MINUTE, Ms, SECOND};
use crate::dice::Dice;
use crate::job::{ClientClock, Job, duration};
use crate::life::{Life, Said, Word};
use crate::sky::{Kind, Sky};

/// Something that reached the server.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) at: Ms,
    /// The place of its run in [`Life::runs`].
    pub(crate) run: Option<usize>,
    pub(crate) word: Word,
    pub(crate) is_live: bool,
    /// It arrived before.
    pub(crate) is_copy: bool,
    /// When the server may take it as having happened.
    pub(crate) judged_at: Ms,
    said_at: Ms,
}

/// What became of all that was said.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    /// In order of arrival.
    pub(crate) arrivals: Vec<Arrival>,
    /// By run: what it said was lost or late, through no fault of the server.
    pub(crate) is_disturbed: Vec<bool>,
    /// By run: a sign of life could not be sent, and was not kept.
    pub(crate) is_muted: Vec<bool>,
    /// Times in which the job could not reach the server, through no fault of the server.
    pub(crate) partitions: Vec<(Ms, Ms)>,
}

struct Line<'a> {
    job: &'a Job,
    sky: &'a Sky,
    dice: &'a mut Dice,
    /// Times in which nothing of this job comes through, with what it waits for after.
    blocks: Vec<(Ms, Ms)>,
    /// Those among them that are not the server's.
    partitions: Vec<(Ms, Ms)>,
    last_at: Ms,
    out: Delivered,
}

pub(crate) fn deliver(job: &Job, life: &Life, sky: &Sky, until: Ms, dice: &mut Dice) -> Delivered {
    let (blocks, partitions) = (Vec::new(), Vec::new());
    let none = vec![false; life.runs.len()];
    let [is_disturbed, is_muted] = [none.clone(), none];
    let out = Delivered { is_disturbed, is_muted, ..Delivered::default() };
    let mut wire = Line { job, sky, dice, blocks, partitions, last_at: 0, out };
    wire.draw_blocks(until);
    let of_runs = life.runs.iter().enumerate();
    let of_runs = of_runs.flat_map(|(run, it)| it.said.iter().map(move |said| (Some(run), *said)));
    let mut all: Vec<_> = of_runs.chain(life.beats.iter().map(|said| (None, *said))).collect();
    all.sort_by_key(|(_, said)| said.at);
    for (run, said) in all {
        wire.say(run, said);
    }
    for (run, it) in life.runs.iter().enumerate() {
        wire.cut_off(run, it.began_at, it.over_at);
    }
    let mut out = wire.out;
    out.partitions = wire.partitions;
    out.arrivals.retain(|arrival| arrival.at < until);
    out.arrivals.sort_by_key(|arrival| arrival.at);
    if !job.client.names && life.beats.is_empty() {
        // A heartbeat before its very first run would make it a job that only beats.
        let is_beat = |it: &Arrival| matches!(it.word, Word::Beat(_));
        let first = out.arrivals.iter().position(|it| !is_beat(it)).unwrap_or(out.arrivals.len());
        out.arrivals.drain(..first);
    }
    out
}

impl Line<'_> {
    fn draw_blocks(&mut self, until: Ms) {
        let deaf = self.sky.outages.iter().filter(|outage| outage.kind != Kind::Paused);
        let mut blocks: Vec<_> = deaf.map(|outage| (outage.from, outage.to)).collect();
        if self.job.client.spools {
            let mut at = BEGIN + self.dice.magnitude(HOUR, 40 * DAY);
            while at < until {
                let longest = if self.dice.chance(50) { 20 * HOUR } else { 2 * HOUR };
                let length = self.dice.magnitude(10 * SECOND, longest);
                self.partitions.push((at, at + length + 20 * SECOND));
                blocks.push((at, at + length));
                at += length + self.dice.magnitude(HOUR, 60 * DAY);
            }
            for block in &mut blocks {
                block.1 += self.dice.between(SECOND, 20 * SECOND);
            }
        }
        blocks.sort_unstable();
        for (from, to) in blocks {
            match self.blocks.last_mut().filter(|before| from <= before.1) {
                Some(before) => before.1 = before.1.max(to),
                None => self.blocks.push((from, to)),
            }
        }
    }

    /// When the time in which nothing comes through is over, if it is one.
    fn blocked_until(&self, at: Ms) -> Option<Ms> {
        let place = self.blocks.partition_point(|(from, _)| *from <= at);
        let (_, to) = self.blocks.get(place.checked_sub(1)?)?;
        (at < *to).then_some(*to)
    }

    fn say(&mut self, run: Option<usize>, said: Said) {
        let client = self.job.client;
        let is_status = matches!(said.word, Word::Running | Word::End(..));
        let is_slow = !client.spools && is_status && self.dice.chance(5);
        let mut at = said.at
            + match said.word {
                Word::Running | Word::Beat(_) if is_slow => {
                    self.dice.magnitude(10 * SECOND, 2 * MINUTE)
                }
                Word::End(..) if is_slow => self.dice.magnitude(10 * SECOND, 2 * MINUTE),
                Word::Running => self.dice.between(1, 30),
                Word::Opened(_) | Word::Beat(_) => self.dice.between(41, 80),
                _ => self.dice.magnitude(81, 1_500),
            };
        if !client.names {
            at = at.max(self.last_at);
        }
        if let Some(run) = run.filter(|_| is_slow) {
            self.out.is_disturbed[run] = true;
        }
        if let Some(back) = self.blocked_until(said.at).or_else(|| self.blocked_until(at)) {
            // The server may be back long before the network is.
            let is_cut = self.partitions.iter().any(|(cut, end)| *cut < back && *end > said.at);
            if let Some(run) = run.filter(|_| is_cut) {
                self.out.is_disturbed[run] = true;
            }
            if client.spools && is_status {
                self.arrive(back, false, run, said, false);
            } else if let Some(run) = run {
                self.out.is_muted[run] = true;
            }
            return;
        }
        let is_lost = !client.spools && self.dice.chance(4);
        if let Some(run) = run.filter(|_| is_lost) {
            self.out.is_disturbed[run] = true;
        }
        if is_lost {
            if run.is_none() {
                self.partitions.push((said.at - 1, said.at + 1));
            }
            return;
        }
        self.last_at = at;
        self.arrive(at, true, run, said, false);
        let has_identity = client.names || client.clock != ClientClock::Silent;
        if has_identity && is_status && self.dice.chance(20) {
            // As if no answer had come.
            let again = at + self.dice.magnitude(SECOND, 20 * SECOND);
            if self.blocked_until(again).is_none() {
                self.arrive(again, true, run, said, true);
            }
        }
    }

    /// What a broken line does to a run: its stream breaks and is opened again.
    fn cut_off(&mut self, run: usize, from: Ms, until: Ms) {
        if self.partitions.iter().any(|(cut, back)| *cut < until + 2 * SECOND && *back > from) {
            self.out.is_disturbed[run] = true;
        }
        if !self.job.client.streams {
            return;
        }
        let meets = |(cut, back): &&(Ms, Ms)| *cut < until && *back > from;
        let blocks: Vec<_> = self.blocks.iter().filter(meets).copied().collect();
        for (cut, back) in blocks {
            let noticed_at = (cut + self.dice.between(1, 20 * SECOND)).min(back - 1);
            if cut > from && self.sky.hears(noticed_at) {
                let said = Said { at: noticed_at, word: Word::Broke };
                self.arrive(noticed_at, true, Some(run), said, false);
            }
            if back < until {
                let word = Word::Opened(self.job.beat.expect("a stream beats"));
                self.arrive(back + 5, true, Some(run), Said { at: back + 5, word }, false);
            }
        }
    }

    fn arrive(&mut self, at: Ms, is_live: bool, run: Option<usize>, said: Said, is_copy: bool) {
        let judged_at = if is_live { at } else { said.at };
        let Said { at: said_at, word } = said;
        self.out.arrivals.push(Arrival { at, run, word, is_live, is_copy, judged_at, said_at });
    }
}

impl Arrival {
    /// What the server makes of it.
    pub(crate) fn input(&self, job: &Job) -> Input {
        let run_id = self.run.filter(|_| job.client.names).map(run_id);
        let received_at = Timestamp::from_millis(self.at);
        match self.word {
            Word::Opened(interval) => {
                Input::StreamOpened { run_id, interval: duration(interval), received_at }
            }
            Word::Broke => Input::StreamEnded { run_id, is_clean: false },
            Word::Closed => Input::StreamEnded { run_id, is_clean: true },
            Word::Running => self.report(job, run_id, status(Status::Running, None)),
            Word::End(how, took) => self.report(job, run_id, status(how, Some(took))),
            Word::Beat(interval) => {
                let interval = interval.map(duration);
                let said = HeartbeatContent { interval, ..HeartbeatContent::default() };
                self.report(job, run_id, Content::Heartbeat(said))
            }
        }
    }

    fn report(&self, job: &Job, run_id: Option<RunId>, content: Content) -> Input {
        let sent_at = if self.is_live && !self.is_copy { self.said_at } else { self.at };
        let claimed = job.client.clock.claim(self.said_at, sent_at);
        let received_at = Timestamp::from_millis(self.at);
        let timing = if self.is_live {
            Timing::of_live(claimed, received_at, &mut Vec::new())
        } else {
            Timing::of_replay(claimed, received_at).expect("not older than 7 days")
        };
        let is_live = self.is_live;
        Input::Report(Report { run_id, sequence: None, timing, is_live, content })
    }
}

pub(crate) fn run_id(run: usize) -> RunId {
    RunId::parse(&format!("run-{run}")).expect("a good id")
}

fn status(status: Status, took: Option<Ms>) -> Content {
    let execution_time_ms = took;
    Content::Status(StatusContent {
        status,
        scheduled_for: None,
        execution_time_ms,
        error_message: None,
        metadata: None,
    })
}

impl ClientClock {
    /// What a report says of time that was said and sent at these true times.
    fn claim(self, said_at: Ms, sent_at: Ms) -> ClaimedTime {
        let (timestamp, sent) = match self {
            Self::Silent => (None, None),
            Self::Wrong(by) => (Some(said_at + by), None),
            Self::Corrected(by) => {
                // It drifts, and once a week it is set to the other side.
                let week = (said_at - BEGIN) / (7 * DAY);
                let drift = (said_at - BEGIN) / 5_000;
                let shown = said_at + drift + if week % 2 == 0 { by } else { -by };
                (Some(shown), Some(shown + sent_at - said_at))
            }
        };
        let instant = |ms: Option<Ms>| ms.map(Timestamp::from_millis);
        ClaimedTime { timestamp: instant(timestamp), sent_at: instant(sent) }
    }
}
