//! A run taken back: a plan like any other, made from its pre-images and guarded by the change tags it left behind.
//!
//! What somebody else has written since is not touched: where it concerns other fields it stays, where it concerns the
//! same ones the operation ends as a conflict.

use std::sync::Arc;

use super::{Job, JobError, Reviewed, Session, blocking, start};
use crate::cloudkit::Lookup;
use crate::journal::{Entry, RunId, RunKind, State, WriterLock};
use crate::record::Record;
use crate::record::compare::same_fields;
use crate::record::plan::{Goal, Operation, Plan, Verb};
use crate::record::settle::is_untouched;

/// Plans to take a run back. What it left as it was stays as it is. A run that was interrupted need not be finished first:
/// of what was sent without an answer, a lookup says whether it was carried out.
pub fn review_undo(session: &Arc<Session>, run: RunId) -> Job<Reviewed> {
    start(session, move |context| async move {
        let journal = Arc::clone(context.session.journal());
        let (summary, entries) = blocking(move || Ok((journal.run(run)?, journal.entries(run)?))).await?;
        if summary.ending.is_none() {
            // Either its process is gone, or it holds the lock and is not to be taken back under its own hands.
            WriterLock::take(context.session.place())?;
        }
        if let Some(later) = summary.undone_by {
            return Err(JobError::UndoneAlready { run, by: later });
        }
        let sent: Vec<Entry> = entries
            .into_iter()
            .filter(|entry| matches!(entry.state, State::Applied | State::Sent))
            .collect();
        let names: Vec<String> = sent.iter().map(|entry| entry.operation.name.clone()).collect();
        let mut lookup = context.client.lookup(&names).await.map_err(JobError::service)?;
        let mut operations = Vec::with_capacity(sent.len());
        for entry in sent {
            operations.extend(reversed(entry, &mut lookup)?);
        }
        let plan = Plan::new(operations, 0).map_err(|error| JobError::Broken(error.to_string()))?;
        Reviewed::new(&context.session, plan, RunKind::Undo, Some(run))
    })
}

/// What takes an operation back; `None` where nothing is left to take back.
fn reversed(entry: Entry, lookup: &mut Lookup) -> Result<Option<Operation>, JobError> {
    let name = entry.operation.name.clone();
    let now = lookup
        .take(&name)
        .map_err(|cause| JobError::Record { name, cause })?;
    if entry.state == State::Sent && !may_be_done(&entry.operation, now.as_ref()) {
        return Ok(None);
    }
    let left = as_left(&entry, now.as_ref());
    let operation = entry.operation;
    // The record as the run left it: whole where nobody has saved it since, and with the tag it has now where it has come
    // back to that, as after the undo of a later run.
    let before = match &now {
        Some(now) if now.tag == left.tag || same_fields(&now.fields, &left.fields) => now.clone(),
        _ => left,
    };
    let sent = operation.sent();
    Ok(match (operation.verb, operation.before) {
        (Verb::Delete, Some(deleted)) => Some(Operation::restore(deleted)),
        (Verb::Create, _) | (Verb::ForceReplace | Verb::Replace, None) => {
            now.is_some().then(|| Operation::delete(before))
        }
        (Verb::Update, Some(was)) => {
            // Only what the run has written: other fields that somebody changed since are no concern of this.
            let goal: Goal = sent
                .into_keys()
                .map(|field| (field.clone(), was.fields.get(&field).cloned()))
                .collect();
            Some(Operation {
                verb: Verb::Update,
                goal,
                before: Some(before),
                record_type: operation.record_type,
                name: operation.name,
            })
        }
        // Neither is ever planned without a pre-image.
        (Verb::Delete | Verb::Update, None) => None,
        (Verb::ForceReplace | Verb::Replace, Some(was)) => Some(Operation {
            verb: Verb::Replace,
            before: Some(before),
            ..Operation::restore(was)
        }),
    })
}

/// Whether an operation without an answer may have been carried out, given its record `now`.
fn may_be_done(operation: &Operation, now: Option<&Record>) -> bool {
    match operation.verb {
        Verb::Delete => now.is_none(),
        _ => !is_untouched(operation, now),
    }
}

/// A record as an operation left it. Where the answer was lost and the record is not as wanted, somebody has written since:
/// the tag from before the run is not the record's any more, so that the service finds the conflict.
fn as_left(entry: &Entry, now: Option<&Record>) -> Record {
    let operation = &entry.operation;
    let before = operation.before.as_ref();
    let tag = match entry.state {
        State::Sent if operation.is_met_by(now) => now.and_then(|record| record.tag.clone()),
        State::Sent => before.and_then(|record| record.tag.clone()),
        _ => entry.tag.clone(),
    };
    let kept = match operation.verb {
        Verb::Update => before.map(|record| record.fields.clone()),
        _ => None,
    };
    let mut fields = kept.unwrap_or_default();
    for (field, value) in operation.sent() {
        match value {
            Some(value) => fields.insert(field, value),
            None => fields.remove(&field),
        };
    }
    Record {
        tag,
        ..Record::local(&operation.record_type, &operation.name, fields)
    }
}
