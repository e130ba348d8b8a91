//! What the service refuses for one cause is told once, and where nothing like it can succeed the run stops. What was
//! sent is counted by the service.

use serde_json::{Value, json};
use skydeck::emulator::{Permission, Role};

use super::Rig;

/// So many stadiums that the cloud does not have, and nothing else to be done.
fn many(count: usize, change: impl FnOnce(&mut skydeck::emulator::Options)) -> Rig {
    let rig = Rig::with(change);
    rig.many_stadiums(count);
    rig
}

const SYNC: [&str; 3] = ["sync", "--yes", "Stadium"];

fn stadiums(rig: &Rig) -> usize {
    let cloud = rig.cloud();
    let new = cloud
        .iter()
        .filter(|one| one["recordName"].as_str().unwrap().starts_with('s'));
    new.count()
}

#[test]
fn a_missing_grant_stops_the_run_after_the_first_request_that_shows_it() {
    let rig = many(3000, |options| {
        let stadium = options.schema.types.remove("Stadium").unwrap();
        let stadium = stadium.revoke(Role::Icloud, Permission::Create);
        options.schema = std::mem::take(&mut options.schema).with_type("Stadium", stadium);
    });
    let sync = rig.run(&SYNC);
    assert_eq!(sync.code, 5, "{sync:?}");
    assert_eq!(rig.count("records/modify"), 1);
    assert!(sync.err.lines().count() < 12, "{sync:?}");
    assert!(
        sync.err
            .contains("Refused: 200 records: ACCESS_DENIED: CREATE operation not permitted"),
        "{sync:?}"
    );
    assert!(
        sync.err.contains("    Stadium s00000\n")
            && sync.err.contains("    and 197 more; --verbose lists them\n"),
        "{sync:?}"
    );
    assert!(sync.err.contains("Not attempted: 2,800 operations."), "{sync:?}");
    assert_eq!(
        sync.err.matches("Grant the operation to _icloud").count(),
        1,
        "{sync:?}"
    );
    assert!(
        sync.err.contains("skydeck resume") && !sync.err.contains("undo"),
        "{sync:?}"
    );
    assert_eq!(stadiums(&rig), 0);

    let document = rig.json(5, &["resume", "--yes"]);
    assert_eq!(
        document["refused"].as_array().unwrap().len(),
        400,
        "every one of them is in the document"
    );
    assert_eq!(
        (&document["notAttempted"], &document["created"]),
        (&json!(2600), &json!(0))
    );
}

#[test]
fn refusals_that_concern_all_stop_the_run_with_their_remedy() {
    for (code, reason, remedy) in [
        ("QUOTA_EXCEEDED", "Quota exceeded", "storage is full"),
        (
            "BAD_REQUEST",
            "Cannot create new type Stadium in production schema",
            "deploy the schema",
        ),
        (
            "BAD_REQUEST",
            "BadRequestException: Unexpected input",
            "skydeck doctor",
        ),
        (
            "BAD_REQUEST",
            "Field note not found in Stadium",
            "not in this environment's schema",
        ),
        ("ATOMIC_ERROR", "", "own message says why"),
        ("INVALID_ARGUMENTS", "", "skydeck doctor"),
    ] {
        let rig = many(450, |_| {});
        rig.faults(&json!([
            {"when": {"operation": "records/modify"}, "do": {"fail_record": {"record_name": "s*", "code": code, "reason": reason}}}
        ]));
        let sync = rig.run(&SYNC);
        assert_eq!(sync.code, 1, "{code}: {sync:?}");
        assert_eq!(rig.count("records/modify"), 1, "{code}: {sync:?}");
        assert!(
            sync.err.contains(remedy) && sync.err.contains("Not attempted: 250"),
            "{code} {reason}: {sync:?}"
        );
        // What was not attempted is so for a run to come.
        rig.faults(&json!([]));
        let before = stadiums(&rig);
        let resume = rig.run(&["resume", "--yes"]);
        assert_eq!(stadiums(&rig) - before, 250, "{code}: {resume:?}");
    }
}

#[test]
fn a_refusal_of_single_records_stops_nothing_and_is_told_once() {
    let rig = many(450, |_| {});
    rig.faults(&json!([
        {"when": {"operation": "records/modify"},
         "do": {"fail_record": {"record_name": "s000*", "code": "UNIQUE_FIELD_ERROR", "reason": "taken"}}}
    ]));
    let sync = rig.run(&SYNC);
    assert_eq!((sync.code, stadiums(&rig)), (3, 350), "{sync:?}");
    assert!(
        sync.err
            .contains("Refused: 100 records: UNIQUE_FIELD_ERROR: taken\n"),
        "{sync:?}"
    );
    assert!(
        sync.err.lines().count() < 8 && sync.err.contains("undo"),
        "{sync:?}"
    );

    let again = rig.run(&["sync", "--yes", "--verbose", "Stadium"]);
    let named = again
        .err
        .lines()
        .filter(|line| line.starts_with("    Stadium s000"))
        .count();
    assert_eq!(named, 100, "{again:?}");
    assert!(!again.err.contains("undo"), "nothing was applied: {again:?}");
    let document = rig.json(3, &SYNC);
    assert_eq!(document["refused"].as_array().map(Vec::len), Some(100));
}

#[test]
fn a_dry_run_that_says_more_says_each_change_once() {
    let rig = Rig::new();
    let dry = rig.run(&[
        "sync",
        "--dry-run",
        "--verbose",
        "--delete-orphans",
        "--max-delete-percent",
        "100",
    ]);
    for name in ["new_ground", "wembley", "highbury", "spurs"] {
        let lines: Vec<&str> = dry
            .data(0)
            .lines()
            .filter(|line| line.contains(&format!(" {name}")))
            .collect();
        assert_eq!(lines.len(), 1, "{name}: {lines:?}");
    }
    // Neither is it said twice before the question, which here nobody answers.
    let asked = rig.run(&["sync", "--verbose"]);
    let said = asked.out.clone() + &asked.err;
    assert_eq!(
        said.lines().filter(|line| line.contains(" wembley")).count(),
        1,
        "{asked:?}"
    );
    let written = rig.run(&["sync", "--verbose", "--yes"]);
    assert_eq!(
        written
            .out
            .lines()
            .filter(|line| line.contains(" wembley"))
            .count(),
        1,
        "{written:?}"
    );
    let cloud: Vec<Value> = rig.cloud();
    assert!(cloud.iter().any(|one| one["recordName"] == "spurs"));
}
