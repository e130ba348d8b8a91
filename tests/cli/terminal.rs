//! At a terminal: questions, progress, Ctrl-C.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use serde_json::json;

use super::Rig;
use super::rig::{Said, in_cloud, until};

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";

/// The program at a terminal.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn std::io::Write + Send>,
    seen: Arc<Mutex<String>>,
    /// Ends when the program has, and all that it wrote is in `seen`.
    reader: JoinHandle<()>,
    /// Where the next thing to expect may begin.
    read: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    fn open(rig: &Rig, args: &[&str]) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 200,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let plain = rig.command(args);
        let mut command = CommandBuilder::new(plain.get_program());
        command.args(plain.get_args());
        command.cwd(rig.folder());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut screen = pair.master.try_clone_reader().unwrap();
        let seen = Arc::new(Mutex::new(String::new()));
        let into = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                into.lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
        });
        Terminal {
            child,
            keys: pair.master.take_writer().unwrap(),
            seen,
            reader,
            read: 0,
            _master: pair.master,
        }
    }

    /// Waits until this is shown, after what was expected before.
    #[track_caller]
    fn expect(&mut self, text: &str) {
        let found = until(&format!("{text:?} is shown"), || {
            // Asked first: what is written last is there before the end is.
            let over = self.reader.is_finished();
            let seen = self.seen.lock().unwrap();
            let found = seen[self.read..].find(text).map(|at| at + text.len());
            assert!(found.is_some() || !over, "{text:?} was not shown: {seen}");
            found
        });
        self.read += found;
    }

    /// Waits until all of these have been shown, in any order.
    #[track_caller]
    fn expect_all(&self, texts: &[&str]) {
        until(&format!("{texts:?} are shown"), || {
            let over = self.reader.is_finished();
            let seen = self.seen.lock().unwrap();
            let all = texts.iter().all(|text| seen[self.read..].contains(text));
            assert!(all || !over, "{texts:?} were not shown: {seen}");
            all.then_some(())
        });
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits for the end; everything shown, and the exit code.
    fn end(mut self) -> Said {
        let status = until("the program ends", || self.child.try_wait().unwrap());
        until("all of it is shown", || self.reader.is_finished().then_some(()));
        Said {
            code: i32::try_from(status.exit_code()).unwrap(),
            out: self.seen.lock().unwrap().clone(),
            err: String::new(),
        }
    }
}

const QUESTION: &str = "Create 2 and update 1 records in development of iCloud.com.example.football? [y/N] ";

#[test]
fn enter_alone_means_no_and_so_does_everything_but_yes() {
    let rig = Rig::new();
    for keys in ["\r", "n\r", "yeah\r", CTRL_D] {
        let mut terminal = Terminal::open(&rig, &["sync"]);
        terminal.expect("~ Stadium wembley: capacity: 82000 → 90000");
        terminal.expect(QUESTION);
        terminal.press(keys);
        terminal.expect("Nothing was sent.");
        assert_eq!(terminal.end().code, 4);
    }
    assert_eq!(rig.count("records/modify"), 0);
    let mut terminal = Terminal::open(&rig, &["sync"]);
    terminal.expect(QUESTION);
    terminal.press("y\r");
    terminal.expect("Created 2, Updated 1, Skipped 3 unchanged");
    assert_eq!(terminal.end().code, 0);
}

#[test]
fn several_deletions_are_confirmed_by_their_number() {
    let rig = Rig::new();
    rig.load(&[in_cloud("roker_park", "Roker Park", 22500, [54.9, -1.4])]);
    let all = ["sync", "--delete-orphans", "--max-delete-percent", "50"];
    let question = "Create 2, update 1 and delete 2 records in development of iCloud.com.example.football? Type 2 to confirm: ";
    for (keys, code) in [("y\r", 4), ("3\r", 4), ("2\r", 0)] {
        assert!(rig.has("roker_park") && rig.has("highbury"));
        let mut terminal = Terminal::open(&rig, &all);
        terminal.expect(question);
        terminal.press(keys);
        assert_eq!(terminal.end().code, code);
    }
    assert!(!rig.has("roker_park") && !rig.has("highbury"));
}

#[test]
fn production_is_confirmed_by_its_name() {
    let rig = Rig::new();
    let production = ["sync", "Team", "-e", "production", "--unlock", "production"];
    for (keys, code) in [("y\r", 4), ("production\r", 0)] {
        assert_eq!(rig.count("records/modify"), 0);
        let mut terminal = Terminal::open(&rig, &production);
        terminal.expect("records in production of iCloud.com.example.football? Type production to confirm: ");
        terminal.press(keys);
        assert_eq!(terminal.end().code, code);
    }
    assert_eq!(rig.count("records/modify"), 1);
}

#[test]
fn ctrl_c_at_a_question_is_a_no_that_ends_at_once() {
    let rig = Rig::new();
    let mut terminal = Terminal::open(&rig, &["sync"]);
    terminal.expect(QUESTION);
    terminal.press(CTRL_C);
    terminal.expect("Cancelled.");
    assert_eq!(terminal.end().code, 130);
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn ctrl_c_ends_a_doctor_that_waits_for_the_service() {
    let rig = Rig::new();
    rig.faults(&json!([{"do": {"delay_ms": 600_000}}]));
    let mut terminal = Terminal::open(&rig, &["doctor"]);
    terminal.expect("asking the service");
    terminal.press(CTRL_C);
    terminal.expect("Cancelled.");
    assert_eq!(terminal.end().code, 130);
}

/// A service that asks to wait, as long as the test wants.
fn busy(operation: &str, from: u32) -> serde_json::Value {
    json!([{"when": {"operation": operation, "from": from},
        "do": {"status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 1}}])
}

#[test]
fn progress_is_drawn_where_somebody_watches() {
    let rig = Rig::new();
    rig.faults(&busy("records/query", 1));
    let mut terminal = Terminal::open(&rig, &["diff"]);
    // The files are read beside the service: either may be told first.
    terminal.expect_all(&[
        "4 here, 0 in the cloud",
        "The service asks to wait 1.0 s (TRY_AGAIN_LATER)",
    ]);
    rig.faults(&json!([]));
    terminal.expect("Stadiums: 2 unchanged, 1 new, 1 updated, 1 deleted");
    assert_eq!(terminal.end().code, 2);
}

#[test]
fn without_a_terminal_there_is_talk_and_no_drawing() {
    let rig = Rig::new();
    let script = json!([{"when": {"operation": "records/query", "to": 1},
        "do": {"status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 1}}]);
    rig.faults(&script);
    let said = rig.run(&["diff"]);
    assert_eq!(said.err, "The service asks to wait 1.0 s (TRY_AGAIN_LATER)\n");
    rig.faults(&script);
    let said = rig.run(&["diff", "--json"]);
    assert_eq!((said.code, said.err.as_str()), (2, ""));
}

#[test]
fn ctrl_c_during_a_sync_ends_between_two_requests_and_resume_goes_on() {
    let rig = Rig::new();
    rig.many_stadiums(400);
    rig.configure("[limits]\nin_flight = 1\n");
    // The first batch goes through, the second one is asked to wait until the test has pressed Ctrl-C.
    rig.faults(&busy("records/modify", 2));
    let mut terminal = Terminal::open(&rig, &["sync", "Stadium", "--yes"]);
    terminal.expect("The service asks to wait 1.0 s");
    terminal.press(CTRL_C);
    terminal.expect("Stopping after the requests in flight are answered");
    terminal.expect("Created 200, Updated 0, Skipped 0 unchanged");
    terminal.expect("Sent, outcome not known yet: 200 operations.");
    terminal.expect("Cancelled.");
    terminal.expect("Run 1 is in the journal; finish it with: skydeck resume");
    assert_eq!(terminal.end().code, 130);
    rig.faults(&json!([]));
    let mut terminal = Terminal::open(&rig, &["resume"]);
    terminal.expect(
        "Finish run 1 (sync), 200 operations left, in development of iCloud.com.example.football? [y/N] ",
    );
    terminal.press("y\r");
    assert_eq!(terminal.end().code, 0);
    rig.run(&["verify", "Stadium", "--deep"]).data(2);
    let verdict = rig.json(2, &["verify", "Stadium", "--deep"]);
    assert_eq!(verdict["types"][0]["missing"], json!([]));
    assert_eq!(verdict["types"][0]["mismatched"], json!([]));
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_an_answer() {
    let rig = Rig::new();
    rig.faults(&json!([{"when": {"operation": "records/modify"}, "do": {"delay_ms": 600_000}}]));
    let mut terminal = Terminal::open(&rig, &["sync", "--yes"]);
    until("the first request was carried out", || {
        rig.has("new_ground").then_some(())
    });
    terminal.press(CTRL_C);
    terminal.expect("Stopping after the requests in flight are answered");
    terminal.press(CTRL_C);
    terminal.expect("Cancelled.");
    assert_eq!(terminal.end().code, 130);
    rig.faults(&json!([]));
    rig.run(&["resume", "--yes"]).data(0);
    rig.run(&["verify", "Team", "--deep"]).data(0);
}

#[test]
fn names_in_a_question_cannot_drive_the_terminal() {
    let rig = Rig::new();
    let mut hostile = in_cloud("x", "X", 1, [0.0, 0.0]);
    hostile["recordName"] = json!("a\u{1b}[2Jb\nc");
    rig.load(&[hostile]);
    let mut terminal = Terminal::open(&rig, &["delete", "Stadium", "a\u{1b}[2Jb\nc"]);
    terminal.expect("  - Stadium a\\u{1b}[2Jb\\u{a}c");
    terminal.expect("Delete 1 record in development");
    terminal.press("y\r");
    let said = terminal.end();
    assert_eq!(said.code, 0);
    assert!(!said.out.contains("\u{1b}[2J"), "{said:?}");
}
