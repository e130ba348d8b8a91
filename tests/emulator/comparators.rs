//! Every comparator on every kind of field, against a model that knows nothing of queries: a closure over plain values.

use serde_json::{Map, Value, json};

use super::{Rig, failure, names, refused};

/// The same values as the service and as the model see them; `None` is a field that is missing.
#[derive(Default)]
struct Sample {
    name: &'static str,
    title: Option<&'static str>,
    count: Option<i64>,
    score: Option<f64>,
    due: Option<i64>,
    data: Option<&'static str>,
    place: Option<(f64, f64)>,
    list: Option<&'static str>,
    tags: Option<&'static [&'static str]>,
    numbers: Option<&'static [i64]>,
}

const VIENNA: (f64, f64) = (48.2082, 16.3738);
const BRATISLAVA: (f64, f64) = (48.1486, 17.1077);

fn samples() -> Vec<Sample> {
    vec![
        Sample {
            name: "a",
            title: Some("Apple pie"),
            count: Some(1),
            score: Some(-0.0),
            due: Some(1_767_225_600_000),
            data: Some("AQI="),
            place: Some(VIENNA),
            list: Some("l1"),
            tags: Some(&["home", "food"]),
            numbers: Some(&[1, 2]),
        },
        Sample {
            name: "b",
            title: Some("apple juice"),
            count: Some(i64::MAX),
            score: Some(0.5),
            due: Some(-1),
            data: Some("/w=="),
            place: Some(BRATISLAVA),
            list: Some("l2"),
            tags: Some(&["work"]),
            numbers: Some(&[i64::MAX]),
        },
        Sample {
            name: "c",
            title: Some("Apple-Pie, cold"),
            count: Some(i64::MIN),
            score: Some(1e300),
            due: Some(0),
            data: Some(""),
            place: Some((0.0, 179.9)),
            list: Some("l1"),
            tags: Some(&["homework", "food", "cold"]),
            numbers: Some(&[2, 2, 3]),
        },
        Sample {
            name: "d",
            title: Some("Äpfel"),
            count: Some((1 << 53) + 1),
            score: Some(-2.5),
            due: Some(1),
            place: Some((0.0, -179.9)),
            ..Sample::default()
        },
        Sample {
            name: "none",
            ..Sample::default()
        },
    ]
}

fn fields(sample: &Sample) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, kind: &str, value: Option<Value>| {
        if let Some(value) = value {
            out.insert(name.to_owned(), json!({"value": value, "type": kind}));
        }
    };
    put("title", "STRING", sample.title.map(Into::into));
    put("count", "INT64", sample.count.map(Into::into));
    put("score", "DOUBLE", sample.score.map(Into::into));
    put("due", "TIMESTAMP", sample.due.map(Into::into));
    put("data", "BYTES", sample.data.map(Into::into));
    put("place", "LOCATION", sample.place.map(place));
    put(
        "list",
        "REFERENCE",
        sample.list.map(|to| json!({"recordName": to, "action": "NONE"})),
    );
    put("tags", "STRING_LIST", sample.tags.map(|tags| json!(tags)));
    put(
        "numbers",
        "INT64_LIST",
        sample.numbers.map(|numbers| json!(numbers)),
    );
    Value::Object(out)
}

fn place((latitude, longitude): (f64, f64)) -> Value {
    json!({"latitude": latitude, "longitude": longitude})
}

async fn filled() -> Rig {
    let rig = Rig::start().await;
    for sample in samples() {
        rig.note(sample.name, fields(&sample)).await;
    }
    rig
}

async fn found(rig: &Rig, filter: &Value) -> Vec<String> {
    let body = json!({"query": {"recordType": "Note", "filterBy": [filter]}});
    let records = rig.records("records/query", body).await;
    let mut out: Vec<String> = names(&records).into_iter().map(str::to_owned).collect();
    out.sort();
    out
}

/// What a comparator says of a sample; `None` where the field is missing, which passes neither it nor its negation.
type Model = fn(&Sample) -> Option<bool>;

/// Comparator, field, type and value of the operand, model.
type Case = (&'static str, &'static str, &'static str, Value, Model);

fn equalities() -> Vec<Case> {
    vec![
        ("EQUALS", "title", "STRING", json!("apple juice"), |s| {
            Some(s.title? == "apple juice")
        }),
        ("EQUALS", "count", "INT64", json!((1_i64 << 53) + 1), |s| {
            Some(s.count? == (1 << 53) + 1)
        }),
        ("EQUALS", "score", "DOUBLE", json!(0), |s| Some(s.score? == 0.0)),
        ("EQUALS", "due", "TIMESTAMP", json!(0), |s| Some(s.due? == 0)),
        ("EQUALS", "data", "BYTES", json!("AQI="), |s| {
            Some(s.data? == "AQI=")
        }),
        ("EQUALS", "place", "LOCATION", place(VIENNA), |s| {
            Some(s.place? == VIENNA)
        }),
        ("EQUALS", "list", "REFERENCE", json!({"recordName": "l1"}), |s| {
            Some(s.list? == "l1")
        }),
        ("IN", "title", "STRING_LIST", json!(["Äpfel", "x"]), |s| {
            Some(s.title? == "Äpfel")
        }),
        ("IN", "count", "INT64_LIST", json!([i64::MIN, 1]), |s| {
            Some([i64::MIN, 1].contains(&s.count?))
        }),
        ("IN", "score", "DOUBLE_LIST", json!([0.5, 3]), |s| {
            Some(s.score?.total_cmp(&0.5).is_eq())
        }),
        ("IN", "due", "TIMESTAMP_LIST", json!([-1, 1]), |s| {
            Some([-1, 1].contains(&s.due?))
        }),
        (
            "IN",
            "list",
            "REFERENCE_LIST",
            json!([{"recordName": "l2"}]),
            |s| Some(s.list? == "l2"),
        ),
        ("IN", "title", "STRING_LIST", json!([]), |s| {
            s.title.map(|_| false)
        }),
    ]
}

fn orders_and_texts() -> Vec<Case> {
    vec![
        ("LESS_THAN", "title", "STRING", json!("Apple pie"), |s| {
            Some(s.title? < "Apple pie")
        }),
        ("LESS_THAN", "count", "INT64", json!(1), |s| Some(s.count? < 1)),
        ("LESS_THAN", "score", "DOUBLE", json!(0.0), |s| {
            Some(s.score? < 0.0)
        }),
        ("LESS_THAN_OR_EQUALS", "count", "INT64", json!(1), |s| {
            Some(s.count? <= 1)
        }),
        ("LESS_THAN_OR_EQUALS", "score", "DOUBLE", json!(0.5), |s| {
            Some(s.score? <= 0.5)
        }),
        ("GREATER_THAN", "count", "INT64", json!(1_i64 << 53), |s| {
            Some(s.count? > 1 << 53)
        }),
        ("GREATER_THAN", "due", "TIMESTAMP", json!(0), |s| Some(s.due? > 0)),
        (
            "GREATER_THAN_OR_EQUALS",
            "title",
            "STRING",
            json!("apple juice"),
            |s| Some(s.title? >= "apple juice"),
        ),
        ("GREATER_THAN_OR_EQUALS", "score", "DOUBLE", json!(-0.0), |s| {
            Some(s.score? >= 0.0)
        }),
        ("BEGINS_WITH", "title", "STRING", json!("Apple"), |s| {
            Some(s.title?.starts_with("Apple"))
        }),
        // About 55 km lie between the two cities, and 22 km between the two sides of the date line.
        ("NEAR", "place", "LOCATION", place(VIENNA), |s| {
            s.place.map(|_| ["a", "b"].contains(&s.name))
        }),
        (
            "NEAR",
            "place",
            "LOCATION",
            json!({"latitude": 0, "longitude": 180}),
            |s| s.place.map(|_| ["c", "d"].contains(&s.name)),
        ),
        (
            "CONTAINS_ALL_TOKENS",
            "title",
            "STRING",
            json!("PIE apple"),
            |s| s.title.map(|_| "ac".contains(s.name)),
        ),
        (
            "CONTAINS_ANY_TOKENS",
            "title",
            "STRING",
            json!("cold, äpfel!"),
            |s| s.title.map(|_| "cd".contains(s.name)),
        ),
    ]
}

fn lists() -> Vec<Case> {
    vec![
        ("LIST_CONTAINS", "tags", "STRING", json!("home"), |s| {
            Some(s.tags?.contains(&"home"))
        }),
        ("LIST_CONTAINS", "numbers", "INT64", json!(i64::MAX), |s| {
            Some(s.numbers?.contains(&i64::MAX))
        }),
        (
            "LIST_CONTAINS_ANY",
            "tags",
            "STRING_LIST",
            json!(["cold", "work"]),
            |s| Some(s.tags?.iter().any(|t| ["cold", "work"].contains(t))),
        ),
        ("LIST_CONTAINS_ANY", "numbers", "INT64_LIST", json!([3, 1]), |s| {
            Some(s.numbers?.iter().any(|n| [3, 1].contains(n)))
        }),
        (
            "LIST_CONTAINS_ALL",
            "tags",
            "STRING_LIST",
            json!(["food", "cold"]),
            |s| {
                Some(
                    ["food", "cold"]
                        .iter()
                        .all(|t| s.tags.unwrap_or_default().contains(t)),
                )
                .filter(|_| s.tags.is_some())
            },
        ),
        ("LIST_MEMBER_BEGINS_WITH", "tags", "STRING", json!("home"), |s| {
            Some(s.tags?.iter().any(|t| t.starts_with("home")))
        }),
    ]
}

fn negatable(comparator: &str) -> bool {
    comparator.starts_with("LIST") || ["EQUALS", "IN", "BEGINS_WITH"].contains(&comparator)
}

#[tokio::test]
async fn every_comparator_chooses_what_it_says() {
    let rig = filled().await;
    let samples = samples();
    let mut tried = std::collections::BTreeSet::new();
    let cases = [equalities(), orders_and_texts(), lists()].into_iter().flatten();
    for (comparator, field, kind, value, model) in cases {
        for negated in [false, true] {
            let word = format!("{}{comparator}", if negated { "NOT_" } else { "" });
            let filter = json!({"comparator": word, "fieldName": field, "distance": 60_000,
                "fieldValue": {"value": value, "type": kind}});
            if negated && !negatable(comparator) {
                let answer = rig
                    .post(
                        "records/query",
                        json!({"query": {"recordType": "Note", "filterBy": [filter]}}),
                    )
                    .await;
                assert_eq!(
                    refused(&answer),
                    (400, "BAD_REQUEST", "BadRequestException: Unexpected input"),
                    "{word}"
                );
                continue;
            }
            let expected: Vec<&str> = samples
                .iter()
                .filter(|s| model(s) == Some(!negated))
                .map(|s| s.name)
                .collect();
            assert_eq!(found(&rig, &filter).await, expected, "{filter}");
            tried.insert(word);
        }
    }
    assert_eq!(tried.len(), 21, "the service has 21 comparators: {tried:?}");
}

#[tokio::test]
async fn filters_hold_together_and_know_system_fields() {
    let rig = filled().await;
    let (_, caller) = rig.post("users/caller", json!({})).await;
    let user = json!({"recordName": caller["userRecordName"]});
    let system = |comparator: &str, field: &str, value: Value, kind: &str| json!({"comparator": comparator, "systemFieldName": field, "fieldValue": {"value": value, "type": kind}});
    let all = ["a", "b", "c", "d", "none"];
    for (filter, expected) in [
        (
            system("EQUALS", "recordName", json!({"recordName": "b"}), "REFERENCE"),
            &["b"][..],
        ),
        (
            system(
                "NOT_EQUALS",
                "recordName",
                json!({"recordName": "b"}),
                "REFERENCE",
            ),
            &["a", "c", "d", "none"],
        ),
        (
            system(
                "IN",
                "recordName",
                json!([{"recordName": "d"}, {"recordName": "a"}]),
                "REFERENCE_LIST",
            ),
            &["a", "d"],
        ),
        (
            system("EQUALS", "createdUserRecordName", user.clone(), "REFERENCE"),
            &all,
        ),
        (
            system(
                "EQUALS",
                "modifiedUserRecordName",
                json!({"recordName": "_0"}),
                "REFERENCE",
            ),
            &[],
        ),
        (
            system(
                "GREATER_THAN",
                "createdTimestamp",
                json!(1_767_225_600_000_i64),
                "TIMESTAMP",
            ),
            &all,
        ),
        (
            system(
                "LESS_THAN",
                "modifiedTimestamp",
                json!(1_767_225_600_000_i64),
                "TIMESTAMP",
            ),
            &[],
        ),
        (
            system("EQUALS", "parent", json!({"recordName": "a"}), "REFERENCE"),
            &[],
        ),
    ] {
        assert_eq!(found(&rig, &filter).await, expected, "{filter}");
    }
    let both = json!([{"comparator": "GREATER_THAN", "fieldName": "count", "fieldValue": {"value": 0, "type": "INT64"}},
        {"comparator": "LIST_CONTAINS", "fieldName": "tags", "fieldValue": {"value": "food", "type": "STRING"}}]);
    let body = json!({"query": {"recordType": "Note", "filterBy": both}});
    assert_eq!(names(&rig.records("records/query", body).await), ["a"]);
}

#[tokio::test]
async fn filters_that_fit_no_field_are_refused() {
    let rig = filled().await;
    let text = json!({"value": "x", "type": "STRING"});
    for (filter, reason) in [
        (
            json!({"comparator": "LESS_THAN", "fieldName": "tags", "fieldValue": text}),
            "Comparator LESS_THAN cannot be used with field 'tags' of type STRING_LIST",
        ),
        (
            json!({"comparator": "EQUALS", "fieldName": "tags", "fieldValue": text}),
            "Comparator EQUALS cannot be used with field 'tags' of type STRING_LIST",
        ),
        (
            json!({"comparator": "LIST_CONTAINS", "fieldName": "title", "fieldValue": text}),
            "Comparator LIST_CONTAINS cannot be used with field 'title' of type STRING",
        ),
        (
            json!({"comparator": "BEGINS_WITH", "fieldName": "count", "fieldValue": text}),
            "Comparator BEGINS_WITH cannot be used with field 'count' of type INT64",
        ),
        (
            json!({"comparator": "EQUALS", "fieldName": "image", "fieldValue": text}),
            "Comparator EQUALS cannot be used with field 'image' of type ASSETID",
        ),
        (
            json!({"comparator": "CONTAINS_ALL_TOKENS", "fieldName": "body", "fieldValue": text}),
            "Field 'body' is not marked searchable",
        ),
        (
            json!({"comparator": "EQUALS", "fieldName": "count", "fieldValue": text}),
            "Invalid value, expected type INT64.",
        ),
        (
            json!({"comparator": "EQUALS", "fieldName": "due", "fieldValue": {"value": 1}}),
            "Invalid value, expected type TIMESTAMP.",
        ),
        (
            json!({"comparator": "EQUALS", "fieldName": "title"}),
            "missing required field 'fieldValue'",
        ),
        (
            json!({"fieldName": "title", "fieldValue": text}),
            "missing required field 'comparator'",
        ),
        (
            json!({"comparator": "EQUALS", "fieldValue": text}),
            "missing required field 'fieldName'",
        ),
        (
            json!({"comparator": "EQUALS", "fieldName": "title", "systemFieldName": "recordName", "fieldValue": text}),
            "fieldName and systemFieldName exclude each other",
        ),
        (
            json!({"comparator": "EQUALS", "systemFieldName": "title", "fieldValue": text}),
            "BadRequestException: Unexpected input",
        ),
        (
            json!({"comparator": "EQUALS", "systemFieldName": "recordName", "fieldValue": text}),
            "could not decode reference object",
        ),
        (
            json!({"comparator": "NEAR", "fieldName": "place", "fieldValue": {"value": place(VIENNA), "type": "LOCATION"}}),
            "missing required field 'distance'",
        ),
        (
            json!({"comparator": "equals", "fieldName": "title", "fieldValue": text}),
            "BadRequestException: Unexpected input",
        ),
    ] {
        let answer = rig
            .post(
                "records/query",
                json!({"query": {"recordType": "Note", "filterBy": [filter]}}),
            )
            .await;
        assert_eq!(
            (answer.0, failure(&answer.1)),
            (400, ("BAD_REQUEST", reason)),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn every_kind_sorts_with_what_is_missing_first() {
    let rig = filled().await;
    let near = json!({"value": place(BRATISLAVA), "type": "LOCATION"});
    for (mut sort, expected) in [
        (json!({"fieldName": "count"}), ["none", "c", "a", "d", "b"]),
        (json!({"fieldName": "score"}), ["none", "d", "a", "b", "c"]),
        (json!({"fieldName": "due"}), ["none", "b", "c", "d", "a"]),
        (json!({"fieldName": "title"}), ["none", "a", "c", "b", "d"]),
        (
            json!({"systemFieldName": "recordName"}),
            ["a", "b", "c", "d", "none"],
        ),
        (
            json!({"fieldName": "place", "relativeLocation": near}),
            ["none", "b", "a", "c", "d"],
        ),
    ] {
        for ascending in [true, false] {
            sort["ascending"] = json!(ascending);
            let body = json!({"query": {"recordType": "Note", "sortBy": [sort]}});
            let records = rig.records("records/query", body).await;
            let mut got = names(&records);
            if !ascending {
                got.reverse();
            }
            assert_eq!(got, expected, "{sort}");
        }
    }
    let unsorted = json!({"query": {"recordType": "Note", "sortBy": [{"fieldName": "place"}]}});
    assert_eq!(rig.post("records/query", unsorted).await.0, 400);
}
