//! Every key that works where one was, made from the table of actions. Typing narrows it, Enter runs the line.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::{ACTIONS, Action, Context, Spec};
use crate::tui::hits::{Pane, Target};
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::attempt;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::field::Field;
use crate::tui::widget::list::list;

/// The list of keys.
#[derive(Debug)]
pub struct Help {
    contexts: Vec<Context>,
    search: Field,
    cursor: Cursor,
}

impl Help {
    /// The keys of these contexts first, then all others.
    pub fn new(contexts: Vec<Context>) -> Self {
        Help {
            contexts,
            search: Field::default(),
            cursor: Cursor::default(),
        }
    }

    /// The rows, those that hold here first.
    fn rows(&self) -> Vec<(&'static Spec, bool)> {
        let wanted = self.search.text().to_lowercase();
        let meets = |spec: &&Spec| {
            [spec.id, spec.title, spec.help]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
        };
        let here = |spec: &Spec| {
            spec.contexts
                .iter()
                .any(|context| self.contexts.contains(context))
        };
        let mut rows: Vec<(&Spec, bool)> = ACTIONS
            .iter()
            .filter(meets)
            .map(|spec| (spec, here(spec)))
            .collect();
        let rank = |spec: &Spec| {
            self.contexts
                .iter()
                .position(|context| spec.contexts.contains(context))
                .unwrap_or(usize::MAX)
        };
        rows.sort_by_key(|(spec, here)| (!here, rank(spec)));
        rows
    }

    fn run(&self, state: &mut State) -> Outcome {
        match self.rows().get(self.cursor.at) {
            Some((spec, true)) => Outcome::close(attempt(state, spec.action)),
            Some((spec, false)) => {
                let place = spec.contexts.first().map_or("", |context| context.title());
                state.say(Role::Warning, format!("{} works elsewhere: {place}", spec.title));
                Outcome::close(Vec::new())
            }
            None => Outcome::close(Vec::new()),
        }
    }
}

impl Dialog for Help {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Typing]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (self.rows().len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept) => return self.run(state),
            Input::Key(key) => self.key(key, rows, height),
            Input::Paste(text) => self.search.paste(&text),
            Input::Wheel(down) => self.cursor.wheel(down, rows, height),
            Input::Click(Target::Row(_, row)) if row == self.cursor.at => return self.run(state),
            Input::Click(Target::Row(_, row)) | Input::Bar(row) => self.cursor.go(row, rows, height),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let size = (area.width.min(92), above_the_hints(area));
        let inner = frame(ui, area, "Keys and commands", size, Role::Focus);
        let prompt = ui.span(Role::Dim, "search ");
        ui.line(inner, prompt);
        let place = Rect {
            x: inner.x + 7.min(inner.width),
            width: inner.width.saturating_sub(7),
            height: inner.height.min(1),
            ..inner
        };
        self.search.draw(ui, place, true);
        let body = Rect {
            y: inner.y + 2.min(inner.height),
            height: inner.height.saturating_sub(2),
            ..inner
        };
        let rows = self.rows();
        list(ui, body, self.cursor, rows.len(), |ui, index| {
            rows.get(index)
                .map(|(spec, here)| row(ui, body.width, state, spec, *here))
                .unwrap_or_default()
        });
        if rows.is_empty() {
            let none = ui.span(Role::Dim, "no key or command has these words");
            ui.line(body, none);
        }
    }
}

impl Help {
    fn key(&mut self, key: KeyEvent, rows: usize, height: usize) {
        use crossterm::event::KeyCode;
        let moved = match key.code {
            KeyCode::Up => Some(Action::Up),
            KeyCode::Down => Some(Action::Down),
            KeyCode::PageUp => Some(Action::PageUp),
            KeyCode::PageDown => Some(Action::PageDown),
            _ => None,
        };
        match moved {
            Some(action) => {
                self.cursor.act(action, rows, height);
            }
            None => {
                if self.search.key(key) {
                    self.cursor = Cursor::default();
                }
            }
        }
    }
}

fn row(ui: &Ui<'_, '_>, width: u16, state: &State, spec: &Spec, here: bool) -> Line<'static> {
    let keys: Vec<String> = state
        .settings
        .keymap
        .keys(spec.action)
        .iter()
        .map(ToString::to_string)
        .collect();
    let (key_role, text_role) = if here {
        (Role::Key, Role::Text)
    } else {
        (Role::Faint, Role::Dim)
    };
    let place_name = spec.contexts.first().map_or("", |context| context.title());
    let ellipsis = ui.symbols().ellipsis;
    Line::from(vec![
        ui.span(key_role, text::left(&keys.join(" "), 16, ellipsis)),
        ui.span(Role::Dim, text::left(place_name, 16, ellipsis)),
        ui.span(text_role, ui.clip(spec.help, width.saturating_sub(32))),
    ])
}
