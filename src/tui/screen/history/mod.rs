//! Past runs: look, undo, resume.

use ratatui::layout::Rect;

use crate::journal::{Entry, Run, RunId};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::state::State;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;

/// History's own.
#[derive(Debug, Default)]
pub struct History {}

impl History {
    /// When a type was written last, in words.
    pub fn last_write(&self, _record_type: &str) -> Option<String> {
        None
    }
}

/// Whether an action can be done here now, or why not.
pub fn enabled(_action: Action, _state: &State) -> Result<(), String> {
    Ok(())
}

/// The screen comes to the front: the journal is read again.
pub fn enter(state: &mut State) -> Vec<Effect> {
    vec![state.start(Kind::Quiet, Work::Runs)]
}

/// Does an action of this screen.
pub fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}

/// Leaves what can be left before the screen itself; `None` where nothing can.
pub fn back(_state: &mut State) -> Option<Vec<Effect>> {
    None
}

/// Does what the mouse means.
pub fn gesture(_state: &mut State, _pane: Pane, _gesture: Gesture) -> Vec<Effect> {
    Vec::new()
}

/// The runs.
pub fn runs(_state: &mut State, _result: Result<Vec<Run>, Failure>) -> Vec<Effect> {
    Vec::new()
}

/// The operations of a run.
pub fn operations(_state: &mut State, _run: RunId, _result: Result<Vec<Entry>, Failure>) -> Vec<Effect> {
    Vec::new()
}

/// Draws the screen.
pub fn view(_ui: &mut Ui<'_, '_>, _area: Rect, _state: &State) {}
