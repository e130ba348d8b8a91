//! Values to the wire and back, and answers as they were seen in the wild (shapes and codes from the protocol's published
//! captures, values made up).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

use proptest::prelude::*;
use serde_json::json;
use skydeck::cloudkit::wire::{self, Item};
use skydeck::record::{Action, FieldType, Fields, Kind, Location, LocationPart, Record, Reference, Value};

fn one() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::String),
        any::<i64>().prop_map(Value::Int64),
        prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(9_007_199_254_740_993)].prop_map(Value::Int64),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(Value::Double),
        (-10_000_000_i64..10_000_000).prop_map(|n| {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            Value::Double(n as f64)
        }),
        any::<i64>().prop_map(Value::Timestamp),
        prop::collection::vec(any::<u8>(), 0..64).prop_map(Value::Bytes),
        (-90.0..90.0_f64, -180.0..180.0_f64, any::<Option<i64>>()).prop_map(|(lat, lon, timestamp)| {
            #[expect(clippy::cast_precision_loss, reason = "rounded once, then exact")]
            let timestamp = timestamp.map(|ms| ms as f64);
            let place = Location::bare(lat, lon)
                .with(LocationPart::Timestamp, timestamp)
                .with(LocationPart::Altitude, timestamp.map(|_| 12.5));
            Value::Location(place)
        }),
        ("[a-z]{1,9}", 0..3_usize).prop_map(|(record_name, action)| {
            let action = [Action::None, Action::DeleteSelf, Action::Validate][action];
            Value::Reference(Reference::whole(record_name, action))
        }),
        Just(Value::Unknown {
            type_name: "HOLOGRAM".into(),
            json: r#"{"depth":3}"#.into()
        }),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(one(), 1..6).prop_map(|mut values| {
        let Some(kind) = values[0].field_type().map(FieldType::kind) else {
            return values.remove(0);
        };
        let same = |value: &Value| value.field_type().is_some_and(|t| t.kind() == kind);
        values.retain(same);
        Value::List(kind, values)
    });
    prop_oneof![3 => one(), 1 => list]
}

fn read_one(json: &serde_json::Value) -> Item {
    let text = json!({ "records": [json] }).to_string();
    wire::read(&text).unwrap().records.unwrap().items.remove(0)
}

proptest! {
    #[test]
    fn every_value_survives_the_round_trip(fields in prop::collection::btree_map("[a-z]{1,5}", value(), 0..6)) {
        let record = Record::local("Note", "note-1", fields);
        prop_assert_eq!(read_one(&wire::record(&record)), Item::Record(record));
    }
}

#[test]
fn a_megabyte_of_text_survives() {
    let text: String = "é\"\\\u{1}🏟".chars().cycle().take(400_000).collect();
    let record = Record::local("Note", "n", Fields::from([("text".into(), Value::String(text))]));
    assert_eq!(read_one(&wire::record(&record)), Item::Record(record));
}

fn fields_of(fields: &serde_json::Value) -> Fields {
    match read_one(&json!({ "recordName": "n", "recordType": "T", "fields": fields })) {
        Item::Record(record) => record.fields,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_stands_for_nothing_is_not_there() {
    let fields = fields_of(&json!({
        "a": {"value": null}, "b": {"value": null, "type": "STRING"}, "c": {"value": [], "type": "UNKNOWN_LIST"},
        "d": {"value": [], "type": "STRING_LIST"}, "e": null, "f": {"type": "STRING"}, "g": {"value": []},
    }));
    assert_eq!(fields, Fields::new());
}

#[test]
fn forms_that_other_servers_send_are_understood() {
    let fields = fields_of(&json!({
        "int": {"value": "9223372036854775807", "type": "INT64"},
        "alias": {"value": 3, "type": "NUMBER_INT64"},
        "whole": {"value": 3, "type": "DOUBLE"},
        "untagged": {"value": 3},
        "fraction": {"value": 3.5},
        "mixed": {"value": [1, 2.5]},
        "place": {"value": {"latitude": 48, "longitude": 16.5}},
        "to": {"value": {"recordName": "x", "zoneID": {"zoneName": "_defaultZone"}}},
        "bare": {"value": "aGk", "type": "BYTES"},
    }));
    let reference = Reference {
        further: Some(r#"{"zoneID":{"zoneName":"_defaultZone"}}"#.into()),
        ..Reference::to("x").with_action(Action::None)
    };
    let expected = [
        ("int", Value::Int64(i64::MAX)),
        ("alias", Value::Int64(3)),
        ("whole", Value::Double(3.0)),
        ("untagged", Value::Int64(3)),
        ("fraction", Value::Double(3.5)),
        (
            "mixed",
            Value::List(Kind::Double, vec![Value::Double(1.0), Value::Double(2.5)]),
        ),
        ("place", Value::Location(Location::bare(48.0, 16.5))),
        ("to", Value::Reference(reference)),
        ("bare", Value::Bytes(b"hi".to_vec())),
    ];
    assert_eq!(
        fields,
        expected.map(|(name, value)| (name.to_owned(), value)).into()
    );
}

#[test]
fn an_entry_with_a_code_is_a_failure_whatever_else_it_holds() {
    let item = read_one(&json!({
        "recordName": "note-9", "recordType": "Note", "fields": {}, "reason": "Record not found",
        "serverErrorCode": "NOT_FOUND", "retryAfter": "7",
    }));
    let expected = Item::Refused {
        name: Some("note-9".into()),
        code: "NOT_FOUND".into(),
        reason: "Record not found".into(),
        retry_after: Some(7.0),
        request_id: None,
    };
    assert_eq!(item, expected);
}

#[test]
fn a_deletion_needs_no_more_than_a_name() {
    let item =
        read_one(&json!({ "recordName": "n", "deleted": true, "recordType": null, "recordChangeTag": "3f" }));
    assert_eq!(item, Item::Deleted { name: "n".into() });
}
