//! A panic, wherever it happens, ends the program: the terminal is as it was found, the story is told after that, and an
//! unfinished run is in the journal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::rig::CTRL_L;
use super::world::World;

/// What a panic has left in the folder of the journals; nobody else can read it.
fn crash_report(world: &World) -> String {
    let mut files = fs::read_dir(world.path("state")).unwrap().map(Result::unwrap);
    let file = files
        .find(|file| file.file_name().to_string_lossy().starts_with("crash-"))
        .unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(file.path()).unwrap()
}

#[test]
fn a_panic_gives_the_terminal_back_and_then_tells_its_story() {
    for place in ["loop", "task"] {
        let world = World::new();
        let mut terminal = world.open_with(&[], &[("SKYDECK_PANIC", place)]);
        terminal.review();
        terminal.press("a");
        world.faults(&json!([{"when": {"operation": "records/modify"}, "do": {"delay_ms": 600_000}}]));
        terminal.pass("Send 25 changes");
        terminal.wait("▸ Run");
        terminal.until("a request under way", |_| world.writes() == 1);
        terminal.press(CTRL_L);
        assert_eq!(terminal.end().exit_code(), 101, "{place}");
        terminal.assert_clean();
        let story = terminal.text();
        let begun = story.lines().position(|line| line.contains("made to panic in"));
        assert!(begun.is_some(), "{place}: {story}");
        assert!(!story.contains("Overview"), "{place}: drawn over:\n{story}");
        // The shell's prompt comes below it.
        assert_eq!(terminal.cursor(), story.lines().count(), "{place}: {story}");
        assert!(story.contains("the next start offers to finish it"), "{story}");
        let report = crash_report(&world);
        assert!(
            report.contains("made to panic in") && report.contains("skydeck "),
            "{report}"
        );
        world.faults(&json!([]));
        let mut terminal = world.open();
        terminal.wait("A run was interrupted");
        terminal.wait("25 operations left");
    }
}
