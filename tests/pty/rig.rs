//! The real binary in a pseudo-terminal, and the screen that it draws there.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use skydeck::tui::dialog::SWALLOWED;

/// Longer than anything takes on a machine with other work to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) const ENTER: &str = "\r";
pub(crate) const ESC: &str = "\u{1b}";
pub(crate) const UP: &str = "\u{1b}[A";
pub(crate) const DOWN: &str = "\u{1b}[B";
pub(crate) const RIGHT: &str = "\u{1b}[C";
pub(crate) const F3: &str = "\u{1b}OR";
pub(crate) const CTRL_E: &str = "\u{5}";
pub(crate) const CTRL_L: &str = "\u{c}";
pub(crate) const CTRL_U: &str = "\u{15}";

/// What the program wrote.
struct Seen {
    raw: Vec<u8>,
    /// The screen, as a terminal shows it: whole frames only.
    screen: vt100::Parser,
    /// How many bytes are on the screen.
    shown: usize,
}

/// Begins and ends a frame: what stands between is shown at once.
const FRAME: [&[u8]; 2] = [b"\x1b[?2026h", b"\x1b[?2026l"];

impl Seen {
    /// Takes what was read, and shows it as far as its frames are whole.
    fn read(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        let end = self.shown + whole_frames(&self.raw[self.shown..]);
        self.screen.process(&self.raw[self.shown..end]);
        self.shown = end;
    }
}

/// The length of the part that ends outside a frame, and not within the mark that begins one.
fn whole_frames(bytes: &[u8]) -> usize {
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|part| part == mark);
    let [begin, end] = FRAME;
    match (last(begin), last(end)) {
        (Some(begun), ended) if ended.is_none_or(|ended| ended < begun) => begun,
        _ => {
            let cut = (1..begin.len())
                .rev()
                .find(|length| bytes.ends_with(&begin[..*length]));
            bytes.len() - cut.unwrap_or(0)
        }
    }
}

/// The end of the terminal that a window has.
struct End {
    keys: Box<dyn std::io::Write + Send>,
    reader: JoinHandle<()>,
    master: Box<dyn MasterPty + Send>,
}

/// The program at a terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    /// This end of the terminal, until it is closed.
    end: Option<End>,
    seen: Arc<Mutex<Seen>>,
    /// Tells the reader to let go of the terminal after what it reads next.
    letting_go: Arc<AtomicBool>,
    /// Where it runs, if the folder was made for it.
    _folder: Option<tempfile::TempDir>,
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

/// What the one who runs the tests has set for this program, and what would change how it looks.
pub(crate) fn personal() -> impl Iterator<Item = String> {
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    names.filter(|name| {
        let of_a_kind = ["CLOUDKIT_", "SKYDECK_", "LC_", "XDG_"];
        let single = ["NO_COLOR", "COLORFGBG", "VISUAL", "EDITOR", "RUST_BACKTRACE"];
        of_a_kind.iter().any(|kind| name.starts_with(kind)) || single.contains(&name.as_str())
    })
}

/// The program in a folder, knowing nothing of who runs the tests.
pub(crate) fn command(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_skydeck"));
    command.args(args);
    command.cwd(folder);
    for name in personal() {
        command.env_remove(name);
    }
    command.env("HOME", folder);
    let usual = [
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        ("LANG", "C.UTF-8"),
        ("TZ", "UTC"),
    ];
    for (name, value) in usual.iter().chain(variables) {
        command.env(name, value);
    }
    command
}

impl Terminal {
    /// Starts the program in an empty folder with these arguments, on a screen of this size.
    pub(crate) fn open(args: &[&str], (columns, rows): (u16, u16)) -> Self {
        Terminal::open_with(args, (columns, rows), &[])
    }

    /// The same with environment variables.
    pub(crate) fn open_with(args: &[&str], size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Terminal::begin(command(folder.path(), args, variables), size, Some(folder))
    }

    /// Runs a command at a new terminal.
    pub(crate) fn run(command: CommandBuilder, size: (u16, u16)) -> Self {
        Terminal::begin(command, size, None)
    }

    fn begin(
        command: CommandBuilder,
        (columns, rows): (u16, u16),
        folder: Option<tempfile::TempDir>,
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let seen = Arc::new(Mutex::new(Seen {
            raw: Vec::new(),
            screen: vt100::Parser::new(cells(rows), cells(columns), 0),
            shown: 0,
        }));
        let letting_go = Arc::new(AtomicBool::new(false));
        let (into, stop) = (Arc::clone(&seen), Arc::clone(&letting_go));
        let reader = std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut seen = into.lock().unwrap();
                seen.read(&buffer[..count]);
                if stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
        let end = End {
            keys: pair.master.take_writer().unwrap(),
            reader,
            master: pair.master,
        };
        Terminal {
            child,
            end: Some(end),
            seen,
            letting_go,
            _folder: folder,
        }
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    /// The line that the cursor stands on.
    pub(crate) fn cursor(&self) -> usize {
        usize::from(self.seen.lock().unwrap().screen.screen().cursor_position().0)
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

    /// Waits until a line of the screen has all these texts.
    #[track_caller]
    pub(crate) fn wait_line(&mut self, texts: &[&str]) {
        self.until(&format!("a line with {texts:?}"), |screen| {
            screen
                .lines()
                .any(|line| texts.iter().all(|text| line.contains(text)))
        });
    }

    /// Waits until a dialog that gates a write has opened, by a text in it, and takes keys: it takes none at first, so
    /// that a held key cannot pass it.
    #[track_caller]
    pub(crate) fn wait_gate(&mut self, text: &str) {
        self.wait(text);
        std::thread::sleep(Duration::from_millis(SWALLOWED.unsigned_abs()));
    }

    /// Passes the gate by its button; the harmless one has the focus.
    #[track_caller]
    pub(crate) fn pass(&mut self, button: &str) {
        self.wait_gate("[ Leave as it is ]");
        self.press(RIGHT);
        self.wait(&format!("[ {button} ]"));
        self.press(ENTER);
        self.gone(button);
    }

    /// Passes the gate by the word that it asks for.
    #[track_caller]
    pub(crate) fn pass_word(&mut self, word: &str, button: &str) {
        self.wait_gate(&format!("Type {word} to confirm"));
        self.press(word);
        self.wait(&format!("[ {button} ]"));
        self.press(ENTER);
        self.gone(button);
    }

    /// Waits until the cursor can be seen on a line with this text.
    #[track_caller]
    pub(crate) fn wait_cursor(&mut self, text: &str) {
        self.until_screen(&format!("the cursor at {text:?}"), |screen| {
            let mut lines = screen.rows(0, screen.size().1.into());
            let line = lines.nth(screen.cursor_position().0.into());
            !screen.hide_cursor() && line.is_some_and(|line| line.contains(text))
        });
    }

    /// Waits until something holds, given the text on the screen.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        self.until_screen(what, |screen| holds(&screen.contents()));
    }

    #[track_caller]
    fn until_screen(&mut self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let begun = Instant::now();
        loop {
            if holds(self.seen.lock().unwrap().screen.screen()) {
                return;
            }
            let over = self.child.try_wait().unwrap();
            assert!(
                over.is_none() && begun.elapsed() < PATIENCE,
                "{what}, in vain (ended: {over:?}):\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses keys, as bytes that a terminal sends.
    pub(crate) fn press(&mut self, keys: &str) {
        let end = self.end.as_mut().unwrap();
        end.keys.write_all(keys.as_bytes()).unwrap();
        end.keys.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.seen
            .lock()
            .unwrap()
            .screen
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        let master = &self.end.as_ref().unwrap().master;
        master.resize(size(columns, rows)).unwrap();
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// The letter that the system has for the state of the process: `T` for a stopped one.
    pub(crate) fn state(&self) -> char {
        self.stat().chars().next().unwrap_or('?')
    }

    /// What the system says of the process, from its state on.
    fn stat(&self) -> String {
        let id = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // The name before it stands in parentheses, whatever is in it.
        stat.rsplit(") ").next().unwrap_or_default().to_owned()
    }

    /// Closes the terminal, as a window is closed; the time of a processor that the program took from then to its end.
    #[track_caller]
    pub(crate) fn close(&mut self) -> Duration {
        self.letting_go.store(true, Ordering::SeqCst);
        // Something to read, so that the reader lets go.
        self.press(CTRL_L);
        let End { keys, reader, master } = self.end.take().unwrap();
        reader.join().unwrap();
        // It says good-bye by keys. They are to be done with when the terminal goes.
        drop(keys);
        let before = self.at_rest();
        drop(master);
        let (begun, mut after) = (Instant::now(), before);
        while self.child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            after = after.max(self.processor_time());
            std::thread::sleep(Duration::from_millis(5));
        }
        after.saturating_sub(before)
    }

    /// Waits until the program takes no time any more; what it has taken so far.
    fn at_rest(&self) -> Duration {
        loop {
            let before = self.processor_time();
            std::thread::sleep(Duration::from_millis(200));
            let after = self.processor_time();
            if after == before {
                return after;
            }
        }
    }

    /// The time of a processor that the program has taken so far; in a hundredth of a second, as the system counts.
    fn processor_time(&self) -> Duration {
        let stat = self.stat();
        let ticks = stat
            .split(' ')
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok());
        Duration::from_millis(ticks.sum::<u64>() * 10)
    }

    /// Waits for the end of the program.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let read = Instant::now();
                let reader = &self.end.as_ref().unwrap().reader;
                while !reader.is_finished() && read.elapsed() < PATIENCE {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the terminal is as it was found: the first screen, the cursor, no mouse, no paste mode.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        let begun = Instant::now();
        while let Some(what) = self.left_behind() {
            assert!(begun.elapsed() < PATIENCE, "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn left_behind(&self) -> Option<&'static str> {
        let seen = self.seen.lock().unwrap();
        let screen = seen.screen.screen();
        let mouse = screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
        let all = [
            (screen.alternate_screen(), "still on the other screen"),
            (screen.hide_cursor(), "the cursor is hidden"),
            (screen.bracketed_paste(), "pastes are still framed"),
            (mouse, "the mouse is still taken"),
        ];
        all.into_iter().find_map(|(left, what)| left.then_some(what))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Whatever a failed test has left running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
