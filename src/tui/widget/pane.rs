//! A frame with a title around a part of the screen.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use crate::tui::hits::{Pane, Target};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Draws a frame with a title and returns what is left inside. In plain mode there is only the title.
pub fn pane(ui: &mut Ui<'_, '_>, area: Rect, title: &str, pane: Pane, focused: bool) -> Rect {
    let title = vec![
        Span::raw(" "),
        ui.span(Role::Title, ui.name(title, area.width.saturating_sub(4))),
        Span::raw(" "),
    ];
    framed(ui, area, Line::from(title), pane, focused)
}

/// The same with a title of several parts.
pub fn framed(ui: &mut Ui<'_, '_>, area: Rect, title: Line<'static>, pane: Pane, focused: bool) -> Rect {
    ui.hit(area, Target::Pane(pane));
    if ui.plain {
        ui.line(area, title);
        return inner_plain(area);
    }
    let role = if focused { Role::Focus } else { Role::Border };
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(ui.symbols().border)
        .border_style(ui.style(role))
        .title(title);
    let inner = block.inner(area);
    ui.frame.render_widget(block, area);
    inner
}

fn inner_plain(area: Rect) -> Rect {
    Rect {
        y: area.y.saturating_add(1).min(area.bottom()),
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// One column of air on either side.
pub fn padded(area: Rect) -> Rect {
    if area.width < 12 {
        return area;
    }
    Rect {
        x: area.x + 1,
        width: area.width - 2,
        ..area
    }
}
