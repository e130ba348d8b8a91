//! Exit code 64 says that the command line is wrong, and nothing else: what the machine refuses is 1.

use super::Rig;
use super::rig::run;

/// Files and folders that cannot be used: nobody has typed a command wrongly.
#[test]
fn what_the_machine_refuses_is_no_wrong_usage() {
    let rig = Rig::new();
    std::fs::create_dir(rig.path("folder")).unwrap();
    for (args, object) in [
        (&["diff", "--log", "missing/run.log"][..], "missing/run.log"),
        (&["diff", "--log", "folder"], "folder"),
        (&["diff", "--state", "key.pem"], "key.pem"),
        (&["apply", "missing.json", "--yes"], "missing.json"),
        (&["apply", "folder", "--yes"], "folder"),
        (&["init"], "skydeck.toml"),
        (&["init", "--template"], "skydeck.toml"),
        (&["emulator", "--schema", "missing.ckdb"], "missing.ckdb"),
        (&["emulator", "--store", "folder"], "folder"),
    ] {
        let said = rig.run(args);
        assert!(said.refusal(1).contains(object), "{args:?}: {said:?}");
    }
    for args in [&["emulator"][..], &["--demo", "diff"]] {
        let command = &mut rig.command(args);
        let said = super::rig::Said::from(command.env("TMPDIR", rig.path("missing")).output().unwrap());
        assert!(said.refusal(1).contains("missing"), "{args:?}: {said:?}");
    }
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn nor_is_the_state_of_the_folder_or_of_the_journal() {
    let empty = tempfile::tempdir().unwrap();
    for args in [&["diff"][..], &["init"], &["init", "missing"], &["emulator"]] {
        let said = run(empty.path(), args);
        assert_eq!(said.code, 1, "{args:?}: {said:?}");
    }
    let rig = Rig::new();
    rig.run(&["sync", "--yes"]).data(0);
    rig.run(&["undo", "1", "--yes"]).data(0);
    rig.run(&["undo", "1", "--yes"]).refusal(1);
    rig.run(&["undo", "9", "--yes"]).refusal(1);
}

#[test]
fn a_command_that_cannot_be_carried_out_as_typed_is() {
    let rig = Rig::new();
    for args in [
        &["diff", "Foo"][..],
        &["get", "Foo", "x"],
        &["update", "Stadium", "wembley", "seats=1", "--yes"],
        &["update", "Stadium", "wembley", "capacity=many", "--yes"],
        &["update", "Stadium", "wembley", "--yes"],
        &["diff", "--endpoint", "nowhere"],
        &["undo", "one"],
    ] {
        let said = rig.run(args);
        assert_eq!(said.code, 64, "{args:?}: {said:?}");
    }
    assert_eq!(rig.emulator.requests().len(), 0);
}
