//! Asks for the file that records are written to, and asks again before one that is there is replaced.

use std::path::{Path, PathBuf};

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::canonical::exporter::Format;
use crate::sync::Side;
use crate::tui::action::{Action, Context};
use crate::tui::effect::Work;
use crate::tui::hits::Target;
use crate::tui::screen::records::list;
use crate::tui::state::State;
use crate::tui::text::counted;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::button::buttons;
use crate::tui::widget::field::Field;

/// The question for a name.
#[derive(Debug)]
pub struct Export {
    name: Field,
    side: Side,
}

impl Export {
    /// A name is proposed.
    pub fn new(state: &State) -> Self {
        Export {
            name: Field::with(list::export_name(state)),
            side: list::export_side(state),
        }
    }

    /// What is wrong with the name.
    fn fault(&self) -> Option<&'static str> {
        let name = self.name.text().trim();
        if name.is_empty() {
            Some("type a file name")
        } else if Format::of(Path::new(name)).is_some() {
            None
        } else {
            Some("it must end in .json, .jsonl or .csv")
        }
    }
}

impl Dialog for Export {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Export, Context::Typing]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Button(0)) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept) | Input::Click(Target::Button(_))
                if self.fault().is_none() && !list::exportable(state).searching =>
            {
                let path = PathBuf::from(self.name.text().trim());
                return Outcome::close(list::export(state, path, self.side));
            }
            Input::Action(Action::Side) => {
                self.side = match self.side {
                    Side::Local => Side::Cloud,
                    Side::Cloud => Side::Local,
                };
            }
            Input::Key(key) => {
                self.name.key(key);
            }
            Input::Paste(text) => self.name.paste(&text),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let inner = frame(ui, area, "Write to a file", (area.width.min(64), 11), Role::Focus);
        let what = list::exportable(state);
        let which = match (what.marked, what.searching) {
            (true, _) => "those that are marked",
            (false, true) => "and still searching",
            (false, false) => "as they are shown",
        };
        let what = format!("{}, {which}", counted(what.records, "record"));
        let says = match self.side {
            Side::Local => "what the files say",
            Side::Cloud => "what the cloud held when it was compared",
        };
        let key = state.settings.keymap.key_in(&[Context::Export], Action::Side);
        let key = key.map_or_else(String::new, |key| format!("{key} "));
        let side = Line::from(vec![
            ui.span(Role::Title, format!("{} side", self.side.word())),
            ui.span(Role::Dim, format!(": {says}  ")),
            ui.span(Role::Key, key),
            ui.span(Role::Dim, "other side"),
        ]);
        let lines = vec![Line::from(ui.span(Role::Text, what)), side, Line::default()];
        let used = ui.lines(inner, lines);
        let at = |y: u16| Rect {
            y: (inner.y + y).min(inner.bottom()),
            height: u16::from(inner.y + y < inner.bottom()),
            ..inner
        };
        self.name.draw(ui, at(used), true);
        let (role, help) = match self.fault() {
            Some(fault) => (Role::Warning, format!("{} {fault}", ui.symbols().warning)),
            None => (
                Role::Dim,
                "Ending: .json, .jsonl, or .csv (columns as shown)".to_owned(),
            ),
        };
        let help = ui.clip(&help, inner.width);
        ui.line(at(used + 2), Span::styled(help, ui.style(role)));
        let foot = at(inner.height.saturating_sub(1));
        buttons(ui, foot, &["Cancel", "Write"], 1);
    }
}

/// A file is there already.
#[derive(Debug)]
pub struct Replace {
    path: String,
    work: Option<Work>,
    accepting: bool,
}

impl Replace {
    /// Asks whether this may be done, which replaces the file.
    pub fn new(work: Work) -> Self {
        let path = match &work {
            Work::Export { path, .. } | Work::Save { path, .. } => path.display().to_string(),
            _ => String::new(),
        };
        Replace {
            path,
            work: Some(work),
            accepting: false,
        }
    }

    fn end(&mut self, state: &mut State, replace: bool) -> Outcome {
        let work = self.work.take().filter(|_| replace);
        Outcome::close(
            work.map(|work| list::begin_export(state, work))
                .into_iter()
                .collect(),
        )
    }
}

impl Dialog for Replace {
    fn gates(&self) -> bool {
        true
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        match input {
            Input::Action(Action::Cancel) => self.end(state, false),
            Input::Click(Target::Button(button)) => self.end(state, button == 1),
            Input::Action(Action::Accept | Action::Open) => {
                let replace = self.accepting;
                self.end(state, replace)
            }
            Input::Action(Action::Left | Action::Right | Action::NextPane | Action::PreviousPane) => {
                self.accepting = !self.accepting;
                Outcome::stay(self)
            }
            _ => Outcome::stay(self),
        }
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, _state: &State) {
        let inner = frame(
            ui,
            area,
            "Replace the file?",
            (area.width.min(64), 7),
            Role::Warning,
        );
        let path = ui.clip(&self.path, inner.width);
        let lines = vec![
            Line::from(ui.span(Role::Title, path)),
            Line::from(ui.span(Role::Text, "is there already; what is in it would be lost.")),
        ];
        ui.lines(inner, lines);
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        buttons(ui, foot, &["Keep it", "Replace"], usize::from(self.accepting));
    }
}
