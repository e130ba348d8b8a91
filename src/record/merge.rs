//! Values that leave something unsaid: the parts of a LOCATION and the action of a REFERENCE that neither the manifest
//! maps nor a person typed. What they leave unsaid is taken from the record as read, so that a write never drops it.

use super::compare::same_place;
use super::{Kind, Location, LocationParts, Reference, Value};

/// What a write of `wanted` makes of a field that now has the value `base`: what `wanted` leaves unsaid stays.
///
/// The places of a list keep their parts by where they are: each is paired with the place of `base` that has the same
/// coordinates, the one at its own position first. References of a list are paired by their target; a new one gets the
/// action that all the others have in common.
pub fn over(wanted: &Value, base: Option<&Value>) -> Value {
    match (wanted, base) {
        (Value::Location(wanted), Some(Value::Location(base))) => Value::Location(place_over(wanted, base)),
        (Value::Reference(wanted), Some(Value::Reference(base))) => {
            Value::Reference(reference_over(wanted, base))
        }
        (Value::List(kind, elements), Some(Value::List(_, base))) if has_parts(*kind) => {
            let pairs = pairs(elements, base).into_iter().zip(elements);
            let merged = pairs.map(|(pair, element)| match pair {
                Some(pair) => over(element, Some(pair)),
                None => over(element, common(element, base).as_ref()),
            });
            Value::List(*kind, merged.collect())
        }
        (wanted, _) => wanted.clone(),
    }
}

/// Reduces `value` to the parts that `scope` states.
pub fn within(value: &Value, scope: &Value) -> Value {
    match (value, scope) {
        (Value::Location(place), Value::Location(scope)) => {
            let mut limited = place.limited_to(scope.stated());
            limited.further = place.further.clone().filter(|_| scope.further.is_some());
            Value::Location(limited)
        }
        (Value::Reference(reference), Value::Reference(scope)) => Value::Reference(Reference {
            record_name: reference.record_name.clone(),
            action: reference.action.filter(|_| scope.action.is_some()),
            further: reference.further.clone().filter(|_| scope.further.is_some()),
        }),
        (Value::List(kind, elements), Value::List(_, scopes)) if has_parts(*kind) => {
            let pairs = pairs(elements, scopes).into_iter().zip(elements);
            let limited = pairs.map(|(scope, element)| match scope.or(scopes.first()) {
                Some(scope) => within(element, scope),
                None => element.clone(),
            });
            Value::List(*kind, limited.collect())
        }
        (value, _) => value.clone(),
    }
}

/// `wanted` without the parts that are equal in `base`: the edit does not change them, so a concurrent change by
/// another client must survive.
pub fn only_changes(wanted: &Value, base: Option<&Value>) -> Value {
    match (wanted, base) {
        (Value::Location(wanted), Some(Value::Location(base))) => {
            let parts = wanted.stated().iter();
            let changed: LocationParts = parts
                .filter(|part| !base.states(*part) || base.part(*part) != wanted.part(*part))
                .collect();
            Value::Location(wanted.limited_to(changed))
        }
        (Value::Reference(wanted), Some(Value::Reference(base))) => Value::Reference(Reference {
            action: wanted.action.filter(|_| wanted.action != base.action),
            ..wanted.clone()
        }),
        (Value::List(kind, elements), Some(Value::List(_, base))) if has_parts(*kind) => {
            let pairs = pairs(elements, base).into_iter().zip(elements);
            let changed = pairs.map(|(pair, element)| only_changes(element, pair));
            Value::List(*kind, changed.collect())
        }
        (wanted, _) => wanted.clone(),
    }
}

/// Makes every place in a value state exactly these parts; what has no value is stated to be absent.
pub fn state_parts(value: Value, parts: LocationParts) -> Value {
    match value {
        Value::Location(place) => {
            Value::Location(parts.iter().fold(place.limited_to(parts), |place, part| {
                let value = place.part(part);
                place.with(part, value)
            }))
        }
        Value::List(kind, elements) => {
            let stated = elements.into_iter().map(|element| state_parts(element, parts));
            Value::List(kind, stated.collect())
        }
        value => value,
    }
}

/// The parts that some place in a value has.
pub fn parts_of(value: &Value) -> LocationParts {
    match value {
        Value::Location(place) => place.parts().map(|(part, _)| part).collect(),
        Value::List(_, elements) => elements
            .iter()
            .map(parts_of)
            .fold(LocationParts::NONE, LocationParts::union),
        _ => LocationParts::NONE,
    }
}

/// Whether values of this kind can leave something unsaid.
const fn has_parts(kind: Kind) -> bool {
    matches!(kind, Kind::Location | Kind::Reference)
}

fn place_over(wanted: &Location, base: &Location) -> Location {
    let mut place = wanted.clone();
    for part in base.stated().iter().filter(|part| !wanted.states(*part)) {
        place.set(part, base.part(part));
    }
    if place.further.is_none() {
        place.further.clone_from(&base.further);
    }
    place
}

fn reference_over(wanted: &Reference, base: &Reference) -> Reference {
    Reference {
        record_name: wanted.record_name.clone(),
        action: wanted.action.or(base.action),
        further: wanted.further.clone().or_else(|| base.further.clone()),
    }
}

/// For each element the element of `others` that means the same thing; each of these is used once.
fn pairs<'o>(elements: &[Value], others: &'o [Value]) -> Vec<Option<&'o Value>> {
    let mut free: Vec<Option<&Value>> = others.iter().map(Some).collect();
    let is_pair = |element: &Value, other: Option<&Value>| other.is_some_and(|other| is_same(element, other));
    let mut pairs: Vec<Option<&Value>> = Vec::with_capacity(elements.len());
    // First those at their own position, so that no other element takes them.
    for (position, element) in elements.iter().enumerate() {
        let slot = free.get_mut(position).filter(|other| is_pair(element, **other));
        pairs.push(slot.and_then(Option::take));
    }
    if pairs.iter().all(Option::is_some) {
        return pairs;
    }
    for (pair, element) in pairs.iter_mut().zip(elements).filter(|(pair, _)| pair.is_none()) {
        let slot = free.iter_mut().find(|other| is_pair(element, **other));
        *pair = slot.and_then(Option::take);
    }
    pairs
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Location(a), Value::Location(b)) => same_place(a, b),
        (Value::Reference(a), Value::Reference(b)) => a.record_name == b.record_name,
        _ => false,
    }
}

/// For a reference that is new in a list: what all its references have in common.
fn common(element: &Value, base: &[Value]) -> Option<Value> {
    let Value::Reference(new) = element else {
        return None;
    };
    let action = |value: &Value| match value {
        Value::Reference(reference) => reference.action,
        _ => None,
    };
    let first = action(base.first()?)?;
    base.iter()
        .all(|value| action(value) == Some(first))
        .then(|| Value::Reference(Reference::to(&new.record_name).with_action(first)))
}
