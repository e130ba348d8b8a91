//! An operation on its way: how far it has come, and what is known of it.

use crate::journal::{Entry, Settled, State};
use crate::record::Record;
use crate::record::compare::FieldChange;
use crate::record::plan::{Operation, Verb};

/// After so many conflicts both sides are reported.
pub(super) const MOST_CONFLICTS: u32 = 3;

/// An operation on its way.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) position: usize,
    pub(super) operation: Operation,
    pub(super) state: State,
    pub(super) tag: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) overwrites: Vec<FieldChange>,
    /// Its record must be looked up before anything else.
    pub(super) doubtful: bool,
    /// An answer was lost: that the record is as wanted may be this run's doing.
    pub(super) was_doubtful: bool,
    /// It was looked up right before being sent, as deletions and unguarded writes must be.
    pub(super) looked_up: bool,
    pub(super) conflicts: u32,
    pub(super) lost: u32,
}

impl Item {
    pub(super) fn planned(position: usize, operation: Operation) -> Self {
        Item {
            position,
            operation,
            state: State::Planned,
            tag: None,
            detail: None,
            overwrites: Vec::new(),
            doubtful: false,
            was_doubtful: false,
            looked_up: false,
            conflicts: 0,
            lost: 0,
        }
    }

    pub(super) fn settled(&self) -> Settled {
        Settled {
            position: self.position,
            state: self.state,
            tag: self.tag.clone(),
            detail: self.detail.clone(),
        }
    }

    pub(super) fn ends(self, state: State, tag: Option<String>, detail: Option<String>) -> Step {
        Step::Ended(Item {
            state,
            tag,
            detail,
            ..self
        })
    }

    pub(super) fn in_doubt(self) -> Self {
        Item {
            doubtful: true,
            was_doubtful: true,
            looked_up: false,
            lost: self.lost + 1,
            ..self
        }
    }

    pub(super) fn must_be_looked_up(&self) -> bool {
        let blind = matches!(self.operation.verb, Verb::Delete | Verb::ForceReplace);
        self.doubtful || (blind && !self.looked_up)
    }

    /// Whether the record is as wanted.
    pub(super) fn is_well(&self) -> bool {
        matches!(self.state, State::Applied | State::AlreadyEqual)
    }

    /// Whether somebody's writing has been met too often.
    pub(super) fn gives_up(&self) -> bool {
        self.conflicts > MOST_CONFLICTS
    }

    /// `import` replaces whatever is there: what it replaces is what a lookup has just said, and no conflict.
    pub(super) fn with_pre_image(mut self, now: Option<&Record>) -> Self {
        let first = !self.was_doubtful && self.conflicts == 0;
        if first && self.operation.verb == Verb::ForceReplace {
            self.operation.before = now.cloned();
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
        Item {
            state: entry.state,
            tag: entry.tag,
            detail: entry.detail,
            overwrites: entry.overwrites,
            // Sent by a process that is gone: whether it was carried out, a lookup will say.
            doubtful: entry.state == State::Sent,
            was_doubtful: entry.state == State::Sent,
            ..Item::planned(entry.position, entry.operation)
        }
    }
}
