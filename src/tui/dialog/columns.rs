//! Chooses the columns of a type, and their order.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::{Action, Context};
use crate::tui::hits::{Pane, Target};
use crate::tui::screen::records::list::{Column, columns, set_columns};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::list::list;

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
            all: columns(state),
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
                return Outcome::close(set_columns(state, self.chosen()));
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
            Input::Bar(row) => self.cursor.go(row, rows, height),
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
        list(ui, body, self.cursor, self.all.len(), |ui, index| {
            let row = |(column, shown): &(Column, bool)| row(ui, column, *shown, body.width);
            self.all.get(index).map(row).unwrap_or_default()
        });
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

fn row(ui: &Ui<'_, '_>, column: &Column, shown: bool, width: u16) -> Line<'static> {
    let (sign, role, weight) = if shown {
        (ui.symbols().checked, Role::Accent, Role::Title)
    } else {
        (ui.symbols().unchecked, Role::Dim, Role::Dim)
    };
    let title = match column {
        Column::Status => "status",
        Column::Field(name) => name,
    };
    let title = ui.clip(title, width.saturating_sub(2));
    Line::from(vec![ui.span(role, format!("{sign} ")), ui.span(weight, title)])
}
