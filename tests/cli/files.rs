//! Files that commands write: nothing is replaced unasked, nothing that Skydeck needs is replaced at all, and nobody but
//! the owner can read them.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Rig;
use super::rig::{Said, in_cloud, skydeck};

/// The two commands that write a file named by the user, with what goes in front of its name.
const WRITERS: [&[&str]; 2] = [&["export", "Stadium", "--output"], &["sync", "--save-plan"]];

fn write(rig: &Rig, writer: &[&str], file: &str, more: &[&str]) -> Said {
    rig.run(&[writer, &[file], more].concat())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The journal of the emulator's development environment, without its ending.
fn journal(rig: &Rig) -> PathBuf {
    let container = rig.path("state").join(super::rig::CONTAINER);
    let files = fs::read_dir(container).unwrap().map(|file| file.unwrap().path());
    let mut files = files.filter(|path| path.extension().is_some_and(|ending| ending == "sqlite"));
    files.next().unwrap()
}

fn is_whole(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

#[test]
fn a_file_that_exists_is_replaced_only_with_force() {
    for writer in WRITERS {
        let rig = Rig::new();
        rig.write("out.json", "mine");
        let asked = rig.emulator.requests().len();
        let said = write(&rig, writer, "out.json", &[]);
        let message = "Error: out.json already exists; nothing was written\n  - Name another file, or replace this one with --force.\n";
        assert_eq!(said.refusal(1), message, "{writer:?}");
        assert_eq!(rig.read("out.json"), "mine");
        assert_eq!(
            rig.emulator.requests().len(),
            asked,
            "that is known before the cloud is read"
        );
        write(&rig, writer, "out.json", &["--force"]).data(0);
        assert!(is_whole(&rig.read("out.json")), "{writer:?}");
        write(&rig, writer, "new.json", &[]).data(0);
        assert!(is_whole(&rig.read("new.json")), "{writer:?}");
    }
}

#[test]
fn a_file_of_the_manifest_the_configuration_a_key_and_the_journal_are_never_replaced() {
    for writer in WRITERS {
        let rig = Rig::new();
        rig.run(&["history"]).data(0);
        let journal = journal(&rig);
        fs::create_dir(rig.path("aside")).unwrap();
        symlink("../data/stadiums.json", rig.path("aside/link.json")).unwrap();
        symlink("link.json", rig.path("aside/link_to_link.json")).unwrap();
        symlink(rig.path("data"), rig.path("aside/folder")).unwrap();
        fs::hard_link(rig.path("data/teams.json"), rig.path("aside/twin.json")).unwrap();
        // A name of the manifest whose file is gone is still the manifest's.
        let more =
            "[type.Cup]\nfile = \"cups.json\"\nrecord_name = \"id\"\n[type.Cup.fields]\nname = \"STRING\"\n";
        let authority = rcgen::generate_simple_self_signed(["proxy.example.com".to_owned()]).unwrap();
        rig.write("ca.pem", &authority.cert.pem());
        rig.configure(&format!("{more}[network]\nca_file = \"ca.pem\"\n"));
        let absolute = rig.path("data/stadiums.json");
        let wal = format!("{}-wal", journal.display());
        let lock = journal.with_extension("lock");
        fs::write(&lock, "").unwrap();
        let before = [
            rig.read("data/stadiums.json"),
            rig.read("data/teams.json"),
            rig.read("skydeck.toml"),
            rig.read("key.pem"),
            rig.read("ca.pem"),
        ];
        for (file, what) in [
            ("data/stadiums.json", "the data file of Stadium"),
            ("./aside/../data/stadiums.json", "the data file of Stadium"),
            (absolute.to_str().unwrap(), "the data file of Stadium"),
            ("aside/link.json", "the data file of Stadium"),
            ("aside/link_to_link.json", "the data file of Stadium"),
            ("aside/folder/stadiums.json", "the data file of Stadium"),
            ("aside/twin.json", "the data file of Team"),
            ("data/cups.json", "the data file of Cup"),
            ("skydeck.toml", "the configuration"),
            ("key.pem", "the private key of development"),
            ("ca.pem", "the CA certificates of ca_file"),
            (journal.to_str().unwrap(), "a file of the journal"),
            (wal.as_str(), "a file of the journal"),
            (lock.to_str().unwrap(), "a file of the journal"),
        ] {
            for more in [&[][..], &["--force"]] {
                let said = write(&rig, writer, file, more);
                let message =
                    format!("Error: {file} is {what}, which is never replaced; nothing was written\n");
                assert_eq!(said.refusal(1), message, "{writer:?} {more:?}");
            }
        }
        let after = [
            rig.read("data/stadiums.json"),
            rig.read("data/teams.json"),
            rig.read("skydeck.toml"),
            rig.read("key.pem"),
            rig.read("ca.pem"),
        ];
        assert_eq!(after, before);
        assert!(!rig.path("data/cups.json").exists());
        rig.run(&["history"]).data(0);
    }
}

#[test]
fn nor_does_a_log_go_into_them() {
    let rig = Rig::new();
    let before = rig.read("data/stadiums.json");
    let said = rig.run(&["diff", "--log", "data/stadiums.json"]);
    assert!(
        said.refusal(1).contains("is the data file of Stadium"),
        "{said:?}"
    );
    assert_eq!(rig.read("data/stadiums.json"), before);
    let said = rig.run(&["diff", "--log", "run.log"]);
    assert_eq!(said.code, 2);
    let first = rig.read("run.log");
    assert!(first.contains("records/query"));
    // It is added to.
    rig.run(&["diff", "--log", "run.log"]).data(2);
    assert!(rig.read("run.log").starts_with(&first));
    rig.run(&["diff", "--log", "/dev/null"]).data(2);
}

#[test]
fn a_symbolic_link_stays_and_the_file_behind_it_is_written() {
    for writer in WRITERS {
        let rig = Rig::new();
        fs::create_dir(rig.path("elsewhere")).unwrap();
        rig.write("elsewhere/real.json", "old");
        symlink("elsewhere/real.json", rig.path("link.json")).unwrap();
        symlink("elsewhere/none.json", rig.path("dangling.json")).unwrap();
        write(&rig, writer, "link.json", &[]).refusal(1);
        assert_eq!(rig.read("elsewhere/real.json"), "old");
        for (link, more) in [("link.json", &["--force"][..]), ("dangling.json", &[])] {
            write(&rig, writer, link, more).data(0);
            assert!(
                fs::symlink_metadata(rig.path(link)).unwrap().is_symlink(),
                "{writer:?} {link}"
            );
            assert!(is_whole(&rig.read(link)), "{writer:?} {link}");
        }
        assert!(is_whole(&rig.read("elsewhere/real.json")) && is_whole(&rig.read("elsewhere/none.json")));
    }
}

#[test]
fn what_is_no_regular_file_is_refused() {
    for writer in WRITERS {
        let rig = Rig::new();
        fs::create_dir(rig.path("folder")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(rig.path("pipe"))
            .status();
        assert!(made.unwrap().success());
        let _socket = UnixListener::bind(rig.path("socket")).unwrap();
        symlink("pipe", rig.path("link")).unwrap();
        symlink("circle", rig.path("circle")).unwrap();
        for (file, what) in [
            ("folder", "folder is a folder; only a regular file can be written"),
            ("pipe", "pipe is a named pipe; only a regular file can be written"),
            ("socket", "socket is a socket; only a regular file can be written"),
            ("link", "link is a named pipe; only a regular file can be written"),
            (
                "/dev/null",
                "/dev/null is a device; only a regular file can be written",
            ),
            (
                "missing/out.json",
                "missing/out.json cannot be written: No such file or directory (os error 2)",
            ),
            ("circle", "circle cannot be written: too many symbolic links"),
        ] {
            for more in [&[][..], &["--force"]] {
                let said = write(&rig, writer, file, more);
                assert_eq!(said.refusal(1), format!("Error: {what}\n"), "{writer:?} {more:?}");
            }
        }
        let pipe = fs::symlink_metadata(rig.path("pipe")).unwrap();
        assert!(std::os::unix::fs::FileTypeExt::is_fifo(&pipe.file_type()));
        assert_eq!(fs::metadata("/dev/null").unwrap().size(), 0);
    }
}

#[test]
fn a_file_is_written_whole_or_stays_as_it_was() {
    let rig = Rig::new();
    rig.run(&["history"]).data(0);
    let name = "n".repeat(2000);
    let many: Vec<Value> = (0..1000)
        .map(|n| in_cloud(&format!("s{n:05}"), &name, n, [1.0, 2.0]))
        .collect();
    rig.load(&many);
    rig.write("out.json", "old");
    // The limit is far above the journal's files and far below the export; it is met by the signal, or by an error.
    let program = rig.command(&[]).get_program().to_owned();
    let script = format!(
        "trap '' XFSZ; ulimit -f 1000; exec '{}' export Stadium -o out.json --force",
        program.display()
    );
    let mut command = std::process::Command::new("sh");
    let plain = skydeck(rig.folder(), &[]);
    for (variable, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    let said = Said::from(
        command
            .args(["-c", &script])
            .current_dir(rig.folder())
            .output()
            .unwrap(),
    );
    assert_eq!(
        said.refusal(1),
        "Error: out.json cannot be written: File too large (os error 27)\n"
    );
    assert_eq!(rig.read("out.json"), "old");
    let left: Vec<String> = fs::read_dir(rig.folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["data", "key.pem", "out.json", "skydeck.toml", "state"].contains(&name.as_str()))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing half-written is left behind");
}

#[test]
fn only_the_owner_can_read_what_is_made() {
    let rig = Rig::new();
    for (writer, file) in WRITERS.iter().zip(["export.json", "plan.json"]) {
        write(&rig, writer, file, &["--log", "run.log"]).data(0);
        assert_eq!(mode(&rig.path(file)), 0o600, "{file}");
    }
    rig.run(&["sync", "--yes"]).data(0);
    assert_eq!(mode(&rig.path("run.log")), 0o600);
    let journal = journal(&rig);
    assert_eq!(mode(journal.parent().unwrap()), 0o700);
    for file in fs::read_dir(journal.parent().unwrap()).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let empty = tempfile::tempdir().unwrap();
    super::rig::run(empty.path(), &["init", "--template"]).data(0);
    assert_eq!(mode(&empty.path().join("skydeck.toml")), 0o600);
    // A file that somebody has opened to others stays as it is.
    fs::set_permissions(rig.path("export.json"), fs::Permissions::from_mode(0o644)).unwrap();
    write(&rig, WRITERS[0], "export.json", &["--force"]).data(0);
    assert_eq!(mode(&rig.path("export.json")), 0o644);
}

#[test]
fn a_journal_that_others_can_read_is_tightened() {
    let rig = Rig::new();
    rig.run(&["sync", "--yes"]).data(0);
    let journal = journal(&rig);
    // Another process keeps SQLite's two further files alive.
    let open = rusqlite::Connection::open(&journal).unwrap();
    let runs: i64 = open
        .query_row("SELECT count(*) FROM run", [], |row| row.get(0))
        .unwrap();
    assert_eq!(runs, 1);
    let folder = journal.parent().unwrap();
    let files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 4, "{files:?}");
    for file in &files {
        fs::set_permissions(file, fs::Permissions::from_mode(0o666)).unwrap();
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    rig.run(&["history"]).data(0);
    assert_eq!(mode(folder), 0o700);
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_database_that_is_no_journal_is_left_alone() {
    let rig = Rig::new();
    rig.run(&["history"]).data(0);
    let journal = journal(&rig);
    for (format, tables, message) in [
        (
            0,
            "CREATE TABLE run(a); CREATE TABLE other(b);",
            "is a database, but not a Skydeck journal",
        ),
        (
            -1,
            "CREATE TABLE run(a);",
            "was written by another version of Skydeck (format -1,",
        ),
        (
            99,
            "CREATE TABLE run(a);",
            "was written by another version of Skydeck (format 99,",
        ),
    ] {
        fs::remove_file(&journal).unwrap();
        let database = rusqlite::Connection::open(&journal).unwrap();
        database
            .execute_batch(&format!("{tables} PRAGMA user_version = {format};"))
            .unwrap();
        drop(database);
        let before = fs::read(&journal).unwrap();
        let said = rig.run(&["history"]);
        assert!(said.refusal(1).contains(message), "{said:?}");
        assert!(
            !said.err.contains("CREATE") && said.err.lines().count() == 1,
            "{said:?}"
        );
        assert_eq!(fs::read(&journal).unwrap(), before);
    }
}

#[test]
fn a_record_without_members_is_told_as_that() {
    let rig = Rig::new();
    rig.write("data/stadiums.json", &json!([{}]).to_string());
    let said = rig.run(&["diff", "Stadium"]);
    assert_eq!(said.code, 1);
    for part in [
        "no record has the member 'id' that names it; the first one has none; record_name in skydeck.toml says which member has it\n",
        "field capacity: no record has a member 'capacity'; the first one has none; optional = true on the field allows that\n",
    ] {
        assert!(said.err.contains(part), "{part} is not in {}", said.err);
    }
}
