//! A line of text that is being typed.

use crossterm::event::{Event, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::Span;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// A line being typed.
#[derive(Debug, Clone, Default)]
pub struct Field {
    input: Input,
}

impl Field {
    /// A field with a text in it, the cursor behind it.
    pub fn with(text: impl Into<String>) -> Self {
        Field {
            input: Input::new(text.into()),
        }
    }

    /// What stands there.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Takes a key; whether it was one for a line of text.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.input.handle_event(&Event::Key(key)).is_some()
    }

    /// Puts a text in at the cursor, as one edit. Line breaks become blanks.
    pub fn paste(&mut self, text: &str) {
        let at = self.input.cursor();
        let text: String = text.replace("\r\n", " ").replace(['\r', '\n'], " ");
        let mut whole: String = self.input.value().chars().take(at).collect();
        whole.push_str(&text);
        let cursor = whole.chars().count();
        whole.extend(self.input.value().chars().skip(at));
        self.input = Input::new(whole).with_cursor(cursor);
    }

    /// Draws the line with the cursor in sight. Without focus the terminal's cursor is left where it is.
    pub fn draw(&self, ui: &mut Ui<'_, '_>, area: Rect, focused: bool) {
        if area.width == 0 || area.height == 0 {
            return;
        }
        let room = usize::from(area.width);
        let before: String = self.input.value().chars().take(self.input.cursor()).collect();
        let before = text::clean(&before);
        let mut skipped = 0;
        let mut start = 0;
        let total = text::width(&before);
        for (at, grapheme) in before.grapheme_indices(true) {
            if total - skipped < room {
                break;
            }
            skipped += text::width(grapheme);
            start = at + grapheme.len();
        }
        let all = text::clean(self.input.value());
        let shown = all.get(start..).unwrap_or_default();
        let style = ui.style(Role::Input);
        let line = text::left(shown, room, "");
        ui.line(area, Span::styled(line, style));
        if focused {
            let x = u16::try_from(total.saturating_sub(skipped)).unwrap_or(0);
            ui.cursor(area.x + x.min(area.width - 1), area.y);
        }
    }
}
