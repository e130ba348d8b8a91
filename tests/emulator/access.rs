//! Signatures, routes, zones and callers.

use std::io::Read as _;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use skydeck::emulator::Environment;

use super::{CONTAINER, Rig, answer, failure, hash, names, now, path, refused};

const REFUSED: (u16, &str, &str) = (401, "AUTHENTICATION_FAILED", "Authentication failed");
const QUERY: &str = r#"{"query":{"recordType":"Note"}}"#;

fn shifted(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + seconds).unwrap();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[tokio::test]
async fn only_what_is_signed_gets_in() {
    let rig = Rig::start().await;
    let path = path("records/query");
    assert_eq!(
        answer(rig.signed("POST", &path, QUERY)).await,
        (200, json!({"records": []}))
    );

    let date = now();
    let good = format!("{date}:{}:{path}", hash(QUERY));
    for (date, message) in [
        (date.clone(), good.replace("public", "private")),
        (date.clone(), good.replace(&hash(QUERY), &hash("{}"))),
        (date.clone(), format!("{good}\n")),
        (format!("{date} "), String::new()),
        (date.replace('Z', "+00:00"), good.replace('Z', "+00:00")),
    ] {
        let (status, body) = answer(rig.request("POST", &path, QUERY, &date, &message)).await;
        assert_eq!(refused(&(status, body.clone())), REFUSED, "{message}");
        assert!(body["uuid"].is_string());
    }
    for (seconds, status) in [(-590, 200), (590, 200), (-620, 401), (620, 401)] {
        let date = shifted(seconds);
        let message = format!("{date}:{}:{path}", hash(QUERY));
        assert_eq!(
            answer(rig.request("POST", &path, QUERY, &date, &message)).await.0,
            status,
            "{seconds}"
        );
    }
    let bare = rig
        .client
        .post(format!("{}{path}", rig.emulator.endpoint()))
        .body(QUERY);
    assert_eq!(
        refused(&answer(bare).await),
        (401, "AUTHENTICATION_FAILED", "no auth method found")
    );
}

#[tokio::test]
async fn empty_bodies_and_query_strings_are_signed_either_way() {
    let rig = Rig::start().await;
    let date = now();
    let zones = path("zones/list");
    for hashed in ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""] {
        let message = format!("{date}:{hashed}:{zones}");
        assert_eq!(
            answer(rig.request("GET", &zones, "", &date, &message)).await.0,
            200
        );
    }
    let long = format!(
        "{}?remapEnums=true&getCurrentSyncToken=true",
        path("records/query")
    );
    for signed in [long.clone(), path("records/query")] {
        let message = format!("{date}:{}:{signed}", hash(QUERY));
        assert_eq!(
            answer(rig.request("POST", &long, QUERY, &date, &message)).await.0,
            200
        );
    }
}

#[tokio::test]
async fn paths_are_exact() {
    let rig = Rig::start().await;
    let missing = (404, "NOT_FOUND", "could not find handler for endpoint");
    for unknown in [
        path("records/nothing"),
        path("records/query/"),
        path("Records/query"),
        format!("/database/2/{CONTAINER}/development/public/records/query"),
        format!("/database/1/{CONTAINER}/staging/public/records/query"),
        "/".to_owned(),
    ] {
        assert_eq!(
            refused(&answer(rig.signed("POST", &unknown, QUERY)).await),
            missing,
            "{unknown}"
        );
    }
    let response = rig
        .signed("GET", &path("records/query"), "")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["allow"].to_str().unwrap()
        ),
        (405, "POST")
    );
    for other in [
        format!("/database/1/{CONTAINER}/development/private/records/query"),
        format!("/database/1/{CONTAINER}/development/shared/records/query"),
        "/database/1/iCloud.com.example.other/development/public/records/query".to_owned(),
    ] {
        assert_eq!(
            refused(&answer(rig.signed("POST", &other, QUERY)).await),
            REFUSED,
            "{other}"
        );
    }
    for (operation, verb, allow) in [
        ("records/modify", "PUT", "POST"),
        ("assets/upload", "GET", "POST"),
        ("users/caller", "DELETE", "GET, POST"),
        ("zones/list", "HEAD", "GET, POST"),
    ] {
        let response = rig
            .signed(verb, &super::path(operation), "")
            .send()
            .await
            .unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["allow"]),
            (405, &allow.parse().unwrap()),
            "{operation}"
        );
    }
    let upper = format!("/database/1/{CONTAINER}/DEVELOPMENT/public/records/query");
    assert_eq!(answer(rig.signed("POST", &upper, QUERY)).await.0, 200);
    let reason = "endpoint not applicable in the database type 'publicdb'";
    for other in [
        "records/changes",
        "changes/zone",
        "changes/database",
        "zones/changes",
        "zones/modify",
    ] {
        assert_eq!(
            refused(&rig.post(other, json!({})).await),
            (400, "BAD_REQUEST", reason),
            "{other}"
        );
    }
    assert_eq!(refused(&rig.post("users/discover", json!({})).await), REFUSED);
}

#[tokio::test]
async fn a_key_is_good_in_its_own_environment_only() {
    let rig = Rig::with(|o| o.keys[0].environment = Some(Environment::Production)).await;
    for (environment, status) in [("development", 401), ("production", 200)] {
        let path = format!("/database/1/{CONTAINER}/{environment}/public/records/query");
        assert_eq!(
            answer(rig.signed("POST", &path, QUERY)).await.0,
            status,
            "{environment}"
        );
    }
    // What is written to one environment is not in the other.
    let rig = Rig::start().await;
    rig.note("a", json!({})).await;
    let path = format!("/database/1/{CONTAINER}/production/public/records/query");
    assert_eq!(
        answer(rig.signed("POST", &path, QUERY)).await,
        (200, json!({"records": []}))
    );
}

#[tokio::test]
async fn zones_are_looked_up_in_either_form_and_users_write_under_one_name() {
    let rig = Rig::start().await;
    let zones = json!({"zones": [{"zoneName": "_defaultZone"}, {"zoneID": {"zoneName": "_defaultZone", "ownerRecordName": "_x"}}, {"zoneName": "Work"}]});
    let (_, found) = rig.post("zones/lookup", zones).await;
    assert_eq!(found["zones"][0]["zoneID"]["zoneName"], "_defaultZone");
    assert_eq!(found["zones"][1], found["zones"][0]);
    assert_eq!(
        failure(&found["zones"][2]),
        ("ZONE_NOT_FOUND", "Zone 'Work' does not exist")
    );
    let (_, caller) = rig.post("users/caller", json!({})).await;
    let made = rig.note("a", json!({})).await;
    assert_eq!(made["created"]["userRecordName"], caller["userRecordName"]);
    assert_eq!(made["created"], made["modified"]);
    for zone in [
        json!({"zoneName": "_defaultZone", "zoneType": "DEFAULT_ZONE"}),
        Value::Null,
    ] {
        let query = json!({"query": {"recordType": "Note"}, "zoneID": zone});
        assert_eq!(names(&rig.records("records/query", query).await), ["a"]);
    }
    for operation in [
        "records/query",
        "records/modify",
        "records/lookup",
        "assets/upload",
        "assets/rereference",
    ] {
        let body = json!({"query": {"recordType": "Note"}, "operations": [], "records": [], "tokens": [], "assets": [], "zoneID": {"zoneName": "Work"}});
        assert_eq!(
            refused(&rig.post(operation, body).await),
            (404, "ZONE_NOT_FOUND", "Zone 'Work' does not exist"),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn zones_callers_and_tokens() {
    let rig = Rig::with(|o| o.api_tokens.push("a".repeat(64))).await;
    let (_, zones) = rig.post("zones/list", json!({})).await;
    assert_eq!(zones["zones"][0]["zoneID"]["zoneName"], "_defaultZone");
    assert_eq!(zones["zones"][0]["zoneID"]["zoneType"], "DEFAULT_ZONE");
    let (_, caller) = answer(rig.signed("GET", &path("users/current"), "")).await;
    let user = caller["userRecordName"].as_str().unwrap();
    assert!(user.len() == 33 && user.starts_with('_'), "{user}");

    let open = |operation: &str| {
        let url = format!(
            "{}{}?ckAPIToken={}",
            rig.emulator.endpoint(),
            path(operation),
            "a".repeat(64)
        );
        rig.client.post(url)
    };
    assert_eq!(answer(open("records/query").body(QUERY)).await.0, 200);
    let (status, body) = answer(open("users/caller").body("{}")).await;
    assert_eq!(
        refused(&(status, body)),
        (421, "AUTHENTICATION_REQUIRED", "request needs authorization")
    );
    let create = json!({"operations": [{"operationType": "create", "record": {"recordType": "Note"}}]});
    let (_, body) = answer(open("records/modify").body(create.to_string())).await;
    assert_eq!(body["records"][0]["reason"], "CREATE operation not permitted");
}

#[tokio::test]
async fn answers_are_compressed_only_for_who_asks() {
    let rig = Rig::start().await;
    rig.note(
        "long",
        json!({"body": {"value": "milk ".repeat(1000), "type": "STRING"}}),
    )
    .await;
    let path = path("records/query");
    let plain = rig.signed("POST", &path, QUERY).send().await.unwrap();
    assert!(!plain.headers().contains_key("content-encoding"));
    assert!(plain.headers().contains_key("x-apple-request-uuid"));
    let plain = plain.text().await.unwrap();
    let packed = rig
        .signed("POST", &path, QUERY)
        .header("accept-encoding", "br, gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let packed = packed.bytes().await.unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, plain);
    let seen = rig.emulator.requests();
    assert_eq!(seen.last().unwrap().bytes_out, packed.len());
    assert!(seen.iter().all(|s| s.body.is_none() && s.status == 200));
}

#[tokio::test]
async fn any_signature_mode_needs_only_a_key_id() {
    let rig = Rig::with(|o| {
        o.keys.clear();
        o.any_signature = true;
        o.keep_bodies = true;
    })
    .await;
    assert_eq!(
        answer(rig.request("POST", &path("records/query"), QUERY, "never", "nothing"))
            .await
            .0,
        200
    );
    let seen = rig.emulator.requests().remove(0);
    assert_eq!(seen.operation, "records/query");
    let body: Value = serde_json::from_slice(&seen.body.unwrap()).unwrap();
    assert_eq!(body["query"]["recordType"], "Note");
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_tells_what_answers_do_not() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let rig = Rig::start().await;
    let body = json!({"query": {"recordType": "Note", "sortby": []}, "syncTokn": "x"});
    assert_eq!(rig.post("records/query", body).await.0, 200);
    let operations = json!({"operations": [{"operationType": "create", "rekord": 1, "record": {"recordType": "Note", "feelds": {},
        "fields": {"title": {"value": "x", "tipe": "STRING"}}}}]});
    assert_eq!(rig.post("records/modify", operations).await.0, 200);
    let date = shifted(-4000);
    let late = rig.request(
        "POST",
        &path("records/query"),
        QUERY,
        &date,
        &format!("{date}:{}:{}", hash(QUERY), path("records/query")),
    );
    assert_eq!(refused(&answer(late).await), REFUSED);
    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for word in [
        "sortby",
        "syncTokn",
        "rekord",
        "feelds",
        "tipe",
        "more than 600 seconds off",
    ] {
        assert!(written.contains(word), "{word} is not in the log");
    }
}

#[tokio::test]
async fn forms_that_other_clients_send() {
    let rig = Rig::start().await;
    rig.note("a", json!({})).await;
    for body in [
        "{ \"query\": { \"recordType\": \"No\\u0074e\", \"filterBy\": null, \"sortBy\": null } }\n",
        r#"{"query":{"recordType":"Note"},"continuationMarker":null,"zoneWide":false,"numbersAsStrings":false,"new":1}"#,
        r#"{"query":{"recordType":"Note"},"desiredKeys":["title","title"],"resultsLimit":200,"zoneID":{"zoneName":"_defaultZone"}}"#,
        r#"{"zoneWide":true,"query":{"recordType":"Note","sortBy":[{"fieldName":"title","ascending":null}]},"desiredKeys":null}"#,
    ] {
        let sent = rig
            .signed("POST", &path("records/query"), body)
            .header("content-type", "text/plain");
        assert_eq!(answer(sent).await.1["records"][0]["recordName"], "a");
    }
    // One library leaves the database out of this path, and signs it so; the service has no such path.
    let short = format!("/database/1/{CONTAINER}/development/users/caller");
    assert_eq!(answer(rig.signed("POST", &short, "{}")).await.0, 404);
    let long = format!(
        "{}?remapEnums=True&getCurrentSyncToken=True",
        path("records/modify")
    );
    let body = r#"{"operations": [{"operationType": "forceUpdate", "recordType": "Note", "record": {"recordName": "b", "recordType": "Note",
        "fields": {"title": {"type": "STRING", "value": "Py"}, "tags": {"type": "STRING_LIST", "value": []}}, "pluginFields": {}, "parent": null}}],
        "zoneID": {"zoneName": "_defaultZone", "zoneType": "DEFAULT_ZONE"}, "atomic": true}"#;
    let made = answer(rig.signed("POST", &long, body)).await;
    assert_eq!((made.0, failure(&made.1["records"][0])), (200, ("", "")));
    rig.one("forceDelete", json!({"recordName": "b", "recordType": "Note"}))
        .await;
    let plain = rig
        .signed("GET", &path("users/caller"), "")
        .header("content-type", "text/plain");
    assert_eq!(answer(plain).await.0, 200);
    let mut echoed = rig.lookup("a").await;
    echoed["fields"] = Value::Null;
    assert_eq!(rig.one("update", echoed).await["deleted"], false);
    let (status, broken) = answer(rig.signed("POST", &path("records/query"), "{\"query\":\n,}")).await;
    let reason = "BadRequestException: Unexpected input at [line: 2, column: 1]";
    assert_eq!(refused(&(status, broken)), (400, "BAD_REQUEST", reason));
}
