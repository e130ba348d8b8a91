//! Anything, in any order: keys, pastes, clicks, sizes. Nothing panics, nothing is written that was not confirmed, and there is
//! always a way back. `SKYDECK_EVENTS` and `SKYDECK_SEED` say how much of it, and which.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use skydeck::sync::{Choices, Reviewed, review};
use skydeck::tui::dialog::SWALLOWED;
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::runtime::read;
use skydeck::tui::state::Screen as Front;
use skydeck::tui::update::update;
use skydeck::tui::view::view;

use super::rig::{Screen, demo};

const SIZES: [(u16, u16); 7] = [
    (1, 1),
    (14, 4),
    (40, 10),
    (80, 24),
    (120, 36),
    (200, 60),
    (300, 100),
];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// A plan as the review makes it, without orphans and with them.
fn plans() -> [Reviewed; 2] {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    [false, true].map(|delete_orphans| {
        let choices = Choices {
            delete_orphans,
            ..Choices::default()
        };
        let comparison = Arc::clone(&demo().comparison);
        runtime
            .block_on(review(&demo().session, comparison, choices))
            .unwrap()
    })
}

fn no<T>() -> Result<T, Failure> {
    Err(Failure::plain("Doing", "there is no such world"))
}

struct World {
    screen: Screen,
    plans: [Reviewed; 2],
    now: i64,
    writes: usize,
    size: (u16, u16),
}

impl World {
    fn take(&mut self, message: Message) {
        let mut waiting = vec![message];
        while let Some(message) = waiting.pop() {
            let front = self.screen.state.layers.last();
            let gate =
                front.is_some_and(|layer| layer.dialog.gates() && self.now - layer.opened >= SWALLOWED);
            for effect in update(&mut self.screen.state, message, self.now) {
                waiting.extend(self.answer(effect, gate));
            }
        }
        self.screen.state.ending = false;
    }

    fn answer(&mut self, effect: Effect, gate: bool) -> Option<Message> {
        let Effect::Start(id, work) = effect else {
            return None;
        };
        let done = match work {
            Work::Apply(_) | Work::Resume => {
                assert!(gate, "a write without its dialog");
                self.writes += 1;
                Done::Applied(no())
            }
            Work::Compare(_) => Done::Compared(Ok(Arc::clone(&demo().comparison))),
            Work::Review(_, choices) => Done::Reviewed(Ok(Box::new(
                self.plans[usize::from(choices.delete_orphans)].clone(),
            ))),
            Work::Edits(_) | Work::Undo(_) | Work::Import(_) | Work::DeleteAll(_) => {
                Done::Reviewed(Ok(Box::new(self.plans[1].clone())))
            }
            Work::Verify(..) => Done::Verified(no()),
            Work::Find { .. } => Done::Found(no()),
            Work::Load { .. } | Work::Order(_) | Work::Sift(_) => {
                read(&demo().session, work, &|| false, &mut |_| {})
            }
            Work::Export { .. } => Done::Exported(no()),
            Work::Save { .. } => Done::Saved(no()),
            _ => Done::Runs(Ok(Vec::new())),
        };
        Some(Message::Done(id, done))
    }

    fn draw(&mut self) {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        let mut hits = None;
        let state = &self.screen.state;
        terminal.draw(|frame| hits = Some(view(state, frame))).unwrap();
        self.screen.state.hits = hits.unwrap();
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.take(Message::Key(KeyEvent::new(code, modifiers)));
    }

    /// Leads back from wherever one is.
    fn back(&mut self) {
        for _ in 0..200 {
            if self.screen.state.layers.is_empty() && self.screen.state.screen == Front::Overview {
                return;
            }
            self.now += SWALLOWED;
            self.press(KeyCode::Esc, KeyModifiers::NONE);
        }
        self.draw();
        panic!("no way back from {:?}", self.screen.state.screen);
    }
}

fn event(random: &mut SmallRng, size: (u16, u16)) -> Message {
    const NAMED: [KeyCode; 14] = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
    ];
    const PASTES: [&str; 5] = [
        "",
        "32",
        "q\nx",
        "capacity>40000 status:updated",
        "\u{1b}[2J東京\u{202e}é",
    ];
    let mouse = |random: &mut SmallRng, kind| {
        Message::Mouse(MouseEvent {
            kind,
            column: random.random_range(0..size.0),
            row: random.random_range(0..size.1),
            modifiers: KeyModifiers::NONE,
        })
    };
    match random.random_range(0..100) {
        0..45 => {
            let code = KeyCode::Char(char::from(random.random_range(b' '..=b'~')));
            Message::Key(KeyEvent::new(code, KeyModifiers::NONE))
        }
        45..75 => {
            let code = NAMED[random.random_range(0..NAMED.len())];
            Message::Key(KeyEvent::new(code, KeyModifiers::NONE))
        }
        75..80 => {
            let code = KeyCode::Char(char::from(random.random_range(b'a'..=b'z')));
            Message::Key(KeyEvent::new(code, KeyModifiers::CONTROL))
        }
        80..84 => Message::Paste(PASTES[random.random_range(0..PASTES.len())].to_owned()),
        84..94 => mouse(random, MouseEventKind::Down(MouseButton::Left)),
        94..96 => mouse(random, MouseEventKind::Drag(MouseButton::Left)),
        96..98 => mouse(random, MouseEventKind::ScrollDown),
        _ => mouse(random, MouseEventKind::ScrollUp),
    }
}

#[test]
fn whatever_happens_nothing_breaks_and_nothing_is_written_unconfirmed() {
    let (events, seed) = (number("SKYDECK_EVENTS", 100_000), number("SKYDECK_SEED", 1));
    let mut random = SmallRng::seed_from_u64(seed);
    let mut world = World {
        screen: Screen::compared((120, 36)),
        plans: plans(),
        now: 1_000_000,
        writes: 0,
        size: (120, 36),
    };
    for count in 0..events {
        world.now += random.random_range(0..900);
        let message = event(&mut random, world.size);
        world.take(message);
        if count % 50 == 0 {
            world.size = SIZES[random.random_range(0..SIZES.len())];
        }
        if count % 10 == 0 {
            world.draw();
        }
        if count % 1000 == 999 {
            world.back();
        }
    }
    world.back();
    eprintln!("{} writes were confirmed", world.writes);
}
