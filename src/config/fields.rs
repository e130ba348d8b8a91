//! The fields of a type: which JSON member becomes which CloudKit field, and how.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::constant::Target;
use super::mistake::{Notes, closest};
use super::section::{Item, Section, wrong_type};
use super::time::format_fault;
use super::{Empty, FieldMapping, Source, TimeRule, Unit};
use crate::record::merge::{parts_of, state_parts};
use crate::record::{Action, FieldType, Kind, LocationPart, LocationParts, Value};

const COMMON: [&str; 6] = ["type", "from", "optional", "default", "empty", "constant"];
const PLACE: [&str; 2] = ["latitude", "longitude"];
const PARTS: [&str; 6] = [
    LocationPart::ALL[0].name(),
    LocationPart::ALL[1].name(),
    LocationPart::ALL[2].name(),
    LocationPart::ALL[3].name(),
    LocationPart::ALL[4].name(),
    LocationPart::ALL[5].name(),
];
const POINTER: [&str; 2] = ["to", "action"];
const TIME: [&str; 3] = ["format", "timezone", "unit"];

/// A type that a reference points at, and where it says so.
pub(super) type Pointer = (String, Range<usize>);

/// One field; `None` after a complaint that leaves nothing to go on with.
pub(super) fn mapping(
    notes: &mut Notes<'_>,
    pointers: &mut Vec<Pointer>,
    name: &str,
    at: Range<usize>,
    item: Item<'_, '_>,
) -> Option<FieldMapping> {
    check_name(notes, name, &at);
    if let Some(text) = item.get_ref().as_str() {
        return Some(plain(name, field_type(notes, text, &item.span())?));
    }
    if item.get_ref().as_table().is_none() {
        wrong_type(notes, name, item, "a CloudKit type, or a table { type = … }");
        return None;
    }
    let section = Section::of(notes, name, at, item, &format!("field {name}"))?;
    if section.get("type").is_none() {
        notes.wrong(
            &section.at,
            format!("the field {name} has no type"),
            "expected type = \"STRING\" or another",
        );
    }
    let (text, span) = section.text(notes, "type")?;
    let field_type = field_type(notes, text, &span)?;
    known_members(notes, &section, field_type);
    let mut field = plain(name, field_type);
    field.optional = section.flag(notes, "optional").unwrap_or(false);
    field.empty = empty(notes, &section);
    field.action = action(notes, &section);
    field.parts = parts(notes, &section);
    field.target = section.text(notes, "to").map(|(to, span)| {
        pointers.push((to.to_owned(), span));
        to.to_owned()
    });
    field.time = time(notes, &section);
    field.source = source(notes, &section, &field)?;
    field.default = value(notes, &section, "default", &field);
    Some(field)
}

/// A field as it is when only its type is told.
fn plain(name: &str, field_type: FieldType) -> FieldMapping {
    FieldMapping {
        name: name.to_owned(),
        field_type,
        source: Source::Member(name.to_owned()),
        target: None,
        action: None,
        parts: Vec::new(),
        time: TimeRule::default(),
        empty: Empty::Keep,
        optional: false,
        default: None,
    }
}

fn check_name(notes: &mut Notes<'_>, name: &str, at: &Range<usize>) {
    let letters = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !letters || !name.starts_with(|first: char| first.is_ascii_alphabetic()) || name.len() > 255 {
        let expected =
            "expected a letter, then letters, digits or _; the JSON member's name goes into from = \"…\"";
        notes.wrong(at, format!("'{name}' is no CloudKit field name"), expected);
    } else if ["recordName", "recordID", "recordType", "recordChangeTag"].contains(&name) {
        notes.wrong(
            at,
            format!("'{name}' is CloudKit's own"),
            "expected another field name",
        );
    }
}

fn field_type(notes: &mut Notes<'_>, text: &str, at: &Range<usize>) -> Option<FieldType> {
    let Ok(field_type) = text.parse::<FieldType>() else {
        let names: Vec<String> = Kind::ALL
            .iter()
            .filter(|kind| **kind != Kind::Asset)
            .flat_map(|kind| {
                [
                    FieldType::One(*kind).to_string(),
                    FieldType::List(*kind).to_string(),
                ]
            })
            .collect();
        let expected = match closest(text, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("expected one of {}", names.join(", ")),
        };
        notes.wrong(at, format!("'{text}' is no CloudKit type"), expected);
        return None;
    };
    if field_type.kind() == Kind::Asset {
        let expected = "leave the field out: what the manifest does not map is never touched";
        notes.wrong(at, format!("{field_type} cannot come from a JSON file"), expected);
        return None;
    }
    Some(field_type)
}

fn known_members(notes: &mut Notes<'_>, section: &Section<'_, '_>, field_type: FieldType) {
    let groups: [(&[&str], &str, bool); 4] = [
        (&PLACE, "LOCATION", field_type == FieldType::One(Kind::Location)),
        (&PARTS, "LOCATION", field_type.kind() == Kind::Location),
        (&POINTER, "REFERENCE", field_type.kind() == Kind::Reference),
        (&TIME, "TIMESTAMP", field_type.kind() == Kind::Timestamp),
    ];
    let mut known = COMMON.to_vec();
    for (members, kind, fits) in groups {
        for (key, at, _) in section
            .members()
            .filter(|(key, ..)| !fits && members.contains(key))
        {
            notes.wrong(
                &at,
                format!("a {field_type} has no '{key}'"),
                format!("'{key}' is for {kind}"),
            );
            known.push(key);
        }
        known.extend(members.iter().filter(|_| fits));
    }
    section.only(notes, &known);
}

fn empty(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Empty {
    match section.text(notes, "empty") {
        None | Some(("keep", _)) => Empty::Keep,
        Some(("missing", _)) => Empty::Missing,
        Some((text, at)) => {
            notes.wrong(
                &at,
                format!("empty is '{text}'"),
                "expected \"keep\" or \"missing\"",
            );
            Empty::Keep
        }
    }
}

fn action(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<Action> {
    let (text, at) = section.text(notes, "action")?;
    let action = text.parse().ok();
    if action.is_none() {
        let found = format!("'{text}' is no action of a reference");
        notes.wrong(&at, found, "expected NONE, DELETE_SELF or VALIDATE");
    }
    action
}

/// The members that the parts of a place are read from.
fn parts(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Vec<(LocationPart, String)> {
    let member = |part: LocationPart| {
        let (member, _) = section.text(notes, part.name())?;
        Some((part, member.to_owned()))
    };
    LocationPart::ALL.into_iter().filter_map(member).collect()
}

fn time(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> TimeRule {
    let mut rule = TimeRule::default();
    if let Some((format, at)) = section.text(notes, "format") {
        if let Some(fault) = format_fault(format) {
            let expected = "expected strptime's letters, as in %Y-%m-%d %H:%M";
            notes.wrong(
                &at,
                format!("'{format}' is no format for a time: {fault}"),
                expected,
            );
        }
        rule.format = Some(format.to_owned());
    }
    if let Some((name, at)) = section.text(notes, "timezone") {
        if let Ok(zone) = TimeZone::get(name) {
            rule.zone = zone;
        } else {
            let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
            let expected = match closest(name, known.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean '{meant}'?"),
                None => "expected UTC or a name like America/New_York".to_owned(),
            };
            notes.wrong(&at, format!("'{name}' is no time zone"), expected);
        }
    }
    rule.unit = match section.text(notes, "unit") {
        None => None,
        Some(("seconds", _)) => Some(Unit::Seconds),
        Some(("milliseconds", _)) => Some(Unit::Milliseconds),
        Some((text, at)) => {
            notes.wrong(
                &at,
                format!("unit is '{text}'"),
                "expected \"seconds\" or \"milliseconds\"",
            );
            None
        }
    };
    rule
}

fn value(
    notes: &mut Notes<'_>,
    section: &Section<'_, '_>,
    member: &str,
    field: &FieldMapping,
) -> Option<Value> {
    let item = section.get(member)?;
    Target {
        member,
        field_type: field.field_type,
        time: &field.time,
        action: field.action,
        parts: match member {
            // What a constant names is mapped by that.
            "constant" => LocationParts::ALL,
            _ => field.location_parts(),
        },
    }
    .read(notes, item)
    .map(|value| {
        let parts = match member {
            "constant" => parts_of(&value),
            _ => field.location_parts(),
        };
        state_parts(value, parts)
    })
}

fn source(notes: &mut Notes<'_>, section: &Section<'_, '_>, field: &FieldMapping) -> Option<Source> {
    if section.get("constant").is_some() {
        let useless = ["from", "default", "empty", "optional"];
        let is_useless = |key: &str| useless.contains(&key) || PLACE.contains(&key) || PARTS.contains(&key);
        for (key, at, _) in section.members().filter(|(key, ..)| is_useless(key)) {
            notes.wrong(
                &at,
                format!("'{key}' beside 'constant'"),
                "expected one of them: a constant reads nothing",
            );
        }
        return value(notes, section, "constant", field).map(Source::Constant);
    }
    let (latitude, longitude) = (section.text(notes, "latitude"), section.text(notes, "longitude"));
    match (latitude, longitude) {
        (None, None) => from(notes, section, field),
        (Some((latitude, _)), Some((longitude, _))) => {
            if let Some(item) = section.get("from") {
                let expected = "expected either from, or latitude and longitude";
                notes.wrong(&item.span(), "'from' beside 'latitude'", expected);
            }
            Some(Source::Pair {
                latitude: latitude.to_owned(),
                longitude: longitude.to_owned(),
            })
        }
        (one, other) => {
            let at = one.or(other).map_or(section.at.clone(), |(_, at)| at);
            notes.wrong(
                &at,
                "half a place",
                "expected both latitude = \"…\" and longitude = \"…\"",
            );
            None
        }
    }
}

fn from(notes: &mut Notes<'_>, section: &Section<'_, '_>, field: &FieldMapping) -> Option<Source> {
    let Some(item) = section.get("from") else {
        return Some(Source::Member(field.name.clone()));
    };
    let Some(parts) = item.get_ref().as_array() else {
        return section
            .text(notes, "from")
            .map(|(from, _)| Source::Member(from.to_owned()));
    };
    if field.field_type != FieldType::One(Kind::Timestamp) {
        wrong_type(
            notes,
            "from",
            item,
            "the name of one member; two members make a TIMESTAMP only",
        );
        return None;
    }
    let parts: Option<Vec<&str>> = parts.iter().map(|part| part.get_ref().as_str()).collect();
    if let Some([first, second]) = parts.as_deref() {
        return Some(Source::Joined((*first).to_owned(), (*second).to_owned()));
    }
    wrong_type(notes, "from", item, "one member, or two: [\"date\", \"time\"]");
    None
}
