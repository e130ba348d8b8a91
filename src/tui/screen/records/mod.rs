//! The record browser: left the list, right the record.

pub mod rows;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use self::rows::{Loaded, Ordered, Sifted};
use crate::journal::Entry;
use crate::record::table::Status;
use crate::sync::{Found, Report};
use crate::tui::action::{Action, Context};
use crate::tui::effect::Effect;
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::JobId;
use crate::tui::state::State;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;

/// The record browser's own.
#[derive(Debug, Default)]
pub struct Records {}

/// Where one is in it.
pub fn contexts(_state: &State) -> Vec<Context> {
    vec![Context::Records]
}

/// Whether an action can be done here now, or why not.
pub fn enabled(_action: Action, _state: &State) -> Result<(), String> {
    Ok(())
}

/// Does an action of this screen.
pub fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}

/// Leaves what can be left before the screen itself; `None` where nothing can.
pub fn back(_state: &mut State) -> Option<Vec<Effect>> {
    None
}

/// The screen comes to the front.
pub fn enter(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

/// Shows a type, with one status as the filter, or all.
pub fn show(_state: &mut State, _type_index: usize, _status: Option<Status>) -> Vec<Effect> {
    Vec::new()
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

/// What must be read for the rows in sight.
pub fn wanted(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

/// A comparison has ended.
pub fn compared(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

/// A run has ended.
pub fn applied(_state: &mut State, _report: &Report) -> Vec<Effect> {
    Vec::new()
}

/// A record was looked up.
pub fn found(_state: &mut State, _job: JobId, _result: Result<Box<Found>, Failure>) -> Vec<Effect> {
    Vec::new()
}

/// What runs have done to a record.
pub fn history(_state: &mut State, _name: &str, _result: Result<Vec<Entry>, Failure>) -> Vec<Effect> {
    Vec::new()
}

/// Records for the rows in sight.
pub fn loaded(_state: &mut State, _loaded: Loaded) -> Vec<Effect> {
    Vec::new()
}

/// Rows in another order.
pub fn ordered(_state: &mut State, _ordered: Ordered) -> Vec<Effect> {
    Vec::new()
}

/// Rows that a filter lets through.
pub fn sifted(_state: &mut State, _sifted: Sifted) -> Vec<Effect> {
    Vec::new()
}

/// A text has come back from the editor.
pub fn edited(_state: &mut State, _result: Result<Option<String>, Failure>) -> Vec<Effect> {
    Vec::new()
}

/// Draws the screen.
pub fn view(_ui: &mut Ui<'_, '_>, _area: Rect, _state: &State) {}
