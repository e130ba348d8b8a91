//! Why a type could not be compared.

use super::checks::Diagnostic;
use crate::canonical::Problems;
use crate::cloudkit::Error;
use crate::record::table::TableFull;

/// Why a type could not be compared; the others could.
#[derive(Debug, thiserror::Error)]
pub enum TypeError {
    /// Its file.
    #[error("{0}")]
    Input(Problems),
    /// The service: an index or the type is missing from the schema.
    #[error(transparent)]
    Service(Error),
    /// Record names are shared by all types of a database.
    #[error("the record name '{name}' belongs to a {other} record in the cloud{}; rename it in the file", others(*more))]
    NameTaken {
        /// The first such name.
        name: String,
        /// The type that has it.
        other: String,
        /// How many more there are.
        more: usize,
    },
    /// Fields have other types in the cloud than in the manifest.
    #[error("{}", lines(.0).join("\n"))]
    FieldTypes(Vec<Diagnostic>),
    /// More than can be held.
    #[error(transparent)]
    TooMany(#[from] TableFull),
}

impl TypeError {
    /// What to check, one line each.
    pub fn advice(&self) -> Vec<String> {
        match self {
            TypeError::Service(error) => error.advice(),
            TypeError::FieldTypes(found) => found.iter().filter_map(|one| one.help.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// What happened, one message for each line. A line break inside a message is a character of what it is about.
    pub fn messages(&self) -> Vec<String> {
        match self {
            TypeError::Input(problems) => problems.messages(),
            TypeError::FieldTypes(found) => lines(found),
            error => vec![error.to_string()],
        }
    }
}

fn lines(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(Diagnostic::to_string).collect()
}

fn others(more: usize) -> String {
    if more == 0 {
        String::new()
    } else {
        format!(" (and {more} more names)")
    }
}
