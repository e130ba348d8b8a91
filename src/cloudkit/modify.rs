//! `records/modify`: batches out, an outcome for each record back.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};

use super::call::Operation;
use super::error::{Error, ItemError};
use super::items::{Entry, by_name, is_bare};
use super::{Client, MOST_RECORDS, wire};
use crate::record::Record;
use crate::record::plan::{self, Goal, Verb};

/// What is done to a record (Apple's web reference, "Modifying Records").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationType {
    /// Save a new record; refused where the name is taken.
    Create,
    /// Change the fields named; needs the current change tag.
    Update,
    /// The same whatever the tag; creates the record where there is none.
    ForceUpdate,
    /// Have exactly the fields named; needs the current change tag.
    Replace,
    /// The same whatever the tag; creates the record where there is none.
    ForceReplace,
    /// Delete; needs the current change tag.
    Delete,
    /// The same whatever the tag.
    ForceDelete,
}

impl OperationType {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            OperationType::Create => "create",
            OperationType::Update => "update",
            OperationType::ForceUpdate => "forceUpdate",
            OperationType::Replace => "replace",
            OperationType::ForceReplace => "forceReplace",
            OperationType::Delete => "delete",
            OperationType::ForceDelete => "forceDelete",
        }
    }

    /// Whether it works on one state of the record only, which the change tag names.
    const fn is_guarded(self) -> bool {
        matches!(
            self,
            OperationType::Update | OperationType::Replace | OperationType::Delete
        )
    }

    const fn deletes(self) -> bool {
        matches!(self, OperationType::Delete | OperationType::ForceDelete)
    }
}

/// One operation of a request.
///
/// ```
/// use skydeck::cloudkit::{OperationType, Write};
/// use skydeck::record::Value;
///
/// let write = Write {
///     operation: OperationType::Update,
///     record_type: "Stadium".into(),
///     name: "stadium_nba_td_garden".into(),
///     tag: Some("mk2f9a1c".into()), // of the record as it was looked up
///     fields: [
///         ("capacity".into(), Some(Value::Int64(19_156))),
///         ("nickname".into(), None), // takes the field away
///     ]
///     .into(),
/// };
/// assert_eq!(write.operation.name(), "update");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// What is done.
    pub operation: OperationType,
    /// The record type.
    pub record_type: String,
    /// The record name; always chosen by the client, so that a lost answer can be settled.
    pub name: String,
    /// The change tag of the state that is to be changed: needed by update, replace and delete, which meet a conflict
    /// where the record has changed since. Not sent where it is `None`.
    pub tag: Option<String>,
    /// The fields sent, by name; `None` is an explicit null. Deletions send none.
    pub fields: Goal,
}

impl From<&plan::Operation> for Write {
    fn from(operation: &plan::Operation) -> Self {
        Write {
            operation: match operation.verb {
                Verb::Create => OperationType::Create,
                Verb::Update => OperationType::Update,
                Verb::Replace => OperationType::Replace,
                Verb::ForceReplace => OperationType::ForceReplace,
                Verb::Delete => OperationType::Delete,
            },
            record_type: operation.record_type.clone(),
            name: operation.name.clone(),
            tag: operation.tag().map(str::to_owned),
            fields: operation.sent(),
        }
    }
}

impl Write {
    fn json(&self) -> Json {
        let mut record = Map::new();
        record.insert("recordName".into(), json!(self.name));
        record.insert("recordType".into(), json!(self.record_type));
        if let Some(tag) = &self.tag {
            record.insert("recordChangeTag".into(), json!(tag));
        }
        if !self.operation.deletes() {
            let fields = self.fields.iter();
            let fields: Map<String, Json> = fields
                .map(|(name, value)| (name.clone(), wire::field(value.as_ref())))
                .collect();
            record.insert("fields".into(), Json::Object(fields));
        }
        json!({ "operationType": self.operation.name(), "record": record })
    }
}

/// What became of one operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Saved; the record as the service now has it, with its new change tag.
    Saved(Record),
    /// Deleted.
    Deleted,
    /// Refused; the other operations of the request are not affected. A taken name is [`Code::Conflict`] or
    /// [`Code::Exists`], depending on the service. A record that has changed since is [`Code::Conflict`]. A record to
    /// delete that does not exist is [`Code::NotFound`]. The operation may still have been applied, for example if a
    /// gateway repeated the request: look the record up.
    ///
    /// [`Code::Conflict`]: super::Code::Conflict
    /// [`Code::Exists`]: super::Code::Exists
    /// [`Code::NotFound`]: super::Code::NotFound
    Failed(ItemError),
    /// The answer does not say what became of it: look it up.
    Unanswered,
}

impl Client {
    /// Sends operations in one request, at most [`MOST_RECORDS`], one a record name, carried out in this order; the
    /// outcomes come in the same order. Each succeeds or fails by itself: there are no atomic writes in a public database.
    /// No operations are no request.
    ///
    /// A write is repeated only where no connection was made.
    ///
    /// # Errors
    /// Where the whole request failed; [`Error::outcome_unknown`] says whether it may have been carried out all the same:
    /// then look its names up before anything else.
    pub async fn modify(&self, writes: &[Write]) -> Result<Vec<Outcome>, Error> {
        check(writes)?;
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let operations: Vec<Json> = writes.iter().map(Write::json).collect();
        // Atomic is the default, and there are no atomic writes in a public database: it is said out loud.
        let body = json!({ "operations": operations, "atomic": false }).to_string();
        let entries = match self.call(Operation::Modify, body.as_bytes()).await {
            Ok(answer) => by_name(writes.iter().map(|write| write.name.as_str()), answer),
            // Whether one failed operation fails its request is not documented.
            Err(Error::Refused(refusal)) if writes.len() == 1 && refusal.is_about_the_record() => {
                vec![Some(Entry::Refused(refusal.as_ref().into()))]
            }
            Err(error) => return Err(error),
        };
        let outcomes = writes.iter().zip(entries);
        Ok(outcomes.map(|(write, entry)| outcome(write, entry)).collect())
    }
}

/// The rules that hold for every request of this kind; what the service does where they are broken is not documented.
fn check(writes: &[Write]) -> Result<(), Error> {
    let not_sent = |what: String| Err(Error::NotSent { what });
    if writes.len() > MOST_RECORDS {
        return not_sent(format!("{} operations, at most {MOST_RECORDS} fit", writes.len()));
    }
    let mut names = HashSet::with_capacity(writes.len());
    for write in writes {
        let name = &write.name;
        if !names.insert(name) {
            return not_sent(format!("two operations on '{name}'"));
        }
        if write.operation.is_guarded() && write.tag.is_none() {
            let operation = write.operation.name();
            return not_sent(format!("{operation} of '{name}' without its change tag"));
        }
    }
    Ok(())
}

fn outcome(write: &Write, entry: Option<Entry>) -> Outcome {
    match (write.operation.deletes(), entry) {
        (_, Some(Entry::Refused(error))) => Outcome::Failed(error),
        (true, Some(Entry::Deleted)) => Outcome::Deleted,
        // Some servers return only the name of a deleted record. An entry with more means that the record still
        // exists.
        (true, Some(Entry::Record(record))) if is_bare(&record) => Outcome::Deleted,
        (false, Some(Entry::Record(record))) if is_save_of(&record, write) => Outcome::Saved(record),
        _ => Outcome::Unanswered,
    }
}

/// Every save gives the record a new tag: an answer without one, or with the old one, does not speak of this save.
fn is_save_of(record: &Record, write: &Write) -> bool {
    let same_type = record.record_type.is_empty() || record.record_type == write.record_type;
    same_type && record.tag.is_some() && record.tag != write.tag
}
