//! What stands in records and lookups, read as liberally as other servers may write it.

use serde_json::{Value as Json, json};
use skydeck::cloudkit::{Error, Lookup};
use skydeck::record::{Action, Kind, Location, Record, Reference, Stamp, Value};

use super::server::{Server, json as reply};
use super::{settings, stranger_to, text};

async fn looked_up(names: &[&str], status: u16, body: &Json) -> Result<Lookup, Error> {
    let server = Server::saying(reply(status, body)).await;
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    stranger_to(&server.endpoint, settings()).lookup(&names).await
}

/// A lookup of one record with these fields.
async fn fields(fields: &Json) -> Record {
    let body = json!({ "records": [{ "recordName": "n", "recordType": "T", "fields": fields }] });
    let mut lookup = looked_up(&["n"], 200, &body).await.unwrap();
    lookup.take("n").unwrap().unwrap()
}

#[tokio::test]
async fn every_form_of_a_value_is_understood_and_none_is_lost() {
    let record = fields(&json!({
        "big": { "value": 9_007_199_254_740_993_i64, "type": "INT64" },
        "least": { "value": i64::MIN, "type": "INT64" },
        "quoted": { "value": "9223372036854775807", "type": "INT64" },
        "alias": { "value": 3, "type": "NUMBER_INT64" },
        "whole": { "value": 3, "type": "DOUBLE" },
        "untagged": { "value": 9_007_199_254_740_993_i64 },
        "word": { "value": "x" },
        "when": { "value": 1_767_225_600_000_i64, "type": "TIMESTAMP" },
        "place": { "value": { "latitude": 48, "longitude": 16.5, "horizontalAccuracy": null }, "type": "LOCATION" },
        "to": { "value": { "recordName": "x", "action": "VALIDATE", "zoneID": { "zoneName": "_defaultZone" } }, "type": "REFERENCE" },
        "list": { "value": ["a", "b"], "type": "STRING_LIST" },
        "guessed": { "value": [1, 2], "type": "UNKNOWN_LIST" },
        "secret": { "value": "aGk=", "type": "ENCRYPTED_BYTES", "isEncrypted": true },
        "new": { "value": { "depth": 3 }, "type": "HOLOGRAM" },
        "null": { "value": null }, "typed null": { "value": null, "type": "STRING" },
        "empty": { "value": [], "type": "UNKNOWN_LIST" }, "bare empty": { "value": [] },
    }))
    .await;
    let raw = |type_name: &str, json: &str| Value::Unknown {
        type_name: type_name.into(),
        json: json.into(),
    };
    let to = Reference {
        further: Some(r#"{"zoneID":{"zoneName":"_defaultZone"}}"#.into()),
        ..Reference::to("x").with_action(Action::Validate)
    };
    let expected = [
        ("big", Value::Int64(9_007_199_254_740_993)),
        ("least", Value::Int64(i64::MIN)),
        ("quoted", Value::Int64(i64::MAX)),
        ("alias", Value::Int64(3)),
        ("whole", Value::Double(3.0)),
        ("untagged", Value::Int64(9_007_199_254_740_993)),
        ("word", text("x")),
        ("when", Value::Timestamp(1_767_225_600_000)),
        ("place", Value::Location(Location::bare(48.0, 16.5))),
        ("to", Value::Reference(to)),
        ("list", Value::List(Kind::String, vec![text("a"), text("b")])),
        (
            "guessed",
            Value::List(Kind::Int64, vec![Value::Int64(1), Value::Int64(2)]),
        ),
        ("secret", raw("ENCRYPTED_BYTES", "\"aGk=\"")),
        ("new", raw("HOLOGRAM", r#"{"depth":3}"#)),
    ];
    assert_eq!(
        record.fields,
        expected.map(|(name, value)| (name.to_owned(), value)).into()
    );
}

#[tokio::test]
async fn a_field_of_no_known_form_costs_neither_its_record_nor_its_page() {
    let record = fields(&json!({
        "text": "bare", "number": 5, "yes": true, "list": [1], "null": null, "empty": {},
        "mismatch": { "value": "x", "type": "INT64" },
        "fine": { "value": "x", "type": "STRING" },
    }))
    .await;
    assert_eq!(record.fields["fine"], text("x"));
    assert!(matches!(&record.fields["mismatch"], Value::Unknown { json, .. } if json == "\"x\""));
    assert!(!record.fields.contains_key("null") && !record.fields.contains_key("empty"));
    for (name, json) in [
        ("text", "\"bare\""),
        ("number", "5"),
        ("yes", "true"),
        ("list", "[1]"),
    ] {
        let kept = matches!(&record.fields[name], Value::Unknown { json: found, .. } if found == json);
        assert!(kept, "{name}: {:?}", record.fields[name]);
    }
}

/// As the service was seen to write it, newer and older, and as short as it may be.
#[tokio::test]
async fn a_record_may_be_long_or_short() {
    let stamp = json!({ "timestamp": 1_767_000_000_123_i64, "userRecordName": "_0123456789abcdef0123456789abcdef", "deviceID": "2" });
    let long = json!({ "recordName": "long", "recordType": "Note", "fields": {}, "pluginFields": {}, "recordChangeTag": "mk2f9a1c",
        "created": stamp, "modified": stamp, "deleted": false, "shortGUID": "x", "parent": null,
        "zoneID": { "zoneName": "_defaultZone", "ownerRecordName": "_0", "zoneType": "DEFAULT_ZONE" } });
    let short = json!({ "recordName": "short", "recordType": "Note" });
    let nulls = json!({ "recordName": "nulls", "recordType": "Note", "fields": null, "recordChangeTag": null, "created": null,
        "modified": {}, "deleted": null, "serverErrorCode": null, "reason": null });
    // In another order than asked for, with more than asked for.
    let body = json!({ "records": [short, nulls, { "recordName": "more", "recordType": "Note" }, long], "syncToken": "x" });
    let mut lookup = looked_up(&["long", "short", "nulls"], 200, &body).await.unwrap();
    assert_eq!(lookup.found.len(), 3);
    let long = lookup.take("long").unwrap().unwrap();
    let stamp = Some(Stamp {
        timestamp: 1_767_000_000_123,
        user: Some("_0123456789abcdef0123456789abcdef".into()),
    });
    assert_eq!(
        (long.tag.as_deref(), &long.created, &long.modified),
        (Some("mk2f9a1c"), &stamp, &stamp)
    );
    for name in ["short", "nulls"] {
        let record = lookup.take(name).unwrap().unwrap();
        assert_eq!(
            record,
            Record::local("Note", name, skydeck::record::Fields::new())
        );
    }
}

#[tokio::test]
async fn a_name_is_missing_only_where_the_answer_says_so() {
    let not_found =
        json!({ "recordName": "a", "reason": "Record not found", "serverErrorCode": "NOT_FOUND" });
    for missing in [
        not_found.clone(),
        json!({ "reason": "Record not found", "serverErrorCode": "NOT_FOUND" }),
        json!({ "recordName": "a", "deleted": true }),
        json!({ "recordName": "a", "fields": {} }),
        json!({ "recordName": "a", "recordType": null, "fields": {} }),
    ] {
        let lookup = looked_up(&["a"], 200, &json!({ "records": [missing] }))
            .await
            .unwrap();
        assert_eq!(
            (lookup.missing, lookup.found.len()),
            (vec!["a".to_owned()], 0),
            "{missing}"
        );
    }
    // The whole request refused, because of the only record it asks for.
    for body in [&not_found, &json!({ "records": [not_found] })] {
        let lookup = looked_up(&["a"], 404, body).await.unwrap();
        assert_eq!(lookup.missing, ["a"], "{body}");
    }

    let refused =
        json!({ "recordName": "a", "reason": "no", "serverErrorCode": "ACCESS_DENIED", "uuid": "u" });
    let mut lookup = looked_up(&["a"], 200, &json!({ "records": [refused] }))
        .await
        .unwrap();
    assert!(lookup.missing.is_empty());
    let error = lookup.take("a").unwrap_err();
    assert_eq!(
        (error.code.to_string().as_str(), error.request_id.as_deref()),
        ("ACCESS_DENIED", Some("u"))
    );

    let b = json!({ "recordName": "b", "recordType": "Note" });
    for (status, silent) in [
        (200, json!({ "records": [b] })),
        (200, json!({ "records": [] })),
        (200, json!({})),
        (
            404,
            json!({ "serverErrorCode": "NOT_FOUND", "reason": "could not find handler for endpoint" }),
        ),
    ] {
        let error = looked_up(&["a", "b"], status, &silent).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::BadAnswer { .. } | Error::NotCloudKit { .. } | Error::Refused(_)
            ),
            "{silent}: {error:?}"
        );
    }
}

#[tokio::test]
async fn any_number_of_names_is_looked_up_each_once() {
    let rig = super::Rig::start().await;
    let there = rig.fill(450);
    let mut names = there.clone();
    names.extend(there.iter().map(|name| format!("no-{name}")));
    names.extend(there.clone());
    let lookup = rig.client.lookup(&names).await.unwrap();
    assert_eq!(
        (lookup.found.len(), lookup.missing.len(), lookup.refused.len()),
        (450, 450, 0)
    );
    assert_eq!(rig.count("records/lookup"), 5);
    assert_eq!(rig.client.lookup(&[]).await.unwrap(), Lookup::default());
    assert_eq!(rig.count("records/lookup"), 5);
}
