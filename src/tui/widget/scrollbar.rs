//! Which part of a list is in sight, at the right edge of its pane.

use ratatui::layout::Rect;

use crate::tui::hits::{Pane, Target};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Draws the handle on the border of a pane, where the list is longer than the pane is high.
pub fn scrollbar(ui: &mut Ui<'_, '_>, pane_area: Rect, pane: Pane, top: usize, length: usize, height: usize) {
    if length <= height || pane_area.width < 3 || pane_area.height < 4 || ui.plain {
        return;
    }
    let track = Rect {
        x: pane_area.right() - 1,
        y: pane_area.y + 1,
        width: 1,
        height: pane_area.height - 2,
    };
    let rows = usize::from(track.height);
    let size = (rows * height / length).clamp(1, rows);
    let start = (rows - size) * top / (length - height).max(1);
    let thumb = ui.symbols().thumb;
    let style = ui.style(Role::Dim);
    for row in start..(start + size).min(rows) {
        let y = track.y + u16::try_from(row).unwrap_or(0);
        ui.frame.buffer_mut().set_string(track.x, y, thumb, style);
    }
    ui.hit(track, Target::Scrollbar(pane, length));
}

/// The row that a click on a scrollbar means.
pub fn row_at(track: Rect, y: u16, length: usize) -> usize {
    let rows = usize::from(track.height.saturating_sub(1)).max(1);
    let at = usize::from(y.saturating_sub(track.y)).min(rows);
    length.saturating_sub(1) * at / rows
}
