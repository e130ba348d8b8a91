//! A LOCATION or REFERENCE has members that the manifest does not map. They are never compared, and every write puts them
//! back as they were read. What the cloud holds is read from the emulator's store, past the client.

use serde_json::{Value, json};
use skydeck::journal::RunKind;
use skydeck::record::plan::Goal;
use skydeck::record::{FieldType, Kind, text as typed};
use skydeck::sync::{Edit, find, review_edits, review_import, review_update};

use crate::rig::{Rig, compared, counted, field, planned, run, synced, text, undone};

const MANIFEST: &str = r#"
container = "iCloud.com.example.mountains"
data = "data"

[environment.development]
read_only = false

[type.Peak]
file = "peaks.json"
record_name = "id"
[type.Peak.fields]
name     = "STRING"
location = { type = "LOCATION", latitude = "lat", longitude = "lng" }
range    = { type = "REFERENCE", to = "Peak", optional = true }
stops    = { type = "LOCATION_LIST", optional = true }
"#;

/// The parts that an iOS app writes beside the coordinates.
fn place(latitude: f64, longitude: f64) -> Value {
    json!({ "latitude": latitude, "longitude": longitude, "altitude": 171.5, "horizontalAccuracy": 5,
        "timestamp": 1_767_225_600_000_i64 })
}

fn reference(name: &str, action: &str) -> Value {
    json!({ "recordName": name, "action": action })
}

/// A cloud with one peak, and a file that says the same but for its latitude and its range.
async fn moved() -> Rig {
    let rig = Rig::start(MANIFEST, |_| {}).await;
    rig.write_file(
        "peaks.json",
        &json!([{ "id": "p1", "name": "Peak", "lat": 48.3, "lng": 16.3, "range": "r2" }]),
    );
    let fields = json!({
        "name": text("Peak"),
        "location": field("LOCATION", place(48.2, 16.3)),
        "range": field("REFERENCE", reference("r1", "DELETE_SELF")),
    });
    rig.load(
        &[(
            "p1".to_owned(),
            ("Peak".to_owned(), fields.as_object().unwrap().clone()),
        )]
        .into(),
    );
    rig
}

fn cloud_value(rig: &Rig, name: &str) -> Value {
    rig.cloud()["p1"].fields[name]["value"].clone()
}

fn location_goal(text: &str) -> Goal {
    let value = typed::parse(FieldType::One(Kind::Location), text).unwrap();
    Goal::from([("location".to_owned(), value)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_puts_back_what_the_manifest_does_not_map_and_undo_restores_it_all() {
    let rig = moved().await;
    let session = rig.session();
    let before = rig.contents();
    let report = synced(&session, false).await;
    assert_eq!((report.updated, report.is_done()), (1, true), "{report:?}");
    assert_eq!(cloud_value(&rig, "location"), place(48.3, 16.3));
    assert_eq!(cloud_value(&rig, "range"), reference("r2", "DELETE_SELF"));
    assert_eq!(counted(&session).await[0].1, [0, 0, 1, 0]);
    assert!(undone(&session, report.run).await.is_done());
    assert_eq!(rig.contents(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_differs_in_unmapped_parts_alone_is_unchanged() {
    let rig = moved().await;
    rig.write_file(
        "peaks.json",
        &json!([{ "id": "p1", "name": "Peak", "lat": 48.2, "lng": 16.3, "range": "r1" }]),
    );
    let session = rig.session();
    assert_eq!(counted(&session).await[0].1, [0, 0, 1, 0]);
    let comparison = compared(&session).await;
    let found = find(&session, "Peak", "p1").result().await.unwrap();
    assert!(comparison.in_sync());
    let shape = session.config().type_named("Peak").unwrap().shape();
    let local = found.local.unwrap();
    assert_eq!(
        skydeck::record::compare::changes(&shape, &local.fields, &found.cloud.fields),
        []
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_and_an_edit_on_the_screen_keep_the_parts() {
    let rig = moved().await;
    let session = rig.session();
    let reviewed = review_update(&session, "Peak", "p1", location_goal("48.4, 16.3"))
        .result()
        .await
        .unwrap();
    assert!(run(&session, reviewed).await.is_done());
    assert_eq!(cloud_value(&rig, "location"), place(48.4, 16.3));
    // With the record as it was looked at, as the screen does.
    let base = find(&session, "Peak", "p1").result().await.unwrap().cloud;
    let edit = Edit::Update {
        record_type: "Peak".into(),
        name: "p1".into(),
        goal: location_goal("48.5, 16.3"),
        base: Some(Box::new(base)),
    };
    let reviewed = review_edits(&session, vec![edit]).result().await.unwrap();
    assert!(run(&session, reviewed).await.is_done());
    assert_eq!(cloud_value(&rig, "location"), place(48.5, 16.3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_foreign_writer_puts_into_the_parts_meanwhile_is_kept_and_is_no_loss() {
    let rig = moved().await;
    let session = rig.session();
    let reviewed = planned(&session, false).await;
    let mut theirs = place(48.2, 16.3);
    theirs["altitude"] = json!(180.25);
    rig.stranger("Peak", "p1", &json!({ "location": field("LOCATION", theirs) }));
    let report = run(&session, reviewed).await;
    assert!(report.is_done() && report.updated == 1, "{report:?}");
    assert_eq!(report.overwritten, [], "nothing of theirs was overwritten");
    let mut wanted = place(48.3, 16.3);
    wanted["altitude"] = json!(180.25);
    assert_eq!(cloud_value(&rig, "location"), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_keeps_what_a_foreign_writer_puts_into_the_parts_meanwhile() {
    let rig = moved().await;
    let session = rig.session();
    let base = find(&session, "Peak", "p1").result().await.unwrap().cloud;
    let mut theirs = place(48.2, 16.3);
    theirs["altitude"] = json!(180.25);
    rig.stranger("Peak", "p1", &json!({ "location": field("LOCATION", theirs) }));
    let edit = Edit::Update {
        record_type: "Peak".into(),
        name: "p1".into(),
        goal: location_goal("48.5, 16.3"),
        base: Some(Box::new(base)),
    };
    let reviewed = review_edits(&session, vec![edit]).result().await.unwrap();
    assert_eq!(reviewed.conflicts(), []);
    assert!(run(&session, reviewed).await.is_done());
    let mut wanted = place(48.5, 16.3);
    wanted["altitude"] = json!(180.25);
    assert_eq!(cloud_value(&rig, "location"), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn places_of_a_list_keep_their_parts_and_references_their_action() {
    let rig = moved().await;
    let stops = json!([place(1.5, 1.5), place(2.5, 2.5), place(3.5, 3.5)]);
    rig.stranger("Peak", "p1", &json!({ "stops": field("LOCATION_LIST", stops) }));
    // The first one goes, the last one moves.
    let stop = |latitude: f64, longitude: f64| json!({ "latitude": latitude, "longitude": longitude });
    let local = json!([{ "id": "p1", "name": "Peak", "lat": 48.2, "lng": 16.3, "range": "r1",
        "stops": [stop(2.5, 2.5), stop(9.5, 9.5)] }]);
    rig.write_file("peaks.json", &local);
    let session = rig.session();
    assert!(synced(&session, false).await.is_done());
    assert_eq!(
        cloud_value(&rig, "stops"),
        json!([place(2.5, 2.5), stop(9.5, 9.5)])
    );
    assert_eq!(cloud_value(&rig, "location"), place(48.2, 16.3));
    assert_eq!(cloud_value(&rig, "range"), reference("r1", "DELETE_SELF"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_keeps_the_parts_of_the_fields_it_writes() {
    let rig = moved().await;
    let session = rig.session();
    let types = session.types(&[]).unwrap();
    let reviewed = review_import(&session, types).result().await.unwrap();
    assert_eq!(reviewed.kind(), RunKind::Import);
    assert!(run(&session, reviewed).await.is_done());
    assert_eq!(cloud_value(&rig, "location"), place(48.3, 16.3));
    assert_eq!(cloud_value(&rig, "range"), reference("r2", "DELETE_SELF"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_not_sent_with_other_fields() {
    let rig = Rig::start(MANIFEST, |options| {
        let peak = options.schema.types.remove("Peak").unwrap();
        let peak = peak.field(
            "photo",
            skydeck::emulator::FieldType::one(skydeck::emulator::Kind::Asset),
        );
        options.schema = std::mem::take(&mut options.schema).with_type("Peak", peak);
    })
    .await;
    rig.write_file(
        "peaks.json",
        &json!([{ "id": "p1", "name": "New", "lat": 1.5, "lng": 2.5 }]),
    );
    let photo = json!({ "fileChecksum": "ARqdPZjFmdSZOG/4FrBl60A1BEXf", "size": 12 });
    let fields = json!({ "name": text("Old"), "photo": field("ASSETID", photo) });
    rig.load(
        &[(
            "p1".to_owned(),
            ("Peak".to_owned(), fields.as_object().unwrap().clone()),
        )]
        .into(),
    );
    let before = cloud_value(&rig, "photo");
    let session = rig.session();
    let mark = rig.asked();
    assert!(synced(&session, false).await.is_done());
    let request = rig.modifies(mark).pop().unwrap();
    assert!(
        request.operations[0].1["fields"].get("photo").is_none(),
        "{request:?}"
    );
    assert_eq!(cloud_value(&rig, "photo"), before);
    assert_eq!(cloud_value(&rig, "name"), "New");
}
