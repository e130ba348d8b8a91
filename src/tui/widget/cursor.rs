//! Where one is in a list of any length.

use crate::tui::action::Action;

/// A row of a list, and the first one in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The row under the cursor.
    pub at: usize,
    top: usize,
}

impl Cursor {
    /// A cursor on a row.
    pub fn on(at: usize) -> Self {
        Cursor { at, top: 0 }
    }

    /// The first row in sight when `height` rows of `length` are.
    pub fn top(self, length: usize, height: usize) -> usize {
        let last = length.saturating_sub(height);
        let lowest = (self.at + 1).saturating_sub(height);
        self.top.clamp(lowest.min(last), self.at.max(lowest).min(last))
    }

    /// Goes to a row, as far as there is one; the list scrolls no more than it must.
    pub fn go(&mut self, row: usize, length: usize, height: usize) {
        self.top = self.top(length, height);
        self.at = row.min(length.saturating_sub(1));
        self.top = self.top(length, height);
    }

    /// Moves as an action says; whether it is one that moves.
    pub fn act(&mut self, action: Action, length: usize, height: usize) -> bool {
        let page = height.saturating_sub(1).max(1);
        let row = match action {
            Action::Up => self.at.saturating_sub(1),
            Action::Down => self.at + 1,
            Action::PageUp => self.at.saturating_sub(page),
            Action::PageDown => self.at + page,
            Action::Top => 0,
            Action::Bottom => usize::MAX,
            _ => return false,
        };
        self.go(row, length, height);
        true
    }

    /// Scrolls by lines, as a wheel does; the cursor stays in sight.
    pub fn wheel(&mut self, down: bool, length: usize, height: usize) {
        const LINES: usize = 3;
        let top = self.top(length, height);
        self.top = if down {
            (top + LINES).min(length.saturating_sub(height))
        } else {
            top.saturating_sub(LINES)
        };
        let last = (self.top + height).min(length).saturating_sub(1);
        self.at = self.at.clamp(self.top.min(last), last);
    }

    /// Keeps the cursor on the list after its length has changed.
    pub fn fit(&mut self, length: usize) {
        self.at = self.at.min(length.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_row_under_the_cursor_is_always_in_sight(
            length in 0..50_usize, height in 1..20_usize,
            moves in prop::collection::vec(0..9_usize, 0..40),
        ) {
            let actions = [Action::Up, Action::Down, Action::PageUp, Action::PageDown, Action::Top, Action::Bottom];
            let mut cursor = Cursor::default();
            for step in moves {
                match actions.get(step) {
                    Some(action) => { cursor.act(*action, length, height); }
                    None => cursor.wheel(step == 7, length, height),
                }
                let top = cursor.top(length, height);
                prop_assert!(cursor.at < length.max(1));
                prop_assert!(top <= cursor.at && cursor.at < top + height, "{cursor:?} {top}");
                prop_assert!(length < height || top + height <= length);
            }
        }
    }
}
