//! Why a job ended without its result. Each variant has an exit code, which `cli::exit` names.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::SavedPlanError;
use super::checks::{Diagnostic, grouped};
use crate::canonical::Problems;
use crate::cloudkit::sign::KeyError;
use crate::cloudkit::{EndpointError, Error, ItemError, Trouble};
use crate::config::{ConfigError, FILE_NAME};
use crate::files::WriteError;
use crate::journal::{JournalError, LockError, RunId};
use crate::record::FieldType;
use crate::record::guard::Refusal;
use crate::record::plan::NameTwice;

/// Why a job ended without its result.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The configuration or the key.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The private key is none.
    #[error("the private key of {environment}{}: {cause}", in_file(file.as_deref()))]
    Key {
        /// The environment.
        environment: String,
        /// Its file, where it is in one.
        file: Option<PathBuf>,
        /// What it looks like.
        cause: KeyError,
    },
    /// The canonical files.
    #[error("{0}")]
    Input(Problems),
    /// The service.
    #[error(transparent)]
    Service(#[from] Error),
    /// The service, about one record.
    #[error("{name}: {cause}")]
    Record {
        /// The record name.
        name: String,
        /// What the service says.
        cause: ItemError,
    },
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Somebody else is writing.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// A guard says no.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refusal>),
    /// The service refused an operation for a reason that holds for all like it, so the run was stopped.
    #[error(
        "the run was stopped: {record_type} '{name}' was refused for a reason that holds for others too ({cause})"
    )]
    Stopped {
        /// The record type of the operation.
        record_type: String,
        /// Its record name.
        name: String,
        /// What the service says.
        cause: Box<ItemError>,
    },
    /// What was found beforehand blocks the plan.
    #[error("{}", blocked(.0).join("\n"))]
    Blocked(Vec<Diagnostic>),
    /// The environment is read-only.
    #[error(
        "{0} is read-only; nothing was sent. Use --unlock {0} for this run, or read_only = false in skydeck.toml"
    )]
    ReadOnly(String),
    /// Nobody has agreed to it.
    #[error("{0}")]
    Unconfirmed(String),
    /// A file was written since it was compared.
    #[error("{0}; compare again")]
    Changed(String),
    /// The command line cannot be carried out as it was typed. Nothing else is wrong usage: not a file that cannot be
    /// read, not a record that is missing.
    #[error("{0}")]
    Usage(String),
    /// A record type that the manifest does not name.
    #[error("Unknown record type '{name}'. Valid types: {}", listed(.valid))]
    UnknownType {
        /// The name that was asked for.
        name: String,
        /// The types of the manifest.
        valid: Vec<String>,
    },
    /// A field that the manifest does not map.
    #[error("Unknown field '{field}' of {record_type}. Valid fields: {}", listed(.valid))]
    UnknownField {
        /// The field that was asked for.
        field: String,
        /// The record type.
        record_type: String,
        /// The mapped fields.
        valid: Vec<String>,
    },
    /// A value that does not fit its field.
    #[error("{field} is {wanted}; the value is {found}")]
    WrongType {
        /// The field.
        field: String,
        /// The type in the manifest.
        wanted: FieldType,
        /// The value's type.
        found: String,
    },
    /// The address of the service.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// A file or folder on this machine cannot be used.
    #[error("{path} cannot be {action}: {cause}", path = .path.display())]
    Io {
        /// What was tried.
        action: FileAction,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
    /// A file that may not be written, or cannot.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There is a configuration.
    #[error("{} already exists; nothing was changed", .0.display())]
    Configured(PathBuf),
    /// There is no configuration.
    #[error(
        "{file} was not found in this folder or above; create it with skydeck init, or try skydeck --demo diff",
        file = FILE_NAME
    )]
    NoConfiguration,
    /// The platform names no folder for the journal.
    #[error("there is no home folder for the journal; set SKYDECK_STATE to a folder")]
    NoStateFolder,
    /// Standard output.
    #[error("standard output cannot be written: {0}")]
    Output(io::Error),
    /// The terminal cannot be used.
    #[error("the terminal cannot be used: {0}")]
    Terminal(io::Error),
    /// Something on this machine: a port, the demo, the content of a file.
    #[error("{0}")]
    Failed(String),
    /// No record of this type and name.
    #[error("No {record_type} with id '{name}' found in CloudKit")]
    NotFound {
        /// The record type.
        record_type: String,
        /// The record name.
        name: String,
    },
    /// A new record whose name is taken.
    #[error("There is a {record_type} with id '{name}' in CloudKit already")]
    RecordExists {
        /// The type of the record that has the name.
        record_type: String,
        /// The record name.
        name: String,
    },
    /// Two records of one name.
    #[error(transparent)]
    DuplicateName(#[from] NameTwice),
    /// A type without a comparison.
    #[error("{record_type} was not compared: {why}")]
    NotCompared {
        /// The record type.
        record_type: String,
        /// Why.
        why: String,
    },
    /// The run has been undone.
    #[error("run {run} was undone already, by run {by}")]
    UndoneAlready {
        /// The run.
        run: RunId,
        /// The run that took it back.
        by: RunId,
    },
    /// A file that should hold a plan.
    #[error(transparent)]
    SavedPlan(#[from] SavedPlanError),
    /// A plan or a comparison of another container, environment or server.
    #[error("{what} was made for {made_for}, not for {here}; nothing was sent. Compare again")]
    WrongConnection {
        /// `the plan`, `the comparison`.
        what: &'static str,
        /// The container, environment and server it was made for.
        made_for: String,
        /// Those of the session.
        here: String,
    },
    /// A confirmation of another plan than the one that was shown.
    #[error("this is not the plan that was shown; look at it again")]
    OtherPlan,
    /// The user stopped it.
    #[error("cancelled")]
    Cancelled,
    /// A mistake in Skydeck itself.
    #[error("a job broke off: {0}; this is a mistake in Skydeck")]
    Broken(String),
}

/// What was tried with a file; it displays as in `cannot be read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAction {
    /// Opening or reading it.
    Read,
    /// Making or writing it.
    Write,
}

impl fmt::Display for FileAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileAction::Read => "read",
            FileAction::Write => "written",
        })
    }
}

/// The names, or that there is none.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

impl JobError {
    /// A file that cannot be read.
    pub fn unreadable(path: &Path, cause: io::Error) -> Self {
        JobError::Io {
            action: FileAction::Read,
            path: path.to_owned(),
            cause,
        }
    }

    /// A file that cannot be written.
    pub fn unwritable(path: &Path, cause: io::Error) -> Self {
        JobError::Io {
            action: FileAction::Write,
            path: path.to_owned(),
            cause,
        }
    }

    /// What to check, one line each.
    pub fn advice(&self) -> Vec<String> {
        match self {
            JobError::Service(error) => error.advice(),
            JobError::Key { file, cause, .. } => key_advice(file.as_deref(), *cause),
            JobError::Stopped { cause, .. } => cause.advice().into_iter().collect(),
            JobError::Record { cause, .. } => cause.advice().into_iter().collect(),
            JobError::Blocked(found) => blocked_advice(found),
            JobError::Journal(JournalError::Damaged { .. }) => vec![
                "Damaged operations are never written to the cloud. To undo the rest of a run: skydeck undo RUN \
                 --skip-damaged"
                    .into(),
            ],
            JobError::Journal(JournalError::Database { .. }) => {
                vec![
                    "Nothing is sent without a journal: is the disk full, or the file write-protected?"
                        .into(),
                ]
            }
            JobError::Write(WriteError::Exists(_)) => {
                vec!["Name another file, or replace this one with --force.".into()]
            }
            JobError::Refused(refusals) => refusals.iter().map(Refusal::advice).collect(),
            _ => Vec::new(),
        }
    }

    /// What happened, one message for each line. A line break inside a message is a character of what it is about.
    pub fn messages(&self) -> Vec<String> {
        match self {
            JobError::Config(ConfigError::Mistakes(mistakes)) => each(mistakes),
            JobError::Input(problems) => problems.messages(),
            JobError::Refused(refusals) => each(refusals),
            JobError::Blocked(found) => blocked(found),
            error => vec![error.to_string()],
        }
    }

    /// Whether nothing else of the job can succeed either.
    pub(super) fn concerns_all(error: &Error) -> bool {
        error.trouble() != Trouble::Request
    }

    /// The same, with a cancelled request told as a cancelled job.
    pub(super) fn service(error: Error) -> Self {
        match error {
            Error::Cancelled => JobError::Cancelled,
            error => JobError::Service(error),
        }
    }
}

fn in_file(file: Option<&Path>) -> String {
    file.map_or_else(String::new, |file| format!(" ({})", file.display()))
}

fn key_advice(file: Option<&Path>, cause: KeyError) -> Vec<String> {
    let file = file.map_or_else(|| "KEY".to_owned(), |file| file.display().to_string());
    let convert = |command| format!("convert it: {command}");
    cause.remedy(&file).map(convert).into_iter().collect()
}

/// So many findings of one kind are named.
const EXAMPLES: usize = 3;

fn blocked(found: &[Diagnostic]) -> Vec<String> {
    let mut lines = Vec::new();
    for group in grouped(found) {
        lines.push(group.heading);
        lines.extend(group.each.iter().take(EXAMPLES).map(|one| format!("  {one}")));
        if group.each.len() > EXAMPLES {
            lines.push(format!(
                "  and {} more; skydeck diff --verbose lists them",
                group.each.len() - EXAMPLES
            ));
        }
    }
    lines
}

fn blocked_advice(found: &[Diagnostic]) -> Vec<String> {
    let mut advice: Vec<String> = Vec::new();
    for help in grouped(found).into_iter().filter_map(|group| group.help) {
        if !advice.contains(&help) {
            advice.push(help);
        }
    }
    advice.push("nothing was sent; [checks] in skydeck.toml sets which findings block".into());
    advice
}

fn each(messages: &[impl ToString]) -> Vec<String> {
    messages.iter().map(ToString::to_string).collect()
}

impl From<Problems> for JobError {
    fn from(problems: Problems) -> Self {
        if problems.cancelled {
            JobError::Cancelled
        } else {
            JobError::Input(problems)
        }
    }
}
