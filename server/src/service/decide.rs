//! Deciding on a batch that a store has loaded. Pure.

use nightbell_domain::id::SchedulerId;
use nightbell_domain::key::{ProjectId, Role};
use nightbell_domain::scheduler::Case;
use nightbell_domain::settings::{Change, Patch};
use nightbell_domain::transition::{Answer, Context, Input, register, transition};

use crate::store::batch::{
    Answered, Command, Entry, Found, Intent, Loaded, NotDone, Setting, Target,
};

/// Decides on every command, in order; one answer per command.
pub(super) fn decide(
    loaded: &mut Loaded,
    commands: &[Command],
    setting: &Setting,
) -> Vec<Answered> {
    let found = std::mem::take(&mut loaded.found);
    commands
        .iter()
        .zip(found)
        .map(|(command, found)| one(loaded, command, found, setting))
        .collect()
}

fn one(loaded: &mut Loaded, command: &Command, found: Found, setting: &Setting) -> Answered {
    // What is judged is judged as of the time that all reports are known of.
    let now = command.judgement.map_or(setting.now, |judgement| judgement.until);
    let context = Context { now, fresh: command.fresh, blind: &setting.blind };
    let decided = match place_of(loaded, command, found, &context, setting) {
        Ok((place, is_new)) => apply(&mut loaded.entries[place], command, &context, is_new)
            .map(|answer| (answer, place, is_new))
            .map_err(|not_done| (not_done, Some(place))),
        Err(not_done) => Err((not_done, None)),
    };
    let (answer, place, is_new) = match decided {
        Ok((answer, place, is_new)) => (Ok(answer), Some(place), is_new),
        Err((not_done, place)) => (Err(not_done), place, false),
    };
    let scheduler = place
        .filter(|_| command.wants_scheduler)
        .and_then(|place| loaded.entries[place].case.as_ref())
        .map(|case| Box::new(case.scheduler.clone()));
    Answered { answer, scheduler, is_new }
}

/// Where the command's scheduler stands in the entries; it is made if the command
/// says so. Also whether it was made.
fn place_of(
    loaded: &mut Loaded,
    command: &Command,
    found: Found,
    context: &Context<'_>,
    setting: &Setting,
) -> Result<(usize, bool), NotDone> {
    match found {
        Found::Entry(place) => return Ok((place, false)),
        Found::Superseded => return Err(NotDone::Superseded),
        Found::Nothing | Found::IdTakenByCase(_) => {}
    }
    let Target::Id(project, id) = &command.target else { return Err(NotDone::NotRegistered) };
    // Refused as if it were there: a bound key is not to learn what exists beside it.
    let prefix = command.speaker.as_ref().and_then(|it| it.binding.scheduler_id_prefix.as_deref());
    if prefix.is_some_and(|prefix| !id.as_str().starts_with(prefix)) {
        return Err(NotDone::NotYours(id.clone()));
    }
    if let Some(place) = loaded.by_id.get(&(*project, id.clone())) {
        return Ok((*place, false));
    }
    let patch = match &*command.intent {
        Intent::Register(patch) => patch,
        Intent::Apply(_, Some(patch)) => patch,
        Intent::Apply(_, None) => return Err(NotDone::NotRegistered),
    };
    let taken = match found {
        Found::IdTakenByCase(taken) => Some(taken),
        _ => taken_in_batch(loaded, *project, id),
    };
    if let Some(taken) = taken {
        return Err(NotDone::IdTakenByCase(taken));
    }
    may_speak(command, id, service_of(patch))?;
    let count = loaded.schedulers.entry(*project).or_default();
    if *count >= setting.schedulers_max {
        return Err(NotDone::SchedulersFull(setting.schedulers_max));
    }
    let case =
        register(id.clone(), patch.clone(), role_of(command), context).map_err(NotDone::Refused)?;
    *count += 1;
    let place = loaded.entries.len();
    loaded.by_id.insert((*project, id.clone()), place);
    loaded.entries.push(Entry { key: None, project: *project, case: Some(case) });
    Ok((place, true))
}

/// A new scheduler of this batch whose id differs from `id` only by case.
fn taken_in_batch(loaded: &Loaded, project: ProjectId, id: &SchedulerId) -> Option<SchedulerId> {
    let new = loaded.entries.iter().filter(|entry| entry.key.is_none() && entry.project == project);
    new.filter_map(|entry| entry.case.as_ref())
        .map(|case| &case.scheduler.id)
        .find(|other| other.as_str().eq_ignore_ascii_case(id.as_str()))
        .cloned()
}

fn apply(
    entry: &mut Entry,
    command: &Command,
    context: &Context<'_>,
    is_new: bool,
) -> Result<Answer, NotDone> {
    let case = entry.case.take().ok_or(NotDone::NotRegistered)?;
    let allowed = permitted(command, &case);
    let role = role_of(command);
    let input = match &*command.intent {
        _ if allowed.is_err() => None,
        Intent::Register(_) if is_new => None,
        Intent::Register(patch) => Some(Input::Registration { patch: patch.clone(), by: role }),
        Intent::Apply(input, _) => Some(input.clone()),
    };
    let Some(input) = input else {
        entry.case = Some(case);
        return allowed.map(|()| Answer::default());
    };
    let mut decision = transition(case, input, context);
    if let Some(why) = decision.case.changes.parked.take() {
        let scheduler = decision.case.scheduler.id.as_str();
        tracing::error!(scheduler, why, "a stored schedule cannot be read; nothing is expected");
    }
    entry.case = Some(decision.case);
    decision.answer.map_err(NotDone::Refused)
}

/// Whether the speaker may speak for the scheduler as it stands, and as it would
/// stand: a key that is bound to a service may not take another's over.
fn permitted(command: &Command, case: &Case) -> Result<(), NotDone> {
    let scheduler = &case.scheduler;
    may_speak(command, &scheduler.id, Some(&scheduler.settings.service_name))?;
    match &*command.intent {
        Intent::Register(patch) | Intent::Apply(Input::Settings { patch, .. }, _) => {
            let next = service_of(patch).unwrap_or(&scheduler.settings.service_name);
            may_speak(command, &scheduler.id, Some(next))
        }
        Intent::Apply(..) => Ok(()),
    }
}

fn may_speak(command: &Command, id: &SchedulerId, service: Option<&str>) -> Result<(), NotDone> {
    match &command.speaker {
        Some(speaker) if !speaker.binding.may_speak_for(id.as_str(), service) => {
            Err(NotDone::NotYours(id.clone()))
        }
        _ => Ok(()),
    }
}

fn service_of(patch: &Patch) -> Option<&str> {
    match &patch.service_name {
        Change::Set(name) => Some(name),
        Change::Keep | Change::Clear => None,
    }
}

fn role_of(command: &Command) -> Role {
    command.speaker.as_ref().map_or(Role::Admin, |speaker| speaker.role)
}
