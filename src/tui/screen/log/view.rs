//! How the log looks.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Log;
use super::entry::Entry;
use crate::tui::hits::{Pane, Target};
use crate::tui::state::State;
use crate::tui::text::{self, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::scrollbar::scrollbar;

/// Hours, minutes, seconds where the user is.
pub(super) fn time(now: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    time.to_zoned(jiff::tz::TimeZone::system())
        .strftime("%H:%M:%S")
        .to_string()
}

/// A column: its head, its width, whether it is one of numbers.
const COLUMNS: [(&str, usize, bool); 7] = [
    ("TIME", 8, false),
    ("WHAT", 16, false),
    ("RECORDS", 7, true),
    ("STATUS", 6, true),
    ("TOOK", 9, true),
    ("SENT > RECEIVED", 17, true),
    ("REQUEST", 40, false),
];

/// Draws the screen.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let log = &state.log;
    let follow = if log.follow { "following" } else { "f follows" };
    let none = ui.symbols().none;
    let title = format!("Log {none} {} {none} {follow}", grouped(log.len() as u64));
    let inner = pane(ui, area, &title, Pane::Main, true);
    let filtered = log.typing || !log.filter.text().is_empty();
    let foot = u16::from(filtered).min(inner.height);
    if log.len() > 0 {
        let head = heads(ui, inner.width);
        ui.line(inner, head);
    } else {
        let text = if filtered {
            "No line has these words. Esc shows all."
        } else {
            "Nothing has happened yet. Every request stands here: d compares."
        };
        let line = ui.span(Role::Dim, text);
        ui.line(padded(inner), line);
    }
    let list = Rect {
        y: inner.y + 1.min(inner.height),
        height: inner.height.saturating_sub(1 + foot),
        ..inner
    };
    rows(ui, list, log);
    let height = usize::from(list.height).max(1);
    scrollbar(
        ui,
        area,
        Pane::Main,
        log.cursor.top(log.len(), height),
        log.len(),
        height,
    );
    if filtered && foot > 0 {
        let place = padded(Rect {
            y: inner.bottom() - 1,
            height: 1,
            ..inner
        });
        let label = ui.span(Role::Key, "/ ");
        ui.line(place, label);
        let field = Rect {
            x: place.x + 2.min(place.width),
            width: place.width.saturating_sub(2),
            ..place
        };
        log.filter.draw(ui, field, log.typing);
    }
}

/// Columns that there is room for; one is not begun where little of it could be shown.
fn fitting(width: u16) -> usize {
    const LEAST: usize = 12;
    let mut left = usize::from(width.saturating_sub(2));
    let fits = |(_, width, _): &&(&str, usize, bool)| {
        let fits = left >= (*width).min(LEAST);
        left = left.saturating_sub(width + 2);
        fits
    };
    COLUMNS.iter().take_while(fits).count()
}

fn heads(ui: &Ui<'_, '_>, width: u16) -> Line<'static> {
    let mut spans = vec![Span::raw("  ")];
    for (title, width, right) in COLUMNS.into_iter().take(fitting(width)) {
        let fit = if right { text::right } else { text::left };
        spans.push(ui.span(Role::Head, fit(title, width, "")));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

fn rows(ui: &mut Ui<'_, '_>, area: Rect, log: &Log) {
    ui.hits.set_height(Pane::Main, area.height.max(1));
    let length = log.len();
    let top = log.cursor.top(length, usize::from(area.height).max(1));
    for (line, row) in (top..length).take(usize::from(area.height)).enumerate() {
        let place = Rect {
            y: area.y + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..area
        };
        let under = row == log.cursor.at;
        if under {
            let style = ui.style(Role::Selected);
            ui.frame.buffer_mut().set_style(place, style);
        }
        if let Some(entry) = log.line(row) {
            // A column of air before the border.
            let inside = Rect {
                width: place.width.saturating_sub(1),
                ..place
            };
            let shown = row_line(ui, inside.width, entry, under);
            ui.line(inside, shown);
        }
        ui.hit(place, Target::Row(Pane::Main, row));
        if under && ui.plain {
            ui.cursor_on_row(place, row, length);
        }
    }
}

fn row_line(ui: &Ui<'_, '_>, width: u16, entry: &Entry, under: bool) -> Line<'static> {
    let sign = if under { ui.symbols().cursor } else { " " };
    let mut spans = vec![
        ui.span(Role::Accent, format!("{sign} ")),
        ui.span(Role::Dim, time(entry.time)),
        Span::raw("  "),
    ];
    if !entry.note.is_empty() {
        let text = ui.clip(&entry.note, width.saturating_sub(13));
        spans.push(ui.span(entry.role.unwrap_or(Role::Text), text));
        return Line::from(spans);
    }
    let cells = [
        (&entry.what, Role::Text),
        (&entry.records, Role::Text),
        (&entry.status, entry.role.unwrap_or(Role::Good)),
        (&entry.took, Role::Dim),
        (&entry.bytes, Role::Dim),
        (&entry.request, Role::Faint),
    ];
    let columns = COLUMNS.into_iter().take(fitting(width)).skip(1);
    for ((cell, role), (_, width, right)) in cells.into_iter().zip(columns) {
        let fit = if right { text::right } else { text::left };
        spans.push(ui.span(role, fit(cell, width, ui.symbols().ellipsis)));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}
