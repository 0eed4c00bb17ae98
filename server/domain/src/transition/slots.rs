//! Which run has which slot, and which slot is expected next.

use crate::id::RunId;
use crate::ledger::{self, Ending};
use crate::outcome::Origin;
use crate::run::Run;
use crate::schedule::Timetable;
use crate::schedule::mismatch::{self, Stray};
use crate::scheduler::{Case, OFFSETS_MAX, PASSED_SLOTS_MAX, Scheduler, State, TAKEN_SLOTS_MAX};
use crate::settings::Warning;
use crate::time::Timestamp;

/// The most slots that one look passes one by one; more are passed over at once.
pub(super) const SLOTS_PER_LOOK_MAX: u32 = 1_000;

/// The schedules of `case`, read; none if it has none. If a stored one cannot be
/// read any more nothing is expected, and the case says why.
pub(super) fn timetable(case: &mut Case) -> Option<Timetable> {
    let settings = &case.scheduler.settings;
    if settings.schedules.is_empty() {
        return None;
    }
    match settings.timetable() {
        Ok(timetable) => Some(timetable),
        Err(violations) => {
            let why = violations.first().map(|first| format!("{} {}", first.field, first.rule));
            case.changes.parked = Some(why.unwrap_or_default());
            case.scheduler.state.slot_opens_at = None;
            if case.scheduler.state.slot.take().is_some() {
                case.changes.any = true;
            }
            None
        }
    }
}

/// Expects the first slot after `from`.
pub(super) fn await_after(case: &mut Case, from: Timestamp) {
    (case.scheduler.state.slot, case.scheduler.state.slot_opens_at) = (None, None);
    if let Some(timetable) = timetable(case) {
        advance(&mut case.scheduler.state, &timetable, from);
    }
}

/// Lets the slots of a pause that ends at `until` pass, and expects the first after it.
pub(super) fn skip_until(case: &mut Case, until: Timestamp) {
    let Some(timetable) = timetable(case) else { return await_after(case, until) };
    for _ in 0..SLOTS_PER_LOOK_MAX {
        let Some(slot) = case.scheduler.state.slot.filter(|slot| *slot <= until) else { break };
        pass(case, slot, Ending::Paused);
        advance(&mut case.scheduler.state, &timetable, slot);
    }
    await_after(case, until);
}

/// Notes what became of a slot that no run took so far.
pub(super) fn pass(case: &mut Case, slot: Timestamp, ending: Ending) {
    ledger::enter(case, slot, ending);
    let passed = &mut case.scheduler.state.passed_slots;
    passed.push(slot);
    passed.drain(..passed.len().saturating_sub(PASSED_SLOTS_MAX));
}

/// Expects the first slot after `from` that has no run yet.
pub(super) fn advance(state: &mut State, timetable: &Timetable, from: Timestamp) {
    let mut next = timetable.next_after(from);
    while let Some(slot) = next.filter(|slot| state.taken_slots.contains(slot)) {
        next = timetable.next_after(slot);
    }
    state.taken_slots.retain(|taken| next.is_some_and(|next| *taken > next));
    expect(state, timetable, next);
}

/// Looks anew how early the run of the awaited slot may begin.
pub(super) fn reopen(case: &mut Case) {
    if let Some(timetable) = timetable(case) {
        let slot = case.scheduler.state.slot;
        expect(&mut case.scheduler.state, &timetable, slot);
    }
}

fn expect(state: &mut State, timetable: &Timetable, slot: Option<Timestamp>) {
    state.slot = slot;
    state.slot_opens_at = slot.map(|slot| timetable.opens_at(slot));
}

/// Gives the run `id`, which began at `began_at`, its slot: the one that it names, else
/// the nearest. Asked again about the same run it changes nothing. A warning if there
/// is no such slot for it as it names.
pub(super) fn bind(case: &mut Case, id: &RunId, began_at: Timestamp) -> Option<Warning> {
    let named = case.run(id).and_then(Run::scheduled_for);
    let known = case.run(id).and_then(|run| run.slot);
    let has_intervals = case.scheduler.settings.has_intervals();
    if known.is_some() && !has_intervals {
        return None;
    }
    let timetable = timetable(case)?;
    let state = &mut case.scheduler.state;
    let Some(slot) = state.slot else {
        // It was parked, and can be read again.
        advance(state, &timetable, began_at);
        return None;
    };
    let named_free = named.filter(|named| is_takeable(state, &timetable, *named, began_at));
    let mut passed = None;
    let in_time = if has_intervals {
        known.or(restart(state, &timetable, slot, began_at))
    } else {
        passed = named.filter(|named| state.passed_slots.contains(named));
        let named = named_free.filter(|_| passed.is_none());
        let nearest = || choose(state, &timetable, slot, began_at);
        let mine = named.or_else(nearest).filter(|_| passed.is_none());
        mine.inspect(|mine| take(state, &timetable, *mine, began_at))
    };
    passed = passed.or_else(|| {
        let has_none = in_time.is_none() && !has_intervals && began_at < slot;
        last_passed(state, &timetable, began_at).filter(|_| has_none)
    });
    if let Some(passed) = passed {
        state.passed_slots.retain(|slot| *slot != passed);
        state.outcomes.forget(&Origin::Slot(passed));
    }
    let mine = in_time.or(passed);
    match Stray::of(&timetable, began_at).filter(|_| in_time.is_none() && !has_intervals) {
        Some(stray) => mismatch::note(&mut state.strays, stray),
        None if in_time.is_some() => state.strays.clear(),
        None => {}
    }
    if mine.is_some() {
        case.changes.any = true;
        case.changes.runs.insert(id.clone());
    }
    if let Some(run) = case.run_mut(id) {
        run.slot = mine;
    }
    if named.is_some() && named != mine {
        let what = "is no slot that waits for its run; the nearest was taken, if there is one";
        return Some(Warning::new("NO_SUCH_SLOT", "scheduled_for", what));
    }
    let Scheduler { settings, state, .. } = &case.scheduler;
    let told = mismatch::told(&state.strays, settings)?;
    Some(Warning::new("TIMEZONE_MISMATCH", "timezone", format!("may be another: {told}")))
}

/// Marks the free slot `mine` as having its run.
fn take(state: &mut State, timetable: &Timetable, mine: Timestamp, began_at: Timestamp) {
    note_lateness(state, mine, began_at);
    if Some(mine) == state.slot {
        advance(state, timetable, mine);
    } else {
        state.taken_slots.push(mine);
        state.taken_slots.sort();
    }
}

/// The slot before `began_at`, if it passed without its run.
fn last_passed(state: &State, timetable: &Timetable, began_at: Timestamp) -> Option<Timestamp> {
    let opened = |slot: &&Timestamp| timetable.opens_at(**slot) <= began_at;
    let last = *state.passed_slots.iter().rev().find(opened)?;
    let is_current = last >= began_at || timetable.next_after(last) > Some(began_at);
    is_current.then_some(last)
}

/// Whether `named` is a slot that waits for its run, and its time has come.
fn is_takeable(
    state: &State,
    timetable: &Timetable,
    named: Timestamp,
    began_at: Timestamp,
) -> bool {
    let has_room = Some(named) == state.slot || state.taken_slots.len() < TAKEN_SLOTS_MAX;
    has_room
        && Some(named) >= state.slot
        && !state.taken_slots.contains(&named)
        && timetable.names(named)
        && timetable.opens_at(named) <= began_at
}

/// Any run restarts intervals. Times that cron names stay where they are. The slot that
/// the run meets, if it does.
fn restart(
    state: &mut State,
    timetable: &Timetable,
    slot: Timestamp,
    began_at: Timestamp,
) -> Option<Timestamp> {
    let is_early = timetable.is_early_for_cron(slot, began_at);
    let next = timetable.next_after(if is_early { slot } else { began_at });
    if next <= Some(slot) {
        return None;
    }
    note_lateness(state, slot, began_at);
    expect(state, timetable, next);
    (is_early || began_at >= slot).then_some(slot)
}

/// The nearest free slot whose time it is: from a little before it until the next.
fn choose(
    state: &State,
    timetable: &Timetable,
    slot: Timestamp,
    began_at: Timestamp,
) -> Option<Timestamp> {
    let is_free = |slot: &Timestamp| !state.taken_slots.contains(slot);
    if began_at < slot {
        return timetable.is_early_for(slot, began_at).then_some(slot);
    }
    let current = timetable.last_between(slot, began_at).unwrap_or(slot);
    let next = timetable.next_after(current).filter(is_free);
    let next = next.filter(|next| timetable.is_early_for(*next, began_at));
    let nearness = |slot: &Timestamp| slot.since(began_at).max(began_at.since(*slot));
    let mine = { next }.into_iter().chain(Some(current).filter(is_free)).min_by_key(nearness)?;
    // So many at once are not told apart: the oldest that waits is served.
    let is_full = state.taken_slots.len() >= TAKEN_SLOTS_MAX;
    Some(if is_full { slot } else { mine })
}

fn note_lateness(state: &mut State, slot: Timestamp, began_at: Timestamp) {
    if began_at < slot {
        return;
    }
    let late_ms = u64::try_from(began_at.since(slot).as_millis()).unwrap_or(u64::MAX);
    state.offsets_ms.push(late_ms);
    let excess = state.offsets_ms.len().saturating_sub(OFFSETS_MAX);
    state.offsets_ms.drain(..excess);
}
