//! The rows of a type: filter, sort, columns, marks, export.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::Subject;
use super::rows::{Loaded, Ordered, Sifted};
use crate::record::table::Status;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;

/// The list's own.
#[derive(Debug, Default)]
pub struct List {}

impl List {
    /// Whether the filter is being typed.
    pub fn is_typing(&self) -> bool {
        false
    }

    /// The record under the cursor.
    pub fn subject(&self, _state: &State) -> Option<Subject> {
        None
    }

    /// The records of the one under the cursor, once they have been read; of an unchanged record the cloud's foreign fields
    /// are not among them.
    pub fn sides(&self, _state: &State) -> Option<&crate::sync::BothSides> {
        None
    }

    /// The marked records, or else the one under the cursor.
    pub fn chosen(&self, _state: &State) -> Vec<Subject> {
        Vec::new()
    }
}

pub(super) fn enabled(_action: Action, _state: &State) -> Result<(), String> {
    Ok(())
}

pub(super) fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn back(_state: &mut State) -> Option<Vec<Effect>> {
    None
}

pub(super) fn enter(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn show(_state: &mut State, _type_index: usize, _status: Option<Status>) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn go_to(_state: &mut State, _subject: &Subject) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn typed(_state: &mut State, _key: KeyEvent) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn pasted(_state: &mut State, _text: &str) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn gesture(_state: &mut State, _gesture: Gesture) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn wanted(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn compared(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn loaded(_state: &mut State, _loaded: Loaded) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn ordered(_state: &mut State, _ordered: Ordered) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn sifted(_state: &mut State, _sifted: Sifted) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn view(_ui: &mut Ui<'_, '_>, _area: Rect, _state: &State) {}
