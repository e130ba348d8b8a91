//! Which type of field the values of a member are.

use super::survey::Member;
use crate::record::{FieldType, Kind};

/// How a member becomes a field.
pub(super) struct Guess {
    pub(super) field_type: FieldType,
    /// Members of the table beside the type, as TOML.
    pub(super) more: String,
    /// What was guessed; empty where the schema or the values leave no choice.
    pub(super) guessed: &'static str,
}

impl Guess {
    pub(super) fn of(field_type: FieldType) -> Self {
        Guess {
            field_type,
            more: String::new(),
            guessed: "",
        }
    }

    pub(super) fn one(kind: Kind) -> Self {
        Guess::of(FieldType::One(kind))
    }
}

/// An empty text is taken for "no value", except in a text.
pub(super) fn empty(member: &Member) -> &'static str {
    if member.empty_texts > 0 {
        ", empty = \"missing\""
    } else {
        ""
    }
}

/// How a member becomes a field, or why that cannot be told.
pub(super) fn guess(member: &Member, known: Option<FieldType>) -> Result<Guess, &'static str> {
    if member.present == 0 {
        return known
            .filter(|known| known.kind() != Kind::Asset)
            .map(Guess::of)
            .ok_or("null in every record, so its type cannot be told");
    }
    let found = from_values(member)?;
    match known {
        None => Ok(found),
        Some(known) if known == found.field_type => Ok(Guess { guessed: "", ..found }),
        Some(known) => match (found.field_type, known) {
            (FieldType::One(Kind::Timestamp), FieldType::One(Kind::String))
            | (FieldType::One(Kind::Int64), FieldType::One(Kind::Double)) => Ok(Guess::of(known)),
            (FieldType::One(Kind::String), FieldType::One(Kind::Timestamp)) if member.all_times() => {
                Ok(Guess {
                    more: empty(member).to_owned(),
                    guessed: "text without a time of day is read as midnight UTC",
                    ..Guess::of(known)
                })
            }
            (FieldType::One(Kind::Int64), FieldType::One(Kind::Timestamp)) => {
                let unit = if member.largest < 1e11 {
                    "seconds"
                } else {
                    "milliseconds"
                };
                let more = format!(", unit = \"{unit}\"");
                Ok(Guess {
                    more,
                    guessed: "the unit",
                    ..Guess::of(known)
                })
            }
            _ => Err("the values do not fit the field's type in the cloud"),
        },
    }
}

fn from_values(member: &Member) -> Result<Guess, &'static str> {
    let numbers = member.whole + member.fractions;
    if member.all(member.texts) {
        // A date alone is not a point in time: that depends on a time zone, and the file names none.
        let (kind, guessed) = match (member.all_times(), member.days) {
            (false, _) => (Kind::String, ""),
            (true, 0) => (Kind::Timestamp, "a time; text without a time zone is read as UTC"),
            (true, _) => (Kind::String, "a date as text; use TIMESTAMP if the schema does"),
        };
        return Ok(Guess {
            more: empty(member).to_owned(),
            guessed,
            ..Guess::one(kind)
        });
    }
    if member.all(member.whole) {
        return Ok(Guess {
            guessed: "no value has a fraction",
            ..Guess::one(Kind::Int64)
        });
    }
    if member.all(member.flags) {
        return Ok(Guess {
            guessed: "true is 1, false is 0",
            ..Guess::one(Kind::Int64)
        });
    }
    if member.all(numbers) {
        return Ok(Guess::one(Kind::Double));
    }
    if member.all(member.places) {
        return Ok(Guess::one(Kind::Location));
    }
    if member.all(member.lists) {
        let elements = member.elements.as_deref().filter(|elements| elements.present > 0);
        let elements = elements.ok_or("empty in every record, so its type cannot be told")?;
        let inner = from_values(elements)
            .ok()
            .filter(|_| elements.objects == elements.places);
        return match inner.map(|guess| guess.field_type) {
            Some(FieldType::One(kind)) if elements.empty_texts == 0 || kind == Kind::String => {
                Ok(Guess::of(FieldType::List(kind)))
            }
            _ => Err("a list of what CloudKit has no list of"),
        };
    }
    if member.all(member.objects) {
        return Err("an object, which CloudKit has no type for");
    }
    Err("values of several types")
}
