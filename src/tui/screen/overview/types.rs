//! The table of the record types.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::journal::Snapshot;
use crate::record::diff::Counts;
use crate::tui::hits::Pane;
use crate::tui::state::{State, TypeState};
use crate::tui::text::{self, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::scrollbar::scrollbar;
use crate::tui::widget::table::{Cell, Column, Table, Width, air, line_of_cells, table};

/// Heads of the figures, each with the columns of the terminal that it likes to have.
const FIGURES: [(&str, u16); 6] = [
    ("LOCAL", 8),
    ("CLOUD", 8),
    ("NEW", 6),
    ("UPDATED", 7),
    ("ORPHAN", 6),
    ("SAME", 8),
];

/// What the contents of the columns need.
pub(super) struct Columns {
    name: u16,
    figures: [u16; 6],
}

/// The table's margin, and the columns of the terminal between two columns.
const MARGIN: u16 = 2;
const GAP: u16 = 2;

impl Columns {
    /// Measures names and figures.
    pub(super) fn of(state: &State) -> Self {
        let wide = |text: &str| u16::try_from(text::width(text)).unwrap_or(u16::MAX);
        let name =
            |one: &TypeState| wide(&one.config.name).saturating_add(2 * u16::from(one.failure.is_some()));
        let names = state.types.iter().map(name);
        let mut figures = FIGURES.map(|(head, _)| wide(head));
        let rows = state
            .types
            .iter()
            .map(|one| numbers(state, one))
            .chain(sum(state));
        for cells in rows {
            for (figure, cell) in figures.iter_mut().zip(&cells) {
                *figure = (*figure).max(wide(cell.text()));
            }
        }
        Columns {
            name: names.max().unwrap_or(0).clamp(8, 48),
            figures,
        }
    }

    /// Columns of the terminal in which everything has its room, frame and all.
    pub(super) fn width(&self) -> u16 {
        let figures = FIGURES
            .iter()
            .zip(self.figures)
            .map(|((_, liked), needed)| needed.max(*liked) + GAP);
        MARGIN + self.name + figures.sum::<u16>() + 1 + 2
    }

    /// In so many columns of the terminal: where there is little room, figures lose their air first, then local and cloud
    /// go, and names are cut last.
    fn fit(&self, room: u16) -> Vec<Column> {
        let liked = FIGURES.map(|(_, liked)| liked);
        let airy: [u16; 6] = std::array::from_fn(|at| self.figures[at].max(liked[at]));
        let left_for_name = |figures: &[u16]| {
            let taken: u16 = figures.iter().map(|figure| figure + GAP).sum();
            room.saturating_sub(MARGIN + air(room) + taken)
        };
        let choices = [&airy[..], &self.figures[..], &airy[2..], &self.figures[2..]];
        let figures = choices
            .into_iter()
            .find(|figures| left_for_name(figures) >= self.name);
        let figures = figures.unwrap_or(&self.figures[2..]);
        let heads = FIGURES.iter().skip(FIGURES.len() - figures.len());
        let numbers = heads
            .zip(figures)
            .map(|((head, _), width)| Column::number(*head, *width));
        let name = Column::text("TYPE", Width::Share(left_for_name(figures).min(self.name), 1));
        std::iter::once(name).chain(numbers).collect()
    }
}

/// Draws the types.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let inner = pane(ui, area, "Types", Pane::Main, true);
    if state.types.is_empty() {
        empty(ui, padded(inner));
        return;
    }
    let columns = Columns::of(state).fit(inner.width);
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

/// What would fill the table.
fn empty(ui: &mut Ui<'_, '_>, area: Rect) {
    let words = [
        (Role::Text, "No record type is configured yet."),
        (
            Role::Dim,
            "Each [[types]] in skydeck.toml, with its file and its fields, becomes a row here.",
        ),
    ];
    let lines = words.into_iter().flat_map(|(role, words)| {
        let wrapped = text::wrap(words, usize::from(area.width), 4);
        wrapped.into_iter().map(move |line| (role, line))
    });
    let lines: Vec<Line<'static>> = lines
        .map(|(role, line)| Line::from(ui.span(role, line)))
        .collect();
    ui.lines(area, lines);
}

/// The cells of a type, in so many columns.
fn row(state: &State, index: usize, one: &TypeState, columns: usize) -> Vec<Cell> {
    let symbols = &state.settings.theme.symbols;
    let name = match &one.failure {
        Some(_) => Cell::new(Role::Danger, format!("{} {}", symbols.cross, one.config.name)),
        None => Cell::name(Role::Title, &one.config.name),
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
/// `?`. While a type is being compared, the figures of the last time stand back until there are new ones; how old they are
/// stands above.
fn numbers(state: &State, one: &TypeState) -> Vec<Cell> {
    let symbols = &state.settings.theme.symbols;
    let unknown = || Cell::new(Role::Faint, symbols.ellipsis);
    let last = match &one.snapshot {
        Some(snapshot) => figures(snapshot.counts, snapshot.incomplete.is_none(), symbols.none),
        None => (0..6).map(|_| unknown()).collect(),
    };
    let Some((local, cloud)) = one.reading else {
        return last;
    };
    let mut cells: Vec<Cell> = last.into_iter().map(|cell| cell.role(Role::Faint)).collect();
    for (cell, read) in cells.iter_mut().zip([local, cloud]) {
        if read > 0 {
            *cell = Cell::new(Role::Dim, grouped(read));
        }
    }
    cells
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

/// All types together, once all of them are known; standing back while one of them is being compared.
fn sum(state: &State) -> Option<Vec<Cell>> {
    let snapshots = state.types.iter().map(|one| one.snapshot.as_ref());
    let snapshots: Vec<&Snapshot> = snapshots.collect::<Option<_>>()?;
    let mut all = Counts::default();
    for snapshot in &snapshots {
        all.new += snapshot.counts.new;
        all.updated += snapshot.counts.updated;
        all.unchanged += snapshot.counts.unchanged;
        all.orphan += snapshot.counts.orphan;
    }
    let complete = snapshots.iter().all(|snapshot| snapshot.incomplete.is_none());
    let sums = figures(all, complete, state.settings.theme.symbols.none);
    let reading = state.types.iter().any(|one| one.reading.is_some());
    let stand_back = |cell: Cell| if reading { cell.role(Role::Faint) } else { cell };
    Some(sums.into_iter().map(stand_back).collect())
}

/// The sums of all types, under a rule; nothing where they are not known.
fn sums(ui: &mut Ui<'_, '_>, area: Rect, state: &State, columns: &[Column]) {
    let Some(mut cells) = sum(state) else {
        return;
    };
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
