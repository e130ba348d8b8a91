//! The types that a mapped field had in the records read. The manifest and the cloud may disagree.

use std::collections::BTreeMap;

use super::compare::fitted;
use super::{FieldType, Fields, OwnedField, Record, Shape, Value};

/// What one mapped field has looked like on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// Whether a local record has a value.
    pub local: bool,
    /// Whether a cloud record has a value of the mapped type.
    pub as_mapped: bool,
    /// The other types that the cloud returned, each with the first record that had it.
    pub otherwise: BTreeMap<String, String>,
}

impl Observed {
    /// Whether the cloud has a value of any type.
    pub fn in_cloud(&self) -> bool {
        self.as_mapped || !self.otherwise.is_empty()
    }

    fn meet(&mut self, field: &OwnedField, record: &Record) {
        let Some(value) = record.fields.get(&field.name).filter(|value| !value.is_absent()) else {
            return;
        };
        // A type that the answer left out was guessed: a whole number may be a DOUBLE or a TIMESTAMP as well.
        let as_mapped = value.field_type() == Some(field.field_type)
            || (record.untyped && fitted(value, field.field_type).is_some());
        let found = if as_mapped {
            None
        } else {
            other_type(value, field.field_type)
        };
        match found {
            None => self.as_mapped = true,
            Some(found) => {
                self.otherwise.entry(found).or_insert_with(|| record.name.clone());
            }
        }
    }
}

/// Notes which mapped fields a local record has.
pub(super) fn note_local(observed: &mut [Observed], shape: &Shape, fields: &Fields) {
    for (field, observed) in shape.fields.iter().zip(observed) {
        observed.local |= fields.get(&field.name).is_some_and(|value| !value.is_absent());
    }
}

/// Notes the types of the mapped fields of a cloud record.
pub(super) fn note_cloud(observed: &mut [Observed], shape: &Shape, record: &Record) {
    for (field, observed) in shape.fields.iter().zip(observed) {
        observed.meet(field, record);
    }
}

/// The type of a value that is not of the mapped one; `None` where nothing can be said about it.
fn other_type(value: &Value, mapped: FieldType) -> Option<String> {
    match value {
        Value::Unknown { type_name, .. } => {
            Some(type_name.clone()).filter(|name| !name.is_empty() && *name != mapped.to_string())
        }
        known => known.field_type().map(|known| known.to_string()),
    }
}
