//! A run taken back: a plan like any other, made from its pre-images and guarded by the change tags it left behind.
//!
//! It covers every operation that the run may have applied, not only the confirmed ones: a lookup shows whether the
//! record has the values that were sent and a newer change tag.
//!
//! What somebody else has written since is not touched: where it concerns other fields it stays, where it concerns the
//! same ones the operation ends as a conflict.

use std::sync::Arc;

use super::{Context, Job, JobError, Reviewed, Session, blocking, start};
use crate::cloudkit::Lookup;
use crate::journal::{Damage, Entry, RunId, RunKind, State, WriterLock};
use crate::record::Record;
use crate::record::compare::same_fields;
use crate::record::plan::{Goal, Operation, Plan, Verb};
use crate::record::settle::{is_untouched, may_be_done};

/// Plans to undo the intact operations of a run, and returns the damaged ones that it left out.
pub fn review_undo_of_sound(session: &Arc<Session>, run: RunId) -> Job<(Reviewed, Vec<Damage>)> {
    start(session, move |context| async move {
        let journal = Arc::clone(context.session.journal());
        let (entries, damaged) = blocking(move || Ok(journal.sound_entries(run)?)).await?;
        Ok((plan_undo(&context, run, entries).await?, damaged))
    })
}

/// Plans to take a run back. Refuses where the journal does not have all of it as it was written. What the run left as it
/// was stays as it is. A run that was interrupted need not be finished first:
/// of what was sent without an answer, a lookup says whether it was carried out.
pub fn review_undo(session: &Arc<Session>, run: RunId) -> Job<Reviewed> {
    start(session, move |context| async move {
        let journal = Arc::clone(context.session.journal());
        let entries = blocking(move || Ok(journal.entries(run)?)).await?;
        plan_undo(&context, run, entries).await
    })
}

async fn plan_undo(context: &Context, run: RunId, entries: Vec<Entry>) -> Result<Reviewed, JobError> {
    let journal = Arc::clone(context.session.journal());
    let read = blocking(move || Ok((journal.run(run)?, journal.names_written_after(run)?)));
    let (summary, later) = read.await?;
    if summary.ending.is_none() {
        // Either its process is gone, or it still holds the lock and must not be undone while it runs.
        WriterLock::take(context.session.place())?;
    }
    if let Some(later) = summary.undone_by {
        return Err(JobError::UndoneAlready { run, by: later });
    }
    // A record that a later run wrote belongs to that run, unless this run is known to have written it too.
    let is_latest = |entry: &Entry| entry.state == State::Applied || !later.contains(&entry.operation.name);
    let sent: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| may_be_ours(entry) && is_latest(entry))
        .collect();
    let names: Vec<String> = sent.iter().map(|entry| entry.operation.name.clone()).collect();
    let mut lookup = context.client.lookup(&names).await.map_err(JobError::service)?;
    let mut operations = Vec::with_capacity(sent.len());
    for entry in sent {
        operations.extend(reversed(entry, &mut lookup)?);
    }
    let plan = Plan::new(operations, 0).map_err(|error| JobError::Broken(error.to_string()))?;
    Reviewed::new(&context.session, plan, RunKind::Undo, Some(run))
}

/// Whether an operation may have been this run's doing, whatever became of it: a request that has left can arrive late, or
/// be answered by somebody on the way.
fn may_be_ours(entry: &Entry) -> bool {
    match entry.state {
        State::Applied | State::Sent => true,
        State::AlreadyGone | State::Refused => entry.left != Some(false),
        State::NotAttempted | State::Planned => entry.left == Some(true),
        // A record of another client blocked the deletion.
        State::Conflicted => entry.left != Some(false) && entry.operation.verb != Verb::Delete,
        // Shown not to be; earlier versions called equal what may have been their own doing.
        State::AlreadyEqual => entry.left.is_none() && entry.operation.verb != Verb::Delete,
    }
}

/// What takes an operation back; `None` where nothing is left to take back.
fn reversed(entry: Entry, lookup: &mut Lookup) -> Result<Option<Operation>, JobError> {
    let name = entry.operation.name.clone();
    let now = lookup
        .take(&name)
        .map_err(|cause| JobError::Record { name, cause })?;
    let taken_back = match entry.state {
        State::Applied => true,
        // If another client wrote on top, the service reports the conflict.
        State::Sent if entry.operation.verb != Verb::Delete => !is_untouched(&entry.operation, now.as_ref()),
        _ => may_be_done(&entry.operation, now.as_ref()),
    };
    if !taken_back {
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

/// A record as an operation left it. Where the answer was lost and the record is not as wanted, somebody has written since:
/// the tag from before the run is not the record's any more, so that the service finds the conflict.
fn as_left(entry: &Entry, now: Option<&Record>) -> Record {
    let operation = &entry.operation;
    let before = operation.before.as_ref();
    let tag = match entry.state {
        State::Applied => entry.tag.clone(),
        _ if operation.is_met_by(now) => now.and_then(|record| record.tag.clone()),
        _ => before.and_then(|record| record.tag.clone()),
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
