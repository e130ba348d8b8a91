//! The README's tour of three minutes, taken key by key.

use std::path::Path;

use super::demo;

/// What is on the screen after each key of the tour; nothing where only the cursor moves.
const SEEN: [&str; 29] = [
    "primaryColor",
    "homeScore",
    "",
    "",
    "60 of 5 772 · ~ updated",
    "Ctrl-F fuzzy",
    "3 of 5 772 · ~ updated",
    "Esc clears",
    "cloud 2025-08-31 17:0",
    "Edit canonicalId",
    "cloud 2025-08-31 17:0",
    "go on with 109 changes",
    "0 of 10",
    "go on with 109 changes",
    "go on with 129 changes",
    "Type 20 to confirm",
    "Type 20 to confirm: 20",
    "Created 32, Updated 77, Deleted 20, Skipped 6 228 unchanged",
    "Every field of every record in the cloud matches the files.",
    "Runs in DEVELOPMENT",
    "Type 32 to confirm",
    "Type 32 to confirm: 32",
    "Created 20, Updated 77, Deleted 32",
    "Keys and commands",
    "Created 20, Updated 77, Deleted 32",
    "Commands",
    "Created 20, Updated 77, Deleted 32",
    "5 748",
    "",
];

/// What the README puts between backticks in its tour.
fn keys() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let tour = readme.split_once("## A tour of three minutes").unwrap().1;
    let tour = tour.split_once("<details>").unwrap().0;
    let parts = tour.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

/// A key as a terminal sends it.
fn sent(key: &str) -> &str {
    match key {
        "↓" => "\u{1b}[B",
        "→" => "\u{1b}[C",
        "Enter" => "\r",
        "Esc" => "\u{1b}",
        "Tab" => "\t",
        "Space" => " ",
        typed => typed,
    }
}

#[test]
fn the_tour_is_true() {
    let mut terminal = demo((110, 36));
    let keys = keys();
    assert_eq!(keys.len(), SEEN.len(), "{keys:?}");
    let mut last = "";
    for (key, seen) in keys.iter().zip(SEEN) {
        terminal.press(sent(key));
        if seen.contains("confirm: ") {
            // A dialog that writes is deaf for a moment: typed again, until it hears.
            while !terminal.shows_soon(seen) {
                terminal.press("\u{15}");
                terminal.press(key);
            }
        }
        terminal.wait(seen);
        if key == "Esc" {
            // What it closes has gone before the next key comes: together they would be another key.
            terminal.gone(last);
        }
        last = seen;
    }
    assert_eq!(terminal.end().exit_code(), 0);
}
