//! `kill -9` in the middle of a sync: found by the next start, settled by lookups, finished by `resume`.

use std::process::Stdio;

use serde_json::{Value, json};

use super::Rig;
use super::rig::until;

fn record<'a>(records: &'a [Value], name: &Value) -> &'a Value {
    records.iter().find(|one| &one["recordName"] == name).unwrap()
}

#[test]
fn a_killed_sync_is_finished_and_nothing_is_sent_twice() {
    let rig = Rig::new();
    rig.many_stadiums(600);
    rig.configure("[limits]\nin_flight = 1\n");
    // The second batch is carried out, and its answer never comes.
    rig.faults(&json!([{"when": {"operation": "records/modify", "from": 2}, "do": {"delay_ms": 600_000}}]));
    let mut sync = rig.command(&["sync", "Stadium", "--yes"]);
    let mut sync = sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("a second batch is in the cloud", || {
        (rig.cloud().len() > 205).then_some(())
    });
    sync.kill().unwrap();
    sync.wait().unwrap();
    let before = rig.cloud();
    rig.faults(&json!([]));

    let history = rig.run(&["history"]);
    assert!(
        history.data(0).contains(" interrupted ") && history.out.contains(" sent, 200 applied"),
        "{history:?}"
    );
    let doctor = rig.run(&["doctor"]);
    assert!(
        doctor.data(1).contains("run 1 was interrupted") && doctor.out.contains("skydeck resume"),
        "{doctor:?}"
    );

    let resumed = rig.json(0, &["resume", "--yes"]);
    assert_eq!(
        [
            &resumed["run"],
            &resumed["notAttempted"],
            &resumed["unknown"],
            &resumed["conflicted"]
        ],
        [&json!(1), &json!(0), &json!(0), &json!([])]
    );
    let after = rig.cloud();
    assert_eq!(after.len(), 605, "600 new ones beside the 5 that were there");
    for one in &before {
        let now = record(&after, &one["recordName"]);
        assert_eq!(now["recordChangeTag"], one["recordChangeTag"], "written twice");
    }
    let verdict = rig.json(2, &["verify", "Stadium", "--deep"]);
    assert_eq!(
        [
            &verdict["types"][0]["missing"],
            &verdict["types"][0]["mismatched"]
        ],
        [&json!([]), &json!([])]
    );
    assert_eq!(rig.run(&["resume", "--yes"]).data(0), "No run was interrupted.\n");
    // And it can be taken back as a whole.
    rig.run(&["undo", "1", "--yes"]).data(0);
    assert_eq!(rig.cloud().len(), 5);
}
