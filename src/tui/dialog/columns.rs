//! Chooses the columns of a type, and their order.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::{Action, Context};
use crate::tui::hits::{Pane, Target};
use crate::tui::screen::records::list::{self, Column};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::scroll::edge;
use crate::tui::widget::scrollbar::scrollbar;

/// The columns, those that are shown first.
#[derive(Debug)]
pub struct Columns {
    all: Vec<(Column, bool)>,
    cursor: Cursor,
}

impl Columns {
    /// As they are now.
    pub fn new(state: &State) -> Self {
        Columns {
            all: list::columns(state),
            cursor: Cursor::default(),
        }
    }

    fn toggle(&mut self) {
        if let Some((_, shown)) = self.all.get_mut(self.cursor.at) {
            *shown = !*shown;
        }
    }

    /// Moves the column under the cursor, the cursor with it.
    fn shift(&mut self, later: bool, height: usize) {
        let at = self.cursor.at;
        let to = if later { at + 1 } else { at.saturating_sub(1) };
        if to < self.all.len() {
            self.all.swap(at, to);
            self.cursor.go(to, self.all.len(), height);
        }
    }

    fn chosen(self) -> Vec<Column> {
        let shown = self.all.into_iter().filter(|(_, shown)| *shown);
        shown.map(|(column, _)| column).collect()
    }
}

impl Dialog for Columns {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Choice, Context::Dialog, Context::Move]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (self.all.len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing | Target::Button(0)) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) | Input::Click(Target::Button(_)) => {
                return Outcome::close(list::set_columns(state, self.chosen()));
            }
            Input::Action(Action::Mark) => self.toggle(),
            Input::Action(action @ (Action::Left | Action::Right)) => {
                self.shift(action == Action::Right, height);
            }
            Input::Action(action) => {
                self.cursor.act(action, rows, height);
            }
            Input::Click(Target::Row(_, row)) => {
                self.cursor.go(row, rows, height);
                self.toggle();
            }
            Input::Wheel(down) => self.cursor.wheel(down, rows, height),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let wanted = u16::try_from(self.all.len())
            .unwrap_or(u16::MAX)
            .saturating_add(6);
        let height = wanted.min(above_the_hints(area));
        let inner = frame(ui, area, "Columns", (area.width.min(52), height), Role::Focus);
        let body = Rect {
            height: inner.height.saturating_sub(4),
            ..inner
        };
        ui.hits.set_height(Pane::Dialog, body.height.max(1));
        let rows = usize::from(body.height.max(1));
        let top = self.cursor.top(self.all.len(), rows);
        scrollbar(ui, edge(body), Pane::Dialog, top, self.all.len(), rows);
        for (line, index) in (0..body.height).zip(top..self.all.len()) {
            let place = Rect {
                y: body.y + line,
                height: 1,
                ..body
            };
            self.row(ui, place, index);
        }
        let at = |up: u16| Rect {
            y: inner.bottom().saturating_sub(up),
            height: inner.height.min(1),
            ..inner
        };
        let help = ui.clip("Space shows or hides; Left and Right move", inner.width);
        ui.line(at(3), Span::styled(help, ui.style(Role::Dim)));
        buttons(ui, at(1), &["Cancel", "Show these"], 1);
    }
}

impl Columns {
    fn row(&self, ui: &mut Ui<'_, '_>, place: Rect, index: usize) {
        let Some((column, shown)) = self.all.get(index) else {
            return;
        };
        if index == self.cursor.at {
            let style = ui.style(Role::Selected);
            ui.frame.buffer_mut().set_style(place, style);
        }
        let (sign, role) = if *shown {
            (ui.symbols().checked, Role::Accent)
        } else {
            (ui.symbols().unchecked, Role::Dim)
        };
        let title = match column {
            Column::Status => "status",
            Column::Field(name) => name,
        };
        let title = ui.clip(title, place.width.saturating_sub(2));
        let weight = if *shown { Role::Title } else { Role::Dim };
        let spans = vec![ui.span(role, format!("{sign} ")), ui.span(weight, title)];
        ui.line(place, Line::from(spans));
        ui.hit(place, Target::Row(Pane::Dialog, index));
        if index == self.cursor.at && ui.plain {
            ui.cursor(place.x, place.y);
        }
    }
}
