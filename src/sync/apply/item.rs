//! An operation on its way: how far it has come, and what is known of it.

use std::sync::Arc;

use crate::journal::{Entry, Settled, State};
use crate::record::Record;
use crate::record::compare::FieldChange;
use crate::record::plan::{Operation, Verb};
use crate::record::settle::{Delivery, Response};

/// After so many conflicts both sides are reported.
pub(super) const MOST_CONFLICTS: u32 = 3;

/// After so many answers that could not be understood the service is called unreachable.
const MOST_LOSSES: u32 = 5;
/// The same where the service itself asks to come again.
const MOST_WAITS: u32 = 50;

/// An operation on its way.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) position: usize,
    pub(super) operation: Arc<Operation>,
    /// Whether it has left this machine, and what came back.
    pub(super) delivery: Delivery,
    /// Its end, once it has one.
    pub(super) end: Option<End>,
    /// The state stored in the journal.
    pub(super) journalled: State,
    pub(super) overwrites: Vec<FieldChange>,
    /// It was looked up right before being sent, as deletions and unguarded writes must be.
    pub(super) looked_up: bool,
    /// A write may have been applied before another client wrote on top of it.
    pub(super) may_have_written: bool,
    pub(super) conflicts: u32,
    /// Answers that could not be understood, and those that asked to come again.
    pub(super) losses: u32,
    pub(super) waits: u32,
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) state: State,
    /// The change tag the record has now.
    pub(super) tag: Option<String>,
    pub(super) detail: Option<String>,
}

impl Item {
    pub(super) fn planned(position: usize, operation: Operation) -> Self {
        Item {
            position,
            operation: Arc::new(operation),
            delivery: Delivery::NotSent,
            end: None,
            journalled: State::Planned,
            overwrites: Vec::new(),
            looked_up: false,
            may_have_written: false,
            conflicts: 0,
            losses: 0,
            waits: 0,
        }
    }

    /// Its final state, or the last known one.
    pub(super) fn state(&self) -> State {
        match (&self.end, &self.delivery) {
            (Some(end), _) => end.state,
            (None, Delivery::Unknown(_)) => State::Sent,
            (None, Delivery::NotSent | Delivery::Untouched) => State::NotAttempted,
        }
    }

    pub(super) fn detail(&self) -> Option<&str> {
        self.end.as_ref()?.detail.as_deref()
    }

    /// For the journal. What is not to be sent any more was not attempted, as far as a lookup could tell.
    pub(super) fn settled(&self) -> Settled {
        let end = self.end.as_ref();
        Settled {
            position: self.position,
            state: self.state(),
            tag: end.and_then(|end| end.tag.clone()),
            detail: end.and_then(|end| end.detail.clone()),
        }
    }

    pub(super) fn ended(self, state: State, tag: Option<String>, detail: Option<String>) -> Self {
        Item {
            end: Some(End { state, tag, detail }),
            ..self
        }
    }

    /// About to leave: what becomes of it is unknown from here on.
    pub(super) fn announced(&self) -> Self {
        Item {
            delivery: Delivery::Unknown(Response::Lost("no answer".into())),
            journalled: State::Sent,
            ..self.clone()
        }
    }

    /// It left, and this came back: a lookup must say what became of it.
    pub(super) fn answered(self, response: Response) -> Self {
        let is_conflict = matches!(response, Response::Conflict(_) | Response::NotFound(_));
        Item {
            conflicts: self.conflicts + u32::from(is_conflict),
            losses: self.losses + u32::from(matches!(response, Response::Lost(_))),
            waits: self.waits + u32::from(matches!(response, Response::Later(_))),
            delivery: Delivery::Unknown(response),
            looked_up: false,
            ..self
        }
    }

    pub(super) fn must_be_looked_up(&self) -> bool {
        let blind = matches!(self.operation.verb, Verb::Delete | Verb::ForceReplace);
        !self.looked_up && (blind || matches!(self.delivery, Delivery::Unknown(_)))
    }

    /// Whether answers that leave its outcome open have come too often.
    pub(super) fn is_exhausted(&self) -> bool {
        self.losses > MOST_LOSSES || self.waits > MOST_WAITS
    }

    /// Whether its end is known to this process and not to the journal.
    pub(super) fn is_only_in_memory(&self) -> bool {
        self.end.is_some() && self.state() != self.journalled
    }

    /// Whether the record is as wanted.
    pub(super) fn is_well(&self) -> bool {
        matches!(
            self.state(),
            State::Applied | State::AlreadyEqual | State::AlreadyGone
        )
    }

    /// Whether somebody's writing has been met too often.
    pub(super) fn gives_up(&self) -> bool {
        self.conflicts > MOST_CONFLICTS
    }

    /// `import` replaces whatever is there: what it replaces is what a lookup has just said, and no conflict.
    pub(super) fn with_pre_image(mut self, now: Option<&Record>) -> Self {
        if self.delivery == Delivery::NotSent && self.operation.verb == Verb::ForceReplace {
            Arc::make_mut(&mut self.operation).before = now.cloned();
        }
        self
    }
}

/// How it goes on with one operation.
pub(super) enum Step {
    Ended(Item),
    Again(Item),
}

impl From<Entry> for Item {
    fn from(entry: Entry) -> Self {
        let item = Item {
            overwrites: entry.overwrites,
            journalled: entry.state,
            ..Item::planned(entry.position, entry.operation)
        };
        match entry.state {
            State::Planned | State::NotAttempted if entry.left == Some(false) => item,
            State::Planned | State::NotAttempted => Item {
                delivery: Delivery::Untouched,
                ..item
            },
            // Sent by a process that is gone: whether it was carried out, a lookup will say.
            State::Sent => Item {
                delivery: Delivery::Unknown(Response::Lost("no answer was kept".into())),
                ..item
            },
            state => item.ended(state, entry.tag, entry.detail),
        }
    }
}
