//! What went wrong, as a person is told: what, why, what to do.

use crate::printable::escape;
use crate::sync::{JobError, TypeError};

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was being done, as a sentence begins: `Comparing`.
    pub what: String,
    /// Why it failed; each of its lines is a message of its own.
    pub why: String,
    /// What to do, one line each.
    pub advice: Vec<String>,
    /// It was cancelled, which needs no dialog.
    pub cancelled: bool,
    /// The service cannot be reached just now; the next try may.
    pub passing: bool,
    /// There is nothing of that name.
    pub missing: bool,
    /// A file was written since it was compared: comparing again is all there is to do.
    pub stale: bool,
}

impl Failure {
    /// A job's error.
    pub fn of(what: &str, error: &JobError) -> Self {
        Failure {
            what: what.to_owned(),
            why: lines(&error.messages()),
            advice: error.advice(),
            cancelled: matches!(error, JobError::Cancelled),
            missing: matches!(error, JobError::NotFound { .. }),
            stale: matches!(error, JobError::Changed(_)),
            passing: matches!(error, JobError::Service(error) if error.trouble() == crate::cloudkit::Trouble::Service),
        }
    }

    /// Why something failed for a record type.
    pub fn of_type(what: &str, error: &TypeError) -> Self {
        Failure {
            advice: error.advice(),
            ..Failure::list(what, &error.messages())
        }
    }

    /// Something smaller, that says it all itself, on one line.
    pub fn plain(what: &str, why: impl Into<String>) -> Self {
        Failure::list(what, &[why.into()])
    }

    /// The same in several messages, each on a line of its own.
    pub fn list(what: &str, messages: &[String]) -> Self {
        Failure {
            what: what.to_owned(),
            why: lines(messages),
            advice: Vec::new(),
            cancelled: false,
            passing: false,
            missing: false,
            stale: false,
        }
    }
}

/// Messages, one per line; a line break inside a message does not start a new line.
fn lines(messages: &[String]) -> String {
    let lines: Vec<_> = messages.iter().map(|message| escape(message)).collect();
    lines.join("\n")
}
