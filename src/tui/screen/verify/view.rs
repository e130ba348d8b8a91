//! How verification looks.

use ratatui::layout::Rect;
use ratatui::text::{Line as Text, Span};

use super::Line;
use super::found::{Row, Wrong};
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

/// Draws the screen: the types, and below them what is not as on disk.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let verify = &state.verify;
    if verify.lines.is_empty() {
        empty(ui, area);
        return;
    }
    let job = state.job(Kind::Verify);
    let lines = lines(ui, area.width.saturating_sub(4), state, job);
    let found = verify.found.len();
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = if found == 0 {
        area.height
    } else {
        wanted.min(area.height * 2 / 3).max(4)
    };
    let depth = if verify.deep {
        "Deep verification"
    } else {
        "Quick verification"
    };
    let title = match (verify.ended, job) {
        (_, Some(_)) => format!("{depth}, Esc cancels"),
        (Some(time), None) => format!("{depth}, {}", ago(state.now - time)),
        (None, None) => depth.to_owned(),
    };
    let place = Rect {
        height: height.min(area.height),
        ..area
    };
    let inner = padded(pane(ui, place, &title, Pane::Side, found == 0));
    ui.lines(inner, lines);
    if found > 0 && area.height > height + 3 {
        let below = Rect {
            y: area.y + height,
            height: area.height - height,
            ..area
        };
        differences(ui, below, state);
    }
}

fn empty(ui: &mut Ui<'_, '_>, area: Rect) {
    let inner = padded(pane(ui, area, "Verify", Pane::Main, true));
    let offer = |ui: &Ui<'_, '_>, key: &str, text: &str| {
        Text::from(vec![
            ui.span(Role::Key, format!("  {key}  ")),
            ui.span(Role::Dim, text),
        ])
    };
    let lines = vec![
        Text::from(ui.span(Role::Text, "Nothing was verified in this session.")),
        Text::default(),
        offer(
            ui,
            "v",
            "quick: every name and count, and the fields of a few records of each type",
        ),
        offer(
            ui,
            "V",
            "deep: every field of every record, by looking each one up",
        ),
        Text::default(),
        Text::from(ui.span(Role::Dim, "Neither writes anything.")),
    ];
    ui.lines(inner, lines);
}

fn lines(ui: &Ui<'_, '_>, width: u16, state: &State, job: Option<&Job>) -> Vec<Text<'static>> {
    let mut lines = Vec::new();
    for one in &state.verify.lines {
        lines.push(type_line(ui, width, one, job.is_some()));
        if let Some(power) = &one.power {
            lines.push(Text::from(
                ui.span(Role::Dim, ui.clip(&format!("    {power}"), width)),
            ));
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
            "Every field of every record in the cloud is as the files say."
        } else {
            "Names and counts are right, and so are the records that were drawn. V checks every field of all."
        };
        lines.push(Text::from(ui.span(Role::Good, ui.clip(text, width))));
    }
    lines
}

impl Line {
    fn is_good(&self) -> bool {
        self.failure.is_none() && self.verdict.as_ref().is_some_and(|(_, good)| *good)
    }
}

fn type_line(ui: &Ui<'_, '_>, width: u16, one: &Line, running: bool) -> Text<'static> {
    let symbols = ui.symbols();
    if one.failure.is_some() {
        let text = format!("{} {}: could not be verified", symbols.cross, one.record_type);
        return Text::from(ui.span(Role::Danger, ui.clip(&text, width)));
    }
    if let Some((verdict, good)) = &one.verdict {
        let (sign, role) = if *good {
            (symbols.tick, Role::Good)
        } else {
            (symbols.cross, Role::Danger)
        };
        let text = ui.clip(verdict, width.saturating_sub(2));
        let (left, right) = text.split_at(text.find('[').unwrap_or(text.len()));
        return Text::from(vec![
            ui.span(role, format!("{sign} ")),
            ui.span(Role::Text, left),
            ui.span(role, right),
        ]);
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

fn differences(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let found = &state.verify.found;
    let title = format!("Not as on disk {}", grouped(found.len() as u64));
    let inner = pane(ui, area, &title, Pane::Main, true);
    let mut columns = vec![
        Column::text("TYPE", Width::Fixed(12)),
        Column::text("RECORD", Width::Share(14, 3)),
        Column::text("FIELD", Width::Fixed(14)),
        Column::text("LOCAL", Width::Share(10, 2)),
        Column::text("CLOUD", Width::Share(10, 2)),
    ];
    if area.width < 76 {
        columns.remove(0);
    }
    let with_type = columns.len() == 5;
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
            .map(|row| cells(&row, with_type))
            .unwrap_or_default()
    });
    let height = usize::from(inner.height.saturating_sub(1)).max(1);
    let top = state.verify.cursor.top(found.len(), height);
    scrollbar(ui, area, Pane::Main, top, found.len(), height);
}

fn cells(row: &Row<'_>, with_type: bool) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(5);
    if with_type {
        cells.push(Cell::name(Role::Dim, row.record_type));
    }
    cells.push(Cell::name(Role::Text, row.name));
    cells.extend(match row.wrong {
        Wrong::Missing => [
            Cell::new(Role::Dim, "(the record)"),
            Cell::new(Role::New, "on disk"),
            Cell::new(Role::Danger, "missing"),
        ],
        Wrong::Extra => [
            Cell::new(Role::Dim, "(the record)"),
            Cell::new(Role::Danger, "missing"),
            Cell::new(Role::Orphan, "in the cloud"),
        ],
        Wrong::Field(field, local, cloud) => [
            Cell::new(Role::Updated, field),
            Cell::new(Role::Text, show::value(local)),
            Cell::new(Role::Text, show::value(cloud)),
        ],
    });
    cells
}
