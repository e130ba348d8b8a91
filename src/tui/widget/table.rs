//! Rows and columns. The table is given a way to get a row, and asks for those in sight only: drawing costs the same
//! for ten rows and for a million.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::cursor::Cursor;
use super::name;
use crate::tui::hits::{Pane, Target};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// How a column gets its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// So many columns of the terminal.
    Fixed(u16),
    /// At least so many, and a share of what is left by this weight.
    Share(u16, u16),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub title: String,
    /// Its width.
    pub width: Width,
    /// Numbers stand at the right edge.
    pub right: bool,
    /// Whether the rows are in its order: upwards, or downwards.
    pub sorted: Option<bool>,
}

impl Column {
    /// A column of text.
    pub fn text(title: impl Into<String>, width: Width) -> Self {
        Column {
            title: title.into(),
            width,
            right: false,
            sorted: None,
        }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<String>, width: u16) -> Self {
        Column {
            title: title.into(),
            width: Width::Fixed(width),
            right: true,
            sorted: None,
        }
    }
}

/// A cell: text and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    role: Role,
    /// Whether it is a name: then it is clean, and cut so that it is told apart from those above and below.
    is_name: bool,
    /// The parts of the text that a search met.
    met: Vec<Range<usize>>,
    /// Whether the cursor is on this very cell.
    chosen: bool,
}

impl Cell {
    /// A cell of a role.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Cell {
            text: text.into(),
            role,
            is_name: false,
            met: Vec::new(),
            chosen: false,
        }
    }

    /// A cell with a name.
    pub fn name(role: Role, name: &str) -> Self {
        // Both ends of the longest that any terminal shows.
        const COLUMNS: usize = 500;
        Cell {
            is_name: true,
            ..Cell::new(role, text::clean_name(name, COLUMNS))
        }
    }

    /// The same name with the parts that a search met, in order.
    pub fn met(mut self, met: impl FnOnce(&str) -> Vec<Range<usize>>) -> Self {
        self.met = met(&self.text);
        self
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same in another role.
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// The same under a cell cursor.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }
}

/// What is drawn.
pub struct Table<'t> {
    /// The columns.
    pub columns: &'t [Column],
    /// How many rows there are in all.
    pub length: usize,
    /// Where the cursor is; `None` where there is none.
    pub cursor: Option<Cursor>,
    /// Which pane it is in.
    pub pane: Pane,
    /// Whether that pane has the keys.
    pub focused: bool,
}

/// Columns of the terminal between two columns.
const GAP: u16 = 2;
/// The column for the cursor's sign.
const MARGIN: u16 = 2;
/// The column of air between the last column and the border of a table that is so wide; on a small screen names need it.
pub const fn air(width: u16) -> u16 {
    if width < 50 { 0 } else { 1 }
}

/// Draws heads and the rows in sight. `row` gives the cells of a row, by its place in the whole list; it is asked for
/// rows in sight only.
pub fn table(ui: &mut Ui<'_, '_>, area: Rect, table: &Table<'_>, mut row: impl FnMut(usize) -> Vec<Cell>) {
    if area.height == 0 || area.width <= MARGIN {
        ui.hits.set_height(table.pane, 1);
        return;
    }
    let widths = widths(table.columns, area.width - MARGIN - air(area.width));
    heads(ui, area, table, &widths);
    let height = usize::from(area.height - 1).max(1);
    ui.hits
        .set_height(table.pane, area.height.saturating_sub(1).max(1));
    let top = table.cursor.map_or(0, |cursor| cursor.top(table.length, height));
    let in_sight = (top..table.length).take(usize::from(area.height - 1));
    let mut rows: Vec<Vec<Cell>> = in_sight.map(&mut row).collect();
    cut_names(&mut rows, &widths, ui.symbols().ellipsis);
    for (line, cells) in rows.iter().enumerate() {
        let index = top + line;
        let place = Rect {
            y: area.y + 1 + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..area
        };
        let under = table.cursor.is_some_and(|cursor| cursor.at == index);
        draw_row(ui, place, table, &widths, cells, under);
        ui.hit(place, Target::Row(table.pane, index));
        if under && ui.plain && table.focused {
            ui.cursor_on_row(place, index, table.length);
        }
    }
}

/// Cuts names that are too wide with an eye on those above and below.
fn cut_names(rows: &mut [Vec<Cell>], widths: &[u16], ellipsis: &str) {
    for (column, width) in widths.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(column));
        if !cells().any(|cell| cell.is_name && text::width(&cell.text) > usize::from(*width)) {
            continue;
        }
        let names: Vec<_> = cells()
            .map(|cell| (cell.text.clone(), cell.met.clone()))
            .collect();
        let shown = name::shown(&names, usize::from(*width), ellipsis);
        let cells = rows.iter_mut().filter_map(|row| row.get_mut(column));
        for (cell, shown) in cells.zip(shown).filter(|(cell, _)| cell.is_name) {
            (cell.text, cell.met) = (shown.text, shown.met);
        }
    }
}

fn draw_row(
    ui: &mut Ui<'_, '_>,
    place: Rect,
    table: &Table<'_>,
    widths: &[u16],
    cells: &[Cell],
    under: bool,
) {
    let base = match (under, table.focused) {
        (true, true) => ui.style(Role::Selected),
        (true, false) => ui.style(Role::SelectedIdle),
        _ => Style::new(),
    };
    if under {
        ui.frame.buffer_mut().set_style(place, base);
    }
    let sign = if under { ui.symbols().cursor } else { " " };
    ui.line(place, Span::styled(sign, ui.style(Role::Accent)));
    let chosen = under && table.focused;
    cells_at(ui, place, table.columns, widths, cells, chosen);
}

/// A line in the columns of a table that is not one of its rows: sums.
pub fn line_of_cells(ui: &mut Ui<'_, '_>, place: Rect, columns: &[Column], cells: &[Cell]) {
    let widths = widths(columns, place.width.saturating_sub(MARGIN + air(place.width)));
    cells_at(ui, place, columns, &widths, cells, false);
}

fn cells_at(
    ui: &mut Ui<'_, '_>,
    place: Rect,
    columns: &[Column],
    widths: &[u16],
    cells: &[Cell],
    under: bool,
) {
    let ellipsis = ui.symbols().ellipsis;
    let mut spans = Vec::with_capacity(cells.len() * 2);
    for ((cell, column), width) in cells.iter().zip(columns).zip(widths) {
        if *width == 0 {
            continue;
        }
        let role = if cell.chosen && under {
            Role::Button
        } else {
            cell.role
        };
        let fit = if column.right { text::right } else { text::left };
        let shown = fit(&cell.text, usize::from(*width), ellipsis);
        spans.extend(with_met(ui, role, shown, &cell.met));
        spans.push(Span::raw(" ".repeat(usize::from(GAP))));
    }
    let place = Rect {
        x: place.x + MARGIN.min(place.width),
        width: place.width.saturating_sub(MARGIN + air(place.width)),
        ..place
    };
    ui.line(place, Line::from(spans));
}

/// A text in which what a search met stands out, with and without colours, under the cursor too.
fn with_met(ui: &Ui<'_, '_>, role: Role, text: String, met: &[Range<usize>]) -> Vec<Span<'static>> {
    let style = ui.style(role);
    if met.is_empty() {
        return vec![Span::styled(text, style)];
    }
    let found = style
        .patch(ui.style(Role::Match))
        .add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    let mut spans = Vec::with_capacity(met.len() * 2 + 1);
    let mut at = 0;
    for part in met {
        let (Some(before), Some(inside)) = (text.get(at..part.start), text.get(part.clone())) else {
            break;
        };
        spans.push(Span::styled(before.to_owned(), style));
        spans.push(Span::styled(inside.to_owned(), found));
        at = part.end;
    }
    spans.push(Span::styled(text[at..].to_owned(), style));
    spans
}

fn heads(ui: &mut Ui<'_, '_>, area: Rect, table: &Table<'_>, widths: &[u16]) {
    let mut x = area.x + MARGIN;
    for (index, (column, width)) in table.columns.iter().zip(widths).enumerate() {
        if *width == 0 {
            continue;
        }
        let place = Rect {
            x,
            y: area.y,
            width: (*width).min(area.right().saturating_sub(x)),
            height: 1,
        };
        let sign = match column.sorted {
            Some(true) => ui.symbols().ascending,
            Some(false) => ui.symbols().descending,
            None => "",
        };
        let title = if sign.is_empty() {
            column.title.clone()
        } else {
            format!("{} {sign}", column.title)
        };
        let role = if column.sorted.is_some() {
            Role::Accent
        } else {
            Role::Head
        };
        let fit = if column.right { text::right } else { text::left };
        let shown = fit(&title, usize::from(place.width), ui.symbols().ellipsis);
        let span = ui.span(role, shown);
        ui.line(place, span);
        ui.hit(place, Target::Head(table.pane, index));
        x = x.saturating_add(*width + GAP);
    }
}

/// Widths of the columns: the fixed ones first, what is left is shared; the last ones go where there is no room.
pub fn widths(columns: &[Column], room: u16) -> Vec<u16> {
    let least = |column: &Column| match column.width {
        Width::Fixed(width) | Width::Share(width, _) => width,
    };
    let weight = |column: &Column| match column.width {
        Width::Fixed(_) => 0,
        Width::Share(_, weight) => weight,
    };
    let mut widths = vec![0; columns.len()];
    let mut left = room;
    let mut shown = 0;
    for (width, column) in widths.iter_mut().zip(columns) {
        let gap = if shown == 0 { 0 } else { GAP };
        let wanted = least(column);
        if left < gap + wanted.min(4) {
            break;
        }
        *width = wanted.min(left - gap);
        left -= *width + gap;
        shown += 1;
    }
    let total: u32 = columns
        .iter()
        .take(shown)
        .map(|column| u32::from(weight(column)))
        .sum();
    let mut rest = left;
    for (width, column) in widths.iter_mut().zip(columns).take(shown) {
        let share = (u32::from(left) * u32::from(weight(column))).checked_div(total);
        let share = u16::try_from(share.unwrap_or(0)).unwrap_or(0).min(rest);
        *width += share;
        rest -= share;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_columns_keep_their_width_and_the_rest_is_shared() {
        let columns = [
            Column::text("A", Width::Share(10, 1)),
            Column::number("B", 6),
            Column::number("C", 6),
        ];
        assert_eq!(widths(&columns, 40), [24, 6, 6]);
        assert_eq!(widths(&columns, 26), [10, 6, 6]);
        // No room for the last one.
        assert_eq!(widths(&columns, 19), [11, 6, 0]);
        assert_eq!(widths(&columns, 3), [0, 0, 0]);
    }
}
