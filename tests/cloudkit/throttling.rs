//! No request leaves before a wait is over, whoever was told to wait; and the job finishes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value as Json, json};
use skydeck::cloudkit::{Error, Notice, Outcome, Query, Settings};
use skydeck::emulator::Faults;
use tokio_util::sync::CancellationToken;

use super::server::{Reply, Server, http, json as reply, text};
use super::{Rig, create, settings, single_file, stranger_to};

const SECOND: Duration = Duration::from_secs(1);

fn empty_page() -> String {
    reply(200, &json!({ "records": [] }))
}

fn throttled(retry_after: &Json) -> Json {
    json!({ "uuid": "wsThrottles_1", "serverErrorCode": "THROTTLED", "error_code": "THROTTLED",
        "reason": "Database throttled, retry later", "retryAfter": retry_after })
}

#[tokio::test]
async fn a_wait_holds_for_every_clone() {
    let server = Server::start(|n, _| match n {
        // Header and body disagree: the larger counts.
        0 => text(429, "Retry-After: 2\r\n", &throttled(&json!(1)).to_string()),
        _ => empty_page(),
    })
    .await;
    let waiting = CancellationToken::new();
    let told = waiting.clone();
    let client = stranger_to(&server.endpoint, settings()).observed_by(move |notice| {
        if matches!(notice, Notice::Waiting { .. }) {
            told.cancel();
        }
    });
    let query = Query::of("Note");
    let others = async {
        waiting.cancelled().await;
        join_all((0..6).map(|_| client.clone()).map(|clone| {
            let query = &query;
            async move { clone.query(query, None).await }
        }))
        .await
    };
    let (first, others) = tokio::join!(client.query(&query, None), others);
    assert!(first.is_ok() && others.iter().all(Result::is_ok));
    let seen = server.seen();
    assert_eq!(seen.len(), 8);
    for asked in &seen[1..] {
        assert!(
            asked.at >= seen[0].at + 2 * SECOND,
            "{:?} early",
            asked.at - seen[0].at
        );
    }
}

#[tokio::test]
async fn all_that_were_in_flight_wait_for_the_last_one_told() {
    let rig = Rig::with(settings(), |options| options.faults.latency_ms = 200).await;
    rig.faults(&json!([{ "when": { "to": 8 }, "do": { "status": 429, "retry_after": 1, "delay_ms": 200 } }]));
    let query = Query::of("Note");
    let found = join_all((0..8).map(|_| rig.client.query(&query, None))).await;
    assert!(found.iter().all(Result::is_ok));
    let seen = rig.emulator.requests();
    assert_eq!(seen.len(), 16);
    assert!(seen[..8].iter().all(|seen| seen.status == 429));
    for late in &seen[8..] {
        assert!(late.at >= seen[7].at + SECOND);
    }
}

#[tokio::test]
async fn a_service_that_takes_only_so_many_is_met_at_its_pace() {
    let patient = Settings {
        pace: single_file(),
        ..settings()
    };
    let rig = Rig::with(patient, |options| {
        options.faults = Faults {
            requests_per_second: Some(5.0),
            ..Faults::default()
        };
    })
    .await;
    let clones = (0..4).map(|_| rig.client.clone());
    let work = clones.map(|client| async move {
        for _ in 0..6 {
            assert!(client.query(&Query::of("Note"), None).await.is_ok());
        }
    });
    join_all(work).await;
    let seen = rig.emulator.requests();
    let told = seen.iter().filter(|seen| seen.status == 429).count();
    assert!(told > 0, "24 requests at once were not too many");
    assert_eq!(seen.len(), 24 + told);
    for pair in seen.windows(2) {
        // The emulator asks for a whole second at least.
        assert!(pair[0].status != 429 || pair[1].at >= pair[0].at + SECOND);
    }
    // Where the machine stood still between two requests, nothing could be measured.
    let rate = rig.client.known_rate();
    assert!(rate.is_none_or(|rate| rate.per_second <= 5.0), "{rate:?}");
}

/// Every way to ask for a second.
#[tokio::test]
async fn a_wait_is_understood_however_it_is_told() {
    let html = "<html><h1>Busy</h1></html>";
    let date = "Date: Tue, 06 Jan 2026 10:00:00 GMT\r\nRetry-After: Tue, 06 Jan 2026 10:00:01 GMT\r\n";
    let internal = json!({ "serverErrorCode": "INTERNAL_ERROR", "reason": "oh", "retryAfter": 1 });
    let cases: Vec<Box<dyn Fn() -> Reply + Send + Sync>> = vec![
        Box::new(|| reply(429, &throttled(&json!(1))).into()),
        Box::new(|| reply(503, &throttled(&json!("1"))).into()),
        Box::new(|| reply(503, &throttled(&json!(1.0))).into()),
        Box::new(|| text(429, "Retry-After: 0\r\n", &throttled(&json!(1)).to_string()).into()),
        Box::new(|| text(429, "Retry-After: 1\r\n", &throttled(&json!(null)).to_string()).into()),
        // Failures at the top of an answer that calls itself a success.
        Box::new(|| reply(200, &throttled(&json!(1))).into()),
        Box::new(move || reply(500, &internal).into()),
        // Gateways: no code, no JSON, no body, a damaged or a broken one.
        Box::new(move || text(503, "Retry-After: 1\r\n", html).into()),
        Box::new(move || text(502, "Retry-After: 1\r\n", "").into()),
        Box::new(move || text(503, date, html).into()),
        Box::new(|| http(503, "Retry-After: 1\r\nContent-Encoding: gzip\r\n", b"no gzip")),
        Box::new(|| {
            Reply::Bytes(b"HTTP/1.1 429 No\r\nRetry-After: 1\r\nContent-Length: 99\r\n\r\nhalf".to_vec())
        }),
    ];
    let tries = cases.into_iter().enumerate().map(|(case, first)| async move {
        let server = Server::start(move |n, _| if n == 0 { first() } else { empty_page().into() }).await;
        let client = stranger_to(&server.endpoint, settings());
        assert!(
            client.query(&Query::of("Note"), None).await.is_ok(),
            "case {case}"
        );
        let seen = server.seen();
        assert_eq!(seen.len(), 2, "case {case}");
        assert!(seen[1].at >= seen[0].at + SECOND, "case {case}");
    });
    join_all(tries).await;
}

#[tokio::test]
async fn a_write_that_a_gateway_put_off_is_not_repeated_but_its_wait_holds() {
    let server = Server::start(|n, _| match n {
        0 => text(503, "Retry-After: 1\r\n", "<html>"),
        _ => reply(200, &json!({ "records": [{ "recordName": "a", "serverErrorCode": "NOT_FOUND", "reason": "Record not found" }] })),
    })
    .await;
    let client = stranger_to(&server.endpoint, settings());
    let error = client.modify(&[create("a")]).await.unwrap_err();
    assert!(error.outcome_unknown(), "{error:?}");
    assert_eq!((error.retry_after(), server.count()), (Some(SECOND), 1));
    let lookup = client.lookup(&["a".to_owned()]).await.unwrap();
    assert_eq!(lookup.missing, ["a"]);
    let seen = server.seen();
    assert!(seen[1].at >= seen[0].at + SECOND);
}

#[tokio::test]
async fn a_single_record_that_is_put_off_makes_everybody_wait() {
    let server = Server::start(|n, _| match n {
        0 => reply(200, &json!({ "records": [{ "recordName": "a", "serverErrorCode": "THROTTLED", "reason": "slow", "retryAfter": 1 }] })),
        _ => empty_page(),
    })
    .await;
    let client = stranger_to(&server.endpoint, settings());
    let outcomes = client.modify(&[create("a")]).await.unwrap();
    assert!(matches!(&outcomes[0], Outcome::Failed(error) if error.is_transient()));
    assert!(client.query(&Query::of("Note"), None).await.is_ok());
    let seen = server.seen();
    assert!(seen[1].at >= seen[0].at + SECOND);
}

#[tokio::test]
async fn a_wait_beyond_the_limit_stops_everybody_at_once() {
    for told in [json!(110_207), json!(1e300), json!("110207")] {
        let server = Server::saying(reply(503, &throttled(&told))).await;
        let client = stranger_to(&server.endpoint, settings());
        let query = Query::of("Note");
        let refused = client.query(&query, None).await.unwrap_err();
        let clone = client.clone();
        let (read, looked_up, written) = (
            clone.query(&query, None).await,
            clone.lookup(&["a".into()]).await,
            clone.modify(&[create("a")]).await,
        );
        for error in [
            refused,
            read.unwrap_err(),
            looked_up.unwrap_err(),
            written.unwrap_err(),
        ] {
            assert!(!error.outcome_unknown() && !error.is_transient());
            let Error::WaitTooLong { seconds, limit, why } = &error else {
                panic!("{error:?}");
            };
            assert!(*seconds > 100_000.0 && *limit == 10, "{error}");
            assert_eq!(
                (
                    why.code.to_string().as_str(),
                    why.reason.as_str(),
                    why.request_id.as_deref()
                ),
                (
                    "THROTTLED",
                    "Database throttled, retry later",
                    Some("wsThrottles_1")
                )
            );
        }
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_throttle_without_a_time_is_met_with_growing_pauses_and_an_end() {
    let server = Server::saying(reply(429, &throttled(&json!(null)))).await;
    let hasty = Settings {
        pause: Duration::from_nanos(1),
        ..settings()
    };
    let client = stranger_to(&server.endpoint, hasty);
    let error = client.query(&Query::of("Note"), None).await.unwrap_err();
    assert_eq!(error.retry_after(), None);
    assert!((2..100).contains(&server.count()), "{}", server.count());
}

#[tokio::test]
async fn who_waits_can_be_called_off() {
    let server = Server::saying(reply(429, &throttled(&json!(3000)))).await;
    let patient = Settings {
        longest_wait: Duration::from_secs(3600),
        ..settings()
    };
    let cancel = CancellationToken::new();
    let told = cancel.clone();
    let client = stranger_to(&server.endpoint, patient)
        .cancelled_by(cancel)
        .observed_by(move |notice| {
            if matches!(notice, Notice::Waiting { .. }) {
                told.cancel();
            }
        });
    let name = ["a".to_owned()];
    let ended = tokio::time::timeout(Duration::from_secs(600), client.lookup(&name)).await;
    let error = ended.expect("it ends long before the wait is over").unwrap_err();
    assert_eq!((&error, error.outcome_unknown()), (&Error::Cancelled, false));
    assert_eq!(
        client.query(&Query::of("Note"), None).await,
        Err(Error::Cancelled)
    );
    assert_eq!(server.count(), 1);
}

/// One request may be in flight; the one that has it is dropped while it waits for its answer.
#[tokio::test]
async fn a_request_that_is_dropped_gives_its_place_free() {
    let server = Server::start(|n, _| match n {
        0 => Reply::Trickle(b"HTTP/1.1 200 Fine\r\n\r\n".to_vec(), Duration::from_millis(5)),
        _ => empty_page().into(),
    })
    .await;
    let patient = Settings {
        pace: single_file(),
        ..settings()
    };
    let client = stranger_to(&server.endpoint, patient);
    let query = Query::of("Note");
    let arrived = async {
        while server.count() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answered = client.query(&query, None) => panic!("{answered:?}"),
        () = arrived => {}
    }
    assert!(client.query(&query, None).await.is_ok());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn what_happens_on_the_line_is_told() {
    let rig = Rig::start().await;
    rig.faults(&json!([
        { "when": { "from": 1, "to": 1 }, "do": { "status": 500 } },
        { "when": { "from": 2, "to": 2 }, "do": { "status": 429, "retry_after": 1 } },
    ]));
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let client = rig
        .client
        .clone()
        .observed_by(move |notice| log.lock().unwrap().push(notice));
    client.health().await.unwrap();
    let told: Vec<String> = told.lock().unwrap().iter().map(line).collect();
    assert_eq!(
        told,
        [
            "answered 500",
            "attempt 2",
            "answered 429",
            "waiting 1s THROTTLED",
            "answered 200"
        ]
    );
}

fn line(notice: &Notice) -> String {
    match notice {
        Notice::Answered {
            status, operation, ..
        } => {
            assert_eq!(*operation, "records/lookup");
            format!("answered {}", status.unwrap_or_default())
        }
        Notice::Waiting { wait, code } => format!("waiting {wait:?} {code}"),
        Notice::Retrying { attempt, .. } => format!("attempt {attempt}"),
    }
}
