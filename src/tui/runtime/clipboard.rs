//! The clipboard, by the terminal (OSC 52): it reaches the user's machine over ssh too, and needs no other program.

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Puts a text on the clipboard; which way it went.
pub(super) fn copy(text: &str) -> io::Result<&'static str> {
    let tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
    let mut out = io::stdout();
    out.write_all(sequence(text, tmux).as_bytes())?;
    out.flush()?;
    Ok(if tmux {
        "by tmux and the terminal (OSC 52)"
    } else {
        "by the terminal (OSC 52)"
    })
}

/// What the terminal is told. tmux takes it for itself or lets it through to the terminal around it, as it is set up:
/// it is told both.
fn sequence(text: &str, tmux: bool) -> String {
    let plain = format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text));
    if tmux {
        format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b"))
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::sequence;

    #[test]
    fn the_terminal_gets_base64_and_tmux_a_wrapped_copy_too() {
        assert_eq!(sequence("héllo", false), "\x1b]52;c;aMOpbGxv\x1b\\");
        assert_eq!(
            sequence("a", true),
            "\x1b]52;c;YQ==\x1b\\\x1bPtmux;\x1b\x1b]52;c;YQ==\x1b\x1b\\\x1b\\"
        );
    }
}
