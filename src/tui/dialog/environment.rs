//! Chooses the environment; nothing has to be restarted.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::config::ENVIRONMENTS;
use crate::tui::action::Action;
use crate::tui::effect::Work;
use crate::tui::hits::{Pane, Target};
use crate::tui::job::Kind;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::cursor::Cursor;

/// The environments of the container.
#[derive(Debug)]
pub struct Environments {
    cursor: Cursor,
}

impl Environments {
    /// The cursor on the one at hand.
    pub fn new(state: &State) -> Self {
        let at = ENVIRONMENTS
            .iter()
            .position(|name| *name == state.place.environment);
        Environments {
            cursor: Cursor::on(at.unwrap_or(0)),
        }
    }

    fn choose(&self, state: &mut State) -> Outcome {
        let name = ENVIRONMENTS
            .get(self.cursor.at)
            .copied()
            .unwrap_or(ENVIRONMENTS[0]);
        if name == state.place.environment {
            return Outcome::close(Vec::new());
        }
        let work = Work::Open {
            environment: name.to_owned(),
            unlocked: false,
        };
        let mut effects = state.leave();
        effects.push(state.start(Kind::Open, work));
        Outcome::close(effects)
    }
}

impl Dialog for Environments {
    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let rows = ENVIRONMENTS.len();
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) => return self.choose(state),
            Input::Action(action) => {
                self.cursor.act(action, rows, rows);
            }
            Input::Click(Target::Row(_, row)) => {
                self.cursor.go(row, rows, rows);
                return self.choose(state);
            }
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let inner = frame(ui, area, "Environment", (area.width.min(60), 6), Role::Focus);
        let container = ui.span(Role::Dim, ui.clip(&state.place.container, inner.width));
        ui.line(inner, container);
        for (index, name) in ENVIRONMENTS.iter().enumerate() {
            let y = inner.y + 2 + u16::try_from(index).unwrap_or(0);
            if y >= inner.bottom() {
                return;
            }
            let place = Rect {
                y,
                height: 1,
                ..inner
            };
            if index == self.cursor.at {
                let style = ui.style(Role::Selected);
                ui.frame.buffer_mut().set_style(place, style);
                if ui.plain {
                    ui.cursor(place.x, place.y);
                }
            }
            let here = if *name == state.place.environment {
                ui.symbols().dot
            } else {
                " "
            };
            let mut spans = vec![ui.span(Role::Accent, format!("{here} "))];
            if *name == "production" {
                spans.push(Span::styled(" PRODUCTION ", ui.style(Role::Production)));
                spans.push(ui.span(Role::Dim, "  what users see; read-only until unlocked"));
            } else {
                spans.push(ui.span(Role::Text, " DEVELOPMENT"));
                spans.push(ui.span(Role::Dim, "  where things are tried"));
            }
            ui.line(place, Line::from(spans));
            ui.hit(place, Target::Row(Pane::Dialog, index));
        }
    }
}
