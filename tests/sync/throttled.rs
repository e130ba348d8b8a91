//! A service that asks to wait is waited for, and one that asks for too much is told so.

use std::time::Duration;

use serde_json::{Value, json};
use skydeck::cloudkit::Error;
use skydeck::sync::{JobError, Report};

use crate::league::{before_and_after, contents, league, league_with, pat, team};
use crate::rig::{Rig, compared, planned, resumed, run, synced};

/// When each request since then came in.
fn arrivals(rig: &Rig, since: usize) -> Vec<std::time::Instant> {
    rig.emulator
        .requests()
        .iter()
        .skip(since)
        .map(|seen| seen.at)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_leaves_before_the_wait_is_over() {
    let refusals = [
        json!({ "status": 429, "retry_after": 1 }),
        json!({ "status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 1 }),
        json!({ "status": 429, "retry_after_header": 1 }),
    ];
    for refusal in refusals {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        let session = rig.session();
        let reviewed = planned(&session, true).await;
        let mark = rig.asked();
        rig.script(&json!([{ "when": { "operation": "records/modify", "to": 1 }, "do": refusal }]));
        let report = run(&session, reviewed).await;
        assert!(report.is_done(), "{report:?}");
        assert_eq!(rig.contents(), contents(&after));
        let times = arrivals(&rig, mark);
        assert!(times[1] - times[0] >= Duration::from_secs(1), "{refusal}");
        // The same request, once more: nothing had been done.
        let requests = rig.modifies(mark);
        assert_eq!(requests[0].operations, requests[1].operations);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_record_that_asks_for_a_wait_gets_it_whatever_its_code() {
    for code in ["THROTTLED", "SOMETHING_NEW", "ACCESS_DENIED", "CONFLICT"] {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        let session = rig.session();
        let reviewed = planned(&session, false).await;
        let mark = rig.asked();
        rig.script(&json!([{ "when": { "operation": "records/modify", "to": 1 },
            "do": { "fail_record": { "record_name": "t4", "code": code, "retry_after": 1 } } }]));
        let report = run(&session, reviewed).await;
        assert!(report.is_done(), "{code}: {report:?}");
        assert_eq!((report.created, report.updated), (4, 2), "{code}");
        assert_eq!(rig.contents()["t4"], contents(&after)["t4"], "{code}");
        let times = arrivals(&rig, mark);
        assert!(times[1] - times[0] >= Duration::from_secs(1), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_exceeds_a_limit_is_looked_up_and_sent_in_halves() {
    for refusal in [
        json!({ "status": 400, "code": "LIMIT_EXCEEDED" }),
        json!({ "status": 413 }),
    ] {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        let session = rig.session();
        let reviewed = planned(&session, false).await;
        let mark = rig.asked();
        rig.script(&json!([{ "when": { "operation": "records/modify", "to": 1 }, "do": refusal }]));
        let report = run(&session, reviewed).await;
        assert!(report.is_done(), "{report:?}");
        assert_eq!((report.created, report.updated), (4, 2));
        let sizes: Vec<usize> = rig
            .modifies(mark)
            .iter()
            .map(|one| one.operations.len())
            .collect();
        assert_eq!(sizes, [6, 3, 3], "{refusal}");
        let requests = rig.emulator.requests();
        assert_eq!(requests[mark + 1].operation, "records/lookup", "{refusal}");
    }
}

fn assert_too_long(report: &Report) {
    assert!(
        matches!(
            report.stopped,
            Some(JobError::Service(Error::WaitTooLong { limit: 300, .. }))
        ),
        "{report:?}"
    );
    assert!(report.resumable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_above_the_limit_stops_the_run_which_can_be_taken_up() {
    let whole = json!({ "status": 429, "retry_after": 301 });
    let single = json!({ "fail_record": { "record_name": "t4", "code": "THROTTLED", "retry_after": 301 } });
    for effect in [whole, single] {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        let session = rig.session();
        let reviewed = planned(&session, true).await;
        rig.script(&json!([{ "when": { "operation": "records/modify", "to": 1 }, "do": effect }]));
        assert_too_long(&run(&session, reviewed).await);
        rig.script(&Value::Array(Vec::new()));
        let report = resumed(&rig.session()).await.unwrap();
        assert!(report.is_done(), "{report:?}");
        assert_eq!((report.created, report.updated, report.deleted), (4, 2, 2));
        assert_eq!(rig.contents(), contents(&after));
    }
}

/// Requests per second that a session of a new process keeps to.
fn limit(rig: &Rig) -> Option<f64> {
    rig.session().client().load().rate
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_is_not_about_the_rate_leaves_nothing_behind() {
    for code in ["TRY_AGAIN_LATER", "ZONE_BUSY"] {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        rig.script(&json!([{ "when": { "from": 2, "to": 3 },
            "do": { "status": 503, "code": code, "retry_after": 1 } }]));
        let session = rig.session();
        compared(&session).await;
        assert_eq!(session.journal().recall("rate").unwrap(), None);
        assert_eq!(limit(&rig), None, "{code}");
    }
}

/// THROTTLED teaches whatever its status; what is learnt is kept with its time, and is known to the next process.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_remembered_with_its_time() {
    let teams: Vec<_> = (0..24).map(|n| team(&format!("t{n:02}"), "Reds", n)).collect();
    let rig = league_with(&[&teams[..], &[pat()]].concat(), &teams, |options| {
        options.page_limit = 1;
    })
    .await;
    rig.script(&json!([{ "when": { "from": 12, "every": 12 },
        "do": { "status": 503, "code": "THROTTLED", "retry_after": 3 } }]));
    let session = rig.session();
    let before = jiff::Timestamp::now().as_millisecond();
    // On a machine that stands still between two requests a refusal may come too early to teach anything.
    let text = loop {
        compared(&session).await;
        if let Some(text) = session.journal().recall("rate").unwrap() {
            break text;
        }
    };
    let after = jiff::Timestamp::now().as_millisecond();
    let fact: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(fact["wait_ms"], 3000);
    let learnt = fact["learnt_at"].as_i64().unwrap();
    assert!((before..=after).contains(&learnt), "{fact}");
    assert_eq!(limit(&rig), fact["per_second"].as_f64());
}

/// Nobody can stop a job by what stands in the journal.
#[tokio::test(flavor = "multi_thread")]
async fn a_planted_rate_stops_nothing() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let ago = |ms: i64| jiff::Timestamp::now().as_millisecond() - ms;
    let fact = |per_second: f64, wait_ms: u64, learnt_at: i64| {
        json!({ "per_second": per_second, "wait_ms": wait_ms, "learnt_at": learnt_at }).to_string()
    };
    let plant = |key: &str, text: &str| rig.session().journal().remember(key, text).unwrap();
    // Kept by an earlier version, without its time.
    plant("requests-per-second", "0.001");
    assert_eq!(limit(&rig), None);
    for (text, limited_to) in [
        (fact(20.0, 1000, ago(1000)), Some(20.0)),
        (fact(0.001, 1000, ago(1000)), Some(1.0)),
        (fact(0.001, u64::MAX, ago(1000)), Some(1.0)),
        (fact(0.001, 1000, ago(3_600_001)), None),
        (fact(0.001, 1000, ago(-60_000)), None),
        (fact(0.001, 1000, i64::MIN), None),
        (fact(0.0, 1000, ago(1000)), None),
        (fact(-1.0, 1000, ago(1000)), None),
        (fact(1.0, 1000, ago(1000)).replace("1.0", "1e999"), None),
        ("0.001".to_owned(), None),
        (String::new(), None),
    ] {
        plant("rate", &text);
        assert_eq!(limit(&rig), limited_to, "{text}");
    }
    plant("rate", &fact(0.001, 1000, ago(1000)));
    let report = synced(&rig.session(), true).await;
    assert!(report.is_done(), "{report:?}");
}
