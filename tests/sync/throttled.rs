//! A service that asks to wait is waited for, and one that asks for too much is told so.

use std::time::Duration;

use serde_json::{Value, json};
use skydeck::cloudkit::Error;
use skydeck::sync::{JobError, Report};

use crate::league::{before_and_after, contents, league};
use crate::rig::{Rig, planned, resumed, run};

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
async fn a_single_record_that_asks_for_a_wait_gets_it() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let reviewed = planned(&session, false).await;
    let mark = rig.asked();
    rig.script(&json!([{ "when": { "operation": "records/modify", "to": 1 },
        "do": { "fail_record": { "record_name": "t4", "code": "THROTTLED", "retry_after": 1 } } }]));
    let report = run(&session, reviewed).await;
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.created, report.updated), (4, 2));
    let times = arrivals(&rig, mark);
    assert!(times[1] - times[0] >= Duration::from_secs(1));
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
