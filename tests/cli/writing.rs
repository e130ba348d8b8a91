//! `sync`, `apply`, `update`, `delete`, `import`, `delete-all`, `history`, `undo`, `resume`: what is said, and what the
//! cloud has afterwards.

use serde_json::{Value, json};

use super::Rig;

const BIG: [&str; 3] = ["--delete-orphans", "--max-delete-percent", "100"];

#[test]
fn a_sync_sends_what_differs_and_says_so_in_the_words_of_the_script() {
    let rig = Rig::new();
    let said = rig.run(&["sync", "--yes"]);
    assert_eq!(
        said.data(0),
        "Stadiums: 2 unchanged, 1 new, 1 updated, 1 deleted  (updated: capacity 1)\n\
         Teams: 1 unchanged, 1 new, 0 updated, 0 deleted\n\
         Would delete 1 orphan records (use --delete-orphans to confirm)\n\
         Created 2, Updated 1, Skipped 3 unchanged\n"
    );
    assert_eq!(
        said.err,
        "Run 1 is in the journal; undo it with: skydeck undo 1\n"
    );
    assert_eq!(rig.value("wembley", "capacity"), Some(json!(90000)));
    assert_eq!(
        rig.value("wembley", "note"),
        Some(json!("theirs")),
        "a foreign field is left alone"
    );
    assert!(rig.has("spurs") && rig.has("new_ground") && rig.has("highbury"));

    let sent = rig.count("records/modify");
    let again = rig.run(&["sync", "--yes"]);
    assert!(
        again
            .data(0)
            .ends_with("Created 0, Updated 0, Skipped 6 unchanged\n"),
        "{again:?}"
    );
    assert_eq!(
        rig.count("records/modify"),
        sent,
        "unchanged records are never sent"
    );

    let orphans = rig.run(&[&["sync", "--yes"], &BIG[..]].concat());
    assert!(
        orphans
            .data(0)
            .ends_with("Created 0, Updated 0, Deleted 1, Skipped 6 unchanged\n"),
        "{orphans:?}"
    );
    assert!(!rig.has("highbury"));
}

#[test]
fn a_dry_run_shows_each_operation_and_sends_none() {
    let rig = Rig::new();
    let said = rig.run(&[&["sync", "--dry-run"], &BIG[..]].concat());
    assert!(
        said.data(0).ends_with(
            "  + Stadium new_ground\n  ~ Stadium wembley: capacity: 82000 → 90000\n  + Team spurs\n  - Stadium highbury\n\
             Would create 2, update 1 and delete 1 records; nothing was sent\n"
        ),
        "{said:?}"
    );
    for args in [&["import", "--dry-run"][..], &["delete-all", "--dry-run"]] {
        assert!(
            rig.run(args).data(0).ends_with("; nothing was sent\n"),
            "{args:?}"
        );
    }
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn a_saved_plan_is_applied_as_it_is() {
    let rig = Rig::new();
    let saved = rig.run(&["sync", "--save-plan", "plan.json"]);
    saved.data(0);
    assert_eq!(
        saved.err,
        "3 operations in plan.json; nothing was sent. Carry them out with: skydeck apply plan.json\n"
    );
    assert_eq!(rig.count("records/modify"), 0);
    // What the files say later is no part of it; they must be in order, and have what is not to be deleted.
    let later = rig.read("data/teams.json").replace("\"Spurs\"", "\"Tottenham\"");
    rig.write("data/teams.json", &later);
    let applied = rig.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.data(0), "Created 2, Updated 1, Skipped 3 unchanged\n");
    assert_eq!(rig.value("spurs", "name"), Some(json!("Spurs")));
}

#[test]
fn one_record_is_changed_and_what_nobody_named_stays() {
    let rig = Rig::new();
    let said = rig.run(&[
        "update",
        "Stadium",
        "wembley",
        "capacity=90001",
        "location=51.5, -0.25",
        "name=",
        "--yes",
    ]);
    assert_eq!(said.data(0), "Created 0, Updated 1, Skipped 0 unchanged\n");
    assert_eq!(rig.value("wembley", "capacity"), Some(json!(90001)));
    assert_eq!(rig.value("wembley", "name"), Some(json!("")));
    assert_eq!(rig.value("wembley", "location").unwrap()["latitude"], json!(51.5));
    assert_eq!(rig.value("wembley", "note"), Some(json!("theirs")));
    rig.run(&["update", "Stadium", "wembley", "--clear", "opened", "--yes"])
        .data(0);
    assert_eq!(rig.value("wembley", "opened"), Some(Value::Null));
    let sent = rig.count("records/modify");
    let same = rig.run(&["update", "Stadium", "wembley", "capacity=90001"]);
    assert_eq!(same.data(0), "Stadium wembley has these values already.\n");
    assert_eq!(rig.count("records/modify"), sent);
}

#[test]
fn one_record_is_deleted_and_comes_back() {
    let rig = Rig::new();
    let before = rig.value("highbury", "note");
    let said = rig.run(&["delete", "Stadium", "highbury", "--force"]);
    assert_eq!(
        said.data(0),
        "Created 0, Updated 0, Deleted 1, Skipped 0 unchanged\n"
    );
    assert!(!rig.has("highbury"));
    assert_eq!(
        rig.run(&["undo", "1", "--yes"]).data(0),
        "Created 1, Updated 0, Skipped 0 unchanged\n"
    );
    assert_eq!(
        rig.value("highbury", "note"),
        before,
        "foreign fields come back too"
    );
}

#[test]
fn an_import_replaces_records_whole_and_says_so_first() {
    let rig = Rig::new();
    let said = rig.run(&["import", "Stadium", "--yes"]);
    assert_eq!(said.data(0), "Created 1, Updated 3, Skipped 0 unchanged\n");
    assert!(
        said.err
            .starts_with("Import replaces records whole, fields that skydeck.toml does not name included")
    );
    assert_eq!(rig.value("wembley", "note"), Some(Value::Null));
    rig.run(&["undo", "1", "--yes"]).data(0);
    assert_eq!(rig.value("wembley", "note"), Some(json!("theirs")));
}

#[test]
fn a_whole_type_is_deleted_and_the_other_is_left() {
    let rig = Rig::new();
    let said = rig.run(&["delete-all", "Stadium", "--force"]);
    assert_eq!(
        said.data(0),
        "Created 0, Updated 0, Deleted 4, Skipped 0 unchanged\n"
    );
    let left: Vec<Value> = rig
        .cloud()
        .iter()
        .map(|record| record["recordName"].clone())
        .collect();
    assert_eq!(left, ["liverpool"]);
}

#[test]
fn history_lists_runs_and_undo_takes_one_back_once() {
    let rig = Rig::new();
    let nothing = rig.run(&["history"]);
    assert_eq!(
        (nothing.data(0), nothing.err.as_str()),
        (
            "",
            "Nothing was written to development of iCloud.com.example.football yet.\n"
        )
    );
    let names = |rig: &Rig| -> Vec<Value> { rig.cloud().iter().map(|one| one["fields"].clone()).collect() };
    let before = names(&rig);
    rig.run(&[&["sync", "--yes"], &BIG[..]].concat()).data(0);
    let undone = rig.run(&["undo", "1", "--yes"]);
    assert_eq!(
        undone.data(0),
        "Created 1, Updated 1, Deleted 2, Skipped 0 unchanged\n"
    );
    assert_eq!(names(&rig), before);

    let listed = rig.run(&["history"]);
    let lines: Vec<&str> = listed.data(0).lines().collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let sync = lines.iter().find(|line| line.contains(" sync ")).unwrap();
    assert!(
        sync.contains("done") && sync.ends_with("4 applied, undone by 2"),
        "{sync}"
    );
    let one = rig.run(&["history", "1"]);
    assert!(
        one.data(0)
            .contains("\napplied         ~ Stadium wembley: capacity: 82000 → 90000"),
        "{one:?}"
    );
    let twice = rig.run(&["undo", "1", "--yes"]);
    assert_eq!(twice.refusal(1), "Error: run 1 was undone already, by run 2\n");
}

#[test]
fn what_the_service_refuses_is_done_in_part() {
    let rig = Rig::new();
    rig.faults(&json!([{"when": {"operation": "records/modify"},
        "do": {"fail_record": {"record_name": "wembley", "code": "ACCESS_DENIED", "reason": "no"}}}]));
    let said = rig.run(&["sync", "--yes"]);
    assert!(
        said.data(3)
            .ends_with("Created 2, Updated 0, Skipped 3 unchanged\n"),
        "{said:?}"
    );
    assert!(
        said.err.contains("Refused: Stadium wembley: ACCESS_DENIED"),
        "{said:?}"
    );
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_told() {
    let rig = Rig::new();
    // Between the comparison and the first write.
    rig.faults(
        &json!([{"when": {"operation": "records/modify", "to": 1}, "do": {"foreign_write":
        {"record_name": "wembley", "fields": {"capacity": {"value": 7, "type": "INT64"}}}}}]),
    );
    let said = rig.run(&["sync", "--yes"]);
    assert!(
        said.data(0)
            .ends_with("Created 2, Updated 1, Skipped 3 unchanged\n"),
        "{said:?}"
    );
    assert!(
        said.err.contains("Overwritten: Stadium wembley, which somebody else had changed since the comparison:\n    capacity: 82000 → 7\n"),
        "{said:?}"
    );
    assert_eq!(rig.value("wembley", "capacity"), Some(json!(90000)));
}

#[test]
fn resume_has_nothing_to_do_after_a_whole_run() {
    let rig = Rig::in_sync();
    assert_eq!(rig.run(&["resume"]).data(0), "No run was interrupted.\n");
}

#[test]
fn a_type_with_a_mistake_in_its_file_is_not_synced_and_the_others_are() {
    let rig = Rig::new();
    rig.write(
        "data/stadiums.json",
        "[{\"id\": \"anfield\", \"capacity\": \"many\"}]",
    );
    let said = rig.run(&["sync", "--yes"]);
    assert!(
        said.data(3)
            .ends_with("Created 1, Updated 0, Skipped 1 unchanged\n"),
        "{said:?}"
    );
    assert!(
        said.err
            .contains("Error: Stadium could not be compared, and is not synced:\n"),
        "{said:?}"
    );
    assert!(rig.has("spurs") && !rig.has("new_ground"));
    // With --delete-orphans nothing at all is sent: what could not be read might be missed.
    let sent = rig.count("records/modify");
    rig.run(&["sync", "--yes", "--delete-orphans"]).data(4);
    assert_eq!(rig.count("records/modify"), sent);
}
