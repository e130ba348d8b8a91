//! Takes the lock off a read-only environment, for this session, by typing its name.

use ratatui::layout::Rect;

use super::frame::{frame, told};
use super::{Dialog, Input, Outcome};
use crate::tui::action::{Action, Context};
use crate::tui::hits::Target;
use crate::tui::perform::open_environment;
use crate::tui::place::Place;
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::field::Field;

/// The question whether an environment may be written.
#[derive(Debug)]
pub struct Unlock {
    place: Place,
    typed: Field,
}

impl Unlock {
    /// Asks about the environment at hand.
    pub fn new(place: &Place) -> Self {
        Unlock {
            place: place.clone(),
            typed: Field::default(),
        }
    }

    fn is_typed(&self) -> bool {
        self.typed.text().trim() == self.place.environment
    }

    fn unlock(self: Box<Self>, state: &mut State) -> Outcome {
        if !self.is_typed() {
            return Outcome::stay(self);
        }
        let words = format!("{} may be written now; U locks it again", self.place.environment);
        Outcome::close(open_environment(state, true, Role::Warning, words))
    }
}

impl Dialog for Unlock {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Typing]
    }

    fn gates(&self) -> bool {
        true
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Button(0)) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept) | Input::Click(Target::Button(_)) => return self.unlock(state),
            Input::Key(key) => {
                self.typed.key(key);
            }
            Input::Paste(text) => self.typed.paste(&text),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let environment = &self.place.environment;
        let what = format!("{environment} of {} is read-only.", self.place.container);
        let words = [
            (Role::Text, what.as_str()),
            (Role::Dim, "Each write will still be asked about."),
        ];
        let width = area.width.min(64);
        let lines = told(ui, width.saturating_sub(4), &words);
        let height = u16::try_from(lines.len()).unwrap_or(0) + 7;
        let inner = frame(ui, area, "Allow writing?", (width, height), Role::Danger);
        let body = Rect {
            y: inner.y + 1.min(inner.height),
            height: inner.height.saturating_sub(4),
            ..inner
        };
        ui.lines(body, lines);
        let label = format!("Type {environment} to allow it: ");
        let wide = u16::try_from(text::width(&label)).unwrap_or(0);
        let row = Rect {
            y: inner.bottom().saturating_sub(3).max(inner.y),
            height: inner.height.min(1),
            ..inner
        };
        ui.line(row, ui.span(Role::Danger, label));
        let place = Rect {
            x: row.x + wide.min(row.width),
            width: row.width.saturating_sub(wide),
            ..row
        };
        self.typed.draw(ui, place, true);
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        buttons(
            ui,
            foot,
            &["Leave it read-only", "Allow"],
            usize::from(self.is_typed()),
        );
    }
}
