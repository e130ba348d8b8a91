//! What drawing needs: the frame, the theme, and a note of what is where.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::hits::{Hits, Target};
use super::text;
use super::theme::{Role, Symbols, Theme};

/// A frame being drawn.
pub struct Ui<'f, 'b> {
    /// The frame.
    pub frame: &'f mut Frame<'b>,
    /// Styles and symbols.
    pub theme: &'f Theme,
    /// What is where.
    pub hits: Hits,
    /// No box lines, no motion: for screen readers.
    pub plain: bool,
    /// The row that has the focus, and how many there are: what a screen reader is told.
    pub at: Option<(usize, usize)>,
}

impl Ui<'_, '_> {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The symbols.
    pub fn symbols(&self) -> &Symbols {
        &self.theme.symbols
    }

    /// A piece of text in a role, cleaned.
    pub fn span(&self, role: Role, text: impl AsRef<str>) -> Span<'static> {
        Span::styled(text::clean(text.as_ref()), self.style(role))
    }

    /// A text cut to so many columns.
    pub fn clip(&self, text: &str, columns: u16) -> String {
        text::clip(text, usize::from(columns), self.symbols().ellipsis)
    }

    /// A name cut to so many columns, in its middle.
    pub fn name(&self, name: &str, columns: u16) -> String {
        text::middle(name, usize::from(columns), self.symbols().ellipsis)
    }

    /// Writes one line, cut at the right edge.
    pub fn line(&mut self, area: Rect, line: impl Into<Line<'static>>) {
        if !area.is_empty() {
            self.frame.render_widget(line.into(), Rect { height: 1, ..area });
        }
    }

    /// Writes lines one below the other, as far as there is room; the rows that were used.
    pub fn lines(&mut self, area: Rect, lines: impl IntoIterator<Item = Line<'static>>) -> u16 {
        let mut used = 0;
        for line in lines.into_iter().take(usize::from(area.height)) {
            self.line(
                Rect {
                    y: area.y + used,
                    ..area
                },
                line,
            );
            used += 1;
        }
        used
    }

    /// Clears an area, and the half of a wide character that would reach into it.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.frame.area());
        let buffer = self.frame.buffer_mut();
        for y in area.top()..area.bottom() {
            let beside = area.left().checked_sub(1).and_then(|x| buffer.cell_mut((x, y)));
            if let Some(cell) = beside.filter(|cell| text::width(cell.symbol()) > 1) {
                cell.set_symbol(" ");
            }
        }
        self.frame.render_widget(Clear, area);
    }

    /// Says what a click on an area means.
    pub fn hit(&mut self, area: Rect, target: Target) {
        self.hits.add(area, target);
    }

    /// Puts the terminal's cursor somewhere: where something is typed, and for screen readers on the focused row.
    pub fn cursor(&mut self, x: u16, y: u16) {
        if self.frame.area().contains(Position::new(x, y)) {
            self.frame.set_cursor_position((x, y));
            self.at = None;
        }
    }

    /// Puts it on a row of so many.
    pub fn cursor_on_row(&mut self, place: Rect, row: usize, length: usize) {
        self.cursor(place.x, place.y);
        self.at = Some((row, length));
    }
}
