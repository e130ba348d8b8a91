//! Queries lag behind writes. What was written a moment ago is looked up, so nobody is told an old story.

use std::collections::BTreeSet;

use skydeck::cloudkit::Query;
use skydeck::emulator::Faults;
use skydeck::sync::{Depth, SAMPLE, review_delete_all, verify};

use crate::league::{before_and_after, contents, league, league_with, write_files};
use crate::rig::{Line, counted, run, synced, undone};

/// An hour: within a test the index never catches up.
const LAG: u64 = 3_600_000;

fn in_sync(lines: &[Line]) -> bool {
    lines
        .iter()
        .all(|(_, counts)| counts[0] + counts[1] + counts[3] == 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn right_after_a_sync_both_sides_are_the_same() {
    let (before, after) = before_and_after();
    let rig = league_with(&after, &before, |options| options.faults.index_lag_ms = LAG).await;
    let session = rig.session();
    assert!(synced(&session, true).await.is_done());
    // A process that has just started knows it from the journal.
    for session in [session, rig.session()] {
        let lines = counted(&session).await;
        assert!(in_sync(&lines), "{lines:?}");
        let types = session.types(&[]).unwrap();
        for depth in [
            Depth::Sample {
                records: SAMPLE,
                seed: 1,
            },
            Depth::Deep,
        ] {
            let verdicts = verify(&session, types.clone(), depth).result().await.unwrap();
            assert!(
                verdicts
                    .iter()
                    .all(|(_, verdict)| verdict.as_ref().unwrap().is_ok()),
                "{verdicts:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_listing_does_not_pass_for_the_cloud_after_an_undo() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let first = counted(&session).await;
    let report = synced(&session, true).await;
    // From here on the index shows what the sync wrote, whatever is written later.
    rig.emulator.set_faults(Faults {
        index_lag_ms: LAG,
        ..Faults::default()
    });
    let listed = async || {
        let page = session.client().query(&Query::of("Player"), None).await.unwrap();
        page.records
            .into_iter()
            .map(|record| record.name)
            .collect::<BTreeSet<String>>()
    };
    let synced = ["p1", "p2", "p4", "p5"].map(str::to_owned).into();
    assert_eq!(listed().await, synced);
    assert!(undone(&session, report.run).await.is_done());
    assert_eq!(listed().await, synced);
    assert_eq!(counted(&session).await, first);
    // The files go back as well: the same again from the other side.
    write_files(&rig, &before);
    let lines = counted(&session).await;
    assert!(in_sync(&lines), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_a_moment_ago_is_deleted_too() {
    let (_, after) = before_and_after();
    let rig = league_with(&after, &[], |options| options.faults.index_lag_ms = LAG).await;
    let session = rig.session();
    assert!(synced(&session, false).await.is_done());
    assert_eq!(rig.contents(), contents(&after));
    let types = session.types(&[]).unwrap();
    let reviewed = review_delete_all(&session, types).result().await.unwrap();
    assert_eq!(run(&session, reviewed).await.deleted, 8);
    assert!(rig.contents().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_keeps_up_costs_no_request_more() {
    let (before, after) = before_and_after();
    let rig = league_with(&after, &before, |_| {}).await;
    let session = rig.session();
    assert!(synced(&session, true).await.is_done());
    let mark = rig.asked();
    assert!(in_sync(&counted(&session).await));
    let asked: Vec<String> = (rig.emulator.requests().into_iter().skip(mark))
        .map(|seen| seen.operation)
        .collect();
    assert_eq!(asked, ["records/query", "records/query"]);
}
