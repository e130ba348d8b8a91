//! What a record refers to, and who refers to it.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::shown::{Search, Shown};
use crate::tui::action::Action;
use crate::tui::hits::{Pane, Target};
use crate::tui::screen::records::Subject;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, counted, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::cursor::Cursor;

/// A record at the other end.
pub(super) struct Link {
    pub(super) name: String,
    pub(super) record_type: Option<String>,
    field: String,
}

/// What it refers to first, then who refers to it.
pub(super) fn links(state: &State, shown: &Shown) -> Vec<Link> {
    let mut links = outgoing(state, shown);
    if let Search::Found(found) = &shown.search {
        links.extend(found.named.iter().map(|one| Link {
            name: one.name.clone(),
            record_type: Some(one.record_type.clone()),
            field: one.field.clone(),
        }));
    }
    links
}

fn outgoing(state: &State, shown: &Shown) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let config = state.types.get(shown.subject.type_index).map(|one| &one.config);
    let records = shown.cloud().into_iter().chain(shown.local());
    for (field, value) in records.flat_map(|record| &record.fields) {
        for name in value.references() {
            if links.iter().any(|link| link.field == *field && link.name == name) {
                continue;
            }
            let mapping = config.and_then(|config| config.fields.iter().find(|one| one.name == *field));
            links.push(Link {
                name: name.to_owned(),
                record_type: mapping.and_then(|mapping| mapping.target.clone()),
                field: field.clone(),
            });
        }
    }
    links
}

/// A record of this name, on either side; of the type that is meant where there is one.
pub fn known(state: &State, name: &str, record_type: Option<&str>) -> Option<Subject> {
    let comparison = state.comparison.as_ref()?;
    let (config, _) = comparison
        .diffs()
        .filter(|(config, _)| record_type.is_none_or(|wanted| config.name == wanted))
        .find(|(_, diff)| diff.table().find(name).is_some())?;
    Some(Subject {
        type_index: state.type_index(&config.name)?,
        name: name.to_owned(),
    })
}

enum Row {
    Words(Line<'static>),
    Link(usize),
}

pub(super) fn view(
    ui: &mut Ui<'_, '_>,
    area: Rect,
    state: &State,
    shown: &Shown,
    (cursor, focused): (Cursor, bool),
) {
    let links = links(state, shown);
    let out = outgoing(state, shown).len();
    let mut rows = vec![Row::Words(Line::from(ui.span(Role::Head, "Refers to")))];
    if out == 0 {
        rows.push(Row::Words(Line::from(ui.span(Role::Faint, "  nothing"))));
    }
    rows.extend((0..out).map(Row::Link));
    rows.push(Row::Words(Line::default()));
    rows.push(Row::Words(Line::from(ui.span(Role::Head, "Referred to by"))));
    rows.extend(words(ui, state, shown, area.width).into_iter().map(Row::Words));
    rows.extend((out..links.len()).map(Row::Link));
    let height = usize::from(area.height);
    let under = rows
        .iter()
        .position(|row| matches!(row, Row::Link(link) if *link == cursor.at));
    let top = under.unwrap_or(0).saturating_sub(height / 2);
    let top = top.min(rows.len().saturating_sub(height));
    for (line, row) in rows.into_iter().skip(top).take(height).enumerate() {
        let place = Rect {
            y: area.y + u16::try_from(line).unwrap_or(0),
            height: 1,
            ..area
        };
        match row {
            Row::Words(words) => ui.line(place, words),
            Row::Link(index) => {
                let under = index == cursor.at;
                if let Some(link) = links.get(index) {
                    draw(ui, place, state, link, (under, focused));
                }
                ui.hit(place, Target::Row(Pane::Side, index));
            }
        }
    }
}

/// How far the search for referring records has come.
fn words(ui: &Ui<'_, '_>, state: &State, shown: &Shown, width: u16) -> Vec<Line<'static>> {
    let key = state.settings.keymap.keys(Action::ReferencedBy).first();
    match &shown.search {
        Search::No => vec![Line::from(vec![
            ui.span(
                Role::Key,
                format!("  {}", key.map(ToString::to_string).unwrap_or_default()),
            ),
            ui.span(Role::Dim, " searches both sides for records that refer to it"),
        ])],
        Search::Running(_) => vec![Line::from(ui.span(
            Role::Dim,
            format!("  searching {} Esc ends it", ui.symbols().ellipsis),
        ))],
        Search::Failed(why) => vec![Line::from(
            ui.span(Role::Danger, format!("  {} {why}", ui.symbols().cross)),
        )],
        Search::Found(found) => {
            let of = grouped(found.searched as u64);
            let words = format!("  {} of {of} searched", counted(found.total, "record"));
            let mut lines = vec![Line::from(ui.span(Role::Dim, words))];
            if found.total > found.named.len() {
                let words = format!("  only the first {} are named", grouped(found.named.len() as u64));
                lines.push(Line::from(ui.span(Role::Warning, words)));
            }
            for (record_type, why) in &found.failures {
                let text = format!("  {} {record_type} was not searched: {why}", ui.symbols().warning);
                lines.push(Line::from(ui.span(Role::Warning, ui.clip(&text, width))));
            }
            lines
        }
    }
}

fn draw(ui: &mut Ui<'_, '_>, place: Rect, state: &State, link: &Link, (under, focused): (bool, bool)) {
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
    let symbols = *ui.symbols();
    let (sign, role) = sign(state, link, &symbols);
    let cursor = if under { symbols.cursor } else { " " };
    let kind = link.record_type.as_deref().unwrap_or("?");
    let room = usize::from(place.width).saturating_sub(4);
    let field = (room / 3).clamp(4, 20);
    let kind_width = text::width(kind).min(room / 4);
    let name = room.saturating_sub(field + kind_width + 4);
    let columns = u16::try_from(name).unwrap_or(u16::MAX);
    let spans = vec![
        ui.span(Role::Accent, format!("{cursor} ")),
        ui.span(role, format!("{sign} ")),
        ui.span(Role::Dim, text::left(&link.field, field, symbols.ellipsis)),
        ui.span(
            Role::Text,
            format!("  {}", text::left(&ui.name(&link.name, columns), name, "")),
        ),
        ui.span(
            Role::Faint,
            format!("  {}", text::clip(kind, kind_width, symbols.ellipsis)),
        ),
    ];
    ui.line(place, Line::from(spans));
}

/// What the record at the other end is; a warning where there is none.
fn sign(state: &State, link: &Link, symbols: &crate::tui::theme::Symbols) -> (&'static str, Role) {
    let Some(comparison) = &state.comparison else {
        return (" ", Role::Dim);
    };
    let found = comparison
        .diffs()
        .filter(|(config, _)| {
            link.record_type
                .as_ref()
                .is_none_or(|wanted| config.name == *wanted)
        })
        .find_map(|(_, diff)| Some((diff, diff.table().find(&link.name)?)));
    match found {
        Some((diff, row)) => {
            let (sign, role, _) = show::status(symbols, diff.table().status(row));
            (sign, role)
        }
        None => (symbols.warning, Role::Warning),
    }
}
