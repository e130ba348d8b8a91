//! The numbered menu that users of the script know. Numbers can be typed; every write among them passes the same dialogs
//! as from anywhere else.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::{above_the_hints, frame};
use super::{Dialog, Input, Outcome};
use crate::tui::action::{Action, Context};
use crate::tui::effect::{Effect, Work};
use crate::tui::hits::{Pane, Target};
use crate::tui::job::Kind;
use crate::tui::screen::sync;
use crate::tui::state::{Screen, State};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::attempt;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::field::Field;
use crate::tui::widget::list::list;

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    ImportAll,
    ImportOne(String),
    DeleteThenImport,
    DeleteAll,
    DryRun,
    Diff,
    Sync,
    SyncAndDelete,
    VerifyQuick,
    VerifyDeep,
}

/// The menu.
#[derive(Debug, Default)]
pub struct Menu {
    number: Field,
    cursor: Cursor,
}

/// The entries with their numbers. The types have the numbers from 2, as in the script; with more than six of them the
/// numbers behind move up.
fn entries(state: &State) -> Vec<(String, Entry)> {
    let mut list = vec![("import everything".to_owned(), Entry::ImportAll)];
    for one in &state.types {
        list.push((
            format!("import {}", one.config.name),
            Entry::ImportOne(one.config.name.clone()),
        ));
    }
    let rest = [
        ("delete all, then import", Entry::DeleteThenImport),
        ("delete all", Entry::DeleteAll),
        ("dry-run import", Entry::DryRun),
        ("diff", Entry::Diff),
        ("smart sync (diff-based)", Entry::Sync),
        ("smart sync + delete orphans", Entry::SyncAndDelete),
        ("verify sync (quick)", Entry::VerifyQuick),
        ("verify sync (deep)", Entry::VerifyDeep),
    ];
    list.extend(rest.into_iter().map(|(title, entry)| (title.to_owned(), entry)));
    list
}

fn run(state: &mut State, entry: Entry) -> Vec<Effect> {
    match entry {
        Entry::ImportAll => attempt(state, Action::ImportAll),
        Entry::ImportOne(name) => match crate::tui::action::enabled(Action::ImportAll, state) {
            Ok(()) => vec![state.start(Kind::Review, Work::Import(vec![name]))],
            Err(why) => {
                state.say(Role::Warning, why);
                Vec::new()
            }
        },
        Entry::DeleteThenImport => {
            let effects = attempt(state, Action::DeleteAll);
            if !effects.is_empty() {
                state.sync.import_after_delete();
            }
            effects
        }
        Entry::DeleteAll => attempt(state, Action::DeleteAll),
        Entry::DryRun => attempt(state, Action::DryRun),
        Entry::Diff => {
            state.screen = Screen::Overview;
            attempt(state, Action::Compare)
        }
        Entry::Sync => attempt(state, Action::Sync),
        Entry::SyncAndDelete => {
            let effects = attempt(state, Action::Sync);
            sync::with_orphans(state);
            effects
        }
        Entry::VerifyQuick => attempt(state, Action::VerifyQuick),
        Entry::VerifyDeep => attempt(state, Action::VerifyDeep),
    }
}

impl Menu {
    fn choose(&self, state: &mut State) -> Outcome {
        let mut list = entries(state);
        if self.cursor.at >= list.len() {
            return Outcome::close(Vec::new());
        }
        let (_, entry) = list.swap_remove(self.cursor.at);
        Outcome::close(run(state, entry))
    }

    fn key(&mut self, key: KeyEvent, rows: usize, height: usize) {
        self.number.key(key);
        match self.number.text().parse::<usize>() {
            Ok(number) if (1..=rows).contains(&number) => self.cursor.go(number - 1, rows, height),
            _ => self.number = Field::default(),
        }
    }
}

impl Dialog for Menu {
    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (entries(state).len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) => return self.choose(state),
            Input::Action(action) => {
                self.number = Field::default();
                self.cursor.act(action, rows, height);
            }
            Input::Key(key) => self.key(key, rows, height),
            Input::Wheel(down) => self.cursor.wheel(down, rows, height),
            Input::Bar(row) => self.cursor.go(row, rows, height),
            Input::Click(Target::Row(_, row)) => {
                self.cursor.go(row, rows, height);
                return self.choose(state);
            }
            _ => {}
        }
        Outcome::stay(self)
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::Dialog, Context::Move]
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let entries = entries(state);
        let wanted = u16::try_from(entries.len()).unwrap_or(u16::MAX).saturating_add(4);
        let size = (area.width.min(46), wanted.min(above_the_hints(area)).max(5));
        let inner = frame(ui, area, "Menu", size, Role::Focus);
        let body = Rect {
            height: inner.height.saturating_sub(2),
            ..inner
        };
        list(ui, body, self.cursor, entries.len(), |ui, index| {
            let Some((title, entry)) = entries.get(index) else {
                return Line::default();
            };
            let writes = matches!(
                entry,
                Entry::DeleteAll | Entry::DeleteThenImport | Entry::SyncAndDelete
            );
            let role = if writes { Role::Danger } else { Role::Text };
            Line::from(vec![
                ui.span(Role::Key, format!("{:>3}  ", index + 1)),
                ui.span(role, title),
            ])
        });
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: 1.min(inner.height),
            ..inner
        };
        let line = ui.span(
            Role::Dim,
            format!("number {}   Enter runs, Esc leaves", self.number.text()),
        );
        ui.line(foot, line);
    }
}
