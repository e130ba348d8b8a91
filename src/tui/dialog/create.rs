//! Names a new record; its fields are then written in the editor.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::canonical::name_fault;
use crate::tui::action::{Action, Context};
use crate::tui::hits::Target;
use crate::tui::screen::records::{Subject, edit};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::field::Field;

/// A record to come.
#[derive(Debug)]
pub struct Create {
    type_index: usize,
    name: Field,
}

impl Create {
    /// Asks for the name of a new record of a type.
    pub fn new(type_index: usize) -> Self {
        Create {
            type_index,
            name: Field::default(),
        }
    }

    /// Why there can be no record of this name.
    fn fault(&self, state: &State) -> Option<String> {
        let name = self.name.text();
        if let Some(fault) = name_fault(name) {
            return Some(format!("the name {fault}"));
        }
        let comparison = state.comparison.as_ref()?;
        let (config, _) = comparison
            .diffs()
            .find(|(_, diff)| diff.table().find(name).is_some())?;
        Some(format!("there is a {} of this name already", config.name))
    }

    fn go_on(self: Box<Self>, state: &mut State) -> Outcome {
        if self.fault(state).is_some() {
            return Outcome::stay(self);
        }
        let subject = Subject {
            type_index: self.type_index,
            name: self.name.text().to_owned(),
        };
        Outcome::close(edit::create(state, subject))
    }
}

impl Dialog for Create {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Typing]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Button(0)) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept) | Input::Click(Target::Button(_)) => return self.go_on(state),
            Input::Key(key) => {
                self.name.key(key);
            }
            Input::Paste(text) => self.name.paste(&text),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let record_type = state.types.get(self.type_index);
        let record_type = record_type.map_or("record", |one| &one.config.name);
        let title = format!("New {record_type}");
        let inner = frame(ui, area, &title, (area.width.min(72), 10), Role::Focus);
        let row = |y: u16| Rect {
            y: inner.y + y.min(inner.height),
            height: u16::from(y < inner.height),
            ..inner
        };
        let label = ui.span(Role::Dim, "name  ");
        ui.line(row(1), label);
        let place = row(1);
        let place = Rect {
            x: place.x + 6.min(place.width),
            width: place.width.saturating_sub(6),
            ..place
        };
        self.name.draw(ui, place, true);
        let line = if self.name.text().is_empty() {
            let rule = "1 to 255 ASCII characters; names are shared by all types";
            ui.span(Role::Dim, ui.clip(rule, place.width))
        } else if let Some(fault) = self.fault(state) {
            let text = format!("{} {fault}", ui.symbols().cross);
            ui.span(Role::Danger, ui.clip(&text, inner.width.saturating_sub(6)))
        } else {
            ui.span(
                Role::Good,
                format!("{} free, as far as was compared", ui.symbols().tick),
            )
        };
        let under = Rect {
            x: place.x,
            width: place.width,
            ..row(2)
        };
        ui.line(under, Line::from(line));
        let words = ui.span(Role::Dim, "Its fields are written as JSON in $EDITOR next.");
        ui.line(row(4), words);
        let words = ui.span(Role::Faint, "Nothing is sent before the plan was confirmed.");
        ui.line(row(5), words);
        let foot = row(inner.height.saturating_sub(1));
        buttons(ui, foot, &["Leave it", "Write its fields"], 1);
    }
}
