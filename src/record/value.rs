//! Typed field values as CloudKit knows them, and nothing about how they travel.
//!
//! The kinds are those of CloudKit's web service ("Types and Dictionaries" in Apple's web reference);
//! the JSON they travel in is the business of `cloudkit`, the JSON they are kept in locally that of `canonical`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::location::Location;

/// The fields of a record by name.
pub type Fields = BTreeMap<String, Value>;

/// The kind of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// `STRING`
    String,
    /// `INT64`
    Int64,
    /// `DOUBLE`
    Double,
    /// `TIMESTAMP`, milliseconds since 1970 UTC
    Timestamp,
    /// `BYTES`
    Bytes,
    /// `LOCATION`
    Location,
    /// `REFERENCE`
    Reference,
    /// `ASSETID`
    Asset,
}

impl Kind {
    /// Every kind, in the order of Apple's table.
    pub const ALL: [Kind; 8] = [
        Kind::String,
        Kind::Int64,
        Kind::Double,
        Kind::Timestamp,
        Kind::Bytes,
        Kind::Location,
        Kind::Reference,
        Kind::Asset,
    ];

    /// The name CloudKit uses on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::String => "STRING",
            Kind::Int64 => "INT64",
            Kind::Double => "DOUBLE",
            Kind::Timestamp => "TIMESTAMP",
            Kind::Bytes => "BYTES",
            Kind::Location => "LOCATION",
            Kind::Reference => "REFERENCE",
            Kind::Asset => "ASSETID",
        }
    }
}

/// The type of a field: one value, or a flat list of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FieldType {
    /// A single value.
    One(Kind),
    /// A list, whose elements are all of this kind.
    List(Kind),
}

impl FieldType {
    /// The kind of the value, or of the list's elements.
    pub const fn kind(self) -> Kind {
        match self {
            FieldType::One(kind) | FieldType::List(kind) => kind,
        }
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::One(kind) => f.write_str(kind.name()),
            FieldType::List(kind) => write!(f, "{}_LIST", kind.name()),
        }
    }
}

/// The text is no field type; it holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no CloudKit type; one of STRING, INT64, DOUBLE, TIMESTAMP, BYTES, LOCATION, REFERENCE, ASSETID, or one of these with _LIST"
)]
pub struct UnknownType(pub String);

impl FromStr for FieldType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kind_of = |name: &str| Kind::ALL.into_iter().find(|kind| kind.name() == name);
        match text.strip_suffix("_LIST") {
            Some(element) => kind_of(element).map(FieldType::List),
            None => kind_of(text).map(FieldType::One),
        }
        .ok_or_else(|| UnknownType(text.to_owned()))
    }
}

/// What deleting the target of a reference does to its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Action {
    /// Nothing.
    #[default]
    None,
    /// The source is deleted too.
    DeleteSelf,
    /// The target cannot be deleted while the source exists.
    Validate,
}

impl Action {
    /// The name CloudKit uses on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Action::None => "NONE",
            Action::DeleteSelf => "DELETE_SELF",
            Action::Validate => "VALIDATE",
        }
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Action::None, Action::DeleteSelf, Action::Validate]
            .into_iter()
            .find(|action| action.name() == text)
            .ok_or_else(|| format!("'{text}' is no reference action; one of NONE, DELETE_SELF, VALIDATE"))
    }
}

/// A reference to another record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Name of the record pointed at.
    pub record_name: String,
    /// What its deletion does. `None`: this value does not say; a write keeps the action that the cloud has, and
    /// comparison leaves it out.
    pub action: Option<Action>,
    /// Members that this version does not know, such as the zone, as the JSON text of an object; empty where there are
    /// none. `None`: this value does not say, and a write keeps the cloud's.
    #[serde(default)]
    pub further: Option<String>,
}

impl Reference {
    /// A reference that says nothing but its target.
    pub fn to(record_name: impl Into<String>) -> Self {
        Reference {
            record_name: record_name.into(),
            action: None,
            further: None,
        }
    }

    /// A reference that states all there is, as the cloud does.
    pub fn whole(record_name: impl Into<String>, action: Action) -> Self {
        Reference {
            further: Some(String::new()),
            ..Reference::to(record_name).with_action(action)
        }
    }

    /// Whether deleting the target does something, as far as this value says.
    pub fn has_action(&self) -> bool {
        self.action.is_some_and(|action| action != Action::None)
    }

    /// The same with an action.
    #[must_use]
    pub fn with_action(self, action: Action) -> Self {
        Reference {
            action: Some(action),
            ..self
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "→ {}", self.record_name)?;
        match self.action {
            None | Some(Action::None) => Ok(()),
            Some(action) => write!(f, " ({})", action.name()),
        }
    }
}

/// A file kept by the service; its content is known by checksum only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// The service's `fileChecksum`.
    pub checksum: String,
    /// Bytes.
    pub size: u64,
    /// The whole asset dictionary as JSON text, as it was received.
    pub dictionary: String,
}

/// The value of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Int64(i64),
    /// A number.
    Double(f64),
    /// Milliseconds since 1970 UTC.
    Timestamp(i64),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// A place.
    Location(Location),
    /// A pointer to another record.
    Reference(Reference),
    /// A file.
    Asset(Asset),
    /// A flat list; each element is of the given kind.
    List(Kind, Vec<Value>),
    /// Something this version does not know: it is kept as received, shown, and never compared as equal to anything
    /// but itself.
    Unknown {
        /// The type the service named, or empty.
        type_name: String,
        /// The value as JSON text.
        json: String,
    },
}

impl Value {
    /// The type of this value, where it is known.
    pub fn field_type(&self) -> Option<FieldType> {
        Some(match self {
            Value::String(_) => FieldType::One(Kind::String),
            Value::Int64(_) => FieldType::One(Kind::Int64),
            Value::Double(_) => FieldType::One(Kind::Double),
            Value::Timestamp(_) => FieldType::One(Kind::Timestamp),
            Value::Bytes(_) => FieldType::One(Kind::Bytes),
            Value::Location(_) => FieldType::One(Kind::Location),
            Value::Reference(_) => FieldType::One(Kind::Reference),
            Value::Asset(_) => FieldType::One(Kind::Asset),
            Value::List(kind, _) => FieldType::List(*kind),
            Value::Unknown { .. } => return None,
        })
    }

    /// Whether this stands for "no value": an empty list, or a null of a type we do not know.
    /// Missing, null and the empty list are equal in CloudKit, which drops all three.
    pub fn is_absent(&self) -> bool {
        match self {
            Value::List(_, elements) => elements.is_empty(),
            Value::Unknown { json, .. } => json == "[]" || json == "null",
            _ => false,
        }
    }

    /// The record names this value points at.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.reference_values()
            .map(|reference| reference.record_name.as_str())
    }

    /// The references this value is or lists.
    pub fn reference_values(&self) -> impl Iterator<Item = &Reference> {
        let values = match self {
            Value::List(_, elements) => elements.as_slice(),
            one => std::slice::from_ref(one),
        };
        values.iter().filter_map(|value| match value {
            Value::Reference(reference) => Some(reference),
            _ => None,
        })
    }

    /// An upper bound of the bytes this value takes in a request, its type tag included.
    pub fn wire_size(&self) -> usize {
        const NUMBER: usize = 25;
        const WRAPPING: usize = 48;
        let text = |s: &str| {
            2 + s
                .bytes()
                .map(|b| {
                    if b < 0x20 {
                        6
                    } else if b == b'"' || b == b'\\' {
                        2
                    } else {
                        1
                    }
                })
                .sum::<usize>()
        };
        WRAPPING
            + match self {
                Value::String(s) => text(s),
                Value::Int64(_) | Value::Double(_) | Value::Timestamp(_) => NUMBER,
                Value::Bytes(bytes) => 2 + bytes.len().div_ceil(3) * 4,
                Value::Location(place) => 8 * (NUMBER + 24) + place.further.as_ref().map_or(0, String::len),
                Value::Reference(reference) => {
                    60 + text(&reference.record_name) + reference.further.as_ref().map_or(0, String::len)
                }
                Value::Asset(asset) => asset.dictionary.len(),
                Value::List(_, elements) => 2 + elements.iter().map(|e| 1 + e.wire_size()).sum::<usize>(),
                Value::Unknown { json, type_name } => json.len() + type_name.len(),
            }
    }
}

impl fmt::Display for Value {
    /// The value on one line, for people; control characters are the front end's to make visible.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::String(text) => f.write_str(text),
            Value::Int64(number) => write!(f, "{number}"),
            Value::Double(number) => write!(f, "{number}"),
            Value::Timestamp(ms) => match jiff::Timestamp::from_millisecond(*ms) {
                Ok(time) => write!(f, "{time}"),
                Err(_) => write!(f, "{ms} ms"),
            },
            Value::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Value::Location(place) => write!(f, "{place}"),
            Value::Reference(reference) => write!(f, "{reference}"),
            Value::Asset(asset) => write!(f, "asset of {} bytes, {}", asset.size, asset.checksum),
            Value::List(_, elements) => {
                f.write_str("[")?;
                for (position, element) in elements.iter().enumerate() {
                    if position > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{element}")?;
                }
                f.write_str("]")
            }
            Value::Unknown { json, .. } => f.write_str(json),
        }
    }
}
