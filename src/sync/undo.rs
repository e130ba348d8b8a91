//! A run taken back: a plan like any other, made from its pre-images and guarded by the change tags it left behind.
//!
//! What somebody else has written since is not touched: where it concerns other fields it stays, where it concerns the
//! same ones the operation ends as a conflict.

use std::sync::Arc;

use super::{Job, JobError, Reviewed, Session, blocking, start};
use crate::cloudkit::Lookup;
use crate::journal::{Entry, RunId, RunKind, State};
use crate::record::Record;
use crate::record::plan::{Goal, Operation, Plan, Verb};

/// Plans to take a run back. What it left as it was stays as it is.
pub fn review_undo(session: &Arc<Session>, run: RunId) -> Job<Reviewed> {
    start(session, move |context| async move {
        let journal = Arc::clone(context.session.journal());
        let (summary, entries) = blocking(move || Ok((journal.run(run)?, journal.entries(run)?))).await?;
        if summary.is_open() {
            return Err(JobError::Usage(format!(
                "run {run} was interrupted; finish it with skydeck resume before it is undone"
            )));
        }
        if let Some(later) = summary.undone_by {
            return Err(JobError::Usage(format!(
                "run {run} was undone already, by run {later}"
            )));
        }
        let applied: Vec<Entry> = entries
            .into_iter()
            .filter(|entry| entry.state == State::Applied)
            .collect();
        let names: Vec<String> = applied.iter().map(|entry| entry.operation.name.clone()).collect();
        let mut lookup = context.client.lookup(&names).await.map_err(JobError::service)?;
        let mut operations = Vec::with_capacity(applied.len());
        for entry in applied {
            operations.extend(reversed(entry, &mut lookup)?);
        }
        let plan = Plan::new(operations, 0).map_err(|error| JobError::Broken(error.to_string()))?;
        Reviewed::new(plan, RunKind::Undo, Some(run))
    })
}

/// What takes an operation back; `None` where nothing is left to take back.
fn reversed(entry: Entry, lookup: &mut Lookup) -> Result<Option<Operation>, JobError> {
    let name = entry.operation.name.clone();
    let now = lookup
        .take(&name)
        .map_err(|cause| JobError::Record { name, cause })?;
    let left = as_left(&entry);
    let operation = entry.operation;
    // The record as the run left it, whole where nobody has saved it since.
    let before = match &now {
        Some(now) if now.tag == left.tag => now.clone(),
        _ => left,
    };
    Ok(match (operation.verb, operation.before) {
        (Verb::Delete, Some(deleted)) => Some(Operation::restore(deleted)),
        (Verb::Create, _) | (Verb::ForceReplace | Verb::Replace, None) => {
            now.is_some().then(|| Operation::delete(before))
        }
        (Verb::Update, Some(was)) => {
            let sent = operation.goal.keys();
            let goal: Goal = sent
                .map(|field| (field.clone(), was.fields.get(field).cloned()))
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

/// A record as an operation left it.
fn as_left(entry: &Entry) -> Record {
    let operation = &entry.operation;
    let kept = match operation.verb {
        Verb::Update => operation.before.as_ref().map(|record| record.fields.clone()),
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
        tag: entry.tag.clone(),
        ..Record::local(&operation.record_type, &operation.name, fields)
    }
}
