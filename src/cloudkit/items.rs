//! The entries of an answer, each brought to the name that was asked about.

use std::collections::HashMap;

use super::error::{Code, ItemError};
use super::wire::{Answer, Item};
use crate::record::Record;

/// What an answer says about one name.
#[derive(Debug)]
pub(super) enum Entry {
    Record(Record),
    Deleted,
    Refused(ItemError),
}

/// Whether an entry has only a record name.
pub(super) fn is_bare(record: &Record) -> bool {
    record.record_type.is_empty() && record.tag.is_none() && record.fields.is_empty()
}

/// What the answer says about each name, `None` where it is silent. By name, since answers may be reordered; by position
/// only where a failed entry names none.
pub(super) fn by_name<'a>(
    names: impl ExactSizeIterator<Item = &'a str>,
    answer: Answer,
) -> Vec<Option<Entry>> {
    let items = answer.records.unwrap_or_default().items;
    let in_place = items.len() == names.len();
    let mut named: HashMap<String, Entry> = HashMap::with_capacity(items.len());
    let mut placed: HashMap<usize, Entry> = HashMap::new();
    for (position, item) in items.into_iter().enumerate() {
        let (name, entry) = entry(item, answer.uuid.as_deref());
        match name {
            Some(name) => _ = named.insert(name, entry),
            None => _ = placed.insert(position, entry),
        }
    }
    let entry_of = |(position, name)| {
        named
            .remove(name)
            .or_else(|| placed.remove(&position).filter(|_| in_place))
    };
    names.enumerate().map(entry_of).collect()
}

/// An entry and its name; only a failed one may lack it.
pub(super) fn entry(item: Item, request_id: Option<&str>) -> (Option<String>, Entry) {
    match item {
        Item::Record(record) => (Some(record.name.clone()), Entry::Record(record)),
        Item::Deleted { name } => (Some(name), Entry::Deleted),
        Item::Refused {
            name,
            code,
            reason,
            retry_after,
            request_id: own,
        } => {
            let error = ItemError {
                code: Code::from_word(&code),
                reason,
                retry_after,
                request_id: own.or_else(|| request_id.map(str::to_owned)),
            };
            (name, Entry::Refused(error))
        }
    }
}
