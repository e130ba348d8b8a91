//! The real binary in a pseudo-terminal, watched from outside.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::Outcome;
use crate::world::{SKYDECK, Server, World};

const COLUMNS: u16 = 200;
const ROWS: u16 = 60;
const PATIENCE: Duration = Duration::from_secs(120);

/// What has come out so far.
pub(crate) struct Seen {
    screen: vt100::Parser,
    /// Whole frames.
    pub(crate) frames: usize,
}

/// A program at a terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn std::io::Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    begun: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts the full screen on the data of a world.
    pub(crate) fn open(world: &World, server: &Server) -> Outcome<Self> {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(SKYDECK);
        for (name, value) in world.environment(server) {
            command.env(name, value);
        }
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
        ] {
            command.env(name, value);
        }
        let mut output = pair.master.try_clone_reader()?;
        let begun = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let seen = Seen {
            screen: vt100::Parser::new(ROWS.try_into()?, COLUMNS.try_into()?, 0),
            frames: 0,
        };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let into = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let Ok(mut seen) = into.0.lock() else { return };
                seen.screen.process(&buffer[..count]);
                // The end of a synchronised update. One cut in two is seen with the next.
                seen.frames += buffer[..count]
                    .windows(8)
                    .filter(|end| end == b"\x1b[?2026l")
                    .count();
                into.1.notify_all();
            }
        });
        Ok(Terminal {
            child,
            keys: pair.master.take_writer()?,
            seen,
            begun,
            _master: pair.master,
        })
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }

    /// Presses keys, as bytes that a terminal sends.
    pub(crate) fn press(&mut self, keys: &str) {
        // That it has ended is told by whoever waits for what the key should do.
        let _ = self
            .keys
            .write_all(keys.as_bytes())
            .and_then(|()| self.keys.flush());
    }

    /// Waits until a text is on the screen; the time since the start of the process.
    pub(crate) fn wait(&mut self, text: &str) -> Outcome<Duration> {
        let found = self.until(|seen| seen.screen.screen().contents().contains(text));
        found.map_err(|screen| format!("no {text:?} on the screen:\n{screen}").into())
    }

    /// Waits until something holds of what was seen; the time since the start of the process.
    pub(crate) fn until(&mut self, holds: impl Fn(&Seen) -> bool) -> Outcome<Duration> {
        let (seen, changed) = &*self.seen;
        let seen = seen.lock().map_err(|error| error.to_string())?;
        let (seen, waited) = changed
            .wait_timeout_while(seen, PATIENCE, |seen| !holds(seen))
            .map_err(|error| error.to_string())?;
        if waited.timed_out() {
            return Err(seen.screen.screen().contents().into());
        }
        Ok(self.begun.elapsed())
    }

    /// Ends the program by its key.
    pub(crate) fn quit(mut self) -> Outcome<()> {
        self.press("\x03");
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
