//! Which fields of a record type are ours.

use super::{FieldType, LocationParts};

/// A field that the manifest maps: it is compared and written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedField {
    /// The CloudKit field name.
    pub name: String,
    /// The type it has in the schema.
    pub field_type: FieldType,
    /// For a reference: the record type it points at, where the manifest says so.
    pub target: Option<String>,
    /// For a place: the parts that are mapped beside the coordinates. They are compared exactly.
    pub parts: LocationParts,
    /// For a reference: whether the manifest says what deleting the target does. Only then it is compared.
    pub maps_action: bool,
}

impl OwnedField {
    /// A field of which nothing but name and type is mapped.
    pub fn new(name: impl Into<String>, field_type: FieldType) -> Self {
        OwnedField {
            name: name.into(),
            field_type,
            target: None,
            parts: LocationParts::NONE,
            maps_action: false,
        }
    }
}

/// A record type as far as it is ours: its name and owned fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The record type.
    pub record_type: String,
    /// The owned fields, in the manifest's order.
    pub fields: Vec<OwnedField>,
}

impl Shape {
    /// The owned field of this name; `None` where the field is foreign.
    pub fn field(&self, name: &str) -> Option<&OwnedField> {
        self.fields.iter().find(|field| field.name == name)
    }
}
