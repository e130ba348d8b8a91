//! The frame of every dialog: centred, over a cleared ground, with room for buttons.

use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders};

use crate::tui::hits::{Pane, Target};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// The height of the screen without its last row, which says what the keys do.
pub fn above_the_hints(screen: Rect) -> u16 {
    screen.height.saturating_sub(1)
}

/// Draws the frame, as large as wanted and the screen allows; what is inside is returned. Nothing behind it can be
/// clicked. Without box lines the room they would take stays empty.
pub fn frame(ui: &mut Ui<'_, '_>, screen: Rect, title: &str, size: (u16, u16), role: Role) -> Rect {
    let (width, height) = (size.0.min(screen.width), size.1.min(screen.height));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 3,
        width,
        height,
    };
    ui.hit(screen, Target::Nothing);
    ui.hit(area, Target::Pane(Pane::Dialog));
    ui.clear(area);
    let shown = ui.clip(title, width.saturating_sub(4));
    let title = Line::from(vec![
        Span::raw(" "),
        Span::styled(shown, ui.style(Role::Title)),
        Span::raw(" "),
    ]);
    if ui.plain {
        ui.line(area, title);
        return Rect {
            y: area.y + 1.min(area.height),
            height: area.height.saturating_sub(2),
            ..area
        };
    }
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(ui.symbols().border)
        .border_style(ui.style(role))
        .title(title);
    let inner = block.inner(area);
    ui.frame.render_widget(block, area);
    if inner.width > 20 {
        inner.inner(Margin::new(1, 0))
    } else {
        inner
    }
}

/// Sentences as lines of so many columns, each in its role.
pub fn told(ui: &Ui<'_, '_>, columns: u16, words: &[(Role, &str)]) -> Vec<Line<'static>> {
    const MOST: usize = 6;
    let wrapped = |(role, words): &(Role, &str)| {
        let lines = text::wrap(words, usize::from(columns), MOST).into_iter();
        lines
            .map(|line| Line::from(ui.span(*role, line)))
            .collect::<Vec<_>>()
    };
    words.iter().flat_map(wrapped).collect()
}
