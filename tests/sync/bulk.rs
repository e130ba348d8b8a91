//! Whole types at once, and back.

use serde_json::json;
use skydeck::journal::RunKind;
use skydeck::sync::{review_delete_all, review_import};

use crate::league::{before_and_after, contents, league, league_with, with_note};
use crate::rig::{run, sent, text, undone};

#[tokio::test(flavor = "multi_thread")]
async fn delete_all_deletes_one_type_or_all_and_can_be_taken_back() {
    let (before, after) = before_and_after();
    let rig = league_with(&after, &[], |options| options.page_limit = 2).await;
    rig.load(&with_note(contents(&before), "p3", "theirs"));
    let first = rig.contents();
    let session = rig.session();
    let mut runs = Vec::new();
    for names in [vec!["Player".to_owned()], Vec::new()] {
        let reviewed = review_delete_all(&session, session.types(&names).unwrap())
            .result()
            .await
            .unwrap();
        assert_eq!(reviewed.kind(), RunKind::DeleteAll);
        let report = run(&session, reviewed).await;
        assert!(report.is_done() && report.deleted == 3, "{report:?}");
        runs.push(report.run);
    }
    assert!(rig.contents().is_empty());
    for id in runs.into_iter().rev() {
        assert!(undone(&session, id).await.is_done());
    }
    assert_eq!(rig.contents(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_all_leaves_what_was_written_after_it_was_looked_at() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let session = rig.session();
    let reviewed = review_delete_all(&session, session.types(&[]).unwrap())
        .result()
        .await
        .unwrap();
    rig.stranger("Player", "p1", &json!({ "note": text("wait") }));
    rig.stranger("Player", "new", &json!({ "name": text("New") }));
    let report = run(&session, reviewed).await;
    assert_eq!((report.deleted, report.conflicted.len()), (5, 1));
    assert_eq!(rig.contents().keys().collect::<Vec<_>>(), ["new", "p1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_interrupted_between_commit_and_answer_keeps_what_it_replaced() {
    let (before, after) = before_and_after();
    let rig = league(&after, &[]).await;
    rig.load(&with_note(contents(&before), "t1", "theirs"));
    let first = rig.contents();
    let session = rig.session();
    let reviewed = review_import(&session, session.types(&[]).unwrap())
        .result()
        .await
        .unwrap();
    // Carried out, not answered, and then nothing can be looked up any more.
    rig.script(&json!([
        { "when": { "operation": "records/modify", "to": 1 }, "do": { "cut": "after_commit" } },
        { "when": { "operation": "records/lookup", "from": 2 }, "do": { "unauthorized": true } }]));
    let broken = run(&session, reviewed).await;
    assert_eq!(broken.unknown, 6, "{broken:?}");
    rig.calm();
    let session = rig.session();
    let mark = rig.asked();
    let report = crate::rig::resumed(&session).await.unwrap();
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.created, report.updated), (4, 2));
    assert_eq!(sent(&rig.modifies(mark), "forceReplace"), 0);
    assert!(undone(&session, report.run).await.is_done());
    assert_eq!(rig.contents(), first);
}
