//! The whole screen from the state: the frame that every screen has, the screen in front, dialogs, notes.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::hits::{Hits, Target};
use super::job::Kind;
use super::line::Last;
use super::screen::{history, log, overview, records, sync, verify, welcome};
use super::state::{Phase, Screen, State};
use super::text;
use super::theme::Role;
use super::ui::Ui;
use super::widget::hints::hints;

/// Below this there is no room for anything.
const LEAST: (u16, u16) = (40, 10);

/// Fewer columns of a container's name say nothing.
const LEAST_OF_A_NAME: usize = 10;

/// Draws everything; what is where is returned.
pub fn view(state: &State, frame: &mut Frame<'_>) -> Hits {
    let area = frame.area();
    let mut ui = Ui {
        frame,
        theme: &state.settings.theme,
        hits: Hits::default(),
        plain: state.settings.plain,
        at: None,
    };
    if area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(&mut ui, area);
        return ui.hits;
    }
    let base = ui.style(Role::Text);
    ui.frame.buffer_mut().set_style(area, base);
    let row = |y: u16| Rect { y, height: 1, ..area };
    title(&mut ui, row(area.y), state);
    tabs(&mut ui, row(area.y + 1), state);
    let body = Rect {
        y: area.y + 2,
        height: area.height - 3,
        ..area
    };
    match &state.phase {
        Phase::Welcome => welcome::view(&mut ui, body, state),
        Phase::Opening if state.types.is_empty() => opening(&mut ui, body, state),
        Phase::Broken(failure) => welcome::broken(&mut ui, body, failure),
        _ => screen(&mut ui, body, state),
    }
    let contexts = state.contexts();
    hints(&mut ui, row(area.bottom() - 1), state, &contexts);
    for layer in &state.layers {
        layer.dialog.view(&mut ui, area, state);
    }
    let age = compared(state);
    let said = if ui.plain {
        where_one_is(&ui, state, &age)
    } else {
        age
    };
    beside_the_tabs(&mut ui, row(area.y + 1), said);
    state.toasts.draw(&mut ui, area);
    let stand_ins = ui.symbols().stand_ins;
    if !stand_ins.is_empty() {
        stand_in(ui.frame.buffer_mut(), stand_ins);
    }
    ui.hits
}

/// Puts other symbols in the place of those that a text has brought along.
fn stand_in(buffer: &mut Buffer, stand_ins: &[(&str, &str)]) {
    for cell in &mut buffer.content {
        if let Some((_, instead)) = stand_ins.iter().find(|(symbol, _)| *symbol == cell.symbol()) {
            cell.set_symbol(instead);
        }
    }
}

fn screen(ui: &mut Ui<'_, '_>, body: Rect, state: &State) {
    match state.screen {
        Screen::Overview => overview::view(ui, body, state),
        Screen::Records => records::view(ui, body, state),
        Screen::Sync => sync::view(ui, body, state),
        Screen::Verify => verify::view(ui, body, state),
        Screen::History => history::view(ui, body, state),
        Screen::Log => log::view(ui, body, state),
    }
}

fn too_small(ui: &mut Ui<'_, '_>, area: Rect) {
    let lines = [
        "too small".to_owned(),
        format!("{}x{}, needs {}x{}", area.width, area.height, LEAST.0, LEAST.1),
        "q quits".to_owned(),
    ];
    for (number, line) in lines.iter().enumerate() {
        let y = area.y + u16::try_from(number).unwrap_or(0);
        if y < area.bottom() {
            let shown = ui.clip(line, area.width);
            ui.line(Rect { y, height: 1, ..area }, Line::from(shown));
        }
    }
}

/// Name, container, environment on the left; the line to the service and the clock on the right.
fn title(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let production = state.place.is_production();
    let ground = if production {
        ui.style(Role::Production)
    } else {
        Style::new()
    };
    if production {
        ui.frame.buffer_mut().set_style(area, ground);
    }
    let paint = |ui: &Ui<'_, '_>, role: Role, text: String| {
        let style = if production { ground } else { ui.style(role) };
        Span::styled(text::clean(&text), style)
    };
    let right = condition(ui, state);
    let width = |spans: &[Span<'_>]| spans.iter().map(|span| text::width(&span.content)).sum::<usize>();
    let right_width = u16::try_from(width(&right)).unwrap_or(0);
    let room = area.width.saturating_sub(right_width);
    let left = whereabouts(ui, room, state)
        .into_iter()
        .map(|(role, text)| paint(ui, role, text))
        .collect::<Vec<_>>();
    ui.line(
        Rect {
            width: area.width.saturating_sub(right_width),
            ..area
        },
        Line::from(left),
    );
    let place = Rect {
        x: area.right().saturating_sub(right_width),
        width: right_width.min(area.width),
        ..area
    };
    let right: Vec<Span<'static>> = if production {
        right
            .into_iter()
            .map(|span| Span::styled(span.content, ground))
            .collect()
    } else {
        right
    };
    ui.line(place, Line::from(right));
}

/// The program's name, the container, the environment. Where room is short the container gives way, then what stands
/// behind the environment; the environment itself is always there.
fn whereabouts(ui: &Ui<'_, '_>, room: u16, state: &State) -> Vec<(Role, String)> {
    let place = &state.place;
    let name = format!(" {} skydeck  ", ui.symbols().cloud);
    if place.container.is_empty() {
        return vec![(Role::Accent, name)];
    }
    let dot = ui.symbols().none;
    let environment = place.environment.to_uppercase();
    let lock = if place.read_only {
        format!(" {dot} read-only")
    } else {
        String::new()
    };
    let whose = if place.demo { "demo" } else { "public" };
    let rest = format!(" {dot} {whose}{lock}");
    let fixed = text::width(&name) + text::width(&environment) + text::width(&rest);
    let left = usize::from(room).saturating_sub(fixed + text::width("  ") + text::width(dot) + 1);
    let mut shown = vec![(Role::Accent, name)];
    if left >= LEAST_OF_A_NAME.min(text::width(&place.container)) {
        let container = text::clip(&place.container, left, ui.symbols().ellipsis);
        shown.push((Role::Dim, format!(" {container} {dot} ")));
    }
    shown.push((Role::Title, environment));
    shown.push((Role::Dim, rest));
    shown
}

fn condition(ui: &Ui<'_, '_>, state: &State) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    if let Some(seconds) = state.line.seconds_to_wait(state.now) {
        spans.push(ui.span(
            Role::Warning,
            format!(" {} throttled {seconds} s ", ui.symbols().wait),
        ));
    }
    let dot = ui.symbols().dot;
    match (state.line.last.map(Last::trouble), state.line.median()) {
        (Some(None), Some(ms)) => {
            spans.push(ui.span(Role::Good, format!(" {dot} ")));
            spans.push(ui.span(Role::Dim, format!("{ms} ms ")));
        }
        (Some(Some(trouble)), _) => {
            spans.push(ui.span(Role::Danger, format!(" {} {trouble} ", ui.symbols().cross)));
        }
        _ => {}
    }
    if let Some((flying, limit)) = state.line.load.filter(|(flying, _)| *flying > 0) {
        spans.push(ui.span(Role::Dim, format!(" {} {flying}/{limit} ", ui.symbols().flight)));
    }
    spans.push(ui.span(Role::Dim, format!(" {} ", clock(state.now))));
    spans
}

/// Hours and minutes where the user is.
pub fn clock(now: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    time.to_zoned(jiff::tz::TimeZone::system())
        .strftime("%H:%M")
        .to_string()
}

fn tabs(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let mut x = area.x + 1;
    let narrow = area.width < 60;
    for (number, (screen, name, action)) in Screen::ALL.into_iter().enumerate() {
        let here = screen == state.screen && state.phase != Phase::Welcome;
        let label = if narrow && !here {
            format!(" {} ", number + 1)
        } else {
            format!(" {} {name} ", number + 1)
        };
        let width = u16::try_from(text::width(&label)).unwrap_or(0);
        if x + width > area.right() {
            break;
        }
        let place = Rect {
            x,
            width,
            height: 1,
            ..area
        };
        let style = ui.style(if here { Role::Button } else { Role::Dim });
        ui.line(place, Span::styled(label, style));
        ui.hit(place, Target::Action(action));
        x += width + 1;
    }
}

/// Where one is, in words: `Records, row 3 of 60; compared just now`.
fn where_one_is(ui: &Ui<'_, '_>, state: &State, age: &str) -> String {
    let Some((row, length)) = ui.at.filter(|(_, length)| *length > 0) else {
        return age.to_owned();
    };
    let screen = Screen::ALL.iter().find(|(screen, ..)| *screen == state.screen);
    let place = match screen {
        Some((_, name, _)) if state.layers.is_empty() => name,
        _ => "Dialog",
    };
    let (row, length) = (text::grouped(row as u64 + 1), text::grouped(length as u64));
    format!("{place}, row {row} of {length}; {age}")
}

/// At the right end of the row of tabs, where it does not reach into them.
fn beside_the_tabs(ui: &mut Ui<'_, '_>, area: Rect, said: String) {
    let width = u16::try_from(text::width(&said)).unwrap_or(u16::MAX);
    let free = (area.x..area.right()).rev().take_while(|x| {
        let cell = ui.frame.buffer_mut().cell((*x, area.y));
        cell.is_some_and(|cell| cell.symbol() == " ")
    });
    if usize::from(width) < free.count() {
        let place = Rect {
            x: area.right() - width,
            width,
            ..area
        };
        let span = ui.span(Role::Dim, said);
        ui.line(place, span);
    }
}

/// How old the figures are, or what is under way.
fn compared(state: &State) -> String {
    let mut jobs = state.jobs.iter().rev().filter(|job| job.kind != Kind::Quiet);
    if let Some(job) = jobs.next() {
        let more = match jobs.count() {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        let symbols = &state.settings.theme.symbols;
        let frames = symbols.spinner;
        let step = usize::try_from((state.now - job.started) / 120).unwrap_or(0);
        let spin = if state.settings.plain {
            ""
        } else {
            frames[step % frames.len()]
        };
        let ending = if job.cancelling { ", stopping" } else { "" };
        let before = match (job.kind, age(state)) {
            (Kind::Compare, Some(age)) => format!(", figures of {age}"),
            _ => String::new(),
        };
        let seconds = u64::try_from((state.now - job.started) / 1000).unwrap_or(0);
        let far = match job.total {
            Some(total) => format!("{} of {}", text::grouped(job.done), text::grouped(total)),
            None => text::span(seconds),
        };
        return format!("{spin} {}{ending} {far}{more}{before} ", job.kind.title());
    }
    age(state).map_or_else(String::new, |age| format!("compared {age} "))
}

/// How long ago the types were compared; that of the oldest figures.
fn age(state: &State) -> Option<String> {
    let snapshots = state.types.iter().filter_map(|one| one.snapshot.as_ref());
    let oldest = snapshots.map(|snapshot| snapshot.time).min()?;
    Some(text::ago(state.now - oldest))
}

fn opening(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let what = if state.place.demo {
        "Starting the demo"
    } else {
        "Opening"
    };
    let line = ui.span(Role::Dim, format!("{what} {}", ui.symbols().ellipsis));
    ui.line(
        Rect {
            x: area.x + 2,
            y: area.y + 1,
            width: area.width.saturating_sub(2),
            height: 1,
        },
        line,
    );
}
