//! A text from the editor that cannot be taken as it is. It is kept; the way back into the editor is one key.

use ratatui::layout::Rect;

use super::frame::{above_the_hints, frame};
use super::notice::failure_lines;
use super::{Dialog, Input, Outcome};
use crate::tui::action::Action;
use crate::tui::failure::Failure;
use crate::tui::hits::Target;
use crate::tui::screen::records::edit;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::scroll::Scroll;

/// What is wrong with a text.
#[derive(Debug)]
pub struct Redo {
    failure: Failure,
    focus: usize,
    scroll: Scroll,
}

impl Redo {
    /// Tells what is wrong.
    pub fn new(failure: Failure) -> Self {
        Redo {
            failure,
            focus: 0,
            scroll: Scroll::default(),
        }
    }

    fn press(button: usize, state: &mut State) -> Outcome {
        match button {
            0 => Outcome::close(edit::edit_again(state)),
            1 => {
                edit::throw_away(state);
                state.say(Role::Good, "the text is gone; nothing was sent");
                Outcome::close(Vec::new())
            }
            _ => Outcome::close(Vec::new()),
        }
    }
}

impl Dialog for Redo {
    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) => {
                state.say(Role::Warning, "the text is kept; E or n goes on with it");
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) => return Self::press(self.focus, state),
            Input::Action(Action::Left | Action::Right | Action::NextPane | Action::PreviousPane) => {
                self.focus = 1 - self.focus;
            }
            Input::Action(action) => self.scroll.act(action, &state.hits),
            Input::Click(Target::Button(button)) => return Self::press(button, state),
            Input::Wheel(down) => self.scroll.wheel(down, &state.hits),
            Input::Bar(row) => self.scroll.go(row, &state.hits),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let width = area.width.min(84);
        let lines = failure_lines(ui, &self.failure, width.saturating_sub(4));
        let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(5);
        let title = format!("{} {}", ui.symbols().cross, self.failure.what);
        let size = (width, wanted.min(above_the_hints(area)).max(6));
        let inner = frame(ui, area, &title, size, Role::Danger);
        let body = Rect {
            y: inner.y + inner.height.min(1),
            height: inner.height.saturating_sub(3),
            ..inner
        };
        let top = self.scroll.place(ui, body, lines.len());
        ui.lines(body, lines.into_iter().skip(top));
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        buttons(ui, foot, &["Edit again", "Throw the text away"], self.focus);
    }
}
