//! Somebody else writes too: nothing of theirs is overwritten unseen, and what the summary counts is what happened.

use serde_json::{Value, json};
use skydeck::journal::State;
use skydeck::record::Value as Field;
use skydeck::record::compare::FieldChange;
use skydeck::sync::Report;

use crate::league::{before_and_after, league, pat, team};
use crate::rig::{Rig, field, planned, run, text};

/// Fields that somebody overwrote, as the report has them: record, field, as reviewed, theirs.
fn overwritten(report: &Report) -> Vec<(String, String, Option<Field>, Option<Field>)> {
    let told = report.overwritten.iter().flat_map(|one| {
        let of = |change: &FieldChange| {
            let FieldChange { field, local, cloud } = change.clone();
            (one.name.clone(), field, local, cloud)
        };
        one.changes.iter().map(of)
    });
    let mut told: Vec<_> = told.collect();
    told.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    told
}

/// The journal says the same as the report, and knows the tag each record has.
fn assert_journalled(rig: &Rig, report: &Report) {
    let entries = rig.session().journal().entries(report.run).unwrap();
    let cloud = rig.cloud();
    for one in &report.overwritten {
        let entry = entries
            .iter()
            .find(|entry| entry.operation.name == one.name)
            .unwrap();
        assert_eq!(entry.overwrites, one.changes);
        assert_eq!(entry.tag.as_ref(), Some(&cloud[&one.name].tag));
    }
    let applied = entries
        .iter()
        .filter(|entry| entry.state == State::Applied)
        .count();
    assert_eq!(applied, report.created + report.updated + report.deleted);
}

fn string(value: &str) -> Field {
    Field::String(value.into())
}

/// What somebody does to the records of `before_and_after`: a change to a written field with a foreign note, one to a
/// foreign field alone, a deletion, a creation under a name that is to be created, and a change to an orphan.
fn foreign() -> [Value; 5] {
    let note = text("theirs");
    [
        json!({ "foreign_write": { "record_name": "t1",
            "fields": { "points": field("INT64", 77), "note": note } } }),
        json!({ "foreign_write": { "record_name": "p2", "fields": { "note": note } } }),
        json!({ "foreign_delete": { "record_name": "p1" } }),
        json!({ "foreign_create": { "record_name": "t4", "record_type": "Team",
            "fields": { "name": text("Mine"), "note": note } } }),
        json!({ "foreign_write": { "record_name": "p3", "fields": { "goals": field("INT64", 9) } } }),
    ]
}

fn assert_survives(rig: &Rig, report: &Report) {
    let told = overwritten(report);
    let int = |number| Some(Field::Int64(number));
    let reference = told.iter().position(|one| one.1 == "team").unwrap();
    let expected = vec![
        ("p1".to_owned(), "goals".to_owned(), int(1), None),
        ("p1".to_owned(), "name".to_owned(), Some(string("Ann")), None),
        told[reference].clone(),
        ("t1".to_owned(), "points".to_owned(), int(10), int(77)),
        ("t4".to_owned(), "name".to_owned(), None, Some(string("Mine"))),
    ];
    assert_eq!(told, expected);
    let conflicted: Vec<&str> = report.conflicted.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(conflicted, ["p3"]);
    assert_journalled(rig, report);
    let now = rig.contents();
    assert_eq!(
        now["t1"].1,
        json!({ "name": text("Reds"), "points": field("INT64", 11), "note": text("theirs") })
            .as_object()
            .unwrap()
            .clone()
    );
    assert_eq!(
        now["t4"].1,
        json!({ "name": text("Whites"), "points": field("INT64", 0), "note": text("theirs") })
            .as_object()
            .unwrap()
            .clone()
    );
    assert_eq!(now["p2"].1["note"], text("theirs"));
    assert_eq!(now["p3"].1["goals"], field("INT64", 9));
    assert_eq!(now["p1"].1["goals"], field("INT64", 4));
    // Made anew where it was gone; t4 was there already; p3 has changed since it was called an orphan.
    assert_eq!((report.created, report.updated), (4, 2));
    assert_eq!(report.deleted + report.conflicted.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn between_comparing_and_writing() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    rig.stranger(
        "Team",
        "t1",
        &json!({ "points": field("INT64", 77), "note": text("theirs") }),
    );
    rig.stranger("Player", "p2", &json!({ "note": text("theirs") }));
    rig.stranger_deletes("p1");
    rig.stranger(
        "Team",
        "t4",
        &json!({ "name": text("Mine"), "note": text("theirs") }),
    );
    rig.stranger("Player", "p3", &json!({ "goals": field("INT64", 9) }));
    let mark = rig.asked();
    let tag = rig.cloud()["t1"].tag.clone();
    let report = run(&session, reviewed).await;
    assert_survives(&rig, &report);
    // Refused with the old tag, sent again with the one it has now.
    let tags: Vec<Value> = (rig.modifies(mark).iter())
        .flat_map(|request| request.operations.clone())
        .filter(|(_, record)| record["recordName"] == "t1")
        .map(|(_, record)| record["recordChangeTag"].clone())
        .collect();
    assert_eq!((tags.len(), &tags[1]), (2, &json!(tag)));
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_middle_of_the_run() {
    for exists in [false, true] {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        let session = rig.session();
        let reviewed = planned(&session, true).await;
        let first = json!({ "operation": "records/modify", "to": 1 });
        let mut rules: Vec<Value> = vec![json!({ "do": { "exists_code": exists } })];
        // One effect of a kind a request: the others come before the lookups that follow.
        let [write, note, delete, create, orphan] = foreign();
        for effect in [write, delete, create] {
            rules.push(json!({ "when": first, "do": effect }));
        }
        let lookup = |n: u64| json!({ "operation": "records/lookup", "from": n, "to": n });
        rules.push(json!({ "when": lookup(1), "do": note }));
        rules.push(json!({ "when": lookup(2), "do": orphan }));
        rig.script(&Value::Array(rules));
        let report = run(&session, reviewed).await;
        assert_survives(&rig, &report);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_never_stops_is_reported_with_both_sides() {
    let rig = league(&[team("t1", "New", 2), pat()], &[team("t1", "Old", 1), pat()]).await;
    let session = rig.session();
    let reviewed = planned(&session, false).await;
    let mark = rig.asked();
    let rules: Vec<Value> = (1..10)
        .map(|n| {
            let theirs = json!({ "record_name": "t1", "fields": { "name": text(&format!("theirs {n}")) } });
            json!({ "when": { "operation": "records/modify", "from": n, "to": n }, "do": { "foreign_write": theirs } })
        })
        .collect();
    rig.script(&Value::Array(rules));
    let report = run(&session, reviewed).await;
    // Once, and three times more.
    assert_eq!(rig.modifies(mark).len(), 4);
    assert_eq!((report.updated, report.overwritten.len()), (0, 0));
    let [conflict] = report.conflicted.as_slice() else {
        panic!("{report:?}")
    };
    assert!(
        conflict.why.contains("'theirs 3'") && conflict.why.contains("'theirs 4'"),
        "{}",
        conflict.why
    );
    assert_eq!(rig.contents()["t1"].1["name"], text("theirs 4"));
    assert!(!report.resumable);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_they_made_as_it_should_be_counts_as_nobodys_work() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    for one in after.iter().filter(|one| ["t1", "p4"].contains(&one.id.as_str())) {
        rig.stranger(one.kind(), &one.id, &Value::Object(one.fields()));
    }
    rig.stranger_deletes("p3");
    let report = run(&session, reviewed).await;
    assert!(report.is_done(), "{report:?}");
    assert_eq!(
        (
            report.created,
            report.updated,
            report.deleted,
            report.already_equal,
            report.already_gone
        ),
        (3, 1, 1, 2, 1)
    );
    assert!(report.overwritten.is_empty());
    // Nobody else's work is taken back.
    let stranger = rig.cloud()["p4"].created_by.clone();
    crate::rig::undone(&session, report.run).await;
    assert_eq!(rig.cloud()["p4"].created_by, stranger);
    assert!(!rig.cloud().contains_key("p3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_session_knows_its_own_records_from_theirs_at_once() {
    let rig = league(&[team("t1", "New", 2), pat()], &[team("t1", "Old", 1), pat()]).await;
    assert!(crate::rig::synced(&rig.session(), false).await.is_done());
    crate::league::write_files(&rig, &[team("t1", "New", 2), team("t2", "Blues", 0), pat()]);
    let session = rig.session();
    let reviewed = planned(&session, false).await;
    // The one record of the run is made by somebody else, exactly as the files say.
    let theirs = team("t2", "Blues", 0);
    rig.stranger("Team", "t2", &Value::Object(theirs.fields()));
    let report = run(&session, reviewed).await;
    assert_eq!((report.created, report.already_equal), (0, 1), "{report:?}");
    crate::rig::undone(&session, report.run).await;
    assert!(rig.cloud().contains_key("t2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refused_record_does_not_stop_the_others_but_every_deletion() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    rig.script(&json!([{ "when": { "operation": "records/modify" },
        "do": { "fail_record": { "record_name": "t5", "code": "ACCESS_DENIED", "reason": "no" } } }]));
    let report = run(&session, reviewed).await;
    let [refused] = report.refused.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!(refused.name, "t5");
    assert_eq!(
        (
            report.created,
            report.updated,
            report.deleted,
            report.not_attempted
        ),
        (3, 2, 0, 2)
    );
    let names: Vec<String> = rig.contents().into_keys().collect();
    assert_eq!(names, ["p1", "p2", "p3", "p4", "p5", "t1", "t2", "t3", "t4"]);
}
