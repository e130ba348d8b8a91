//! What a run came to.

use std::collections::HashMap;

use serde::Serialize;

use super::Header;
use super::item::Item;
use crate::journal::{RunId, RunKind, State};
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
    /// Records to delete that were already gone, as far as known not because of this run.
    pub already_gone: usize,
    /// Records the plan left alone.
    pub unchanged: usize,
    /// Operations that somebody else's writing stands in the way of.
    pub conflicted: Vec<Unhappy>,
    /// Operations the service refused.
    pub refused: Vec<Unhappy>,
    /// Operations that never left.
    pub not_attempted: usize,
    /// Sent operations with an unknown outcome; `resume` resolves them.
    pub unknown: usize,
    /// What somebody else had written since the comparison, and this run wrote over.
    pub overwritten: Vec<Overwritten>,
    /// Outcomes that could not be written to the journal, which still lists these operations as sent.
    pub in_memory: Vec<InMemory>,
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

/// An outcome that is not in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InMemory {
    /// The record type.
    pub record_type: String,
    /// The record name.
    pub name: String,
    /// How the operation ended.
    pub state: State,
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

/// What the service said, and the operations of which it said that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause<'r> {
    /// Why.
    pub why: &'r str,
    /// The operations.
    pub operations: Vec<&'r Unhappy>,
}

impl Cause<'_> {
    /// So many operations of a cause are named unless somebody asks for all of them.
    pub const EXAMPLES: usize = 3;

    /// Groups operations by the reason why they came to nothing, in the order in which the reasons come first.
    pub fn group(list: &[Unhappy]) -> Vec<Cause<'_>> {
        let causes = Cause::places(list).into_iter().filter_map(|places| {
            let operations: Vec<&Unhappy> = places.into_iter().filter_map(|place| list.get(place)).collect();
            let why = &operations.first()?.why;
            Some(Cause { why, operations })
        });
        causes.collect()
    }

    /// The same groups as places in the list.
    pub fn places(list: &[Unhappy]) -> Vec<Vec<usize>> {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut causes: Vec<Vec<usize>> = Vec::new();
        for (place, one) in list.iter().enumerate() {
            let number = *numbers.entry(reason_alone(one)).or_insert(causes.len());
            match causes.get_mut(number) {
                Some(places) => places.push(place),
                None => causes.push(vec![place]),
            }
        }
        causes
    }
}

/// The reason without what is of this record alone: its name, and the name of the record that it refers to.
fn reason_alone(one: &Unhappy) -> String {
    const TARGET: &str = "recordID=";
    let why = one.why.replace(&one.name, "");
    match why.split_once(TARGET) {
        None => why,
        Some((before, after)) => {
            let rest = after.trim_start_matches(|c: char| !c.is_whitespace());
            format!("{before}{rest}")
        }
    }
}

impl Report {
    /// Whether it changed anything, or may have: then there is something to undo.
    pub fn has_written(&self) -> bool {
        self.created + self.updated + self.deleted + self.unknown > 0 || !self.overwritten.is_empty()
    }

    pub(super) fn new(run: Header, items: &[Item], resumable: bool, stopped: Option<JobError>) -> Self {
        let applied = |verbs: &[Verb]| {
            let is = |item: &&Item| item.state() == State::Applied && verbs.contains(&item.operation.verb);
            items.iter().filter(is).count()
        };
        let count = |state: State| items.iter().filter(|item| item.state() == state).count();
        let created_by_force = |item: &&Item| {
            item.state() == State::Applied
                && item.operation.verb == Verb::ForceReplace
                && item.operation.before.is_none()
        };
        let forced = items.iter().filter(created_by_force).count();
        Report {
            run: run.id,
            kind: run.kind,
            created: applied(&[Verb::Create]) + forced,
            updated: applied(&[Verb::Update, Verb::Replace, Verb::ForceReplace]) - forced,
            deleted: applied(&[Verb::Delete]),
            already_equal: count(State::AlreadyEqual),
            already_gone: count(State::AlreadyGone),
            unchanged: run.unchanged,
            conflicted: unhappy(items, State::Conflicted),
            refused: unhappy(items, State::Refused),
            not_attempted: count(State::NotAttempted),
            unknown: count(State::Sent),
            overwritten: items
                .iter()
                .filter(|item| wrote_over(item))
                .map(overwritten)
                .collect(),
            in_memory: items
                .iter()
                .filter(|item| item.is_only_in_memory())
                .map(InMemory::from)
                .collect(),
            resumable,
            stopped,
        }
    }
}

/// Whether it wrote over somebody's values, or may have: where an answer was lost, what was sent may have been carried out
/// whatever became of the operation later.
fn wrote_over(item: &Item) -> bool {
    let wrote = matches!(item.state(), State::Applied | State::Sent) || item.may_have_written;
    wrote && !item.overwrites.is_empty()
}

fn overwritten(item: &Item) -> Overwritten {
    Overwritten {
        record_type: item.operation.record_type.clone(),
        name: item.operation.name.clone(),
        changes: item.overwrites.clone(),
    }
}

impl From<&Item> for InMemory {
    fn from(item: &Item) -> Self {
        InMemory {
            record_type: item.operation.record_type.clone(),
            name: item.operation.name.clone(),
            state: item.state(),
        }
    }
}

fn unhappy(items: &[Item], state: State) -> Vec<Unhappy> {
    items
        .iter()
        .filter(|item| item.state() == state)
        .map(|item| Unhappy {
            record_type: item.operation.record_type.clone(),
            name: item.operation.name.clone(),
            why: item.detail().unwrap_or_default().to_owned(),
        })
        .collect()
}
