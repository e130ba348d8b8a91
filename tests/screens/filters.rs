//! What is typed to find records is never lost, and comes back in the next session; what is marked is marked in ranges.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use skydeck::tui::message::Message;
use skydeck::tui::screen::records::opened;

use crate::rig::Screen;

fn games() -> Screen {
    let mut screen = Screen::compared((120, 36));
    screen.keys("j j 2");
    screen
}

/// Types a filter and leaves the line by a key.
fn filter(screen: &mut Screen, text: &str, leave: &str) {
    screen.keys("/");
    let before = screen.line("/ ").split_whitespace().nth(2).map_or(0, str::len);
    for _ in 0..before.max(40) {
        screen.take(Message::Key(KeyCode::Backspace.into()));
    }
    screen.text(text);
    screen.keys(leave);
}

fn down(screen: &mut Screen) {
    screen.take(Message::Key(KeyCode::Down.into()));
}

#[test]
fn escape_leaves_the_line_with_its_text_and_only_once_more_clears_it() {
    let mut screen = games();
    screen.keys("/");
    screen.text("_ari_");
    let narrowed = screen.line("Game ·");
    screen.keys("esc");
    // A key is no letter of the filter any more.
    screen.keys("j");
    assert!(screen.line("/ ").contains("/ _ari_ "));
    assert!(narrowed.contains("179 of 5 772") && screen.line("Game ·").contains("179 of 5 772"));
    screen.keys("esc");
    assert!(screen.line("Game ·").contains("Game · 5 772"));
    // A half-typed term stays as well, with what is wrong with it.
    screen.keys("/");
    screen.text("homeScore>");
    screen.keys("esc");
    assert!(screen.line("/ ").contains("/ homeScore> "));
    assert!(screen.draw().contains("wants a value"));
}

#[test]
fn earlier_filters_are_had_again_and_outlive_the_session() {
    let mut screen = games();
    for (text, leave) in [
        ("_ari_", "enter"),
        ("_bos_", "esc"),
        ("_ari_", "enter"),
        ("_chc_", "esc"),
    ] {
        filter(&mut screen, text, leave);
    }
    screen.keys("esc /");
    screen.text("half");
    let line = |screen: &mut Screen| {
        screen.line("│ / ")[..]
            .split_whitespace()
            .nth(2)
            .unwrap()
            .to_owned()
    };
    let mut seen = Vec::new();
    for _ in 0..4 {
        screen.keys("up");
        seen.push(line(&mut screen));
    }
    // Each once, the latest first, and no further than there are.
    assert_eq!(seen, ["_chc_", "_ari_", "_bos_", "_bos_"]);
    assert!(screen.line("Game ·").contains(" of 5 772"));
    for _ in 0..3 {
        down(&mut screen);
    }
    assert_eq!(line(&mut screen), "half");
    let kept: BTreeMap<String, String> = screen.remembered.drain(..).collect();
    let mut next = games();
    opened(&mut next.state, kept);
    next.keys("/ up up");
    assert_eq!(line(&mut next), "_ari_");
}

fn marked(screen: &Screen) -> Vec<String> {
    let chosen = screen.state.records.list.chosen(&screen.state);
    chosen.into_iter().map(|subject| subject.name).collect()
}

#[test]
fn ranges_are_marked_with_shift_and_from_the_last_mark() {
    let mut screen = games();
    screen.keys("f f");
    let diff = crate::rig::demo().comparison.types[2].outcome.as_ref().unwrap();
    let updated = diff.with_status(skydeck::record::table::Status::Updated);
    let updated: Vec<String> = updated.map(|row| diff.table().name(row).to_owned()).collect();
    let shift = |screen: &mut Screen, code| {
        screen.take(Message::Key(KeyEvent::new(code, KeyModifiers::SHIFT)));
    };
    screen.keys("j");
    shift(&mut screen, KeyCode::Down);
    shift(&mut screen, KeyCode::Down);
    assert_eq!(marked(&screen), updated[1..4]);
    screen.keys("j j");
    shift(&mut screen, KeyCode::Up);
    assert_eq!(marked(&screen), updated[1..6]);
    screen.keys("- M");
    assert!(screen.draw().contains("mark where the range begins first"));
    // From the eleventh, upwards, to the second.
    screen.keys("g j j j j j j j j j j space g j M");
    assert_eq!(marked(&screen), updated[1..11]);
    // A filter hides some of them, and says so.
    screen.keys("/");
    screen.text(&updated[1]);
    assert!(
        screen.line("Game ·").contains("10 marked, 9 out of sight"),
        "{}",
        screen.draw()
    );
}
