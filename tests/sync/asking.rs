//! A sync set to ask, what a plan warns of, and what is told while it runs.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;
use skydeck::journal::RunKind;
use skydeck::sync::{Check, Choices, Event, Reviewed, apply, review};

use crate::league::{before_and_after, league, pat, player, team};
use crate::rig::{Rig, compared, field, planned, resumed, run, text};

async fn asking(rig: &Rig) -> skydeck::sync::Reviewed {
    let session = rig.session();
    let choices = Choices {
        ask: true,
        ..Choices::default()
    };
    review(&session, compared(&session).await, choices).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_set_to_ask_touches_nothing_that_somebody_changed_meanwhile() {
    let disk = [team("t1", "New", 2), team("t2", "New", 2), pat()];
    let rig = league(&disk, &[team("t1", "Old", 1), team("t2", "Old", 1), pat()]).await;
    let reviewed = asking(&rig).await;
    assert_eq!(reviewed.kind(), RunKind::AskingSync);
    // The same field on one record; a foreign field on the other, which is nobody's conflict.
    rig.stranger("Team", "t1", &json!({ "points": field("INT64", 77) }));
    rig.stranger("Team", "t2", &json!({ "note": text("theirs") }));
    let digest = reviewed.digest().to_owned();
    let mut job = apply(&rig.session(), reviewed.confirm(&digest).unwrap());
    let mut left = Vec::new();
    while let Some(event) = job.event().await {
        if let Event::LeftAlone { name, why, .. } = event {
            left.push((name, why));
        }
    }
    let report = job.result().await.unwrap();
    let now = rig.contents();
    assert_eq!(now["t1"].1["points"], field("INT64", 77));
    assert_eq!(now["t1"].1["name"], text("Old"));
    assert_eq!(
        (&now["t2"].1["name"], &now["t2"].1["note"]),
        (&text("New"), &text("theirs"))
    );
    let [conflict] = report.conflicted.as_slice() else {
        panic!("{report:?}")
    };
    assert!(
        conflict.name == "t1" && conflict.why.contains("points was '1' and is now '77'"),
        "{conflict:?}"
    );
    assert_eq!((report.updated, report.overwritten.len()), (1, 0));
    let [(name, why)] = left.as_slice() else {
        panic!("{left:?}")
    };
    assert_eq!((name, why), (&conflict.name, &conflict.why));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_set_to_ask_asks_when_it_is_resumed_too() {
    let rig = league(&[team("t1", "New", 2), pat()], &[team("t1", "Old", 1), pat()]).await;
    let reviewed = asking(&rig).await;
    let digest = reviewed.digest().to_owned();
    let job = apply(&rig.session(), reviewed.confirm(&digest).unwrap());
    // Cancelled before its first request leaves.
    job.cancellation().cancel();
    let report = job.result().await.unwrap();
    assert_eq!(report.not_attempted, 1);
    rig.stranger("Team", "t1", &json!({ "name": text("Theirs") }));
    let report = resumed(&rig.session()).await.unwrap();
    assert_eq!((report.updated, report.conflicted.len()), (0, 1));
    assert_eq!(rig.contents()["t1"].1["name"], text("Theirs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_a_few_records_leaves_all_others_alone() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let only = |names: [(&str, &str); 2]| {
        let pair = |(kind, name): (&str, &str)| (kind.to_owned(), name.to_owned());
        Some(names.map(pair).into_iter().collect::<HashSet<_>>())
    };
    let choices = Choices {
        delete_orphans: true,
        only: only([("Team", "t1"), ("Player", "p3")]),
        ..Choices::default()
    };
    let reviewed = review(&session, compared(&session).await, choices).await.unwrap();
    let names: Vec<&str> = reviewed
        .plan()
        .operations
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["t1", "p3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_to_nothing_is_told_of_before_it_is_sent() {
    let disk = [
        team("t1", "Reds", 1),
        team("t2", "New", 1),
        player("p1", "Ann", 1, "t2"),
        player("p2", "Bob", 1, "t9"),
    ];
    let rig = league(&disk, &[team("t1", "Reds", 1), pat()]).await;
    let session = rig.session();
    let nowhere =
        "Player 'p2': team refers to 't9', which is in no file and not in the cloud (players.json:1)";
    let reviewed = planned(&session, false).await;
    assert_eq!(dangling(&reviewed), [nowhere]);
    // Without the new team the player who belongs to it would point at nothing too.
    let choices = Choices {
        excluded: HashSet::from([("Team".to_owned(), "t2".to_owned())]),
        ..Choices::default()
    };
    let reviewed = review(&session, compared(&session).await, choices).await.unwrap();
    let left_out =
        "Player 'p1': team refers to 't2', which is new and left out of this plan (players.json:1)";
    assert_eq!(dangling(&reviewed), [left_out, nowhere]);
}

/// The references to nothing, in words.
fn dangling(reviewed: &Reviewed) -> Vec<String> {
    let of_kind = |one: &&skydeck::sync::Diagnostic| one.check == Check::DanglingReferences;
    let found = reviewed.diagnostics.iter().filter(of_kind);
    found.map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_told_type_by_type() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    rig.script(&json!([{ "when": { "operation": "records/modify" },
        "do": { "fail_record": { "record_name": "t5", "code": "ACCESS_DENIED", "reason": "no" } } }]));
    let reviewed = planned(&session, false).await;
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for one in &reviewed.plan().operations {
        *wanted.entry(one.record_type.clone()).or_default() += 1;
    }
    let digest = reviewed.digest().to_owned();
    let mut job = apply(&session, reviewed.confirm(&digest).unwrap());
    let (mut begun, mut settled, mut failed) = (BTreeMap::new(), BTreeMap::<String, usize>::new(), 0);
    while let Some(event) = job.event().await {
        match event {
            Event::Begun { types, .. } => begun.extend(types),
            Event::Settled {
                record_type,
                operations,
                unhappy,
            } => {
                *settled.entry(record_type).or_default() += operations;
                failed += unhappy;
            }
            _ => {}
        }
    }
    assert_eq!((&begun, &settled, failed), (&wanted, &wanted, 1));
    assert_eq!(wanted.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn past_runs_tell_what_they_have_written() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    run(&session, reviewed).await;
    let past = session.journal().past().unwrap();
    let [one] = past.as_slice() else {
        panic!("{past:?}")
    };
    let sum = |of: fn(&skydeck::journal::Tally) -> usize| one.tallies.iter().map(of).sum::<usize>();
    let told = (
        sum(|one| one.created),
        sum(|one| one.updated),
        sum(|one| one.deleted),
    );
    // By hand: t4, t5, p4 and p5 are new, t1 and p1 differ, t3 and p3 are gone.
    assert_eq!(told, (4, 2, 2));
    let kinds: Vec<&str> = one
        .tallies
        .iter()
        .map(|tally| tally.record_type.as_str())
        .collect();
    assert_eq!(kinds, ["Player", "Team"]);
}
