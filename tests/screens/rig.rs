//! The demo, compared once for all tests, and a screen without a terminal on top of it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use skydeck::config::Config;
use skydeck::sandbox::Demo;
use skydeck::sync::{Comparison, Overrides, Session, compare};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::Place;
use skydeck::tui::runtime::read;
use skydeck::tui::settings::{self, Settings};
use skydeck::tui::state::{Phase, State, TypeState};
use skydeck::tui::theme::{Background, Depth};
use skydeck::tui::update::update;
use skydeck::tui::view::view;

/// The sizes that every screen is looked at in.
pub(crate) const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// The demo and what a comparison of it found.
pub(crate) struct Compared {
    pub(crate) session: Arc<Session>,
    pub(crate) comparison: Arc<Comparison>,
    pub(crate) folder: PathBuf,
    _kept: tempfile::TempDir,
}

/// Made by the first test that asks.
pub(crate) fn demo() -> &'static Compared {
    static DEMO: OnceLock<Compared> = OnceLock::new();
    DEMO.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let kept = tempfile::tempdir().unwrap();
            let demo = Demo::start(kept.path()).await.unwrap();
            let (variables, folder) = (demo.environment(), kept.path().to_owned());
            let config = Config::load(&demo.config).unwrap();
            let overrides = Overrides {
                state_folder: Some(folder.join("state")),
                ..Overrides::default()
            };
            let session = Session::open(config, "development", overrides, &|name| {
                variables.get(name).cloned()
            });
            let session = Arc::new(session.unwrap());
            let comparison = compare(&session, session.types(&[]).unwrap())
                .result()
                .await
                .unwrap();
            Compared {
                session,
                comparison: Arc::new(comparison),
                folder,
                _kept: kept,
            }
        })
    })
}

/// The state, the last frame, and what was asked to be kept.
pub(crate) struct Screen {
    pub(crate) state: State,
    pub(crate) remembered: Vec<(String, String)>,
    size: (u16, u16),
    now: i64,
}

impl Screen {
    /// The demo's types, before anything was compared.
    pub(crate) fn open(size: (u16, u16)) -> Self {
        Screen::with_depth(size, Depth::True, true)
    }

    pub(crate) fn with_depth(size: (u16, u16), depth: Depth, unicode: bool) -> Self {
        let terminal = settings::Terminal {
            depth,
            background: Background::Dark,
            unicode,
        };
        let settings = Settings::new(terminal, &toml::Table::new()).unwrap();
        let mut state = State::new(settings, Phase::Ready, 0);
        state.place = Place {
            container: "iCloud.com.example.sports".into(),
            environment: "development".into(),
            demo: true,
            ..Place::default()
        };
        let types = demo().session.config().types.iter();
        state.types = types
            .map(|config| TypeState {
                config: Arc::new(config.clone()),
                snapshot: None,
                reading: None,
                failure: None,
            })
            .collect();
        let mut screen = Screen {
            state,
            remembered: Vec::new(),
            size,
            now: 0,
        };
        screen.draw();
        screen
    }

    /// The demo, compared.
    pub(crate) fn compared(size: (u16, u16)) -> Self {
        let mut screen = Screen::open(size);
        screen.take(Message::Done(
            0,
            Done::Compared(Ok(Arc::clone(&demo().comparison))),
        ));
        screen
    }

    /// Takes a message in and does what follows from it, until nothing does.
    pub(crate) fn take(&mut self, message: Message) {
        let mut waiting = VecDeque::from([message]);
        while let Some(message) = waiting.pop_front() {
            self.now += 1000;
            for effect in update(&mut self.state, message, self.now) {
                waiting.extend(self.carry_out(effect));
            }
            self.draw();
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Vec<Message> {
        match effect {
            Effect::Start(
                job,
                work @ (Work::Load { .. } | Work::Sift(_) | Work::Order(_) | Work::Export { .. }),
            ) => {
                let mut said = Vec::new();
                let mut partly = |done| said.push(Message::Done(0, done));
                let done = read(&demo().session, work, &|| false, &mut partly);
                said.push(Message::Done(job, done));
                said
            }
            Effect::Remember { key, value } => {
                self.remembered.push((key, value));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Presses keys: characters, or names such as `enter` between blanks.
    pub(crate) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let code = match key {
                "enter" => KeyCode::Enter,
                "esc" => KeyCode::Esc,
                "space" => KeyCode::Char(' '),
                "up" => KeyCode::Up,
                "ctrl-f" => {
                    self.key(KeyCode::Char('f'), KeyModifiers::CONTROL);
                    continue;
                }
                key => KeyCode::Char(key.chars().next().unwrap()),
            };
            self.key(code, KeyModifiers::NONE);
        }
    }

    /// Types a text.
    pub(crate) fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(KeyCode::Char(c), KeyModifiers::NONE);
        }
    }

    fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.take(Message::Key(KeyEvent::new(code, modifiers)));
    }

    /// Clicks where a text stands on the screen.
    pub(crate) fn click(&mut self, text: &str) {
        let shown = self.draw();
        let (row, line) = shown
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(text))
            .unwrap();
        let column = line.split(text).next().unwrap().chars().count();
        self.take(Message::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: u16::try_from(column).unwrap(),
            row: u16::try_from(row).unwrap(),
            modifiers: KeyModifiers::NONE,
        }));
    }

    /// Another size of the terminal.
    pub(crate) fn resize(&mut self, size: (u16, u16)) -> String {
        self.size = size;
        self.draw()
    }

    /// The screen as text.
    pub(crate) fn draw(&mut self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        let mut hits = None;
        terminal
            .draw(|frame| hits = Some(view(&self.state, frame)))
            .unwrap();
        self.state.hits = hits.unwrap();
        let buffer = terminal.backend().buffer();
        let rows = buffer.content().chunks(usize::from(self.size.0).max(1));
        let line = |row: &[ratatui::buffer::Cell]| {
            let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
            text.trim_end().to_owned()
        };
        rows.map(line).collect::<Vec<_>>().join("\n")
    }

    /// The body of the screen: without the first line, which has a clock.
    pub(crate) fn body(&mut self) -> String {
        let shown = self.draw();
        shown.lines().skip(2).collect::<Vec<_>>().join("\n")
    }

    /// The line of the screen that contains a text.
    pub(crate) fn line(&mut self, text: &str) -> String {
        let shown = self.draw();
        let found = shown.lines().find(|line| line.contains(text));
        found
            .unwrap_or_else(|| panic!("no {text:?} in\n{shown}"))
            .to_owned()
    }
}
