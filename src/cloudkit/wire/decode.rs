//! Answers into records, without a tree in between: a page is scanned once, each value once more.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::value::{FieldMap, number, whole};
use crate::cloudkit::MOST_RECORDS;
use crate::record::{Record, Stamp};

/// What came back, as far as a data call can answer.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// One entry a record, or a failure in its place; `None` where the answer has no such member.
    #[serde(default)]
    pub records: Option<Items>,
    /// Where a query goes on.
    pub continuation_marker: Option<String>,
    /// Set when the whole request was refused.
    pub server_error_code: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The one record that a refusal is about, where it says so.
    pub record_name: Option<String>,
    /// The service's name for this request.
    pub uuid: Option<String>,
    /// Seconds.
    #[serde(default, deserialize_with = "seconds")]
    pub retry_after: Option<f64>,
}

/// One entry of `records`.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A record; a modify answer may leave out what it did not echo.
    Record(Record),
    /// Deleted, by this request or before it.
    Deleted {
        /// The record name.
        name: String,
    },
    /// This record failed; the request did not.
    Refused {
        /// The record name, where the entry says so.
        name: Option<String>,
        /// `serverErrorCode`.
        code: String,
        /// Why, in the service's words.
        reason: String,
        /// Seconds.
        retry_after: Option<f64>,
        /// `uuid`, the service's name for the request.
        request_id: Option<String>,
    },
}

/// Reads an answer.
///
/// # Errors
/// When the text is no JSON object of this form at all.
pub fn read(text: &str) -> serde_json::Result<Answer> {
    serde_json::from_str(text)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawItem<'a> {
    record_name: Option<String>,
    record_type: Option<String>,
    record_change_tag: Option<String>,
    deleted: Option<bool>,
    #[serde(borrow)]
    created: Option<&'a RawValue>,
    #[serde(borrow)]
    modified: Option<&'a RawValue>,
    fields: Option<FieldMap>,
    server_error_code: Option<String>,
    reason: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    retry_after: Option<f64>,
    uuid: Option<String>,
}

/// The entries of an answer: the first [`MOST_RECORDS`], and how many came beyond them. No request asks for more, so what
/// is beyond is counted and not kept: a small packed answer can hold millions.
#[derive(Debug, Default)]
pub struct Items {
    /// The entries.
    pub items: Vec<Item>,
    /// Entries beyond the most that a request asks for.
    pub surplus: usize,
}

impl Items {
    /// How many there were.
    pub fn count(&self) -> usize {
        self.items.len().saturating_add(self.surplus)
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor)
    }
}

struct ItemsVisitor;

impl<'de> Visitor<'de> for ItemsVisitor {
    type Value = Items;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Items, A::Error> {
        let mut read = Items::default();
        while read.items.len() < MOST_RECORDS {
            match entries.next_element::<RawItem<'de>>()? {
                Some(raw) => read.items.push(item(raw)),
                None => return Ok(read),
            }
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {
            read.surplus += 1;
        }
        Ok(read)
    }
}

/// An entry with an error code is a failure, whatever else it holds: the test comes first.
fn item(raw: RawItem<'_>) -> Item {
    if let Some(code) = raw.server_error_code {
        return Item::Refused {
            name: raw.record_name,
            code,
            reason: raw.reason.unwrap_or_default(),
            retry_after: raw.retry_after,
            request_id: raw.uuid,
        };
    }
    let untyped = raw.fields.as_ref().is_some_and(|fields| fields.untyped);
    let name = raw.record_name.unwrap_or_default();
    if raw.deleted == Some(true) {
        return Item::Deleted { name };
    }
    Item::Record(Record {
        name,
        record_type: raw.record_type.unwrap_or_default(),
        tag: raw.record_change_tag,
        created: raw.created.and_then(stamp),
        modified: raw.modified.and_then(stamp),
        fields: raw.fields.map(|fields| fields.fields).unwrap_or_default(),
        untyped,
    })
}

fn stamp(raw: &RawValue) -> Option<Stamp> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct RawStamp<'a> {
        #[serde(borrow)]
        timestamp: Option<&'a RawValue>,
        user_record_name: Option<String>,
    }
    let stamp: RawStamp<'_> = serde_json::from_str(raw.get()).ok()?;
    Some(Stamp {
        timestamp: whole(stamp.timestamp?.get())?,
        user: stamp.user_record_name,
    })
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let raw: Option<&RawValue> = Option::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| number(raw.get())))
}
