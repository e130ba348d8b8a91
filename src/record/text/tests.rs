use proptest::prelude::*;

use super::*;
use crate::record::{Action, Location, LocationPart, Reference};

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn texts(elements: &[&str]) -> Value {
    Value::List(
        Kind::String,
        elements.iter().map(|element| text(element)).collect(),
    )
}

#[test]
fn each_type_is_read_as_people_type_it() {
    let one = |kind, text| parse(FieldType::One(kind), text);
    assert_eq!(one(Kind::String, ""), Ok(Some(text(""))));
    assert_eq!(one(Kind::Int64, " "), Ok(None));
    assert_eq!(
        one(Kind::Int64, "9007199254740993"),
        Ok(Some(Value::Int64(9_007_199_254_740_993)))
    );
    for iso in ["2026-01-01T00:00:00Z", "2026-01-01T00:00"] {
        assert_eq!(
            one(Kind::Timestamp, iso),
            Ok(Some(Value::Timestamp(1_767_225_600_000)))
        );
    }
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
fn what_is_written_is_plain_where_it_can_be() {
    let place = Location::bare(48.5, -16.0);
    let high = place.clone().with(LocationPart::Altitude, Some(171.5));
    let timed = place
        .clone()
        .with(LocationPart::Timestamp, Some(1_767_225_600_001.0));
    let own = Reference::to("x").with_action(Action::DeleteSelf);
    let values = [
        (text("a, b"), "a, b"),
        (text("[x"), "[x"),
        (text("a\n"), "\"a\\n\""),
        (text("\"a\\n\""), "\"\\\"a\\\\n\\\"\""),
        (text("\"a\""), "\"a\""),
        (text(""), ""),
        (text("@a"), "@a"),
        (Value::Int64(-3), "-3"),
        (Value::Double(3.0), "3"),
        (Value::Double(1e300), "1e300"),
        (Value::Timestamp(1_767_225_600_001), "2026-01-01T00:00:00.001Z"),
        (Value::Timestamp(i64::MAX), "9223372036854775807"),
        (Value::Bytes(vec![1, 2]), "AQI="),
        (Value::Location(place), "48.5, -16"),
        (
            Value::Location(high),
            "{\"latitude\":48.5,\"longitude\":-16,\"altitude\":171.5}",
        ),
        (
            Value::Location(timed),
            "{\"latitude\":48.5,\"longitude\":-16,\"timestamp\":1767225600001}",
        ),
        (
            Value::Reference(own),
            "{\"recordName\":\"x\",\"action\":\"DELETE_SELF\"}",
        ),
        (texts(&["a", "b"]), "a, b"),
        (texts(&["738", "7,3H"]), "[\"738\",\"7,3H\"]"),
        (texts(&["@a", "b"]), "@a, b"),
    ];
    for (value, typed) in values {
        let field_type = value.field_type().unwrap();
        assert_eq!(written(field_type, &value).as_deref(), Some(typed));
    }
    let reserved = [
        (text(""), "\"\""),
        (text("@a"), "\"@a\""),
        (text("-"), "\"-\""),
        (text(" a"), "\" a\""),
        (texts(&["@a", "b"]), "[\"@a\",\"b\"]"),
        (Value::Reference(Reference::to("@a")), "\"@a\""),
    ];
    for (value, typed) in reserved {
        let field_type = value.field_type().unwrap();
        assert_eq!(argument(field_type, &value).as_deref(), Some(typed));
    }
}

#[test]
fn what_does_not_fit_says_what_was_expected() {
    let wrong = [
        (Kind::Int64, "3.5"),
        (Kind::Int64, "true"),
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

/// Text with all that could be taken for something else.
fn odd_text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "\"", "\\", "[", "]", "{", "}", ",", ";", "@", "-", " ", "\n", "\t", "→", "\u{200b}", "\u{202e}",
        "\u{1b}", "a", "é", "\\n",
    ]);
    prop_oneof![
        prop::collection::vec(odd, 0..6).prop_map(|parts| parts.concat()),
        any::<String>(),
        // What is written for another text is a text too.
        any::<String>().prop_map(|text| json::write(&Value::String(text)).unwrap_or_default()),
    ]
}

fn location() -> impl Strategy<Value = Location> {
    let number = prop::option::of(any::<f64>().prop_filter("finite", |number| number.is_finite()));
    let parts = prop::collection::vec(number, 6);
    let ms = prop::option::of(-8_640_000_000_000_000_i64..8_640_000_000_000_000);
    (-90.0..=90.0, -180.0..=180.0, parts, ms).prop_map(|(latitude, longitude, parts, ms)| {
        let parts = LocationPart::ALL.into_iter().zip(parts);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let ms = ms.map(|ms| ms as f64);
        parts
            .fold(Location::bare(latitude, longitude), |place, (part, value)| {
                place.with(part, value)
            })
            .with(LocationPart::Timestamp, ms)
    })
}

fn one(kind: Kind) -> BoxedStrategy<Value> {
    let action = prop::sample::select(vec![Action::None, Action::DeleteSelf, Action::Validate]);
    let name = prop_oneof!["[!-~]{1,12}", "[a-z]{1,5}"];
    match kind {
        Kind::String => odd_text().prop_map(Value::String).boxed(),
        Kind::Int64 => any::<i64>().prop_map(Value::Int64).boxed(),
        Kind::Double => any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::Double)
            .boxed(),
        Kind::Timestamp => any::<i64>().prop_map(Value::Timestamp).boxed(),
        Kind::Bytes => prop::collection::vec(any::<u8>(), 0..5)
            .prop_map(Value::Bytes)
            .boxed(),
        Kind::Location => location().prop_map(Value::Location).boxed(),
        Kind::Reference | Kind::Asset => (name, action)
            .prop_map(|(name, action)| Value::Reference(Reference::to(name).with_action(action)))
            .boxed(),
    }
}

fn typable() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(Kind::ALL[..7].to_vec());
    (kind, any::<bool>()).prop_flat_map(|(kind, is_list)| {
        if is_list {
            let elements = prop::collection::vec(one(kind), 1..4);
            elements
                .prop_map(move |elements| Value::List(kind, elements))
                .boxed()
        } else {
            one(kind)
        }
    })
}

/// The same value, where what was typed leaves out no more than a reference without an action.
fn is_same(read: &Value, value: &Value) -> bool {
    match (read, value) {
        (Value::Location(read), Value::Location(value)) => {
            let same = |part| read.part(part) == value.part(part);
            let coordinates = (read.latitude, read.longitude) == (value.latitude, value.longitude);
            coordinates && LocationPart::ALL.into_iter().all(same)
        }
        (Value::Reference(read), Value::Reference(value)) => {
            read.record_name == value.record_name
                && read.action.unwrap_or_default() == value.action.unwrap_or_default()
        }
        (Value::List(_, read), Value::List(_, value)) => {
            read.len() == value.len() && read.iter().zip(value).all(|(read, value)| is_same(read, value))
        }
        (read, value) => read == value,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_printed_can_be_typed_again(value in typable()) {
        let field_type = value.field_type().unwrap();
        for text in [written(field_type, &value), argument(field_type, &value)] {
            let text = text.unwrap();
            let read = parse(field_type, &text).unwrap().unwrap();
            prop_assert!(is_same(&read, &value), "{value:?} as {text} is read as {read:?}");
            prop_assert!(is_visible(&text), "{text:?}");
        }
        let text = argument(field_type, &value).unwrap();
        prop_assert!(!is_reserved(&text) && text.trim() == text, "{text:?}");
    }

    #[test]
    fn text_without_quotes_is_taken_as_it_stands(text in "[^\"].*") {
        prop_assert_eq!(
            parse(FieldType::One(Kind::String), &text),
            Ok(Some(Value::String(text)))
        );
    }
}
