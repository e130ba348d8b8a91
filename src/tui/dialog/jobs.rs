//! What is under way: how far each job has come, and a way to stop one.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::frame::frame;
use super::{Dialog, Input, Outcome};
use crate::tui::action::{Action, Context};
use crate::tui::effect::Effect;
use crate::tui::hits::{Pane, Target};
use crate::tui::job::{Job, Kind};
use crate::tui::perform::cancel;
use crate::tui::state::{Screen, State};
use crate::tui::text::{self, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::attempt;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::list::list;

/// The list of jobs.
#[derive(Debug, Default)]
pub struct Jobs {
    cursor: Cursor,
}

fn shown(state: &State) -> Vec<&Job> {
    state.jobs.iter().filter(|job| job.kind != Kind::Quiet).collect()
}

impl Jobs {
    /// Goes where the job under the cursor can be watched.
    fn watch(&self, state: &mut State) -> Outcome {
        let kind = shown(state).get(self.cursor.at).map(|job| job.kind);
        let screen = match kind {
            Some(Kind::Open | Kind::Compare) => Screen::Overview,
            Some(Kind::Review | Kind::Run) => Screen::Sync,
            Some(Kind::Verify) => Screen::Verify,
            Some(Kind::Find | Kind::Export) => Screen::Records,
            Some(Kind::Quiet) | None => return Outcome::close(Vec::new()),
        };
        let lead = Screen::ALL.iter().find(|(one, ..)| *one == screen);
        Outcome::close(lead.map_or_else(Vec::new, |(.., action)| attempt(state, *action)))
    }

    fn stop(&self, state: &mut State) -> Vec<Effect> {
        let id = shown(state).get(self.cursor.at).map(|job| job.id);
        id.map_or_else(Vec::new, |id| cancel(state, id))
    }
}

impl Dialog for Jobs {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Jobs, Context::Dialog, Context::Move]
    }

    fn input(mut self: Box<Self>, state: &mut State, input: Input) -> Outcome {
        let (rows, height) = (shown(state).len(), state.hits.height(Pane::Dialog));
        match input {
            Input::Action(Action::Cancel) | Input::Click(Target::Nothing) => {
                return Outcome::close(Vec::new());
            }
            Input::Action(Action::Accept | Action::Open) => return self.watch(state),
            Input::Action(Action::Stop) => {
                let effects = self.stop(state);
                return Outcome {
                    stays: Some(self),
                    effects,
                };
            }
            Input::Action(action) => {
                self.cursor.act(action, rows, height);
            }
            Input::Click(Target::Row(_, row)) | Input::Bar(row) => self.cursor.go(row, rows, height),
            Input::Wheel(down) => self.cursor.wheel(down, rows, height),
            _ => {}
        }
        Outcome::stay(self)
    }

    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
        let jobs = shown(state);
        let wanted = u16::try_from(jobs.len().max(1)).unwrap_or(u16::MAX);
        let size = (area.width.min(72), wanted.saturating_add(4).min(area.height));
        let inner = frame(ui, area, "Under way", size, Role::Focus);
        let body = Rect {
            height: inner.height.saturating_sub(2),
            ..inner
        };
        // A job may have ended since the cursor was set.
        let cursor = Cursor::on(self.cursor.at.min(jobs.len().saturating_sub(1)));
        list(ui, body, cursor, jobs.len(), |ui, index| {
            jobs.get(index).map(|job| row(ui, state, job)).unwrap_or_default()
        });
        if jobs.is_empty() {
            let none = ui.span(Role::Dim, "Nothing is under way.");
            ui.line(body, none);
        }
        let keys = &state.settings.keymap;
        let stop = keys.key_in(self.contexts(), Action::Stop);
        let stop = stop.map(|key| format!("{key} stops   ")).unwrap_or_default();
        let help = ui.span(Role::Dim, format!("{stop}Enter shows   Esc leaves"));
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: inner.height.min(1),
            ..inner
        };
        ui.line(foot, help);
    }
}

/// `Writing      1 200 of 2 051   120/s   8 s left`.
fn row(ui: &Ui<'_, '_>, state: &State, job: &Job) -> Line<'static> {
    let seconds = u64::try_from((state.now - job.started) / 1000).unwrap_or(0);
    let far = match job.total {
        Some(total) => format!("{} of {}", grouped(job.done), grouped(total)),
        None => format!("for {}", text::span(seconds)),
    };
    let (role, how) = if job.cancelling {
        (Role::Warning, "stopping".to_owned())
    } else if job.paused {
        (Role::Warning, "paused".to_owned())
    } else {
        let left = job.seconds_left(state.now);
        let left = left.map(|left| format!("{:.0}/s   {} left", job.rate(state.now), text::span(left)));
        (Role::Dim, left.unwrap_or_default())
    };
    let ellipsis = ui.symbols().ellipsis;
    Line::from(vec![
        ui.span(Role::Title, text::left(job.kind.title(), 12, ellipsis)),
        ui.span(Role::Text, text::left(&far, 22, ellipsis)),
        ui.span(role, how),
    ])
}
