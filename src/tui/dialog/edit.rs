//! A field's value, typed and checked as it is typed. Nothing is sent from here: what comes of it is planned, and asked
//! about.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::config::FieldMapping;
use crate::record::compare::equal;
use crate::record::merge::over;
use crate::record::plan::Goal;
use crate::record::{Kind, Record, Value, text as typed};
use crate::sync::Edit;
use crate::tui::action::{Action, Context};
use crate::tui::hits::Target;
use crate::tui::screen::records::{detail, edit};
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, counted};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::field::Field;

/// A value being typed, for one record or for several.
#[derive(Debug)]
pub struct EditValue {
    record_type: String,
    names: Vec<String>,
    field: FieldMapping,
    /// The record as it was looked at; `None` for several.
    base: Option<Box<Record>>,
    input: Field,
    /// No key has changed anything yet.
    untouched: bool,
    cleared: bool,
    focus: usize,
}

const BUTTONS: [&str; 3] = ["Leave it", "No value", "Save"];

const LEAVE: usize = 0;
const SAVE: usize = 2;

impl EditValue {
    /// Edits a field of one record, which was just looked at.
    pub fn one(field: FieldMapping, base: Record) -> Self {
        let value = base.fields.get(&field.name);
        let text = value.and_then(|value| typed::written(field.field_type, value));
        EditValue {
            record_type: base.record_type.clone(),
            names: vec![base.name.clone()],
            input: Field::with(text.unwrap_or_default()),
            cleared: value.is_none(),
            base: Some(Box::new(base)),
            untouched: true,
            focus: SAVE,
            field,
        }
    }

    /// Sets a field of several records to one value.
    pub fn several(field: FieldMapping, record_type: String, names: Vec<String>) -> Self {
        EditValue {
            record_type,
            names,
            field,
            base: None,
            input: Field::default(),
            untouched: true,
            cleared: false,
            focus: SAVE,
        }
    }

    fn old(&self) -> Option<&Value> {
        self.base.as_ref()?.fields.get(&self.field.name)
    }

    /// What was typed, as a value.
    fn value(&self) -> Result<Option<Value>, String> {
        if self.cleared {
            return Ok(None);
        }
        typed::parse(self.field.field_type, self.input.text())
    }

    fn is_as_before(&self) -> bool {
        self.base.is_some()
            && (self.untouched || self.value().is_ok_and(|value| equal(value.as_ref(), self.old())))
    }

    fn clear(&mut self) {
        self.input = Field::default();
        (self.cleared, self.untouched, self.focus) = (true, false, SAVE);
    }

    /// What stands there was typed: it is what Enter saves.
    fn typed(&mut self) {
        (self.cleared, self.untouched, self.focus) = (false, false, SAVE);
    }

    /// There is nothing to save before anything has changed.
    fn buttons(&self) -> &'static [&'static str] {
        if self.untouched || self.is_as_before() {
            &BUTTONS[..SAVE]
        } else {
            &BUTTONS
        }
    }

    /// The button that Enter presses.
    fn focus(&self) -> usize {
        if self.focus < self.buttons().len() {
            self.focus
        } else {
            LEAVE
        }
    }

    fn move_focus(&mut self, steps: usize) {
        self.focus = (self.focus() + steps) % self.buttons().len();
    }

    fn save(self: Box<Self>, state: &mut State) -> Outcome {
        let Ok(value) = self.value() else {
            return Outcome::stay(self);
        };
        let goal = Goal::from([(self.field.name, value)]);
        let edit = |name: String| Edit::Update {
            record_type: self.record_type.clone(),
            name,
            goal: goal.clone(),
            base: self.base.clone(),
        };
        let edits = self.names.into_iter().map(edit).collect();
        Outcome::close(edit::plan(state, edits))
    }

    fn press(mut self: Box<Self>, button: usize, state: &mut State) -> Outcome {
        match button {
            LEAVE => Outcome::close(Vec::new()),
            1 => {
                self.clear();
                Outcome::stay(self)
            }
            _ => self.save(state),
        }
    }

    fn key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Tab | KeyCode::Down => self.move_focus(1),
            KeyCode::BackTab | KeyCode::Up => self.move_focus(self.buttons().len() - 1),
            _ => {
                let before = self.input.text().to_owned();
                if self.input.key(key) && self.input.text() != before {
                    self.typed();
                }
            }
        }
    }
}

impl Dialog for EditValue {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Field, Context::Typing]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) => return Outcome::close(Vec::new()),
            Input::Action(Action::Accept) => {
                let focus = self.focus();
                return self.press(focus, state);
            }
            Input::Action(Action::Clear) => self.clear(),
            Input::Click(Target::Button(button)) => return self.press(button, state),
            Input::Key(key) => self.key(key),
            Input::Paste(text) => {
                self.input.paste(&text);
                self.typed();
            }
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let title = format!("Edit {}", self.field.name);
        let size = (area.width.min(84), 12.min(area.height));
        let inner = frame(ui, area, &title, size, Role::Focus);
        let facts = self.facts(ui, inner.width);
        let row = |y: u16| Rect {
            y: inner.y + y.min(inner.height),
            height: u16::from(y < inner.height),
            ..inner
        };
        // In a low window what is typed matters more than what is known.
        let shown = facts.len().min(usize::from(inner.height.saturating_sub(5)));
        let shown = u16::try_from(shown).unwrap_or(0);
        ui.lines(inner, facts.into_iter().take(usize::from(shown)));
        let y = shown + u16::from(inner.height > 6);
        let label = ui.span(Role::Dim, "new    ");
        ui.line(row(y), label);
        let place = Rect {
            x: inner.x + 7.min(inner.width),
            width: inner.width.saturating_sub(7),
            ..row(y)
        };
        self.input.draw(ui, place, true);
        let under = Rect {
            x: place.x,
            width: place.width,
            ..row(y + 1)
        };
        let below = Rect {
            height: inner.bottom().saturating_sub(under.y + 1).min(2),
            ..under
        };
        let judged = self.judged(ui, state, place.width);
        ui.lines(below, judged);
        buttons(
            ui,
            row(inner.height.saturating_sub(1)),
            self.buttons(),
            self.focus(),
        );
    }
}

impl EditValue {
    /// Which record, which type, the value it has.
    fn facts(&self, ui: &Ui<'_, '_>, width: u16) -> Vec<Line<'static>> {
        let room = width.saturating_sub(7);
        let line = |word: &str, role: Role, text: &str| {
            Line::from(vec![
                ui.span(Role::Dim, format!("{word:<7}")),
                ui.span(role, ui.clip(text, room)),
            ])
        };
        let record = match self.names.as_slice() {
            [name] => format!("{} {name}", self.record_type),
            names => format!(
                "{} of {}",
                counted(names.len(), "marked record"),
                self.record_type
            ),
        };
        let kind = match (&self.field.target, self.field.field_type.kind()) {
            (Some(target), Kind::Reference) => format!("{} to a {target}", self.field.field_type),
            _ => self.field.field_type.to_string(),
        };
        let mut lines = vec![
            line("record", Role::Title, &record),
            line("type", Role::Accent, &kind),
        ];
        if self.base.is_some() {
            let old = show::value(self.old());
            lines.push(line("now", Role::Text, &old));
            if self
                .old()
                .is_some_and(|value| typed::written(self.field.field_type, value).is_none())
            {
                let words = "cannot be typed on one line as it is; E edits the whole record";
                lines.push(line("", Role::Warning, words));
            }
        } else {
            lines.push(line(
                "now",
                Role::Dim,
                "each its own value; the plan shows them all",
            ));
        }
        lines
    }

    /// What there is to say to what stands there.
    fn judged(&self, ui: &Ui<'_, '_>, state: &State, width: u16) -> Vec<Line<'static>> {
        let symbols = ui.symbols();
        let said = |role: Role, sign: &str, words: &str| -> Vec<Line<'static>> {
            let lines = text::wrap(&format!("{sign} {words}"), usize::from(width).max(1), 2);
            lines
                .into_iter()
                .map(|line| Line::from(Span::styled(line, ui.style(role))))
                .collect()
        };
        if self.is_as_before() {
            return said(Role::Dim, symbols.same, "the value it has: nothing to save");
        }
        if self.untouched {
            return said(
                Role::Dim,
                symbols.none,
                "type a value, or take it away with No value",
            );
        }
        match self.value() {
            Err(why) => said(Role::Danger, symbols.cross, &why),
            Ok(None) => said(
                Role::Warning,
                symbols.warning,
                "no value: the field is taken away",
            ),
            Ok(Some(Value::String(text))) if text.is_empty() => said(
                Role::Warning,
                symbols.warning,
                "an empty text; No value takes the field away",
            ),
            Ok(Some(value)) => match self.unknown_target(state, &value) {
                Some(name) => {
                    let target = self.field.target.as_deref().unwrap_or("record");
                    let words = format!("no {target} '{name}' is in the files or in the cloud's listing");
                    said(Role::Warning, symbols.warning, &words)
                }
                None => {
                    let whole = over(&value, self.old());
                    said(Role::Good, symbols.tick, &show::value(Some(&whole)))
                }
            },
        }
    }

    /// A record that the value points at and that nobody knows.
    fn unknown_target<'v>(&self, state: &State, value: &'v Value) -> Option<&'v str> {
        state.comparison.as_ref()?;
        value
            .references()
            .find(|name| detail::known(state, name, self.field.target.as_deref()).is_none())
    }
}
