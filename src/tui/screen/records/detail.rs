//! The record under the cursor: fields, raw JSON, references, history.

use ratatui::layout::Rect;

use crate::journal::Entry;
use crate::sync::Found;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::failure::Failure;
use crate::tui::job::JobId;
use crate::tui::state::State;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;

/// The right side's own.
#[derive(Debug, Default)]
pub struct Detail {}

pub(super) fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn gesture(_state: &mut State, _gesture: Gesture) -> Vec<Effect> {
    Vec::new()
}

/// The record under the cursor is another one now: its lookup, after it has stayed there for a moment.
pub(super) fn wanted(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn compared(_state: &mut State) {}

pub(super) fn found(_state: &mut State, _job: JobId, _result: Result<Box<Found>, Failure>) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn history(_state: &mut State, _name: &str, _result: Result<Vec<Entry>, Failure>) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn view(_ui: &mut Ui<'_, '_>, _area: Rect, _state: &State) {}
