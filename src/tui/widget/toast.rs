//! Short notes that pass by themselves. What matters longer is in the log or in a dialog.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// How long a note stays; milliseconds.
const STAYS: i64 = 4000;

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

    /// Draws the last ones at the foot of an area, at its right edge.
    pub fn draw(&self, ui: &mut Ui<'_, '_>, area: Rect) {
        let shown = self.0.iter().rev().take(3).enumerate();
        for (line, toast) in shown {
            let sign = match toast.role {
                Role::Danger => ui.symbols().cross,
                Role::Warning => ui.symbols().warning,
                _ => ui.symbols().tick,
            };
            let room = usize::from(area.width.saturating_sub(8));
            let text = text::clip(&toast.text, room, ui.symbols().ellipsis);
            let width = u16::try_from(text::width(&text) + 5)
                .unwrap_or(u16::MAX)
                .min(area.width);
            let Some(y) = area
                .bottom()
                .checked_sub(2 + u16::try_from(line).unwrap_or(0))
                .filter(|y| *y >= area.y)
            else {
                return;
            };
            let place = Rect {
                x: area.right() - width,
                y,
                width,
                height: 1,
            };
            let spans = vec![
                Span::styled(format!(" {sign} "), ui.style(toast.role)),
                Span::styled(format!("{text}  "), ui.style(Role::Text)),
            ];
            ui.frame.render_widget(ratatui::widgets::Clear, place);
            let ground = ui.style(Role::SelectedIdle);
            ui.frame.buffer_mut().set_style(place, ground);
            ui.line(place, Line::from(spans));
        }
    }
}
