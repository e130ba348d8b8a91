//! The pane: whose record it is, the tabs, what is known of it, and the tab in front.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::shown::{Looked, Shown};
use super::{Tab, fields, past, references};
use crate::config::TypeConfig;
use crate::record::table::Status;
use crate::tui::hits::{Pane, Target};
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::pane::{padded, pane};
use crate::tui::widget::scrollbar::scrollbar;

pub(in crate::tui::screen::records) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let focused = state.records.in_detail;
    let shown = state.records.detail.shown.as_ref();
    let known = shown.and_then(|shown| Some((shown, &state.types.get(shown.subject.type_index)?.config)));
    let title = known.map_or("Record", |(shown, _)| &shown.subject.name);
    let inner = padded(pane(ui, area, title, Pane::Side, focused));
    ui.hits
        .set_height(Pane::Side, inner.height.saturating_sub(3).max(1));
    let Some((shown, config)) = known else {
        let lines = [
            Line::default(),
            Line::from(ui.span(Role::Dim, "No record under the cursor.")),
            Line::from(ui.span(Role::Faint, "d compares; > and < go to other types.")),
        ];
        ui.lines(inner, lines);
        return;
    };
    tabs(ui, inner, state);
    let line = condition(ui, state, shown, config);
    let second = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1).min(1),
        ..inner
    };
    ui.line(second, line);
    if let Some((role, why)) = trouble(shown) {
        let place = Rect {
            y: second.y + second.height,
            height: inner.height.saturating_sub(2).min(1),
            ..inner
        };
        let line = ui.span(role, ui.clip(&format!(" {why}"), inner.width));
        ui.line(place, line);
    }
    let body = Rect {
        y: inner.y + 3.min(inner.height),
        height: inner.height.saturating_sub(3),
        ..inner
    };
    let tab = state.records.detail.tab;
    let cursor = state.records.detail.cursors[tab as usize];
    match tab {
        Tab::Fields => fields::view(ui, body, config, shown, cursor, focused),
        Tab::Json => json(ui, body, area, shown, cursor.at),
        Tab::References => references::view(ui, body, state, shown, (cursor, focused)),
        Tab::History => past::view(ui, body, shown, cursor.at),
    }
}

fn tabs(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let mut x = area.x;
    for (index, (tab, title)) in Tab::ALL.into_iter().enumerate() {
        let label = format!(" {title} ");
        let width = u16::try_from(text::width(&label)).unwrap_or(0);
        if x + width > area.right() {
            return;
        }
        let here = tab == state.records.detail.tab;
        let role = if here { Role::Accent } else { Role::Dim };
        let style = ui.style(role);
        let style = if here {
            style.add_modifier(ratatui::style::Modifier::UNDERLINED)
        } else {
            style
        };
        let place = Rect {
            x,
            width,
            height: area.height.min(1),
            ..area
        };
        ui.line(place, Span::styled(label, style));
        ui.hit(place, Target::Head(Pane::Side, index));
        x += width + 1;
    }
}

/// What the record is, and where that is known from.
fn condition(ui: &Ui<'_, '_>, state: &State, shown: &Shown, config: &TypeConfig) -> Line<'static> {
    let differing = fields::differing_fields(config, shown);
    let status = match (shown.local(), shown.cloud()) {
        (Some(_), Some(_)) if differing > 0 => Some(Status::Updated),
        (Some(_), Some(_)) => Some(Status::Unchanged),
        (Some(_), None) => Some(Status::New),
        (None, Some(_)) => Some(Status::Orphan),
        (None, None) => None,
    };
    let mut spans = vec![ui.span(Role::Dim, format!(" {}  ", config.name))];
    if let Some(status) = status {
        let (sign, role, _) = show::status(ui.symbols(), status);
        let words = match status {
            Status::New => "in the files only".to_owned(),
            Status::Orphan => "in the cloud only".to_owned(),
            Status::Unchanged => "the same".to_owned(),
            Status::Updated => format!("{} differ", text::counted(differing, "field"))
                .replace("1 field differ", "1 field differs"),
        };
        spans.push(ui.span(role, format!("{sign} {words}")));
        spans.push(ui.span(Role::Faint, format!(" {} ", ui.symbols().none)));
    }
    spans.push(known_from(ui, state, shown, config));
    Line::from(spans)
}

fn known_from(ui: &Ui<'_, '_>, state: &State, shown: &Shown, config: &TypeConfig) -> Span<'static> {
    let ago = |time: i64| text::ago(state.now - time);
    if shown.asking.is_some() {
        return ui.span(Role::Dim, format!("looking up {}", ui.symbols().ellipsis));
    }
    match &shown.looked {
        Looked::Missing(time) if shown.local().is_none() => ui.span(
            Role::Warning,
            format!("on neither side, looked up {}", ago(*time)),
        ),
        Looked::Found(_, time) | Looked::Missing(time) => {
            ui.span(Role::Dim, format!("looked up {}", ago(*time)))
        }
        Looked::Failed(_) => {
            let cross = ui.symbols().cross;
            ui.span(Role::Danger, format!("{cross} not looked up; r tries again"))
        }
        Looked::No => match &shown.sides {
            Some(Err(_)) => ui.span(Role::Warning, format!("{} not readable", ui.symbols().warning)),
            Some(Ok(_)) => {
                let snapshot = state.types.iter().find(|one| one.config.name == config.name);
                let time = snapshot.and_then(|one| one.snapshot.as_ref()).map(|one| one.time);
                let age = time.map_or_else(String::new, |time| format!(" {}", ago(time)));
                ui.span(Role::Dim, format!("as compared{age}"))
            }
            None => ui.span(Role::Dim, format!("reading {}", ui.symbols().ellipsis)),
        },
    }
}

/// Why something of it is not known.
fn trouble(shown: &Shown) -> Option<(Role, &str)> {
    match (&shown.looked, &shown.sides) {
        (Looked::Failed(why), _) => Some((Role::Danger, why)),
        (_, Some(Err(why))) => Some((Role::Warning, why)),
        _ => None,
    }
}

fn json(ui: &mut Ui<'_, '_>, body: Rect, area: Rect, shown: &Shown, first: usize) {
    ui.hits.set_height(Pane::Side, body.height.max(1));
    if shown.json.is_empty() {
        let words = match &shown.looked {
            Looked::No => "Not known yet.",
            Looked::Missing(_) => "The cloud has no such record.",
            _ => "The cloud's record is not known.",
        };
        let line = ui.span(Role::Dim, words);
        ui.line(body, line);
        return;
    }
    let height = usize::from(body.height);
    let top = first.min(shown.json.len().saturating_sub(height));
    let lines: Vec<Line<'static>> = shown
        .json
        .iter()
        .skip(top)
        .take(height)
        .map(|line| json_line(ui, line, body.width))
        .collect();
    ui.lines(body, lines);
    scrollbar(ui, area, Pane::Side, top, shown.json.len(), height);
}

/// A line of pretty JSON: the member's name apart from its value.
fn json_line(ui: &Ui<'_, '_>, line: &str, width: u16) -> Line<'static> {
    let shown = ui.clip(line, width);
    let name = shown
        .trim_start()
        .starts_with('"')
        .then(|| shown.find("\": "))
        .flatten();
    match name {
        Some(at) => {
            let (name, value) = shown.split_at(at + 2);
            Line::from(vec![ui.span(Role::Dim, name), ui.span(Role::Text, value)])
        }
        None => Line::from(ui.span(Role::Faint, shown)),
    }
}
