//! What is where on the screen, as it was drawn last: for the mouse, and for how far a page goes.

use ratatui::layout::{Position, Rect};

use super::action::Action;

/// A part of a screen that has a cursor of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The list, or the left one of two.
    Main,
    /// What stands beside it.
    Side,
    /// A list in a dialog.
    Dialog,
}

/// What a click there means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An action, as if its key had been pressed.
    Action(Action),
    /// A row of a list, by its place in the whole list.
    Row(Pane, usize),
    /// A column's head.
    Head(Pane, usize),
    /// A cell of a row: row, column.
    Cell(usize, usize),
    /// A button of a dialog.
    Button(usize),
    /// A scrollbar over so many rows.
    Scrollbar(Pane, usize),
    /// A pane, of no use but that it has the keys then.
    Pane(Pane),
    /// Behind a dialog: nothing.
    Nothing,
}

/// Everything that was drawn and can be met.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    areas: Vec<(Rect, Target)>,
    heights: Vec<(Pane, u16)>,
    lengths: Vec<(Pane, usize)>,
}

impl Hits {
    /// Says what is where; what comes later lies on top.
    pub fn add(&mut self, area: Rect, target: Target) {
        self.areas.push((area, target));
    }

    /// Says how many rows of a list are in sight.
    pub fn set_height(&mut self, pane: Pane, rows: u16) {
        self.heights.retain(|(known, _)| *known != pane);
        self.heights.push((pane, rows));
    }

    /// Rows of a list in sight; something sensible before the first frame.
    pub fn height(&self, pane: Pane) -> usize {
        let known = self.heights.iter().find(|(known, _)| *known == pane);
        known.map_or(20, |(_, rows)| usize::from(*rows)).max(1)
    }

    /// Says how many lines there are in all.
    pub fn set_length(&mut self, pane: Pane, lines: usize) {
        self.lengths.retain(|(known, _)| *known != pane);
        self.lengths.push((pane, lines));
    }

    /// Lines in all, in sight or not; none before the first frame.
    pub fn length(&self, pane: Pane) -> usize {
        let known = self.lengths.iter().find(|(known, _)| *known == pane);
        known.map_or(0, |(_, lines)| *lines)
    }

    /// Where the dialog in front is.
    pub fn dialog(&self) -> Option<Rect> {
        let drawn = self.areas.iter().rev();
        let mut areas = drawn.filter(|(_, target)| *target == Target::Pane(Pane::Dialog));
        areas.next().map(|(area, _)| *area)
    }

    /// Whether something was drawn in the last frame.
    pub fn shows(&self, target: Target) -> bool {
        self.areas.iter().any(|(_, drawn)| *drawn == target)
    }

    /// What lies on top at a place, and its area.
    pub fn at(&self, column: u16, row: u16) -> Option<(Rect, Target)> {
        let place = Position::new(column, row);
        self.areas
            .iter()
            .rev()
            .find(|(area, _)| area.contains(place))
            .copied()
    }

    /// The pane at a place, where a wheel scrolls.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        let place = Position::new(column, row);
        let here = self.areas.iter().rev().filter(|(area, _)| area.contains(place));
        here.map_while(|(_, target)| match target {
            Target::Nothing => None,
            other => Some(*other),
        })
        .find_map(|target| match target {
            Target::Pane(pane) | Target::Row(pane, _) | Target::Scrollbar(pane, _) => Some(pane),
            _ => None,
        })
    }
}
