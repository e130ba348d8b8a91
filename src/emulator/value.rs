//! Field values on their way in: how a tagged or untagged JSON value is classified, and whether it fits the schema.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};

use super::fail::Failure;
use super::schema::{FieldType, Kind};

/// The `type` of a value in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Typed(FieldType),
    /// A list that does not say of what; only the empty one can be stored.
    UnknownList,
    /// A word that is known but fits no field of a public schema.
    Unstorable,
}

/// A value as it stands in a request: its JSON and its tag. Made before anything is compared with the schema,
/// because an unknown tag refuses the whole request.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) value: Value,
    pub(super) tag: Option<Tag>,
}

/// How strictly a value is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// Numbers may stand in strings.
    pub(super) numbers_as_strings: bool,
    /// A value to compare with rather than to store: references need no action.
    pub(super) filter: bool,
}

impl Incoming {
    /// Takes `{"value": …, "type": …}` apart.
    pub(super) fn decode(member: &Value) -> Result<Self, Failure> {
        let object = member.as_object().ok_or_else(Failure::unexpected)?;
        let tag = match object.get("type") {
            None | Some(Value::Null) => None,
            Some(Value::String(word)) => Some(tag_of(word).ok_or_else(Failure::unexpected)?),
            Some(_) => return Err(Failure::unexpected()),
        };
        let value = object.get("value").cloned().unwrap_or(Value::Null);
        check_actions(&value)?;
        for name in object
            .keys()
            .filter(|k| !matches!(k.as_str(), "value" | "type" | "isEncrypted"))
        {
            tracing::warn!(member = %name, "unknown member of a field value ignored");
        }
        Ok(Self { value, tag })
    }

    /// The value in the form it is stored in, `None` for null; or why it does not fit.
    pub(super) fn fit(&self, expected: FieldType, reading: Reading) -> Result<Option<Value>, String> {
        if self.value.is_null() {
            return Ok(None);
        }
        let wrong = || mismatch(expected, &self.value);
        match self.tag.or_else(|| guess(&self.value)) {
            Some(Tag::Typed(found)) if found == expected => {}
            Some(Tag::UnknownList) if expected.list && self.value.as_array().is_some_and(Vec::is_empty) => {}
            _ => return Err(wrong()),
        }
        if !expected.list {
            return scalar(expected.kind, &self.value, reading)
                .map(Some)
                .map_err(|e| e.unwrap_or_else(wrong));
        }
        let items = self.value.as_array().ok_or_else(wrong)?;
        let items = items.iter().map(|item| scalar(expected.kind, item, reading));
        items
            .collect::<Result<Vec<_>, _>>()
            .map(|list| Some(Value::Array(list)))
            .map_err(|e| e.unwrap_or_else(wrong))
    }
}

/// A reference with an action of no known name is an unknown enum word, which refuses the whole request.
fn check_actions(value: &Value) -> Result<(), Failure> {
    match value {
        Value::Array(items) => items.iter().try_for_each(check_actions),
        Value::Object(object) if object.contains_key("recordName") => match object.get("action") {
            None | Some(Value::Null) => Ok(()),
            Some(Value::String(word)) if matches!(word.as_str(), "NONE" | "DELETE_SELF" | "VALIDATE") => {
                Ok(())
            }
            Some(_) => Err(Failure::unexpected()),
        },
        _ => Ok(()),
    }
}

fn tag_of(word: &str) -> Option<Tag> {
    match word {
        "NUMBER_INT64" => Some(Tag::Typed(FieldType::one(Kind::Int64))),
        "UNKNOWN_LIST" => Some(Tag::UnknownList),
        "BOOLEAN" | "ENCRYPTED_BYTES" => Some(Tag::Unstorable),
        _ => FieldType::from_wire(word).map(Tag::Typed),
    }
}

/// What an untagged value is taken for, from its JSON alone.
fn guess(value: &Value) -> Option<Tag> {
    let Value::Array(items) = value else {
        return guess_kind(value).map(|kind| Tag::Typed(FieldType::one(kind)));
    };
    let mut kinds = items.iter().map(guess_kind);
    let Some(first) = kinds.next() else {
        return Some(Tag::UnknownList);
    };
    let mut found = first?;
    for kind in kinds {
        found = match (found, kind?) {
            (a, b) if a == b => a,
            (Kind::Int64, Kind::Double) | (Kind::Double, Kind::Int64) => Kind::Double,
            _ => return None,
        };
    }
    Some(Tag::Typed(FieldType::list(found)))
}

fn guess_kind(value: &Value) -> Option<Kind> {
    match value {
        Value::String(_) => Some(Kind::String),
        Value::Number(n) if n.is_f64() => Some(Kind::Double),
        Value::Number(_) => Some(Kind::Int64),
        Value::Object(o) if o.contains_key("recordName") => Some(Kind::Reference),
        Value::Object(o) if o.contains_key("latitude") || o.contains_key("longitude") => Some(Kind::Location),
        Value::Object(o) if o.contains_key("fileChecksum") || o.contains_key("receipt") => Some(Kind::Asset),
        _ => None,
    }
}

/// The service's words for a value of the wrong kind; they name a Java class where a list stands for a single value.
pub(super) fn mismatch(expected: FieldType, value: &Value) -> String {
    let class = |item: &Value| match item {
        Value::String(_) => "java.lang.String",
        Value::Number(n) if n.is_f64() => "java.lang.Double",
        Value::Number(_) => "java.lang.Long",
        Value::Bool(_) => "java.lang.Boolean",
        _ => "java.util.Map",
    };
    match value.as_array().and_then(|items| items.first()) {
        Some(first) if !expected.list => format!(
            "Invalid value, expected type {} but actual value was a list with objects of class {}",
            expected.wire(),
            class(first)
        ),
        _ => format!("Invalid value, expected type {}.", expected.wire()),
    }
}

/// One value in stored form. `Err(None)`: simply not of this kind.
fn scalar(kind: Kind, value: &Value, reading: Reading) -> Result<Value, Option<String>> {
    match (kind, value) {
        (Kind::String, Value::String(_)) | (Kind::Asset, Value::Object(_)) => Ok(value.clone()),
        (Kind::Int64 | Kind::Timestamp, Value::Number(n)) => n.as_i64().map(Value::from).ok_or(None),
        (Kind::Int64, Value::String(s)) => s.parse::<i64>().map(Value::from).map_err(|_| None),
        (Kind::Timestamp, Value::String(s)) if reading.numbers_as_strings => {
            s.parse::<i64>().map(Value::from).map_err(|_| None)
        }
        (Kind::Double, Value::Number(n)) => n.as_f64().map(shortest).ok_or(None),
        (Kind::Double, Value::String(s)) if reading.numbers_as_strings => s
            .parse::<f64>()
            .ok()
            .filter(|f| f.is_finite())
            .map(shortest)
            .ok_or(None),
        (Kind::Bytes, Value::String(s)) if BASE64.decode(s).is_ok() => Ok(value.clone()),
        (Kind::Location, Value::Object(o)) => location(o).ok_or(None),
        (Kind::Reference, Value::Object(o)) => reference(o, reading),
        (Kind::Reference, _) if reading.filter => Err(Some("could not decode reference object".to_owned())),
        _ => Err(None),
    }
}

/// A double as the service writes it: without a fraction where it has none.
pub(super) fn shortest(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let integral =
        number.fract() == 0.0 && number.abs() < EXACT && !(number == 0.0 && number.is_sign_negative());
    let integer = if integral {
        format!("{number:.0}").parse::<i64>().ok()
    } else {
        None
    };
    integer.map_or_else(|| Value::from(number), Value::from)
}

fn location(object: &Map<String, Value>) -> Option<Value> {
    let mut out = Map::new();
    for (name, bound) in [("latitude", 90.0), ("longitude", 180.0)] {
        let degrees = object.get(name)?.as_f64().filter(|d| d.abs() <= bound)?;
        out.insert(name.to_owned(), shortest(degrees));
    }
    for name in [
        "horizontalAccuracy",
        "verticalAccuracy",
        "altitude",
        "speed",
        "course",
    ] {
        match object.get(name) {
            None | Some(Value::Null) => {}
            Some(value) => {
                out.insert(name.to_owned(), shortest(value.as_f64()?));
            }
        }
    }
    match object.get("timestamp") {
        None | Some(Value::Null) => {}
        Some(value) => {
            out.insert("timestamp".to_owned(), Value::from(value.as_i64()?));
        }
    }
    Some(Value::Object(out))
}

fn reference(object: &Map<String, Value>, reading: Reading) -> Result<Value, Option<String>> {
    let name = object.get("recordName").and_then(Value::as_str);
    let mut out = Map::new();
    match name {
        Some(name) if reading.filter || record_name_fault(name).is_none() => {
            out.insert("recordName".to_owned(), name.into());
        }
        _ if reading.filter => return Err(Some("could not decode reference object".to_owned())),
        _ => return Err(None),
    }
    match object.get("action").and_then(Value::as_str) {
        Some(action @ ("NONE" | "DELETE_SELF" | "VALIDATE")) => {
            out.insert("action".to_owned(), action.into());
        }
        _ if reading.filter => {}
        _ => return Err(Some("missing required field 'action'".to_owned())),
    }
    Ok(Value::Object(out))
}

/// A record name for a record that came without one.
pub(super) fn fresh_name() -> String {
    uuid::Uuid::new_v4().to_string().to_uppercase()
}

/// Why a name cannot be a record name.
pub(super) fn record_name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("record name must not be empty")
    } else if !name.is_ascii() {
        Some("record name must be ASCII")
    } else if name.len() > 255 {
        Some("record name must not be longer than 255 characters")
    } else if name.starts_with('_') {
        Some("record name must not start with '_'")
    } else {
        None
    }
}
