//! The flags of the script that Skydeck replaces: understood as they were, in any order, among flags of our own.

use serde_json::json;

use super::Rig;

#[test]
fn each_flag_is_the_command_it_stands_for() {
    let rig = Rig::in_sync();
    rig.write("data/teams.json", &json!([super::rig::teams()[0]]).to_string());
    for (script, ours) in [
        ("--diff", "diff"),
        ("--diff --verbose", "diff --verbose"),
        ("--verify", "verify"),
        ("--verify-deep", "verify --deep"),
        ("--list Team", "list Team"),
        ("--list Team --count", "list Team --count"),
        ("--get Team spurs", "get Team spurs"),
        ("--smart-sync --dry-run", "sync --dry-run"),
        (
            "--dry-run --delete-orphans --smart-sync",
            "sync --delete-orphans --dry-run",
        ),
    ] {
        let run = |line: &str| rig.run(&line.split(' ').collect::<Vec<_>>());
        let (script_said, ours_said) = (run(script), run(ours));
        assert_eq!(
            (script_said.code, &script_said.out, &script_said.err),
            (ours_said.code, &ours_said.out, &ours_said.err),
            "{script}"
        );
        assert_ne!(ours_said.code, 64, "{ours_said:?}");
    }
}

#[test]
fn flags_of_our_own_may_stand_before_and_after() {
    let rig = Rig::in_sync();
    // A configuration whose name is that of a command.
    std::fs::rename(rig.path("skydeck.toml"), rig.path("sync")).unwrap();
    for line in [
        "--config sync --diff",
        "--diff --config sync",
        "--config=sync --diff --verbose",
        "-e development --config sync --verify-deep",
        "--verify --config sync -e development",
        "--config sync --list Team --count",
        "--count --config sync --list Team",
        "--json --config sync --get Team spurs",
    ] {
        rig.run(&line.split(' ').collect::<Vec<_>>()).data(0);
    }
}

#[test]
fn the_script_writes_without_a_question_and_deletes_with_one() {
    let rig = Rig::new();
    let synced = rig.run(&["--smart-sync"]);
    assert!(
        synced
            .data(0)
            .ends_with("Created 2, Updated 1, Skipped 3 unchanged\n"),
        "{synced:?}"
    );
    let updated = rig.run(&["--update-record", "Stadium", "wembley", "capacity=5"]);
    assert_eq!(updated.data(0), "Created 0, Updated 1, Skipped 0 unchanged\n");
    assert_eq!(rig.value("wembley", "capacity"), Some(json!(5)));
    let unforced = rig.run(&["--delete-record", "Stadium", "highbury"]);
    assert!(unforced.data(4).is_empty() && rig.has("highbury"), "{unforced:?}");
    rig.run(&["--force", "--delete-record", "Stadium", "highbury"])
        .data(0);
    assert!(!rig.has("highbury"));
    rig.load(&[super::rig::in_cloud("late", "Late", 1, [0.0, 0.0])]);
    let orphans = rig.run(&["--smart-sync", "--delete-orphans"]);
    assert_eq!(
        orphans.code, 4,
        "deleting is not agreed to by a flag of old: {orphans:?}"
    );
    assert!(rig.has("late"));
}

#[test]
fn in_production_no_old_flag_counts_as_a_yes() {
    let rig = Rig::new();
    for line in ["--smart-sync", "--update-record Stadium wembley capacity=5"] {
        let args = format!("-e production --unlock production {line}");
        let said = rig.run(&args.split(' ').collect::<Vec<_>>());
        assert_ne!(said.code, 0, "{said:?}");
    }
    assert_eq!(rig.count("records/modify"), 0);
}
