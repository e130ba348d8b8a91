//! Answers that are none: reads are asked again, writes are not, and nothing is taken for what it is not.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use skydeck::cloudkit::{Error, Query, Settings};

use super::server::{Reply, Server, http, json as reply, text};
use super::{create, settings, stranger_to};

const RETRIES: usize = 3;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn page() -> Vec<u8> {
    json!({ "records": [{ "recordName": "a", "recordType": "Note", "fields": {} }] })
        .to_string()
        .into_bytes()
}

/// A page that makes sense, but for its length.
fn padded(length: usize) -> Vec<u8> {
    let mut page = page();
    page.resize(length, b' ');
    page
}

const GZIP: &str = "Content-Encoding: gzip\r\n";

/// An answer of every senseless kind.
fn senseless() -> Vec<(&'static str, Vec<u8>)> {
    let packed = gzip(&page());
    let mut damaged = packed.clone();
    let end = damaged.len() - 8;
    damaged[end] ^= 0xff;
    let plain = page();
    let bytes = |reply: Reply| match reply {
        Reply::Bytes(bytes) | Reply::Trickle(bytes, _) => bytes,
    };
    vec![
        (
            "html",
            text(200, "Content-Type: text/html\r\n", "<html>Sign in</html>").into_bytes(),
        ),
        ("no body", text(200, "", "").into_bytes()),
        (
            "no content",
            b"HTTP/1.1 204 None\r\nConnection: close\r\n\r\n".to_vec(),
        ),
        ("garbage", bytes(http(200, "", b"\x00\xff\xfe{]"))),
        ("a list", text(200, "", "[1, 2]").into_bytes()),
        ("half the JSON", bytes(http(200, "", &plain[..plain.len() / 2]))),
        (
            "bad UTF-8",
            bytes(http(200, "", b"{\"records\":[],\"reason\":\"\xff\"}")),
        ),
        ("gzip that is none", bytes(http(200, GZIP, &plain))),
        ("damaged gzip", bytes(http(200, GZIP, &damaged))),
        (
            "half the gzip",
            bytes(http(200, GZIP, &packed[..packed.len() / 2])),
        ),
        ("a gzip bomb", bytes(http(200, GZIP, &gzip(&padded(8 << 20))))),
        ("too long", bytes(http(200, "", &padded(2 << 20)))),
        (
            "cut off",
            b"HTTP/1.1 200 Fine\r\nContent-Length: 999\r\n\r\n{\"records\":[]}".to_vec(),
        ),
        (
            "half a chunk",
            b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"rec".to_vec(),
        ),
        ("no HTTP", b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec()),
        ("nothing", Vec::new()),
    ]
}

/// Whole answers of something that is not CloudKit; the others are the service's, damaged on the way.
fn is_foreign(kind: &str) -> bool {
    matches!(
        kind,
        "html" | "no body" | "no content" | "garbage" | "a list" | "a gzip bomb" | "too long"
    )
}

#[tokio::test]
async fn a_page_of_a_captive_portal_is_called_one() {
    let portal = "<!DOCTYPE html>\n<html><title>Hotel</title></html>";
    for (status, body, found) in [
        (
            200,
            portal,
            "HTML instead of CloudKit's JSON; is there a proxy or a captive portal in between?",
        ),
        (
            200,
            "\u{feff}\r\n  <HTML>",
            "HTML instead of CloudKit's JSON; is there a proxy or a captive portal in between?",
        ),
        (
            403,
            portal,
            "HTML instead of CloudKit's JSON; is there a proxy or a captive portal in between?",
        ),
        (
            407,
            portal,
            "HTML instead of CloudKit's JSON; is there a proxy or a captive portal in between?",
        ),
        (
            200,
            "{\"login\": \"please\"}",
            "other JSON instead of CloudKit's JSON",
        ),
        (200, "Sign in first", "something else instead of CloudKit's JSON"),
        (200, "", "an empty answer instead of CloudKit's JSON"),
        (302, "", "redirect not followed"),
    ] {
        let server = Server::saying(text(status, "", body)).await;
        let patient = Settings {
            retries: 5,
            ..settings()
        };
        let client = stranger_to(&server.endpoint, patient);
        for error in [
            client.query(&Query::of("Note"), None).await.unwrap_err(),
            client.lookup(&["a".to_owned()]).await.unwrap_err(),
        ] {
            assert!(error.to_string().contains(found), "{status} {body}: {error}");
        }
        let tries = if status == 200 { 2 } else { 1 };
        assert_eq!(server.count(), 2 * tries, "{status} {body}");
    }
}

fn small() -> Settings {
    Settings {
        longest_answer: 1 << 20,
        ..settings()
    }
}

#[tokio::test]
async fn senseless_answers_to_reads_are_asked_for_again() {
    for (kind, bytes) in senseless() {
        let bad = bytes.clone();
        let server = Server::start(move |n, _| {
            if n == 0 {
                Reply::Bytes(bad.clone())
            } else {
                http(200, "", &page())
            }
        })
        .await;
        let client = stranger_to(&server.endpoint, small());
        let found = client.query(&Query::of("Note"), None).await.unwrap();
        assert_eq!((found.records.len(), server.count()), (1, 2), "{kind}");

        let server = Server::start(move |_, _| Reply::Bytes(bytes.clone())).await;
        let client = stranger_to(&server.endpoint, small());
        let error = client.query(&Query::of("Note"), None).await.unwrap_err();
        let tries = match error {
            Error::BadAnswer { .. } | Error::NoAnswer { .. } => 1 + RETRIES,
            // What somebody else says in CloudKit's place is asked for once more.
            Error::NotCloudKit { .. } => 2,
            other => panic!("{kind}: {other:?}"),
        };
        assert_eq!((server.count(), tries == 2), (tries, is_foreign(kind)), "{kind}");
    }
}

#[tokio::test]
async fn a_senseless_answer_to_a_write_leaves_its_outcome_unknown() {
    for (kind, bytes) in senseless() {
        let server = Server::start(move |_, _| Reply::Bytes(bytes.clone())).await;
        let error = stranger_to(&server.endpoint, small())
            .modify(&[create("a")])
            .await
            .unwrap_err();
        assert!(error.outcome_unknown(), "{kind}: {error:?}");
        assert_eq!(server.count(), 1, "{kind}");
    }
}

#[tokio::test]
async fn answers_are_read_however_they_travel() {
    let packed = gzip(&page());
    let members = [gzip(&page()[..20]), gzip(&page()[20..])].concat();
    let mut chunked =
        b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".to_vec();
    for part in page().chunks(7) {
        chunked.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        chunked.extend_from_slice(part);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let until_closed = [b"HTTP/1.0 200 OK\r\n\r\n".as_slice(), &page()].concat();
    for (kind, bytes) in [
        ("packed", http(200, GZIP, &packed)),
        ("packed in two members", http(200, GZIP, &members)),
        ("in capitals", http(200, "CONTENT-ENCODING: GZIP\r\n", &packed)),
        ("chunked", Reply::Bytes(chunked)),
        ("until closed", Reply::Bytes(until_closed)),
        ("as text", http(200, "Content-Type: text/plain\r\n", &page())),
        ("201", http(201, "", &page())),
    ] {
        let Reply::Bytes(bytes) = bytes else { continue };
        let server = Server::start(move |_, _| Reply::Bytes(bytes.clone())).await;
        let found = stranger_to(&server.endpoint, small())
            .query(&Query::of("Note"), None)
            .await
            .unwrap();
        assert_eq!((found.records.len(), server.count()), (1, 1), "{kind}");
        assert_eq!(server.seen()[0].header("accept-encoding"), Some("gzip"));
    }
}

#[tokio::test]
async fn an_answer_that_trickles_for_ever_runs_out_of_time() {
    let hasty = Settings {
        timeout: Duration::from_secs(2),
        retries: 1,
        ..settings()
    };
    let head = b"HTTP/1.1 200 Fine\r\nContent-Length: 99999\r\n\r\n{\"records\":[";
    let server = Server::start(|_, _| Reply::Trickle(head.to_vec(), Duration::from_millis(20))).await;
    let client = stranger_to(&server.endpoint, hasty);
    let error = client.query(&Query::of("Note"), None).await.unwrap_err();
    let cause = "time ran out".to_owned();
    let endpoint = server.endpoint.clone();
    assert_eq!(error, Error::NoAnswer { endpoint, cause });
    assert_eq!(server.count(), 2);
    let error = client.modify(&[create("a")]).await.unwrap_err();
    assert!(error.outcome_unknown());
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::saying(reply(200, &json!({ "records": [] }))).await;
    for status in [301, 302, 307, 308] {
        let location = format!("Location: {}/database/1/x\r\n", elsewhere.endpoint);
        let server = Server::saying(text(status, &location, "<html>moved</html>")).await;
        let client = stranger_to(&server.endpoint, settings());
        for error in [
            client.query(&Query::of("Note"), None).await.unwrap_err(),
            client.modify(&[create("a")]).await.unwrap_err(),
        ] {
            assert!(
                error.to_string().contains("redirect") && !error.is_transient(),
                "{error}"
            );
            assert!(error.to_string().contains(&status.to_string()), "{error}");
        }
        assert_eq!(server.count(), 2);
    }
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn a_connection_refused_was_no_request() {
    let server = Server::saying("").await;
    let endpoint = server.endpoint.clone();
    drop(server);
    tokio::task::yield_now().await;
    let told = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&told);
    let client = stranger_to(&endpoint, settings()).observed_by(move |notice| {
        if matches!(notice, skydeck::cloudkit::Notice::Retrying { .. }) {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    });
    let error = client.modify(&[create("a")]).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(!error.outcome_unknown() && error.is_transient());
    // Nothing was sent, so even a write may be tried again.
    // Twice: where nobody has ever answered, the address is wrong rather than the service busy.
    assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 2);
    assert!(error.advice()[0].contains(&endpoint));
}
