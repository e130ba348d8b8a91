//! Reading everything: complete with its certificate, or said not to be.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use skydeck::cloudkit::{Certificate, Client, Comparator, Error, FieldRef, Listing, Outcome, Query, Write};
use skydeck::config::Config;
use skydeck::demo;
use skydeck::emulator::KeyPair;
use skydeck::record::{Kind, Location, Record, Value};
use skydeck::sandbox::Demo;
use tokio::sync::mpsc;

use super::server::{Server, json as reply};
use super::{Rig, client_of, create, names, refusal, settings, stranger_to, text, titled};

/// Everything that `list` passes on, the latest word of each name, and how it ended.
async fn listed(client: &Client, record_type: &str) -> (Vec<Record>, Result<Listing, Error>) {
    let (pages, mut incoming) = mpsc::channel::<Vec<Record>>(1);
    let reader = tokio::spawn(async move {
        let mut records = BTreeMap::new();
        while let Some(page) = incoming.recv().await {
            assert!(!page.is_empty());
            records.extend(page.into_iter().map(|record| (record.name.clone(), record)));
        }
        records.into_values().collect()
    });
    let ended = client.list(record_type, &pages).await;
    drop(pages);
    (reader.await.unwrap(), ended)
}

fn complete(requests: usize) -> Listing {
    Listing::Complete(Certificate { requests })
}

#[tokio::test]
async fn short_and_empty_pages_do_not_end_a_listing() {
    let rig = Rig::start().await;
    let wanted = rig.fill(23);
    rig.faults(&json!([
        { "do": { "short_page": 5 } },
        { "when": { "from": 1, "to": 3 }, "do": { "empty_page": true } },
        { "when": { "from": 2, "every": 3 }, "do": { "short_page": 1 } },
    ]));
    let (records, ended) = listed(&rig.client, "Note").await;
    assert_eq!(names(&records), wanted);
    let requests = rig.count("records/query");
    assert_eq!(ended.unwrap(), complete(requests));

    let before = requests;
    let (records, certificate) = rig.client.query_all(&Query::of("Note")).await.unwrap();
    assert_eq!(names(&records), wanted);
    assert_eq!(certificate.requests, rig.count("records/query") - before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_listed_as_it_was_filled_types_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path()).await.unwrap();
    let secrets = demo.environment();
    let pair = KeyPair {
        key_id: secrets["CLOUDKIT_KEY_ID"].clone(),
        private_pem: secrets["CLOUDKIT_PRIVATE_KEY"].clone(),
        public_pem: String::new(),
    };
    let config = Config::load(&demo.config).unwrap();
    let client = client_of(&demo.emulator.endpoint(), &config.container, &pair, settings());

    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (record_type, name, _) in demo::earlier(&config).unwrap() {
        expected.entry(record_type).or_default().push(name);
    }
    let readings = expected.keys().map(|record_type| listed(&client, record_type));
    let readings = futures::future::join_all(readings).await;
    for ((record_type, mut wanted), (records, ended)) in expected.into_iter().zip(readings) {
        wanted.sort_unstable();
        assert_eq!(names(&records), wanted);
        assert!(records.iter().all(|record| record.record_type == record_type));
        assert_eq!(ended.unwrap(), complete(wanted.len().div_ceil(200).max(1)));
    }
}

#[tokio::test]
async fn a_marker_that_expired_begins_the_listing_again() {
    let rig = Rig::with(settings(), |options| options.page_limit = 10).await;
    let wanted = rig.fill(35);
    rig.faults(&json!([{ "when": { "from": 3, "to": 3 }, "do": { "expire_marker": true } }]));
    let (records, ended) = listed(&rig.client, "Note").await;
    assert_eq!(names(&records), wanted);
    // Two pages, the refusal, and four pages from the start.
    assert_eq!(ended.unwrap(), complete(7));

    rig.faults(&json!([{ "when": { "from": 3, "to": 3 }, "do": { "expire_marker": true } }]));
    let query = Query::of("Note").sort("title", true);
    let (records, certificate) = rig.client.query_all(&query).await.unwrap();
    assert_eq!((records.len(), certificate.requests), (35, 7));
}

#[tokio::test]
async fn markers_that_always_expire_earn_no_certificate() {
    let rig = Rig::with(settings(), |options| options.page_limit = 10).await;
    rig.fill(35);
    rig.faults(&json!([{ "do": { "expire_marker": true } }]));
    let (_, ended) = listed(&rig.client, "Note").await;
    assert!(matches!(ended, Ok(Listing::Incomplete { .. })), "{ended:?}");
    let all = rig.client.query_all(&Query::of("Note")).await;
    assert!(matches!(all, Err(Error::Incomplete { .. })), "{all:?}");
}

#[tokio::test]
async fn a_first_page_that_is_refused_is_an_error_and_not_asked_for_again() {
    let rig = Rig::start().await;
    let (_, ended) = listed(&rig.client, "Bare").await;
    let refused = refusal(ended);
    assert_eq!(
        (refused.status, refused.code.to_string()),
        (400, "BAD_REQUEST".into())
    );
    assert_eq!(refused.reason, "Field 'recordName' is not marked queryable");
    assert_eq!(rig.count("records/query"), 1);
    let advice = Error::Refused(Box::new(refused)).advice().join(" ");
    assert!(
        advice.contains("QUERYABLE") && advice.contains("recordName"),
        "{advice}"
    );
}

#[tokio::test]
async fn pages_come_in_any_order_and_without_types() {
    let rig = Rig::start().await;
    let wanted = rig.fill(9);
    rig.faults(&json!([{ "do": { "reorder": true, "drop_types": true } }]));
    let (records, _) = rig.client.query_all(&Query::of("Note")).await.unwrap();
    assert_eq!(names(&records), wanted);
    assert!(records.iter().all(|record| record.fields == titled("theirs")));
    let mut lookup = rig.client.lookup(&wanted).await.unwrap();
    for name in &wanted {
        assert_eq!(lookup.take(name).unwrap().unwrap().name, *name);
    }
}

#[tokio::test]
async fn filters_and_sorts_are_what_the_service_documents() {
    let rig = Rig::start().await;
    for (name, count, place) in [
        ("a", 1, (48.2, 16.4)),
        ("b", 2, (48.3, 16.4)),
        ("c", 3, (10.0, 10.0)),
    ] {
        let write = Write {
            fields: [
                ("count".to_owned(), Some(Value::Int64(count))),
                (
                    "place".to_owned(),
                    Some(Value::Location(Location::bare(place.0, place.1))),
                ),
                (
                    "tags".to_owned(),
                    Some(Value::List(Kind::String, vec![text(name)])),
                ),
            ]
            .into(),
            ..create(name)
        };
        assert!(matches!(rig.one(write).await, Outcome::Saved(_)));
    }
    let list = |names: &[&str]| Value::List(Kind::String, names.iter().map(|name| text(name)).collect());
    let of = || Query::of("Note");
    let record_name = || FieldRef::system("recordName");
    for (query, wanted) in [
        (
            of().filter("count", Comparator::GreaterThan, Value::Int64(1))
                .sort("count", false),
            vec!["c", "b"],
        ),
        (
            of().filter(
                "count",
                Comparator::In,
                Value::List(Kind::Int64, vec![Value::Int64(3)]),
            ),
            vec!["c"],
        ),
        (
            of().filter("tags", Comparator::ListContains, text("b")),
            vec!["b"],
        ),
        (of().near("place", Location::at(48.2, 16.4), 5_000.0), vec!["a"]),
        (
            of().filter(record_name(), Comparator::Equals, text("b")),
            vec!["b"],
        ),
        (
            of().filter(record_name(), Comparator::In, list(&["a", "c"]))
                .sort("count", true),
            vec!["a", "c"],
        ),
        (
            of().sort(FieldRef::system("createdTimestamp"), true).limit(1),
            vec!["a", "b", "c"],
        ),
    ] {
        let (records, _) = rig.client.query_all(&query).await.unwrap();
        let found: Vec<&str> = records.iter().map(|record| record.name.as_str()).collect();
        assert_eq!(found, wanted, "{query:?}");
    }
    let (records, _) = rig.client.query_all(&of().only(["count"])).await.unwrap();
    assert!(records.iter().all(|record| record.fields.keys().eq(["count"])));
}

/// A page of such names.
fn page(names: &[&str], marker: &Json) -> String {
    let records: Vec<Json> = names
        .iter()
        .map(|name| json!({ "recordName": name, "recordType": "Note", "fields": {} }))
        .collect();
    reply(200, &json!({ "records": records, "continuationMarker": marker }))
}

#[tokio::test]
async fn a_marker_that_is_null_or_empty_is_the_end() {
    for end in [json!(null), json!("")] {
        let server = Server::start(move |n, asked| match (n, asked.body.get("continuationMarker")) {
            (0, None) => page(&["a"], &json!("m")),
            (1, Some(marker)) if marker == "m" => page(&["b"], &end),
            other => panic!("{other:?}"),
        })
        .await;
        let (records, ended) = listed(&stranger_to(&server.endpoint, settings()), "Note").await;
        assert_eq!(names(&records), ["a", "b"]);
        assert_eq!(ended.unwrap(), complete(2));
        // The same query goes with the marker.
        let asked = server.seen();
        for member in ["query", "resultsLimit"] {
            assert_eq!(asked[0].body[member], asked[1].body[member]);
        }
    }
}

/// What a server says on its n-th page, and what has come of it then.
async fn incomplete(said: impl Fn(usize) -> String + Send + Sync + 'static) -> (usize, Vec<Record>) {
    let server = Server::start(move |n, _| said(n)).await;
    let client = stranger_to(&server.endpoint, settings());
    let (records, ended) = listed(&client, "Note").await;
    assert!(matches!(ended, Ok(Listing::Incomplete { .. })), "{ended:?}");
    let requests = server.count();
    let all = client.query_all(&Query::of("Note")).await;
    assert!(matches!(all, Err(Error::Incomplete { .. })), "{all:?}");
    (requests, records)
}

#[tokio::test]
async fn a_marker_that_comes_twice_ends_without_a_certificate() {
    let at_once = incomplete(|_| page(&["a"], &json!("m"))).await;
    assert_eq!(at_once.0, 2);
    let later = incomplete(|n| page(&[&format!("r{n}")], &json!(["m0", "m1", "m2"][n % 3]))).await;
    assert_eq!((later.0, names(&later.1).len()), (4, 4));
}

#[tokio::test]
async fn pages_that_bring_nothing_new_end_without_a_certificate() {
    // A server that does not know the marker says the first page for ever.
    let (_, records) = incomplete(|n| page(&["a", "b"], &json!(format!("m{n}")))).await;
    assert_eq!(names(&records), ["a", "b"]);
}

#[tokio::test]
async fn a_record_that_is_held_back_costs_the_certificate() {
    let said = |n: usize| {
        let held = json!({ "recordName": "b", "serverErrorCode": "ACCESS_DENIED", "reason": "READ operation not permitted" });
        let record = json!({ "recordName": format!("a{n}"), "recordType": "Note", "fields": {} });
        let marker = n.is_multiple_of(2).then(|| format!("m{n}"));
        reply(
            200,
            &json!({ "records": [record, held], "continuationMarker": marker }),
        )
    };
    let (requests, records) = incomplete(said).await;
    assert_eq!((requests, names(&records)), (2, vec!["a0", "a1"]));

    let server = Server::start(move |n, _| said(n)).await;
    let page = stranger_to(&server.endpoint, settings())
        .query(&Query::of("Note"), None)
        .await
        .unwrap();
    let (name, error) = &page.refused[0];
    assert_eq!(
        (name.as_deref(), error.code.to_string()),
        (Some("b"), "ACCESS_DENIED".into())
    );
}

#[tokio::test]
async fn no_page_is_no_empty_page() {
    for (status, body) in [
        (200, json!({})),
        (200, json!({ "records": null })),
        (400, json!({ "records": [] })),
        (
            409,
            json!({ "records": [{ "recordName": "a", "recordType": "Note" }] }),
        ),
        (
            200,
            json!({ "records": [{ "recordType": "Note", "fields": {} }] }),
        ),
        (
            200,
            json!({ "records": [], "serverErrorCode": "INTERNAL_ERROR", "reason": "oh" }),
        ),
    ] {
        let server = Server::saying(reply(status, &body)).await;
        let (_, ended) = listed(&stranger_to(&server.endpoint, settings()), "Note").await;
        assert!(ended.is_err(), "{body} gave {ended:?}");
    }
}
