//! Writing: every kind of operation, an outcome for each record, and answers that get lost.

use serde_json::json;
use skydeck::cloudkit::{Error, OperationType, Outcome, Write};
use skydeck::emulator::Environment;
use skydeck::record::{Fields, Value};

use super::server::{Server, json as reply};
use super::{Rig, create, failed, settings, stranger_to, text, titled, write};

/// The same fields as `write` names, and a count that it does not name.
fn with_count() -> Fields {
    let mut fields = titled("mine");
    fields.insert("count".into(), Value::Int64(7));
    fields
}

impl Rig {
    /// A note with a title and a count; its tag.
    async fn noted(&self, name: &str) -> Option<String> {
        let fields = json!({ "title": { "value": "old", "type": "STRING" }, "count": { "value": 7, "type": "INT64" } });
        self.emulator
            .write_as_stranger(Environment::Development, "Note", name, &fields)
            .unwrap();
        self.find(name).await.unwrap().tag
    }

    async fn fields(&self, name: &str) -> Option<Fields> {
        self.find(name).await.map(|record| record.fields)
    }
}

/// What is found after a write.
#[derive(Debug, PartialEq)]
enum After {
    /// Saved, with the fields named and those of before.
    Merged,
    /// Saved, with the fields named only.
    Replaced,
    Gone,
    /// Refused for this reason.
    Refused(&'static str, &'static str),
}

async fn check(rig: &Rig, name: &str, write: Write, wanted: After) {
    let label = format!("{write:?}");
    let before = rig.find(name).await;
    let outcome = rig.one(write).await;
    let now = rig.find(name).await;
    match wanted {
        After::Gone => assert_eq!((outcome, now), (Outcome::Deleted, None), "{label}"),
        After::Refused(code, reason) => {
            assert_eq!(failed(&outcome), (code.into(), reason), "{label}");
            assert_eq!(now, before, "{label}");
        }
        After::Merged | After::Replaced => {
            let now = now.unwrap();
            let fields = if wanted == After::Merged {
                with_count()
            } else {
                titled("mine")
            };
            assert_eq!(now.fields, fields, "{label}");
            assert_ne!(now.tag, before.and_then(|before| before.tag), "{label}");
            assert_eq!(outcome, Outcome::Saved(now), "{label}");
        }
    }
}

const OPLOCK: After = After::Refused("CONFLICT", "client oplock error updating record");
const GONE: After = After::Refused("NOT_FOUND", "recordChangeTag specified, but record not found");

/// The table of operations, row by row: no such record; it is there; it has changed since.
#[tokio::test]
async fn every_kind_of_operation_does_what_its_row_says() {
    use OperationType::{Create, Delete, ForceDelete, ForceReplace, ForceUpdate, Replace, Update};
    let rig = Rig::start().await;
    let taken = After::Refused("CONFLICT", "record to insert already exists");
    let rows = [
        (Create, After::Replaced, taken, None),
        (Update, GONE, After::Merged, Some(OPLOCK)),
        (ForceUpdate, After::Replaced, After::Merged, Some(After::Merged)),
        (Replace, GONE, After::Replaced, Some(OPLOCK)),
        (
            ForceReplace,
            After::Replaced,
            After::Replaced,
            Some(After::Replaced),
        ),
        (Delete, GONE, After::Gone, Some(OPLOCK)),
        (
            ForceDelete,
            After::Refused("NOT_FOUND", "Record not found"),
            After::Gone,
            Some(After::Gone),
        ),
    ];
    for (operation, absent, there, stale) in rows {
        let guarded = matches!(operation, Update | Replace | Delete);
        let name = |case: &str| format!("{}-{case}", operation.name());
        let tag = |tag: Option<String>| tag.filter(|_| operation != Create);

        let absent_name = name("absent");
        let old_tag = guarded.then(|| "mk2f9a1c".to_owned());
        check(
            &rig,
            &absent_name,
            write(operation, &absent_name, old_tag, "mine"),
            absent,
        )
        .await;

        let there_name = name("there");
        let current = rig.noted(&there_name).await;
        check(
            &rig,
            &there_name,
            write(operation, &there_name, tag(current), "mine"),
            there,
        )
        .await;

        if let Some(stale) = stale {
            let stale_name = name("stale");
            let old = rig.noted(&stale_name).await;
            rig.stranger(&stale_name, "theirs");
            check(
                &rig,
                &stale_name,
                write(operation, &stale_name, old, "mine"),
                stale,
            )
            .await;
        }
    }
}

#[tokio::test]
async fn a_null_takes_a_field_away_and_a_taken_name_may_be_called_exists() {
    let rig = Rig::start().await;
    let tag = rig.noted("a").await;
    let update = Write {
        fields: [("count".to_owned(), None)].into(),
        ..write(OperationType::Update, "a", tag, "")
    };
    rig.one(update).await;
    assert_eq!(rig.fields("a").await, Some(titled("old")));

    rig.faults(&json!([{ "do": { "exists_code": true } }]));
    let outcome = rig.one(create("a")).await;
    assert_eq!(
        failed(&outcome),
        ("EXISTS".into(), "record to insert already exists")
    );
    assert_eq!(rig.fields("a").await, Some(titled("old")));
}

#[tokio::test]
async fn each_record_succeeds_or_fails_by_itself_whatever_the_order_of_the_answer() {
    let rig = Rig::start().await;
    rig.faults(&json!([
        { "do": { "reorder": true, "fail_record": { "record_name": "w3", "code": "VALIDATING_REFERENCE_ERROR", "reason": "no" } } },
        { "do": { "fail_record": { "record_name": "w7", "code": "TRY_AGAIN_LATER", "reason": "later", "retry_after": 1 } } },
    ]));
    let writes: Vec<Write> = (0..9).map(|n| create(&format!("w{n}"))).collect();
    let outcomes = rig.client.modify(&writes).await.unwrap();
    assert_eq!(outcomes.len(), writes.len());
    for (write, outcome) in writes.iter().zip(&outcomes) {
        match (write.name.as_str(), outcome) {
            ("w3", _) => assert_eq!(failed(outcome), ("VALIDATING_REFERENCE_ERROR".into(), "no")),
            ("w7", Outcome::Failed(error)) => {
                assert_eq!((error.is_transient(), error.retry_after), (true, Some(1.0)));
                assert!(error.request_id.is_some());
            }
            (name, Outcome::Saved(record)) => assert_eq!(record.name, name),
            other => panic!("{other:?}"),
        }
    }
    let all = rig.emulator.records(Environment::Development);
    let there: Vec<&str> = all
        .iter()
        .map(|record| record["recordName"].as_str().unwrap())
        .collect();
    assert_eq!(there, ["w0", "w1", "w2", "w4", "w5", "w6", "w8"]);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_not_sent_again() {
    let rig = Rig::start().await;
    rig.faults(&json!([
        { "when": { "operation": "records/modify", "record_name": "before" }, "do": { "cut": "before_commit" } },
        { "when": { "operation": "records/modify", "record_name": "after" }, "do": { "cut": "after_commit" } },
        { "when": { "operation": "records/modify", "record_name": "broken" }, "do": { "status": 500 } },
        { "when": { "operation": "records/modify", "record_name": "gateway" }, "do": { "status": 503, "body": "html" } },
        { "when": { "operation": "records/modify", "record_name": "half" }, "do": { "body": "truncated" } },
    ]));
    for (sent, (name, done)) in [
        ("before", false),
        ("after", true),
        ("broken", false),
        ("gateway", false),
        ("half", true),
    ]
    .into_iter()
    .enumerate()
    {
        let error = rig.client.modify(&[create(name)]).await.unwrap_err();
        assert!(error.outcome_unknown(), "{name}: {error:?}");
        assert_eq!(rig.count("records/modify"), sent + 1, "{name}");
        assert_eq!(rig.find(name).await.is_some(), done, "{name}");
    }
}

#[tokio::test]
async fn a_write_that_the_service_put_off_is_not_sent_again_without_a_lookup() {
    let rig = Rig::start().await;
    rig.faults(&json!([
        { "when": { "operation": "records/modify", "from": 1, "to": 1 }, "do": { "status": 503, "code": "TRY_AGAIN_LATER" } },
        { "when": { "operation": "records/modify", "from": 2, "to": 2 }, "do": { "status": 503, "code": "THROTTLED" } },
        { "when": { "operation": "records/modify", "from": 3, "to": 3 }, "do": { "status": 429 } },
    ]));
    for sent in 1..=3 {
        let error = rig.client.modify(&[create("a")]).await.unwrap_err();
        assert!(error.outcome_unknown() && error.is_transient(), "{error:?}");
        assert_eq!(rig.count("records/modify"), sent);
    }
    assert!(matches!(rig.one(create("a")).await, Outcome::Saved(_)));
}

#[tokio::test]
async fn what_breaks_the_rules_of_a_request_is_not_sent() {
    let server = Server::saying(reply(200, &json!({ "records": [] }))).await;
    let client = stranger_to(&server.endpoint, settings());
    let many: Vec<Write> = (0..201).map(|n| create(&format!("w{n}"))).collect();
    let twice = vec![create("a"), write(OperationType::ForceDelete, "a", None, "")];
    let mut broken = vec![many, twice];
    for operation in [
        OperationType::Update,
        OperationType::Replace,
        OperationType::Delete,
    ] {
        broken.push(vec![write(operation, "a", None, "mine")]);
    }
    for writes in broken {
        let error = client.modify(&writes).await.unwrap_err();
        assert!(
            matches!(error, Error::NotSent { .. }) && !error.outcome_unknown(),
            "{error:?}"
        );
    }
    assert_eq!(client.modify(&[]).await, Ok(Vec::new()));
    assert_eq!(server.count(), 0);
}

/// What is written, as it stands on the wire.
#[tokio::test]
async fn writes_travel_with_types_and_never_atomic() {
    let server = Server::saying(reply(200, &json!({ "records": [] }))).await;
    let client = stranger_to(&server.endpoint, settings());
    let mut update = write(OperationType::Update, "a", Some("t1".into()), "mine");
    update
        .fields
        .insert("due".into(), Some(Value::Timestamp(1_767_225_600_000)));
    update.fields.insert("body".into(), None);
    let delete = write(OperationType::Delete, "b", Some("t2".into()), "ignored");
    // An answer that mentions neither says nothing about either.
    let outcomes = client.modify(&[update, delete]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Unanswered, Outcome::Unanswered]);
    let expected = json!({ "atomic": false, "operations": [
        { "operationType": "update", "record": { "recordName": "a", "recordType": "Note", "recordChangeTag": "t1", "fields": {
            "title": { "value": "mine", "type": "STRING" },
            "due": { "value": 1_767_225_600_000_i64, "type": "TIMESTAMP" },
            "body": { "value": null },
        } } },
        { "operationType": "delete", "record": { "recordName": "b", "recordType": "Note", "recordChangeTag": "t2" } },
    ] });
    assert_eq!(server.seen()[0].body, expected);
}

/// Shapes of answers to writes that were seen with other clients.
#[tokio::test]
async fn outcomes_are_found_however_they_are_told() {
    let saved = json!({ "recordName": "a", "recordType": "Note", "recordChangeTag": "t", "deleted": false,
        "fields": { "title": { "value": "mine", "type": "STRING" } }, "pluginFields": {},
        "zoneID": { "zoneName": "_defaultZone", "ownerRecordName": "_0", "zoneType": "DEFAULT_ZONE" } });
    let conflict =
        json!({ "recordName": "a", "serverErrorCode": "CONFLICT", "reason": "oplock", "uuid": "u-1" });
    let gone = json!({ "recordName": "d", "serverErrorCode": "NOT_FOUND", "reason": "Record not found" });
    let deleted = json!({ "recordName": "d", "deleted": true });
    let stands = json!({ "recordName": "d", "recordType": "Note", "deleted": false, "fields": {} });
    let nameless = json!({ "serverErrorCode": "BAD_REQUEST", "reason": "in its place" });
    let atomic = json!({ "recordName": "d", "serverErrorCode": "ATOMIC_ERROR", "reason": "" });
    let cases = [
        (200, json!([saved, deleted]), ["saved", "deleted"]),
        (200, json!([deleted, saved]), ["saved", "deleted"]),
        (200, json!([{ "recordName": "d" }, saved]), ["saved", "deleted"]),
        (200, json!([conflict, gone]), ["CONFLICT", "NOT_FOUND"]),
        (200, json!([saved, stands]), ["saved", "unanswered"]),
        (200, json!([saved]), ["saved", "unanswered"]),
        (200, json!([nameless, deleted]), ["BAD_REQUEST", "deleted"]),
        (200, json!([nameless, saved]), ["saved", "unanswered"]),
        (200, json!([nameless]), ["unanswered", "unanswered"]),
        (200, json!([]), ["unanswered", "unanswered"]),
        (400, json!([atomic, conflict]), ["CONFLICT", "ATOMIC_ERROR"]),
        (409, json!([atomic, conflict]), ["CONFLICT", "ATOMIC_ERROR"]),
    ];
    for (status, records, wanted) in cases {
        let server = Server::saying(reply(status, &json!({ "records": records }))).await;
        let client = stranger_to(&server.endpoint, settings());
        let delete = write(OperationType::ForceDelete, "d", None, "");
        let outcomes = client.modify(&[create("a"), delete]).await.unwrap();
        let told: Vec<String> = outcomes.iter().map(told).collect();
        assert_eq!(told, wanted, "{status} {records}");
        if let Some(Outcome::Saved(record)) = outcomes.first() {
            assert_eq!(
                (record.tag.as_deref(), &record.fields["title"]),
                (Some("t"), &text("mine"))
            );
        }
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Saved(record) => {
            assert_eq!(record.name, "a");
            "saved".into()
        }
        Outcome::Deleted => "deleted".into(),
        Outcome::Failed(error) => error.code.to_string(),
        Outcome::Unanswered => "unanswered".into(),
    }
}

/// Whether one failed operation fails its request is not known: both are understood alike.
#[tokio::test]
async fn a_single_write_may_fail_as_a_request_or_as_a_record() {
    let delete = || write(OperationType::ForceDelete, "a", None, "");
    let update = || write(OperationType::Update, "a", Some("t".into()), "mine");
    let error = |code: &str, reason: &str| json!({ "uuid": "u", "serverErrorCode": code, "reason": reason });
    let named =
        json!({ "recordName": "a", "serverErrorCode": "BAD_REQUEST", "reason": "expected type TIMESTAMP." });
    let cases = [
        (
            409,
            error("CONFLICT", "client oplock error updating record"),
            update(),
            "CONFLICT",
        ),
        (
            409,
            error("EXISTS", "record to insert already exists"),
            create("a"),
            "EXISTS",
        ),
        (
            404,
            error("NOT_FOUND", "recordChangeTag specified, but record not found"),
            update(),
            "NOT_FOUND",
        ),
        (404, error("NOT_FOUND", "Record not found"), delete(), "NOT_FOUND"),
        (
            412,
            error("VALIDATING_REFERENCE_ERROR", "would violate"),
            delete(),
            "VALIDATING_REFERENCE_ERROR",
        ),
        (400, named, update(), "BAD_REQUEST"),
    ];
    for (status, body, write, wanted) in cases {
        let server = Server::saying(reply(status, &body)).await;
        let client = stranger_to(&server.endpoint, settings());
        let outcomes = client.modify(&[write]).await.unwrap();
        assert_eq!(told(&outcomes[0]), wanted, "{status} {body}");
    }
    // What is not there may also be the type or the path; that is no record that need not be deleted.
    for reason in [
        "Did not find record type: Note",
        "could not find handler for endpoint",
    ] {
        let server = Server::saying(reply(404, &error("NOT_FOUND", reason))).await;
        let client = stranger_to(&server.endpoint, settings());
        let result = client.modify(&[delete()]).await;
        assert_eq!(super::refusal(result).reason, reason);
    }
}
