//! The way back: record by record, whatever happened on the way there, and nothing of anybody else's is lost on it.

use serde_json::json;
use skydeck::sync::{JobError, Report, apply, resume, review_import, review_undo};

use crate::league::{before_and_after, contents, league, pat, player, team, with_note, write_files};
use crate::rig::{planned, resumed, run, synced, text, undone};

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_back_foreign_fields_included() {
    let (before, after) = before_and_after();
    let rig = league(&after, &[]).await;
    rig.load(&with_note(contents(&before), "p3", "theirs"));
    let first = rig.contents();
    let session = rig.session();
    let report = synced(&session, true).await;
    assert_eq!((report.created, report.updated, report.deleted), (4, 2, 2));
    let back = undone(&session, report.run).await;
    assert!(back.is_done(), "{back:?}");
    assert_eq!((back.created, back.updated, back.deleted), (2, 2, 4));
    assert_eq!(rig.contents(), first);
    // And forward once more: an undo is a run like any other.
    let again = undone(&session, back.run).await;
    assert!(again.is_done(), "{again:?}");
    assert_eq!(rig.contents(), contents(&after));
    let twice = review_undo(&session, report.run).result().await.unwrap_err();
    assert!(matches!(twice, JobError::UndoneAlready { .. }), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wrote_since_stays() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let report = synced(&session, true).await;
    // A field of theirs, a field of ours that the run did not write, and one that it did.
    rig.stranger(
        "Player",
        "p1",
        &json!({ "note": text("seen"), "name": text("Anne") }),
    );
    rig.stranger(
        "Team",
        "t1",
        &json!({ "points": { "value": 99, "type": "INT64" } }),
    );
    // A record that it deleted.
    rig.stranger("Player", "p3", &json!({ "name": text("another") }));
    let theirs = rig.contents();
    let back = undone(&session, report.run).await;
    assert_eq!(conflicts(&back), ["p3", "t1"]);
    let now = rig.contents();
    assert_eq!((&now["p3"], &now["t1"]), (&theirs["p3"], &theirs["t1"]));
    let fields = &now["p1"].1;
    assert_eq!(fields["goals"]["value"], 1);
    assert_eq!((&fields["name"], &fields["note"]), (&text("Anne"), &text("seen")));
    // After a conflict nothing is deleted; once it is out of the way the rest can be taken back too.
    assert_eq!((back.deleted, back.not_attempted, back.resumable), (0, 4, false));
    rig.stranger_deletes("p3");
    rig.stranger(
        "Team",
        "t1",
        &json!({ "points": { "value": 10, "type": "INT64" } }),
    );
    let rest = undone(&session, report.run).await;
    assert!(rest.is_done(), "{rest:?}");
    assert_eq!(
        rig.contents().keys().collect::<Vec<_>>(),
        ["p1", "p2", "p3", "t1", "t2", "t3"]
    );
}

fn conflicts(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = report.conflicted.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_record_that_somebody_has_written_to_is_not_deleted() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let report = synced(&session, true).await;
    rig.stranger("Player", "p4", &json!({ "note": text("mine now") }));
    let theirs = rig.contents()["p4"].clone();
    let back = undone(&session, report.run).await;
    assert_eq!((conflicts(&back), back.deleted), (vec!["p4"], 3));
    assert_eq!(rig.contents()["p4"], theirs);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_replaced_foreign_fields_can_be_taken_back() {
    let (before, after) = before_and_after();
    let rig = league(&after, &[]).await;
    rig.load(&with_note(contents(&before), "t1", "theirs"));
    let first = rig.contents();
    let session = rig.session();
    let types = session.types(&[]).unwrap();
    let mark = rig.asked();
    let reviewed = review_import(&session, types).result().await.unwrap();
    let report = run(&session, reviewed).await;
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.created, report.updated, report.already_equal), (4, 2, 2));
    assert_eq!(crate::rig::sent(&rig.modifies(mark), "forceReplace"), 6);
    assert!(!rig.contents()["t1"].1.contains_key("note"));
    assert!(undone(&session, report.run).await.is_done());
    assert_eq!(rig.contents(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_written_before_a_lost_answer_comes_back_although_somebody_wrote_on_top() {
    let rig = league(&[team("t1", "New", 2), pat()], &[team("t1", "Old", 1), pat()]).await;
    let session = rig.session();
    let reviewed = planned(&session, false).await;
    // The update is carried out and its answer lost; before the lookup somebody changes one of the two fields.
    rig.script(&json!([
        { "when": { "operation": "records/modify", "to": 1 }, "do": { "cut": "after_commit" } },
        { "when": { "operation": "records/lookup", "to": 1 },
          "do": { "foreign_write": { "record_name": "t1", "fields": { "points": { "value": 7 } } } } }]));
    let report = run(&session, reviewed).await;
    assert!(report.is_done(), "{report:?}");
    assert_eq!(report.overwritten.len(), 1);
    assert_eq!(rig.contents(), contents(&[team("t1", "New", 2), pat()]));
    assert!(undone(&session, report.run).await.is_done());
    // The name as it was before the run, the points as they left them.
    assert_eq!(rig.contents(), contents(&[team("t1", "Old", 7), pat()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_for_an_import() {
    let rig = league(&[team("t1", "New", 2), pat()], &[]).await;
    rig.load(&with_note(
        contents(&[team("t1", "Old", 1), pat()]),
        "t1",
        "theirs",
    ));
    let session = rig.session();
    let types = session.types(&[]).unwrap();
    let reviewed = review_import(&session, types).result().await.unwrap();
    rig.script(&json!([
        { "when": { "operation": "records/modify", "to": 1 }, "do": { "cut": "after_commit" } },
        { "when": { "operation": "records/lookup", "from": 2, "to": 2 },
          "do": { "foreign_write": { "record_name": "t1", "fields": { "points": { "value": 7 } } } } }]));
    let report = run(&session, reviewed).await;
    assert!(report.is_done(), "{report:?}");
    assert!(undone(&session, report.run).await.is_done());
    let wanted = with_note(contents(&[team("t1", "Old", 7), pat()]), "t1", "theirs");
    assert_eq!(rig.contents(), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_can_be_taken_back_without_being_finished() {
    let (before, after) = before_and_after();
    for cut in ["before_commit", "after_commit"] {
        let rig = league(&after, &before).await;
        let first = rig.contents();
        let session = rig.session();
        let reviewed = planned(&session, true).await;
        // The answer is lost, and then nothing is answered any more.
        rig.script(&json!([
            { "when": { "operation": "records/modify", "to": 1 }, "do": { "cut": cut } },
            { "when": { "operation": "records/lookup" }, "do": { "unauthorized": true } }]));
        let report = run(&session, reviewed).await;
        assert!(report.stopped.is_some(), "{report:?}");
        assert_eq!((report.unknown, report.not_attempted), (6, 2));
        rig.calm();
        let session = rig.session();
        let back = review_undo(&session, report.run).result().await.unwrap();
        if !back.plan().operations.is_empty() {
            assert!(run(&session, back).await.is_done());
            // What was taken back is not taken up again.
            assert!(resumed(&session).await.is_none());
        }
        assert_eq!(rig.contents(), first, "{cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_not_taken_up_once_a_later_one_has_begun() {
    let before = [team("t1", "A", 1), team("t2", "A", 1), pat()];
    let rig = league(&[team("t1", "B", 2), team("t2", "B", 2), pat()], &before).await;
    let session = rig.session();
    let reviewed = planned(&session, false).await;
    let digest = reviewed.digest().to_owned();
    let job = apply(&session, reviewed.confirm(&digest).unwrap());
    job.cancellation().cancel();
    let old = job.result().await.unwrap();
    assert_eq!(old.not_attempted, 2);
    assert!(session.journal().run(old.run).unwrap().is_open());
    let disk = [
        team("t1", "C", 3),
        team("t2", "C", 3),
        pat(),
        player("p1", "Ann", 1, "t1"),
    ];
    write_files(&rig, &disk);
    assert!(synced(&session, false).await.is_done());
    assert!(!session.journal().run(old.run).unwrap().is_open());
    assert!(resume(&session).result().await.unwrap().is_none());
    assert_eq!(rig.contents(), contents(&disk));
}
