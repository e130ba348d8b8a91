//! The domain, pure: records, when two of them are equal, what differs between two sides, and what to do about it.
//!
//! No I/O, no async, no clock, no screen. Whoever reads only this folder knows what Skydeck does:
//!
//! - [`value`]: typed field values
//! - [`shape`]: which fields of a type are ours (**owned**); all others are **foreign** and never touched
//! - [`compare`]: two values, two records: equal, or which owned fields differ
//! - [`digest`]: what is kept of a record that need not be kept whole
//! - [`names`], [`bits`]: the names of a table, and sets of its rows; [`parts`]: work on these on all processors
//! - [`links`]: the references of a table's rows; [`observed`]: the types that its fields have had
//! - [`table`]: local and cloud merged by record name, compactly, for a million rows
//! - [`diff`]: new, updated, unchanged, orphan, in name order, with counts
//! - [`filter`], [`rank`]: which rows a person wants to see, and in which order
//! - [`plan`]: the operations to send, reference targets first, cut into requests
//! - [`guard`]: why a plan may not run; [`percent`]: a share that is no nonsense
//! - [`location`]: a place, and which of its parts a value states
//! - [`merge`]: what a value leaves unsaid, taken from the record as read
//! - [`settle`]: what to do about an operation that met a conflict, or whose outcome is unknown
//! - [`text`]: values as people type them
//! - [`verdict`]: what a verification found, and what its sample may have missed

pub mod bits;
pub mod compare;
pub mod diff;
pub mod digest;
pub mod filter;
pub mod guard;
pub mod links;
pub mod location;
pub mod merge;
pub mod names;
pub mod observed;
pub mod parts;
pub mod percent;
pub mod plan;
pub mod rank;
pub mod settle;
pub mod shape;
pub mod table;
pub mod text;
pub mod value;
pub mod verdict;

use serde::{Deserialize, Serialize};

pub use location::{Location, LocationPart, LocationParts};
pub use shape::{OwnedField, Shape};
pub use value::{Action, Asset, FieldType, Fields, Kind, Reference, Value};

/// Who touched a record, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Milliseconds since 1970 UTC, by the service's clock.
    pub timestamp: i64,
    /// The user record name; for server-to-server keys the key's own.
    pub user: Option<String>,
}

/// A record, as the files say it should be or as the cloud has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The record's name, unique in its zone.
    pub name: String,
    /// Its record type.
    pub record_type: String,
    /// The change tag; only a record from the cloud has one.
    pub tag: Option<String>,
    /// When it was created; only from the cloud.
    pub created: Option<Stamp>,
    /// When it was last saved; only from the cloud.
    pub modified: Option<Stamp>,
    /// Its fields; what is absent or null is not in here.
    pub fields: Fields,
    /// Whether the answer it came in left out the type of a field, so that types are guesses.
    #[serde(skip)]
    pub untyped: bool,
}

impl Record {
    /// A record as the files have it: no tag, no stamps.
    pub fn local(record_type: impl Into<String>, name: impl Into<String>, fields: Fields) -> Self {
        Record {
            name: name.into(),
            record_type: record_type.into(),
            tag: None,
            created: None,
            modified: None,
            fields,
            untyped: false,
        }
    }
}
