//! Checks that a sync could have planned the operations of a saved plan. The digest only detects damage: anyone who
//! can write the file can write the digest too.

use super::super::{Context, JobError, Session};
use super::SavedPlanError;
use crate::canonical;
use crate::config::{FieldMapping, TypeConfig};
use crate::record::plan::{Operation, Plan, Verb};
use crate::record::{FieldType, Location, Record, Reference, Value};

/// Checks every operation against the manifest.
pub(super) fn operations(session: &Session, plan: &Plan) -> Result<(), JobError> {
    for operation in &plan.operations {
        let type_config = session.type_named(&operation.record_type)?;
        check(type_config, operation).map_err(|what| wrong(operation, what))?;
    }
    Ok(())
}

/// Checks that the records which an operation changes or deletes were in the cloud what the plan says they were: that
/// is what an undo restores, and what fills the parts of values that the manifest does not map. A record whose change
/// tag differs by now becomes a conflict.
pub(super) async fn earlier_values(context: &Context, plan: &Plan) -> Result<(), JobError> {
    let operations = plan
        .operations
        .iter()
        .filter(|operation| operation.before.is_some());
    let names: Vec<String> = operations
        .clone()
        .map(|operation| operation.name.clone())
        .collect();
    let lookup = context.client.lookup(&names).await.map_err(JobError::service)?;
    for operation in operations {
        let now = lookup.found.get(&operation.name);
        let same_save = |now: &&Record| now.tag.as_deref() == operation.tag();
        if let (Some(now), Some(before)) = (now.filter(same_save), &operation.before)
            && (now.fields != before.fields || now.record_type != before.record_type)
        {
            return Err(wrong(
                operation,
                "has other values in the cloud than the plan recorded".to_owned(),
            ));
        }
    }
    Ok(())
}

fn wrong(operation: &Operation, what: String) -> JobError {
    JobError::SavedPlan(SavedPlanError::Operation {
        record_type: operation.record_type.clone(),
        name: operation.name.clone(),
        what,
    })
}

/// What is wrong with an operation.
fn check(type_config: &TypeConfig, operation: &Operation) -> Result<(), String> {
    if let Some(fault) = canonical::name_fault(&operation.name) {
        return Err(format!(
            "has a record name that CloudKit does not accept: it {fault}"
        ));
    }
    let before = operation.before.as_ref();
    let is_its_own = before
        .is_none_or(|before| before.name == operation.name && before.record_type == operation.record_type);
    if !is_its_own {
        return Err("has earlier values from another record".to_owned());
    }
    match operation.verb {
        Verb::Create if before.is_some() => return Err("is created but has earlier values".to_owned()),
        Verb::Update | Verb::Delete if operation.tag().is_none() => {
            return Err("has no change tag to guard the write".to_owned());
        }
        Verb::Delete if !operation.goal.is_empty() => {
            return Err("is deleted but has values to write".to_owned());
        }
        Verb::Replace | Verb::ForceReplace => {
            return Err(format!(
                "is written with {}, which a sync never uses",
                operation.verb.name()
            ));
        }
        Verb::Create | Verb::Update | Verb::Delete => {}
    }
    for (field, value) in &operation.goal {
        let mapping = type_config.fields.iter().find(|mapping| mapping.name == *field);
        let Some(mapping) = mapping else {
            return Err(format!(
                "has a value for {field}, which skydeck.toml does not map"
            ));
        };
        if value
            .as_ref()
            .is_some_and(|value| !fits(value, mapping, mapping.field_type))
        {
            return Err(format!(
                "has a value for {field} that is not a valid {}",
                mapping.field_type
            ));
        }
    }
    Ok(())
}

/// Whether the files could give a field this value: its type, within its range, and no part that is not mapped.
fn fits(value: &Value, mapping: &FieldMapping, field_type: FieldType) -> bool {
    if value.field_type() != Some(field_type) {
        return false;
    }
    match value {
        Value::List(kind, elements) => {
            let element = FieldType::One(*kind);
            elements.iter().all(|value| fits(value, mapping, element))
        }
        Value::Location(place) => is_mapped_place(place, mapping),
        Value::Reference(Reference {
            record_name,
            action,
            further,
        }) => {
            canonical::name_fault(record_name).is_none()
                && further.is_none()
                && (action.is_none() || *action == mapping.action)
        }
        _ => true,
    }
}

fn is_mapped_place(place: &Location, mapping: &FieldMapping) -> bool {
    let mapped = mapping.location_parts();
    let only_mapped = place
        .stated()
        .iter()
        .all(|part| mapped.iter().any(|one| one == part));
    let on_earth = place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0;
    only_mapped && on_earth && place.further.is_none()
}
