//! What stops a write before anything is sent.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use serde_json::json;
use skydeck::cli::exit;
use skydeck::record::guard::{DeletionCap, Refusal};
use skydeck::record::percent::Percent;
use skydeck::sync::{
    Choices, JobError, Overrides, Session, TypeError, apply, compare, review, review_delete_all,
};

use crate::league::{Plain, before_and_after, league, league_with, pat, team, write_files};
use crate::rig::{Modify, Rig, compared, counted, planned, run, synced};

fn cap(records: usize, percent: f64) -> Choices {
    Choices {
        delete_orphans: true,
        cap: Some(DeletionCap {
            records,
            percent: Percent::new(percent).unwrap(),
        }),
        ..Choices::default()
    }
}

async fn refusals(session: &Arc<Session>, choices: Choices) -> Vec<Refusal> {
    match review(session, compared(session).await, choices).await {
        Err(JobError::Refused(refusals)) => refusals,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_deletions_than_the_ceilings_allow_are_refused() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    // One of three players and one of three teams are orphans.
    let too_many = refusals(&session, cap(1, 100.0)).await;
    assert_eq!(too_many, [Refusal::TooMany { records: 2, cap: 1 }]);
    let share = refusals(&session, cap(2, 33.0)).await;
    assert!(matches!(
        share.as_slice(),
        [Refusal::TooLargeAShare { .. }, Refusal::TooLargeAShare { .. }]
    ));
    let reviewed = review(&session, compared(&session).await, cap(2, 34.0))
        .await
        .unwrap();
    assert_eq!(reviewed.plan().operations.len(), 8);
    // What is left alone does not count.
    let spared = Choices {
        excluded: HashSet::from([("Team".to_owned(), "t3".to_owned())]),
        ..cap(1, 34.0)
    };
    let reviewed = review(&session, compared(&session).await, spared).await.unwrap();
    assert!(run(&session, reviewed).await.is_done());
    let cloud = rig.cloud();
    assert!(cloud.contains_key("t3") && !cloud.contains_key("p3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_without_its_certificate_deletes_nothing() {
    let (before, after) = before_and_after();
    // The service forgets its own marker, twice.
    let rig = league_with(&after, &before, |options| options.page_limit = 2).await;
    let session = rig.session();
    rig.script(
        &json!([{ "when": { "operation": "records/query", "record_type": "Team", "from": 2, "every": 2 },
        "do": { "expire_marker": true } }]),
    );
    let refused = refusals(&session, cap(100, 100.0)).await;
    assert!(matches!(refused.as_slice(), [Refusal::Incomplete { record_type, .. }] if record_type == "Team"));
    let everything = review_delete_all(&session, session.types(&[]).unwrap())
        .result()
        .await;
    assert!(matches!(everything, Err(JobError::Refused(_))));
    // New and updated are known all the same: by lookup.
    let lines = counted(&session).await;
    assert_eq!(&lines[1].1[..2], [2, 1]);
    assert_eq!(rig.contents(), crate::league::contents(&before));
}

/// A file that says nothing, in whatever way: the type is not synced, the others are, and nothing at all is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_used_never_means_that_all_is_to_go() {
    for content in [
        None,
        Some(""),
        Some("[]"),
        Some("[{\"id\": \"t1\""),
        Some("{}"),
        Some("[{\"id\": \"t1\", \"name\": 5}]"),
    ] {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        let path = rig.folder.join("data/teams.json");
        fs::remove_file(&path).unwrap();
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        let session = rig.session();
        let comparison = compared(&session).await;
        let failed: Vec<&str> = comparison.failures().map(|(one, _)| one.name.as_str()).collect();
        assert_eq!(failed, ["Team"], "{content:?}");
        let mark = rig.asked();
        let refused = refusals(&session, cap(100, 100.0)).await;
        assert!(
            matches!(refused.as_slice(), [Refusal::NotCompared { record_type }] if record_type == "Team")
        );
        let report = synced(&session, false).await;
        assert_eq!((report.created, report.updated), (2, 1), "{content:?}");
        let written = rig.modifies(mark);
        assert!(
            written
                .iter()
                .flat_map(Modify::names)
                .all(|name| name.starts_with('p'))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn production_is_read_only_until_it_is_unlocked() {
    let (_, after) = before_and_after();
    let rig = league(&after, &[]).await;
    for unlocked in [false, true] {
        let overrides = Overrides {
            unlocked,
            ..Overrides::default()
        };
        let session = rig.open("production", overrides).unwrap();
        assert_eq!(session.is_read_only(), !unlocked);
        let reviewed = planned(&session, false).await;
        let mark = rig.asked();
        let digest = reviewed.digest().to_owned();
        let result = apply(&session, reviewed.confirm(&digest).unwrap()).result().await;
        if unlocked {
            assert!(result.unwrap().is_done());
        } else {
            assert!(matches!(result, Err(JobError::ReadOnly(_))));
            assert_eq!(rig.asked(), mark);
        }
    }
    assert!(rig.cloud().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_for_one_environment_is_not_sent_to_another() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let here = rig.session();
    let unlocked = Overrides {
        unlocked: true,
        ..Overrides::default()
    };
    let elsewhere = rig.open("production", unlocked).unwrap();
    let reviewed = planned(&here, false).await;
    let comparison = compared(&here).await;
    let mark = rig.asked();
    let digest = reviewed.digest().to_owned();
    let sent = apply(&elsewhere, reviewed.confirm(&digest).unwrap())
        .result()
        .await;
    assert!(
        matches!(&sent, Err(JobError::WrongConnection { made_for, .. }) if made_for.contains("development")),
        "{sent:?}"
    );
    let again = review(&elsewhere, comparison, Choices::default()).await;
    assert!(
        matches!(again, Err(JobError::WrongConnection { .. })),
        "{again:?}"
    );
    assert_eq!(rig.asked(), mark);
    assert!(elsewhere.journal().past().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_writes_at_a_time() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let first = planned(&session, false).await;
    let second = planned(&session, false).await;
    let digest = first.digest().to_owned();
    let job = apply(&session, first.confirm(&digest).unwrap());
    job.pause().set(true);
    let mut job = job;
    // It holds the lock as soon as it has begun.
    job.event().await.unwrap();
    let other = rig.session();
    let refused = apply(&other, second.confirm(&digest).unwrap()).result().await;
    assert!(matches!(refused, Err(JobError::Locked(_))), "{refused:?}");
    let under_way = skydeck::sync::review_undo(&other, 1).result().await;
    assert!(matches!(under_way, Err(JobError::Locked(_))), "{under_way:?}");
    job.pause().set(false);
    assert!(job.result().await.unwrap().is_done());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_written_since_it_was_compared_is_not_sent() {
    let (before, after) = before_and_after();
    let changed = |name: &str| -> Vec<Plain> {
        let rename = |one: &Plain| match one.id.as_str() {
            "t4" => team("t4", name, 0),
            _ => one.clone(),
        };
        after.iter().map(rename).collect()
    };
    // Of the same length, longer, and cut short.
    for disk in [
        changed("whites"),
        changed("The Whites of the North"),
        vec![team("t1", "Reds", 11), pat()],
    ] {
        let rig = league(&after, &before).await;
        let session = rig.session();
        let comparison = compared(&session).await;
        write_files(&rig, &disk);
        let result = review(&session, comparison, Choices::default()).await;
        let Err(error @ JobError::Changed(_)) = result else {
            panic!("{result:?}")
        };
        assert!(error.to_string().ends_with("compare again"), "{error}");
        assert_eq!(exit::of_error(&error), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_plan_that_was_shown_runs() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let shown = planned(&session, false).await;
    let other = planned(&session, true).await;
    assert_ne!(shown.digest(), other.digest());
    assert!(matches!(other.confirm(shown.digest()), Err(JobError::OtherPlan)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_name_belongs_to_one_type() {
    // Taken in the cloud by the other type.
    let rig = league(
        &[team("x", "Team", 1), pat()],
        &[crate::league::player("x", "Player", 1, "t1")],
    )
    .await;
    let session = rig.session();
    let comparison = compare(&session, session.types(&[]).unwrap())
        .result()
        .await
        .unwrap();
    let [(one, error)] = comparison.failures().collect::<Vec<_>>()[..] else {
        panic!()
    };
    assert_eq!(one.name, "Team");
    assert!(
        matches!(error, TypeError::NameTaken { name, other, more: 0 } if name == "x" && other == "Player")
    );
    // Used twice on disk.
    let rig = league(
        &[team("x", "Team", 1), crate::league::player("x", "Player", 1, "x")],
        &[],
    )
    .await;
    let session = rig.session();
    let twice = review(&session, compared(&session).await, Choices::default()).await;
    assert!(
        matches!(&twice, Err(error @ JobError::Blocked(_)) if error.to_string().contains("'x': used by Player (players.json:1) and by Team (teams.json:1)")),
        "{twice:?}"
    );
    // Taken by somebody after the comparison: refused, and theirs stays.
    let rig: Rig = league(&[team("x", "Team", 1), pat()], &[]).await;
    let session = rig.session();
    let reviewed = planned(&session, false).await;
    rig.stranger("Player", "x", &json!({ "name": crate::rig::text("Player") }));
    let report = run(&session, reviewed).await;
    assert_eq!((report.created, report.refused.len()), (1, 1));
    assert_eq!(rig.cloud()["x"].kind, "Player");
}
