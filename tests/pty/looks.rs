//! Any terminal: sizes, colours, none; and what is typed or pasted into it.

use super::demo;
use super::rig::Terminal;

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

#[test]
fn without_colour_there_is_no_colour_and_the_selection_can_be_seen() {
    let mut terminal = Terminal::open_with(&["--demo"], (100, 30), &[("NO_COLOR", "1")]);
    terminal.wait("5 748");
    let raw = terminal.raw();
    for colour in ["\u{1b}[38;", "\u{1b}[48;", ";38;", ";48;"] {
        assert!(!raw.contains(colour), "{colour:?}");
    }
    // Reversed: the row under the cursor.
    assert!(raw.contains("\u{1b}[7m"), "{raw:?}");
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
