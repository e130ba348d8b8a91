//! The filter while it is typed: each key narrows the list at once. Leaving the line keeps what stands in it; `Esc` in the list
//! clears it. A filter that is left with a mistake in it filters nothing, and its line says so.

use crossterm::event::KeyEvent;

use super::keep;
use super::narrow::narrow;
use crate::record::filter::Filter;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::widget::field::Field;

/// The line.
#[derive(Debug)]
pub(super) struct Typing {
    pub(super) field: Field,
    /// How far one has gone back among the filters of before: 1 is the latest.
    back: usize,
    /// What stood in the line before one went back.
    begun: String,
}

pub(super) fn begin(state: &mut State) {
    state.records.in_detail = false;
    let list = &mut state.records.list;
    let Some(page) = list.page() else { return };
    let typing = Typing {
        field: Field::with(page.text.clone()),
        back: 0,
        begun: String::new(),
    };
    list.typing = Some(typing);
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Accept | Action::Cancel => leave(state),
        Action::Fuzzy => {
            let Some(page) = state.records.list.page() else {
                return Vec::new();
            };
            let (text, fuzzy) = (page.text.clone(), !page.fuzzy);
            set(state, text, fuzzy)
        }
        Action::Earlier | Action::Later => recall(state, action == Action::Earlier),
        _ => Vec::new(),
    }
}

/// Leaves the line; what stands in it stays. While it was typed the last filter without a mistake stayed; now it goes.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    let Some(typing) = state.records.list.typing.take() else {
        return Vec::new();
    };
    let mut effects: Vec<Effect> = keep::remember_typed(state, typing.field.text())
        .into_iter()
        .collect();
    if let Some(page) = state.records.list.page_mut().filter(|page| !page.is_applied()) {
        page.filter = Filter::default();
        effects.extend(narrow(state));
    }
    effects
}

/// Puts a filter of before into the line, or what was begun.
fn recall(state: &mut State, earlier: bool) -> Vec<Effect> {
    let list = &mut state.records.list;
    let Some(typing) = &mut list.typing else {
        return Vec::new();
    };
    if typing.back == 0 {
        typing.field.text().clone_into(&mut typing.begun);
    }
    // What stands in the line already is no step.
    let here = |back: &usize| list.typed.iter().rev().nth(*back - 1) != Some(&typing.begun);
    let back = if earlier {
        (typing.back + 1..=list.typed.len()).find(here)
    } else {
        (1..typing.back).rev().find(here).or(Some(0))
    };
    let Some(back) = back else { return Vec::new() };
    typing.back = back;
    let text = match back.checked_sub(1) {
        Some(before) => list.typed.iter().rev().nth(before),
        None => Some(&typing.begun),
    };
    typing.field = Field::with(text.cloned().unwrap_or_default());
    live(state)
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
    if !typing.field.key(key) {
        return Vec::new();
    }
    typing.back = 0;
    live(state)
}

pub(in crate::tui::screen::records) fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(typing) = &mut state.records.list.typing else {
        return Vec::new();
    };
    typing.field.paste(text);
    typing.back = 0;
    live(state)
}
