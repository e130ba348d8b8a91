//! However the program ends, the terminal is as it was found.

use rustix::process::Signal;

use std::time::Duration;

use serde_json::json;

use super::demo;
use super::rig::Terminal;
use super::world::{UPDATED, World};

#[test]
fn keys_and_signals_end_it_and_leave_the_terminal_clean() {
    for way in ["q", "\u{3}"] {
        let mut terminal = demo((100, 30));
        terminal.press(way);
        assert_eq!(terminal.end().exit_code(), 0, "{way:?}");
        terminal.assert_clean();
    }
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = demo((100, 30));
        terminal.signal(signal);
        assert_eq!(terminal.end().exit_code(), 0, "{signal:?}");
        terminal.assert_clean();
    }
}

#[test]
fn it_can_be_stopped_and_goes_on() {
    let mut terminal = demo((100, 30));
    terminal.press("\u{1a}");
    while terminal.state() != 'T' {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    terminal.assert_clean();
    terminal.signal(Signal::CONT);
    terminal.wait("5 748");
    terminal.press("q");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_clean();
}

#[test]
fn the_quit_key_leaves_dialogs_behind_from_anywhere() {
    let mut terminal = demo((100, 30));
    terminal.press("?");
    terminal.wait("Keys and commands");
    terminal.press("\u{3}");
    assert_eq!(terminal.end().exit_code(), 0);
    terminal.assert_clean();
}

/// Far less than a loop takes that asks a terminal which is gone, again and again.
const LITTLE: Duration = Duration::from_millis(500);

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let world = World::new();
    // Where it is not the terminal of the session, no signal tells of it.
    for told in [true, false] {
        let mut command = world.command(&[], &[]);
        command.set_controlling_tty(told);
        let mut terminal = Terminal::run(command, (150, 40));
        terminal.wait("compared just now");
        let taken = terminal.close();
        assert!(taken < LITTLE, "{told}: {taken:?}");
    }
}

#[test]
fn a_terminal_that_is_closed_during_a_run_leaves_nothing_unsettled() {
    let world = World::new();
    let mut terminal = world.open();
    terminal.review();
    terminal.press("a");
    world.faults(&json!([{"when": {"operation": "records/modify"}, "do": {"delay_ms": 1500}}]));
    terminal.pass("Send 25 changes");
    terminal.until("a request under way", |_| world.writes() == 1);
    let taken = terminal.close();
    assert!(taken < LITTLE, "{taken:?}");
    // What was under way has been waited for.
    let run = world.json(&["history"], 0)["runs"][0].take();
    assert_eq!(
        (&run["ending"], &run["states"]),
        (&json!("done"), &json!({"applied": 25}))
    );
    assert_eq!(world.run(&["resume", "--yes"], 0), "No run was interrupted.\n");
    assert_eq!(world.value(UPDATED, "capacity"), 18061);
    assert_eq!(world.writes(), 1);
}
