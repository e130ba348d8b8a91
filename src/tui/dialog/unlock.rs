//! Takes the lock off a read-only environment, for this session, by typing its name.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::tui::action::{Action, Context};
use crate::tui::hits::Target;
use crate::tui::perform::open_environment;
use crate::tui::place::Place;
use crate::tui::state::State;
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
        state.say(
            Role::Warning,
            format!("{} may be written now; U locks it again", self.place.environment),
        );
        Outcome::close(open_environment(state, true))
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
        let inner = frame(ui, area, "Allow writing?", (area.width.min(64), 9), Role::Danger);
        let environment = &self.place.environment;
        let lines = vec![
            Line::default(),
            Line::from(ui.span(
                Role::Text,
                format!("{environment} of {} is read-only.", self.place.container),
            )),
            Line::from(ui.span(Role::Dim, "Each write will still be asked about.")),
            Line::default(),
            Line::from(ui.span(Role::Danger, format!("Type {environment} to allow it: "))),
        ];
        let used = ui.lines(inner, lines);
        let wide = u16::try_from(environment.len()).unwrap_or(0) + 19;
        if used == 5 {
            let place = Rect {
                x: inner.x + wide.min(inner.width),
                y: inner.y + 4,
                width: inner.width.saturating_sub(wide),
                height: 1,
            };
            self.typed.draw(ui, place, true);
        }
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
