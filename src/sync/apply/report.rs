//! What a run came to.

use serde::Serialize;

use super::item::Item;
use crate::journal::{Run, RunId, RunKind, State};
use crate::record::compare::FieldChange;
use crate::record::plan::Verb;
use crate::sync::JobError;

/// What a run came to: the sum of its operations.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The run's number in the journal.
    pub run: RunId,
    /// What it was for.
    pub kind: RunKind,
    /// Records created.
    pub created: usize,
    /// Records changed or replaced.
    pub updated: usize,
    /// Records deleted.
    pub deleted: usize,
    /// Records that were as wanted already.
    pub already_equal: usize,
    /// Records the plan left alone.
    pub unchanged: usize,
    /// Operations that somebody else's writing stands in the way of.
    pub conflicted: Vec<Unhappy>,
    /// Operations the service refused.
    pub refused: Vec<Unhappy>,
    /// Operations that never left.
    pub not_attempted: usize,
    /// Operations that left and whose outcome is not known; `resume` settles them.
    pub unknown: usize,
    /// What somebody else had written since the comparison, and this run wrote over.
    pub overwritten: Vec<Overwritten>,
    /// Whether something is left that `resume` would do.
    pub resumable: bool,
    /// What stopped the run before its end.
    #[serde(skip)]
    pub stopped: Option<JobError>,
}

/// An operation that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unhappy {
    /// The record type.
    pub record_type: String,
    /// The record name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// A record whose fields somebody else had changed after the comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overwritten {
    /// The record type.
    pub record_type: String,
    /// The record name.
    pub name: String,
    /// `local` as it was reviewed, `cloud` what they had written.
    pub changes: Vec<FieldChange>,
}

impl Report {
    /// Whether every operation came to its end.
    pub fn is_done(&self) -> bool {
        self.stopped.is_none()
            && self.conflicted.is_empty()
            && self.refused.is_empty()
            && self.not_attempted == 0
            && self.unknown == 0
    }
}

pub(super) fn report(run: &Run, items: &[Item], stopped: Option<JobError>) -> Report {
    let applied = |verbs: &[Verb]| {
        let is = |item: &&Item| item.state == State::Applied && verbs.contains(&item.operation.verb);
        items.iter().filter(is).count()
    };
    let count = |state: State| items.iter().filter(|item| item.state == state).count();
    let created_by_force = |item: &&Item| {
        item.state == State::Applied
            && item.operation.verb == Verb::ForceReplace
            && item.operation.before.is_none()
    };
    let forced = items.iter().filter(created_by_force).count();
    // Where an answer was lost, what was sent may have been carried out whatever became of the operation later.
    let wrote_over =
        |item: &&Item| !item.overwrites.is_empty() && (item.state == State::Applied || item.was_doubtful);
    Report {
        run: run.id,
        kind: run.kind,
        created: applied(&[Verb::Create]) + forced,
        updated: applied(&[Verb::Update, Verb::Replace, Verb::ForceReplace]) - forced,
        deleted: applied(&[Verb::Delete]),
        already_equal: count(State::AlreadyEqual),
        unchanged: run.unchanged,
        conflicted: unhappy(items, State::Conflicted),
        refused: unhappy(items, State::Refused),
        not_attempted: count(State::NotAttempted),
        unknown: count(State::Sent),
        overwritten: items
            .iter()
            .filter(wrote_over)
            .map(|item| Overwritten {
                record_type: item.operation.record_type.clone(),
                name: item.operation.name.clone(),
                changes: item.overwrites.clone(),
            })
            .collect(),
        resumable: run.is_open(),
        stopped,
    }
}

fn unhappy(items: &[Item], state: State) -> Vec<Unhappy> {
    items
        .iter()
        .filter(|item| item.state == state)
        .map(|item| Unhappy {
            record_type: item.operation.record_type.clone(),
            name: item.operation.name.clone(),
            why: item.detail.clone().unwrap_or_default(),
        })
        .collect()
}
