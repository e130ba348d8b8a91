//! A `constant` or `default` of the manifest as a value of its field's type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use toml::de::DeValue;

use super::TimeRule;
use super::mistake::Notes;
use super::section::{Item, Section, integer, wrong_type};
use crate::record::{Action, FieldType, Kind, Location, LocationPart, LocationParts, Reference, Value};

/// What the value has to fit.
pub(super) struct Target<'t> {
    /// The member's name, for complaints.
    pub(super) member: &'t str,
    pub(super) field_type: FieldType,
    pub(super) time: &'t TimeRule,
    pub(super) action: Option<Action>,
    /// The parts of a place that may be named.
    pub(super) parts: LocationParts,
}

impl Target<'_> {
    /// The value; `None` after a complaint.
    pub(super) fn read(&self, notes: &mut Notes<'_>, item: Item<'_, '_>) -> Option<Value> {
        let kind = self.field_type.kind();
        if matches!(self.field_type, FieldType::One(_)) {
            return self.one(notes, kind, item);
        }
        let Some(elements) = item.get_ref().as_array() else {
            wrong_type(notes, self.member, item, "a list");
            return None;
        };
        let values: Option<Vec<Value>> = elements.iter().map(|one| self.one(notes, kind, one)).collect();
        values.map(|values| Value::List(kind, values))
    }

    fn one(&self, notes: &mut Notes<'_>, kind: Kind, item: Item<'_, '_>) -> Option<Value> {
        match self.fitting(notes, kind, item) {
            Ok(value) => value,
            Err(expected) => {
                wrong_type(notes, self.member, item, expected);
                None
            }
        }
    }

    /// `Err` with what was expected where the type is wrong; `Ok(None)` where a complaint was made.
    fn fitting(
        &self,
        notes: &mut Notes<'_>,
        kind: Kind,
        item: Item<'_, '_>,
    ) -> Result<Option<Value>, &'static str> {
        let value = item.get_ref();
        Ok(match kind {
            Kind::String => Some(Value::String(value.as_str().ok_or("a text")?.to_owned())),
            Kind::Int64 => Some(Value::Int64(match value.as_bool() {
                Some(flag) => i64::from(flag),
                None => integer(item).ok_or("a whole number of 64 bits")?,
            })),
            Kind::Double => Some(Value::Double(number(item).ok_or("a finite number")?)),
            Kind::Bytes => {
                let bytes = value.as_str().and_then(|text| BASE64.decode(text).ok());
                Some(Value::Bytes(bytes.ok_or("base64 text")?))
            }
            Kind::Reference => {
                let name = value
                    .as_str()
                    .filter(|name| !name.is_empty())
                    .ok_or("a record name")?;
                Some(Value::Reference(Reference {
                    action: self.action,
                    ..Reference::to(name)
                }))
            }
            Kind::Location => self.place(notes, item).map(Value::Location),
            Kind::Timestamp => self.moment(notes, item)?,
            Kind::Asset => None,
        })
    }

    fn place(&self, notes: &mut Notes<'_>, item: Item<'_, '_>) -> Option<Location> {
        let member = self.member;
        let section = Section::of(notes, member, item.span(), item, member)?;
        let parts = self.parts.iter().map(LocationPart::name);
        let known: Vec<&str> = ["latitude", "longitude"].into_iter().chain(parts).collect();
        section.only(notes, &known);
        let mut member_number = |name: &str, most: f64, expected: &str| {
            let found = section.get(name).and_then(number);
            let fitting = found.filter(|number| number.abs() <= most);
            if fitting.is_none() {
                notes.wrong(
                    &item.span(),
                    format!("{member} is not a location"),
                    expected.to_owned(),
                );
            }
            fitting
        };
        let mut degrees =
            |name, most| member_number(name, most, &format!("expected {name} from -{most} to {most}"));
        let (latitude, longitude) = (degrees("latitude", 90.0), degrees("longitude", 180.0));
        let mut place = Location::at(latitude?, longitude?);
        for part in self
            .parts
            .iter()
            .filter(|part| section.get(part.name()).is_some())
        {
            let expected = format!("expected a number for {}", part.name());
            place.set(part, Some(member_number(part.name(), f64::MAX, &expected)?));
        }
        Some(place)
    }

    fn moment(&self, notes: &mut Notes<'_>, item: Item<'_, '_>) -> Result<Option<Value>, &'static str> {
        let read = match item.get_ref() {
            DeValue::String(text) => self.time.read_text(text),
            // A date of TOML's own is ISO 8601, whatever the texts of the file are.
            DeValue::Datetime(date) => TimeRule {
                format: None,
                ..self.time.clone()
            }
            .read_text(&date.to_string()),
            DeValue::Integer(_) => self.time.read_whole(integer(item).ok_or("a time")?),
            _ => return Err("a time"),
        };
        match read {
            Ok(milliseconds) => Ok(Some(Value::Timestamp(milliseconds))),
            Err(fault) => {
                notes.wrong(&item.span(), fault, "expected a time");
                Ok(None)
            }
        }
    }
}

fn number(item: Item<'_, '_>) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "an integer stands for the nearest DOUBLE"
    )]
    let whole = integer(item).map(|number| number as f64);
    let float = || item.get_ref().as_float()?.as_str().parse::<f64>().ok();
    whole.or_else(float).filter(|number| number.is_finite())
}
