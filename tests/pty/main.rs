//! The full screen as its users meet it: the real binary in a pseudo-terminal, driven by keys alone.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod editor;
mod environments;
mod interface;
mod leaving;
mod looks;
#[cfg(debug_assertions)]
mod panic;
mod pictures;
mod records;
mod rig;
mod server;
mod syncing;
mod tour;
mod trouble;
mod world;

use rig::Terminal;

/// The demo, compared: the figures are those of `demo::EXPECTED`.
fn demo(size: (u16, u16)) -> Terminal {
    let mut terminal = Terminal::open(&["--demo"], size);
    terminal.wait("5 748");
    terminal
}
