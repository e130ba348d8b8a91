//! Beside the review, where there is room: the operation under the cursor field by field, or the type that it is in.

use ratatui::layout::Rect;
use ratatui::text::{Line as Text, Span};

use super::review::{Line, Review, changes_of};
use super::tree::{Row, Section};
use crate::record::Value;
use crate::record::compare::FieldChange;
use crate::record::plan::{Operation, Verb};
use crate::tui::hits::Pane;
use crate::tui::show;
use crate::tui::state::State;
use crate::tui::text::{self, grouped};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::widget::bar;
use crate::tui::widget::changed::{differing, marked};
use crate::tui::widget::pane::{padded, pane};

/// Draws what is under the cursor.
pub(super) fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State, review: &Review) {
    let width = area.width.saturating_sub(4);
    let (title, lines) = match review.line(review.cursor.at) {
        Line::Warning(at) => (
            "Before anything is sent".to_owned(),
            warning(ui, width, review, at),
        ),
        Line::Send => ("What follows".to_owned(), send(ui, width, review)),
        Line::Tree(Row::Section(section) | Row::Group(section, _)) => match review.tree.sections.get(section)
        {
            Some(section) => (section.title.clone(), summary(ui, width, state, section)),
            None => return,
        },
        Line::Tree(Row::Member(section, group, place) | Row::Field(section, group, place, _)) => {
            let group = review.tree.group(section, group);
            let operation = group.and_then(|group| Some((group, review.operation(group, place)?)));
            let Some((group, operation)) = operation else {
                return;
            };
            (
                operation.name.clone(),
                fields(ui, width, group.is_in(place), &operation),
            )
        }
    };
    let inner = padded(pane(ui, area, &title, Pane::Side, false));
    ui.lines(inner, lines);
}

fn wrapped(ui: &Ui<'_, '_>, role: Role, words: &str, width: u16) -> Vec<Text<'static>> {
    const MOST: usize = 20;
    let lines = text::wrap(words, usize::from(width), MOST);
    lines
        .into_iter()
        .map(|line| Text::from(ui.span(role, line)))
        .collect()
}

fn warning(ui: &Ui<'_, '_>, width: u16, review: &Review, at: usize) -> Vec<Text<'static>> {
    let Some(warning) = review.warnings.get(at) else {
        return Vec::new();
    };
    let mut lines = wrapped(ui, Role::Warning, &warning.text, width);
    lines.push(Text::default());
    for more in &warning.more {
        lines.extend(wrapped(ui, Role::Dim, more, width));
    }
    lines
}

fn send(ui: &Ui<'_, '_>, width: u16, review: &Review) -> Vec<Text<'static>> {
    let words = if review.comparison.is_none() {
        "A dry run sends nothing."
    } else {
        "A dialog says once more what is sent, how many and where. Nothing leaves before it is confirmed."
    };
    wrapped(ui, Role::Dim, words, width)
}

/// What is planned of a type, and by the last comparison which of its fields changed.
fn summary(ui: &Ui<'_, '_>, width: u16, state: &State, section: &Section) -> Vec<Text<'static>> {
    const NAME: usize = 20;
    let mut lines = Vec::new();
    if section.orphans {
        let words = "These are in the cloud and not on disk. They stay unless o takes them into the plan.";
        lines.extend(wrapped(ui, Role::Dim, words, width));
        lines.push(Text::default());
    }
    for group in &section.groups {
        let name = if section.orphans {
            group.record_type.as_str()
        } else {
            show::verb_word(group.verb)
        };
        let sign = show::verb_sign(ui.symbols(), group.verb);
        let name = text::left(&text::middle(name, NAME, ui.symbols().ellipsis), NAME, "");
        lines.push(Text::from(vec![
            ui.span(show::verb_role(group.verb), format!("{sign} {name}")),
            ui.span(Role::Text, text::right(&grouped(group.included() as u64), 8, "")),
            ui.span(Role::Dim, format!(" of {}", grouped(group.members.len() as u64))),
        ]));
    }
    let known = state.types.iter().find(|one| one.config.name == section.title);
    let Some(snapshot) = known.and_then(|one| one.snapshot.as_ref()) else {
        return lines;
    };
    let same = grouped(snapshot.counts.unchanged as u64);
    lines.push(Text::from(vec![
        ui.span(Role::Dim, text::left("  the same", NAME + 2, "")),
        ui.span(Role::Dim, text::right(&same, 8, "")),
    ]));
    lines.push(Text::default());
    lines.extend(bar::fields(ui, width, &snapshot.changed_fields));
    lines
}

/// Every field that an operation writes, before and after.
fn fields(ui: &Ui<'_, '_>, width: u16, is_in: bool, operation: &Operation) -> Vec<Text<'static>> {
    let sign = show::verb_sign(ui.symbols(), operation.verb);
    let what = format!(
        "{sign} {} {}",
        show::verb_word(operation.verb),
        operation.record_type
    );
    let mut head = vec![ui.span(show::verb_role(operation.verb), what)];
    if !is_in {
        head.push(ui.span(Role::Warning, "   left out"));
    }
    let mut lines = vec![Text::from(head)];
    for change in changes_of(operation) {
        lines.push(Text::default());
        lines.push(Text::from(ui.span(Role::Dim, change.field.clone())));
        lines.extend(values(ui, width, operation.verb, &change));
    }
    lines
}

fn text_of(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| show::value(Some(value)))
}

fn values(ui: &Ui<'_, '_>, width: u16, verb: Verb, change: &FieldChange) -> Vec<Text<'static>> {
    const INDENT: u16 = 8;
    let room = usize::from(width.saturating_sub(INDENT));
    let (cloud, local) = change.texts(text_of);
    let (there, here) = if verb == Verb::Update {
        differing(&cloud, &local)
    } else {
        (0..0, 0..0)
    };
    let line = |side: &str, spans: Vec<Span<'static>>, is_there: bool| {
        let mut all = vec![ui.span(Role::Faint, format!("  {}", text::left(side, 6, "")))];
        if is_there {
            all.extend(spans);
        } else {
            all.push(ui.span(Role::Dim, "(nothing)"));
        }
        Text::from(all)
    };
    let mut lines = Vec::new();
    if verb != Verb::Create {
        let spans = marked(ui, Role::Text, &cloud, &there, room);
        lines.push(line("cloud", spans, change.cloud.is_some()));
    }
    if verb != Verb::Delete {
        let spans = marked(ui, Role::Text, &local, &here, room);
        lines.push(line("local", spans, change.local.is_some()));
    }
    lines
}
