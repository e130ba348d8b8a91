//! What a fault script may say, and that the same seed says the same again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use skydeck::emulator::{Environment, Faults};

use super::{Rig, failure, refused};

fn said(script: &str) -> String {
    Faults::from_script(script).unwrap_err().to_string()
}

#[test]
fn a_slip_in_a_script_is_named_with_its_position() {
    for (script, words, place) in [
        (
            r#"[{"do": {"statsu": 500}}]"#,
            "unknown field `statsu`",
            "line 1 column 17",
        ),
        (
            "[{\"when\": {\"form\": 3},\n \"do\": {}}]",
            "unknown field `form`",
            "line 1 column 17",
        ),
        (r#"[{"then": {}}]"#, "unknown field `then`", "line 1"),
        (r#"[{"when": {}}]"#, "missing field `do`", "line 1"),
        (r#"{"do": {}}"#, "expected a sequence", "line 1"),
        (
            "[{\"do\":\n {\"status\": 42}}]",
            "status is from 200 to 599",
            "line 2",
        ),
        (
            r#"[{"when": {"probability": 1.5}, "do": {}}]"#,
            "probability is from 0 to 1",
            "line 1",
        ),
        (
            r#"[{"when": {"every": 0}, "do": {}}]"#,
            "a count is 1 or more",
            "line 1",
        ),
        (
            r#"[{"when": {"operation": "records/modfy"}, "do": {}}]"#,
            "there is no such operation",
            "line 1",
        ),
        (
            r#"[{"when": {"environment": "staging"}, "do": {}}]"#,
            "development or production",
            "line 1",
        ),
        (r#"[{"do": {"body": "xml"}}]"#, "unknown variant `xml`", "line 1"),
        (
            r#"[{"do": {"cut": "sometime"}}]"#,
            "unknown variant `sometime`",
            "line 1",
        ),
        (
            r#"[{"do": {"foreign_write": {"fields": {}}}}]"#,
            "missing field `record_name`",
            "line 1",
        ),
        (
            r#"[{"do": {"foreign_write": {"record_name": "a", "fields": {"x": 1}}}}]"#,
            "a field is",
            "line 1",
        ),
        (
            r#"[{"do": {"fail_record": {"nth": 0}}}]"#,
            "a count is 1 or more",
            "line 1",
        ),
        ("[] x", "trailing characters", "line 1 column 4"),
    ] {
        let said = said(script);
        assert!(said.contains(words) && said.contains(place), "{script}: {said}");
    }
}

/// The statuses of 40 requests under a script of chances.
async fn statuses(seed: u64) -> Vec<u16> {
    let script = json!([
        {"when": {"probability": 0.3}, "do": {"status": 503}},
        {"when": {"operation": "records/*", "probability": 0.2}, "do": {"status": 429, "code": "THROTTLED"}},
        {"when": {"operation": "zones/list", "every": 3}, "do": {"unauthorized": true}}]);
    let rig = Rig::with(|o| {
        o.seed = seed;
        o.faults = Faults::from_script(&script.to_string()).unwrap();
    })
    .await;
    let mut out = Vec::new();
    for n in 0..40 {
        let operation = if n % 4 == 3 { "zones/list" } else { "records/query" };
        out.push(
            rig.post(operation, json!({"query": {"recordType": "Note"}}))
                .await
                .0,
        );
    }
    out
}

#[tokio::test]
async fn the_same_seed_and_requests_meet_the_same_faults() {
    let (one, again, other) = tokio::join!(statuses(7), statuses(7), statuses(8));
    assert_eq!(one, again);
    assert_ne!(one, other);
    for status in [200, 503, 429, 401] {
        assert!(one.contains(&status), "{status} in {one:?}");
    }
}

#[tokio::test]
async fn rules_choose_their_requests() {
    let rig = Rig::start().await;
    let modify = |name: &str, kind: &str| json!({"operations": [{"operationType": "forceReplace", "record": {"recordType": kind, "recordName": name}}]});
    for (when, expected) in [
        (json!({"from": 2, "to": 4}), [200, 500, 500, 500, 200]),
        (json!({"every": 2}), [500, 200, 500, 200, 500]),
        (json!({"from": 2, "every": 3}), [200, 500, 200, 200, 500]),
        (json!({"operation": "*/modify"}), [500, 500, 500, 500, 500]),
        (json!({"operation": "records/lookup"}), [200, 200, 200, 200, 200]),
        (json!({"environment": "production"}), [200, 200, 200, 200, 200]),
        (json!({"record_type": "List"}), [200, 500, 200, 500, 200]),
        (json!({"record_name": "n-?-*2"}), [200, 200, 500, 200, 200]),
        (
            json!({"record_name": "n*n*n*n*n*n*n*n*n*n*n*n*x"}),
            [200, 200, 200, 200, 200],
        ),
        (json!({"probability": 0}), [200, 200, 200, 200, 200]),
        (json!({"probability": 1}), [500, 500, 500, 500, 500]),
    ] {
        let script = json!([{"when": when, "do": {"status": 500}}]);
        rig.emulator
            .set_faults(Faults::from_script(&script.to_string()).unwrap());
        let mut got = Vec::new();
        for (n, kind) in ["Note", "List", "Note", "List", "Note"].into_iter().enumerate() {
            let name = format!("n-é-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn{n}");
            got.push(rig.post("records/modify", modify(&name, kind)).await.0);
        }
        assert_eq!(got, expected, "{when}");
    }
}

#[tokio::test]
async fn refusals_in_any_shape() {
    let rig = Rig::start().await;
    for (effect, status, code, reason) in [
        (
            json!({"status": 409}),
            409,
            "CONFLICT",
            "client oplock error updating record",
        ),
        (json!({"status": 413}), 413, "QUOTA_EXCEEDED", "quota exceeded"),
        (
            json!({"status": 421}),
            421,
            "AUTHENTICATION_REQUIRED",
            "request needs authorization",
        ),
        (
            json!({"status": 503, "code": "THROTTLED", "reason": "later"}),
            503,
            "THROTTLED",
            "later",
        ),
        (
            json!({"status": 200, "code": "ZONE_NOT_FOUND"}),
            200,
            "ZONE_NOT_FOUND",
            "internal error",
        ),
    ] {
        let script = json!([{"do": effect}]).to_string();
        rig.emulator.set_faults(Faults::from_script(&script).unwrap());
        let answer = rig
            .post("records/query", json!({"query": {"recordType": "Note"}}))
            .await;
        assert_eq!(refused(&answer), (status, code, reason));
        assert!(answer.1["uuid"].is_string());
    }
}

#[tokio::test]
async fn items_fail_by_place_and_strangers_create_and_delete() {
    let rig = Rig::start().await;
    for name in ["a", "b", "c"] {
        rig.note(name, json!({})).await;
    }
    let script = json!([
        {"when": {"operation": "records/lookup"}, "do": {"fail_record": {"nth": 2, "code": "TRY_AGAIN_LATER", "reason": "r"}}},
        {"when": {"operation": "records/modify", "to": 1}, "do": {
            "foreign_create": {"record_name": "new", "record_type": "Note", "fields": {"title": {"value": "theirs", "type": "STRING"}}},
            "foreign_delete": {"record_name": "c"}}}]);
    rig.emulator
        .set_faults(Faults::from_script(&script.to_string()).unwrap());
    let taken = rig
        .one("create", json!({"recordType": "Note", "recordName": "new"}))
        .await;
    assert_eq!(failure(&taken), ("CONFLICT", "record to insert already exists"));
    let asked = json!({"records": [{"recordName": "a"}, {"recordName": "b"}, {"recordName": "c"}, {"recordName": "new"}]});
    let found = rig.records("records/lookup", asked).await;
    assert_eq!(failure(&found[0]), ("", ""));
    assert_eq!(failure(&found[1]), ("TRY_AGAIN_LATER", "r"));
    assert_eq!(failure(&found[2]), ("NOT_FOUND", "Record not found"));
    assert_eq!(found[3]["fields"]["title"]["value"], "theirs");
    assert_ne!(
        found[3]["created"]["userRecordName"],
        found[0]["created"]["userRecordName"]
    );
    assert_eq!(rig.emulator.records(Environment::Development).len(), 3);
}

#[tokio::test]
async fn delays_add_up_and_none_comes_early() {
    let rig = Rig::with(|o| o.faults.jitter_ms = 5).await;
    let script = json!([{"do": {"delay_ms": 60}}, {"do": {"delay_ms": 60}}]);
    let mut faults = Faults::from_script(&script.to_string()).unwrap();
    faults.latency_ms = 60;
    faults.jitter_ms = 5;
    rig.emulator.set_faults(faults);
    let begun = Instant::now();
    assert_eq!(rig.post("zones/list", Value::Null).await.0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(180));
}
