//! The one gate before every write: what, how many, where, from the very plan and place that the requests will use.
//!
//! The focused button is the harmless one. Deletions of more than one record, and everything in production, ask for a word
//! to be typed. What is confirmed carries the digest of the plan that was shown.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::journal::RunKind;
use crate::record::plan::{Operation, Plan, Verb};
use crate::sync::{Edit, Reviewed};
use crate::tui::action::{Action, Context};
use crate::tui::effect::Work;
use crate::tui::hits::{Hits, Target};
use crate::tui::job::Kind;
use crate::tui::place::Place;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::field::Field;
use crate::tui::widget::scroll::Scroll;

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
    scroll: Scroll,
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
            scroll: Scroll::default(),
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

/// Which records of edits are gone.
pub fn no_longer_there(gone: &[Edit]) -> String {
    let names: Vec<&str> = gone.iter().map(|edit| edit.target().1).collect();
    format!("no longer in the cloud: {}", names.join(", "))
}

/// The columns of what stands before a fact.
const LABEL: u16 = 13;

/// How many records, verb by verb, on as many lines as it takes: no number is ever cut.
fn numbers(ui: &Ui<'_, '_>, plan: &Plan, room: u16) -> Vec<Line<'static>> {
    let label = |word: &str| vec![ui.span(Role::Dim, text::left(word, usize::from(LABEL), ""))];
    let (mut lines, mut line, mut used) = (Vec::new(), label("records"), 0);
    for (verb, count) in counts(plan) {
        let number = format!("{} {}", show::verb_word(verb), grouped(count as u64));
        let wide = text::width(&number) + 2;
        if used > 0 && used + wide > usize::from(room) {
            lines.push(Line::from(std::mem::replace(&mut line, label(""))));
            used = 0;
        }
        if used > 0 {
            line.push(Span::raw(", "));
        }
        line.push(ui.span(show::verb_role(verb), number));
        used += wide;
    }
    lines.push(Line::from(line));
    lines
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

/// The types with the number of records of each: all of them where there is room.
fn types(ui: &Ui<'_, '_>, plan: &Plan, area: Rect, room: u16) -> Vec<String> {
    let all = show::types_of(plan);
    let lines = text::wrap(&all, usize::from(room), usize::from(area.height));
    if lines.len() <= usize::from(area.height / 8) {
        lines
    } else {
        vec![ui.clip(&all, room)]
    }
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
        match input {
            Input::Action(Action::Cancel) => return leave(state),
            Input::Action(Action::Accept | Action::Open) => {
                let button = self.button();
                return self.press(button, state);
            }
            Input::Action(Action::Left | Action::Right | Action::NextPane | Action::PreviousPane) => {
                self.focus = 1 - self.focus;
            }
            Input::Action(action) => self.scroll.act(action, &state.hits),
            Input::Click(Target::Button(button)) => return self.press(button, state),
            Input::Key(key) if self.word.is_some() => self.type_key(key, &state.hits),
            Input::Paste(text) if self.word.is_some() => self.typed.paste(&text),
            Input::Wheel(down) => self.scroll.wheel(down, &state.hits),
            Input::Bar(row) => self.scroll.go(row, &state.hits),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let plan = self.reviewed.plan();
        let most = if self.is_short() { 16 } else { 12 };
        let listed = u16::try_from(self.rows()).unwrap_or(u16::MAX).min(most);
        let asks = u16::from(self.word.is_some());
        let gone = u16::from(!self.reviewed.gone().is_empty());
        let height = 12 + listed + asks * 2 + gone;
        let destroys = plan.count(Verb::Delete) > 0 || self.place.is_production();
        let role = if destroys { Role::Danger } else { Role::Focus };
        let inner = frame(
            ui,
            area,
            &self.title(),
            (area.width.min(84), height.min(above_the_hints(area))),
            role,
        );
        // In a low window what is said and asked matters more than air.
        let air = u16::from(inner.height > 12);
        let foot = 1 + asks + air * (1 + asks);
        let top = inner.y + air;
        let head = self.head(
            ui,
            Rect {
                y: top,
                height: inner.bottom().saturating_sub(top + foot),
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
    /// Keys that type nothing still move the list.
    fn type_key(&mut self, key: KeyEvent, hits: &Hits) {
        let moved = match key.code {
            KeyCode::Up => Action::Up,
            KeyCode::Down => Action::Down,
            KeyCode::PageUp => Action::PageUp,
            KeyCode::PageDown => Action::PageDown,
            _ => {
                self.typed.key(key);
                return;
            }
        };
        self.scroll.act(moved, hits);
    }

    /// Where, and how much; returns the first row below.
    fn head(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) -> u16 {
        let plan = self.reviewed.plan();
        let environment = if self.place.is_production() {
            Span::styled(" PRODUCTION ", ui.style(Role::Production))
        } else {
            ui.span(Role::Accent, self.place.environment.to_uppercase())
        };
        let room = area.width.saturating_sub(LABEL);
        let line = |label: &str, words: Span<'static>| {
            let label = ui.span(Role::Dim, text::left(label, usize::from(LABEL), ""));
            Line::from(vec![label, words])
        };
        let container = ui.span(Role::Text, ui.clip(&self.place.container, room));
        let mut lines = vec![line("container", container), line("environment", environment)];
        lines.extend(numbers(ui, plan, room));
        for (number, types) in types(ui, plan, area, room).into_iter().enumerate() {
            let label = if number == 0 { "types" } else { "" };
            lines.push(line(label, ui.span(Role::Text, types)));
        }
        lines.push(line("requests", ui.span(Role::Text, self.cost(state))));
        let gone = self.reviewed.gone();
        if !gone.is_empty() {
            let words = ui.clip(&no_longer_there(gone), room);
            lines.push(line("left out", ui.span(Role::Warning, words)));
        }
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
        let top = self.scroll.place(ui, area, self.rows());
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
            let row = Rect {
                y: area.y + u16::from(area.height > 2),
                height: area.height.min(1),
                ..area
            };
            ui.line(row, ui.span(Role::Danger, &label));
            let place = Rect {
                x: row.x + wide.min(row.width),
                width: row.width.saturating_sub(wide).min(24),
                ..row
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
