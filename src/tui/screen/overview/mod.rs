//! What differs, per record type: the first screen.

mod detail;
mod map;

use ratatui::layout::Rect;

use crate::record::diff::Counts;
use crate::record::table::Status;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::hits::Pane;
use crate::tui::screen::records;
use crate::tui::state::{Screen, State, TypeState};
use crate::tui::text::grouped;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::scrollbar::scrollbar;
use crate::tui::widget::table::{Cell, Column, Table, Width, line_of_cells, table};

/// Overview's own.
#[derive(Debug, Default)]
pub struct Overview {
    /// The type under the cursor.
    pub cursor: Cursor,
    /// The column under the cursor: 0 is the whole type, then as in [`CELLS`].
    column: usize,
    /// Whether the right pane shows a map.
    pub map: bool,
}

/// The columns one can go into, and the records that they stand for.
const CELLS: [(&str, Option<Status>); 5] = [
    ("TYPE", None),
    ("NEW", Some(Status::New)),
    ("UPDATED", Some(Status::Updated)),
    ("ORPHAN", Some(Status::Orphan)),
    ("SAME", Some(Status::Unchanged)),
];

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
        Action::Map => state.overview.map = !state.overview.map,
        Action::Open => return browse(state),
        action => {
            state.overview.cursor.act(action, rows, height);
        }
    }
    Vec::new()
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
        (Pane::Main, Gesture::Row(row)) => state.overview.cursor.go(row, rows, height),
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

/// Draws the screen: the types, and beside them the one under the cursor. Where there is no room for both, the types.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    const BOTH: u16 = 100;
    if area.width < BOTH {
        let detail = area.height >= 20 && area.width >= 60;
        let list_height = if detail {
            (u16::try_from(state.types.len()).unwrap_or(0) + 5).clamp(7, area.height / 2)
        } else {
            area.height
        };
        types(
            ui,
            Rect {
                height: list_height,
                ..area
            },
            state,
        );
        if detail {
            side(
                ui,
                Rect {
                    y: area.y + list_height,
                    height: area.height - list_height,
                    ..area
                },
                state,
            );
        }
        return;
    }
    let width = (area.width * 3 / 5).clamp(73, 96);
    types(ui, Rect { width, ..area }, state);
    side(
        ui,
        Rect {
            x: area.x + width,
            width: area.width - width,
            ..area
        },
        state,
    );
}

fn side(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let Some(one) = state.types.get(state.overview.cursor.at) else {
        return;
    };
    let title = one.config.name.clone();
    let inner = pane(ui, area, &title, Pane::Side, false);
    if state.overview.map {
        map::view(ui, inner, state, one);
    } else {
        detail::view(ui, padded(inner), state, one);
    }
}

fn types(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let inner = pane(ui, area, "Types", Pane::Main, true);
    let columns = columns(inner.width);
    let rows = u16::try_from(state.types.len()).unwrap_or(u16::MAX);
    let sums_fit = inner.height > rows.saturating_add(2);
    let list = Rect {
        height: if sums_fit { rows + 1 } else { inner.height },
        ..inner
    };
    let shown = Table {
        columns: &columns,
        length: state.types.len(),
        cursor: Some(state.overview.cursor),
        pane: Pane::Main,
        focused: true,
    };
    table(ui, list, &shown, |index| {
        state
            .types
            .get(index)
            .map(|one| row(state, index, one, columns.len()))
            .unwrap_or_default()
    });
    if sums_fit {
        sums(
            ui,
            Rect {
                y: list.bottom(),
                height: 2,
                ..inner
            },
            state,
            &columns,
        );
    }
    let height = usize::from(list.height.saturating_sub(1)).max(1);
    scrollbar(
        ui,
        area,
        Pane::Main,
        state.overview.cursor.top(state.types.len(), height),
        state.types.len(),
        height,
    );
}

/// All seven columns where there is room for them.
fn columns(width: u16) -> Vec<Column> {
    let mut columns = vec![Column::text("TYPE", Width::Share(12, 1))];
    if width >= 71 {
        columns.extend([Column::number("LOCAL", 8), Column::number("CLOUD", 8)]);
    }
    columns.extend([
        Column::number("NEW", 6),
        Column::number("UPDATED", 7),
        Column::number("ORPHAN", 6),
        Column::number("SAME", 8),
    ]);
    columns
}

/// The cells of a type, in so many columns.
fn row(state: &State, index: usize, one: &TypeState, columns: usize) -> Vec<Cell> {
    let symbols = &state.settings.theme.symbols;
    let name = match &one.failure {
        Some(_) => Cell::new(Role::Danger, format!("{} {}", symbols.cross, one.config.name)),
        None => Cell::new(Role::Title, one.config.name.clone()),
    };
    let here = state.overview.cursor.at == index;
    let chosen = |column: usize| here && state.overview.column == column;
    let mut cells = numbers(state, one);
    let skipped = if columns == 7 { 0 } else { 2 };
    let figures = cells
        .split_off(2)
        .into_iter()
        .enumerate()
        .map(|(at, cell)| cell.chosen(chosen(at + 1)));
    let sides = cells.into_iter().skip(skipped);
    std::iter::once(name).chain(sides).chain(figures).collect()
}

/// Local, cloud, new, updated, orphan, same. What is not known yet stands as `…`; orphans of an incomplete listing as
/// `?`.
fn numbers(state: &State, one: &TypeState) -> Vec<Cell> {
    let symbols = &state.settings.theme.symbols;
    let unknown = || Cell::new(Role::Faint, symbols.ellipsis);
    let counting = |number: u64| {
        if number == 0 {
            unknown()
        } else {
            Cell::new(Role::Dim, grouped(number))
        }
    };
    match (&one.snapshot, one.reading) {
        (_, Some((local, cloud))) => {
            vec![
                counting(local),
                counting(cloud),
                unknown(),
                unknown(),
                unknown(),
                unknown(),
            ]
        }
        (Some(snapshot), None) => figures(snapshot.counts, snapshot.incomplete.is_none(), symbols.none),
        (None, None) => (0..6).map(|_| unknown()).collect(),
    }
}

fn figures(counts: Counts, complete: bool, none: &str) -> Vec<Cell> {
    let figure = |number: usize, role: Role| {
        if number == 0 {
            Cell::new(Role::Faint, none)
        } else {
            Cell::new(role, grouped(number as u64))
        }
    };
    let cloud = grouped(counts.cloud() as u64);
    vec![
        figure(counts.local(), Role::Text),
        if complete {
            figure(counts.cloud(), Role::Text)
        } else {
            Cell::new(Role::Warning, format!("{cloud}+"))
        },
        figure(counts.new, Role::New),
        figure(counts.updated, Role::Updated),
        if complete {
            figure(counts.orphan, Role::Orphan)
        } else {
            Cell::new(Role::Warning, "?")
        },
        figure(counts.unchanged, Role::Same),
    ]
}

/// The sums of all types, under a rule.
fn sums(ui: &mut Ui<'_, '_>, area: Rect, state: &State, columns: &[Column]) {
    let rule = ui
        .symbols()
        .rule
        .repeat(usize::from(area.width.saturating_sub(4)));
    let rule = ui.span(Role::Faint, rule);
    ui.line(
        Rect {
            x: area.x + 2,
            width: area.width.saturating_sub(2),
            height: 1,
            ..area
        },
        rule,
    );
    let snapshots: Vec<_> = state
        .types
        .iter()
        .filter_map(|one| one.snapshot.as_ref().filter(|_| one.reading.is_none()))
        .collect();
    if snapshots.len() < state.types.len() {
        return;
    }
    let mut all = Counts::default();
    for snapshot in &snapshots {
        all.new += snapshot.counts.new;
        all.updated += snapshot.counts.updated;
        all.unchanged += snapshot.counts.unchanged;
        all.orphan += snapshot.counts.orphan;
    }
    let complete = snapshots.iter().all(|snapshot| snapshot.incomplete.is_none());
    let mut cells = figures(all, complete, ui.symbols().none);
    let skipped = if columns.len() == 7 { 0 } else { 2 };
    cells.drain(..skipped);
    cells.insert(0, Cell::new(Role::Dim, "all"));
    let place = Rect {
        y: area.y + 1,
        height: 1,
        ..area
    };
    line_of_cells(ui, place, columns, &cells);
}
