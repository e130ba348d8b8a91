//! A list in a dialog: one line a row, the one under the cursor marked, each a target for a click.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::cursor::Cursor;
use super::scroll::edge;
use super::scrollbar::scrollbar;
use crate::tui::hits::{Pane, Target};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Draws the rows that are in sight; `row` gives the line of one.
pub fn list(
    ui: &mut Ui<'_, '_>,
    area: Rect,
    cursor: Cursor,
    length: usize,
    row: impl Fn(&Ui<'_, '_>, usize) -> Line<'static>,
) {
    ui.hits.set_height(Pane::Dialog, area.height.max(1));
    let height = usize::from(area.height.max(1));
    let top = cursor.top(length, height);
    for (line, index) in (0..area.height).zip(top..length) {
        let place = Rect {
            y: area.y + line,
            height: 1,
            ..area
        };
        if index == cursor.at {
            let style = ui.style(Role::Selected);
            ui.frame.buffer_mut().set_style(place, style);
        }
        let line = row(ui, index);
        ui.line(place, line);
        ui.hit(place, Target::Row(Pane::Dialog, index));
        if index == cursor.at && ui.plain {
            ui.cursor_on_row(place, index, length);
        }
    }
    scrollbar(ui, edge(area), Pane::Dialog, top, length, height);
}
