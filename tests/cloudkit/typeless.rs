//! Entries of a lookup that say too little: what cannot be told is neither found nor missing.

use serde_json::{Value as Json, json};
use skydeck::cloudkit::Code;

use super::server::{Server, json as reply};
use super::{settings, stranger_to};

fn entry() -> Json {
    json!({ "recordName": "a", "recordType": "Note", "recordChangeTag": "t",
        "fields": { "title": { "value": "mine", "type": "STRING" } } })
}

/// The entry without its type.
fn cut() -> Json {
    let mut entry = entry();
    entry.as_object_mut().unwrap().remove("recordType");
    entry
}

#[tokio::test]
async fn a_record_without_its_type_is_asked_for_again() {
    let server = Server::start(|n, _| {
        let entry = if n == 0 { cut() } else { entry() };
        reply(200, &json!({ "records": [entry] }))
    })
    .await;
    let client = stranger_to(&server.endpoint, settings());
    let lookup = client.lookup(&["a".to_owned()]).await.unwrap();
    assert_eq!(lookup.found["a"].record_type, "Note");
    assert!(lookup.missing.is_empty());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_record_that_never_has_a_type_is_not_called_missing() {
    for entry in [cut(), json!({ "recordName": "a", "recordChangeTag": "t" })] {
        let server = Server::saying(reply(200, &json!({ "records": [entry] }))).await;
        let client = stranger_to(&server.endpoint, settings());
        let mut lookup = client.lookup(&["a".to_owned()]).await.unwrap();
        assert_eq!((lookup.found.len(), lookup.missing.len()), (0, 0));
        let error = lookup.take("a").unwrap_err();
        assert_eq!(error.code, Code::InternalError);
        assert!(error.reason.contains("without its type"), "{error}");
        assert!(server.count() > 1);
    }
    // One client saw a missing record like this.
    let server = Server::saying(reply(
        200,
        &json!({ "records": [{ "recordName": "a", "fields": {} }] }),
    ))
    .await;
    let client = stranger_to(&server.endpoint, settings());
    let lookup = client.lookup(&["a".to_owned()]).await.unwrap();
    assert_eq!(lookup.missing, ["a"]);
}
