//! What differs, per record type: the first screen.

//!
//! - `types`: the table of the types; `differing`: the records of one that differ
//! - `detail`: a type in figures; `map`: its records where they are

mod detail;
mod differing;
mod map;
mod types;

use ratatui::layout::Rect;

use crate::record::table::Status;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::hits::Pane;
use crate::tui::screen::records;
use crate::tui::state::{Screen, State, TypeState};
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::pane::{padded, pane};

/// Overview's own.
#[derive(Debug, Default)]
pub struct Overview {
    /// The type under the cursor.
    pub cursor: Cursor,
    /// The column under the cursor: 0 is the whole type, then as in [`CELLS`].
    column: usize,
    /// Whether the right pane shows a map.
    pub map: bool,
    /// The record that is named on it.
    spot: Option<usize>,
    /// The first records of each type that differ.
    differing: differing::Differing,
}

/// The columns one can go into, and the records that they stand for.
const CELLS: [(&str, Option<Status>); 5] = [
    ("TYPE", None),
    ("NEW", Some(Status::New)),
    ("UPDATED", Some(Status::Updated)),
    ("ORPHAN", Some(Status::Orphan)),
    ("SAME", Some(Status::Unchanged)),
];

/// A comparison has ended: other records differ.
pub fn compared(state: &mut State) {
    state.overview.differing = differing::Differing::of(state);
}

/// Does an action of this screen.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let (rows, height) = (state.types.len(), state.hits.height(Pane::Main));
    match action {
        Action::Left | Action::PreviousPane => {
            state.overview.column = state.overview.column.saturating_sub(1);
        }
        Action::Right | Action::NextPane => {
            state.overview.column = (state.overview.column + 1).min(CELLS.len() - 1);
        }
        Action::Map => {
            state.overview.map = !state.overview.map;
            state.overview.spot = None;
        }
        Action::NextHit | Action::PreviousHit => name_next(state, action == Action::NextHit),
        Action::Open => return browse(state),
        action => {
            if state.overview.cursor.act(action, rows, height) {
                state.overview.spot = None;
            }
        }
    }
    Vec::new()
}

/// Names the next record on the map, or the one before.
fn name_next(state: &mut State, next: bool) {
    let spots = chosen(state).map_or(0, |one| map::length(state, one));
    let at = match (state.overview.spot, next) {
        (_, _) if spots == 0 => None,
        (None, true) => Some(0),
        (None, false) => Some(spots - 1),
        (Some(at), true) => Some((at + 1) % spots),
        (Some(at), false) => Some((at % spots).checked_sub(1).unwrap_or(spots - 1)),
    };
    state.overview.spot = at;
}

/// Opens the records of the cell under the cursor.
fn browse(state: &mut State) -> Vec<Effect> {
    let at = state.overview.cursor.at;
    if at >= state.types.len() {
        return Vec::new();
    }
    let status = CELLS.get(state.overview.column).and_then(|(_, status)| *status);
    state.screen = Screen::Records;
    records::show(state, at, status)
}

/// Does what the mouse means.
pub fn gesture(state: &mut State, pane: Pane, gesture: Gesture) -> Vec<Effect> {
    let (rows, height) = (state.types.len(), state.hits.height(Pane::Main));
    match (pane, gesture) {
        (Pane::Main, Gesture::Row(row)) if row == state.overview.cursor.at => return browse(state),
        (Pane::Main, Gesture::Row(row)) => {
            state.overview.cursor.go(row, rows, height);
            state.overview.spot = None;
        }
        (Pane::Main, Gesture::Cell(row, column)) => {
            let again = row == state.overview.cursor.at && column == state.overview.column;
            state.overview.cursor.go(row, rows, height);
            state.overview.column = column;
            if again {
                return browse(state);
            }
        }
        (Pane::Main, Gesture::Wheel(down)) => state.overview.cursor.wheel(down, rows, height),
        _ => {}
    }
    Vec::new()
}

/// Draws the screen: the types and the one under the cursor, beside each other where there is room, else below each other. A
/// large screen shows its records that differ too, and its map.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    const BOTH: u16 = 100;
    const LARGE: (u16, u16) = (150, 36);
    if area.width < BOTH {
        below_each_other(ui, area, state);
        return;
    }
    let columns = types::Columns::of(state);
    let width = columns.width().clamp(area.width / 2, area.width * 16 / 25);
    let left = Rect { width, ..area };
    let right = Rect {
        x: area.x + width,
        width: area.width - width,
        ..area
    };
    if area.width < LARGE.0 || area.height < LARGE.1 {
        types::view(ui, left, state);
        side(ui, right, state);
        return;
    }
    let (top, below) = parted(left, height_of_types(state));
    types::view(ui, top, state);
    differing::view(ui, below, state);
    let map = chosen(state).filter(|one| !state.overview.map && map::is_there(state, one));
    match map {
        Some(one) => {
            let (top, below) = parted(right, detail::height(one) + 2);
            side(ui, top, state);
            let inner = pane(
                ui,
                below,
                &format!("{} on the map", one.config.name),
                Pane::Side,
                false,
            );
            map::view(ui, inner, state, one);
        }
        None => side(ui, right, state),
    }
}

/// An area in two parts, the upper one of so many rows.
fn parted(area: Rect, rows: u16) -> (Rect, Rect) {
    let height = rows.min(area.height);
    let below = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (Rect { height, ..area }, below)
}

/// Rows for the types, their head, their sums and the frame.
fn height_of_types(state: &State) -> u16 {
    u16::try_from(state.types.len()).unwrap_or(0).saturating_add(5)
}

fn below_each_other(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    if area.height < 20 || area.width < 60 {
        types::view(ui, area, state);
        return;
    }
    let (top, below) = parted(area, height_of_types(state).clamp(7, area.height * 11 / 20));
    types::view(ui, top, state);
    side(ui, below, state);
}

fn chosen(state: &State) -> Option<&TypeState> {
    state.types.get(state.overview.cursor.at)
}

fn side(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let Some(one) = chosen(state) else {
        return;
    };
    let inner = pane(ui, area, &one.config.name, Pane::Side, false);
    if state.overview.map {
        map::view(ui, inner, state, one);
    } else {
        detail::view(ui, padded(inner), state, one);
    }
}
