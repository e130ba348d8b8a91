//! Something that went wrong and does not pass by itself: what, why, what to do.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::Action;
use crate::tui::failure::Failure;
use crate::tui::hits::Target;
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::scroll::Scroll;

/// A message that waits to be read.
#[derive(Debug)]
pub struct Notice {
    failure: Failure,
    scroll: Scroll,
}

impl Notice {
    /// What went wrong.
    pub fn failure(failure: Failure) -> Self {
        Notice {
            failure,
            scroll: Scroll::default(),
        }
    }

    fn lines(&self, ui: &Ui<'_, '_>, columns: u16) -> Vec<Line<'static>> {
        failure_lines(ui, &self.failure, columns)
    }
}

/// A failure as lines: the cause, then each piece of advice behind an arrow.
pub fn failure_lines(ui: &Ui<'_, '_>, failure: &Failure, columns: u16) -> Vec<Line<'static>> {
    const MOST: usize = 200;
    let columns = usize::from(columns);
    let why = text::wrap_paragraphs(&failure.why, columns, MOST)
        .into_iter()
        .map(|line| Line::from(ui.span(Role::Text, line)));
    let mut lines: Vec<Line<'static>> = why.collect();
    for advice in &failure.advice {
        lines.push(Line::default());
        for (number, line) in text::wrap(advice, columns.saturating_sub(2), MOST)
            .into_iter()
            .enumerate()
        {
            let sign = if number == 0 { ui.symbols().arrow } else { " " };
            lines.push(Line::from(vec![
                ui.span(Role::Accent, format!("{sign} ")),
                ui.span(Role::Dim, line),
            ]));
        }
    }
    lines
}

impl Dialog for Notice {
    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Accept | Action::Cancel | Action::Open)
            | Input::Click(Target::Button(_)) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(action) => self.scroll.act(action, &state.hits),
            Input::Wheel(down) => self.scroll.wheel(down, &state.hits),
            Input::Bar(row) => self.scroll.go(row, &state.hits),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let width = area.width.min(76);
        let lines = self.lines(ui, width.saturating_sub(6));
        let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(5);
        let title = format!("{} {}", ui.symbols().cross, self.failure.what);
        let inner = frame(
            ui,
            area,
            &title,
            (width, wanted.min(above_the_hints(area)).max(6)),
            Role::Danger,
        );
        if inner.height < 2 {
            return;
        }
        let body = Rect {
            y: inner.y + 1,
            height: inner.height.saturating_sub(3),
            ..inner
        };
        let top = self.scroll.place(ui, body, lines.len());
        ui.lines(body, lines.into_iter().skip(top));
        buttons(
            ui,
            Rect {
                y: inner.bottom() - 1,
                height: 1,
                ..inner
            },
            &["Close"],
            0,
        );
    }
}
