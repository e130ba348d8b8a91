//! The type under the cursor: how it divides, which fields changed, when it was last written and verified.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::dialog::notice::failure_lines;
use crate::tui::state::{State, TypeState};
use crate::tui::text::{self, ago, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::bar;

/// Draws what is known of a type.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State, one: &TypeState) {
    if let Some(failure) = &one.failure {
        let mut lines = vec![
            Line::from(ui.span(Role::Danger, "could not be compared, and is not synced")),
            Line::default(),
        ];
        lines.extend(failure_lines(ui, failure, area.width));
        ui.lines(area, lines);
        return;
    }
    let Some(snapshot) = &one.snapshot else {
        let what = if one.reading.is_some() {
            "comparing for the first time"
        } else {
            "not compared yet: d compares"
        };
        let line = ui.span(Role::Dim, what);
        ui.line(area, line);
        return;
    };
    let mut lines = shares(ui, area.width, snapshot, one.reading.is_some());
    if !snapshot.changed_fields.is_empty() {
        lines.push(Line::default());
        lines.extend(bar::fields(ui, area.width, &snapshot.changed_fields));
    }
    lines.push(Line::default());
    lines.extend(facts(ui, area.width, state, one));
    ui.lines(area, lines);
}

/// Rows that the figures of a type take.
pub(super) fn height(one: &TypeState) -> u16 {
    const OTHERS: usize = 10;
    let fields = one
        .snapshot
        .as_ref()
        .map_or(0, |snapshot| snapshot.changed_fields.len());
    u16::try_from(fields.min(bar::MOST_FIELDS) + OTHERS).unwrap_or(u16::MAX)
}

fn shares(
    ui: &Ui<'_, '_>,
    width: u16,
    snapshot: &crate::journal::Snapshot,
    reading: bool,
) -> Vec<Line<'static>> {
    let counts = snapshot.counts;
    let symbols = ui.symbols();
    let [same, updated, new, orphan] = symbols.shades;
    let parts = [
        (counts.unchanged as u64, Role::Same, same, "same"),
        (counts.updated as u64, Role::Updated, updated, "updated"),
        (counts.new as u64, Role::New, new, "new"),
        (counts.orphan as u64, Role::Orphan, orphan, "orphan"),
    ];
    let both = format!(
        "{} on disk {} {} in the cloud",
        grouped(counts.local() as u64),
        symbols.none,
        grouped(counts.cloud() as u64)
    );
    let age = if reading {
        "  (the figures before this comparison)"
    } else {
        ""
    };
    let bar_parts: Vec<(u64, Role, &'static str)> = parts
        .iter()
        .map(|(size, role, fill, _)| (*size, *role, *fill))
        .collect();
    let whole: u64 = parts.iter().map(|(size, ..)| size).sum();
    let mut legend = Vec::new();
    for (size, role, fill, name) in parts.into_iter().filter(|(size, ..)| *size > 0) {
        legend.push(vec![
            Span::styled(format!("{fill} "), ui.style(role)),
            ui.span(Role::Dim, format!("{} {name}   ", percent(size, whole))),
        ]);
    }
    let mut lines = vec![
        Line::from(vec![ui.span(Role::Text, both), ui.span(Role::Dim, age)]),
        bar::divided(ui, width, &bar_parts),
    ];
    lines.extend(flowing(legend, width));
    if let Some(why) = &snapshot.incomplete {
        let text = format!(
            "{} the listing is not complete ({why}): nothing can be called an orphan",
            symbols.warning
        );
        lines.extend(
            text::wrap(&text, usize::from(width), 4)
                .into_iter()
                .map(|line| Line::from(ui.span(Role::Warning, line))),
        );
    }
    lines
}

/// Pieces one behind the other, in as many lines as they need.
pub(super) fn flowing(pieces: Vec<Vec<Span<'static>>>, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    for piece in pieces {
        let wide: usize = piece
            .iter()
            .map(|span| text::width(span.content.trim_end()))
            .sum();
        let is_full = |line: &Line<'_>| line.width() > 0 && line.width() + wide >= usize::from(width);
        if lines.last().is_some_and(is_full) {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            line.spans.extend(piece);
        }
    }
    lines
}

/// A share as people say it: never 0 % of something that is there, never 100 % where something is missing.
fn percent(part: u64, whole: u64) -> String {
    if part == whole {
        return "100 %".to_owned();
    }
    match part * 100 / whole.max(1) {
        0 => "<1 %".to_owned(),
        share => format!("{share} %"),
    }
}

fn facts(ui: &Ui<'_, '_>, width: u16, state: &State, one: &TypeState) -> Vec<Line<'static>> {
    let fact = |name: &str, what: String| {
        Line::from(vec![
            ui.span(Role::Dim, text::left(name, 14, "")),
            ui.span(Role::Text, ui.name(&what, width.saturating_sub(14))),
        ])
    };
    let compared = one
        .snapshot
        .as_ref()
        .map_or_else(|| "never".to_owned(), |snapshot| ago(state.now - snapshot.time));
    let mut lines = vec![fact("Compared", compared)];
    if let Some(run) = state.history.last_write(&one.config.name) {
        lines.push(fact("Last written", run));
    }
    lines.push(fact(
        "Last verified",
        state.verify.last_of(&one.config.name, state.now),
    ));
    let file = one.config.file.display().to_string();
    lines.push(fact("File", file));
    lines
}
