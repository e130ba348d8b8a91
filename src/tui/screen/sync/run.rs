//! A run under way.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::hits::Pane;
use crate::tui::job::{Became, Conflict, Job, Kind};
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::bar;
use crate::tui::widget::pane::{padded, pane};

/// Does an action.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let job = state.jobs.iter_mut().find(|job| job.kind == Kind::Run);
    match (action, job) {
        (Action::Pause, Some(job)) => {
            job.paused = !job.paused;
            vec![Effect::Pause(job.id, job.paused)]
        }
        _ => Vec::new(),
    }
}

/// Stops the run after the requests in flight; once it is stopping, the screen may be left.
pub(super) fn back(state: &mut State) -> Option<Vec<Effect>> {
    let job = state.jobs.iter_mut().find(|job| job.kind == Kind::Run)?;
    if job.cancelling {
        return None;
    }
    job.cancelling = true;
    let id = job.id;
    state.say(Role::Warning, "stopping after the requests in flight");
    Some(vec![Effect::Cancel(id)])
}

/// Draws the run.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let Some(job) = state.job(Kind::Run) else {
        return;
    };
    let bars = u16::try_from(job.types.len()).unwrap_or(0).saturating_add(8);
    let conflicts = !job.conflicts.is_empty() && area.height >= bars.min(12) + 4;
    let height = if conflicts {
        bars.min(area.height - 4)
    } else {
        area.height
    };
    let top = Rect { height, ..area };
    let title = match (job.cancelling, job.paused) {
        (true, _) => "Run: stopping after the requests in flight",
        (_, true) => "Run: held, p goes on",
        _ => "Run",
    };
    let inner = padded(pane(ui, top, title, Pane::Main, true));
    let lines = progress(ui, inner.width, job, state);
    ui.lines(inner, lines);
    if conflicts {
        let below = Rect {
            y: area.y + height,
            height: area.height - height,
            ..area
        };
        let title = format!("Conflicts {}", job.conflicts.len());
        let inner = padded(pane(ui, below, &title, Pane::Side, false));
        let latest = job.conflicts.iter().rev().take(usize::from(inner.height));
        let lines: Vec<Line<'static>> = latest.map(|one| conflict(ui, inner.width, one)).collect();
        ui.lines(inner, lines);
    }
}

fn progress(ui: &Ui<'_, '_>, width: u16, job: &Job, state: &State) -> Vec<Line<'static>> {
    let names = job.types.iter().map(|one| text::width(&one.record_type)).max();
    let names = names.unwrap_or(3).clamp(8, 24);
    let figures = grouped(job.total.unwrap_or(0)).len() * 2 + 4;
    let taken = u16::try_from(names + figures + 4).unwrap_or(u16::MAX);
    let columns = width.saturating_sub(taken).min(80);
    let bar_of = |name: &str, done: u64, total: u64, role: Role| {
        let mut spans = vec![
            ui.span(
                Role::Text,
                text::left(&text::middle(name, names, ui.symbols().ellipsis), names, ""),
            ),
            Span::raw("  "),
        ];
        spans.extend(bar::progress(ui, columns, done, total, role));
        let of = format!("{} of {}", grouped(done), grouped(total));
        spans.push(ui.span(Role::Dim, text::right(&of, figures + 2, "")));
        Line::from(spans)
    };
    let mut lines = vec![Line::default()];
    for one in &job.types {
        let role = if one.done == one.total {
            Role::Good
        } else {
            Role::Accent
        };
        lines.push(bar_of(&one.record_type, one.done, one.total, role));
    }
    match job.total {
        Some(total) => {
            if job.types.len() > 1 {
                lines.push(Line::default());
                lines.push(bar_of("all", job.done, total, Role::Accent));
            }
        }
        None => lines.push(Line::from(ui.span(
            Role::Dim,
            "writing the plan and the records as they are into the journal",
        ))),
    }
    lines.push(Line::default());
    lines.push(pace(ui, width, job, state.now));
    lines.push(trouble(ui, job, state));
    lines
}

/// How fast it goes, and what is left.
fn pace(ui: &Ui<'_, '_>, width: u16, job: &Job, now: i64) -> Line<'static> {
    let elapsed = u64::try_from((now - job.started) / 1000).unwrap_or(0);
    let mut spans = Vec::new();
    if !ui.plain && !job.pace.is_empty() {
        let columns = width.saturating_sub(56).clamp(10, 40);
        spans.push(bar::spark(ui, columns, job.pace.iter().copied(), Role::Accent));
        spans.push(Span::raw("  "));
    }
    spans.push(ui.span(Role::Text, format!("{:.0} records/s", job.rate(now))));
    spans.push(ui.span(Role::Dim, format!("   {} so far", text::span(elapsed))));
    if let Some(left) = job.seconds_left(now).filter(|left| *left > 0) {
        spans.push(ui.span(Role::Dim, format!("   about {} left", text::span(left))));
    }
    Line::from(spans)
}

/// What does not go smoothly.
fn trouble(ui: &Ui<'_, '_>, job: &Job, state: &State) -> Line<'static> {
    let mut spans = Vec::new();
    if let Some(seconds) = state.line.seconds_to_wait(state.now) {
        let text = format!("{} the service asks to wait: {seconds} s   ", ui.symbols().wait);
        spans.push(ui.span(Role::Warning, text));
    }
    let mut count = |number: u64, what: &str, role: Role| {
        if number > 0 {
            spans.push(ui.span(role, format!("{} {what}   ", grouped(number))));
        }
    };
    count(job.retries, "repeated", Role::Warning);
    count(job.conflicts.len() as u64, "in conflict", Role::Warning);
    count(job.unhappy, "failed", Role::Danger);
    Line::from(spans)
}

fn conflict(ui: &Ui<'_, '_>, width: u16, one: &Conflict) -> Line<'static> {
    let (role, what) = match &one.became {
        Became::Overwritten(changes) => {
            let field = |change: &crate::record::compare::FieldChange| {
                let theirs = show::value(change.cloud.as_ref());
                format!("{} (theirs: {theirs})", change.field)
            };
            let fields: Vec<String> = changes.iter().take(4).map(field).collect();
            (Role::Warning, format!("written over: {}", fields.join(", ")))
        }
        Became::LeftAlone(why) => (Role::Danger, format!("left as it is: {why}")),
    };
    let name = ui.name(&format!("{} {}", one.record_type, one.name), width / 2);
    let room = width.saturating_sub(u16::try_from(text::width(&name)).unwrap_or(0) + 2);
    Line::from(vec![
        ui.span(Role::Text, name),
        Span::raw("  "),
        ui.span(role, ui.clip(&what, room)),
    ])
}
