//! Requests and events as they happen.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::sync::Event;
use crate::tui::action::{Action, Context};
use crate::tui::effect::Effect;
use crate::tui::hits::Pane;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;

/// The log's own.
#[derive(Debug, Default)]
pub struct Log {}

impl Log {
    /// Takes in what a job tells.
    pub fn take(&mut self, _event: &Event, _now: i64) {}

    /// Takes in what the screen itself has said.
    pub fn note(&mut self, _now: i64, _role: Role, _text: &str) {}
}

/// Where one is in it.
pub fn contexts(_state: &State) -> Vec<Context> {
    vec![Context::Log]
}

/// Does an action of this screen.
pub fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}

/// Leaves what can be left before the screen itself; `None` where nothing can.
pub fn back(_state: &mut State) -> Option<Vec<Effect>> {
    None
}

/// A key for the line being typed.
pub fn typed(_state: &mut State, _key: KeyEvent) -> Vec<Effect> {
    Vec::new()
}

/// A pasted text for it.
pub fn pasted(_state: &mut State, _text: &str) -> Vec<Effect> {
    Vec::new()
}

/// Does what the mouse means.
pub fn gesture(_state: &mut State, _pane: Pane, _gesture: Gesture) -> Vec<Effect> {
    Vec::new()
}

/// Draws the screen.
pub fn view(_ui: &mut Ui<'_, '_>, _area: Rect, _state: &State) {}
