//! What a user may arrange, from the real file; and what the palette offers where a plan is looked at.

use super::demo;
use super::rig::Terminal;

/// A file of the user's: another key, another colour.
const INTERFACE: &str = "[theme]\naccent = '#12ab34'\n\n[keys]\nhelp = ['H']\n";

/// Whether the colour of [`INTERFACE`] was drawn.
fn is_painted(terminal: &Terminal) -> bool {
    terminal.raw().contains("38;2;18;171;52")
}

#[test]
fn the_users_own_keys_and_colours_hold() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("skydeck");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("interface.toml"), INTERFACE).unwrap();
    let place = folder.path().to_str().unwrap();
    let mut terminal = Terminal::open_with(&["--demo"], (100, 30), &[("XDG_CONFIG_HOME", place)]);
    terminal.wait("5 748");
    assert!(is_painted(&terminal));
    // The hint at the foot and the key itself.
    terminal.wait("H help");
    terminal.press("H");
    terminal.wait("Keys and commands");
    terminal.press("\u{1b}");
    terminal.gone("Keys and commands");
    // Its old key is free.
    terminal.press("?:");
    terminal.wait("Commands");
    assert!(!terminal.text().contains("Keys and commands"));
    terminal.press("\u{3}");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn in_the_home_folder_they_are_found_too_and_a_mistake_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(".config/skydeck");
    std::fs::create_dir_all(&own).unwrap();
    let file = own.join("interface.toml");
    std::fs::write(&file, INTERFACE).unwrap();
    let home = folder.path().to_str().unwrap();
    let mut terminal = Terminal::open_with(&["--demo"], (100, 30), &[("HOME", home)]);
    terminal.wait("H help");
    assert!(is_painted(&terminal));
    terminal.press("\u{3}");
    terminal.end();
    std::fs::write(&file, INTERFACE.replace("help", "halp")).unwrap();
    let mut terminal = Terminal::open_with(&["--demo"], (100, 30), &[("HOME", home)]);
    terminal.wait("there is no action 'halp'");
    terminal.wait("interface.toml");
    assert!(!is_painted(&terminal), "everything is as without the file");
    terminal.press("\u{3}");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn the_palette_has_what_can_be_done_with_a_plan() {
    let mut terminal = demo((110, 44));
    terminal.press("s");
    terminal.wait("go on with 109 changes");
    terminal.press(":");
    for (title, key) in [
        ("filter", "/"),
        ("include", "Space"),
        ("orphans", "o"),
        ("apply", "a"),
        ("ask at conflicts", "A"),
    ] {
        terminal.wait(&format!("│ {title:<18}{key:<11}"));
    }
    terminal.press("\u{3}");
    assert_eq!(terminal.end().exit_code(), 0);
}
