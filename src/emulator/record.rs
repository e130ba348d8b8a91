//! A stored record on its way out: the members a client sees, only the fields it asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::assets::Addresses;
use super::db::Database;
use super::rows::Row;

/// How records are written in one answer.
pub(super) struct View<'a> {
    /// Only these fields; `None`: all.
    pub(super) desired: Option<BTreeSet<String>>,
    /// Numbers in fields become strings.
    pub(super) numbers_as_strings: bool,
    /// Leaves `type` out, as a test switch.
    pub(super) drop_types: bool,
    /// Makes download addresses.
    pub(super) addresses: &'a Addresses,
}

/// The user who owns the default zone of a public database.
pub(super) const ZONE_OWNER: &str = "_7d0c1e5a9b3f42688f6e4c2a1b0d9e83";

impl View<'_> {
    /// The JSON of a record.
    pub(super) fn text(&self, db: &Database, row: &Row) -> String {
        let mut out = String::with_capacity(row.fields.len() + 512);
        self.write(&mut out, db, row);
        out
    }

    fn write(&self, out: &mut String, db: &Database, row: &Row) {
        out.push_str("{\"recordName\":");
        push_string(out, &row.name);
        out.push_str(",\"recordType\":");
        push_string(out, db.kind_name(row.kind));
        out.push_str(",\"fields\":");
        self.fields(out, &row.fields);
        out.push_str(",\"pluginFields\":{},\"recordChangeTag\":");
        push_string(out, &row.tag);
        for (member, at, by) in [
            ("created", row.created, row.created_by),
            ("modified", row.modified, row.modified_by),
        ] {
            out.push_str(",\"");
            out.push_str(member);
            out.push_str("\":{\"timestamp\":");
            out.push_str(&at.to_string());
            out.push_str(",\"userRecordName\":");
            push_string(out, db.person_name(by));
            out.push_str(",\"deviceID\":\"2\"}");
        }
        out.push_str(",\"deleted\":false,\"zoneID\":");
        out.push_str(&zone_id());
        out.push('}');
    }

    fn fields(&self, out: &mut String, stored: &str) {
        let assets = stored.contains("\"ASSETID");
        let rewrite = self.numbers_as_strings || self.drop_types || assets;
        if !rewrite && self.desired.is_none() {
            out.push_str(stored);
            return;
        }
        let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(stored) else {
            out.push_str(stored);
            return;
        };
        out.push('{');
        let mut first = true;
        for (name, field) in fields {
            if self
                .desired
                .as_ref()
                .is_some_and(|wanted| !wanted.contains(&name))
            {
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            push_string(out, &name);
            out.push(':');
            if rewrite {
                out.push_str(&self.field(field.get()));
            } else {
                out.push_str(field.get());
            }
        }
        out.push('}');
    }

    fn field(&self, stored: &str) -> String {
        let Ok(Value::Object(mut field)) = serde_json::from_str::<Value>(stored) else {
            return stored.to_owned();
        };
        let kind = field
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if let Some(value) = field.get_mut("value") {
            if kind.starts_with("ASSETID") {
                each(value, &mut |v| self.addresses.sign(v));
            }
            let numeric = ["INT64", "DOUBLE", "TIMESTAMP"]
                .iter()
                .any(|n| kind.starts_with(n));
            if self.numbers_as_strings && numeric {
                each(value, &mut |v| {
                    *v = Value::String(v.as_str().map_or_else(|| v.to_string(), str::to_owned));
                });
            }
        }
        if self.drop_types {
            field.remove("type");
        }
        Value::Object(field).to_string()
    }
}

fn each(value: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        other => change(other),
    }
}

/// The default zone as answers name it.
pub(super) fn zone_id() -> String {
    format!(r#"{{"zoneName":"_defaultZone","ownerRecordName":"{ZONE_OWNER}","zoneType":"DEFAULT_ZONE"}}"#)
}

/// Appends a JSON string.
pub(super) fn push_string(out: &mut String, text: &str) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&Value::from(text).to_string());
    }
}

/// The answer to a delete.
pub(super) fn deleted(name: &str) -> String {
    let mut out = String::from("{\"recordName\":");
    push_string(&mut out, name);
    out.push_str(",\"deleted\":true}");
    out
}

/// `{"records":[…]}` around finished items, with a marker if there is one.
pub(super) fn records_body(items: &[String], marker: Option<&str>) -> String {
    let size: usize = items.iter().map(|i| i.len() + 1).sum();
    let mut out = String::with_capacity(size + 200);
    out.push_str("{\"records\":[");
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(item);
    }
    out.push(']');
    if let Some(marker) = marker {
        out.push_str(",\"continuationMarker\":");
        push_string(&mut out, marker);
    }
    out.push('}');
    out
}

/// The fields of a row as a map, for comparing and merging.
pub(super) fn parse_fields(row: &Row) -> Map<String, Value> {
    serde_json::from_str(&row.fields).unwrap_or_default()
}
