//! The real binary in a pseudo-terminal, and the screen that it draws there.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Longer than anything takes on a machine with other work to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// What has come out of the terminal.
struct Seen {
    raw: Vec<u8>,
    screen: vt100::Parser,
}

/// The program at a terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn std::io::Write + Send>,
    seen: Arc<Mutex<Seen>>,
    reader: JoinHandle<()>,
    master: Box<dyn MasterPty + Send>,
    _folder: tempfile::TempDir,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// A screen has one cell at least.
fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap_or(NonZero::<u16>::MIN)
}

impl Terminal {
    /// Starts the program in an empty folder with these arguments, on a screen of this size.
    pub(crate) fn open(args: &[&str], (columns, rows): (u16, u16)) -> Self {
        Terminal::open_with(args, (columns, rows), &[])
    }

    /// The same with environment variables.
    pub(crate) fn open_with(args: &[&str], (columns, rows): (u16, u16), variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_skydeck"));
        command.args(args);
        command.cwd(folder.path());
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
        ] {
            command.env(name, value);
        }
        command.env("HOME", folder.path());
        for name in ["NO_COLOR", "LC_ALL", "COLORFGBG", "XDG_CONFIG_HOME"] {
            command.env_remove(name);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let seen = Arc::new(Mutex::new(Seen {
            raw: Vec::new(),
            screen: vt100::Parser::new(cells(rows), cells(columns), 0),
        }));
        let into = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut seen = into.lock().unwrap();
                seen.raw.extend_from_slice(&buffer[..count]);
                seen.screen.process(&buffer[..count]);
            }
        });
        Terminal {
            child,
            keys: pair.master.take_writer().unwrap(),
            seen,
            reader,
            master: pair.master,
            _folder: folder,
        }
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    /// The cells of the screen, row by row.
    pub(crate) fn cells(&self) -> Vec<Vec<vt100::Cell>> {
        let seen = self.seen.lock().unwrap();
        let screen = seen.screen.screen();
        let (rows, columns) = screen.size();
        let row = |y| {
            (0..columns.get())
                .map(|x| screen.cell(y, x).unwrap().clone())
                .collect()
        };
        (0..rows.get()).map(row).collect()
    }

    /// Everything that was ever written.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap().raw).into_owned()
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub(crate) fn wait(&mut self, text: &str) {
        self.until(&format!("{text:?} on the screen"), |screen| screen.contains(text));
    }

    /// Waits until a text has gone from the screen.
    #[track_caller]
    pub(crate) fn gone(&mut self, text: &str) {
        self.until(&format!("{text:?} gone from the screen"), |screen| {
            !screen.contains(text)
        });
    }

    /// Whether a text comes onto the screen within a second.
    pub(crate) fn shows_soon(&self, text: &str) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(1) {
            if self.text().contains(text) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    #[track_caller]
    fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        loop {
            let text = self.text();
            if holds(&text) {
                return;
            }
            let over = self.child.try_wait().unwrap();
            assert!(
                over.is_none() && begun.elapsed() < PATIENCE,
                "{what}, in vain (ended: {over:?}):\n{text}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses keys, as bytes that a terminal sends.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.seen
            .lock()
            .unwrap()
            .screen
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// The letter that the system has for the state of the process: `T` for a stopped one.
    pub(crate) fn state(&self) -> char {
        let id = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // The name before it stands in parentheses, whatever is in it.
        let after = stat.rsplit(") ").next().unwrap_or_default();
        after.chars().next().unwrap_or('?')
    }

    /// Waits for the end of the program.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let read = Instant::now();
                while !self.reader.is_finished() && read.elapsed() < PATIENCE {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether the terminal is as it was found: the first screen, the cursor, no mouse, no paste mode, no raw input.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        let seen = self.seen.lock().unwrap();
        let screen = seen.screen.screen();
        assert!(!screen.alternate_screen(), "still on the other screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still framed");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Whatever a failed test has left running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
