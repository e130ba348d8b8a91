//! The report: its look.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::report::{Outcome, headline, left};
use super::trouble::{CauseRow, RecordRow, Row, theirs};
use crate::journal::{RunId, RunKind};
use crate::record::compare::FieldChange;
use crate::tui::hits::Pane;
use crate::tui::state::State;
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::table::{Cell, Column, Table, Width, table};

/// Rows from which there is room for the types above records that need a look.
const TALL: u16 = 30;

/// Draws the report.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let Some(outcome) = &state.sync.report else {
        return;
    };
    let mut lines = summary(ui, area.width.saturating_sub(4), outcome);
    let rows = outcome.len();
    if rows == 0 || area.height >= TALL {
        lines.extend(written(ui, state, outcome.report.run));
    }
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
    let took = match outcome.took {
        None => String::new(),
        Some(..1000) => "   in under 1 s".to_owned(),
        Some(took) => format!("   in {}", text::span(u64::try_from(took / 1000).unwrap_or(0))),
    };
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
    if report.is_done() && matches!(report.kind, RunKind::Sync | RunKind::AskingSync) && outcome.len() == 0 {
        let text = "Every change of the plan has arrived; v checks field by field what the cloud has now.";
        let wrapped = text::wrap(text, usize::from(width.saturating_sub(2)), 3);
        lines.extend(
            wrapped
                .into_iter()
                .map(|line| Line::from(ui.span(Role::Dim, format!("  {line}")))),
        );
    }
    lines
}

/// What was written to which type, once the journal has told.
fn written(ui: &Ui<'_, '_>, state: &State, run: RunId) -> Vec<Line<'static>> {
    let Some(past) = state.history.run(run).filter(|past| !past.tallies.is_empty()) else {
        return Vec::new();
    };
    let ellipsis = ui.symbols().ellipsis;
    let names = past.tallies.iter().map(|tally| text::width(&tally.record_type));
    let wide = names.max().unwrap_or(0).clamp(4, 24);
    let line = |name: Span<'static>, figures: [Span<'static>; 3]| {
        let mut spans = vec![Span::raw("  "), name];
        spans.extend(figures);
        Line::from(spans)
    };
    let head = |text: &str| ui.span(Role::Head, text::right(text, 10, ellipsis));
    let mut lines = vec![Line::default()];
    lines.push(line(
        ui.span(Role::Head, text::left("TYPE", wide, ellipsis)),
        ["CREATED", "UPDATED", "DELETED"].map(head),
    ));
    for tally in &past.tallies {
        let figure = |count: usize, role: Role| match count {
            0 => ui.span(Role::Faint, text::right(ui.symbols().none, 10, ellipsis)),
            count => ui.span(role, text::right(&grouped(count as u64), 10, ellipsis)),
        };
        let figures = [
            figure(tally.created, Role::New),
            figure(tally.updated, Role::Updated),
            figure(tally.deleted, Role::Orphan),
        ];
        let name = ui.name(&tally.record_type, u16::try_from(wide).unwrap_or(u16::MAX));
        lines.push(line(
            ui.span(Role::Title, text::left(&name, wide, ellipsis)),
            figures,
        ));
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
    let symbols = ui.symbols();
    let (folded, unfolded, ellipsis) = (symbols.folded, symbols.unfolded, symbols.ellipsis);
    table(ui, inner, &shown, |row| match outcome.row(row) {
        Some(Row::Record(row)) => record_cells(&row),
        Some(Row::Cause(row)) => cause_cells(&row, if row.folded { folded } else { unfolded }),
        Some(Row::Rest(records)) => vec![
            Cell::new(Role::Dim, ""),
            Cell::new(Role::Dim, ""),
            Cell::new(Role::Dim, format!("{ellipsis} {} more", grouped(records as u64))),
            Cell::new(Role::Dim, "Enter lists them"),
        ],
        None => Vec::new(),
    });
}

/// Below a cause only what is not said there already.
fn record_cells(row: &RecordRow<'_>) -> Vec<Cell> {
    let (what, why) = match row.below {
        None => (row.what, row.why.as_str()),
        Some(cause) if cause == row.why => ("", ""),
        Some(_) => ("", row.why.as_str()),
    };
    vec![
        Cell::new(row.role, what),
        Cell::name(Role::Dim, row.record_type),
        Cell::name(Role::Text, row.name),
        Cell::new(Role::Dim, why),
    ]
}

fn cause_cells(row: &CauseRow<'_>, fold: &str) -> Vec<Cell> {
    vec![
        Cell::new(row.role, row.what),
        Cell::name(Role::Dim, row.record_type.unwrap_or_default()),
        Cell::new(Role::Title, format!("{fold} {}", counted(row.records, "record"))),
        Cell::new(Role::Dim, row.why),
    ]
}

/// What is under the cursor, in full.
fn explain(ui: &mut Ui<'_, '_>, area: Rect, outcome: &Outcome) {
    let (title, why, theirs_of) = match outcome.row(outcome.cursor.at) {
        Some(Row::Record(row)) => (format!("{} {}", row.record_type, row.name), row.why, row.theirs),
        Some(Row::Cause(row)) => (
            format!("{}, {}", counted(row.records, "record"), row.what),
            row.why.to_owned(),
            [].as_slice(),
        ),
        Some(Row::Rest(records)) => (
            format!("{} more", grouped(records as u64)),
            "Enter lists them.".to_owned(),
            [].as_slice(),
        ),
        None => return,
    };
    let inner = padded(pane(ui, area, &title, Pane::Side, false));
    let lines: Vec<String> = if theirs_of.is_empty() {
        text::wrap(&why, usize::from(inner.width), usize::from(inner.height))
    } else {
        let line = |change: &FieldChange| theirs(std::slice::from_ref(change));
        theirs_of.iter().map(line).collect()
    };
    let lines: Vec<Line<'static>> = lines
        .into_iter()
        .map(|line| Line::from(ui.span(Role::Text, ui.clip(&line, inner.width))))
        .collect();
    ui.lines(inner, lines);
}
