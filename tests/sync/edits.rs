//! Records by hand: the same journal and the same care as for thousands.

use serde_json::json;
use skydeck::cli::exit;
use skydeck::journal::RunKind;
use skydeck::record::compare::same_fields;
use skydeck::record::plan::Goal;
use skydeck::record::{Action, Fields, Reference, Value};
use skydeck::sync::{Edit, JobError, find, review_create, review_delete, review_edits, review_update};

use crate::league::{before_and_after, contents, league, player};
use crate::rig::{field, run, text, undone};

fn goal(field: &str, value: Option<Value>) -> Goal {
    Goal::from([(field.to_owned(), value)])
}

fn fields(name: &str, goals: i64, team: &str) -> Fields {
    let team = Reference::to(team).with_action(Action::None);
    Fields::from([
        ("name".to_owned(), Value::String(name.into())),
        ("goals".to_owned(), Value::Int64(goals)),
        ("team".to_owned(), Value::Reference(team)),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn made_changed_deleted_and_all_taken_back() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let first = rig.contents();
    let session = rig.session();
    let mark = rig.asked();
    let made = review_create(&session, "Player", "p9", fields("Ned", 9, "t1"))
        .result()
        .await
        .unwrap();
    assert_eq!(made.kind(), RunKind::Create);
    let made = run(&session, made).await;
    assert_eq!(
        rig.contents()["p9"],
        contents(&[player("p9", "Ned", 9, "t1")])["p9"]
    );
    let changed = review_update(&session, "Player", "p9", goal("goals", None))
        .result()
        .await
        .unwrap();
    let changed = run(&session, changed).await;
    assert!(!rig.contents()["p9"].1.contains_key("goals"));
    // Only the field in question travels, as an explicit null.
    let request = rig.modifies(mark).pop().unwrap();
    assert_eq!(request.operations[0].1["fields"].as_object().unwrap().len(), 1);
    assert!(request.operations[0].1["fields"]["goals"]["value"].is_null());
    let deleted = review_delete(&session, "Player", "p9").result().await.unwrap();
    let deleted = run(&session, deleted).await;
    assert_eq!(rig.contents(), first);
    for id in [deleted.run, changed.run, made.run] {
        assert!(undone(&session, id).await.is_done());
    }
    assert_eq!(rig.contents(), first);
    let found = find(&session, "Player", "p1").result().await.unwrap();
    assert!(same_fields(&found.local.unwrap().fields, &found.cloud.fields));
}

#[tokio::test(flavor = "multi_thread")]
async fn marked_records_go_in_one_plan_and_one_request() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let first = rig.contents();
    let session = rig.session();
    let edit = |name: &str, value: i64| Edit::Update {
        record_type: "Player".into(),
        name: name.into(),
        goal: goal("goals", Some(Value::Int64(value))),
        base: None,
    };
    let create = Edit::Create {
        record_type: "Player".into(),
        name: "p9".into(),
        fields: fields("Ned", 9, "t1"),
    };
    // p2 has two goals already: nothing is to be done.
    let edits = vec![edit("p1", 50), edit("p2", 2), create];
    let mark = rig.asked();
    let reviewed = review_edits(&session, edits).result().await.unwrap();
    assert_eq!(
        (reviewed.kind(), reviewed.plan().operations.len()),
        (RunKind::Update, 2)
    );
    let report = run(&session, reviewed).await;
    assert_eq!((report.created, report.updated), (1, 1));
    assert_eq!(rig.modifies(mark).len(), 1);
    assert!(undone(&session, report.run).await.is_done());
    let delete = |name: &str| Edit::Delete {
        record_type: "Player".into(),
        name: name.into(),
        base: None,
    };
    let reviewed = review_edits(&session, vec![delete("p1"), delete("p2")])
        .result()
        .await
        .unwrap();
    assert_eq!(reviewed.kind(), RunKind::Delete);
    let report = run(&session, reviewed).await;
    assert_eq!(report.deleted, 2);
    assert!(undone(&session, report.run).await.is_done());
    assert_eq!(rig.contents(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_are_gone_are_told_beside_the_others() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let session = rig.session();
    let update = |name: &str| Edit::Update {
        record_type: "Player".into(),
        name: name.into(),
        goal: goal("goals", Some(Value::Int64(50))),
        base: None,
    };
    let delete = |name: &str| Edit::Delete {
        record_type: "Player".into(),
        name: name.into(),
        base: None,
    };
    for edit in [&update as &dyn Fn(&str) -> Edit, &delete] {
        let edits = vec![edit("p1"), edit("lost"), edit("p2"), edit("gone")];
        let reviewed = review_edits(&session, edits).result().await.unwrap();
        let mut planned: Vec<&str> = reviewed
            .plan()
            .operations
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        planned.sort_unstable();
        assert_eq!(planned, ["p1", "p2"]);
        assert_eq!(reviewed.gone(), [edit("lost"), edit("gone")]);
        // Where there is nothing else to be done it is a mistake, as it is of one alone.
        for edits in [vec![edit("lost")], vec![edit("lost"), edit("gone")]] {
            let refused = review_edits(&session, edits).result().await.unwrap_err();
            assert!(
                matches!(refused, JobError::NotFound { .. })
                    && refused.to_string() == "No Player with id 'lost' found in CloudKit",
                "{refused:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_wrote_after_the_look_wins() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let session = rig.session();
    let same = review_update(&session, "Player", "p1", goal("goals", Some(Value::Int64(50))))
        .result()
        .await
        .unwrap();
    let other = review_update(&session, "Player", "p2", goal("goals", Some(Value::Int64(50))))
        .result()
        .await
        .unwrap();
    let delete = review_delete(&session, "Player", "p3").result().await.unwrap();
    let create = review_create(&session, "Player", "p9", fields("Ned", 9, "t1"))
        .result()
        .await
        .unwrap();
    rig.stranger("Player", "p1", &json!({ "goals": field("INT64", 33) }));
    rig.stranger(
        "Player",
        "p2",
        &json!({ "name": text("Robert"), "note": text("seen") }),
    );
    rig.stranger("Player", "p3", &json!({ "note": text("keep me") }));
    rig.stranger("Player", "p9", &json!({ "name": text("Nora") }));
    let mut theirs = rig.contents();
    for (reviewed, updated, conflicts) in [(same, 0, 1), (other, 1, 0), (delete, 0, 1), (create, 0, 1)] {
        let report = run(&session, reviewed).await;
        assert_eq!(
            (report.updated, report.conflicted.len()),
            (updated, conflicts),
            "{report:?}"
        );
    }
    // The one that concerned another field was carried out, and left theirs alone.
    theirs
        .get_mut("p2")
        .unwrap()
        .1
        .insert("goals".into(), field("INT64", 50));
    assert_eq!(rig.contents(), theirs);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_not_planned() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let session = rig.session();
    let mark = rig.asked();
    let text = || Some(Value::String("x".into()));
    let refused = [
        review_update(&session, "Player", "p1", goal("goals", text())),
        review_update(&session, "Player", "p1", goal("note", text())),
        review_update(&session, "Nobody", "p1", goal("name", text())),
        review_create(&session, "Player", "_p", fields("Ned", 9, "t1")),
        review_create(&session, "Player", "naïve", fields("Ned", 9, "t1")),
    ];
    for job in refused {
        let error = job.result().await.unwrap_err();
        assert_eq!(exit::of_error(&error), exit::USAGE, "{error:?}");
    }
    assert_eq!(rig.asked(), mark);
    let taken = review_create(&session, "Player", "t1", fields("Ned", 9, "t1"))
        .result()
        .await;
    assert!(matches!(taken, Err(JobError::RecordExists { .. })));
    let delete = |name: &str| Edit::Delete {
        record_type: "Team".into(),
        name: name.into(),
        base: None,
    };
    let twice = review_edits(&session, vec![delete("t1"), delete("t1")])
        .result()
        .await;
    assert!(matches!(twice, Err(JobError::DuplicateName(_))), "{twice:?}");
    for (record_type, name) in [("Player", "nobody"), ("Player", "t1")] {
        let missing = review_delete(&session, record_type, name).result().await;
        let Err(missing @ JobError::NotFound { .. }) = missing else {
            panic!("{missing:?}")
        };
        assert_eq!(
            missing.to_string(),
            format!("No {record_type} with id '{name}' found in CloudKit")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_wrote_since_it_was_looked_at_is_shown_before_anything_is_planned() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let session = rig.session();
    let p1 = find(&session, "Player", "p1").result().await.unwrap().cloud;
    let p2 = find(&session, "Player", "p2").result().await.unwrap().cloud;
    let edit = |record: &skydeck::record::Record, value: i64| Edit::Update {
        record_type: "Player".into(),
        name: record.name.clone(),
        goal: goal("goals", Some(Value::Int64(value))),
        base: Some(Box::new(record.clone())),
    };
    rig.stranger("Player", "p1", &json!({ "goals": field("INT64", 33) }));
    // Another field: nobody is in anybody's way.
    rig.stranger("Player", "p2", &json!({ "note": text("seen") }));
    let edits = vec![edit(&p1, 50), edit(&p2, 50)];
    let reviewed = review_edits(&session, edits.clone()).result().await.unwrap();
    assert_eq!(reviewed.plan().operations.len(), 1);
    assert_eq!(reviewed.plan().operations[0].name, "p2");
    let [conflict] = reviewed.conflicts() else {
        panic!("{:?}", reviewed.conflicts())
    };
    assert_eq!((&conflict.edit, &conflict.base), (&edits[0], &p1));
    assert_eq!(conflict.cloud.fields["goals"], Value::Int64(33));
    assert_eq!(conflict.theirs.len(), 1);
    // Looked at again, the same edit is a plan; theirs is its pre-image.
    let seen = edit(&conflict.cloud, 50);
    let reviewed = review_edits(&session, vec![seen]).result().await.unwrap();
    assert!(reviewed.conflicts().is_empty());
    assert_eq!(run(&session, reviewed).await.updated, 1);
    // That they came to the same value is no conflict, and nothing to do.
    let same = review_edits(&session, vec![edit(&p1, 50)])
        .result()
        .await
        .unwrap();
    assert!(same.conflicts().is_empty() && same.plan().operations.is_empty());
    // A deletion is in the way of every field.
    let delete = Edit::Delete {
        record_type: "Player".into(),
        name: "p2".into(),
        base: Some(Box::new(p2)),
    };
    let reviewed = review_edits(&session, vec![delete]).result().await.unwrap();
    assert_eq!(
        (reviewed.plan().operations.len(), reviewed.conflicts().len()),
        (0, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refers_to_a_record_is_found_on_either_side() {
    let (before, _) = before_and_after();
    let rig = league(&before, &before).await;
    let session = rig.session();
    // Only the cloud knows this one.
    let to_t1 = json!({ "value": { "recordName": "t1", "action": "NONE" }, "type": "REFERENCE" });
    rig.stranger("Player", "p77", &json!({ "team": to_t1 }));
    let comparison = crate::rig::compared(&session).await;
    let found = skydeck::sync::referrers(&session, comparison, "t1".into())
        .result()
        .await
        .unwrap();
    let players = rig.contents();
    let expected: Vec<&str> = players
        .iter()
        .filter(|(_, (_, fields))| {
            fields
                .get("team")
                .is_some_and(|team| team["value"]["recordName"] == "t1")
        })
        .map(|(name, _)| name.as_str())
        .collect();
    let names: Vec<&str> = found.named.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, expected);
    assert!(names.contains(&"p77") && found.total == names.len() && found.failures.is_empty());
}

const KEEPING: &str = r#"
container = "iCloud.com.example.keeping"
data = "data"
[type.Team]
file = "teams.json"
record_name = "id"
[type.Team.fields]
name = "STRING"
[type.Player]
file = "players.json"
record_name = "id"
[type.Player.fields]
team = { type = "REFERENCE", to = "Team", action = "VALIDATE" }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_was_typed_does_what_the_manifest_says() {
    let rig = crate::rig::Rig::start(KEEPING, |_| {}).await;
    for team in ["t1", "t2"] {
        rig.stranger("Team", team, &json!({ "name": text(team) }));
    }
    let to_t1 = json!({ "value": { "recordName": "t1", "action": "VALIDATE" }, "type": "REFERENCE" });
    rig.stranger("Player", "p1", &json!({ "team": to_t1 }));
    let session = rig.session();
    // As `text::parse` reads it: without an action.
    let typed = Value::Reference(Reference::to("t2"));
    let reviewed = review_update(&session, "Player", "p1", goal("team", Some(typed)))
        .result()
        .await
        .unwrap();
    assert_eq!(run(&session, reviewed).await.updated, 1);
    assert_eq!(
        rig.contents()["p1"].1["team"]["value"],
        json!({ "recordName": "t2", "action": "VALIDATE" })
    );
}
