//! `records/query`: filters, sorts, indexes, pages.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Rig, names, refused};

async fn filled(rig: &Rig, count: usize) {
    let op = |n: usize| {
        let fields = json!({"title": {"value": format!("Note {n}")}, "count": {"value": n % 3},
            "tags": {"value": [format!("t{}", n % 2), "all"], "type": "STRING_LIST"},
            "place": {"value": {"latitude": n, "longitude": 0}, "type": "LOCATION"}});
        json!({"operationType": "create", "record": {"recordType": "Note", "recordName": format!("n{n:03}"), "fields": fields}})
    };
    rig.records(
        "records/modify",
        json!({"operations": (0..count).map(op).collect::<Vec<_>>()}),
    )
    .await;
}

/// The names that pass one filter, by name.
async fn matching(rig: &Rig, filter: Value) -> Vec<String> {
    let records = rig
        .records(
            "records/query",
            json!({"query": {"recordType": "Note", "filterBy": [filter]}}),
        )
        .await;
    let mut out: Vec<String> = names(&records).into_iter().map(str::to_owned).collect();
    out.sort();
    out
}

#[tokio::test]
async fn filters_choose() {
    let rig = Rig::start().await;
    filled(&rig, 6).await;
    for (comparator, field, value, kind, expected) in [
        ("EQUALS", "count", json!(1), "INT64", vec!["n001", "n004"]),
        (
            "NOT_EQUALS",
            "count",
            json!(1),
            "INT64",
            vec!["n000", "n002", "n003", "n005"],
        ),
        (
            "IN",
            "count",
            json!([1, 2]),
            "INT64_LIST",
            vec!["n001", "n002", "n004", "n005"],
        ),
        (
            "NOT_IN",
            "count",
            json!([1, 2]),
            "INT64_LIST",
            vec!["n000", "n003"],
        ),
        ("LESS_THAN", "count", json!(1), "INT64", vec!["n000", "n003"]),
        (
            "GREATER_THAN_OR_EQUALS",
            "count",
            json!(2),
            "INT64",
            vec!["n002", "n005"],
        ),
        ("BEGINS_WITH", "title", json!("Note 3"), "STRING", vec!["n003"]),
        (
            "CONTAINS_ALL_TOKENS",
            "title",
            json!("note 2"),
            "STRING",
            vec!["n002"],
        ),
        (
            "CONTAINS_ANY_TOKENS",
            "title",
            json!("1 2 x"),
            "STRING",
            vec!["n001", "n002"],
        ),
        (
            "LIST_CONTAINS",
            "tags",
            json!("t1"),
            "STRING",
            vec!["n001", "n003", "n005"],
        ),
        (
            "NOT_LIST_CONTAINS",
            "tags",
            json!("t1"),
            "STRING",
            vec!["n000", "n002", "n004"],
        ),
        (
            "LIST_CONTAINS_ALL",
            "tags",
            json!(["t0", "all"]),
            "STRING_LIST",
            vec!["n000", "n002", "n004"],
        ),
    ] {
        let filter = json!({"comparator": comparator, "fieldName": field, "fieldValue": {"value": value, "type": kind}});
        assert_eq!(matching(&rig, filter).await, expected, "{comparator}");
    }
    let near = json!({"comparator": "NEAR", "fieldName": "place", "distance": 120_000,
        "fieldValue": {"value": {"latitude": 1, "longitude": 0}, "type": "LOCATION"}});
    assert_eq!(matching(&rig, near).await, ["n000", "n001", "n002"]);
    let named = json!({"comparator": "EQUALS", "systemFieldName": "recordName",
        "fieldValue": {"value": {"recordName": "n002"}, "type": "REFERENCE"}});
    assert_eq!(matching(&rig, named).await, ["n002"]);
    let created = json!({"comparator": "LESS_THAN", "systemFieldName": "createdTimestamp",
        "fieldValue": {"value": 1, "type": "TIMESTAMP"}});
    assert!(matching(&rig, created).await.is_empty());
}

#[tokio::test]
async fn sorts_order() {
    let rig = Rig::start().await;
    filled(&rig, 5).await;
    rig.note("none", json!({})).await;
    for (sort, expected) in [
        (
            json!([{"fieldName": "title", "ascending": false}]),
            ["n004", "n003", "n002", "n001", "n000", "none"],
        ),
        (
            json!([{"fieldName": "count"}, {"fieldName": "title", "ascending": false}]),
            ["none", "n003", "n000", "n004", "n001", "n002"],
        ),
        (
            json!([{"systemFieldName": "createdTimestamp", "ascending": false}]),
            ["none", "n004", "n003", "n002", "n001", "n000"],
        ),
        (
            json!([{"systemFieldName": "recordName"}]),
            ["n000", "n001", "n002", "n003", "n004", "none"],
        ),
    ] {
        let mut found = Vec::new();
        let mut body = json!({"query": {"recordType": "Note", "sortBy": sort}, "resultsLimit": 4});
        loop {
            let (_, page) = rig.post("records/query", body.clone()).await;
            found.extend(page["records"].as_array().unwrap().clone());
            let Some(marker) = page.get("continuationMarker") else {
                break;
            };
            body["continuationMarker"] = marker.clone();
        }
        assert_eq!(names(&found), expected, "{sort}");
    }
}

#[tokio::test]
async fn refusals_in_the_words_of_the_service() {
    let rig = Rig::start().await;
    let sort = |name| json!({"recordType": "Note", "sortBy": [name]});
    let filter = |f: Value| json!({"recordType": "Note", "filterBy": [f]});
    let text = json!({"value": "x", "type": "STRING"});
    for (query, status, code, reason) in [
        (
            json!({"recordType": "Nope"}),
            404,
            "NOT_FOUND",
            "Did not find record type: Nope",
        ),
        (
            json!({"recordType": "Bare"}),
            400,
            "BAD_REQUEST",
            "Field 'recordName' is not marked queryable",
        ),
        (
            sort(json!({"fieldName": "body"})),
            400,
            "BAD_REQUEST",
            "Field 'body' is not marked sortable",
        ),
        (
            json!({"recordType": "Bare", "sortBy": [{"systemFieldName": "createdTimestamp"}],
                "filterBy": [{"comparator": "GREATER_THAN", "systemFieldName": "modifiedTimestamp", "fieldValue": {"value": 0, "type": "TIMESTAMP"}}]}),
            400,
            "BAD_REQUEST",
            "Field 'createdTimestamp' is not marked sortable",
        ),
        (
            filter(json!({"comparator": "EQUALS", "fieldName": "body", "fieldValue": text})),
            400,
            "BAD_REQUEST",
            "Field 'body' is not marked queryable",
        ),
        (
            filter(json!({"comparator": "EQUALS", "fieldName": "recordName", "fieldValue": text})),
            400,
            "BAD_REQUEST",
            "Did not find field: 'recordName' in type: 'Note'",
        ),
        (
            filter(json!({"comparator": "LIKE", "fieldName": "title", "fieldValue": text})),
            400,
            "BAD_REQUEST",
            "BadRequestException: Unexpected input",
        ),
        (
            filter(json!({"comparator": "EQUALS", "fieldName": "list", "fieldValue": text})),
            400,
            "BAD_REQUEST",
            "could not decode reference object",
        ),
        (
            filter(json!({"comparator": "IN", "fieldName": "title", "fieldValue": {"value": ["a"]}})),
            400,
            "BAD_REQUEST",
            "Invalid value, expected type STRING but actual value was a list with objects of class java.lang.String",
        ),
    ] {
        let answer = rig.post("records/query", json!({"query": query})).await;
        assert_eq!(refused(&answer), (status, code, reason));
    }
    for limit in [0, 201] {
        let answer = rig
            .post(
                "records/query",
                json!({"query": {"recordType": "Note"}, "resultsLimit": limit}),
            )
            .await;
        assert_eq!((answer.0, refused(&answer).1), (400, "BAD_REQUEST"));
    }
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn markers_lead_through_all_records_once() {
    let rig = Rig::with(|o| o.marker_lifetime = Some(HOUR)).await;
    filled(&rig, 25).await;
    let query = json!({"recordType": "Note", "filterBy": null, "sortBy": []});
    let mut body = json!({"query": query, "resultsLimit": 10, "continuationMarker": null, "zoneWide": false});
    let (mut found, mut markers) = (Vec::new(), Vec::new());
    loop {
        let (status, page) = rig.post("records/query", body.clone()).await;
        assert_eq!(status, 200, "{page}");
        found.extend(page["records"].as_array().unwrap().clone());
        let Some(marker) = page.get("continuationMarker") else {
            break;
        };
        body["continuationMarker"] = marker.clone();
        markers.push(marker.clone());
    }
    let mut all = names(&found);
    all.sort_unstable();
    all.dedup();
    assert_eq!((all.len(), found.len(), markers.len()), (25, 25, 2));

    let bad = |query: Value, marker: &Value| json!({"query": query, "continuationMarker": marker});
    let other = rig
        .post("records/query", bad(json!({"recordType": "List"}), &markers[0]))
        .await;
    assert_eq!((other.0, refused(&other).1), (400, "BAD_REQUEST"));
    let made_up = rig
        .post(
            "records/query",
            bad(json!({"recordType": "Note"}), &json!("AQAB")),
        )
        .await;
    assert_eq!((made_up.0, refused(&made_up).1), (400, "BAD_REQUEST"));
    assert_eq!(
        rig.post("records/query", bad(json!({"recordType": "Note"}), &markers[0]))
            .await
            .0,
        200
    );
    rig.emulator.advance_clock(HOUR + Duration::from_millis(1));
    let late = rig
        .post("records/query", bad(json!({"recordType": "Note"}), &markers[0]))
        .await;
    assert_eq!((late.0, refused(&late).1), (400, "BAD_REQUEST"));
}
