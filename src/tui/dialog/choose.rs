//! A short list to choose one thing from.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::hits::{Pane, Target};
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::list::list;

/// Something to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What it is called.
    pub title: String,
    /// What else there is to say.
    pub note: String,
    /// What is handed on.
    pub value: String,
    /// What happens then.
    pub then: fn(&mut State, String) -> Vec<Effect>,
}

/// The list.
#[derive(Debug)]
pub struct Choose {
    title: String,
    choices: Vec<Choice>,
    again: Option<char>,
    cursor: Cursor,
}

impl Choose {
    /// Asks for one of these.
    pub fn new(title: impl Into<String>, choices: Vec<Choice>) -> Self {
        Choose {
            title: title.into(),
            choices,
            again: None,
            cursor: Cursor::default(),
        }
    }

    /// The key that opened it, pressed once more, means the row under the cursor.
    pub fn again(self, key: char) -> Self {
        Choose {
            again: Some(key),
            ..self
        }
    }

    fn choose(mut self, state: &mut State) -> Outcome {
        if self.cursor.at >= self.choices.len() {
            return Outcome::close(Vec::new());
        }
        let choice = self.choices.swap_remove(self.cursor.at);
        Outcome::close((choice.then)(state, choice.value))
    }

    /// A row's number, or the key that opened the list.
    fn meant(&mut self, key: KeyEvent) -> bool {
        let KeyCode::Char(c) = key.code else {
            return false;
        };
        if self.again == Some(c) {
            return true;
        }
        let number = c.to_digit(10).and_then(|number| usize::try_from(number).ok());
        match number.and_then(|number| number.checked_sub(1)) {
            Some(row) if row < self.choices.len() => {
                self.cursor = Cursor::on(row);
                true
            }
            _ => false,
        }
    }
}

impl Dialog for Choose {
    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (self.choices.len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) => return self.choose(state),
            Input::Action(action) => {
                self.cursor.act(action, rows, height);
            }
            Input::Key(key) if self.meant(key) => return self.choose(state),
            Input::Wheel(down) => self.cursor.wheel(down, rows, height),
            Input::Bar(row) => self.cursor.go(row, rows, height),
            Input::Click(Target::Row(_, row)) => {
                self.cursor.go(row, rows, height);
                return self.choose(state);
            }
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let rows = u16::try_from(self.choices.len()).unwrap_or(u16::MAX);
        let size = (area.width.min(72), rows.saturating_add(2).min(area.height));
        let inner = frame(ui, area, &self.title, size, Role::Focus);
        let longest = self.choices.iter().map(|choice| text::width(&choice.title)).max();
        let most = usize::from(inner.width).saturating_sub(4);
        let title = longest.unwrap_or(0).min(most.min(28));
        list(ui, inner, self.cursor, self.choices.len(), |ui, index| {
            let row = |choice| row(ui, index, choice, (title, most));
            self.choices.get(index).map(row).unwrap_or_default()
        });
    }
}

/// `widths`: of the title, and of title and note together.
fn row(ui: &Ui<'_, '_>, index: usize, choice: &Choice, (title, most): (usize, usize)) -> Line<'static> {
    let ellipsis = ui.symbols().ellipsis;
    let number = if index < 9 {
        (index + 1).to_string()
    } else {
        " ".to_owned()
    };
    let note = text::clip(&choice.note, most.saturating_sub(title + 2), ellipsis);
    Line::from(vec![
        ui.span(Role::Key, format!("{number}  ")),
        ui.span(Role::Text, text::left(&choice.title, title, ellipsis)),
        ui.span(Role::Dim, format!("  {note}")),
    ])
}
