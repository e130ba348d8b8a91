//! Chooses what the records are sorted by.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::Action;
use crate::tui::hits::{Pane, Target};
use crate::tui::screen::records::list::{By, sort_by, sorts};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::list::list;

/// Name, status and the fields of the type.
#[derive(Debug)]
pub struct Sort {
    all: Vec<By>,
    now: By,
    descending: bool,
    cursor: Cursor,
}

impl Sort {
    /// The cursor on the order at hand.
    pub fn new(state: &State) -> Self {
        let (all, now, descending) = sorts(state);
        let at = all.iter().position(|by| *by == now).unwrap_or(0);
        Sort {
            all,
            now,
            descending,
            cursor: Cursor::on(at),
        }
    }

    fn choose(&self, state: &mut State) -> Outcome {
        let by = self.all.get(self.cursor.at).cloned().unwrap_or(By::Name);
        Outcome::close(sort_by(state, by))
    }
}

impl Dialog for Sort {
    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (self.all.len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) => return self.choose(state),
            Input::Action(action) => {
                self.cursor.act(action, rows, height);
            }
            Input::Click(Target::Row(_, row)) => {
                self.cursor.go(row, rows, height);
                return self.choose(state);
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
            .saturating_add(4);
        let height = wanted.min(above_the_hints(area));
        let inner = frame(ui, area, "Sort by", (area.width.min(48), height), Role::Focus);
        let body = Rect {
            height: inner.height.saturating_sub(2),
            ..inner
        };
        list(ui, body, self.cursor, self.all.len(), |ui, index| {
            let row = |by| self.row(ui, by, body.width);
            self.all.get(index).map(row).unwrap_or_default()
        });
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        let help = ui.clip("Enter sorts; once more turns it round", foot.width);
        ui.line(foot, Span::styled(help, ui.style(Role::Dim)));
    }
}

impl Sort {
    fn row(&self, ui: &Ui<'_, '_>, by: &By, width: u16) -> Line<'static> {
        let sign = match (*by == self.now, self.descending) {
            (false, _) => " ",
            (true, false) => ui.symbols().ascending,
            (true, true) => ui.symbols().descending,
        };
        let (role, title) = match by {
            By::Name => (Role::Title, "record name"),
            By::Status => (Role::Title, "status"),
            By::Field(name) => (Role::Text, name.as_str()),
        };
        let title = ui.clip(title, width.saturating_sub(2));
        Line::from(vec![
            ui.span(Role::Accent, format!("{sign} ")),
            ui.span(role, title),
        ])
    }
}
