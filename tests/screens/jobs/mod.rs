//! Guided sync, verification, history, log and welcome. What the screen asks for is done by the library's own jobs, against
//! the demonstration.

mod environment;
mod guided;
mod history;
mod log;
mod under_way;
mod verify;
mod welcome;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use skydeck::config::Config;
use skydeck::sandbox::Demo;
use skydeck::sync::{self, JobError, Overrides, Session};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::{Opened, Place};
use skydeck::tui::settings::{Settings, Terminal as Kind};
use skydeck::tui::state::{Phase, State};
use skydeck::tui::theme::{Background, Depth};
use skydeck::tui::update::update;
use skydeck::tui::view::view;

/// Some moment.
pub(super) const NOW: i64 = 1_764_000_000_000;

fn settings(depth: Depth, unicode: bool) -> Settings {
    let terminal = Kind {
        depth,
        background: Background::Dark,
        unicode,
    };
    Settings::new(terminal, &toml::Table::new()).unwrap()
}

/// A screen, and what is behind it.
pub(super) struct Stage {
    pub(super) state: State,
    pub(super) now: i64,
    pub(super) pending: VecDeque<Effect>,
    world: Option<World>,
}

struct World {
    session: Arc<Session>,
    demo: Demo,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// A screen with nothing behind it.
    pub(super) fn bare(phase: Phase) -> Self {
        Stage {
            state: State::new(settings(Depth::True, true), phase, NOW),
            now: NOW,
            pending: VecDeque::new(),
            world: None,
        }
    }

    /// The demonstration, opened; its first comparison has been asked for and not been made.
    pub(super) async fn demo() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path()).await.unwrap();
        let variables = demo.environment();
        let overrides = Overrides {
            state_folder: Some(demo.folder.join("state")),
            ..Overrides::default()
        };
        let config = Config::load(&demo.config).unwrap();
        let env = |name: &str| variables.get(name).cloned();
        let session = Arc::new(Session::open(config, "development", overrides, &env).unwrap());
        let mut stage = Stage::bare(Phase::Opening);
        let types = session.config().types.iter();
        let opened = Opened {
            place: Place {
                endpoint: "http://127.0.0.1:1".to_owned(),
                ..Place::of(&session, true)
            },
            types: types.map(|one| (Arc::new(one.clone()), None)).collect(),
            interrupted: None,
            warnings: Vec::new(),
            arrangements: BTreeMap::new(),
            handle: None,
        };
        stage.world = Some(World {
            session,
            demo,
            _folder: folder,
        });
        stage.tell(Message::Done(1, Done::Opened(Ok(Box::new(opened)))));
        stage
    }

    /// The same, compared.
    pub(super) async fn compared() -> Self {
        let mut stage = Stage::demo().await;
        stage.settle().await;
        assert!(stage.state.comparison.is_some());
        stage
    }

    pub(super) fn emulator(&self) -> &skydeck::emulator::Emulator {
        &self.world.as_ref().unwrap().demo.emulator
    }

    /// Takes a message in, a second later.
    pub(super) fn tell(&mut self, message: Message) {
        self.now += 1000;
        self.pending.extend(update(&mut self.state, message, self.now));
    }

    /// Presses keys one after the other: `s`, `Enter`, `Right`.
    pub(super) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let code = match key {
                "Enter" => KeyCode::Enter,
                "Esc" => KeyCode::Esc,
                "Space" => KeyCode::Char(' '),
                "Right" => KeyCode::Right,
                "Left" => KeyCode::Left,
                "Down" => KeyCode::Down,
                "Up" => KeyCode::Up,
                "End" => KeyCode::End,
                "Home" => KeyCode::Home,
                one => KeyCode::Char(one.chars().next().unwrap()),
            };
            // What is in sight is known from the last frame.
            self.draw(120, 36);
            self.tell(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
    }

    pub(super) fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.tell(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
    }

    /// Does what was asked for, and what follows from it, to the end.
    pub(super) async fn settle(&mut self) {
        while let Some(effect) = self.pending.pop_front() {
            if let Effect::Start(id, work) = effect {
                self.work(id, work).await;
            }
        }
    }

    async fn work(&mut self, id: u64, work: Work) {
        let Some(session) = self.world.as_ref().map(|world| Arc::clone(&world.session)) else {
            return;
        };
        let failed = |what: &'static str| move |error: JobError| Failure::of(what, &error);
        let journal = Arc::clone(session.journal());
        let done = match work {
            Work::Compare(types) => {
                let job = sync::compare(&session, session.types(&types).unwrap());
                Done::Compared(
                    self.follow(id, job)
                        .await
                        .map(Arc::new)
                        .map_err(failed("Comparing")),
                )
            }
            Work::Review(comparison, choices) => {
                let reviewed = sync::review(&session, comparison, *choices).await;
                Done::Reviewed(reviewed.map(Box::new).map_err(failed("Planning")))
            }
            Work::Import(types) => {
                let job = sync::review_import(&session, session.types(&types).unwrap());
                Done::Reviewed(
                    self.follow(id, job)
                        .await
                        .map(Box::new)
                        .map_err(failed("Planning")),
                )
            }
            Work::DeleteAll(types) => {
                let job = sync::review_delete_all(&session, session.types(&types).unwrap());
                Done::Reviewed(
                    self.follow(id, job)
                        .await
                        .map(Box::new)
                        .map_err(failed("Planning")),
                )
            }
            Work::Undo(run) => {
                let job = sync::review_undo(&session, run);
                Done::Reviewed(
                    self.follow(id, job)
                        .await
                        .map(Box::new)
                        .map_err(failed("Planning")),
                )
            }
            Work::Apply(confirmed) => {
                let report = self.follow(id, sync::apply(&session, *confirmed)).await;
                let report = report.map(|report| Some(Arc::new(report)));
                Done::Applied(report.map_err(failed("Writing")))
            }
            Work::Verify(types, depth) => {
                let job = sync::verify(&session, session.types(&types).unwrap(), depth);
                let verified = self.follow(id, job).await.unwrap();
                let one = |(config, verdict): (skydeck::config::TypeConfig, Result<_, sync::TypeError>)| {
                    let verdict = verdict.map_err(|error| Failure::plain("Verifying", error.to_string()));
                    (config.name, verdict)
                };
                Done::Verified(Ok(verified.into_iter().map(one).collect()))
            }
            Work::Runs => {
                let mut past = journal.past().unwrap();
                // Whoever runs the tests.
                for one in &mut past {
                    one.run.who = Some("anna@mac".to_owned());
                }
                Done::Runs(Ok(past))
            }
            Work::Operations(run) => Done::Operations(run, Ok(journal.entries(run).unwrap())),
            _ => return,
        };
        self.tell(Message::Done(id, done));
    }

    async fn follow<T>(&mut self, id: u64, mut job: sync::Job<T>) -> Result<T, JobError> {
        let mut events = Vec::new();
        while let Some(event) = job.event().await {
            events.push(event);
        }
        self.tell(Message::Told(id, events));
        job.result().await
    }

    /// The screen at a size, as text.
    pub(super) fn draw(&mut self, columns: u16, rows: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let state = &mut self.state;
        let mut hits = None;
        let frame = terminal.draw(|frame| hits = Some(view(state, frame))).unwrap();
        let mut lines = Vec::new();
        for y in 0..rows {
            let cells = (0..columns).map(|x| frame.buffer[(x, y)].symbol());
            lines.push(cells.collect::<String>().trim_end().to_owned());
        }
        state.hits = hits.unwrap();
        lines.join("\n")
    }
}
