//! The values of fields, read from their text.
//!
//! Liberal, since Apple documents the members and not what happens beside them: types may be missing (they are guessed
//! as the service guesses), numbers may stand in strings, and what is not understood is kept as [`Value::Unknown`].

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::record::{Action, Asset, FieldType, Fields, Kind, Location, LocationPart, Reference, Value};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The fields of a record.
pub(super) struct FieldMap {
    pub(super) fields: Fields,
    /// Whether the type of one of them was left out.
    pub(super) untyped: bool,
}

impl<'de> Deserialize<'de> for FieldMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = FieldMap;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the fields of a record")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldMap, A::Error> {
                let (mut fields, mut untyped) = (Fields::new(), false);
                while let Some(name) = map.next_key::<String>()? {
                    let field = map.next_value::<Field>()?;
                    if let Some(value) = field.value {
                        untyped |= !field.typed;
                        fields.insert(name, value);
                    }
                }
                Ok(FieldMap { fields, untyped })
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// `{"value": …, "type": …}`. A value in any other form is kept too.
struct Field {
    /// `None`: no value.
    value: Option<Value>,
    /// Whether the type was named.
    typed: bool,
}

impl Field {
    fn kept(json: String) -> Self {
        let value = Value::Unknown {
            type_name: String::new(),
            json,
        };
        Field {
            value: Some(value),
            typed: false,
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts;
        impl<'de> Visitor<'de> for Parts {
            type Value = Field;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field, {\"value\": …, \"type\": …}")
            }
            fn visit_unit<E: de::Error>(self) -> Result<Field, E> {
                Ok(Field {
                    value: None,
                    typed: false,
                })
            }
            fn visit_bool<E: de::Error>(self, bare: bool) -> Result<Field, E> {
                Ok(Field::kept(bare.to_string()))
            }
            fn visit_i64<E: de::Error>(self, bare: i64) -> Result<Field, E> {
                Ok(Field::kept(bare.to_string()))
            }
            fn visit_u64<E: de::Error>(self, bare: u64) -> Result<Field, E> {
                Ok(Field::kept(bare.to_string()))
            }
            fn visit_f64<E: de::Error>(self, bare: f64) -> Result<Field, E> {
                Ok(Field::kept(serde_json::Value::from(bare).to_string()))
            }
            fn visit_str<E: de::Error>(self, bare: &str) -> Result<Field, E> {
                Ok(Field::kept(serde_json::Value::from(bare).to_string()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Field, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element::<&RawValue>()? {
                    elements.push(element.get());
                }
                Ok(Field::kept(format!("[{}]", elements.join(","))))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Field, A::Error> {
                let (mut raw, mut type_name) = (None, None);
                while let Some(member) = map.next_key::<Text<'de>>()? {
                    match member.0.as_ref() {
                        "value" => raw = map.next_value::<Option<&'de RawValue>>()?,
                        "type" => type_name = map.next_value::<Option<Text<'de>>>()?,
                        _ => _ = map.next_value::<IgnoredAny>()?,
                    }
                }
                let type_name = type_name.as_ref().map(|text| text.0.as_ref());
                Ok(Field {
                    value: raw.and_then(|raw| value(type_name, raw.get())),
                    typed: type_name.is_some_and(|name| name != "UNKNOWN_LIST"),
                })
            }
        }
        deserializer.deserialize_any(Parts)
    }
}

/// Text that is borrowed where no escape stands in it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A value in the type the service names, or the one it looks like. `None`: null, or a list without elements.
fn value(type_name: Option<&str>, json: &str) -> Option<Value> {
    if json == "null" || (json.starts_with('[') && is_empty_list(json)) {
        return None;
    }
    let known = match type_name {
        Some("NUMBER_INT64") => Some(FieldType::One(Kind::Int64)),
        Some("UNKNOWN_LIST") | None => guess(json),
        Some(name) => name.parse().ok(),
    };
    let read = match known {
        Some(FieldType::One(kind)) => scalar(kind, json),
        Some(FieldType::List(kind)) => list(kind, json),
        None => None,
    };
    Some(read.unwrap_or_else(|| Value::Unknown {
        type_name: type_name.unwrap_or_default().to_owned(),
        json: json.to_owned(),
    }))
}

fn is_empty_list(json: &str) -> bool {
    json.get(1..)
        .is_some_and(|rest| rest.trim_start().starts_with(']'))
}

fn list(kind: Kind, json: &str) -> Option<Value> {
    let raw: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let elements = raw.iter().map(|element| scalar(kind, element.get()));
    Some(Value::List(kind, elements.collect::<Option<_>>()?))
}

fn guess(json: &str) -> Option<FieldType> {
    if !json.starts_with('[') {
        return guess_kind(json).map(FieldType::One);
    }
    let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let kinds: Vec<Kind> = elements
        .iter()
        .map(|element| guess_kind(element.get()))
        .collect::<Option<_>>()?;
    let first = *kinds.first()?;
    let numbers = |kind: &Kind| matches!(kind, Kind::Int64 | Kind::Double);
    if kinds.iter().all(|kind| *kind == first) {
        Some(FieldType::List(first))
    } else {
        kinds.iter().all(numbers).then_some(FieldType::List(Kind::Double))
    }
}

fn guess_kind(json: &str) -> Option<Kind> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Signs {
        record_name: Option<IgnoredAny>,
        latitude: Option<IgnoredAny>,
        file_checksum: Option<IgnoredAny>,
    }
    match json.bytes().next()? {
        b'"' => Some(Kind::String),
        b'-' | b'0'..=b'9' if json.contains(['.', 'e', 'E']) => Some(Kind::Double),
        b'-' | b'0'..=b'9' => Some(Kind::Int64),
        b'{' => {
            let signs: Signs = serde_json::from_str(json).ok()?;
            (signs.record_name.map(|_| Kind::Reference))
                .or(signs.latitude.map(|_| Kind::Location))
                .or(signs.file_checksum.map(|_| Kind::Asset))
        }
        _ => None,
    }
}

fn scalar(kind: Kind, json: &str) -> Option<Value> {
    Some(match kind {
        Kind::String => Value::String(text(json)?.into_owned()),
        Kind::Int64 => Value::Int64(whole(json)?),
        Kind::Double => Value::Double(number(json)?),
        Kind::Timestamp => Value::Timestamp(whole(json)?),
        Kind::Bytes => Value::Bytes(BASE64.decode(text(json)?.as_bytes()).ok()?),
        Kind::Location => Value::Location(location(json)?),
        Kind::Reference => Value::Reference(reference(json)?),
        Kind::Asset => Value::Asset(asset(json)?),
    })
}

/// The text of a JSON string. It has been scanned before, so that without an escape it is what stands there.
fn text(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(json).map(Cow::Owned).ok()
}

/// A number's text, whether it stands in quotes or not.
fn digits(json: &str) -> &str {
    json.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(json)
}

pub(super) fn number(json: &str) -> Option<f64> {
    serde_json::from_str(digits(json)).ok()
}

/// A whole number, from the text and not through a float: all 64 bits count. `3.0` is accepted.
pub(super) fn whole(json: &str) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    digits(json).parse().ok().or_else(|| {
        let float = number(json).filter(|float| float.fract() == 0.0 && float.abs() <= EXACT)?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        Some(float as i64)
    })
}

/// A location states all its parts. Members that this version does not know are kept unchanged.
fn location(json: &str) -> Option<Location> {
    let (mut latitude, mut longitude) = (None, None);
    let mut place = Location::bare(0.0, 0.0);
    let further = members(json, |name, raw| {
        match name {
            "latitude" => latitude = number(raw),
            "longitude" => longitude = number(raw),
            name => {
                let Ok(part) = name.parse::<LocationPart>() else {
                    return false;
                };
                let value = number(raw);
                place.set(part, value);
                return value.is_some() || raw == "null";
            }
        }
        true
    })
    .ok()?;
    (place.latitude, place.longitude, place.further) = (latitude?, longitude?, Some(further));
    Some(place)
}

/// A reference without an action has NONE; an action of no known name stays as it came.
fn reference(json: &str) -> Option<Reference> {
    let mut record_name = None;
    let mut action = Some(Action::None);
    let further = members(json, |name, raw| match name {
        "recordName" => {
            record_name = text(raw).map(Cow::into_owned);
            true
        }
        "action" if raw != "null" => {
            action = text(raw).and_then(|word| word.parse().ok());
            action.is_some()
        }
        name => name == "action",
    })
    .ok()?;
    Some(Reference {
        record_name: record_name?,
        action,
        further: Some(further),
    })
}

/// Goes through the members of an object; those that `take` does not understand are returned as the text of an
/// object; empty where it understands all.
fn members(json: &str, take: impl FnMut(&str, &str) -> bool) -> serde_json::Result<String> {
    struct Members<F>(F);
    impl<'de, F: FnMut(&str, &str) -> bool> Visitor<'de> for Members<F> {
        type Value = Vec<(Text<'de>, &'de RawValue)>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut further = Vec::new();
            while let Some(name) = map.next_key::<Text<'de>>()? {
                let raw = map.next_value::<&'de RawValue>()?;
                if !self.0(&name.0, raw.get()) {
                    further.push((name, raw));
                }
            }
            Ok(further)
        }
    }
    let mut reading = serde_json::Deserializer::from_str(json);
    let further = reading.deserialize_map(Members(take))?;
    if further.is_empty() {
        return Ok(String::new());
    }
    let member =
        |(name, raw): &(Text<'_>, &RawValue)| format!("{}:{raw}", serde_json::Value::from(name.0.as_ref()));
    let members: Vec<String> = further.iter().map(member).collect();
    Ok(format!("{{{}}}", members.join(",")))
}

fn asset(json: &str) -> Option<Asset> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Raw {
        file_checksum: String,
        #[serde(default)]
        size: u64,
    }
    let raw: Raw = serde_json::from_str(json).ok()?;
    Some(Asset {
        checksum: raw.file_checksum,
        size: raw.size,
        dictionary: json.to_owned(),
    })
}
