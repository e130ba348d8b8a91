//! Past runs: look, undo, resume.

mod view;

use crate::journal::{Entry, Past, Run, RunId, State as Stage};
use crate::tui::action::Action;
use crate::tui::dialog::resume::Interrupted;
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::screen::sync;
use crate::tui::state::{Screen, State};
use crate::tui::text::grouped;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;

pub use view::view;

/// History's own.
#[derive(Debug, Default)]
pub struct History {
    /// The runs, the latest first; `None` before they were read.
    past: Option<Vec<Past>>,
    failure: Option<Failure>,
    cursor: Cursor,
    /// The run that was gone into.
    inside: Option<Inside>,
}

/// A run that was gone into.
#[derive(Debug)]
struct Inside {
    run: RunId,
    entries: Option<Vec<Entry>>,
    cursor: Cursor,
}

impl History {
    /// When a type was written last, in words.
    pub fn last_write(&self, record_type: &str) -> Option<String> {
        let past = self.past.as_ref()?;
        let (run, tally) = past.iter().find_map(|one| {
            let tally = one
                .tallies
                .iter()
                .find(|tally| tally.record_type == record_type)?;
            Some((&one.run, tally))
        })?;
        let mut text = when(run.started);
        for (count, sign) in [(tally.created, '+'), (tally.updated, '~'), (tally.deleted, '-')] {
            if count > 0 {
                text = format!("{text}  {sign}{}", grouped(count as u64));
            }
        }
        Some(text)
    }

    /// A run, once the journal has told of it.
    pub fn run(&self, id: RunId) -> Option<&Past> {
        self.past.as_ref()?.iter().find(|past| past.run.id == id)
    }

    fn chosen(&self) -> Option<&Past> {
        let past = self.past.as_ref()?;
        match &self.inside {
            Some(inside) => past.iter().find(|one| one.run.id == inside.run),
            None => past.get(self.cursor.at),
        }
    }
}

/// A moment where the user is: `2025-11-12 09:14`.
fn when(time: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(time).unwrap_or_default();
    time.to_zoned(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// Whether an action can be done here now, or why not.
pub fn enabled(action: Action, state: &State) -> Result<(), String> {
    match action {
        Action::Undo if state.screen == Screen::Sync => Ok(()),
        Action::Undo | Action::Resume if state.screen != Screen::History => {
            Err("History (5) lists the runs; choose one there".to_owned())
        }
        Action::Undo | Action::Resume => {
            let Some(past) = state.history.chosen() else {
                return Err("there is no run yet".to_owned());
            };
            if action == Action::Undo {
                can_undo(&past.run)
            } else {
                can_resume(&past.run)
            }
        }
        _ => Ok(()),
    }
}

fn can_undo(run: &Run) -> Result<(), String> {
    let id = run.id;
    if let Some(later) = run.undone_by {
        return Err(format!("run {id} was undone already, by run {later}"));
    }
    if run.count(Stage::Applied) + run.count(Stage::Sent) == 0 {
        return Err(format!("run {id} has written nothing"));
    }
    Ok(())
}

fn can_resume(run: &Run) -> Result<(), String> {
    let id = run.id;
    if run.is_open() {
        return Ok(());
    }
    if run.superseded {
        return Err(format!(
            "run {id} is not the latest: what came after it would be written over"
        ));
    }
    Err(format!("run {id} came to its end; there is nothing to resume"))
}

/// The screen comes to the front, or something was written: the journal is read again.
pub fn enter(state: &mut State) -> Vec<Effect> {
    vec![state.start(Kind::Quiet, Work::Runs)]
}

/// Does an action of this screen.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => return open(state),
        Action::Undo => {
            let run = state.history.chosen().map(|past| past.run.id);
            return run.map_or_else(Vec::new, |run| vec![state.start(Kind::Review, Work::Undo(run))]);
        }
        Action::Resume => {
            if let Some(run) = state.history.chosen().map(|past| past.run.clone()) {
                let dialog = Interrupted::new(&state.place, run);
                state.open(dialog);
            }
        }
        action => {
            let height = state.hits.height(Pane::Main);
            let (cursor, rows) = cursor(&mut state.history);
            cursor.act(action, rows, height);
        }
    }
    Vec::new()
}

/// The cursor that has the keys, and the rows it moves over.
fn cursor(history: &mut History) -> (&mut Cursor, usize) {
    match &mut history.inside {
        Some(inside) => {
            let rows = inside.entries.as_ref().map_or(0, Vec::len);
            (&mut inside.cursor, rows)
        }
        None => (&mut history.cursor, history.past.as_ref().map_or(0, Vec::len)),
    }
}

/// Into a run; from an operation to its record.
fn open(state: &mut State) -> Vec<Effect> {
    if let Some(inside) = &state.history.inside {
        let entry = inside
            .entries
            .as_ref()
            .and_then(|entries| entries.get(inside.cursor.at));
        let target = entry.map(|entry| (entry.operation.record_type.clone(), entry.operation.name.clone()));
        return target.map_or_else(Vec::new, |(record_type, name)| {
            sync::go_to(state, &record_type, name)
        });
    }
    let Some(run) = state.history.chosen().map(|past| past.run.id) else {
        return Vec::new();
    };
    state.history.inside = Some(Inside {
        run,
        entries: None,
        cursor: Cursor::default(),
    });
    vec![state.start(Kind::Quiet, Work::Operations(run))]
}

/// Leaves what can be left before the screen itself: a run that was gone into.
pub fn back(state: &mut State) -> Option<Vec<Effect>> {
    state.history.inside.take().map(|_| Vec::new())
}

/// Does what the mouse means: a second click on a row is Enter.
pub fn gesture(state: &mut State, pane: Pane, gesture: Gesture) -> Vec<Effect> {
    if pane != Pane::Main {
        return Vec::new();
    }
    let height = state.hits.height(Pane::Main);
    let (cursor, rows) = cursor(&mut state.history);
    match gesture {
        Gesture::Row(row) if row == cursor.at => return open(state),
        Gesture::Row(row) => cursor.go(row, rows, height),
        Gesture::Wheel(down) => cursor.wheel(down, rows, height),
        _ => {}
    }
    Vec::new()
}

/// The runs. What was gone into is read again where it is the one that may have gone on.
pub fn runs(state: &mut State, result: Result<Vec<Past>, Failure>) -> Vec<Effect> {
    match result {
        Ok(past) => {
            state.history.cursor.fit(past.len());
            state.history.past = Some(past);
            state.history.failure = None;
        }
        Err(failure) => state.history.failure = Some(failure),
    }
    match &state.history.inside {
        Some(inside) => {
            let run = inside.run;
            vec![state.start(Kind::Quiet, Work::Operations(run))]
        }
        None => Vec::new(),
    }
}

/// The operations of a run.
pub fn operations(state: &mut State, run: RunId, result: Result<Vec<Entry>, Failure>) -> Vec<Effect> {
    let Some(inside) = state.history.inside.as_mut().filter(|inside| inside.run == run) else {
        return Vec::new();
    };
    match result {
        Ok(entries) => {
            inside.cursor.fit(entries.len());
            inside.entries = Some(entries);
        }
        Err(failure) => {
            state.history.inside = None;
            return crate::tui::done::tell(state, failure);
        }
    }
    Vec::new()
}
