//! How the list looks.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::page::{By, Column, Page, word};
use crate::record::compare::{changes, equal};
use crate::record::diff::Diff;
use crate::record::table::Status;
use crate::record::{FieldType, Kind, Value};
use crate::sync::BothSides;
use crate::tui::action::{Action, Context};
use crate::tui::dialog::notice;
use crate::tui::hits::Pane;
use crate::tui::job;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::{framed, padded};
use crate::tui::widget::scrollbar::scrollbar;
use crate::tui::widget::table::{Cell, Column as Head, Table, Width, table};

/// The margin of the table, in which the signs of cursor and mark stand.
const MARGIN: u16 = 2;
/// Columns of the terminal that a name gets at least.
const NAME: u16 = 24;
/// What sign, word and a number of two digits take.
const STATUS: u16 = 12;
/// Columns of the terminal between two columns.
const GAP: u16 = 2;

pub(in crate::tui::screen::records) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let list = &state.records.list;
    let focused = !state.records.in_detail;
    let title = title(ui, area.width.saturating_sub(4), state);
    let inner = framed(ui, area, title, Pane::Main, focused);
    let foot = foot(ui, inner, state);
    let body = Rect {
        height: inner.height.saturating_sub(foot),
        ..inner
    };
    match (list.page(), list.diff(state)) {
        (Some(page), Some(diff)) if page.place.is_some() && page.length(diff) > 0 => {
            rows(ui, area, body, state, page, diff, focused);
        }
        _ => {
            ui.hits
                .set_height(Pane::Main, body.height.saturating_sub(1).max(1));
            empty(ui, padded(body), state);
        }
    }
}

/// `Game · 1 488 of 14 345 · updated · 3 marked, 1 out of sight`
fn title(ui: &Ui<'_, '_>, columns: u16, state: &State) -> Line<'static> {
    let list = &state.records.list;
    let name = state.types.get(list.type_index());
    let name = name.map_or("Records", |one| one.config.name.as_str());
    let mut parts = vec![(Role::Title, format!(" {name}"))];
    if let (Some(page), Some(diff)) = (list.page(), list.diff(state)) {
        let (shown, all) = (page.length(diff) as u64, diff.order().len() as u64);
        let more = if page.sifting.is_some() {
            ui.symbols().ellipsis
        } else {
            ""
        };
        parts.push((
            Role::Text,
            if page.shown.is_some() {
                format!(" · {}{more} of {}", grouped(shown), grouped(all))
            } else {
                format!(" · {}", grouped(all))
            },
        ));
        if let Some(status) = page.status {
            let (sign, role, _) = show::status(ui.symbols(), status);
            let word = status_word(diff, status);
            parts.push((Role::Dim, " · ".to_owned()));
            parts.push((role, format!("{sign} {word}")));
        }
        parts.extend(order_part(ui, page).map(|part| (Role::Dim, part)));
        if page.marked > 0 {
            let hidden = match page.hidden {
                0 => String::new(),
                hidden => format!(", {} out of sight", grouped(hidden as u64)),
            };
            let sign = ui.symbols().mark;
            parts.push((
                Role::Marked,
                format!(" · {sign} {} marked{hidden}", grouped(page.marked as u64)),
            ));
        }
    }
    parts.push((Role::Text, " ".to_owned()));
    let mut room = columns;
    let spans = parts.into_iter().map(|(role, part)| {
        let part = ui.clip(&part, room);
        room = room.saturating_sub(u16::try_from(text::width(&part)).unwrap_or(room));
        Span::styled(part, ui.style(role))
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// The order, where no head tells it.
fn order_part(ui: &Ui<'_, '_>, page: &Page) -> Option<String> {
    if page.is_ranked() {
        return Some(" · best first".to_owned());
    }
    if page.sorting.is_some() {
        return Some(format!(" · sorting {}", ui.symbols().ellipsis));
    }
    let By::Field(field) = &page.by else {
        return None;
    };
    let sign = if page.descending {
        ui.symbols().descending
    } else {
        ui.symbols().ascending
    };
    let has_head = page.field_columns().contains(field);
    (!has_head).then(|| format!(" · by {field} {sign}"))
}

/// What has no local twin is called an orphan only where the listing was complete.
fn status_word(diff: &Diff, status: Status) -> &'static str {
    if status == Status::Orphan && !diff.is_complete() {
        "cloud only"
    } else {
        word(status)
    }
}

/// The filter and what is wrong with it, at the foot of the pane; the rows it took.
fn foot(ui: &mut Ui<'_, '_>, inner: Rect, state: &State) -> u16 {
    let list = &state.records.list;
    let Some(page) = list.page() else { return 0 };
    let mut used = 0;
    let mut line_at = || {
        used += 1;
        Rect {
            y: inner.bottom().saturating_sub(used),
            height: 1,
            ..padded(inner)
        }
    };
    if inner.height < 4 {
        return 0;
    }
    if let Some(failure) = &page.cells.failure {
        let sign = ui.symbols().warning;
        let place = line_at();
        let why = ui.clip(&format!("{sign} {}", failure.why), place.width);
        let why = Span::styled(why, ui.style(Role::Warning));
        ui.line(place, why);
    }
    if let Some(mistake) = page.mistakes.first() {
        let sign = ui.symbols().warning;
        let place = line_at();
        let why = ui.clip(&format!("{sign} {}", mistake.why), place.width);
        let why = Span::styled(why, ui.style(Role::Warning));
        ui.line(place, why);
    }
    if list.is_typing() || !page.text.is_empty() {
        let place = line_at();
        filter_line(ui, place, state, page);
    }
    used
}

fn filter_line(ui: &mut Ui<'_, '_>, place: Rect, state: &State, page: &Page) {
    let list = &state.records.list;
    let key = |context, action| {
        let key = state.settings.keymap.key_in(&[context], action);
        key.map_or_else(String::new, |key| format!("{key} "))
    };
    let mode = match (page.fuzzy, list.is_typing()) {
        (true, true) => format!("fuzzy, {}exact", key(Context::Typing, Action::Fuzzy)),
        (false, true) => format!("{}fuzzy", key(Context::Typing, Action::Fuzzy)),
        (true, false) => format!("fuzzy, {}clears", key(Context::Global, Action::Back)),
        (false, false) => format!("{}clears", key(Context::Global, Action::Back)),
    };
    let mode_width = u16::try_from(text::width(&mode)).unwrap_or(0);
    let mode_width = if place.width > mode_width + 30 {
        mode_width + 2
    } else {
        0
    };
    ui.line(place, Span::styled("/", ui.style(Role::Key)));
    let field = Rect {
        x: place.x + 2.min(place.width),
        width: place.width.saturating_sub(2 + mode_width),
        ..place
    };
    match &list.typing {
        Some(typing) => typing.field.draw(ui, field, true),
        None => {
            let text = ui.clip(&page.text, field.width);
            ui.line(field, Span::styled(text, ui.style(Role::Dim)));
        }
    }
    mark_mistakes(ui, field, page);
    if mode_width > 0 {
        let place = Rect {
            x: place.right() - mode_width + 2,
            width: mode_width - 2,
            ..place
        };
        ui.line(place, Span::styled(mode, ui.style(Role::Faint)));
    }
}

/// Marks what was not understood where it stands; where the line has scrolled, the reason names it.
fn mark_mistakes(ui: &mut Ui<'_, '_>, field: Rect, page: &Page) {
    if text::width(&page.text) >= usize::from(field.width) {
        return;
    }
    for mistake in &page.mistakes {
        let before = page
            .text
            .get(..mistake.at.start)
            .map_or(0, |before| text::width(&text::clean(before)));
        let part = page
            .text
            .get(mistake.at.clone())
            .map_or(0, |part| text::width(&text::clean(part)));
        let (before, part) = (
            u16::try_from(before).unwrap_or(u16::MAX),
            u16::try_from(part).unwrap_or(0),
        );
        let place = Rect {
            x: field.x.saturating_add(before),
            width: part,
            height: 1,
            ..field
        };
        let style = ui
            .style(Role::Danger)
            .add_modifier(ratatui::style::Modifier::UNDERLINED);
        let place = place.intersection(field);
        ui.frame.buffer_mut().set_style(place, style);
    }
}

/// Why there is nothing to see, and which key helps.
fn empty(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let list = &state.records.list;
    let area = Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    };
    let failure = list
        .compared(state)
        .and_then(|compared| compared.outcome.as_ref().err());
    let its_own = state
        .types
        .get(list.type_index())
        .and_then(|one| one.failure.as_ref());
    if let (Some(_), Some(failure)) = (failure, its_own) {
        let head = Line::from(ui.span(
            Role::Danger,
            format!("{} could not be compared", ui.symbols().cross),
        ));
        let lines = notice::failure_lines(ui, failure, area.width);
        ui.lines(area, [head, Line::default()].into_iter().chain(lines));
        return;
    }
    let comparing = state.job(job::Kind::Compare).is_some();
    let (what, help): (String, &str) = match (list.page(), list.diff(state)) {
        (Some(page), Some(_)) if page.sifting.is_some() => {
            (format!("Searching {}", ui.symbols().ellipsis), "")
        }
        (Some(page), Some(_)) if !page.text.is_empty() => {
            ("Nothing matches.".into(), "Esc clears the filter")
        }
        (Some(page), Some(_)) if page.status.is_some() => (
            "There is no such record.".into(),
            "f shows another status, or all",
        ),
        (_, Some(_)) => (
            "No record, neither on disk nor in the cloud.".into(),
            "n creates one",
        ),
        _ if comparing => (
            format!("Comparing {}", ui.symbols().ellipsis),
            "the records come when both sides have been read",
        ),
        _ if state.comparison.is_some() => ("This type was not compared.".into(), "d compares all types"),
        _ => (
            "Nothing has been compared yet.".into(),
            "d compares the files with the cloud",
        ),
    };
    let lines = [
        Line::from(ui.span(Role::Text, what)),
        Line::default(),
        Line::from(ui.span(Role::Dim, help)),
    ];
    ui.lines(area, lines);
}

fn rows(ui: &mut Ui<'_, '_>, area: Rect, body: Rect, state: &State, page: &Page, diff: &Diff, focused: bool) {
    let (heads, columns) = heads(page, body.width.saturating_sub(MARGIN));
    let shown = Table {
        columns: &heads,
        length: page.length(diff),
        cursor: Some(page.cursor),
        pane: Pane::Main,
        focused,
    };
    table(ui, body, &shown, |place| {
        page.row_at(diff, place)
            .map(|row| cells(state, page, diff, row, &columns))
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
fn heads(page: &Page, room: u16) -> (Vec<Head>, Vec<&Column>) {
    let sorted = |by: &By| (!page.is_ranked() && page.by == *by).then_some(!page.descending);
    let mut name = Head::text("RECORD NAME", Width::Share(NAME.min(room), 3));
    name.sorted = sorted(&By::Name);
    let (mut heads, mut columns) = (vec![name], Vec::new());
    let all = page.columns.get(page.left..).unwrap_or(&[]);
    let mut kept = 0;
    if all.contains(&Column::Status) {
        kept = STATUS + GAP;
    }
    let mut left = room.saturating_sub(NAME);
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
    (heads, columns)
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

fn cells(state: &State, page: &Page, diff: &Diff, row: usize, columns: &[&Column]) -> Vec<Cell> {
    let both = page.cells.get(row);
    let role = if page.marks.contains(row) {
        Role::Marked
    } else {
        Role::Text
    };
    let name = Cell::new(role, beginning(diff.table().name(row)));
    let rest = columns.iter().map(|column| match column {
        Column::Status => status(state, diff, row, both),
        Column::Field(field) => value(state, page, both, field),
    });
    std::iter::once(name).chain(rest).collect()
}

/// No more of a text than a line could show.
fn beginning(text: &str) -> String {
    const LONGEST: usize = 400;
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
    match (differs, value) {
        (true, _) => Cell::new(Role::Updated, format!("{}{shown}", symbols.updated)),
        (false, Some(_)) => Cell::new(Role::Text, format!("{slot}{shown}")),
        (false, None) => Cell::new(Role::Faint, format!("{slot}{shown}")),
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
