//! Bars: how far something is, how something divides, how fast it went.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// A bar of so many columns, filled to `part` of `whole`, in eighths.
pub fn progress(ui: &Ui<'_, '_>, columns: u16, part: u64, whole: u64, role: Role) -> Vec<Span<'static>> {
    let symbols = ui.symbols();
    let eighths = u128::from(columns) * 8 * u128::from(part.min(whole)) / u128::from(whole.max(1));
    let count = |number: u128| usize::try_from(number).unwrap_or(0);
    let (full, rest) = (count(eighths / 8), count(eighths % 8));
    let mut bar = symbols.bar[8].repeat(full);
    if rest > 0 {
        bar.push_str(symbols.bar[rest]);
    }
    let left = usize::from(columns).saturating_sub(full + usize::from(rest > 0));
    vec![
        Span::styled(bar, ui.style(role)),
        Span::styled(symbols.track.repeat(left), ui.style(Role::Faint)),
    ]
}

/// A length that stands for a number beside others: no track.
pub fn length(ui: &Ui<'_, '_>, columns: u16, part: u64, most: u64, role: Role) -> Span<'static> {
    let symbols = ui.symbols();
    let eighths = u128::from(columns) * 8 * u128::from(part.min(most)) / u128::from(most.max(1));
    // What is there shows, however little it is.
    let eighths = if part > 0 { eighths.max(1) } else { 0 };
    let full = usize::try_from(eighths / 8).unwrap_or(0);
    let rest = usize::try_from(eighths % 8).unwrap_or(0);
    let mut bar = symbols.bar[8].repeat(full);
    if rest > 0 {
        bar.push_str(symbols.bar[rest]);
    }
    let missing = usize::from(columns).saturating_sub(full + usize::from(rest > 0));
    bar.push_str(&" ".repeat(missing));
    Span::styled(bar, ui.style(role))
}

/// One bar divided into parts, each with its own fill, so that they are told apart without colour too. A part that is
/// there gets at least one column.
pub fn divided(ui: &Ui<'_, '_>, columns: u16, parts: &[(u64, Role, &'static str)]) -> Line<'static> {
    let whole: u64 = parts.iter().map(|(size, ..)| size).sum();
    if whole == 0 {
        return Line::from(Span::styled(
            ui.symbols().track.repeat(usize::from(columns)),
            ui.style(Role::Faint),
        ));
    }
    let mut sizes: Vec<u64> = parts
        .iter()
        .map(|(size, ..)| {
            if *size == 0 {
                0
            } else {
                (u64::from(columns) * size / whole).max(1)
            }
        })
        .collect();
    // What rounding has added or left over goes to the largest.
    let used: u64 = sizes.iter().sum();
    if let Some(largest) = sizes.iter_mut().max() {
        *largest = (*largest + u64::from(columns)).saturating_sub(used);
    }
    let spans = parts.iter().zip(sizes).map(|((_, role, fill), size)| {
        Span::styled(fill.repeat(usize::try_from(size).unwrap_or(0)), ui.style(*role))
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// The last numbers of a series as heights, the latest at the right edge.
pub fn spark(
    ui: &Ui<'_, '_>,
    columns: u16,
    series: impl ExactSizeIterator<Item = u64> + Clone,
    role: Role,
) -> Span<'static> {
    let symbols = ui.symbols();
    let skip = series.len().saturating_sub(usize::from(columns));
    let shown = series.skip(skip);
    let most = shown.clone().max().unwrap_or(0).max(1);
    let heights: String = shown
        .map(|number| symbols.spark[usize::try_from(number * 8 / most).unwrap_or(8).min(8)])
        .collect();
    Span::styled(heights, ui.style(role))
}

/// Fields that are shown of those that changed.
pub const MOST_FIELDS: usize = 10;

/// The fields that changed and in how many records, the most frequent first.
pub fn fields(ui: &Ui<'_, '_>, columns: u16, changed: &BTreeMap<String, usize>) -> Vec<Line<'static>> {
    const LONGEST: u16 = 60;
    let mut fields: Vec<(&String, &usize)> = changed.iter().collect();
    fields.sort_by_key(|(field, count)| (std::cmp::Reverse(*count), *field));
    let Some((_, most)) = fields.first() else {
        return Vec::new();
    };
    let names = fields
        .iter()
        .take(MOST_FIELDS)
        .map(|(field, _)| text::width(field));
    let names = names.max().unwrap_or(0).clamp(8, 24);
    let figures = grouped(**most as u64).len().max(7) + 1;
    let taken = u16::try_from(names + figures + 3).unwrap_or(u16::MAX);
    let room = columns.saturating_sub(taken).min(LONGEST);
    let head = text::left("Fields that changed", names + 2 + usize::from(room), "");
    let head = head + &text::right("records", figures, "");
    let mut lines = vec![Line::from(ui.span(Role::Head, head))];
    for (field, count) in fields.iter().take(MOST_FIELDS) {
        let name = text::middle(field, names, ui.symbols().ellipsis);
        lines.push(Line::from(vec![
            ui.span(Role::Text, text::left(&name, names, "")),
            Span::raw("  "),
            length(ui, room, **count as u64, **most as u64, Role::Updated),
            ui.span(Role::Dim, text::right(&grouped(**count as u64), figures, "")),
        ]));
    }
    if fields.len() > MOST_FIELDS {
        let more = format!("and {} more", counted(fields.len() - MOST_FIELDS, "field"));
        lines.push(Line::from(ui.span(Role::Dim, more)));
    }
    lines
}
