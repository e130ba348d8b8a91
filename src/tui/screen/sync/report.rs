//! What a run came to: in numbers, then each record that needs a look, one key away.

use std::sync::Arc;

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::journal::RunKind;
use crate::record::compare::FieldChange;
use crate::sync::{Depth, Report};
use crate::tui::action::Action;
use crate::tui::dialog::save::Save;
use crate::tui::effect::{Effect, Work};
use crate::tui::hits::Pane;
use crate::tui::job::{Job, Kind};
use crate::tui::screen::{records, verify};
use crate::tui::show;
use crate::tui::state::{Screen, State};
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::table::{Cell, Column, Table, Width, table};

/// A run that has ended.
#[derive(Debug)]
pub(super) struct Outcome {
    report: Arc<Report>,
    /// The record types it wrote to.
    types: Vec<String>,
    /// Seconds.
    took: u64,
    cursor: Cursor,
}

impl Outcome {
    /// What came of a job.
    pub(super) fn new(report: Arc<Report>, job: Option<&Job>, now: i64) -> Self {
        let types = job.iter().flat_map(|job| &job.types);
        Outcome {
            report,
            types: types.map(|one| one.record_type.clone()).collect(),
            took: job.map_or(0, |job| u64::try_from((now - job.started) / 1000).unwrap_or(0)),
            cursor: Cursor::default(),
        }
    }

    fn len(&self) -> usize {
        self.report.conflicted.len() + self.report.refused.len() + self.report.overwritten.len()
    }

    fn row(&self, row: usize) -> Option<Row<'_>> {
        let (conflicted, refused) = (&self.report.conflicted, &self.report.refused);
        let unhappy =
            |one: &'_ crate::sync::Unhappy| (one.record_type.clone(), one.name.clone(), one.why.clone());
        if let Some(one) = conflicted.get(row) {
            let (record_type, name, why) = unhappy(one);
            return Some(Row {
                what: "conflict",
                role: Role::Warning,
                record_type,
                name,
                why,
                theirs: &[],
            });
        }
        let row = row - conflicted.len();
        if let Some(one) = refused.get(row) {
            let (record_type, name, why) = unhappy(one);
            return Some(Row {
                what: "refused",
                role: Role::Danger,
                record_type,
                name,
                why,
                theirs: &[],
            });
        }
        let one = self.report.overwritten.get(row - refused.len())?;
        Some(Row {
            what: "overwritten",
            role: Role::Updated,
            record_type: one.record_type.clone(),
            name: one.name.clone(),
            why: theirs(&one.changes),
            theirs: &one.changes,
        })
    }
}

/// A record that needs a look.
struct Row<'r> {
    what: &'static str,
    role: Role,
    record_type: String,
    name: String,
    why: String,
    theirs: &'r [FieldChange],
}

/// What somebody else had written, in a line.
fn theirs(changes: &[FieldChange]) -> String {
    let one = |change: &FieldChange| {
        let (was, is) = (
            show::value(change.local.as_ref()),
            show::value(change.cloud.as_ref()),
        );
        format!("{} was {was}, somebody wrote {is}", change.field)
    };
    changes.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Whether an action can be done here now, or why not.
pub(super) fn enabled(action: Action, state: &State) -> Result<(), String> {
    let Some(outcome) = &state.sync.report else {
        return Err("nothing was written in this session yet".to_owned());
    };
    let report = &outcome.report;
    let written = report.created + report.updated + report.deleted + report.unknown;
    match action {
        Action::Undo if written == 0 => Err(format!("run {} has written nothing", report.run)),
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
        Action::Open => {
            let row = outcome
                .row(outcome.cursor.at)
                .map(|row| (row.record_type, row.name));
            return match row {
                Some((record_type, name)) => go_to(state, &record_type, name),
                None => Vec::new(),
            };
        }
        Action::VerifyWritten => {
            let types = outcome.types.clone();
            state.screen = Screen::Verify;
            let everything = Depth::Deep {
                sample: None,
                seed: 0,
            };
            return verify::begin_with(state, types, everything);
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
        Some(type_index) => records::go_to(state, records::Subject { type_index, name }),
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
        return serde_json::to_string_pretty(report.as_ref()).unwrap_or_default() + "\n";
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
    let rows = (0..outcome.len()).filter_map(|row| outcome.row(row));
    lines.extend(rows.map(|row| format!("{}: {} {}: {}", row.what, row.record_type, row.name, row.why)));
    lines.join("\n") + "\n"
}

/// The numbers, as the script worded them.
fn headline(report: &Report) -> String {
    format!(
        "Created {}, Updated {}, Deleted {}, Skipped {} unchanged",
        grouped(report.created as u64),
        grouped(report.updated as u64),
        grouped(report.deleted as u64),
        grouped((report.unchanged + report.already_equal) as u64)
    )
}

/// What was not done.
fn left(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
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

/// Draws the report.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let Some(outcome) = &state.sync.report else {
        return;
    };
    let lines = summary(ui, area.width.saturating_sub(4), outcome);
    let rows = outcome.len();
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = if rows == 0 {
        area.height
    } else {
        wanted.min(area.height)
    };
    let title = format!("Report of run {} ({})", outcome.report.run, outcome.report.kind);
    let inner = padded(pane(ui, Rect { height, ..area }, &title, Pane::Side, rows == 0));
    ui.lines(inner, lines);
    if rows == 0 || area.height < height + 3 {
        return;
    }
    let below = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    let detail = if below.height >= 12 { 6 } else { 0 };
    list(
        ui,
        Rect {
            height: below.height - detail,
            ..below
        },
        outcome,
    );
    if detail > 0 {
        let place = Rect {
            y: below.bottom() - detail,
            height: detail,
            ..below
        };
        explain(ui, place, outcome);
    }
}

fn summary(ui: &Ui<'_, '_>, width: u16, outcome: &Outcome) -> Vec<Line<'static>> {
    let report = &outcome.report;
    let (sign, role) = match (report.is_done(), &report.stopped) {
        (true, _) => (ui.symbols().tick, Role::Good),
        (false, Some(_)) => (ui.symbols().cross, Role::Danger),
        (false, None) => (ui.symbols().warning, Role::Warning),
    };
    let took = format!("   in {}", text::span(outcome.took));
    let mut lines = vec![Line::from(vec![
        ui.span(role, format!("{sign} ")),
        ui.span(Role::Title, headline(report)),
        ui.span(Role::Dim, took),
    ])];
    let unhappy = [
        (
            report.conflicted.len(),
            "conflict",
            "left as somebody else has it",
            Role::Warning,
        ),
        (
            report.refused.len(),
            "record",
            "refused by the service",
            Role::Danger,
        ),
        (
            report.overwritten.len(),
            "record",
            "written over what somebody else wrote meanwhile",
            Role::Updated,
        ),
    ];
    for (count, noun, what, role) in unhappy {
        if count > 0 {
            lines.push(Line::from(
                ui.span(role, format!("  {} {what}", counted(count, noun))),
            ));
        }
    }
    for line in left(report) {
        lines.push(Line::from(ui.span(Role::Warning, format!("  {line}"))));
    }
    if let Some(error) = &report.stopped {
        let text = format!("stopped: {error}");
        let wrapped = text::wrap(&text, usize::from(width.saturating_sub(2)), 4);
        lines.extend(
            wrapped
                .into_iter()
                .map(|line| Line::from(ui.span(Role::Danger, format!("  {line}")))),
        );
    }
    if report.is_done() && report.kind == RunKind::Sync && outcome.len() == 0 {
        let text = "  Every change of the plan has arrived; v checks field by field what the cloud has now.";
        lines.push(Line::from(ui.span(Role::Dim, text)));
    }
    lines
}

fn list(ui: &mut Ui<'_, '_>, area: Rect, outcome: &Outcome) {
    let inner = pane(ui, area, "Records that need a look", Pane::Main, true);
    let columns = [
        Column::text("WHAT", Width::Fixed(11)),
        Column::text("TYPE", Width::Fixed(14)),
        Column::text("RECORD", Width::Share(16, 2)),
        Column::text("WHY", Width::Share(12, 3)),
    ];
    let shown = Table {
        columns: &columns,
        length: outcome.len(),
        cursor: Some(outcome.cursor),
        pane: Pane::Main,
        focused: true,
    };
    table(ui, inner, &shown, |row| match outcome.row(row) {
        Some(row) => vec![
            Cell::new(row.role, row.what),
            Cell::new(Role::Dim, row.record_type),
            Cell::new(Role::Text, row.name),
            Cell::new(Role::Dim, row.why),
        ],
        None => Vec::new(),
    });
}

/// The record under the cursor in full.
fn explain(ui: &mut Ui<'_, '_>, area: Rect, outcome: &Outcome) {
    let Some(row) = outcome.row(outcome.cursor.at) else {
        return;
    };
    let title = format!("{} {}", row.record_type, row.name);
    let inner = padded(pane(ui, area, &title, Pane::Side, false));
    let lines: Vec<String> = if row.theirs.is_empty() {
        text::wrap(&row.why, usize::from(inner.width), usize::from(inner.height))
    } else {
        let line = |change: &FieldChange| theirs(std::slice::from_ref(change));
        row.theirs.iter().map(line).collect()
    };
    let lines: Vec<Line<'static>> = lines
        .into_iter()
        .map(|line| Line::from(ui.span(Role::Text, ui.clip(&line, inner.width))))
        .collect();
    ui.lines(inner, lines);
}
