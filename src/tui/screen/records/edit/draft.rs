//! A record as JSON in the user's editor, in the form that its canonical file has: the members of the manifest, read with
//! all the checks that a file is read with. What was typed is kept until it was written.

use crate::canonical::{changed, read_written, written};
use crate::config::TypeConfig;
use crate::record::{Fields, Record};
use crate::sync::Edit;
use crate::tui::dialog::choose::{Choice, Choose};
use crate::tui::dialog::redo::Redo;
use crate::tui::effect::Effect;
use crate::tui::failure::Failure;
use crate::tui::screen::records::Subject;
use crate::tui::state::State;
use crate::tui::theme::Role;

use super::Wish;
use super::save::plan_draft;

/// A text on its way.
#[derive(Debug)]
pub(super) struct Draft {
    subject: Subject,
    /// The record as it was looked at; `None` for a new one.
    base: Option<Record>,
    /// What the editor was given first.
    given: String,
    /// What came back last.
    text: String,
}

impl Draft {
    fn new(config: &TypeConfig, subject: Subject, base: Option<Record>) -> Self {
        let none = Fields::new();
        let fields = base.as_ref().map_or(&none, |base| &base.fields);
        let given = written(config, &subject.name, fields);
        Draft {
            subject,
            base,
            text: given.clone(),
            given,
        }
    }

    pub(super) fn is_new(&self) -> bool {
        self.base.is_none()
    }

    pub(super) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What the editor is given: the text under a few words about it.
    fn page(&self, config: &TypeConfig) -> String {
        format!("{}{}", remarks(config, self), self.text)
    }

    /// What the text means.
    fn edit(&self, config: &TypeConfig) -> Result<Edit, Vec<String>> {
        // With what stands above it, so that lines have the numbers that the editor shows.
        let record = read_written(config, &self.page(config))?;
        if record.name != self.subject.name {
            let member = &config.record_name;
            let name = &self.subject.name;
            return Err(vec![format!(
                "{member} must stay \"{name}\": a record's name cannot be changed"
            )]);
        }
        let (record_type, name) = (config.name.clone(), record.name);
        let Some(base) = &self.base else {
            return Ok(Edit::Create {
                record_type,
                name,
                fields: record.fields,
            });
        };
        // What does not survive being written out was not changed by anybody.
        let before =
            read_written(config, &self.given).map_or_else(|_| base.fields.clone(), |read| read.fields);
        Ok(Edit::Update {
            record_type,
            name,
            goal: changed(config, &before, &record.fields),
            base: Some(Box::new(base.clone())),
        })
    }
}

/// The latest text of a kind that was not written yet; it is the one at hand from then on.
pub(super) fn kept(state: &mut State, is_meant: impl Fn(&Draft) -> bool) -> Option<&Draft> {
    let drafts = &mut state.records.edit.drafts;
    let at = drafts
        .iter()
        .rposition(|draft| is_meant(draft) && draft.text != draft.given)?;
    let draft = drafts.remove(at);
    drafts.push(draft);
    drafts.last()
}

/// `E`: the record under the cursor. A text about it that was not written yet may go on.
pub(super) fn begin(state: &mut State, subject: Subject) -> Vec<Effect> {
    if kept(state, |draft| draft.subject == subject).is_none() {
        return super::with_lookup(state, subject, Wish::Json);
    }
    let choice = |title: &str, then| Choice {
        title: title.to_owned(),
        note: String::new(),
        value: String::new(),
        then,
    };
    let choices = vec![
        choice("Go on with your text", |state: &mut State, _| edit_again(state)),
        choice("Start from the cloud's record", |state, _| {
            throw_away(state);
            match state.records.list.subject(state) {
                Some(subject) => super::with_lookup(state, subject, Wish::Json),
                None => Vec::new(),
            }
        }),
    ];
    state.open(Choose::new("Your text was not written yet", choices));
    Vec::new()
}

/// Opens the editor on a record that was just looked up.
pub(super) fn open(state: &mut State, subject: Subject, record: Record) -> Vec<Effect> {
    begun(state, subject, Some(record))
}

/// Opens the editor on a record that is to be.
pub fn create(state: &mut State, subject: Subject) -> Vec<Effect> {
    begun(state, subject, None)
}

fn begun(state: &mut State, subject: Subject, base: Option<Record>) -> Vec<Effect> {
    let Some(one) = state.types.get(subject.type_index) else {
        return Vec::new();
    };
    let draft = Draft::new(&one.config, subject, base);
    let drafts = &mut state.records.edit.drafts;
    drafts.retain(|old| old.text != old.given && old.subject != draft.subject);
    drafts.push(draft);
    edit_again(state)
}

/// Opens the editor on the text as it is.
pub fn edit_again(state: &mut State) -> Vec<Effect> {
    let Some(draft) = state.records.edit.drafts.last() else {
        return Vec::new();
    };
    let Some(one) = state.types.get(draft.subject.type_index) else {
        return Vec::new();
    };
    vec![Effect::Editor {
        text: draft.page(&one.config),
        ending: ".json",
    }]
}

/// The text at hand is of no use any more.
pub fn throw_away(state: &mut State) {
    state.records.edit.drafts.pop();
}

fn remarks(config: &TypeConfig, draft: &Draft) -> String {
    let file = config.file.display();
    let what = if draft.is_new() { "New " } else { "" };
    format!(
        "// {what}{} {}, as {file} would have it. null means no value.\n\
         // Save and leave the editor to go on; nothing is sent before you have confirmed it.\n",
        config.name, draft.subject.name
    )
}

/// Without the remarks at its top.
fn bare(text: &str) -> String {
    let lines = text
        .lines()
        .skip_while(|line| line.trim_start().starts_with("//"));
    let mut bare: String = lines.collect::<Vec<_>>().join("\n");
    bare.push('\n');
    bare
}

/// A text has come back.
pub(super) fn edited(state: &mut State, result: Result<Option<String>, Failure>) -> Vec<Effect> {
    let Some(draft) = state.records.edit.drafts.last_mut() else {
        return Vec::new();
    };
    match result {
        Ok(Some(text)) => draft.text = bare(&text),
        Ok(None) => {}
        Err(failure) => {
            state.open(Redo::new(failure));
            return Vec::new();
        }
    }
    if draft.text == draft.given {
        throw_away(state);
        state.say(Role::Good, "nothing was changed");
        return Vec::new();
    }
    let Some(one) = state.types.get(draft.subject.type_index) else {
        return Vec::new();
    };
    match draft.edit(&one.config) {
        Ok(Edit::Update { goal, .. }) if goal.is_empty() => {
            throw_away(state);
            state.say(Role::Good, "nothing was changed");
            Vec::new()
        }
        Ok(edit) => plan_draft(state, edit),
        Err(mistakes) => {
            let what = format!("{} cannot be read", draft.subject.name);
            let failure = Failure::list(&what, &mistakes);
            state.open(Redo::new(failure));
            Vec::new()
        }
    }
}
