//! The full screen as its users meet it: the real binary in a pseudo-terminal, driven by keys alone.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod interface;
mod leaving;
mod looks;
mod pictures;
mod rig;
mod tour;

use rig::Terminal;

/// The demo, compared: the figures are those of `demo::EXPECTED`.
fn demo(size: (u16, u16)) -> Terminal {
    let mut terminal = Terminal::open(&["--demo"], size);
    terminal.wait("5 748");
    terminal
}
