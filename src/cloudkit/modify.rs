//! `records/modify`: batches out, an outcome for each record back.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::Client;
use super::call::Intent;
use super::error::{Code, Error, ItemError};
use super::wire::{self, Item};
use crate::record::Record;
use crate::record::plan::{Goal, Operation, Verb};

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

    const fn deletes(self) -> bool {
        matches!(self, OperationType::Delete | OperationType::ForceDelete)
    }
}

/// One operation of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// What is done.
    pub operation: OperationType,
    /// The record type.
    pub record_type: String,
    /// The record name; always chosen by the client, so that a lost answer can be settled.
    pub name: String,
    /// The change tag that guards the write.
    pub tag: Option<String>,
    /// The fields sent; `None` is an explicit null.
    pub fields: Goal,
}

impl From<&Operation> for Write {
    fn from(operation: &Operation) -> Self {
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
    /// Saved; the record as the service now has it.
    Saved(Record),
    /// Deleted.
    Deleted,
    /// Refused; the others of the request are not concerned.
    Failed(ItemError),
    /// The answer does not mention it: look it up.
    Unanswered,
}

impl Client {
    /// Sends operations, at most 200, one a record name, in this order; the outcomes come in the same order.
    ///
    /// # Errors
    /// Where the whole request failed; [`Error::outcome_unknown`] says whether it may have been carried out.
    pub async fn modify(&self, writes: &[Write]) -> Result<Vec<Outcome>, Error> {
        let operations: Vec<Json> = writes.iter().map(Write::json).collect();
        // Atomic is the default, and there are no atomic writes in a public database: it is said out loud.
        let body = json!({ "operations": operations, "atomic": false }).to_string();
        let answer = self
            .call("records/modify", body.as_bytes(), Intent::Write)
            .await?;
        let items = answer.records.unwrap_or_default();
        Ok(matched(writes, items))
    }
}

/// Outcomes by record name; by position only where a failed entry names none.
fn matched(writes: &[Write], items: Vec<Item>) -> Vec<Outcome> {
    let in_place = items.len() == writes.len();
    let mut by_name: HashMap<String, Item> = HashMap::with_capacity(items.len());
    let mut by_position: HashMap<usize, Item> = HashMap::new();
    for (position, item) in items.into_iter().enumerate() {
        match &item {
            Item::Record(Record { name, .. })
            | Item::Deleted { name }
            | Item::Refused { name: Some(name), .. } => {
                by_name.insert(name.clone(), item);
            }
            Item::Refused { name: None, .. } => {
                by_position.insert(position, item);
            }
        }
    }
    let outcomes = writes.iter().enumerate().map(|(position, write)| {
        let item = by_name
            .remove(&write.name)
            .or_else(|| by_position.remove(&position).filter(|_| in_place));
        outcome(write, item)
    });
    outcomes.collect()
}

fn outcome(write: &Write, item: Option<Item>) -> Outcome {
    let deletes = write.operation.deletes();
    match item {
        // What is not there need not be deleted.
        Some(Item::Refused { code, .. }) if deletes && code == "NOT_FOUND" => Outcome::Deleted,
        Some(Item::Refused {
            code,
            reason,
            retry_after,
            ..
        }) => Outcome::Failed(ItemError {
            code: Code::from_word(&code),
            reason,
            retry_after,
        }),
        Some(_) if deletes => Outcome::Deleted,
        Some(Item::Record(record)) => Outcome::Saved(record),
        Some(Item::Deleted { .. }) | None => Outcome::Unanswered,
    }
}
