//! At the start: a run was interrupted. Finish it, look at it, or leave it for later.

use ratatui::layout::Rect;

use super::frame::{frame, told};
use super::{Dialog, Input, Outcome};
use crate::journal::{Run, State as Stage};
use crate::tui::action::Action;
use crate::tui::effect::Work;
use crate::tui::hits::Target;
use crate::tui::job::Kind;
use crate::tui::place::Place;
use crate::tui::screen::sync;
use crate::tui::state::State;
use crate::tui::text::counted;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;

/// The offer to finish a run.
#[derive(Debug)]
pub struct Interrupted {
    place: Place,
    run: Run,
    focus: usize,
}

const BUTTONS: [&str; 3] = ["Later", "Look at it", "Finish it"];

impl Interrupted {
    /// Offers to finish a run at a place.
    pub fn new(place: &Place, run: Run) -> Self {
        Interrupted {
            place: place.clone(),
            run,
            focus: 0,
        }
    }

    fn press(button: usize, state: &mut State) -> Outcome {
        match button {
            0 => Outcome::close(Vec::new()),
            1 => Outcome::close(crate::tui::perform::perform(state, Action::History)),
            _ => Outcome::close(finish(state)),
        }
    }

    fn left(&self) -> usize {
        [Stage::Planned, Stage::Sent, Stage::NotAttempted]
            .into_iter()
            .map(|stage| self.run.count(stage))
            .sum()
    }
}

/// Goes on with the interrupted run, in sight.
pub fn finish(state: &mut State) -> Vec<crate::tui::effect::Effect> {
    let effect = state.start(Kind::Run, Work::Resume);
    sync::running(state, true);
    vec![effect]
}

impl Dialog for Interrupted {
    fn gates(&self) -> bool {
        true
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) => return Outcome::close(Vec::new()),
            Input::Action(Action::Accept | Action::Open) => {
                let focus = self.focus;
                return Self::press(focus, state);
            }
            Input::Action(Action::Right | Action::NextPane) => self.focus = (self.focus + 1) % BUTTONS.len(),
            Input::Action(Action::Left | Action::PreviousPane) => {
                self.focus = (self.focus + BUTTONS.len() - 1) % BUTTONS.len();
            }
            Input::Click(Target::Button(button)) => return Self::press(button, state),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let place = format!("{} of {}", self.place.environment, self.place.container);
        let what = format!(
            "Run {} ({}): {} left.",
            self.run.id,
            self.run.kind,
            counted(self.left(), "operation")
        );
        let words = [
            (Role::Text, what.as_str()),
            (Role::Text, place.as_str()),
            (
                Role::Dim,
                "What was sent is looked up first; nothing is done twice.",
            ),
        ];
        let width = area.width.min(70);
        let lines = told(ui, width.saturating_sub(4), &words);
        let height = u16::try_from(lines.len()).unwrap_or(0) + 5;
        let inner = frame(ui, area, "A run was interrupted", (width, height), Role::Warning);
        let body = Rect {
            y: inner.y + 1.min(inner.height),
            height: inner.height.saturating_sub(2),
            ..inner
        };
        ui.lines(body, lines);
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        buttons(ui, foot, &BUTTONS, self.focus);
    }
}
