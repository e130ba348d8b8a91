//! What the fault script does.

use std::time::Duration;

use serde_json::{Value, json};
use skydeck::emulator::{Environment, Faults};

use super::{Rig, failure, path, refused};

const QUERY: &str = r#"{"query":{"recordType":"Note"}}"#;

fn script(rules: &Value) -> Faults {
    Faults::from_script(&rules.to_string()).unwrap()
}

fn creating(name: &str) -> Value {
    json!({"operations": [{"operationType": "create", "record": {"recordType": "Note", "recordName": name}}]})
}

#[tokio::test]
async fn throttles_say_how_long() {
    let rig = Rig::start().await;
    rig.emulator
        .set_faults(script(&json!([{"when": {"operation": "records/modify", "to": 1},
        "do": {"status": 503, "code": "THROTTLED", "retry_after": 30, "retry_after_header": 31}}])));
    let response = rig
        .signed("POST", &path("records/modify"), &creating("a").to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (503, &"31".parse().unwrap())
    );
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(
        (&body["error_code"], &body["retryAfter"]),
        (&json!("THROTTLED"), &json!(30))
    );
    assert!(body["uuid"].as_str().unwrap().starts_with("wsThrottles_"));
    assert_eq!(
        failure(
            &rig.one("create", json!({"recordType": "Note", "recordName": "a"}))
                .await
        ),
        ("", "")
    );

    rig.emulator.set_faults(Faults {
        requests_per_second: Some(2.0),
        ..Faults::default()
    });
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(
            rig.post("records/query", json!({"query": {"recordType": "Note"}}))
                .await
                .0,
        );
    }
    assert_eq!((statuses[0], statuses[4]), (200, 429));

    // What is throttled may be asked to wait for longer than the next token takes.
    rig.emulator.set_faults(Faults {
        requests_per_second: Some(1.0),
        throttle_wait: 30,
        ..Faults::default()
    });
    let query = json!({"query": {"recordType": "Note"}});
    loop {
        let (status, body) = rig.post("records/query", query.clone()).await;
        if status == 429 {
            assert_eq!(body["retryAfter"], 30);
            break;
        }
    }
}

#[tokio::test]
async fn cut_connections_before_and_after_the_work() {
    let rig = Rig::start().await;
    rig.emulator.set_faults(script(&json!([
        {"when": {"record_name": "before"}, "do": {"cut": "before_commit"}},
        {"when": {"record_name": "after"}, "do": {"cut": "after_commit"}}])));
    for name in ["before", "after"] {
        let sent = rig
            .signed("POST", &path("records/modify"), &creating(name).to_string())
            .send()
            .await;
        assert!(sent.is_err(), "{name}");
    }
    let all = rig.emulator.records(Environment::Development);
    assert_eq!(super::names(&all), ["after"]);
    let seen = rig.emulator.requests();
    assert!(seen.len() >= 2 && seen.iter().all(|s| s.status == 0));
}

#[tokio::test]
async fn bodies_that_are_not_json() {
    let rig = Rig::start().await;
    for (body, status) in [
        ("html", 502),
        ("garbage", 200),
        ("empty", 200),
        ("truncated", 200),
    ] {
        rig.emulator.set_faults(script(&json!([{"do": {"body": body}}])));
        let response = rig
            .signed("POST", &path("records/query"), QUERY)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), status);
        let bytes = response.bytes().await.unwrap();
        assert!(serde_json::from_slice::<Value>(&bytes).is_err(), "{body}");
    }
    rig.emulator
        .set_faults(script(&json!([{"do": {"unauthorized": true}}])));
    let answer = rig.post("records/query", json!({})).await;
    assert_eq!(
        refused(&answer),
        (401, "AUTHENTICATION_FAILED", "Authentication failed")
    );
}

#[tokio::test]
async fn pages_that_are_short_or_empty_still_lead_on() {
    let rig = Rig::start().await;
    for name in ["a", "b", "c"] {
        rig.note(name, json!({})).await;
    }
    rig.emulator.set_faults(script(
        &json!([{"do": {"short_page": 1}}, {"when": {"from": 2, "to": 2}, "do": {"empty_page": true}}]),
    ));
    let mut body = json!({"query": {"recordType": "Note"}});
    let mut sizes = Vec::new();
    loop {
        let (_, page) = rig.post("records/query", body.clone()).await;
        sizes.push(page["records"].as_array().unwrap().len());
        let Some(marker) = page.get("continuationMarker") else {
            break;
        };
        assert_ne!(body.get("continuationMarker"), Some(marker));
        body["continuationMarker"] = marker.clone();
    }
    assert_eq!(sizes, [1, 0, 1, 1]);
}

#[tokio::test]
async fn the_index_lags_and_lookup_does_not() {
    let rig = Rig::with(|o| o.faults.index_lag_ms = 3_600_000).await;
    rig.note("a", json!({"title": {"value": "old"}})).await;
    let query = json!({"query": {"recordType": "Note"}});
    assert!(rig.records("records/query", query.clone()).await.is_empty());
    assert_eq!(rig.lookup("a").await["recordName"], "a");
    rig.emulator.advance_clock(Duration::from_secs(3600));
    assert_eq!(rig.records("records/query", query.clone()).await.len(), 1);
    rig.one("forceDelete", json!({"recordName": "a"})).await;
    let stale = rig.records("records/query", query.clone()).await;
    assert_eq!(stale[0]["fields"]["title"]["value"], "old");
    rig.emulator.set_faults(Faults::default());
    assert!(rig.records("records/query", query).await.is_empty());
}

#[tokio::test]
async fn single_records_fail_and_strangers_write() {
    let rig = Rig::start().await;
    let fields = json!({"title": {"value": "theirs"}});
    rig.emulator
        .write_as_stranger(Environment::Development, "Note", "s", &fields)
        .unwrap();
    let mine = rig.lookup("s").await;
    rig.emulator.set_faults(script(&json!([
        {"do": {"fail_record": {"record_name": "x*", "code": "TRY_AGAIN_LATER", "retry_after": 2}, "exists_code": true}},
        {"when": {"record_name": "s", "operation": "records/modify", "to": 1},
         "do": {"foreign_write": {"record_name": "s", "fields": {"count": {"value": 5}}}}}])));
    let item = rig
        .one("create", json!({"recordName": "x1", "recordType": "Note"}))
        .await;
    assert_eq!(
        (failure(&item).0, &item["retryAfter"]),
        ("TRY_AGAIN_LATER", &json!(2))
    );
    let late = json!({"recordName": "s", "recordChangeTag": mine["recordChangeTag"], "fields": {}});
    assert_eq!(failure(&rig.one("update", late).await).0, "CONFLICT");
    assert_eq!(
        failure(
            &rig.one("create", json!({"recordName": "s", "recordType": "Note"}))
                .await
        )
        .0,
        "EXISTS"
    );
    let now = rig.lookup("s").await;
    assert_eq!(
        (&now["fields"]["title"]["value"], &now["fields"]["count"]["value"]),
        (&json!("theirs"), &json!(5))
    );
    rig.emulator
        .delete_as_stranger(Environment::Development, "s")
        .unwrap();
    assert_eq!(failure(&rig.lookup("s").await).0, "NOT_FOUND");
}

/// Longer than any test takes: such an answer goes out when the faults are replaced.
const HELD: u64 = 3_600_000;

#[tokio::test]
async fn slow_answers_overlap_and_other_faults_let_them_go() {
    let rig = Rig::with(|o| o.faults.latency_ms = HELD).await;
    let one = || rig.post("records/query", json!({"query": {"recordType": "Note"}}));
    let release = async {
        while rig.emulator.requests().len() < 4 {
            tokio::task::yield_now().await;
        }
        rig.emulator.set_faults(Faults::default());
    };
    let answers = tokio::join!(one(), one(), one(), one(), release);
    let statuses = [answers.0.0, answers.1.0, answers.2.0, answers.3.0];
    assert_eq!(statuses, [200; 4]);
}

#[tokio::test]
async fn answers_out_of_order_without_types_and_markers_too_old() {
    let rig = Rig::start().await;
    let wanted: Vec<String> = (0..9).map(|n| format!("n{n}")).collect();
    for name in &wanted {
        rig.note(name, json!({"count": {"value": 1}})).await;
    }
    rig.emulator.set_faults(script(&json!([
        {"do": {"reorder": true, "drop_types": true}},
        {"when": {"operation": "records/query", "from": 2}, "do": {"expire_marker": true}}])));
    let asked: Vec<Value> = wanted.iter().map(|name| json!({"recordName": name})).collect();
    let found = rig.records("records/lookup", json!({"records": asked})).await;
    assert_eq!(found[0]["fields"], json!({"count": {"value": 1}}));
    let mut names = super::names(&found);
    assert_ne!(names, wanted);
    names.sort_unstable();
    assert_eq!(names, wanted);
    let mut body = json!({"query": {"recordType": "Note"}, "resultsLimit": 4});
    body["continuationMarker"] =
        rig.post("records/query", body.clone()).await.1["continuationMarker"].clone();
    let expired = rig.post("records/query", body).await;
    assert_eq!(
        refused(&expired),
        (400, "BAD_REQUEST", "Invalid continuation marker")
    );
}
