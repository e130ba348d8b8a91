//! The rows in sight: heads, cells, marks.

use ratatui::layout::Rect;

use super::page::{By, Column, Page, word};
use crate::record::compare::{changes, equal};
use crate::record::diff::Diff;
use crate::record::filter::Fuzzy;
use crate::record::table::Status;
use crate::record::{FieldType, Kind, Value};
use crate::sync::BothSides;
use crate::tui::hits::Pane;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::scrollbar::scrollbar;
use crate::tui::widget::table::{Cell, Column as Head, Table, Width, air, table};

/// The margin of the table, in which the signs of cursor and mark stand.
const MARGIN: u16 = 2;
/// Columns of the terminal that a name gets at least.
const NAME: u16 = 24;
/// Columns of the terminal that its head takes.
const HEAD: u16 = 13;
/// What sign, word and a number of two digits take.
const STATUS: u16 = 12;
/// Columns of the terminal between two columns.
const GAP: u16 = 2;

/// Draws the heads and the rows in sight.
pub(super) fn rows(
    ui: &mut Ui<'_, '_>,
    area: Rect,
    body: Rect,
    state: &State,
    page: &Page,
    diff: &Diff,
    focused: bool,
) {
    let (heads, columns) = heads(page, diff, body.width.saturating_sub(MARGIN + air(body.width)));
    let shown = Table {
        columns: &heads,
        length: page.length(diff),
        cursor: Some(page.cursor),
        pane: Pane::Main,
        focused,
    };
    let mut fuzzy = page.is_ranked().then(|| Fuzzy::new(&page.filter));
    table(ui, body, &shown, |place| {
        let row = page.row_at(diff, place);
        row.map(|row| cells(state, page, diff, row, &columns, &mut fuzzy))
            .unwrap_or_default()
    });
    let height = usize::from(body.height.saturating_sub(1)).max(1);
    let top = page.cursor.top(shown.length, height);
    marks(ui, body, page, diff, top);
    let bar = Rect {
        height: body.height + 2,
        ..area
    };
    scrollbar(ui, bar, Pane::Main, top, shown.length, height);
}

/// The signs of marked rows, beside that of the cursor.
fn marks(ui: &mut Ui<'_, '_>, body: Rect, page: &Page, diff: &Diff, top: usize) {
    if page.marked == 0 || body.width < MARGIN {
        return;
    }
    let (sign, style) = (ui.symbols().mark, ui.style(Role::Marked));
    for line in 0..body.height.saturating_sub(1) {
        let row = page.row_at(diff, top + usize::from(line));
        if row.is_some_and(|row| page.marks.contains(row)) {
            ui.frame
                .buffer_mut()
                .set_string(body.x + 1, body.y + 1 + line, sign, style);
        }
    }
}

/// The heads in so many columns of the terminal, and the columns that they are for: those that fit whole, from the first one
/// that is not scrolled out. The status has its place kept: it stands last where what is before it does not fit.
fn heads<'p>(page: &'p Page, diff: &Diff, room: u16) -> (Vec<Head>, Vec<&'p Column>) {
    let sorted = |by: &By| (!page.is_ranked() && page.by == *by).then_some(!page.descending);
    let (mut heads, mut columns) = (Vec::new(), Vec::new());
    let longest = u16::try_from(diff.table().names().longest()).unwrap_or(u16::MAX);
    let name = longest.clamp(HEAD, NAME).min(room);
    let all = page.columns.get(page.left..).unwrap_or(&[]);
    let mut kept = 0;
    if all.contains(&Column::Status) {
        kept = STATUS + GAP;
    }
    let mut left = room.saturating_sub(name);
    let mut full = false;
    for column in all {
        let (mut head, by) = match column {
            Column::Status => (Head::text("STATUS", Width::Fixed(STATUS)), By::Status),
            Column::Field(name) => (head(page, name), By::Field(name.clone())),
        };
        let wanted = GAP + least(&head);
        if *column == Column::Status {
            kept = 0;
        } else if full || left < wanted + kept {
            full = true;
            continue;
        }
        left = left.saturating_sub(wanted);
        head.sorted = sorted(&by);
        heads.push(head);
        columns.push(column);
        if full {
            break;
        }
    }
    // No wider than the longest: what is told of a record stands near its name.
    let name = (name + left).min(longest.max(name));
    let mut head = Head::text("RECORD NAME", Width::Fixed(name));
    head.sorted = sorted(&By::Name);
    heads.insert(0, head);
    (heads, columns)
}

/// Whether a head in sight shows the order, in a pane that is so wide inside.
pub(super) fn has_head_of_order(page: &Page, diff: &Diff, width: u16) -> bool {
    let (heads, _) = heads(page, diff, width.saturating_sub(MARGIN + air(width)));
    heads.iter().any(|head| head.sorted.is_some())
}

fn least(head: &Head) -> u16 {
    match head.width {
        Width::Fixed(width) | Width::Share(width, _) => width,
    }
}

fn is_number(page: &Page, field: &str) -> bool {
    let field = page.shape().field(field);
    field.is_some_and(|field| matches!(field.field_type, FieldType::One(Kind::Int64 | Kind::Double)))
}

/// A field's head: its own name, since that is what filters and files call it.
fn head(page: &Page, name: &str) -> Head {
    let title = u16::try_from(text::width(name)).unwrap_or(u16::MAX).clamp(4, 20) + 2;
    let kind = page.shape().field(name).map(|field| field.field_type);
    let text = |width| Head::text(format!(" {name}"), width);
    match kind {
        Some(FieldType::One(Kind::Int64)) => Head::number(name, title.max(7)),
        Some(FieldType::One(Kind::Double)) => Head::number(name, title.max(10)),
        Some(FieldType::One(Kind::Timestamp)) => text(Width::Fixed(title.max(17))),
        Some(FieldType::One(Kind::Location)) => text(Width::Fixed(title.max(21))),
        _ => text(Width::Share(title.max(15), 1)),
    }
}

fn cells(
    state: &State,
    page: &Page,
    diff: &Diff,
    row: usize,
    columns: &[&Column],
    fuzzy: &mut Option<Fuzzy>,
) -> Vec<Cell> {
    let both = page.cells.get(row);
    let role = if page.marks.contains(row) {
        Role::Marked
    } else {
        Role::Text
    };
    let name = Cell::name(role, diff.table().name(row)).met(|name| match fuzzy {
        Some(fuzzy) => fuzzy.met(name),
        None => page.filter.met(name),
    });
    let rest = columns.iter().map(|column| match column {
        Column::Status => status(state, diff, row, both),
        Column::Field(field) => value(state, page, both, field),
    });
    std::iter::once(name).chain(rest).collect()
}

/// Characters that no line could show more of.
const LONGEST: usize = 400;

/// No more of a text than a line could show.
fn beginning(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// Sign and word, and for an updated record the number of fields that differ, once it has been read.
fn status(state: &State, diff: &Diff, row: usize, both: Option<&BothSides>) -> Cell {
    let status = diff.status(row);
    let (sign, role, _) = show::status(&state.settings.theme.symbols, status);
    let word = status_word(diff, status);
    let both = both.filter(|_| status == Status::Updated);
    let differing = both.and_then(|both| {
        let (local, cloud) = (both.local.as_ref()?, both.cloud.as_ref()?);
        Some(changes(diff.shape(), &local.fields, &cloud.fields).len())
    });
    let text = match differing {
        Some(fields) => format!("{sign} {word} {fields}"),
        None => format!("{sign} {word}"),
    };
    Cell::new(role, text)
}

/// A field as the row shows it; one that differs on both sides has the sign of that before it.
fn value(state: &State, page: &Page, both: Option<&BothSides>, field: &str) -> Cell {
    let symbols = &state.settings.theme.symbols;
    // Numbers stand at the right edge; text keeps a place for the sign, so that it stays in line.
    let slot = if is_number(page, field) { "" } else { " " };
    let Some(both) = both else {
        let unknown = if page.cells.failure.is_some() {
            "?"
        } else {
            symbols.ellipsis
        };
        return Cell::new(Role::Faint, format!("{slot}{unknown}"));
    };
    let value = both.shown().and_then(|record| record.fields.get(field));
    let differs = match (&both.local, &both.cloud) {
        (Some(local), Some(cloud)) => !equal(local.fields.get(field), cloud.fields.get(field)),
        _ => false,
    };
    let shown = value
        .filter(|value| !value.is_absent())
        .map_or_else(|| symbols.none.to_owned(), |value| short(value, symbols.arrow));
    let (role, sign) = match (differs, value) {
        (true, _) => (Role::Updated, symbols.updated),
        (false, Some(_)) => (Role::Text, slot),
        (false, None) => (Role::Faint, slot),
    };
    let text = format!("{sign}{shown}");
    if matches!(value, Some(Value::String(_) | Value::Reference(_))) && text::is_name(&shown, LONGEST) {
        Cell::name(role, &text)
    } else {
        Cell::new(role, text)
    }
}

/// A value in a cell: times without what says nothing.
fn short(value: &Value, arrow: &str) -> String {
    match value {
        Value::Timestamp(ms) => {
            let Ok(time) = jiff::Timestamp::from_millisecond(*ms) else {
                return show::value(Some(value));
            };
            let form = match ms.rem_euclid(86_400_000) {
                0 => "%Y-%m-%d",
                rest if rest % 60_000 == 0 => "%Y-%m-%d %H:%M",
                _ => "%Y-%m-%d %H:%M:%S",
            };
            time.strftime(form).to_string()
        }
        Value::Reference(reference) => format!("{arrow} {}", beginning(&reference.record_name)),
        value => show::value(Some(value)),
    }
}

/// What has no local twin is called an orphan only where the listing was complete.
pub(super) fn status_word(diff: &Diff, status: Status) -> &'static str {
    if status == Status::Orphan && !diff.is_complete() {
        "cloud only"
    } else {
        word(status)
    }
}
