//! A record back to the members it came from.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::config::{FieldMapping, Source, TypeConfig, Unit};
use crate::record::{Fields, Location, LocationPart, Record, Value};

/// The members of a record as `load` would read them; what is absent is null. The value of the member that names the
/// record is for the caller to set. Constants are skipped, and so are foreign fields.
pub fn to_json(type_config: &TypeConfig, fields: &Fields) -> Map<String, Json> {
    let mut members = Map::new();
    members.insert(type_config.record_name.clone(), Json::Null);
    for field in &type_config.fields {
        let value = fields.get(&field.name).filter(|value| !value.is_absent());
        put(&mut members, field, value);
    }
    members
}

/// A record as an element of its canonical file; its members stand in the manifest's order, as somebody wrote it.
pub struct Element<'r> {
    /// How it is mapped.
    pub type_config: &'r TypeConfig,
    /// The record.
    pub record: &'r Record,
}

impl Serialize for Element<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = to_json(self.type_config, &self.record.fields);
        members.insert(self.type_config.record_name.clone(), json!(self.record.name));
        let mut map = serializer.serialize_map(Some(members.len()))?;
        for member in order(self.type_config) {
            if let Some(value) = members.remove(member) {
                map.serialize_entry(member, &value)?;
            }
        }
        map.end()
    }
}

/// The members of a file, in the manifest's order; the one that names the record first.
fn order(type_config: &TypeConfig) -> impl Iterator<Item = &str> {
    let members = type_config.fields.iter().flat_map(FieldMapping::members);
    std::iter::once(type_config.record_name.as_str()).chain(members)
}

fn put(members: &mut Map<String, Json>, field: &FieldMapping, value: Option<&Value>) {
    // A member that two fields read is written by the first one that has a value.
    let mut set = |member: &str, json: Json| {
        let slot = members.entry(member.to_owned()).or_insert(Json::Null);
        if slot.is_null() {
            *slot = json;
        }
    };
    match &field.source {
        Source::Constant(_) => {}
        Source::Member(member) => set(member, value.map_or(Json::Null, |value| plain(field, value))),
        Source::Pair { latitude, longitude } => {
            let place = match value {
                Some(Value::Location(place)) => Some(place),
                _ => None,
            };
            set(latitude, json!(place.map(|place| place.latitude)));
            set(longitude, json!(place.map(|place| place.longitude)));
            for (part, member) in &field.parts {
                set(member, json!(place.and_then(|place| part_json(place, *part))));
            }
        }
        Source::Joined(first, second) => {
            let whole = match value {
                Some(Value::Timestamp(ms)) => joined(field, *ms),
                _ => None,
            };
            set(first, json!(whole.as_ref().map(|(first, _)| first)));
            set(second, json!(whole.as_ref().map(|(_, second)| second)));
        }
    }
}

/// A time as two texts. The format's first blank parts them where it has one, as in "%Y-%m-%d %H:%M".
fn joined(field: &FieldMapping, ms: i64) -> Option<(String, String)> {
    let text = if field.time.format.is_some() {
        field.time.write(ms)?
    } else {
        let moment = jiff::Timestamp::from_millisecond(ms).ok()?;
        moment
            .to_zoned(field.time.zone.clone())
            .datetime()
            .to_string()
            .replace('T', " ")
    };
    let (first, second) = text.split_once(' ')?;
    Some((first.to_owned(), second.to_owned()))
}

/// A value as the cell of a table: text as it is, a place as `latitude, longitude`, a list or a place with more parts as JSON.
pub(super) fn cell(field: &FieldMapping, value: &Value) -> String {
    match (value, plain(field, value)) {
        (Value::Location(place), _) if field.parts.is_empty() => {
            format!("{}, {}", place.latitude, place.longitude)
        }
        (_, Json::String(text)) => text,
        (_, json) => json.to_string(),
    }
}

fn plain(field: &FieldMapping, value: &Value) -> Json {
    match value {
        Value::String(text) => json!(text),
        Value::Int64(number) => json!(number),
        Value::Double(number) => json!(number),
        Value::Timestamp(ms) => time(field, *ms),
        Value::Bytes(bytes) => json!(BASE64.encode(bytes)),
        Value::Location(place) => object(field, place),
        Value::Reference(reference) => json!(reference.record_name),
        Value::Asset(asset) => json!(asset.checksum),
        Value::List(_, elements) => elements.iter().map(|element| plain(field, element)).collect(),
        Value::Unknown { json, .. } => serde_json::from_str(json).unwrap_or(Json::Null),
    }
}

/// A place as an object, with the parts that are mapped.
fn object(field: &FieldMapping, place: &Location) -> Json {
    let mut members = Map::new();
    members.insert("latitude".to_owned(), json!(place.latitude));
    members.insert("longitude".to_owned(), json!(place.longitude));
    for (part, member) in &field.parts {
        if let Some(value) = part_json(place, *part) {
            members.insert(member.clone(), value);
        }
    }
    Json::Object(members)
}

fn part_json(place: &Location, part: LocationPart) -> Option<Json> {
    place.part(part).map(|value| part.json(value))
}

fn time(field: &FieldMapping, ms: i64) -> Json {
    match (&field.time.format, field.time.unit) {
        (None, Some(Unit::Milliseconds)) => json!(ms),
        (None, Some(Unit::Seconds)) if ms % 1000 == 0 => json!(ms / 1000),
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of any year in use are far below 2^52"
        )]
        (None, Some(Unit::Seconds)) => json!(ms as f64 / 1000.0),
        _ => json!(field.time.write(ms)),
    }
}
