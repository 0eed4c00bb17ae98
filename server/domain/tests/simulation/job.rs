//! What a job is, and what its owner has set for it.

use std::time::Duration;

use nightbell_domain::schedule::Schedule;
use nightbell_domain::settings::{Change, Patch};

use crate::calendar::{Clock, DAY, HOUR, MINUTE, Ms, SECOND, Zone};
use crate::dice::Dice;

/// How much before its slot a run may begin: the clocks here are an hour apart or more.
pub(crate) const EARLY: Ms = 5 * MINUTE;

#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) plan: Plan,
    /// How long a run usually takes, at least and at most.
    pub(crate) shortest: Ms,
    pub(crate) longest: Ms,
    /// How late it usually begins.
    pub(crate) habit: Ms,
    /// How often a run beats.
    pub(crate) beat: Option<Ms>,
    pub(crate) declares: Declares,
    pub(crate) client: Client,
    pub(crate) start_grace: Option<Ms>,
    pub(crate) timeout: Option<Ms>,
    pub(crate) max_runtime: Option<Ms>,
}

/// When it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// At the times that cron names.
    Clock(Clock),
    /// Whenever somebody wants it, about so often.
    Unplanned(Ms),
    /// Always: it only beats, so often.
    Beats(Ms),
}

/// How the server learns how often a job beats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declares {
    BySetting,
    ByHeartbeat,
}

/// How a job talks to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client {
    /// Its runs have names.
    pub(crate) names: bool,
    /// It keeps what it could not send and sends it later, as a replay.
    pub(crate) spools: bool,
    /// Its runs live on a stream.
    pub(crate) streams: bool,
    pub(crate) clock: ClientClock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientClock {
    /// Its reports carry no time.
    Silent,
    /// Wrong by so much, and the server cannot know.
    Wrong(Ms),
    /// Wrong by so much, and each report says when it was sent.
    Corrected(Ms),
}

impl Job {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let plan = draw_plan(dice);
        let longest = dice.magnitude(20 * SECOND, (plan.gap() / 4).min(4 * HOUR));
        let beat = match plan {
            Plan::Beats(every) => Some(every),
            _ if dice.chance(500) => Some(dice.between(longest / 8, longest / 3).max(5 * SECOND)),
            _ => None,
        };
        let client = draw_client(beat.filter(|_| !matches!(plan, Plan::Beats(_))), dice);
        let start_grace = dice.chance(600).then(|| dice.magnitude(MINUTE, 30 * MINUTE));
        let grace = start_grace.unwrap_or(5 * MINUTE);
        let mut job = Self {
            plan,
            shortest: longest / 4,
            longest,
            habit: dice.magnitude(1, grace / 2),
            beat,
            declares: dice.pick(&[Declares::BySetting, Declares::ByHeartbeat]),
            client,
            start_grace,
            timeout: None,
            max_runtime: None,
        };
        if client.streams {
            job.declares = Declares::ByHeartbeat;
        }
        if job.declares == Declares::BySetting && dice.chance(500) {
            job.timeout = beat.map(|beat| beat * dice.between(3, 5));
        }
        if !matches!(plan, Plan::Beats(_)) && dice.chance(600) {
            let least = longest.max(job.timeout.unwrap_or(0));
            job.max_runtime = Some(least + longest * dice.between(2, 10) / 10);
        }
        job
    }

    pub(crate) fn grace(&self) -> Ms {
        self.start_grace.unwrap_or(5 * MINUTE)
    }

    /// How long it may be silent, once the server knows that it beats.
    pub(crate) fn silence_limit(&self) -> Option<Ms> {
        self.timeout.or(self.beat.map(|beat| 3 * beat))
    }

    /// What its owner registers.
    pub(crate) fn patch(&self) -> Patch {
        let set = |ms: Option<Ms>| Change::from(ms.map(duration));
        let clock = if let Plan::Clock(clock) = self.plan { Some(clock) } else { None };
        let cron = |clock: Clock| vec![Schedule::Cron { expression: clock.expression() }];
        let declared = self.beat.filter(|_| self.declares == Declares::BySetting);
        Patch {
            service_name: Change::Set("simulated".to_owned()),
            job_name: Change::Set("Simulated job".to_owned()),
            schedules: clock.map(cron).into(),
            timezone: clock.map(|clock| clock.zone().name().to_owned()).into(),
            start_grace: set(self.start_grace),
            heartbeat_interval: set(declared),
            heartbeat_timeout: set(self.timeout),
            max_runtime: set(self.max_runtime),
            ..Patch::default()
        }
    }
}

impl Plan {
    /// The least time between two runs.
    pub(crate) fn gap(self) -> Ms {
        match self {
            Self::Clock(clock) => clock.gap(),
            Self::Unplanned(gap) | Self::Beats(gap) => gap,
        }
    }
}

pub(crate) fn duration(ms: Ms) -> Duration {
    Duration::from_millis(u64::try_from(ms).expect("not negative"))
}

/// Mostly jobs of the night, some of each other kind.
fn draw_plan(dice: &mut Dice) -> Plan {
    let [hour, minute] = [dice.between(4, 23), dice.between(0, 59)];
    let zone = dice.pick(&[Zone::Utc, Zone::Kolkata, Zone::Berlin]);
    let kind = dice.weighted(&[
        (600, Plan::Clock(Clock::Daily { zone, hour, minute })),
        (110, Plan::Clock(Clock::Weekdays { hour, minute })),
        (80, Plan::Clock(Clock::Weekly { weekday: hour % 7, hour, minute })),
        (60, Plan::Clock(Clock::Hours { every: 6, minute })),
        (10, Plan::Clock(Clock::Hours { every: 1, minute })),
        (90, Plan::Unplanned(DAY)),
        (50, Plan::Beats(HOUR)),
    ]);
    match kind {
        Plan::Unplanned(_) => Plan::Unplanned(dice.magnitude(6 * HOUR, 3 * DAY)),
        Plan::Beats(_) => Plan::Beats(dice.magnitude(HOUR, 12 * HOUR)),
        Plan::Clock(_) => kind,
    }
}

fn draw_client(beat: Option<Ms>, dice: &mut Dice) -> Client {
    let wrong = dice.between(-DAY + HOUR, DAY - HOUR);
    let clock = dice.pick(&[
        ClientClock::Silent,
        ClientClock::Wrong(0),
        ClientClock::Wrong(wrong),
        ClientClock::Corrected(wrong),
    ]);
    let plain = Client { names: false, spools: false, streams: false, clock };
    let sdk = Client { names: true, spools: true, clock: ClientClock::Corrected(wrong), ..plain };
    let streaming = Client { streams: beat.is_some(), ..sdk };
    dice.weighted(&[(4, plain), (2, Client { names: true, ..plain }), (4, sdk), (3, streaming)])
}
