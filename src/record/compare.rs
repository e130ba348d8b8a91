//! When two values are equal, and which owned fields of two records differ.
//!
//! Missing, null and the empty list are equal. Change tags, stamps and foreign fields take no part. Of a LOCATION and a
//! REFERENCE only what both values state is compared: coordinates within a tolerance, all other parts exactly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::merge::over;
use super::{FieldType, Fields, Kind, Location, LocationPart, Shape, Value};

/// Two places this close in latitude and in longitude are the same; degrees, the bound included.
pub const LOCATION_TOLERANCE: f64 = 0.0001;

/// What binary fractions add to a difference that is exactly the tolerance in decimals.
const ROUNDING: f64 = 1e-9;

/// A field with another value on either side; `None` where it is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's name.
    pub field: String,
    /// What the local side has, or wants.
    pub local: Option<Value>,
    /// What the cloud has.
    pub cloud: Option<Value>,
}

impl FieldChange {
    /// The cloud's value and the local one as texts, by a front end's way of writing a value; see [`distinct_texts`].
    pub fn texts(&self, text: impl Fn(Option<&Value>) -> String) -> (String, String) {
        distinct_texts(self.cloud.as_ref(), self.local.as_ref(), text)
    }
}

/// Two values as texts. Where these are equal although the values differ, their types follow: the difference is there.
pub fn distinct_texts(
    a: Option<&Value>,
    b: Option<&Value>,
    text: impl Fn(Option<&Value>) -> String,
) -> (String, String) {
    let texts = (text(a), text(b));
    if texts.0 != texts.1 || equal(a, b) {
        return texts;
    }
    let typed = |text: String, value: Option<&Value>| match value {
        None => text,
        Some(Value::Unknown { type_name, .. }) => format!("{text} ({type_name})"),
        Some(value) => match value.field_type() {
            Some(field_type) => format!("{text} ({field_type})"),
            None => text,
        },
    };
    (typed(texts.0, a), typed(texts.1, b))
}

/// Whether two places count as the same.
pub fn same_place(a: &Location, b: &Location) -> bool {
    let near = |x: f64, y: f64| (x - y).abs() <= LOCATION_TOLERANCE + ROUNDING;
    near(a.latitude, b.latitude) && near(a.longitude, b.longitude)
}

/// Whether a field has the same value on both sides.
pub fn equal(a: Option<&Value>, b: Option<&Value>) -> bool {
    let present = |value: Option<&Value>| value.is_some_and(|v| !v.is_absent());
    match (a, b) {
        (Some(a), Some(b)) if present(Some(a)) && present(Some(b)) => {
            same_value(a, b)
                || b.field_type()
                    .is_some_and(|t| fitted(a, t).is_some_and(|a| same_value(&a, b)))
                || a.field_type()
                    .is_some_and(|t| fitted(b, t).is_some_and(|b| same_value(a, &b)))
        }
        (a, b) => !present(a) && !present(b),
    }
}

/// Whether two records have equal fields, foreign ones included.
pub fn same_fields(a: &Fields, b: &Fields) -> bool {
    let mut names = a.keys().chain(b.keys());
    names.all(|name| equal(a.get(name), b.get(name)))
}

/// Whether two values agree, where a value that is not stated agrees with all.
fn agree<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
    a.zip(b).is_none_or(|(a, b)| a == b)
}

fn same_parts(a: &Location, b: &Location) -> bool {
    let both_state = |part: &LocationPart| a.states(*part) && b.states(*part);
    let mut parts = LocationPart::ALL.into_iter().filter(both_state);
    parts.all(|part| a.part(part) == b.part(part)) && agree(a.further.as_ref(), b.further.as_ref())
}

#[expect(clippy::float_cmp, reason = "a DOUBLE is compared exactly")]
fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Double(a), Value::Double(b)) => a == b,
        (Value::Location(a), Value::Location(b)) => same_place(a, b) && same_parts(a, b),
        (Value::Reference(a), Value::Reference(b)) => {
            a.record_name == b.record_name
                && agree(a.action.as_ref(), b.action.as_ref())
                && agree(a.further.as_ref(), b.further.as_ref())
        }
        (Value::Asset(a), Value::Asset(b)) => a.checksum == b.checksum,
        (Value::List(_, a), Value::List(_, b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(Some(a), Some(b)))
        }
        (a, b) => a == b,
    }
}

/// A value read as another type, where a service that left out the type tag may have meant that:
/// whole numbers as DOUBLE or TIMESTAMP, text as BYTES. `None` where nothing is to be changed.
pub fn fitted(value: &Value, to: FieldType) -> Option<Value> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "an integer on the wire stands for the nearest DOUBLE"
    )]
    let fitted = match (value, to) {
        (Value::Int64(number), FieldType::One(Kind::Double)) => Value::Double(*number as f64),
        (Value::Int64(number), FieldType::One(Kind::Timestamp)) => Value::Timestamp(*number),
        (Value::String(text), FieldType::One(Kind::Bytes)) => Value::Bytes(BASE64.decode(text).ok()?),
        (Value::List(from, elements), FieldType::List(kind)) if *from != kind => {
            let fit = |element: &Value| fitted(element, FieldType::One(kind));
            Value::List(kind, elements.iter().map(fit).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    Some(fitted)
}

/// The owned fields that differ, in the shape's order; what the local side leaves unsaid is shown as the cloud has it,
/// since a write keeps it.
pub fn changes(shape: &Shape, local: &Fields, cloud: &Fields) -> Vec<FieldChange> {
    shape
        .fields
        .iter()
        .map(|field| (&field.name, local.get(&field.name), cloud.get(&field.name)))
        .filter(|(_, local, cloud)| !equal(*local, *cloud))
        .map(|(name, local, cloud)| FieldChange {
            field: name.clone(),
            local: local.map(|local| over(local, cloud)),
            cloud: cloud.cloned(),
        })
        .collect()
}
