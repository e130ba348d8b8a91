//! A member's JSON as the value its field wants. Nothing is guessed: what does not fit is a complaint.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use memchr::memchr;
use serde_json::value::RawValue;

use super::decode::elements;
use super::names::{RULE, name_fault};
use crate::config::{Empty, FieldMapping, Source};
use crate::record::{FieldType, Kind, Location, LocationPart, Reference, Value};

/// Why a member does not fit its field.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) found: String,
    pub(super) advice: String,
    /// Which of the field's members it is about.
    pub(super) member: usize,
}

impl Complaint {
    pub(super) fn new(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Complaint {
            found: found.into(),
            advice: advice.into(),
            member: 0,
        }
    }

    fn about(self, member: usize) -> Self {
        Complaint { member, ..self }
    }
}

/// A field's value from its members' JSON, which `member` finds by their number; `None` where it is absent.
pub(super) fn read<'r>(
    field: &FieldMapping,
    member: impl Fn(usize) -> Option<&'r str>,
) -> Result<Option<Value>, Complaint> {
    let (first, second) = (present(field, member(0)), present(field, member(1)));
    let value = match &field.source {
        Source::Constant(value) => Some(value.clone()),
        Source::Member(_) => match (first, field.field_type) {
            (None, _) => None,
            (Some(raw), FieldType::One(kind)) => Some(one(field, kind, raw)?),
            // An empty list is a value that says "none": the default does not take its place.
            (Some(raw), FieldType::List(kind)) => return list(field, kind, raw),
        },
        Source::Pair { latitude, longitude } => match (first, second) {
            (None, None) => None,
            (Some(north), Some(east)) => {
                let north = degrees(latitude, north, 90.0)?;
                let east = degrees(longitude, east, 180.0).map_err(|complaint| complaint.about(1))?;
                let part = |number: usize| present(field, member(2 + number));
                Some(Value::Location(with_parts(
                    field,
                    Location::at(north, east),
                    part,
                )?))
            }
            (Some(_), None) => return Err(half(latitude, longitude)),
            (None, Some(_)) => return Err(half(longitude, latitude).about(1)),
        },
        Source::Joined(..) => match (first, second) {
            (Some(first), Some(second)) => {
                let whole = format!(
                    "{} {}",
                    text_of(first)?,
                    text_of(second).map_err(|complaint| complaint.about(1))?
                );
                Some(moment(field, &whole)?)
            }
            _ => None,
        },
    };
    Ok(value.or_else(|| field.default.clone()))
}

/// The member, unless it stands for no value.
fn present<'r>(field: &FieldMapping, raw: Option<&'r str>) -> Option<&'r str> {
    raw.filter(|raw| *raw != "null" && !(*raw == "\"\"" && field.empty == Empty::Missing))
}

fn half(there: &str, missing: &str) -> Complaint {
    Complaint::new(
        format!("'{there}' without '{missing}'"),
        "a place needs both, or neither",
    )
}

fn list(field: &FieldMapping, kind: Kind, raw: &str) -> Result<Option<Value>, Complaint> {
    let Some(elements) = elements(raw).filter(|_| raw.starts_with('[')) else {
        return Err(unfit(field, raw, "a list"));
    };
    let numbered = |(number, raw): (usize, &&str)| {
        one(field, kind, raw).map_err(|complaint| {
            let found = format!("element {} of the list: {}", number + 1, complaint.found);
            Complaint { found, ..complaint }
        })
    };
    let values: Vec<Value> = elements
        .iter()
        .enumerate()
        .map(numbered)
        .collect::<Result<_, _>>()?;
    Ok((!values.is_empty()).then_some(Value::List(kind, values)))
}

fn one(field: &FieldMapping, kind: Kind, raw: &str) -> Result<Value, Complaint> {
    if raw == "\"\"" && kind != Kind::String {
        let advice = "for \"no value\" leave the member out, or set empty = \"missing\" on the field";
        return Err(Complaint::new(
            format!("an empty text where {kind} was expected", kind = kind.name()),
            advice,
        ));
    }
    Ok(match kind {
        Kind::String if raw.starts_with('"') => Value::String(text(raw)?.into_owned()),
        Kind::Int64 => Value::Int64(whole(field, raw)?),
        Kind::Double => Value::Double(number(raw).ok_or_else(|| unfit(field, raw, "a finite number"))?),
        Kind::Timestamp => time(field, raw)?,
        Kind::Bytes if raw.starts_with('"') => {
            let decoded = BASE64.decode(text(raw)?.as_bytes());
            Value::Bytes(
                decoded.map_err(|cause| {
                    Complaint::new(format!("not base64: {cause}"), "BYTES are base64 text")
                })?,
            )
        }
        Kind::Location if raw.starts_with('{') => place(field, raw)?,
        Kind::Reference if raw.starts_with('"') => pointer(field, raw)?,
        Kind::String | Kind::Bytes | Kind::Reference => return Err(unfit(field, raw, "a text")),
        Kind::Location => return Err(unfit(field, raw, "an object with latitude and longitude")),
        Kind::Asset => return Err(unfit(field, raw, "nothing: an asset cannot come from a file")),
    })
}

fn pointer(field: &FieldMapping, raw: &str) -> Result<Value, Complaint> {
    let record_name = text(raw)?.into_owned();
    match name_fault(&record_name) {
        None => Ok(Value::Reference(Reference {
            action: field.action,
            ..Reference::to(record_name)
        })),
        Some(fault) => Err(Complaint::new(format!("the record name {fault}"), RULE)),
    }
}

/// A whole number: `3`, `3.0`, and for a flag `true` and `false`.
fn whole(field: &FieldMapping, raw: &str) -> Result<i64, Complaint> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match raw {
        "true" => return Ok(1),
        "false" => return Ok(0),
        _ => {}
    }
    if let Ok(number) = raw.parse() {
        return Ok(number);
    }
    match number(raw) {
        Some(number) if number.fract() != 0.0 => {
            let advice = "map it as DOUBLE, or make it whole";
            Err(Complaint::new(
                format!("{raw} is not whole, as INT64 must be"),
                advice,
            ))
        }
        // A number without a fraction or exponent was refused for its size, however its nearest double looks.
        Some(number) if raw.contains(['.', 'e', 'E']) && (-LIMIT..LIMIT).contains(&number) =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
            Ok(number as i64)
        }
        None if !raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            Err(unfit(field, raw, "a whole number"))
        }
        _ => {
            let found = format!("{} is out of the range of INT64", shortened(raw));
            Err(Complaint::new(
                found,
                "it takes -9223372036854775808 to 9223372036854775807",
            ))
        }
    }
}

/// A finite JSON number.
fn number(raw: &str) -> Option<f64> {
    let digits = raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    digits
        .then(|| raw.parse().ok())
        .flatten()
        .filter(|number: &f64| number.is_finite())
}

fn degrees(member: &str, raw: &str, most: f64) -> Result<f64, Complaint> {
    let advice = || format!("expected a number from -{most} to {most}");
    match number(raw) {
        Some(degrees) if degrees.abs() <= most => Ok(degrees),
        Some(degrees) => Err(Complaint::new(
            format!("{member} {degrees} is out of range"),
            advice(),
        )),
        None => Err(Complaint::new(format!("{member} is {}", kind_of(raw)), advice())),
    }
}

fn place(field: &FieldMapping, raw: &str) -> Result<Value, Complaint> {
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(raw).unwrap_or_default();
    let member = |name: &str| members.get(name).map(|raw| raw.get());
    let (Some(north), Some(east)) = (member("latitude"), member("longitude")) else {
        return Err(Complaint::new(
            "a place without latitude and longitude",
            "expected an object with both",
        ));
    };
    let north = degrees("latitude", north, 90.0)?;
    let bare = Location::at(north, degrees("longitude", east, 180.0)?);
    let part = |number: usize| {
        let (_, name) = field.parts.get(number)?;
        present(field, member(name))
    };
    with_parts(field, bare, part).map(Value::Location)
}

/// The place with the parts that the manifest maps; `raw` finds their members by their number.
fn with_parts<'r>(
    field: &FieldMapping,
    mut place: Location,
    raw: impl Fn(usize) -> Option<&'r str>,
) -> Result<Location, Complaint> {
    for (position, (part, member)) in field.parts.iter().enumerate() {
        let value = raw(position).map(|raw| part_value(field, *part, member, raw));
        let value = value
            .transpose()
            .map_err(|complaint| complaint.about(2 + position))?;
        place.set(*part, value);
    }
    Ok(place)
}

/// The number of a part. A timestamp is a time as text, or milliseconds.
fn part_value(field: &FieldMapping, part: LocationPart, member: &str, raw: &str) -> Result<f64, Complaint> {
    if part == LocationPart::Timestamp && raw.starts_with('"') {
        let Value::Timestamp(ms) = moment(field, &text(raw)?)? else {
            return Err(unfit(field, raw, "a time"));
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of any year in use are far below 2^53"
        )]
        return Ok(ms as f64);
    }
    number(raw).ok_or_else(|| {
        let advice = format!("{} is a number", part.name());
        Complaint::new(format!("{member} is {}", kind_of(raw)), advice)
    })
}

fn time(field: &FieldMapping, raw: &str) -> Result<Value, Complaint> {
    if raw.starts_with('"') {
        return moment(field, &text(raw)?);
    }
    let read = match (raw.parse::<i64>(), number(raw)) {
        (Ok(whole), _) => field.time.read_whole(whole),
        (Err(_), Some(number)) => field.time.read_fraction(number),
        _ => return Err(unfit(field, raw, "a time")),
    };
    read.map(Value::Timestamp)
        .map_err(|fault| Complaint::new(fault, ""))
}

fn moment(field: &FieldMapping, text: &str) -> Result<Value, Complaint> {
    let advice =
        "expected a time as the manifest describes it, by default ISO 8601 like 2025-04-01T19:10:00Z";
    field
        .time
        .read_text(text)
        .map(Value::Timestamp)
        .map_err(|fault| Complaint::new(fault, advice))
}

fn text_of(raw: &str) -> Result<Cow<'_, str>, Complaint> {
    if raw.starts_with('"') {
        return text(raw);
    }
    Err(Complaint::new(
        format!("{} where a text was expected", kind_of(raw)),
        "",
    ))
}

/// The text of a JSON string; borrowed where it holds no escape.
pub(super) fn text(raw: &str) -> Result<Cow<'_, str>, Complaint> {
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if memchr(b'\\', inner.as_bytes()).is_none() => Ok(Cow::Borrowed(inner)),
        _ => serde_json::from_str(raw).map(Cow::Owned).map_err(|_| {
            Complaint::new(
                "a text with a broken escape",
                "half a surrogate pair is no character",
            )
        }),
    }
}

fn unfit(field: &FieldMapping, raw: &str, expected: &str) -> Complaint {
    let found = format!("{} where {expected} was expected", kind_of(raw));
    Complaint::new(found, format!("the manifest maps it as {}", field.field_type))
}

/// What a JSON value is, in words, with the value where it is short.
pub(super) fn kind_of(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'"') => format!("the text {}", shortened(raw)),
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'-' | b'0'..=b'9') => format!("the number {}", shortened(raw)),
        _ => raw.to_owned(),
    }
}

fn shortened(raw: &str) -> String {
    if raw.chars().count() <= 40 {
        return raw.to_owned();
    }
    raw.chars().take(39).chain(['…']).collect()
}
