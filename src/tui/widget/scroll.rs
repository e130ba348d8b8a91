//! How far a text is scrolled, in a dialog or in a pane. It has no cursor: every key that moves, moves the text.

use ratatui::layout::Rect;

use super::scrollbar::scrollbar;
use crate::tui::action::Action;
use crate::tui::hits::{Hits, Pane};
use crate::tui::ui::Ui;

/// The first line in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    line: usize,
    pane: Pane,
}

impl Default for Scroll {
    fn default() -> Self {
        Scroll::of(Pane::Dialog)
    }
}

impl Scroll {
    /// The beginning of the text in a pane.
    pub const fn of(pane: Pane) -> Self {
        Scroll { line: 0, pane }
    }

    /// Moves as an action says, as far as there is more to see.
    pub fn act(&mut self, action: Action, hits: &Hits) {
        let height = hits.height(self.pane);
        let last = hits.length(self.pane).saturating_sub(height);
        let page = height.saturating_sub(1).max(1);
        let at = self.line.min(last);
        let to = match action {
            Action::Up => at.saturating_sub(1),
            Action::Down => at + 1,
            Action::PageUp => at.saturating_sub(page),
            Action::PageDown => at + page,
            Action::Top => 0,
            Action::Bottom => last,
            _ => return,
        };
        self.line = to.min(last);
    }

    /// Scrolls by some lines, as a wheel does.
    pub fn wheel(&mut self, down: bool, hits: &Hits) {
        const LINES: usize = 3;
        let action = if down { Action::Down } else { Action::Up };
        for _ in 0..LINES {
            self.act(action, hits);
        }
    }

    /// Goes to where a line of the text is, as far down as it is in the whole.
    pub fn go(&mut self, line: usize, hits: &Hits) {
        let length = hits.length(self.pane);
        let last = length.saturating_sub(hits.height(self.pane));
        self.line = (line * last / length.saturating_sub(1).max(1)).min(last);
    }

    /// The first line in sight of so many in the body of a dialog or a pane; where there is more, a bar on its frame says so.
    pub fn place(self, ui: &mut Ui<'_, '_>, body: Rect, length: usize) -> usize {
        let height = usize::from(body.height.max(1));
        ui.hits.set_height(self.pane, body.height.max(1));
        ui.hits.set_length(self.pane, length);
        let top = self.line.min(length.saturating_sub(height));
        let edge = edge(body).intersection(ui.frame.area());
        scrollbar(ui, edge, self.pane, top, length, height);
        top
    }
}

/// What has its right border on the frame of the dialog that this is the body of: where a scrollbar stands.
pub fn edge(body: Rect) -> Rect {
    Rect {
        y: body.y.saturating_sub(1),
        width: body.width + 2,
        height: body.height + 2,
        ..body
    }
}
