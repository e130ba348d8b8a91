//! Short notes that pass by themselves. What matters longer is in the log or in a dialog.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// How long a note stays; milliseconds.
const STAYS: i64 = 4000;

/// So many are seen at once.
const MOST: u16 = 3;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// [`Role::Good`], [`Role::Warning`] or [`Role::Danger`].
    pub role: Role,
    /// When it goes; milliseconds since 1970.
    pub until: i64,
}

/// The notes on the screen, the latest last.
#[derive(Debug, Clone, Default)]
pub struct Toasts(Vec<Toast>);

impl Toasts {
    /// Says something; what was said already is not said twice.
    pub fn say(&mut self, role: Role, text: impl Into<String>, now: i64) {
        let text = text.into();
        self.0.retain(|toast| toast.text != text);
        self.0.push(Toast {
            text,
            role,
            until: now + STAYS,
        });
    }

    /// Lets go what has stayed long enough.
    pub fn expire(&mut self, now: i64) {
        self.0.retain(|toast| toast.until > now);
    }

    /// When the next one goes.
    pub fn next_end(&self) -> Option<i64> {
        self.0.iter().map(|toast| toast.until).min()
    }

    /// Draws the last ones at the foot of an area, at its right edge, where they cover nothing of a dialog. Where a dialog
    /// leaves no room the latest one stands in the last row: there are no buttons there.
    pub fn draw(&self, ui: &mut Ui<'_, '_>, area: Rect) {
        let dialog = ui.hits.dialog();
        let is_free = |place: Rect| dialog.is_none_or(|dialog| !dialog.intersects(place));
        let above_the_hints = area.bottom().saturating_sub(1);
        let mut rows = (above_the_hints.saturating_sub(MOST)..above_the_hints).rev();
        for (number, toast) in self.0.iter().rev().enumerate() {
            let text = ui.clip(&toast.text, area.width.saturating_sub(8));
            let width = u16::try_from(text::width(&text) + 5)
                .unwrap_or(u16::MAX)
                .min(area.width);
            let place = |y: u16| Rect {
                x: area.right() - width,
                y,
                width,
                height: 1,
            };
            match rows.find(|y| *y >= area.y && is_free(place(*y))) {
                Some(y) => toast.draw(ui, place(y), &text),
                None if number == 0 => toast.draw(ui, place(above_the_hints), &text),
                None => return,
            }
        }
    }
}

impl Toast {
    fn draw(&self, ui: &mut Ui<'_, '_>, place: Rect, text: &str) {
        let sign = match self.role {
            Role::Danger => ui.symbols().cross,
            Role::Warning => ui.symbols().warning,
            _ => ui.symbols().tick,
        };
        let spans = vec![
            Span::styled(format!(" {sign} "), ui.style(self.role)),
            Span::styled(format!("{text}  "), ui.style(Role::Text)),
        ];
        ui.clear(place);
        let ground = ui.style(Role::SelectedIdle);
        ui.frame.buffer_mut().set_style(place, ground);
        ui.line(place, Line::from(spans));
    }
}
