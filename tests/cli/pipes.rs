//! A named pipe where a file should be: nobody writes to it, so whoever opened it would wait for ever.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Rig;
use super::rig::{Said, until};

fn pipe(path: &Path) {
    let _ = std::fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command that must come to its end by itself.
#[track_caller]
fn ended(mut command: Command, args: &[&str]) -> Said {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    until(&format!("{args:?} ends"), || running.0.try_wait().unwrap());
    let mut said = Said {
        code: running.0.wait().unwrap().code().unwrap_or(-1),
        out: String::new(),
        err: String::new(),
    };
    std::io::Read::read_to_string(running.0.stdout.as_mut().unwrap(), &mut said.out).unwrap();
    std::io::Read::read_to_string(running.0.stderr.as_mut().unwrap(), &mut said.err).unwrap();
    said
}

#[test]
fn a_data_file() {
    let rig = Rig::new();
    pipe(&rig.path("data/stadiums.json"));
    for args in [
        &["diff"][..],
        &["diff", "--verbose"],
        &["sync", "--yes"],
        &["sync", "--delete-orphans", "--yes"],
        &["verify"],
        &["verify", "--deep"],
        &["import", "Stadium", "--yes"],
        &["doctor"],
    ] {
        let said = ended(rig.command(args), args);
        assert_ne!(said.code, 0, "{args:?}: {said:?}");
        let told = format!("{}{}", said.out, said.err);
        assert!(
            told.contains("stadiums.json: cannot be read: it is a named pipe; a regular file is needed"),
            "{args:?}: {told}"
        );
    }
    // The file is not what these are about.
    for args in [
        &["get", "Stadium", "wembley"][..],
        &["list", "Stadium"],
        &["export", "Stadium"],
    ] {
        assert_eq!(ended(rig.command(args), args).code, 0, "{args:?}");
    }
    let cloud = rig.cloud();
    assert!(
        cloud.iter().any(|record| record["recordName"] == "highbury"),
        "nothing was deleted"
    );
}

#[test]
fn every_other_file_that_is_read() {
    let rig = Rig::new();
    pipe(&rig.path("pipe"));
    for args in [
        &["diff", "--config", "pipe"][..],
        &["apply", "pipe", "--yes"],
        &["init", "--schema", "pipe", "data"],
        &["emulator", "--schema", "pipe", "--container", "iCloud.x"],
        &["emulator", "--script", "pipe"],
        &["emulator", "--load", "pipe"],
        &["emulator", "--key-id", "ab", "--public-key", "pipe"],
        &["diff", "--log", "pipe"],
        &["doctor", "--config", "pipe"],
        &["update", "Stadium", "wembley", "name=@pipe", "--yes"],
    ] {
        if args[0] == "init" {
            std::fs::remove_file(rig.path("skydeck.toml")).unwrap();
        }
        let said = ended(rig.command(args), args);
        assert_eq!(said.code, 1, "{args:?}: {said:?}");
        let told = format!("{}{}", said.out, said.err);
        assert!(told.contains("is a named pipe"), "{args:?}: {told}");
        rig.configure("");
    }
    let mut command = rig.command(&["diff"]);
    command.env("CLOUDKIT_PRIVATE_KEY_PATH", rig.path("pipe"));
    let said = ended(command, &["diff"]);
    assert!(said.refusal(1).contains("it is a named pipe"), "{said:?}");
}

#[test]
fn files_that_init_looks_at() {
    let folder = tempfile::tempdir().unwrap();
    pipe(&folder.path().join("games.json"));
    std::fs::write(folder.path().join("teams.json"), super::rig::teams().to_string()).unwrap();
    let args = ["init"];
    let said = ended(super::rig::skydeck(folder.path(), &args), &args);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.err
            .contains("  not games.json: cannot be read: it is a named pipe"),
        "{said:?}"
    );
    assert!(said.err.contains("  Team from teams.json, 2 records"), "{said:?}");
}
