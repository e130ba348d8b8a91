//! Asks for the name of a file to be written. A file that exists is replaced only after another question.

use std::path::PathBuf;

use ratatui::layout::Rect;

use super::frame::{frame, told};
use super::{Dialog, Input, Outcome};
use crate::tui::action::{Action, Context};
use crate::tui::effect::Work;
use crate::tui::hits::Target;
use crate::tui::job::Kind;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::field::Field;

/// What is written, from the state at that moment; JSON or text.
type Content = fn(&State, bool) -> String;

/// Asks for a file name.
#[derive(Debug)]
pub struct Save {
    title: &'static str,
    name: Field,
    content: Content,
}

impl Save {
    /// Asks for a file name, with one proposed.
    pub fn new(title: &'static str, name: &str, content: Content) -> Self {
        Save {
            title,
            name: Field::with(name),
            content,
        }
    }

    fn write(self: Box<Self>, state: &mut State) -> Outcome {
        let path = PathBuf::from(self.name.text().trim());
        if path.as_os_str().is_empty() {
            state.say(Role::Warning, "a file needs a name");
            return Outcome::stay(self);
        }
        let json = path.extension().is_some_and(|ending| ending == "json");
        let text = (self.content)(state, json);
        Outcome::close(vec![state.start(
            Kind::Export,
            Work::Save {
                path,
                text,
                replace: false,
            },
        )])
    }
}

impl Dialog for Save {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Typing]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Button(0)) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept) | Input::Click(Target::Button(1)) => return self.write(state),
            Input::Key(key) => {
                self.name.key(key);
            }
            Input::Paste(text) => self.name.paste(&text),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let inner = frame(ui, area, self.title, (area.width.min(64), 9), Role::Focus);
        let row = |y: u16| Rect {
            y: (inner.y + y).min(inner.bottom()),
            height: u16::from(y < inner.height),
            ..inner
        };
        let label = ui.span(Role::Dim, "file  ");
        ui.line(row(1), label);
        let place = Rect {
            x: inner.x + 6.min(inner.width),
            width: inner.width.saturating_sub(6),
            ..row(1)
        };
        self.name.draw(ui, place, true);
        let words = [
            (Role::Dim, "Text; JSON where the name ends in .json."),
            (Role::Dim, "A file that exists is replaced only if you agree."),
        ];
        let hints = Rect {
            height: inner.height.saturating_sub(5),
            ..row(3)
        };
        let lines = told(ui, inner.width, &words);
        ui.lines(hints, lines);
        buttons(ui, row(inner.height.saturating_sub(1)), &["Cancel", "Save"], 1);
    }
}
