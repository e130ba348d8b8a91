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
use crate::tui::state::{Phase, State};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::cursor::Cursor;

/// Lines of the reason why an environment cannot be opened.
const MOST_LINES: usize = 6;

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
        let working = state.phase == Phase::Ready;
        if working && name == state.place.environment {
            return Outcome::close(Vec::new());
        }
        if !working {
            state.phase = Phase::Opening;
            name.clone_into(&mut state.place.environment);
        }
        let work = Work::Open {
            environment: name.to_owned(),
            unlocked: false,
        };
        Outcome::close(vec![state.start(Kind::Open, work)])
    }

    /// Why the environment under the cursor cannot be opened.
    fn problem<'s>(&self, state: &'s State) -> Option<&'s str> {
        let name = ENVIRONMENTS.get(self.cursor.at)?;
        problem_of(state, name)
    }
}

fn problem_of<'s>(state: &'s State, environment: &str) -> Option<&'s str> {
    let mut known = state.environments.iter();
    let one = known.find(|one| one.environment == environment)?;
    one.problem.as_deref()
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
        let width = area.width.min(76);
        let why = self.problem(state).map_or_else(Vec::new, |problem| {
            text::wrap(problem, usize::from(width.saturating_sub(6)), MOST_LINES)
        });
        let gap = u16::from(!why.is_empty());
        let height = 6 + gap + u16::try_from(why.len()).unwrap_or(0);
        let inner = frame(ui, area, "Environment", (width, height), Role::Focus);
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
            let note = if *name == "production" {
                spans.push(Span::styled(" PRODUCTION ", ui.style(Role::Production)));
                "  what users see; read-only until unlocked"
            } else {
                spans.push(ui.span(Role::Text, " DEVELOPMENT"));
                "  where things are tried"
            };
            spans.push(match problem_of(state, name) {
                Some(_) => ui.span(Role::Danger, format!("  {} no usable key", ui.symbols().cross)),
                None => ui.span(Role::Dim, note),
            });
            ui.line(place, Line::from(spans));
            ui.hit(place, Target::Row(Pane::Dialog, index));
        }
        let below = inner.y + 3 + u16::try_from(ENVIRONMENTS.len()).unwrap_or(0);
        let below = Rect {
            y: below,
            height: inner.bottom().saturating_sub(below),
            ..inner
        };
        let why: Vec<_> = why
            .into_iter()
            .map(|line| Line::from(ui.span(Role::Dim, line)))
            .collect();
        ui.lines(below, why);
    }
}
