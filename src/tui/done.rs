//! What the end of a job, and what it says on the way, means for the state.

use std::sync::Arc;

use super::dialog::confirm::Confirm;
use super::dialog::export::Replace;
use super::dialog::notice::Notice;
use super::effect::Effect;
use super::failure::Failure;
use super::job::{Job, JobId, Kind};
use super::message::{Done, Exported};
use super::perform::compare;
use super::place::Opened;
use super::screen::{history, overview, records, sync, verify, welcome};
use super::state::{Phase, State, TypeState};
use super::text::{counted, grouped};
use super::theme::Role;
use crate::journal::Snapshot;
use crate::sync::{Comparison, Event, Reviewed, Side};

/// A job that takes so long is waited for; milliseconds.
const LONG: i64 = 5000;

/// Takes in what a job has said since the last time.
pub fn told(state: &mut State, id: JobId, events: &[Event]) {
    let now = state.now;
    for event in events {
        state.line.take(event, now);
        state.log.take(event, now);
        if let Some(job) = state.jobs.iter_mut().find(|job| job.id == id) {
            job.take(event, now);
        }
        of_type(state, event);
        verify::told(state, event);
    }
}

fn of_type(state: &mut State, event: &Event) {
    let (Event::Reading { record_type, .. }
    | Event::Compared(Snapshot { record_type, .. })
    | Event::Failed { record_type, .. }) = event
    else {
        return;
    };
    let comparing = state.job(Kind::Compare).is_some();
    let Some(one) = state.types.iter_mut().find(|one| one.config.name == *record_type) else {
        return;
    };
    match event {
        Event::Reading { side, records, .. } if comparing => {
            let (local, cloud) = one.reading.get_or_insert((0, 0));
            match side {
                Side::Local => *local = *records,
                Side::Cloud => *cloud = *records,
            }
        }
        Event::Compared(snapshot) => {
            one.reading = None;
            one.failure = None;
            one.snapshot = Some(snapshot.clone());
        }
        Event::Failed { .. } => one.reading = None,
        _ => {}
    }
}

/// Takes in the result of a job.
pub fn done(state: &mut State, id: JobId, what: Done) -> Vec<Effect> {
    let at = state.jobs.iter().position(|job| job.id == id);
    let job = at.map(|at| state.jobs.remove(at));
    let calls = job.as_ref().is_some_and(|job| calls_back(state, job));
    let mut effects = taken_in(state, id, job.as_ref(), what);
    if calls {
        effects.push(Effect::Bell);
    }
    effects
}

/// Whether somebody who has turned to something else will want to know that the job has ended.
fn calls_back(state: &State, job: &Job) -> bool {
    let long = state.now - job.started >= LONG;
    state.settings.bell && !state.focused && long && job.kind != Kind::Quiet
}

fn taken_in(state: &mut State, id: JobId, job: Option<&Job>, what: Done) -> Vec<Effect> {
    match what {
        Done::Environments(environments) => {
            state.environments = environments;
            Vec::new()
        }
        Done::Opened(Ok(opened)) => opened_now(state, *opened),
        Done::Opened(Err(failure)) => not_opened(state, failure),
        Done::Compared(result) => compared(state, result),
        Done::Reviewed(Ok(reviewed)) => reviewed_now(state, id, *reviewed),
        Done::Reviewed(Err(failure)) | Done::Applied(Err(failure)) => {
            if records::failed(state, id, &failure) {
                return Vec::new();
            }
            let (effects, shown) = sync::failed(state, id, &failure);
            if !shown {
                tell(state, failure);
            }
            effects
        }
        Done::Applied(Ok(report)) => applied(state, report, job),
        Done::Verified(result) => verify::verified(state, result),
        Done::Found(result) => records::found(state, id, result),
        Done::Runs(result) => history::runs(state, result),
        Done::Operations(run, result) => history::operations(state, run, result),
        Done::Sides(result) => records::sides(state, id, result),
        Done::Referrers(result) => records::referrers(state, id, result),
        Done::RecordHistory(name, result) => records::history(state, &name, result),
        Done::Loaded(loaded) => records::loaded(state, loaded),
        Done::Ordered(ordered) => records::ordered(state, ordered),
        Done::Sifted(sifted) => records::sifted(state, sifted),
        Done::Exporting(records) => {
            if let Some(job) = state.jobs.iter_mut().find(|job| job.kind == Kind::Export) {
                job.done = records;
            }
            Vec::new()
        }
        Done::Exported(Ok(exported)) => {
            state.say(Role::Good, summary(&exported));
            if let Some(note) = exported.note {
                // Too long, and too important, for a note that passes by itself.
                state.log.note(state.now, Role::Warning, &note);
                state.open(Notice::failure(Failure::plain("Exported", note)));
            }
            Vec::new()
        }
        Done::Saved(Ok(path)) => {
            state.say(Role::Good, format!("written to {}", path.display()));
            Vec::new()
        }
        Done::Taken(work) => {
            state.open(Replace::new(*work));
            Vec::new()
        }
        Done::Edited(result) => records::edited(state, result),
        Done::Copied(Ok(how)) => {
            state.say(Role::Good, how);
            Vec::new()
        }
        Done::Saved(Err(failure)) | Done::Exported(Err(failure)) | Done::Copied(Err(failure)) => {
            tell(state, failure)
        }
        Done::Proposed(result) => welcome::proposed(state, result),
    }
}

/// `20 records, local side, written to /home/me/Game.csv; 3 are on the cloud side only`
fn summary(exported: &Exported) -> String {
    let (records, path) = (counted(exported.records, "record"), exported.path.display());
    let (side, other) = match exported.side {
        Side::Local => (Side::Local, Side::Cloud),
        Side::Cloud => (Side::Cloud, Side::Local),
    };
    let written = format!("{records}, {} side, written to {path}", side.word());
    match exported.left_out {
        0 => written,
        1 => format!("{written}; 1 is on the {} side only", other.word()),
        more => format!(
            "{written}; {} are on the {} side only",
            grouped(more as u64),
            other.word()
        ),
    }
}

/// Says what went wrong: in passing where it passes by itself, in a dialog where something is to be done about it.
pub fn tell(state: &mut State, failure: Failure) -> Vec<Effect> {
    if failure.cancelled {
        state.say(Role::Warning, format!("{}: cancelled", failure.what));
    } else {
        state.log.note(
            state.now,
            Role::Danger,
            &format!("{}: {}", failure.what, failure.why),
        );
        state.open(Notice::failure(failure));
    }
    Vec::new()
}

/// An environment could not be opened. The one that is open, if one is, stays as it was.
fn not_opened(state: &mut State, mut failure: Failure) -> Vec<Effect> {
    if state.phase != Phase::Ready {
        state.phase = Phase::Broken(failure);
        return Vec::new();
    }
    failure.advice.push(format!(
        "Nothing has changed: {} is still open. Fix the cause, then choose the environment again.",
        state.place.environment
    ));
    tell(state, failure)
}

/// Another environment is open, and no state of the previous one is kept. It can also be the same one, reopened with
/// or without write access.
fn opened_now(state: &mut State, opened: Opened) -> Vec<Effect> {
    let working = state.phase == Phase::Ready;
    if working && state.job(Kind::Run).is_some() {
        let words = format!("{} stays open: a run is writing here", state.place.environment);
        state.say(Role::Warning, words);
        return Vec::new();
    }
    let same = working && state.place.environment == opened.place.environment;
    let mut effects = if working && !same {
        state.leave()
    } else {
        Vec::new()
    };
    effects.extend(opened.handle.map(Effect::Enter));
    state.phase = Phase::Ready;
    state.place = opened.place;
    for warning in &opened.warnings {
        state.say(Role::Warning, warning.clone());
    }
    if same {
        return effects;
    }
    state.comparison = None;
    state.line = super::line::Line::default();
    state.records = records::Records::default();
    state.sync = sync::Sync::default();
    state.verify = verify::Verify::default();
    state.history = history::History::default();
    state.types = opened
        .types
        .into_iter()
        .map(|(config, snapshot)| TypeState {
            config,
            snapshot,
            reading: None,
            failure: None,
        })
        .collect();
    records::opened(state, opened.arrangements);
    records::come_back(state);
    if let Some(run) = opened.interrupted {
        let dialog = super::dialog::resume::Interrupted::new(&state.place, run);
        state.open(dialog);
    }
    effects.extend(history::enter(state));
    effects.extend(compare(state));
    effects
}

fn compared(state: &mut State, result: Result<Arc<Comparison>, Failure>) -> Vec<Effect> {
    for one in &mut state.types {
        one.reading = None;
    }
    let comparison = match result {
        Ok(comparison) => comparison,
        Err(failure) => {
            sync::failed_to_compare(state, &failure);
            return tell(state, failure);
        }
    };
    for compared in &comparison.types {
        let Some(one) = state
            .types
            .iter_mut()
            .find(|one| one.config.name == compared.type_config.name)
        else {
            continue;
        };
        match &compared.outcome {
            Ok(diff) => {
                one.failure = None;
                one.snapshot = Some(Snapshot::of(diff, state.now));
            }
            Err(error) => {
                let what = format!("Comparing {}", compared.type_config.name);
                one.failure = Some(Failure::of_type(&what, error));
            }
        }
    }
    state.comparison = Some(comparison);
    overview::compared(state);
    let mut effects = records::compared(state);
    effects.extend(sync::compared(state));
    effects
}

/// A plan to be agreed to. That of a guided sync goes through its review first; all others are short enough to be
/// asked about at once.
fn reviewed_now(state: &mut State, id: JobId, reviewed: Reviewed) -> Vec<Effect> {
    if sync::takes(state, id) {
        return sync::reviewed(state, id, reviewed);
    }
    let Some(reviewed) = records::reviewed(state, id, reviewed) else {
        return Vec::new();
    };
    if reviewed.plan().operations.is_empty() {
        state.say(Role::Good, "there is nothing to change");
        return Vec::new();
    }
    if let Some(error) = reviewed.blocked() {
        let failure = Failure::of("This plan cannot be sent", &error);
        state.open(Notice::failure(failure));
        return Vec::new();
    }
    let confirm = Confirm::new(&state.place, reviewed);
    state.open(confirm);
    Vec::new()
}

fn applied(state: &mut State, report: Option<Arc<crate::sync::Report>>, job: Option<&Job>) -> Vec<Effect> {
    let Some(report) = report else {
        state.say(Role::Good, "no run was interrupted");
        return Vec::new();
    };
    let mut effects = sync::applied(state, Arc::clone(&report), job);
    verify::applied(state, &report);
    effects.extend(records::applied(state, &report));
    effects.extend(history::enter(state));
    effects.extend(compare(state));
    effects
}
