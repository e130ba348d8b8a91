//! What will be sent, exactly: operations in a safe order, cut into requests.
//!
//! An [`Operation`] says what its record's fields shall be; what has to be sent for that follows from how the record
//! was ([`Operation::sent`]). So after a conflict the same operation is looked at again with a fresh `before`, and a
//! saved plan shows a reviewer both sides.

mod order;
mod requests;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use order::ordered;
pub use requests::{Limits, Request, requests};

use super::compare::{FieldChange, equal};
use super::merge::over;
use super::{Fields, Record, Shape, Value};

/// What fields shall be; `None` where there shall be no value.
pub type Goal = BTreeMap<String, Option<Value>>;

/// What is done to a record; names of CloudKit's `operationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Save a record that is not there; meets a conflict when it is.
    Create,
    /// Change the fields that differ, guarded by the change tag.
    Update,
    /// Make the record have exactly these fields, guarded by the change tag.
    Replace,
    /// The same without a guard: `import` alone does that.
    ForceReplace,
    /// Delete, guarded by the change tag.
    Delete,
}

impl Verb {
    /// The `operationType` on the wire, which is also the word in the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Replace => "replace",
            Verb::ForceReplace => "forceReplace",
            Verb::Delete => "delete",
        }
    }

    /// The verb of a word in the journal.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Verb::Create,
            Verb::Update,
            Verb::Replace,
            Verb::ForceReplace,
            Verb::Delete,
        ]
        .into_iter()
        .find(|verb| verb.name() == name)
    }
}

/// One record and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// What is done.
    pub verb: Verb,
    /// The record type.
    pub record_type: String,
    /// The record name.
    pub name: String,
    /// What its fields shall be: for an update those named here, for a create or a replace all of them.
    pub goal: Goal,
    /// The record as it was when this was planned: the pre-image, with the tag that guards the write.
    pub before: Option<Record>,
}

impl Operation {
    /// A record that is on disk and not in the cloud. Owned fields that the disk leaves out are part of the goal: should
    /// somebody else create the record first, theirs do not stay unseen.
    pub fn create(shape: &Shape, local: Record) -> Self {
        let mut operation = Operation::restore(local);
        for field in &shape.fields {
            operation.goal.entry(field.name.clone()).or_insert(None);
        }
        operation
    }

    /// A record that is to come back as it was, with all its fields.
    pub fn restore(record: Record) -> Self {
        Operation {
            verb: Verb::Create,
            record_type: record.record_type,
            name: record.name,
            goal: record
                .fields
                .into_iter()
                .map(|(name, value)| (name, Some(value)))
                .collect(),
            before: None,
        }
    }

    /// A record whose owned fields differ: they shall be as on disk, absent ones included.
    pub fn update(shape: &Shape, mut local: Fields, cloud: Record) -> Self {
        Operation {
            verb: Verb::Update,
            record_type: shape.record_type.clone(),
            name: cloud.name.clone(),
            goal: shape
                .fields
                .iter()
                .map(|field| (field.name.clone(), local.remove(&field.name)))
                .collect(),
            before: Some(cloud),
        }
    }

    /// A record of the cloud that shall go.
    pub fn delete(cloud: Record) -> Self {
        Operation {
            verb: Verb::Delete,
            record_type: cloud.record_type.clone(),
            name: cloud.name.clone(),
            goal: Goal::new(),
            before: Some(cloud),
        }
    }

    /// The change tag that guards this write.
    pub fn tag(&self) -> Option<&str> {
        match self.verb {
            Verb::Create | Verb::ForceReplace => None,
            Verb::Update | Verb::Replace | Verb::Delete => self.before.as_ref()?.tag.as_deref(),
        }
    }

    /// The fields that go over the wire; `None` stands for an explicit null. What a value leaves unsaid is sent as the
    /// record has it.
    pub fn sent(&self) -> Goal {
        let was = |name: &str| self.before.as_ref().and_then(|before| before.fields.get(name));
        let whole = |(name, wanted): (&String, &Option<Value>)| {
            let present = wanted.as_ref().filter(|value| !value.is_absent());
            (name.clone(), present.map(|value| over(value, was(name))))
        };
        let goal = self.goal.iter();
        match self.verb {
            Verb::Delete => Goal::new(),
            Verb::Update => goal
                .filter(|(name, wanted)| !equal(wanted.as_ref(), was(name)))
                .map(whole)
                .collect(),
            Verb::Create | Verb::Replace | Verb::ForceReplace => goal
                .filter(|(_, wanted)| wanted.as_ref().is_some_and(|value| !value.is_absent()))
                .map(whole)
                .collect(),
        }
    }

    /// The same as changes, for people.
    pub fn changes(&self) -> Vec<FieldChange> {
        let before = |name: &str| {
            self.before
                .as_ref()
                .and_then(|record| record.fields.get(name))
                .cloned()
        };
        let sent = self.sent().into_iter();
        sent.map(|(field, local)| FieldChange {
            cloud: before(&field),
            field,
            local,
        })
        .collect()
    }

    /// Whether a record has come to what this operation wants.
    pub fn is_met_by(&self, record: Option<&Record>) -> bool {
        match (self.verb, record) {
            (Verb::Delete, record) => record.is_none(),
            (_, None) => false,
            (Verb::Replace | Verb::ForceReplace, Some(record)) => {
                self.has_goal(record) && record.fields.keys().all(|name| self.goal.contains_key(name))
            }
            (_, Some(record)) => self.has_goal(record),
        }
    }

    fn has_goal(&self, record: &Record) -> bool {
        self.goal
            .iter()
            .all(|(name, wanted)| equal(wanted.as_ref(), record.fields.get(name)))
    }
}

/// The operations to send, in order, and what they leave alone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// Writes with reference targets first, then deletions with reference sources first.
    pub operations: Vec<Operation>,
    /// Records that need nothing.
    pub unchanged: usize,
}

/// A record name that a plan would write twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the record name '{0}' is used by more than one record of the plan; names are shared by all types of a database"
)]
pub struct NameTwice(pub String);

impl Plan {
    /// Puts operations into an order in which they can be sent. One operation a record name: CloudKit takes no more.
    pub fn new(operations: Vec<Operation>, unchanged: usize) -> Result<Self, NameTwice> {
        let mut names = HashSet::with_capacity(operations.len());
        if let Some(twice) = operations
            .iter()
            .find(|operation| !names.insert(operation.name.as_str()))
        {
            return Err(NameTwice(twice.name.clone()));
        }
        Ok(Plan {
            operations: ordered(operations),
            unchanged,
        })
    }

    /// Number of operations with this verb.
    pub fn count(&self, verb: Verb) -> usize {
        self.operations
            .iter()
            .filter(|operation| operation.verb == verb)
            .count()
    }

    /// SHA-256 of the plan in hex: what was confirmed is what runs.
    ///
    /// # Errors
    /// When a value has no JSON form, which no value that came from JSON has.
    pub fn digest(&self) -> serde_json::Result<String> {
        digest(self)
    }
}

/// SHA-256 of a value's JSON in hex; the JSON is never in memory as a whole.
///
/// # Errors
/// When the value has no JSON form.
pub fn digest(value: &impl Serialize) -> serde_json::Result<String> {
    let mut hash = Sha256::new();
    serde_json::to_writer(&mut hash, value)?;
    let hex = |hex: String, byte: &u8| hex + &format!("{byte:02x}");
    Ok(hash.finalize().iter().fold(String::new(), hex))
}
