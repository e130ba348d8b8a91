//! What is typed to find records is never lost, and comes back in the next session; what is marked is marked in ranges.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::Opened;
use skydeck::tui::screen::records::opened;
use skydeck::tui::state::Phase;

use crate::rig::{Screen, demo};

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

/// A term that is not understood filters nothing once its line is left, and the list and the line say so wherever one goes.
#[test]
fn a_filter_with_a_mistake_is_not_shown_as_if_active() {
    let mut screen = games();
    screen.keys("/");
    // Its beginning is a word that no record has.
    screen.text("colour");
    assert!(
        screen.line("Game ·").contains("Game · 0 of 5 772"),
        "{}",
        screen.draw()
    );
    screen.text(":red");
    screen.keys("enter");
    let is_plain = |screen: &mut Screen| {
        let title = screen.line("Game ·");
        assert!(title.contains("Game · 5 772 · filter not applied"), "{title}");
        let shown = screen.draw();
        assert!(
            shown.contains("not applied: Game has no field 'colour'"),
            "{shown}"
        );
        assert!(shown.contains("quote it"), "{shown}");
    };
    is_plain(&mut screen);
    screen.keys("1 2");
    is_plain(&mut screen);
    screen.keys("> <");
    is_plain(&mut screen);
    // It is not among what the next session begins with.
    let kept = screen
        .remembered
        .iter()
        .rfind(|(key, _)| key.contains("list Game"));
    assert!(
        kept.is_none_or(|(_, value)| !value.contains("colour")),
        "{kept:?}"
    );
    // Mended, it filters.
    screen.keys("/");
    for _ in 0..":red".len() {
        screen.take(Message::Key(KeyCode::Backspace.into()));
    }
    screen.keys("enter");
    assert!(
        screen.line("Game ·").contains("Game · 0 of 5 772"),
        "{}",
        screen.draw()
    );
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
    let diff = demo().comparison.types[2].outcome.as_ref().unwrap();
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

/// The demo, opened with what an earlier session had kept.
fn started(kept: BTreeMap<String, String>) -> Screen {
    let mut screen = Screen::open((120, 36));
    screen.state.phase = Phase::Opening;
    let types = screen
        .state
        .types
        .iter()
        .map(|one| (Arc::clone(&one.config), None));
    let opened = Opened {
        place: screen.state.place.clone(),
        types: types.collect(),
        interrupted: None,
        warnings: Vec::new(),
        arrangements: kept,
        handle: None,
    };
    screen.take(Message::Done(0, Done::Opened(Ok(Box::new(opened)))));
    screen.take(Message::Done(
        0,
        Done::Compared(Ok(Arc::clone(&demo().comparison))),
    ));
    screen
}

#[test]
fn the_next_session_begins_where_the_last_one_ended() {
    let mut screen = started(BTreeMap::new());
    assert!(screen.draw().contains("Types"));
    screen.keys("j j 2 /");
    screen.text("_bos_");
    screen.keys("enter j j j");
    let under = screen.line("▸ game");
    screen.take(Message::Terminate);
    let kept: BTreeMap<String, String> = screen.remembered.drain(..).collect();
    let mut next = started(kept.clone());
    assert_eq!(next.line("▸ game"), under);
    assert!(next.line("/ ").contains("_bos_"));
    next.keys("1");
    assert!(next.line("▸ Game").contains("5 760"), "{}", next.draw());
    // A plan is not there any more: its screen is not where one begins.
    next.keys("3");
    next.take(Message::Terminate);
    let mut kept = kept;
    kept.extend(next.remembered.drain(..));
    assert!(started(kept.clone()).draw().contains("Types"));
    // A type that the manifest has lost is no place to be.
    kept.insert(
        "place".into(),
        r#"{"screen":"Records","record_type":"Match"}"#.into(),
    );
    assert!(started(kept).line("RECORD NAME").contains("STATUS"));
}
