//! One finding about files, manifest, schema or plan; both front ends and the JSON documents show these.

use std::fmt;
use std::path::PathBuf;

use crate::config::Level;

/// Which check found something. The names are those of `[checks]` in `skydeck.toml`, where they can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// A field has another type in the cloud than in the manifest.
    FieldTypes,
    /// A mapped field is not in the environment's schema.
    MissingFields,
    /// Two files have a record of the same name.
    RecordNames,
    /// More records refer to one with `DELETE_SELF` than the service takes.
    DeleteSelfLimit,
    /// A reference with VALIDATE that the service would refuse.
    ValidateReferences,
    /// A deletion takes records along that the plan does not delete.
    CascadingDeletions,
    /// A reference to a record of another type than the manifest says.
    ReferenceTypes,
    /// A reference to a record that will not be there.
    DanglingReferences,
}

impl Check {
    /// The name in `[checks]` and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Check::FieldTypes => "field_types",
            Check::MissingFields => "missing_fields",
            Check::RecordNames => "record_names",
            Check::DeleteSelfLimit => "delete_self_limit",
            Check::ValidateReferences => "validate_references",
            Check::CascadingDeletions => "cascading_deletions",
            Check::ReferenceTypes => "reference_types",
            Check::DanglingReferences => "dangling_references",
        }
    }

    /// What several findings of this kind have in common.
    const fn noun(self) -> &'static str {
        match self {
            Check::FieldTypes => "fields of another type",
            Check::MissingFields => "fields that the schema lacks",
            Check::RecordNames => "record names that another file has too",
            Check::DeleteSelfLimit => "records with more DELETE_SELF references than CloudKit takes",
            Check::ValidateReferences => "references with VALIDATE that CloudKit would refuse",
            Check::CascadingDeletions => "records that deletions of this plan would take along",
            Check::ReferenceTypes => "references to records of another type",
            Check::DanglingReferences => "references to records that will not be there",
        }
    }
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It blocks: nothing is sent.
    Error,
    /// It is reported.
    Warning,
}

impl Severity {
    /// The word in messages and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    /// What a configured level makes of a finding; `None`: it is not told.
    pub fn at(level: Level) -> Option<Self> {
        match level {
            Level::Off => None,
            Level::Warn => Some(Severity::Warning),
            Level::Block => Some(Severity::Error),
        }
    }
}

/// A line of a file, relative to the data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// One finding. It displays on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which check found it.
    pub check: Check,
    /// How serious it is.
    pub severity: Severity,
    /// The record type.
    pub record_type: String,
    /// The record, where it is about one.
    pub name: Option<String>,
    /// The field, where it is about one.
    pub field: Option<String>,
    /// Where the record stands in its file, where it does.
    pub place: Option<FileLine>,
    /// How many more records it holds for in the same words.
    pub more: usize,
    /// What is wrong; it begins with the object.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let records = if self.more == 1 { "record" } else { "records" };
        match (&self.place, self.more) {
            (None, 0) => Ok(()),
            (Some(place), 0) => write!(f, " ({place})"),
            (None, more) => write!(f, " (and {more} more {records})"),
            (Some(place), more) => write!(f, " ({place}, and {more} more {records})"),
        }
    }
}

/// Findings of one kind about one field, to be shown together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticGroup {
    /// How serious they are.
    pub severity: Severity,
    /// Them all in a line: the finding itself where there is only one.
    pub heading: String,
    /// Each of them; empty where the heading says it all.
    pub each: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Puts findings of one kind together, the serious ones first.
pub fn grouped(diagnostics: &[Diagnostic]) -> Vec<DiagnosticGroup> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    // Stable: within a group they stay in the order in which they were found.
    sorted.sort_by_key(|one| one.severity);
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    for one in sorted {
        let alike = |group: &&mut Vec<&Diagnostic>| group.first().is_some_and(|first| first.is_like(one));
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.into_iter().filter_map(|group| together(&group)).collect()
}

impl Diagnostic {
    fn is_like(&self, other: &Self) -> bool {
        let key = |one: &Self| {
            (
                one.check,
                one.severity,
                one.record_type.clone(),
                one.field.clone(),
            )
        };
        key(self) == key(other)
    }
}

fn together(group: &[&Diagnostic]) -> Option<DiagnosticGroup> {
    let first = group.first()?;
    let object = match &first.field {
        Some(field) => format!("{}.{field}", first.record_type),
        None => first.record_type.clone(),
    };
    let count: usize = group.iter().map(|one| 1 + one.more).sum();
    let heading = if group.len() == 1 {
        first.to_string()
    } else {
        format!("{object}: {count} {}", first.check.noun())
    };
    let each = group.iter().filter(|_| group.len() > 1);
    Some(DiagnosticGroup {
        severity: first.severity,
        heading,
        each: each.map(ToString::to_string).collect(),
        help: first.help.clone(),
    })
}
