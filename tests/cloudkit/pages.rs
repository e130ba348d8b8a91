//! Pages that no query asks for: records of another type, more records than asked for, millions in a small answer.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value as Json, json};
use skydeck::cloudkit::{Error, Listing, Query};
use tokio::sync::mpsc;

use super::server::{Reply, Server, http, json as reply};
use super::{names, settings, stranger_to};

fn record(name: &str, record_type: Option<&str>) -> Json {
    let mut record = json!({ "recordName": name, "recordChangeTag": "1", "fields": {} });
    if let Some(record_type) = record_type {
        record["recordType"] = json!(record_type);
    }
    record
}

/// What a listing of notes passes on, and why it is not complete.
async fn listed(answer: impl Fn() -> Reply + Send + Sync + 'static, query: Query) -> (Vec<String>, String) {
    let server = Server::start(move |_, _| answer()).await;
    let client = stranger_to(&server.endpoint, settings());
    let (pages, mut incoming) = mpsc::channel(16);
    let (ended, records) = tokio::join!(
        async {
            let ended = client.list_pages(&query, &pages).await;
            drop(pages);
            ended
        },
        async {
            let mut all = Vec::new();
            while let Some(page) = incoming.recv().await {
                all.extend(page);
            }
            all
        }
    );
    let Listing::Incomplete { why } = ended.unwrap() else {
        panic!("a listing with a certificate");
    };
    let whole = client.query_all(&query).await;
    assert_eq!(whole, Err(Error::Incomplete { why: why.clone() }));
    let names = names(&records).into_iter().map(str::to_owned).collect();
    (names, why)
}

#[tokio::test]
async fn a_record_of_another_type_costs_the_certificate_and_is_named() {
    for (record_type, named) in [(Some("Game"), "a Game record"), (None, "without its record type")] {
        let page = json!({ "records": [record("a", Some("Note")), record("stray", record_type)] });
        let (names, why) = listed(move || reply(200, &page).into(), Query::of("Note")).await;
        assert_eq!(names, ["a"]);
        assert!(why.contains("'stray'") && why.contains(named), "{why}");
    }
}

#[tokio::test]
async fn a_page_longer_than_asked_for_costs_the_certificate() {
    for (limit, sent) in [(10, 11), (200, 201), (200, 250)] {
        let records: Vec<Json> = (0..sent)
            .map(|n| record(&format!("r{n}"), Some("Note")))
            .collect();
        let page = json!({ "records": records });
        let (_, why) = listed(move || reply(200, &page).into(), Query::of("Note").limit(limit)).await;
        assert!(
            why.contains(&format!("more records in a page than the {limit} requested")),
            "{why}"
        );
    }
}

/// As many as asked for is what a page may hold.
#[tokio::test]
async fn a_full_page_keeps_the_certificate() {
    let records: Vec<Json> = (0..200).map(|n| record(&format!("r{n}"), Some("Note"))).collect();
    let server = Server::saying(reply(200, &json!({ "records": records }))).await;
    let client = stranger_to(&server.endpoint, settings());
    let (all, certificate) = client.query_all(&Query::of("Note")).await.unwrap();
    assert_eq!((all.len(), certificate.requests), (200, 1));
}

/// Two million records in a few hundred kilobytes: no more than a page's worth is kept.
#[tokio::test]
async fn millions_of_records_in_a_small_answer_are_not_kept() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"{\"records\":[").unwrap();
    for n in 0..2_000_000 {
        let comma = if n == 0 { "" } else { "," };
        write!(
            packed,
            "{comma}{{\"recordName\":\"r{n}\",\"recordType\":\"Note\",\"fields\":{{}}}}"
        )
        .unwrap();
    }
    packed.write_all(b"]}").unwrap();
    let packed = packed.finish().unwrap();
    let answer = move || http(200, "Content-Encoding: gzip\r\n", &packed);
    let (names, why) = listed(answer, Query::of("Note")).await;
    assert_eq!(names.len(), 200);
    assert!(
        why.contains("more records in a page than the 200 requested"),
        "{why}"
    );
}
