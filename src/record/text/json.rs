//! Values typed and printed as JSON.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json};

use super::is_visible;
use super::plain::{bytes, moment, shortest, timestamp};
use crate::record::{Action, FieldType, Kind, Location, LocationPart, Reference, Value};

/// Reads a value.
pub(super) fn parse(field_type: FieldType, text: &str) -> Result<Value, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| {
        format!("'{text}' is not valid JSON ({error}); check that brackets and quotes are paired")
    })?;
    match (field_type, json) {
        (FieldType::One(kind), json) => one(kind, &json),
        (FieldType::List(kind), Json::Array(elements)) => {
            let element = |(position, json): (usize, &Json)| {
                one(kind, json).map_err(|error| format!("element {} of the list: {error}", position + 1))
            };
            let elements = elements.iter().enumerate().map(element);
            Ok(Value::List(kind, elements.collect::<Result<_, _>>()?))
        }
        (FieldType::List(_), _) => Err(format!(
            "'{text}' is not a valid {field_type}; expected a JSON array"
        )),
    }
}

fn one(kind: Kind, json: &Json) -> Result<Value, String> {
    let value = match (kind, json) {
        (Kind::String, Json::String(text)) => Some(Value::String(text.clone())),
        (Kind::Int64, Json::Number(number)) => number.as_i64().map(Value::Int64),
        (Kind::Double, Json::Number(number)) => number.as_f64().map(Value::Double),
        (Kind::Timestamp, Json::Number(number)) => number.as_i64().map(Value::Timestamp),
        (Kind::Timestamp, Json::String(text)) => timestamp(text).map(Value::Timestamp),
        (Kind::Bytes, Json::String(text)) => bytes(text).map(Value::Bytes),
        (Kind::Location, Json::Object(members)) => return place(members).map(Value::Location),
        (Kind::Reference, Json::String(name)) if !name.is_empty() => {
            Some(Value::Reference(Reference::to(name)))
        }
        (Kind::Reference, Json::Object(members)) => return reference(members).map(Value::Reference),
        _ => None,
    };
    value.ok_or_else(|| {
        format!(
            "{json} is not a valid {}; expected {}",
            kind.name(),
            expected(kind)
        )
    })
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "a JSON string",
        Kind::Int64 => "a whole number of at most 64 bits; a flag is 1 or 0",
        Kind::Double => "a number",
        Kind::Timestamp => "a time such as \"2026-03-13T18:30:00Z\", or milliseconds since 1970",
        Kind::Bytes => "base64 in quotes",
        Kind::Location => "an object with latitude and longitude",
        Kind::Reference => "a record name in quotes, or an object with recordName and action",
        Kind::Asset => "nothing: an asset cannot be entered as text",
    }
}

fn place(members: &Map<String, Json>) -> Result<Location, String> {
    let degrees = |name: &str, most: f64| {
        let number = members.get(name).and_then(Json::as_f64);
        number
            .filter(|degrees| degrees.abs() <= most)
            .ok_or_else(|| format!("a LOCATION needs {name}: a number from -{most} to {most}"))
    };
    let mut place = Location::at(degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
    for (name, json) in members
        .iter()
        .filter(|(name, _)| *name != "latitude" && *name != "longitude")
    {
        let Ok(part) = name.parse::<LocationPart>() else {
            let known = LocationPart::ALL.map(LocationPart::name).join(", ");
            return Err(format!(
                "a LOCATION has no member '{name}'; expected latitude, longitude, {known}"
            ));
        };
        let value = match json {
            Json::Null => None,
            json => Some(
                json.as_f64()
                    .ok_or_else(|| format!("{name} is {json}; expected a number, or null"))?,
            ),
        };
        place.set(part, value);
    }
    Ok(place)
}

fn reference(members: &Map<String, Json>) -> Result<Reference, String> {
    let name = members.get("recordName").and_then(Json::as_str);
    let name = name
        .filter(|name| !name.is_empty())
        .ok_or("a REFERENCE needs recordName, a text")?;
    if let Some(other) = members
        .keys()
        .find(|name| *name != "recordName" && *name != "action")
    {
        return Err(format!(
            "a REFERENCE has no member '{other}'; expected recordName and action"
        ));
    }
    let action: Option<Action> = match members.get("action") {
        None => None,
        Some(Json::String(word)) => Some(word.parse()?),
        Some(json) => {
            return Err(format!(
                "action is {json}; expected NONE, DELETE_SELF or VALIDATE"
            ));
        }
    };
    Ok(Reference {
        action,
        ..Reference::to(name)
    })
}

/// Writes a value; `None` where it cannot be typed at all.
pub(super) fn write(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => string(text),
        Value::Int64(number) => number.to_string(),
        Value::Double(number) => shortest(*number),
        Value::Timestamp(ms) => {
            jiff::Timestamp::from_millisecond(*ms).map_or_else(|_| ms.to_string(), |_| string(&moment(*ms)))
        }
        Value::Bytes(bytes) => string(&BASE64.encode(bytes)),
        Value::Location(place) => {
            let coordinates = [("latitude", place.latitude), ("longitude", place.longitude)];
            let parts = place.parts().map(|(part, value)| (part.name(), value));
            let members = coordinates.into_iter().chain(parts);
            object(members.map(|(name, value)| (name, shortest(value))))
        }
        Value::Reference(reference) if !reference.has_action() => string(&reference.record_name),
        Value::Reference(reference) => {
            let action = reference.action.unwrap_or_default();
            object([
                ("recordName", string(&reference.record_name)),
                ("action", string(action.name())),
            ])
        }
        Value::List(_, elements) => {
            let elements: Option<Vec<String>> = elements.iter().map(write).collect();
            format!("[{}]", elements?.join(","))
        }
        Value::Asset(_) | Value::Unknown { .. } => return None,
    })
}

fn object<'m>(members: impl IntoIterator<Item = (&'m str, String)>) -> String {
    let members = members
        .into_iter()
        .map(|(name, value)| format!("\"{name}\":{value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// A JSON string in which every character is seen as what it is.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if !is_visible(c.encode_utf8(&mut [0; 4])) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
