//! Deep verification finds one changed field in one record, whatever its type; and nothing where nothing is wrong.

use serde_json::{Value, json};
use skydeck::record::verdict::Verdict;
use skydeck::sync::{Depth, SAMPLE, Session, verify};
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::rig::{Rig, synced};

const MANIFEST: &str = r#"
container = "iCloud.com.example.all"
data = "data"

[environment.development]
read_only = false

[type.Thing]
file = "things.json"
record_name = "id"

[type.Thing.fields]
text       = "STRING"
whole      = "INT64"
number     = "DOUBLE"
moment     = { type = "TIMESTAMP" }
raw        = { type = "BYTES" }
place      = { type = "LOCATION", latitude = "lat", longitude = "lon" }
other      = { type = "REFERENCE", to = "Thing" }
texts      = "STRING_LIST"
wholes     = "INT64_LIST"
numbers    = "DOUBLE_LIST"
moments    = "TIMESTAMP_LIST"
others     = { type = "REFERENCE_LIST", to = "Thing" }
"#;

fn thing(n: usize) -> Value {
    json!({
        "id": format!("thing-{n}"), "text": format!("Æther {n}"), "whole": i64::MAX - 1, "number": 0.1 + 0.2,
        "moment": "2025-07-01T19:05:00Z", "raw": "AAECAw==", "lat": 48.2, "lon": 11.6, "other": "thing-0",
        "texts": ["a", "b"], "wholes": [1, 2], "numbers": [1.5, 2.0], "moments": ["2025-07-01T00:00:00Z"],
        "others": ["thing-0", "thing-1"],
    })
}

/// For each field, values that are close to the right one and yet wrong.
fn wrong() -> Vec<(&'static str, Value)> {
    let reference = |name: &str| json!({ "recordName": name, "action": "NONE" });
    vec![
        ("text", json!({ "value": "Æther 3 ", "type": "STRING" })),
        ("text", json!({ "value": "", "type": "STRING" })),
        ("text", json!({ "value": null, "type": "STRING" })),
        ("whole", json!({ "value": i64::MAX, "type": "INT64" })),
        ("number", json!({ "value": 0.3, "type": "DOUBLE" })),
        (
            "moment",
            json!({ "value": 1_751_396_700_001_i64, "type": "TIMESTAMP" }),
        ),
        ("raw", json!({ "value": "AAECBA==", "type": "BYTES" })),
        (
            "place",
            json!({ "value": { "latitude": 48.200_11, "longitude": 11.6 }, "type": "LOCATION" }),
        ),
        (
            "place",
            json!({ "value": { "latitude": 48.2, "longitude": -11.6 }, "type": "LOCATION" }),
        ),
        (
            "other",
            json!({ "value": reference("thing-1"), "type": "REFERENCE" }),
        ),
        ("texts", json!({ "value": ["b", "a"], "type": "STRING_LIST" })),
        ("texts", json!({ "value": ["ab"], "type": "STRING_LIST" })),
        ("wholes", json!({ "value": [1, 2, 3], "type": "INT64_LIST" })),
        ("numbers", json!({ "value": [1.5], "type": "DOUBLE_LIST" })),
        (
            "moments",
            json!({ "value": [1_751_328_000_001_i64], "type": "TIMESTAMP_LIST" }),
        ),
        (
            "others",
            json!({ "value": [reference("thing-1"), reference("thing-0")], "type": "REFERENCE_LIST" }),
        ),
    ]
}

async fn verdict(session: &Arc<Session>, depth: Depth) -> Verdict {
    let types = session.types(&[]).unwrap();
    let (_, verdict) = verify(session, types, depth).result().await.unwrap().remove(0);
    verdict.unwrap()
}

const ALL: Depth = Depth::Deep;

async fn things() -> Rig {
    let rig = Rig::start(MANIFEST, |_| {}).await;
    rig.write_file("things.json", &(0..5).map(thing).collect());
    assert!(synced(&rig.session(), false).await.is_done());
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_changed_field_of_any_type_is_found() {
    let rig = things().await;
    let session = rig.session();
    assert!(verdict(&session, ALL).await.is_ok());
    for (name, value) in wrong() {
        let right = rig.cloud()["thing-3"].fields[name].clone();
        rig.stranger("Thing", "thing-3", &json!({ name: value }));
        let found = verdict(&session, ALL).await;
        let [mismatch] = found.mismatched.as_slice() else {
            panic!("{name}: {found:?}")
        };
        let fields: Vec<&str> = mismatch
            .changes
            .iter()
            .map(|change| change.field.as_str())
            .collect();
        assert_eq!((mismatch.name.as_str(), fields), ("thing-3", vec![name]));
        assert_eq!((found.checked, found.missing.len(), found.extra.len()), (5, 0, 0));
        rig.stranger("Thing", "thing-3", &json!({ name: right }));
    }
    assert!(verdict(&session, ALL).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_count_is_not_found() {
    let rig = things().await;
    let session = rig.session();
    let near = json!({ "latitude": 48.200_09, "longitude": 11.599_91, "altitude": 5 });
    rig.stranger(
        "Thing",
        "thing-3",
        &json!({ "place": { "value": near, "type": "LOCATION" },
        "note": { "value": "foreign", "type": "STRING" } }),
    );
    assert!(verdict(&session, ALL).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_counted_and_a_sample_says_what_it_may_have_missed() {
    let rig = things().await;
    let session = rig.session();
    rig.stranger_deletes("thing-2");
    rig.stranger("Thing", "another", &json!({}));
    let quick = Depth::Sample {
        records: SAMPLE,
        seed: 1,
    };
    for depth in [quick, ALL] {
        let found = verdict(&session, depth).await;
        assert_eq!(
            (found.missing, found.extra),
            (vec!["thing-2".to_owned()], vec!["another".to_owned()])
        );
        assert_eq!((found.local, found.cloud), (5, Some(5)));
    }
    let sample = Depth::Sample {
        records: NonZeroUsize::new(2).unwrap(),
        seed: 9,
    };
    let (one, same) = (verdict(&session, sample).await, verdict(&session, sample).await);
    // One of the four on both sides is what 1 % comes to; two of four meet it half the time.
    assert_eq!(
        one.coverage(),
        "Sampled 2 of 4 · detects 1 % damage with 50 % probability"
    );
    assert_eq!(one, same);
}

/// Whatever is drawn is wrong, so every sample finds it; what is missing in the cloud is never drawn.
#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_drawn_from_both_sides_and_compared_field_by_field() {
    let rig = things().await;
    let session = rig.session();
    rig.stranger_deletes("thing-2");
    for n in [0, 1, 3, 4] {
        let wrong = json!({ "text": { "value": "wrong", "type": "STRING" } });
        rig.stranger("Thing", &format!("thing-{n}"), &wrong);
    }
    for seed in 0..8 {
        let records = NonZeroUsize::new(3).unwrap();
        let found = verdict(&session, Depth::Sample { records, seed }).await;
        assert_eq!((found.checked, found.mismatched.len()), (3, 3), "{found:?}");
    }
}
