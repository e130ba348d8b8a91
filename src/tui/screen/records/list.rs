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
pub struct List {
    type_index: usize,
    names: Vec<String>,
    marks: Vec<String>,
    cursor: crate::tui::widget::cursor::Cursor,
}

impl List {
    /// Whether the filter is being typed.
    pub fn is_typing(&self) -> bool {
        false
    }

    /// The record under the cursor.
    pub fn subject(&self, _state: &State) -> Option<Subject> {
        let name = self.names.get(self.cursor.at)?.clone();
        let type_index = self.type_index;
        Some(Subject { type_index, name })
    }

    /// The marked records, or else the one under the cursor.
    pub fn chosen(&self, state: &State) -> Vec<Subject> {
        if self.marks.is_empty() {
            return self.subject(state).into_iter().collect();
        }
        let type_index = self.type_index;
        let marks = self.marks.iter().cloned();
        marks.map(|name| Subject { type_index, name }).collect()
    }
}

pub(super) fn enabled(_action: Action, _state: &State) -> Result<(), String> {
    Ok(())
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let rows = state.records.list.names.len();
    match action {
        Action::Open => state.records.in_detail = true,
        Action::NextType => {
            let next = (state.records.list.type_index + 1) % state.types.len().max(1);
            return show(state, next, None);
        }
        Action::Mark => {
            if let Some(subject) = state.records.list.subject(state) {
                state.records.list.marks.push(subject.name);
                state.records.list.cursor.act(Action::Down, rows, 20);
            }
        }
        action => {
            state.records.list.cursor.act(action, rows, 20);
        }
    }
    Vec::new()
}

pub(super) fn back(_state: &mut State) -> Option<Vec<Effect>> {
    None
}

pub(super) fn enter(state: &mut State) -> Vec<Effect> {
    let index = state.records.list.type_index;
    show(state, index, None)
}

pub(super) fn show(state: &mut State, type_index: usize, status: Option<Status>) -> Vec<Effect> {
    state.screen = crate::tui::state::Screen::Records;
    let list = &mut state.records.list;
    (list.type_index, list.cursor) = (type_index, crate::tui::widget::cursor::Cursor::default());
    list.names.clear();
    let comparison = state.comparison.clone();
    let diffs = comparison.iter().flat_map(|comparison| comparison.diffs());
    if let Some((_, diff)) = diffs
        .into_iter()
        .find(|(one, _)| one.name == state.types[type_index].config.name)
    {
        let rows = diff
            .rows()
            .filter(|row| status.is_none_or(|status| diff.table().status(*row) == status));
        state.records.list.names = rows.map(|row| diff.table().name(row).to_owned()).collect();
    }
    Vec::new()
}

pub(super) fn go_to(state: &mut State, subject: &Subject) -> Vec<Effect> {
    show(state, subject.type_index, None);
    let list = &mut state.records.list;
    let at = list.names.iter().position(|name| *name == subject.name);
    list.cursor = crate::tui::widget::cursor::Cursor::on(at.unwrap_or(0));
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

pub(super) fn compared(state: &mut State) -> Vec<Effect> {
    if state.screen == crate::tui::state::Screen::Records {
        let at = state.records.list.subject(state);
        enter(state);
        if let Some(subject) = at {
            go_to(state, &subject);
        }
    }
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

pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    use crate::tui::hits::Pane;
    use crate::tui::widget::{pane, table};
    let inner = pane::pane(ui, area, "stand-in", Pane::Main, !state.records.in_detail);
    let list = &state.records.list;
    let shown = table::Table {
        columns: &[table::Column::text("RECORD NAME", table::Width::Share(20, 1))],
        length: list.names.len(),
        cursor: Some(list.cursor),
        pane: Pane::Main,
        focused: !state.records.in_detail,
    };
    table::table(ui, inner, &shown, |row| {
        let name = list.names.get(row).cloned().unwrap_or_default();
        let mark = if list.marks.contains(&name) { "* " } else { "" };
        vec![table::Cell::new(
            crate::tui::theme::Role::Text,
            format!("{mark}{name}"),
        )]
    });
}
