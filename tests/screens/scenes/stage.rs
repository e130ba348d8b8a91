//! A state on its way to a scene: keys and messages in; what can be read of the demonstration's comparison is read at
//! once, all other work waits for the scene to answer it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use skydeck::config::TypeConfig;
use skydeck::journal::RunKind;
use skydeck::record::plan::{Operation, Plan};
use skydeck::sync::{BothSides, Choices, Comparison, Event, Reviewed, review};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::job::{JobId, Kind};
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::{Opened, Place};
use skydeck::tui::runtime::read;
use skydeck::tui::screen::records::rows::Loaded;
use skydeck::tui::state::{Phase, State};
use skydeck::tui::update::update;

use crate::picture::{Look, Picture};
use crate::rig::demo;

/// 2026-02-02 02:40 UTC.
pub(crate) const NOON: i64 = 1_770_000_000_000;

/// Every row that any picture shows has been read.
const LARGEST: (u16, u16) = (200, 60);

pub(crate) struct Stage {
    pub(crate) state: State,
    /// What every row that is read has, in place of what the demonstration's files have.
    pub(crate) sides: Option<BothSides>,
    /// The size that the last frame had.
    pub(crate) size: (u16, u16),
    /// Whether nothing is read any more.
    pub(crate) deaf: bool,
    now: i64,
    pub(crate) asked: Vec<(JobId, Work)>,
}

/// The demonstration's place.
pub(crate) fn place() -> Place {
    Place {
        container: demo().session.config().container.clone(),
        environment: "development".into(),
        endpoint: "http://127.0.0.1:1".into(),
        demo: true,
        ..Place::default()
    }
}

/// An environment as it was opened, nothing of it compared before.
pub(crate) fn opened(place: Place, types: &[TypeConfig]) -> Opened {
    Opened {
        place,
        types: types.iter().map(|one| (Arc::new(one.clone()), None)).collect(),
        interrupted: None,
        warnings: Vec::new(),
        arrangements: BTreeMap::new(),
        handle: None,
    }
}

/// A plan for the demonstration's place, to be asked about.
pub(crate) fn plan(kind: RunKind, operations: Vec<Operation>) -> Reviewed {
    let plan = Plan::new(operations, 0).unwrap();
    let undoes = (kind == RunKind::Undo).then_some(3);
    Reviewed::unchecked(&demo().session, plan, kind, undoes).unwrap()
}

impl Stage {
    pub(crate) fn new(phase: Phase) -> Self {
        Stage {
            state: State::new(Look::COLOUR.settings(), phase, NOON),
            sides: None,
            size: LARGEST,
            deaf: false,
            now: NOON,
            asked: Vec::new(),
        }
    }

    /// The demonstration, just opened; its first comparison is under way.
    pub(crate) fn comparing() -> Self {
        let types = &demo().session.config().types;
        Stage::at(opened(place(), types))
    }

    /// Any environment, just opened.
    pub(crate) fn at(opened: Opened) -> Self {
        let mut stage = Stage::new(Phase::Opening);
        stage.tell(Message::Done(0, Done::Opened(Ok(Box::new(opened)))));
        stage
    }

    /// The demonstration, compared.
    pub(crate) fn compared() -> Self {
        let mut stage = Stage::comparing();
        stage.answer(Done::Compared(Ok(Arc::clone(&demo().comparison))));
        stage
    }

    /// The demonstration, compared with this outcome.
    pub(crate) fn compared_as(comparison: Comparison) -> Self {
        let mut stage = Stage::comparing();
        stage.answer(Done::Compared(Ok(Arc::new(comparison))));
        stage
    }

    /// Takes a message in and does the reading that follows from it.
    pub(crate) fn tell(&mut self, message: Message) {
        let mut waiting = vec![message];
        while let Some(message) = waiting.pop() {
            // Which rows are in sight is known from the last frame.
            self.state.hits = Picture::of(&self.state, self.size).hits;
            for effect in update(&mut self.state, message, self.now) {
                let Effect::Start(id, work) = effect else { continue };
                match self.read(work) {
                    Ok(done) => waiting.push(Message::Done(id, done)),
                    Err(work) => self.asked.push((id, work)),
                }
            }
        }
    }

    fn read(&self, work: Work) -> Result<Done, Work> {
        if self.deaf {
            return Err(work);
        }
        match (work, &self.sides) {
            (
                Work::Load {
                    comparison,
                    type_index,
                    rows,
                },
                Some(sides),
            ) => Ok(Done::Loaded(Loaded {
                comparison,
                type_index,
                records: Ok(rows.into_iter().map(|row| (row, sides.clone())).collect()),
            })),
            (Work::Sides { .. }, Some(sides)) => Ok(Done::Sides(Ok(Box::new(sides.clone())))),
            (work @ (Work::Load { .. } | Work::Sift(_) | Work::Order(_)), _) => {
                Ok(read(&demo().session, work, &|| false, &mut |_| {}))
            }
            (
                Work::Sides {
                    comparison,
                    type_index,
                    row,
                },
                None,
            ) => {
                let mut sides = comparison.types[type_index]
                    .both_sides(&demo().session, &[row])
                    .unwrap();
                let mut sides = sides.remove(0);
                if let Some(cloud) = &mut sides.cloud {
                    // The emulator makes another one each time.
                    cloud.tag = Some("k3v9".to_owned());
                }
                Ok(Done::Sides(Ok(Box::new(sides))))
            }
            (work, _) => Err(work),
        }
    }

    /// Answers what was asked for last of this kind.
    pub(crate) fn answer(&mut self, done: Done) {
        let meant = |(_, work): &(JobId, Work)| {
            matches!(
                (work, &done),
                (Work::Compare(_), Done::Compared(_))
                    | (Work::Find { .. }, Done::Found(_))
                    | (Work::Referrers(..), Done::Referrers(_))
                    | (Work::RecordHistory(_), Done::RecordHistory(..))
                    | (Work::Verify(..), Done::Verified(_))
                    | (Work::Runs, Done::Runs(_))
                    | (Work::Operations(_), Done::Operations(..))
                    | (Work::Export { .. }, Done::Taken(_))
                    | (Work::Open { .. }, Done::Opened(_))
                    | (Work::Apply(_), Done::Applied(_))
                    | (
                        Work::Review(..)
                            | Work::Edits(_)
                            | Work::Import(_)
                            | Work::DeleteAll(_)
                            | Work::Undo(_),
                        Done::Reviewed(_)
                    )
            )
        };
        let at = self.asked.iter().rposition(meant);
        let Some(at) = at else {
            panic!("nobody asked for {done:?}; asked were {:?}", self.asked)
        };
        let (id, _) = self.asked.remove(at);
        self.tell(Message::Done(id, done));
    }

    /// Answers a review as the library does.
    pub(crate) fn review(&mut self) {
        let at = self
            .asked
            .iter()
            .rposition(|(_, work)| matches!(work, Work::Review(..)));
        let (id, work) = self.asked.remove(at.unwrap());
        let Work::Review(comparison, choices) = work else {
            return;
        };
        let reviewed = reviewed(comparison, *choices);
        self.tell(Message::Done(id, Done::Reviewed(Ok(Box::new(reviewed)))));
    }

    /// Says what a job says on its way.
    pub(crate) fn told(&mut self, kind: Kind, events: Vec<Event>) {
        let job = self.state.job(kind).unwrap().id;
        self.tell(Message::Told(job, events));
    }

    /// Presses keys by their names, parted by blanks: `s`, `enter`, `ctrl-x`.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let (key, modifiers) = match key.strip_prefix("ctrl-") {
                Some(key) => (key, KeyModifiers::CONTROL),
                None => (key, KeyModifiers::NONE),
            };
            let code = match key {
                "enter" => KeyCode::Enter,
                "esc" => KeyCode::Esc,
                "tab" => KeyCode::Tab,
                "backspace" => KeyCode::Backspace,
                "space" => KeyCode::Char(' '),
                "down" => KeyCode::Down,
                "up" => KeyCode::Up,
                "left" => KeyCode::Left,
                "right" => KeyCode::Right,
                "end" => KeyCode::End,
                "home" => KeyCode::Home,
                "pagedown" => KeyCode::PageDown,
                key => KeyCode::Char(key.chars().next().unwrap()),
            };
            self.now += 500;
            self.tell(Message::Key(KeyEvent::new(code, modifiers)));
        }
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.tell(Message::Paste(text.to_owned()));
    }

    pub(crate) fn wait(&mut self, ms: i64) {
        self.now += ms;
        self.tell(Message::Tick);
    }

    /// Lets the notes go.
    pub(crate) fn quiet(&mut self) {
        self.wait(5000);
    }
}

/// The library's own plan of a comparison.
fn reviewed(comparison: Arc<Comparison>, choices: Choices) -> Reviewed {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(review(&demo().session, comparison, choices))
        .unwrap()
}
