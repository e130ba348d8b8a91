//! Values as people type them where they need no JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::record::{Kind, Location, Reference, Value};

/// How a list that commas cannot separate is written.
const AS_JSON: &str = "write the list as JSON, such as [\"a\", \"b\"]";

/// Reads one value.
pub(super) fn one(kind: Kind, text: &str) -> Result<Value, String> {
    let expected = |what: &str| format!("'{text}' is not a valid {}; expected {what}", kind.name());
    match kind {
        Kind::String => Ok(Value::String(text.to_owned())),
        Kind::Int64 => text
            .parse()
            .map(Value::Int64)
            .map_err(|_| expected("a whole number of at most 64 bits; a flag is 1 or 0")),
        Kind::Double => text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Value::Double)
            .ok_or_else(|| expected("a number such as 3.5")),
        Kind::Timestamp => timestamp(text)
            .map(Value::Timestamp)
            .ok_or_else(|| expected("a time such as 2026-03-13T18:30:00Z, or milliseconds since 1970")),
        Kind::Bytes => bytes(text).map(Value::Bytes).ok_or_else(|| expected("base64")),
        Kind::Location => place(text).map(Value::Location).ok_or_else(|| {
            expected("latitude, longitude in degrees, such as 48.2082, 16.3738, or a JSON object")
        }),
        Kind::Reference => match text.trim_start_matches('→').trim() {
            "" => Err(expected("a record name")),
            name => Ok(Value::Reference(Reference::to(name))),
        },
        Kind::Asset => Err("an asset cannot be entered as text".to_owned()),
    }
}

/// Reads a list that is separated by commas, or by semicolons where its elements have commas.
pub(super) fn list(kind: Kind, text: &str) -> Result<Value, String> {
    if !is_balanced(text) {
        return Err(format!("unbalanced brackets in '{text}'; {AS_JSON}"));
    }
    let separator = if kind == Kind::Location { ';' } else { ',' };
    let element = |(position, element): (usize, &str)| {
        let number = position + 1;
        let element = element.trim();
        if element.is_empty() {
            return Err(format!("element {number} of the list is empty; {AS_JSON}"));
        }
        if element.starts_with('"') {
            return Err(format!(
                "element {number} of the list begins with a quote; {AS_JSON}"
            ));
        }
        one(kind, element).map_err(|error| format!("element {number} of the list: {error}"))
    };
    let elements = text.split(separator).enumerate().map(element);
    Ok(Value::List(kind, elements.collect::<Result<_, _>>()?))
}

/// Writes a value; `None` where it has no plain form. What is written need not read back.
pub(super) fn write(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Int64(number) => Some(number.to_string()),
        Value::Double(number) => Some(shortest(*number)),
        Value::Timestamp(ms) => Some(moment(*ms)),
        Value::Bytes(bytes) => Some(BASE64.encode(bytes)).filter(|text| !text.is_empty()),
        Value::Location(place) => {
            let is_bare = place.parts().next().is_none();
            is_bare.then(|| format!("{}, {}", shortest(place.latitude), shortest(place.longitude)))
        }
        Value::Reference(reference) => (!reference.has_action()).then(|| reference.record_name.clone()),
        Value::List(kind, elements) => {
            let separator = if *kind == Kind::Location { "; " } else { ", " };
            let elements: Option<Vec<String>> = elements.iter().map(element).collect();
            elements.map(|elements| elements.join(separator))
        }
        Value::Asset(_) | Value::Unknown { .. } => None,
    }
}

/// An element of a list; `None` where it could be taken for several, or for JSON.
fn element(value: &Value) -> Option<String> {
    let text = write(value)?;
    let separators: &[char] = match value {
        Value::Location(_) => &[';'],
        _ => &[',', ';', '"', '[', ']', '{', '}'],
    };
    let is_one = !text.is_empty() && text.trim() == text && !text.contains(separators);
    is_one.then_some(text)
}

fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    text.chars().all(|c| match c {
        '[' | '{' => {
            open.push(c);
            true
        }
        ']' => open.pop() == Some('['),
        '}' => open.pop() == Some('{'),
        _ => true,
    }) && open.is_empty()
}

/// A number, also in JSON, without the hundreds of zeros that the largest and the smallest ones would have.
pub(super) fn shortest(number: f64) -> String {
    const LONGEST: usize = 20;
    let plain = number.to_string();
    if plain.len() <= LONGEST {
        plain
    } else {
        format!("{number:?}")
    }
}

/// A time as ISO 8601, or as milliseconds where it is out of the calendar's range.
pub(super) fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

pub(super) fn timestamp(text: &str) -> Option<i64> {
    if let Ok(ms) = text.parse() {
        return Some(ms);
    }
    let instant = text.parse::<jiff::Timestamp>().ok();
    let civil = || {
        text.parse::<jiff::civil::DateTime>()
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
    };
    instant
        .or_else(|| civil().map(|zoned| zoned.timestamp()))
        .map(jiff::Timestamp::as_millisecond)
}

pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

fn place(text: &str) -> Option<Location> {
    let (latitude, longitude) = text.split_once(',')?;
    let degrees = |text: &str, most: f64| {
        text.trim()
            .parse()
            .ok()
            .filter(|degrees: &f64| degrees.abs() <= most)
    };
    Some(Location::at(degrees(latitude, 90.0)?, degrees(longitude, 180.0)?))
}
