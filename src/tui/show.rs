//! Values, changes and operations as pieces of the screen.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use super::theme::{Role, Symbols};
use super::ui::Ui;
use crate::record::Value;
use crate::record::plan::{Operation, Plan, Verb};
use crate::record::table::Status;

/// A value on one line; `None` says that there is none. No more of a long text is looked at than a line could show.
pub fn value(value: Option<&Value>) -> String {
    const LONGEST: usize = 400;
    match value {
        None => "(missing)".to_owned(),
        Some(Value::String(text)) => text.chars().take(LONGEST).collect(),
        Some(value) => value.to_string().chars().take(LONGEST).collect(),
    }
}

/// What a verb is called in the middle of a sentence.
pub const fn verb_word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Replace | Verb::ForceReplace => "replace",
        Verb::Delete => "delete",
    }
}

/// The role that a verb is drawn in.
pub const fn verb_role(verb: Verb) -> Role {
    match verb {
        Verb::Create => Role::New,
        Verb::Update | Verb::Replace | Verb::ForceReplace => Role::Updated,
        Verb::Delete => Role::Danger,
    }
}

/// The sign of a verb.
pub const fn verb_sign(symbols: &Symbols, verb: Verb) -> &'static str {
    match verb {
        Verb::Create => symbols.new,
        Verb::Update => symbols.updated,
        Verb::Replace | Verb::ForceReplace => symbols.replaced,
        Verb::Delete => symbols.orphan,
    }
}

/// What a key does, in as many lines as it takes.
pub fn offer(ui: &Ui<'_, '_>, columns: u16, key: &str, words: &str) -> Vec<Line<'static>> {
    const MOST: usize = 4;
    let indent = super::text::width(key) + 2;
    let wrapped = super::text::wrap(words, usize::from(columns).saturating_sub(indent), MOST);
    let lines = wrapped.into_iter().enumerate().map(|(at, line)| {
        let key = if at == 0 { key } else { "" };
        Line::from(vec![
            ui.span(Role::Key, super::text::left(key, indent, "")),
            ui.span(Role::Dim, line),
        ])
    });
    lines.collect()
}

/// The sign, the role and the word of a status.
pub const fn status(symbols: &Symbols, status: Status) -> (&'static str, Role, &'static str) {
    match status {
        Status::New => (symbols.new, Role::New, "new"),
        Status::Updated => (symbols.updated, Role::Updated, "updated"),
        Status::Orphan => (symbols.orphan, Role::Orphan, "orphan"),
        Status::Unchanged => (symbols.same, Role::Same, "same"),
    }
}

/// The types of a plan with the number of operations of each: `Game 41, Team 3`.
pub fn types_of(plan: &Plan) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in &plan.operations {
        *counts.entry(&operation.record_type).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{name} {}", super::text::grouped(*count as u64)))
        .collect();
    parts.join(", ")
}

/// An operation on several lines: its name, then a line for each field that is written.
pub fn operation_lines(ui: &Ui<'_, '_>, operation: &Operation, columns: u16) -> Vec<Line<'static>> {
    let (sign, role) = (verb_sign(ui.symbols(), operation.verb), verb_role(operation.verb));
    let name = ui.name(&operation.name, columns.saturating_sub(2));
    let mut lines = vec![Line::from(vec![
        ui.span(role, format!("{sign} ")),
        ui.span(Role::Text, name),
    ])];
    for change in operation.changes() {
        let (before, after) = change.texts(value);
        let values = match operation.verb {
            Verb::Update => format!("{before} {} {after}", ui.symbols().arrow),
            _ => after,
        };
        let field = super::text::left(&change.field, 18, ui.symbols().ellipsis);
        lines.push(Line::from(vec![
            ui.span(Role::Dim, format!("    {field}  ")),
            ui.span(Role::Text, ui.clip(&values, columns.saturating_sub(24))),
        ]));
    }
    lines
}

/// An operation on one line: sign, name, and for an update what changes.
pub fn operation_line(ui: &Ui<'_, '_>, operation: &Operation, columns: u16) -> Line<'static> {
    const MOST_FIELDS: usize = 8;
    let role = verb_role(operation.verb);
    let sign = verb_sign(ui.symbols(), operation.verb);
    let mut spans = vec![ui.span(role, format!("{sign} "))];
    let name = ui.name(&operation.name, columns.saturating_sub(2));
    let mut room = columns.saturating_sub(2 + u16::try_from(super::text::width(&name)).unwrap_or(0));
    spans.push(ui.span(Role::Text, name));
    if operation.verb == Verb::Update {
        for change in operation.changes().into_iter().take(MOST_FIELDS) {
            let (before, after) = change.texts(value);
            let text = format!("  {}: {before} {} {after}", change.field, ui.symbols().arrow);
            let text = ui.clip(&text, room);
            room = room.saturating_sub(u16::try_from(super::text::width(&text)).unwrap_or(room));
            spans.push(Span::styled(text, ui.style(Role::Dim)));
        }
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_replaced_has_a_sign_of_its_own() {
        for symbols in [Symbols::unicode(), Symbols::ascii()] {
            let replaced = verb_sign(&symbols, Verb::Replace);
            assert_eq!(replaced, verb_sign(&symbols, Verb::ForceReplace));
            let others = [Verb::Create, Verb::Update, Verb::Delete].map(|verb| verb_sign(&symbols, verb));
            assert!(!others.contains(&replaced));
            assert_ne!(replaced, status(&symbols, Status::Unchanged).0);
        }
    }
}
