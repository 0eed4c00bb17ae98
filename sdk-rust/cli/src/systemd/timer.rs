//! Timers and what they start.

use std::path::PathBuf;
use std::time::Duration;

use nightbell::api::{Schedule, ScheduleRule};
use serde::Serialize;

use super::calendar::{cron, span, split_zone};
use super::unit::{self, Unit};
use crate::found::{self, Ids, Watch, Wrapper};

/// Settings of one list: an empty one of them forgets them all.
const TIMES: &[&str] = &[
    "OnCalendar",
    "OnUnitActiveSec",
    "OnUnitInactiveSec",
    "OnActiveSec",
    "OnBootSec",
    "OnStartupSec",
];
/// How late a run may start, besides what a timer itself is late: the server's own measure.
const GRACE: Duration = Duration::from_secs(300);
const GRACE_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// A timer and what it starts.
#[derive(Debug, Serialize)]
pub(crate) struct Timer {
    pub(crate) name: String,
    /// The scheduler's id: that in the unit, or one made here. None: it cannot be read.
    pub(crate) scheduler_id: Option<String>,
    pub(crate) service: String,
    pub(crate) written: Vec<String>,
    /// The zone of its times, where it is written. Else they are this machine's.
    pub(crate) timezone: Option<String>,
    /// As Nightbell has it. None: not understood.
    pub(crate) schedule: Option<Vec<Schedule>>,
    /// How late it may start, where the timer itself may be late.
    #[serde(skip)]
    pub(crate) start_grace: Option<Duration>,
    pub(crate) commands: Vec<String>,
    pub(crate) is_watched: bool,
    /// None: the folders do not tell.
    pub(crate) is_enabled: Option<bool>,
    /// How the unit becomes ready, and what it has for an environment.
    #[serde(skip)]
    pub(crate) kind: String,
    #[serde(skip)]
    pub(crate) environment: String,
    #[serde(skip)]
    pub(crate) wrapper: Option<Box<Wrapper>>,
}

/// Every timer that is not masked.
pub(crate) fn find(folders: &[PathBuf], prefix: &str) -> Vec<Timer> {
    let mut ids = Ids::default();
    let names = unit::timers(folders).into_iter();
    let mut timers: Vec<Timer> =
        names.filter_map(|(name, enabled)| read(&name, enabled, folders)).collect();
    for timer in &timers {
        timer.scheduler_id.iter().for_each(|id| ids.take(id));
    }
    for timer in timers.iter_mut().filter(|it| !it.is_watched) {
        let id = ids.unused(&format!("{prefix}{}", found::clean(&timer.name)));
        timer.scheduler_id = Some(id);
    }
    timers
}

fn read(name: &str, is_enabled: Option<bool>, folders: &[PathBuf]) -> Option<Timer> {
    let unit = Unit::load(name, folders)?;
    let stem = name.trim_end_matches(".timer");
    let service = unit.value("Unit").map_or_else(|| format!("{stem}.service"), str::to_owned);
    let started = Unit::load(&service, folders).unwrap_or_default();
    let commands: Vec<String> =
        started.list(&["ExecStart"]).iter().map(|(_, value)| (*value).to_owned()).collect();
    let watches = commands.iter().map(|it| found::watch(it.trim_start_matches(PREFIXES)));
    let watch =
        watches.reduce(|first, other| if matches!(first, Watch::No) { other } else { first });
    let is_watched = watch.as_ref().is_some_and(|it| !matches!(it, Watch::No));
    let wrapper = match watch {
        Some(Watch::As(wrapper)) => Some(wrapper),
        _ => None,
    };
    let times = unit.list(TIMES);
    let (schedule, timezone) = schedule(&times);
    let environment = ["Environment", "EnvironmentFile"].map(|it| started.list(&[it]));
    let environment: Vec<&str> = environment.iter().flatten().map(|(_, value)| *value).collect();
    Some(Timer {
        name: stem.to_owned(),
        scheduler_id: wrapper.as_ref().map(|it| it.name.clone()),
        written: times.iter().map(|(key, value)| written(key, value)).collect(),
        timezone,
        schedule,
        start_grace: start_grace(&unit),
        commands,
        is_watched,
        is_enabled,
        kind: started.value("Type").unwrap_or("simple").to_owned(),
        environment: environment.join(" "),
        wrapper,
        service,
    })
}

/// What may stand before a command, and says how it is started.
pub(crate) const PREFIXES: [char; 6] = ['@', '-', ':', '+', '!', '|'];

fn written(key: &str, value: &str) -> String {
    if key == "OnCalendar" { value.to_owned() } else { format!("{key}={value}") }
}

/// When it runs, and the one time zone of that.
fn schedule(times: &[(&str, &str)]) -> (Option<Vec<Schedule>>, Option<String>) {
    let (mut rules, mut zones, mut is_understood) = (vec![], vec![], true);
    for (key, value) in times {
        let rule = match *key {
            "OnCalendar" => {
                let (calendar, zone) = split_zone(value);
                zones.push(zone);
                cron(calendar).map(ScheduleRule::Cron)
            }
            "OnUnitActiveSec" => span(value).filter(|it| !it.is_zero()).map(ScheduleRule::Every),
            // From one end to the next start: nobody knows when that is.
            "OnUnitInactiveSec" => None,
            // Once after each start of something: nothing that could be missed.
            _ => continue,
        };
        is_understood &= rule.is_some();
        rules.extend(rule.map(|rule| Schedule { rule: Some(rule) }));
    }
    let zone = zones.first().copied().flatten();
    // Nightbell has one zone for all schedules of a job.
    is_understood &= !rules.is_empty() && zones.iter().all(|it| *it == zone);
    (is_understood.then_some(rules), zone.map(str::to_owned))
}

fn start_grace(unit: &Unit) -> Option<Duration> {
    let late = |key: &str| unit.value(key).and_then(span).filter(|it| !it.is_zero());
    let late = [late("RandomizedDelaySec"), late("AccuracySec")];
    let sum: Duration = late.into_iter().flatten().fold(Duration::ZERO, Duration::saturating_add);
    (!sum.is_zero()).then(|| sum.saturating_add(GRACE).min(GRACE_MAX))
}
