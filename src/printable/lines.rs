//! A writer for the log: each write becomes one line, whatever it contains.

use std::io::{self, Write};

use super::escape;

/// Passes each event on as one printable line. An event comes in one `write_all`, as `tracing_subscriber` writes them.
pub struct EventLines<W>(pub W);

impl<W: Write> Write for EventLines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = escape(text.strip_suffix('\n').unwrap_or(&text));
        writeln!(self.0, "{line}")?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line() {
        let mut out = Vec::new();
        let mut lines = EventLines(&mut out);
        for event in ["first \u{1b}[2J\n", "second\nERROR forged\n"] {
            assert!(lines.write_all(event.as_bytes()).is_ok());
        }
        assert_eq!(
            String::from_utf8_lossy(&out),
            "first \\u{1b}[2J\nsecond\\u{a}ERROR forged\n"
        );
    }
}
