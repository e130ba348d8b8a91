//! A plan in a file: to be looked at by somebody else, and applied exactly as it is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{JobError, Reviewed, Session};
use crate::files::{Target, read};
use crate::journal::{Place, RunId, RunKind};
use crate::printable;
use crate::record::plan::{Plan, digest};

/// The format this version writes.
const VERSION: u32 = 1;

/// A plan as it stands in a file: JSON, with the place it was made for and its digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The format.
    pub version: u32,
    /// The container it was made for.
    pub container: String,
    /// The environment it was made for.
    pub environment: String,
    /// The server, where it is not Apple's.
    pub server: Option<String>,
    /// What the run is for.
    pub kind: RunKind,
    /// The run it takes back.
    pub undoes: Option<RunId>,
    /// SHA-256 of all the rest, in hex.
    pub digest: String,
    /// The operations.
    pub plan: Plan,
}

/// Why a saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SavedPlanError {
    /// The file cannot be read.
    #[error("the plan {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// It is no plan, or of another version, or was changed.
    #[error("the plan {path} {what}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl SavedPlan {
    /// A reviewed plan with the place it is for.
    pub fn of(session: &Session, reviewed: &Reviewed) -> Self {
        let place = session.place();
        let mut saved = SavedPlan {
            version: VERSION,
            container: place.container.clone(),
            environment: place.environment.clone(),
            server: place.server.clone(),
            kind: reviewed.kind(),
            undoes: reviewed.undoes(),
            digest: String::new(),
            plan: reviewed.plan().clone(),
        };
        saved.digest = saved.sealed();
        saved
    }

    /// Whose word counts depends on the kind of the run, and what the change tags mean on the place: they are sealed too.
    fn sealed(&self) -> String {
        let place = (&self.container, &self.environment, &self.server);
        // No plan without a JSON form can be reviewed.
        digest(&(self.version, place, self.kind, self.undoes, &self.plan)).unwrap_or_default()
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, target: &Target<'_>) -> Result<(), JobError> {
        target.write(|out| {
            printable::json::write_pretty(out, self)
                .map_err(|error| JobError::unwritable(target.path(), error.into()))
        })
    }

    /// Reads one, and checks that it is whole.
    pub fn read(path: &Path) -> Result<Self, SavedPlanError> {
        let wrong = |what: String| SavedPlanError::Content {
            path: path.to_owned(),
            what,
        };
        let text = read::text(path).map_err(|cause| SavedPlanError::File {
            path: path.to_owned(),
            cause,
        })?;
        let saved: SavedPlan =
            serde_json::from_str(&text).map_err(|error| wrong(format!("is not one of ours: {error}")))?;
        if saved.version != VERSION {
            return Err(wrong(format!(
                "has format {}, this version knows {VERSION}",
                saved.version
            )));
        }
        if saved.digest.is_empty() || saved.digest != saved.sealed() {
            return Err(wrong("was changed after it was saved; make it anew".into()));
        }
        Ok(saved)
    }

    /// The plan to be confirmed, if it was made for this place.
    pub fn for_session(self, session: &Session) -> Result<Reviewed, JobError> {
        let here = session.place();
        let ours = self.container == here.container
            && self.environment == here.environment
            && self.server == here.server;
        if !ours {
            let made_for = Place {
                folder: here.folder.clone(),
                container: self.container,
                environment: self.environment,
                server: self.server,
            };
            return Err(JobError::WrongConnection {
                what: "the plan",
                made_for: made_for.to_string(),
                here: here.to_string(),
            });
        }
        Reviewed::new(session, self.plan, self.kind, self.undoes)
    }
}
