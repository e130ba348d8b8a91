//! Reading request bodies: strict about shape and enum words, indulgent to null, silent to clients about members it
//! does not know (the log names them).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fail::Failure;

/// The most operations, names, tokens or results in one request.
pub(super) const LIMIT: usize = 200;

/// Parses a body as a JSON object.
pub(super) fn parse(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::unexpected()),
        Err(e) => Err(Failure::bad(format!(
            "BadRequestException: Unexpected input at [line: {}, column: {}]",
            e.line(),
            e.column()
        ))),
    }
}

/// A member that is there and not null.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|v| !v.is_null())
}

/// A string member.
pub(super) fn string<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Failure> {
    member(object, name)
        .map(|v| v.as_str().ok_or_else(Failure::unexpected))
        .transpose()
}

/// A boolean member.
pub(super) fn boolean(object: &Map<String, Value>, name: &str) -> Result<Option<bool>, Failure> {
    member(object, name)
        .map(|v| v.as_bool().ok_or_else(Failure::unexpected))
        .transpose()
}

/// An array member; missing and null are empty.
pub(super) fn array<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], Failure> {
    member(object, name).map_or(Ok(&[]), |v| {
        v.as_array().map(Vec::as_slice).ok_or_else(Failure::unexpected)
    })
}

/// A required array of at most [`LIMIT`] items.
pub(super) fn batch<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], Failure> {
    let items = member(object, name).ok_or_else(|| Failure::missing(name))?;
    let items = items.as_array().ok_or_else(Failure::unexpected)?;
    if items.len() > LIMIT {
        let count = items.len();
        return Err(Failure::bad(format!(
            "{count} {name} in one request, at most {LIMIT} are allowed"
        )));
    }
    Ok(items)
}

/// A value that must be an object.
pub(super) fn object(value: &Value) -> Result<&Map<String, Value>, Failure> {
    value.as_object().ok_or_else(Failure::unexpected)
}

/// `desiredKeys`.
pub(super) fn desired(request: &Map<String, Value>) -> Result<Option<BTreeSet<String>>, Failure> {
    let Some(keys) = member(request, "desiredKeys") else {
        return Ok(None);
    };
    let keys = keys.as_array().ok_or_else(Failure::unexpected)?;
    keys.iter()
        .map(|k| k.as_str().map(str::to_owned).ok_or_else(Failure::unexpected))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Refuses every zone but the default one.
pub(super) fn default_zone(request: &Map<String, Value>) -> Result<(), Failure> {
    let Some(zone) = member(request, "zoneID") else {
        return Ok(());
    };
    let zone = object(zone)?;
    match string(zone, "zoneName")? {
        None => Err(Failure::missing("zoneName")),
        Some("_defaultZone") => Ok(()),
        Some(name) => Err(zone_not_found(name)),
    }
}

/// 404 `ZONE_NOT_FOUND`.
pub(super) fn zone_not_found(name: &str) -> Failure {
    Failure::new(404, "ZONE_NOT_FOUND", format!("Zone '{name}' does not exist"))
}

/// Names in the log what a request says beyond the known members.
pub(super) fn warn_unknown(place: &str, object: &Map<String, Value>, known: &[&str]) {
    for name in object.keys().filter(|k| !known.contains(&k.as_str())) {
        tracing::warn!(place, member = %name, "unknown member ignored");
    }
}
