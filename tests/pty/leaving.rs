//! However the program ends, the terminal is as it was found.

use rustix::process::Signal;

use super::demo;

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
