//! `records/modify` and `records/lookup`.

use serde_json::{Value, json};

use super::{Rig, failure, names, refused};

const STALE: (&str, &str) = ("CONFLICT", "client oplock error updating record");
const NO_TAG: (&str, &str) = ("BAD_REQUEST", "missing required field 'recordChangeTag'");
const GONE: (&str, &str) = ("NOT_FOUND", "recordChangeTag specified, but record not found");
const MISSING: (&str, &str) = ("NOT_FOUND", "Record not found");

fn string(text: &str) -> Value {
    json!({"value": text, "type": "STRING"})
}

/// A record for an operation: new title, perhaps a tag.
fn change(name: &str, tag: Option<&str>) -> Value {
    json!({"recordName": name, "recordType": "Note", "recordChangeTag": tag, "fields": {"title": string("new")}})
}

#[tokio::test]
async fn operations_on_what_is_not_there() {
    let rig = Rig::start().await;
    for (kind, no_tag, tag) in [
        ("create", None, Some(GONE)),
        ("update", Some(MISSING), Some(GONE)),
        ("replace", Some(MISSING), Some(GONE)),
        ("forceUpdate", None, None),
        ("forceReplace", None, None),
        ("delete", Some(MISSING), Some(GONE)),
        ("forceDelete", Some(MISSING), Some(GONE)),
    ] {
        for (given, expected) in [(None, no_tag), (Some("zz"), tag)] {
            let name = format!("{kind}-{}", given.is_some());
            let item = rig.one(kind, change(&name, given)).await;
            assert_eq!(
                failure(&item),
                expected.unwrap_or(("", "")),
                "{kind} {given:?}: {item}"
            );
            assert_eq!(item["recordName"], name.as_str());
        }
    }
}

#[tokio::test]
async fn operations_on_what_is_there() {
    let rig = Rig::start().await;
    let taken = Some(("CONFLICT", "record to insert already exists"));
    // Expected without a tag, with a stale one, with the current one; then whether other fields stay.
    for (kind, no_tag, stale, current, merges) in [
        ("create", taken, taken, taken, true),
        ("update", Some(NO_TAG), Some(STALE), None, true),
        ("replace", Some(NO_TAG), Some(STALE), None, false),
        ("forceUpdate", None, None, None, true),
        ("forceReplace", None, None, None, false),
        ("delete", Some(NO_TAG), Some(STALE), None, false),
        ("forceDelete", None, None, None, false),
    ] {
        for (n, expected) in [no_tag, stale, current].into_iter().enumerate() {
            let name = format!("{kind}-{n}");
            let old = rig
                .note(&name, json!({"title": string("old"), "body": string("kept")}))
                .await;
            let tag = [None, Some("zz"), old["recordChangeTag"].as_str()][n];
            let item = rig.one(kind, change(&name, tag)).await;
            assert_eq!(
                failure(&item),
                expected.unwrap_or(("", "")),
                "{kind} {tag:?}: {item}"
            );
            let after = rig.lookup(&name).await;
            if expected.is_some() {
                assert_eq!(after, old, "{kind}");
            } else if kind.ends_with("elete") {
                assert_eq!(item, json!({"recordName": name, "deleted": true}));
                assert_eq!(failure(&after), MISSING);
            } else {
                assert_eq!(after, item);
                assert_eq!(after["fields"]["title"], string("new"));
                assert_eq!(after["fields"].get("body").is_some(), merges, "{kind}");
                assert_ne!(after["recordChangeTag"], old["recordChangeTag"]);
                assert_eq!(after["created"], old["created"]);
            }
        }
    }
}

#[tokio::test]
async fn one_request_and_its_many_outcomes() {
    let rig = Rig::start().await;
    let old = rig
        .note("b", json!({"title": string("x"), "count": {"value": 1}}))
        .await;
    let body = json!({"atomic": true, "desiredKeys": ["title"], "operations": [
        {"operationType": "create", "record": {"recordType": "Note", "recordName": "a", "created": null, "pluginFields": {},
            "deleted": false, "zoneID": {"zoneName": "Elsewhere"}, "fields": {"title": {"value": "Eggs"}, "count": {"value": 2}}}},
        {"operationType": "update", "record": {"recordName": "b", "recordChangeTag": "zz", "fields": {}}},
        {"operationType": "create", "record": {"recordType": "Nope", "recordName": "c"}},
        {"operationType": "create", "record": {"recordType": "Sealed", "recordName": "d"}},
        {"operationType": "create", "record": {"recordType": "Note", "recordName": "_e"}},
        {"operationType": "create", "record": {"recordType": "Note", "fields": null}}]});
    let items = rig.records("records/modify", body).await;
    assert_eq!(items[0]["fields"], json!({"title": string("Eggs")}));
    assert_eq!(failure(&items[1]), STALE);
    assert_eq!(
        failure(&items[2]),
        ("NOT_FOUND", "Did not find record type: Nope")
    );
    assert_eq!(
        failure(&items[3]),
        ("ACCESS_DENIED", "CREATE operation not permitted")
    );
    assert_eq!(failure(&items[4]).0, "BAD_REQUEST");
    let made = items[5]["recordName"].as_str().unwrap();
    assert!(made.len() == 36 && made == made.to_uppercase(), "{made}");
    let first = &items[0];
    assert!(first["created"]["timestamp"].is_i64() && first["created"]["userRecordName"].is_string());
    assert_eq!(
        (&first["created"]["deviceID"], &first["pluginFields"]),
        (&json!("2"), &json!({}))
    );

    let update = json!({"recordName": "b", "recordChangeTag": old["recordChangeTag"], "fields": {"count": {"value": null}}});
    assert_eq!(
        rig.one("update", update).await["fields"],
        json!({"title": string("x")})
    );
    let other = json!({"recordName": "b", "recordType": "List", "fields": {}});
    assert_eq!(failure(&rig.one("forceUpdate", other).await).0, "BAD_REQUEST");
}

#[tokio::test]
async fn values_have_to_fit() {
    let rig = Rig::start().await;
    for (field, value, reason) in [
        (
            "due",
            json!({"value": 1_767_225_600_000_i64}),
            "Invalid value, expected type TIMESTAMP.",
        ),
        (
            "due",
            json!({"value": 1.5, "type": "TIMESTAMP"}),
            "Invalid value, expected type TIMESTAMP.",
        ),
        ("nope", json!({"value": 1}), "Field nope not found in Note"),
        (
            "data",
            json!({"value": "AAEC"}),
            "Invalid value, expected type BYTES.",
        ),
        (
            "score",
            json!({"value": 3}),
            "Invalid value, expected type DOUBLE.",
        ),
        (
            "list",
            json!({"value": {"recordName": "x"}, "type": "REFERENCE"}),
            "missing required field 'action'",
        ),
        (
            "title",
            json!({"value": ["a"]}),
            "Invalid value, expected type STRING but actual value was a list with objects of class java.lang.String",
        ),
    ] {
        let record = json!({"recordName": "v", "recordType": "Note", "fields": {field: value}});
        assert_eq!(failure(&rig.one("create", record).await), ("BAD_REQUEST", reason));
    }
    let big =
        json!({"recordName": "v", "recordType": "Note", "fields": {"body": string(&"x".repeat(1 << 20))}});
    assert_eq!(failure(&rig.one("create", big).await).0, "BAD_REQUEST");
    let fields = json!({"score": {"value": 3.0, "type": "DOUBLE"}, "count": {"value": i64::MAX, "type": "NUMBER_INT64"},
        "data": {"value": "AAEC", "type": "BYTES"}, "tags": {"value": [], "type": "UNKNOWN_LIST"},
        "place": {"value": {"latitude": 48.2082, "longitude": 16.3738}, "type": "LOCATION"}});
    let made = rig.note("v", fields).await;
    assert_eq!(made["fields"]["score"], json!({"value": 3, "type": "DOUBLE"}));
    assert_eq!(
        made["fields"]["count"],
        json!({"value": i64::MAX, "type": "INT64"})
    );
    assert_eq!(
        made["fields"]["tags"],
        json!({"value": [], "type": "STRING_LIST"}),
        "an empty list is of its own type"
    );
}

#[tokio::test]
async fn a_request_of_the_wrong_shape_does_nothing() {
    let rig = Rig::start().await;
    let good = json!({"operationType": "create", "record": {"recordType": "Note", "recordName": "a"}});
    let unexpected = "BadRequestException: Unexpected input";
    for bad in [
        json!({"operationType": "force_update", "record": {"recordName": "b"}}),
        json!({"operationType": "create", "record": {"recordName": "b", "fields": {"x": {"value": 1, "type": "ASSET"}}}}),
        json!({"operationType": "create", "record": {"recordName": "b", "fields": {"x": {"value": [], "type": "LIST"}}}}),
        json!({"operationType": "create", "record": {"recordName": 5}}),
    ] {
        let answer = rig
            .post("records/modify", json!({"operations": [good, bad]}))
            .await;
        assert_eq!(refused(&answer), (400, "BAD_REQUEST", unexpected));
    }
    let twice = rig
        .post("records/modify", json!({"operations": [good, good]}))
        .await;
    assert_eq!((twice.0, failure(&twice.1).0), (400, "BAD_REQUEST"));
    let op = |n| json!({"operationType": "create", "record": {"recordType": "Note", "recordName": format!("n{n}")}});
    let many = rig
        .post(
            "records/modify",
            json!({"operations": (0..201).map(op).collect::<Vec<_>>()}),
        )
        .await;
    assert_eq!((many.0, failure(&many.1).0), (400, "BAD_REQUEST"));
    let zone = rig
        .post(
            "records/modify",
            json!({"operations": [good], "zoneID": {"zoneName": "x"}}),
        )
        .await;
    assert_eq!(refused(&zone), (404, "ZONE_NOT_FOUND", "Zone 'x' does not exist"));
    assert_eq!(
        rig.emulator.records(skydeck::emulator::Environment::Development),
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn references_react_to_deletions() {
    let rig = Rig::start().await;
    let refer = |name: &str, action: &str| {
        let to = json!({"value": {"recordName": "l", "action": action}, "type": "REFERENCE"});
        json!({"recordName": name, "recordType": "Note", "fields": {"list": to}})
    };
    let early = rig.one("create", refer("v", "VALIDATE")).await;
    assert_eq!(failure(&early).0, "VALIDATING_REFERENCE_ERROR");
    rig.one("create", json!({"recordName": "l", "recordType": "List"}))
        .await;
    for (name, action) in [("v", "VALIDATE"), ("d", "DELETE_SELF"), ("n", "NONE")] {
        assert_eq!(failure(&rig.one("create", refer(name, action)).await), ("", ""));
    }
    let held = rig.one("forceDelete", json!({"recordName": "l"})).await;
    assert_eq!(failure(&held).0, "VALIDATING_REFERENCE_ERROR");
    assert!(
        failure(&held)
            .1
            .starts_with("Record delete would violate validating reference, rejecting update")
    );
    rig.one("forceDelete", json!({"recordName": "v"})).await;
    assert_eq!(
        rig.one("forceDelete", json!({"recordName": "l"})).await["deleted"],
        true
    );
    assert_eq!(failure(&rig.lookup("d").await), MISSING);
    assert_eq!(
        rig.lookup("n").await["fields"]["list"]["value"]["recordName"],
        "l"
    );
}

#[tokio::test]
async fn lookup_finds_and_misses() {
    let rig = Rig::start().await;
    rig.note("a", json!({"title": string("x"), "count": {"value": 7}}))
        .await;
    let asked = json!({"records": [{"recordName": "nope"}, {"recordName": "a", "desiredKeys": []}, {"recordName": "a"}],
        "desiredKeys": ["count", "unknown"], "numbersAsStrings": true});
    let found = rig.records("records/lookup", asked).await;
    assert_eq!(
        found[0],
        json!({"recordName": "nope", "reason": "Record not found", "serverErrorCode": "NOT_FOUND"})
    );
    assert_eq!(found[1]["fields"], json!({}));
    assert_eq!(
        found[2]["fields"],
        json!({"count": {"value": "7", "type": "INT64"}})
    );
    let single = rig
        .records("records/lookup", json!({"records": {"recordName": "a"}}))
        .await;
    assert_eq!(names(&single), ["a"]);
    assert_eq!(
        refused(&rig.post("records/lookup", json!({})).await),
        (400, "BAD_REQUEST", "missing required field 'records'")
    );
}
