//! Values as people type them: `FIELD=VALUE` on the command line, a field edited on the screen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Action, FieldType, Kind, Location, Reference, Value};

/// Reads a value of a type. Nothing typed is an empty text for a STRING, and no value for any other type.
///
/// Lists are separated by commas; TIMESTAMP is ISO 8601 or milliseconds since 1970 UTC; LOCATION is
/// `latitude, longitude`; BYTES are base64; a REFERENCE is the record name it points at.
///
/// # Errors
/// What was expected, in words.
pub fn parse(field_type: FieldType, text: &str) -> Result<Option<Value>, String> {
    match field_type {
        FieldType::One(Kind::String) => Ok(Some(Value::String(text.to_owned()))),
        _ if text.trim().is_empty() => Ok(None),
        FieldType::One(kind) => one(kind, text.trim()).map(Some),
        FieldType::List(Kind::Location) => {
            let places = text.split(';').map(|place| one(Kind::Location, place.trim()));
            Ok(Some(Value::List(
                Kind::Location,
                places.collect::<Result<_, _>>()?,
            )))
        }
        FieldType::List(kind) => {
            let elements = text.split(',').map(|element| one(kind, element.trim()));
            Ok(Some(Value::List(kind, elements.collect::<Result<_, _>>()?)))
        }
    }
}

fn one(kind: Kind, text: &str) -> Result<Value, String> {
    let expected = |what: &str| format!("'{text}' is no {}; expected {what}", kind.name());
    match kind {
        Kind::String => Ok(Value::String(text.to_owned())),
        Kind::Int64 => match text {
            "true" => Ok(Value::Int64(1)),
            "false" => Ok(Value::Int64(0)),
            _ => text
                .parse()
                .map(Value::Int64)
                .map_err(|_| expected("a whole number of at most 64 bits, or true or false")),
        },
        Kind::Double => text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Value::Double)
            .ok_or_else(|| expected("a number such as 3.5")),
        Kind::Timestamp => timestamp(text)
            .map(Value::Timestamp)
            .ok_or_else(|| expected("a time such as 2026-03-13T18:30:00Z, or milliseconds since 1970")),
        Kind::Bytes => BASE64
            .decode(text)
            .map(Value::Bytes)
            .map_err(|_| expected("base64")),
        Kind::Location => place(text)
            .map(Value::Location)
            .ok_or_else(|| expected("latitude, longitude in degrees, such as 48.2082, 16.3738")),
        Kind::Reference => Ok(Value::Reference(Reference {
            record_name: text.trim_start_matches('→').trim().to_owned(),
            action: Action::None,
        })),
        Kind::Asset => Err("an asset cannot be typed".to_owned()),
    }
}

/// A value as it would be typed; `None` where no typed line comes to this very value.
pub fn written(field_type: FieldType, value: &Value) -> Option<String> {
    let text = match (value, field_type) {
        (Value::List(Kind::Location, elements), _) => joined(elements, "; "),
        (Value::List(_, elements), _) => joined(elements, ", "),
        (value, _) => plain(value),
    };
    let read = parse(field_type, &text).ok()??;
    super::compare::equal(Some(&read), Some(value)).then_some(text)
}

fn joined(elements: &[Value], comma: &str) -> String {
    elements.iter().map(plain).collect::<Vec<_>>().join(comma)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) => BASE64.encode(bytes),
        Value::Reference(reference) => reference.record_name.clone(),
        value => value.to_string(),
    }
}

fn timestamp(text: &str) -> Option<i64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_read_as_people_type_it() {
        let one = |kind, text| parse(FieldType::One(kind), text);
        assert_eq!(one(Kind::String, ""), Ok(Some(Value::String(String::new()))));
        assert_eq!(one(Kind::Int64, " "), Ok(None));
        assert_eq!(
            one(Kind::Int64, "9007199254740993"),
            Ok(Some(Value::Int64(9_007_199_254_740_993)))
        );
        assert_eq!(
            one(Kind::Timestamp, "2026-01-01T00:00:00Z"),
            Ok(Some(Value::Timestamp(1_767_225_600_000)))
        );
        assert_eq!(
            one(Kind::Timestamp, "2026-01-01T00:00"),
            Ok(Some(Value::Timestamp(1_767_225_600_000)))
        );
        assert_eq!(
            one(Kind::Location, "48.5,-16"),
            Ok(Some(Value::Location(Location::at(48.5, -16.0))))
        );
        let list = parse(FieldType::List(Kind::Int64), "1, 2");
        assert_eq!(
            list,
            Ok(Some(Value::List(
                Kind::Int64,
                vec![Value::Int64(1), Value::Int64(2)]
            )))
        );
    }

    #[test]
    fn what_is_written_reads_back_or_is_not_written() {
        let text = |text: &str| Value::String(text.to_owned());
        let values = [
            (text("a, \u{1b}b\n"), Some("a, \u{1b}b\n")),
            (Value::Int64(-3), Some("-3")),
            (
                Value::Timestamp(1_767_225_600_001),
                Some("2026-01-01T00:00:00.001Z"),
            ),
            (Value::Bytes(vec![1, 2]), Some("AQI=")),
            (Value::Location(Location::at(48.5, -16.0)), Some("48.5, -16")),
            (
                Value::List(Kind::String, vec![text("a"), text("b")]),
                Some("a, b"),
            ),
            // A comma parts elements, so that one with a comma cannot be typed.
            (Value::List(Kind::String, vec![text("a,b")]), None),
        ];
        for (value, typed) in values {
            let field_type = value.field_type().unwrap();
            assert_eq!(written(field_type, &value).as_deref(), typed);
        }
    }

    #[test]
    fn what_does_not_fit_is_told_what_was_expected() {
        let wrong = [
            (Kind::Int64, "3.5"),
            (Kind::Int64, "9223372036854775808"),
            (Kind::Double, "NaN"),
            (Kind::Location, "91, 0"),
            (Kind::Timestamp, "yesterday"),
            (Kind::Bytes, "%"),
        ];
        for (kind, text) in wrong {
            let error = parse(FieldType::One(kind), text).err().unwrap_or_default();
            assert!(
                error.contains(kind.name()) && error.contains("expected"),
                "{error}"
            );
        }
    }
}
