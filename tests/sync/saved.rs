//! A plan in a file: applied exactly as it is, where it was made for, or not at all.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use skydeck::files::{Existing, Protected, Target};
use skydeck::sync::{JobError, Overrides, Reviewed, SavedPlan, Session, review_saved};

use crate::league::{before_and_after, contents, league};
use crate::rig::{field, planned, run, text};

async fn checked(session: &Arc<Session>, plan: SavedPlan) -> Result<Reviewed, JobError> {
    review_saved(session, plan, None).result().await
}

fn save(plan: &SavedPlan, file: &Path) {
    let protected = Protected::default();
    let target = Target::new(file, Existing::Keep, &protected).unwrap();
    plan.write(&target).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_applied_as_it_was_saved_and_tells_what_had_changed_since() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let file = rig.folder.join("plan.json");
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    save(&SavedPlan::of(&session, &reviewed), &file);
    // The cloud has moved on.
    rig.stranger(
        "Team",
        "t1",
        &json!({ "points": field("INT64", 50), "note": text("theirs") }),
    );
    let session = rig.session();
    let again = checked(&session, SavedPlan::read(&file).unwrap()).await.unwrap();
    assert_eq!(
        (again.digest(), again.plan()),
        (reviewed.digest(), reviewed.plan())
    );
    let report = run(&session, again).await;
    assert!(report.is_done(), "{report:?}");
    let [theirs] = report.overwritten.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!((theirs.name.as_str(), theirs.changes.len()), ("t1", 1));
    let wanted = crate::league::with_note(contents(&after), "t1", "theirs");
    assert_eq!(rig.contents(), wanted);
    // Once more: everything is as it should be.
    let again = checked(&session, SavedPlan::read(&file).unwrap()).await.unwrap();
    let report = run(&session, again).await;
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.already_equal, report.already_gone), (6, 2), "{report:?}");
    assert_eq!(rig.contents(), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_nowhere_else_and_not_when_it_was_changed() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let file = rig.folder.join("plan.json");
    let session = rig.session();
    save(&SavedPlan::of(&session, &planned(&session, true).await), &file);
    let saved = SavedPlan::read(&file).unwrap();
    let elsewhere = [
        rig.open("production", Overrides::default()).unwrap(),
        league(&after, &before).await.session(),
    ];
    for session in elsewhere {
        assert!(matches!(
            checked(&session, saved.clone()).await,
            Err(JobError::WrongConnection { .. })
        ));
    }
    let text = fs::read_to_string(&file).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    for (pointer, value) in [
        ("/plan/operations/0/goal/name/String", json!("Another")),
        ("/plan/unchanged", json!(0)),
        ("/kind", json!("undo")),
        ("/environment", json!("production")),
        ("/digest", json!("")),
        ("/version", json!(2)),
    ] {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        fs::write(&file, changed.to_string()).unwrap();
        assert!(SavedPlan::read(&file).is_err(), "{pointer}");
    }
    fs::write(&file, &text[..text.len() / 2]).unwrap();
    assert!(SavedPlan::read(&file).is_err());
}
