//! Apple's schema language, and what a schema read from it enforces.

use p256::ecdsa::SigningKey;
use p256::pkcs8::DecodePrivateKey as _;
use serde_json::{Value, json};
use skydeck::emulator::{KeyPair, Schema};

use super::{Rig, failure, refused};

const TEXT: &str = r#"
DEFINE SCHEMA
    CREATE ROLE editors;

    // As `cktool export-schema` writes it.
    RECORD TYPE Note (
        "___createTime" TIMESTAMP SORTABLE,
        "___createdBy"  REFERENCE,
        "___etag"       STRING,
        "___modTime"    TIMESTAMP QUERYABLE SORTABLE,
        "___modifiedBy" REFERENCE,
        "___recordID"   REFERENCE QUERYABLE,
        title           STRING QUERYABLE SEARCHABLE SORTABLE,
        body            STRING, -- no index
        count           INT64 QUERYABLE,
        image           ASSET,
        secret          ENCRYPTED STRING,
        "when"          LIST<TIMESTAMP> QUERYABLE,
        GRANT WRITE TO "_creator",
        GRANT READ, CREATE, WRITE TO editors,
        GRANT CREATE TO "_icloud",
        GRANT READ TO "_world"
    );

    RECORD TYPE Open (
        name STRING SORTABLE,
        GRANT READ, CREATE, WRITE TO "_icloud",
        GRANT READ, CREATE, WRITE TO "_creator"
    );

    record type Hidden ( GRANT CREATE, WRITE TO "_icloud", GRANT CREATE, WRITE TO "_creator" );

    RECORD TYPE Users (
        "___recordID" REFERENCE QUERYABLE,
        roles LIST<INT64>,
        GRANT WRITE TO "_creator",
        GRANT READ TO "_world"
    );
"#;

#[tokio::test]
async fn types_indexes_and_grants_hold() {
    let rig = Rig::with(|o| o.schema = Schema::from_ckdb(TEXT).unwrap()).await;
    // CREATE only to _icloud, WRITE only to _creator: a key needs both.
    let denied = rig
        .one("create", json!({"recordType": "Note", "recordName": "n"}))
        .await;
    assert_eq!(
        failure(&denied),
        ("ACCESS_DENIED", "CREATE operation not permitted")
    );
    rig.emulator
        .write_as_stranger(
            skydeck::emulator::Environment::Development,
            "Note",
            "n",
            &json!({"title": {"value": "Milk"}}),
        )
        .unwrap();
    let change = json!({"recordName": "n", "fields": {"title": {"value": "Tea"}}});
    assert_eq!(
        failure(&rig.one("forceUpdate", change).await),
        ("ACCESS_DENIED", "WRITE operation not permitted")
    );
    assert_eq!(
        failure(&rig.one("forceDelete", json!({"recordName": "n"})).await),
        ("ACCESS_DENIED", "WRITE operation not permitted")
    );
    assert_eq!(rig.lookup("n").await["fields"]["title"]["value"], "Milk");

    let made = rig
        .one(
            "create",
            json!({"recordType": "Open", "recordName": "o", "fields": {"name": {"value": "x"}}}),
        )
        .await;
    assert_eq!(failure(&made), ("", ""));
    assert_eq!(
        failure(
            &rig.one("create", json!({"recordType": "Hidden", "recordName": "h"}))
                .await
        ),
        ("", "")
    );
    assert_eq!(
        failure(&rig.lookup("h").await),
        ("ACCESS_DENIED", "READ operation not permitted")
    );

    let query = |query: Value| rig.post("records/query", json!({"query": query}));
    for (asked, status, code, reason) in [
        (
            json!({"recordType": "Open"}),
            400,
            "BAD_REQUEST",
            "Field 'recordName' is not marked queryable",
        ),
        (
            json!({"recordType": "Hidden"}),
            400,
            "BAD_REQUEST",
            "Field 'recordName' is not marked queryable",
        ),
        (
            json!({"recordType": "Users"}),
            400,
            "BAD_REQUEST",
            "Can't query system types",
        ),
        (
            json!({"recordType": "Note", "sortBy": [{"fieldName": "count"}]}),
            400,
            "BAD_REQUEST",
            "Field 'count' is not marked sortable",
        ),
        (
            json!({"recordType": "Note", "filterBy": [{"comparator": "EQUALS", "systemFieldName": "createdTimestamp", "fieldValue": {"value": 1, "type": "TIMESTAMP"}}]}),
            400,
            "BAD_REQUEST",
            "Field 'createdTimestamp' is not marked queryable",
        ),
        (
            json!({"recordType": "Note", "filterBy": [{"comparator": "CONTAINS_ANY_TOKENS", "fieldName": "body", "fieldValue": {"value": "x", "type": "STRING"}}]}),
            400,
            "BAD_REQUEST",
            "Field 'body' is not marked searchable",
        ),
    ] {
        assert_eq!(refused(&query(asked).await), (status, code, reason));
    }
    let sorted = query(json!({"recordType": "Note", "sortBy": [{"systemFieldName": "createdTimestamp"}, {"fieldName": "title"}]})).await;
    assert_eq!(sorted.1["records"][0]["recordName"], "n");
    let lists = json!({"recordType": "Note", "filterBy": [{"comparator": "LIST_CONTAINS", "fieldName": "when", "fieldValue": {"value": 1, "type": "TIMESTAMP"}}]});
    assert_eq!(query(lists).await.0, 200);
}

#[tokio::test]
async fn who_may_not_read_a_type_is_refused_and_who_reads_only_their_own_sees_no_other() {
    let text = r#"DEFINE SCHEMA RECORD TYPE Mine ("___recordID" REFERENCE QUERYABLE, n INT64 SORTABLE,
        GRANT READ, CREATE, WRITE TO "_creator", GRANT CREATE, WRITE TO "_icloud");
        RECORD TYPE Shut ("___recordID" REFERENCE QUERYABLE, GRANT CREATE TO "_creator");"#;
    let other = KeyPair::generate().unwrap();
    let mut rig = Rig::with(|o| {
        o.schema = Schema::from_ckdb(text).unwrap();
        o.keys.push(other.trusted());
    })
    .await;
    let shut = rig
        .post("records/query", json!({"query": {"recordType": "Shut"}}))
        .await;
    assert_eq!(
        refused(&shut),
        (403, "ACCESS_DENIED", "READ operation not permitted")
    );
    for name in ["x", "y"] {
        rig.emulator
            .write_as_stranger(
                skydeck::emulator::Environment::Development,
                "Mine",
                name,
                &json!({}),
            )
            .unwrap();
    }
    rig.one("create", json!({"recordType": "Mine", "recordName": "own"}))
        .await;
    for query in [
        json!({"recordType": "Mine"}),
        json!({"recordType": "Mine", "sortBy": [{"fieldName": "n"}]}),
    ] {
        let found = rig.records("records/query", json!({"query": query})).await;
        assert_eq!(super::names(&found), ["own"]);
    }
    assert_eq!(failure(&rig.lookup("x").await).0, "ACCESS_DENIED");

    // A marker is no way around it: the next page belongs to who asked for the first one.
    rig.one("create", json!({"recordType": "Mine", "recordName": "second"}))
        .await;
    let query = json!({"query": {"recordType": "Mine", "sortBy": [{"fieldName": "n"}]}, "resultsLimit": 1});
    let (_, page) = rig.post("records/query", query.clone()).await;
    rig.key_id = other.key_id;
    rig.key = SigningKey::from_pkcs8_pem(&other.private_pem).unwrap();
    let mut next = query;
    next["continuationMarker"] = page["continuationMarker"].clone();
    assert_eq!(
        refused(&rig.post("records/query", next).await),
        (400, "BAD_REQUEST", "Invalid continuation marker")
    );
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    for (text, line, column, words) in [
        ("", 1, 1, "expected DEFINE"),
        (
            "DEFINE SCHEMA\n RECORD TYPE A (\n  x TEXT\n );",
            3,
            5,
            "expected a type",
        ),
        (
            "DEFINE SCHEMA RECORD TYPE A (x STRING QUERIABLE);",
            1,
            39,
            "expected QUERYABLE",
        ),
        (
            "DEFINE SCHEMA RECORD TYPE A (x STRING, x INT64);",
            1,
            40,
            "defined twice",
        ),
        (
            "DEFINE SCHEMA RECORD TYPE A (x STRING); RECORD TYPE A (y STRING);",
            1,
            53,
            "defined twice",
        ),
        (
            "DEFINE SCHEMA RECORD TYPE A (\"___x\" STRING);",
            1,
            30,
            "unknown system field",
        ),
        (
            "DEFINE SCHEMA RECORD TYPE A (x STRING",
            1,
            38,
            "the end of the text",
        ),
        (
            "DEFINE SCHEMA RECORD TYPE A (GRANT FLY TO \"_world\");",
            1,
            36,
            "READ, CREATE or WRITE",
        ),
    ] {
        let error = Schema::from_ckdb(text).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.message.contains(words), "{error}");
    }
}
