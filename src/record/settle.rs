//! What to do about an operation once its record has been looked up again: after a conflict, or when the outcome of
//! its request is unknown. Pure, so that the one place where data could be lost can be tested to the end.
//!
//! A lookup is never late, so the record as it is now decides: what has come to pass is not sent twice, what has not is
//! sent again under the new tag, and what somebody else wrote in between is either handed on to the report or wins.

use std::collections::BTreeSet;

use super::compare::{FieldChange, equal};
use super::plan::{Operation, Verb};
use super::{Record, Value};

/// Whose word counts where somebody else wrote in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The files': what stood in the way is overwritten, and named in journal and report. A sync does that.
    FilesWin,
    /// The other writer's: nothing of theirs is touched. An edit or an undo does that.
    TheyWin,
}

/// How it goes on with an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// The record is as wanted: by this operation, or without it.
    Met {
        /// The change tag it has now; `None` where it was to be deleted.
        tag: Option<String>,
    },
    /// Send this.
    Send {
        /// The operation against the record as it is now.
        operation: Box<Operation>,
        /// What somebody else had put into fields that this will write: `local` as it was reviewed, `cloud` theirs.
        overwrites: Vec<FieldChange>,
    },
    /// Leave it, and report both sides.
    Conflict {
        /// The record as it is now; `None` where it is gone.
        now: Option<Record>,
        /// What somebody else has put into the fields in question.
        theirs: Vec<FieldChange>,
    },
    /// The record name belongs to a record of another type.
    NameTaken {
        /// That type.
        by: String,
    },
}

/// Decides how it goes on with `operation`, given what a lookup has just said about its record.
pub fn next(operation: &Operation, now: Option<Record>, policy: Policy) -> Next {
    if let Some(record) = &now
        && record.record_type != operation.record_type
    {
        return Next::NameTaken {
            by: record.record_type.clone(),
        };
    }
    if operation.is_met_by(now.as_ref()) {
        return Next::Met {
            tag: now.and_then(|record| record.tag),
        };
    }
    if is_untouched(operation, now.as_ref()) {
        return Next::Send {
            operation: Box::new(operation.clone()),
            overwrites: Vec::new(),
        };
    }
    let mut theirs = theirs(operation, now.as_ref());
    match (operation.verb, policy, now) {
        (Verb::Create | Verb::Update, Policy::FilesWin, Some(now)) => {
            // Sent as an update, it leaves fields alone that it does not name.
            theirs.retain(|change| operation.goal.contains_key(&change.field));
            again(operation, Verb::Update, Some(now), theirs)
        }
        (Verb::Update, Policy::FilesWin, None) => again(operation, Verb::Create, None, theirs),
        (Verb::Update, Policy::TheyWin, Some(now)) if theirs.is_empty() => {
            again(operation, Verb::Update, Some(now), theirs)
        }
        (Verb::ForceReplace, _, now) => again(operation, Verb::ForceReplace, now, theirs),
        // Deletions too: what somebody wrote after the review was never seen.
        (_, _, now) => Next::Conflict { now, theirs },
    }
}

fn again(operation: &Operation, verb: Verb, before: Option<Record>, overwrites: Vec<FieldChange>) -> Next {
    let operation = Operation {
        verb,
        before,
        ..operation.clone()
    };
    Next::Send {
        operation: Box::new(operation),
        overwrites,
    }
}

/// The pre-image of an operation that may have been carried out once already, when somebody has written on top of it:
/// what is as wanted may be its own doing and is told as it was before, everything else as it is `now`.
pub fn pre_image(operation: &Operation, now: &Record) -> Record {
    let Some(before) = &operation.before else {
        return now.clone();
    };
    let mut image = now.clone();
    for name in names_written(operation, Some(now)) {
        let wanted = operation.goal.get(&name).and_then(Option::as_ref);
        if equal(wanted, now.fields.get(&name)) {
            match before.fields.get(&name) {
                Some(value) => image.fields.insert(name, value.clone()),
                None => image.fields.remove(&name),
            };
        }
    }
    image
}

/// Whether the record is still what the operation was planned against, so that its request cannot have been carried out.
pub fn is_untouched(operation: &Operation, now: Option<&Record>) -> bool {
    match (&operation.before, now) {
        (None, None) => true,
        (Some(before), Some(now)) => before.tag.is_some() && before.tag == now.tag,
        _ => false,
    }
}

/// The fields in question that somebody else has changed since the operation was planned, `local` as they were and `cloud`
/// as they are. For a deletion all fields are in question.
pub fn theirs(operation: &Operation, now: Option<&Record>) -> Vec<FieldChange> {
    let was = |name: &str| {
        operation
            .before
            .as_ref()
            .and_then(|record| record.fields.get(name))
    };
    let is = |name: &str| now.and_then(|record| record.fields.get(name));
    // What they set to the very value that is wanted is nobody's loss.
    let wanted = |name: &str| operation.goal.get(name).and_then(Option::as_ref);
    let lost = |name: &str, value: Option<&Value>| !equal(was(name), value) && !equal(wanted(name), value);
    names_written(operation, now)
        .into_iter()
        .filter(|name| lost(name, is(name)))
        .map(|name| FieldChange {
            local: was(&name).cloned(),
            cloud: is(&name).cloned(),
            field: name,
        })
        .collect()
}

/// The fields that an operation writes or makes vanish: for an update those it names, else all there were and are.
fn names_written(operation: &Operation, now: Option<&Record>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = operation.goal.keys().cloned().collect();
    if operation.verb != Verb::Update {
        let records = operation.before.iter().chain(now);
        names.extend(records.flat_map(|record| record.fields.keys().cloned()));
    }
    names
}
