//! What leads to a write: editing, creating, deleting.

use crate::sync::Report;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::failure::Failure;
use crate::tui::state::State;

pub(super) fn enabled(_action: Action, _state: &State) -> Result<(), String> {
    Ok(())
}

pub(super) fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn edited(_state: &mut State, _result: Result<Option<String>, Failure>) -> Vec<Effect> {
    Vec::new()
}

/// A run has ended: a conflict about a record that was edited here is to be resolved.
pub(super) fn applied(_state: &mut State, _report: &Report) -> Vec<Effect> {
    Vec::new()
}
