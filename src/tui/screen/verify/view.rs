//! How verification looks.

use ratatui::layout::Rect;
use ratatui::text::{Line as Text, Span};

use super::Line;
use super::found::{Row, Widest, Wrong};
use crate::record::compare::distinct_texts;
use crate::tui::dialog::notice::failure_lines;
use crate::tui::hits::Pane;
use crate::tui::job::{Job, Kind};
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, ago, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::bar;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::scrollbar::scrollbar;
use crate::tui::widget::table::{Cell, Column, Table, Width, table};

/// Rows from which there is room for the types and for what was found.
const LEAST_FOR_BOTH: u16 = 12;

/// How much of the types is drawn.
enum Types {
    /// All of it, in its own height.
    Whole,
    /// All of it, scrolled, in place of what was found.
    InFront,
    /// The verdicts, above what was found.
    Verdicts,
}

/// Draws the screen: the types, and below them what is not as on disk. Where there is no room for both the types are cut to
/// their verdicts, and come to the front whole with Tab.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let verify = &state.verify;
    if verify.lines.is_empty() {
        empty(ui, area);
        return;
    }
    let job = state.job(Kind::Verify);
    let width = area.width.saturating_sub(4);
    let mut lines = lines(ui, width, state, job, true);
    let found = verify.found.len();
    let folded = found > 0 && area.height < LEAST_FOR_BOTH;
    if folded && !verify.types_in_front {
        differences(ui, area, state, ", Tab: types");
        return;
    }
    let most = (area.height * 2 / 3).max(4);
    let drawn = if found == 0 {
        Types::InFront
    } else if !folded && frame_height(&lines) <= most {
        Types::Whole
    } else if verify.types_in_front {
        Types::InFront
    } else {
        Types::Verdicts
    };
    let (height, way) = match drawn {
        Types::Whole => (frame_height(&lines).max(4), ""),
        Types::InFront if found == 0 => (area.height, ""),
        Types::InFront => (area.height, ", Tab: mismatches"),
        Types::Verdicts => {
            lines = self::lines(ui, width, state, job, false);
            (frame_height(&lines).min(most), ", Tab: more")
        }
    };
    let place = Rect {
        height: height.min(area.height),
        ..area
    };
    let is_in_front = matches!(drawn, Types::InFront);
    let title = format!("{}{way}", title(state, job));
    let inner = padded(pane(ui, place, &title, Pane::Side, is_in_front));
    if is_in_front {
        let top = verify.scroll.0.place(ui, inner, lines.len());
        ui.lines(inner, lines.into_iter().skip(top));
    } else {
        ui.lines(inner, cut(ui, lines, usize::from(inner.height)));
    }
    if place.height < area.height {
        let below = Rect {
            y: area.y + height,
            height: area.height - height,
            ..area
        };
        differences(ui, below, state, "");
    }
}

/// The height of a pane that shows all these lines.
fn frame_height(lines: &[Text<'_>]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2)
}

/// As many lines as there is room for; the last one says how many more there are.
fn cut(ui: &Ui<'_, '_>, mut lines: Vec<Text<'static>>, room: usize) -> Vec<Text<'static>> {
    if lines.len() > room {
        let more = lines.len() - room.saturating_sub(1);
        lines.truncate(room.saturating_sub(1));
        let text = format!(
            "{} {} more lines; Tab shows them",
            ui.symbols().ellipsis,
            grouped(more as u64)
        );
        lines.push(Text::from(ui.span(Role::Dim, text)));
    }
    lines
}

fn title(state: &State, job: Option<&Job>) -> String {
    let verify = &state.verify;
    let depth = if verify.deep {
        "Deep verification"
    } else {
        "Quick verification"
    };
    match (verify.ended, job) {
        (_, Some(_)) => format!("{depth}, Esc cancels"),
        (Some(time), None) => {
            let since = if verify.outdated() {
                ", before the last run"
            } else {
                ""
            };
            format!("{depth}, {}{since}", ago(state.now - time))
        }
        (None, None) => depth.to_owned(),
    }
}

fn empty(ui: &mut Ui<'_, '_>, area: Rect) {
    let inner = padded(pane(ui, area, "Verify", Pane::Main, true));
    let mut lines = vec![
        Text::from(ui.span(Role::Text, "Nothing was verified in this session.")),
        Text::default(),
    ];
    for (key, words) in [
        (
            "  v",
            "quick: every count and name, and the fields of 5 random records of each type",
        ),
        ("  V", "deep: every field of every record, by looking each one up"),
    ] {
        lines.extend(show::offer(ui, inner.width, key, words));
    }
    lines.push(Text::default());
    lines.push(Text::from(ui.span(Role::Dim, "Neither writes anything.")));
    ui.lines(inner, lines);
}

/// The types, with what was checked of each or without.
fn lines(
    ui: &Ui<'_, '_>,
    width: u16,
    state: &State,
    job: Option<&Job>,
    with_coverage: bool,
) -> Vec<Text<'static>> {
    let mut lines = Vec::new();
    for one in &state.verify.lines {
        match (&one.verdict, &one.failure) {
            (Some((verdict, good)), None) => lines.extend(verdict_lines(ui, width, verdict, *good)),
            _ => lines.push(type_line(ui, width, one, job.is_some())),
        }
        if let Some(coverage) = one.coverage.as_ref().filter(|_| with_coverage) {
            let wrapped = text::wrap(coverage, usize::from(width.saturating_sub(4)), 2);
            let wrapped = wrapped.into_iter();
            lines.extend(wrapped.map(|line| Text::from(ui.span(Role::Dim, format!("    {line}")))));
        }
        if let Some(failure) = &one.failure {
            let why = failure_lines(ui, failure, width.saturating_sub(4));
            lines.extend(why.into_iter().map(|mut line| {
                line.spans.insert(0, Span::raw("    "));
                line
            }));
        }
    }
    if let Some(failure) = state.verify.failure.as_ref().filter(|_| job.is_none()) {
        let text = if failure.cancelled {
            "cancelled: what was not checked is not known".to_owned()
        } else {
            format!("{} broke off: {}", failure.what, failure.why)
        };
        lines.push(Text::default());
        let role = if failure.cancelled {
            Role::Warning
        } else {
            Role::Danger
        };
        let wrapped = text::wrap(&text, usize::from(width), 6);
        lines.extend(wrapped.into_iter().map(|line| Text::from(ui.span(role, line))));
    }
    let all_good = state.verify.ended.is_some() && state.verify.lines.iter().all(Line::is_good);
    if all_good {
        lines.push(Text::default());
        let text = if state.verify.deep {
            "Every field of every record in the cloud matches the files."
        } else {
            "Counts, names and the sampled records match. V checks every field of every record."
        };
        let wrapped = text::wrap(text, usize::from(width), 4);
        lines.extend(
            wrapped
                .into_iter()
                .map(|line| Text::from(ui.span(Role::Good, line))),
        );
    }
    lines
}

impl Line {
    fn is_good(&self) -> bool {
        self.failure.is_none() && self.verdict.as_ref().is_some_and(|(_, good)| *good)
    }
}

/// `Stadium: CloudKit=32, Local=32 [OK]`; where there is no room for it, what is in brackets stands below.
fn verdict_lines(ui: &Ui<'_, '_>, width: u16, verdict: &str, good: bool) -> Vec<Text<'static>> {
    let (sign, role) = if good {
        (ui.symbols().tick, Role::Good)
    } else {
        (ui.symbols().cross, Role::Danger)
    };
    let (counts, judged) = verdict.split_at(verdict.find('[').unwrap_or(verdict.len()));
    let room = width.saturating_sub(2);
    let mut first = vec![
        ui.span(role, format!("{sign} ")),
        ui.span(Role::Text, ui.clip(counts, room)),
    ];
    if text::width(verdict) <= usize::from(room) {
        first.push(ui.span(role, judged));
        return vec![Text::from(first)];
    }
    let below = text::wrap(judged, usize::from(width.saturating_sub(4)), 3);
    let below = below
        .into_iter()
        .map(|line| Text::from(ui.span(role, format!("    {line}"))));
    std::iter::once(Text::from(first)).chain(below).collect()
}

fn type_line(ui: &Ui<'_, '_>, width: u16, one: &Line, running: bool) -> Text<'static> {
    let symbols = ui.symbols();
    if one.failure.is_some() {
        let text = format!("{} {}: could not be verified", symbols.cross, one.record_type);
        return Text::from(ui.span(Role::Danger, ui.clip(&text, width)));
    }
    let name = text::left(&ui.name(&one.record_type, 17), 18, "");
    let mut spans = vec![
        ui.span(Role::Dim, format!("{} ", symbols.none)),
        ui.span(Role::Text, name),
    ];
    if !running {
        spans.push(ui.span(Role::Faint, "not verified"));
        return Text::from(spans);
    }
    match one.checked {
        Some((done, of)) => {
            spans.extend(bar::progress(
                ui,
                width.saturating_sub(46).min(40),
                done,
                of,
                Role::Accent,
            ));
            let figures = format!("  {} of {} checked", grouped(done), grouped(of));
            spans.push(ui.span(Role::Dim, figures));
        }
        None => {
            let (local, cloud) = one.read;
            if one.read == (0, 0) {
                spans.push(ui.span(Role::Dim, format!("reading {}", symbols.ellipsis)));
                return Text::from(spans);
            }
            let text = format!(
                "{} on disk, {} in the cloud {}",
                grouped(local),
                grouped(cloud),
                symbols.ellipsis
            );
            spans.push(ui.span(Role::Dim, text));
        }
    }
    Text::from(spans)
}

fn differences(ui: &mut Ui<'_, '_>, area: Rect, state: &State, way: &str) {
    let found = &state.verify.found;
    let title = format!("{}{way}", counted_mismatches(found.len()));
    let inner = pane(ui, area, &title, Pane::Main, true);
    let columns = columns(found.widest, inner.width);
    let (with_type, with_values) = (columns.len() == 5, columns.len() > 2);
    let shown = Table {
        columns: &columns,
        length: found.len(),
        cursor: Some(state.verify.cursor),
        pane: Pane::Main,
        focused: true,
    };
    table(ui, inner, &shown, |row| {
        found
            .row(row)
            .map(|row| cells(&row, with_type, with_values))
            .unwrap_or_default()
    });
    let height = usize::from(inner.height.saturating_sub(1)).max(1);
    let top = state.verify.cursor.top(found.len(), height);
    scrollbar(ui, area, Pane::Main, top, found.len(), height);
}

fn counted_mismatches(count: usize) -> String {
    let plural = if count == 1 { "" } else { "es" };
    format!("{} mismatch{plural}", grouped(count as u64))
}

/// The columns for what was found: types and fields as wide as their names, records up to half of what is left, and the
/// two values share the rest. On a small screen the values are for the record itself to show.
fn columns(widest: Widest, room: u16) -> Vec<Column> {
    const WITH_TYPE: u16 = 90;
    const WITH_VALUES: u16 = 54;
    let wide = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
    let record_type = wide(widest.record_type).clamp(4, 14);
    let field = wide(widest.field).clamp(wide(text::width(THE_RECORD)), 20);
    if room < WITH_VALUES {
        return vec![
            Column::text("RECORD", Width::Share(6, 1)),
            Column::text("FIELD", Width::Fixed(field.min(room / 2))),
        ];
    }
    let mut columns = Vec::with_capacity(5);
    let mut left = room.saturating_sub(field + MARGINS);
    if room >= WITH_TYPE {
        columns.push(Column::text("TYPE", Width::Fixed(record_type)));
        left = left.saturating_sub(record_type + GAP);
    }
    columns.extend([
        Column::text(
            "RECORD",
            Width::Fixed(wide(widest.name).clamp(6, (left / 2).max(6))),
        ),
        Column::text("FIELD", Width::Fixed(field)),
        Column::text("LOCAL", Width::Share(4, 1)),
        Column::text("CLOUD", Width::Share(4, 1)),
    ]);
    columns
}

/// What stands for a field where the whole record is missing.
const THE_RECORD: &str = "(record)";
/// Columns of the terminal between two columns.
const GAP: u16 = 2;
/// Columns of the terminal at both edges, and between record, field and the two values.
const MARGINS: u16 = 3 + 3 * GAP;

fn cells(row: &Row<'_>, with_type: bool, with_values: bool) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(5);
    if with_type {
        cells.push(Cell::name(Role::Dim, row.record_type));
    }
    cells.push(Cell::name(Role::Text, row.name));
    if !with_values {
        cells.push(match row.wrong {
            Wrong::Missing => Cell::new(Role::Danger, "on disk only"),
            Wrong::Extra => Cell::new(Role::Danger, "cloud only"),
            Wrong::Field(field, ..) => Cell::new(Role::Updated, field),
        });
        return cells;
    }
    cells.extend(match row.wrong {
        Wrong::Missing => [
            Cell::new(Role::Dim, THE_RECORD),
            Cell::new(Role::New, "on disk"),
            Cell::new(Role::Danger, "missing"),
        ],
        Wrong::Extra => [
            Cell::new(Role::Dim, THE_RECORD),
            Cell::new(Role::Danger, "missing"),
            Cell::new(Role::Orphan, "in the cloud"),
        ],
        Wrong::Field(field, local, cloud) => {
            let (local, cloud) = distinct_texts(local, cloud, show::value);
            [
                Cell::new(Role::Updated, field),
                Cell::new(Role::Text, local),
                Cell::new(Role::Text, cloud),
            ]
        }
    });
    cells
}
