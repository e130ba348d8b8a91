//! One request, and what follows from its answer, until each of its operations is settled.
//!
//! The circle: what must be looked up is looked up, [`settle::next`] says how it goes on, what is to be sent is journalled
//! and sent, and what the answer leaves open goes round again.

use std::time::Duration;

use super::Execution;
use super::item::{Item, MOST_CONFLICTS, Step};
use crate::cloudkit::{Code, Error, ItemError, Lookup, Outcome, Trouble, Write};
use crate::journal::State;
use crate::record::Record;
use crate::record::compare::FieldChange;
use crate::record::plan::Operation;
use crate::record::settle::{self, Next};
use crate::sync::{Event, JobError};

/// After so many lost answers in a row the service is called unreachable.
const MOST_LOST: u32 = 5;
/// The pause before an operation that failed by itself is looked at again, where the service names none.
const PAUSE: Duration = Duration::from_secs(1);

impl Execution {
    /// Works on a batch until each of its operations is settled.
    ///
    /// # Errors
    /// What stops the run. Every operation is counted all the same: what was never sent as planned, what may have been
    /// carried out as sent.
    pub(super) async fn batch(&self, mut open: Vec<Item>) -> Result<(), JobError> {
        while !open.is_empty() {
            let (doubtful, mut ready): (Vec<Item>, Vec<Item>) =
                open.into_iter().partition(Item::must_be_looked_up);
            match self.look_up(doubtful).await {
                Ok(again) => ready.extend(again),
                Err(error) => {
                    self.done().extend(ready);
                    return Err(error);
                }
            }
            ready.sort_by_key(|item| item.position);
            open = self.send(ready).await?;
        }
        Ok(())
    }

    /// Looks records up and decides; returns what is to be sent.
    async fn look_up(&self, items: Vec<Item>) -> Result<Vec<Item>, JobError> {
        if items.is_empty() {
            return Ok(items);
        }
        let names: Vec<String> = items.iter().map(|item| item.operation.name.clone()).collect();
        let mut lookup = match self.context.client.lookup(&names).await {
            Ok(lookup) => lookup,
            Err(error) => {
                self.done().extend(items);
                return Err(JobError::service(error));
            }
        };
        let (mut again, mut ended) = (Vec::new(), Vec::new());
        for item in items {
            match self.decide(item, &mut lookup) {
                Step::Again(item) => again.push(item),
                Step::Ended(item) => ended.push(item),
            }
        }
        self.settle(ended).await?;
        Ok(again)
    }

    fn decide(&self, item: Item, lookup: &mut Lookup) -> Step {
        let now = match lookup.take(&item.operation.name) {
            Ok(now) => now,
            // What may have been carried out stays in doubt; `resume` looks again.
            Err(error) if item.was_doubtful => {
                return item.ends(State::Sent, None, Some(format!("cannot be looked up: {error}")));
            }
            Err(error) => return item.ends(State::Refused, None, Some(error.to_string())),
        };
        let item = item.with_pre_image(now.as_ref());
        match settle::next(&item.operation, now, self.policy) {
            Next::Met { tag } if item.was_doubtful => item.ends(State::Applied, tag, None),
            Next::Met { tag } => item.ends(State::AlreadyEqual, tag, None),
            Next::NameTaken { by } => {
                let detail = format!("the record name belongs to a {by} record");
                item.ends(State::Refused, None, Some(detail))
            }
            Next::Conflict { now, theirs } => {
                let tag = now.as_ref().and_then(|record| record.tag.clone());
                let detail = conflict(now.as_ref(), &theirs);
                item.ends(State::Conflicted, tag, Some(detail))
            }
            Next::Send {
                operation,
                overwrites,
            } if item.gives_up() => {
                let detail = format!(
                    "changed by somebody else {MOST_CONFLICTS} times while it was being written; {}",
                    conflict(operation.before.as_ref(), &overwrites)
                );
                item.ends(State::Conflicted, None, Some(detail))
            }
            Next::Send {
                operation,
                overwrites,
            } => self.send_again(item, *operation, overwrites),
        }
    }

    fn send_again(&self, item: Item, mut operation: Operation, overwrites: Vec<FieldChange>) -> Step {
        if let Some(now) = operation.before.as_mut().filter(|_| item.was_doubtful) {
            *now = settle::pre_image(&item.operation, now);
        }
        if !overwrites.is_empty() {
            self.context.events.tell(Event::Conflict {
                record_type: operation.record_type.clone(),
                name: operation.name.clone(),
                overwrites: overwrites.clone(),
            });
        }
        Step::Again(Item {
            operation,
            overwrites: merged(item.overwrites, overwrites),
            doubtful: false,
            looked_up: true,
            ..item
        })
    }

    /// Journals, sends, and sorts out the answer; returns what it leaves open.
    async fn send(&self, items: Vec<Item>) -> Result<Vec<Item>, JobError> {
        if items.is_empty() {
            return Ok(items);
        }
        if self.context.cancel.is_cancelled() {
            return self.give_back(items, JobError::Cancelled).await;
        }
        let mut items: Vec<Item> = items;
        if let Err(error) = self.announce(&items).await {
            self.done().extend(items);
            return Err(error);
        }
        for item in &mut items {
            item.state = State::Sent;
        }
        self.context.events.tell(Event::Sent {
            operations: items.len(),
        });
        let writes: Vec<Write> = items.iter().map(|item| Write::from(&item.operation)).collect();
        match self.context.client.modify(&writes).await {
            Ok(outcomes) => self.take_in(items, outcomes).await,
            Err(error) if error.is_too_large() && items.len() > 1 => self.halve(items).await,
            Err(error) if error.outcome_unknown() => self.lost(items, error),
            Err(error) if error.trouble() == Trouble::Request => self.refused(items, error).await,
            Err(error) => self.give_back(items, JobError::service(error)).await,
        }
    }

    /// On disk before the request leaves: the operations as they are now, with their pre-images.
    async fn announce(&self, items: &[Item]) -> Result<(), JobError> {
        let items = items.to_vec();
        let run = self.run;
        self.journal(move |journal| {
            let rows: Vec<_> = items
                .iter()
                .map(|item| (item.position, &item.operation, item.overwrites.as_slice()))
                .collect();
            journal.about_to_send(run, &rows)
        })
        .await
    }

    async fn take_in(&self, items: Vec<Item>, outcomes: Vec<Outcome>) -> Result<Vec<Item>, JobError> {
        let (mut again, mut ended) = (Vec::new(), Vec::new());
        let mut pause = false;
        for (item, outcome) in items.into_iter().zip(outcomes) {
            let step = match outcome {
                Outcome::Saved(record) => item.ends(State::Applied, record.tag, None),
                Outcome::Deleted => item.ends(State::Applied, None, None),
                Outcome::Unanswered => Step::Again(item.in_doubt()),
                Outcome::Failed(error) => failed(item, &error, &mut pause),
            };
            match step {
                Step::Again(item) => again.push(item),
                Step::Ended(item) => ended.push(item),
            }
        }
        self.settle(ended).await?;
        if pause {
            tokio::select! {
                () = self.context.cancel.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        Ok(again)
    }

    /// The service finds the request too large: two requests of half the size.
    async fn halve(&self, mut items: Vec<Item>) -> Result<Vec<Item>, JobError> {
        let second = items.split_off(items.len() / 2);
        let first = Box::pin(self.send(items)).await;
        match first {
            Ok(mut open) => match Box::pin(self.send(second)).await {
                Ok(more) => {
                    open.extend(more);
                    Ok(open)
                }
                Err(error) => {
                    self.done().extend(open);
                    Err(error)
                }
            },
            Err(error) => {
                // The whole request was refused, so this half was not carried out either.
                self.give_back(second, error).await
            }
        }
    }

    /// No answer: a lookup will tell, unless that has happened too often.
    fn lost(&self, items: Vec<Item>, error: Error) -> Result<Vec<Item>, JobError> {
        let items: Vec<Item> = items.into_iter().map(Item::in_doubt).collect();
        if items.iter().any(|item| item.lost > MOST_LOST) {
            self.done().extend(items);
            return Err(JobError::service(error));
        }
        Ok(items)
    }

    /// The service refuses the request as such: nothing of it was done, and nothing like it will be.
    async fn refused(&self, items: Vec<Item>, error: Error) -> Result<Vec<Item>, JobError> {
        let detail = error.to_string();
        let refuse = |item: Item| Item {
            state: State::Refused,
            detail: Some(detail.clone()),
            ..item
        };
        self.settle(items.into_iter().map(refuse).collect()).await?;
        Err(JobError::service(error))
    }

    /// Nothing of it was sent: it is as if it had never been begun.
    async fn give_back(&self, items: Vec<Item>, error: JobError) -> Result<Vec<Item>, JobError> {
        let back = |item: Item| Item {
            // What an earlier attempt did may have been somebody else's doing: `resume` looks again.
            state: if item.was_doubtful {
                State::Sent
            } else {
                State::Planned
            },
            ..item
        };
        self.settle(items.into_iter().map(back).collect()).await?;
        Err(error)
    }
}

/// An operation that failed while its request did not.
///
/// A wait that the service asks for is the client's to keep; where it asks for none, a pause is due here.
fn failed(item: Item, error: &ItemError, pause: &mut bool) -> Step {
    match error.code {
        Code::Conflict | Code::Exists | Code::NotFound => Step::Again(Item {
            doubtful: true,
            looked_up: false,
            conflicts: item.conflicts + 1,
            ..item
        }),
        Code::Throttled | Code::TryAgainLater | Code::InternalError if item.lost < MOST_LOST => {
            *pause |= error.retry_after.is_none();
            Step::Again(item.in_doubt())
        }
        _ => {
            let advice = error
                .advice()
                .map(|advice| format!(". {advice}"))
                .unwrap_or_default();
            item.ends(State::Refused, None, Some(format!("{error}{advice}")))
        }
    }
}

/// What somebody else had put into fields that were written, in the order in which it was found out.
fn merged(mut known: Vec<FieldChange>, found: Vec<FieldChange>) -> Vec<FieldChange> {
    known.extend(found);
    known
}

/// Both sides of a conflict, in a line.
fn conflict(now: Option<&Record>, theirs: &[FieldChange]) -> String {
    let show = |value: &Option<crate::record::Value>| {
        value
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), |value| format!("'{value}'"))
    };
    let fields: Vec<String> = theirs
        .iter()
        .map(|change| {
            format!(
                "{} was {} and is now {}",
                change.field,
                show(&change.local),
                show(&change.cloud)
            )
        })
        .collect();
    match (now, fields.is_empty()) {
        (None, true) => "somebody else has deleted the record".to_owned(),
        (Some(_), true) => "somebody else has saved the record".to_owned(),
        (_, false) => format!("somebody else has changed it: {}", fields.join("; ")),
    }
}
