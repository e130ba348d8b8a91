//! What is wrong in a file, where, and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

/// The most problems of one file that are kept whole.
const KEPT: usize = 100;

/// One problem; it displays on one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, where there is one.
    pub line: Option<u32>,
    /// The column in bytes, from 1.
    pub column: Option<u32>,
    /// The record.
    pub record: Option<String>,
    /// The CloudKit field.
    pub field: Option<String>,
    /// What is wrong.
    pub found: String,
    /// What was expected, or what to do.
    pub advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        f.write_str(": ")?;
        match (&self.record, &self.field) {
            (Some(record), Some(field)) => write!(f, "record '{record}', field {field}: ")?,
            (Some(record), None) => write!(f, "record '{record}': ")?,
            (None, Some(field)) => write!(f, "field {field}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.found)?;
        if self.advice.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", self.advice)
        }
    }
}

/// Why a file gave no records: its problems, the first hundred of them whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems {
    /// The file.
    pub file: PathBuf,
    /// The problems, in the file's order.
    pub list: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
    /// Whether the caller had the reading stopped; then what is listed is not all.
    pub cancelled: bool,
}

impl Problems {
    pub(super) fn none(file: &Path) -> Self {
        Problems {
            file: file.to_owned(),
            ..Problems::default()
        }
    }

    /// A single problem that is about the file as a whole.
    pub(super) fn one(file: &Path, found: impl Into<String>, advice: impl Into<String>) -> Self {
        let mut problems = Problems::none(file);
        problems.add(Problem {
            found: found.into(),
            advice: advice.into(),
            ..Problem::default()
        });
        problems
    }

    pub(super) fn add(&mut self, problem: Problem) {
        if self.list.len() < KEPT {
            self.list.push(Problem {
                file: self.file.clone(),
                ..problem
            });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_none(&self) -> bool {
        self.list.is_empty() && !self.cancelled
    }
}

impl Problems {
    /// The problems, one message for each.
    pub fn messages(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.list.iter().map(Problem::to_string).collect();
        if self.more > 0 {
            lines.push(format!("{}: and {} more", self.file.display(), self.more));
        }
        if self.cancelled {
            lines.push(format!("{}: the reading was stopped", self.file.display()));
        }
        lines
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages().join("\n"))
    }
}

impl std::error::Error for Problems {}
