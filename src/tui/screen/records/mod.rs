//! The record browser: left the list, right the record.
//!
//! - [`list`]: the rows of a type: filter, sort, columns, marks, export
//! - `detail`: the record under the cursor: fields, JSON, references, history
//! - `edit`: what leads to a write: editing, creating, deleting
//! - [`rows`]: what is read beside the loop for the list

pub mod detail;
pub mod edit;
pub mod list;
pub mod rows;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use self::rows::{Loaded, Ordered, Sifted};
use crate::journal::{Entry, Run};
use crate::record::table::Status;
use crate::sync::{BothSides, Found, Referrers, Report, Reviewed};
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
pub struct Records {
    /// The left side.
    pub list: list::List,
    /// The right side.
    pub detail: detail::Detail,
    /// What is being edited.
    pub edit: edit::Editing,
    /// Whether the right side has the keys.
    pub in_detail: bool,
}

/// A record by its type and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The place of its type in the list of types.
    pub type_index: usize,
    /// Its name.
    pub name: String,
}

/// Where one is in it.
pub fn contexts(state: &State) -> Vec<Context> {
    if state.records.list.is_typing() {
        vec![Context::Typing, Context::Filter]
    } else if state.records.in_detail {
        vec![Context::Detail]
    } else {
        vec![Context::Records]
    }
}

/// Whether an action can be done here now, or why not.
pub fn enabled(action: Action, state: &State) -> Result<(), String> {
    list::enabled(action, state)
        .and_then(|()| detail::enabled(action, state))
        .and_then(|()| edit::enabled(action, state))
}

/// Does an action of this screen.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if state.records.list.is_typing() {
        return list::act(state, action);
    }
    match action {
        Action::NextPane | Action::PreviousPane => {
            state.records.in_detail = !state.records.in_detail;
            Vec::new()
        }
        Action::Filter | Action::NextType | Action::PreviousType => list::act(state, action),
        Action::Edit | Action::EditJson | Action::New | Action::Delete => edit::act(state, action),
        Action::Copy | Action::LookUp | Action::ReferencedBy | Action::Return => detail::act(state, action),
        _ if state.records.in_detail => detail::act(state, action),
        _ => list::act(state, action),
    }
}

/// Leaves what can be left before the screen itself; `None` where nothing can.
pub fn back(state: &mut State) -> Option<Vec<Effect>> {
    if let Some(effects) = detail::back(state) {
        return Some(effects);
    }
    if state.records.in_detail {
        state.records.in_detail = false;
        return Some(Vec::new());
    }
    list::back(state)
}

/// The screen comes to the front.
pub fn enter(state: &mut State) -> Vec<Effect> {
    list::enter(state)
}

/// Shows a type, with one status as the filter, or all.
pub fn show(state: &mut State, type_index: usize, status: Option<Status>) -> Vec<Effect> {
    state.records.in_detail = false;
    list::show(state, type_index, status)
}

/// Goes to one record, from wherever one is.
pub fn go_to(state: &mut State, subject: &Subject) -> Vec<Effect> {
    state.screen = crate::tui::state::Screen::Records;
    let effects = list::go_to(state, subject);
    state.records.in_detail = true;
    effects
}

/// A key for the line being typed.
pub fn typed(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    list::typed(state, key)
}

/// A pasted text for it.
pub fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    list::pasted(state, text)
}

/// Does what the mouse means.
pub fn gesture(state: &mut State, pane: Pane, gesture: Gesture) -> Vec<Effect> {
    match pane {
        Pane::Side => {
            state.records.in_detail = true;
            detail::gesture(state, gesture)
        }
        _ => {
            state.records.in_detail = false;
            list::gesture(state, gesture)
        }
    }
}

/// An environment is open: what the user had arranged there comes back.
pub fn opened(state: &mut State, arrangements: BTreeMap<String, String>) {
    list::opened(state, arrangements);
}

/// The program has started: the screen and the type in front are those of the last session.
pub fn come_back(state: &mut State) {
    list::come_back(state);
}

/// What must be read for what is in sight: asked after every message.
pub fn wanted(state: &mut State) -> Vec<Effect> {
    let mut effects = list::wanted(state);
    if state.screen != crate::tui::state::Screen::Records {
        return effects;
    }
    effects.extend(detail::wanted(state));
    effects
}

/// A comparison has ended: rows have other numbers now.
pub fn compared(state: &mut State) -> Vec<Effect> {
    detail::compared(state);
    list::compared(state)
}

/// When something is to be read though nothing happens.
pub fn due(state: &State) -> Option<i64> {
    (state.screen == crate::tui::state::Screen::Records)
        .then(|| state.records.detail.due())
        .flatten()
}

/// A plan was made; given back where it may be agreed to.
pub fn reviewed(state: &mut State, job: JobId, reviewed: Reviewed) -> Option<Reviewed> {
    edit::reviewed(state, job, reviewed)
}

/// A plan could not be made; whether that was told.
pub fn failed(state: &mut State, job: JobId, failure: &Failure) -> bool {
    edit::failed(state, job, failure)
}

/// A run has ended.
pub fn applied(state: &mut State, report: &Report) -> Vec<Effect> {
    detail::applied(state);
    edit::applied(state, report)
}

/// A record was looked up.
pub fn found(state: &mut State, job: JobId, result: Result<Box<Found>, Failure>) -> Vec<Effect> {
    detail::found(state, job, result)
}

/// Both sides of a row were read.
pub fn sides(state: &mut State, job: JobId, result: Result<Box<BothSides>, Failure>) -> Vec<Effect> {
    detail::sides(state, job, result)
}

/// A search for referring records has ended.
pub fn referrers(state: &mut State, job: JobId, result: Result<Box<Referrers>, Failure>) -> Vec<Effect> {
    detail::referrers(state, job, result)
}

/// What runs have done to a record.
pub fn history(state: &mut State, name: &str, result: Result<Vec<(Run, Entry)>, Failure>) -> Vec<Effect> {
    detail::history(state, name, result)
}

/// Records for the rows in sight.
pub fn loaded(state: &mut State, loaded: Loaded) -> Vec<Effect> {
    list::loaded(state, loaded)
}

/// Rows in another order.
pub fn ordered(state: &mut State, ordered: Ordered) -> Vec<Effect> {
    list::ordered(state, ordered)
}

/// Rows that a filter lets through.
pub fn sifted(state: &mut State, sifted: Sifted) -> Vec<Effect> {
    list::sifted(state, sifted)
}

/// A text has come back from the editor.
pub fn edited(state: &mut State, result: Result<Option<String>, Failure>) -> Vec<Effect> {
    edit::edited(state, result)
}

/// Draws the screen: both sides, or where there is no room the one that has the keys.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    const BOTH: u16 = 100;
    if area.width < BOTH {
        if state.records.in_detail {
            detail::view(ui, area, state);
        } else {
            list::view(ui, area, state);
        }
        return;
    }
    let width = area.width * 11 / 20;
    list::view(ui, Rect { width, ..area }, state);
    detail::view(
        ui,
        Rect {
            x: area.x + width,
            width: area.width - width,
            ..area
        },
        state,
    );
}
