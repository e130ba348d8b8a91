//! How much is allowed at once, and how one too much is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{Rig, answer, failure, path, refused};

fn create(name: &str, fields: &Value) -> Value {
    json!({"operationType": "create", "record": {"recordType": "Note", "recordName": name, "fields": fields}})
}

#[tokio::test]
async fn two_hundred_of_everything() {
    let rig = Rig::start().await;
    let token = |n: usize| json!({"recordType": "Note", "recordName": format!("n{n}"), "fieldName": "image"});
    let name =
        |n: usize| json!({"recordName": format!("n{n}"), "fieldName": "image", "zoneName": "_defaultZone"});
    for (operation, member, item) in [
        (
            "records/modify",
            "operations",
            Box::new(|n| create(&format!("n{n}"), &json!({}))) as Box<dyn Fn(usize) -> Value>,
        ),
        ("records/lookup", "records", Box::new(name)),
        ("assets/upload", "tokens", Box::new(token)),
        ("assets/rereference", "assets", Box::new(name)),
        ("zones/lookup", "zones", Box::new(name)),
    ] {
        let body = |count: usize| json!({member: (0..count).map(&item).collect::<Vec<_>>()});
        let over = rig.post(operation, body(201)).await;
        let reason = format!("201 {member} in one request, at most 200 are allowed");
        assert_eq!(refused(&over), (400, "BAD_REQUEST", reason.as_str()));
        assert_eq!(rig.post(operation, body(200)).await.0, 200, "{operation}");
        let missing = rig.post(operation, json!({})).await;
        let reason = format!("missing required field '{member}'");
        assert_eq!(refused(&missing), (400, "BAD_REQUEST", reason.as_str()));
        let shape = rig.post(operation, json!({member: 5})).await;
        assert_eq!(
            refused(&shape).2,
            "BadRequestException: Unexpected input",
            "{operation}"
        );
    }
    for (limit, status) in [
        (json!(1), 200),
        (json!(200), 200),
        (json!(0), 400),
        (json!(201), 400),
        (json!(-1), 400),
        (json!("5"), 400),
        (json!(1.5), 400),
        (json!(null), 200),
    ] {
        let body = json!({"query": {"recordType": "Note"}, "resultsLimit": limit});
        assert_eq!(rig.post("records/query", body).await.0, status, "{limit}");
    }
}

#[tokio::test]
async fn record_names_are_ascii_and_short_and_not_the_systems() {
    let rig = Rig::start().await;
    let (longest, longer) = ("n".repeat(255), "n".repeat(256));
    let bad = ["", "_x", "Tür", longer.as_str()];
    let mut operations: Vec<Value> = bad.iter().map(|name| create(name, &json!({}))).collect();
    operations.extend([create(&longest, &json!({})), create("a b/c?d\"e", &json!({}))]);
    let items = rig
        .records("records/modify", json!({"operations": operations}))
        .await;
    for (item, name) in items.iter().zip(bad) {
        assert_eq!(
            (failure(item).0, &item["recordName"]),
            ("BAD_REQUEST", &json!(name))
        );
    }
    for (item, name) in items[4..].iter().zip([longest.as_str(), "a b/c?d\"e"]) {
        assert_eq!(failure(item), ("", ""), "{name}");
        assert_eq!(rig.lookup(name).await["recordName"], name);
    }
    let reference = json!({"list": {"value": {"recordName": longer, "action": "NONE"}, "type": "REFERENCE"}});
    let items = rig
        .records("records/modify", json!({"operations": [create("r", &reference)]}))
        .await;
    assert_eq!(failure(&items[0]).0, "BAD_REQUEST");
}

#[tokio::test]
async fn a_record_holds_a_mebibyte_however_json_spells_it() {
    let rig = Rig::start().await;
    let text = |size: usize| json!({"body": {"value": "\n".repeat(size), "type": "STRING"}});
    let bytes = |size: usize| json!({"data": {"value": BASE64.encode(vec![7; size]), "type": "BYTES"}});
    let (fits, over) = ((1 << 20) - 100, (1 << 20) + 1);
    for (name, fields, code) in [
        ("t1", text(fits / 2), ""),
        (
            "t2",
            json!({"body": {"value": "x".repeat(over), "type": "STRING"}}),
            "BAD_REQUEST",
        ),
        ("b1", bytes(fits), ""),
        ("b2", bytes(over), "BAD_REQUEST"),
    ] {
        let item = rig
            .one(
                "create",
                json!({"recordType": "Note", "recordName": name, "fields": fields}),
            )
            .await;
        assert_eq!(failure(&item).0, code, "{name}");
    }
    // Grown beyond it by an update of another field.
    let grow = json!({"recordName": "b1", "recordType": "Note", "fields": {"title": {"value": "x".repeat(200), "type": "STRING"}}});
    assert_eq!(failure(&rig.one("forceUpdate", grow).await).0, "BAD_REQUEST");
}

#[tokio::test]
async fn requests_and_files_that_are_too_large_are_answered() {
    let rig = Rig::start().await;
    for size in [(2 << 20) + 1, 20 << 20] {
        let sent = answer(rig.signed("POST", &path("records/modify"), &" ".repeat(size))).await;
        assert_eq!((sent.0, failure(&sent.1).0), (413, "BAD_REQUEST"), "{size}");
    }
    let padded = format!(
        "{}{}",
        json!({"query": {"recordType": "Note"}}),
        " ".repeat(1 << 20)
    );
    assert_eq!(
        answer(rig.signed("POST", &path("records/query"), &padded))
            .await
            .0,
        200
    );

    let token = json!({"tokens": [{"recordType": "Note", "recordName": "a", "fieldName": "image"}]});
    let url = rig.post("assets/upload", token).await.1["tokens"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let large = answer(rig.client.post(&url).body(vec![0; (50 << 20) + 1])).await;
    assert_eq!((large.0, failure(&large.1).0), (413, "QUOTA_EXCEEDED"));
    let file = answer(rig.client.post(&url).body(vec![0; 3 << 20])).await;
    assert_eq!((file.0, &file.1["singleFile"]["size"]), (200, &json!(3 << 20)));
}

#[tokio::test]
async fn seven_hundred_and_fifty_go_with_one_target() {
    let rig = Rig::start().await;
    rig.one("create", json!({"recordType": "List", "recordName": "l"}))
        .await;
    let source = |n: usize| {
        create(
            &format!("s{n}"),
            &json!({"list": {"value": {"recordName": "l", "action": "DELETE_SELF"}, "type": "REFERENCE"}}),
        )
    };
    for from in [0, 200, 400, 600] {
        let operations: Vec<Value> = (from..(from + 200).min(751)).map(source).collect();
        let items = rig
            .records("records/modify", json!({"operations": operations}))
            .await;
        for (n, item) in items.iter().enumerate() {
            let code = if from + n < 750 { "" } else { "BAD_REQUEST" };
            assert_eq!(failure(item).0, code, "{n}: {item}");
        }
    }
    rig.one("forceDelete", json!({"recordName": "l"})).await;
    assert!(
        rig.records("records/query", json!({"query": {"recordType": "Note"}}))
            .await
            .is_empty()
    );
}
