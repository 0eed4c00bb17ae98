//! A world whose true course is known, against what the domain finds in it.
//!
//! Each scheduler of a world lives 90 days: its job runs, fails, dies, freezes, comes
//! late or not at all, with wrong clocks, over a network that loses, repeats and delays,
//! to a server that is down at times. An oracle that shares no code with the domain
//! says what must be found at which instant. `make simulate` runs it in full; a seed
//! that failed is kept in [`KNOWN`].

mod calendar;
mod dice;
mod job;
mod life;
mod oracle;
mod server;
mod sky;
mod verdict;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};

use calendar::{BEGIN, DAY, Ms};
use dice::Dice;
use job::Job;
use life::{Fate, Life, Word};
use nightbell_domain::incident::Reason;
use nightbell_domain::report::Status;
use oracle::Oracle;
use server::Server;
use sky::Sky;
use verdict::{Tally, Trial};
use wire::{Delivered, deliver};

const DAYS: Ms = 90;

/// Schedulers that failed once, by the seed of their world and their place in it.
const KNOWN: [(u64, u64); 12] = [
    // It died while its network had been cut for so long that it was found silent before.
    (5, 256),
    (13, 279),
    // Its end was held by a cut network that began while the server was still down.
    (17, 473),
    (17, 848),
    (54, 44),
    (69, 496),
    (69, 766),
    // It died before the server paused, and another run followed while it still did.
    (23, 781),
    // Its stream broke, and it overran, while the server was paused: one cause, one alarm.
    (68, 759),
    // All of two runs arrived in one instant, and then the start of the second again.
    (80, 657),
    // An old run became known while the server was paused.
    (96, 512),
    // It died while its client still waited for a server that was back already.
    (159, 128),
];

/// How many troubles are told.
const TOLD_MAX: usize = 20;

#[test]
fn every_true_fate_is_found_in_time_and_nothing_else() {
    let number = |name: &str, default: u64| match std::env::var(name) {
        Ok(text) => text.parse().expect("a number"),
        Err(_) => default,
    };
    let schedulers = number("SCHEDULERS", 40);
    let first = number("FIRST_SEED", 1);
    let seeds = number("SEEDS", 3);
    let mut total = Tally::default();
    for seed in first..first + seeds {
        total += live_world(seed, 0..schedulers);
        if seeds > 3 {
            let Tally { alarms, false_alarms, missed, .. } = total;
            eprintln!("seed {seed}: {alarms} alarms so far, {false_alarms} false, {missed} missed");
        }
    }
    eprintln!("{schedulers} schedulers x {DAYS} days x {seeds} seeds\n{total}");
    assert_good(&total);
}

#[test]
fn what_failed_once_does_not_fail_again() {
    let mut total = Tally::default();
    for (seed, place) in KNOWN {
        total += live_world(seed, place..place + 1);
    }
    assert_good(&total);
}

fn assert_good(tally: &Tally) {
    let told = &tally.troubles[..tally.troubles.len().min(TOLD_MAX)];
    assert!(told.is_empty(), "{} troubles\n{}", tally.troubles.len(), told.join("\n"));
}

/// The schedulers of one world, which share its server and so its outages.
fn live_world(seed: u64, places: std::ops::Range<u64>) -> Tally {
    let until = BEGIN + DAYS * DAY;
    let sky = Sky::draw(BEGIN, until, &mut Dice::new(seed, u64::MAX));
    let mut total = Tally::default();
    for place in places {
        let live = AssertUnwindSafe(|| live(&sky, until, &mut Dice::new(seed, place)));
        let mut tally = catch_unwind(live).unwrap_or_else(|_| Tally {
            troubles: vec!["it panicked".to_owned()],
            ..Tally::default()
        });
        for trouble in &mut tally.troubles {
            trouble.insert_str(0, &format!("seed {seed}, scheduler {place}: "));
        }
        total += tally;
    }
    total
}

fn live(sky: &Sky, until: Ms, dice: &mut Dice) -> Tally {
    let job = Job::draw(dice);
    let life = Life::live(&job, BEGIN, until, dice);
    let delivered = deliver(&job, &life, sky, until, dice);
    let oracle = Oracle::new(&job, &life, sky, &delivered);
    let mut server = Server::new(job.patch(), BEGIN, sky);
    let mut tally = Tally::default();
    let mut left = delivered.arrivals.iter().peekable();
    while let Some(first) = left.next() {
        server.wait(first.at);
        let mut batch = vec![first.input(&job)];
        let mut ends_well = is_plain_success(&life, &delivered, sky, first);
        while let Some(next) = left.next_if(|next| next.at == first.at) {
            batch.push(next.input(&job));
            ends_well |= is_plain_success(&life, &delivered, sky, next);
        }
        tally.inputs += batch.len() as u64;
        for answer in server.decide(first.at, batch) {
            if let Err(refusal) = answer {
                tally.troubles.push(format!("refused: {refusal:?}"));
            }
        }
        if ends_well {
            check_recovery(&server, first.at, &mut tally);
        }
    }
    server.wait(until);
    let trial = Trial {
        job: &job,
        life: &life,
        sky,
        delivered: &delivered,
        oracle: &oracle,
        server: &server,
        until,
    };
    trial.judge(&mut tally);
    if !tally.troubles.is_empty() {
        tally.troubles.push(format!("{job:?}"));
    }
    tally
}

/// Whether this is the end of a run with which nothing was wrong.
fn is_plain_success(life: &Life, delivered: &Delivered, sky: &Sky, it: &wire::Arrival) -> bool {
    let Some(run) = it.run else { return false };
    let Word::End(Status::Completed, _) = it.word else { return false };
    let life = &life.runs[run];
    it.is_live
        && !it.is_copy
        && life.fate == Fate::RunsWell
        && !delivered.is_disturbed[run]
        && !sky.was_dark(life.began_at, it.at)
}

/// After a success nothing of the past is wrong any more.
fn check_recovery(server: &Server<'_>, at: Ms, tally: &mut Tally) {
    for incident in &server.scheduler().state.incidents {
        if matches!(incident.reason, Reason::Failed | Reason::Missed | Reason::NeverStarted) {
            tally.troubles.push(format!("{:?} outlives a success at {at}", incident.reason));
        }
    }
}
