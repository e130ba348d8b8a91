//! What is wrong in a configuration, where, and what was expected.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One mistake in the file; it displays on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What was found.
    pub found: String,
    /// What was expected instead, and what to do.
    pub expected: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.path.display(),
            self.line,
            self.column,
            self.found
        )?;
        if self.expected.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", self.expected)
        }
    }
}

/// Why there is no configuration, or no key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file has mistakes; all of them.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
    /// The file could not be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// No such environment.
    #[error("'{0}' is no environment; one of development, production")]
    Environment(String),
    /// The key's id is nowhere.
    #[error(
        "no key id for {environment}: set CLOUDKIT_KEY_ID, or key_id in [environment.{environment}] of {path}; \
         CloudKit Console shows it under Tokens & Keys, Server-to-Server Keys"
    )]
    NoKeyId {
        /// The environment.
        environment: String,
        /// The configuration file.
        path: PathBuf,
    },
    /// The key is nowhere.
    #[error(
        "no private key for {environment}: set CLOUDKIT_PRIVATE_KEY (the PEM text) or CLOUDKIT_PRIVATE_KEY_PATH, \
         or private_key (a path) in [environment.{environment}] of {path}"
    )]
    NoPrivateKey {
        /// The environment.
        environment: String,
        /// The configuration file.
        path: PathBuf,
    },
    /// The key's file is not there.
    #[error("the private key {path} cannot be used: {cause} ({told_by} names it)")]
    KeyFile {
        /// The key's file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
        /// The variable or the setting that names it.
        told_by: String,
    },
    /// What a variable holds is of no use; the value itself is not repeated, it may be secret.
    #[error("{variable} {found}; {expected}")]
    Variable {
        /// The variable or setting.
        variable: String,
        /// What it looks like.
        found: String,
        /// What it should be.
        expected: String,
    },
}

impl ConfigError {
    pub(super) fn unreadable(path: &Path, cause: std::io::Error) -> Self {
        ConfigError::Unreadable {
            path: path.to_owned(),
            cause,
        }
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes
        .iter()
        .map(Mistake::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Collects mistakes while the text is read, and turns byte ranges into lines and columns.
pub(super) struct Notes<'t> {
    pub(super) text: &'t str,
    pub(super) path: &'t Path,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) warnings: Vec<Mistake>,
}

impl<'t> Notes<'t> {
    pub(super) fn new(text: &'t str, path: &'t Path) -> Self {
        Notes {
            text,
            path,
            mistakes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn wrong(&mut self, at: &Range<usize>, found: impl Into<String>, expected: impl Into<String>) {
        let mistake = self.at(at, found.into(), expected.into());
        self.mistakes.push(mistake);
    }

    pub(super) fn odd(&mut self, at: &Range<usize>, found: impl Into<String>, expected: impl Into<String>) {
        let mistake = self.at(at, found.into(), expected.into());
        self.warnings.push(mistake);
    }

    fn at(&self, at: &Range<usize>, found: String, expected: String) -> Mistake {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Mistake {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            found,
            expected,
        }
    }
}

/// The candidate a misspelt word most likely means.
pub(crate) fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let allowed = 1 + word.chars().count() / 4;
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, where case costs nothing.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (number, letter) in left.to_lowercase().chars().enumerate() {
        let mut next = vec![number + 1];
        let mut last = number + 1;
        for ((other, above_left), above) in right.iter().zip(&row).zip(row.iter().skip(1)) {
            last = (above_left + usize::from(*other != letter))
                .min(above + 1)
                .min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
