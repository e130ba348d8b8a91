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
async fn addresses_expire() {
    let rig = Rig::with(|o| o.asset_lifetime = Duration::from_millis(1200)).await;
    let file = upload(&rig, b"x").await;
    let made = rig.one("create", with("a", &file)).await;
    let url = made["fields"]["image"]["value"]["downloadURL"].as_str().unwrap();
    tokio::time::sleep(Duration::from_millis(1300)).await;
    assert_eq!(rig.client.get(url).send().await.unwrap().status().as_u16(), 410);
}
