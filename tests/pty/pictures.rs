//! The pictures of the README, made of what the real binary draws. `SKYDECK_BLESS=1 cargo test --test pty pictures` makes
//! them anew; without it, a picture that is not what the screen shows fails its test.

#![expect(clippy::cast_precision_loss, reason = "a screen has few cells")]

mod conflict;
mod glyph;
mod svg;

use std::path::Path;
use std::time::{Duration, Instant};

use super::demo;
use super::rig::{PATIENCE, Terminal};
use svg::Cell;

/// How long a picture must not change before it is kept.
const STILL: Duration = Duration::from_millis(1500);

/// The picture of what is on the screen. What no two runs have in common is written over: latency, clock, ages, and who
/// wrote a record when.
fn picture(terminal: &Terminal) -> String {
    let cells = terminal.cells();
    let mut rows: Vec<Vec<Cell>> = cells
        .iter()
        .map(|row| row.iter().map(Cell::from).collect())
        .collect();
    end_with(&mut rows[0], "●", "● 8 ms  08:00 ");
    end_with(&mut rows[1], "compared", "compared just now ");
    for row in &mut rows {
        write_over(row, "created ", "2026-03-01 08:00");
        write_over(row, "modified ", "2026-03-01 08:00");
        write_over(row, "tag ", "mwukdeck");
        write_over(
            row,
            "last written by ",
            "_d4771a0b6c2f41b2b64c1e98a1f0c7e5, 2026-03-01 08:00",
        );
        for what in ["looked up ", "verification, "] {
            write_over(row, what, "just now");
        }
    }
    let title = find(&rows[0], "demo").map_or("skydeck", |_| "skydeck --demo");
    svg::svg(&rows, title)
}

/// Where the last such word begins in a row.
fn find(row: &[Cell], word: &str) -> Option<usize> {
    let signs: Vec<String> = word.chars().map(String::from).collect();
    row.windows(signs.len())
        .rposition(|part| part.iter().map(|cell| &cell.text).eq(&signs))
}

/// Writes a text at the end of a row, in place of all that begins with a word.
fn end_with(row: &mut [Cell], word: &str, text: &str) {
    let Some(begin) = find(row, word) else { return };
    let (first, rest) = (row[begin].look.clone(), row[begin + 2].look.clone());
    let from = row.len() - text.chars().count();
    for cell in &mut row[begin.min(from)..] {
        (cell.text, cell.look) = (" ".to_owned(), rest.clone());
    }
    for (cell, sign) in row[from..].iter_mut().zip(text.chars()) {
        cell.text = sign.to_string();
    }
    row[from].look = first;
}

/// Writes a text over the value that follows a name.
fn write_over(row: &mut [Cell], name: &str, text: &str) {
    let Some(begin) = find(row, name) else { return };
    let value = row[begin + name.len()..]
        .iter_mut()
        .skip_while(|cell| cell.text == " ");
    for (cell, sign) in value.zip(text.chars()) {
        cell.text = sign.to_string();
    }
}

/// Compares the screen with the picture in the repository, or makes that anew.
#[track_caller]
fn check(name: &str, terminal: &Terminal) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/pictures/{name}.svg"));
    if std::env::var_os("SKYDECK_BLESS").is_some() {
        std::fs::write(path, still(terminal)).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let begun = Instant::now();
    while picture(terminal) != kept {
        assert!(
            begun.elapsed() < PATIENCE,
            "assets/pictures/{name}.svg is not what the screen shows; if this is as it should be, make it anew with\n\
             SKYDECK_BLESS=1 cargo test --test pty pictures\n{}",
            terminal.text()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The picture once it does not change any more.
fn still(terminal: &Terminal) -> String {
    let (mut last, mut since) = (picture(terminal), Instant::now());
    while since.elapsed() < STILL {
        std::thread::sleep(Duration::from_millis(50));
        let now = picture(terminal);
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    last
}

#[test]
fn overview() {
    let mut terminal = demo((96, 24));
    terminal.press("jj");
    terminal.wait("homeScore");
    check("overview", &terminal);
}

#[test]
fn records() {
    let mut terminal = demo((124, 22));
    terminal.press("jjll\r");
    terminal.wait("1 field differs · looked up just now");
    check("records", &terminal);
}

#[test]
fn map() {
    let mut terminal = demo((128, 27));
    terminal.press("M");
    terminal.wait("⠄");
    check("map", &terminal);
}

#[test]
fn review() {
    let mut terminal = demo((110, 27));
    terminal.press("s");
    terminal.wait("Orphans");
    terminal.press("jjl");
    terminal.wait("fenway");
    check("review", &terminal);
}

#[test]
fn confirm() {
    let mut terminal = demo((110, 29));
    terminal.press("s");
    terminal.wait("Orphans");
    terminal.press("a");
    terminal.wait("Send 109 changes");
    check("confirm", &terminal);
}

#[test]
fn verify() {
    let mut terminal = demo((110, 24));
    terminal.press("V");
    terminal.wait("146 mismatches");
    check("verify", &terminal);
}

#[test]
fn palette() {
    let mut terminal = demo((96, 24));
    terminal.press(":");
    terminal.wait("Commands");
    terminal.press("sy");
    terminal.gone("Compare the files");
    check("palette", &terminal);
}

#[test]
fn conflict() {
    conflict::reach(|terminal| check("conflict", terminal));
}
