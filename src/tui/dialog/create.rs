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
        if let Some(fault) = misnamed(name) {
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

/// Why this is no name: CloudKit would not take it, or nobody would see where it begins or ends.
fn misnamed(name: &str) -> Option<String> {
    let unseen = || {
        let at = [(name.starts_with(' '), "begins"), (name.ends_with(' '), "ends")];
        let at = at.into_iter().find(|(is_blank, _)| *is_blank);
        at.map(|(_, at)| format!("{at} with a blank"))
    };
    name_fault(name).or_else(unseen)
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
        let under = Rect {
            x: place.x,
            width: place.width,
            height: inner.height.saturating_sub(2).min(2),
            ..row(2)
        };
        ui.lines(under, self.judged(ui, state, place.width));
        let words = ui.span(Role::Dim, "Its fields are written as JSON in $EDITOR next.");
        ui.line(row(4), words);
        let words = ui.span(Role::Faint, "Nothing is sent before the plan was confirmed.");
        ui.line(row(5), words);
        let foot = row(inner.height.saturating_sub(1));
        buttons(ui, foot, &["Leave it", "Write its fields"], 1);
    }
}

impl Create {
    /// What there is to say to the name that stands there.
    fn judged(&self, ui: &Ui<'_, '_>, state: &State, width: u16) -> Vec<Line<'static>> {
        const RULE: &str = "1 to 255 ASCII characters, the first of them no _";
        let symbols = ui.symbols();
        let line = |role: Role, text: &str| Line::from(ui.span(role, ui.clip(text, width)));
        let name = self.name.text();
        if name.is_empty() {
            let shared = line(Role::Dim, "names are shared by all types");
            return vec![line(Role::Dim, RULE), shared];
        }
        if let Some(fault) = self.fault(state) {
            let fault = line(Role::Danger, &format!("{} {fault}", symbols.cross));
            let rule = misnamed(name).map(|_| line(Role::Dim, RULE));
            return [Some(fault), rule].into_iter().flatten().collect();
        }
        let free = line(
            Role::Good,
            &format!("{} free, as far as was compared", symbols.tick),
        );
        let blank = format!("{} it holds a blank, which CloudKit takes", symbols.warning);
        let blank = name.contains(' ').then(|| line(Role::Warning, &blank));
        [Some(free), blank].into_iter().flatten().collect()
    }
}
