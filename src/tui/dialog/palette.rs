//! The command palette: an action by some letters of its name, the best match first.

use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::{ACTIONS, Action, Context, Spec, enabled};
use crate::tui::hits::{Pane, Target};
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::attempt;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::field::Field;
use crate::tui::widget::list::list;

/// What one would say in another context only, and keys of lists: of no use in a palette.
const LEFT_OUT: [Context; 4] = [Context::Move, Context::Choice, Context::Dialog, Context::Typing];

/// The palette.
#[derive(Debug, Default)]
pub struct Palette {
    search: Field,
    cursor: Cursor,
}

impl Palette {
    fn rows(&self, state: &State) -> Vec<&'static Spec> {
        let contexts = state.contexts_below();
        let holds = |spec: &&Spec| {
            spec.contexts
                .iter()
                .any(|context| contexts.contains(context) && !LEFT_OUT.contains(context))
        };
        let specs: Vec<&Spec> = ACTIONS.iter().filter(holds).collect();
        if self.search.text().trim().is_empty() {
            return specs;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(self.search.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, &Spec)> = specs
            .into_iter()
            .filter_map(|spec| {
                let text = format!("{} {}", spec.title, spec.id);
                pattern
                    .score(Utf32Str::new(&text, &mut buffer), &mut matcher)
                    .map(|score| (score, spec))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        scored.into_iter().map(|(_, spec)| spec).collect()
    }

    fn run(&self, state: &mut State) -> Outcome {
        let chosen = self.rows(state).get(self.cursor.at).map(|spec| spec.action);
        Outcome::close(chosen.map_or_else(Vec::new, |action| attempt(state, action)))
    }

    fn key(&mut self, key: KeyEvent, rows: usize, height: usize) {
        let moved = match key.code {
            KeyCode::Up => Some(Action::Up),
            KeyCode::Down => Some(Action::Down),
            _ => None,
        };
        match moved {
            Some(action) => {
                self.cursor.act(action, rows, height);
            }
            None if self.search.key(key) => self.cursor = Cursor::default(),
            None => {}
        }
    }
}

impl Dialog for Palette {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Typing]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (self.rows(state).len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept) => return self.run(state),
            Input::Key(key) => self.key(key, rows, height),
            Input::Paste(text) => self.search.paste(&text),
            Input::Wheel(down) => self.cursor.wheel(down, rows, height),
            Input::Bar(row) => self.cursor.go(row, rows, height),
            Input::Click(Target::Row(_, row)) => {
                self.cursor.go(row, rows, height);
                return self.run(state);
            }
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let rows = self.rows(state);
        let wanted = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(4);
        let size = (area.width.min(72), wanted.min(above_the_hints(area)).max(5));
        let inner = frame(ui, area, "Commands", size, Role::Focus);
        let prompt = ui.span(Role::Accent, ": ");
        ui.line(inner, prompt);
        let place = Rect {
            x: inner.x + 2.min(inner.width),
            width: inner.width.saturating_sub(2),
            height: inner.height.min(1),
            ..inner
        };
        self.search.draw(ui, place, true);
        let body = Rect {
            y: inner.y + 1.min(inner.height),
            height: inner.height.saturating_sub(1),
            ..inner
        };
        list(ui, body, self.cursor, rows.len(), |ui, index| {
            rows.get(index)
                .map(|spec| row(ui, body.width, state, spec))
                .unwrap_or_default()
        });
        if rows.is_empty() {
            let none = ui.span(Role::Dim, "no action of that name here");
            ui.line(body, none);
        }
    }
}

fn row(ui: &Ui<'_, '_>, width: u16, state: &State, spec: &Spec) -> Line<'static> {
    let why_not = enabled(spec.action, state).err();
    let role = if why_not.is_some() {
        Role::Faint
    } else {
        Role::Text
    };
    let key = state
        .settings
        .keymap
        .key_in(&state.contexts_below(), spec.action)
        .map(|key| key.to_string())
        .unwrap_or_default();
    let ellipsis = ui.symbols().ellipsis;
    Line::from(vec![
        ui.span(role, text::left(spec.title, 18, ellipsis)),
        ui.span(Role::Key, text::left(&key, 11, ellipsis)),
        ui.span(
            Role::Dim,
            ui.clip(why_not.as_deref().unwrap_or(spec.help), width.saturating_sub(29)),
        ),
    ])
}
