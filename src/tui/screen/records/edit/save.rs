//! Plans edits, has conflicts resolved, and tells what came of the run.

use std::collections::HashSet;

use crate::journal::RunKind;
use crate::record::plan::Plan;
use crate::sync::{Edit, Report, Reviewed};
use crate::tui::dialog::confirm::no_longer_there;
use crate::tui::dialog::conflict::Conflict;
use crate::tui::dialog::notice::Notice;
use crate::tui::dialog::redo::Redo;
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::job::{JobId, Kind};
use crate::tui::state::{Screen, State};
use crate::tui::text::counted;
use crate::tui::theme::Role;

use super::draft::throw_away;

/// Edits that are being planned, asked about or carried out.
#[derive(Debug)]
pub(super) struct Pending {
    job: JobId,
    edits: Vec<Edit>,
    /// Whether they come from the editor; its text goes once they are written.
    drafted: bool,
}

/// Plans edits; what comes of it is asked about.
pub fn plan(state: &mut State, edits: Vec<Edit>) -> Vec<Effect> {
    planned(state, edits, false)
}

/// The same for those that were planned before, and met a conflict.
pub fn plan_again(state: &mut State, edits: Vec<Edit>) -> Vec<Effect> {
    let pending = state.records.edit.pending.as_ref();
    let drafted = pending.is_some_and(|pending| pending.drafted);
    planned(state, edits, drafted)
}

/// The same for what was written in the editor.
pub(super) fn plan_draft(state: &mut State, edit: Edit) -> Vec<Effect> {
    planned(state, vec![edit], true)
}

fn planned(state: &mut State, edits: Vec<Edit>, drafted: bool) -> Vec<Effect> {
    let (job, effect) = state.begin(Kind::Review, Work::Edits(edits.clone()));
    state.records.edit.pending = Some(Pending { job, edits, drafted });
    vec![effect]
}

/// A plan is there. Where somebody else has written in between, that is resolved first; else the plan goes on to be
/// confirmed, and what it shows is what was looked at.
pub(super) fn reviewed(state: &mut State, job: JobId, reviewed: Reviewed) -> Option<Reviewed> {
    let Some(pending) = state
        .records
        .edit
        .pending
        .as_mut()
        .filter(|pending| pending.job == job)
    else {
        return Some(reviewed);
    };
    if reviewed.conflicts().is_empty() {
        look_at(&mut pending.edits, reviewed.plan());
        let is_empty = reviewed.plan().operations.is_empty();
        if is_empty && pending.drafted {
            throw_away(state);
        }
        if is_empty && !reviewed.gone().is_empty() {
            state.say(Role::Warning, no_longer_there(reviewed.gone()));
        }
        return Some(reviewed);
    }
    let conflicts = reviewed.conflicts().to_vec();
    let clashing: HashSet<&str> = conflicts.iter().map(|one| one.edit.target().1).collect();
    let mut edits = std::mem::take(&mut pending.edits);
    edits.retain(|edit| !clashing.contains(edit.target().1));
    if let Some(dialog) = Conflict::new(conflicts.clone(), edits) {
        state.open(dialog);
    }
    None
}

/// What the confirmation shows is what is looked at from now on.
fn look_at(edits: &mut [Edit], plan: &Plan) {
    for edit in edits {
        let name = edit.target().1.to_owned();
        let planned = plan.operations.iter().find(|operation| operation.name == name);
        let before = planned.and_then(|operation| operation.before.clone());
        if let (Edit::Update { base, .. } | Edit::Delete { base, .. }, Some(before)) = (edit, before) {
            *base = Some(Box::new(before));
        }
    }
}

/// A plan could not be made. What came from the editor can go back there.
pub(super) fn failed(state: &mut State, job: JobId, failure: &Failure) -> bool {
    let pending = state.records.edit.pending.as_ref();
    let Some(pending) = pending.filter(|pending| pending.job == job) else {
        return false;
    };
    if failure.missing && pending.edits.iter().all(is_deletion) {
        let gone = gone(&pending.edits, failure);
        state.open(Notice::failure(gone));
        return true;
    }
    if failure.cancelled || !pending.drafted {
        return false;
    }
    state.open(Redo::new(failure.clone()));
    true
}

fn is_deletion(edit: &Edit) -> bool {
    matches!(edit, Edit::Delete { .. })
}

/// A record that was to be deleted is not there: nothing is wrong with that, and nothing to be done about it.
fn gone(edits: &[Edit], failure: &Failure) -> Failure {
    let names = edits.iter().map(|edit| edit.target().1);
    let named = names.filter(|name| failure.why.contains(&format!("'{name}'")));
    let name = named.max_by_key(|name| name.len()).unwrap_or("The record");
    let nothing = if edits.len() > 1 {
        "There is nothing to delete of it. The others are gone as well."
    } else {
        "There is nothing to delete."
    };
    let what = format!("{name} is no longer in the cloud: somebody else has deleted it.");
    let mut failure = Failure::list("Deleted already", &[what, nothing.to_owned()]);
    failure.advice =
        vec!["d compares again; what is gone then leaves the list, and its mark with it".to_owned()];
    failure
}

/// A run has ended: told in a word where all went well; conflicts are planned once more, which shows both sides.
pub(super) fn applied(state: &mut State, report: &Report) -> Vec<Effect> {
    let by_hand = matches!(report.kind, RunKind::Create | RunKind::Update | RunKind::Delete);
    let Some(pending) = state.records.edit.pending.take_if(|_| by_hand) else {
        return Vec::new();
    };
    state.screen = Screen::Records;
    if report.is_done() {
        if pending.drafted {
            throw_away(state);
        }
        state.say(Role::Good, came_to(report));
        return Vec::new();
    }
    if !report.refused.is_empty() || report.stopped.is_some() || report.unknown > 0 {
        let failure = why(report);
        if pending.drafted {
            state.open(Redo::new(failure));
        } else {
            state.open(Notice::failure(failure));
        }
        return Vec::new();
    }
    let conflicted: HashSet<&str> = report.conflicted.iter().map(|one| one.name.as_str()).collect();
    let mut edits = pending.edits;
    // A deletion that waited for conflicts of others was not attempted; it is part of what is asked about again.
    edits.retain(|edit| {
        conflicted.contains(edit.target().1) || (report.not_attempted > 0 && is_deletion(edit))
    });
    if edits.is_empty() {
        return Vec::new();
    }
    state.say(
        Role::Warning,
        "somebody else was faster; nothing of theirs was overwritten",
    );
    planned(state, edits, pending.drafted)
}

fn came_to(report: &Report) -> String {
    let counts = [
        (report.created, "created"),
        (report.updated, "updated"),
        (report.deleted, "deleted"),
        (report.already_equal, "as wanted already"),
        (report.already_gone, "already gone"),
    ];
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", counted(count, "record")))
        .collect();
    parts.join(", ")
}

fn why(report: &Report) -> Failure {
    let mut lines: Vec<String> = report
        .refused
        .iter()
        .chain(&report.conflicted)
        .map(|one| format!("{}: {}", one.name, one.why))
        .collect();
    lines.extend(report.stopped.as_ref().map(ToString::to_string));
    let mut failure = Failure::list("Not everything was written", &lines);
    if let Some(stopped) = &report.stopped {
        failure.advice = stopped.advice();
    }
    if report.resumable {
        failure
            .advice
            .push(format!("History (5) resumes run {}", report.run));
    }
    failure
}
