//! The filter while it is typed: each key narrows the list at once.

use crossterm::event::{KeyCode, KeyEvent};

use super::narrow::narrow;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::widget::field::Field;

/// The line, and what to come back to.
#[derive(Debug)]
pub(super) struct Typing {
    pub(super) field: Field,
    before: (String, bool),
}

pub(super) fn begin(state: &mut State) {
    state.records.in_detail = false;
    let list = &mut state.records.list;
    let Some(page) = list.page() else { return };
    let typing = Typing {
        field: Field::with(page.text.clone()),
        before: (page.text.clone(), page.fuzzy),
    };
    list.typing = Some(typing);
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Accept => {
            end(state);
            Vec::new()
        }
        Action::Cancel => {
            let Some((text, fuzzy)) = end(state) else {
                return Vec::new();
            };
            set(state, text, fuzzy)
        }
        Action::Fuzzy => {
            let Some(page) = state.records.list.page() else {
                return Vec::new();
            };
            let (text, fuzzy) = (page.text.clone(), !page.fuzzy);
            set(state, text, fuzzy)
        }
        _ => Vec::new(),
    }
}

/// Ends typing; what was there before it.
fn end(state: &mut State) -> Option<(String, bool)> {
    let list = &mut state.records.list;
    let typing = list.typing.take()?;
    if !typing.field.text().is_empty() {
        typing.field.text().clone_into(&mut list.last_typed);
    }
    Some(typing.before)
}

fn set(state: &mut State, text: String, fuzzy: bool) -> Vec<Effect> {
    let Some(page) = state.records.list.page_mut() else {
        return Vec::new();
    };
    let before = (page.filter.clone(), page.fuzzy);
    page.read(text);
    page.fuzzy = fuzzy;
    page.unsaved = true;
    if (&before.0, before.1) == (&page.filter, page.fuzzy) {
        return Vec::new();
    }
    narrow(state)
}

/// What stands in the line now is the filter.
fn live(state: &mut State) -> Vec<Effect> {
    let list = &state.records.list;
    let text = list.typing.as_ref().map(|typing| typing.field.text().to_owned());
    let fuzzy = list.page().is_some_and(|page| page.fuzzy);
    text.map_or_else(Vec::new, |text| set(state, text, fuzzy))
}

pub(in crate::tui::screen::records) fn typed(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    let list = &mut state.records.list;
    let Some(typing) = &mut list.typing else {
        return Vec::new();
    };
    if key.code == KeyCode::Up {
        // What was typed last is not lost, even where Esc left it.
        typing.field = Field::with(list.last_typed.clone());
    } else if !typing.field.key(key) {
        return Vec::new();
    }
    live(state)
}

pub(in crate::tui::screen::records) fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(typing) = &mut state.records.list.typing else {
        return Vec::new();
    };
    typing.field.paste(text);
    live(state)
}
