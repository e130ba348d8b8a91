//! A plan in a file, for review by another person and exact application later.
//!
//! The digest has no key: it detects damage, but does not prove who wrote the file. So a plan is checked before it is
//! applied as if a sync had just made it.

mod check;
mod strict;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use self::strict::NoDuplicates;
use super::compare::compare_all;
use super::{Job, JobError, Reviewed, Session, reading, review, start};
use crate::config::TypeConfig;
use crate::files::{Target, read};
use crate::journal::{Place, RunId, RunKind};
use crate::printable;
use crate::record::guard::DeletionCap;
use crate::record::plan::{Plan, digest};

/// The format this version writes.
const VERSION: u32 = 1;

/// The JSON form of a plan, with the connection it was made for and its digest.
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
    /// An operation that no sync would plan now.
    #[error("the plan cannot be applied: {record_type} '{name}' {what}; create the plan again")]
    Operation {
        /// The record type.
        record_type: String,
        /// The record name.
        name: String,
        /// What is wrong.
        what: String,
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
        let not_ours = |error: serde_json::Error| wrong(format!("is not one of ours: {error}"));
        serde_json::from_str::<NoDuplicates>(&text).map_err(not_ours)?;
        let whole: Json = serde_json::from_str(&text).map_err(not_ours)?;
        let saved: SavedPlan = serde_json::from_str(&text).map_err(not_ours)?;
        if saved.version != VERSION {
            return Err(wrong(format!(
                "has format {}, this version knows {VERSION}",
                saved.version
            )));
        }
        // The file must not contain anything else: a reviewer would have seen it too.
        if serde_json::to_value(&saved).map_err(not_ours)? != whole {
            return Err(wrong(
                "holds something that this version does not write; create the plan again".into(),
            ));
        }
        if saved.kind != RunKind::Sync || saved.undoes.is_some() {
            return Err(wrong(format!(
                "is for a run of the kind {}; only a sync can be applied from a file",
                saved.kind
            )));
        }
        if saved.digest.is_empty() || saved.digest != saved.sealed() {
            return Err(wrong(
                "was changed after it was saved; create the plan again".into(),
            ));
        }
        Ok(saved)
    }

    /// Change tags and differences mean nothing anywhere else.
    fn made_for(&self, session: &Session) -> Result<(), JobError> {
        let here = session.place();
        let made_for = Place {
            folder: here.folder.clone(),
            container: self.container.clone(),
            environment: self.environment.clone(),
            server: self.server.clone(),
        };
        if made_for == *here {
            return Ok(());
        }
        Err(JobError::WrongConnection {
            what: "the plan",
            made_for: made_for.to_string(),
            here: here.to_string(),
        })
    }
}

/// Checks a plan from a file as a sync would check its own today: the connection, the manifest, the local files, the
/// ceilings on deletion. The cloud's types that it writes are read for that.
///
/// # Errors
/// When anything of it is what no sync would do now.
pub fn review_saved(session: &Arc<Session>, saved: SavedPlan, cap: Option<DeletionCap>) -> Job<Reviewed> {
    start(session, move |context| async move {
        saved.made_for(&context.session)?;
        review::only_types_of_the_manifest(&context.session, &saved.plan, saved.kind)?;
        check::operations(&context.session, &saved.plan)?;
        check::earlier_values(&context, &saved.plan).await?;
        let is_written = |one: &&TypeConfig| {
            let mut operations = saved.plan.operations.iter();
            operations.any(|operation| operation.record_type == one.name)
        };
        let types = context.session.config().types.iter().filter(is_written).cloned();
        let comparison = compare_all(&context, types.collect()).await?;
        if let Some((type_config, error)) = comparison.failures().next() {
            return Err(JobError::NotCompared {
                record_type: type_config.name.clone(),
                why: error.to_string(),
            });
        }
        let session = Arc::clone(&context.session);
        reading(&context, move || {
            review::saved(&session, &comparison, saved.plan, cap)
        })
        .await
    })
}
