//! Arrows point down only: no room names one above it, and the emulator shares nothing with anybody.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may name.
const MAY_NAME: [(&str, &[&str]); 15] = [
    ("files", &[]),
    // What is printed of a value can be typed again, so that its text depends on what may be printed.
    ("record", &["printable"]),
    ("config", &["record", "files"]),
    ("cloudkit", &["record"]),
    ("canonical", &["record", "config", "files", "printable"]),
    ("journal", &["record", "files"]),
    ("emulator", &[]),
    ("demo", &["record", "config", "canonical"]),
    ("logging", &["printable"]),
    ("printable", &[]),
    (
        "sandbox",
        &[
            "record",
            "config",
            "cloudkit",
            "canonical",
            "emulator",
            "demo",
            "files",
        ],
    ),
    (
        "sync",
        &[
            "record",
            "config",
            "cloudkit",
            "canonical",
            "files",
            "journal",
            "printable",
        ],
    ),
    (
        "cli",
        &[
            "record",
            "config",
            "cloudkit",
            "canonical",
            "journal",
            "emulator",
            "demo",
            "files",
            "launch",
            "logging",
            "printable",
            "sandbox",
            "sync",
        ],
    ),
    (
        "launch",
        &["canonical", "config", "cloudkit", "files", "sandbox", "sync"],
    ),
    (
        "tui",
        &[
            "record",
            "config",
            "cloudkit",
            "canonical",
            "journal",
            "files",
            "launch",
            "printable",
            "sync",
        ],
    ),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The rooms a source names by `crate::ROOM`.
fn rooms_named(text: &str) -> Vec<String> {
    let after = text.split("crate::").skip(1);
    after
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn arrows_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&src) {
        let inside = path.strip_prefix(&src).unwrap();
        let room = inside
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned();
        if ["main", "lib"].contains(&room.as_str()) {
            continue;
        }
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == room) else {
            panic!("{} is in no room of the design", inside.display());
        };
        for named in rooms_named(&fs::read_to_string(&path).unwrap()) {
            let fine = named == room || allowed.contains(&named.as_str());
            assert!(
                fine,
                "{} names {named}, which {room} must not know",
                inside.display()
            );
        }
    }
}

#[test]
fn a_file_is_one_thing() {
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

/// What one place writes, one place checks: a command that wrote to standard output by itself could lose it unseen.
#[test]
fn the_command_line_writes_to_standard_output_in_one_place() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&src.join("cli")) {
        if path.ends_with("cli/output.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for way in ["stdout()", "println!", " print!", "print_help", "print_long_help"] {
            assert!(!text.contains(way), "{} uses {way}", path.display());
        }
    }
}

/// A file is opened where its kind is looked at, and a program is started where it gets no key.
#[test]
fn files_are_opened_and_programs_started_in_one_place() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&src) {
        let inside = path.strip_prefix(&src).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        // The tests of a source stand at its end.
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        let ways = [
            "File::open(",
            "File::create(",
            "fs::read(",
            "read_to_string(path",
            "OpenOptions::new",
            "NamedTempFile",
            "Command::new(",
        ];
        let fine = |way: &str| match way {
            "Command::new(" => inside.ends_with("launch.rs"),
            // The demo's files lie in a folder that was made for them.
            "File::create(" => inside.starts_with("demo"),
            _ => inside.starts_with("files"),
        };
        for way in ways {
            assert!(
                !code.contains(way) || fine(way),
                "{} uses {way}",
                inside.display()
            );
        }
    }
}
