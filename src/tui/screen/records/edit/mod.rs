//! What leads to a write of single records: every way ends in one plan and one confirmation.
//!
//! - `draft`: a record as JSON in the user's editor; what was typed there is kept until it was written
//! - `save`: planning, conflicts, and what came of the run

mod draft;
mod save;

use std::collections::HashSet;

use crate::record::table::Status;
use crate::sync::{Edit, Report, Reviewed};
use crate::tui::action::Action;
use crate::tui::dialog::choose::{Choice, Choose};
use crate::tui::dialog::create::Create;
use crate::tui::dialog::edit::EditValue;
use crate::tui::effect::Effect;
use crate::tui::failure::Failure;
use crate::tui::job::{JobId, Kind};
use crate::tui::state::{Screen, State};
use crate::tui::theme::Role;

use super::{Subject, detail};
use draft::Draft;
use save::Pending;

pub use draft::{create, edit_again, throw_away};
pub use save::{plan, plan_again};

/// What is being edited.
#[derive(Debug, Default)]
pub struct Editing {
    /// What is to be edited as soon as the record was looked up.
    wish: Option<(Subject, Wish)>,
    pending: Option<Pending>,
    /// Texts from the editor that were not written yet, the one at hand last.
    drafts: Vec<Draft>,
}

#[derive(Debug)]
enum Wish {
    Field(String),
    Json,
}

pub(super) fn enabled(action: Action, state: &State) -> Result<(), String> {
    if state.screen != Screen::Records
        || !matches!(
            action,
            Action::Edit | Action::EditJson | Action::New | Action::Delete
        )
    {
        return Ok(());
    }
    if state.job(Kind::Run).is_some() {
        return Err("a run is under way; one writes at a time".to_owned());
    }
    if action != Action::New && state.records.list.subject(state).is_none() {
        return Err("there is no record here".to_owned());
    }
    match state.records.detail.field(state) {
        Some((name, true)) if action == Action::Edit && state.records.in_detail => {
            Err(format!("{name} is not in skydeck.toml; it is never written"))
        }
        _ => Ok(()),
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Edit => edit(state),
        Action::EditJson => match state.records.list.subject(state) {
            Some(subject) => draft::begin(state, subject),
            None => Vec::new(),
        },
        Action::New => {
            let here = state.records.list.subject(state);
            new(state, here.map_or(0, |subject| subject.type_index))
        }
        Action::Delete => delete(state),
        _ => Vec::new(),
    }
}

/// A new record; where one was begun and not written, that one may go on.
fn new(state: &mut State, type_index: usize) -> Vec<Effect> {
    if let Some(draft) = draft::kept(state, Draft::is_new) {
        let choice = |title: &str, value: String, then| Choice {
            title: title.to_owned(),
            note: String::new(),
            value,
            then,
        };
        let going_on = format!("Go on with {}", draft.subject().name);
        let choices = vec![
            choice(&going_on, String::new(), |state: &mut State, _| edit_again(state)),
            choice("Begin another one", type_index.to_string(), |state, value| {
                state.open(Create::new(value.parse().unwrap_or(0)));
                Vec::new()
            }),
        ];
        state.open(Choose::new("New record", choices));
        return Vec::new();
    }
    state.open(Create::new(type_index));
    Vec::new()
}

/// Edits the field under the cursor; from the list it is asked which one.
fn edit(state: &mut State) -> Vec<Effect> {
    let field = state
        .records
        .detail
        .field(state)
        .filter(|_| state.records.in_detail);
    if let Some((field, _)) = field {
        return edit_field(state, field);
    }
    let Some(subject) = state.records.list.subject(state) else {
        return Vec::new();
    };
    let Some(one) = state.types.get(subject.type_index) else {
        return Vec::new();
    };
    let fields = one.config.fields.iter().map(|field| Choice {
        title: field.name.clone(),
        note: field.field_type.to_string(),
        value: field.name.clone(),
        then: edit_field,
    });
    let choices = fields.collect();
    state.open(Choose::new("Which field?", choices).again('e'));
    Vec::new()
}

fn edit_field(state: &mut State, field: String) -> Vec<Effect> {
    let Some(here) = state.records.list.subject(state) else {
        return Vec::new();
    };
    let chosen = chosen(state);
    if chosen == [here.clone()] || chosen.is_empty() {
        return with_lookup(state, here, Wish::Field(field));
    }
    let Some(one) = state.types.get(here.type_index) else {
        return Vec::new();
    };
    let Some(mapping) = one.config.fields.iter().find(|one| one.name == field).cloned() else {
        return Vec::new();
    };
    let record_type = one.config.name.clone();
    let names = in_cloud(state, &chosen);
    if names.is_empty() {
        return Vec::new();
    }
    state.open(EditValue::several(mapping, record_type, names));
    Vec::new()
}

/// The marked records of the type at hand, or the one under the cursor.
fn chosen(state: &State) -> Vec<Subject> {
    let mut chosen = state.records.list.chosen(state);
    if let Some(here) = state.records.list.subject(state) {
        chosen.retain(|subject| subject.type_index == here.type_index);
    }
    chosen
}

/// The names of those that the cloud has, as far as was compared; it is told how many it has not.
fn in_cloud(state: &mut State, subjects: &[Subject]) -> Vec<String> {
    let new: HashSet<&str> = subjects
        .iter()
        .filter(|subject| is_new(state, subject))
        .map(|subject| subject.name.as_str())
        .collect();
    let names = subjects.iter().map(|subject| &subject.name);
    let names: Vec<String> = names
        .filter(|name| !new.contains(name.as_str()))
        .cloned()
        .collect();
    if !new.is_empty() {
        let of = crate::tui::text::counted(subjects.len(), "record");
        let words = format!("{} of {of} not in the cloud yet; s sends what is new", new.len());
        state.say(Role::Warning, words);
    }
    names
}

fn is_new(state: &State, subject: &Subject) -> bool {
    let status = || {
        let config = &state.types.get(subject.type_index)?.config;
        let comparison = state.comparison.as_ref()?;
        let (_, diff) = comparison.diffs().find(|(one, _)| one.name == config.name)?;
        Some(diff.table().status(diff.table().find(&subject.name)?))
    };
    status() == Some(Status::New)
}

/// Goes on once the record was looked up: what is edited is never stale.
fn with_lookup(state: &mut State, subject: Subject, wish: Wish) -> Vec<Effect> {
    if state.records.detail.looked_up(&subject).is_some() {
        state.records.edit.wish = Some((subject, wish));
        return looked_up(state);
    }
    state.records.edit.wish = Some((subject, wish));
    detail::look_up_now(state, Kind::Find)
}

/// A record was looked up: what waited for that goes on.
pub(super) fn looked_up(state: &mut State) -> Vec<Effect> {
    let Some((subject, wish)) = state.records.edit.wish.take() else {
        return Vec::new();
    };
    if state.records.list.subject(state).as_ref() != Some(&subject) || !state.layers.is_empty() {
        return Vec::new();
    }
    let Some(record) = state.records.detail.looked_up(&subject).cloned() else {
        let words = format!("{} could not be looked up, or is not in the cloud", subject.name);
        state.say(Role::Warning, words);
        return Vec::new();
    };
    match wish {
        Wish::Json => draft::open(state, subject, record),
        Wish::Field(field) => {
            let config = state.types.get(subject.type_index).map(|one| &one.config);
            let mapping = config.and_then(|config| config.fields.iter().find(|one| one.name == field));
            if let Some(mapping) = mapping.cloned() {
                state.open(EditValue::one(mapping, record));
            }
            Vec::new()
        }
    }
}

/// Deletes the record, or the marked ones, through one plan.
fn delete(state: &mut State) -> Vec<Effect> {
    let chosen = chosen(state);
    let names = in_cloud(state, &chosen);
    let Some(first) = chosen.first() else {
        return Vec::new();
    };
    let Some(one) = state.types.get(first.type_index) else {
        return Vec::new();
    };
    let record_type = one.config.name.clone();
    let base = state.records.detail.looked_up(first).cloned();
    let edit = |name: String| Edit::Delete {
        record_type: record_type.clone(),
        base: base.clone().filter(|base| base.name == name).map(Box::new),
        name,
    };
    let edits: Vec<Edit> = names.into_iter().map(edit).collect();
    if edits.is_empty() {
        return Vec::new();
    }
    plan(state, edits)
}

pub(super) fn edited(state: &mut State, result: Result<Option<String>, Failure>) -> Vec<Effect> {
    draft::edited(state, result)
}

pub(super) fn reviewed(state: &mut State, job: JobId, reviewed: Reviewed) -> Option<Reviewed> {
    save::reviewed(state, job, reviewed)
}

pub(super) fn failed(state: &mut State, job: JobId, failure: &Failure) -> bool {
    save::failed(state, job, failure)
}

/// A run has ended: a conflict about a record that was edited here is to be resolved.
pub(super) fn applied(state: &mut State, report: &Report) -> Vec<Effect> {
    save::applied(state, report)
}
