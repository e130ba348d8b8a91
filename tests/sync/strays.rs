//! Records that are listed under another type, or that a file has under another type: never deleted as orphans.

use std::fs;

use skydeck::record::guard::Refusal;
use skydeck::sync::{Choices, JobError, SavedPlan, compare, review, review_saved, review_undo};

use crate::league::{MANIFEST, contents, league, pat, player, team};
use crate::rig::{compared, planned, run, synced, undone};

fn deleting() -> Choices {
    Choices {
        delete_orphans: true,
        ..Choices::default()
    }
}

/// A file has moved a record to another type: in the cloud it is still there under the old one.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_another_types_file_has_is_not_deleted() {
    let cloud = [team("t1", "Reds", 1), team("x", "Xs", 2)];
    let rig = league(&[team("t1", "Reds", 1), player("x", "X", 1, "t1")], &cloud).await;
    let session = rig.session();
    // Only Team is named: the names of players come from their file.
    let types = session.types(&["Team".to_owned()]).unwrap();
    let comparison = compare(&session, types).result().await.unwrap();
    let refused = review(&session, comparison.into(), deleting()).await;
    let Err(JobError::Refused(refusals)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        matches!(&refusals[..], [Refusal::InAFile { record_type, name, file_of, more: 0 }]
            if record_type == "Team" && name == "x" && file_of == "Player"),
        "{refusals:?}"
    );
    assert_eq!(rig.contents(), contents(&cloud));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_while_the_file_of_a_type_that_was_not_named_cannot_tell() {
    let cloud = [team("t1", "Reds", 1), team("x", "Xs", 2)];
    let rig = league(&[team("t1", "Reds", 1), pat()], &cloud).await;
    let session = rig.session();
    let one_type = || session.types(&["Team".to_owned()]).unwrap();
    let players = rig.folder.join("data/players.json");
    let whole = fs::read_to_string(&players).unwrap();
    for broken in [None, Some("[{\"id\": \"x\"")] {
        fs::remove_file(&players).unwrap();
        if let Some(broken) = broken {
            fs::write(&players, broken).unwrap();
        }
        let comparison = compare(&session, one_type()).result().await.unwrap();
        let refused = review(&session, comparison.into(), deleting()).await;
        let Err(JobError::Refused(refusals)) = refused else {
            panic!("{refused:?}");
        };
        assert!(
            matches!(&refusals[..], [Refusal::FileUnreadable { file_of, .. }] if file_of == "Player"),
            "{refusals:?}"
        );
        assert!(
            refusals[0].to_string().contains("players.json"),
            "{}",
            refusals[0]
        );
        fs::write(&players, &whole).unwrap();
    }
    // Every file can be read, and none has the name.
    let comparison = compare(&session, one_type()).result().await.unwrap();
    let reviewed = review(&session, comparison.into(), deleting()).await.unwrap();
    assert!(run(&session, reviewed).await.is_done());
    assert_eq!(rig.contents(), contents(&cloud[..1]));
}

/// A type that has left the manifest: no plan writes it, and what was done to it before can still be taken back.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_the_manifest_does_not_name_is_not_planned() {
    let files = [team("t1", "Reds", 1), player("p1", "Pat", 1, "t1")];
    let rig = league(&files, &[]).await;
    let session = rig.session();
    let saved = SavedPlan::of(&session, &planned(&session, false).await);
    let report = synced(&session, false).await;
    assert_eq!(rig.contents(), contents(&files));
    let at = MANIFEST.find("[type.Player]").unwrap();
    let to = MANIFEST.find("[type.Team]").unwrap();
    let less = [&MANIFEST[..at], &MANIFEST[to..]].concat();
    fs::write(rig.folder.join("skydeck.toml"), less).unwrap();
    let session = rig.session();
    let refused = review_saved(&session, saved, None).result().await;
    let Err(JobError::Refused(refusals)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        matches!(&refusals[..], [Refusal::NotInTheManifest { record_type }] if record_type == "Player"),
        "{refusals:?}"
    );
    assert!(compared(&session).await.in_sync());
    let undo = review_undo(&session, report.run).result().await.unwrap();
    assert_eq!(undo.plan().operations.len(), 2);
    assert!(undone(&session, report.run).await.is_done());
    assert!(rig.cloud().is_empty());
}
