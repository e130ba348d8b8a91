//! What a run came to: in numbers, then each record that needs a look, one key away.

use std::sync::Arc;

use super::trouble::{Row, Trouble, records};
use crate::printable::{self, escape};
use crate::sync::{Depth, Report};
use crate::tui::action::Action;
use crate::tui::dialog::save::Save;
use crate::tui::effect::{Effect, Work};
use crate::tui::hits::Pane;
use crate::tui::job::{Job, Kind};
use crate::tui::screen::{records as browser, verify};
use crate::tui::state::{Screen, State};
use crate::tui::text::{counted, grouped};
use crate::tui::theme::Role;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;

/// A run that has ended.
#[derive(Debug)]
pub(super) struct Outcome {
    pub report: Arc<Report>,
    /// The record types it wrote to.
    types: Vec<String>,
    /// Milliseconds; `None` where it is not known.
    pub took: Option<i64>,
    /// The row under the cursor.
    pub cursor: Cursor,
    trouble: Trouble,
}

impl Outcome {
    /// What came of a job.
    pub(super) fn new(report: Arc<Report>, job: Option<&Job>, now: i64) -> Self {
        let types = job.iter().flat_map(|job| &job.types);
        Outcome {
            trouble: Trouble::of(&report),
            report,
            types: types.map(|one| one.record_type.clone()).collect(),
            took: job.map(|job| now - job.started),
            cursor: Cursor::default(),
        }
    }

    /// Rows about records that need a look.
    pub(super) fn len(&self) -> usize {
        self.trouble.len(&self.report)
    }

    /// One of them.
    pub(super) fn row(&self, row: usize) -> Option<Row<'_>> {
        self.trouble.row(&self.report, row)
    }

    /// Lists all records of the cause under the cursor, or only examples.
    fn fold(&mut self, folded: bool, height: usize) {
        let row = self.trouble.fold(self.cursor.at, folded);
        let rows = self.len();
        self.cursor.go(row, rows, height);
    }
}

/// Whether an action can be done here now, or why not.
pub(super) fn enabled(action: Action, state: &State) -> Result<(), String> {
    let Some(outcome) = &state.sync.report else {
        return Err("nothing was written in this session yet".to_owned());
    };
    let report = &outcome.report;
    match action {
        Action::Undo if !report.has_written() => Err(format!("run {} has written nothing", report.run)),
        Action::VerifyWritten if state.job(Kind::Verify).is_some() => {
            Err("a verification is under way; Esc cancels it".to_owned())
        }
        _ => Ok(()),
    }
}

/// Does an action.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let Some(outcome) = &mut state.sync.report else {
        return Vec::new();
    };
    match action {
        Action::Open => match outcome.row(outcome.cursor.at) {
            Some(Row::Record(row)) => {
                let (record_type, name) = (row.record_type.to_owned(), row.name.to_owned());
                return go_to(state, &record_type, name);
            }
            Some(Row::Cause(row)) => {
                let folded = !row.folded;
                outcome.fold(folded, height);
            }
            Some(Row::Rest(_)) => outcome.fold(false, height),
            None => {}
        },
        Action::Left | Action::Right => outcome.fold(action == Action::Left, height),
        Action::VerifyWritten => {
            let types = outcome.types.clone();
            state.screen = Screen::Verify;
            return verify::begin_with(state, types, Depth::Deep);
        }
        Action::Undo => {
            let run = outcome.report.run;
            return vec![state.start(Kind::Review, Work::Undo(run))];
        }
        Action::Export => {
            let name = format!("run-{}.txt", outcome.report.run);
            state.open(Save::new("Save the report", &name, written));
        }
        action => {
            let rows = outcome.len();
            outcome.cursor.act(action, rows, height);
        }
    }
    Vec::new()
}

/// Goes to a record, if its type is known.
pub(in crate::tui::screen) fn go_to(state: &mut State, record_type: &str, name: String) -> Vec<Effect> {
    match state.type_index(record_type) {
        Some(type_index) => browser::go_to(state, &browser::Subject { type_index, name }),
        None => {
            state.say(
                Role::Warning,
                format!("{record_type} is no type of this configuration"),
            );
            Vec::new()
        }
    }
}

/// Does what the mouse means: a second click on a row is Enter.
pub(super) fn gesture(state: &mut State, gesture: Gesture) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let Some(outcome) = &mut state.sync.report else {
        return Vec::new();
    };
    let rows = outcome.len();
    match gesture {
        Gesture::Row(row) if row == outcome.cursor.at => return act(state, Action::Open),
        Gesture::Row(row) => outcome.cursor.go(row, rows, height),
        Gesture::Wheel(down) => outcome.cursor.wheel(down, rows, height),
        _ => {}
    }
    Vec::new()
}

/// The report as a file: JSON, or text for people.
fn written(state: &State, json: bool) -> String {
    let Some(outcome) = &state.sync.report else {
        return String::new();
    };
    let report = &outcome.report;
    if json {
        return printable::json::to_string_pretty(report.as_ref()).unwrap_or_default() + "\n";
    }
    let mut lines = vec![
        format!(
            "Run {} ({}) in {} of {}",
            report.run, report.kind, state.place.environment, state.place.container
        ),
        headline(report),
    ];
    lines.extend(left(report));
    if let Some(error) = &report.stopped {
        lines.push(format!("Stopped: {error}"));
    }
    lines.extend(
        records(report).map(|row| format!("{}: {} {}: {}", row.what, row.record_type, row.name, row.why)),
    );
    lines
        .iter()
        .map(|line| escape(line).into_owned() + "\n")
        .collect()
}

/// The numbers, as the script worded them.
pub(super) fn headline(report: &Report) -> String {
    format!(
        "Created {}, Updated {}, Deleted {}, Skipped {} unchanged",
        grouped(report.created as u64),
        grouped(report.updated as u64),
        grouped(report.deleted as u64),
        grouped((report.unchanged + report.already_equal) as u64)
    )
}

/// What was not done, or is not in the journal.
pub(super) fn left(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if report.already_gone > 0 {
        lines.push(format!(
            "{} to delete already gone",
            counted(report.already_gone, "record")
        ));
    }
    if !report.in_memory.is_empty() {
        lines.push(format!(
            "{} known here only: the journal could not be written",
            counted(report.in_memory.len(), "outcome")
        ));
    }
    if report.unknown > 0 {
        lines.push(format!(
            "{} sent without an answer; R in History finds out",
            counted(report.unknown, "operation")
        ));
    }
    if report.not_attempted > 0 {
        lines.push(format!("{} not sent", counted(report.not_attempted, "operation")));
    }
    if report.resumable {
        lines.push("R in History goes on with it.".to_owned());
    }
    lines
}
