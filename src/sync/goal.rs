//! Computes what an edit changes, from the typed values and the record as shown.

use crate::config::TypeConfig;
use crate::record::merge::only_changes;
use crate::record::plan::Goal;
use crate::record::{Action, Record, Reference, Value};

/// A goal without the parts of its values that are equal in `base`, so that another client's changes to them survive.
pub(super) fn changed(type_config: &TypeConfig, goal: &Goal, base: &Record) -> Goal {
    let fields = goal.iter().map(|(field, value)| {
        let was = base.fields.get(field);
        let mapping = type_config.fields.iter().find(|mapping| mapping.name == *field);
        let action = mapping.and_then(|mapping| mapping.action);
        let value = value.clone().map(|value| with_action(value, action, was));
        (field.clone(), value.map(|value| only_changes(&value, was)))
    });
    fields.collect()
}

/// A reference that was typed without an action has the manifest's; one that points where it did keeps its own.
fn with_action(value: Value, action: Option<Action>, was: Option<&Value>) -> Value {
    match value {
        Value::Reference(reference) => {
            let points_there = |was: &Value| was.references().any(|name| name == reference.record_name);
            let action = action.filter(|_| !was.is_some_and(points_there));
            Value::Reference(Reference {
                action: reference.action.or(action),
                ..reference
            })
        }
        Value::List(kind, elements) => {
            let elements = elements.into_iter().map(|value| with_action(value, action, was));
            Value::List(kind, elements.collect())
        }
        value => value,
    }
}
