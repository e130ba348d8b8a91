//! How the list looks.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::grid::{has_head_of_order, rows, status_word};
use super::page::{By, Page};
use crate::record::diff::Diff;
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

/// Lines of what is wrong with a filter.
const MOST_LINES: usize = 3;

pub(in crate::tui::screen::records) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let list = &state.records.list;
    let focused = !state.records.in_detail;
    let title = title(ui, area.width, state);
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
fn title(ui: &Ui<'_, '_>, width: u16, state: &State) -> Line<'static> {
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
        if !page.is_applied() && !list.is_typing() {
            parts.push((Role::Warning, " · filter not applied".to_owned()));
        }
        if let Some(status) = page.status {
            let (sign, role, _) = show::status(ui.symbols(), status);
            let word = status_word(diff, status);
            parts.push((Role::Dim, " · ".to_owned()));
            parts.push((role, format!("{sign} {word}")));
        }
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
        let inner = width.saturating_sub(if ui.plain { 0 } else { 2 });
        parts.extend(order_part(ui, page, diff, inner).map(|part| (Role::Dim, part)));
    }
    parts.push((Role::Text, " ".to_owned()));
    let mut room = width.saturating_sub(4);
    let spans = parts.into_iter().map(|(role, part)| {
        let part = ui.clip(&part, room);
        room = room.saturating_sub(u16::try_from(text::width(&part)).unwrap_or(room));
        Span::styled(part, ui.style(role))
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// The order, where no head in sight tells it.
fn order_part(ui: &Ui<'_, '_>, page: &Page, diff: &Diff, width: u16) -> Option<String> {
    if page.is_ranked() {
        return Some(" · best first".to_owned());
    }
    if page.sorting.is_some() {
        return Some(format!(" · sorting {}", ui.symbols().ellipsis));
    }
    let by = match &page.by {
        By::Name => return None,
        By::Status => "status",
        By::Field(field) => field,
    };
    let sign = if page.descending {
        ui.symbols().descending
    } else {
        ui.symbols().ascending
    };
    (!has_head_of_order(page, diff, width)).then(|| format!(" · by {by} {sign}"))
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
        let applied = if list.is_typing() { "" } else { "not applied: " };
        let why = format!("{sign} {applied}{}", mistake.why);
        let why = text::wrap(&why, usize::from(padded(inner).width), MOST_LINES);
        for line in why.into_iter().rev() {
            let place = line_at();
            ui.line(place, Span::styled(line, ui.style(Role::Warning)));
        }
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
            let role = if page.is_applied() {
                Role::Dim
            } else {
                Role::Warning
            };
            ui.line(field, Span::styled(text, ui.style(role)));
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
        (Some(page), Some(_)) if !page.filter.is_empty() => {
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
