//! The records of the type under the cursor that differ, as far as there is room.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::chosen;
use crate::record::diff::Diff;
use crate::record::table::Status;
use crate::tui::hits::Pane;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::grouped;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::name;
use crate::tui::widget::pane::{padded, pane};

/// More than any screen shows.
const MOST: usize = 200;

/// The first records of each type that differ, by their names.
#[derive(Debug, Default)]
pub(super) struct Differing {
    types: Vec<(String, Vec<(Status, String)>)>,
}

impl Differing {
    /// Looks for them in the last comparison.
    pub(super) fn of(state: &State) -> Self {
        let diffs = state.comparison.iter().flat_map(|comparison| comparison.diffs());
        let types = diffs.map(|(config, diff)| (config.name.clone(), first(diff)));
        Differing {
            types: types.collect(),
        }
    }
}

fn first(diff: &Diff) -> Vec<(Status, String)> {
    let named = |row: usize| (diff.status(row), diff.table().name(row).to_owned());
    let differs = |row: &usize| diff.status(*row) != Status::Unchanged;
    diff.rows().filter(differs).take(MOST).map(named).collect()
}

/// Draws them in columns, by name.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    const GAP: u16 = 2;
    if area.height < 3 {
        return;
    }
    let Some(one) = chosen(state) else { return };
    let known = state
        .overview
        .differing
        .types
        .iter()
        .find(|(name, _)| *name == one.config.name);
    let Some((_, records)) = known else {
        let inner = padded(pane(ui, area, "What differs", Pane::Side, false));
        let line = ui.span(Role::Dim, "not known in this session yet: d compares");
        ui.line(inner, line);
        return;
    };
    let inner = padded(pane(
        ui,
        area,
        &format!("{}: what differs", one.config.name),
        Pane::Side,
        false,
    ));
    if records.is_empty() {
        let line = ui.span(Role::Dim, "Nothing: both sides are the same.");
        ui.line(inner, line);
        return;
    }
    let all = one.snapshot.as_ref().map_or(records.len(), |one| {
        one.counts.new + one.counts.updated + one.counts.orphan
    });
    let longest = records
        .iter()
        .map(|(_, name)| crate::tui::text::width(name))
        .max()
        .unwrap_or(0);
    let wide = u16::try_from(longest)
        .unwrap_or(u16::MAX)
        .clamp(12, 60)
        .min(inner.width.saturating_sub(2));
    let columns = ((inner.width + GAP) / (wide + 2 + GAP)).max(1);
    let fits = usize::from(columns) * usize::from(inner.height);
    let rows = if all > fits {
        inner.height.saturating_sub(1)
    } else {
        inner.height
    };
    let shown = &records[..records.len().min(usize::from(columns) * usize::from(rows))];
    let names: Vec<_> = shown
        .iter()
        .map(|(_, name)| (crate::tui::text::clean(name), Vec::new()))
        .collect();
    let names = name::shown(&names, usize::from(wide), ui.symbols().ellipsis);
    for ((at, (status, _)), name) in shown.iter().enumerate().zip(names) {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        let place = Rect {
            x: inner.x + at / rows * (wide + 2 + GAP),
            y: inner.y + at % rows,
            width: wide + 2,
            height: 1,
        };
        let (sign, role, _) = show::status(ui.symbols(), *status);
        let line = Line::from(vec![
            ui.span(role, format!("{sign} ")),
            ui.span(Role::Text, name.text),
        ]);
        ui.line(place, line);
    }
    if shown.len() < all {
        let rest = format!(
            "and {} more; Enter shows all",
            grouped((all - shown.len()) as u64)
        );
        let line = ui.span(Role::Dim, rest);
        let place = Rect {
            y: inner.bottom().saturating_sub(1),
            height: 1,
            ..inner
        };
        ui.line(place, line);
    }
}
