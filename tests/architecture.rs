//! Arrows point down only: no room names one above it, and the emulator shares nothing with anybody.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may name.
const MAY_NAME: [(&str, &[&str]); 14] = [
    // What is printed of a value can be typed again, so that its text depends on what may be printed.
    ("record", &["printable"]),
    ("config", &["record"]),
    ("cloudkit", &["record"]),
    ("canonical", &["record", "config", "printable"]),
    ("journal", &["record"]),
    ("emulator", &[]),
    ("demo", &["record", "config", "canonical"]),
    ("logging", &["printable"]),
    ("printable", &[]),
    (
        "sandbox",
        &["record", "config", "cloudkit", "canonical", "emulator", "demo"],
    ),
    (
        "sync",
        &[
            "record",
            "config",
            "cloudkit",
            "canonical",
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
            "launch",
            "logging",
            "printable",
            "sandbox",
            "sync",
        ],
    ),
    ("launch", &["canonical", "config", "cloudkit", "sandbox", "sync"]),
    (
        "tui",
        &[
            "record",
            "config",
            "cloudkit",
            "canonical",
            "journal",
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
