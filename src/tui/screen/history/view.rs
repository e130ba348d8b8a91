//! How history looks.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Inside, when};
use crate::journal::{Ending, Entry, Past, Run, State as Stage};
use crate::record::compare::FieldChange;
use crate::record::plan::Verb;
use crate::tui::dialog::notice::failure_lines;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::screen::sync::changes_of;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::scrollbar::scrollbar;
use crate::tui::widget::table::{Cell, Column, Table, Width, table};

/// Columns from which figures have whole words and a run its duration.
const WIDE: u16 = 104;
/// Columns from which a run says who began it.
const WITH_WHO: u16 = 118;
/// Columns from which a state says what can be done about it.
const WITH_WAYS_ON: u16 = 132;

/// Draws the screen: the runs, or the one that was gone into.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let history = &state.history;
    if let Some(failure) = &history.failure {
        let inner = padded(pane(ui, area, "History", Pane::Main, true));
        let mut lines = vec![Line::from(
            ui.span(Role::Danger, "The journal could not be read."),
        )];
        lines.extend(failure_lines(ui, failure, inner.width));
        ui.lines(inner, lines);
        return;
    }
    match (&history.past, &history.inside) {
        (None, _) => plain(ui, area, "reading the journal", ""),
        (Some(past), _) if past.is_empty() => {
            let text =
                "Nothing was written here yet. Every run stands here afterwards, and can be taken back.";
            plain(ui, area, text, "s makes a plan of what differs.");
        }
        (Some(past), None) => runs(ui, area, state, past),
        (Some(_), Some(inside)) => operations(ui, area, state, inside),
    }
}

fn plain(ui: &mut Ui<'_, '_>, area: Rect, text: &str, more: &str) {
    let inner = padded(pane(ui, area, "History", Pane::Main, true));
    let mut lines = Vec::new();
    for (role, text) in [(Role::Text, text), (Role::Dim, more)] {
        let wrapped = text::wrap(text, usize::from(inner.width), 4);
        lines.extend(wrapped.into_iter().map(|line| Line::from(ui.span(role, line))));
    }
    ui.lines(inner, lines);
}

fn runs(ui: &mut Ui<'_, '_>, area: Rect, state: &State, past: &[Past]) {
    let title = format!("Runs in {}", state.place.environment.to_uppercase());
    let inner = pane(ui, area, &title, Pane::Main, true);
    let wide = area.width >= WIDE;
    let heads = if wide {
        ["CREATED", "UPDATED", "DELETED", "FAILED"]
    } else {
        ["NEW", "UPD", "DEL", "FAIL"]
    };
    let mut columns = vec![
        Column::number("RUN", 4),
        Column::text("WHEN", Width::Fixed(if wide { 16 } else { 11 })),
        Column::text("WHAT", Width::Fixed(11)),
    ];
    let figures = if wide { [7; 4] } else { [6, 6, 6, 5] };
    columns.extend((heads.into_iter().zip(figures)).map(|(head, width)| Column::number(head, width)));
    if wide {
        columns.push(Column::number("TOOK", 11));
    }
    if area.width >= WITH_WHO {
        columns.push(Column::text("WHO", Width::Fixed(13)));
    }
    columns.push(Column::text("STATE", Width::Share(12, 1)));
    let shown = Table {
        columns: &columns,
        length: past.len(),
        cursor: Some(state.history.cursor),
        pane: Pane::Main,
        focused: true,
    };
    let none = ui.symbols().none;
    let running = state.job(Kind::Run).is_some();
    table(ui, inner, &shown, |row| {
        past.get(row)
            .map(|one| run_cells(one, area.width, none, running))
            .unwrap_or_default()
    });
    let height = usize::from(inner.height.saturating_sub(1)).max(1);
    let top = state.history.cursor.top(past.len(), height);
    scrollbar(ui, area, Pane::Main, top, past.len(), height);
}

fn run_cells(one: &Past, width: u16, none: &str, running: bool) -> Vec<Cell> {
    let run = &one.run;
    let wide = width >= WIDE;
    let figure = |count: usize, role: Role| match count {
        0 => Cell::new(Role::Faint, none),
        count => Cell::new(role, grouped(count as u64)),
    };
    let sum = |of: fn(&crate::journal::Tally) -> usize| one.tallies.iter().map(of).sum::<usize>();
    let kind = match run.undoes {
        Some(undone) => format!("undo of {undone}"),
        None => run.kind.to_string(),
    };
    let mut started = when(run.started);
    let mut cells = vec![
        Cell::new(Role::Dim, run.id.to_string()),
        Cell::new(Role::Text, if wide { started } else { started.split_off(5) }),
        Cell::new(Role::Title, kind),
        figure(sum(|tally| tally.created), Role::New),
        figure(sum(|tally| tally.updated), Role::Updated),
        figure(sum(|tally| tally.deleted), Role::Orphan),
        figure(
            run.count(Stage::Conflicted) + run.count(Stage::Refused),
            Role::Danger,
        ),
    ];
    if wide {
        let took = run
            .ended
            .map(|ended| u64::try_from((ended - run.started) / 1000).unwrap_or(0));
        cells.push(Cell::new(
            Role::Dim,
            took.map_or_else(|| none.to_owned(), text::span),
        ));
    }
    if width >= WITH_WHO {
        cells.push(Cell::new(Role::Dim, run.who.clone().unwrap_or_default()));
    }
    let (role, word) = outcome(run, running);
    let short = word.split(", ").next().unwrap_or_default().to_owned();
    cells.push(Cell::new(role, if width >= WITH_WAYS_ON { word } else { short }));
    cells
}

/// How it ended, in words.
fn outcome(run: &Run, running: bool) -> (Role, String) {
    if let Some(by) = run.undone_by {
        return (Role::Dim, format!("undone by {by}"));
    }
    if run.ending.is_none() && running && !run.superseded {
        return (Role::Accent, "running".to_owned());
    }
    let resumable = if run.is_open() { ", R resumes" } else { "" };
    match run.ending {
        None => (Role::Warning, format!("interrupted{resumable}")),
        Some(Ending::Done) => (Role::Good, "done".to_owned()),
        Some(Ending::Partial) => (Role::Warning, format!("done in part{resumable}")),
        Some(Ending::Cancelled) => (Role::Warning, format!("stopped{resumable}")),
        Some(Ending::Failed) => (Role::Danger, format!("failed{resumable}")),
    }
}

fn operations(ui: &mut Ui<'_, '_>, area: Rect, state: &State, inside: &Inside) {
    let chosen = state.history.chosen().map(|past| &past.run);
    let running = state.job(Kind::Run).is_some();
    let mut title = format!("Run {}", inside.run);
    if let Some(run) = chosen {
        let (_, word) = outcome(run, running);
        let who = run.who.as_ref().map(|who| format!(" by {who}"));
        let who = who.unwrap_or_default();
        title = format!("Run {}, {}{who}, {}: {word}", run.id, run.kind, when(run.started));
    }
    let Some(entries) = &inside.entries else {
        let inner = padded(pane(ui, area, &title, Pane::Main, true));
        let line = ui.span(
            Role::Dim,
            format!("reading the journal {}", ui.symbols().ellipsis),
        );
        ui.line(inner, line);
        return;
    };
    let below = if area.height >= 16 { area.height * 2 / 5 } else { 0 };
    let top = Rect {
        height: area.height - below,
        ..area
    };
    list(ui, top, &title, inside, entries);
    if let Some(entry) = entries.get(inside.cursor.at).filter(|_| below > 0) {
        let place = Rect {
            y: top.bottom(),
            height: below,
            ..area
        };
        detail(ui, place, entry);
    }
}

fn list(ui: &mut Ui<'_, '_>, area: Rect, title: &str, inside: &Inside, entries: &[Entry]) {
    let title = format!(
        "{title} {} {}",
        ui.symbols().none,
        counted(entries.len(), "operation")
    );
    let inner = pane(ui, area, &title, Pane::Main, true);
    let columns = [
        Column::text("WHAT", Width::Fixed(9)),
        Column::text("TYPE", Width::Fixed(14)),
        Column::text("RECORD", Width::Share(16, 1)),
        Column::text("STATE", Width::Fixed(14)),
    ];
    let shown = Table {
        columns: &columns,
        length: entries.len(),
        cursor: Some(inside.cursor),
        pane: Pane::Main,
        focused: true,
    };
    let symbols = *ui.symbols();
    table(ui, inner, &shown, |row| match entries.get(row) {
        Some(entry) => {
            let verb = entry.operation.verb;
            let what = format!("{} {}", show::verb_sign(&symbols, verb), show::verb_word(verb));
            let (role, state) = stage(entry.state);
            vec![
                Cell::new(show::verb_role(verb), what),
                Cell::name(Role::Dim, &entry.operation.record_type),
                Cell::name(Role::Text, &entry.operation.name),
                Cell::new(role, state),
            ]
        }
        None => Vec::new(),
    });
    let height = usize::from(inner.height.saturating_sub(1)).max(1);
    let top = inside.cursor.top(entries.len(), height);
    scrollbar(ui, area, Pane::Main, top, entries.len(), height);
}

fn stage(stage: Stage) -> (Role, &'static str) {
    match stage {
        Stage::Applied => (Role::Good, "done"),
        Stage::AlreadyEqual => (Role::Same, "was so already"),
        Stage::AlreadyGone => (Role::Same, "already gone"),
        Stage::Conflicted => (Role::Warning, "conflict"),
        Stage::Refused => (Role::Danger, "refused"),
        Stage::Planned => (Role::Dim, "planned"),
        Stage::Sent => (Role::Warning, "no answer yet"),
        Stage::NotAttempted => (Role::Dim, "not sent"),
    }
}

/// An operation field by field: before and after.
fn detail(ui: &mut Ui<'_, '_>, area: Rect, entry: &Entry) {
    let operation = &entry.operation;
    let title = format!("{} {}", operation.record_type, operation.name);
    let inner = padded(pane(ui, area, &title, Pane::Side, false));
    let mut lines = Vec::new();
    if let Some(detail) = &entry.detail {
        let wrapped = text::wrap(detail, usize::from(inner.width), 3);
        lines.extend(
            wrapped
                .into_iter()
                .map(|line| Line::from(ui.span(Role::Warning, line))),
        );
    }
    let half = usize::from(inner.width.saturating_sub(24) / 2);
    let row = |ui: &Ui<'_, '_>, roles: [Role; 3], cells: [&str; 3]| {
        let ellipsis = ui.symbols().ellipsis;
        Line::from(vec![
            ui.span(roles[0], text::left(cells[0], 20, ellipsis)),
            ui.span(roles[1], text::left(cells[1], half, ellipsis)),
            ui.span(roles[2], format!("  {}", text::clip(cells[2], half, ellipsis))),
        ])
    };
    lines.push(row(ui, [Role::Head; 3], ["FIELD", "BEFORE", "AFTER"]));
    for change in changes_of(operation) {
        let (mut before, mut after) = change.texts(show::value);
        match operation.verb {
            Verb::Delete => after.clear(),
            Verb::Create => before.clear(),
            _ => {}
        }
        lines.push(row(
            ui,
            [Role::Dim, Role::Text, Role::Updated],
            [&change.field, &before, &after],
        ));
    }
    for change in &entry.overwrites {
        lines.push(Line::from(ui.span(Role::Warning, overwritten(change))));
    }
    ui.lines(inner, lines);
}

fn overwritten(change: &FieldChange) -> String {
    format!(
        "{}: somebody had written {} meanwhile; it was written over",
        change.field,
        show::value(change.cloud.as_ref())
    )
}
