//! Verification, quick and deep.

use ratatui::layout::Rect;

use crate::record::verdict::Verdict;
use crate::sync::{Depth, Event};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::state::State;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;

/// Verification's own.
#[derive(Debug, Default)]
pub struct Verify {}

impl Verify {
    /// When a type was verified last, in words.
    pub fn last_of(&self, _record_type: &str, _now: i64) -> String {
        "never".to_owned()
    }
}

/// Whether an action can be done here now, or why not.
pub fn enabled(_action: Action, _state: &State) -> Result<(), String> {
    Ok(())
}

/// Begins.
pub fn begin(state: &mut State, depth: Depth) -> Vec<Effect> {
    vec![state.start(Kind::Verify, Work::Verify(Vec::new(), depth))]
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

/// Something was checked.
pub fn told(_state: &mut State, _event: &Event) {}

/// What was found.
pub fn verified(
    _state: &mut State,
    _result: Result<Vec<(String, Result<Verdict, Failure>)>, Failure>,
) -> Vec<Effect> {
    Vec::new()
}

/// Draws the screen.
pub fn view(_ui: &mut Ui<'_, '_>, _area: Rect, _state: &State) {}
