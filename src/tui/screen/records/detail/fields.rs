//! A record field by field: equal values stand once, differing ones side by side, the part that differs marked.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::shown::Shown;
use crate::config::TypeConfig;
use crate::record::compare::{distinct_texts, equal};
use crate::record::{Record, Stamp, Value};
use crate::tui::hits::{Pane, Target};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::changed::{differing, marked};
use crate::tui::widget::cursor::Cursor;

/// A field with its values.
pub(super) struct Row<'s> {
    pub(super) name: &'s str,
    pub(super) foreign: bool,
    local: Option<&'s Value>,
    cloud: Option<&'s Value>,
    differs: bool,
}

/// All fields: those of the manifest in its order, then what only the cloud has.
pub(super) fn rows<'s>(config: &'s TypeConfig, shown: &'s Shown) -> Vec<Row<'s>> {
    let (local, cloud) = (shown.local(), shown.cloud());
    let of = |record: Option<&'s Record>, name: &str| record.and_then(|record| record.fields.get(name));
    let both = local.is_some() && cloud.is_some();
    let owned = config.fields.iter().map(|field| {
        let (here, there) = (of(local, &field.name), of(cloud, &field.name));
        Row {
            name: &field.name,
            foreign: false,
            local: here,
            cloud: there,
            differs: both && !equal(here, there),
        }
    });
    let is_owned = |name: &str| config.fields.iter().any(|field| field.name == name);
    let all = cloud.into_iter().flat_map(|record| &record.fields);
    let foreign = all.filter(|(name, _)| !is_owned(name)).map(|(name, value)| Row {
        name,
        foreign: true,
        local: None,
        cloud: Some(value),
        differs: false,
    });
    owned.chain(foreign).collect()
}

/// How many owned fields differ.
pub(super) fn differing_fields(config: &TypeConfig, shown: &Shown) -> usize {
    rows(config, shown).iter().filter(|row| row.differs).count()
}

impl Row<'_> {
    fn once(&self) -> Option<&Value> {
        self.cloud.or(self.local)
    }

    /// The record it points at, where it is one.
    pub(super) fn reference(&self) -> Option<&str> {
        match self.once() {
            Some(Value::Reference(reference)) => Some(&reference.record_name),
            _ => None,
        }
    }

    /// Its values as whole texts, each with the name of its side.
    pub(super) fn sides(&self) -> Vec<(&'static str, String)> {
        let whole = |value: Option<&Value>| {
            value.map_or_else(|| "(missing)".to_owned(), |value| text_of(value).into_owned())
        };
        if self.differs {
            let (local, cloud) = distinct_texts(self.local, self.cloud, whole);
            vec![("local", local), ("cloud", cloud)]
        } else {
            vec![("", whole(self.once()))]
        }
    }
}

/// A value as a text, as a whole.
pub(super) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        value => Cow::Owned(value.to_string()),
    }
}

/// A value as a row shows it, and nothing where there is none.
fn short(value: Option<&Value>) -> String {
    value.map(|value| brief(value).into_owned()).unwrap_or_default()
}

/// A value as the screen shows it: a moment without what says nothing, as in the list, but with the sign of its zone.
fn brief(value: &Value) -> Cow<'_, str> {
    const DAY: i64 = 86_400_000;
    const MINUTE: i64 = 60_000;
    let Value::Timestamp(ms) = value else {
        return text_of(value);
    };
    let form = match ms.rem_euclid(DAY) {
        0 => "%Y-%m-%d",
        rest if rest % MINUTE == 0 => "%Y-%m-%d %H:%MZ",
        _ => return text_of(value),
    };
    jiff::Timestamp::from_millisecond(*ms).map_or_else(
        |_| text_of(value),
        |time| Cow::Owned(time.strftime(form).to_string()),
    )
}

/// What a line shows of a row.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// One value, or both side by side.
    Whole,
    /// Where there is no room for both: one below the other.
    Local,
    Cloud,
    /// The words above foreign fields.
    Heading,
}

/// Columns for the cursor and for the sign.
const MARGIN: usize = 4;
/// Columns for the word of a side, where its value stands above or below the other.
const WORD: usize = 6;
/// Columns of a moment: `2025-08-31 17:35Z`.
const MOMENT: usize = 17;
/// The least columns for each of two values side by side.
const SIDE: usize = 12;

struct Columns {
    name: usize,
    value: usize,
    /// Whether two values stand one below the other.
    stacked: bool,
}

impl Columns {
    fn of(rows: &[Row<'_>], width: u16) -> Self {
        let width = usize::from(width);
        let longest = rows
            .iter()
            .map(|row| text::width(&text::clip(row.name, 40, "")))
            .max();
        // No more than leaves room for a moment, but a third at least.
        let beside_a_moment = width.saturating_sub(MARGIN + 2 + WORD + MOMENT);
        let most = (width * 2 / 5).min(beside_a_moment.max(width / 3)).max(8);
        let name = longest.unwrap_or(0).clamp(5, most);
        let value = width.saturating_sub(MARGIN + name + 2);
        Columns {
            name,
            value,
            stacked: value < SIDE * 2 + 2,
        }
    }

    fn side(&self) -> usize {
        self.value.saturating_sub(2) / 2
    }
}

/// Draws heads and fields; at the foot who wrote the record, and when.
pub(super) fn view(
    ui: &mut Ui<'_, '_>,
    area: Rect,
    config: &TypeConfig,
    shown: &Shown,
    cursor: Cursor,
    focused: bool,
) {
    let rows = rows(config, shown);
    let columns = Columns::of(&rows, area.width);
    let lines = lines(&rows, &columns);
    let stamps = stamps(ui, shown, area.width, columns.name);
    let wanted = lines.len() + 1 + stamps.len() + 1;
    let foot = if usize::from(area.height) > stamps.len() + 8 {
        u16::try_from(stamps.len()).unwrap_or(0) + u16::from(!stamps.is_empty())
    } else {
        0
    };
    heads(ui, area, &rows, &columns);
    let body = Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1 + foot),
        ..area
    };
    ui.hits.set_height(Pane::Side, body.height.max(1));
    let top = top(&lines, cursor.at, usize::from(body.height));
    for (place, (row, part)) in lines.iter().skip(top).take(usize::from(body.height)).enumerate() {
        let place = Rect {
            y: body.y + u16::try_from(place).unwrap_or(0),
            height: 1,
            ..body
        };
        let under = *row == cursor.at;
        draw(ui, place, (&rows[*row], *part), &columns, (under, focused));
        ui.hit(place, Target::Row(Pane::Side, *row));
    }
    if foot > 0 {
        // Right below the fields where these are few, at the edge where they fill the pane.
        let y = u16::try_from(wanted).unwrap_or(u16::MAX).min(area.height) - foot + 1;
        let y = area.y + y.min(area.height - foot + 1);
        ui.lines(
            Rect {
                y,
                height: area.bottom().saturating_sub(y),
                ..area
            },
            stamps,
        );
    }
}

fn lines(rows: &[Row<'_>], columns: &Columns) -> Vec<(usize, Part)> {
    let mut lines = Vec::with_capacity(rows.len() + 2);
    for (index, row) in rows.iter().enumerate() {
        if row.foreign && (index == 0 || !rows[index - 1].foreign) {
            lines.push((index, Part::Heading));
        }
        if row.differs && columns.stacked {
            lines.extend([(index, Part::Local), (index, Part::Cloud)]);
        } else {
            lines.push((index, Part::Whole));
        }
    }
    lines
}

/// The first line in sight: the row under the cursor stays in the middle where there is more than fits.
fn top(lines: &[(usize, Part)], at: usize, height: usize) -> usize {
    let line = lines
        .iter()
        .position(|(row, part)| *row == at && *part != Part::Heading);
    let middle = line.unwrap_or(0).saturating_sub(height / 2);
    middle.min(lines.len().saturating_sub(height))
}

fn heads(ui: &mut Ui<'_, '_>, area: Rect, rows: &[Row<'_>], columns: &Columns) {
    let ellipsis = ui.symbols().ellipsis;
    let values = if rows.iter().any(|row| row.differs) && !columns.stacked {
        format!("{}  CLOUD", text::left("LOCAL", columns.side(), ellipsis))
    } else {
        "VALUE".to_owned()
    };
    let name = text::left("FIELD", columns.name, ellipsis);
    let head = ui.span(Role::Head, format!("{}{name}  {values}", " ".repeat(MARGIN)));
    ui.line(area, head);
}

fn draw(
    ui: &mut Ui<'_, '_>,
    place: Rect,
    (row, part): (&Row<'_>, Part),
    columns: &Columns,
    (under, focused): (bool, bool),
) {
    if part == Part::Heading {
        let words = format!("{}not in skydeck.toml, never written", " ".repeat(MARGIN));
        let heading = ui.span(Role::Faint, words);
        ui.line(place, heading);
        return;
    }
    if under {
        let role = if focused {
            Role::Selected
        } else {
            Role::SelectedIdle
        };
        let style = ui.style(role);
        ui.frame.buffer_mut().set_style(place, style);
        if focused && ui.plain {
            ui.cursor(place.x, place.y);
        }
    }
    let first = part != Part::Cloud;
    let cursor = if under && first { ui.symbols().cursor } else { " " };
    let sign = if row.differs && first {
        ui.symbols().updated
    } else {
        " "
    };
    let name = if first { row.name } else { "" };
    let role = if row.foreign { Role::Dim } else { Role::Text };
    let ellipsis = ui.symbols().ellipsis;
    let mut spans = vec![
        ui.span(Role::Accent, format!("{cursor} ")),
        ui.span(Role::Updated, format!("{sign} ")),
        ui.span(Role::Dim, text::left(name, columns.name, ellipsis)),
        Span::raw("  "),
    ];
    if row.differs {
        spans.extend(both(ui, row, part, columns));
    } else {
        let text = short(row.once());
        spans.extend(value(ui, row.once(), &text, role, &(0..0), columns.value));
    }
    ui.line(place, Line::from(spans));
}

/// The values of a row that differs.
fn both(ui: &Ui<'_, '_>, row: &Row<'_>, part: Part, columns: &Columns) -> Vec<Span<'static>> {
    let (local, cloud) = distinct_texts(row.local, row.cloud, short);
    let (here, there) = differing(&local, &cloud);
    let side = columns.side();
    match part {
        Part::Whole => {
            let mut spans = value(ui, row.local, &local, Role::Text, &here, side);
            let used: usize = spans.iter().map(|span| text::width(&span.content)).sum();
            spans.push(Span::raw(" ".repeat((side + 2).saturating_sub(used))));
            spans.extend(value(ui, row.cloud, &cloud, Role::Text, &there, side));
            spans
        }
        _ => {
            let (word, one, text, part) = match part {
                Part::Local => ("local ", row.local, local, here),
                _ => ("cloud ", row.cloud, cloud, there),
            };
            let mut spans = vec![ui.span(Role::Faint, word)];
            spans.extend(value(
                ui,
                one,
                &text,
                Role::Text,
                &part,
                columns.value.saturating_sub(WORD),
            ));
            spans
        }
    }
}

fn value(
    ui: &Ui<'_, '_>,
    value: Option<&Value>,
    text: &str,
    role: Role,
    part: &std::ops::Range<usize>,
    columns: usize,
) -> Vec<Span<'static>> {
    match value {
        None => vec![ui.span(
            Role::Faint,
            text::clip("(missing)", columns, ui.symbols().ellipsis),
        )],
        Some(Value::String(text)) if text.is_empty() => {
            vec![ui.span(
                Role::Faint,
                text::clip("(empty text)", columns, ui.symbols().ellipsis),
            )]
        }
        Some(_) if part.is_empty() && text::is_name(text, columns) => {
            let name = text::middle(text, columns, ui.symbols().ellipsis);
            vec![ui.span(role, name)]
        }
        Some(_) => marked(ui, role, text, part, columns),
    }
}

/// Who made the record and who wrote it last, and its change tag.
fn stamps(ui: &Ui<'_, '_>, shown: &Shown, width: u16, name: usize) -> Vec<Line<'static>> {
    let Some(record) = shown.cloud() else {
        return Vec::new();
    };
    let line = |word: &str, text: &str| {
        let used = u16::try_from(MARGIN + name + 2).unwrap_or(u16::MAX);
        let text = ui.clip(text, width.saturating_sub(used));
        let word = text::left(word, name, ui.symbols().ellipsis);
        Line::from(vec![
            ui.span(Role::Faint, format!("{}{word}  ", " ".repeat(MARGIN))),
            ui.span(Role::Dim, text),
        ])
    };
    let mut lines = Vec::new();
    for (word, stamp) in [("created", &record.created), ("modified", &record.modified)] {
        if let Some(stamp) = stamp {
            lines.push(line(word, &stamped(stamp)));
        }
    }
    lines.extend(record.tag.as_ref().map(|tag| line("tag", tag)));
    lines
}

fn stamped(stamp: &Stamp) -> String {
    let time = super::past::time(stamp.timestamp);
    let user = stamp.user.as_ref().map(|user| format!(" by {user}"));
    format!("{time}{}", user.unwrap_or_default())
}
