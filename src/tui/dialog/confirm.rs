//! The one gate before every write: what, how many, where, from the very plan and place that the requests will use.
//!
//! The focused button is the harmless one. Deletions of more than one record, and everything in production, ask for a word
//! to be typed. What is confirmed carries the digest of the plan that was shown.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::journal::RunKind;
use crate::record::plan::{Operation, Plan, Verb};
use crate::sync::Reviewed;
use crate::tui::action::{Action, Context};
use crate::tui::effect::Work;
use crate::tui::hits::{Pane, Target};
use crate::tui::job::Kind;
use crate::tui::place::Place;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::field::Field;

/// Plans of so many records are shown field by field.
const FEW: usize = 10;

/// A plan that waits for a person's word.
#[derive(Debug)]
pub struct Confirm {
    place: Place,
    reviewed: Reviewed,
    /// What must be typed; `None`: a press on the button is enough.
    word: Option<String>,
    typed: Field,
    /// 0 leaves everything as it is, 1 sends.
    focus: usize,
    scroll: Cursor,
}

impl Confirm {
    /// Asks about a plan at a place.
    pub fn new(place: &Place, reviewed: Reviewed) -> Self {
        Confirm {
            word: word(place, reviewed.plan()),
            place: place.clone(),
            reviewed,
            typed: Field::default(),
            focus: 0,
            scroll: Cursor::default(),
        }
    }

    /// Whether each field of each record is shown on a line of its own.
    fn is_short(&self) -> bool {
        self.reviewed.plan().operations.len() <= FEW
    }

    /// Lines of the list.
    fn rows(&self) -> usize {
        let operations = &self.reviewed.plan().operations;
        if self.is_short() {
            operations
                .iter()
                .map(|operation| 1 + operation.sent().len())
                .sum()
        } else {
            operations.len()
        }
    }

    fn is_typed(&self) -> bool {
        self.word
            .as_deref()
            .is_none_or(|word| self.typed.text().trim() == word)
    }

    /// The button that Enter presses: with the word typed out, the one that it was typed for.
    fn button(&self) -> usize {
        if self.word.is_some() && self.is_typed() {
            1
        } else {
            self.focus
        }
    }

    /// Agrees to the plan that was shown.
    fn send(self, state: &mut State) -> Outcome {
        let shown = self.reviewed.digest().to_owned();
        let several = self.reviewed.plan().operations.len() > 1;
        match self.reviewed.confirm(&shown) {
            Ok(confirmed) => {
                let effect = state.start(Kind::Run, Work::Apply(Box::new(confirmed)));
                crate::tui::screen::sync::running(state, several);
                Outcome::close(vec![effect])
            }
            // It is the very plan that was shown; there is nothing else it could be.
            Err(_) => Outcome::close(Vec::new()),
        }
    }

    fn press(mut self: Box<Self>, button: usize, state: &mut State) -> Outcome {
        if button == 0 {
            return leave(state);
        }
        if self.is_typed() {
            return self.send(state);
        }
        self.focus = 0;
        state.say(Role::Warning, "the word in the dialog must be typed first");
        Outcome::stay(self)
    }

    fn title(&self) -> String {
        let what = match self.reviewed.kind() {
            RunKind::Sync | RunKind::AskingSync => "Send this plan?",
            RunKind::Import => "Replace these records?",
            RunKind::Undo => "Take the run back?",
            RunKind::Update => "Save this change?",
            RunKind::Create => "Create this record?",
            RunKind::Delete => "Delete this?",
            RunKind::DeleteAll => "Delete everything of these types?",
        };
        what.to_owned()
    }
}

fn leave(state: &mut State) -> Outcome {
    state.say(Role::Good, "nothing was sent");
    Outcome::close(Vec::new())
}

/// The word that must be typed: the environment's name in production, the number of deletions where there are several.
fn word(place: &Place, plan: &Plan) -> Option<String> {
    let deletions = plan.count(Verb::Delete);
    if place.is_production() {
        Some(place.environment.clone())
    } else {
        (deletions > 1).then(|| deletions.to_string())
    }
}

/// What a plan does, each verb with its number and its sign.
pub fn counts(plan: &Plan) -> Vec<(Verb, usize)> {
    [
        Verb::Create,
        Verb::Update,
        Verb::Replace,
        Verb::ForceReplace,
        Verb::Delete,
    ]
    .into_iter()
    .map(|verb| (verb, plan.count(verb)))
    .filter(|(_, count)| *count > 0)
    .collect()
}

impl Dialog for Confirm {
    fn contexts(&self) -> &'static [Context] {
        if self.word.is_some() {
            &[Context::Typing]
        } else {
            &[Context::Dialog, Context::Move]
        }
    }

    fn gates(&self) -> bool {
        true
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let height = state.hits.height(Pane::Dialog);
        let rows = self.rows();
        match input {
            Input::Action(Action::Cancel) => return leave(state),
            Input::Action(Action::Accept | Action::Open) => {
                let button = self.button();
                return self.press(button, state);
            }
            Input::Action(Action::Left | Action::Right | Action::NextPane | Action::PreviousPane) => {
                self.focus = 1 - self.focus;
            }
            Input::Action(action) => {
                self.scroll.act(action, rows, height);
            }
            Input::Click(Target::Button(button)) => return self.press(button, state),
            Input::Key(key) if self.word.is_some() => self.type_key(key),
            Input::Paste(text) if self.word.is_some() => self.typed.paste(&text),
            Input::Wheel(down) => self.scroll.wheel(down, rows, height),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let plan = self.reviewed.plan();
        let most = if self.is_short() { 16 } else { 10 };
        let listed = u16::try_from(self.rows()).unwrap_or(u16::MAX).min(most);
        let height = 12 + listed + u16::from(self.word.is_some()) * 2;
        let destroys = plan.count(Verb::Delete) > 0 || self.place.is_production();
        let role = if destroys { Role::Danger } else { Role::Focus };
        let inner = frame(
            ui,
            area,
            &self.title(),
            (area.width.min(84), height.min(area.height)),
            role,
        );
        let foot = u16::from(self.word.is_some()) * 2 + 2;
        let head = self.head(
            ui,
            Rect {
                y: inner.y + 1,
                height: inner.height.saturating_sub(1 + foot),
                ..inner
            },
            state,
        );
        let list = Rect {
            y: head,
            height: inner.bottom().saturating_sub(head + foot),
            ..inner
        };
        self.list(ui, list);
        self.foot(
            ui,
            Rect {
                y: inner.bottom().saturating_sub(foot),
                height: foot.min(inner.height),
                ..inner
            },
        );
    }
}

impl Confirm {
    fn type_key(&mut self, key: KeyEvent) {
        self.typed.key(key);
    }

    /// Where, and how much; returns the first row below.
    fn head(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) -> u16 {
        let plan = self.reviewed.plan();
        let environment = if self.place.is_production() {
            Span::styled(" PRODUCTION ", ui.style(Role::Production))
        } else {
            ui.span(Role::Accent, self.place.environment.to_uppercase())
        };
        let mut lines = vec![
            Line::from(vec![
                ui.span(Role::Dim, "container    "),
                ui.span(Role::Text, &self.place.container),
            ]),
            Line::from(vec![ui.span(Role::Dim, "environment  "), environment]),
        ];
        let mut numbers = vec![ui.span(Role::Dim, "records      ")];
        for (position, (verb, count)) in counts(plan).into_iter().enumerate() {
            if position > 0 {
                numbers.push(Span::raw(", "));
            }
            numbers.push(ui.span(
                show::verb_role(verb),
                format!("{} {}", show::verb_word(verb), grouped(count as u64)),
            ));
        }
        lines.push(Line::from(numbers));
        let types = show::types_of(plan);
        lines.push(Line::from(vec![
            ui.span(Role::Dim, "types        "),
            ui.span(Role::Text, ui.clip(&types, area.width.saturating_sub(13))),
        ]));
        lines.push(Line::from(vec![
            ui.span(Role::Dim, "requests     "),
            ui.span(Role::Text, self.cost(state)),
        ]));
        lines.push(Line::default());
        area.y + ui.lines(area, lines)
    }

    /// What it takes: `13, about 4 s`.
    fn cost(&self, state: &State) -> String {
        let requests = self.reviewed.requests();
        let likely = state.line.likely(requests);
        let likely = likely.map_or_else(String::new, |seconds| format!(", about {}", text::span(seconds)));
        format!("{}{likely}", grouped(requests as u64))
    }

    fn list(&self, ui: &mut Ui<'_, '_>, area: Rect) {
        let operations: &[Operation] = &self.reviewed.plan().operations;
        ui.hits.set_height(Pane::Dialog, area.height.max(1));
        let top = self.scroll.top(self.rows(), usize::from(area.height.max(1)));
        if self.is_short() {
            let lines = operations
                .iter()
                .flat_map(|operation| show::operation_lines(ui, operation, area.width));
            let lines: Vec<Line<'static>> = lines.skip(top).collect();
            ui.lines(area, lines);
            return;
        }
        let shown = operations.iter().skip(top).take(usize::from(area.height));
        let lines: Vec<Line<'static>> = shown
            .map(|operation| show::operation_line(ui, operation, area.width))
            .collect();
        ui.lines(area, lines);
    }

    fn foot(&self, ui: &mut Ui<'_, '_>, area: Rect) {
        if let Some(word) = &self.word {
            let label = format!("Type {word} to confirm: ");
            let wide = u16::try_from(text::width(&label)).unwrap_or(0);
            ui.line(area, ui.span(Role::Danger, &label));
            let place = Rect {
                x: area.x + wide.min(area.width),
                width: area.width.saturating_sub(wide).min(24),
                height: area.height.min(1),
                ..area
            };
            self.typed.draw(ui, place, true);
        }
        let action = match self.reviewed.kind() {
            RunKind::Delete | RunKind::DeleteAll => format!(
                "Delete {}",
                counted(self.reviewed.plan().operations.len(), "record")
            ),
            _ => format!(
                "Send {}",
                counted(self.reviewed.plan().operations.len(), "change")
            ),
        };
        if area.height > 0 {
            buttons(
                ui,
                Rect {
                    y: area.bottom() - 1,
                    height: 1,
                    ..area
                },
                &["Leave as it is", &action],
                self.button(),
            );
        }
    }
}
