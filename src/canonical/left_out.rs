//! What an exported file has no member for: parts of mapped values that the manifest does not map.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::{FieldMapping, TypeConfig};
use crate::record::merge::parts_of;
use crate::record::{LocationPart, Record, Value};

/// How many records have each part that their file has no member for, by names such as `location.altitude`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LeftOut(BTreeMap<String, usize>);

impl LeftOut {
    /// Counts the parts of a record, in those fields that are exported.
    pub(super) fn add(
        &mut self,
        type_config: &TypeConfig,
        record: &Record,
        is_exported: impl Fn(&FieldMapping) -> bool,
    ) {
        for field in type_config.fields.iter().filter(|field| is_exported(field)) {
            let Some(value) = record.fields.get(&field.name) else {
                continue;
            };
            for part in unmapped_parts(field, value) {
                *self.0.entry(format!("{}.{part}", field.name)).or_insert(0) += 1;
            }
        }
    }

    /// The note for people, unless nothing was left out. `counted` writes a number with its noun.
    pub fn note(&self, record_type: &str, counted: fn(usize, &str) -> String) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let parts = self.0.iter();
        let parts = parts.map(|(part, count)| format!("{part} of {}", counted(*count, "record")));
        Some(format!(
            "Note: the export of {record_type} leaves out values that skydeck.toml does not map: {}. They stay in the cloud.",
            parts.collect::<Vec<_>>().join(", ")
        ))
    }
}

fn unmapped_parts(field: &FieldMapping, value: &Value) -> impl Iterator<Item = &'static str> {
    let mapped = field.location_parts();
    let parts: Vec<LocationPart> = parts_of(value)
        .iter()
        .filter(|part| !mapped.contains(*part))
        .collect();
    let action = (field.action.is_none() && has_action(value)).then_some("action");
    parts.into_iter().map(LocationPart::name).chain(action)
}

/// Whether deleting the target of a reference does something to its record.
fn has_action(value: &Value) -> bool {
    match value {
        Value::Reference(reference) => reference.has_action(),
        Value::List(_, elements) => elements.iter().any(has_action),
        _ => false,
    }
}
