//! Values and records as the service wants them: always with a type, by the exact wire names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};

use crate::record::{Action, Location, Record, Reference, Stamp, Value};

/// `{"value": …, "type": …}`; an explicit null where there shall be no value.
pub fn field(value: Option<&Value>) -> Json {
    match value {
        None => json!({ "value": null }),
        Some(Value::Unknown { type_name, json }) if type_name.is_empty() => json!({ "value": parsed(json) }),
        Some(Value::Unknown { type_name, json }) => json!({ "value": parsed(json), "type": type_name }),
        Some(value) => {
            let type_name = value.field_type().map(|known| known.to_string());
            json!({ "value": scalar(value), "type": type_name })
        }
    }
}

/// The bare value, as it stands in `value`, in a list, or in a filter.
pub fn scalar(value: &Value) -> Json {
    match value {
        Value::String(text) => json!(text),
        Value::Int64(number) | Value::Timestamp(number) => json!(number),
        Value::Double(number) => json!(number),
        Value::Bytes(bytes) => json!(BASE64.encode(bytes)),
        Value::Location(place) => location(place),
        Value::Reference(reference) => reference_dictionary(reference),
        Value::Asset(asset) => parsed(&asset.dictionary),
        Value::List(_, elements) => elements.iter().map(scalar).collect(),
        Value::Unknown { json, .. } => parsed(json),
    }
}

/// A record as the service shows it.
pub fn record(record: &Record) -> Json {
    let mut out = Map::new();
    out.insert("recordName".into(), json!(record.name));
    out.insert("recordType".into(), json!(record.record_type));
    if let Some(tag) = &record.tag {
        out.insert("recordChangeTag".into(), json!(tag));
    }
    for (name, stamped) in [("created", &record.created), ("modified", &record.modified)] {
        if let Some(stamped) = stamped {
            out.insert(name.into(), stamp(stamped));
        }
    }
    let fields = record.fields.iter();
    let fields: Map<String, Json> = fields
        .map(|(name, value)| (name.clone(), field(Some(value))))
        .collect();
    out.insert("fields".into(), Json::Object(fields));
    Json::Object(out)
}

fn stamp(stamp: &Stamp) -> Json {
    match &stamp.user {
        Some(user) => json!({ "timestamp": stamp.timestamp, "userRecordName": user }),
        None => json!({ "timestamp": stamp.timestamp }),
    }
}

/// JSON text that was received as such; it parses, since it was cut out of an answer that did.
fn parsed(json: &str) -> Json {
    serde_json::from_str(json).unwrap_or(Json::Null)
}

/// Members that this version does not know come first: its own win.
fn further(members: Option<&String>) -> Map<String, Json> {
    members
        .and_then(|members| serde_json::from_str(members).ok())
        .unwrap_or_default()
}

fn location(place: &Location) -> Json {
    let mut out = further(place.further.as_ref());
    out.insert("latitude".into(), json!(place.latitude));
    out.insert("longitude".into(), json!(place.longitude));
    for (part, value) in place.parts() {
        out.insert(part.name().into(), part.json(value));
    }
    Json::Object(out)
}

/// The service takes no reference without an action.
fn reference_dictionary(reference: &Reference) -> Json {
    let mut out = further(reference.further.as_ref());
    out.insert("recordName".into(), json!(reference.record_name));
    let action = reference.action.map(Action::name);
    match action {
        Some(action) => _ = out.insert("action".into(), json!(action)),
        None => _ = out.entry("action").or_insert_with(|| json!(Action::None.name())),
    }
    Json::Object(out)
}
