//! A state that is driven by keys and looked at, and a world in which its effects are carried out.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use skydeck::sync::{self, Session};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::hits::Hits;
use skydeck::tui::job::JobId;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::settings::{self, Settings};
use skydeck::tui::state::{Phase, State};
use skydeck::tui::theme::{Background, Depth};
use skydeck::tui::update::update;
use skydeck::tui::view::view;

/// 2026-02-02 02:40 UTC.
pub(crate) const NOON: i64 = 1_770_000_000_000;

pub(crate) struct Driver {
    pub(crate) state: State,
    pub(crate) now: i64,
    /// What was asked for and not carried out yet.
    pub(crate) asked: Vec<Effect>,
}

impl Driver {
    pub(crate) fn new() -> Self {
        let terminal = settings::Terminal {
            depth: Depth::True,
            background: Background::Dark,
            unicode: true,
        };
        let settings = Settings::new(terminal, &toml::Table::new()).unwrap();
        Driver {
            state: State::new(settings, Phase::Opening, NOON),
            now: NOON,
            asked: Vec::new(),
        }
    }

    pub(crate) fn tell(&mut self, message: Message) {
        let effects = update(&mut self.state, message, self.now);
        self.asked.extend(effects);
    }

    pub(crate) fn wait(&mut self, ms: i64) {
        self.now += ms;
        self.tell(Message::Tick);
    }

    /// Keys by their names, parted by blanks: `enter`, `tab`, `e`.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let (code, modifiers) = match key {
                "enter" => (KeyCode::Enter, KeyModifiers::NONE),
                "esc" => (KeyCode::Esc, KeyModifiers::NONE),
                "tab" => (KeyCode::Tab, KeyModifiers::NONE),
                "backspace" => (KeyCode::Backspace, KeyModifiers::NONE),
                "space" => (KeyCode::Char(' '), KeyModifiers::NONE),
                "down" => (KeyCode::Down, KeyModifiers::NONE),
                "up" => (KeyCode::Up, KeyModifiers::NONE),
                "left" => (KeyCode::Left, KeyModifiers::NONE),
                "right" => (KeyCode::Right, KeyModifiers::NONE),
                "ctrl-u" => (KeyCode::Char('u'), KeyModifiers::CONTROL),
                "ctrl-x" => (KeyCode::Char('x'), KeyModifiers::CONTROL),
                key => (KeyCode::Char(key.chars().next().unwrap()), KeyModifiers::NONE),
            };
            self.tell(Message::Key(KeyEvent::new(code, modifiers)));
        }
    }

    pub(crate) fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.tell(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
    }

    /// What is on the screen, line by line.
    pub(crate) fn screen(&mut self, width: u16, height: u16) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut hits = Hits::default();
        terminal.draw(|frame| hits = view(&self.state, frame)).unwrap();
        self.state.hits = hits;
        let buffer = terminal.backend().buffer().clone();
        let line = |y: u16| {
            let mut line = String::new();
            let mut x = 0;
            while x < width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol))
                    .unwrap()
                    .max(1);
            }
            line
        };
        (0..height).map(line).collect()
    }

    /// The right side of the record browser, which has the keys: below 100 columns it is all there is.
    pub(crate) fn side(&mut self, width: u16, height: u16) -> String {
        let screen = self.screen(width, height);
        let from = if width < 100 {
            0
        } else {
            usize::from(width * 11 / 20)
        };
        let body = screen.iter().skip(2).take(usize::from(height) - 3);
        body.map(|line| cells(line, from, usize::from(width)) + "\n")
            .collect()
    }

    /// The dialog of this title, frame and all.
    pub(crate) fn dialog(&mut self, title: &str, width: u16, height: u16) -> String {
        let screen = self.screen(width, height);
        let found = screen.iter().enumerate().find_map(|(y, line)| {
            let at = line.find(&format!("╭ {title}"))?;
            let left = unicode_width::UnicodeWidthStr::width(&line[..at]);
            let end = at + line[at..].find('╮')? + '╮'.len_utf8();
            Some((y, left, unicode_width::UnicodeWidthStr::width(&line[..end])))
        });
        let Some((top, left, right)) = found else {
            panic!("no dialog '{title}' in\n{}", screen.join("\n"));
        };
        let mut shown = String::new();
        for line in &screen[top..] {
            let part = cells(line, left, right);
            shown += &part;
            shown.push('\n');
            if part.starts_with('╰') {
                break;
            }
        }
        shown
    }

    /// Carries out what was asked for until nothing is left; what concerns the terminal is returned.
    pub(crate) async fn settle(&mut self, session: &Arc<Session>) -> Vec<Effect> {
        let mut others = Vec::new();
        while !self.asked.is_empty() {
            for effect in std::mem::take(&mut self.asked) {
                match effect {
                    Effect::Start(id, work) => {
                        let done = carry_out(session, work).await;
                        self.tell_done(id, done);
                    }
                    other => others.push(other),
                }
            }
        }
        others
    }

    pub(crate) fn tell_done(&mut self, id: JobId, done: Done) {
        self.tell(Message::Done(id, done));
    }
}

/// The part of a line from one column to another.
fn cells(line: &str, from: usize, to: usize) -> String {
    let mut column = 0;
    let mut part = String::new();
    for c in line.chars() {
        if (from..to).contains(&column) {
            part.push(c);
        }
        column += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
    }
    part
}

async fn carry_out(session: &Arc<Session>, work: Work) -> Done {
    let failed = |what: &'static str| move |error: sync::JobError| Failure::of(what, &error);
    match work {
        Work::Compare(types) => {
            let types = session.types(&types).unwrap();
            let result = sync::compare(session, types).result().await;
            Done::Compared(result.map(Arc::new).map_err(failed("Comparing")))
        }
        Work::Find { record_type, name } => {
            let result = sync::find(session, &record_type, &name).result().await;
            Done::Found(result.map(Box::new).map_err(failed("Looking up")))
        }
        Work::Edits(edits) => {
            let result = sync::review_edits(session, edits).result().await;
            Done::Reviewed(result.map(Box::new).map_err(failed("Planning")))
        }
        Work::Apply(confirmed) => {
            let result = sync::apply(session, *confirmed).result().await;
            Done::Applied(
                result
                    .map(|report| Some(Arc::new(report)))
                    .map_err(failed("Writing")),
            )
        }
        Work::Sides {
            comparison,
            type_index,
            row,
        } => {
            let sides = comparison.types[type_index].both_sides(session, &[row]);
            let sides = sides.map(|mut sides| Box::new(sides.remove(0)));
            Done::Sides(sides.map_err(failed("Reading")))
        }
        Work::Referrers(comparison, name) => {
            let result = sync::referrers(session, comparison, name).result().await;
            Done::Referrers(result.map(Box::new).map_err(failed("Searching")))
        }
        Work::RecordHistory(name) => {
            let journal = session.journal();
            let entries = journal.history_of(&name).unwrap().into_iter();
            let past = entries
                .map(|entry| (journal.run(entry.run).unwrap(), entry))
                .collect();
            Done::RecordHistory(name, Ok(past))
        }
        // What the list asks for is its own affair.
        _ => Done::Runs(Ok(Vec::new())),
    }
}
