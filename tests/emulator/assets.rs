//! Assets: there and back.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Rig, answer, failure};

async fn upload(rig: &Rig, bytes: &'static [u8]) -> Value {
    let tokens = json!({"tokens": [{"recordType": "Note", "recordName": "a", "fieldName": "image"}]});
    let (status, given) = rig.post("assets/upload", tokens).await;
    assert_eq!(status, 200, "{given}");
    assert_eq!(
        (
            &given["tokens"][0]["recordName"],
            &given["tokens"][0]["fieldName"]
        ),
        (&json!("a"), &json!("image"))
    );
    let url = given["tokens"][0]["url"].as_str().unwrap();
    answer(rig.client.post(url).body(bytes)).await.1["singleFile"].clone()
}

fn with(name: &str, asset: &Value) -> Value {
    json!({"recordName": name, "recordType": "Note", "fields": {"image": {"value": asset, "type": "ASSETID"}}})
}

#[tokio::test]
async fn there_and_back() {
    let rig = Rig::start().await;
    assert_eq!(
        upload(&rig, b"").await["fileChecksum"],
        "AW2cWT2PxzWixMKuuNMTHJ8CJ3sH"
    );
    let file = upload(&rig, b"hello world\n").await;
    assert_eq!(
        (&file["fileChecksum"], &file["size"]),
        (&json!("ARqdPZjFmdSZOG/4FrBl60A1BEXf"), &json!(12))
    );

    let refused = ("BAD_REQUEST", "bad upload receipt (did_not_validate)");
    assert_eq!(failure(&rig.one("create", with("b", &file)).await), refused);
    let made = rig.one("create", with("a", &file)).await;
    let read = made["fields"]["image"]["value"].clone();
    assert_eq!(
        (&read["fileChecksum"], &read["size"]),
        (&file["fileChecksum"], &file["size"])
    );
    let url = read["downloadURL"].as_str().unwrap();
    assert!(url.contains("${f}"), "{url}");
    for url in [url.to_owned(), url.replace("${f}", "photo.jpg")] {
        assert_eq!(
            rig.client
                .get(url)
                .send()
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap()
                .as_ref(),
            b"hello world\n"
        );
    }
    let forged = url.replace("e=", "e=9");
    assert_eq!(
        rig.client.get(forged).send().await.unwrap().status().as_u16(),
        403
    );

    assert_eq!(failure(&rig.one("create", with("b", &read)).await), refused);
    let body = json!({"assets": [{"recordName": "a", "fieldName": "image"}]});
    let (_, reusable) = rig.post("assets/rereference", body).await;
    assert_eq!(
        failure(&rig.one("create", with("b", &reusable["assets"][0])).await),
        ("", "")
    );
}

#[tokio::test]
async fn tokens_name_their_field_and_a_record_that_has_no_name_yet_gets_one() {
    let rig = Rig::start().await;
    let token = |field: &str| json!({"recordType": "Note", "fieldName": field});
    let (_, given) = rig
        .post(
            "assets/upload",
            json!({"tokens": [token("image"), token("images")]}),
        )
        .await;
    let mut fields = json!({});
    for (given, field) in given["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .zip(["image", "images"])
    {
        let name = given["recordName"].as_str().unwrap();
        assert!(
            name.len() == 36 && name == name.to_uppercase() && given["fieldName"] == field,
            "{given}"
        );
        // Another verb, another content type, sent twice: the last receipt is as good as the first.
        let url = given["url"].as_str().unwrap();
        assert_eq!(answer(rig.client.put(url).body("one")).await.0, 200);
        let sent = rig
            .client
            .post(url)
            .header("content-type", "image/png")
            .body(field);
        let file = answer(sent).await.1["singleFile"].clone();
        let value = if field == "images" { json!([file]) } else { file };
        fields[field] = json!({"value": value});
        let record = json!({"recordName": name, "recordType": "Note", "fields": {field: fields[field]}});
        let made = rig.one("create", record).await;
        assert_eq!(failure(&made), ("", ""));
        let read = &made["fields"][field]["value"];
        let read = if field == "images" { &read[0] } else { read };
        assert_eq!(read["size"], field.len());
        assert!(read["receipt"].is_null());
    }
    for (token, status, code) in [
        (
            json!({"recordType": "Nope", "fieldName": "image"}),
            404,
            "NOT_FOUND",
        ),
        (
            json!({"recordType": "Note", "fieldName": "nope"}),
            400,
            "BAD_REQUEST",
        ),
        (
            json!({"recordType": "Note", "fieldName": "title"}),
            400,
            "BAD_REQUEST",
        ),
        (json!({"recordType": "Note"}), 400, "BAD_REQUEST"),
        (
            json!({"recordType": "Note", "fieldName": "image", "recordName": "_x"}),
            400,
            "BAD_REQUEST",
        ),
        (
            json!({"recordType": "Sealed", "fieldName": "image"}),
            400,
            "BAD_REQUEST",
        ),
    ] {
        let refused = rig.post("assets/upload", json!({"tokens": [token]})).await;
        assert_eq!(
            (refused.0, failure(&refused.1).0),
            (status, code),
            "{}",
            refused.1
        );
    }
    let nowhere = format!("{}/upload/0123", rig.emulator.endpoint());
    assert_eq!(answer(rig.client.post(nowhere).body("x")).await.0, 404);
    let none = json!({"assets": [{"recordName": "nope", "fieldName": "image"}]});
    assert_eq!(
        failure(&rig.post("assets/rereference", none).await.1["assets"][0]).0,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn an_asset_stays_when_other_fields_change() {
    let rig = Rig::start().await;
    let file = upload(&rig, b"hello world\n").await;
    rig.one("create", with("a", &file)).await;
    let change = json!({"recordName": "a", "fields": {"title": {"value": "x"}}});
    let changed = rig.one("forceUpdate", change).await;
    assert_eq!(
        changed["fields"]["image"]["value"]["fileChecksum"],
        file["fileChecksum"]
    );
    let mut wrong = file.clone();
    wrong["fileChecksum"] = json!("AW2cWT2PxzWixMKuuNMTHJ8CJ3sH");
    assert_eq!(
        failure(&rig.one("forceUpdate", with("a", &wrong)).await).0,
        "BAD_REQUEST"
    );
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn addresses_expire() {
    let rig = Rig::with(|o| o.asset_lifetime = HOUR).await;
    let token = json!({"tokens": [{"recordType": "Note", "recordName": "a", "fieldName": "image"}]});
    let given = rig.post("assets/upload", token).await.1["tokens"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let file = upload(&rig, b"x").await;
    let made = rig.one("create", with("a", &file)).await;
    let url = made["fields"]["image"]["value"]["downloadURL"].as_str().unwrap();
    assert_eq!(rig.client.get(url).send().await.unwrap().status().as_u16(), 200);
    rig.emulator.advance_clock(HOUR);
    assert_eq!(rig.client.get(url).send().await.unwrap().status().as_u16(), 410);
    let to = rig.emulator.endpoint() + "/upload/";
    assert!(given.starts_with(&to), "{given}");
    assert_eq!(answer(rig.client.post(given).body("x")).await.0, 410);
}
