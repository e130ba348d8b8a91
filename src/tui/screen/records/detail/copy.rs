//! `y`: what of the record goes to the clipboard.

use super::fields;
use crate::tui::dialog::choose::{Choice, Choose};
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::text::{counted, grouped};

/// Asks what to copy; `y` once more takes the first.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let chosen = state.records.list.chosen(state);
    let detail = &state.records.detail;
    let mut choices = Vec::new();
    let copy = |title: &str, text: String| Choice {
        title: title.to_owned(),
        note: match text.lines().count() {
            0 | 1 => text.chars().take(200).collect(),
            lines => counted(lines, "line"),
        },
        value: text,
        then: |_, text| vec![Effect::Copy(text)],
    };
    let in_detail = state.records.in_detail;
    if let Some(shown) = &detail.shown {
        let field = detail.field(state).filter(|_| in_detail);
        let rows = state
            .types
            .get(shown.subject.type_index)
            .map(|one| fields::rows(&one.config, shown));
        let row = field.and_then(|(name, _)| rows?.into_iter().find(|row| row.name == name));
        if let Some(row) = row {
            for (side, text) in row.sides() {
                let title = format!("{} {side}", row.name);
                choices.push(copy(title.trim_end(), text));
            }
        }
        choices.push(copy("name", shown.subject.name.clone()));
        if !shown.json.is_empty() {
            choices.push(copy("JSON", shown.json.join("\n")));
        }
    }
    if chosen.len() > 1 {
        let names: Vec<&str> = chosen.iter().map(|subject| subject.name.as_str()).collect();
        let title = format!("{} names", grouped(names.len() as u64));
        choices.insert(0, copy(&title, names.join("\n")));
    }
    state.open(Choose::new("Copy", choices).again('y'));
    Vec::new()
}
