//! What is told before anything is written: by `diff`, by a review, by a dry run, and by the doctor.
//!
//! - `diagnostic`: one finding, and findings of one kind together
//! - `schema`: the manifest's fields against the cloud's types and its schema
//! - `standing`: what becomes of each record when a plan is carried out
//! - `references`: where references would point then
//!
//! Which findings block and which are only told is for `[checks]` in `skydeck.toml` to say.

mod diagnostic;
mod references;
mod schema;
mod standing;

use std::collections::{HashMap, HashSet};

pub use diagnostic::{Check, Diagnostic, DiagnosticGroup, FileLine, Severity, grouped};
pub use schema::{SchemaFindings, ask_schema, missing_field, other_type, other_types};

use self::references::place;
use self::standing::{Draft, Fate};
use super::{Choices, Compared, Comparison, JobError, Session};
use crate::cloudkit::{Client, Error};
use crate::config::TypeConfig;
use crate::record::diff::Diff;
use crate::record::table::Table;

impl Comparison {
    /// What is to be told of a plan that would send everything that differs and delete nothing.
    pub fn diagnostics(&self, session: &Session) -> Vec<Diagnostic> {
        diagnostics(session, self, &Choices::default())
    }
}

/// What is to be told of a plan.
pub(super) fn diagnostics(session: &Session, comparison: &Comparison, choices: &Choices) -> Vec<Diagnostic> {
    let draft = Draft { comparison, choices };
    let checks = &session.config().checks;
    let mut found = Vec::new();
    let missing = Severity::at(checks.missing_fields_in(session.environment()));
    for compared in &comparison.types {
        let fields = compared.missing_fields.iter().zip(missing.iter().cycle());
        found.extend(fields.map(|(field, severity)| {
            missing_field(
                session.environment(),
                *severity,
                &compared.type_config.name,
                field,
            )
        }));
    }
    found.extend(
        comparison
            .diffs()
            .flat_map(|(_, diff)| schema::mixed_types(diff.table())),
    );
    found.extend(names_twice(&draft));
    found.extend(references::references(&draft, checks));
    found
}

/// New records whose name another file has too. Record names are shared by all types of a database.
fn names_twice(draft: &Draft<'_>) -> Vec<Diagnostic> {
    let types: Vec<(&TypeConfig, &Diff)> = draft.comparison.diffs().collect();
    let mut found = Vec::new();
    for (at, one) in types.iter().enumerate() {
        for other in types.iter().skip(at + 1) {
            let (few, many) = if one.1.table().len() <= other.1.table().len() {
                (one, other)
            } else {
                (other, one)
            };
            for row in few
                .1
                .rows()
                .filter(|row| draft.fate(few.1, *row) == Fate::Written)
            {
                let name = few.1.table().name(row);
                let twin = many.1.table().find(name);
                if let Some(twin) = twin.filter(|twin| draft.fate(many.1, *twin) == Fate::Written) {
                    found.push(name_twice(name, [(*few, row), (*many, twin)], at_first(one, few)));
                }
            }
        }
    }
    found
}

/// Whether the smaller of two types is the first in the configuration.
fn at_first(one: &(&TypeConfig, &Diff), few: &(&TypeConfig, &Diff)) -> bool {
    std::ptr::eq(one.1, few.1)
}

fn name_twice(name: &str, mut both: [((&TypeConfig, &Diff), usize); 2], in_order: bool) -> Diagnostic {
    if !in_order {
        both.reverse();
    }
    let called = both.map(|((type_config, diff), row)| match place(type_config, diff, row) {
        Some(place) => format!("{} ({place})", type_config.name),
        None => type_config.name.clone(),
    });
    let [((type_config, _), _), _] = both;
    Diagnostic {
        check: Check::RecordNames,
        severity: Severity::Error,
        record_type: type_config.name.clone(),
        name: Some(name.to_owned()),
        field: None,
        // Both places are in the message.
        place: None,
        more: 0,
        message: format!(
            "Record name '{name}': used by {} and by {}; names are shared by all types of a database",
            called[0], called[1]
        ),
        help: Some("rename one of the two records in its file".to_owned()),
    }
}

/// The record types of names that references point at and that no table has; `None` for a name that nobody has.
pub(super) async fn look_elsewhere(
    client: &Client,
    compared: &[Compared],
) -> Result<HashMap<String, Option<String>>, Error> {
    let names: Vec<String> = {
        let diffs: Vec<&Diff> = compared
            .iter()
            .filter_map(|one| one.outcome.as_ref().ok())
            .collect();
        let is_here = |name: &str| diffs.iter().any(|diff| diff.table().find(name).is_some());
        let targets = diffs.iter().flat_map(|diff| diff.table().links().local());
        let targets: HashSet<&str> = targets.map(|link| link.target).collect();
        targets
            .into_iter()
            .filter(|name| !is_here(name))
            .map(str::to_owned)
            .collect()
    };
    let lookup = client.lookup(&names).await?;
    let found = lookup
        .found
        .into_iter()
        .map(|(name, record)| (name, Some(record.record_type)));
    let missing = lookup.missing.into_iter().map(|name| (name, None));
    Ok(found.chain(missing).collect())
}

/// What is to be told of the files alone, before anything was compared: each record counts as one to be written.
///
/// # Errors
/// What the lookup of reference targets meets that are in no file.
pub async fn check_files(
    session: &Session,
    files: Vec<(TypeConfig, Table)>,
) -> Result<Vec<Diagnostic>, JobError> {
    Ok(files_alone(session, files).await?.diagnostics(session))
}

/// Files as a comparison with an empty cloud; reference targets that are in no file are looked up.
pub(super) async fn files_alone(
    session: &Session,
    files: Vec<(TypeConfig, Table)>,
) -> Result<Comparison, JobError> {
    let is_whole = files.len() == session.config().types.len();
    let types = files.into_iter().map(|(type_config, table)| Compared {
        type_config,
        outcome: Ok(Diff::new(table, None)),
        missing_fields: Vec::new(),
    });
    let types: Vec<Compared> = types.collect();
    let elsewhere = look_elsewhere(session.client(), &types)
        .await
        .map_err(JobError::service)?;
    Ok(Comparison {
        place: session.place().clone(),
        types,
        elsewhere,
        is_whole,
    })
}

/// A plan has one operation a record name: where two files have the same there can be none.
pub(super) fn names_once(diagnostics: &[Diagnostic]) -> Result<(), JobError> {
    if diagnostics.iter().any(|one| one.check == Check::RecordNames) {
        return Err(JobError::Blocked(blocking(diagnostics)));
    }
    Ok(())
}

/// The findings that block, if there are any.
pub(super) fn blocking(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let blocks = |one: &&Diagnostic| one.severity == Severity::Error;
    diagnostics.iter().filter(blocks).cloned().collect()
}
