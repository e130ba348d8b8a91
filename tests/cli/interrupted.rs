//! Runs that something breaks off: a full disk, a second signal, a kill. What was written is told, and the way on.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::Rig;
use super::rig::{Said, until};

/// Runs the program where no file can grow beyond so many kilobytes: as on a full disk, writing then fails.
fn run_on_a_small_disk(rig: &Rig, kilobytes: usize, args: &[&str]) -> Said {
    let plain = rig.command(args);
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(r#"trap "" XFSZ; ulimit -f "$0"; exec "$@""#)
        .arg(kilobytes.to_string())
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(plain.get_current_dir().unwrap())
        .stdin(Stdio::null());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.output().unwrap().into()
}

/// Six hundred stadiums to create, a request after the other.
fn six_hundred() -> Rig {
    stadiums(600)
}

fn stadiums(count: usize) -> Rig {
    let rig = Rig::new();
    rig.many_stadiums(count);
    rig.configure("[limits]\nin_flight = 1\n");
    rig
}

/// Names in the cloud that the files have.
fn written(rig: &Rig) -> BTreeSet<String> {
    let all = rig.cloud();
    let names = all
        .iter()
        .map(|record| record["recordName"].as_str().unwrap().to_owned());
    names.filter(|name| name.starts_with("s0")).collect()
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn a_full_disk_in_mid_run_does_not_take_the_account_along() {
    let mut in_mid_run = 0;
    // The journal of the whole run takes about a megabyte; it fills up at another point each time.
    for kilobytes in (200..1400).step_by(100) {
        let rig = six_hundred();
        let args = ["sync", "Stadium", "--yes", "--json"];
        let said = run_on_a_small_disk(&rig, kilobytes, &args);
        let written = written(&rig);
        if written.is_empty() {
            // It was full before the first request: nothing was sent, and that is what is said.
            assert_eq!(said.code, 1, "{kilobytes}: {said:?}");
            continue;
        }
        let report: Value = serde_json::from_str(&said.out).unwrap();
        let (created, unknown) = (count(&report["created"]), count(&report["unknown"]));
        assert!(
            created <= written.len() && written.len() <= created + unknown,
            "{kilobytes}: {report}"
        );
        if said.code == 0 {
            assert_eq!(
                (written.len(), &report["stopped"]),
                (600, &json!(null)),
                "{report}"
            );
            continue;
        }
        in_mid_run += 1;
        assert_eq!(
            (said.code, &report["run"]),
            (1, &json!(1)),
            "{kilobytes}: {said:?}"
        );
        assert!(
            report["stopped"].as_str().unwrap().contains("journal"),
            "{report}"
        );
        assert!(
            said.err.contains("skydeck resume") && said.err.contains("skydeck undo 1"),
            "{said:?}"
        );
        let only_here: BTreeSet<String> = report["inMemory"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        assert!(only_here.is_subset(&written), "{kilobytes}: {report}");
        // With room again, both ways on work.
        if in_mid_run % 2 == 0 {
            rig.run(&["undo", "1", "--yes"]).data(0);
            assert_eq!(self::written(&rig).len(), 0, "{kilobytes}");
        } else {
            rig.run(&["resume", "--yes"]).data(0);
            assert_eq!(self::written(&rig).len(), 600, "{kilobytes}");
        }
    }
    assert!(in_mid_run > 1, "the disk was never full in mid-run");
}

fn signal(child: &Child) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}

/// A sync of two batches that is asked to end twice, the second time while the answer to its second batch is out. A third
/// batch would be told as not attempted or as unknown, depending on how much time passes between the signals.
fn ended_twice(rig: &Rig, args: &[&str]) -> Said {
    // The second batch is carried out, and its answer never comes.
    rig.faults(&json!([{"when": {"operation": "records/modify", "from": 2}, "do": {"delay_ms": 600_000}}]));
    let mut command = rig.command(args);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("a second batch is in the cloud", || {
        (written(rig).len() == 400).then_some(())
    });
    signal(&child);
    let mut talk = BufReader::new(child.stderr.take().unwrap()).lines();
    talk.find(|line| line.as_ref().unwrap().starts_with("Stopping after"))
        .unwrap()
        .unwrap();
    signal(&child);
    let rest: Vec<String> = talk.map_while(Result::ok).collect();
    let output = child.wait_with_output().unwrap();
    rig.faults(&json!([]));
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: rest.join("\n"),
    }
}

#[test]
fn a_second_signal_still_gives_the_account() {
    let rig = stadiums(400);
    let said = ended_twice(&rig, &["sync", "Stadium", "--yes"]);
    assert!(
        said.data(130)
            .contains("Created 200, Updated 0, Skipped 0 unchanged\n"),
        "{said:?}"
    );
    for line in [
        "Sent, outcome not known yet: 200 operations.",
        "Cancelled.",
        "Run 1 is in the journal; finish it with: skydeck resume, or undo it with: skydeck undo 1",
    ] {
        assert!(said.err.contains(line), "{line} is not in: {said:?}");
    }
    rig.run(&["resume", "--yes"]).data(0);
    assert_eq!(written(&rig).len(), 400);
}

#[test]
fn a_second_signal_still_gives_the_document() {
    let rig = stadiums(400);
    let said = ended_twice(&rig, &["sync", "Stadium", "--yes", "--json"]);
    let report: Value = serde_json::from_str(said.data(130)).unwrap();
    assert_eq!(
        [
            &report["run"],
            &report["created"],
            &report["unknown"],
            &report["notAttempted"],
            &report["stopped"]
        ],
        [
            &json!(1),
            &json!(200),
            &json!(200),
            &json!(0),
            &json!("cancelled")
        ]
    );
    assert!(said.err.contains("skydeck resume"), "{said:?}");
}

/// A sync that is killed while the answer to its n-th batch of 200 is out.
fn killed(rig: &Rig, batch: usize) {
    rig.faults(
        &json!([{"when": {"operation": "records/modify", "from": batch}, "do": {"delay_ms": 600_000}}]),
    );
    let mut command = rig.command(&["sync", "Stadium", "--yes"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("the batch is in the cloud", || {
        (written(rig).len() == 200 * batch).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    rig.faults(&json!([]));
}

#[test]
fn a_killed_run_is_told_of_by_whoever_looks_next() {
    let rig = six_hundred();
    killed(&rig, 2);
    for args in [
        &["diff", "Stadium"][..],
        &["sync", "Stadium", "--dry-run"],
        &["diff", "Stadium", "--json"],
        &["sync", "Stadium", "--dry-run", "--json"],
    ] {
        let said = rig.run(args);
        let told = "Finish it with: skydeck resume, or undo it with: skydeck undo 1";
        assert!(
            said.err.contains("Run 1 (sync) was interrupted: "),
            "{args:?}: {said:?}"
        );
        assert!(said.err.contains(told), "{args:?}: {said:?}");
        if args.contains(&"--json") {
            let document: Value = serde_json::from_str(&said.out).unwrap();
            let run = &document["interrupted"];
            assert_eq!(
                [&run["run"], &run["kind"], &run["resumable"], &run["resolved"]],
                [&json!(1), &json!("sync"), &json!(true), &json!(false)]
            );
            // The third batch may have been announced to the journal as well.
            let (unknown, left) = (count(&run["unknown"]), count(&run["notAttempted"]));
            assert!(unknown >= 200 && unknown + left == 400, "{run}");
        }
    }
    // The next sync finds out what became of it before it begins a run of its own.
    let document = rig.json(0, &["sync", "Stadium", "--yes"]);
    assert_eq!([&document["created"], &document["run"]], [&json!(200), &json!(2)]);
    assert_eq!(document["interrupted"]["unknown"], json!(0));
    let runs = rig.json(0, &["history"]);
    assert_eq!(
        runs["runs"][1]["states"],
        json!({ "applied": 400, "not-attempted": 200 })
    );
    let quiet = rig.run(&["diff", "Stadium"]);
    assert!(!quiet.err.contains("interrupted"), "{quiet:?}");
    // What the killed run wrote can be taken back, and nothing else is.
    rig.run(&["undo", "2", "--yes"]).data(0);
    rig.run(&["undo", "1", "--yes"]).data(0);
    assert_eq!(written(&rig).len(), 0);
}

#[test]
fn a_killed_run_whose_writes_have_all_landed_does_not_stay_interrupted() {
    let rig = six_hundred();
    killed(&rig, 3);
    let said = rig.run(&["sync", "Stadium", "--yes"]);
    assert!(said.err.contains("Run 1 was interrupted."), "{said:?}");
    assert!(
        said.data(0)
            .contains("Created 0, Updated 0, Skipped 600 unchanged")
    );
    let runs = rig.json(0, &["history"]);
    assert_eq!(
        [&runs["runs"][0]["states"], &runs["runs"][0]["ending"]],
        [&json!({ "applied": 600 }), &json!("done")]
    );
    assert_eq!(rig.run(&["resume", "--yes"]).data(0), "No run was interrupted.\n");
    let doctor = rig.run(&["doctor"]);
    assert!(!doctor.out.contains("interrupted"), "{doctor:?}");
}
