//! Any terminal: sizes, colours, none; and what is typed or pasted into it.

use std::collections::BTreeSet;

use super::demo;
use super::rig::{DOWN, ESC, F3, Terminal};
use super::world::World;

#[test]
fn every_size_is_drawn_and_none_is_the_end() {
    let mut terminal = demo((120, 36));
    for size in [(1, 1), (14, 4), (40, 10), (300, 100), (80, 24)] {
        terminal.resize(size.0, size.1);
        match size {
            (1 | 14, _) => {}
            _ => terminal.wait("Stadium"),
        }
    }
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn a_key_pressed_while_the_window_changes_is_not_lost() {
    let mut terminal = Terminal::open(&[], (100, 30));
    terminal.wait("There is no skydeck.toml here or above.");
    for round in 0..40 {
        terminal.resize(100 + round % 2, 30);
        terminal.press("?");
        terminal.wait("Everywhere");
        terminal.resize(100, 30 + round % 2);
        terminal.press("\u{1b}");
        terminal.gone("Everywhere");
    }
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

/// Everything that was written while every screen was shown once, and a dialog that gates a write.
fn tour(world: &World, variables: &[(&str, &str)]) -> String {
    let mut terminal = world.open_with(&[], variables);
    terminal.wait("compared just now");
    for (key, word) in [
        ("1", "Types"),
        ("4", "Nothing was verified in this session"),
        ("5", "Nothing was written here yet"),
        ("6", "records/query"),
        ("v", "Quick verification, just now"),
        ("2", "stadium_"),
        ("s", "at conflicts"),
        ("a", "Send this plan?"),
    ] {
        terminal.press(key);
        terminal.wait(word);
    }
    terminal.press(ESC);
    terminal.wait("nothing was sent");
    terminal.raw()
}

/// The numbers of every sequence that sets colours or attributes.
fn attributes(raw: &str) -> Vec<Vec<u16>> {
    let sequences = raw.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        rest[end..].starts_with('m').then(|| &rest[..end])
    });
    let numbers = sequences.map(|one| one.split(';').filter_map(|number| number.parse().ok()));
    numbers.map(Iterator::collect).collect()
}

#[test]
fn without_colour_there_is_no_colour_and_the_selection_can_be_seen() {
    let raw = tour(&World::new(), &[("NO_COLOR", "1")]);
    let attributes = attributes(&raw);
    let sets_colour = |number: &u16| matches!(number, 30..=38 | 40..=48 | 58 | 90..=107);
    let coloured = attributes.iter().find(|numbers| numbers.iter().any(sets_colour));
    assert_eq!(coloured, None);
    // Reversed: the row under the cursor.
    assert!(attributes.contains(&vec![7]), "{raw:?}");
}

#[test]
fn in_ascii_there_is_nothing_else() {
    let world = World::new();
    for (settings, language) in [("[tui]\nascii = true\n", "C.UTF-8"), ("", "C")] {
        world.configure(settings);
        let raw = tour(&world, &[("LANG", language)]);
        let strange: Vec<&str> = raw.split_whitespace().filter(|word| !word.is_ascii()).collect();
        assert_eq!(strange, Vec::<&str>::new(), "{language}");
    }
}

#[test]
fn in_plain_mode_the_cursor_is_where_one_is_and_nothing_is_drawn_for_the_eye_alone() {
    let world = World::new();
    world.configure("[tui]\nplain = true\n");
    let raw = tour(&world, &[]);
    let line_or_spinner = |c: char| matches!(c, '\u{2500}'..='\u{257f}' | '\u{2800}'..='\u{28ff}');
    let drawn: Vec<&str> = raw
        .split_whitespace()
        .filter(|word| word.contains(line_or_spinner))
        .collect();
    assert_eq!(drawn, Vec::<&str>::new());
    let mut terminal = world.open();
    terminal.wait("compared just now");
    terminal.press("1");
    for record_type in ["Stadium", "Team", "LeagueStructure"] {
        terminal.wait_cursor(record_type);
        terminal.press(DOWN);
    }
}

#[test]
fn a_light_background_is_believed_or_chosen_by_a_key() {
    let world = World::new();
    let (dark, light) = (tour(&world, &[]), tour(&world, &[("COLORFGBG", "0;15")]));
    let (dark, light) = (colours(&dark), colours(&light));
    assert!(dark.is_disjoint(&light), "{dark:?} {light:?}");
    // Ink can be read on its paper. Less so what is only just there, and what stands on a ground of its own.
    for (inks, paper) in [(&dark, [0; 3]), (&light, [255; 3])] {
        let read = inks.iter().filter(|ink| contrast(**ink, paper) > 4.5).count();
        assert!(read * 3 >= inks.len() * 2, "{inks:?} on {paper:?}");
    }

    let mut terminal = world.open();
    terminal.wait("compared just now");
    terminal.press("1");
    terminal.wait("Types");
    terminal.press(F3);
    terminal.press("?");
    terminal.wait("Keys and commands");
    // What is drawn from here on is drawn after the key.
    let before = terminal.raw().len();
    terminal.press(ESC);
    terminal.gone("Keys and commands");
    let after = colours(&terminal.raw()[before..]);
    assert!(after.len() > 2 && after.is_subset(&light), "{after:?} {light:?}");
}

/// The contrast of two colours, from 1 to 21, as WCAG counts it.
fn contrast(ink: [u16; 3], paper: [u16; 3]) -> f64 {
    let light = |colour: [u16; 3]| {
        let [red, green, blue] = colour.map(|part| (f64::from(part) / 255.0).powf(2.2));
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (one, other) = (light(ink), light(paper));
    one.max(other) / one.min(other)
}

/// Every colour that was set for text.
fn colours(raw: &str) -> BTreeSet<[u16; 3]> {
    let numbers = attributes(raw).into_iter().flatten().collect::<Vec<u16>>();
    let sets = numbers.windows(5).filter(|five| five[..2] == [38, 2]);
    sets.map(|five| [five[2], five[3], five[4]]).collect()
}

#[test]
fn a_paste_is_one_edit_and_never_keys() {
    let mut terminal = demo((100, 30));
    terminal.press("\u{1b}[200~qqq\u{1b}[201~");
    terminal.press(":");
    terminal.wait("Commands");
    terminal.press("\u{1b}[200~deep\nverify\u{1b}[201~");
    terminal.wait("deep verify");
    terminal.press("\u{1b}");
    terminal.gone("Commands");
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn with_no_configuration_there_is_a_welcome_and_the_demo_is_one_key_away() {
    let mut terminal = Terminal::open(&[], (100, 30));
    terminal.wait("There is no skydeck.toml here or above.");
    terminal.press("d");
    terminal.wait("5 748");
    terminal.wait("demo");
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
}
