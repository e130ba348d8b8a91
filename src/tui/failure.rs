//! What went wrong, as a person is told: what, why, what to do.

use crate::sync::JobError;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was being done, as a sentence begins: `Comparing`.
    pub what: String,
    /// Why it failed; may have several lines.
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
            why: error.to_string(),
            advice: error.advice(),
            cancelled: matches!(error, JobError::Cancelled),
            missing: matches!(error, JobError::NotFound { .. }),
            stale: matches!(error, JobError::Changed(_)),
            passing: matches!(error, JobError::Service(error) if error.trouble() == crate::cloudkit::Trouble::Service),
        }
    }

    /// Something smaller, that says it all itself.
    pub fn plain(what: &str, why: impl Into<String>) -> Self {
        Failure {
            what: what.to_owned(),
            why: why.into(),
            advice: Vec::new(),
            cancelled: false,
            passing: false,
            missing: false,
            stale: false,
        }
    }
}
