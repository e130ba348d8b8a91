//! Standard output that cannot be written: a full disk is a failure that is reported; a reader that went away is not.

use std::fs::File;
use std::process::{Command, Stdio};

use clap::CommandFactory as _;
use skydeck::cli::args::Cli;

use super::Rig;
use super::rig::Said;

/// One command line for each command that prints data, and more for those that print in several ways.
const COMMANDS: &[&[&str]] = &[
    &["--help"],
    &["--version"],
    &["sync", "--help"],
    &[],
    &["diff"],
    &["diff", "--verbose"],
    &["diff", "--json"],
    &["sync", "--dry-run"],
    &["sync", "--dry-run", "--json"],
    &["sync", "--yes"],
    &["sync", "--yes", "--json"],
    &["sync", "--save-plan", "other.json", "--json"],
    &["apply", "plan.json", "--yes"],
    &["apply", "plan.json", "--yes", "--json"],
    &["verify"],
    &["verify", "--deep"],
    &["verify", "--json"],
    &["list", "Stadium"],
    &["list", "Stadium", "--count"],
    &["list", "Stadium", "--json"],
    &["get", "Stadium", "wembley"],
    &["get", "Stadium", "wembley", "--json"],
    &["update", "Stadium", "wembley", "capacity=1", "--yes"],
    &["update", "Stadium", "wembley", "capacity=1", "--yes", "--json"],
    &["delete", "Stadium", "highbury", "--force"],
    &["delete", "Stadium", "highbury", "--force", "--json"],
    &["export", "Stadium"],
    &["export", "Stadium", "-o", "stadiums.json", "--json"],
    &["import", "--yes"],
    &["import", "--dry-run"],
    &["delete-all", "--dry-run"],
    &["delete-all", "--force"],
    &["history"],
    &["history", "1"],
    &["history", "--json"],
    &["undo", "1", "--yes"],
    &["undo", "1", "--dry-run"],
    &["resume"],
    &["resume", "--json"],
    &["doctor"],
    &["doctor", "--json"],
    &["init", "--template", "--json"],
    &["emulator"],
    &["emulator", "--json"],
    &["completions", "bash"],
    &["man"],
    // The document of a failure is data too.
    &["get", "Stadium", "nobody", "--json"],
];

/// A cloud to read and to write, a run to undo, a plan to apply.
fn prepared(args: &[&str]) -> Rig {
    let rig = Rig::new();
    rig.run(&["update", "Stadium", "anfield", "capacity=2", "--yes"])
        .data(0);
    rig.run(&["sync", "--save-plan", "plan.json"]).data(0);
    if args.first() == Some(&"init") {
        std::fs::remove_file(rig.path("skydeck.toml")).unwrap();
    }
    rig
}

fn ended(command: &mut Command, out: impl Into<Stdio>) -> Said {
    command
        .stdout(out)
        .stderr(Stdio::piped())
        .output()
        .unwrap()
        .into()
}

#[test]
fn the_list_has_every_command() {
    let program = Cli::command();
    for command in program.get_subcommands() {
        let listed = COMMANDS
            .iter()
            .any(|args| args.first() == Some(&command.get_name()));
        assert!(listed, "{} is not in the list", command.get_name());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_it_is_a_failure_with_a_message() {
    for args in COMMANDS {
        let rig = prepared(args);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let said = ended(&mut rig.command(args), full);
        assert_eq!(said.code, 1, "{args:?}: {said:?}");
        let message = "Error: standard output cannot be written: No space left on device";
        assert_eq!(said.err.matches(message).count(), 1, "{args:?}: {said:?}");
    }
}

#[test]
fn a_reader_that_went_away_changes_no_exit_code() {
    // The emulator serves on: whoever started it may have read what it needed.
    let ends = |args: &&&[&str]| args.first() != Some(&"emulator");
    for args in COMMANDS.iter().filter(ends) {
        let usual = prepared(args).run(args).code;
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let said = ended(&mut prepared(args).command(args), writer);
        assert_eq!(said.code, usual, "{args:?}: {said:?}");
        assert!(!said.err.contains("standard output"), "{args:?}: {said:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_gives_its_account_on_standard_error_instead() {
    for args in [&["sync", "--yes"][..], &["sync", "--yes", "--json"]] {
        let rig = Rig::new();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let said = ended(&mut rig.command(args), full);
        // The cloud has it: the account must say so.
        assert!(rig.has("new_ground") && rig.has("spurs"));
        for part in [
            "Created 2, Updated 1, Skipped 3 unchanged\n",
            "Run 1 is in the journal; undo it with: skydeck undo 1\n",
        ] {
            assert_eq!(said.err.matches(part).count(), 1, "{args:?}: {said:?}");
        }
    }
}
