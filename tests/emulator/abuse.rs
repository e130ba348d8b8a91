//! What nobody should send, and many at once: it is refused, and nothing falls over.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use skydeck::emulator::{Emulator, Environment, Options};

use super::{Rig, failure, path};

const OPERATIONS: [&str; 6] = [
    "records/query",
    "records/modify",
    "records/lookup",
    "assets/upload",
    "assets/rereference",
    "zones/lookup",
];

async fn unsigned() -> Rig {
    Rig::with(|o| o.any_signature = true).await
}

/// Status and body of any bytes, unsigned.
async fn send(rig: &Rig, operation: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let url = format!("{}{}", rig.emulator.endpoint(), path(operation));
    let request = rig.client.post(url).header("X-Apple-CloudKit-Request-KeyID", "k");
    super::answer(request.body(body)).await
}

#[tokio::test]
async fn bodies_that_are_no_json_object_are_bad_requests() {
    let rig = unsigned().await;
    let mut rng = SmallRng::seed_from_u64(11);
    let mut bodies: Vec<Vec<u8>> = (0..40)
        .map(|_| (0..rng.random_range(0..300)).map(|_| rng.random()).collect())
        .collect();
    for text in [
        "",
        "{",
        "null",
        "[]",
        "5",
        "\"x\"",
        "{}{}",
        "{'records': []}",
        "\u{feff}{}",
        "{\"a\": NaN}",
        "{\"a\": Infinity}",
        "{\"a\": 1e999}",
        "{\"a\": 01}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"\n\"}",
        "{\"a\": 1,}",
        "{\"a\"}",
        "{\"a\": +1}",
    ] {
        bodies.push(text.into());
    }
    bodies.push(b"{\"a\": \"\xff\xfe\"}".to_vec());
    bodies.push("[".repeat(1_000_000).into());
    bodies.push("{\"a\":".repeat(300_000).into());
    for body in bodies {
        for operation in OPERATIONS {
            let answer = send(&rig, operation, body.clone()).await;
            let (code, reason) = failure(&answer.1);
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert_eq!((answer.0, code), (400, "BAD_REQUEST"), "{operation} {shown}");
            assert!(
                reason.starts_with("BadRequestException: Unexpected input"),
                "{shown}: {reason}"
            );
        }
    }
    assert_eq!(rig.emulator.count(Environment::Development).unwrap(), 0);
}

/// Puts something odd in the place of one value of a request.
fn spoil(value: &mut Value, rng: &mut SmallRng) {
    let odd = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(0.5),
        json!(""),
        json!("x"),
        json!("é\u{0}\u{1f600}"),
        json!("*"),
        json!([]),
        json!({}),
        json!([null]),
        json!([[1]]),
        json!({"value": null}),
        json!({"recordName": "x"}),
        json!({"value": [1, "a"], "type": "INT64_LIST"}),
        json!({"latitude": 91, "longitude": 0}),
        json!("n".repeat(300)),
        json!("ASSET"),
        json!("UNKNOWN_LIST"),
    ];
    let inside = rng.random_bool(0.75);
    match value {
        Value::Object(object) if inside && !object.is_empty() => {
            let nth = rng.random_range(0..object.len());
            if let Some(member) = object.values_mut().nth(nth) {
                spoil(member, rng);
            }
        }
        Value::Array(items) if inside && !items.is_empty() => {
            let nth = rng.random_range(0..items.len());
            spoil(&mut items[nth], rng);
        }
        other => *other = odd.choose(rng).unwrap().clone(),
    }
}

#[tokio::test]
async fn spoilt_requests_never_break_the_server() {
    let rig = unsigned().await;
    rig.note("a", json!({"title": {"value": "x"}, "tags": {"value": ["t"]}}))
        .await;
    let filters = json!([{"comparator": "IN", "fieldName": "count", "fieldValue": {"value": [1], "type": "INT64_LIST"}},
        {"comparator": "NEAR", "fieldName": "place", "distance": 1, "fieldValue": {"value": {"latitude": 1, "longitude": 2}, "type": "LOCATION"}},
        {"comparator": "EQUALS", "systemFieldName": "recordName", "fieldValue": {"value": {"recordName": "a"}, "type": "REFERENCE"}}]);
    let sorts = json!([{"fieldName": "place", "ascending": true, "relativeLocation": {"value": {"latitude": 1, "longitude": 2}, "type": "LOCATION"}}, {"systemFieldName": "createdTimestamp"}]);
    let fields = json!({"title": {"value": "x", "type": "STRING"}, "numbers": {"value": [1, 2], "type": "INT64_LIST"}, "score": {"value": 1.5},
        "list": {"value": {"recordName": "l", "action": "DELETE_SELF"}, "type": "REFERENCE"}, "image": {"value": {"receipt": "r", "size": 1}, "type": "ASSETID"}});
    let whole = [
        (
            "records/query",
            json!({"query": {"recordType": "Note", "filterBy": filters, "sortBy": sorts}, "resultsLimit": 5, "desiredKeys": ["title"],
            "zoneID": {"zoneName": "_defaultZone"}, "continuationMarker": null, "numbersAsStrings": true, "zoneWide": false}),
        ),
        (
            "records/modify",
            json!({"operations": [{"operationType": "forceReplace", "record": {"recordName": "a", "recordType": "Note", "recordChangeTag": "t", "fields": fields}},
            {"operationType": "create", "record": {"recordType": "Note", "fields": fields}}], "atomic": false, "zoneID": {"zoneName": "_defaultZone"}}),
        ),
        (
            "records/lookup",
            json!({"records": [{"recordName": "a", "desiredKeys": ["title"]}], "desiredKeys": ["x"], "numbersAsStrings": false}),
        ),
        (
            "assets/upload",
            json!({"tokens": [{"recordType": "Note", "recordName": "a", "fieldName": "image"}]}),
        ),
        (
            "assets/rereference",
            json!({"assets": [{"recordName": "a", "fieldName": "image"}]}),
        ),
        ("zones/lookup", json!({"zones": [{"zoneName": "_defaultZone"}]})),
    ];
    let mut rng = SmallRng::seed_from_u64(5);
    for n in 0..900 {
        let (operation, mut body) = whole[n % whole.len()].clone();
        for _ in 0..rng.random_range(1..4) {
            spoil(&mut body, &mut rng);
        }
        let (status, answer) = send(&rig, operation, body.to_string()).await;
        assert!(
            [200, 400, 404].contains(&status),
            "{operation} {body}: {status} {answer}"
        );
        assert_eq!(
            status == 200,
            answer.get("serverErrorCode").is_none(),
            "{operation} {body}: {answer}"
        );
    }
    assert_eq!(failure(&rig.lookup("a").await), ("", ""));
}

#[tokio::test]
async fn a_member_named_twice_counts_once_and_the_last_one_wins() {
    let rig = unsigned().await;
    let body = r#"{"operations": [], "operations": [{"operationType": "create", "record": {"recordType": "Note", "recordName": "x", "recordName": "y"}}]}"#;
    let (status, answer) = send(&rig, "records/modify", body).await;
    assert_eq!((status, &answer["records"][0]["recordName"]), (200, &json!("y")));
    assert_eq!(rig.emulator.count(Environment::Development).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_with_one_tag_one_wins() {
    let rig = Arc::new(Rig::start().await);
    let mut tag = rig.note("a", json!({"count": {"value": 0}})).await["recordChangeTag"].clone();
    for round in 1..=4 {
        let writers = (0..12).map(|writer| {
            let (rig, tag) = (Arc::clone(&rig), tag.clone());
            tokio::spawn(async move {
                let fields = json!({"count": {"value": round * 100 + writer}});
                rig.one(
                    "update",
                    json!({"recordName": "a", "recordChangeTag": tag, "fields": fields}),
                )
                .await
            })
        });
        let mut won = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            let item = writer.await.unwrap();
            match failure(&item) {
                ("", "") => won.push(item),
                lost => assert_eq!(lost, ("CONFLICT", "client oplock error updating record")),
            }
        }
        assert_eq!(won.len(), 1, "round {round}");
        assert_eq!(rig.lookup("a").await, won[0]);
        tag = won[0]["recordChangeTag"].clone();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_creators_of_one_name_one_wins() {
    let rig = Arc::new(Rig::start().await);
    let creators = (0..12).map(|n| {
        let rig = Arc::clone(&rig);
        let record = json!({"recordName": "a", "recordType": "Note", "fields": {"count": {"value": n}}});
        tokio::spawn(async move { rig.one("create", record).await })
    });
    let mut made = 0;
    for creator in creators.collect::<Vec<_>>() {
        made += usize::from(failure(&creator.await.unwrap()) == ("", ""));
    }
    assert_eq!(made, 1);
}

/// Writes bytes to a fresh connection; whatever comes back until it is closed.
fn exchange(rig: &Rig, bytes: &[u8], half_close: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(rig.emulator.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(300))).unwrap();
    // The other side may close before all is written.
    let _ = stream.write_all(bytes);
    if half_close {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut out = Vec::new();
    let _ = stream.read_to_end(&mut out);
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_off_change_nothing() {
    let rig = unsigned().await;
    let body = json!({"operations": [{"operationType": "create", "record": {"recordType": "Note", "recordName": "x"}}]}).to_string();
    let head = |length: usize| {
        format!(
            "POST {} HTTP/1.1\r\nhost: x\r\nx-apple-cloudkit-request-keyid: k\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n",
            path("records/modify")
        )
    };
    let half = format!("{}{}", head(body.len()), &body[..body.len() / 2]);
    let chunked = format!(
        "{}\r\nzz\r\n{body}",
        head(0)
            .replace("content-length: 0", "transfer-encoding: chunked")
            .trim_end()
    );
    for bytes in [
        half.as_bytes(),
        chunked.as_bytes(),
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/9.9\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"",
    ] {
        let said = String::from_utf8_lossy(&exchange(&rig, bytes, true)).into_owned();
        assert!(!said.starts_with("HTTP/1.1 2"), "{said}");
    }
    assert_eq!(rig.emulator.count(Environment::Development).unwrap(), 0);
    let whole = exchange(&rig, format!("{}{body}", head(body.len())).as_bytes(), false);
    assert!(
        whole.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&whole)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_keep_nobody_waiting() {
    let rig = Rig::start().await;
    let idle: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(rig.emulator.address()).unwrap();
            stream.write_all(b"POST / HTTP/1.1\r\nx-slow: ").unwrap();
            stream
        })
        .collect();
    let many = (0..50).map(|_| rig.post("zones/list", json!({})));
    let answers = futures::future::join_all(many).await;
    assert!(answers.iter().all(|(status, _)| *status == 200));
    drop(idle);
    rig.emulator.stop().await;
}

/// As many as wait in one queue on Linux by the system's own setting, and more than a listener takes by default.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_connections_is_answered_to_the_last() {
    let mut options = Options::new(super::CONTAINER, super::schema());
    options.any_signature = true;
    let mut emulator = Emulator::open(options).unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: x\r\nx-apple-cloudkit-request-keyid: k\r\nconnection: close\r\n\r\n",
        path("zones/list")
    );
    // None of them is accepted yet.
    let mut streams: Vec<TcpStream> = (0..180)
        .map(|n| {
            let connected = TcpStream::connect_timeout(&emulator.address(), Duration::from_secs(300));
            let mut stream = connected.unwrap_or_else(|error| panic!("connection {n}: {error}"));
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    emulator.serve();
    for stream in &mut streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
