//! Bounds that make no sense: refused where they are read, so that none of them can switch a guard off.

use serde_json::json;

use super::Rig;
use super::rig::in_cloud;

/// A cloud of which `sync --delete-orphans` would delete more than half, and which keeps what it has.
fn guarded() -> Rig {
    let rig = Rig::new();
    let orphans = ["roker_park", "ayresome_park", "maine_road", "the_dell"];
    rig.load(&orphans.map(|name| in_cloud(name, "Orphan", 1, [54.9, -1.4])));
    rig
}

#[test]
fn a_share_that_is_none_is_wrong_usage() {
    let rig = guarded();
    let before = rig.cloud();
    for share in [
        "nan", "NaN", "-nan", "inf", "infinity", "1e999", "101", "100.1", "-1", "", "all", "25%",
    ] {
        let flag = format!("--max-delete-percent={share}");
        let said = rig.run(&["sync", "--delete-orphans", "--yes", &flag]);
        assert_eq!(said.code, 64, "{share}: {said:?}");
        assert!(
            share.is_empty() || said.err.contains("expected a number from 0 to 100"),
            "{share}: {said:?}"
        );
    }
    for count in ["nan", "inf", "-1", "1e3", "99999999999999999999999"] {
        let flag = format!("--max-deletes={count}");
        rig.run(&["sync", "--delete-orphans", "--yes", &flag]).refusal(64);
    }
    assert_eq!(rig.cloud(), before);
    // The guard itself stands: five of eight are more than a quarter.
    rig.run(&["sync", "--delete-orphans", "--yes"]).data(4);
    rig.run(&[
        "sync",
        "--delete-orphans",
        "--yes",
        "--max-delete-percent",
        "62.4",
    ])
    .data(4);
    assert_eq!(rig.cloud(), before);
    rig.run(&[
        "sync",
        "--delete-orphans",
        "--yes",
        "--max-delete-percent",
        "62.5",
    ])
    .data(0);
    assert!(!rig.has("roker_park"));
}

#[test]
fn nor_does_the_configuration_take_one() {
    let rig = guarded();
    let before = rig.cloud();
    for share in [
        "nan", "-nan", "inf", "+inf", "101", "100.1", "-1", "true", "\"25\"",
    ] {
        rig.configure(&format!("[limits]\nmax_delete_percent = {share}\n"));
        let said = rig.run(&["sync", "--delete-orphans", "--yes"]);
        let expected = "expected a number from 0 to 100";
        assert!(said.refusal(1).contains(expected), "{share}: {said:?}");
    }
    for limit in [
        "max_deletes = -1",
        "max_deletes = nan",
        "max_wait_seconds = inf",
        "in_flight = 0",
    ] {
        rig.configure(&format!("[limits]\n{limit}\n"));
        rig.run(&["sync", "--delete-orphans", "--yes"]).refusal(1);
    }
    assert_eq!(rig.cloud(), before);
    rig.configure("[limits]\nmax_delete_percent = 62.5\n");
    rig.run(&["sync", "--delete-orphans", "--yes"]).data(0);
}

#[test]
fn nor_do_the_emulator_and_its_scripts() {
    let rig = Rig::new();
    for (flag, nonsense) in [
        (
            "--latency",
            &[
                "nan",
                "nanms",
                "infs",
                "1e9ms",
                "-1ms",
                "99999999999999999999999m",
            ][..],
        ),
        ("--requests-per-second", &["nan", "inf", "0", "-1", "1e999"]),
        ("--page-limit", &["0", "201", "nan"]),
    ] {
        for value in nonsense {
            rig.run(&["emulator", &format!("{flag}={value}")]).refusal(64);
        }
    }
    for probability in ["1.5", "-0.1", "1e999", "NaN", "\"nan\""] {
        let rule = json!([{"when": {"probability": "P"}, "do": {"status": 503}}]).to_string();
        rig.write("script.json", &rule.replace("\"P\"", probability));
        rig.run(&["emulator", "--script", "script.json"]).refusal(1);
    }
}
