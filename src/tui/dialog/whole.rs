//! A value as a whole, however long it is.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::Action;
use crate::tui::hits::Target;
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::scroll::Scroll;

/// Lines of a text that are shown at most; `y` copies all of it.
const MOST: usize = 2000;
/// The inner width, so that the lines are known before anything is drawn.
const WIDTH: u16 = 72;

/// Texts that are read.
#[derive(Debug)]
pub struct Whole {
    title: String,
    blocks: Vec<(&'static str, Vec<String>)>,
    scroll: Scroll,
}

impl Whole {
    /// Shows texts below each other, each under a word where there is one.
    pub fn new(title: &str, texts: Vec<(&'static str, String)>) -> Self {
        let wrapped = |text: String| {
            let mut lines = text::wrap_paragraphs(&text, usize::from(WIDTH), MOST);
            if lines.len() == MOST {
                lines.push("(cut here; y copies the whole value)".to_owned());
            }
            lines
        };
        let blocks = texts.into_iter().map(|(word, text)| (word, wrapped(text)));
        Whole {
            title: title.to_owned(),
            blocks: blocks.collect(),
            scroll: Scroll::default(),
        }
    }

    fn length(&self) -> usize {
        let lines = self.blocks.iter();
        let lines: usize = lines
            .map(|(word, lines)| lines.len() + usize::from(!word.is_empty()) * 2)
            .sum();
        lines.max(1)
    }
}

impl Dialog for Whole {
    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Accept | Action::Cancel | Action::Open)
            | Input::Click(Target::Button(_) | Target::Nothing) => return Outcome::close(Vec::new()),
            Input::Action(action) => self.scroll.act(action, &state.hits),
            Input::Wheel(down) => self.scroll.wheel(down, &state.hits),
            Input::Bar(row) => self.scroll.go(row, &state.hits),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let wanted = u16::try_from(self.length()).unwrap_or(u16::MAX).saturating_add(4);
        let size = (
            (WIDTH + 4).min(area.width),
            wanted.min(above_the_hints(area)).max(5),
        );
        let inner = frame(ui, area, &self.title, size, Role::Focus);
        let body = Rect {
            height: inner.height.saturating_sub(2),
            ..inner
        };
        let top = self.scroll.place(ui, body, self.length());
        let mut lines = Vec::new();
        for (number, (word, texts)) in self.blocks.iter().enumerate() {
            if !word.is_empty() {
                if number > 0 {
                    lines.push(Line::default());
                }
                lines.push(Line::from(ui.span(Role::Head, *word)));
            }
            lines.extend(texts.iter().map(|text| Line::from(ui.span(Role::Text, text))));
        }
        ui.lines(body, lines.into_iter().skip(top));
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        buttons(ui, foot, &["Close"], 0);
    }
}
