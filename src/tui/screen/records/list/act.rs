//! What keys and mouse do in the list.

use std::ops::Range;

use super::page::{By, Column};
use super::{narrow, sort_by, turn_to, typing};
use crate::record::table::Status;
use crate::tui::action::Action;
use crate::tui::dialog::columns::Columns;
use crate::tui::dialog::export::Export;
use crate::tui::dialog::sort::Sort;
use crate::tui::effect::Effect;
use crate::tui::hits::{Pane, Target};
use crate::tui::job::Kind;
use crate::tui::state::{Screen, State};
use crate::tui::theme::Role;
use crate::tui::update::Gesture;

/// In the order in which they are shown in turn.
const STATUSES: [Status; 4] = [Status::New, Status::Updated, Status::Orphan, Status::Unchanged];

pub(in crate::tui::screen::records) fn enabled(action: Action, state: &State) -> Result<(), String> {
    if state.screen != Screen::Records {
        return Ok(());
    }
    let list = &state.records.list;
    match action {
        Action::Filter | Action::Status | Action::Sort | Action::Export if list.diff(state).is_none() => {
            Err("nothing has been compared here yet; d compares".to_owned())
        }
        action if marks(action) && list.diff(state).is_none() => {
            Err("nothing has been compared here yet; d compares".to_owned())
        }
        Action::Export if list.length(state) == 0 => Err("no record is shown".to_owned()),
        action if marks(action) && list.length(state) == 0 => Err("no record is shown".to_owned()),
        Action::MarkRange if list.page().is_some_and(|page| page.last_marked.is_none()) => {
            Err("mark where the range begins first: Space does".to_owned())
        }
        Action::Export if state.job(Kind::Export).is_some() => {
            Err("a file is being written; Esc stops that".to_owned())
        }
        Action::ClearMarks if list.marked().0 == 0 => Err("no record is marked".to_owned()),
        Action::NextType | Action::PreviousType if state.types.len() < 2 => {
            Err("there is one record type only".to_owned())
        }
        _ => Ok(()),
    }
}

/// Whether an action marks records.
fn marks(action: Action) -> bool {
    matches!(
        action,
        Action::Mark | Action::MarkAll | Action::MarkDown | Action::MarkUp | Action::MarkRange
    )
}

pub(in crate::tui::screen::records) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Filter => typing::begin(state),
        Action::Accept | Action::Cancel | Action::Fuzzy | Action::Earlier | Action::Later => {
            return typing::act(state, action);
        }
        Action::NextType => return beside(state, 1),
        Action::PreviousType => return beside(state, state.types.len().saturating_sub(1)),
        Action::Status => return next_status(state),
        Action::Columns => {
            let dialog = Columns::new(state);
            state.open(dialog);
        }
        Action::Sort => {
            let dialog = Sort::new(state);
            state.open(dialog);
        }
        Action::Export => {
            let dialog = Export::new(state);
            state.open(dialog);
        }
        Action::Open => state.records.in_detail = state.records.list.row().is_some(),
        Action::Left | Action::Right => scroll(state, action == Action::Right),
        Action::Mark => mark(state),
        Action::MarkDown | Action::MarkUp => {
            let at = state.records.list.page().map_or(0, |page| page.cursor.at);
            let step_action = if action == Action::MarkUp {
                Action::Up
            } else {
                Action::Down
            };
            step(state, |cursor, length, height| {
                cursor.act(step_action, length, height);
            });
            mark_to(state, at);
        }
        Action::MarkRange => mark_range(state),
        Action::MarkAll => mark_all(state),
        Action::ClearMarks => clear_marks(state),
        action => step(state, |cursor, length, height| {
            cursor.act(action, length, height);
        }),
    }
    Vec::new()
}

/// Moves the cursor.
fn step(state: &mut State, by: impl FnOnce(&mut crate::tui::widget::cursor::Cursor, usize, usize)) {
    let (length, height) = (state.records.list.length(state), state.hits.height(Pane::Main));
    if let Some(page) = state.records.list.page_mut().filter(|_| length > 0) {
        by(&mut page.cursor, length, height);
        page.unsaved = true;
    }
}

/// Scrolls sideways by a column, as long as there is one out of sight.
fn scroll(state: &mut State, right: bool) {
    let Some(page) = state.records.list.page() else {
        return;
    };
    let last = page.columns.len().saturating_sub(page.left);
    let all_in_sight = state.hits.shows(Target::Head(Pane::Main, last));
    if let Some(page) = state.records.list.page_mut() {
        if right && !all_in_sight {
            page.left = (page.left + 1).min(page.columns.len().saturating_sub(1));
        } else if !right {
            page.left = page.left.saturating_sub(1);
        }
    }
}

fn beside(state: &mut State, steps: usize) -> Vec<Effect> {
    let types = state.types.len().max(1);
    let at = (state.records.list.type_index() + steps) % types;
    turn_to(state, at)
}

/// The next status of which there are records; after the last one, all.
fn next_status(state: &mut State) -> Vec<Effect> {
    let list = &state.records.list;
    let (Some(page), Some(diff)) = (list.page(), list.diff(state)) else {
        return Vec::new();
    };
    let counts = diff.counts();
    let count = |status: &Status| match status {
        Status::New => counts.new,
        Status::Updated => counts.updated,
        Status::Orphan => counts.orphan,
        Status::Unchanged => counts.unchanged,
    };
    let after = page
        .status
        .and_then(|now| STATUSES.iter().position(|status| *status == now));
    let next = STATUSES
        .into_iter()
        .skip(after.map_or(0, |at| at + 1))
        .find(|status| count(status) > 0);
    if let Some(page) = state.records.list.page_mut() {
        page.status = next;
        page.unsaved = true;
    }
    narrow::narrow(state)
}

fn mark(state: &mut State) {
    let Some(row) = state.records.list.row() else {
        return;
    };
    if let Some(page) = state.records.list.page_mut() {
        page.last_marked = None;
        if page.marks.contains(row) {
            page.marks.remove(row);
            page.marked -= 1;
        } else {
            page.last_marked = Some(row);
            page.marks.insert(row);
            page.marked += 1;
        }
    }
    step(state, |cursor, length, height| {
        cursor.act(Action::Down, length, height);
    });
}

/// Marks the rows from a place of the list to the cursor.
fn mark_to(state: &mut State, place: usize) {
    let at = state.records.list.page().map_or(0, |page| page.cursor.at);
    mark_places(state, place.min(at)..place.max(at) + 1);
}

fn mark_places(state: &mut State, places: Range<usize>) {
    let list = &mut state.records.list;
    let Some((comparison, page)) = list.comparison.clone().zip(list.page_mut()) else {
        return;
    };
    let compared = page.place.and_then(|place| comparison.types.get(place));
    let Some(diff) = compared.and_then(|compared| compared.outcome.as_ref().ok()) else {
        return;
    };
    for place in places {
        if let Some(row) = page.row_at(diff, place) {
            page.marks.insert(row);
        }
    }
    page.last_marked = page.row_at(diff, page.cursor.at);
    page.count_marks(diff);
}

/// Marks the rows from the one that was marked last to the cursor; where that is not shown, the one under the cursor.
fn mark_range(state: &mut State) {
    let list = &state.records.list;
    let (Some(page), Some(diff)) = (list.page(), list.diff(state)) else {
        return;
    };
    let shown = page.rows(diff).iter();
    let last = page.last_marked;
    let place = last.and_then(|last| shown.clone().position(|row| *row as usize == last));
    let place = place.unwrap_or(page.cursor.at);
    mark_to(state, place);
}

fn mark_all(state: &mut State) {
    let length = state.records.list.length(state);
    mark_places(state, 0..length);
}

fn clear_marks(state: &mut State) {
    let Some(page) = state.records.list.page_mut() else {
        return;
    };
    let (marked, hidden) = (page.marked, page.hidden);
    page.marks.clear();
    page.last_marked = None;
    (page.marked, page.hidden) = (0, 0);
    if hidden > 0 {
        let marks = crate::tui::text::counted(marked, "mark");
        state.say(
            Role::Good,
            format!("{marks} taken away, {hidden} of them out of sight"),
        );
    }
}

/// The column of a head that was drawn. The status is drawn last where what stands before it has no room.
fn column_of(state: &State, head: usize) -> Option<Column> {
    let page = state.records.list.page()?;
    let is_last = !state.hits.shows(Target::Head(Pane::Main, head + 1));
    let after = page.columns.get(page.left + head..)?;
    if is_last && after.contains(&Column::Status) {
        return Some(Column::Status);
    }
    page.columns.get(page.left + head - 1).cloned()
}

/// `Esc`: a file that is being written is given up first, then the filter.
pub(in crate::tui::screen::records) fn back(state: &mut State) -> Option<Vec<Effect>> {
    let mut jobs = state.jobs.iter_mut();
    if let Some(job) = jobs.find(|job| job.kind == Kind::Export && !job.cancelling) {
        job.cancelling = true;
        return Some(vec![Effect::Cancel(job.id)]);
    }
    let page = state.records.list.page_mut()?;
    if page.text.is_empty() {
        return None;
    }
    page.read(String::new());
    page.unsaved = true;
    Some(narrow::narrow(state))
}

pub(in crate::tui::screen::records) fn gesture(state: &mut State, gesture: Gesture) -> Vec<Effect> {
    match gesture {
        Gesture::Row(row) => {
            let again = state
                .records
                .list
                .page()
                .is_some_and(|page| page.cursor.at == row);
            step(state, |cursor, length, height| cursor.go(row, length, height));
            state.records.in_detail = again && state.records.list.row().is_some();
        }
        Gesture::Wheel(down) => step(state, |cursor, length, height| cursor.wheel(down, length, height)),
        Gesture::Head(0) => return sort_by(state, By::Name),
        Gesture::Head(column) => {
            return match column_of(state, column) {
                Some(Column::Field(field)) => sort_by(state, By::Field(field)),
                Some(Column::Status) => sort_by(state, By::Status),
                None => Vec::new(),
            };
        }
        Gesture::Cell(..) | Gesture::Focus => {}
    }
    Vec::new()
}
