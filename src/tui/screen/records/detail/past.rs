//! What runs have done to a record, the latest first.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::shown::Shown;
use crate::journal::{Entry, Run, State};
use crate::record::compare::FieldChange;
use crate::record::plan::Verb;
use crate::tui::show;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Minutes of a time, where the user is.
pub fn time(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.to_zoned(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// Lines that are drawn.
pub(super) fn length(shown: &Shown) -> usize {
    match &shown.past {
        Some(Ok(list)) => list.iter().map(|(_, entry)| lines_of(entry)).sum(),
        _ => 1,
    }
}

fn lines_of(entry: &Entry) -> usize {
    2 + changes(entry).len() + entry.overwrites.len() + usize::from(entry.detail.is_some())
}

fn changes(entry: &Entry) -> Vec<FieldChange> {
    entry.operation.changes()
}

pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, shown: &Shown, first: usize) {
    let list = match &shown.past {
        None => {
            let line = ui.span(Role::Dim, format!("reading {}", ui.symbols().ellipsis));
            ui.line(area, line);
            return;
        }
        Some(Err(why)) => {
            let line = ui.span(Role::Danger, format!("{} {why}", ui.symbols().cross));
            ui.line(area, line);
            return;
        }
        Some(Ok(list)) if list.is_empty() => {
            let lines = [
                Line::from(ui.span(Role::Dim, "No run of this machine has touched it.")),
                Line::from(ui.span(Role::Faint, "What a sync or an edit changes is told here.")),
            ];
            ui.lines(area, lines);
            return;
        }
        Some(Ok(list)) => list,
    };
    let top = first.min(length(shown).saturating_sub(usize::from(area.height)));
    let (mut passed, mut lines) = (0, Vec::new());
    for (run, entry) in list {
        let count = lines_of(entry);
        if passed + count > top && passed < top + usize::from(area.height) {
            let all = entry_lines(ui, run, entry, area.width);
            lines.extend(all.into_iter().skip(top.saturating_sub(passed)));
        }
        passed += count;
    }
    ui.lines(area, lines);
}

fn entry_lines(ui: &Ui<'_, '_>, run: &Run, entry: &Entry, width: u16) -> Vec<Line<'static>> {
    let verb = entry.operation.verb;
    let (role, state) = match entry.state {
        State::Applied => (Role::Good, "done"),
        State::AlreadyEqual => (Role::Dim, "was so already"),
        State::AlreadyGone => (Role::Dim, "already gone"),
        State::Conflicted => (Role::Warning, "conflict, not written"),
        State::Refused => (Role::Danger, "refused"),
        State::Sent => (Role::Warning, "outcome not known"),
        State::Planned | State::NotAttempted => (Role::Dim, "not attempted"),
    };
    let sign = show::verb_sign(ui.symbols(), verb);
    let mut lines = vec![Line::from(vec![
        ui.span(
            show::verb_role(verb),
            format!("{sign} {} ", show::verb_word(verb)),
        ),
        ui.span(Role::Text, format!(" {}  ", time(run.started))),
        ui.span(Role::Dim, format!("run {} ({})  ", run.id, run.kind.word())),
        ui.span(role, state),
    ])];
    for change in changes(entry) {
        lines.push(change_line(ui, &change, verb, width));
    }
    for change in &entry.overwrites {
        let theirs = show::value(change.cloud.as_ref());
        let text = format!("    wrote over somebody else's {}: {theirs}", change.field);
        lines.push(Line::from(ui.span(Role::Warning, ui.clip(&text, width))));
    }
    if let Some(detail) = &entry.detail {
        lines.push(Line::from(
            ui.span(role, ui.clip(&format!("    {detail}"), width)),
        ));
    }
    lines.push(Line::default());
    lines
}

/// `field  before → after`
fn change_line(ui: &Ui<'_, '_>, change: &FieldChange, verb: Verb, width: u16) -> Line<'static> {
    let ellipsis = ui.symbols().ellipsis;
    let (before, after) = change.texts(show::value);
    let values = if verb == Verb::Create {
        after
    } else {
        format!("{before} {} {after}", ui.symbols().arrow)
    };
    let room = width.saturating_sub(22);
    Line::from(vec![
        ui.span(
            Role::Dim,
            format!("    {}", text::left(&change.field, 16, ellipsis)),
        ),
        ui.span(Role::Text, format!("  {}", ui.clip(&values, room))),
    ])
}
