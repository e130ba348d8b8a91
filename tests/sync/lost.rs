//! Lost answers, cancelling and kills at every request of a run: each operation is settled, none twice, none forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use skydeck::journal::{Ending, State};
use skydeck::sync::{Confirmed, Event, JobError, Report, Session, apply};
use tokio::runtime::Runtime;

use crate::league::{Plain, contents, league, player, team};
use crate::rig::{Rig, planned, resumed};

/// Two records of this length fill a request.
const LONG: usize = 350_000;

fn long(letter: &str) -> String {
    letter.repeat(LONG)
}

/// A run of four modify requests: creates and updates of long records in three, two deletions in the last.
fn sides() -> (Vec<Plain>, Vec<Plain>) {
    let cloud = vec![
        team("t1", "Reds", 1),
        team("t2", "Blues", 2),
        team("gone", "Greys", 3),
        player("old", "Zoe", 9, "gone"),
    ];
    let disk = vec![
        team("t1", &long("a"), 1),
        team("t2", &long("b"), 2),
        team("t3", &long("c"), 0),
        team("t4", &long("d"), 0),
        player("p1", &long("e"), 1, "t3"),
        player("p2", &long("f"), 2, "t4"),
    ];
    (disk, cloud)
}

async fn ready() -> (Rig, Vec<Plain>) {
    let (disk, cloud) = sides();
    let rig = league(&disk, &cloud).await;
    (rig, disk)
}

async fn agreed(session: &Arc<Session>) -> Confirmed {
    let reviewed = planned(session, true).await;
    let digest = reviewed.digest().to_owned();
    reviewed.confirm(&digest).unwrap()
}

/// The cloud is as the files say, the report tells what happened, and the journal has every operation at its end.
fn assert_wanted(rig: &Rig, disk: &[Plain], report: &Report) {
    assert_eq!(rig.contents(), contents(disk));
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.created, report.updated, report.deleted), (4, 2, 2));
    assert_eq!(report.already_equal, 0);
    let entries = rig.session().journal().entries(report.run).unwrap();
    assert!(entries.iter().all(|entry| entry.state == State::Applied));
    assert!(rig.session().journal().open_run().unwrap().is_none());
}

/// Requests that were carried out, by how often they wrote each record. `lost`: those without an answer were.
fn assert_each_written_once(rig: &Rig, since: usize, lost: bool) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for request in rig.modifies(since) {
        if request.status == 200 || (request.status == 0 && lost) {
            for name in request.names() {
                *times.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    assert_eq!(times.len(), 8);
    assert!(times.values().all(|count| *count == 1), "{times:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_at_any_request_changes_nothing() {
    let (rig, disk) = ready().await;
    let session = rig.session();
    let confirmed = agreed(&session).await;
    let mark = rig.asked();
    let report = apply(&session, confirmed).result().await.unwrap();
    assert_wanted(&rig, &disk, &report);
    assert_eq!(rig.modifies(mark).len(), 4);
    let requests = rig.asked() - mark;
    for n in 1..=requests {
        for cut in ["before_commit", "after_commit"] {
            let (rig, disk) = ready().await;
            let session = rig.session();
            let confirmed = agreed(&session).await;
            let mark = rig.asked();
            rig.script(&json!([{ "when": { "from": n, "to": n }, "do": { "cut": cut } }]));
            let report = apply(&session, confirmed).result().await.unwrap();
            assert_wanted(&rig, &disk, &report);
            assert_each_written_once(&rig, mark, cut == "after_commit");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_make_no_sense_are_lost_answers() {
    // The first writes, and the deletions.
    for n in [1, 4] {
        for effect in [
            json!({ "body": "garbage" }),
            json!({ "body": "truncated" }),
            json!({ "body": "html" }),
            json!({ "body": "empty" }),
            json!({ "status": 500 }),
        ] {
            let (rig, disk) = ready().await;
            let session = rig.session();
            let confirmed = agreed(&session).await;
            let when = json!({ "operation": "records/modify", "from": n, "to": n });
            rig.script(&json!([{ "when": when, "do": effect }]));
            let report = apply(&session, confirmed).result().await.unwrap();
            assert_wanted(&rig, &disk, &report);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_never_answers_is_given_up_and_the_run_taken_up_later() {
    let (rig, disk) = ready().await;
    let session = rig.session();
    let confirmed = agreed(&session).await;
    let mark = rig.asked();
    rig.script(&json!([{ "when": { "operation": "records/modify" }, "do": { "cut": "before_commit" } }]));
    let report = apply(&session, confirmed).result().await.unwrap();
    assert!(
        matches!(&report.stopped, Some(JobError::Service(_))),
        "{report:?}"
    );
    assert_eq!(
        report.created + report.updated + report.deleted + report.already_equal,
        0
    );
    assert_eq!(report.unknown + report.not_attempted, 8);
    rig.calm();
    let report = resumed(&rig.session()).await.unwrap();
    assert_wanted(&rig, &disk, &report);
    assert_each_written_once(&rig, mark, false);
}

/// What a run tells, undisturbed.
async fn events_of_a_run() -> usize {
    let (rig, _) = ready().await;
    let session = rig.session();
    let mut job = apply(&session, agreed(&session).await);
    let mut events = 0;
    while job.event().await.is_some() {
        events += 1;
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_anywhere_and_taken_up_again_it_comes_to_the_same_end() {
    for stop in 0..events_of_a_run().await {
        let (rig, disk) = ready().await;
        let session = rig.session();
        let confirmed = agreed(&session).await;
        let mark = rig.asked();
        let mut job = apply(&session, confirmed);
        for _ in 0..stop {
            job.event().await;
        }
        job.cancellation().cancel();
        let mut report = job.result().await.unwrap();
        // It may have been done already.
        if !report.is_done() {
            assert!(matches!(report.stopped, Some(JobError::Cancelled)), "{report:?}");
            assert_eq!(report.unknown, 0, "what has left is waited for");
            report = resumed(&rig.session()).await.unwrap();
        }
        assert_wanted(&rig, &disk, &report);
        assert_each_written_once(&rig, mark, false);
    }
}

/// Ends a runtime as a kill ends a process: nothing of it goes on.
async fn kill(runtime: Runtime) {
    tokio::task::spawn_blocking(move || runtime.shutdown_timeout(std::time::Duration::from_secs(30)))
        .await
        .unwrap();
}

/// Starts a run in a process of its own, so to speak.
fn elsewhere(rig: &Rig, confirmed: Confirmed) -> (Runtime, skydeck::sync::Job<Report>) {
    let runtime = Runtime::new().unwrap();
    let job = {
        let _inside = runtime.enter();
        apply(&rig.session(), confirmed)
    };
    (runtime, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_and_taken_up_again_it_comes_to_the_same_end() {
    for stop in 1..=events_of_a_run().await {
        let (rig, disk) = ready().await;
        let confirmed = agreed(&rig.session()).await;
        let (runtime, mut job) = elsewhere(&rig, confirmed);
        for _ in 0..stop {
            job.event().await;
        }
        kill(runtime).await;
        match resumed(&rig.session()).await {
            Some(report) => assert_wanted(&rig, &disk, &report),
            // It had come to its end already.
            None => assert_eq!(
                rig.session().journal().runs().unwrap()[0].ending,
                Some(Ending::Done)
            ),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_request_is_out_nothing_is_written_twice() {
    for n in 1..=4 {
        let (rig, disk) = ready().await;
        let confirmed = agreed(&rig.session()).await;
        let mark = rig.asked();
        let (of, never) = (json!("records/modify"), json!({ "delay_ms": 600_000 }));
        rig.script(&json!([{ "when": { "operation": of, "from": n }, "do": never }]));
        let (runtime, mut job) = elsewhere(&rig, confirmed);
        let mut sent = 0;
        while sent < n {
            sent += usize::from(matches!(job.event().await.unwrap(), Event::Sent { .. }));
        }
        // Announced to the journal; now it arrives, is carried out, and is never answered.
        while rig.modifies(mark).len() < n {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        kill(runtime).await;
        rig.calm();
        let report = resumed(&rig.session()).await.unwrap();
        assert_wanted(&rig, &disk, &report);
        assert_each_written_once(&rig, mark, false);
    }
}
