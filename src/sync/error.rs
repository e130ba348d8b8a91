//! Why a job ended without its result.

use crate::canonical::Problems;
use crate::cloudkit::{Error, ItemError, Trouble};
use crate::config::ConfigError;
use crate::journal::{JournalError, LockError};
use crate::record::guard::Refusal;

/// Why a job ended without its result.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The configuration or the key.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The private key is none.
    #[error("the private key of {environment}: {cause}")]
    Key {
        /// The environment.
        environment: String,
        /// What it looks like.
        cause: crate::cloudkit::sign::KeyError,
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
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Something on this machine: a port, a file, a folder.
    #[error("{0}")]
    Failed(String),
    /// Nothing of that name.
    #[error("{0}")]
    NotFound(String),
    /// The user stopped it.
    #[error("cancelled")]
    Cancelled,
    /// A mistake in Skydeck itself.
    #[error("a job broke off: {0}; this is a mistake in Skydeck")]
    Broken(String),
}

impl JobError {
    /// What to check, one line each.
    pub fn advice(&self) -> Vec<String> {
        match self {
            JobError::Service(error) => error.advice(),
            JobError::Record { cause, .. } => cause.advice().into_iter().collect(),
            JobError::Refused(refusals) => refusals.iter().map(Refusal::advice).collect(),
            _ => Vec::new(),
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

impl From<Problems> for JobError {
    fn from(problems: Problems) -> Self {
        if problems.cancelled {
            JobError::Cancelled
        } else {
            JobError::Input(problems)
        }
    }
}
