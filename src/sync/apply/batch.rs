//! Works on one batch until each of its operations has a final state.
//!
//! Each round looks up the operations with an unknown outcome, lets [`Resolver::resolve`] decide what happened and
//! what to do next, then journals and sends the rest. An operation that is not confirmed as saved enters the next
//! round, so nothing is sent twice without a lookup in between.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Execution;
use super::answer::{Refused, response_to_item};
use super::item::{Item, MOST_CONFLICTS, Step};
use crate::cloudkit::{Code, Error, Lookup, Outcome, Write};
use crate::journal::State;
use crate::record::Record;
use crate::record::compare::FieldChange;
use crate::record::plan::Operation;
use crate::record::settle::{Delivery, Resolution, Resolver, Response, is_untouched};
use crate::sync::review::policy;
use crate::sync::{Event, JobError};

/// What a request came to.
struct Sent {
    /// Operations that have not ended.
    open: Vec<Item>,
    /// The refusal of the request as a whole.
    refused: Option<Refused>,
    /// The refusal of an operation that shows that nothing like it can succeed.
    stopping: Option<JobError>,
}

impl Execution {
    /// Works on a batch until each of its operations has ended.
    ///
    /// # Errors
    /// The error that stops the run. Every operation still gets a state.
    pub(super) async fn batch(&self, mut open: Vec<Item>) -> Result<(), JobError> {
        let mut most = open.len();
        let mut refused: Option<Refused> = None;
        let mut stopping: Option<JobError> = None;
        loop {
            let (unknown, mut ready): (Vec<Item>, Vec<Item>) =
                open.into_iter().partition(Item::must_be_looked_up);
            let looked_up = self.look_up(unknown, refused.is_some()).await?;
            if let Some(refused) = refused.take() {
                // A refused operation that was applied anyway is no reason to stop.
                if (refused.stops && looked_up.is_refused()) || looked_up.exhausted {
                    return Err(JobError::service(refused.error));
                }
                if refused.is_too_large {
                    most = refused.operations / 2;
                }
            }
            if let Some(error) = stopping.take().filter(|_| looked_up.refused) {
                return Err(error);
            }
            ready.extend(looked_up.again);
            if ready.is_empty() {
                return Ok(());
            }
            ready.sort_by_key(|item| item.position);
            let rest = ready.split_off(most.clamp(1, ready.len()));
            let sent = self.send(ready).await?;
            open = sent.open;
            open.extend(rest);
            refused = sent.refused;
            stopping = sent.stopping;
            self.back_off(&open, refused.as_ref()).await;
        }
    }

    /// Looks records up and decides; what is to be sent stays open.
    pub(super) async fn look_up(&self, items: Vec<Item>, request_failed: bool) -> Result<LookedUp, JobError> {
        if items.is_empty() {
            return Ok(LookedUp::default());
        }
        let names: Vec<String> = items.iter().map(|item| item.operation.name.clone()).collect();
        let earlier_tags = self.earlier_tags(&names).await?;
        let resolver = Resolver {
            policy: policy(self.run.kind),
            own_user: self.context.session.own_user(),
            earlier_tags: &earlier_tags,
        };
        let mut lookup = self
            .context
            .client
            .lookup(&names)
            .await
            .map_err(JobError::service)?;
        let (mut out, mut ended) = (LookedUp::default(), Vec::new());
        for item in items {
            let exhausted = item.is_exhausted();
            match self.decide(item, &resolver, &mut lookup) {
                Step::Again(item) if exhausted && !request_failed => {
                    let detail = "failed too many times; none of it was applied".to_owned();
                    ended.push(item.ended(State::Refused, None, Some(detail)));
                }
                Step::Again(item) => {
                    out.exhausted |= exhausted;
                    out.again.push(item);
                }
                Step::Ended(item) => ended.push(item),
            }
        }
        out.refused = ended.iter().any(|item| item.state() == State::Refused);
        self.note(&out.again);
        self.settle(ended).await?;
        Ok(out)
    }

    async fn earlier_tags(&self, names: &[String]) -> Result<HashMap<String, HashSet<String>>, JobError> {
        let (run, names) = (self.run.id, names.to_vec());
        self.journal(move |journal| journal.tags_left_before(run, &names))
            .await
    }

    fn decide(&self, item: Item, resolver: &Resolver<'_>, lookup: &mut Lookup) -> Step {
        let now = match lookup.take(&item.operation.name) {
            Ok(now) => now,
            Err(error) => {
                // What may have been carried out stays unknown; `resume` looks again.
                let state = match &item.delivery {
                    Delivery::NotSent => State::Refused,
                    _ => State::Sent,
                };
                let detail = format!("cannot be looked up: {error}");
                return Step::Ended(item.ended(state, None, Some(detail)));
            }
        };
        let item = item.with_pre_image(now.as_ref());
        let is_conflict = matches!(&item.delivery, Delivery::Unknown(Response::Conflict(_)));
        let changed = !is_untouched(&item.operation, now.as_ref());
        let may_have_written = item.delivery != Delivery::NotSent && !is_conflict && changed;
        let (state, tag, detail) = match resolver.resolve(&item.operation, &item.delivery, now) {
            Resolution::Applied { tag } => (State::Applied, tag, None),
            Resolution::AlreadyEqual { tag } => (State::AlreadyEqual, tag, None),
            Resolution::AlreadyGone => (State::AlreadyGone, None, None),
            Resolution::Refused { why } => (State::Refused, None, Some(why)),
            Resolution::Conflict { now, theirs } => {
                let tag = now.as_ref().and_then(|record| record.tag.clone());
                (State::Conflicted, tag, Some(conflict(now.as_ref(), &theirs)))
            }
            Resolution::Send {
                operation,
                overwrites,
            } if item.gives_up() => give_up(&item, &operation, &overwrites, changed),
            Resolution::Send {
                operation,
                overwrites,
            } => return self.send_again(item, *operation, overwrites, may_have_written),
        };
        Step::Ended(Item {
            may_have_written: item.may_have_written || (may_have_written && state == State::Conflicted),
            ..item.ended(state, tag, detail)
        })
    }

    fn send_again(
        &self,
        item: Item,
        operation: Operation,
        overwrites: Vec<FieldChange>,
        may_have_written: bool,
    ) -> Step {
        if !overwrites.is_empty() {
            self.context.events.tell(Event::Conflict {
                record_type: operation.record_type.clone(),
                name: operation.name.clone(),
                overwrites: overwrites.clone(),
            });
        }
        let delivery = match item.delivery {
            Delivery::NotSent => Delivery::NotSent,
            // Another client's write hides whether this operation was applied.
            Delivery::Unknown(response) if may_have_written => Delivery::Unknown(response),
            Delivery::Untouched | Delivery::Unknown(_) => Delivery::Untouched,
        };
        Step::Again(Item {
            operation: Arc::new(operation),
            delivery,
            overwrites: merged(item.overwrites, overwrites),
            looked_up: true,
            may_have_written: item.may_have_written || may_have_written,
            ..item
        })
    }

    /// Journals, sends, and sorts out the answer.
    async fn send(&self, items: Vec<Item>) -> Result<Sent, JobError> {
        if self.context.cancel.is_cancelled() {
            return Err(JobError::Cancelled);
        }
        let items = self.announce(items).await?;
        self.note(&items.iter().map(Item::announced).collect::<Vec<_>>());
        self.context.events.tell(Event::Sent {
            operations: items.len(),
        });
        let writes: Vec<Write> = items.iter().map(|item| Write::from(&*item.operation)).collect();
        match self.context.client.modify(&writes).await {
            Ok(outcomes) => self.sort_out(items, outcomes).await,
            Err(error) if error.outcome_unknown() => {
                let refused = Refused::new(error, items.len());
                let answered = |item: Item| item.answered(refused.response.clone());
                let open: Vec<Item> = items.into_iter().map(answered).collect();
                self.note(&open);
                Ok(Sent {
                    open,
                    refused: Some(refused),
                    stopping: None,
                })
            }
            Err(error) => {
                self.note(&items);
                self.refuse_unsent(items, &error).await?;
                Err(JobError::service(error))
            }
        }
    }

    /// On disk before the request leaves: the operations as they are now, with their pre-images.
    async fn announce(&self, mut items: Vec<Item>) -> Result<Vec<Item>, JobError> {
        // Also where this is broken off: the journal may have them then.
        for item in &mut items {
            item.journalled = State::Sent;
        }
        self.note(&items);
        let run = self.run.id;
        self.journal(move |journal| {
            let rows: Vec<_> = items
                .iter()
                .map(|item| (item.position, &*item.operation, item.overwrites.as_slice()))
                .collect();
            journal.about_to_send(run, &rows)?;
            Ok(items)
        })
        .await
    }

    async fn sort_out(&self, items: Vec<Item>, outcomes: Vec<Outcome>) -> Result<Sent, JobError> {
        let (mut open, mut ended) = (Vec::new(), Vec::new());
        let stopping = stopping(&items, &outcomes);
        for (item, outcome) in items.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Saved(record) => {
                    self.context.session.learn_own_user(&record);
                    ended.push(item.ended(State::Applied, record.tag, None));
                }
                Outcome::Deleted => ended.push(item.ended(State::Applied, None, None)),
                Outcome::Unanswered => {
                    open.push(item.answered(Response::Lost("the answer does not mention it".into())));
                }
                Outcome::Failed(error) => open.push(item.answered(response_to_item(&error))),
            }
        }
        self.note(&open);
        self.settle(ended).await?;
        Ok(Sent {
            open,
            refused: None,
            stopping,
        })
    }

    /// A request that breaks a rule of the service was not sent, and never will be.
    async fn refuse_unsent(&self, items: Vec<Item>, error: &Error) -> Result<(), JobError> {
        if !matches!(error, Error::NotSent { .. }) {
            return Ok(());
        }
        let refuse = |item: Item| item.ended(State::Refused, None, Some(error.to_string()));
        self.settle(items.into_iter().map(refuse).collect()).await
    }

    /// A pause before what failed again is looked at: longer each time. The first time a lookup may tell at once that it
    /// was carried out.
    async fn back_off(&self, open: &[Item], refused: Option<&Refused>) {
        let failures = open
            .iter()
            .map(|item| item.losses + item.waits)
            .max()
            .unwrap_or(0);
        let is_too_large = refused.is_some_and(|refused| refused.is_too_large);
        if failures > 1 && !is_too_large {
            self.context.client.back_off(failures - 1).await;
        }
    }
}

/// What stops the run: a refusal that every operation like it would meet. Behind an `ATOMIC_ERROR` stands another one.
fn stopping(items: &[Item], outcomes: &[Outcome]) -> Option<JobError> {
    let failed = items
        .iter()
        .zip(outcomes)
        .filter_map(|(item, outcome)| match outcome {
            Outcome::Failed(error) if error.concerns_all() => Some((item, error)),
            _ => None,
        });
    let (item, cause) = failed.min_by_key(|(_, error)| error.code == Code::AtomicError)?;
    Some(JobError::Stopped {
        record_type: item.operation.record_type.clone(),
        name: item.operation.name.clone(),
        cause: Box::new(cause.clone()),
    })
}

#[derive(Default)]
pub(super) struct LookedUp {
    /// What is to be sent.
    again: Vec<Item>,
    /// Whether one of them has failed too often.
    exhausted: bool,
    /// Whether the service's refusal of one of them counts.
    refused: bool,
}

impl LookedUp {
    /// Whether a refusal of the whole request counts for one of its operations.
    fn is_refused(&self) -> bool {
        self.refused || !self.again.is_empty()
    }
}

/// The outcome after too many attempts: a conflict, or the service's refusal if no other client wrote.
fn give_up(
    item: &Item,
    operation: &Operation,
    overwrites: &[FieldChange],
    changed: bool,
) -> (State, Option<String>, Option<String>) {
    if let (false, Delivery::Unknown(response)) = (changed, &item.delivery) {
        return (State::Refused, None, Some(response.words().to_owned()));
    }
    let detail = format!(
        "changed by somebody else {MOST_CONFLICTS} times while it was being written; {}",
        conflict(operation.before.as_ref(), overwrites)
    );
    (State::Conflicted, None, Some(detail))
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
