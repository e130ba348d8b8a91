//! What the service puts off, for single records or by code: asked for again, as the answer says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use skydeck::cloudkit::{Client, Notice, Query, Settings};

use super::server::{Asked, Server, json as reply};
use super::{names, settings, stranger_to};

fn record(name: &str) -> Json {
    json!({ "recordName": name, "recordType": "Note", "recordChangeTag": "1", "fields": {} })
}

fn put_off(name: &str, code: &str, retry_after: Option<u32>) -> Json {
    json!({ "recordName": name, "serverErrorCode": code, "reason": "busy", "retryAfter": retry_after })
}

/// The names that a lookup asks for.
fn asked(request: &Asked) -> Vec<String> {
    let records = request.body["records"].as_array().unwrap();
    let name = |one: &Json| one["recordName"].as_str().unwrap().to_owned();
    records.iter().map(name).collect()
}

/// The waits that a client tells of.
fn waits(client: Client) -> (Client, Arc<Mutex<Vec<Duration>>>) {
    let waits = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&waits);
    let client = client.observed_by(move |notice| {
        if let Notice::Waiting { wait, .. } = notice {
            log.lock().unwrap().push(wait);
        }
    });
    (client, waits)
}

/// By what the answer says, then by code.
#[tokio::test]
async fn a_record_that_a_lookup_puts_off_is_asked_for_again() {
    for (code, retry_after) in [
        ("TRY_AGAIN_LATER", Some(1)),
        ("ZONE_BUSY", Some(1)),
        ("THROTTLED", None),
        ("TRY_AGAIN_LATER", None),
        ("INTERNAL_ERROR", None),
        // Whatever the code.
        ("SOMETHING_NEW", Some(1)),
        ("ACCESS_DENIED", Some(1)),
        ("NOT_FOUND", Some(1)),
    ] {
        let server = Server::start(move |n, _| {
            let slow = if n == 0 {
                put_off("b", code, retry_after)
            } else {
                record("b")
            };
            let others = [record("a"), slow, put_off("gone", "NOT_FOUND", None)];
            let records = if n == 0 { &others[..] } else { &others[1..2] };
            reply(200, &json!({ "records": records }))
        })
        .await;
        let (client, waits) = waits(stranger_to(&server.endpoint, settings()));
        let wanted: Vec<String> = ["a", "b", "gone"].map(String::from).into();
        let lookup = client.lookup(&wanted).await.unwrap();
        let mut found: Vec<&String> = lookup.found.keys().collect();
        found.sort();
        assert_eq!(found, ["a", "b"], "{code}");
        assert_eq!(lookup.missing, ["gone"], "{code}");
        assert!(lookup.refused.is_empty(), "{code}: {:?}", lookup.refused);
        let seen = server.seen();
        let requests: Vec<Vec<String>> = seen.iter().map(asked).collect();
        assert_eq!(requests[1], ["b"], "{code}");
        let told: Vec<Duration> = retry_after
            .map(|seconds| Duration::from_secs(seconds.into()))
            .into_iter()
            .collect();
        assert_eq!(*waits.lock().unwrap(), told, "{code}");
        if let Some(wait) = told.first() {
            assert!(seen[1].at >= seen[0].at + *wait, "{code}");
        }
    }
}

#[tokio::test]
async fn a_record_that_is_put_off_for_ever_is_told_of_in_the_end() {
    for code in ["SOMETHING_NEW", "INTERNAL_ERROR"] {
        let server = Server::start(move |_, _| {
            reply(
                200,
                &json!({ "records": [{ "recordName": "a", "serverErrorCode": code, "retryAfter": 0.001 }] }),
            )
        })
        .await;
        let lookup = stranger_to(&server.endpoint, settings())
            .lookup(&["a".to_owned()])
            .await
            .unwrap();
        let [(name, error)] = &lookup.refused[..] else {
            panic!("{lookup:?}");
        };
        assert_eq!((name.as_str(), error.code.to_string().as_str()), ("a", code));
        assert_eq!(server.count(), 1 + settings().retries as usize);
    }
}

#[tokio::test]
async fn a_record_that_a_query_puts_off_does_not_cost_the_certificate() {
    let server = Server::start(|n, _| {
        let second = if n == 0 {
            put_off("b", "TRY_AGAIN_LATER", Some(1))
        } else {
            record("b")
        };
        reply(200, &json!({ "records": [record("a"), second] }))
    })
    .await;
    let client = stranger_to(&server.endpoint, settings());
    let (records, _) = client.query_all(&Query::of("Note")).await.unwrap();
    assert_eq!((names(&records), server.count()), (vec!["a", "b"], 2));
}

/// A server that takes so many names or records at once, and says so in Apple's word.
async fn limited(most: usize) -> Server {
    Server::start(move |_, request| {
        let too_many = reply(400, &json!({ "serverErrorCode": "LIMIT_EXCEEDED", "reason": "" }));
        if let Some(limit) = request.body["resultsLimit"].as_u64() {
            let from: usize = request.body["continuationMarker"]
                .as_str()
                .map_or(0, |marker| marker.parse().unwrap());
            let size = usize::try_from(limit).unwrap();
            let to = (from + size).min(250);
            let records: Vec<Json> = (from..to).map(|n| record(&format!("r{n:03}"))).collect();
            let marker = (to < 250).then(|| to.to_string());
            return if size > most {
                too_many
            } else {
                reply(200, &json!({ "records": records, "continuationMarker": marker }))
            };
        }
        let names = asked(request);
        let records: Vec<Json> = names.iter().map(|name| record(name)).collect();
        if names.len() > most {
            too_many
        } else {
            reply(200, &json!({ "records": records }))
        }
    })
    .await
}

#[tokio::test]
async fn a_request_that_exceeds_the_limit_is_halved() {
    let server = limited(60).await;
    let client = stranger_to(
        &server.endpoint,
        Settings {
            retries: 0,
            ..settings()
        },
    );
    let wanted: Vec<String> = (0..250).map(|n| format!("r{n:03}")).collect();
    let lookup = client.lookup(&wanted).await.unwrap();
    assert_eq!((lookup.found.len(), lookup.missing.len()), (250, 0));
    let (records, _) = client.query_all(&Query::of("Note")).await.unwrap();
    assert_eq!(names(&records), wanted);
    // A single name cannot be halved.
    let server = limited(0).await;
    let client = stranger_to(&server.endpoint, settings());
    let error = client.lookup(&["a".to_owned()]).await.unwrap_err();
    assert!(error.to_string().contains("LIMIT_EXCEEDED"), "{error}");
    assert_eq!(server.count(), 1);
}
