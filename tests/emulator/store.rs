//! What is kept, and how much is put in at once.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};
use skydeck::emulator::{Emulator, Environment, LoadError, LoadRecord, Options, Store};

use super::{Rig, failure};

fn line(n: usize) -> String {
    json!({"recordName": format!("n{n}"), "recordType": "Note", "recordChangeTag": "mk2f9a1c", "deleted": false,
        "fields": {"title": {"value": format!("Note {n}"), "type": "STRING"}, "count": {"value": n, "type": "INT64"}},
        "created": {"timestamp": 1_767_000_000_000_u64 + n as u64}, "modified": {"timestamp": 1_767_000_100_000_u64}})
    .to_string()
}

#[tokio::test]
async fn a_file_survives() {
    let folder = tempfile::tempdir().unwrap();
    let file = Store::File(folder.path().join("store.db"));
    let rig = Rig::with(|o| o.store = file.clone()).await;
    let made = rig.note("kept", json!({"title": {"value": "x"}})).await;
    rig.emulator.stop().await;
    let again = Rig::with(|o| o.store = file).await;
    assert_eq!(again.lookup("kept").await, made);
    let update = json!({"recordName": "kept", "recordChangeTag": made["recordChangeTag"], "fields": {}});
    assert_ne!(
        again.one("update", update).await["recordChangeTag"],
        made["recordChangeTag"]
    );
}

#[tokio::test]
async fn records_are_loaded_as_the_service_writes_them() {
    let rig = Rig::start().await;
    let records = (0..1000).map(|n| LoadRecord::from_wire(&line(n)));
    assert_eq!(
        rig.emulator.load(Environment::Development, records).unwrap(),
        1000
    );
    let one = rig.lookup("n7").await;
    assert_eq!(
        (&one["recordChangeTag"], &one["created"]["timestamp"]),
        (&json!("mk2f9a1c"), &json!(1_767_000_000_007_u64))
    );
    assert_eq!(one["fields"]["count"], json!({"value": 7, "type": "INT64"}));
    assert_eq!(rig.emulator.count(Environment::Production).unwrap(), 0);
    assert_eq!(rig.emulator.records(Environment::Development).len(), 1000);

    let mut wrong = LoadRecord::from_wire(&line(2000)).unwrap();
    wrong
        .fields
        .insert("due".to_owned(), json!({"value": "soon", "type": "STRING"}));
    let load = |record: LoadRecord| {
        rig.emulator
            .load(Environment::Development, [Ok::<_, LoadError>(record)])
    };
    let said = load(wrong).unwrap_err().to_string();
    assert_eq!(
        said,
        "record 'n2000', field 'due': Invalid value, expected type TIMESTAMP."
    );
    let twice = load(LoadRecord::from_wire(&line(7)).unwrap())
        .unwrap_err()
        .to_string();
    assert_eq!(twice, "record 'n7': record to insert already exists");
    assert_eq!(failure(&rig.lookup("n2000").await).0, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_before_the_records_waits_for_them() {
    let mut options = Options::new(super::CONTAINER, super::schema());
    options.any_signature = true;
    let mut emulator = Emulator::open(options).unwrap();
    let body = r#"{"query": {"recordType": "Note"}}"#;
    let mut early = TcpStream::connect(emulator.address()).unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nx-apple-cloudkit-request-keyid: k\r\nconnection: close\r\n",
        super::path("records/query")
    );
    write!(early, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let records = (0..50).map(|n| LoadRecord::from_wire(&line(n)));
    emulator.load(Environment::Development, records).unwrap();
    emulator.serve();
    let mut answer = String::new();
    early.read_to_string(&mut answer).unwrap();
    assert_eq!(answer.matches("\"recordName\":\"n").count(), 50, "{answer}");
}

/// `cargo test --release -- --ignored a_million` tells how long.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes its time; a measurement"]
async fn a_million_records() {
    let folder = tempfile::tempdir().unwrap();
    let rig = Rig::with(|o| o.store = Store::File(folder.path().join("store.db"))).await;
    let begun = std::time::Instant::now();
    let load = || {
        rig.emulator.load(
            Environment::Development,
            (0..1_000_000).map(|n| LoadRecord::from_wire(&line(n))),
        )
    };
    tokio::task::block_in_place(load).unwrap();
    let loaded = begun.elapsed();
    let mut body = json!({"query": {"recordType": "Note"}});
    let begun = std::time::Instant::now();
    for _ in 0..50 {
        body["continuationMarker"] =
            rig.post("records/query", body.clone()).await.1["continuationMarker"].clone();
    }
    let page = begun.elapsed() / 50;
    let begun = std::time::Instant::now();
    for n in 0..20 {
        let op = |m| json!({"operationType": "forceUpdate", "record": {"recordName": format!("n{}", n * 200 + m), "fields": {"count": {"value": 5}}}});
        rig.records(
            "records/modify",
            json!({"operations": (0..200).map(op).collect::<Vec<Value>>()}),
        )
        .await;
    }
    println!(
        "loaded in {loaded:?}; a page in {page:?}; a modify in {:?}",
        begun.elapsed() / 20
    );
    assert!(loaded.as_secs() < 60);
}
